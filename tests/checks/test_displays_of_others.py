"""Displays as other authors print them hold, or fail for their own slip, with a mark and a few lines of spelling."""

import tomllib
from pathlib import Path

import pytest

from rnn_notes.checks import judge
from rnn_notes.checks.spelling import used

SOURCES = tomllib.loads(Path(__file__).with_name("displays_of_others.toml").read_text(encoding="utf-8"))["source"]
DISPLAYS = [(source, display) for source in SOURCES for display in source["display"]]
NAMES = [f"{source['name'].split('(')[0]}-{display['latex'].strip()[:30]}" for source, display in DISPLAYS]
HOLD = ("proved", "evaluated", "shapes", "defined", "exact", "not refuted")


@pytest.mark.slow
@pytest.mark.parametrize(("source", "display"), DISPLAYS, ids=NAMES)
def test_a_published_display_is_read_as_it_stands(source, display):
    """It holds; or it fails for what is wrong in it; or it is refused for a reason that is written down here."""
    verdict = judge(display["latex"], display["mark"], spelling=source["spelling"])
    if "unread" in display:
        assert verdict.outcome in ("refused", "fails")
    elif "outcome" in display:
        assert (verdict.outcome, display["why"] in verdict.evidence) == (display["outcome"], True), verdict.evidence
    else:
        assert verdict.outcome in HOLD, verdict.evidence


def test_most_of_them_are_read_with_few_lines_of_spelling():
    """At least three in four, with at most five lines a source, each of which some display needs."""
    read = [display for _, display in DISPLAYS if "unread" not in display]
    assert len(read) >= 0.75 * len(DISPLAYS)
    for source in SOURCES:
        assert len(source["spelling"]) <= 5
        needed = used(source["spelling"], [display["latex"] for display in source["display"]])
        rules = [rule.strip() for line in source["spelling"] for rule in line.split(";")]
        assert needed is not None
        assert set(rules) - needed <= {"rows are samples"}, source["name"]
