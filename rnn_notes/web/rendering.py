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


def link(md: Markdown, to: str) -> str:
    """An address as the page has to write it, if ``to`` is a URL or a file below the folder of MkDocs' pages."""
    file = source_file(md)
    if file is None or "://" in to:
        return to
    return posixpath.relpath(to, posixpath.dirname(file.src_uri) or ".")


def error(md: Markdown, path: Path, line: int, message: str) -> PageError:
    """An error with file and line; MkDocs ends with it as a sentence, without a traceback."""
    if source_file(md) is None:
        return PageError(path, line, message)

    from mkdocs.exceptions import BuildError

    class BuildPageError(PageError, BuildError):  # type: ignore[misc]
        def __str__(self) -> str:
            return str(self.args[0])

    return BuildPageError(path, line, message)
