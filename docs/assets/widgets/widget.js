/*
 * What the widgets share: each extends this class.
 *
 * A widget encloses its static picture and takes its place once it is alive; on paper the picture comes back.
 * Its numbers arrive as JSON in the attribute data-start, written by rnn_notes/web/widgets.py. If these name a file, the
 * widget is asleep until the file has come, and keeps the picture on its .stage.
 *
 * These are plain scripts, in any order, not modules: from file:// a browser loads no module, and fetches nothing.
 * The theme runs the scripts of a page again whenever a reader comes back to it: each looks first whether it has run.
 */

if (!customElements.get("rnn-widget")) {
  const here = document.currentScript.src;

  /* CRC-32 of a text in ASCII, as zlib computes it. */
  const checksum = (text) => {
    let crc = -1;
    for (let at = 0; at < text.length; at++) {
      crc ^= text.charCodeAt(at);
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 && 0xedb88320);
    }
    return ~crc >>> 0;
  };

  /* A number in half precision: 1 bit is its sign, 5 are the exponent, 10 the fraction. */
  const half = (bits) => {
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    return (bits >> 15 ? -1 : 1) * (exponent ? 1024 + fraction : fraction) * 2 ** (Math.max(exponent, 1) - 25);
  };

  const NUMBERS = { // by type: the bytes of one, and how it is read
    F16: [2, (view, at) => half(view.getUint16(at, true))],
    F32: [4, (view, at) => view.getFloat32(at, true)],
    I8: [1, (view, at) => view.getInt8(at)],
  };

  class Widget extends HTMLElement {
    connectedCallback() {
      if (!this.shadowRoot) {
        const data = JSON.parse(this.dataset.start);
        const { label, html, css } = this.constructor;
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(Widget.css + css);
        const root = this.attachShadow({ mode: "open" });
        root.adoptedStyleSheets = [sheet];
        root.innerHTML = `<div class="widget" role="group" aria-label="${label}"><div class="width"></div>${html}
          ${html.includes("<slot>") ? "" : "<slot></slot>"}<p class="spoken" aria-live="polite"></p></div>`;
        this.toggleAttribute("asleep", "file" in data);
        this.start(data);
      }
      this.observer = new ResizeObserver(() => this.redraw());
      this.observer.observe(this.$(".width"));
    }

    disconnectedCallback() {
      this.observer.disconnect();
      clearTimeout(this.pause);
    }

    /* Draws for the room there is: one unit of a drawing is one CSS pixel, so its text keeps its size. */
    redraw() {
      this.width = this.$(".width").clientWidth;
      this.em = parseFloat(getComputedStyle(this).fontSize);
      if (this.width) this.draw();
    }

    $(selector) {
      return this.shadowRoot.querySelector(selector);
    }

    /* Calls moved with the name and the value of a slider whenever it moves. */
    sliders(moved) {
      for (const input of this.shadowRoot.querySelectorAll("input[type=range]"))
        input.addEventListener("input", () => moved(input.name, Number(input.value)));
    }

    /* Puts the thumb of a slider to a value, and the number beside it. */
    show(name, value, digits) {
      const input = this.$(`input[name=${name}]`);
      input.value = value;
      input.nextElementSibling.textContent = Widget.number(value, digits);
      input.setAttribute("aria-valuetext", Widget.number(value, digits));
    }

    /* For the screen reader, once nothing has changed for a moment. */
    say(text) {
      clearTimeout(this.pause);
      this.pause = setTimeout(() => (this.$(".spoken").innerHTML = text), 700);
    }

    /* Calls come once the widget is less than a window away, so that what it moves is out of sight. */
    near(come) {
      new IntersectionObserver(([seen], observer) => {
        if (!seen.isIntersecting) return;
        observer.disconnect();
        come();
      }, { rootMargin: "100%" }).observe(this);
    }

    /* Wakes the widget and calls come with the text of a file beside this one; if there is none, #words say why. */
    bring(file, come, what, meanwhile = "there is the picture") {
      Widget.load(file).then((text) => {
        this.toggleAttribute("asleep", false);
        come(text);
      }, ({ message }) => {
        this.toggleAttribute("failed", true);
        this.$("#words").textContent = `${what} here. The file ${file}.js is missing or damaged: ${message}.
          Load the page again; until then, ${meanwhile}.`;
        this.speak(this.$("#words").textContent);
      });
    }

    /* For what a reader has typed, or a file has said. */
    speak(text) {
      this.say(text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"));
    }

    /*
     * A promise of the text in a file beside this one, which is a script that puts it into Widget.files: from file:// a
     * browser loads nothing else. rnn_notes/web/widgets.py writes it, with a checksum; all widgets load it once.
     */
    static load(name) {
      return (Widget.loading[name] ??= new Promise((done, fail) => {
        const script = document.createElement("script");
        script.src = new URL(`${name}.js`, here);
        script.addEventListener("load", done);
        script.addEventListener("error", () => fail(new Error("it cannot be read")));
        document.head.append(script);
      }).then(() => {
        const { text, length, crc32 } = Widget.files[name] ?? {};
        if (!length) throw new Error("it is cut short");
        if (text.length !== length) throw new Error(`it has ${text.length} characters instead of ${length}`);
        if (checksum(text) !== crc32) throw new Error("its numbers are not those that were written");
        return text;
      }));
    }

    /*
     * The texts in a file of rnn_notes/weights.py, in Base64, and its arrays by name: all numbers of each in a row, and
     * its shape; weights of 8 bits are multiplied with the scale of their row, which is there behind them.
     */
    static weights(file) {
      const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
      const view = new DataView(bytes.buffer);
      const start = 8 + view.getUint32(0, true);
      const { __metadata__: texts, ...entries } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
      const arrays = {};
      for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(entries)) {
        const [size, read] = NUMBERS[dtype];
        const array = Float64Array.from({ length: (to - from) / size }, (_, k) => read(view, start + from + size * k));
        const scaled = name.endsWith(".scale") && arrays[name.slice(0, -6)];
        if (!scaled) arrays[name] = Object.assign(array, { shape });
        else for (let k = 0; k < scaled.length; k++) scaled[k] *= array[Math.floor((k * array.length) / scaled.length)];
      }
      return { arrays, texts };
    }

    static files = {};
    static loading = {};

    /* The picture of a widget is an <svg> of the full width. */
    paint(height, content) {
      const svg = this.$("svg");
      svg.setAttribute("viewBox", `0 0 ${this.width} ${height}`);
      svg.innerHTML = content;
    }

    /* A number as the pages print it: with a true minus, and none before a zero. */
    static number(value, digits = 3) {
      return value.toFixed(digits).replace(/^-(?=[0.]+$)/, "").replace("-", "−");
    }

    /* How much of a colour, from 0 to 1, stands for a strength: none is for a thousandth of the largest, and below. */
    static shade(strength, largest) {
      return Math.max(0, 1 + Math.log10(strength / largest) / 3);
    }

    static maths(html) {
      return `<span class="maths">${html}</span>`;
    }

    static slider(name, label, colour, { min, max, step }) {
      return `<label class="slider ${colour}"><span>${label}</span>
      <input type="range" name="${name}" min="${min}" max="${max}" step="${step}"><b></b></label>`;
    }

    static css = `
    :host {
      --ink: var(--rnn-ink, #25272b);
      --dim: var(--rnn-dim, #6a6e75);
      --grid: var(--rnn-grid, #e3e0d8);
      --paper: var(--rnn-paper, #fffefb);
      --x: var(--rnn-x, #2c7a4b);
      --h: var(--rnn-h, #1f5fae);
      --y: var(--rnn-y, #7d3fa3);
      --grad: var(--rnn-grad, #bd2a22);
      --serif: var(--notes-serif, Charter, Georgia, serif);
      color: var(--ink);
      display: block;
      font: 0.8em/1.5 var(--notes-sans, system-ui, sans-serif);
      font-variant-numeric: tabular-nums;
      text-align: left;
    }
    .stage { display: grid; grid-template-columns: minmax(0, 1fr) }
    .stage > * { grid-area: 1 / 1 } /* so nothing moves when one gives way to the other */
    slot, :host([failed]) .live { display: none }
    :host([asleep]) slot { display: block }
    :host([asleep]) .stage > .live { visibility: hidden }
    @media print {
      .widget > :not(.stage, slot), .stage > .live { display: none !important } /* whatever a widget says */
      slot { display: block }
    }
    .width { height: 0 }
    .spoken { clip-path: inset(50%); height: 1px; margin: 0; overflow: hidden; position: absolute; width: 1px }
    p { margin: 0.5em 0 }

    svg { display: block; overflow: visible; user-select: none; -webkit-user-select: none; width: 100% }
    text { fill: var(--ink); font-size: 0.92em }
    text.dim { fill: var(--dim) }
    text.halo { paint-order: stroke; stroke: var(--paper); stroke-linejoin: round; stroke-width: 4px }
    /* The fonts of the page's formulas have no height of their own: the text around them gives a line its height. */
    .maths, text.maths { font-family: MJXTEX, var(--serif); font-size: 1.12em; line-height: 0 }
    .maths .maths { font-size: 1em }
    var, .var, var.maths, text.var { font-family: MJXTEX-I, var(--serif); font-style: italic; line-height: 0 }
    var, .var { font-synthesis: none }
    .prime { font-family: var(--serif); margin-left: 0.06em }
    .maths b { font-weight: inherit }
    sub, sup { font-size: 0.72em; line-height: 0 }
    .x { --c: var(--x) }
    .h { --c: var(--h) }
    .y { --c: var(--y) }
    .grad { --c: var(--grad) }
    :is(b, var, span, text, tspan):is(.x, .h, .y, .grad) { color: var(--c); fill: var(--c) }

    .row { align-items: center; display: flex; flex-wrap: wrap; gap: 0.5em 0.8em; margin: 0.8em 0 }
    .slider { align-items: center; display: flex; flex: 1 1 15em; gap: 0.7em }
    .slider b { color: var(--c); font-weight: 600; min-width: 3em; text-align: right }
    .slider > span { color: var(--c) }
    button {
      background: none;
      border: 1px solid var(--dim);
      border-radius: 4px;
      color: var(--ink);
      cursor: pointer;
      font: inherit;
      font-weight: 600;
      min-height: 2.4em;
      padding: 0.2em 0.9em;
    }
    button:hover { border-color: var(--ink) }
    button[aria-disabled=true] { border-color: var(--grid); color: var(--dim); cursor: default }
    :is(button, svg, input[type=checkbox]):focus-visible { outline: 2px solid var(--h); outline-offset: 3px }

    input[type=range] {
      -webkit-appearance: none;
      appearance: none;
      background: linear-gradient(var(--dim), var(--dim)) center / 100% 1.5px no-repeat;
      cursor: pointer;
      flex: 1;
      height: 2.4em;
      margin: 0;
      min-width: 0;
      outline: none;
      touch-action: pan-y;
    }
    input[type=range]::-webkit-slider-thumb {
      -webkit-appearance: none;
      background: var(--c);
      border: 3px solid var(--paper);
      border-radius: 50%;
      box-sizing: border-box;
      height: 24px;
      width: 24px;
    }
    input[type=range]::-moz-range-thumb {
      background: var(--c);
      border: 3px solid var(--paper);
      border-radius: 50%;
      box-sizing: border-box;
      height: 24px;
      width: 24px;
    }
    input[type=range]:focus-visible::-webkit-slider-thumb { outline: 2px solid var(--c) }
    input[type=range]:focus-visible::-moz-range-thumb { outline: 2px solid var(--c) }
    @media (forced-colors: active) {
      input[type=range] { -webkit-appearance: auto; appearance: auto }
    }
  `;
  }

  customElements.define("rnn-widget", Widget);
}
