// Runs, edits and checks the blocks of a page in the reader's browser. Loaded at the first use of a button.
//
// What a block shows is what the page would print from its top: the worker runs the blocks above that have not run yet.

const SITE = __TABLE__; // {folder, lock, table}, written by the build
const SOFT = 1500; // milliseconds after which a Stop that Python has not heard ends the worker
const NOTE =
  "Python 3.12 and NumPy 2.0 run in this page, about three times slower than on your machine; nothing leaves it. " +
  "Whole numbers of NumPy have 32 bits here and wrap at 2147483648 without a word: write dtype=np.int64. " +
  "No input(), threads or network; what a block prints is cut at 20,000 characters.";

const base = new URL(`${SITE.folder}/`, import.meta.url).href;
const pages = new Map(); // address of a page -> what its reader has written, by block
let worker, ready, busy = null, told = false;

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

/* ---- The worker: one for the visit, made from a blob so that the page's policy holds in it ---- */

async function start() {
  if (!("WebAssembly" in self)) throw new Error("this browser has no WebAssembly");
  if (location.protocol === "file:") throw new Error("pages opened as files cannot load it; run “python -m http.server” here and open them from there");
  const [, , integrity] = SITE.table.files["worker.js"];
  const answer = await fetch(`${base}worker.js`, { integrity, signal: AbortSignal.timeout(60_000) });
  if (answer.status === 404) throw new Error("the site has changed; reload this page");
  const address = URL.createObjectURL(await answer.blob());
  const made = new Worker(address);
  URL.revokeObjectURL(address);
  return new Promise((resolve, reject) => {
    const silence = () => setTimeout(() => reject(new Error("nothing came for a minute")), 60_000);
    let clock = silence();
    made.onerror = (event) => reject(new Error(event.message || "its worker does not start"));
    made.onmessage = ({ data }) => {
      clearTimeout(clock);
      if (data.type === "progress") {
        clock = silence();
        progress(data);
      } else if (data.type === "failed") reject(new Error(data.message));
      else {
        made.onerror = ({ message }) => ended(`Python ended: ${message}`);
        made.onmessage = ({ data }) => heard(data);
        resolve(made);
      }
    };
    made.postMessage({ type: "start", base, table: SITE.table, lock: SITE.lock });
  }).catch((error) => {
    made.terminate();
    throw error;
  });
}

function progress({ loaded, total, names }) {
  const what = names.includes("numpy.zip") ? "Python" : names.join().includes("sympy") ? "SymPy" : names.join().includes("matplotlib") ? "Matplotlib" : "more of Python";
  const mega = (bytes) => (bytes / 1e6).toFixed(1);
  busy?.say("loading", `loading ${what}: ${mega(loaded)} of ${mega(total)} MB, once`);
}

async function python() {
  ready ??= start().then((made) => (worker = made));
  try {
    return await ready;
  } catch (error) {
    ready = worker = undefined; // the next click tries again
    throw error;
  }
}

function ended(why) {
  worker?.terminate();
  ready = worker = undefined;
  for (const block of current().blocks) block.forget();
  busy?.finish("failed", why);
}

/* ---- A block ---- */

class Block {
  constructor(box, number) {
    this.box = box;
    this.number = number;
    this.kind = box.dataset.live; // pycon, python or cell
    this.pre = box.querySelector("pre");
    this.printed = this.pre ? this.pre.querySelector("code").textContent : "";
    this.code = this.original = this.kind === "pycon" ? typed(this.printed) : this.printed;
    this.buttons = box.querySelector(".live");
    this.state = "idle";
  }

  get name() {
    return "exercise" in this.box.dataset ? "your code" : `block ${this.number + 1}`;
  }

  get changed() {
    return this.code !== this.original;
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
    this.output = undefined;
    if (parts.length) this.output = this.result.appendChild(element("div", { className: "live-output" }, ...parts));
  }

  forget() {
    if (["same", "ran", "differs", "raised", "cut"].includes(this.state)) this.say("stale", "ran before");
  }

  edit() {
    if (this.editor) return this.editor.focus();
    this.editor = editor(this);
    if (this.pre) this.pre.before(this.editor.box); // what is printed stays, until there is something new
    else this.buttons.after(this.editor.box);
    this.box.classList.add("live-editing");
    this.editor.focus();
    label(this);
  }

  write(code) {
    this.code = code;
    keep();
    if (this.changed) this.say("changed", "changed, not run yet");
    else if (this.status) this.say("idle", "as on the page");
    for (const below of current().blocks.slice(this.number + 1))
      if (["same", "ran", "differs", "raised"].includes(below.state)) below.say("stale", "not yet run with the change");
    label(this);
  }

  reset() {
    this.code = this.original;
    this.editor?.box.remove();
    this.editor = undefined;
    if (this.pre) this.pre.hidden = false;
    this.box.classList.remove("live-editing");
    this.result?.remove();
    this.result = this.status = this.output = undefined;
    this.state = "idle";
    delete this.box.dataset.state;
    keep();
    label(this);
    this.buttons.querySelector(".run").focus();
  }
}

/** The code of a block as one would type it: without prompts, and without what it prints. */
function typed(text) {
  const lines = text.split("\n").filter((line) => /^(>>>|\.\.\.)/.test(line));
  return lines.map((line) => line.replace(/^(>>>|\.\.\.) ?/, "")).join("\n") + "\n";
}

function label(block) {
  const { buttons, changed, editor } = block;
  const button = buttons.querySelector(".edit"), open = editor || changed;
  button.textContent = open ? "Reset" : block.pre ? "Edit" : "Your code";
  button.setAttribute("aria-label", open ? `Reset ${block.name} to what the page has` : `Edit ${block.name}`);
}

/* ---- The editor: the browser's own, with colours that do not touch the text ---- */

const TOKENS =
  /(?<comment>#.*)|(?<string>[rbfu]*("""[\s\S]*?"""|'''[\s\S]*?'''|"(\\.|[^"\\\n])*"|'(\\.|[^'\\\n])*'))|(?<keyword>\b(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|None|nonlocal|not|or|pass|raise|return|True|False|try|while|with|yield|match|case)\b)|(?<number>\b\d[\d_]*\.?\d*(?:e[-+]?\d+)?\b)/g;

function editor(block) {
  const plain = element("div", { contentEditable: "plaintext-only" }).contentEditable === "plaintext-only";
  const help = `${block.name}: Tab indents, Escape leaves the editor, Control and Enter runs it`;
  const area = plain ? element("code", { contentEditable: "plaintext-only" }) : element("textarea", { rows: block.code.split("\n").length });
  const attributes = { role: "textbox", "aria-multiline": "true", "aria-label": help, spellcheck: "false", autocapitalize: "off", autocomplete: "off", autocorrect: "off" };
  for (const [name, value] of Object.entries(attributes)) area.setAttribute(name, value);
  const text = () => (plain ? area.textContent : area.value).replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/\n*$/, "\n");
  if (plain) area.textContent = block.code;
  else area.value = block.code;
  const box = element("pre", { className: "live-editor" }, area);
  const insert = (what) => document.execCommand("insertText", false, what); // the one way that undo knows
  area.addEventListener("input", () => {
    block.write(text());
    paint();
  });
  area.addEventListener("keydown", (event) => {
    event.stopPropagation(); // n and p would turn the page
    if (event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      insert("    ");
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run(block);
    } else if (event.key === "Enter" && plain) {
      event.preventDefault();
      const line = before(area).split("\n").pop();
      insert("\n" + /^\s*/.exec(line)[0] + (/:\s*(#.*)?$/.test(line) ? "    " : ""));
    } else if (event.key === "Escape") {
      event.preventDefault();
      block.buttons.querySelector(".run").focus();
    }
  });
  const paint = () => {
    if (!plain || !CSS.highlights) return;
    for (const kind of ["comment", "string", "keyword", "number"]) {
      const name = `live-${kind}`, all = CSS.highlights.get(name) ?? new Highlight();
      for (const range of [...all]) if (!range.startContainer.isConnected || area.contains(range.startContainer)) all.delete(range);
      CSS.highlights.set(name, all);
    }
    const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT), nodes = [];
    for (let node; (node = walker.nextNode()); ) nodes.push(node);
    if (nodes.length > 1) area.normalize();
    const node = area.firstChild;
    if (node?.nodeType !== 3) return;
    for (const match of node.data.matchAll(TOKENS)) {
      const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
      const range = new Range();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      CSS.highlights.get(`live-${kind}`).add(range);
    }
  };
  queueMicrotask(paint);
  const focus = () => {
    area.focus();
    if (plain) getSelection().collapse(area, 0);
    else area.setSelectionRange(0, 0);
  };
  return { box, focus };
}

/** The text of an editor before the caret. */
function before(area) {
  const range = getSelection().getRangeAt(0).cloneRange();
  range.setStart(area, 0);
  return range.toString();
}

/* ---- Running ---- */

let runs = 0;

async function run(block) {
  if (busy) return;
  const { blocks } = current();
  const address = URL.createObjectURL(new Blob(["run"]));
  busy = {
    id: ++runs,
    block,
    address,
    say: (state, words) => block.say(state, words),
    finish(state, words) {
      busy = null;
      URL.revokeObjectURL(address);
      clearTimeout(this.clock);
      if (state) block.say(state, words);
      turn(block, false);
    },
  };
  turn(block, true);
  block.say("loading", worker ? "running …" : "loading Python, 9 MB, once …");
  let made;
  try {
    made = await python();
  } catch (error) {
    busy?.finish("failed", `Python could not be loaded: ${error.message}. Run tries again.`);
    return announce(block);
  }
  if (!busy) return; // stopped while it loaded
  const sent = blocks.map(({ code, kind, printed, changed }) => ({ code, kind, printed: changed ? "" : printed }));
  made.postMessage({ type: "run", id: busy.id, page: location.pathname, blocks: sent, clicked: block.number, address });
}

function heard(data) {
  if (data.type === "progress") return progress(data);
  if (data.type === "failed") return ended(`Python failed: ${data.message}`);
  if (data.id !== busy?.id) return;
  if (data.type === "verdict") return busy.verdict(data.verdict);
  const { block } = busy, { blocks } = current(), at = blocks[data.number];
  if (data.type === "begin") {
    at.say("running", "running …");
    if (at !== block) block.say("running", `first ${at.name}, above: running …`);
  } else if (data.type === "output") {
    at.show(element("pre", { textContent: data.text }));
  } else if (data.type === "result") {
    settle(at, data.result);
    if (data.heap) at.status.textContent += `; Python holds ${(data.heap / 1e9).toFixed(1)} GB, reload the page to free it`;
    if (data.result.state === "stopped" && at !== block) block.say("stopped", `stopped in ${at.name}`);
  } else if (data.type === "end") {
    busy.finish();
    announce(block);
    if (!told) {
      told = true;
      const licences = element("a", { href: `${base}licences.txt`, textContent: "Licences" });
      block.result.append(element("p", { className: "live-note" }, `${NOTE} `, licences));
    }
  }
}

/** Show what came of a block. */
function settle(block, { state, transcript, stdout, stderr, error, pictures }) {
  const above = current().blocks.slice(0, block.number).some((other) => other.changed);
  const session = transcript?.map(([code, printed]) => prompted(code) + printed).join("");
  const words = {
    same: "the same as printed",
    ran: block.changed ? "ran, changed by you" : stdout ? "ran" : "ran, and printed nothing",
    differs: above ? "differs, since a block above is changed" : "differs from the page: please report it",
    raised: error && `${error.last}${error.line ? ` (line ${error.line})` : ""}`,
    stopped: "stopped",
    cut: "ended: too much output",
  }[state];
  block.say(state === "differs" && !above ? "wrong" : state, words);
  if (block.pre) block.pre.hidden = block.changed;
  const parts = [];
  if (state === "raised") {
    if (error.name && current().blocks.slice(0, block.number).some((other) => other.changed || other.state === "raised"))
      parts.push(element("p", { textContent: `Hint: ${error.name} may come from a block above that is changed or did not run.` }));
    parts.push(element("details", {}, element("summary", { textContent: "whole message" }), element("pre", { textContent: error.whole })));
  }
  const text = session && (block.changed || state === "differs" || state === "raised") ? session : !session ? stdout : "";
  if (text && state !== "same") parts.push(element("pre", { textContent: text, tabIndex: 0, role: "group", ariaLabel: `Output of ${block.name}` }));
  if (stderr) parts.push(element("pre", { className: "live-stderr", textContent: stderr }));
  for (const svg of pictures ?? []) {
    const picture = element("img", { alt: `Figure drawn by ${block.name}` });
    picture.src = `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
    parts.push(element("div", { className: "live-picture" }, picture));
  }
  block.show(...parts);
}

const prompted = (code) => code.split("\n").map((line, n) => (n ? "... " : ">>> ") + line).join("\n") + "\n";

function turn(block, running) {
  const button = block.buttons.querySelector(".run");
  button.textContent = running ? "Stop" : "Run";
  button.setAttribute("aria-label", running ? `Stop ${block.name}` : `Run ${block.name}`);
}

function stop() {
  const stopped = busy;
  URL.revokeObjectURL(stopped.address);
  if (!worker) return stopped.finish("stopped", "stopped");
  stopped.clock = setTimeout(() => {
    if (busy === stopped) {
      ended();
      stopped.finish("stopped", "stopped; Python starts anew at the next Run");
      if (stopped.block) announce(stopped.block);
    }
  }, SOFT);
}

/* ---- A formula of the reader's own, judged by the checker of these notes ---- */

const VERDICTS = { proved: "Proved", exact: "Exact", evaluated: "Holds", "not refuted": "Not refuted", defined: "Defined", shapes: "Holds", fails: "Does not hold", refused: "Not understood", stopped: "Stopped" };

async function judge(button) {
  if (busy) return busy.form ? stop() : undefined;
  const form = button.closest(".try-formula"), area = form.querySelector("textarea");
  form.result ??= form.appendChild(element("div", { className: "live-result" }, element("p", { className: "live-status" }), element("div", { className: "live-output" })));
  const [status, output] = form.result.children;
  const say = (state, words) => {
    form.dataset.state = state;
    status.textContent = words;
  };
  const address = URL.createObjectURL(new Blob(["judge"]));
  busy = {
    id: ++runs,
    form,
    address,
    say,
    finish(state, words) {
      busy = null;
      clearTimeout(this.clock);
      URL.revokeObjectURL(address);
      if (state) say(state, words);
      button.textContent = "Check";
      hear(`formula: ${status.textContent}`);
    },
    verdict({ outcome, badge, evidence, fault, reading }) {
      output.replaceChildren();
      if (reading) output.append(element("p", { textContent: "read as:" }), element("pre", { textContent: reading }));
      if (evidence) output.append(element("pre", { textContent: evidence }));
      if (fault) {
        const lines = area.value.split("\n"), at = lines.slice(0, fault[0]).join("\n").length + (fault[0] ? 1 : 0) + fault[1] - 1;
        area.focus();
        area.setSelectionRange(Math.max(at, 0), Math.max(at, 0) + 1);
      }
      const place = fault ? ` (line ${fault[0] + 1}, column ${fault[1]})` : "";
      const good = !["fails", "refused"].includes(outcome);
      this.finish(outcome === "stopped" ? "stopped" : good ? "same" : "raised", `${VERDICTS[outcome] ?? outcome}${place}${good && badge ? `: ${badge}` : ""}`);
    },
  };
  button.textContent = "Stop";
  output.replaceChildren();
  say("loading", worker ? "checking …" : "loading Python, 9 MB, once …");
  try {
    const made = await python();
    made.postMessage({ type: "judge", id: busy.id, latex: area.value, mark: form.querySelector("select").value, earlier: [], address });
  } catch (error) {
    busy?.finish("failed", `Python could not be loaded: ${error.message}. Check tries again.`);
  }
}

let region;
function hear(words) {
  region ??= document.body.appendChild(element("div", { className: "live-region", role: "status" }));
  region.textContent = words;
}

function announce(block) {
  hear(`${block.name}: ${block.status?.textContent}`);
}

/* ---- The page ---- */

document.head.append(element("link", { rel: "stylesheet", href: new URL("live.css", import.meta.url).href }));

function current() {
  const address = location.pathname;
  let page = pages.get(address);
  if (!page || page.blocks.some((block) => !block.box.isConnected)) {
    const written = page?.written ?? new Map();
    page = { written, blocks: [...document.querySelectorAll("[data-live]")].map((box, number) => new Block(box, number)) };
    pages.set(address, page);
    for (const block of page.blocks)
      if (written.has(block.number)) {
        block.code = written.get(block.number);
        block.edit();
        block.say("changed", "changed, not run yet");
      }
  }
  return page;
}

function keep() {
  const page = pages.get(location.pathname);
  page.written = new Map(page.blocks.filter((block) => block.changed).map((block) => [block.number, block.code]));
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest?.(".live")) event.stopPropagation(); // n and p would turn the page
}, true);

self.document$?.subscribe(() => {
  if (busy) stop();
  if (pages.has(location.pathname)) current(); // what was written here before
});

/** A click on one of a block's buttons, handed on by notes.js. */
export function click(button) {
  if (button.matches(".judge")) return judge(button);
  const block = current().blocks.find((each) => each.box.contains(button));
  if (button.matches(".edit")) return block.editor || block.changed ? block.reset() : block.edit();
  if (busy) return busy.block === block ? stop() : undefined;
  return run(block);
}
