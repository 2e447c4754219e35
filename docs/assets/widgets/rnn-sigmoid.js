/* <rnn-sigmoid>: a point on the sigmoid, its tangent, and below it the derivative, whose height is the slope. */

customElements.whenDefined("rnn-widget").then((Widget) => {
  if (customElements.get("rnn-sigmoid")) return;

  const RANGE = { min: -6, max: 6, step: 0.05 };
  const { maths, number } = Widget;
  const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  const slopeAt = (x) => sigmoid(x) * (1 - sigmoid(x));
  const signed = (x) => (x < 0 ? `(${number(x, 2)})` : number(x, 2));

  class Sigmoid extends Widget {
    static label = "The sigmoid and its derivative at a point that you move";

    static html = `
      <svg aria-hidden="true"></svg>
      ${Widget.slider("x", `<var class="maths">x</var>`, "x", RANGE)}
      <div class="formulas">
        <p id="value"></p>
        <p id="slope"></p>
      </div>
      <p id="words"></p>`;

    static css = `
      .slider { gap: 0 }
      .slider > span { flex: none; text-align: center; width: calc(2.6em - 12px) }
      .slider b { display: none }
      svg { cursor: ew-resize; touch-action: pan-y }
      .formulas { align-items: baseline; display: flex; flex-wrap: wrap; gap: 0 2.5em }
      .formulas p { white-space: nowrap }
      .fraction { display: inline-block; line-height: 1.4; text-align: center; vertical-align: middle }
      .fraction > span { display: block; font-family: var(--serif); padding: 0.1em 0.3em }
      .fraction > span + span { border-top: 1px solid }
    `;

    /* edge is where the slope has fallen to a tenth of its maximum: further out the sigmoid is saturated */
    start({ x, edge }) {
      this.edge = edge;
      this.x = x;
      this.sliders((_name, value) => this.move(value));
      const svg = this.$("svg");
      const follow = (event) => this.move(this.at(event.clientX - svg.getBoundingClientRect().left));
      svg.addEventListener("pointerdown", (event) => {
        svg.setPointerCapture(event.pointerId);
        follow(event);
      });
      svg.addEventListener("pointermove", (event) => svg.hasPointerCapture(event.pointerId) && follow(event));
    }

    get y() {
      return sigmoid(this.x);
    }

    get slope() {
      return slopeAt(this.x);
    }

    move(x) {
      const onGrid = Math.round(x / RANGE.step) * RANGE.step;
      this.x = Number(Math.min(RANGE.max, Math.max(RANGE.min, onGrid)).toFixed(2));
      this.draw();
      this.say(`sigma is ${number(this.y)}, the slope is ${number(this.slope)}. ${this.words()}`);
    }

    words() {
      if (Math.abs(this.x) > this.edge) return "Saturated: the slope is below a tenth of the largest one, 1/4.";
      if (this.x === 0) return "Here the slope is largest: 1/4.";
      return `The slope is ${Math.round(this.slope * 400)} % of the largest one, 1/4.`;
    }

    draw() {
      const { x, y, slope } = this;
      this.show("x", x, 2);
      const [at, value] = [`<b class="x">${number(x, 2)}</b>`, `<b class="h">${number(y)}</b>`];
      const below = `1 + <var>e</var><sup>−${signed(x)}</sup>`;
      const spoken = `role="img" aria-label="1 divided by 1 plus e to the ${number(-x, 2)}"`;
      const fraction = `<span class="fraction" ${spoken}><span>${maths(1)}</span><span>${maths(below)}</span></span>`;
      const derivative = `<var>σ</var><span class="prime">′</span>(${at})`;
      this.$("#value").innerHTML = maths(`<var>σ</var>(${at}) = ${fraction} ≈ ${value}`);
      this.$("#slope").innerHTML =
        maths(`${derivative} ≈ ${value} · (1 − ${value}) ≈ <b class="grad">${number(slope)}</b>`);
      this.$("#words").textContent = this.words();
      this.plot();
    }

    /* From pixels to x, and back. */
    at(left) {
      return RANGE.min + ((left - this.left) / this.room) * (RANGE.max - RANGE.min);
    }

    plot() {
      const { x, y, slope, em, width, edge } = this;
      this.left = 2.6 * em;
      this.room = width - this.left - 12; // 12 px is half a thumb: the thumb of the slider is just below x
      const X = (v) => this.left + ((v - RANGE.min) / (RANGE.max - RANGE.min)) * this.room;
      const upper = { foot: 14.2 * em, height: 12.4 * em, top: 1, marks: { 0: 0, "½": 0.5, 1: 1 } };
      const lower = { foot: 23 * em, height: 6 * em, top: 0.25, marks: { 0: 0, "¼": 0.25 } };
      const Y = (panel, v) => panel.foot - (v / panel.top) * panel.height;

      const line = (x1, y1, x2, y2, look) => `<path d="M${x1},${y1}L${x2},${y2}" ${look}/>`;
      const text = (x, y, words, look, anchor = "start") =>
        `<text x="${x}" y="${y}" text-anchor="${anchor}" class="${look}">${words}</text>`;

      const frame = (panel, prime, look) => {
        const outside = (from, to) => `<rect x="${X(from)}" y="${Y(panel, panel.top)}" width="${X(to) - X(from)}"
          height="${panel.height}" fill="color-mix(in srgb, var(--ink) 6%, var(--paper))"/>`;
        const mark = ([words, v]) =>
          line(this.left, Y(panel, v), X(RANGE.max), Y(panel, v), `stroke="var(--grid)"`) +
          text(this.left - 0.6 * em, Y(panel, v) + 0.33 * em, words, "dim", "end");
        const name = `<tspan class="var">σ</tspan><tspan class="prime" dx="1">${prime}</tspan>(<tspan
          class="var">x</tspan>)`;
        return `${outside(RANGE.min, -edge)}${outside(edge, RANGE.max)}${Object.entries(panel.marks).map(mark).join("")}
          ${text(X(-3.5), Y(panel, panel.top) + 1.4 * em, name, `maths ${look}`)}`;
      };
      const curve = (panel, f, colour) => {
        const points = Array.from({ length: 241 }, (_, i) => RANGE.min + i / 20);
        return `<polyline points="${points.map((v) => `${X(v)},${Y(panel, f(v))}`).join(" ")}" fill="none"
          stroke="var(--${colour})" stroke-width="2.2" stroke-linejoin="round"/>`;
      };
      const point = (panel, v, colour) => `<circle cx="${X(x)}" cy="${Y(panel, v)}" r="7" fill="var(--${colour})"
        stroke="var(--paper)" stroke-width="2.5"/>`;
      const guide = (colour) => `stroke="var(--${colour})" stroke-width="1.4" stroke-dasharray="3 4"`;

      // the triangle at the tangent: its run is 1, so its rise is σ′(x); its numbers keep clear of the curve
      const flip = x > 4.5 ? -1 : 1;
      const run = Y(upper, y) + (flip > 0 ? 1.1 : -0.4) * em;
      const rise = Math.max(Y(upper, y + slope / 2) + 0.3 * em, Y(upper, sigmoid(x + flip)) + 1.3 * em);
      const [from, to] = [Math.max(x - 1.9, RANGE.min), Math.min(x + 1.9, RANGE.max)];
      const word = `<tspan font-size="${Math.min(0.92 * em, 0.03 * width)}">saturated</tspan>`;
      const saturated = [-1, 1].map((side) =>
        text(X((side * (edge + RANGE.max)) / 2), lower.foot - 3 * em, word, "dim halo", "middle"));
      const ticks = [-6, -4, -2, 0, 2, 4, 6].map((v) =>
        text(X(v), lower.foot + 1.5 * em, number(v, 0), "dim", "middle"));

      const tangent = (v) => Y(upper, y + (v - x) * slope);

      this.paint(25 * em, `
        ${frame(upper, "", "h")}${frame(lower, "′", "grad")}${ticks.join("")}
        ${line(X(x), Y(upper, 1), X(x), lower.foot, guide("x"))}
        ${line(this.left, Y(upper, y), X(x), Y(upper, y), guide("h"))}
        ${saturated.join("")}${curve(upper, sigmoid, "h")}${curve(lower, slopeAt, "grad")}
        ${line(X(from), tangent(from), X(to), tangent(to), `stroke="var(--grad)" stroke-width="2.2"`)}
        <path d="M${X(x)},${Y(upper, y)}H${X(x + flip)}V${Y(upper, y + flip * slope)}" fill="none" stroke="var(--grad)"
          stroke-width="1.4"/>
        ${text(X(x + flip / 2), run, "1", "grad halo", "middle")}
        ${text(X(x + flip) + 0.4 * flip * em, rise, number(slope), "grad halo", flip > 0 ? "start" : "end")}
        ${point(upper, y, "h")}${point(lower, slope, "grad")}`);
    }
  }

  customElements.define("rnn-sigmoid", Sigmoid);
});
