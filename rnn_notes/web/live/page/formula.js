// A formula of the reader's own, judged by the checker of these notes.

const VERDICTS = {
  proved: "Holds",
  exact: "Holds",
  evaluated: "Holds",
  shapes: "Holds",
  "not refuted": "May hold",
  defined: "A definition",
  stopped: "Stopped",
};

class Formula {
  verb = "Check";
  name = "the formula";

  constructor(form) {
    this.form = form;
    this.area = form.querySelector("textarea");
    this.status = element("p", { className: "live-status" });
    this.output = element("div", { className: "live-output" });
    form.append(element("div", { className: "live-result" }, this.status, this.output));
  }

  get words() {
    return this.status.textContent;
  }

  say(state, words) {
    this.form.dataset.state = state;
    this.status.textContent = words;
  }

  turn(running) {
    this.form.querySelector(".judge").textContent = running ? "Stop" : "Check";
    if (running) this.output.replaceChildren();
  }

  request() {
    return { type: "judge", latex: this.area.value, mark: this.form.querySelector("select").value };
  }

  heard({ verdict: { outcome, badge, evidence, fault, reading } }) {
    const failed = ["fails", "refused"].includes(outcome);
    if (reading) this.output.append(element("p", { textContent: "read as" }), element("pre", { textContent: reading }));
    if (evidence) this.output.append(element("p", { textContent: failed ? "because" : "note" }), element("pre", { textContent: evidence }));
    let words = failed ? badge[0].toUpperCase() + badge.slice(1) : (VERDICTS[outcome] ?? outcome);
    if (fault) {
      const [row, column] = fault, lines = this.area.value.split("\n");
      const at = lines.slice(0, row).reduce((sum, line) => sum + line.length + 1, column - 1);
      words += lines.length > 1 ? ` (line ${row + 1}, column ${column})` : ` (column ${column})`;
      this.area.focus();
      this.area.setSelectionRange(at, at + 1);
    } else if (badge) words += `: ${badge}`;
    finish(outcome === "stopped" ? "stopped" : failed ? "raised" : "same", words);
  }
}

const formulas = new WeakMap(); // by their form

function formula(button) {
  const form = button.closest(".try-formula");
  if (!formulas.has(form)) formulas.set(form, new Formula(form));
  return formulas.get(form);
}
