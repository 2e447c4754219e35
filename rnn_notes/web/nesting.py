"""Lists nest by four spaces: where they are indented by fewer, Jupyter and GitHub nest and Python-Markdown does not."""

import re

from markdown import Markdown
from markdown.preprocessors import Preprocessor

from rnn_notes.web.source import Source

FENCE = re.compile(r"^([ \t>]*)(`{3,}|~{3,})(.*)$")
ITEM = re.compile(r"^(\s*)(?:[-*+]|\d{1,9}[.)])\s+\S")
WAY_OUT = "Jupyter and GitHub nest this in the list, and this page does not; indent it by four spaces, or by none"


class Nesting(Preprocessor):
    """Raises PageError at the first line that other programs would take for a part of a list item."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.source: Source = md.preprocessors["notes-source"]  # of rnn_notes.web.extension

    def run(self, lines: list[str]) -> list[str]:
        """The same lines."""
        if line := misplaced(self.source.lines):
            raise self.source.error("", WAY_OUT, line)
        return lines


def misplaced(lines: list[tuple[int, str]]) -> int | None:
    """The first line that is indented by one to three spaces below an item of a list, if that makes a difference."""
    items: list[int] = []  # the indentation of the items that are open
    blank, fence = True, ""
    for number, text in lines:
        if fence:
            fence = "" if text.strip() == fence else fence
            continue
        bare = text.expandtabs(4)
        indent = len(bare) - len(bare.lstrip())
        item, opens = ITEM.match(bare), FENCE.match(bare)
        if not bare.strip():
            blank = True
            continue
        if blank and not item:
            items = [at for at in items if at < indent]
        deeper = [at for at in items if at < indent]
        starts = item or opens or blank or bare.strip().startswith(("$$", "\\["))
        if deeper and starts and (indent - deeper[-1]) % 4:
            return number
        if item:
            items = [*deeper, indent]
        fence = opens[2] if opens else ""
        blank = False
    return None
