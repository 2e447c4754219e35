// The editor: the browser's own, with colours that do not touch the text.
//
// CodeMirror 6 with Python is 122 kB on the wire, over ten times all scripts of this folder, and asks for a bundler. A
// phone's keyboard and a screen reader know the browser's own editor best, and a block of ten lines needs no folding.

const TOKENS =
  /(?<comment>#.*)|(?<string>[rbfu]*("""[\s\S]*?"""|'''[\s\S]*?'''|"(\\.|[^"\\\n])*"|'(\\.|[^'\\\n])*'))|(?<keyword>\b(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|None|nonlocal|not|or|pass|raise|return|True|False|try|while|with|yield|match|case)\b)|(?<number>\b\d[\d_]*\.?\d*(?:e[-+]?\d+)?\b)/g;
const KINDS = ["comment", "string", "keyword", "number"];

function editor(block) {
  const plain = element("div", { contentEditable: "plaintext-only" }).contentEditable === "plaintext-only";
  const rows = block.code.split("\n").length;
  const area = plain ? element("code", { contentEditable: "plaintext-only" }) : element("textarea", { rows });
  const attributes = {
    role: "textbox",
    "aria-multiline": "true",
    "aria-label": `${block.name}: Tab indents, Escape leaves the editor, Control and Enter runs it`,
    spellcheck: "false",
    autocapitalize: "off",
    autocomplete: "off",
    autocorrect: "off",
  };
  for (const [name, value] of Object.entries(attributes)) area.setAttribute(name, value);
  const text = () => straight(plain ? area.textContent : area.value);
  if (plain) area.textContent = block.code;
  else area.value = block.code;
  const box = element("pre", { className: "live-editor" }, area);
  const insert = (what) => document.execCommand("insertText", false, what); // the one way that undo knows
  area.addEventListener("input", () => {
    block.write(text());
    if (plain) paint(area);
  });
  area.addEventListener("keydown", (event) => {
    event.stopPropagation(); // n and p would turn the page
    if (event.key === "Tab" && !event.shiftKey) insert("    ");
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) perform(block);
    else if (event.key === "Enter" && plain && !event.isComposing) insert("\n" + indent(before(area)));
    else if (event.key === "Escape") block.button("run").focus();
    else return;
    event.preventDefault();
  });
  if (plain) queueMicrotask(() => paint(area)); // once it is in the page
  const focus = () => {
    area.focus();
    if (plain) getSelection().collapse(area, 0);
    else area.setSelectionRange(0, 0); // else a phone scrolls to the end of a long line
  };
  return { box, focus };
}

/** Text as Python reads it: a phone writes other quotation marks, and what is copied from a page has prompts. */
function straight(text) {
  const code = text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/\u00a0/g, " ");
  return (/^>>> /m.test(code) ? typed(code) : code).replace(/\n*$/, "\n");
}

/** The code of a session as one would type it: without prompts, and without what it prints. */
function typed(text) {
  const lines = text.split("\n").filter((line) => /^(>>>|\.\.\.)/.test(line));
  return lines.map((line) => line.replace(/^(>>>|\.\.\.) ?/, "")).join("\n") + "\n";
}

/** The text of an editor before the caret. */
function before(area) {
  const range = getSelection().getRangeAt(0).cloneRange();
  range.setStart(area, 0);
  return range.toString();
}

/** What the next line begins with: as this one, and deeper behind a colon. */
function indent(text) {
  const line = text.split("\n").pop();
  return /^\s*/.exec(line)[0] + (/:\s*(#.*)?$/.test(line) ? "    " : "");
}

function paint(area) {
  if (!CSS.highlights) return;
  for (const kind of KINDS) {
    const all = CSS.highlights.get(`live-${kind}`) ?? new Highlight();
    for (const range of [...all])
      if (!range.startContainer.isConnected || area.contains(range.startContainer)) all.delete(range);
    CSS.highlights.set(`live-${kind}`, all);
  }
  area.normalize();
  const node = area.firstChild;
  if (node?.nodeType !== Node.TEXT_NODE) return;
  for (const match of node.data.matchAll(TOKENS)) {
    const kind = KINDS.find((name) => match.groups[name] !== undefined);
    const range = new Range();
    range.setStart(node, match.index);
    range.setEnd(node, match.index + match[0].length);
    CSS.highlights.get(`live-${kind}`).add(range);
  }
}
