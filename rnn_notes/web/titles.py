"""Every page begins with its title: a builder makes one up where there is none, and shows an empty page in silence."""

import re
from pathlib import Path

from rnn_notes import ipynb, pages
from rnn_notes.pages import PageError, front_matter

TITLE = re.compile(r"#[ \t]+\S")
WAY_OUT = "a page begins with its title, as in # The forward pass"


def check(path: Path) -> None:
    """Raise PageError, with the line, on a page or a notebook that is empty, or that begins with something else.

    And, as ``pages.text`` and ``front_matter.split`` do, on one that cannot be read.
    """
    text = pages.text(path)
    if path.suffix == ".ipynb":
        rows = list(ipynb.markdown(text))
    else:
        written = text.splitlines()
        _, front = front_matter.split(path, written)
        rows = list(enumerate(written, start=1))[front:]
    line, first = next(((line, row) for line, row in rows if row.strip()), (1, ""))
    if not first:
        raise PageError(path, line, f"this page is empty; {WAY_OUT}, or is removed from docs and from nav")
    if not TITLE.match(first):
        raise PageError(path, line, f"there is no title above this line; {WAY_OUT}")
