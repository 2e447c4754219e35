"""What a built site still needs, whoever built it: all that rests on all of its pages. Done twice, it is the same."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from rnn_notes import cache
from rnn_notes.web import csp, pictures, search, theme, typeset, widgets
from rnn_notes.web.books import actions, notebooks, outline, slides, twins
from rnn_notes.web.live import pack

try:
    import fcntl
except ImportError:  # on Windows, two builds into one folder are the author's affair
    fcntl = None  # type: ignore[assignment]


def finish(
    site: Path,
    templates: Iterable[Path],
    keywords: Path,
    lazy_search: bool = True,
    policy: bool = True,
    live: bool = False,
) -> None:
    """Write style sheet of the formulas, pictures, data of widgets, words of the search, books, scripts and the policy.

    ``site`` is the folder of the built site, ``templates`` are those of the templates it was made with, and
    ``keywords`` is the file with what readers call things.
    With ``live`` the site gets the Python that runs in its pages.
    Without ``lazy_search`` the search stays as the theme has it; without ``policy`` the pages get none, so that a
    server which adds scripts of its own can show them.
    """
    assets = site / "assets"
    typeset.write(assets)
    pictures.write(assets)
    widgets.write(assets)
    book = outline.read(site)
    twins.write(book)
    notebooks.write(book)
    slides.write(book)
    actions.write(book)
    theme.compile_early(site)
    search.enrich(site, keywords)
    if lazy_search:
        theme.defer_search(site)
    if live:
        pack.write(site)
    if policy:
        csp.protect(site, templates, live)
    cache.tidy()


@contextmanager
def alone(site: Path) -> Iterator[None]:
    """Wait until no other build writes into the folder of the site; whoever is killed holds nothing."""
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
