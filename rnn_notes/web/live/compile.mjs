// Compiles the modules that the pages use to byte code, in the very Python that will run it.
//
//   node compile.mjs FILES SOURCES OUT
//
// FILES holds Pyodide's own files; SOURCES one folder an archive (numpy, sympy …), as unpacked; into OUT goes OUT/ARCHIVE/
// path.pyc for each module that is in use once `uses.py` has run. Nothing else is written.
import { pathToFileURL } from "node:url";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const [files, sources, out] = process.argv.slice(2).map((path) => resolve(path));
try {
  const { loadPyodide } = await import(pathToFileURL(join(files, "pyodide.mjs")));
  const python = await loadPyodide({
    indexURL: files + "/",
    lockFileURL: join(files, "pyodide-lock.json"),
  });
  for (const [at, folder] of [["/sources", sources], ["/out", out]]) {
    python.FS.mkdir(at);
    python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, at);
  }
  const path = readdirSync(sources).filter((name) => name !== "stdlib").map((name) => `/sources/${name}`);
  python.globals.set("ARCHIVES", python.toPy(path));
  python.runPython(readFileSync(new URL("uses.py", import.meta.url), "utf8"));
} catch (error) {
  console.error(String(error.message ?? error).slice(-2000)); // not the line of a megabyte that threw it
  process.exit(1);
}
