"""What the home page offers for download, each file with its size: only what is there, so no link is ever dead."""

import re
from pathlib import Path

FOLDER = "downloads"
OFFERED = {  # file -> what it is
    "rnn_notes.pdf": "one PDF",
    "rnn_notes.epub": "an EPUB for e-readers",
    "rnn_notes.zip": "the site for reading offline, in one archive",
}
PLACE = re.compile(r'<div class="downloads">.*?</div>', re.DOTALL)  # where the home page has them


class NoPlaceError(ValueError):
    """The home page has no place for downloads."""


def offer(site: Path) -> None:
    """Write links to all that is in ``downloads/`` of the site into its home page, in place of those there.

    Raises NoPlaceError if the home page has no ``<div class="downloads"></div>``.
    """
    home = site / "index.html"
    page = home.read_text(encoding="utf-8")
    if not PLACE.search(page):
        raise NoPlaceError(f'{home} has no <div class="downloads"></div>, which docs/index.md should have')
    home.write_text(PLACE.sub(lambda place: html(site), page), encoding="utf-8")


def html(site: Path) -> str:
    """The links as a sentence; nothing if there is no file."""
    files = [(site / FOLDER / name, words) for name, words in OFFERED.items() if (site / FOLDER / name).is_file()]
    links = [f'<a href="{FOLDER}/{path.name}" download>{words}</a> ({size(path)})' for path, words in files]
    listed = ", ".join(links[:-1]) + (" or " if len(links) > 1 else "") + "".join(links[-1:])
    return f'<div class="downloads">{f"<p>Take all of it with you: {listed}.</p>" if links else ""}</div>'


def size(path: Path) -> str:
    """How large a file is, in megabytes as browsers count them."""
    megabytes = path.stat().st_size / 1e6
    return f"{megabytes:.1f}\u00a0MB" if megabytes < 10 else f"{megabytes:.0f}\u00a0MB"
