"""Hand-made formulas for and against the checker, by the causes of what was once accepted although false."""

from collections import Counter

import pytest
from soundness.collected import collection

EVERY = collection()


def test_there_are_hundreds_of_formulas_of_every_cause():
    """At least 300 false and 150 true ones; each of the seventeen causes has false and true ones."""
    counts = Counter(formula.true for formula in EVERY)
    assert counts[False] >= 300
    assert counts[True] >= 150
    for truth in (True, False):
        causes = {formula.cause.split(".")[0] for formula in EVERY if formula.true == truth}
        assert causes >= {str(number) for number in range(1, 18)}
    assert len({(formula.mark, formula.earlier, formula.latex) for formula in EVERY}) == len(EVERY)


@pytest.mark.parametrize("truth", [True, False], ids=["true", "false"])
def test_the_collection_is_judged_rightly(truth):
    """What is true is accepted, and nothing that is false, has no meaning, or has two readings.

    Every third is tried here, and all by ``make soundness``: attacks on inequalities take their time.
    """
    some = [formula for formula in EVERY if formula.true == truth][::3]
    assert [formula for formula in some if not formula.judged_rightly()] == []
