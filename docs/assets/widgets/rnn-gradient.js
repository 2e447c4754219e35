/*
 * <rnn-gradient>: where the gradient of one prediction goes, in three trained networks that read the same text.
 *
 * The strengths are those of the package, rounded to a millionth; their file comes when the reader does.
 */

customElements.whenDefined("rnn-widget").then((Widget) => {
  if (customElements.get("rnn-gradient")) return;

  const { number } = Widget;
  const STRONGEST = 50; // per cent of a colour behind a character that can still be read
  const VISIBLE = { " ": "␣", "\n": "↵", "<": "&lt;", "&": "&amp;" };
  const SPOKEN = { " ": "space", "\n": "new line" };

  class Gradient extends Widget {
    static label = "Where the gradient goes";

    static html = `
      <div class="live">
        <div class="row">
          ${Widget.slider("at", "predicted character", "y", { min: 1, max: 1, step: 1 })}
          ${Widget.slider("back", "characters back", "grad", { min: 1, max: 1, step: 1 })}
          <button id="other">Another passage</button>
        </div>
      </div>
      <p id="words">The numbers are being loaded.</p>
      <div class="stage"><slot></slot><div class="live"><svg role="img" aria-label="No numbers yet."></svg></div></div>`;

    static css = `
      #words { min-height: 4.5em }
      svg { cursor: pointer; touch-action: pan-y }
      svg text { font-family: var(--notes-mono, ui-monospace, monospace) }
    `;

    start({ file, n, at, back }) {
      Object.assign(this, { file, n, at, back, number: 0 });
      this.sliders((name, value) => this.change({ [name]: value }));
      this.$("#other").addEventListener("click", () => this.change({ number: this.number + 1 }));
      for (const event of ["pointerdown", "pointermove"])
        this.$("svg").addEventListener(event, ({ target, buttons, pointerType }) => {
          const at = Number(target.dataset.at);
          if (at > 0 && (buttons || pointerType === "mouse") && at !== this.at) this.change({ at });
        });
      this.near(() => this.bring(file, (text) => this.wake(JSON.parse(text)), "The numbers cannot be shown"));
    }

    wake(passages) {
      this.passages = passages;
      this.redraw();
    }

    change(what) {
      Object.assign(this, what);
      this.draw();
      if (this.passages) this.speak(this.$("#words").textContent);
    }

    get passage() {
      return this.passages[this.number % this.passages.length];
    }

    /* By network: the strength with which each of the characters before acts on the chosen one. */
    strengths() {
      return Object.fromEntries(Object.entries(this.passage.cells).map(([name, { rows }]) =>
        [name, rows[this.at - 1].map((millionths) => millionths / 1e6)]));
    }

    draw() {
      this.back = Math.min(this.back, this.at);
      this.$("[name=at]").max = this.n - 1;
      this.$("[name=back]").max = this.at;
      this.show("at", this.at, 0);
      this.show("back", this.back, 0);
      if (!this.passages) return this.width && this.paint(this.tall().height, "");
      const { cells, text } = this.passage;
      const name = (n) => SPOKEN[text[n]] ?? text[n];
      const strengths = this.strengths();
      const each = (what) => Object.keys(cells).map((cell) => `${cell} ${what(cell)}`).join(", ");
      this.$("#words").textContent = `The probability of ${name(this.at)}: ${each((cell) => number(cells[cell].p[this.at - 1]))}.
        The gradient at ${name(this.at - this.back)}, ${this.back} back:
        ${each((cell) => number(strengths[cell][this.at - this.back], 6))}.`;
      if (this.width) this.picture(text, strengths);
    }

    tall() {
      const columns = this.width > 40 * this.em ? this.n : Math.ceil(this.n / 3);
      const [size, line] = [this.width / columns, 1.9 * this.em];
      const block = Math.ceil(this.n / columns) * line + 2.2 * this.em;
      return { columns, size, line, block, height: 3 * block };
    }

    picture(text, strengths) {
      const { columns, size, line, block, height } = this.tall();
      const { at, back, em } = this;
      const largest = Math.max(...Object.values(strengths).flat());
      const row = ([name, of], number) => {
        const top = number * block + 1.6 * em;
        const cell = (character, n) => {
          const share = n < at ? Widget.shade(of[n], largest) : 0;
          const [x, y] = [(n % columns) * size, top + Math.floor(n / columns) * line];
          const edge = n === at ? "var(--y)" : n === at - back ? "var(--grad)" : "none";
          return `<rect data-at="${n}" x="${x}" y="${y}" width="${size}" height="${line}" stroke="${edge}" stroke-width="2"
              fill="color-mix(in srgb, var(--grad) ${Math.round(STRONGEST * share)}%, var(--paper))"/>
            <text data-at="${n}" x="${x + size / 2}" y="${y + 0.7 * line}" text-anchor="middle"
              class="${n > at ? "dim" : ""}">${VISIBLE[character] ?? character}</text>`;
        };
        return `<text x="0" y="${number * block + 1.1 * em}">${name}</text>${Array.from(text, cell).join("")}`;
      };
      this.paint(height, Object.entries(strengths).map(row).join(""));
      this.$("svg").setAttribute("aria-label", `The text, once for each network: ${text}`);
    }
  }

  customElements.define("rnn-gradient", Gradient);
});
