/*
 * <rnn-text>: the trained LSTM of the page reads a prompt and goes on from it, one character at a time.
 *
 * Its weights are loaded when the reader comes to the piece, from a script beside this one (from file:// a browser
 * loads nothing else): rnn_notes/web/widgets.py writes it, with a checksum, from the file of the trained network.
 */

((here) => customElements.whenDefined("rnn-piece").then((Piece) => {
  if (customElements.get("rnn-text")) return;

  const { number } = Piece;
  const RANGE = { min: 0.2, max: 2, step: 0.05 }; // of the temperature
  const PACE = 40; // milliseconds a character
  const LIKELIEST = 12; // characters in the picture
  const UNITS = 128; // hidden ones, for which the picture has room before the weights are there
  const VISIBLE = { " ": "␣", "\n": "↵" };
  const SPOKEN = { " ": "space", "\n": "new line" };

  /* CRC-32, as zlib computes it. */
  const checksum = (bytes) => {
    let crc = -1;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 && 0xedb88320);
    }
    return ~crc >>> 0;
  };

  /* A number in half precision: 1 bit is its sign, 5 are the exponent, 10 the fraction. */
  const half = (bits) => {
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    return (bits >> 15 ? -1 : 1) * (exponent ? 1024 + fraction : fraction) * 2 ** (Math.max(exponent, 1) - 25);
  };

  /* No bytes at all if the text is no base64. */
  const decode = (base64) => {
    try {
      return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    } catch {
      return new Uint8Array();
    }
  };

  /* The file of rnn_notes/experiments/generator.py: the alphabet, and the arrays by name. */
  const parse = (weights) => {
    if (!weights) throw new Error("it is cut short");
    const bytes = decode(weights.base64);
    if (bytes.length !== weights.length) throw new Error(`it has ${bytes.length} bytes instead of ${weights.length}`);
    if (checksum(bytes) !== weights.crc32) throw new Error("its numbers are not those that were written");
    const view = new DataView(bytes.buffer);
    const start = 8 + view.getUint32(0, true);
    const { __metadata__, ...entries } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
    const numbers = ([from, to]) => Float32Array.from({ length: (to - from) / 2 }, (_, k) =>
      half(view.getUint16(start + from + 2 * k, true)));
    const arrays = Object.entries(entries).map(([name, entry]) => [name.split(".")[1], numbers(entry.data_offsets)]);
    return { alphabet: __metadata__.alphabet, ...Object.fromEntries(arrays) };
  };

  let loading; // a promise of the weights, the same for all pieces
  const load = () => (loading ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = new URL("rnn-text-weights.js", here);
    script.addEventListener("load", done);
    script.addEventListener("error", () => fail(new Error("it cannot be read")));
    document.head.append(script);
  }).then(() => parse(Text.weights)));

  const sigmoid = (a) => 1 / (1 + Math.exp(-a));

  /* Row r of W, which has as many columns as v has entries, times v. */
  const times = (W, r, v) => {
    let sum = 0;
    for (let j = 0, at = r * v.length; j < v.length; j++, at++) sum += W[at] * v[j];
    return sum;
  };

  /* An LSTM over one-hot characters, with the states h and c (H) and the scores y (V) of what comes next. */
  class Network {
    constructor(weights) {
      Object.assign(this, weights);
      this.reset();
    }

    reset() {
      const H = this.b.length / 4;
      Object.assign(this, { h: new Float32Array(H), c: new Float32Array(H), y: this.b_y });
    }

    /* The gates i, f, o and the candidate lie in a one after another; W_x x is the column of the character. */
    read(character) {
      const [H, V, k] = [this.h.length, this.alphabet.length, this.alphabet.indexOf(character)];
      const a = this.b.map((bias, r) => bias + this.W_x[r * V + k] + times(this.W_h, r, this.h));
      this.c = this.c.map((c, j) => sigmoid(a[H + j]) * c + sigmoid(a[j]) * Math.tanh(a[3 * H + j]));
      this.h = this.c.map((c, j) => sigmoid(a[2 * H + j]) * Math.tanh(c));
      this.y = this.b_y.map((bias, r) => bias + times(this.W_hy, r, this.h));
    }

    /* softmax(y / temperature), from which the largest score is taken off first, so that nothing overflows. */
    distribution(temperature) {
      const largest = Math.max(...this.y);
      const powers = Array.from(this.y, (score) => Math.exp((score - largest) / temperature));
      const sum = powers.reduce((u, v) => u + v);
      return powers.map((power) => power / sum);
    }
  }

  class Text extends Piece {
    static label = "The trained network writes";

    static html = `
      <div class="live">
        <label class="prompt x"><span>prompt</span>
          <input type="text" name="prompt" maxlength="200" autocomplete="off" autocapitalize="off" spellcheck="false"
            aria-describedby="words"></label>
        <div class="row">
          ${Piece.slider("temperature", "temperature", "y", RANGE)}
          <button id="go"></button>
        </div>
      </div>
      <p id="words"></p>
      <div class="live">
        <p id="written"><span class="x"></span><span class="y"></span></p>
        <svg role="img" aria-label="No network yet."></svg>
      </div>`;

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
      #words { min-height: 1.5em; overflow-wrap: anywhere }
      #written { font-size: 1.15em; min-height: 12em; overflow-wrap: anywhere; white-space: pre-wrap }
      @media (min-width: 45em) { #written { min-height: 7.5em } }
      :host([failed]) slot { display: contents }
      :host([failed]) .live { display: none }
    `;

    start({ prompt, temperature, length }) {
      Object.assign(this, { prompt, temperature, length, text: prompt, random: Math.random });
      const field = this.$("[name=prompt]");
      field.value = prompt;
      field.addEventListener("input", () => this.change({ prompt: field.value }));
      field.addEventListener("keydown", (event) => event.key === "Enter" && this.generate());
      this.$("#go").addEventListener("click", () => (this.running ? this.stop() : this.generate()));
      this.sliders((name, value) => this.change({ [name]: value }));
      new IntersectionObserver(([seen], observer) => {
        if (!seen.isIntersecting) return;
        observer.disconnect();
        load().then((weights) => this.wake(weights), (error) => this.fail(error));
      }).observe(this);
    }

    disconnectedCallback() {
      super.disconnectedCallback();
      this.rest();
    }

    wake(weights) {
      this.network = new Network(weights);
      this.reread();
      this.redraw();
    }

    fail({ message }) {
      this.toggleAttribute("failed", true);
      const words = `The trained network cannot run here. Its file, rnn-text-weights.js, is missing or damaged:
        ${message}. Load the page again; until then, the picture has recorded samples.`;
      this.$("#words").textContent = words;
      this.speak(words);
    }

    /* What is wrong with the prompt, in words. */
    get refusal() {
      const { alphabet } = this.network;
      const unknown = [...new Set(this.prompt)].filter((character) => !alphabet.includes(character)).join("");
      const known = alphabet.replace(/\s/g, "").replace("0123456789", " 0–9 ").replace(/A[B-Y]+Z/, " A–Z ");
      if (unknown) return `The network has never read ${unknown}; it knows the space and
        ${known.replace(/a[b-y]+z/, " a–z")} only. Leave out what it does not know.`;
      return this.prompt ? "" : "The prompt is empty, so there is nothing to go on from. Type a character or more.";
    }

    get ended() {
      return this.text.length >= this.prompt.length + this.length;
    }

    change(what) {
      Object.assign(this, what);
      if (this.network && "prompt" in what) this.reread();
      this.draw();
      if (!this.network || this.running) return;
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

    generate() {
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
      this.draw();
      this.speak(`The network has written: ${this.text}`);
    }

    speak(text) {
      this.say(text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"));
    }

    /* The characters that may come next, the likeliest first, each with its probability. */
    ranking() {
      const p = this.network.distribution(this.temperature);
      return p.map((probability, k) => [this.network.alphabet[k], probability]).sort((u, v) => v[1] - u[1]);
    }

    words() {
      if (!this.network) return "The trained network is being loaded.";
      if (this.refusal) return this.refusal;
      const written = this.text.length - this.prompt.length;
      if (this.running) return written < 0 ? "It reads the prompt." : "It writes, and reads what it writes.";
      return written ? `It has written ${Math.max(written, 0)} characters.` : "It has read the prompt.";
    }

    draw() {
      const { network, prompt, text, running } = this;
      const refusal = network && this.refusal;
      this.show("temperature", this.temperature, 2);
      this.$("[name=prompt]").setAttribute("aria-invalid", Boolean(refusal));
      this.$("#go").textContent = running ? "Stop" : "Generate";
      this.$("#go").setAttribute("aria-disabled", !network || Boolean(refusal));
      this.$("#words").textContent = this.words();
      this.$("#written .x").textContent = text.slice(0, prompt.length);
      this.$("#written .y").textContent = text.slice(prompt.length);
      if (this.width) this.picture();
    }

    picture() {
      const { em, width } = this;
      const columns = width > 40 * em ? 64 : 32;
      const [foot, height, size, top] = [10.5 * em, 7.5 * em, width / columns, 15.1 * em];
      const tall = top + (UNITS / columns) * size + 1;
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

      const h = Array.from(this.network.h);
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
}))(document.currentScript.src);
