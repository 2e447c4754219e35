"""A Python-Markdown extension for the notes: formulas are typeset and judged, figures drawn, claims hidden.

Each feature is a file beside this one. It needs pymdownx.arithmatex (with ``generic: true``), which finds the
formulas, and nothing of MkDocs.
Every mistake on a page is a PageError with file and line, except a display that does not hold:
that one is shown in red and logged as a warning, so that its author sees it, and a strict build fails.
"""

from typing import Any

from markdown import Extension, Markdown

from rnn_notes.web.census import Counts
from rnn_notes.web.claims import HideClaims
from rnn_notes.web.code_blocks import CodeBlocks
from rnn_notes.web.figures import Figures, ShareGlyphs
from rnn_notes.web.formulas import Formulas
from rnn_notes.web.source import Source
from rnn_notes.web.tables import Tables


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
        md.postprocessors.register(CodeBlocks(md), "notes-code", 0)
        md.postprocessors.register(Tables(md), "notes-tables", 0)


def makeExtension(**settings: Any) -> Notes:
    """The entry point that Python-Markdown looks for."""
    return Notes(**settings)
