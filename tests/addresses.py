"""The pages of the site, and where each lies."""

from pathlib import Path

from rnn_notes import pages

SOURCES = pages.all_pages()


def address(source: Path) -> str:
    """Where the page of a source lies below the site."""
    path = source.relative_to(pages.DOCS).with_suffix("")
    return "" if path.name == "index" else f"{path.as_posix()}/"
