"""Quotation marks around a formula, code or emphasis: one that directly follows such an element closes.

Python-Markdown's smarty looks at each piece of text alone, and takes a mark at its beginning for an opening one.
"""

import re
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor

CLOSING = {'"': "”", "'": "’"}
INLINE = {"a", "abbr", "b", "code", "del", "em", "i", "kbd", "span", "strong", "sub", "sup"}


class Quotes(Treeprocessor):
    """Closes them before smarty opens them, where a page is set with its quotation marks."""

    def run(self, root: Element) -> None:
        """Replace the marks at the beginning of what follows an element."""
        if "smarty" in self.md.treeprocessors:
            for element in root.iter():
                if element.tag in INLINE and element.tail:
                    element.tail = re.sub("^[\"']+", _closed, element.tail)


def _closed(marks: re.Match[str]) -> str:
    return "".join(CLOSING[mark] for mark in marks[0])
