"""A page without a title, or without a word, is an error with its line and the way out."""

import json

import pytest

from rnn_notes import pages
from rnn_notes.pages import PageError
from rnn_notes.web import titles

FRONT = "---\ndescription: x\n---\n"
PAGES = {  # a text, the line that is named, what is said
    "nothing": ("", 1, "this page is empty"),
    "spaces": (" \n\n", 1, "this page is empty"),
    "front matter alone": (FRONT, 1, "this page is empty"),
    "text": (f"{FRONT}\nWords.\n\n# A title that comes too late\n", 5, "there is no title"),
    "a section": ("\n## A section\n", 2, "there is no title"),
    "a title without words": ("# \n\nWords.\n", 1, "there is no title"),
    "a title without a space": ("#Words\n", 1, "there is no title"),
}


@pytest.mark.parametrize("page", PAGES)
def test_what_has_no_title_is_refused_at_its_line(tmp_path, page):
    """A builder would take the name of the file."""
    text, line, said = PAGES[page]
    path = tmp_path / "page.md"
    path.write_text(text)
    with pytest.raises(PageError, match=rf"page\.md:{line}: {said}.*; a page begins with its title"):
        titles.check(path)


def test_a_notebook_begins_with_its_title_too(tmp_path):
    """In its first cell of text."""
    path = tmp_path / "n.ipynb"
    for text, fine in (("# A title", True), ("Words", False)):
        cells = [{"cell_type": "markdown", "metadata": {}, "source": [text]}]
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        if fine:
            titles.check(path)
        else:
            with pytest.raises(PageError, match=r"n\.ipynb:1: there is no title above this line"):
                titles.check(path)


@pytest.mark.parametrize("path", pages.all_pages(), ids=lambda path: path.name)
def test_every_page_has_its_title(path):
    """Below its front matter, whatever else."""
    titles.check(path)
