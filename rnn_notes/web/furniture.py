"""A second Python-Markdown extension, for these notes alone: figures of the package, widgets, tables, code.

It comes after ``rnn_notes.web.extension``, which makes formulas and is for everybody.
"""

from functools import partial
from typing import Any

from markdown import Markdown

from rnn_notes.web import reading_list, slips
from rnn_notes.web.census import Counts
from rnn_notes.web.code_blocks import CodeBlocks
from rnn_notes.web.figures import Figures, ShareGlyphs
from rnn_notes.web.glossary import Glossary
from rnn_notes.web.misspelled import Addresses, Misspelled
from rnn_notes.web.nesting import Nesting
from rnn_notes.web.quotes import Quotes
from rnn_notes.web.settings import Settings
from rnn_notes.web.summary import Summary
from rnn_notes.web.tables import Tables


class Furniture(Settings):
    """The extension; ``repo_url`` is where the code can be read."""

    def __init__(self, **settings: Any) -> None:
        self.config = {
            "repo_url": ["", "the address of the repository, for links to the code of a figure"],
            "glossary": ["", "the page of the glossary, below the folder of the pages; without it no term is a link"],
            "unlinked": [[], "pages on which no term is a link"],
            "assets": ["../../assets", "the way from a page to docs/assets/, where no builder tells it"],
        }
        super().__init__(**settings)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register what follows with Python-Markdown, figures after its inline patterns."""
        insertions = md.preprocessors["notes-source"].insertions  # of rnn_notes.web.extension
        insertions += [slips.expand, partial(reading_list.expand, md)]
        md.preprocessors.register(Nesting(md), "notes-nesting", 199)
        md.preprocessors.register(Misspelled(md), "notes-misspelled", 198)
        md.preprocessors.register(Counts(md), "notes-counts", 190)
        md.preprocessors.register(Summary(md), "notes-summary", 29)  # Markdown drops its own marks at 30
        md.treeprocessors.register(Quotes(md), "notes-quotes", 8)  # smarty follows at 6
        md.treeprocessors.register(Addresses(md), "notes-addresses", 7.5)
        md.treeprocessors.register(Figures(md, self.getConfigs()), "notes-figures", 6)
        glossary = Glossary(md, self.getConfig("glossary"), self.getConfig("unlinked"))
        md.treeprocessors.register(glossary, "notes-glossary", 5.5)  # between the formulas and the anchors of MkDocs
        md.postprocessors.register(ShareGlyphs(md), "notes-glyphs", 0)
        md.postprocessors.register(CodeBlocks(md), "notes-code", 0)
        md.postprocessors.register(Tables(md), "notes-tables", 0)


def makeExtension(**settings: Any) -> Furniture:
    """The entry point that Python-Markdown looks for."""
    return Furniture(**settings)
