"""How long a chapter takes to read, below its title."""

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

from rnn_notes.web.books.outline import KEPT, Outline

WORDS_PER_MINUTE = 200  # of a text that one works through; Brysbaert 2019 has 238 for plain prose
UNREAD = "Reference"  # its pages are looked things up in, not read through
TITLE_ENDS = re.compile(r'</h1>(?:<p class="reading-time">[^<]*</p>)?')


def write(outline: Outline) -> None:
    """Write it into every chapter, once; pages outside the parts and those for reference have none."""
    for chapter in outline.chapters:
        if chapter.part not in ("", UNREAD):
            page = chapter.file.read_text(encoding="utf-8")
            words = minutes(chapter.article.root)
            said = f'<p class="reading-time">{words} {"minute" if words == 1 else "minutes"} to read</p>'
            chapter.file.write_text(TITLE_ENDS.sub(f"</h1>{said}", page, count=1), encoding="utf-8")


@lru_cache(maxsize=KEPT)
def minutes(article: Element) -> int:
    """Whole minutes for the words of an article, at least 1; formulas, pictures and what is folded are not counted."""
    return max(1, math.ceil(sum(len(text.split()) for text in _read(article)) / WORDS_PER_MINUTE))


def _read(element: Element) -> Iterator[str]:
    """The texts in an element that are read through."""
    if element.tag != "details":
        yield element.text or ""
        for child in element:
            yield from _read(child)
            yield child.tail or ""
