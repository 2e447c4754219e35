"""Each slip of published teaching is found: what is printed fails or is refused, and the right form holds."""

import pytest

from rnn_notes import slips
from rnn_notes.checks import judge

SLIPS = slips.load()
HOLD = ("proved", "evaluated", "exact")


def verdict(slip, form):
    """The verdict on one form of a slip."""
    given = f"% given: {slip['given']}\n" if "given" in slip else ""
    return judge(given + slip[form], slip["mark"], slip.get("before", ()), spelling=slip.get("spelling", ()))


@pytest.mark.slow
@pytest.mark.parametrize("slip", SLIPS, ids=[slip["title"] for slip in SLIPS])
def test_the_printed_form_is_refuted_and_the_right_one_holds(slip):
    """The evidence is a difference in numbers, or words that say what does not fit."""
    printed, right = verdict(slip, "printed"), verdict(slip, "right")
    assert printed.outcome in ("fails", "refused")
    assert slip["evidence"] in printed.evidence
    assert right.outcome in HOLD, right.evidence


def test_each_slip_says_where_it_was_and_what_is_wrong():
    """Credit, a place, and one sentence for a reader who looks for it."""
    for slip in SLIPS:
        assert {"title", "source", "where", "mark", "printed", "right", "why", "evidence"} <= slip.keys()
        assert slip["why"].endswith(".")
        assert slip["printed"] != slip["right"]
    assert len({slip["title"] for slip in SLIPS}) == len(SLIPS) >= 40


def test_those_on_the_page_are_exercises():
    """At least 14, from easy to hard, each with a question, two hints, and code unless its damage is said in words."""
    groups = slips.on_the_page()
    chosen = [slip for group in groups.values() for _, slip in group]
    assert len(chosen) == 22
    assert [n for group in groups.values() for n, _ in group] == list(range(1, 23))
    for group in groups.values():
        levels = [slip["level"] for _, slip in group]
        assert len(group) >= 2
        assert levels == sorted(levels)
        assert set(levels) <= {1, 2, 3}
    for slip in chosen:
        assert {"topic", "question", "hints"} <= slip.keys()
        assert slip["question"].endswith("?")
        assert len(slip["hints"]) == 2
        assert "changes" in slip or slip["damage"]
