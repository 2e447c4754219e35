"""Formulas: the LaTeX that arithmatex has found is typeset, and each display judged, with its verdict beside it."""

import logging
import re
from base64 import b64encode
from html import unescape
from itertools import zip_longest
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor

from rnn_notes import pages, project
from rnn_notes.checks.verdict import Placed
from rnn_notes.web import rendering, typeset
from rnn_notes.web.equations import Equations, put_number, without_label
from rnn_notes.web.source import Source
from rnn_notes.web.typeset import TexError, Typesetter

log = logging.getLogger("mkdocs.rnn_notes")  # MkDocs counts the warnings of its own loggers

PUNCTUATION = re.compile(r"[^\s\w([\x02]+")  # what may not begin a line; \x02 begins what Markdown has put aside
OPENING = re.compile(r"[(\[]+$")  # what may not end one


class Formulas(Treeprocessor):
    """Replaces the LaTeX that arithmatex has found by typeset formulas, each display with its verdict."""

    def __init__(self, md: Markdown, source: Source, equations: Equations, runs: str, how: str) -> None:
        super().__init__(md)
        self.source, self.equations, self.runs, self.how = source, equations, runs, how
        self.rules: dict[str, None] = {}  # the style rules that the formulas of the page need, in order

    def run(self, root: Element) -> None:
        """Typeset all formulas of the page."""
        page = self.source.page
        elements = [div for div in root.iter("div") if div.get("class") == "arithmatex"]
        self._compare([unescape(div.text or "")[2:-2] for div in elements])
        judged = self._project().judge(page)
        for fault in judged[len(page.statements) :]:
            raise self.source.error("", fault.evidence, fault.line)
        verdicts = []
        for formula, verdict in zip(page.statements, judged, strict=False):
            if not formula.inline:
                verdicts.append(verdict)
            elif verdict.outcome in ("fails", "refused"):
                log.warning(verdict.report(str(self.source.path)))
        with Typesetter() as typesetter:
            self.rules = typesetter.rules
            for div, display, verdict in zip(elements, page.displays, verdicts, strict=True):
                div.text = self._typeset(typesetter, without_label(display.latex), display.latex_line)
                if equation := self.equations.of(display):
                    put_number(div, equation)
                self._badge(div, verdict)
            for parent in root.iter():
                before: Element | None = None
                for span in parent:
                    if span.tag == "span" and span.get("class") == "arithmatex":
                        span.text = self._typeset(typesetter, (span.text or "")[2:-2])
                        span.set("class", "maths")
                        self._keep_together(parent, before, span)
                    before = span

    def _project(self) -> project.Project:
        """The project of the page, with the runs of the extension if it names some."""
        try:
            settings = project.load(rendering.folder(self.md) or self.source.path.resolve().parent, whole=False)
            return settings.with_runs(self.runs, "rnn_notes.web.extension: runs") if self.runs else settings
        except project.ProjectError as error:
            raise self.source.error("", str(error)) from None

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
        """What takes the place of a formula in the tree until Markdown puts its HTML there."""
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

    def _badge(self, div: Element, verdict: Placed) -> None:
        """The mark beside a display, a link if there is a page that explains it; if it fails, a box with evidence."""
        div.set("class", f"display {verdict.outcome.replace(' ', '-')}")
        name = verdict.badge or f"{verdict.outcome}, for the reason below"
        words = {"class": "badge", "title": name, "aria-label": name}
        if self.how:
            SubElement(div, "a", {**words, "href": rendering.link(self.md, self.how)})
        else:
            SubElement(div, "span", {**words, "role": "img", "tabindex": "0"})
        if verdict.outcome in ("fails", "refused"):
            log.warning(verdict.report(str(self.source.path)))
            SubElement(div, "pre", {"class": "evidence"}).text = verdict.evidence


class Sheet(Postprocessor):
    """Gives the page the style sheet of its formulas, in a link, whose content no search engine takes for text."""

    def __init__(self, md: Markdown, formulas: Formulas) -> None:
        super().__init__(md)
        self.formulas = formulas

    def run(self, text: str) -> str:
        """The page with its sheet, if it has formulas."""
        if not self.formulas.rules:
            return text
        sheet = b64encode(typeset.sheet(self.formulas.rules).encode()).decode()
        return f'<link rel="stylesheet" href="data:text/css;base64,{sheet}">\n{text}'


def _tokens(latex: str) -> list[str]:
    """The words of a display without its mark."""
    return " ".join(line for line in latex.split("\n") if not pages.MARK.match(line)).split()
