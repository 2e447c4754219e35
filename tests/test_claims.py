"""Claims bite: a claim is true, and false for the next number; what has no effect on it is refused."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes import pages
from rnn_notes.pages import claims

NUMBERS = {
    "The loss is 0.448.": [("0.448", "0.001")],
    "The loss is _0.448_, **0.5** or (.448).": [("0.448", "0.001"), ("0.5", "0.1"), ("0.448", "0.001")],
    "It is 4.5e-1, 4.50e2, or 1e-9.": [("0.45", "0.01"), ("450", "1"), ("1e-9", "1e-9")],
    "It takes 0.448s, 0.448 s or 12ms.": [("0.448", "0.001"), ("0.448", "0.001"), ("12", "1")],
    "It is 0,789 with a comma, and 12,345 too.": [("0.789", "0.001"), ("12345", "1")],
    "Right in 62 per cent, 62.5 %, 7%, 85 percent.": [("62", "1"), ("62.5", "0.1"), ("7", "1"), ("85", "1")],
    "It begins with 43 nines.": [("43", "1")],
    "From −0.60 to -0.55: 0.2–0.3.": [("0.60", "0.01"), ("0.55", "0.01"), ("0.2", "0.1"), ("0.3", "0.1")],
    "NumPy 2.1 and Python 3.11, 3.12 or 3.13; version 1.2.3, SHA-256, [a](b-0.5.md), https://x.org/1.5": [],
    "The word W1.5, the version 1.2.3 and x0.5 are not numbers.": [],
    "Neural Computation 12, 2000.": [("2000", "1")],
}


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_are_found_as_they_are_printed(text):
    """With the unit of their last digit."""
    found = [(number.value, number.unit) for number in claims.numbers(text)]
    assert found == [(Decimal(value), Decimal(unit)) for value, unit in NUMBERS[text]]


def paged(text):
    """The page of that text."""
    return pages.scan(Path("page.md"), enumerate(text.split("\n"), start=1))


def unclaimed(text):
    """The results in a text that no claim mentions."""
    return [number.text.strip() for _, number in claims.unclaimed(paged(text))]


def test_a_result_needs_a_claim_and_a_setting_of_the_page_does_not():
    """An integer that the code or a formula shows, a small one and a year are not results; a decimal always is."""
    shown = "\n\n```python\nrate, steps = 0.1, 40\n```\n"
    assert unclaimed(f"Over 40 steps from 1997, three of 9 at 0.1, 41 of them in 40 per cent.{shown}") == [
        "0.1",
        "41",
        "40 per cent",
    ]
    assert unclaimed("A net of $H = 128$ units: 128 of them.") == []
    assert unclaimed("It is 0.5 or 62 per cent.\n<!-- holds: a == 0.50 and b == 0.62 -->") == []
    assert unclaimed("It is 0.5.\n\nAnd 0.6.\n<!-- holds: a == 0.5 -->") == ["0.5", "0.6"]


def loose(text, claim, **names):
    """Why the claim does not assert the text, which is in a paragraph of its own."""
    page = paged(f"{text}\n<!-- holds: {claim} -->")
    (paragraph,) = page.paragraphs
    (item,) = paragraph.claims
    assert eval(claim, dict(names))
    return list(claims.loose(page, paragraph, item, dict(names)))


LOSS = 0.44823
BITES = [
    ("The loss is 0.448.", "abs(loss - 0.448) < 5e-4"),
    ("The loss is 0.448.", "round(loss, 3) == 0.448"),
    ("The loss is 0.448.", "f'{loss:.3f}' == '0.448'"),
    ("The loss is _.448_ s.", "round(loss, 3) == 0.448"),
    ("The loss is 4.48e-1.", "abs(loss - 0.448) < 5e-4"),
    ("The loss is −0.448.", "round(-loss, 3) == -0.448"),
    ("It is off by 45 per cent.", "round(100 * loss) == 45"),
    ("It is off by 45 %.", "round(loss, 2) == 0.45"),
    ("The losses are 0.448 and 0.90.", "(round(loss, 3), round(2 * loss, 2)) == (0.448, 0.90)"),
    ("A half is 0.5.", "1 / 2 == 0.5"),
    ("It is less than 0.449.", "loss < 0.449"),
    ("It is below 45 per cent, in 43 cases.", "loss < 0.45 and cases == 43"),
]


@pytest.mark.parametrize(("text", "claim"), BITES)
def test_a_claim_that_is_false_for_the_next_number_passes(text, claim):
    """Half a unit of the last digit is the right tolerance; a bound is tight on its side."""
    assert loose(text, claim, loss=LOSS, cases=43) == []


LOOSE = [
    ("The loss is 0.448.", "abs(loss - 0.448) < 2e-3", "0.448 is not asserted, since abs(loss - 0.449) < 2e-3 is true"),
    ("The loss is 0.448.", "loss < 0.449 or loss == 0.448", "0.448 is not asserted"),
    ("The loss is 0.448.", "0.448 == 0.448 and loss < 1", "0.448 is not asserted, since 0.449 == 0.449 and loss < 1"),
    ("The loss is 0.448.", "(0.448,) and loss < 1", "0.448 is not asserted"),
    ("The loss is 0.448.", "loss > 0.448", "0.448 is not asserted, since loss > 0.447 is true as well"),
    ("The loss is 0.448.", "abs(0.448 - 0.4481) < 5e-4", "0.448 is compared with itself"),
    ("The loss is 0.448.", "round(0.44812, 3) == 0.448 and loss < 1", "0.448 is compared with itself"),
    ("It is off by 45 per cent.", "40 < 100 * loss < 50 and 45", "45 per cent is not asserted"),
    ("It is off by 45 per cent.", "abs(loss - 0.45) < 0.1", "45 per cent is not asserted"),
    ("There are 43 nines.", "40 < nines < 50 and 43 > 1", "43 is not asserted"),
    ("It is less than 0.9.", "loss < 0.9", "0.9 is not asserted"),
    ("It is _0.448_, and 0.45.", "abs(loss - 0.448) < 5e-4 and abs(loss - 0.45) < 2e-2", "0.45 is not asserted"),
]


@pytest.mark.parametrize(("text", "claim", "fault"), LOOSE)
def test_a_claim_that_is_true_for_the_next_number_is_refused(text, claim, fault):
    """A tolerance too wide, a dummy, an alternative, a bound for an equality."""
    (first, *_) = loose(text, claim, loss=LOSS, nines=43)
    assert first.startswith(fault)


def test_the_way_out_of_a_wide_tolerance_leads_out():
    """What the message proposes bites."""
    (fault,) = loose("The loss is 0.448.", "abs(loss - 0.448) < 2e-3", loss=LOSS)
    tolerance = fault.rpartition(" ")[2]
    assert float(tolerance) == 5e-4
    assert loose("The loss is 0.448.", f"abs(loss - 0.448) < {tolerance}", loss=LOSS) == []


@settings(deadline=None, derandomize=True)
@given(st.integers(1, 999_999).map(lambda n: n / 1000), st.integers(1, 3))
def test_half_a_unit_bites_and_two_units_do_not(value, digits):
    """Whatever the number, and to however many digits it is printed."""
    printed = f"{value:.{digits}f}"
    names = {"value": float(printed)}
    text = f"It is {printed}."
    assert loose(text, f"abs(value - {printed}) < {0.5 * 10**-digits}", **names) == []
    assert len(loose(text, f"abs(value - {printed}) < {2 * 10**-digits}", **names)) == 1
