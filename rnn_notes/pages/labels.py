r"""Labels of displays, ``\label{eq:cell}``, and what refers to them from any page, ``\eqref{eq:cell}``."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from rnn_notes import pages
from rnn_notes.pages.parts import Display, Page, Unread

NAME = re.compile(r"[A-Za-z][\w:.-]*")
Places = Mapping[str, list[tuple[Path, int]]]  # the displays with a label, by file and line, the first one first


def labelled(files: Iterable[Path]) -> dict[str, list[tuple[Path, int]]]:
    """The labels of pages, each with the displays that have it; raises PageError if a page is unreadable."""
    found: dict[str, list[tuple[Path, int]]] = {}
    for path in files:
        for name, line in on_page(path, path.stat().st_mtime_ns):
            found.setdefault(name, []).append((path, line))
    return found


@lru_cache(maxsize=1000)
def on_page(path: Path, _changed: int) -> tuple[tuple[str, int], ...]:
    """The labels of a page, with the lines of their displays."""
    if "\\label" not in path.read_text(encoding="utf-8"):
        return ()
    return tuple((name, display.line) for display in pages.read(path).displays for name in display.labels[:1])


def fault(display: Display, path: Path, known: Places) -> str | None:
    """What is wrong with the label of a display of a page, None if nothing is, or if it has none."""
    names = display.labels
    if len(names) > 1:
        return f"a display has one label; there are {', '.join(names)}"
    if names and not NAME.fullmatch(names[0]):
        return f"a label is one word such as eq:cell, not {names[0]!r}"
    first, line = next(iter(known.get(names[0], [])) if names else iter(()), (path, display.line))
    if (first.resolve(), line) != (path.resolve(), display.line):
        return f"the label {names[0]} is taken by {_short(first)}:{line}"
    return None


def missing(name: str, known: Iterable[str]) -> str | None:
    """What is wrong with a reference to a label, None if nothing is."""
    names = list(known)
    return None if name in names else f"no display has the label {name!r}; there are {', '.join(names) or 'none'}"


def faults(page: Page, known: Places) -> Iterator[Unread]:
    """What is wrong with the labels of a page and with its references."""
    said = [(display.line, fault(display, page.path, known)) for display in page.displays]
    said += [(reference.line, missing(reference.name, known)) for reference in page.references]
    yield from (Unread(line, message) for line, message in said if message)


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
