"""What is costly to make is made once and remembered under ``.cache/rnn_notes/``, by a digest of what made it.

The folder lies in the project that uses the package, never beside the installed package.

A digest covers the source of a module, of every module of this package that it imports, all the way down,
and the versions of the libraries: so an edit remakes exactly what it may have changed.
"""

import ast
import hashlib
import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def project() -> Path:
    """The folder of the nearest ``pyproject.toml``, from the working folder up; without one, the working folder."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "pyproject.toml").is_file()), here)


PACKAGE = Path(__file__).parent
FOLDER = project() / ".cache" / "rnn_notes"
DATA = PACKAGE / "data"  # read through the module datasets
LIBRARIES = ("numpy", "matplotlib", "sympy", "lark", "sphinx-mathjax-offline", "mini-racer")


@cache
def digest(module: str) -> str:
    """A digest of a module of this package, named like ``"rnn_notes.lecture"``, and of all it rests on."""
    total = hashlib.sha256(" ".join(f"{name} {_version(name)}" for name in LIBRARIES).encode())
    for path in sorted(_sources(module)):
        total.update(path.read_bytes())
    return total.hexdigest()


def _version(library: str) -> str:
    """The version of a library; the base install has not all of them."""
    try:
        return version(library)
    except PackageNotFoundError:
        return "missing"


def remember(kind: str, key: str, make: Callable[[], str]) -> str:
    """The text kept for key in the folder ``FOLDER/kind``, or else the text that make() returns, kept from now on."""
    path = FOLDER / kind / hashlib.sha256(key.encode()).hexdigest()[:32]
    if path.exists():
        return path.read_text(encoding="utf-8")
    text = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)  # whole or not at all, also when two builds run at once
    return text


def _sources(module: str, found: set[Path] | None = None) -> set[Path]:
    """The files of the package that the module rests on, with the data files beside them that have their names."""
    found = set() if found is None else found
    path = _file(module)
    if path and path not in found:
        found.update([path] if path.stem == "__init__" else path.parent.glob(f"{path.stem}.*"))
        if path == DATA.with_name("datasets.py"):
            found.update(file for file in DATA.rglob("*") if file.is_file())
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                whole = [f"{node.module}.{alias.name}" for alias in node.names]
                names = [name if _file(name) else node.module for name in whole]
            else:
                continue
            for name in names:
                _sources(name, found)
    return found


def _file(module: str) -> Path | None:
    """The source of a module of this package, None for any other name."""
    path = PACKAGE.parent.joinpath(*module.split("."))
    files = [path / "__init__.py", path.with_suffix(".py")]
    return next((file for file in files if file.is_relative_to(PACKAGE) and file.exists()), None)
