"""The checker finds small mistakes in the displays of the site; ``python tests/mutants.py`` tries every one."""

import json
import random
from collections import Counter
from itertools import islice

import pytest
from mutants import TABLE, Mutant, all_edits, equivalents, mutants

from rnn_notes.web import census

EACH = 8  # mutants of each kind of mistake
EXCUSED = 16  # mutants that nothing can find
KNOWN = equivalents()


@pytest.fixture(scope="module")
def edits() -> list[Mutant]:
    """All edits of the displays of the site; to read them takes longer than to make them, so the tests read some."""
    return all_edits()


@pytest.fixture(scope="module")
def sample(edits) -> list[Mutant]:
    """A fixed random sample of the edits that are mutants, of each kind as many."""
    shuffled = random.Random(1).sample(edits, len(edits))
    kinds = sorted({edit.kind for edit in edits})
    return [one for kind in kinds for one in islice(mutants(e for e in shuffled if e.kind == kind), EACH)]


@pytest.fixture(scope="module")
def excused(edits) -> list[Mutant]:
    """The mutants that the table of equivalents names."""
    return list(mutants(edit for edit in edits if edit.name in KNOWN))


def recorded() -> dict[str, dict[str, int]]:
    """The scores by page."""
    return json.loads(census.MUTANTS.read_text(encoding="utf-8"))


def test_every_kind_of_mistake_is_tried(sample):
    """Signs, transposes, indices, ⊙, factors, terms, powers, order, functions, symbols, bounds, relations, numbers."""
    counts = Counter(mutant.kind for mutant in sample)
    assert min(counts.values()) >= EACH // 2  # one kind is rare
    assert counts.keys() >= {
        *("plus", "minus", "transpose", "transpose added", "index", "odot", "factor dropped", "term dropped", "power"),
        *("factors swapped", "function", "symbol", "bound", "relation", "number", "fraction"),
    }


def test_mistakes_in_the_displays_are_found(sample):
    """Of the sample all are found, but for those that the table of equivalents names."""
    survivors = [mutant.name for mutant in sample if mutant.name not in KNOWN and mutant.survives()]
    assert not survivors, "\n".join(survivors)


def test_the_table_of_equivalents_is_honest(excused):
    """Each entry occurs once and is a mutant of today's pages; a sample survives, as all must in make mutants."""
    assert len(KNOWN) == len(set(KNOWN))
    assert not set(KNOWN) - {mutant.name for mutant in excused}, "no mutants any more: remove them from the table"
    found = [one.name for one in random.Random(1).sample(excused, EXCUSED) if not one.survives()]
    assert not found, "found by now: remove them from the table"


def test_each_equivalent_stands_under_a_reason():
    """The table has groups, each with its reason above it."""
    groups = TABLE.read_text(encoding="utf-8").split("\n\n")[1:]
    assert all(group.startswith("# ") and len(group.splitlines()) > 1 for group in groups)


def test_the_table_of_equivalents_is_short():
    """At most 2 % of all mutants are excused, so the score is at least 98 % however the excuses are taken."""
    total = sum((Counter(score) for score in recorded().values()), Counter())
    assert total["found"] > 1000
    assert total["true"] <= 0.02 * (total["found"] + total["true"])


def test_the_recorded_score_is_that_of_todays_displays(edits, excused):
    """The page on the checks states how many mistakes were tried; after an edit of a display they are tried again."""
    today = Counter(str(edit.page) for edit in edits)
    stale = [page for page in today if recorded().get(page, {}).get("edits") != today[page]]
    assert not stale, f"say python tests/mutants.py {' '.join(stale)}"
    assert recorded().keys() == today.keys(), "a page is gone: say make mutants"
    assert sum(score["true"] for score in recorded().values()) == len(excused)
