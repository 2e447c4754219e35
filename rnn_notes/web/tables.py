"""Tables: each is in a box that scrolls where the window is narrower."""

import re

from markdown.postprocessors import Postprocessor


class Tables(Postprocessor):
    """Puts a table into a box of its own, in which it scrolls, by the keyboard as well, where the window is narrower.

    The theme would do so, too, but once the page is laid out, which then is laid out again.
    """

    TABLE = re.compile(r"<table>(.*?)</table>", re.DOTALL)
    PLAIN_HEAD = re.compile(r"<th[^>]*>([^<]+)</th>")

    def run(self, text: str) -> str:
        """The page with its tables in boxes, each named by the heads of its columns."""

        def box(match: re.Match[str]) -> str:
            name = "Table: " + ", ".join(self.PLAIN_HEAD.findall(match[1]))
            label = f'tabindex="0" role="group" aria-label="{name}"'
            return f'<div class="scroll" {label}><table class="ruled">{match[1]}</table></div>'

        return self.TABLE.sub(box, text)
