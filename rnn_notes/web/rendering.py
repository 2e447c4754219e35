"""The page that MkDocs is rendering, which it does not tell an extension.

It registers a tree processor ``relpath`` with every Markdown it makes, which turns links between files into links
between pages, and so knows the file. This is the only place that leans on it. Without MkDocs there is no such page.
"""

import posixpath
from pathlib import Path
from typing import Any

from markdown import Markdown

from rnn_notes.pages import PageError


def source_file(md: Markdown) -> Any:
    """MkDocs' ``File`` of the page, None where something else renders it."""
    return getattr(md.treeprocessors["relpath"], "file", None) if "relpath" in md.treeprocessors else None


def folder(md: Markdown) -> Path | None:
    """The folder of mkdocs.yml, None without MkDocs."""
    if source_file(md) is None:
        return None
    processor: Any = md.treeprocessors["relpath"]
    return Path(processor.config.config_file_path).resolve().parent


def link(md: Markdown, to: str) -> str:
    """An address as the page has to write it, if ``to`` is a URL or a file below the folder of MkDocs' pages."""
    file = source_file(md)
    if file is None or "://" in to:
        return to
    return posixpath.relpath(to, posixpath.dirname(file.src_uri) or ".")


def book(md: Markdown) -> list[tuple[int | None, Path]]:
    """The pages of the site in the order of its navigation, each with the number of its chapter.

    A chapter is an entry of the navigation; the home page is in none. Without MkDocs there are none.
    """
    processor: Any = md.treeprocessors["relpath"] if source_file(md) is not None else None
    if processor is None:
        return []
    by_uri = {file.src_uri: Path(file.abs_src_path) for file in processor.files.documentation_pages()}
    entries = [_leaves(entry) for entry in processor.config.nav or []]
    if not entries:
        tops = dict.fromkeys(uri.split("/")[0] for uri in by_uri)
        entries = [[uri for uri in by_uri if uri.split("/")[0] == top] for top in tops]
    named = {uri for entry in entries for uri in entry}
    chapters = [entry for entry in entries if entry not in (["index.md"], ["README.md"])]
    numbers = {uri: chapters.index(entry) + 1 for entry in entries if entry in chapters for uri in entry}
    order = [uri for entry in entries for uri in entry if uri in by_uri] + [uri for uri in by_uri if uri not in named]
    return [(numbers.get(uri), by_uri[uri]) for uri in order]


def _leaves(entry: Any) -> list[str]:
    """The pages of a part of the navigation."""
    if isinstance(entry, dict):
        return [uri for value in entry.values() for uri in _leaves(value)]
    return [uri for value in entry for uri in _leaves(value)] if isinstance(entry, list) else [str(entry)]


def to_page(md: Markdown, path: Path) -> str:
    """The way to the file of another page, which MkDocs makes a link to the page."""
    uri = next(f.src_uri for f in md.treeprocessors["relpath"].files if f.abs_src_path == str(path))
    return link(md, uri)


def error(md: Markdown, path: Path, line: int, message: str) -> PageError:
    """An error with file and line; MkDocs ends with it as a sentence, without a traceback."""
    if source_file(md) is None:
        return PageError(path, line, message)

    from mkdocs.exceptions import BuildError

    class BuildPageError(PageError, BuildError):  # type: ignore[misc]
        def __str__(self) -> str:
            return str(self.args[0])

    return BuildPageError(path, line, message)
