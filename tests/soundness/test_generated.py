"""Formulas from the grammar itself, true by construction, and the same with one random change: both judged right.

``make soundness`` tries thousands of each kind of mark; here are the first of them.
"""

import json
from collections import Counter
from contextlib import suppress
from functools import cache

import pytest
from soundness.kinds import KINDS
from soundness.opinion import UndecidedError, opinion
from soundness.score import pair

from rnn_notes.web import census

SAMPLE = 10  # of each kind of mark
pair = cache(pair)


@pytest.fixture(scope="module", params=KINDS)
def sample(request):
    """The first pairs of a kind of mark."""
    return [pair(request.param, number) for number in range(SAMPLE)]


def test_true_formulas_are_accepted_and_changed_ones_are_not(sample):
    """Each formula that is true by construction passes, and none that one change has made false."""
    assert [one for tried, _ in sample for one in tried if not one.right] == []


def test_what_is_true_by_construction_is_so_by_evaluation(sample):
    """No rule of rewriting is wrong: what it has built holds on networks of another make; few pairs are discarded."""
    reasons = [why for _, why in sample if why]
    assert [why for why in reasons if why.startswith("WRONGLY")] == []
    assert len(reasons) <= SAMPLE / 4


def test_what_is_printed_says_what_was_built(sample):
    """Read back from its LaTeX, a formula has the same truth: the printer and the second reader agree."""
    for tried, _ in sample:
        for one in tried[:4]:
            with suppress(UndecidedError):
                assert opinion(one.latex, one.mark, one.earlier) == (not one.change), one


def test_many_kinds_of_change_are_tried():
    """Signs, numbers, symbols, steps, transposes, orders, operators, bounds, functions, exponents, relations."""
    changes = Counter(one.change for kind in KINDS for n in range(SAMPLE) for one in pair(kind, n)[0])
    assert changes.keys() >= {
        "sign",
        "number",
        "symbol",
        "index",
        "transpose",
        "function",
        "add dropped",
        "mul dropped",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_recorded_score_is_of_thousands_of_each_kind(kind):
    """No false formula was accepted, and at most one true one in two hundred was not."""
    score = json.loads(census.SOUNDNESS.read_text(encoding="utf-8"))[kind]
    assert score["true"] + score["false"] >= 5000
    assert not score.get("accepted although false", 0) + score.get("wrongly built", 0)
    assert score.get("not accepted although true", 0) <= score["true"] / 200
