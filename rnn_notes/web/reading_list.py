"""The reading list of the home page, made of the navigation and the chapters: there is no copy that could differ."""

import re
from pathlib import Path

from markdown import Markdown

from rnn_notes import pages
from rnn_notes.pages import front_matter
from rnn_notes.web import rendering
from rnn_notes.web.summary import headings

LINE = re.compile(r"<!-- chapters: (.+) -->")
WORDS = "listed"
"""The name, in the front matter of a chapter, of what follows its title where the title says too little."""


def expand(md: Markdown, line: str) -> list[str]:
    """For ``<!-- chapters: learning -->`` the pages of that folder, as the navigation has them; else the line itself.

    Raises ValueError if the navigation has no page of the folder.
    """
    found = LINE.fullmatch(line)
    if not found or rendering.current(md) is None:
        return [line]
    chapters = [path for _, path in rendering.book(md) if path.parent.name == found[1]]
    if not chapters:
        raise ValueError(f"nav in mkdocs.yml has no page of the folder {found[1]!r}; name a folder of chapters")
    return [f"{n}. {item(path, rendering.to_page(md, path))}" for n, path in enumerate(chapters, start=1)]


def item(path: Path, link: str) -> str:
    """A chapter in the list: its title, which is a link, and its words."""
    front, _ = front_matter.split(path, pages.text(path).split("\n"))
    return f"[{headings(path)[0][1]}]({link}){front.get(WORDS, '')}"
