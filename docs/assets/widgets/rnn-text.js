/*
 * <rnn-text>: a trained LSTM reads a prompt and continues it, one character at a time; then its text is coloured.
 *
 * Its weights come when the reader does, or, if they are large,
 * when the reader asks for them. It is long because a page loads the network, its gradients and its pictures as one file.
 */

customElements.whenDefined("rnn-widget").then((Widget) => {
  if (customElements.get("rnn-text")) return;

  const { number } = Widget;
  const RANGE = { min: 0.2, max: 2, step: 0.05 }; // of the temperature
  const PACE = 40; // milliseconds a character
  const LIKELIEST = 12; // characters in the picture
  const VISIBLE = { " ": "␣", "\n": "↵" };
  const SPOKEN = { " ": "space", "\n": "new line" };
  const STRONGEST = 45; // per cent of a colour behind a character that can still be read

  /* The alphabet, what is read before any text, and the arrays, each by its name within its part of the network. */
  const parse = (file) => {
    const { arrays, texts } = Widget.weights(file);
    const own = Object.entries(arrays).map(([name, array]) => [name.split(".")[1], array]);
    return { before: "", ...texts, ...Object.fromEntries(own) };
  };

  const sigmoid = (a) => 1 / (1 + Math.exp(-a));

  /* Row r of W, which has as many columns as v has entries, times v. */
  const times = (W, r, v) => {
    let sum = 0;
    for (let j = 0, at = r * v.length; j < v.length; j++, at++) sum += W[at] * v[j];
    return sum;
  };

  /* Adds v, which has an entry for each row of W, times W to sum. */
  const timesTransposed = (W, v, sum) => {
    for (let r = 0, at = 0; r < v.length; r++) for (let j = 0; j < sum.length; j++, at++) sum[j] += W[at] * v[r];
    return sum;
  };

  const softmax = (y, temperature = 1) => {
    const largest = Math.max(...y); // is taken off first, so that nothing overflows
    const powers = Array.from(y, (score) => Math.exp((score - largest) / temperature));
    const sum = powers.reduce((u, v) => u + v);
    return powers.map((power) => power / sum);
  };

  /* An LSTM over one-hot characters; after each, its states h and c (H) and the scores y (V) of what comes next. */
  class Network {
    constructor(weights) {
      Object.assign(this, weights);
      this.reset();
    }

    reset() {
      const H = this.b.length / 4;
      this.steps = [{ h: new Float64Array(H), c: new Float64Array(H), y: this.b_y }];
      for (const character of this.before) this.read(character);
      this.steps = [this.last];
    }

    get last() {
      return this.steps.at(-1);
    }

    /* The gates i, f, o and the candidate lie in a one after another; W_x x is the column of the character. */
    read(character) {
      const { h: before, c: kept } = this.last;
      const [H, V, k] = [kept.length, this.alphabet.length, this.alphabet.indexOf(character)];
      const a = this.b.map((bias, r) => bias + this.W_x[r * V + k] + times(this.W_h, r, before))
        .map((a, r) => (r < 3 * H ? sigmoid(a) : Math.tanh(a)));
      const c = kept.map((c, j) => a[H + j] * c + a[j] * a[3 * H + j]);
      const h = c.map((c, j) => a[2 * H + j] * Math.tanh(c));
      this.steps.push({ a, c, h, y: this.b_y.map((bias, r) => bias + times(this.W_hy, r, h)) });
    }

    distribution(temperature) {
      return softmax(this.last.y, temperature);
    }

    /*
     * How strongly each of the first n characters acts on what comes behind them: the length of the gradient of the
     * logarithm of its probability at each one-hot input, by backpropagation through time.
     */
    strengths(n, character) {
      const [H, V, k] = [this.b.length / 4, this.alphabet.length, this.alphabet.indexOf(character)];
      const found = new Array(n);
      let dh = timesTransposed(this.W_hy, softmax(this.steps[n].y).map((p, j) => (j === k) - p), new Float64Array(H));
      const dc = new Float64Array(H);
      for (let t = n; t > 0; t--) {
        const { a, c } = this.steps[t];
        const delta = new Float64Array(4 * H);
        for (let j = 0; j < H; j++) {
          const [i, f, o, candidate] = [a[j], a[H + j], a[2 * H + j], a[3 * H + j]];
          const shown = Math.tanh(c[j]);
          dc[j] += dh[j] * o * (1 - shown * shown);
          delta[j] = dc[j] * candidate * i * (1 - i);
          delta[H + j] = dc[j] * this.steps[t - 1].c[j] * f * (1 - f);
          delta[2 * H + j] = dh[j] * shown * o * (1 - o);
          delta[3 * H + j] = dc[j] * i * (1 - candidate * candidate);
          dc[j] *= f;
        }
        found[t - 1] = Math.hypot(...timesTransposed(this.W_x, delta, new Float64Array(V)));
        dh = timesTransposed(this.W_h, delta, new Float64Array(H));
      }
      return found;
    }
  }

  class Text extends Widget {
    static label = "The trained network writes";

    static html = `
      <div class="live">
        <label class="prompt x"><span>prompt</span>
          <input type="text" name="prompt" maxlength="200" autocomplete="off" autocapitalize="off" spellcheck="false"
            aria-describedby="words"></label>
        <div class="row">
          ${Widget.slider("temperature", "temperature", "y", RANGE)}
          <button id="go"></button>
        </div>
      </div>
      <p id="words"></p>
      <div class="stage"><slot></slot><div class="live">
        <p id="written"></p>
        <div class="row" role="group" aria-label="Colour the text by">
          <button name="nothing">plain</button>
          <button name="gradient">by the gradient</button>
          <button name="unit">by a unit</button>
        </div>
        <div class="row">
          ${Widget.slider("at", "character", "grad", { min: 1, max: 1, step: 1 })}
          ${Widget.slider("unit", "hidden unit", "h", { min: 0, max: 1, step: 1 })}
        </div>
        <p id="told"></p>
        <svg role="img" aria-label="No network yet."></svg>
      </div></div>`;

    static css = `
      .prompt { align-items: center; display: flex; gap: 0.7em }
      .prompt span { color: var(--c) }
      input[type=text] {
        background: none;
        border: 1px solid var(--dim);
        border-radius: 4px;
        box-sizing: border-box;
        color: var(--c);
        flex: 1;
        font: inherit;
        font-size: max(16px, 1em);
        min-height: 2.4em;
        min-width: 0;
        padding: 0.2em 0.6em;
      }
      input[type=text]:focus-visible { outline: 2px solid var(--c); outline-offset: 1px }
      input[aria-invalid=true] { border-color: var(--grad) }
      #go { min-width: 7em }
      #words, #told { min-height: 1.5em; overflow-wrap: anywhere }
      #told { min-height: 3em }
      button[aria-pressed=true] { background: var(--grid) }
      #written.coloured { color: var(--ink); cursor: pointer }
      .at { outline: 2px solid var(--grad); outline-offset: -1px }
      #written { font-size: 1.15em; min-height: 12em; overflow-wrap: anywhere; white-space: pre-wrap }
      @media (min-width: 45em) { #written { min-height: 7.5em } }
      :host([unasked]) .stage > .live { display: none } /* room is made for the network when it is asked for */
    `;

    start({ prompt, temperature, length, file, units, told, size }) {
      Object.assign(this, { prompt, temperature, length, file, units, told, size, text: prompt, random: Math.random });
      Object.assign(this, { colour: "nothing", at: 1, unit: Number(Object.keys(told)[0] ?? 0) });
      const field = this.$("[name=prompt]");
      field.value = prompt;
      field.addEventListener("input", () => this.change({ prompt: field.value }));
      field.addEventListener("keydown", (event) => event.key === "Enter" && this.go());
      this.$("#go").addEventListener("click", () => (this.running ? this.stop() : this.go()));
      this.sliders((name, value) => this.change({ [name]: value }));
      for (const button of this.shadowRoot.querySelectorAll("button[name]"))
        button.addEventListener("click", () => this.change({ colour: button.name }));
      this.$("#written").addEventListener("click", ({ target }) => {
        const at = [...this.$("#written").children].indexOf(target);
        if (at > 0) this.change({ at });
      });
      if (!size) this.near(() => this.load());
    }

    disconnectedCallback() {
      super.disconnectedCallback();
      this.rest();
    }

    load() {
      this.loading = true;
      this.draw();
      this.bring(this.file, (weights) => this.wake(parse(weights)), "The trained network cannot run", "the picture has recorded samples");
    }

    wake(weights) {
      this.network = new Network(weights);
      this.reread();
      this.redraw();
    }

    /* What is wrong with the prompt, in words. */
    get refusal() {
      const { alphabet } = this.network;
      const unknown = [...new Set(this.prompt)].filter((character) => !alphabet.includes(character)).join("");
      const known = alphabet.replace(/\s/g, "").replace("0123456789", " 0–9 ").replace(/A[B-Y]+Z/, " A–Z ");
      if (unknown) return `The network has never read ${unknown}; it knows the space and
        ${known.replace(/a[b-y]+z/, " a–z")} only. Leave out what it does not know.`;
      return this.prompt ? "" : "The prompt is empty, so there is nothing to continue. Type a character or more.";
    }

    get ended() {
      return this.text.length >= this.prompt.length + this.length;
    }

    change(what) {
      Object.assign(this, what);
      if (this.network && "prompt" in what) this.reread();
      this.draw();
      if (!this.network || this.running) return;
      if (!("prompt" in what || "temperature" in what)) return this.speak(this.$("#told").textContent);
      const [[likeliest, p]] = this.ranking();
      this.speak(this.refusal || `At temperature ${number(this.temperature, 2)} the likeliest next character is
        ${SPOKEN[likeliest] ?? likeliest}, with probability ${number(p)}.`);
    }

    /* From the beginning to the end of the prompt. */
    reread() {
      this.rest();
      this.network.reset();
      this.text = "";
      if (!this.refusal) while (this.text !== this.prompt) this.advance();
    }

    /* Reads a character: the next one of the prompt, or after its end one that is drawn from the distribution. */
    advance() {
      const character = this.prompt[this.text.length] ?? this.pick();
      this.network.read(character);
      this.text += character;
    }

    pick() {
      let left = this.random();
      const p = this.network.distribution(this.temperature);
      return this.network.alphabet.at(p.findIndex((probability) => (left -= probability) < 0));
    }

    go() {
      if (!this.network && !this.loading) return this.load();
      if (!this.network || this.running) return;
      if (this.refusal) return this.speak(this.refusal);
      this.network.reset();
      this.text = "";
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
        while (!this.ended) this.advance();
        this.stop();
      } else {
        this.running = setInterval(() => {
          this.advance();
          if (this.ended) this.stop();
          else this.draw();
        }, PACE);
        this.draw();
      }
    }

    rest() {
      clearInterval(this.running);
      this.running = null;
    }

    stop() {
      this.rest();
      this.at = this.text.length - 1;
      this.draw();
      this.speak(`The network has written: ${this.text}`);
    }

    /* The characters that may come next, the likeliest first, each with its probability. */
    ranking() {
      const p = this.network.distribution(this.temperature);
      return p.map((probability, k) => [this.network.alphabet[k], probability]).sort((u, v) => v[1] - u[1]);
    }

    words() {
      if (!this.network && this.size && !this.loading) return `The network is loaded when you ask for it: ${this.size}.`;
      if (!this.network) return "The trained network is being loaded.";
      if (this.refusal) return this.refusal;
      const written = this.text.length - this.prompt.length;
      if (this.running) return written < 0 ? "It reads the prompt." : "It writes, and reads what it writes.";
      return written ? `It has written ${Math.max(written, 0)} characters.` : "It has read the prompt.";
    }

    /* How strongly each character before the marked one acts on it; not while it writes, since that takes a while. */
    get strengths() {
      const { at, colour, network, running, text } = this;
      return network && colour === "gradient" && !running && text[at] ? network.strengths(at, text[at]) : [];
    }

    /* What the colours say, in words. */
    tell(strengths) {
      const { network, colour, text, at, unit } = this;
      const name = (n) => SPOKEN[text[n]] ?? text[n];
      if (network && colour === "unit" && !this.running) return `Unit ${unit} is ${number(network.last.h[unit])} at the
        end; blue is above 0, grey below. ${this.told[unit] ?? ""}`;
      if (!strengths.length) return "";
      const most = strengths.indexOf(Math.max(...strengths));
      const p = softmax(network.steps[at].y)[network.alphabet.indexOf(text[at])];
      return `The marked character, ${name(at)}, had the probability ${number(p)}. The strongest gradient is at
        ${name(most)}, ${at - most} back: ${number(strengths[most])}.`;
    }

    draw() {
      const { network, text, running } = this;
      const refusal = network && this.refusal;
      this.show("temperature", this.temperature, 2);
      this.$("[name=prompt]").setAttribute("aria-invalid", Boolean(refusal));
      this.$("#go").textContent = running ? "Stop" : network || !this.size ? "Generate" : "Load";
      this.$("#go").setAttribute("aria-disabled", network ? Boolean(refusal) : !this.size || Boolean(this.loading));
      this.toggleAttribute("unasked", Boolean(this.size && !network && !this.loading));
      this.$("#words").textContent = this.words();
      this.$("[name=at]").max = Math.max(text.length - 1, 1);
      this.$("input[name=unit]").max = this.units - 1;
      this.show("at", this.at, 0);
      this.show("unit", this.unit, 0);
      for (const button of this.shadowRoot.querySelectorAll("button[name]"))
        button.setAttribute("aria-pressed", button.name === this.colour);
      const { strengths } = this;
      this.$("#told").textContent = this.tell(strengths);
      this.write(strengths);
      if (this.width) this.picture();
    }

    write(strengths) {
      const { at, colour, network, prompt, text, unit } = this;
      const largest = Math.max(...strengths);
      const tints = network && colour === "unit" ? network.steps.slice(1).map(({ h }) => h[unit])
        : strengths.map((strength) => Widget.shade(strength, largest));
      const written = this.$("#written");
      written.classList.toggle("coloured", tints.length > 0);
      written.replaceChildren(...Array.from(text, (character, n) => {
        const span = document.createElement("span");
        span.className = !tints.length ? (n < prompt.length ? "x" : "y") : strengths.length && n === at ? "at" : "";
        span.textContent = character;
        const name = colour === "gradient" ? "grad" : tints[n] > 0 ? "h" : "dim";
        if (tints[n]) span.style.background =
          `color-mix(in srgb, var(--${name}) ${STRONGEST * Math.abs(tints[n])}%, transparent)`;
        return span;
      }));
    }

    picture() {
      const { em, width } = this;
      const columns = width > 40 * em ? 64 : 32;
      const [foot, height, size, top] = [10.5 * em, 7.5 * em, width / columns, 15.1 * em];
      const tall = top + Math.ceil(this.units / columns) * size + 1;
      if (!this.network) return this.paint(tall, "");

      const write = (x, y, words, anchor = "middle", look = "") =>
        `<text x="${x}" y="${y}" text-anchor="${anchor}" class="${look}">${words}</text>`;
      const percent = (p) => (p < 0.005 ? "" : Math.round(100 * p));

      const ranking = this.ranking();
      const rest = ranking.slice(LIKELIEST);
      const others = [`${rest.length} others`, rest.reduce((sum, [, p]) => sum + p, 0)];
      const shown = [...ranking.slice(0, LIKELIEST), others];
      const slot = width / (LIKELIEST + 3); // the others have a wider one
      const bar = ([character, p], k) => {
        const middle = k < LIKELIEST ? (k + 0.5) * slot : width - 1.5 * slot;
        const look = `fill="var(--${k < LIKELIEST ? "y" : "dim"})"`;
        return `<rect x="${middle - 0.36 * slot}" y="${foot - p * height}" width="${0.72 * slot}"
            height="${p * height}" ${look}/>
          ${write(middle, foot - p * height - 0.35 * em, percent(p))}
          ${write(middle, foot + 1.3 * em, VISIBLE[character] ?? character)}`;
      };

      const cell = (value, j) => {
        const tint = `color-mix(in srgb, var(--${value > 0 ? "h" : "dim"}) ${Math.round(100 * Math.abs(value))}%,
          var(--paper))`;
        return `<rect x="${(j % columns) * size}" y="${top + Math.floor(j / columns) * size}" width="${size}"
          height="${size}" fill="${tint}" stroke="var(--grid)"/>`;
      };

      const h = Array.from(this.network.last.h);
      this.paint(tall, `
        ${write(0, 1.1 * em, "what may come next, in per cent", "start")}
        <path d="M0,${foot}H${width}" stroke="var(--dim)"/>${shown.map(bar).join("")}
        ${write(0, top - 0.7 * em, "the hidden state: blue above 0, grey below", "start")}
        ${h.map(cell).join("")}`);
      const list = shown.filter(([, p]) => percent(p)).map(([name, p]) => `${SPOKEN[name] ?? name} ${percent(p)}`);
      this.$("svg").setAttribute("aria-label", `What may come next, in per cent: ${list.join(", ")}.
        Below it the hidden state, ${h.length} numbers.`);
    }
  }

  customElements.define("rnn-text", Text);
});
