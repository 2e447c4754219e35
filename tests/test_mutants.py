"""The checker finds small mistakes in the displays of the site; ``python tests/mutants.py`` tries every one."""

import json
import random
from collections import Counter

import pytest
from mutants import TABLE, Mutant, equivalents, mutants

from rnn_notes.web import census

SAMPLE = 800
KNOWN = equivalents()


@pytest.fixture(scope="module")
def every() -> list[Mutant]:
    """All mutants of the site."""
    return mutants()


def test_every_kind_of_mistake_is_tried(every):
    """Signs, transposes, indices, ⊙, factors, terms, powers, order, functions, symbols, bounds, relations, numbers."""
    kinds = Counter(mutant.kind for mutant in every)
    assert kinds.keys() >= {
        *("plus", "minus", "transpose", "transpose added", "index", "odot", "factor dropped", "term dropped", "power"),
        *("factors swapped", "function", "symbol", "bound", "relation", "number", "fraction"),
    }
    assert kinds.total() > 1000


def test_mistakes_in_the_displays_are_found(every):
    """Of a fixed random sample all are found, but for those that the table of equivalents names."""
    sample = random.Random(1).sample(every, SAMPLE)
    survivors = [mutant.name for mutant in sample if mutant.survives() and mutant.name not in KNOWN]
    assert not survivors, "\n".join(survivors)


def test_the_table_of_equivalents_is_honest(every):
    """Each entry stands once, is a mutant of today's pages, and does survive."""
    assert len(KNOWN) == len(set(KNOWN))
    alive = {mutant.name for mutant in every if mutant.name in KNOWN and mutant.survives()}
    assert not set(KNOWN) - alive, "found by now, or no mutants any more: remove them from the table"


def test_each_equivalent_stands_under_a_reason():
    """The table has groups, each with its reason above it."""
    groups = TABLE.read_text(encoding="utf-8").split("\n\n")[1:]
    assert all(group.startswith("# ") and len(group.splitlines()) > 1 for group in groups)


def test_the_table_of_equivalents_is_short(every):
    """At most 2 % of all mutants are excused, so the score is at least 98 % however the excuses are taken."""
    assert len([mutant for mutant in every if mutant.name in KNOWN]) <= 0.02 * len(every)


def test_the_recorded_score_is_that_of_todays_displays(every):
    """The page on the checks states how many mistakes were tried; after an edit of a display they are tried again."""
    recorded = json.loads(census.MUTANTS.read_text(encoding="utf-8"))
    today = Counter(str(mutant.page) for mutant in every)
    stale = [page for page in today if sum(recorded.get(page, {}).values()) != today[page]]
    assert not stale, f"say python tests/mutants.py {' '.join(stale)}"
    assert recorded.keys() == today.keys(), "a page is gone: say make mutants"
    assert sum(score["true"] for score in recorded.values()) == sum(mutant.name in KNOWN for mutant in every)
