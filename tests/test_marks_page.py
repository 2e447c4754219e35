"""The page on marks: each formula in its tables is judged as the row says."""

import re

import pytest

from rnn_notes.checks import judge
from rnn_notes.checks.run import registered
from rnn_notes.pages import DOCS

TEXT = (DOCS / "reference" / "marks.md").read_text(encoding="utf-8")
ROWS = [re.findall(r"`([^`]+)`", row) for row in TEXT.split("\n") if row.startswith("|")]
RUNS = registered("rnn_notes.runs")
FORMULA = re.compile(r"=|\\in\b|\\le\b")


def cases():
    """Spelling, mark and formula of each row: the mark is a cell that begins with one."""
    for row in ROWS:
        marks = [
            cell
            for cell in row
            if re.split(r"[ :]", cell)[0] in (*RUNS, "chain", "define", "shapes", "numbers", "false", "skip")
        ]
        formulas = [cell for cell in row if cell not in marks and FORMULA.search(cell) and " is " not in cell]
        spelling = [cell for cell in row if " is " in cell or cell == "rows are samples"]
        if formulas:
            yield tuple(spelling), marks[0], formulas[-1]


CASES = list(cases())


@pytest.mark.parametrize(("spelling", "mark", "formula"), CASES, ids=[case[2] for case in CASES])
def test_each_formula_in_a_table_is_judged_as_its_row_says(spelling, mark, formula):
    """It holds under its mark, and needs its spelling."""
    verdict = judge(formula, mark, spelling=spelling)
    assert verdict.outcome not in ("fails", "refused"), verdict.evidence
    if spelling:
        assert judge(formula, mark).outcome in ("fails", "refused")


def test_the_tables_are_read():
    """No row is lost: there are examples of all kinds, and every mark without a formula is known."""
    assert len(CASES) > 50
    assert {case[1].split()[0] for case in CASES} >= {
        "chain",
        "define",
        "shapes",
        "numbers",
        "false",
        "skip:",
        *list(RUNS)[:5],
    }
