"""Packs the files that run Python for the browser: nothing is dropped, what is in use comes first, as byte code.

Byte code halves the time to the first result. It is made where Node.js is; without it the sources alone are packed.

It is long because what is served, how it is packed and what its licences are must agree.
"""

import contextlib
import gzip
import io
import json
import logging
import os
import shutil
import subprocess
import tempfile
import time
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256, sha384
from pathlib import Path, PurePosixPath

from rnn_notes import cache
from rnn_notes.web.live import files

log = logging.getLogger("mkdocs.rnn_notes")

HERE = Path(__file__).parent
PACKAGE = Path(__file__).parents[2]
UPSTREAM = cache.FOLDER / "live" / "upstream"  # the files of others, as they came

# What Pyodide wants to be told of itself; of the packages in its lock none is used.
LOCK = json.dumps(
    {
        "info": {
            "abi_version": "2024_0",
            "arch": "wasm32",
            "platform": "emscripten_3_1_58",
            "python": "3.12.7",
            "version": files.VERSION,
        },
        "packages": {},
    }
)

ARCHIVES = {  # archive -> the wheels in it; "rnn_notes" and "data" are ours
    "numpy": ("numpy",),
    "sympy": ("sympy", "mpmath"),
    "lark": ("lark",),
    "tqdm": ("tqdm",),
    "matplotlib": (
        *("matplotlib", "contourpy", "cycler", "kiwisolver", "packaging", "pillow", "pyparsing"),
        *("python_dateutil", "six"),
    ),
}
NOTICE = f"""What runs Python in these pages

Pyodide {files.VERSION}, Mozilla Public License 2.0 (https://www.mozilla.org/MPL/2.0/). Its files are unchanged; their
source is https://github.com/pyodide/pyodide/tree/{files.VERSION}. It holds CPython 3.12 under the licence of the Python
Software Foundation (https://docs.python.org/3.12/license.html). The packages below are repacked: the modules that the
pages use as byte code, made from the unchanged sources, all others as they are."""

SCRIPTS = ("blocks.py", "plain.py")  # of this folder, for the worker
WORKER = HERE / "worker.js"
PARTS = ("python", "editor", "block", "formula", "main")  # of the script that a first click loads
NOT_IN_THE_PAGE = ("web",)  # builds the site; a reader's page has no use for it
DATA = ("data", "datasets.py", "experiments")  # large, and used by few pages: an archive of their own


def packed() -> Path:
    """The folder with all files of the runtime, fetched and packed if they are not there yet.

    What comes from others is packed once, which takes a minute; our own package anew after each edit.
    Raises LiveFilesError if a file is not available.
    """
    key = sha256("".join(files.DIGESTS.values()).encode() + bytes([shutil.which("node") is not None]))
    for name in ("pack.py", "compile.mjs", "uses.py"):
        key.update((HERE / name).read_bytes())
    runtime = cache.FOLDER / "live" / f"runtime-{key.hexdigest()[:16]}"
    for path in served():
        key.update(path.read_bytes())
    folder = cache.FOLDER / "live" / key.hexdigest()[:16]
    if folder.exists():
        os.utime(folder)  # asked for now
        return folder
    if not runtime.exists():
        log.info("Python for the pages is fetched and packed, once; it takes a minute or two")
    files.fetch(UPSTREAM)
    if not runtime.exists():
        with _made(runtime) as made:
            pack(UPSTREAM, made)
    with _made(folder) as made:
        shutil.copytree(runtime, made, dirs_exist_ok=True, copy_function=_link)
        pack_ours(made)
    _tidy(keep={folder, runtime, UPSTREAM})
    return folder


def _tidy(keep: set[Path]) -> None:
    """Remove what no build has asked for since a day: each edit of the package makes a folder of its own."""
    for path in UPSTREAM.parent.iterdir():
        with contextlib.suppress(OSError):  # another build was faster
            if path not in keep and time.time() - path.stat().st_mtime > 24 * 3600:
                shutil.rmtree(path)


def _link(source: str, target: str) -> None:
    """Give a file a second name, where the disk can; else copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


@contextlib.contextmanager
def _made(folder: Path) -> Iterator[Path]:
    """A folder to fill that then takes its name, whole or not at all."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        made = Path(temporary) / "made"
        made.mkdir()
        yield made
        with contextlib.suppress(OSError):  # another build has been faster, with the same files
            made.rename(folder)


def available() -> bool:
    """Whether blocks of code can run in the pages: where the files for it are available, as ``files.fetch`` says.

    If they are not, that is said in one line; where CI is set it is a failure.
    """
    try:
        packed()
    except (files.LiveFilesError, OSError) as error:  # no network, another file, a disk that is full or read-only
        if os.environ.get("CI"):
            raise
        log.info(f"The pages are built without live code: {error}")
        return False
    return True


def pack(upstream: Path, out: Path) -> None:
    """Write what comes from others, from the files that ``files.fetch`` has put into ``upstream``."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        sources, compiled = work / "sources", work / "compiled"
        compiled.mkdir()
        for archive, packages in ARCHIVES.items():
            for package in packages:
                with zipfile.ZipFile(next(upstream.glob(f"{package}-*.whl"))) as content:
                    content.extractall(sources / archive)
        with zipfile.ZipFile(upstream / "python_stdlib.zip") as content:
            content.extractall(sources / "stdlib")
        for path in ours():  # imported to see what it takes
            target = sources / "rnn_notes" / path.relative_to(PACKAGE.parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        (upstream / "pyodide-lock.json").write_text(LOCK, encoding="utf-8")
        in_use = compile_used(upstream, sources, compiled)
        modules: dict[str, str] = {}
        write_zip(out / "stdlib.zip", contents(sources / "stdlib", compiled / "stdlib"))
        for archive in ARCHIVES:
            whole = contents(sources / archive, compiled / archive)
            used = {name: path for name, path in whole.items() if source(name) in in_use.get(archive, whole)}
            if rest := {name: path for name, path in whole.items() if name not in used}:
                write_zip(out / f"{archive}-rest.zip", rest)
                used[f"{archive}-rest.names"] = work / "names"
                (work / "names").write_text("\n".join(sorted(filter(None, map(module, rest)))), encoding="utf-8")
            write_zip(out / f"{archive}.zip", used)
            modules |= dict.fromkeys({name.partition("/")[0] for name in whole if "/" in name}, archive)
    (out / "licences.txt").write_text(notices(upstream), encoding="utf-8")
    (out / "modules.json").write_text(json.dumps(modules, sort_keys=True), encoding="utf-8")
    shutil.copyfile(upstream / "pyodide.asm.wasm", out / "pyodide.asm.wasm")


def pack_ours(out: Path) -> None:
    """Write what is ours beside what comes from others, and the table of all files with their sizes and digests."""
    for script in SCRIPTS:
        shutil.copyfile(HERE / script, out / script)
    worker = [UPSTREAM / "pyodide.asm.js", UPSTREAM / "pyodide.js", WORKER]
    (out / "worker.js").write_text("\n;\n".join(path.read_text(encoding="utf-8") for path in worker), encoding="utf-8")
    own = {path.relative_to(PACKAGE.parent).as_posix(): path for path in ours()}
    data = {name: path for name, path in own.items() if name.split("/")[1] in DATA}
    write_zip(out / "data.zip", data)
    write_zip(out / "rnn_notes.zip", {name: path for name, path in own.items() if name not in data})
    modules = json.loads((out / "modules.json").read_text(encoding="utf-8"))
    (out / "modules.json").unlink()
    modules |= {f"rnn_notes.{name.removesuffix('.py')}": "data" for name in DATA}
    made = {path.name: [path.stat().st_size, on_the_wire(path), integrity(path)] for path in out.iterdir()}
    table = {"files": made, "modules": modules}
    (out / "table.json").write_text(json.dumps(table, sort_keys=True), encoding="utf-8")


def ours() -> list[Path]:
    """The files of our package that travel to the reader."""
    return sorted(
        path
        for path in PACKAGE.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.relative_to(PACKAGE).parts[0] not in NOT_IN_THE_PAGE
    )


def served() -> list[Path]:
    """All files of ours that ``pack_ours`` writes, whole or within others."""
    return [*ours(), *(HERE / name for name in SCRIPTS), WORKER]


def compile_used(upstream: Path, sources: Path, compiled: Path) -> dict[str, set[str]]:
    """Have byte code written for the modules that the pages use, where there is Node.js.

    Returns the files of each archive that are in use; nothing without Node.js, since then nobody can tell.
    """
    if not (node := shutil.which("node")):
        log.info("Python in the page starts more slowly: there is no Node.js to make its byte code")
        return {}
    command = [node, str(HERE / "compile.mjs"), str(upstream), str(sources), str(compiled)]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise files.LiveFilesError(f"byte code for the page cannot be made: {run.stderr.strip()[-2000:]}")
    used = json.loads((compiled / "used.json").read_text(encoding="utf-8"))
    return {archive: set(names) for archive, names in used.items()}


def contents(sources: Path, compiled: Path) -> dict[str, Path]:
    """The files of an archive by their names in it; byte code stands in for the source that it was made from."""
    found = {path.relative_to(sources).as_posix(): path for path in sources.rglob("*") if path.is_file()}
    for path in compiled.rglob("*.pyc"):
        name = path.relative_to(compiled).as_posix()
        found[name] = path
        del found[source(name)]
    return found


def source(name: str) -> str:
    """The file that byte code was made from; any other file itself."""
    return name.removesuffix("c") if name.endswith(".pyc") else name


def notices(upstream: Path) -> str:
    """Whose work runs in the page, and the licences that the wheels carry."""
    parts = [NOTICE]
    for wheel in sorted(upstream.glob("*.whl")):
        with zipfile.ZipFile(wheel) as content:
            names = [name for name in content.namelist() if "dist-info" in name and "LICEN" in name.upper()]
            texts = [content.read(name).decode("utf-8", "replace").strip() for name in sorted(names)]
        name, version = wheel.name.split("-")[:2]
        parts.append(f"{name} {version}\n\n" + "\n\n".join(texts or ["Its licence is named in its metadata."]))
    return f"\n\n{'-' * 80}\n\n".join(parts) + "\n"


def module(name: str) -> str | None:
    """The module that a file of an archive is, if it is one."""
    path, suffix = PurePosixPath(name), name.partition(".")[2]
    if suffix not in ("py", "pyc") and not suffix.endswith(".so"):
        return None
    parts = path.parent.parts if path.stem == "__init__" else (*path.parent.parts, path.name.partition(".")[0])
    return ".".join(parts)


def write(site: Path) -> None:
    """Put the runtime into a built site, with the script that uses it, and the notices of what it holds."""
    runtime, live = packed(), site / "assets" / "live"
    folder = digest(runtime)
    for path in live.glob("*/"):
        if path.name != folder:
            shutil.rmtree(path)
    shutil.copytree(runtime, live / folder, dirs_exist_ok=True)
    table = json.loads((live / folder / "table.json").read_text(encoding="utf-8"))
    told = json.dumps({"folder": folder, "lock": LOCK, "table": table}, sort_keys=True)
    parts = [(HERE / "page" / f"{name}.js").read_text(encoding="utf-8") for name in PARTS]
    script = "{\n" + "\n".join(parts).replace("__TABLE__", told, 1) + "}\n"  # a block: no name of it is the page's
    (live / "live.js").write_text(script, encoding="utf-8")
    for name in ("bar.css", "live.css", "start.js"):
        shutil.copyfile(HERE / "page" / name, live / name)


def write_zip(path: Path, content: dict[str, Path]) -> None:
    """Write an archive: the same files make the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(content):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, content[name].read_bytes(), zipfile.ZIP_DEFLATED, 9)
    path.write_bytes(buffer.getvalue())


def on_the_wire(path: Path) -> int:
    """The bytes that a host sends of a file, which compresses what is not compressed yet."""
    return path.stat().st_size if path.suffix == ".zip" else len(gzip.compress(path.read_bytes(), 6))


def integrity(path: Path) -> str:
    """The digest of a file as the attribute ``integrity`` has it. https://www.w3.org/TR/SRI/"""
    return f"sha384-{b64encode(sha384(path.read_bytes()).digest()).decode()}"


def digest(folder: Path) -> str:
    """A short name for what is in the folder: another content has another address, so no cache is ever stale."""
    total = sha256()
    for path in sorted(folder.iterdir()):
        total.update(path.name.encode() + sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]
