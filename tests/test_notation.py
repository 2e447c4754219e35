"""The page of the notation has all letters of the networks, and the figures keep to its colours."""

import re

import pytest
from matplotlib.colors import to_hex

from rnn_notes import figures, pages
from rnn_notes.figures import style
from rnn_notes.runs import RUNS

NOTATION = pages.DOCS / "reference" / "notation.md"
FOLDERS = [pages.DOCS / folder for folder in ("lecture", "learning", "uses", "beyond")]
CHAPTERS = [page for page in pages.all_pages() if page.parent in FOLDERS]
NETWORKS = {run.name for run in RUNS}
WORDS = re.compile(r"\\(?:text|mathrm|operatorname|begin|end|label)\s*\{[^}]*\}")
GREEK = r"\\((?:var)?(?:alpha|beta|gamma|delta|epsilon|eta|theta|lambda|mu|sigma|tau|phi|xi))(?![A-Za-z])"


def letters(latex: str) -> set[str]:
    """The letters of a formula, Latin and Greek, indices too."""
    latex = WORDS.sub(" ", re.sub(r"(?m)^\s*%.*$", "", latex))
    return {*re.findall(GREEK, latex), *re.findall("[A-Za-z]", re.sub(r"\\[A-Za-z]+", " ", latex))}


def explained() -> set[str]:
    """The letters in the first columns of the tables of the notation."""
    rows = re.findall(r"(?m)^\| (\$[^|]*?) \|", NOTATION.read_text())
    return {letter for row in rows for formula in re.findall(r"\$([^$]+)\$", row) for letter in letters(formula)}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda page: page.stem)
def test_every_letter_of_a_network_is_in_the_notation(chapter):
    """Each letter of a formula that is checked on a run is in the first column of one of the tables."""
    for statement in pages.read(chapter).statements:
        words = (statement.mark or "").split()
        if {*words[:2]} & NETWORKS:
            missing = letters(statement.latex) - explained()
            assert not missing, f"{chapter.name}:{statement.line}: explain {', '.join(missing)} in {NOTATION.name}"


def test_the_letters_of_a_formula_are_found():
    """Words, commands and marks are none; indices are."""
    found = letters("% check: rnn\nh_t = \\tanh(\\mathrm{diag}(f_k) \\delta_{o,t}) \\quad \\text{for all steps}")
    assert found == {"h", "t", "f", "k", "o", "delta"}


def test_where_cells_are_compared_each_has_its_colour():
    """In the picture of the forget gate's bias the RNN is purple and the LSTM orange, as the page says."""
    colours = [to_hex(line.get_color()) for line in figures.draw("forget-bias").axes[0].lines]
    assert colours == [style.COLOURS["y"], *[style.COLOURS["c"]] * 3]
    assert "the RNN is purple, the LSTM orange and the GRU blue" in NOTATION.read_text()
