"""The pages in reading order, as mkdocs.yml has them, each with its file in the built site and its published address.

Names: a part is a heading of the navigation, a chapter one of its pages.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache, wraps
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import yaml

from rnn_notes import pages
from rnn_notes.web import edition
from rnn_notes.web.books.article import Article

LICENCE = "Text and figures: CC BY 4.0. Code: MIT."
ROOT = pages.DOCS.parent
CONFIGURATION = ROOT / "mkdocs.yml"
TITLE = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)
KEPT = 100  # pages: mkdocs serve asks again and again, mostly for those that are as they were
HEADER_LINK = re.compile(r'<a class="headerlink".*?</a>|<[^>]*>', re.DOTALL)
DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)">')


@dataclass(frozen=True)
class Chapter:
    """A page of the site."""

    source: str  # of its text, below docs/: "lecture/sigmoid.md"
    part: str  # the heading of the navigation that it is under; "" for one that stands alone
    number: str  # "1.4" is the fourth page of the first part; "" for one that stands alone
    file: Path  # of the built page
    site: Path  # the folder of the built site

    @property
    def name(self) -> str:
        """What files that are made of it are called: "sigmoid"."""
        return Path(self.source).stem

    @property
    def address(self) -> str:
        """Where it is published below the site: "lecture/sigmoid/", even if it was built for reading from files."""
        return address(self.file.relative_to(self.site).as_posix())

    @cached_property
    def html(self) -> str:
        """The built page."""
        return self.file.read_text(encoding="utf-8")

    @cached_property
    def article(self) -> Article:
        """What is read of it; raises ValueError, with its name, if there is no such thing."""
        try:
            return _article(self.html)
        except ValueError as error:
            raise ValueError(f"{self.file}: {error}") from None

    @cached_property
    def title(self) -> str:
        """Its first heading, formulas and marks left out."""
        found = TITLE.search(self.html)
        return unescape(HEADER_LINK.sub("", found[1])).strip() if found else self.name

    @cached_property
    def description(self) -> str:
        """What its front matter says of it."""
        found = DESCRIPTION.search(self.html)
        return unescape(found[1]) if found else ""


@dataclass(frozen=True)
class Outline:
    """The whole of the notes."""

    title: str
    description: str
    url: str  # where the site is published, with a slash at its end
    chapters: tuple[Chapter, ...]
    repository: str = ""  # its address
    edition: str = ""  # of which version and day the notes are
    commit: str = "main"  # of the repository

    @property
    def is_read_from_files(self) -> bool:
        """Whether its pages are files, so that nobody needs a server, and not folders."""
        return any(chapter.file.name != "index.html" for chapter in self.chapters)

    def link(self, chapter: Chapter, href: str) -> str:
        """The whole address that a link of a page leads to, on the published site if it is a page of it."""
        location = chapter.file.relative_to(chapter.site).as_posix()
        url, anchor = urldefrag(urljoin(self.url + location, href))
        if url.startswith(self.url):
            url = self.url + address(url.removeprefix(self.url))
        return f"{url}#{anchor}" if anchor else url

    @property
    def parts(self) -> dict[str, list[Chapter]]:
        """The chapters by their parts, in reading order; those that stand alone are under ""."""
        found: dict[str, list[Chapter]] = {}
        for chapter in self.chapters:
            found.setdefault(chapter.part, []).append(chapter)
        return found


def read(site: Path, configuration: Path = CONFIGURATION) -> Outline:
    """The outline of a built site; raises FileNotFoundError if a page of the navigation has not been built."""
    settings = yaml.safe_load(configuration.read_text(encoding="utf-8"))
    chapters, numbered = [], 0
    for entry in settings["nav"]:
        ((part, value),) = entry.items() if isinstance(entry, dict) else (("", entry),)
        sources = list(_sources(value))
        alone = isinstance(value, str)
        numbered += not alone
        for n, source in enumerate(sources, start=1):
            number = "" if alone else f"{numbered}.{n}"
            chapters.append(Chapter(source, "" if alone else part, number, _built(site, source), site))
    title, description, url, repository = (
        settings[name] for name in ("site_name", "site_description", "site_url", "repo_url")
    )
    return Outline(title, description, url, tuple(chapters), repository, edition.edition(ROOT), edition.commit(ROOT))


def address(location: str) -> str:
    """The published address of a built file of HTML: folders have no index.html, files no .html."""
    folder = re.sub(r"(?:^|(?<=/))index\.html$", "", location)
    return re.sub(r"\.html$", "/", folder)


@lru_cache(maxsize=KEPT)
def _article(html: str) -> Article:
    return Article(html)


def once_per_page(make: Callable[[Outline, Chapter], str]) -> Callable[[Outline, Chapter], str]:
    """Remember what is made of a page, by what the page is and by nothing else that is in files."""

    @lru_cache(maxsize=KEPT)
    def kept(outline: Outline, chapter: Chapter, _html: str) -> str:
        return make(outline, chapter)

    @wraps(make)
    def made(outline: Outline, chapter: Chapter) -> str:
        return kept(outline, chapter, chapter.html)

    return made


def _sources(value: Any) -> Iterator[str]:
    """The pages of an entry of the navigation, in their order; what leads elsewhere is none."""
    if isinstance(value, str):
        if value.endswith((".md", ".ipynb")):
            yield value
    else:
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _sources(entry)


def _built(site: Path, source: str) -> Path:
    """The file that was built of a source, whether pages are folders or files."""
    stem = source.rpartition(".")[0]
    names = [f"{stem}.html", f"{stem}/index.html"]
    found = next((site / name for name in names if (site / name).is_file()), None)
    if found is None:
        raise FileNotFoundError(f"{site} has neither {names[0]} nor {names[1]}, but mkdocs.yml names {source}")
    return found
