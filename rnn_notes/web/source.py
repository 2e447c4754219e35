"""What a line scan finds on a page, kept for the features of the extension, and their errors with file and line."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.preprocessors import Preprocessor

from rnn_notes import ipynb, pages
from rnn_notes.pages import Page, PageError, front_matter
from rnn_notes.web import rendering


class Source(Preprocessor):
    """Keeps what a line scan finds on the page, with the lines of the file, after what is inserted there."""

    def __init__(self, md: Markdown, path: str) -> None:
        super().__init__(md)
        self.path = Path(os.path.relpath(path)) if path else Path("page")
        self.given = bool(path)
        self.page = Page(self.path)
        self.lines: list[tuple[int, str]] = []
        self.front: dict[str, Any] = {}  # what the front matter says
        self.insertions: list[Callable[[str], list[str]]] = []  # what other features put in place of a line
        self.alone = True  # whether all that is rendered is on the page: no cells of a notebook, no docstrings

    def run(self, lines: list[str]) -> list[str]:
        """Scan the page; a notebook is scanned as a file, since its text has no lines of its own."""
        rendered = rendering.current(self.md)
        if rendered is not None and not self.given:
            self.path = Path(os.path.relpath(rendered.path))
        self.alone = False
        try:
            if self.path.suffix == ".ipynb":
                self.lines = list(ipynb.markdown(self.path.read_text(encoding="utf-8-sig")))
                self.page = pages.read(self.path)
            else:
                numbered, above = self._numbered(lines)
                self.lines = [(n, row) for n, line in numbered for row in self._put(n, line)]
                lines = above + [row for _, row in self.lines]
                self.page = pages.scan(self.path, iter(self.lines))
        except PageError as error:
            raise self.error("", error.message, error.line) from None
        for unread in self.page.unread:
            raise self.error("", unread.message, unread.line)
        return lines

    def _put(self, number: int, line: str) -> list[str]:
        """What is to be read in place of a line, and is judged as if it were on the page."""
        rows = [line]
        try:
            for insert in self.insertions:
                rows = [new for row in rows for new in insert(row)]
        except ValueError as error:
            raise PageError(self.path, number, str(error)) from None
        return rows

    def _numbered(self, lines: list[str]) -> tuple[list[tuple[int, str]], list[str]]:
        """The lines with their numbers in the file, the first if they are not of it; and the front matter above them.

        Raises PageError on front matter that cannot be read, or that nothing takes away before a reader sees it.
        """
        whole = self.path.read_text(encoding="utf-8-sig").split("\n") if self.path.is_file() else lines
        self.front, front = front_matter.split(self.path, whole)
        if whole[-len(lines) :] != lines:
            return [(1, line) for line in lines], []  # a docstring that is shown on the page, for example
        self.alone = not any(line.startswith("::: ") for line in lines)
        gone = len(whole) - len(lines)
        if lost := [n for n, row in enumerate(whole[front:gone], start=front + 1) if row.strip()]:
            why = "is taken for front matter, and no reader would see it"
            raise PageError(self.path, lost[0], f"this line {why}; begin the page with its heading")
        if gone < front and "meta" not in self.md.preprocessors:
            why = "nothing takes the front matter away, so it would be shown as text"
            raise PageError(self.path, 1, f"{why}; give Markdown the extension meta as well")
        below = max(front - gone, 0)
        return list(enumerate(lines[below:], start=1 + gone + below)), lines[:below]

    def error(self, near: str, message: str, line: int | None = None) -> PageError:
        """An error at a line, if not given at the first one that holds some text."""
        found = (number for number, text in self.lines if near in text)
        return rendering.error(self.md, self.path, line or next(found, 1), message)
