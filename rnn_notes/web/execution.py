"""Runs a notebook as a reader would, and remembers the run as long as nothing has changed that it has read.

What it shows must not be chance: it runs a second time in a process in which all that is not the notebook's own doing
is another (the order of sets, where objects lie, the date and the hour), and has to show the same.

The kernel is this Python, with an environment that does not depend on who starts it; what the notebook reads from then
on, modules of the project and data, is written down with a digest. Installed libraries count by their versions.
"""

import hashlib
import json
import os
import re
import sys
import tempfile
from itertools import zip_longest
from pathlib import Path
from shutil import copy
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import from_dict

from rnn_notes import cache
from rnn_notes.ipynb import Cell
from rnn_notes.web import outputs as shown

Outputs = list[dict[str, Any]]  # of one cell, as nbformat has them

STARTUP = Path(__file__).with_name("kernel_startup.py")
CLOCK = re.compile(  # what is another at the next run, and leaves no trace
    r"\btime\.(?:time|perf_counter|monotonic|process_time|localtime|gmtime|ctime|strftime|asctime)"
    r"|\b(?:now|today|utcnow|perf_counter|monotonic|uuid[14]|urandom|token_\w+)\(|^\s*%%?(?:time|timeit|prun)\b"
    r"|mtime|\bdefault_rng\(\s*\)",
    re.MULTILINE,
)
CELL_SECONDS = 600  # for one cell
FIXED = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
}
AGAIN = {"PYTHONHASHSEED": "1", "PYTHONMALLOC": "malloc", "RNN_NOTES_LATER": str(400 * 24 * 3600 + 18_061)}
CHANCE = (
    "seed what is drawn (np.random.default_rng(0)), sort what has no order, print numbers and not objects, "
    "and leave times and dates out"
)
KEPT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT", "APPDATA", "USERPROFILE")  # to find files by


class CellError(Exception):
    """A cell that does not run; ``number`` is its place among the cells of code, from 0."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


class Kernel(AsyncKernelManager):
    """The kernel of this very Python, whatever other kernels are installed."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(transport_encryption="auto", **settings)  # else each kernel prints a warning

    @property
    def kernel_spec(self) -> KernelSpec:
        """How it is started."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        able = {"supported_encryption": ["curve"]}
        return KernelSpec(argv=argv, display_name="Python 3", language="python", metadata=able)


def outputs(path: Path, cells: list[Cell]) -> list[Outputs]:
    """What each of these cells of code shows, when they run one after the other in the folder of the notebook.

    Raises CellError at the first that fails.
    """
    code = [[cell.source, cell.metadata.get("tags", [])] for cell in cells]
    libraries = sorted(info.name for folder in cache.INSTALLED for info in folder.glob("*.dist-info"))
    key = json.dumps([cache.digest(__name__), sys.version, libraries, code, os.path.relpath(path.parent, cache.FOLDER)])
    kept = cache.remember("notebooks", key, lambda: _run(path, cells), holds=_still_holds)
    return json.loads(kept)["outputs"]


def _run(path: Path, cells: list[Cell]) -> str:
    """The outputs and what was read for them; a passing text if that cannot be said or has changed meanwhile.

    Raises CellError at the first cell that fails, or that shows something else in a second run.
    """
    first, read = _once(path, cells, {})
    again, _ = _once(path, cells, AGAIN)
    for number, both in enumerate(zip(map(_visible, first), map(_visible, again), strict=True)):
        if difference := _difference(*both):
            raise CellError(number, f"this cell shows something else when it runs again ({difference}); {CHANCE}")
    files = {_short(Path(name)): digest for name, digest in read if name}
    text = json.dumps({"files": files, "outputs": first})
    traced = all(name for name, _ in read) and not any(CLOCK.search(cell.source) for cell in cells)
    return text if traced and _still_holds(text) else cache.Passing(text)


def _once(path: Path, cells: list[Cell], other: dict[str, str]) -> tuple[list[Outputs], list[tuple[str, str]]]:
    """The outputs, and what was read for them: its names, or none where that cannot be said, with digests."""
    code = [{"cell_type": "code", "source": cell.source, "metadata": cell.metadata, "outputs": []} for cell in cells]
    notebook = from_dict({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})  # type: ignore[no-untyped-call]
    with tempfile.TemporaryDirectory(prefix="rnn_notes-") as own:
        trace = Path(own, "trace")
        trace.touch()
        startup = Path(own, "profile_default", "startup")
        startup.mkdir(parents=True)
        copy(STARTUP, startup)
        environment = {name: os.environ[name] for name in KEPT if name in os.environ} | FIXED | other
        environment |= {"IPYTHONDIR": own, "JUPYTER_CONFIG_DIR": own, "RNN_NOTES_TRACE": str(trace)}
        environment["PYTHONPATH"] = os.pathsep.join(_python_path())
        where = {"metadata": {"path": str(path.parent)}}
        client = NotebookClient(notebook, kernel_manager_class=Kernel, timeout=CELL_SECONDS, resources=where)
        reached = [0]
        client.on_cell_start = lambda cell, cell_index: reached.append(cell_index)
        try:
            client.execute(env=environment)
        except CellExecutionError as error:
            raise CellError(reached[-1], f"this cell raises {error.ename}: {error.evalue}") from None
        except CellTimeoutError:
            raise CellError(reached[-1], f"this cell runs longer than {CELL_SECONDS} seconds") from None
        except DeadKernelError:
            raise CellError(reached[-1], "the kernel died while this cell ran") from None
        read = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
        inputs = [(name, digest) for name, digest in read if not name or _counts(Path(name), Path(own))]
    return [cell.outputs for cell in notebook.cells], inputs


def _visible(found: Outputs) -> str:
    """What a page would show of the outputs of a cell, in however many pieces they came."""
    parts = []
    for output in found:
        data = output.get("data", {})
        media = next((media for media in shown.SHOWN if media in data), None)
        if output.get("name") != "stderr":  # which no page shows
            said = str(output.get("text") or output.get("evalue") or "")
            parts.append(str(data[media]) if media else shown.text(said))
    return "".join(parts)


def _difference(one: str, other: str) -> str:
    """The first line that is not the same, as it was and as it is; nothing if all are."""
    for before, after in zip_longest(one.splitlines(), other.splitlines(), fillvalue="nothing"):
        if before != after:
            at = max(0, next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0) - 20)
            return f"first {before.strip()[at : at + 60]}, then {after.strip()[at : at + 60]}"
    return ""


def _python_path() -> list[str]:
    """Where the kernel finds the package that builds the site, and what whoever builds it has named."""
    root = cache.PACKAGE.parent
    named = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    return [*([] if root.resolve() in cache.INSTALLED else [str(root)]), *named]


def _counts(path: Path, own: Path) -> bool:
    """Whether a file is an input: none of a library, of the system's devices, or of the kernel's own."""
    resolved = path.resolve()
    system = ("/proc", "/dev", "/sys")
    if any(resolved.is_relative_to(folder) for folder in (*system, own.resolve())):
        return False
    inside = any(resolved.is_relative_to(folder) for folder in cache.INSTALLED)
    return not inside or resolved.is_relative_to(cache.PACKAGE)


def _short(path: Path) -> str:
    """A name that is still right after the project has moved."""
    return os.path.relpath(path, cache.FOLDER) if path.is_relative_to(cache.project()) else str(path)


def _still_holds(text: str) -> bool:
    """Whether all that the run has read is as it was."""
    return all(_digest(cache.FOLDER / name) == digest for name, digest in json.loads(text)["files"].items())


def _digest(path: Path) -> str:
    """As in ``kernel_startup.py``."""
    path = Path(os.path.normpath(path))
    try:
        content = "\n".join(sorted(os.listdir(path))).encode() if path.is_dir() else path.read_bytes()
    except OSError:
        return "missing"
    return hashlib.sha256(content).hexdigest()
