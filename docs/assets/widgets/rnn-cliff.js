/* <rnn-cliff>: the loss of one unit after 50 steps, seen from above, and two descents on it: as it is, and clipped. */

customElements.whenDefined("rnn-widget").then((Widget) => {
  if (customElements.get("rnn-cliff")) return;

  const { maths, number } = Widget;
  const { exp, hypot, max, min, round } = Math;
  const sigmoid = (a) => 1 / (1 + exp(-a));

  const T = 50; // time steps of the unit
  const VIEW = { w: [4.3, 5.2], b: [-2.75, -1.65] };
  const HEIGHTS = [0.005, 0.02, 0.035, 0.05, 0.065, 0.2, 0.3, 0.34]; // where one band of the map ends
  const TINTS = [5, 10, 15, 20, 25, 30, 40, 50, 60]; // per cent of blue, as in the static figure
  const CELLS = { w: 180, b: 132 };
  const PACE = 90; // milliseconds a step
  const letter = { w: "<var>w</var>", b: "<var>b</var>" };

  /* The loss (h_T − 0.7)² and its derivatives with respect to w and b, by backpropagation through time. */
  function cliff(w, b) {
    const h = [sigmoid(0.5)];
    for (let t = 1; t <= T; t++) h.push(sigmoid(w * h[t - 1] + b));
    let delta = 2 * (h[T] - 0.7) * h[T] * (1 - h[T]), dw = 0, db = 0;
    for (let t = T; t > 0; t--) {
      dw += delta * h[t - 1];
      db += delta;
      delta *= w * h[t - 1] * (1 - h[t - 1]);
    }
    return [(h[T] - 0.7) ** 2, dw, db];
  }

  class Cliff extends Widget {
    static label = "The cliff: two descents on it, with and without clipping, from where you like";

    static html = `
      <svg tabindex="0" role="application" aria-label="The map. Arrow keys move the start of both descents.">
        <g id="map" shape-rendering="crispEdges"></g><g id="walks"></g></svg>
      <div class="row">
        <button id="walk">walk</button>
        <button id="step">step</button>
        <button id="reset">reset</button>
      </div>
      ${Widget.slider("rate", "learning rate", "grad", { min: 0.02, max: 1, step: 0.02 })}
      ${Widget.slider("limit", "clipped at", "grad", { min: 0.1, max: 2, step: 0.1 })}
      <p id="start"></p>
      <table><thead><tr><td></td><th>loss</th><th>longest step</th></tr></thead>
        <tbody><tr id="plain"></tr><tr id="clipped"></tr></tbody></table>
      <p id="words"></p>`;

    static css = `
      svg { cursor: crosshair; overflow: hidden; touch-action: pan-y }
      .row { gap: 0.5em }
      #walk { min-width: 5em }
      table { border-collapse: collapse; margin: 0.5em 0 }
      th, td { font-weight: 400; padding: 0.1em 1.4em 0.1em 0; text-align: left }
      thead th { color: var(--dim) }
    `;

    start({ start, rate, limit, steps }) {
      Object.assign(this, { first: start, given: { start, rate, limit }, rate, limit, steps, n: steps });
      const on = (selector, type, act) => this.$(selector).addEventListener(type, act);
      on("#walk", "click", () => (this.walking ? this.stop() : this.walk()));
      on("#step", "click", () => this.advance());
      on("#reset", "click", () => this.reset());
      on("svg", "keydown", (event) => this.key(event));
      on("svg", "click", (event) => this.from(this.under(event)));
      this.sliders((name, value) => {
        this[name] = value;
        this.descend();
      });
      this.compute();
    }

    disconnectedCallback() {
      super.disconnectedCallback();
      clearInterval(this.walking);
      this.walking = null;
    }

    /* The two descents. */

    path(limit) {
      let [w, b] = this.first;
      const path = [];
      for (let step = 0; step <= this.steps; step++) {
        const [loss, dw, db] = cliff(w, b);
        const length = hypot(dw, db), rate = this.rate * min(1, limit / length);
        path.push({ w, b, loss, length });
        w -= rate * dw;
        b -= rate * db;
      }
      return path;
    }

    compute() {
      this.plain = this.path(Infinity);
      this.clipped = this.path(this.limit);
    }

    descend() {
      this.compute();
      this.stop();
    }

    from([w, b]) {
      const inside = (v, [low, high]) => min(high, max(low, v));
      this.first = [inside(w, VIEW.w), inside(b, VIEW.b)];
      this.descend();
    }

    walk() {
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.n = this.steps;
      else {
        if (this.n === this.steps) this.n = 0;
        this.walking = setInterval(() => this.advance(), PACE);
      }
      this.report();
    }

    advance() {
      this.n = this.n === this.steps ? 0 : this.n + 1;
      if (this.n === this.steps) this.stop();
      else this.report();
    }

    stop() {
      clearInterval(this.walking);
      this.walking = null;
      this.report();
    }

    reset() {
      Object.assign(this, this.given, { first: this.given.start, n: this.steps });
      this.descend();
    }

    report() {
      this.walks();
      const [plain, clipped] = [this.plain, this.clipped].map((path) => number(path[this.n].loss));
      this.say(`After ${this.n} steps the loss is ${plain} without clipping and ${clipped} with it. ${this.words()}`);
    }

    /* The longest of the steps so far. */
    longest(path) {
      return max(0, ...path.slice(1, this.n + 1).map(({ w, b }, step) => hypot(w - path[step].w, b - path[step].b)));
    }

    words() {
      const { plain, clipped, n } = this;
      const apart = plain.findIndex(({ w }, step) => w !== clipped[step].w);
      const out = ({ w, b }) => w < VIEW.w[0] || w > VIEW.w[1] || b < VIEW.b[0] || b > VIEW.b[1];
      const gone = plain.slice(0, n + 1).some(out);
      const thrown = gone ? " Without clipping it has been thrown off the map." : "";
      if (apart < 0 || apart > n) return `So far no gradient is longer than the limit: both go the same way.${thrown}`;
      return `They part at step ${apart - 1}, where the gradient is ${number(plain[apart - 1].length, 2)} long.${thrown}`;
    }

    key(event) {
      const by = { ArrowLeft: [-0.01, 0], ArrowRight: [0.01, 0], ArrowUp: [0, 0.01], ArrowDown: [0, -0.01] }[event.key];
      if (!by) return;
      event.preventDefault();
      this.from(this.first.map((v, k) => round((v + by[k]) * 1e6) / 1e6));
    }

    /* The map: the bands of the loss, cell by cell, the cells of a column that lie in one band as one strip. */

    get bands() {
      return (this.made ??= Array.from({ length: CELLS.w }, (_, column) => {
        const strips = [];
        for (let row = 0; row < CELLS.b; row++) {
          const [loss] = cliff(along(VIEW.w, (column + 0.5) / CELLS.w), along(VIEW.b, (row + 0.5) / CELLS.b));
          const over = HEIGHTS.findIndex((height) => loss < height);
          const band = over < 0 ? HEIGHTS.length : over;
          if (strips.at(-1)?.band === band) strips.at(-1).to = row + 1;
          else strips.push({ band, from: row, to: row + 1 });
        }
        return strips;
      }));
    }

    draw() {
      const { em, width } = this;
      this.room = { left: 3 * em, right: width - 2, top: 2, foot: min(0.8 * width, 24 * em) };
      const { left, right, top, foot } = this.room;
      const wide = (right - left) / CELLS.w, high = (foot - top) / CELLS.b;
      const shapes = TINTS.map(() => "");
      this.bands.forEach((strips, column) => {
        for (const { band, from, to } of strips)
          shapes[band] += `M${(left + column * wide).toFixed(1)},${(foot - to * high).toFixed(1)}h${(wide + 0.1).toFixed(1)}` +
            `v${((to - from) * high).toFixed(1)}h${(-wide - 0.1).toFixed(1)}z`;
      });
      const band = (d, k) => `<path d="${d}" fill="color-mix(in srgb, var(--h) ${TINTS[k]}%, var(--paper))"/>`;
      this.$("svg").setAttribute("viewBox", `0 0 ${width} ${foot + 2.4 * em}`);
      this.$("#map").innerHTML = shapes.map(band).join("");
      this.walks();
    }

    /* From w and b to pixels, and from a click to w and b. */
    at({ w, b }) {
      const { left, right, top, foot } = this.room;
      const share = (v, [low, high]) => (v - low) / (high - low);
      return [along([left, right], share(w, VIEW.w)), along([foot, top], share(b, VIEW.b))];
    }

    under({ clientX, clientY }) {
      const { x, y } = this.$("svg").getBoundingClientRect();
      const { left, right, top, foot } = this.room;
      return [along(VIEW.w, (clientX - x - left) / (right - left)), along(VIEW.b, (foot - clientY + y) / (foot - top))];
    }

    walks() {
      if (!this.room) return;
      const { em, n, width, room } = this;
      const line = (path, look) => {
        const points = path.slice(0, n + 1).map((place) => this.at(place).map((v) => v.toFixed(1)));
        const dots = points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2.6"/>`);
        return `<g stroke="var(--grad)" ${look}><path d="M${points.join("L")}" fill="none"/>${dots.join("")}</g>`;
      };
      const text = (x, y, words, look, anchor = "middle") =>
        `<text x="${x}" y="${y}" text-anchor="${anchor}" class="${look}">${words}</text>`;
      const below = room.foot + 1.3 * em, beside = room.left - 0.5 * em;
      const tick = (w) => text(this.at({ w, b: 0 })[0], below, number(w, 1), "dim");
      const mark = (b) => text(beside, this.at({ w: 0, b })[1] + 0.3 * em, number(b, 1), "dim", "end");
      const [x, y] = this.at({ w: this.first[0], b: this.first[1] });
      this.$("#walks").innerHTML = `
        ${[4.5, 5].map(tick).join("")}${[-2.5, -2].map(mark).join("")}
        ${text((room.left + width) / 2, below, "w", "var maths")}
        ${text(beside, (room.top + room.foot) / 2, "b", "var maths", "end")}
        ${line(this.plain, `stroke-width="1.6" stroke-dasharray="5 4" fill="var(--paper)"`)}
        ${line(this.clipped, `stroke-width="1.6" fill="var(--grad)"`)}
        <circle cx="${x}" cy="${y}" r="6" fill="var(--ink)" stroke="var(--paper)" stroke-width="2"/>`;
      this.numbers();
    }

    numbers() {
      const { first, n, rate, limit } = this;
      this.show("rate", rate, 2);
      this.show("limit", limit, 1);
      const cells = (path) => `<td>${number(path[n].loss)}</td><td>${number(this.longest(path))}</td>`;
      const steps = `after ${n} ${n === 1 ? "step" : "steps"}`;
      this.$("#start").innerHTML = `Both start at ${maths(`${letter.w} = ${number(first[0], 2)}`)},
        ${maths(`${letter.b} = ${number(first[1], 2)}`)}; ${steps}:`;
      this.$("#plain").innerHTML = `<th scope="row">dashed, without clipping</th>${cells(this.plain)}`;
      this.$("#clipped").innerHTML = `<th scope="row">solid, with clipping</th>${cells(this.clipped)}`;
      this.$("#words").textContent = this.words();
      this.$("#walk").textContent = this.walking ? "pause" : "walk";
    }
  }

  const along = ([from, to], share) => from + (to - from) * share;

  customElements.define("rnn-cliff", Cliff);
});
