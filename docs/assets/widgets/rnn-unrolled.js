/* <rnn-unrolled>: the network of the lecture, run step by step, with or without memory, on inputs to be changed. */

customElements.whenDefined("rnn-widget").then((Widget) => {
  if (customElements.get("rnn-unrolled")) return;

  const { maths, number } = Widget;
  const RANGE = { min: -1, max: 1, step: 0.1 }; // of the inputs
  const times = (W, v) => W.map((row) => row.reduce((sum, w, k) => sum + w * v[k], 0));
  const plus = (...vectors) => vectors[0].map((_, k) => vectors.reduce((sum, v) => sum + v[k], 0));
  const list = (v, digits) => v.map((value) => number(value, digits)).join(", ");

  const symbol = (letter, index, colour = "") => `<var class="${colour}">${letter}</var><sub>${index}</sub>`;
  const weight = (index) => symbol("W", `<var>${index}</var>`);
  const column = (v, look = "") =>
    `<span class="vector ${look}">${v.map((value) => `<span>${maths(number(value))}</span>`).join("")}</span>`;

  /* Parts of the picture. */
  const label = (x, y, letter, index, look = "") =>
    `<text x="${x}" y="${y}" class="maths ${look}"><tspan class="var">${letter}</tspan><tspan dy="0.28em"
      class="index ${+index >= 0 ? "" : "var"}">${index}</tspan></text>`;

  const arrow = ([x1, y1], [x2, y2], colour, lit) => {
    const head = Math.min(0.6, (lit ? 8 : 6) / Math.hypot(x2 - x1, y2 - y1)); // its part of the whole
    const [x, y] = [head * (x2 - x1), head * (y2 - y1)];
    return `<path d="M${x1},${y1}L${x2 - x},${y2 - y}" stroke="${colour}" stroke-width="${lit ? 2 : 1}"/>
      <path d="M${x2},${y2}l${-x - y / 2},${x / 2 - y}l${y},${-x}z" fill="${colour}"/>`;
  };

  /* A vector as a stack of cells: the larger a number, the stronger its colour, which is grey if it is negative. */
  const block = (letter, values, [left, top], [width, height], look, digits = letter === "x" ? 1 : 2) => {
    const [empty, ghost] = [look === "empty", look === "ghost"];
    const cells = values.map((value, k) => {
      const strength = empty || ghost ? 0 : Math.round(45 * Math.min(1, Math.abs(value)));
      const tint = `color-mix(in srgb, var(--${value > 0 ? letter : "dim"}) ${strength}%, var(--paper))`;
      return `<rect x="${left}" y="${top + k * height}" width="${width}" height="${height}" fill="${tint}"/>
        <text x="${left + width / 2}" y="${top + (k + 0.69) * height}" text-anchor="middle"
          class="${ghost ? "dim" : ""}">${empty ? "" : number(value, digits)}</text>`;
    });
    return `${cells.join("")}<rect x="${left}" y="${top}" width="${width}" height="${values.length * height}" rx="4"
      fill="none" stroke="var(--${empty || ghost ? "dim" : letter})" stroke-width="${look === "lit" ? 2.4 : 1}"
      ${ghost ? `stroke-dasharray="3 3"` : ""}/>`;
  };

  class Unrolled extends Widget {
    static label = "The network of the lecture, step by step";

    static html = `
      <svg role="img"></svg>
      <div class="row">
        <button id="back">← back</button>
        <button id="forward">forward →</button>
        <label class="memory">
          <input type="checkbox" role="switch" checked>
          <span>memory, ${maths(weight("hh"))}</span>
        </label>
      </div>
      <div class="equations">
        <div id="a"></div>
        <div>
          <p id="h"></p>
          <p id="y"></p>
        </div>
      </div>
      <p id="words"></p>
      <fieldset>
        <legend></legend>
        ${[0, 1, 2, 3].map((k) => Widget.slider(`x${k}`, `entry ${k + 1}`, "x", RANGE)).join("")}
        <button id="lecture">inputs of the lecture</button>
        <button id="other">the other past</button>
      </fieldset>`;

    static css = `
      svg { cursor: pointer }
      .memory { align-items: center; cursor: pointer; display: flex; gap: 0.5em; margin-left: auto; min-height: 2.4em }
      input[type=checkbox] { accent-color: var(--h); height: 1.25em; margin: 0; width: 1.25em }
      .equations { align-items: center; display: flex; flex-wrap: wrap; gap: 0 2.5em; white-space: nowrap }
      #a { align-items: center; display: grid; grid-template-columns: repeat(9, auto); text-align: center }
      #a { font-size: min(1em, 3.75vw) }
      #a > span { padding: 0.1em 0.22em }
      p .vector { margin-left: 0.2em }
      .vector {
        border: solid currentcolor;
        border-width: 0 1px;
        display: inline-grid;
        font-family: var(--serif);
        font-size: 0.82em;
        line-height: 1.4;
        padding: 0 0.35em;
        position: relative;
        text-align: right;
        vertical-align: middle;
      }
      .vector::before, .vector::after {
        border: solid currentcolor;
        border-width: 1px 0;
        content: "";
        inset: 0 auto 0 0;
        position: absolute;
        width: 0.3em;
      }
      .vector::after { inset: 0 0 0 auto }
      s, .off { color: var(--dim) }
      .index { font-size: 0.72em }
      text.small { font-size: 0.9em }
      fieldset {
        border: 0;
        border-top: 1px solid var(--grid);
        display: flex;
        flex-wrap: wrap;
        gap: 0.1em 1.5em;
        margin: 0;
        padding: 0.6em 0 0;
      }
      fieldset button { margin-top: 0.4em }
      legend { float: left; padding: 0; width: 100% }
    `;

    start({ x, x_other_past, ...parameters }) {
      Object.assign(this, parameters, { t: 1, memory: true, x: structuredClone(x) });
      const on = (selector, type, act) => this.$(selector).addEventListener(type, act);
      on("#back", "click", () => this.go(this.t - 1));
      on("#forward", "click", () => this.go(this.t + 1));
      on("svg", "click", (event) => this.go(this.stepAt(event.clientX - this.$("svg").getBoundingClientRect().left)));
      on("[role=switch]", "change", (event) => this.change({ memory: event.target.checked }));
      on("#lecture", "click", () => this.change({ x: structuredClone(x) }));
      on("#other", "click", () => this.change({ x: structuredClone(x_other_past) }));
      this.sliders((name, value) => {
        this.x[this.t - 1][name.slice(1)] = value;
        this.change({});
      });
    }

    /* The formulas of the lecture: h[t] is h_t, and y[t] is y_t; there is no y_0. */
    run(memory) {
      const h = [this.b_h.map(() => 0)];
      const y = [null];
      for (const x of this.x) {
        const past = memory ? times(this.W_hh, h.at(-1)) : h[0];
        h.push(plus(times(this.W_xh, x), past, this.b_h).map(Math.tanh));
        y.push(plus(times(this.W_hy, h.at(-1)), this.b_y));
      }
      return { h, y };
    }

    go(t) {
      if (t >= 1 && t <= this.x.length) this.change({ t });
    }

    change(what) {
      Object.assign(this, what);
      this.draw();
      this.say(`Step ${this.t}. h is ${list(this.now.h[this.t])}; y is ${list(this.now.y[this.t])}. ${this.words()}`);
    }

    draw() {
      const { t, x } = this;
      this.now = this.run(this.memory);
      this.$("#back").setAttribute("aria-disabled", t === 1);
      this.$("#forward").setAttribute("aria-disabled", t === x.length);
      x[t - 1].forEach((value, k) => { this.show(`x${k}`, value, 1); });
      this.$("legend").innerHTML = `The input ${maths(symbol("x", t, "x"))}, which you can change:`;
      this.equations();
      this.$("#words").innerHTML = this.words();
      this.picture();
    }

    /* What the outputs lose without memory. */
    words() {
      const { t, memory, now } = this;
      const none = `${symbol("h", 0, "h")} is zero, so there is nothing to remember yet.`;
      if (t === 1) return memory ? none : `The first output loses nothing: ${none}`;
      if (memory) return "The middle term is what the network remembers.";
      return `Without memory ${symbol("y", t, "y")} is (${list(now.y[t])}) instead of (${list(this.run(true).y[t])}).`;
    }

    equations() {
      const { t, memory } = this;
      const { h, y } = this.now;
      const past = `${weight("hh")} ${symbol("h", t - 1, "h")}`;
      const parts = [times(this.W_xh, this.x[t - 1]), memory ? times(this.W_hh, h[t - 1]) : h[0], this.b_h];
      const terms = [
        `${weight("xh")} ${symbol("x", t, "x")}`,
        memory ? past : `<s>${past}</s>`,
        symbol("b", "<var>h</var>"),
      ];
      const sum = (start, sign, [u, v, w], ...end) => [start, sign, u, "+", v, "+", w, ...end];
      const equal = t === 1 || !memory ? "=" : "≈"; // x, W_xh and b_h have one decimal each
      const numbers = [column(parts[0]), column(parts[1], memory ? "" : "off"), column(parts[2])];
      const total = column(plus(...parts));
      const rows = [sum(symbol("a", t), "=", terms, "", ""), sum("", equal, numbers, equal, total)];
      this.$("#a").innerHTML = rows.flat().map((cell) => `<span>${maths(cell)}</span>`).join("");
      const [state, output] = [symbol("h", t, "h"), symbol("y", t, "y")];
      const read = `${weight("hy")} ${state} + ${symbol("b", "<var>y</var>")}`;
      this.$("#h").innerHTML = maths(`${state} = tanh(${symbol("a", t)}) ≈ ${column(h[t], "h")}`);
      this.$("#y").innerHTML = maths(`${output} = ${read} ≈ ${column(y[t], "y")}`);
    }

    /* The picture has a column for each step, pitch apart; that of step 1 has its middle at first. */
    stepAt(left) {
      return 1 + Math.round((left - this.first) / this.pitch);
    }

    picture() {
      const { em, width, t, memory, x, now } = this;
      const cell = [Math.min(4.2 * em, Math.max(3.1 * em, 0.11 * width)), 1.6 * em];
      const zero = [1.5 * em, cell[1]]; // of h_0
      this.pitch = (width - zero[0] + cell[0] / 2) / (x.length + 0.5);
      this.first = zero[0] + this.pitch - cell[0] / 2;
      const gap = 2.7 * em;
      const top = { ghost: 1.9 * em, y: (memory ? 2 : 7) * em };
      top.h = top.y + 2 * cell[1] + gap;
      top.x = top.h + 3 * cell[1] + gap;
      const foot = { y: top.h - gap, h: top.x - gap, x: top.x + 4 * cell[1] };
      const middle = (top.h + foot.h) / 2;
      const centre = (step) => this.first + (step - 1) * this.pitch;
      const left = (step) => centre(step) - cell[0] / 2;
      const before = (step) => left(step) - this.pitch + cell[0] + 2;
      const ghosts = memory ? [] : this.run(true).y.slice(0, t + 1);

      const copy = (step) => {
        const lit = step === t;
        const look = lit ? "lit" : step < t ? "done" : "empty";
        const line = (from, to, letter) => arrow(from, to, `var(--${lit ? letter : "dim"})`, lit);
        const rise = (from, to, letter) => line([centre(step), from - 3], [centre(step), to + 3], letter);
        const stack = (letter, values, look) => block(letter, values, [left(step), top[letter]], cell, look);
        const name = (letter, y) => label(left(step), y, letter, step, lit ? letter : "dim");
        return `${rise(top.x, foot.h, "x")}${rise(top.h, foot.y, "y")}
          ${memory ? line([before(step), middle], [left(step) - 2, middle], "h") : ""}
          ${stack("x", x[step - 1], lit ? "lit" : "done")}
          ${stack("h", now.h[step], look)}${stack("y", now.y[step], look)}
          ${ghosts[step] ? block("y", ghosts[step], [left(step), top.ghost], cell, "ghost") : ""}
          ${name("x", foot.x + 1.2 * em)}${name("h", top.h - 0.55 * em)}${name("y", top.y - 0.55 * em)}`;
      };

      const room = left(t) - before(t) - 2 * em; // for W_hh over its arrow; or else its name is below it
      const name = (x, y, index, letter) => label(x, y, "W", index, letter + (room < 0 ? " small" : ""));
      const W_hh = [before(t) + Math.max(2, room / 2), room < 0 ? foot.h + em : middle - 0.5 * em];
      this.paint(foot.x + 2.2 * em, `
        <rect x="${before(t)}" width="${centre(t) + this.pitch / 2 - before(t)}" height="${foot.x + 2 * em}" rx="6"
          fill="color-mix(in srgb, var(--ink) 5%, var(--paper))"/>
        ${x.map((_, k) => copy(k + 1)).join("")}
        ${block("h", now.h[0], [0, top.h], zero, "done", 0)}${label(0, top.h - 0.55 * em, "h", 0, "dim")}
        ${memory ? name(...W_hh, "hh", "h") : `<text x="${left(1)}" y="${1.3 * em}" class="dim">with memory</text>`}
        ${name(centre(t) + 0.35 * em, foot.h + 1.65 * em, "xh", "x")}
        ${name(centre(t) + 0.35 * em, foot.y + 1.65 * em, "hy", "y")}`);
      const numbers = (step) => `h is ${list(now.h[step])}, y is ${list(now.y[step])}.`;
      const steps = x.slice(0, t).map((v, k) => `Step ${k + 1}: x is ${list(v, 1)}, ${numbers(k + 1)}`);
      this.$("svg").setAttribute("aria-label", steps.join(" "));
    }
  }

  customElements.define("rnn-unrolled", Unrolled);
});
