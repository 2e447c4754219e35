"""Formulas from the grammar itself, true by construction, and the same with one random change: both judged right.

``make soundness`` tries thousands of each kind of mark; here are the first of them.
"""

import json
import random
from collections import Counter
from contextlib import suppress
from functools import cache

import pytest
from soundness.described import GROUPS, TABLE
from soundness.kinds import KINDS
from soundness.opinion import UndecidedError, opinion
from soundness.score import pair
from soundness.second import Display, accepted, edited, second

from rnn_notes.runs import RUNS
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


@pytest.mark.parametrize("run", RUNS, ids=[run.name for run in RUNS])
def test_random_formulas_are_drawn_of_every_run(run):
    """Each is in the table, of the shapes that it has, and in a group, from which formulas are drawn."""
    assert run.name in TABLE, f"describe {run.name} in TABLE of tests/soundness/described.py"
    assert run.name == "lecture" or any(run.name in group for group in GROUPS.values()), "put it into GROUPS there"
    said = TABLE[run.name].types
    for symbol, words in {**run.parameters, **run.given, **run.start}.items():
        if symbol != "begin":  # which pages write as the target of the step 0
            sizes = tuple(words.split())
            assert said[symbol] == ((*sizes, "1") if len(sizes) == 1 else sizes), symbol


@pytest.mark.parametrize("name", [run.name for run in RUNS])
def test_mistakes_in_the_formulas_of_every_run_are_found(name):
    """What the table says holds on the run; with an edit it does not, unless to the second evaluator it does."""
    latex, condition = TABLE[name].display
    display, rng = Display(name, latex, name + condition, ()), random.Random(name)
    assert accepted(display)
    tried = [(edit, said) for _ in range(8) if (edit := edited(display, rng)) and (said := second(edit)) is not None]
    assert tried
    assert [edit.latex for edit, said in tried[:3] if accepted(edit) != said] == []
