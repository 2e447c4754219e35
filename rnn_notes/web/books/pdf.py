"""The book as a PDF, printed by Chromium from one page, twice: the second time the contents know their page numbers.

Chromium writes the places that links lead to, and its pages, as plain text into the file, so they are read there.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from urllib.parse import quote, unquote

from rnn_notes import figures
from rnn_notes.web.books import whole
from rnn_notes.web.books.outline import LICENCE, Outline
from rnn_notes.web.books.whole import ANSWERS, Section
from rnn_notes.web.figures import inline

STYLE = Path(__file__).with_name("book.css")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-background-networking"),
    *("--no-pdf-header-footer", "--generate-pdf-document-outline"),
)
PRINT_SECONDS = 600
PAGES = re.compile(rb"(?m)^(\d+) 0 obj\s*<</Type /Pages\b.*?/Kids \[([^\]]*)\]", re.DOTALL)
PLACE = re.compile(rb"/((?:[^\s/<>\[\]()]|#[0-9A-Fa-f]{2})+) \[(\d+) 0 R /XYZ ")
LEAF = re.compile(rb"(\d+) 0 R")


class BrowserError(RuntimeError):
    """There is no Chromium, or it has not printed; the message says what to do."""


def write(outline: Outline, target: Path) -> Mapping[str, int]:
    """Print the book, and return the pages that its contents name; raises BrowserError if no Chromium can."""
    book = whole.read(outline)
    with tempfile.TemporaryDirectory(prefix="rnn_notes-") as folder:
        source, printed = Path(folder, "book.html"), Path(folder, "book.pdf")
        numbers: Mapping[str, int] = {}
        for _ in range(2):
            used = numbers
            source.write_text(html(outline, book, used), encoding="utf-8")
            _print(source, printed)
            numbers = pages(printed.read_bytes())
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(printed, target)
    return used


def browser() -> str:
    """Chromium's command. Raises BrowserError if there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise BrowserError("the PDF is printed by Chromium, which is not installed; install the package chromium")
    return found


def html(outline: Outline, book: Mapping[str, list[Section]], numbers: Mapping[str, int]) -> str:
    """The page that is printed: a title, the contents, the chapters, and what the site folds away."""
    assets = outline.chapters[0].site / "assets"
    sheets = [sheet.read_text(encoding="utf-8") for sheet in (assets / "mathjax.css", assets / "code.css", STYLE)]
    sections = [section for part in book.values() for section in part]
    sheets += [_running_head(section) for section in sections]
    title = escape(outline.title)
    style = "\n".join(sheets)
    body = "\n".join([*_title(outline), *_contents(book, numbers), *_chapters(book), *_answers(sections)])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{style}</style></head><body>{figures.share_glyphs(body)}</body></html>"
    )


def pages(pdf: bytes) -> dict[str, int]:
    """The page number of each place that a link in a PDF of Chromium's leads to, from 1."""
    inner = {int(found[1]): [int(n) for n in LEAF.findall(found[2])] for found in PAGES.finditer(pdf)}
    children = {child for kids in inner.values() for child in kids}
    leaves: list[int] = []

    def visit(node: int) -> None:
        for child in inner[node]:
            if child in inner:
                visit(child)
            else:
                leaves.append(child)

    for root in inner.keys() - children:
        visit(root)
    numbers = {page: n for n, page in enumerate(leaves, start=1)}
    places = ((name.decode("ascii"), int(page)) for name, page in PLACE.findall(pdf))
    return {unquote(re.sub("#(?=[0-9A-Fa-f]{2})", "%", name)): numbers[page] for name, page in places}


def _print(source: Path, target: Path) -> None:
    command = [browser(), *OPTIONS, f"--print-to-pdf={target}", f"file://{quote(str(source))}"]
    environment = {**os.environ, "HOME": str(source.parent)}  # a profile of its own, which goes with the folder
    run = subprocess.run(command, capture_output=True, text=True, timeout=PRINT_SECONDS, env=environment)
    if run.returncode or not target.is_file():
        raise BrowserError(f"{command[0]} has not printed the book: {run.stderr.strip()[-500:]}")


def _title(outline: Outline) -> Iterator[str]:
    yield '<section class="title-page">'
    yield f"<h1>{escape(outline.chapters[0].title)}</h1><p>{escape(outline.description)}</p>"
    drawn = inline("unrolled-with-activations")
    yield f'<div class="cover" role="img" aria-label="A recurrent network over five time steps.">{drawn}</div>'
    yield f'<p>{outline.edition}</p><p><a href="{outline.url}">{outline.url}</a></p>'
    yield f"<p>{LICENCE}</p></section>"


def _contents(book: Mapping[str, list[Section]], numbers: Mapping[str, int]) -> Iterator[str]:
    yield '<nav class="contents"><h1>Contents</h1>'

    def line(anchor: str, words: str) -> str:
        return f'<li><a href="#{anchor}"><span>{escape(words)}</span><span>{numbers.get(anchor, "")}</span></a></li>'

    for n, (part, sections) in enumerate(book.items(), start=1):
        yield f"<h2>{n} {escape(part)}</h2><ol>"
        yield from (line(section.name, section.heading) for section in sections)
        yield "</ol>"
    yield f'<ol class="last">{line("answers", ANSWERS)}</ol></nav>'


def _chapters(book: Mapping[str, list[Section]]) -> Iterator[str]:
    for n, (part, sections) in enumerate(book.items(), start=1):
        for section in sections:
            opening = f'<p class="part">{n} {escape(part)}</p>' if section is sections[0] else ""
            yield f'<section class="chapter page-{section.name}" id="{section.name}">{opening}'
            yield f"<h1>{escape(section.heading)}</h1>{section.article.html(section.body)}</section>"


def _answers(sections: list[Section]) -> Iterator[str]:
    yield f'<section class="answers" id="answers"><h1>{ANSWERS}</h1>'
    for section in sections:
        if section.answers:
            yield f'<h2><a href="#{section.name}">{escape(section.heading)}</a></h2>'
            yield from (section.article.html(answer) for answer in section.answers)
    yield "</section>"


def _running_head(section: Section) -> str:
    """The head of the pages of a chapter, which begin a page of their own."""
    words = section.heading.replace("\\", "\\\\").replace('"', '\\"')
    name = f"page-{section.name}"
    return f'.{name} {{ page: {name} }} @page {name} {{ @top-center {{ content: "{words}" }} }}'
