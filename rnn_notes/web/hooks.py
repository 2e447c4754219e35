"""What only MkDocs and ProperDocs can do for the notes; all else lives in ``extension.py`` and ``finish.py``.

They run this file once and keep it, so the package is imported inside the functions: always its newest state.
"""

import logging
import os
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from mkdocs.utils import get_relative_url

PACKAGE = Path(__file__).parents[1]
seen: dict[Path, int] = {}
serving = False
live = True  # whether blocks of code run in the pages; what is not available is not asked for at each build of a server
building = ExitStack()  # what ends with the build


def on_startup(command: str, dirty: bool) -> None:
    """Note whether the pages go to ``mkdocs serve``, which adds a script of its own to each."""
    global serving
    serving = command == "serve"
    if serving:
        sys.dont_write_bytecode = True  # two edits within a second may have the same length, and Python takes the first


def on_config(config: Any) -> None:
    """Forget the modules of the package after an edit of it, so that this build runs what the editor shows.

    Also after one of a setting or a text beside it: what they keep may rest on that.
    """
    global seen
    beside = [path for name in ("mkdocs*.yml", "pyproject.toml", "README.md") for path in PACKAGE.parent.glob(name)]
    files = [path for path in PACKAGE.rglob("*.*") if path.suffix != ".pyc"]
    before, seen = seen, {path: path.stat().st_mtime_ns for path in (*files, *beside)}
    if before and before != seen:
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE.name]:
            del sys.modules[name]

    from mkdocs.exceptions import ConfigurationError

    from rnn_notes.web import finish, leftovers

    if fault := leftovers.check({name: getattr(config, name, None) for name in ("site_name", "site_description")}):
        raise ConfigurationError(f"mkdocs.yml: {fault[0]}: {fault[1]}")
    if serving and not before:
        _ask_for_port(config)
    building.close()
    building.enter_context(finish.alone(Path(config.site_dir)))


def _ask_for_port(config: Any) -> None:
    """Raise Abort if something else listens there, before all is built for nothing."""
    import socket

    from mkdocs.exceptions import Abort

    host, port = config.dev_addr
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port or -1))  # 0 would be any, which nobody could open
        except (OSError, OverflowError) as error:
            free = port + 1 if 0 < port < 65535 else 8000
            another = f"make serve PORT={free}, or mkdocs serve --dev-addr {host}:{free}"
            why = getattr(error, "strerror", None) or error
            raise Abort(f"{host}:{port} cannot be used ({why}); choose another: {another}") from None


def on_files(files: Any, config: Any) -> None:
    """Build all pages also with --dirty: style sheet, search and policy are made of all of them."""
    for file in files:
        file.is_modified = lambda: True


def on_pre_page(page: Any, config: Any, files: Any) -> Any:
    """Let MkDocs render a notebook like any other page; mkdocs-jupyter makes it one, and offers it for download."""
    if page.file.src_uri.endswith(".ipynb"):
        vars(page).pop("render", None)  # which would run the notebook, and show it as a page of Jupyter's own
    if serving:
        from rnn_notes.web import kept

        page.render = partial(kept.render, page)
    return page


def on_page_read_source(page: Any, config: Any) -> str | None:
    """The Markdown of a notebook, which runs if it has not run as it is; every page is text below a title."""
    from mkdocs.exceptions import BuildError

    from rnn_notes.pages import PageError
    from rnn_notes.web import notebooks, titles

    path = Path(os.path.relpath(page.file.abs_src_path))
    try:
        text = notebooks.markdown(path, get_relative_url("assets", page.url)) if path.suffix == ".ipynb" else None
        titles.check(path)
    except PageError as error:
        raise BuildError(str(error)) from None  # which MkDocs ends with as a sentence, without a traceback
    return text


def on_nav(nav: Any, config: Any, files: Any) -> None:
    """Refuse a title in mkdocs.yml that holds mathematics, which no contents and no tab of a browser can show."""
    from mkdocs.exceptions import ConfigurationError

    from rnn_notes.project import ProjectError
    from rnn_notes.web import kept, leftovers

    if fault := leftovers.in_titles(config.nav):
        raise ConfigurationError(f"mkdocs.yml: nav: {fault}")
    if serving:
        try:
            kept.begin(config, files)
        except ProjectError as error:
            raise ConfigurationError(str(error)) from None


def on_env(env: Any, config: Any, files: Any) -> None:
    """Have a server read the theme's templates once."""
    if serving:
        from rnn_notes.web import kept

        env.bytecode_cache = kept.Templates()


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> None:
    """Make what the front matter says fit for HTML, which the theme prints as it is."""
    from markupsafe import escape

    page.meta = {name: escape(value) if isinstance(value, str) else value for name, value in page.meta.items()}


def on_post_build(config: Any) -> None:
    """Finish the site; a file of the notes that this cannot use ends the build in a sentence."""
    global live
    from mkdocs.exceptions import BuildError

    from rnn_notes.web.finish import finish

    site = Path(config.site_dir)
    try:
        live = finish(site, map(Path, config.theme.dirs), policy=not serving, live=live)
    except (OSError, ValueError) as error:
        logging.getLogger("mkdocs.rnn_notes").debug("where it was found", exc_info=True)
        raise BuildError(f"the site cannot be finished: {error}") from error
    for file in map(str, (*config.extra_css, *config.extra_javascript)):
        if not (site / file).exists() and "://" not in file and (live or "/live/" not in file):
            raise BuildError(f"mkdocs.yml: {file} is not there; write the name of a file below docs")
    building.close()


def on_build_error(error: Exception) -> None:
    """Let the next build begin."""
    building.close()
