"""What a project says about its pages, in ``pyproject.toml``, and its pages judged accordingly::

    [tool.rnn_notes.checks]
    pages = ["docs", "README.md"]   # pages, notebooks and folders, from the folder of this file
    runs = "my_runs"                # MODULE[:NAME], the project's own runs
    spelling = ['h^{(t)} is h_t']   # how the letters of all its pages are to be read
    notation = "docs/notation.md"   # what it displays may be repeated in the text of every page

The command, the pytest plugin and the Markdown extension read it here, so they judge alike.
The checker is imported where it is used: pytest asks every project whether it has the table.
"""

import re
import sys
import tomllib
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from traceback import extract_tb, format_exception_only
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rnn_notes import cache, pages
from rnn_notes.pages import Display, Inline, Page, PageError, labels

if TYPE_CHECKING:
    from rnn_notes.checks.verdict import Placed

TABLE = "tool.rnn_notes.checks"
STDLIB = Path(tomllib.__file__).parents[1]
SUFFIXES = (".md", ".markdown", ".ipynb")
SETTINGS = {
    "pages": 'a list of paths such as ["docs", "README.md"]',
    "runs": '"MODULE" or "MODULE:NAME"',
    "spelling": "a list of rules such as ['h^{(t)} is h_t']",
    "notation": 'the page whose formulas all others may repeat, such as "docs/notation.md"',
}


ages: dict[str, int] = {}  # when the modules of runs had been changed last as they were imported


class ProjectError(ValueError):
    """A setting that cannot be used; the message names where it is, what was found and what is expected."""


@dataclass(frozen=True)
class Project:
    """The settings of a project; ``configured`` if its pyproject.toml has the table."""

    root: Path
    pages: tuple[str, ...] = ("docs",)
    runs: str | None = None  # those of these notes
    configured: bool = False
    spelling: tuple[str, ...] = ()
    notation: str = ""
    beside: tuple[Path, ...] = ()  # pages that are judged, too, and that no setting names

    def files(self) -> list[Path]:
        """All pages of the project; raises ProjectError on a name without one, and if there are none."""
        where = f"{self.root / 'pyproject.toml'}: [{TABLE}] pages"
        found: set[Path] = set()
        for name in self.pages:
            path = self.root / name
            pages = pages_in(path) if path.exists() else []
            if not pages and self.configured:
                fault = "holds no page" if path.exists() else "is not there"
                raise ProjectError(f"{where}: {name!r} {fault}; {SETTINGS['pages']} is expected")
            found.update(pages)
        if not found:
            raise ProjectError(f"nothing to check: name pages or folders, or list them in {where} = […]")
        return sorted(found)

    def judge(self, page: Page) -> list["Placed"]:
        """The verdicts on ``page.statements``, in order, and on what is wrong besides: unread parts, spelling, labels.

        Raises PageError if the step of a run raises.
        """
        from rnn_notes.checks import verdicts
        from rnn_notes.checks.verdict import Placed

        unread = [Placed.at(u.line, "unread", "neither checked nor run", u.message) for u in page.unread]
        try:
            runs = self.runs or verdicts.OURS
            judged = verdicts.check(page.statements, runs, self.spelling_of(page), self._known())
            return [*judged, *unread, *self._misspelled(page), *self._mislabelled(page)]
        except PageError:
            raise
        except Exception as error:
            theirs = any(not _of_a_library(Path(frame.filename)) for frame in extract_tb(error.__traceback__))
            what = "a run that this page is checked on" if theirs else "a fault of the checker, please report it: it"
            raise PageError(page.path, 1, f"{what} raises {_raised(error)}") from error

    def spelling_of(self, page: Page) -> tuple[str, ...]:
        """How the letters of a page are to be read: the rules of the project and its own."""
        return (*self.spelling, *(comment.text for comment in page.spelling))

    def _misspelled(self, page: Page) -> list["Placed"]:
        """What is wrong with the spelling that a page states."""
        from rnn_notes.checks import spelling
        from rnn_notes.checks.verdict import Placed

        found: list[Placed] = []
        if not page.spelling:
            return []
        formulas = [display.latex for display in page.displays] + [inline.latex for inline in page.inline]
        used = spelling.used(self.spelling_of(page), formulas)
        for comment in page.spelling:
            fault = spelling.fault(comment.text, used)
            if fault:
                found.append(Placed.at(comment.line, "refused", "spelling", fault))
        return found

    def _mislabelled(self, page: Page) -> list["Placed"]:
        """What is wrong with the labels of a page, and with its references to those of all pages."""
        from rnn_notes.checks.verdict import Placed

        if not page.references and not any(display.labels for display in page.displays):
            return []
        known: dict[str, list[tuple[Path, int]]] = {}
        for path in dict.fromkeys((*self._around, page.path.resolve())):
            with suppress(PageError):  # which is said where that page is judged
                for name, places in labels.labelled([path]).items():
                    known.setdefault(name, []).extend(places)
        faults = labels.faults(page, known)
        return [Placed.at(f.line, "refused", "label", f.message) for f in faults]

    @cached_property
    def _around(self) -> list[Path]:
        """The pages whose labels a page may refer to."""
        try:
            found = self.files()
        except ProjectError:  # no page is named, and there is no docs
            found = []
        return [path.resolve() for path in (*found, *self.beside)]

    def _known(self) -> list[Display | Inline]:
        """What the page of the notation states, nothing where a part has none; raises PageError as reading it does."""
        page = self.root / self.notation
        return list(_statements(page, page.stat().st_mtime_ns)) if self.notation and page.is_file() else []

    def with_runs(self, runs: str, where: str) -> "Project":
        """The project with these runs; raises ProjectError, which begins with ``where``, if they cannot be imported."""
        from rnn_notes.checks.run import registered

        for folder in (str(self.root), str(Path.cwd())):
            if folder not in sys.path:
                sys.path.insert(0, folder)
        module, _, name = runs.partition(":")
        if not all(part.isidentifier() for part in module.split(".")):
            raise ProjectError(f"{where}: {SETTINGS['runs']} is expected, not {runs!r}")
        try:
            value: Any = getattr(_imported(module), name or "RUNS", None)
        except (Exception, SystemExit) as error:
            if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
                places = f"neither in {self.root} nor among the installed packages"
                raise ProjectError(f"{where}: there is no module {error.name!r}, {places}") from None
            raise ProjectError(f"{where}: importing {module} raises {_raised(error)}") from error
        try:
            registered(value)
        except (ValueError, TypeError) as error:
            fault = str(error) if isinstance(error, ValueError) else f"it is {value!r}"
            wanted = f"{name or 'RUNS'} in {module} must be a list of rnn_notes.checks.Run"
            raise ProjectError(f"{where}: {wanted}; {fault}") from None
        return replace(self, runs=runs)


@lru_cache(maxsize=2)
def _statements(page: Path, _changed: int) -> tuple[Display | Inline, ...]:
    """What a page states, read anew when it has changed."""
    return tuple(pages.read(page).statements)


def load(folder: Path | None = None, whole: bool = True) -> Project:
    """The project that a folder belongs to, the working folder if none is given.

    Raises ProjectError on a table that cannot be used. A site may be built of a part of the notes, which need not be
    ``whole``: there the page of the notation may be missing.
    """
    root = cache.project(folder)
    path = root / "pyproject.toml"
    try:
        data: Any = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path}: not TOML: {error}") from None
    if fault := _misnamed(data):
        raise ProjectError(f"{path}: {fault}; write [{TABLE}]")
    for key in TABLE.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    if data is None:
        return Project(root)
    if not isinstance(data, dict):
        raise ProjectError(f"{path}: [{TABLE}]: a table is expected, not {data!r}")
    for key, value in data.items():
        if key not in SETTINGS:
            raise ProjectError(f"{path}: [{TABLE}] {key}: there is no such setting; there are {', '.join(SETTINGS)}")
        if not _fits(key, value):
            raise ProjectError(f"{path}: [{TABLE}] {key}: {SETTINGS[key]} is expected, not {value!r}")
    project = Project(
        root,
        tuple(data.get("pages", ("docs",))),
        configured=True,
        spelling=tuple(data.get("spelling", ())),
        notation=data.get("notation", ""),
    )
    if whole and project.notation and not (root / project.notation).is_file():
        fault = f"{project.notation!r} is not there; {SETTINGS['notation']} is expected"
        raise ProjectError(f"{path}: [{TABLE}] notation: {fault}")
    if fault := _spelling_fault(project.spelling):
        raise ProjectError(f"{path}: [{TABLE}] spelling: {fault}")
    return project.with_runs(data["runs"], f"{path}: [{TABLE}] runs") if "runs" in data else project


def _misnamed(data: dict[str, Any]) -> str:
    """The table of a pyproject.toml that looks like ours and is not read, with what is wrong with it."""
    tool = data.get("tool")
    tables = [(name, "") for name in data] + [(name, "tool.") for name in (tool if isinstance(tool, dict) else ())]
    for name, above in tables:
        if re.sub(r"[\W_]", "", name).lower() == "rnnnotes" and f"{above}{name}" != "tool.rnn_notes":
            return f"[{above}{name}] is not read"
    ours = tool.get("rnn_notes", {}) if isinstance(tool, dict) else {}
    if not isinstance(ours, dict):
        return f"tool.rnn_notes is {ours!r:.60} but a table is expected"
    return next((f"[tool.rnn_notes] {key} is not read" for key in ours if key != "checks"), "")


def pages_in(path: Path) -> list[Path]:
    """The page itself, or all pages and notebooks below a folder, but for those in hidden folders and environments."""
    if not path.is_dir():
        return [path]
    found = [file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file()]
    return sorted(file for file in found if not any(map(_foreign, _folders(file, path))))


def _folders(file: Path, below: Path) -> list[Path]:
    """The folders between a file and the folder that was searched."""
    return [folder for folder in file.parents if folder != below and folder.is_relative_to(below)]


def _foreign(folder: Path) -> bool:
    """Whether a folder holds what others wrote: a hidden one, an environment, packages of JavaScript."""
    return folder.name.startswith(".") or folder.name == "node_modules" or (folder / "pyvenv.cfg").exists()


def _spelling_fault(rules: tuple[str, ...]) -> str:
    """What is wrong with the spelling of a project, if anything."""
    if not rules:
        return ""
    from rnn_notes.checks import spelling

    return spelling.fault("\n".join(rules), None)


def _fits(key: str, value: object) -> bool:
    """Whether a setting has the type that is expected."""
    if key in ("pages", "spelling"):
        return isinstance(value, list) and bool(value) and all(isinstance(name, str) for name in value)
    return isinstance(value, str)


def _imported(module: str) -> ModuleType:
    """Import a module, anew if its file has changed, as it does while pages are served and edited."""
    if module in ages and module in sys.modules and ages[module] != _age(sys.modules[module]):
        del sys.modules[module]
    found = import_module(module)
    ages[module] = _age(found)
    return found


def _age(module: ModuleType) -> int:
    """When the file of a module was changed last; 0 if it has none."""
    file = Path(getattr(module, "__file__", None) or "")
    return file.stat().st_mtime_ns if file.is_file() else 0


def _raised(error: BaseException) -> str:
    """An exception with the place in the author's file that raised it."""
    if isinstance(error, SyntaxError):
        return f"SyntaxError: {error.msg} ({error.filename}:{error.lineno})"
    frames = [frame for frame in extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    theirs = [frame for frame in frames if not _of_a_library(Path(frame.filename))] or frames
    words = "".join(format_exception_only(error)).strip()
    return f"{words} ({theirs[-1].filename}:{theirs[-1].lineno})"


def _of_a_library(file: Path) -> bool:
    """Whether a file belongs to this package, to Python or to another installed package."""
    return "site-packages" in file.parts or any(map(file.is_relative_to, (Path(__file__).parent, STDLIB)))
