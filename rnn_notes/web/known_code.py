"""Every block of code that a reader sees is one that the page reader knows, so that none is shown that never runs."""

import re
from html import unescape
from itertools import zip_longest

from markdown import Markdown

from rnn_notes.web.source import Source
from rnn_notes.web.whole import WholePage

SHOWN = re.compile(r"<pre[^>]*>(?:<span></span>)?<code[^>]*>(.*?)</code>", re.DOTALL)


class KnownCode(WholePage):
    """Raises PageError at the first block of code that only Markdown or only the page reader has found."""

    def __init__(self, md: Markdown, source: Source) -> None:
        super().__init__(md)
        self.source = source

    def look(self, text: str) -> None:
        """Compare, unless something else brings code of its own, such as the cells of a notebook."""
        if self.source.alone:
            shown = [unescape(re.sub("<[^>]*>", "", block[1])) for block in SHOWN.finditer(text)]
            for code, fence in zip_longest(shown, self.source.page.fences):
                if fence is None or code is None or code.split() != fence.code.split():
                    near = (code or "").strip().split("\n")[0] or "```"
                    message = "this code is not rendered as the block that runs; leave a blank line before it"
                    raise self.source.error(near, message, fence.line if fence else None)
