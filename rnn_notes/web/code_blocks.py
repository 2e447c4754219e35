"""Blocks of code: each has a button that copies it, and room before it is laid out."""

import re
from html import unescape

from markdown.postprocessors import Postprocessor


class CodeBlocks(Postprocessor):
    """Gives a block of code a button that copies it, and the numbers of its lines and columns, so that there is room
    for it before a browser has laid it out.
    """

    BLOCK = re.compile(r"(?<=<pre><span></span><code>)(?!<span class=.lines)(.*?)</code>", re.DOTALL)
    BUTTON = '<button class="copy" type="button" aria-label="Copy this code"></button>'

    def run(self, text: str) -> str:
        """The page with its blocks of code prepared."""

        def block(match: re.Match[str]) -> str:
            lines = unescape(re.sub("<[^>]*>", "", match[1])).splitlines()
            size = f"--lines:{len(lines)};--columns:{max(map(len, lines), default=0)}"
            return f'<span class="lines" style="{size}">{match[1]}</span></code>{self.BUTTON}'

        return self.BLOCK.sub(block, text)
