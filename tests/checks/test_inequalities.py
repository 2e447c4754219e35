"""Inequalities between numbers are proved by methods that hold for others, too."""

from contextlib import suppress

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes.checks.deadline import OutOfTimeError, deadline
from rnn_notes.checks.inequalities import holds, vanishes
from rnn_notes.checks.verdicts import judge

PROVED = [
    r"x^2 + 1 > x, \quad x^4 + 1 \ge 2 x^2, \quad x^2 + y^2 + z^2 \ge x y + y z + z x",
    r"e^x \ge 1 + x, \quad e^x > x, \quad e^x \ge e x, \quad \cosh(x) \ge 1 + \frac{x^2}{2}",
    r"\lvert x + y \rvert \le \lvert x \rvert + \lvert y \rvert, \quad \lvert x \rvert \ge x",
    r"-\lvert x \rvert \le x",
    r"\lvert \lvert x \rvert - \lvert y \rvert \rvert \le \lvert x - y \rvert",
    r"\sin(x) \le 1, \quad \sin(x) \cos(x) \le \frac12, \quad \sin(x) + \cos(x) \le \sqrt{2}",
    r"\cos(x) \ge 1 - \frac{x^2}{2}, \quad \sin(x) + 2 \cos(y) \le 3",
    r"\sin(x) < x, \quad x > 0",
    r"\max(x, y) \ge x, \quad \min(x, y) \le \frac{x + y}{2}, \quad \frac{d}{dx} \max(x, y) \le 1",
    r"\sqrt{x} \ge 0, \quad \sqrt{1 + x} \le 1 + \frac{x}{2}",
    r"\frac{x + y}{2} \ge \sqrt{x y}, \quad x \ge 0, \quad y \ge 0",
    r"x^3 + y^3 + z^3 \ge 3 x y z, \quad x > 0, \quad y > 0, \quad z > 0",
    r"0 < \sigma(x) < 1, \quad \sigma'(x) \le \frac14, \quad -1 < \tanh(x) < 1, \quad \lvert \tanh(x) \rvert < 1",
    r"\tanh(x) \le x, \quad x \ge 0",
    r"\ln(x) \le x - 1, \quad \ln(1 + e^x) \ge \max(0, x), \quad \ln(1 + e^x) > 0",
    r"x \ln(x) \ge -\frac1e, \quad p \ln(p / q) \ge p - q, \quad q > 0",
    r"(1 + x)^3 \ge 1 + 3 x, \quad x \ge -1",
    r"e^{-x} \le \frac{1}{1 + x}, \quad x > -1",
    r"e^x \ne 0, \quad x^2 + x + 1 \ne 0",
    r"e^x < e^y, \quad x < y",
    r"\sqrt{1 + x^2} \ge \lvert x \rvert, \quad \sqrt{1 + x^2} > x, \quad 2 \sqrt{x^4 + x^2 + 1} \ge x^2 - 1",
    r"\frac{x}{1 + x^2} \le \frac12, \quad \frac{d}{dx} (x^3 + x) > 0",
    r"\max(x, y) = \frac{x + y + \lvert x - y \rvert}{2}, \quad \mathrm{relu}(x) - \mathrm{relu}(-x) = x",
    r"\mathrm{relu}(x) + \mathrm{relu}(-x) = \lvert x \rvert, \quad \max(x, y) + \min(x, y) = x + y",
]
FALSE = [
    r"x^2 \ge x",
    r"e^x \ge 1 + 2 x",
    r"\lvert x + y \rvert \ge \lvert x \rvert + \lvert y \rvert",
    r"\sqrt{x} > 0",
    r"\sin(x) < 1",
    r"\max(x, y) > x",
    r"\frac{x + y}{2} \ge \sqrt{x y} + \frac{1}{1000}, \quad x > 0, \quad y > 0",
    r"\tanh(x) \le x",
    r"\sqrt{1 + x} \ge x",
    r"\ln(x) < x - 1",
    r"\frac{1}{x} > 0",
    r"\frac{d}{dx} x^3 > 0",
    r"(1 + x)^3 \ge 1 + 3 x",
    r"(x - 13)^2 (x - \frac{111}{10})^2 > 0",
    r"\cos(x) \ge 1 - \frac{x^2}{3}",
    r"\sin(x) + \cos(x) \le \frac{141}{100}",
]


@pytest.mark.slow
@pytest.mark.parametrize("chain", PROVED)
def test_a_true_inequality_is_proved(chain):
    """Squares, discriminants, cases, monotone functions, bounds."""
    verdict = judge(chain, "chain")
    assert verdict.outcome == "proved", verdict.evidence


@pytest.mark.parametrize("chain", FALSE)
def test_a_false_inequality_is_not(chain):
    """Each of the table is false somewhere, though most hold at most places."""
    assert judge(chain, "chain").outcome in ("fails", "refused")


X, Y = sympy.symbols("x y", real=True)
P = sympy.Symbol("p", positive=True)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.integers(-4, 4), min_size=3, max_size=6), st.integers(0, 2))
def test_a_polynomial_is_called_positive_only_if_it_is(coefficients, strictness):
    """Against its exact roots: squares plus a constant are positive; what takes a negative value is not."""
    root = sympy.Poly(coefficients, X).as_expr()
    assert holds(sympy.expand(root**2 + strictness), strictness > 0)
    lowest = min(root.subs(X, sympy.Rational(k, 4)) for k in range(-40, 41))
    if lowest < 0:
        assert not holds(root, False)
    if lowest == 0:
        assert not holds(root, True)


@pytest.mark.slow
@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3), st.sampled_from([sympy.exp, sympy.log, sympy.sin]))
def test_a_mixture_is_called_positive_only_if_it_is(a, b, c, function):
    """a f(p) + b p + c at many points of p > 0: one negative value, and there is no proof."""
    value = a * function(P) + b * P + c
    points = [sympy.Rational(k * k, 50) for k in range(1, 40)]
    if any((value.subs(P, point)).evalf(20) < 0 for point in points):
        with suppress(OutOfTimeError), deadline(3):
            assert not holds(value, False)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, derandomize=True)
@given(*[st.integers(-3, 3)] * 5)
def test_cases_of_absolute_values_are_exact(a, b, c, d, e):
    """Whatever is proved to be zero or nonnegative is so at every point of a grid."""
    value = a * abs(X) + b * abs(X - Y) + c * X + d * sympy.Max(X, Y) + e * Y
    grid = [value.subs({X: x, Y: y}) for x in range(-3, 4) for y in range(-3, 4)]
    assert vanishes(value) == (not any(grid))
    assert holds(value, False) == (min(grid) >= 0)
