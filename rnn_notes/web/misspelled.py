"""What is misspelled on a page and would go by in silence: names in front matter, boxes, languages, addresses.

Each of them is legal, since a builder leaves what it does not know alone; here there is a list of what is known.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from pygments.lexers import find_lexer_class_by_name
from pygments.util import ClassNotFound

from rnn_notes.web import leftovers
from rnn_notes.web.source import Source

FRONT = ("title", "description", "listed")
BOX = re.compile(r"^\s*(?:!!!|\?\?\?\+?) ?(\w+)")
BOXES = [  # of the theme
    *("note", "abstract", "info", "tip", "success", "question"),
    *("warning", "failure", "danger", "bug", "example", "quote"),
]
RAW_LINK = re.compile(r"<(?:a|img)\b[^>]*?\b(?:href|src)\s*=\s*[\"']?(?![\"']?(?:[a-z]+:|#))[^\s\"'>]", re.IGNORECASE)
SCHEME = re.compile(r"([a-zA-Z][\w+.-]*):")
SCHEMES = {"a": ("http", "https", "mailto"), "img": ("figure", "http", "https", "data")}


class Misspelled(Preprocessor):
    """Raises PageError at the first line with such a name."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.source: Source = md.preprocessors["notes-source"]  # of rnn_notes.web.extension

    def run(self, lines: list[str]) -> list[str]:
        """The same lines."""
        for line, what in self._faults():
            raise self.source.error("", what, line)
        return lines

    def _faults(self) -> Iterator[tuple[int, str]]:
        for number, (name, value) in enumerate(self.source.front.items(), start=2):
            if name not in FRONT:
                yield number, f"front matter has {name}, which these pages do not know; there are {', '.join(FRONT)}"
            if not isinstance(value, str) or not value.strip():
                yield number, f"{name} in the front matter is {value!r:.40} but a text is expected; put it into quotes"
        for fence in self.source.page.fences:
            if fence.language and not _highlighted(fence.language):
                yield fence.line, f"there is no language {fence.language!r} of code; write text for what is none"
        for number, text in leftovers.prose(self.source.lines):
            if (box := BOX.match(text)) and box[1] not in BOXES:
                yield number, f"there is no box {box[1]!r}; there are {', '.join(BOXES)}"
            if RAW_LINK.search(re.sub(r"`[^`]*`", "", text)):
                way_out = "write [words](page.md) or ![words](picture.png)"
                yield number, f"nothing looks where an address in HTML leads; {way_out}"


class Addresses(Treeprocessor):
    """Raises PageError at a link or picture whose address begins with an unknown word, and at a picture without one."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.source: Source = md.preprocessors["notes-source"]

    def run(self, root: Element) -> None:
        """Look at those that Markdown has made."""
        ids: set[str] = set()
        for element in root.iter():
            if (name := element.get("id", "")) and name in ids:
                raise self.source.error(f"#{name}", f"two elements of this page have the id {name}; give each its own")
            ids.add(name)
            if element.tag in SCHEMES:
                address = element.get("href") or element.get("src") or ""
                if fault := _wrong(str(element.tag), address, element.get("alt", "")):
                    raise self.source.error(address, fault)


def _highlighted(language: str) -> bool:
    try:
        find_lexer_class_by_name(language)
    except ClassNotFound:
        return False
    return True


def _wrong(tag: str, address: str, alt: str) -> str:
    """What is wrong with a link or a picture, nothing if that is for others to see."""
    scheme, known = SCHEME.match(address), SCHEMES[tag]
    if scheme and (scheme[1] not in known or address == scheme[0]):
        return f"{address} leads nowhere; an address is that of a file, or begins with {', '.join(known)}, and a colon"
    if tag == "img" and not alt.strip() and not address.startswith("figure:"):
        return "a picture needs a text for those who cannot see it; write ![what it shows](…)"
    return ""
