"""Every block of code that a reader sees is one that the page reader knows, so that none is shown that never runs."""

import re
from html import unescape
from itertools import zip_longest
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor

from rnn_notes.web.source import Source

SHOWN = re.compile(r"<pre[^>]*>(?:<span></span>)?<code[^>]*>(.*?)</code>", re.DOTALL)


class KnownCode(Postprocessor):
    """Raises PageError at the first block of code that only Markdown or only the page reader has found."""

    def __init__(self, md: Markdown, source: Source) -> None:
        super().__init__(md)
        self.source = source
        self.whole = False
        md.treeprocessors.register(Last(md, self), "notes-last", -10)

    def run(self, text: str) -> str:
        """The page as it is, unless something else brings code of its own, such as the cells of a notebook."""
        if self.whole and self.source.alone:
            shown = [unescape(re.sub("<[^>]*>", "", block[1])) for block in SHOWN.finditer(text)]
            for code, fence in zip_longest(shown, self.source.page.fences):
                if fence is None or code is None or code.split() != fence.code.split():
                    near = (code or "").strip().split("\n")[0] or "```"
                    message = "this code is not rendered as the block that runs; leave a blank line before it"
                    raise self.source.error(near, message, fence.line if fence else None)
        self.whole = False
        return text


class Last(Treeprocessor):
    """Tells when the whole page follows: the table of contents runs postprocessors on headings, too."""

    def __init__(self, md: Markdown, known: KnownCode) -> None:
        super().__init__(md)
        self.known = known

    def run(self, root: Element) -> None:
        """Nothing happens to the page."""
        self.known.whole = True
