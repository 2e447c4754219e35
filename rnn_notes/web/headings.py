"""Headings: a formula in one is read out in plain text for the contents, the address and the title."""

import re
from html import unescape
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.toc import TocTreeprocessor, unique
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE, AtomicString

from rnn_notes.web import plain
from rnn_notes.web.source import Source
from rnn_notes.web.typeset import TexError, Typesetter


class Headings(Treeprocessor):
    """Gives headings that hold formulas the label and the id that toc would else make of glyphs and LaTeX."""

    def __init__(self, md: Markdown, source: Source) -> None:
        super().__init__(md)
        self.source = source

    def run(self, root: Element) -> None:
        """Before the formulas are typeset, and before toc reads the headings."""
        ids = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
        for heading in root.iter():
            if isinstance(heading.tag, str) and re.fullmatch("h[1-6]", heading.tag):
                self._label(heading, ids)

    def _label(self, heading: Element, ids: set[str]) -> None:
        formulas = [span for span in heading.iter("span") if span.get("class") == "arithmatex"]
        if not formulas:
            return
        label = re.sub(r"\s+", " ", self._text(heading)).strip()
        heading.attrib.setdefault("data-toc-label", AtomicString(label))
        toc = self.md.treeprocessors["toc"] if "toc" in self.md.treeprocessors else None  # noqa: SIM401
        if "id" not in heading.attrib and isinstance(toc, TocTreeprocessor):
            heading.set("id", unique(toc.slugify(plain.ascii_text(label), "-"), ids))

    def _text(self, element: Element) -> str:
        """The text of an element, formulas in plain."""
        if element.tag == "span" and element.get("class") == "arithmatex":
            inside = self._plain((element.text or "")[2:-2])
        else:
            inside = self._whole(element.text) + "".join(self._text(child) for child in element)
        return inside + self._whole(element.tail)

    def _whole(self, text: str | None) -> str:
        """A text with what Markdown has put aside for it, code for example."""
        stash = self.md.htmlStash.rawHtmlBlocks
        return unescape(HTML_PLACEHOLDER_RE.sub(lambda m: re.sub("<[^>]*>", "", str(stash[int(m[1])])), text or ""))

    def _plain(self, latex: str) -> str:
        with Typesetter() as typesetter:
            try:
                return plain.text(typesetter.html(unescape(latex), display=False))
            except TexError as error:
                raise self.source.error(latex, str(error)) from None
