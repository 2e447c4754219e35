"""Printed numbers and matrices are compared exactly."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes.checks.verdicts import judge

EXACT = [
    "0.1 + 0.2 = 0.3",
    "1234567890 + 1 = 1234567891",
    r"\sigma(0) = \frac12, \quad \ln(e^2) = 2, \quad \sqrt{16} = 4, \quad \tanh(20) < 1",
    r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} [1; 1] = [3; 7]",
    r"\begin{bmatrix} 1 & 1 \\ 0 & 1 \end{bmatrix}^3 = \begin{bmatrix} 1 & 3 \\ 0 & 1 \end{bmatrix}",
    r"\lVert [3; 4] \rVert = 5, \quad [1; 2] \odot [3; 4] = [3; 8], \quad 1 - [1; 2] = [0; -1]",
    r"\mathrm{softmax}([0; 0]) = [0.5; 0.5]",
    r"\mathrm{diag}([1; 2]) = \begin{bmatrix} 1 & 0 \\ 0 & 2 \end{bmatrix}, \quad \max([1; 5; 2]) = 5",
    r"\begin{bmatrix} 1 & 2 \end{bmatrix}^\top = [1; 2], \quad \sum_{k=1}^{3} [k; 1] = [6; 3]",
    r"\sigma_{\max}(\begin{bmatrix} 3 & 0 \\ 0 & -4 \end{bmatrix}) = 4",
    r"\left| [-1; 2] \right| = [1; 2], \quad [1; 2]^2 = [1; 4], \quad [1; 2]^\top [3; 4] = 11",
    r"\tanh([0; 0]) = [0; 0]",
    r"\sum_{k=1}^{0} [k; 1] = [0; 0], \quad \rho(\begin{bmatrix} 0 & 2 \\ 2 & 0 \end{bmatrix}) = 2",
    r"\prod_{k=1}^{0} \begin{bmatrix} k & 0 \\ 0 & 1 \end{bmatrix} = \begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}",
    r"\left( \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} \right)_{2,1} = 3, \quad ([5; 7])_{2} = 7",
    r"\sqrt{2} \approx 1.41, \quad [0.333; 2.001] \approx [0.33; 2.00]",
]
FALSE = [
    "1234567890 = 1234567891",
    r"1 \le 0.9999999995",
    r"\frac{1}{3} = 0.3333333333",
    r"\tanh(20) = 1",
    r"\sigma(40) = 1",
    r"e^{-100} = 0",
    r"\pi = 3.141592653589793",
    r"\mathrm{softmax}([50; 0]) = [1; 0]",
    r"\begin{bmatrix} 1000000000 & 0.5 \\ 0 & 1 \end{bmatrix} = \begin{bmatrix} 1000000000 & 0 \\ 0 & 1 \end{bmatrix}",
    r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}^2 = \begin{bmatrix} 1 & 4 \\ 9 & 16 \end{bmatrix}",
    r"[1; 2] = \begin{bmatrix} 1 & 2 \end{bmatrix}",
    r"\frac{1}{0} = 0",
    r"\mathrm{relu}'(0) = 0",
    r"\sqrt{2} \approx 1.42",
]
SHAPES = {
    r"[1; 2] [3; 4] = 11": "the shape (2, 1) and the shape (2, 1) cannot be multiplied",
    r"[1; 2] + [1; 2; 3] = [2; 4]": "the shape (2, 1) and the shape (3, 1) cannot be added",
    r"\frac{1}{[1; 2]} = [1; 0.5]": "a fraction needs a number below it, not the shape (2, 1)",
    r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}^{-1} = 1": "the shape (2, 2) to the power -1 has no meaning here",
    r"\begin{bmatrix} 1 & 2 \end{bmatrix}^2 = 1": "the shape (1, 2) has no power",
    r"[1; 2] = [1; 2; 3]": "left is the shape (2, 1) and right the shape (3, 1)",
    r"\left( \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} \right)_{3,1} = 3": "has no entry 3, 1",
    r"([5; 7])_{2,1} = 7": "the shape (2, 1) has no entry with 2 indices",
    r"\mathrm{softmax}(\begin{bmatrix} 1 & 2 \end{bmatrix}) = 1": "softmax does not take the shape (1, 2)",
    r"\max([1; 2], [3; 4]) = [3; 4]": "max of several matrices is not read here",
    r"3^\top = 3": "a number has no transpose",
}
REFUSED = {
    "x = x + 0": "x has no value here; 'numbers' are printed or defined on the page",
    r"2.4 \approx 0": "≈ 0 says nothing",
    r"\exp(\exp(\exp(\exp(9)))) = 1": "this number is too large",
    r"J_k = k^3, \quad k = 0, \dots, 1": "write the cases out",
    r"J_k = k \cdot k": "k has no value here",
    r"2 \frac{1}{2} = 1": "a mixed number",
    "0.1 + 0.2 = 0.30000000000000004": "a number is read to 15 digits on each side of its point; print fewer",
}


@pytest.mark.parametrize("formula", EXACT)
def test_what_is_exactly_so_holds(formula):
    """As rationals and roots, not as floating point."""
    verdict = judge(formula, "numbers")
    assert (verdict.outcome, verdict.badge) == ("exact", "computed exactly by SymPy"), verdict.evidence


@pytest.mark.parametrize("formula", FALSE)
def test_what_is_nearly_so_fails(formula):
    """Rounded numbers are printed behind ≈, and each entry of a matrix counts by itself."""
    assert judge(formula, "numbers").outcome == "fails"
    assert judge("2 = 1.99999999999999", "numbers").evidence.endswith("left is 2.0, right is 1.99999999999999")


@pytest.mark.parametrize(("formula", "message"), SHAPES.items())
def test_shapes_that_do_not_fit_are_said_as_on_runs(formula, message):
    """Printed matrices are computed by the operations of runs, in their words."""
    verdict = judge(formula, "numbers")
    assert (verdict.outcome in ("fails", "refused"), message in verdict.evidence) == (True, True), verdict.evidence


@pytest.mark.parametrize(("formula", "message"), REFUSED.items())
def test_what_is_no_statement_about_numbers_is_refused(formula, message):
    """With the reason."""
    verdict = judge(formula, "numbers", ("J_k = k^2",))
    assert (verdict.outcome, message in verdict.evidence) == ("refused", True), verdict.evidence


def test_a_family_holds_over_a_range_that_is_shown():
    """J_k = k² for k = 0, …, 5, and no other formula that agrees at some of them."""
    family = ("J_k = k^2",)
    assert "for k = 0, …, 5" in judge(r"J_k = k \cdot k, \quad k = 0, \dots, 5", "numbers", family).badge
    verdict = judge(r"J_k = 2 k - 1, \quad k = 1, \dots, 3", "numbers", family)
    assert (verdict.outcome, verdict.evidence[:10]) == ("fails", "at k = 2: ")


def test_within_widens_by_a_tenth_at_most_and_is_shown():
    """A tolerance is a part of what is claimed."""
    assert "≈ within 0.02" in judge(r"\pi \approx 3.15", "numbers within 0.02").badge
    assert "more than a tenth of 12" in judge(r"\pi \approx 12", "numbers within 10").evidence
    assert "more than a tenth of 4" in judge(r"\pi \approx 4", "chain within 1").evidence


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(-(10**6), 10**6), st.integers(0, 9), st.integers(1, 10**4), st.integers(-1, 1))
def test_decimals_are_rationals(mantissa, places, below, off):
    """m 10^−p / q is that fraction, and not the one whose numerator is off by one."""
    text = f"{abs(mantissa) / 10**places:.{places}f}"
    number = Fraction(text)
    right = Fraction(number.numerator + off, number.denominator * below)
    formula = rf"\frac{{{text}}}{{{below}}} = \frac{{{right.numerator}}}{{{right.denominator}}} + 0"
    assert judge(formula, "numbers").outcome == ("exact" if off == 0 else "fails")
