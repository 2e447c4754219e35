/*
 * <rnn-attention>: the trained network of the page reads digits and writes them in reverse; what it looks at, in colour.
 *
 * Its weights come when the reader does.
 */

customElements.whenDefined("rnn-widget").then((Widget) => {
  if (customElements.get("rnn-attention")) return;

  const { number } = Widget;
  const { exp, max, min, tanh } = Math;
  const MAX_DIGITS = 12; // digits
  const STRONGEST = 95; // per cent of blue, as in the static figure

  const sigmoid = (a) => 1 / (1 + exp(-a));
  const dot = (u, v) => u.reduce((sum, value, k) => sum + value * v[k], 0);
  const times = (W, v) => W.map((row) => dot(row, v));
  const plus = (...vectors) => vectors[0].map((_, k) => vectors.reduce((sum, v) => sum + v[k], 0));
  const column = (W, k) => W.map((row) => row[k]); // W times a one-hot vector

  const softmax = (scores) => {
    const powers = scores.map((score) => exp(score - max(...scores)));
    const sum = powers.reduce((u, v) => u + v);
    return powers.map((power) => power / sum);
  };

  /* An array as nested lists. */
  const nested = (array, [n, ...rest] = array.shape) => {
    const row = (k) => array.subarray((k * array.length) / n, ((k + 1) * array.length) / n);
    return rest.length ? Array.from({ length: n }, (_, k) => nested(row(k), rest)) : [...array];
  };

  /* By part of the model, its arrays by name. */
  const parse = (file) => {
    const model = {};
    for (const [name, array] of Object.entries(Widget.weights(file).arrays)) {
      const [part, own] = name.split(".");
      (model[part] ??= {})[own] = nested(array);
    }
    return model;
  };

  /* One step of a GRU that is given a symbol: gates r and z, candidate n. */
  const step = ({ W_x, W_h, b, b_hn }, symbol, h) => {
    const a = W_x.map((W, gate) => plus(column(W, symbol), b[gate]));
    const past = W_h.map((W) => times(W, h));
    const r = plus(a[0], past[0]).map(sigmoid), z = plus(a[1], past[1]).map(sigmoid);
    return h.map((old, k) => (1 - z[k]) * tanh(a[2][k] + r[k] * (past[2][k] + b_hn[k])) + z[k] * old);
  };

  class Attention extends Widget {
    static label = "What the network looks at while it writes your digits in reverse";

    static html = `
      <div class="live">
        <div class="row">
          <label class="field x"><span>read</span>
            <input type="text" name="digits" inputmode="numeric" maxlength="${MAX_DIGITS}" autocomplete="off"></label>
          <button id="other">other digits</button>
        </div>
        ${Widget.slider("n", "written digit", "y", { min: 1, max: 1, step: 1 })}
      </div>
      <p id="words">The network is being loaded.</p>
      <div class="stage"><slot></slot><div class="live"><svg role="img" aria-label="No weights yet."></svg></div></div>`;

    static css = `
      .field { align-items: center; display: flex; flex: 1 1 12em; gap: 0.7em }
      .field span { color: var(--c) }
      input[type=text] {
        background: none; border: 1px solid var(--dim); border-radius: 4px; color: var(--ink); font: inherit;
        letter-spacing: 0.2em; min-height: 2.4em; min-width: 0; padding: 0.2em 0.5em; width: 100%;
      }
      input[type=text]:focus-visible { outline: 2px solid var(--c); outline-offset: 1px }
      input[aria-invalid=true] { border-color: var(--grad) }
      #words { min-height: 4.5em }
      svg { cursor: pointer; touch-action: pan-y }
    `;

    start({ file, digits, kinds }) {
      Object.assign(this, { digits, kinds, n: 1, random: Math.random });
      const field = this.$("[name=digits]");
      field.value = digits.join("");
      field.addEventListener("input", () => this.read(field.value));
      this.$("#other").addEventListener("click", () => this.shuffle());
      this.$("svg").addEventListener("click", (event) => this.pick(event));
      this.sliders((_name, value) => this.choose(value));
      this.near(() => this.bring(file, (weights) => this.wake(parse(weights)), "The trained network cannot run"));
    }

    wake(model) {
      this.model = model;
      this.compute();
      clearTimeout(this.pause); // nobody has changed anything yet
    }

    /* What keeps the text from being read, if anything does. */
    get refusal() {
      const text = this.$("[name=digits]").value;
      const other = [...text].find((character) => !(character >= "1" && character <= String(this.kinds)));
      if (!text) return "There is nothing to read: type a digit.";
      return other ? `The network knows the digits 1 to ${this.kinds} only; ${other === " " ? "a space" : other} is none.` : "";
    }

    read(text) {
      if (this.refusal) {
        this.redraw();
        this.speak(this.refusal);
        return;
      }
      this.digits = Array.from(text, Number);
      this.n = min(this.n, text.length);
      this.compute();
    }

    shuffle() {
      this.digits = this.digits.map(() => 1 + Math.floor(this.random() * this.kinds));
      this.$("[name=digits]").value = this.digits.join("");
      this.compute();
    }

    choose(n) {
      this.n = n;
      this.redraw();
      this.say(this.words());
    }

    /* The encoder reads; then the decoder writes, each time given what it has written before. */
    compute() {
      if (!this.model) return;
      const { encoder, decoder, attention: { W_q, W_k, w }, readout: { W_hy, b_y } } = this.model;
      let h = encoder.b_hn.map(() => 0);
      const states = this.digits.map((digit) => (h = step(encoder, digit, h)));
      const keys = states.map((state) => times(W_k, state));
      let before = 0; // no digit
      this.rows = this.digits.map(() => {
        h = step(decoder, before, h);
        const query = times(W_q, h);
        const weights = softmax(keys.map((key) => dot(w, plus(query, key).map(tanh))));
        const context = states[0].map((_, k) => weights.reduce((sum, weight, m) => sum + weight * states[m][k], 0));
        const p = softmax(plus(times(W_hy, [...h, ...context]), b_y));
        before = p.indexOf(max(...p));
        return { weights, p, digit: before };
      });
      this.redraw();
      this.say(this.words());
    }

    get right() {
      return this.rows.filter(({ digit }, n) => digit === this.digits.at(-1 - n)).length;
    }

    words() {
      if (this.refusal) return this.refusal;
      const { digits, n, right, rows } = this;
      const { weights, digit, p } = rows[n - 1];
      const m = weights.indexOf(max(...weights));
      const wanted = digits.at(-n);
      const verdict = digit === wanted ? "right" : `wrong: ${wanted} would be right`;
      return `Digit ${n} is written as ${digit} with probability ${number(p[digit])}, which is ${verdict}. ` +
        `It looks most, with weight ${number(weights[m])}, at the ${digits[m]} that was read at place ${m + 1}. ` +
        `In all ${right} of ${digits.length} digits are right.`;
    }

    /* The cell of the picture under a click chooses its row. */
    pick({ clientY }) {
      if (!this.rows) return;
      const row = Math.floor((clientY - this.$("svg").getBoundingClientRect().y - this.top) / this.cell);
      if (row >= 0 && row < this.digits.length) this.choose(row + 1);
    }

    draw() {
      const { digits, em, n, rows, width } = this;
      const T = digits.length, left = 2.4 * em, least = 24 * em + 2; // room for eight digits
      if (!rows) return this.paint(least, "");
      this.top = 3.2 * em;
      this.cell = min((width - left - 2) / T, 2.6 * em);
      const { cell, top } = this;
      this.$("[name=digits]").setAttribute("aria-invalid", Boolean(this.refusal));
      this.$("[name=n]").max = T;
      this.show("n", n, 0);
      this.$("#words").textContent = this.words();
      const text = (x, y, words, look, anchor = "middle") =>
        `<text x="${x}" y="${y}" text-anchor="${anchor}" class="${look}">${words}</text>`;
      const square = (weight, m, row) => `<rect x="${left + m * cell}" y="${top + row * cell}" width="${cell}"
        height="${cell}" stroke="var(--grid)" fill="color-mix(in srgb, var(--h) ${STRONGEST * weight}%, var(--paper))"/>`;
      const line = ({ weights, digit }, row) => {
        const look = digit === digits.at(-1 - row) ? "y" : "grad";
        return weights.map((weight, m) => square(weight, m, row)).join("") +
          text(left - 0.8 * em, top + (row + 0.5) * cell + 0.35 * em, digit, `maths ${look}`);
      };
      this.paint(max(top + T * cell + 2, least), `
        ${text(left, 1.1 * em, "read, from left to right; below it what is written", "dim", "start")}
        ${digits.map((digit, m) => text(left + (m + 0.5) * cell, top - 0.6 * em, digit, "maths x")).join("")}
        ${rows.map(line).join("")}
        <rect x="${left}" y="${top + (n - 1) * cell}" width="${T * cell}" height="${cell}" fill="none"
          stroke="var(--y)" stroke-width="2"/>`);
      this.$("svg").setAttribute("aria-label", `The weights: ${rows.map(({ digit, weights }, k) =>
        `row ${k + 1} writes ${digit} and looks at place ${weights.indexOf(max(...weights)) + 1}`).join("; ")}.`);
    }
  }

  customElements.define("rnn-attention", Attention);
});
