"""Reads a page: its displays, inline formulas, code fences, figure links and prose claims, each with its line."""

from functools import lru_cache
from pathlib import Path

from rnn_notes import ipynb
from rnn_notes.pages import front_matter
from rnn_notes.pages.fences import without_comments
from rnn_notes.pages.parts import (
    LABEL,
    REFERENCE,
    Claim,
    Display,
    Fence,
    Figure,
    Inline,
    Page,
    PageError,
    Paragraph,
    Spelling,
    Unread,
)
from rnn_notes.pages.scanner import MARK, scan

__all__ = [
    "DOCS",
    "LABEL",
    "MARK",
    "REFERENCE",
    "Claim",
    "Display",
    "Fence",
    "Figure",
    "Inline",
    "Page",
    "PageError",
    "Paragraph",
    "Spelling",
    "Unread",
    "all_pages",
    "read",
    "scan",
    "text",
    "without_comments",
]

DOCS = Path(__file__).parents[2] / "docs"


def all_pages() -> list[Path]:
    """The paths of all pages and notebooks of the site."""
    return sorted([*DOCS.rglob("*.md"), *DOCS.rglob("*.ipynb")])


def read(path: Path) -> Page:
    """Read a Markdown page, or the Markdown cells of a notebook (whose lines are those of the file).

    All who read the same text are given the same page, which they leave as it is.
    Raises PageError on a file that is not UTF-8 text or not a whole notebook, on front matter that cannot be read, and
    as ``scan`` does.
    """
    return _read(path, text(path))


@lru_cache(maxsize=200)  # a build reads each page for its verdicts, for the counts and for the summary
def _read(path: Path, content: str) -> Page:
    if path.suffix == ".ipynb":
        try:
            return scan(path, ipynb.markdown(content))
        except ipynb.NotebookError as error:
            raise PageError(path, error.line, str(error)) from None
    rows = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    front, taken = front_matter.split(path, rows)
    page = scan(path, enumerate(rows[taken:], start=taken + 1))
    page.front = front
    return page


def text(path: Path) -> str:
    """The text of a page; raises PageError, with the line, on a file that is not UTF-8 text."""
    data = path.read_bytes()
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_text(path, data[: error.start]) from None
    if "\0" in content:
        raise _not_text(path, data[: data.index(0)])
    return content


def _not_text(path: Path, before: bytes) -> PageError:
    return PageError(path, before.count(b"\n") + 1, "this is not UTF-8 text; save the page as UTF-8")
