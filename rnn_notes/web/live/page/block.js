// A block of code: its two buttons, its editor, and what comes of it.
//
// What a block shows is what the page would print from its top: the worker runs the blocks above that have not run yet.

const RAN = ["same", "ran", "differs", "raised", "cut"];
const NOTE =
  "This ran in your browser, with Python 3.12 and NumPy 2.0; nothing was sent anywhere. It is about three times slower " +
  "than Python on your own machine. Whole numbers of NumPy have 32 bits here: past 2147483647 they go on at −2147483648 " +
  "without a word, unless you write dtype=np.int64. There is no input(), no thread and no network.";
const HINTS = [
  [/^NameError/, "The name may come from a block above that you have changed, or that did not run.", (block) => block.shaken],
  [/^ModuleNotFoundError/, "In the page there are NumPy, SymPy, Matplotlib, tqdm and rnn_notes, and Python’s own modules."],
  [/^OverflowError/, "Whole numbers of NumPy have 32 bits here: write dtype=np.int64."],
  [/^IndentationError/, "The lines of a loop or of a function begin with four spaces, the same for all of them."],
];

let told = false;

class Block {
  verb = "Run";
  state = "idle";

  constructor(box, number) {
    this.box = box;
    this.number = number;
    this.kind = box.dataset.live; // pycon, python or cell
    this.exercise = "exercise" in box.dataset;
    this.pre = box.querySelector("pre");
    const text = this.pre?.querySelector("code").textContent ?? "";
    this.code = this.original = this.kind === "pycon" ? typed(text) : text;
    this.outputs = []; // of a cell, as the notebook printed them
    for (let next = box; this.kind === "cell" && (next = next.nextElementSibling)?.matches(".output"); ) this.outputs.push(next);
    const shown = this.outputs.map((output) => output.querySelector("pre")?.textContent); // undefined: a picture
    this.printed = this.kind === "pycon" ? text : shown.length && shown.every(Boolean) ? `${shown.join("").trimEnd()}\n` : "";
  }

  get name() {
    return this.exercise ? "your code" : `block ${this.number + 1}`;
  }

  get changed() {
    return this.code !== this.original;
  }

  /** Whether a block above is not as the page has it. */
  get shaken() {
    return current().blocks.slice(0, this.number).some((above) => above.changed || above.state === "raised");
  }

  get words() {
    return this.status?.textContent ?? "";
  }

  button(kind) {
    return this.box.querySelector(`.live .${kind}`);
  }

  say(state, words) {
    this.state = state;
    this.box.dataset.state = state;
    this.result ??= this.box.appendChild(element("div", { className: "live-result" }));
    this.status ??= this.result.appendChild(element("p", { className: "live-status" }));
    this.status.textContent = words;
  }

  show(...parts) {
    this.output?.remove();
    this.output = parts.length ? element("div", { className: "live-output" }, ...parts) : undefined;
    if (this.output) this.status.after(this.output);
  }

  /** What it shows came from a Python or from blocks that no longer exist. */
  forget(words = "ran before") {
    if (RAN.includes(this.state)) this.say("stale", words);
  }

  /* ---- Its buttons ---- */

  run() {
    if (this.exercise && !this.code.trim()) return this.edit();
    return perform(this);
  }

  toggle() {
    return this.editor || this.changed ? this.reset() : this.edit();
  }

  edit() {
    if (!this.editor) {
      this.editor = editor(this);
      if (this.pre) this.pre.before(this.editor.box);
      else this.box.querySelector(".live").after(this.editor.box);
      this.box.classList.add("live-editing");
      this.label();
      if (this.pre && this.kind !== "pycon") this.pre.hidden = true; // it shows nothing but code
      const what = this.exercise ? "Write your code" : "Change the code";
      if (!this.changed) this.say(this.state, `${what}, then press Run, or Ctrl and Enter. Esc leaves the editor.`);
    }
    this.editor.focus();
  }

  write(code) {
    this.code = code;
    keep();
    this.say(this.changed ? "changed" : "idle", this.changed ? "changed, not run yet" : "as on the page");
    for (const below of current().blocks.slice(this.number + 1)) below.forget("not yet run with the change");
    this.label();
  }

  reset() {
    const below = current().blocks.slice(this.number + 1);
    if (this.changed) for (const block of below) block.forget("ran before");
    this.code = this.original;
    this.editor?.box.remove();
    this.result?.remove();
    this.editor = this.result = this.status = this.output = undefined;
    for (const printed of [this.pre, ...this.outputs]) if (printed) printed.hidden = false;
    this.box.classList.remove("live-editing");
    this.state = "idle";
    delete this.box.dataset.state;
    keep();
    this.label();
    this.button("run").focus();
  }

  label() {
    const open = this.editor || this.changed;
    this.button("edit").textContent = open ? "Reset" : this.exercise ? "Your code here" : "Edit";
    this.button("edit").setAttribute("aria-label", open ? `Reset ${this.name} to what the page has` : `Edit ${this.name}`);
  }

  turn(running) {
    this.button("run").textContent = running ? "Stop" : "Run";
    this.button("run").setAttribute("aria-label", `${running ? "Stop" : "Run"} ${this.name}`);
  }

  /* ---- What Python says of it ---- */

  request() {
    const blocks = current().blocks.map(({ code, kind, printed, changed }) => ({ code, kind, printed: changed ? "" : printed }));
    return { type: "run", page: location.pathname, blocks, clicked: this.number };
  }

  heard(data) {
    const at = current().blocks[data.number];
    if (data.type === "begin") {
      at.say("running", "running …");
      if (at !== this) this.say("running", `first ${at.name}, above: running …`);
    } else if (data.type === "output") {
      at.show(element("pre", { textContent: data.text }));
    } else if (data.type === "result") {
      at.settle(data.result);
      if (data.heap) at.status.textContent += `; Python holds ${(data.heap / 1e9).toFixed(1)} GB, reload the page to free it`;
      if (data.result.state === "stopped" && at !== this) this.say("stopped", `stopped in ${at.name}`);
    } else if (data.type === "end") {
      finish();
      this.tell();
    }
  }

  /** Show what came of it. */
  settle({ state, transcript, stdout, stderr, error, pictures }) {
    const { shaken } = this;
    const words = {
      same: "the same as printed",
      ran: this.changed ? "ran, with your change" : stdout ? "ran" : pictures.length ? "ran, and drew" : "ran, and printed nothing",
      differs: shaken ? "differs from what is printed, since a block above is changed" : "differs from what is printed: please report it",
      raised: error && `${error.last}${error.line ? ` (line ${error.line})` : ""}`,
      stopped: "stopped",
      cut: "ended: too much output",
    }[state];
    this.say(state === "differs" && !shaken ? "wrong" : state, words);
    const parts = [];
    if (state === "raised") {
      for (const [what, hint, when] of HINTS)
        if (what.test(error.last) && (!when || when(this))) parts.push(element("p", { textContent: hint }));
      parts.push(element("details", { className: "live-whole" }, element("summary", { textContent: "whole message" }), element("pre", { textContent: error.whole })));
    }
    const label = `Output of ${this.name}`;
    const box = (...content) => element("pre", { tabIndex: 0, role: "group", ariaLabel: label }, ...content);
    if (transcript && (state !== "same" || this.changed)) parts.push(box(...transcript.flatMap(session)));
    else if (stdout && state !== "same") parts.push(box(stdout));
    if (stderr) parts.push(element("pre", { className: "live-stderr", textContent: stderr }));
    for (const html of pictures ?? []) parts.push(element("div", { className: "live-picture", innerHTML: html }));
    this.show(...parts);
    const replaced = this.changed || pictures?.length;
    if (this.pre) this.pre.hidden = this.changed || (this.editor && this.kind !== "pycon");
    for (const output of this.outputs) output.hidden = replaced && !output.querySelector("[data-start]");
  }

  /** Once in a visit, what runs here and what it cannot do. */
  tell() {
    if (told) return;
    told = true;
    const licences = element("a", { href: `${BASE}licences.txt`, textContent: "Licences" });
    this.result.append(element("p", { className: "live-note" }, `${NOTE} `, licences));
  }
}

/** A statement and what it printed, as at the prompt; marked where the page prints something else. */
function session([code, printed, same]) {
  const lines = code.split("\n").map((line, n) => (n ? "... " : ">>> ") + line);
  return [lines.join("\n") + "\n", same ? printed : element("mark", { textContent: printed })];
}
