// The reader's Python in Node.js: a page comes in as a line of JSON, what its blocks printed goes out as one.
//
//   node reader.mjs UPSTREAM PACKED
//
// UPSTREAM holds Pyodide's own files, PACKED the archives that the site serves.
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [upstream, packed] = process.argv.slice(2).map((path) => resolve(path));
const LONG = 2000; // milliseconds: a block that trains for longer is not run again, since the others show whether it could
const PACKAGES = "/lib/python3.12/site-packages";
const read = (name) => new Uint8Array(readFileSync(join(packed, name)));
let python;

function load(archive) {
  python.unpackArchive(read(`${archive}.zip`), "zip", { extractDir: PACKAGES });
  python.runPython(`blocks.archives.load("${archive}")`);
  if (archive === "tqdm") python.runPython("import tqdm; tqdm.tqdm.monitor_interval = 0");
}

async function start() {
  const { loadPyodide } = await import(pathToFileURL(join(upstream, "pyodide.mjs")));
  python = await loadPyodide({
    indexURL: upstream + "/",
    lockFileURL: join(upstream, "pyodide-lock.json"),
    stdLibURL: pathToFileURL(join(packed, "stdlib.zip")).href,
    env: { HOME: "/home/pyodide", MPLBACKEND: "agg" },
  });
  for (const script of ["blocks.py", "plain.py"]) python.FS.writeFile(`/home/pyodide/${script}`, read(script));
  const { modules } = JSON.parse(readFileSync(join(packed, "table.json"), "utf8"));
  python.globals.set("table", python.toPy(modules));
  python.runPython("import sys; sys.path.insert(0, '/home/pyodide'); import blocks");
  python.runPython("blocks.archives.of |= table; sys.meta_path.append(blocks.archives)");
  load("numpy");
  load("rnn_notes");
  return python.runPython("blocks.respond");
}

function ask(respond, request) {
  for (;;) {
    const answer = JSON.parse(respond(JSON.stringify(request), () => {}));
    if (!answer.missing) return answer;
    load(answer.missing);
  }
}

// A reader stops waiting for a proof after seconds; here a slow machine must not decide what is proved.
function patient(respond) {
  ask(respond, { latex: "1 + 1 = 2", mark: "numbers", earlier: [] }); // loads the checker
  python.runPython("from rnn_notes.checks import deadline; deadline.PROOF_SECONDS = 120");
}

try {
  const respond = await start();
  const claim = python.runPython("lambda page, number, text: repr(eval(text, dict(blocks.pages[page].before[number])))");
  for await (const line of createInterface({ input: process.stdin })) {
    const page = JSON.parse(line);
    const request = { page: page.name, codes: page.codes, kinds: page.kinds, printed: page.printed, clicked: 0, number: null };
    const each = page.codes.map((_, number) => number);
    const took = [];
    const first = each.map((number) => {
      const start = performance.now();
      const answer = ask(respond, { ...request, number });
      took.push(performance.now() - start);
      return answer;
    });
    const claims = page.claims.map(([number, text]) => {
      try {
        return claim(page.name, number, text);
      } catch (error) {
        return String(error.message).slice(-300);
      }
    });
    if (page.displays.length) patient(respond);
    const verdicts = page.displays.map(([latex, mark, earlier]) => ask(respond, { latex, mark, earlier }));
    // From the last to the first, each from the names kept before it: running a block forgets what runs below it.
    const again = each.map(() => null);
    for (const number of each.reverse()) if (took[number] < LONG) again[number] = ask(respond, { ...request, number });
    console.log(JSON.stringify({ first, claims, verdicts, again }));
  }
} catch (error) {
  console.error(String(error.message ?? error).slice(-3000)); // not the line of a megabyte that threw it
  process.exit(1);
}
