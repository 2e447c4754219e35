"""A Python-Markdown extension for the notes: formulas are typeset and judged, figures drawn, claims hidden.

It needs pymdownx.arithmatex (with ``generic: true``), which finds the formulas, and nothing of MkDocs.
Every mistake on a page is a PageError with file and line, except a display that does not hold:
that one is shown in red and logged as a warning, so that its author sees it, and a strict build fails.
"""

import logging
import os
import re
from html import escape, unescape
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from rnn_notes import cache, figures, pages
from rnn_notes.checks import verdicts
from rnn_notes.pages import Page, PageError
from rnn_notes.web import census, widgets
from rnn_notes.web.typeset import TexError, Typesetter

log = logging.getLogger("mkdocs.rnn_notes")  # MkDocs counts the warnings of its own loggers

PUNCTUATION = re.compile(r"[^\s\w([\x02]+")  # what may not begin a line; \x02 begins what Markdown has put aside
OPENING = re.compile(r"[(\[]+$")  # what may not end one

HOW = "reference/how-it-is-checked.md"


class Notes(Extension):
    """The extension; ``path`` is the file that the text comes from, ``repo_url`` where the code can be read."""

    def __init__(self, **settings: Any) -> None:
        self.config = {
            "path": ["", "the file of the text: named in errors, and where relative links start"],
            "repo_url": ["", "the address of the repository, for links to the code of a figure"],
            "assets": ["../../assets", "the way from the page to docs/assets/, for the scripts of interactive pieces"],
        }
        super().__init__(**settings)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register what follows with Python-Markdown, formulas and figures after its inline patterns."""
        source = Source(md, self.getConfig("path"))
        md.preprocessors.register(source, "notes-source", 200)
        md.preprocessors.register(Counts(md), "notes-counts", 190)
        md.treeprocessors.register(Formulas(md, source), "notes-formulas", 6)
        md.treeprocessors.register(Figures(md, source, self.getConfigs()), "notes-figures", 6)
        md.postprocessors.register(HideClaims(md), "notes-claims", 0)
        md.postprocessors.register(ShareGlyphs(md), "notes-glyphs", 0)
        md.postprocessors.register(Code(md), "notes-code", 0)
        md.postprocessors.register(Tables(md), "notes-tables", 0)


class Source(Preprocessor):
    """Keeps what a line scan finds on the page, with the lines of the file; changes nothing."""

    def __init__(self, md: Markdown, path: str) -> None:
        super().__init__(md)
        self.path = Path(os.path.relpath(path)) if path else Path("page")
        self.page = Page(self.path)
        self.lines: list[tuple[int, str]] = []

    def run(self, lines: list[str]) -> list[str]:
        """Scan the page; a notebook is scanned as a file, since its text has no lines of its own."""
        whole = self.path.read_text(encoding="utf-8").split("\n") if self.path.exists() else lines
        front_matter = len(whole) - len(lines) if whole[-len(lines) :] == lines else 0
        if self.path.suffix == ".ipynb":
            self.lines = list(enumerate(whole, start=1))
            self.page = pages.read(self.path)
        else:
            self.lines = list(enumerate(lines, start=1 + front_matter))
            self.page = pages.scan(self.path, iter(self.lines))
        return lines

    def error(self, near: str, message: str, line: int | None = None) -> PageError:
        """An error at a line, if not given at the first one that holds some text."""
        found = (number for number, text in self.lines if near in text)
        return PageError(self.path, line or next(found, 1), message)


class Counts(Preprocessor):
    """Replaces the line ``<!-- counts -->`` by the table of what is checked on the whole site."""

    def run(self, lines: list[str]) -> list[str]:
        """The page with its table."""
        return [row for line in lines for row in (census.table() if line == "<!-- counts -->" else [line])]


class Formulas(Treeprocessor):
    """Replaces the LaTeX that arithmatex has found by typeset formulas, each display with its verdict."""

    def __init__(self, md: Markdown, source: Source) -> None:
        super().__init__(md)
        self.source = source

    def run(self, root: Element) -> None:
        """Typeset all formulas of the page."""
        page = self.source.page
        elements = [div for div in root.iter("div") if div.get("class") == "arithmatex"]
        self._compare([unescape(div.text or "")[2:-2] for div in elements])
        judged = verdicts.check(page.displays)
        with Typesetter() as typesetter:
            for div, display, verdict in zip(elements, page.displays, judged, strict=True):
                div.text = self._typeset(typesetter, display.latex, display.latex_line)
                self._badge(div, verdict)
            for parent in root.iter():
                before: Element | None = None
                for span in parent:
                    if span.tag == "span" and span.get("class") == "arithmatex":
                        span.text = self._typeset(typesetter, (span.text or "")[2:-2])
                        span.set("class", "maths")
                        self._keep_together(parent, before, span)
                    before = span

    @staticmethod
    def _keep_together(parent: Element, before: Element | None, span: Element) -> None:
        """Move a bracket before a formula, and brackets and punctuation after it, into its span."""
        if opening := OPENING.search((parent.text if before is None else before.tail) or ""):
            if before is None:
                parent.text = (parent.text or "")[: opening.start()]
            else:
                before.tail = (before.tail or "")[: opening.start()]
            span.text = opening[0] + (span.text or "")
        if after := PUNCTUATION.match(span.tail or ""):
            span.text = (span.text or "") + after[0]
            span.tail = (span.tail or "").removeprefix(after[0])

    def _typeset(self, typesetter: Typesetter, latex: str, display_line: int | None = None) -> str:
        """What stands in the tree for a formula until Markdown puts its HTML there."""
        try:
            return self.md.htmlStash.store(typesetter.html(latex, display=display_line is not None))
        except TexError as error:
            raise self.source.error(latex.split("\n")[0], str(error), display_line) from None

    def _compare(self, found: list[str]) -> None:
        """Raise at the first display that only one of arithmatex and the line scan has found."""
        for latex, display in zip_longest(found, self.source.page.displays):
            if display is None:
                raise self.source.error(latex.strip().split("\n")[0], "this display needs $$ alone on its first line")
            if latex is None or _tokens(latex) != display.latex.split():
                way_out = "leave a blank line before and after it, and none inside"
                raise self.source.error("$$", f"this display is not rendered as one; {way_out}", display.line)

    def _badge(self, div: Element, verdict: verdicts.Verdict) -> None:
        """The mark beside a display, a link to the page that explains it; a box with the evidence if it fails."""
        div.set("class", f"display {verdict.outcome}")
        href = os.path.relpath(pages.DOCS / HOW, self.source.path.parent) if self.source.path.exists() else HOW
        name = verdict.badge or f"{verdict.outcome}, for the reason below"
        SubElement(div, "a", {"class": "badge", "href": Path(href).as_posix(), "title": name, "aria-label": name})
        if verdict.outcome in ("fails", "refused"):
            log.warning(verdict.report(str(self.source.path)))
            SubElement(div, "pre", {"class": "evidence"}).text = verdict.evidence


class Figures(Treeprocessor):
    """Replaces the paragraph ``![alt](figure:name)`` by the figure of that name.

    With ``{ widget=rnn-sigmoid }`` behind it, an interactive piece takes the place of the picture once it is alive.
    """

    def __init__(self, md: Markdown, source: Source, settings: dict[str, str]) -> None:
        super().__init__(md)
        self.source = source
        self.repo_url, self.assets = settings["repo_url"], settings["assets"]

    def run(self, root: Element) -> None:
        """Draw all figures of the page."""
        drawn: set[str] = set()
        for parent in list(root.iter()):
            for image in parent.findall("img"):
                scheme, _, name = image.get("src", "").partition(":")
                if scheme == "figure":
                    try:
                        html = self._html(name, image.get("alt", ""), image.get("widget"), parent, drawn)
                    except ValueError as error:
                        raise self.source.error(f"figure:{name}", str(error)) from None
                    parent.remove(image)
                    parent.text = self.md.htmlStash.store(html)
                    drawn.add(name)

    def _html(self, name: str, alt: str, widget: str | None, parent: Element, drawn: set[str]) -> str:
        """The figure; its caption is the picture's accessible name as well, and is not read aloud a second time."""
        path, line = figures.source(name)
        if not alt.strip() or "\\(" in alt:
            raise ValueError(f"figure {name} needs a text in plain words: ![what it shows](figure:{name}), not {alt!r}")
        if parent.tag != "p" or len(parent) > 1 or (parent.text or "").strip() or (parent[0].tail or "").strip():
            raise ValueError(f"figure {name} stands within a text; give it a paragraph of its own")
        if name in drawn:
            raise ValueError(f"figure {name} is on this page already; refer to it instead")
        drawer = figures.REGISTRY[name].__module__
        key = f"{cache.digest(drawer)} {cache.digest(figures.svg.__module__)} {name}"
        svg = cache.remember("figures", key, lambda: figures.svg(figures.draw(name), f"figure-{name}"))
        caption = escape(alt.replace("'", "’"))
        picture = f'<div role="img" aria-labelledby="caption-{name}">{svg}</div>'
        return (
            f'<figure id="figure-{name}">{widgets.wrap(widget, picture, self.assets) if widget else picture}'
            f'<figcaption><span id="caption-{name}" aria-hidden="true">{caption}</span> '
            f'<a href="{self.repo_url}/blob/main/{path}#L{line}" aria-label="code of the figure {name}" '
            f"data-search-exclude>code</a></figcaption></figure>"
        )


class HideClaims(Postprocessor):
    """Takes the claims ``<!-- holds: … -->`` out of the page; a claim shown in a code block is escaped and stays."""

    def run(self, text: str) -> str:
        """The page without claims."""
        return pages.CLAIM.sub("", text)


class ShareGlyphs(Postprocessor):
    """Keeps each letter of the figures once; a notebook's figures are among them."""

    def run(self, text: str) -> str:
        """The page, lighter."""
        return figures.share_glyphs(text)


class Tables(Postprocessor):
    """Puts a table into a box of its own, in which it scrolls, by the keyboard as well, where the window is narrower.

    The theme would do so, too, but once the page is laid out, which then is laid out again.
    """

    TABLE = re.compile(r"<table>(.*?)</table>", re.DOTALL)
    PLAIN_HEAD = re.compile(r"<th[^>]*>([^<]+)</th>")

    def run(self, text: str) -> str:
        """The page with its tables in boxes, each named by what stands over its columns."""

        def box(match: re.Match[str]) -> str:
            name = "Table: " + ", ".join(self.PLAIN_HEAD.findall(match[1]))
            label = f'tabindex="0" role="group" aria-label="{name}"'
            return f'<div class="scroll" {label}><table class="ruled">{match[1]}</table></div>'

        return self.TABLE.sub(box, text)


class Code(Postprocessor):
    """Gives a block of code a button that copies it, and the numbers of its lines and columns, so that there is room
    for it before a browser has laid it out.
    """

    BLOCK = re.compile(r"(?<=<pre><span></span><code>)(?!<span class=.lines)(.*?)</code>", re.DOTALL)
    BUTTON = '<button class="copy" type="button" aria-label="Copy this code"></button>'

    def run(self, text: str) -> str:
        """The page with its blocks of code prepared."""

        def block(match: re.Match[str]) -> str:
            lines = unescape(re.sub("<[^>]*>", "", match[1])).splitlines()
            size = f"--lines:{len(lines)};--columns:{max(map(len, lines), default=0)}"
            return f'<span class="lines" style="{size}">{match[1]}</span></code>{self.BUTTON}'

        return self.BLOCK.sub(block, text)


def _tokens(latex: str) -> list[str]:
    """The words of a display without its mark."""
    return " ".join(line for line in latex.split("\n") if not pages.MARK.match(line)).split()


def makeExtension(**settings: Any) -> Notes:
    """The entry point that Python-Markdown looks for."""
    return Notes(**settings)
