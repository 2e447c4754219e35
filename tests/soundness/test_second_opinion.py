"""An evaluation of another make, written from the description of the marks alone, agrees with the checker."""

import random

import pytest
from soundness.second import accepted, displays, edited, second

EVERY = list(displays())


@pytest.fixture(scope="module")
def opinions():
    """The displays of the site that the second evaluator covers, with what it says."""
    return [(display, said) for display in EVERY if (said := second(display)) is not None]


def test_most_displays_of_the_site_have_a_second_opinion(opinions):
    """The second evaluator reads and decides at least 70 % of what the pages claim."""
    share = len(opinions) / len(EVERY)
    print(f"{len(opinions)} of {len(EVERY)} displays have a second opinion: {share:.0%}")
    assert share >= 0.7


def test_every_second_opinion_on_a_display_is_that_it_holds(opinions):
    """No display of the site is true for the checker and false for the other evaluation."""
    assert [display for display, said in opinions if not said] == []


def test_the_two_agree_on_edited_displays(opinions):
    """With one edit in the LaTeX, most displays become false, and both say so; a few stay true, and both say so.

    Only where numbers are printed is the checker stricter: it asks for any network what the other asks for that one,
    whose h_0 is zero, so that any matrix before it is right.
    """
    rng, found = random.Random(3), []
    for display, _ in opinions:
        edit = edited(display, rng)
        said = second(edit) if edit else None
        if edit and said is not None:
            found.append((edit, said, accepted(edit)))
    stricter = [edit for edit, said, passes in found if said and not passes and edit.mark == "lecture"]
    assert [edit for edit, said, passes in found if said != passes and edit not in stricter] == []
    assert len(stricter) <= 3
    assert sum(not said for _, said, _ in found) > 50
