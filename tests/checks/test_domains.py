"""A chain says for which values it holds, or is refused with the words to say so."""

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes.checks.domain import Where, normal, suppositions
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.verdicts import judge

HOLD = {  # with the condition, and not without it
    r"\frac{x^2 - 4}{x - 2} = x + 2": r"x \ne 2",
    r"\ln(x) - \ln(x) = 0": "x > 0",
    r"\log(p) + \log(q) = \log(p q)": r"p > 0, \quad q > 0",
    r"e^{\ln(x)} = x": "x > 0",
    r"\ln(x^4) = 4 \ln \left( \sqrt{x^2} \right) + 0 \ln(x^3)": "x > 0",
    r"\frac{e^{2 x} - 1}{e^x - 1} = e^x + 1": r"x \ne 0",
    r"\left( \sqrt{x - 1} \right)^2 = x - 1": r"x \ge 1",
    r"\sqrt{x y} = \sqrt{x} \sqrt{y}": r"x \ge 0, \quad y \ge 0",
    r"\frac{x - y}{x^2 - y^2} = \frac{1}{x + y}": r"x \ne y",
    r"\sqrt{1 - x} \sqrt{1 + x} = \sqrt{1 - x^2} \frac{\sqrt{1 - x}}{\sqrt{1 - x}}": r"\lvert x \rvert < 1",
    r"\frac{d}{dx} \lvert x \rvert = \frac{x}{\lvert x \rvert} + 0 \ln(x)": "x > 0",
}
HINTS = {
    r"\frac{x^2 - 4}{x - 2} = x + 2": r"only for x ≠ 2, since the other side is defined elsewhere, too; "
    r"say so in the display: , \quad x \ne 2",
    r"\ln(x) - \ln(x) = 0": r", \quad x > 0",
    r"\frac{x}{x} \ge 1": r"x \ne 0",
    r"\frac{a c}{b c} = \frac{a}{b}": r"c \ne 0",
    r"\ln(1 - x) = \ln(1 - x) + 0 \sqrt{x}": r"x \ge 0",
    r"\frac{x}{x} = 1, \quad x \ne 1": r"x \ne 0",
}


@pytest.mark.slow
@pytest.mark.parametrize(("formula", "condition"), HOLD.items())
def test_a_step_that_holds_for_some_values_says_so(formula, condition):
    """It is proved with its condition, which the badge repeats, and refused without."""
    verdict = judge(rf"{formula}, \quad {condition}", "chain")
    assert verdict.outcome == "proved", verdict.evidence
    assert "; for " in verdict.badge
    assert judge(formula, "chain").outcome == "refused"


@pytest.mark.parametrize(("formula", "hint"), HINTS.items())
def test_the_refusal_says_what_to_write(formula, hint):
    """The condition is in the message as LaTeX."""
    verdict = judge(formula, "chain")
    assert (verdict.outcome, hint in verdict.evidence) == ("refused", True), verdict.evidence


@pytest.mark.slow
def test_sides_that_are_defined_for_the_same_values_need_no_condition():
    """The badge says for which values that is."""
    for formula, where in {
        "a / b / c = \\frac{a}{b c}": "where both sides are defined: b ≠ 0, c ≠ 0",
        r"\sqrt{\frac{1}{n}} = \frac{1}{\sqrt{n}}": "where both sides are defined: n > 0",
        r"\frac{d}{dx} \frac{1}{x} < 0": "where both sides are defined: x ≠ 0",
        r"\ln(x) \le x - 1": "where both sides are defined: x > 0",
    }.items():
        assert where in judge(formula, "chain").badge
    assert "defined" not in judge(r"\frac{1}{1 + e^{-x}} = \sigma(x) + 0", "chain").badge


def test_conditions_are_used_and_counterexamples_meet_them():
    """A step that is false within its conditions fails there."""
    for formula, evidence in {
        r"\sqrt{x^2} = x, \quad x > -1": "at x = -",
        r"x^2 < x, \quad 0 < x < 2": "at x = ",
        r"x \le y, \quad x \le 2 y": "at x = ",
        r"\frac{1}{x} < 1, \quad x > 0": "at x = 3/7",
    }.items():
        verdict = judge(formula, "chain")
        assert (verdict.outcome, evidence in verdict.evidence) == ("fails", True), verdict.evidence
    assert judge(r"x^2 < x, \quad 0 < x < 1", "chain").outcome == "proved"


@pytest.mark.parametrize(
    ("formula", "message"),
    {
        r"x + x = 2 x, \quad x > 2, \quad x < 1": "no x meets the conditions",
        r"x + x = 2 x, \quad n > 0": "there is a condition on n but no formula with n",
        r"\sin(x) \le 1 < x": "at x = ",
        r"\mathrm{relu}'(0) = 0": "this divides by zero",
        r"\ln(0) = 0": "this is defined for no real number: 0 is not > 0",
    }.items(),
)
def test_a_condition_is_no_way_to_hide_a_claim(formula, message):
    """What continues a step is a step; conditions that nothing meets, or that concern nothing, are refused."""
    verdict = judge(formula, "chain")
    assert verdict.outcome in ("fails", "refused")
    assert message in verdict.evidence


def test_conditions_that_exclude_each_other_are_found():
    """0 < x and x ≤ 0 leave nothing."""
    x = sympy.Symbol("x", real=True)
    with pytest.raises(FormulaError, match="no x meets the conditions"):
        suppositions([Where(x, "gt"), Where(-x, "ge")])


def test_conditions_on_two_letters_are_used():
    """x > y > 0, and those on a product that follow from its factors."""
    for formula in (r"x^2 > y^2, \quad x > y, \quad y > 0", r"p \ln(p / q) \ge p - q, \quad q > 0"):
        assert judge(formula, "chain").outcome == "proved"


def test_what_always_holds_is_no_condition():
    """1 + e^x is never zero, and 1/n ≥ 0 says n > 0."""
    x = sympy.Symbol("x", real=True)
    assert normal([Where(1 + sympy.exp(x), "ne"), Where(x**2 + x + 1, "gt")]) == frozenset()
    assert normal([Where(1 / x, "ge")]) == {Where(x, "gt")}
    assert normal([Where(x, "ge"), Where(x, "ne")]) == {Where(x, "gt")}
    assert normal([Where(x**2 - 1, "ne")]) == {Where(x - 1, "ne"), Where(x + 1, "ne")}


@pytest.mark.slow
@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.integers(-9, 9).filter(bool), st.integers(-9, 9), st.integers(1, 4))
def test_no_factor_is_cancelled_in_silence(a, b, power):
    """(a x + b)^{n+1} / (a x + b)^n = a x + b is refused, and proved with the root excluded."""
    line = f"({a} x + {b})".replace("+ -", "- ")
    formula = rf"\frac{{{line}^{power + 1}}}{{{line}^{power}}} = {a} x + {b}".replace("+ -", "- ")
    assert judge(formula, "chain").outcome == "refused"
    root = sympy.latex(-sympy.Rational(b, a))
    assert judge(rf"{formula}, \quad x \ne {root}", "chain").outcome == "proved"
