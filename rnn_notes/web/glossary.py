"""The first use of each term on a page is a link to the glossary, unless the page explains the term right there.

The glossary is a page with a definition list; the names before a definition, with commas between them, are the forms of
one term, and the definition ends with a link to the page that explains it. A term that a page prints bold where it
first comes is explained there. Links, code, headings, captions and folded solutions are left as they are.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.toc import slugify
from markdown.treeprocessors import Treeprocessor

from rnn_notes.web import rendering

ENTRY = re.compile(r"(?m)^(\S.*)\n: {3}\S")
DEFINITION = re.compile(r"(?m)^( *:(?!::).*(?:\n.*\S)*)")  # also one whose marks are wrong, which shows as text
EXPLAINED = re.compile(r"\[[^]]+\]\(([^()#\s]+)(?:#[^()\s]*)?\)$")
UNLINKED = frozenset(
    ["a", "code", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "details", "summary", "th", "dt", "script"]
)
BOLD = {"strong", "b"}


class Slot(NamedTuple):
    """A text of the tree: that of an element, or, if ``after`` is one of its children, what follows this."""

    parent: Element
    after: Element | None
    bold: bool


class Glossary(Treeprocessor):
    """Links terms; ``page`` is the glossary, below the folder of the pages, ``without`` are pages left as they are."""

    def __init__(self, md: Markdown, page: str, without: Iterable[str] = ()) -> None:
        super().__init__(md)
        self.page, self.without = page, tuple(without)

    def run(self, root: Element) -> None:
        """Link the first use of each term, or, on the glossary itself, make each entry an address."""
        rendered = rendering.current(self.md)
        if rendered is None or not self.page or rendered.uri in self.without:
            return
        if rendered.uri == self.page:
            for line, fault in faults(rendered.path):
                raise rendering.error(self.md, Path(os.path.relpath(rendered.path)), line, fault)
            for term in root.iter("dt"):
                term.set("id", address("".join(term.itertext())))
            return
        if self.page in rendered.pages:
            link_terms(root, forms(rendered.pages[self.page]), rendering.link(self.md, self.page))


def faults(glossary: Path) -> Iterator[tuple[int, str]]:
    """What is wrong with the entries, each with its line; what a link leads to is for the builder to see."""
    text = glossary.read_text(encoding="utf-8")
    before, seen = "", set()
    for found in DEFINITION.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        above = text[: found.start()].rstrip("\n").rpartition("\n")[2]
        if not ENTRY.match(text, found.start() - len(above) - 1):
            yield (
                line,
                "this explains no term; an entry is a line with its names, and below it a colon, three spaces, text",
            )
            continue
        names = above.lower().split(", ")
        for name in names:
            if name in seen:
                yield line - 1, f"{name!r} is in the glossary twice; leave it to one entry"
            seen.add(name)
        if names[0] < before:
            yield line - 1, f"{names[0]!r} comes after {before!r}; entries are in alphabetical order"
        before = names[0]
        link = EXPLAINED.search(found[1].rstrip())
        if not link:
            way_out = "as in [LSTM](../learning/lstm.md#the-cell)"
            yield line, f"this entry does not say where {names[0]!r} is explained; end it with a link, {way_out}"
            continue
        page = glossary.parent / link[1]
        if page.is_file() and not re.search("|".join(map(re.escape, names)), page.read_text(encoding="utf-8"), re.I):
            yield line, f"{link[1]} does not say {names[0]!r}; link to the page that explains it"


def forms(glossary: Path) -> dict[str, str]:
    """Each form of each term, in small letters, and the address of its entry."""
    entries = ENTRY.finditer(glossary.read_text(encoding="utf-8"))
    return {form: address(entry[1]) for entry in entries for form in entry[1].lower().split(", ")}


def address(names: str) -> str:
    """The address of an entry: that of its first name."""
    return slugify(names.split(",")[0], "-")


def link_terms(root: Element, terms: dict[str, str], glossary: str) -> None:
    """Make the first use of each term below an element a link."""
    names = "|".join(map(re.escape, sorted(terms, key=len, reverse=True)))
    word = re.compile(rf"(?<![\w-])({names})(s?)(?![\w-])", re.IGNORECASE)
    left = {*terms.values()}
    for slot in list(slots(root, False)):
        parent, after, bold = slot
        text = (parent.text if after is None else after.tail) or ""
        pieces: list[str | Element] = []
        begin = 0
        for match in word.finditer(text):
            entry = terms[match[1].lower()]
            if entry not in left:
                continue
            left.remove(entry)
            if bold:
                continue
            link = Element("a", {"class": "term", "href": f"{glossary}#{entry}"})
            link.text = match[0]
            pieces += [text[begin : match.start()], link]
            begin = match.end()
        if pieces:
            _put(parent, after, [*pieces, text[begin:]])


def slots(element: Element, bold: bool) -> Iterator[Slot]:
    """All texts below an element in which terms may be linked, in their order."""
    bold = bold or element.tag in BOLD
    yield Slot(element, None, bold)
    for child in element:
        if isinstance(child.tag, str) and child.tag not in UNLINKED and not is_formula(child):
            yield from slots(child, bold)
        yield Slot(element, child, bold)


def is_formula(element: Element) -> bool:
    """Whether it holds a formula."""
    return bool({"maths", "display", "arithmatex"} & {*element.get("class", "").split()})


def _put(parent: Element, after: Element | None, pieces: list[str | Element]) -> None:
    """Replace a text by texts and links in turns."""
    at = 0 if after is None else list(parent).index(after) + 1
    first, *rest = pieces
    if after is None:
        parent.text = str(first)
    else:
        after.tail = str(first)
    for link, text in zip(rest[::2], rest[1::2], strict=True):
        assert isinstance(link, Element)
        link.tail = str(text)
        parent.insert(at, link)
        at += 1
