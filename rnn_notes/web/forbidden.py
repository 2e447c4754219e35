"""What no page may bring along: scripts, frames and addresses that run something. The policy of the site would stop
them in the browser; here they are errors, with the line.
"""

import re
from html import unescape

from markdown import Markdown

from rnn_notes.web.leftovers import TAG, nearest
from rnn_notes.web.source import Source
from rnn_notes.web.whole import WholePage

OURS = re.compile(r'<script defer src="(?:\.{1,2}/)*assets/[\w./-]+\.js"></script>')  # of a widget
FIGURES = re.compile(r"<style>(?:\.(figure-[\w-]+) \.s\d+\{[^{}<]*\})*</style>")  # of figures/inline.py
STYLED = "a page brings no <style>, which would hold for everything on it; give the element a style=…, or a class"
TAGS = {"script", "iframe", "frame", "object", "embed", "applet", "base", "form", "meta", "link", "portal"}
ATTRIBUTE = re.compile(r"([\w:-]+)\s*(?:=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
RUNS = re.compile(r"\s*(?:javascript|vbscript|data\s*:\s*text/html)", re.IGNORECASE)
LOADS = {"src", "srcset", "poster", "data", "background"}


class Forbidden(WholePage):
    """Raises PageError at the first such thing."""

    def __init__(self, md: Markdown, source: Source) -> None:
        super().__init__(md)
        self.source = source

    def look(self, text: str) -> None:
        """Raise at its line."""
        if fault := find(text):
            mark, tag, why = fault
            line = nearest(self.source.lines, mark, tag) or nearest(self.source.lines, "", tag)
            raise self.source.error("", why, line)


def find(html: str) -> tuple[str, str, str] | None:
    """How the first forbidden thing begins, the tag that it is in, and what is wrong with it; None if there is none."""
    html = re.sub(r"<!--.*?-->", "", FIGURES.sub("", OURS.sub("", html)), flags=re.DOTALL)
    for tag in TAG.finditer(html):
        name = tag[2].lower()
        if name == "style":
            return f"<{tag[2]}", tag[0], STYLED
        if name in TAGS:
            return f"<{tag[2]}", tag[0], f"a page brings no <{name}>; what is to move is a widget in docs/assets"
        for attribute in ATTRIBUTE.finditer(tag[3]):
            key, value = attribute[1].lower(), unescape((attribute[2] or "").strip("\"'"))
            if key.startswith("on"):
                return attribute[1], tag[0], f"a page runs no script, so no {key}=…; take it away"
            if RUNS.match(re.sub(r"[\x00-\x20]", "", value)):
                return attribute[1], tag[0], f"a page runs no script, so no address like {value[:20]}; take it away"
            if key in LOADS and re.match(r"\s*(?:https?:)?//", value):
                return value, tag[0], "a page loads nothing from another host; put the file below docs and name it"
    return None
