"""All numbered formulas on one page, made of the displays of the chapters: there is no copy that could differ."""

import re
from itertools import groupby
from pathlib import Path

from markdown.preprocessors import Preprocessor

from rnn_notes import pages
from rnn_notes.web import rendering
from rnn_notes.web.equations import Equation, References, without_label
from rnn_notes.web.typeset import Typesetter

LINE = "<!-- formulas -->"
FENCE = re.compile(r" *(`{3,}|~{3,})")
HEADING = re.compile(r"(#+) +(.+?)(?: *\{.*\})? *$")


class Summary(Preprocessor):
    r"""Replaces the line ``<!-- formulas -->`` by every display with a ``\label``, chapter by chapter."""

    def run(self, lines: list[str]) -> list[str]:
        """The page with its formulas, each below the name of its section and its number, which is a link to it."""
        return [new for line in lines for new in (self._all() if line == LINE else [line])]

    def _all(self) -> list[str]:
        references = self.md.inlinePatterns["notes-equations"]
        assert isinstance(references, References)
        numbered = [equation for same in references.equations.all().values() for equation in same[:1]]
        written: list[str] = []
        with Typesetter() as typesetter:
            for path, of_page in groupby(numbered, lambda equation: equation.path):
                title, *_ = headings(path)
                written += ["", f"## [{title[1]}]({rendering.to_page(self.md, path)})", ""]
                for equation in of_page:
                    html = typesetter.html(latex(equation), display=True)
                    shown = self.md.htmlStash.store(f'<div class="display copied">{html}</div>')
                    written += [f"{section(equation)} \\eqref{{{equation.name}}}", "", shown, ""]
        return written


def latex(equation: Equation) -> str:
    """The LaTeX of a numbered display, as its page has it, without mark and label."""
    displays = pages.read(equation.path).displays
    return without_label(next(display.latex for display in displays if display.line == equation.line))


def section(equation: Equation) -> str:
    """The heading that a numbered display is below."""
    return [name for line, name in headings(equation.path) if line < equation.line][-1]


def headings(path: Path) -> list[tuple[int, str]]:
    """The headings of a page with their lines, those in blocks of code left out; the first is its title."""
    found, fence = [], ""
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if mark := FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        elif not fence and (heading := HEADING.match(line)):
            found.append((number, heading[2]))
    return found
