// Python for the pages, in a worker. Before this text, in one file, come Pyodide's own two scripts.
//
// The page makes the worker from a blob, so that the page's policy holds in it as well. All files are fetched here,
// compared with their digests, and handed to Pyodide, which would wait forever for one that does not come.
"use strict";

const SILENCE = 30_000; // milliseconds without a byte, after which a download has failed
const STORE = "rnn-notes-python";
const PACKAGES = "/lib/python3.12/site-packages";
const RESERVE = 1 << 30; // bytes of memory, beyond which the reader is told

let python, table, base, respond;
let stop = null; // an address that the page takes back to say "stop"; a worker that is busy hears nothing else
let looks = 0, looked = 0;
let alarm = 0, again = 0; // when Python's own timer rings, and after how many milliseconds once more; 0 for never

const say = (message) => postMessage(message);

// The bytes of one of our files: from the browser's store if it has them, else from the site.
async function bytes(name, progress) {
  const [size, wire, integrity] = table.files[name];
  const key = storeKey(integrity);
  const store = await self.caches?.open(STORE).catch(() => null); // none over plain http, none where it is forbidden
  const kept = await store?.match(key).catch(() => null);
  let data = kept && (await kept.blob());
  if (!data) {
    const giveUp = new AbortController();
    let clock = setTimeout(() => giveUp.abort(), SILENCE);
    const parts = [];
    try {
      const response = await fetch(base + name, { signal: giveUp.signal });
      if (!response.ok) throw new Error(`the site answered ${response.status}`);
      for (const reader = response.body.getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        clearTimeout(clock);
        clock = setTimeout(() => giveUp.abort(), SILENCE);
        parts.push(value);
        progress((value.length * wire) / size);
      }
    } catch (error) {
      throw new Error(giveUp.signal.aborted ? `${name} stopped coming` : `${name} did not come (${error.message})`);
    } finally {
      clearTimeout(clock);
    }
    data = new Blob(parts);
  } else progress(wire);
  const copy = URL.createObjectURL(data);
  try {
    const checked = await fetch(copy, { integrity }); // the browser compares the digest
    const buffer = await checked.arrayBuffer();
    if (!kept) await store?.put(key, new Response(data)).catch(() => null);
    return new Uint8Array(buffer);
  } catch {
    await store?.delete(key).catch(() => null);
    throw new Error(`${name} is not the file that belongs to this site; reload the page`);
  } finally {
    URL.revokeObjectURL(copy);
  }
}

// Under its digest, so that a new edition of the site asks only for what has changed.
const storeKey = (integrity) => new URL(`../${encodeURIComponent(integrity)}`, base).href;

// Remove from the store what another edition has left there.
async function tidy() {
  const store = await caches.open(STORE), current = Object.values(table.files).map(([, , integrity]) => storeKey(integrity));
  for (const { url } of await store.keys()) if (!current.includes(url)) await store.delete(url);
}

async function all(names) {
  const total = names.reduce((sum, name) => sum + table.files[name][1], 0);
  let loaded = 0;
  const progress = (more) => say({ type: "progress", loaded: (loaded += more), total, names });
  return Promise.all(names.map((name) => bytes(name, progress)));
}

// Pyodide asks for three files by itself. They are not given in `start`, whose functions live on, and with them all that
// they can see: 13 MB.
async function load(wasm, stdlib, lock) {
  const given = {
    "pyodide.asm.wasm": [wasm, "application/wasm"],
    "python_stdlib.zip": [stdlib, "application/zip"],
    "pyodide-lock.json": [lock, "application/json"],
  };
  const fromTheNet = self.fetch;
  self.fetch = async (request, ...more) => {
    const found = given[String(request.url ?? request).split("/").pop()];
    return found ? new Response(found[0], { headers: { "Content-Type": found[1] } }) : fromTheNet(request, ...more);
  };
  python = await loadPyodide({ indexURL: base, env: { HOME: "/home/pyodide", MPLBACKEND: "agg", TQDM_DISABLE: "0" } });
  self.fetch = fromTheNet;
}

async function start(message) {
  ({ table, base } = message);
  const names = ["pyodide.asm.wasm", "stdlib.zip", "numpy.zip", "rnn_notes.zip", "blocks.py", "plain.py"];
  const [wasm, stdlib, numpy, ours, blocks, plain] = await all(names);
  await load(wasm, stdlib, message.lock);
  for (const archive of [numpy, ours]) unpack(archive);
  python.FS.writeFile("/home/pyodide/blocks.py", blocks);
  python.FS.writeFile("/home/pyodide/plain.py", plain);
  python.setInterruptBuffer({
    // Python looks here now and then; 2 is SIGINT, 14 SIGALRM. One look in 256 looks at the clock, and then at the address.
    get 0() {
      if (++looks % 256 || !(stop || alarm)) return 0;
      const now = performance.now();
      if (alarm && now > alarm) {
        alarm = again && now + again;
        return 14;
      }
      if (!stop || now - looked < 200) return 0;
      looked = now;
      try {
        const ask = new XMLHttpRequest();
        ask.open("GET", stop, false);
        ask.send();
        return 0;
      } catch {
        stop = null; // once: said again, it would break the traceback
        return 2;
      }
    },
    set 0(_value) {},
  });
  respond = python.runPython("import os, sys; forgotten = set(); sys.path.insert(0, '/home/pyodide'); import blocks; blocks.respond");
  python.globals.set("setitimer", setitimer);
  python.runPython(`import signal
signal.ITIMER_REAL, signal.setitimer = 0, lambda _, seconds, interval=0: tuple(setitimer(seconds, interval))`);
  python.globals.set("table", python.toPy(table.modules));
  python.runPython("blocks.archives.of |= table; sys.meta_path.append(blocks.archives)");
  for (const archive of ["numpy", "rnn_notes"]) python.runPython(`blocks.archives.load("${archive}")`);
  say({ type: "ready" });
  tidy().catch(() => null); // where there is no store, nothing is left
}

// What Python's signal.setitimer is elsewhere: in WebAssembly there is none. Returns what was left, in seconds.
function setitimer(seconds, interval) {
  const now = performance.now(), before = [alarm && Math.max(alarm - now, 1) / 1000, again / 1000];
  alarm = seconds && now + 1000 * seconds;
  again = 1000 * interval;
  return before;
}

function unpack(archive) {
  python.unpackArchive(archive, "zip", { extractDir: PACKAGES });
}

// What has been imported is not read again: byte code and libraries leave the store of files, which is memory.
const FORGET = `
new = sys.modules.keys() - forgotten
forgotten |= new
for file in {getattr(sys.modules[name], "__file__", None) or "" for name in new}:
    if file.startswith("${PACKAGES}/") and file.endswith((".pyc", ".so")) and os.path.exists(file):
        os.remove(file)`;

// Ask Python; load what it lacks, and ask again.
async function ask(request, emit) {
  for (;;) {
    const answer = JSON.parse(respond(JSON.stringify(request), emit));
    if (!answer.missing) {
      python.runPython(FORGET);
      return answer;
    }
    unpack((await all([`${answer.missing}.zip`]))[0]);
    python.runPython(`blocks.archives.load("${answer.missing}")`);
    if (answer.missing === "tqdm") python.runPython("import tqdm; tqdm.tqdm.monitor_interval = 0"); // no threads here
  }
}

async function run({ id, page, blocks, clicked, address }) {
  const request = { page, clicked, number: null };
  request.codes = blocks.map((block) => block.code);
  request.kinds = blocks.map((block) => block.kind);
  request.printed = blocks.map((block) => block.printed);
  stop = address;
  for (let { number } = await ask(request, () => {}); number <= clicked; number++) {
    say({ type: "begin", id, number });
    let kept = "", sent = performance.now();
    const emit = (kind, text) => {
      kept += kind === "stdout" ? text : "";
      if (performance.now() - sent > 200) {
        say({ type: "output", id, number, text: kept });
        sent = performance.now();
      }
    };
    const result = await ask({ ...request, number }, emit);
    say({ type: "result", id, number, result, heap: python._module.HEAP8.length > RESERVE ? python._module.HEAP8.length : 0 });
    if (result.state === "stopped") break;
  }
  stop = null;
  say({ type: "end", id });
}

async function judge({ id, latex, mark, address }) {
  stop = address;
  const verdict = await ask({ latex, mark, earlier: [] }, () => {});
  stop = null;
  say({ type: "verdict", id, verdict });
}

let queue = Promise.resolve();
self.onmessage = ({ data }) => {
  const what = { start, run, judge }[data.type];
  queue = queue
    .then(() => what(data))
    .catch((error) => say({ type: "failed", id: data.id, message: String(error.message ?? error).slice(-500) }));
};
