"""Each page once more as plain Markdown, and an index of all of them, for programs that read and people who copy.

The names are those of the convention: the address of a page with ``.md`` after it, and ``llms.txt``.
https://llmstxt.org/
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from rnn_notes.web import figures
from rnn_notes.web.books.markdown import Writer
from rnn_notes.web.books.outline import Chapter, Outline, once_per_page

FIGURES = "assets/figures/"
INDEX = "llms.txt"
OPTIONAL = "Reference"  # the part that a reader who is short of room may leave out, as the convention calls it


def path(chapter: Chapter) -> Path:
    """The file of a page's Markdown, beside the page."""
    return chapter.file.with_name(f"{chapter.file.name}.md")


def write(outline: Outline) -> None:
    """Write the Markdown of every page, the figures that it shows as files, and the index.

    A site that is read from files has no index: what asks for one asks a server.
    """
    named: dict[str, None] = {}
    for chapter in outline.chapters:
        named |= dict.fromkeys(chapter.article.figures)
        path(chapter).write_text(markdown(outline, chapter), encoding="utf-8")
    site = outline.chapters[0].site
    figures.write(site / FIGURES, named)
    if not outline.is_read_from_files:
        (site / INDEX).write_text("\n".join(index(outline)) + "\n", encoding="utf-8")


@once_per_page
def markdown(outline: Outline, chapter: Chapter) -> str:
    """A page as Markdown, with all of its links to the published site."""
    return Writer(chapter.article, partial(outline.link, chapter), outline.url + FIGURES).whole()


def index(outline: Outline) -> Iterator[str]:
    """The lines of ``llms.txt``: what this is, and each page with its address and what it is about."""
    yield from (f"# {outline.title}", "", f"> {outline.description}", "")
    yield "Each page is here as Markdown, with formulas in LaTeX and code as it runs."
    yield "After a displayed formula, a comment says how it was checked; a false one on purpose says so there."
    for part, chapters in outline.parts.items():
        yield from ("", f"## {'Optional' if part == OPTIONAL else part or 'Home'}", "")
        for chapter in chapters:
            about = f": {chapter.description}" if chapter.description != outline.description else ""
            location = path(chapter).relative_to(chapter.site).as_posix()
            yield f"- [{chapter.title}]({outline.url}{location}){about}"
