"""The checker: values against plain Python, proofs against known falsehoods, verdicts, and what a page author sees."""

import json
import math
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes import activations, cache, gradcheck, lecture
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.checks import latex, prove, runs
from rnn_notes.checks.__main__ import main
from rnn_notes.checks.arrays import ENTRYWISE
from rnn_notes.checks.evaluate import evaluate
from rnn_notes.checks.expressions import BUILT_IN, Expressions
from rnn_notes.checks.pages import Display
from rnn_notes.checks.tape import Run
from rnn_notes.checks.tree import ClaimError, FormulaError, Relation
from rnn_notes.checks.values import Values
from rnn_notes.checks.verdicts import check, judge
from rnn_notes.readout import squared_error

s = 0.7
A, B = np.array([[1.0, 2.0], [-3.0, 5.0]]), np.array([[1.0, 0.5, -2.0], [3.0, -1.0, 4.0]])
u, v, w = np.array([[1.0], [-2.0]]), np.array([[3.0], [0.5]]), np.array([[1.0], [-2.0], [0.25]])
h = [np.array([[float(t)], [t * t - 2.5]]) for t in range(4)]  # h_0 … h_3


def _h(tape, t):
    tape["h", t] = h[t]


TOY = Run(
    sizes={"T": 3, "H": 2},
    parameters={
        "A": A,
        "B": B,
        "u": u,
        "v": v,
        "w": w,
        "s": np.array(s),
        "W_uv": A,
        "q": np.array(2.0),
        "I": np.eye(2),
    },
    given={("h", 0): h[0]},
    formulas=_h,
)


def softmax(a):
    e = [math.exp(x) for x in a[:, 0]]
    return np.array([[x / sum(e)] for x in e])


def sigma(x):
    return 1 / (1 + math.exp(-x))


SCALARS = {
    r"2 + 3 \cdot 4": 14,
    r"2 - 3 - 4": -5,
    r"2 - (3 - 4)": 3,
    r"-2^2": -4,
    r"(-2)^2": 4,
    r"2^{10}": 1024,
    r"2^{-2}": 0.25,
    r"(2^3)^2": 64,
    r"s^2": s * s,
    r"2 s^2 s": 2 * s**3,
    r"\frac{1}{4}": 0.25,
    r"\frac14 s": s / 4,
    r"\frac{1}{2} - \frac{s}{2 s + 1}": 0.5 - s / (2 * s + 1),
    r"1/2": 0.5,
    r"s/2 + 1": s / 2 + 1,
    r"3 \cdot s / 4 \cdot 2": 3 * s / 4 * 2,
    r"2.5 \times 10^{-3}": 0.0025,
    r"\sqrt{2} s": math.sqrt(2) * s,
    r"e^{-s}": math.exp(-s),
    r"e": math.e,
    r"2 \pi s": 2 * math.pi * s,
    r"\exp(s)": math.exp(s),
    r"\log(s)": math.log(s),
    r"\ln(2 s)": math.log(2 * s),
    r"\sin(s)": math.sin(s),
    r"2 \cos s": 2 * math.cos(s),
    r"\cos^2 s": math.cos(s) ** 2,
    r"\cos^2(s) s": math.cos(s) ** 2 * s,
    r"\cos(s)^2": math.cos(s) ** 2,
    r"\sinh(s) \cosh(s)": math.sinh(s) * math.cosh(s),
    r"\tanh(2s)": math.tanh(2 * s),
    r"1 - \tanh s": 1 - math.tanh(s),
    r"\sigma(-s)": sigma(-s),
    r"\sigma'(s)": sigma(s) * (1 - sigma(s)),
    r"\tanh'(s)": 1 - math.tanh(s) ** 2,
    r"\mathrm{relu}(-s)": 0,
    r"\operatorname{ReLU}(s)": s,
    r"\max(s, 1, -2)": 1,
    r"\min(s, 1)": s,
    r"s(1-s)": s * (1 - s),
    r"\left( s + 1 \right)^2": (s + 1) ** 2,
    r"\bigl[ s + 1 \bigr] s": (s + 1) * s,
    r"\lvert -s \rvert": s,
    r"\left| 1 - 2 s \right|": abs(1 - 2 * s),
    r"\underbrace{s}_{\text{small}} + 1": s + 1,
    r"\sum_{k=1}^{3} k": 6,
    r"\sum_{k=1}^3 k s + 1": 6 * s + 1,
    r"2 \sum_{k=1}^{2} k s": 6 * s,
    r"\sum_{k=1}^{2} \sum_{j=1}^{k} j": 4,
    r"\sum_{k=0}^{2} s^k": 1 + s + s * s,
    r"\prod_{k=1}^{4} (k)": 24,
    r"2 \prod_{k=1}^{2} (k + s)": 2 * (1 + s) * (2 + s),
}
OTHERS = {
    r"s q": 2 * s,
    r"A u": A @ u,
    r"2 A u": 2 * (A @ u),
    r"A^\top u": A.T @ u,
    r"A^{\top} A": A.T @ A,
    r"u^\top v": 2.0,
    r"u v^\top": np.array([[3.0, 0.5], [-6.0, -1.0]]),
    r"u^\top A v": (u.T @ A @ v)[0, 0],
    r"A B w": A @ B @ w,
    r"A^2": A @ A,
    r"A^{q} u": A @ A @ u,
    r"A^0": np.eye(2),
    r"u \odot v": np.array([[3.0], [-1.0]]),
    r"A u \odot v + u": (A @ u) * v + u,
    r"u \odot v \odot u": u * v * u,
    r"u / 2": u / 2,
    r"\frac{u}{u^\top u}": u / 5,
    r"1 - u": np.array([[0.0], [3.0]]),
    r"u - \frac12": np.array([[0.5], [-2.5]]),
    r"1 - u^2": np.array([[0.0], [-3.0]]),
    r"-u": -u,
    r"\tanh(A u + v)": np.tanh(A @ u + v),
    r"\sigma'(u)": np.array([[sigma(x) * (1 - sigma(x))] for x in (1, -2)]),
    r"\max(0, u)": np.array([[1.0], [0.0]]),
    r"\max(u)": 1.0,
    r"\mathrm{diag}(u) v": u * v,
    r"\mathrm{softmax}(w)": softmax(w),
    r"\mathrm{softmax}(w)_2": softmax(w)[1, 0],
    r"\lVert u \rVert": math.sqrt(5),
    r"\lVert u \rVert^2": 5,
    r"\lVert A \rVert_F": math.sqrt(1 + 4 + 9 + 25),
    r"\left\| A \right\|_2": math.sqrt(max(np.linalg.eigvalsh(A.T @ A))),
    r"\sigma_{\max}(A)": math.sqrt(max(np.linalg.eigvalsh(A.T @ A))),
    r"\rho(A)": math.sqrt(11),  # its eigenvalues are 3 ± i√2
    r"[u; w]": np.array([[1.0], [-2.0], [1.0], [-2.0], [0.25]]),
    r"\begin{bmatrix} 1 & -2 \\ 0.5 & s \end{bmatrix}": np.array([[1, -2], [0.5, s]]),
    r"\begin{pmatrix} A & B \end{pmatrix} [u; w]": A @ u + B @ w,
    r"W_{uv} u": A @ u,
    r"h_2": np.array([[2.0], [1.5]]),
    r"h_{1+1}": np.array([[2.0], [1.5]]),
    r"h_T - h_{T-1}": h[3] - h[2],
    r"h_{2,1}": 2.0,
    r"u_2": -2.0,
    r"A_{1,2}": 2.0,
    r"(A u)_1": -3.0,
    r"\sum_{t=1}^{T} h_t": h[1] + h[2] + h[3],
    r"u + \sum_{k=2}^{1} h_k": u,
    r"A^\top \sum_{k=1}^{2} h_k": A.T @ (h[1] + h[2]),
    r"u - A^\top \sum_{k=2}^{1} h_k": u,
    r"\prod_{k=1}^{3} (h_k u^\top)": h[1] @ u.T @ h[2] @ u.T @ h[3] @ u.T,
    r"\prod_{k=3}^{1} (h_k u^\top)": h[3] @ u.T @ h[2] @ u.T @ h[1] @ u.T,
    r"\prod_{k=2}^{2} [h_k u^\top] v": h[2] @ u.T @ v,
    r"H + T": 5.0,
}


def tree_of(formula):
    statement, *_ = latex.parse(f"{formula} = 99")
    assert isinstance(statement, Relation)
    return statement.left


@pytest.mark.parametrize(("formula", "expected"), [*SCALARS.items(), *OTHERS.items()])
def test_a_formula_has_the_value_that_plain_python_gives(formula, expected):
    """The table: LaTeX on the left, its value by plain arithmetic on the right, in shape and number."""
    value = Values(TOY, {}, {}).of(tree_of(formula), {})
    assert value.shape == np.shape(expected)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("formula", "expected"), SCALARS.items())
def test_both_back_ends_read_a_formula_alike(formula, expected):
    """SymPy's value of each scalar of the table is the same number."""
    found = Expressions({}).of(tree_of(formula), {})
    assert abs(found.subs(sympy.Symbol("s", real=True), sympy.Rational(7, 10)).evalf(20) - expected) < 1e-12


@pytest.mark.parametrize("name", sorted(set(BUILT_IN) & set(ENTRYWISE)))
def test_the_functions_of_both_back_ends_are_those_of_the_package(name):
    """σ, tanh, relu, exp … mean the same to SymPy, to NumPy and in ``rnn_notes.activations``."""
    for x in (-2.5, -0.3, 0.4, 1.7):
        if name in ("log", "ln"):
            x = abs(x)
        ours = float(ENTRYWISE[name](np.array(x)))
        assert float(BUILT_IN[name](sympy.Rational(str(x)))) == pytest.approx(ours, rel=1e-12)
    assert ENTRYWISE["sigma"] is activations.sigmoid


FAILS = {  # false, or shapes that do not fit
    "A u = A^\\top u": "largest difference",
    "A u = A v": "largest difference",
    "u = w": "left is of shape (2, 1) and right of shape (3, 1)",
    "u + w = u": "the shape (2, 1) and the shape (3, 1) cannot be added",
    "u + s = u": "the shape (2, 1) and a number cannot be added",
    "A + 1 = A": "the shape (2, 2) and a number cannot be added",
    "u v = u": "the shape (2, 1) and the shape (2, 1) cannot be multiplied",
    "B u = u": "the shape (2, 3) and the shape (2, 1) cannot be multiplied",
    r"u \odot w = u": "cannot be multiplied entry by entry",
    r"s \odot s = s": "cannot be multiplied entry by entry",
    r"u^\top \odot v = u": "cannot be multiplied entry by entry",
    r"\frac{u}{v} = u": "a number has to stand below a fraction",
    "s^\\top = s": "a number has no transpose",
    "B^2 = B": "has no power",
    "A^{-1} = A": "has no meaning here",
    "2^u = u": r"an exponent has to be a number, not the shape (2, 1); write \exp",
    r"\tanh(A) = A": "tanh does not take the shape (2, 2)",
    r"\mathrm{diag}(A) = A": "diag does not take the shape (2, 2)",
    r"\mathrm{softmax}(s) = s": "softmax does not take a number",
    r"\begin{bmatrix} A & w \end{bmatrix} = A": "do not fit together",
    "h_4 = h_3": "h has no step 4, only 0 to 3",
    "h_{-1} = h_3": "h has no step -1",
    "u_3 = 1": "no entry [3]",
    "u_0 = 1": "no entry [0]",
    "h_t = h_{t-2}": "at t = 1:\nh has no step -1",
    r"\frac{1}{0} = \frac{2}{0}": "not finite",
    r"0 \cdot \log(0) = 0": "not finite",
    r"\sum_{k=3}^{1} k = 0": "this sum runs from 3 to 1",
    r"s < 0.7": "largest difference 0",
    r"s > s + 10^{-12}": "largest difference",
    r"\lVert u \rVert \le 2.236": "left  2.23607",
    r"0.5 \approx s": "largest difference 0.2",
    r"0.44 \approx 0.5": "largest difference 0.06",
    r"\max(u, w) = u": "max does not take the shape (2, 1) and the shape (3, 1)",
    "A \\in \\mathbb{R}^{3 \\times 2}": "the shape is (2, 2), not (3, 2)",
    "u \\in \\mathbb{R}^{H \\times H}": "the shape is (2, 1), not (2, 2)",
    "s \\in \\mathbb{R}^{H}": "the shape is (), not (2,)",
    "h \\in \\mathbb{R}^{T}": "the shape is (2, 1), not (3,)",
    r"h_t = h_t + 0 u, \quad t < 1": "no values of the indices meet the conditions",
}
UNKNOWN = {  # understood as LaTeX, but not on this run
    "z = 1": "z is not known in this run; known are A, B, H, I, T, W_uv, h, q, s, u, v, w",
    "W_{ab} = A": "W_ab is not known in this run",
    "h = u": "h has a value at every step; give it an index",
    "h_{t} = u_{xy}": "u_xy is not known in this run",
    "A_1 = u": "A with 1 more indices is not known in this run",
    "h_{1/2} = u": "an index or a count has to be a whole number, not 0.5",
    "h_{s} = u": "an index or a count has to be a whole number, not 0.7",
    r"\mathrm{softmux}(u) = u": "softmux of 1 arguments is not known; known are cos, cosh, diag, exp",
    r"\mathrm{diag}'(u) = A": "diag' of 1 arguments is not known",
    r"\tanh(u, v) = u": "tanh of 2 arguments is not known",
    r"\sum_{u=1}^{2} u = 3": "u is a symbol of this run; take another letter",
    r"\lVert s \rVert = s": "a norm is that of a column or matrix",
    r"\lVert u \rVert_3 = s": "a norm is that of a column or matrix",
    r"\frac{d}{ds} (s^2) = 2 s": "a symbol is needed here",
    r"\frac{\partial u}{\partial v} = I": "this derivative is not known",
    r"\frac{\partial^{+} h_t}{\partial h_t} = I": "this derivative is not known",
    r"\frac{\partial h_t}{\partial A} = I": "the derivative of a column by a matrix has three axes",
    "h_{10^{999}} = u": "an index or a count has to be a whole number, not inf",
    "u^{(1)} = u": "the weights as used at step t, stands below a derivative only",
    r"h_t = h_t + 0 u, \quad t \approx 1": "a condition compares indices, as in s<t",
    r"u \approx u + 0.5": "≈ needs printed numbers on one side",
    r"u \approx v": "≈ needs printed numbers on one side, or 'within 0.01' in the mark",
    r"h_t = h_t + 0 u, \quad u_1 = 1, \quad k = 1, \dots, T": "there is a condition on k but no formula with k",
    r"\sum_{k=1}^{999} \sum_{j=1}^{999} k = 1": "this takes too long to evaluate",
}


@pytest.mark.parametrize(("claim", "message"), FAILS.items())
def test_what_does_not_hold_fails_with_the_numbers(claim, message):
    """Each claim of the table is false on the toy run, or its shapes do not fit."""
    with pytest.raises(ClaimError) as error:
        evaluate(latex.parse(claim), TOY)
    assert message in str(error.value)


@pytest.mark.parametrize(("claim", "message"), UNKNOWN.items())
def test_what_a_run_does_not_know_is_refused(claim, message):
    """Each formula of the table cannot be evaluated, and the words say why."""
    with pytest.raises(FormulaError) as error:
        evaluate(latex.parse(claim), TOY)
    assert message in str(error.value)
    assert not isinstance(error.value, ClaimError)


@pytest.mark.parametrize(
    "claim",
    [
        r"s \le 0.7, \quad 0.7 \ge s, \quad s < 0.71, \quad s > 0.69",
        r"0 < \sigma(u) < 1",
        r"\sum_{k=2}^{1} h_k = 0",
        r"s \approx 0.7, \quad s \approx 0.70, \quad s \approx 1, \quad 0.2 + 0.50 \approx s",
        r"\sigma(s) \approx 6.68 \times 10^{-1}",
        r"A u \approx -\begin{bmatrix} 3.0 \\ 13 \end{bmatrix}",
        r"W_{uv}, A \in \mathbb{R}^{2 \times H}, \quad h, u \in \mathbb{R}^{H}, \quad s \in \mathbb{R}",
        r"B \in \mathbb{R}^{H \times (H+1)}",
        r"h_{t,1} = t",
        r"h_t - h_{t-1} = \begin{bmatrix} 1 \\ 2 t - 1 \end{bmatrix}",
        r"h_{t+1} = h_t + h_1 - h_0 + 2 t \begin{bmatrix} 0 \\ 1 \end{bmatrix}, \quad t < T",
        r"h_{t+1,1} = t + 1 \quad \text{for } t = 0, \dots, T-1",
    ],
)
def test_what_holds_is_accepted(claim):
    """True claims of every kind pass on the toy run."""
    evaluate(latex.parse(claim), TOY)


def test_free_indices_take_every_value():
    """A time index runs over 1 … T, an entry over all entries, and a condition narrows them."""
    assert evaluate(latex.parse("h_{t,k} = h_{t,k} + 0"), TOY).cases == 6
    claim = latex.parse("h_t - h_r = -(h_r - h_t)")
    assert evaluate(claim, TOY).cases == 9
    assert evaluate(claim, TOY, latex.parse("r<t")).cases == 3
    assert evaluate(claim, TOY, latex.parse(r"0 \le r < t")).cases == 6
    assert evaluate((*claim, *latex.parse(r"a = b, \quad t = 2, \dots, T")[1:]), TOY).cases == 6
    assert evaluate((*claim, *latex.parse(r"a = b, \quad r = 0, \dots, t")[1:]), TOY).cases == 9
    assert evaluate(claim, TOY).indices == {"r", "t"}


def test_a_condition_does_not_excuse_a_claim_without_its_indices():
    """Under r < t the claim about t alone has to hold at t = 1 too, where no r is below it."""
    claims = r"h_{t,1} = t + (t - 2) (t - 3), \quad h_t - h_r = -(h_r - h_t), \quad r < t"
    with pytest.raises(ClaimError, match="at t = 1:"):
        evaluate(latex.parse(claims), TOY)


def test_a_false_claim_at_a_single_value_is_found():
    """One wrong step of three is enough to fail, and the evidence names it."""
    with pytest.raises(ClaimError, match=r"at t = 3:"):
        evaluate(latex.parse("h_{t,1} = t + t (t - 1) (t - 2)"), TOY)


def test_a_time_series_does_not_wrap_around():
    """h_{t-1} at the first step is h_0, and beyond it there is nothing, not the last one."""
    with pytest.raises(ClaimError, match="for which indices this is meant"):
        evaluate(latex.parse("h_{t-2} = h_{t-2} + 0 u"), TOY)


SIGMA = r"\sigma(x) = \frac{1}{1 + e^{-x}}"
PROVED = [
    r"\frac{d}{dx} \sigma(x) = \sigma(x) (1 - \sigma(x))",
    r"\sigma'(x) = \frac{e^{-x}}{(1 + e^{-x})^2}, \quad \sigma'(0) = \frac14",
    r"\tanh x = 2 \sigma(2x) - 1, \quad \tanh'(x) = 1 - \tanh^2(x)",
    r"0 < \sigma(x) < 1, \quad \sigma'(x) \le \frac14, \quad -1 < \tanh(x) < 1",
    r"x^2 - 2 x y + y^2 \ge 0, \quad e^x > 0, \quad x^2 \ge 0, \quad x^2 + 1 > 0, \quad \lvert x \rvert \ge 0",
    r"\max(0, x) \ge 0, \quad \cosh(x) \ge 1",
    r"\sin(x)^2 + \cos(x)^2 = 1, \quad \sinh(x)^2 = \cosh(x)^2 - 1",
    r"3 \cdot 4 + 3 \cdot 3 + 3 = 24",
    r"\sum_{k=1}^{4} k^2 = 30, \quad \prod_{k=1}^{4} (k) = 24, \quad \sum_{k=0}^{2} x^k = 1 + x + x^2",
    r"\frac{d}{dx} (x^2 y) = 2 x y, \quad \frac{\partial}{\partial y} (x^2 y) = x^2",
    r"\frac{d}{dh_t} (h_t^2 + h_{t-1}) = 2 h_t",
    r"\sigma(2) \approx 0.881, \quad \frac{1}{1024} \approx 9.8 \times 10^{-4}",
    r"\prod_{k=3}^{1} (k + x) = (x + 3) (x + 2) (x + 1)",
    r"\log(e^x) = x, \quad (1/2)^{-1} = 2, \quad \sqrt{x^2} = \lvert x \rvert",
    r"e^{2x} - 1 = (e^x - 1) (e^x + 1), \quad e^{x + y} = e^x e^y",
    r"\pi > 3",
]
NOT_PROVED = {
    r"\frac{d}{dx} \sigma(x) = \sigma(x) (1 + \sigma(x))": "step 1 of 1: at x = ",
    r"x + 1 = x + 1 + 0 = x + 2": "step 2 of 2: at x = 3/7: left is 1.42857142857, right is 2.42857142857",
    r"3 \cdot 4 = 13": "left is 12.0000000000, right is 13.0000000000",
    r"\sqrt{x^2} = x": "at x = -5/11",
    r"\log(x^2) = 2 \log(x)": "right is undefined",
    r"\sigma(x) < \frac12": "at x = 3/7",
    r"x^2 > 0": "at x = 0",
    r"\sigma'(x) < \frac14": "at x = 0",
    r"x^2 \ge x": "at x = 3/7",
    r"x (x - 1) (x - 2) + x = x + x (x - 1) (x - 3)": "at x = ",
    r"(x - 3)^2 > 0": "points agree but no proof of > is found",
    r"e^x \ge 1 + x": "points agree but no proof of ≥ is found; put a step in between",
    r"\sigma(2) \approx 0.882": "right is 0.882",
    r"\frac{1}{0} = 1": "this divides by zero",
    r"0^{-1} = 1": "this divides by zero",
    r"\frac{1}{x - x} = 1": "this divides by zero",
    r"\sqrt{-1 - x^2} = \sqrt{-2 - x^2}": "not enough points where both sides are defined",
}
NO_CHAIN = {
    r"W^\top x = x": "a chain is about numbers; check vectors and matrices against a run",
    r"a \odot b = c": "a chain is about numbers",
    r"x \in \mathbb{R}": "a chain has steps with = or < only",
    r"\mathrm{softmax}(x) = 1": "softmax of 1 arguments is not known; introduce it by a display '% check: define'",
    r"\tanh(x, y) = 1": "tanh of 2 arguments is not known",
    r"\sum_{k=1}^{n} k = n": "in a chain the bounds of a sum are numbers",
    r"\sum_{k=1}^{9999} k = 1": "this is too long for a proof",
    r"x^{1000} = 1": "this power is too large; exponents go to 100",
    r"(((9^{99})^{99})^{99})^{99} = 1": "this power is too large",
    r"x \approx 0.5": "≈ needs a printed number on one side and no letters",
    r"\frac{d}{du} u = 1": "a derivative is taken by a letter without definition",
    r"\max'(x, y) = 1": "max' is known for functions of one argument",
}


@pytest.mark.parametrize("chain", PROVED)
def test_a_true_chain_is_proved(chain):
    """Each chain of the table is true for all real numbers, and SymPy finds the proof of every step."""
    assert judge(chain, "chain", (SIGMA,)).outcome == "proved"


@pytest.mark.parametrize(("chain", "message"), NOT_PROVED.items())
def test_a_step_that_is_false_or_has_no_proof_fails(chain, message):
    """Each chain of the table fails, with a counterexample or for want of a proof."""
    verdict = judge(chain, "chain", (SIGMA,))
    assert (verdict.outcome, message in verdict.evidence) == ("fails", True), verdict.evidence


@pytest.mark.parametrize(("chain", "message"), NO_CHAIN.items())
def test_what_is_no_scalar_chain_is_refused(chain, message):
    """Vectors, unknown functions and powers beyond all bounds are refused before SymPy sees them."""
    verdict = judge(chain, "chain", ("u = x + 1",))
    assert (verdict.outcome, message in verdict.evidence) == ("refused", True), verdict.evidence


def test_numbers_that_agree_are_no_proof():
    """A function that vanishes at every point that is tried is not zero, and is not taken for zero."""
    points = sorted(set(prove.POINTS))
    zero = " ".join(f"(x - {p.p}/{p.q})".replace("- -", "+ ") for p in points)
    verdict = judge(f"{zero} = 0", "chain")
    assert verdict.outcome == "fails"
    assert "points agree but no proof" in verdict.evidence


def test_a_proof_that_takes_too_long_ends(monkeypatch):
    """The search for a proof is cut off, and the step fails."""
    monkeypatch.setattr(prove, "SECONDS", 0.2)
    start = time.process_time()
    square = "((a + b + c)^2 + 2 (a + b + c) (f + g) + (f + g)^2)"
    verdict = judge(f"(a + b + c + f + g)^{{60}} = {square}^{{30}}", "chain")
    assert verdict.evidence == "step 1 of 1: no proof is found in 0.2 seconds; put a step in between"
    assert time.process_time() - start < 5


def test_a_proof_works_in_any_thread():
    """Outside the main thread, as in a web server, there is no deadline but the same verdict."""
    with ThreadPoolExecutor() as pool:
        assert pool.submit(judge, "x + x = 2 x + 0", "chain").result().outcome == "proved"


def test_a_matrix_that_grows_beyond_all_bounds_is_refused():
    """Definitions that double a column again and again end before the memory does."""
    doubled = ["f(x) = [x; x]", *(f"{b}(x) = {a}({a}({a}({a}({a}({a}(x))))))" for a, b in ["fg", "gk", "kp"])]
    verdict = judge("p(u) = p(u) + 0", "numbers", (*doubled, r"u = \begin{bmatrix} 1 \\ 2 \end{bmatrix}"))
    assert verdict.evidence == "this matrix is too large"


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.recursive(
        st.sampled_from(["x", "y", "2", "0.5", "e", "3"]),
        lambda part: st.one_of(
            st.tuples(part, st.sampled_from(["+", "-", r"\cdot"]), part).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
            part.map(lambda p: rf"\tanh({p})"),
            part.map(lambda p: rf"\frac{{{p}}}{{7}}"),
            part.map(lambda p: f"({p})^2"),
        ),
        max_leaves=6,
    )
)
def test_both_back_ends_agree_on_any_formula(formula):
    """Random scalar formulas have one value, read with NumPy or with SymPy."""
    run = Run({}, {"x": np.array(0.3), "y": np.array(-1.25)})
    tree = tree_of(formula)
    value = float(Values(run, {}, {}).of(tree, {}))
    x, y = sympy.symbols("x y", real=True)
    exact = Expressions({}).of(tree, {}).subs({x: sympy.Rational(3, 10), y: sympy.Rational(-5, 4)})
    assert value == pytest.approx(float(exact.evalf(30)), rel=1e-12, abs=1e-12)


def test_a_definition_has_to_agree_with_the_package():
    """σ, tanh, relu and softmax are compared with ``rnn_notes.activations``; a wrong one fails."""
    softmax = r"\mathrm{softmax}(a)_k = \frac{e^{a_k}}{\sum_{j=1}^{n} e^{a_j}}"
    for definition, name in [
        (SIGMA, "sigmoid"),
        (r"\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}", "tanh"),
        (r"\mathrm{relu}(x) = \max(0, x)", "relu"),
        (softmax, "softmax"),
    ]:
        verdict = judge(definition, "define")
        assert verdict.outcome == "defined", verdict.evidence
        assert f"agrees with rnn_notes.activations.{name}" in verdict.summary
    for definition in [SIGMA.replace("-x", "x"), softmax.replace("a_j", "a_k"), r"\mathrm{relu}(x) = \max(1, x)"]:
        assert judge(definition, "define").outcome == "fails"


def test_a_definition_without_counterpart_says_so_and_is_known_afterwards():
    """f is a product before its definition, and a function after it."""
    f = "f(x, y) = y^2 - 2 y \\cos x"
    assert judge(f, "define").summary == "define, the page's own f, without counterpart in the package"
    assert judge(r"\frac{\partial f}{\partial x} = 2 y \sin x", "chain", (f,)).outcome == "proved"
    assert judge("f(0, 3) = 3", "chain", (f,)).outcome == "proved"
    assert judge("f(0, 3) = 3", "numbers", (f,)).outcome == "evaluated"
    assert judge("f(0, 3) = 3", "chain").outcome == "refused"


def test_symbols_and_families_can_be_defined_too():
    """u stands for its formula in a chain, and J_k for its own on a run."""
    assert judge("u^2 = 1 + 2 e^{-x} + e^{-2x}", "chain", ("u = 1 + e^{-x}",)).outcome == "proved"
    assert judge("J_2 = 4 + J_0", "chain", ("J_k = k^2",)).outcome == "proved"
    J = r"J_k = \mathrm{diag}(1 - h_k \odot h_k) W_{hh}"
    assert judge(J, "define").outcome == "defined"
    product = r"\frac{\partial h_t}{\partial h_s} = \prod_{k=t}^{s+1} (J_k)"
    assert judge(product, "rnn s<t", (J,)).outcome == "evaluated"
    assert judge(product, "rnn s<t", (J.replace("1 -", "2 -"),)).outcome == "fails"


def test_what_a_page_defines_cannot_stand_for_what_a_run_knows():
    """A page that defines h for itself cannot check a formula with h on a run: which one would it be?"""
    verdict = judge(r"h_t = \tanh(a_t)", "rnn", (r"h_k = \tanh(a_k)",))
    assert verdict.outcome == "refused"
    assert "h is a symbol of this run and defined on the page too" in verdict.evidence


def test_an_argument_is_not_taken_for_a_definition_of_the_same_letter():
    """In f(u) = u² the u is the argument, though the page has defined another u."""
    for mark in ("chain", "numbers"):
        assert judge("f(3) = 9", mark, ("u = 2", "f(u) = u^2")).outcome in ("proved", "evaluated")


def test_a_definition_by_entries_is_not_unfolded_in_a_chain():
    """softmax(x) = softmax(y) is not proved by forgetting the arguments."""
    softmax = r"\mathrm{softmax}(a)_k = \frac{e^{a_k}}{\sum_{j=1}^{n} e^{a_j}}"
    assert judge(r"\mathrm{softmax}(x) = \mathrm{softmax}(y)", "chain", (softmax,)).outcome == "refused"
    assert judge("f(x) = f(y)", "chain", ("f(a) = a_1",)).outcome == "refused"
    assert judge(r"\mathrm{row}(x) = \mathrm{row}(y)", "chain", (r"\mathrm{row}(a)_k = k",)).outcome == "refused"


@pytest.mark.parametrize(
    ("definition", "message"),
    {
        "f(x) = x, \\quad g = 1": "a definition is one equation",
        "f(x) < x": "a definition is one equation",
        "f(x + 1) = x": "the arguments of f are different letters where it is defined",
        "f(x, x) = x": "the arguments of f are different letters where it is defined",
        "e = 3": "e has a meaning already",
        r"\max(x, y) = x": "max has a meaning already",
        "2 f = x": "a definition has a new symbol on its left",
        "f(x) = 1 + f(x - 1)": "f is defined by itself",
        r"\sigma(x) = 1 / (1 + e^{-x})": "sigma has a meaning already; write this as a chain",
    }.items(),
)
def test_what_is_no_definition_is_refused(definition, message):
    """Each definition of the table is refused with the reason."""
    verdict = judge(definition, "define", (SIGMA,))
    assert (verdict.outcome, message in verdict.evidence) == ("refused", True), verdict.evidence


def test_a_definition_takes_its_number_of_arguments():
    """f of three arguments is refused where f has two."""
    for mark in ("chain", "numbers"):
        verdict = judge("f(1, 2, 3) = 6", mark, ("f(x, y) = x y",))
        assert "f takes 2 arguments, not 3" in verdict.evidence


MARKS = {
    None: "the first line of a display says how it is checked: '% check: ' and chain, define, shapes",
    "": "the first line of a display says how it is checked",
    "lstn": "or a run (lecture, rnn, lstm, gru, linear, feedforward, numbers, layers); not 'lstn'",
    "skip": "say why this display is skipped: '% check: skip: reason'",
    "skip:": "say why this display is skipped",
    "rnn s<": "the mark ends in 's<', which is no condition such as s<t: the formula ends too early",
    "rnn at once": "the mark ends in 'at once', which is no condition",
    "rnn within 0.1": "'within' is the tolerance of ≈, which is not in the formula",
    "chain within 0.1": "'within' is the tolerance of ≈, which is not in the formula",
    "chain x>0": "chain takes no conditions, but the mark ends in 'x>0'",
    "define x>0": "define takes no conditions",
    "rnn u<t": "there is a condition on t, u but no formula with t, u",
    "shapes": r"shapes are stated as W \in \mathbb{R}^{H \times D}",
    "shapes nothing": "not 'nothing'",
}


@pytest.mark.parametrize(("mark", "message"), MARKS.items())
def test_a_wrong_mark_is_refused_with_what_is_possible(mark, message):
    """A display without a mark, or with one that is not known, is an error."""
    verdict = judge("h_t = \\tanh(a_t)", mark)
    assert (verdict.outcome, message in verdict.evidence) == ("refused", True), verdict.evidence


def test_what_is_skipped_says_why():
    """The reason is in the summary and, for readers, in the badge."""
    verdict = judge("anything at all", "skip: an example of a false formula")
    assert (verdict.outcome, verdict.summary) == ("skipped", "an example of a false formula")
    assert verdict.badge == "not checked: an example of a false formula"


def test_a_mark_may_state_the_tolerance():
    """``within`` widens ≈ beyond the last digit printed."""
    display = r"h_1 \approx \begin{bmatrix} -0.27 \\ 0.27 \\ 0.21 \end{bmatrix}"
    assert judge(display, "lecture").outcome == "fails"
    assert judge(display, "lecture within 0.01").outcome == "evaluated"


def test_rounded_terms_of_a_sum_may_each_be_off_by_half_a_unit():
    """In 0.050 + 0.061 + 0.2 the third number is exact, so the sum may be off by two halves."""
    run = Run({}, {"q": np.array(0.312)})
    evaluate(latex.parse(r"q \approx 0.050 + 0.061 + 0.2"), run)
    with pytest.raises(ClaimError):
        evaluate(latex.parse(r"q \approx 0.050 + 0.060 + 0.2"), run)


def test_verdicts_say_in_words_what_was_checked():
    """Summaries for the command line, badges for readers."""
    chain = judge("x + x = 2 x = x + x + 0", "chain")
    assert (chain.summary, chain.badge) == ("chain, 2 steps proved", "each of 2 steps proved by SymPy")
    rnn = judge(r"h_t = \tanh(a_t)", "rnn")
    assert rnn.summary.startswith("rnn, 1 free index, max difference ")
    assert rnn.badge.startswith("evaluated on three RNN runs at 15 values of t, largest difference ")
    bound = judge(r"\lVert h_t \rVert < H", "lecture")
    assert (bound.summary, bound.badge) == (
        "lecture, 1 free index",
        "evaluated on the lecture's network at 5 values of t",
    )
    shape = judge(r"W_{xf} \in \mathbb{R}^{H \times D}", "shapes lstm")
    assert (shape.outcome, shape.badge) == ("shapes", "shapes compared with three LSTM runs")


def test_hostile_displays_end_at_once():
    """Whatever the mark, hostile text ends in a refusal within two seconds, and nothing of it is run as Python."""
    texts = [
        "a = " + "{" * 10_000 + "}" * 10_000,
        "x" * 1_000_000,
        "\x00\x1b[2J = 1",
        "x = " + "(x + " * 39 + "x" + ")" * 39,
        r"9^{9^{9^{9}}} = 1",
        r"\prod_{k=1}^{1000} (\prod_{j=1}^{1000} (k j)) = 1",
        "1 = " + r"\sum_{i=1}^{9} " * 250 + "1",
        "1 = " + r"\tanh x " * 400,
        "1 = " + "x + " * 1200 + "x",
        "__import__('os').system('true') = 1",
        r"\mathrm{eval}(2 x) = 1",
    ]
    for mark in ("chain", "define", "rnn", "shapes"):
        for text in texts:
            start = time.process_time()
            verdict = judge(text, mark)
            assert verdict.outcome in ("refused", "fails"), (mark, text[:40])
            assert time.process_time() - start < 2, (mark, text[:40])


PIECES = [
    *[
        "a",
        "h_t",
        "x_t",
        "W_{hh}",
        "L",
        "T",
        "t",
        "k",
        "2",
        "0.5",
        " + ",
        " - ",
        " = ",
        " < ",
        "(",
        ")",
        "[",
        "]",
        "^2",
    ],
    *[
        "^{-1}",
        "^{t}",
        "_{t-1}",
        "_k",
        "e^",
        r"\sum_{k=1}^{3} ",
        r"\prod_{k=3}^{1} ",
        r"\tanh",
        r"\log",
        r"^\top",
        r"\odot ",
    ],
    *[
        r"\frac{1}{2}",
        r"\frac{d}{dx} ",
        r"\frac{\partial L}{\partial h_t}",
        r"\approx ",
        r"\in \mathbb{R}^{H}",
        r"\quad ",
    ],
    *[
        r"\lVert h_t \rVert",
        r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}",
        r"\max(0, x)",
        "t = 1, \\dots, T",
        "f(x)",
        "10^{99}",
    ],
]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=10).map("".join),
    st.sampled_from(["chain", "define", "rnn", "rnn s<t", "lecture", "shapes", "numbers", "layers"]),
)
def test_any_display_gets_a_verdict(text, mark):
    """Whatever stands in a display, something comes of it, and no exception."""
    assert judge(text, mark).outcome in ("proved", "evaluated", "shapes", "defined", "fails", "refused")
    assert judge(f"{text} = {text} + a", mark, ("f(x) = x^2",)).summary


NAMES = [name for name in runs.RUNS if name not in ("numbers", "layers")]


@pytest.mark.parametrize("name", NAMES)
def test_runs_are_generic(name):
    """Sizes differ, T is at least 4, no number is zero, W_hh is not symmetric: what would let a mistake through."""
    for run in runs.named(name):
        assert len(set(run.sizes.values())) == 5
        assert run.T >= 4
        for symbol, value in run.parameters.items():
            assert symbol == "I" or (value != 0).all()
            assert value.shape[0] != value.shape[1] or symbol == "I" or not np.allclose(value, value.T)
        assert name == "lecture" or all((value != 0).all() for value in run.given.values())


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru", "linear"])
def test_runs_have_recurrent_weights_on_both_sides_of_one(name):
    """One run with norms below 1 and two above, or an inequality could hold by luck."""
    norms = [
        [np.linalg.norm(w, 2) for n, w in run.parameters.items() if n[:3] == "W_h" and n != "W_hy"]
        for run in runs.named(name)
    ]
    assert max(norms[0]) < 1 < min(norms[1] + norms[2])


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
def test_a_cell_that_computes_something_else_is_found(kind, monkeypatch):
    """The formulas of the runs are compared with the package's forward pass; a changed one is an error."""
    forward = kind.forward

    def wrong(self, x, *state):
        return forward(self, x * 1.000001, *state)

    monkeypatch.setattr(kind, "forward", wrong)
    with pytest.raises(AssertionError, match=f"{kind.__name__}.forward gives another"):
        runs._generic(kind, 1, 0.8, T=4, D=3, H=5, O=2)


@pytest.mark.parametrize("name", ["lecture", "rnn", "lstm", "gru"])
def test_derivatives_by_weights_are_those_of_the_whole_program(name):
    """∂L/∂W of a run is the complex step through all of forward, readout and loss."""
    for run in runs.named(name):
        tape = run.tape()
        for weight in [n for n in run.parameters if n[0] in "Wb"][::3]:

            def loss(value, run=run, weight=weight):
                other = Run(run.sizes, run.parameters | {weight: value}, run.given, run.formulas)
                return sum(other.tape().steps["L"].values())

            expected = gradcheck.complex_step(loss, tape[weight])
            np.testing.assert_allclose(run.derivative(("L", None), (weight, None)), expected, rtol=1e-12)
            copies = sum(run.derivative(("L", None), (weight, None), at=t) for t in range(1, run.T + 1))
            np.testing.assert_allclose(copies, expected, rtol=1e-10, atol=1e-15)


def test_derivatives_by_a_state_are_those_of_running_on_from_it():
    """∂L/∂h_2 of the lecture's network: change h_2 by hand, run on by ``step``, and see what the loss does."""
    (run,) = runs.named("lecture")
    cell, readout = lecture.rnn, lecture.readout
    h = cell.forward(lecture.x).h

    def later_loss(h_2):
        states = [h_2]
        for t in (3, 4, 5):
            states.append(np.tanh(lecture.x[t - 1] @ cell.W_xh.T + states[-1] @ cell.W_hh.T + cell.b_h))
        y = np.stack(states) @ readout.W_hy.T + readout.b_y
        return squared_error(y, lecture.target[1:])[0]

    expected = gradcheck.complex_step(later_loss, h[2])
    np.testing.assert_allclose(run.derivative(("L", None), ("h", 2)).T, expected, rtol=1e-12)


def test_an_immediate_derivative_holds_everything_else_fixed():
    """By hand: ∂⁺h_t/∂b = diag(1 − h_t²) for the RNN, ∂⁺c_t/∂c_{t−1} = diag(f_t), ∂⁺h_t/∂h_{t−1} = diag(z_t)."""
    for name, claim in [
        ("rnn", r"\frac{\partial^{+} h_t}{\partial b_h} = \mathrm{diag}(1 - h_t^2)"),
        ("rnn", r"\frac{\partial^{+} h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2) W_{hh}"),
        ("lstm", r"\frac{\partial^{+} c_t}{\partial c_{t-1}} = \mathrm{diag}(f_t)"),
        ("lstm", r"\frac{\partial^{+} f_t}{\partial b_f} = \mathrm{diag}(\sigma'(a_{f,t}))"),
        ("gru", r"\frac{\partial^{+} h_t}{\partial h_{t-1}} = \mathrm{diag}(z_t)"),
        ("gru", r"\frac{\partial^{+} n_t}{\partial h_{t-1}} = \mathrm{diag}((1 - n_t^2) \odot r_t) W_{hn}"),
    ]:
        assert judge(claim, name).outcome == "evaluated", judge(claim, name).evidence
        assert judge(claim.replace("^{+}", ""), name).outcome == ("evaluated" if "W_{hh}" in claim else "fails")


TRUE_OR_FALSE = [  # mark, formula, and a false one that differs by one symbol
    ("rnn", r"h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h)", ("t-1", "t")),
    ("rnn", r"y_t = W_{hy} h_t + b_y", ("h_t", "h_{t-1}")),
    ("rnn", r"L = \sum_{t=1}^{T} L_t", ("t=1", "t=2")),
    ("rnn", r"L_t = \frac12 \lVert y_t - \hat{y}_t \rVert^2", ("12", "13")),
    ("rnn", r"\delta_t = (1 - h_t \odot h_t) \odot \frac{\partial L}{\partial h_t}", ("1 -", "1 +")),
    ("rnn", r"\frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^{T} \delta_t h_{t-1}^\top", ("h_{t-1}", "h_t")),
    ("rnn", r"\frac{\partial L}{\partial W_{xh}} = \sum_{t=1}^{T} \delta_t x_t^\top", (r"^\top", "")),
    ("rnn", r"\frac{\partial L}{\partial W_{hh}^{(t)}} = \delta_t h_{t-1}^\top", ("(t)", "(t-1)")),
    ("rnn", r"\frac{\partial L}{\partial h_T} = W_{hy}^\top (y_T - \hat{y}_T)", ("T)", "1)")),
    (
        "rnn t<T",
        r"\frac{\partial L}{\partial h_t} = W_{hy}^\top (y_t - \hat{y}_t) + W_{hh}^\top \delta_{t+1}",
        (r"W_{hh}^\top", "W_{hh}"),
    ),
    (
        "rnn s<t",
        r"\frac{\partial h_t}{\partial h_s} = \prod_{k=t}^{s+1} (\mathrm{diag}(1 - h_k^2) W_{hh})",
        ("k=t}^{s+1}", "k=s+1}^{t}"),
    ),
    ("rnn s<t", r"\lVert \frac{\partial h_t}{\partial h_s} \rVert \le \sigma_{\max}(W_{hh})^{t-s}", ("t-s", "s-t")),
    ("rnn s<t", r"\lVert \frac{\partial h_t}{\partial h_s} \rVert \le \lVert W_{hh} \rVert^{t-s}", (r"\le", r"\ge")),
    ("lstm", r"f_t = \sigma([W_{xf}^\top; W_{hf}^\top]^\top [x_t; h_{t-1}] + b_f)", ("h_{t-1}", "c_{t-1}")),
    ("lstm", r"c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t", ("i_t", "o_t")),
    ("lstm", r"h_t = o_t \odot \tanh(c_t)", (r"\tanh", r"\sigma")),
    (
        "lstm t<T",
        r"\frac{\partial L}{\partial c_t} = \frac{\partial L}{\partial h_t} \odot o_t \odot \tanh'(c_t)"
        r" + f_{t+1} \odot \frac{\partial L}{\partial c_{t+1}}",
        (r"f_{t+1} \odot", ""),
    ),
    ("lstm", r"\frac{\partial L}{\partial W_{hf}} = \sum_{t=1}^{T} \delta_{f,t} h_{t-1}^\top", ("f,t", "i,t")),
    ("gru", r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}", ("1 - z_t", "z_t - 1")),
    ("gru", r"n_t = \tanh(W_{xn} x_t + b_n + r_t \odot (W_{hn} h_{t-1} + b_{hn}))", ("+ b_{hn}", "- b_{hn}")),
    ("linear", r"h_T = W_{hh}^T h_0 + \sum_{t=1}^{T} W_{hh}^{T-t} (W_{xh} x_t + b_h)", (r"W_{hh}^T", r"W_{hh}^\top")),
    ("feedforward", r"y_t = W_{hy} \tanh(W_{xh} x_t + b_h) + b_y", ("+ b_h", "")),
    ("layers", r"W_2 (W_1 x + b_1) + b_2 = (W_2 W_1) x + (W_2 b_1 + b_2)", ("W_2 b_1", "b_1")),
    ("lecture", r"h_1 \approx \begin{bmatrix} -0.273 \\ 0.264 \\ 0.207 \end{bmatrix}", ("0.207", "0.208")),
    ("lecture", r"H D + H^2 + H + O H + O = 32", ("H^2", "H")),
    (
        "numbers",
        r"\begin{bmatrix} 0.5 & 10 \\ 0 & 0.5 \end{bmatrix}^2 = \begin{bmatrix} 0.25 & 10 \\ 0 & 0.25 \end{bmatrix}",
        ("^2", "^3"),
    ),
    ("shapes lstm", r"W_{xi}, W_{xc} \in \mathbb{R}^{H \times D}", (r"H \times D", r"D \times H")),
]


@pytest.mark.parametrize(("mark", "formula", "edit"), TRUE_OR_FALSE)
def test_true_equations_hold_and_false_ones_do_not(mark, formula, edit):
    """The equations of the notes hold on the runs, and one small edit of each does not."""
    verdict = judge(formula, mark)
    assert verdict.outcome in ("evaluated", "shapes"), verdict.evidence
    false = formula.replace(*edit)
    assert false != formula
    assert judge(false, mark).outcome in ("fails", "refused")


def page(tmp_path, *displays, name="page.md"):
    """A page with displays (mark, LaTeX), the first at line 3."""
    blocks = [f"$$\n% check: {mark}\n{text}\n$$\n" for mark, text in displays]
    path = tmp_path / name
    path.write_text("# Title\n\n" + "\n".join(blocks), encoding="utf-8")
    return path


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """Verdicts are remembered in a folder of the test."""
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "cache")
    return tmp_path / "cache" / "checks"


def test_the_command_prints_a_line_a_display_and_counts(tmp_path, capsys, empty_cache):
    """``file:line: holds (…)``, a summary, exit status 0."""
    path = page(
        tmp_path, ("define", SIGMA), ("chain", r"\sigma(0) = \frac12"), ("rnn", r"h_t = \tanh(a_t)"), ("skip: art", "x")
    )
    assert main([str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{path}:3: holds (define, agrees with rnn_notes.activations.sigmoid")
    assert lines[1] == f"{path}:8: holds (chain, 1 step proved)"
    assert lines[2].startswith(f"{path}:13: holds (rnn, 1 free index, max difference ")
    assert lines[3] == f"{path}:18: skipped (art)"
    assert lines[4] == "4 displays: 1 defined, 1 evaluated, 1 proved, 1 skipped"


def test_a_changed_sign_fails_with_file_line_and_evidence(tmp_path, capsys, empty_cache):
    """The line is that of the wrong equation within the display, and the numbers of both sides follow."""
    wrong = "\\begin{aligned}\na_t &= W_{xh} x_t + W_{hh} h_{t-1} + b_h \\\\\nh_t &= -\\tanh(a_t)\n\\end{aligned}"
    path = page(tmp_path, ("lecture", wrong), ("rnn", r"h_t = \tanhh(a_t)"))
    assert main([str(path), "--json", str(tmp_path / "verdicts.json")]) == 1
    out = capsys.readouterr().out
    assert (
        f"{path}:7:1: FAILS (lecture)\n    at t = 1:\n    left  [-0.2729  0.2636  0.207 ]ᵀ\n    right [ 0.2729" in out
    )
    assert f"{path}:13:7: REFUSED (rnn)\n    \\tanhh is not read here" in out
    fails, refused = json.loads((tmp_path / "verdicts.json").read_text())
    assert (fails["path"], fails["line"], fails["outcome"], fails["fault"]) == (str(path), 3, "fails", [7, 1])
    assert refused["outcome"] == "refused"


def test_a_folder_and_a_missing_page_can_be_named(tmp_path, capsys, empty_cache):
    """A folder stands for its pages; a page that is not there ends the command with its name."""
    page(tmp_path, ("chain", "1 + 1 = 2"), name="one.md")
    page(tmp_path, ("chain", "1 + 2 = 3"), name="two.md")
    assert main([str(tmp_path)]) == 0
    assert "2 displays: 2 proved" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([str(tmp_path / "three.md")])
    assert "three.md" in capsys.readouterr().err


def test_a_verdict_is_remembered_until_something_that_it_rests_on_changes(empty_cache, monkeypatch):
    """The same display is judged once; an edit of it, of its mark or of a definition before it judges it again."""

    def displays(sigma=SIGMA, claim=r"\sigma(0) = \frac12", mark="chain"):
        return [Display(1, "define", sigma, 3), Display(6, mark, claim, 8)]

    first = check(displays())
    kept = len(list(empty_cache.iterdir()))
    monkeypatch.setattr("rnn_notes.checks.verdicts.judge", lambda *_: pytest.fail("judged again"))
    assert check(displays()) == first
    moved = check([Display(11, "define", SIGMA, 13), Display(16, "chain", r"\sigma(0) = \frac12", 18)])
    assert [verdict.line for verdict in moved] == [11, 16]
    monkeypatch.undo()
    monkeypatch.setattr(cache, "FOLDER", empty_cache.parent)
    for changed in [
        displays(claim=r"\sigma(0) = \frac13"),
        displays(mark="numbers"),
        displays(sigma=SIGMA.replace("{1}", "{3 - 2}")),
    ]:
        check(changed)
        assert len(list(empty_cache.iterdir())) > kept
        kept = len(list(empty_cache.iterdir()))


def test_a_fault_is_placed_by_line_and_column_of_the_page(empty_cache):
    """Lines of a display are counted on from its place on the page, also when its verdict comes from the cache."""
    for line in (1, 101):
        (verdict,) = check([Display(line, "numbers", "1 = 1 + 0 \\\\\n  2 = 3", line + 2)])
        assert (verdict.line, verdict.fault) == (line, (line + 3, 3))


def test_a_function_is_known_only_below_its_definition(empty_cache):
    """Above it, f(2) is f times 2."""
    claim, definition = Display(1, "chain", "f(2) = 4", 2), Display(5, "define", "f(x) = x^2", 6)
    assert [v.outcome for v in check([claim, definition, claim])] == ["fails", "defined", "proved"]
