"""A Python-Markdown extension for anybody's notes: formulas are typeset and judged, claims hidden.

In the mkdocs.yml of any project, without hooks::

    markdown_extensions:
      - rnn_notes.web.extension:
          runs: my_runs           # MODULE[:NAME]; else those of [tool.rnn_notes.checks] in pyproject.toml
          how: about/checks.md    # the page that a badge links to; no link without it

It asks for pymdownx.arithmatex itself, which finds the formulas. Each feature is a file beside this one.
Every mistake on a page is a PageError with file and line, except a display that does not hold:
that one is shown in red and logged as a warning, so that its author sees it, and a strict build fails.
"""

from typing import Any

from markdown import Markdown

from rnn_notes.web.claims import HideComments
from rnn_notes.web.equations import Equations, References
from rnn_notes.web.forbidden import Forbidden
from rnn_notes.web.formulas import Formulas, Sheet
from rnn_notes.web.headings import Headings
from rnn_notes.web.known_code import KnownCode
from rnn_notes.web.leftovers import Head, Leftovers
from rnn_notes.web.settings import Settings
from rnn_notes.web.source import Source


class Checks(Settings):
    """The extension."""

    def __init__(self, **settings: Any) -> None:
        self.config = {
            "path": ["", "the file of the text: named in errors; MkDocs need not be told"],
            "runs": ["", "MODULE[:NAME], the runs that a mark may name"],
            "how": ["", "the page that explains the badges: a URL, or a file below the folder of the pages"],
            "sheet": [True, "whether each page brings the style sheet of its formulas"],
        }
        super().__init__(**settings)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register what follows with Python-Markdown, formulas after its inline patterns."""
        md.registerExtensions(["pymdownx.arithmatex"], {"pymdownx.arithmatex": {"generic": True}})
        source = Source(md, self.getConfig("path"))
        equations = Equations(md, source)
        formulas = Formulas(md, source, equations, self.getConfig("runs"), self.getConfig("how"))
        md.preprocessors.register(source, "notes-source", 200)
        md.preprocessors.register(Head(md, source), "notes-head", 199.5)
        md.preprocessors.register(HideComments(md), "notes-comments", 195)
        md.inlinePatterns.register(References(md, equations), "notes-equations", 189.95)  # before a formula, after code
        md.treeprocessors.register(Headings(md, source), "notes-headings", 7)
        md.treeprocessors.register(formulas, "notes-formulas", 6)
        md.postprocessors.register(KnownCode(md, source), "notes-known-code", 1)
        md.postprocessors.register(Leftovers(md, source), "notes-leftovers", -10)
        md.postprocessors.register(Forbidden(md, source), "notes-forbidden", -11)
        if self.getConfig("sheet"):
            md.postprocessors.register(Sheet(md, formulas), "notes-sheet", -20)


def makeExtension(**settings: Any) -> Checks:
    """The entry point that Python-Markdown looks for."""
    return Checks(**settings)
