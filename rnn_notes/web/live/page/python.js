// The reader's Python: one worker for the visit, which does one thing at a time, for a block or for a formula.

const SITE = __TABLE__; // {folder, lock, table}, written by the build
const BASE = new URL(`${SITE.folder}/`, document.currentScript.src).href;
const SOFT = 1500; // milliseconds after which a Stop that Python has not heard ends the worker
const MINUTE = 60_000;

let worker, ready, source; // source: the text of the worker, which a new one needs even without a connection
let task = null; // what Python does now: {id, owner, address, clock}
let next = null; // whose turn comes then
let tasks = 0;

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

/* ---- The worker, made from a blob so that the page's policy holds in it ---- */

async function start() {
  if (!("WebAssembly" in self)) throw new Error("this browser has no WebAssembly");
  if (location.protocol === "file:")
    throw new Error("a page opened as a file cannot; type “python -m http.server” in its folder and open localhost:8000");
  source ??= await text_of_worker();
  const address = URL.createObjectURL(source);
  const made = new Worker(address);
  URL.revokeObjectURL(address);
  return new Promise((resolve, reject) => {
    let clock;
    const wait = () => {
      clearTimeout(clock);
      clock = setTimeout(() => reject(new Error("nothing came for a minute")), MINUTE);
    };
    wait();
    made.onerror = (event) => reject(new Error(event.message || "its worker does not start"));
    made.onmessage = ({ data }) => {
      if (data.type === "progress") {
        wait();
        return progress(data);
      }
      clearTimeout(clock);
      if (data.type === "failed") return reject(new Error(data.message));
      made.onerror = ({ message }) => ended(`Python ended: ${message}`);
      made.onmessage = ({ data }) => heard(data);
      resolve(made);
    };
    made.postMessage({ type: "start", base: BASE, table: SITE.table, lock: SITE.lock });
  }).catch((error) => {
    made.terminate();
    throw error;
  });
}

async function text_of_worker() {
  const [, , integrity] = SITE.table.files["worker.js"];
  const signal = AbortSignal.timeout(MINUTE);
  const answer = await fetch(`${BASE}worker.js`, { signal }).catch((error) => {
    throw new Error(`worker.js did not come (${error.message})`);
  });
  if (answer.status === 404) throw new Error("the site has changed; reload the page");
  const address = URL.createObjectURL(await answer.blob());
  try {
    return await (await fetch(address, { integrity })).blob(); // the browser compares the digest
  } catch {
    throw new Error("worker.js is not the file that belongs to this site; reload the page");
  } finally {
    URL.revokeObjectURL(address);
  }
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

function end() {
  worker?.terminate();
  ready = worker = undefined;
  for (const block of current().blocks) block.forget();
}

function ended(why) {
  end();
  if (task) finish("failed", why);
}

const LIBRARIES = { "numpy.zip": "Python", "sympy.zip": "SymPy", "matplotlib.zip": "Matplotlib" };

function progress({ loaded, total, names }) {
  const [what = "more of Python"] = names.map((name) => LIBRARIES[name]).filter(Boolean);
  const mega = (bytes) => (bytes / 1e6).toFixed(1);
  task?.owner.say("loading", `loading ${what}: ${mega(loaded)} of ${mega(total)} MB, once`);
}

/* ---- What it does: an owner has a name, a request, and hears of it ---- */

async function perform(owner) {
  if (task) return task.owner === owner ? stop() : queue(owner);
  const mine = (task = { id: ++tasks, owner, address: URL.createObjectURL(new Blob(["run"])) });
  owner.turn(true);
  owner.say("loading", worker ? "running …" : "loading Python: 9 MB, once …");
  try {
    const made = await python();
    if (task === mine) made.postMessage({ ...owner.request(), id: mine.id, address: mine.address });
  } catch (error) {
    if (task === mine) finish("failed", `Python could not be loaded: ${error.message}. ${owner.verb} tries again.`);
  }
}

function queue(owner) {
  next?.say("idle", "");
  if (next === owner) return (next = null); // pressed twice: never mind
  next = owner;
  owner.say("loading", `waits for ${task.owner.name}`);
}

function heard(data) {
  if (data.type === "progress") return progress(data);
  if (data.type === "failed") return ended(`Python failed: ${data.message}`);
  if (data.id === task?.id) task.owner.heard(data);
}

function finish(state, words) {
  const { owner, address, clock } = task;
  task = null;
  URL.revokeObjectURL(address);
  clearTimeout(clock);
  owner.turn(false);
  if (state) owner.say(state, words);
  announce(`${owner.name}: ${owner.words}`);
  const then = next;
  next = null;
  if (then) perform(then);
}

function stop() {
  const stopped = task;
  URL.revokeObjectURL(stopped.address); // the worker looks for it now and then
  if (!worker) return finish("stopped", "stopped");
  stopped.clock ??= setTimeout(() => {
    if (task !== stopped) return;
    end();
    finish("stopped", "stopped; Python starts anew at the next Run");
  }, SOFT);
}

const region = document.body.appendChild(element("div", { className: "live-region", role: "status" }));

function announce(words) {
  region.textContent = words;
}
