"""The page that a builder is rendering, which none tells an extension; this is the only place that knows builders.

MkDocs and ProperDocs register a tree processor ``relpath`` with every Markdown they make, which turns links between
files into links between pages, and so knows the file. Zensical registers a preprocessor ``rendering_context``, which
knows page and configuration. Without a builder there is no such page.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markdown import Markdown

from rnn_notes.pages import PageError


@dataclass(frozen=True)
class Rendering:
    """A page that is rendered, and its site; a URI is the place of a file below the folder of all pages."""

    uri: str
    base: str  # the folder that an address in the page's HTML begins in, below the site
    path: Path  # of its text
    folder: Path  # from which up the settings of the project are looked for
    nav: list[Any]  # as the configuration has it
    pages: dict[str, Path]  # the texts of all pages, by their URIs


def current(md: Markdown) -> Rendering | None:
    """The page that is rendered, None without a builder."""
    if "relpath" in md.treeprocessors and getattr(md.treeprocessors["relpath"], "file", None):
        return _of_mkdocs(md.treeprocessors["relpath"])
    if "rendering_context" in md.preprocessors:
        return _of_zensical(md.preprocessors["rendering_context"])
    return None


def _of_mkdocs(processor: Any) -> Rendering:
    file, config = processor.file, processor.config
    pages = {each.src_uri: Path(each.abs_src_path) for each in processor.files.documentation_pages()}
    folder = Path(config.config_file_path).resolve().parent
    return Rendering(
        file.src_uri,
        file.url.rpartition("/")[0],
        Path(file.abs_src_path),
        folder,
        config.nav or [],
        pages,
    )


def _of_zensical(processor: Any) -> Rendering:
    config, page = processor.config, processor.page
    pages = _pages(Path(config["root_dir"]) / config["docs_dir"])
    path = pages[page.path]
    nav = [_entry(item) for item in config["nav"]]
    base = posixpath.dirname(page.path)  # as if the page were where its text is: it rewrites them all
    return Rendering(page.path, base, path, path.parent, nav, pages)


@cache
def _pages(docs: Path) -> dict[str, Path]:
    """The texts of all pages below a folder, by their URIs."""
    return {path.relative_to(docs).as_posix(): _origin(path) for path in sorted(docs.rglob("*.md"))}


def _origin(path: Path) -> Path:
    """The file that a page is written in, to which its text may be a link; a notebook lies beside its Markdown."""
    notebook = path.with_suffix(".ipynb")
    return (notebook if notebook.is_file() else path).resolve()


def _entry(item: dict[str, Any]) -> Any:
    """An entry of Zensical's navigation as MkDocs has it."""
    return item["url"] or [_entry(child) for child in item["children"]]


def folder(md: Markdown) -> Path | None:
    """The folder from which up the settings of the project are looked for, None without a builder."""
    page = current(md)
    return page.folder if page else None


def link(md: Markdown, to: str) -> str:
    """An address as the page has to write it, if ``to`` is a URL or a file below the folder of the pages."""
    page = current(md)
    if page is None or "://" in to:
        return to
    return posixpath.relpath(to, posixpath.dirname(page.uri) or ".")


def way(md: Markdown, to: str) -> str | None:
    """The way from a page to a file that is not a page, as its HTML must have it; None without a builder."""
    page = current(md)
    return posixpath.relpath(to, page.base or ".") if page else None


def book(md: Markdown) -> list[tuple[int | None, Path]]:
    """The pages of the site in the order of its navigation, each with the number of its chapter.

    A chapter is an entry of the navigation; the home page is in none. Without a builder there are none.
    """
    page = current(md)
    if page is None:
        return []
    entries = [list(_leaves(entry)) for entry in page.nav]
    if not entries:
        tops = dict.fromkeys(uri.split("/")[0] for uri in page.pages)
        entries = [[uri for uri in page.pages if uri.split("/")[0] == top] for top in tops]
    named = {uri for entry in entries for uri in entry}
    chapters = [entry for entry in entries if entry not in (["index.md"], ["README.md"])]
    numbers = {uri: chapters.index(entry) + 1 for entry in entries if entry in chapters for uri in entry}
    order = [uri for entry in entries for uri in entry if uri in page.pages]
    order += [uri for uri in page.pages if uri not in named]
    return [(numbers.get(uri), page.pages[uri]) for uri in order]


def _leaves(entry: Any) -> Iterator[str]:
    """The pages of a part of the navigation."""
    if isinstance(entry, dict):
        entry = list(entry.values())
    if isinstance(entry, list):
        for each in entry:
            yield from _leaves(each)
    else:
        yield str(entry)


def to_page(md: Markdown, path: Path) -> str:
    """The way to the file of another page, which a builder makes a link to the page; StopIteration if it is none."""
    page = current(md)
    assert page is not None
    return link(md, next(uri for uri, other in page.pages.items() if other == path))


def error(md: Markdown, path: Path, line: int, message: str) -> PageError:
    """An error with file and line; MkDocs ends with it as a sentence, without a traceback."""
    if "relpath" not in md.treeprocessors or current(md) is None:
        return PageError(path, line, message)

    from mkdocs.exceptions import BuildError

    class BuildPageError(PageError, BuildError):  # type: ignore[misc]
        def __str__(self) -> str:
            return str(self.args[0])

    return BuildPageError(path, line, message)
