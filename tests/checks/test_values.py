"""Values against plain Python: what a formula means on a run, and what is refused there.

It is long because it has a plain loop for every operation that a formula can have.
"""

import math

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes import activations
from rnn_notes.checks import Run, latex
from rnn_notes.checks.arrays import ENTRYWISE
from rnn_notes.checks.errors import ClaimError, FormulaError
from rnn_notes.checks.evaluate import Question, evaluate
from rnn_notes.checks.expressions import BUILT_IN, Expressions
from rnn_notes.checks.tree import Relation
from rnn_notes.checks.values import Values

s = 0.7
A, B = np.array([[1.0, 2.0], [-3.0, 5.0]]), np.array([[1.0, 0.5, -2.0], [3.0, -1.0, 4.0]])
u, v, w = np.array([[1.0], [-2.0]]), np.array([[3.0], [0.5]]), np.array([[1.0], [-2.0], [0.25]])
h = [np.array([[float(t)], [t * t - 2.5]]) for t in range(4)]  # h_0 … h_3


def _h(tape, t):
    tape["h", t] = tape["g", t]


TOY = Run(
    name="toy",
    words="a toy",
    sizes="T H D",
    parameters={"A": "H H", "B": "H D", "u": "H", "v": "H", "w": "D", "s": "", "W_uv": "H H", "q": "", "I": "H H"},
    given={"g": "H"},
    start={"h": "H"},
    step=_h,
    fixed={"A": A, "B": B, "u": u, "v": v, "w": w, "s": s, "W_uv": A, "q": 2.0, "I": np.eye(2), "h": h[0], "g": h[1:]},
).instance


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
    r"\underbrace{s}_{\text{the scale}} + 1": s + 1,
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
    r"\lVert u \rVert_1": 3,
    r"\lVert u^\top \rVert_1": 3,
    r"\lVert u \rVert_\infty": 2,
    r"\lVert B \rVert_1": 6,  # the largest column sum, and below the largest row sum
    r"\lVert B \rVert_{\infty}": 8,
    r"\operatorname{tr}(A)": 6,
    r"\det(A)": 11,
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
    question = Question.of(latex.parse(f"{formula} = 99"), (), TOY, {})
    value = question.values(TOY).of(tree_of(formula), {})
    value = value[0] if value.ndim in (1, 3) else value
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
    "A = 0": "largest difference",
    "s = 0": "largest difference",
    "0 = A": "left is of shape () and right of shape (2, 2)",
    r"\mathrm{tr}(B) = 1": "tr does not take the shape (2, 3)",
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
    r"\frac{u}{v} = u": "a fraction needs a number below it",
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
    r"\sum_{k=3}^{1} k = 0": "this sum counts up, but runs from 3 to 1",
    r"s < 0.7": "largest difference 0",
    r"s > s + 10^{-12}": "largest difference",
    r"\lVert u \rVert \le 2.236": "left  2.23607",
    r"s \approx 0.5": "largest difference 0.2",
    r"s \approx 1": "largest difference 0.3",
    r"0.44 \approx 0.5": "largest difference 0.06",
    r"\max(u, w) = u": "max does not take the shape (2, 1) and the shape (3, 1)",
    "A \\in \\mathbb{R}^{3 \\times 2}": "the shape is (2, 2), not (3, 2)",
    "u \\in \\mathbb{R}^{H \\times H}": "the shape is (2, 1), not (2, 2)",
    "s \\in \\mathbb{R}^{H}": "the shape is (), not (2,)",
    "h \\in \\mathbb{R}^{T}": "the shape is (2, 1), not (3,)",
    r"h_t = h_t + 0 u, \quad t < 1": "no values of the indices meet the conditions",
}
UNKNOWN = {  # understood as LaTeX, but not on this run
    "z = 1": "z is not known in this run; known are A, B, D, H, I, T, W_uv, g, h, q, s, u, v, w",
    "W_{ab} = A": "W_ab is not known in this run",
    "h = u": "h has a value at every step; give it an index",
    "h_{t} = u_{xy}": "u_xy is not known in this run",
    "A_1 = u": "A with 1 more indices is not known in this run",
    "h_{1/2} = u": "an index or a count has to be a whole number, not 0.5",
    "h_{s} = u": "an index or a count has to be a whole number, not 0.7",
    r"\mathrm{softmux}(u) = u": "softmux of 1 arguments is not known; known are cos, cosh, det, diag, exp",
    r"\mathrm{diag}'(u) = A": "diag' of 1 arguments is not known",
    r"\tanh(u, v) = u": "tanh of 2 arguments is not known",
    r"\sum_{u=1}^{2} u = 3": "u is a symbol of this run; take another letter",
    r"\lVert s \rVert = s": "a norm is that of a column or matrix",
    r"\lVert u \rVert_3 = s": "a norm is that of a column or matrix",
    r"u_\infty = s": r"\infty is not read here",
    r"\frac{d}{ds} (s^2) = 2 s": "a symbol is needed here",
    r"\frac{\partial u}{\partial v} = I": "this derivative is not known",
    r"\frac{\partial^{+} h_t}{\partial h_t} = I": "this derivative is not known",
    r"\frac{\partial h_t}{\partial A} = I": "the derivative of a column by a matrix has three axes",
    "h_{10^{999}} = u": "an index or a count has to be a whole number, not inf",
    "u^{(1)} = u": "the weights as used at step t, is for the denominator of a derivative only",
    r"h_t = h_t + 0 u, \quad t \approx 1": "a condition compares indices, as in s<t",
    r"u \approx u + 0.5": "≈ needs printed numbers on its right side",
    r"s \approx 7 \cdot 10^{-0.5}": "≈ needs printed numbers on its right side",
    r"s \approx 7 \cdot 10^{-1/2}": "≈ needs printed numbers on its right side",
    r"0.7 \approx s": "≈ needs printed numbers on its right side",
    r"s \approx 0": "≈ 0 says nothing",
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
        r"s \approx 0.7, \quad s \approx 0.70, \quad s \approx 0.2 + 0.50",
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
    assert evaluate(claim, TOY).indices == {"r": {1, 2, 3}, "t": {1, 2, 3}}


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


@pytest.mark.slow
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
    run = Run("two", "two numbers", parameters={"x": "", "y": ""}, fixed={"x": 0.3, "y": -1.25}).instance
    tree = tree_of(formula)
    value = np.ravel(Values(run, {}, {}).of(tree, {}))[0]
    x, y = sympy.symbols("x y", real=True)
    exact = Expressions({}).of(tree, {}).subs({x: sympy.Rational(3, 10), y: sympy.Rational(-5, 4)})
    assert value == pytest.approx(float(exact.evalf(30)), rel=1e-12, abs=1e-12)
