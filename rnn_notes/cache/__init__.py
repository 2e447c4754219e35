"""Caches expensive results under ``.rnn_notes/cache/``, keyed by a digest of what made them.

The folder lies in the project that uses the package, never beside the installed package.

A digest covers the source of a module, of every module that it imports (installed libraries aside), all the way down,
the versions of the libraries and how the processor rounds: so an edit remakes exactly what it may have changed.
It is that of the code that runs: once a file has changed since this module was imported, nothing that may rest on it
is found in the cache or put there.
An entry carries its own digest; one that is damaged, or that of another key, is made again. Where nothing can be kept,
all is made each time.
"""

import ast
import hashlib
import logging
import platform
import site
import sys
import sysconfig
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, version
from importlib.util import resolve_name
from pathlib import Path

from rnn_notes import files
from rnn_notes.cache.arithmetic import arithmetic

log = logging.getLogger(__name__)


def project(folder: Path | None = None) -> Path:
    """The folder of the nearest ``pyproject.toml``, from a folder up; without one, the folder itself.

    The folder is the working folder if none is given.
    """
    here = folder or Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "pyproject.toml").is_file()), here)


PACKAGE = Path(__file__).parents[1]
FOLDER = project() / ".rnn_notes" / "cache"  # not in .cache, which Zensical empties
DATA = PACKAGE / "data"  # read through the module datasets
LIBRARIES = ("numpy", "matplotlib", "sympy", "lark", "django-static-mathjax", "mini-racer", "fonttools")
LIBRARY_PATHS = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
INSTALLED = {Path(folder).resolve() for folder in (*LIBRARY_PATHS, *site.getsitepackages())}

UNUSED_SECONDS = 30 * 24 * 3600  # after which an entry that nobody has asked for is removed

Stamp = tuple[int, int, int, int]


class Passing(str):
    """A text that is right only now, because a clock ran out for example: it is used and not kept."""


def _stamp(path: Path) -> Stamp | None:
    """What changes whenever a file is written, None if there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino


_first_seen: dict[Path, Stamp | None] = {path: _stamp(path) for path in PACKAGE.rglob("*.*") if path.suffix != ".pyc"}
"""The files as they were when this module was imported, which is before what it remembers for."""

_covered: set[Path] = set()  # the files of all digests asked for so far


def _unchanged(paths: Iterable[Path]) -> bool:
    """Whether the files are as they were at first, when their code was read."""
    return all(_stamp(path) == _first_seen.setdefault(path, _stamp(path)) for path in paths)


@cache
def digest(module: str) -> str:
    """A digest of a module, named like ``"rnn_notes.lecture"`` or an author's own, and of all that it rests on.

    Raises ValueError if there is no source of that name.
    """
    sources, libraries = _closure(module)
    if not sources:
        raise ValueError(f"no source of the module {module!r} is found; its folder must be on the path of Python")
    _covered.update(sources)
    named = [
        f"python {platform.python_version()}",
        f"arithmetic {arithmetic()}",
        *(f"{name} {_version(name)}" for name in sorted({*LIBRARIES, *libraries})),
    ]
    total = hashlib.sha256("\n".join(named).encode())
    for path in sorted(sources):
        total.update(hashlib.sha256(path.read_bytes()).digest())
    # The code of a file that has changed is not known: a name of its own finds nothing that is remembered.
    return total.hexdigest() if _unchanged(sources) else uuid.uuid4().hex


def _version(library: str) -> str:
    """The version of a library; the base install has not all of them."""
    try:
        return version(library)
    except PackageNotFoundError:
        return "missing"


def remember(kind: str, key: str, make: Callable[[], str], holds: Callable[[str], bool] = lambda text: True) -> str:
    """The text kept for key in the folder ``FOLDER/kind``, or else the text that make() returns, kept from now on.

    What is kept is used only as long as it is whole and ``holds`` is true of it.
    """
    path = FOLDER / kind / hashlib.sha256(f"{kind}\n{key}".encode()).hexdigest()[:32]
    kept = _read(path)
    if kept is not None and holds(kept):
        return kept
    text = make()
    if not isinstance(text, Passing) and _unchanged(tuple(_covered)):
        _write(path, text)
    return text


def _read(path: Path) -> str | None:
    """The text of an entry, None if there is none or it is not what was written."""
    try:
        entry = path.read_bytes()
    except OSError:  # not there, or not to be read
        return None
    written, _, text = entry.partition(b"\n")
    if written != _seal(path, text):
        log.warning("%s is damaged, so what it held is made again", path)
        return None
    with suppress(OSError):  # in a folder that is read-only
        if time.time() - path.stat().st_mtime > UNUSED_SECONDS / 10:
            path.touch()
    return text.decode("utf-8")


def _seal(path: Path, data: bytes) -> bytes:
    """The digest of an entry and of its name: one that is under the name of another is not whole either."""
    return hashlib.sha256(path.name.encode() + b"\n" + data).hexdigest().encode()


def _write(path: Path, text: str) -> None:
    """Write an entry whole or not at all, even when other threads and processes write the same one."""
    data = text.encode("utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, _seal(path, data) + b"\n" + data)
    except OSError as error:  # a full disk, a folder that is read-only
        _say_once(f"nothing can be kept in {path.parent.parent}, so all is made each time: {error.strerror}")


@cache
def _say_once(message: str) -> None:
    log.warning(message)


def tidy() -> None:
    """Remove entries that were not used for a month, and what killed processes have left unfinished."""
    for path in FOLDER.glob("*/" + "?" * 32 + "*"):
        age = UNUSED_SECONDS / 30 if path.suffix else UNUSED_SECONDS
        with suppress(OSError):  # another process was faster, or the folder is read-only
            if path.is_file() and time.time() - path.stat().st_mtime > age:
                path.unlink()


def _closure(module: str) -> tuple[set[Path], set[str]]:
    """The files that the module rests on, the files beside them that have their names, and libraries by name."""
    sources: set[Path] = set()
    libraries: set[str] = set()
    waiting, met = [module], set()
    while waiting:
        name = waiting.pop()
        if name in met:
            continue
        met.add(name)
        path = _file(name)
        if path is None:
            top = name.partition(".")[0]
            if not name.startswith(PACKAGE.name) and top not in sys.stdlib_module_names:
                libraries.add(top)
            continue
        if "." in name and not path.is_relative_to(PACKAGE):
            waiting.append(name.rpartition(".")[0])  # a package runs before its modules; ours only names them
        sources.update([path] if path.stem == "__init__" else path.parent.glob(f"{path.stem}.*"))
        if path == DATA.with_name("datasets.py"):
            sources.update(file for file in DATA.rglob("*") if file.is_file())
        waiting += _imported(name, path)
    return sources, libraries


def _imported(module: str, path: Path) -> set[str]:
    """The names of what a module imports; of ``from a import b`` the module ``a.b`` if there is one, else ``a``."""
    names: set[str] = set()
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module or ""
            whole = [f"{source}.{alias.name}" for alias in node.names]
            names.update(name if _file(name) else source for name in whole)
    return names


@cache
def _file(module: str) -> Path | None:
    """The source of a module, found without importing it; None for one of an installed library."""
    path: list[str] | None = None
    if module.partition(".")[0] == PACKAGE.name:
        path = [str(PACKAGE.parent)]
    spec = None
    for name in module.split("."):
        spec = PathFinder.find_spec(name, path)
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or [])
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    file = Path(spec.origin)
    ours = file.is_relative_to(PACKAGE)
    return file if ours or not any(file.resolve().is_relative_to(folder) for folder in INSTALLED) else None
