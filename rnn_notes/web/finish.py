"""What a built site still needs, whoever built it: all that rests on all of its pages. Done twice, it is the same."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from rnn_notes import cache, pages
from rnn_notes.web import csp, edition, pictures, reading, search, theme, typeset, widgets
from rnn_notes.web.books import actions, notebooks, outline, slides, twins
from rnn_notes.web.live import buttons, pack

try:
    import fcntl
except ImportError:  # on Windows, two builds into one folder are the author's affair
    fcntl = None  # type: ignore[assignment]


def finish(site: Path, templates: Iterable[Path], policy: bool = True, live: bool = True) -> bool:
    """Write style sheet of the formulas, pictures, data of widgets, words of the search, books, scripts and the policy.

    ``site`` is the folder of the built site, and ``templates`` are those of the templates it was made with.
    With ``live`` the pages get what runs their blocks of code, where it is available; returns whether they have it.
    Without ``policy`` they get none, so that a server which adds scripts of its own can show them.
    """
    assets = site / "assets"
    pictures.write(assets)
    widgets.write(assets)
    book = outline.read(site)
    twins.write(book)
    notebooks.write(book)
    slides.write(book)
    typeset.write(site)
    reading.write(book)
    actions.write(book)
    search.enrich(site, pages.DOCS / "keywords.toml")
    if theme.made(site):
        theme.compile_early(site)
        theme.improve_search(site, lazy=not book.is_read_from_files)  # from files, the theme itself waits with it
    edition.write(site.rglob("*.html"), pages.DOCS.parent)
    live = live and pack.available()
    if live:
        pack.write(site)
        buttons.write(book)
    else:
        buttons.forgo(site.rglob("*.html"))
    if policy:
        csp.protect(site, templates, live)
        cache.tidy()  # not between two edits
    return live


@contextmanager
def alone(site: Path) -> Iterator[None]:
    """Wait until no other build writes into the folder of the site; a killed build holds nothing."""
    if fcntl is None:
        yield
        return
    name = sha256(os.fsencode(site.resolve())).hexdigest()[:16]
    lock = cache.FOLDER / "building" / name
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("w")
    except OSError:  # where nothing can be written, nobody builds twice into the same folder
        yield
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
