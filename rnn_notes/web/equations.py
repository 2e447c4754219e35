r"""Equation numbers: ``\label{eq:cell}`` in a display gives it one, ``\eqref{eq:cell}`` in any text links to it.

Numbers are those of the book, chapter by chapter, whichever page is built: they are read from the sources of all pages.
A chapter is an entry of the navigation, but for the home page; without MkDocs a page is numbered alone.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor

from rnn_notes.pages import LABEL, REFERENCE, Display, labels
from rnn_notes.web import rendering
from rnn_notes.web.source import Source


@dataclass(frozen=True)
class Equation:
    """A display with a number."""

    name: str
    path: Path
    line: int
    number: str

    @property
    def anchor(self) -> str:
        """Its address on the page."""
        return self.name.replace(":", "-")


class Equations:
    """The numbered displays of all pages; ``on`` gives those of the page that is rendered."""

    def __init__(self, md: Markdown, source: Source) -> None:
        self.md, self.source = md, source

    def all(self) -> dict[str, list[Equation]]:
        """The numbered displays by their labels, in the order of the book; raises PageError if a page is unreadable."""
        path = self.source.path
        book = rendering.book(self.md) or ([(None, path)] if path.is_file() else [])
        return _number(tuple((chapter, page, page.stat().st_mtime_ns) for chapter, page in book))

    def of(self, display: Display) -> Equation | None:
        """The number of a display of this page; raises PageError for a label that is wrong or taken."""
        if not display.labels:
            return None
        found = self.all()
        if fault := labels.fault(
            display, self.source.path, {k: [(e.path, e.line) for e in v] for k, v in found.items()}
        ):
            raise self.source.error("", fault, display.line)
        here = found.get(display.labels[0], [])
        return here[0] if here else None

    def named(self, name: str) -> Equation:
        """The display with a label; raises PageError if there is none."""
        found = self.all()
        if fault := labels.missing(name, found):
            raise self.source.error(f"eqref{{{name}}}", fault)
        return found[name][0]


class References(InlineProcessor):
    r"""Turns ``\eqref{eq:cell}`` into a link with the number of that display."""

    def __init__(self, md: Markdown, equations: Equations) -> None:
        super().__init__(REFERENCE.pattern, md)
        self.equations = equations

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:
        """The link."""
        equation = self.equations.named(m[1])
        here = self.equations.source.path.resolve()
        page = "" if equation.path.resolve() == here else rendering.to_page(self.equations.md, equation.path)
        link = Element("a", {"class": "eqref", "href": f"{page}#{equation.anchor}"})
        link.set("aria-label", f"equation {equation.number}")
        link.text = f"({equation.number})"
        return link, m.start(0), m.end(0)


def put_number(display: Element, equation: Equation) -> None:
    """Set the number at the right of a display, as a link to the display itself."""
    display.set("id", equation.anchor)
    words = {"class": "number", "href": f"#{equation.anchor}", "aria-label": f"equation {equation.number}"}
    SubElement(display, "a", {**words, "data-search-exclude": ""}).text = f"({equation.number})"


def without_label(latex: str) -> str:
    """What is typeset of a display with a label."""
    return re.sub(rf"\s*{LABEL.pattern}", "", latex).lstrip("\n")


@lru_cache(maxsize=4)
def _number(book: tuple[tuple[int | None, Path, int], ...]) -> dict[str, list[Equation]]:
    found: dict[str, list[Equation]] = {}
    counts: dict[int | None, int] = {}
    for chapter, path, changed in book:
        for name, line in labels.on_page(path, changed):
            number = counts[chapter] = counts.get(chapter, 0) + 1
            text = str(number) if chapter is None else f"{chapter}.{number}"
            found.setdefault(name, []).append(Equation(name, path, line, text))
    return found
