"""What is evaluated on a run: equality to rounding, empty products, immediate derivatives, runs of teaching texts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes.checks import Run, judge

IMMEDIATE = [  # what the formula says itself, pre-activations and the output inside the loss written out
    ("rnn", r"\frac{\partial^{+} L_t}{\partial h_t} = W_{hy}^\top (y_t - \hat{y}_t)"),
    ("rnn", r"\frac{\partial^{+} L}{\partial h_t} = W_{hy}^\top (y_t - \hat{y}_t)"),
    ("rnn", r"\frac{\partial^{+} y_t}{\partial h_t} = W_{hy}"),
    ("rnn", r"\frac{\partial^{+} L_t}{\partial y_t} = y_t - \hat{y}_t"),
    ("rnn", r"\frac{\partial^{+} L_t}{\partial W_{hy}} = (y_t - \hat{y}_t) h_t^\top"),
    ("rnn", r"\frac{\partial^{+} h_t}{\partial a_t} = \mathrm{diag}(1 - h_t^2)"),
    ("gru", r"\frac{\partial^{+} h_t}{\partial n_t} = \mathrm{diag}(1 - z_t)"),
    ("gru", r"\frac{\partial^{+} L_t}{\partial h_t} = W_{hy}^\top (y_t - \hat{y}_t)"),
    ("lstm", r"\frac{\partial^{+} L_t}{\partial h_t} = W_{hy}^\top (y_t - \hat{y}_t)"),
    ("rnn", r"\frac{\partial \hat{y}_t}{\partial y_t} = 0 y_t y_t^\top"),
    ("classifier", r"\frac{\partial^{+} L_t}{\partial h_t} = W_{hy}^\top (p_t - \hat{y}_t)"),
]
EMPTY = [  # closed forms, whose products are empty at one end
    (
        "lstm",
        r"c_t = \left( \prod_{k=t}^{1} \mathrm{diag}(f_k) \right) c_0 + \sum_{s=1}^{t} \left("
        r" \prod_{k=t}^{s+1} \mathrm{diag}(f_k) \right) (i_s \odot \tilde{c}_s)",
    ),
    (
        "lstm",
        r"c_t = \left( \prod_{k=1}^{t} \mathrm{diag}(f_k) \right) c_0 + \sum_{s=1}^{t} \left("
        r" \prod_{k=s+1}^{t} \mathrm{diag}(f_k) \right) (i_s \odot \tilde{c}_s)",
    ),
    ("linear", r"h_t = \left( \prod_{k=1}^{t} [W_{hh}] \right) h_0 + \sum_{s=1}^{t} W_{hh}^{t-s} (W_{xh} x_s + b_h)"),
    ("rnn s<=t", r"\frac{\partial h_t}{\partial h_s} = \prod_{k=t}^{s+1} (\mathrm{diag}(1 - h_k^2) W_{hh})"),
    (
        "rnn",
        r"\frac{\partial L}{\partial h_s} = \sum_{t=s}^{T} \left( \prod_{k=s+1}^{t} (W_{hh}^\top"
        r" \mathrm{diag}(1 - h_k^2)) \right) W_{hy}^\top (y_t - \hat{y}_t)",
    ),
]
TEACHING = [  # as other texts have it
    ("classifier", r"p_t = \mathrm{softmax}(W_{hy} h_t + b_y)"),
    ("classifier", r"L_t = -\sum_{k=1}^{O} \hat{y}_{t,k} \log(p_{t,k})"),
    ("classifier", r"\frac{\partial L}{\partial y_t} = p_t - \hat{y}_t"),
    ("classifier", r"\frac{\partial p_t}{\partial y_t} = \mathrm{diag}(p_t) - p_t p_t^\top"),
    ("classifier t<T", r"\frac{\partial L}{\partial h_t} = W_{hy}^\top (p_t - \hat{y}_t) + W_{hh}^\top \delta_{t+1}"),
    ("classifier", r"\sum_{k=1}^{O} p_{t,k} = 1"),
    ("rnn-unbiased", r"h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1})"),
    ("rnn-unbiased", r"y_t = W_{hy} h_t"),
    ("linear-unbiased", r"\begin{aligned}h_t &= W_{xh} x_t + W_{hh} h_{t-1},\\ y_t &= W_{hy} h_{t}\end{aligned}"),
    (
        "linear-unbiased",
        r"\frac{\partial L}{\partial h_t}= \sum_{i=t}^T \left(W_{hh}^\top\right)^{T-i} W_{hy}^\top"
        r" \frac{\partial L}{\partial y_{T+t-i}}",
    ),
    ("lstm-unbiased", r"f_t = \sigma(W_{hf}h_{t-1} + W_{xf}x_t)"),
    (
        "lstm-pytorch",
        r"i_t = \sigma(W_{ii} x_t + b_{ii} + W_{hi} h_{t-1} + b_{hi}) \\ f_t = \sigma(W_{if} x_t + b_{if} +"
        r" W_{hf} h_{t-1} + b_{hf}) \\ g_t = \tanh(W_{ig} x_t + b_{ig} + W_{hg} h_{t-1} + b_{hg}) \\ o_t ="
        r" \sigma(W_{io} x_t + b_{io} + W_{ho} h_{t-1} + b_{ho}) \\ c_t = f_t \odot c_{t-1} + i_t \odot g_t"
        r" \\ h_t = o_t \odot \tanh(c_t)",
    ),
    ("rnn-pytorch", r"h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})"),
    ("gru-pytorch", r"n_t = \tanh(W_{in} x_t + b_{in} + r_t \odot (W_{hn} h_{t-1} + b_{hn}))"),
    ("gru-pytorch", r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}"),
    ("gru-before", r"n_t = \tanh(W_{xn} x_t + W_{hn} (r_t \odot h_{t-1}) + b_n)"),
    ("batch", r"H_1 = \tanh(X W_1 + b_1)"),
    ("batch", r"Y = H_1 W_2 + b_2"),
    ("batch", r"\frac{\partial L}{\partial Y} = \frac{1}{B} (Y - \hat{Y})"),
    ("batch", r"\frac{\partial L}{\partial W_2} = H_1^\top \frac{\partial L}{\partial Y}"),
    (
        "batch",
        r"\frac{\partial L}{\partial W_1} = \frac{1}{B} X^\top ((Y - \hat{Y}) W_2^\top \odot (1 - H_1 \odot H_1))",
    ),
    ("batch", r"(X W_1 + b_1) W_2 + b_2 = X W_1 W_2 + b_1 W_2 + b_2"),
    ("attention", r"Y = \mathrm{softmax} \left( \frac{Q K^\top}{\sqrt{D}} \right) V"),
    ("attention", r"\mathrm{softmax} \left( \frac{Q K^\top}{\sqrt{D}} \right) V \in \mathbb{R}^{N \times O}"),
    ("attention", r"\sum_{j=1}^{M} A_{i,j} = 1"),
    ("attention", r"\frac{\partial L}{\partial V} = A^\top (Y - \hat{Y})"),
    ("masked", r"h_t = \mu_t \tanh(a_t) + (1 - \mu_t) h_{t-1}"),
    ("orthogonal", r"W_{hh}^\top W_{hh} = I"),
    ("orthogonal", r"\lVert W_{hh}^{t} \rVert = 1"),
    ("normed", r"h_t = \tanh(g \odot \hat{a}_t + b_h)"),
    ("normed", r"\frac{1}{H} \sum_{k=1}^{H} \hat{a}_{t,k}^2 = 1 - \frac{\varepsilon}{s_t^2}"),
    ("bidirectional t<T", r"u_t = \tanh(W_{xu} x_t + W_{uu} u_{t+1} + b_u)"),
    ("bidirectional", r"\frac{\partial L}{\partial u_1} = W_{uy}^\top (y_1 - \hat{y}_1)"),
    (
        "recurrence t<T",
        r"\nabla_{h_t} L = W_{hy}^\top (y_t - \hat{y}_t) + a_{t+1} \odot \nabla_{h_{t+1}} L",
    ),
]

WRONG = [  # mark, formula, what the evidence says
    ("rnn", r"\frac{\partial^{+} L_t}{\partial h_t} = 0", "right [0. 0. 0. 0. 0.]ᵀ"),
    ("rnn", r"\frac{\partial^{+} L_t}{\partial h_t} = \frac{\partial L}{\partial h_t}", "largest difference"),
    ("rnn", r"\frac{\partial^{+} h_t}{\partial h_{t-2}} = W_{hh} W_{hh}, \quad t > 1", "largest difference"),
    (
        "lstm",
        r"\frac{\partial^{+} c_t}{\partial c_{t-1}} = \frac{\partial c_t}{\partial c_{t-1}}, \quad t > 1",
        "at t =",
    ),
    ("rnn", r"\sum_{k=2}^{1} h_k = \sum_{k=2}^{1} x_k", "left is of shape (5, 1) and right of shape (3, 1)"),
    (
        "lstm",
        r"c_t = \left( \prod_{k=t}^{1} \mathrm{diag}(f_k) \right) c_0 + \sum_{s=1}^{t} \left( \prod_{k=t}^{s}"
        r" \mathrm{diag}(f_k) \right) (i_s \odot \tilde{c}_s)",
        "largest difference",
    ),
    (
        "lstm",
        r"c_t = \sum_{s=1}^{t} \left( \prod_{k=t}^{s+1} \mathrm{diag}(f_k) \right) (i_s \odot \tilde{c}_s)",
        "at t = 1",
    ),
    ("rnn s<=t", r"\frac{\partial h_t}{\partial h_s} = \prod_{k=s+1}^{t} (\mathrm{diag}(1 - h_k^2) W_{hh})", "largest"),
    (
        "rnn",
        r"\frac{\partial h_2}{\partial h_0} = \prod_{k=2}^{1} (\mathrm{diag}(1 - h_k^2) W_{hh})",
        "runs from 2 to 1: counting down, it has these two factors; counting up, it is empty",
    ),
    ("rnn", r"h_s = \prod_{k=t}^{s} [W_{hh}] h_t", "down and up; say for which indices it is meant"),
    ("rnn", r"h_t = h_t + 0 \prod_{k=t}^{1} [W_{xh}] x_1", "cannot be multiplied"),
    (
        "lecture",
        r"\delta_t = \frac{1}{1 - h_t \odot h_t} \odot \frac{\partial L}{\partial h_t}",
        "entry by entry it would be false, too: at t = 1:\nleft  [ 0.2171",
    ),
    (
        "lecture",
        r"\frac{\delta_t}{1 - h_t \odot h_t} = \frac{\partial L}{\partial h_t}",
        "entry by entry it would hold",
    ),
    ("lecture", r"\hat{y}_t = W_{hy} h_t + b_y", "(ŷ is the target in this run; the output of the network is y)"),
    ("classifier", r"\frac{\partial L}{\partial y_t} = \hat{y}_t - p_t", "the prediction is p = softmax(y)"),
    ("rnn", r"s_t = h_t", "s_t is not known in this run; known are D, H, I"),
    ("batch", r"\frac{\partial L}{\partial Y} = Y - \hat{Y}", "Ŷ is the target in this run"),
    ("gru-before", r"n_t = \tanh(W_{xn} x_t + r_t \odot (W_{hn} h_{t-1}) + b_n)", "largest difference"),
    ("gru", r"n_t = \tanh(W_{xn} x_t + b_n + W_{hn} (r_t \odot h_{t-1}) + b_{hn})", "largest difference"),
    ("rnn-unbiased", r"y_t = W_{hy} h_t + b_y", "b_y is not known in this run"),
    ("attention", r"Y = \mathrm{softmax}(Q K^\top) V", "largest difference"),
    ("masked", r"h_t = \mu_t h_{t-1} + (1 - \mu_t) \tanh(a_t)", "largest difference"),
    ("orthogonal", r"W_{hh} = W_{hh}^\top", "largest difference"),
    ("orthogonal", r"\lVert \frac{\partial h_t}{\partial h_{t-1}} \rVert = 1", "largest difference"),
    ("normed", r"\frac{\partial \hat{a}_{t,j}}{\partial a_{t,k}} = \frac{1}{s_t} (I_{j,k} - \frac{1}{H})", "at t ="),
    ("bidirectional t<T", r"u_{t+1} = \tanh(W_{xu} x_t + W_{uu} u_t + b_u)", "largest difference"),
    (
        "recurrence",
        r"\frac{\partial L}{\partial a_t} = \frac{\partial L}{\partial h_t} \odot h_t",
        "largest difference",
    ),
    ("attention", r"Y = \mathrm{softmax} \left( \frac{K Q^\top}{\sqrt{D}} \right) V", "cannot be multiplied"),
    ("rnn", r"h_t = \tanh(a_t) + 10^{-20} h_{t-1}", "this term is so small beside the others that rounding hides it"),
    ("rnn", r"h_t + 10^{20} - 10^{20} = h_t", "rounding"),
    ("rnn", r"h_t = \tanh(a_t) + 10^{-13} h_{t-1}", "left  [-0.905172814"),
    ("rnn", r"10^{-20} h_t = 2 \cdot 10^{-20} h_t", "largest difference 1e-20"),
    ("rnn", r"[10^{9}; h_t] = [10^{9}; h_t + 10^{-8} h_t]", "largest difference"),
]


@pytest.mark.parametrize(("mark", "formula"), [*IMMEDIATE, *EMPTY, *TEACHING])
def test_true_formulas_hold(mark, formula):
    """Each formula of the tables is true of every network of its run."""
    verdict = judge(formula, mark)
    assert verdict.outcome in ("evaluated", "shapes"), verdict.evidence


@pytest.mark.parametrize(("mark", "formula", "message"), WRONG)
def test_false_ones_are_answered_with_what_helps(mark, formula, message):
    """Each is false, or cannot be read in one way; the evidence names the numbers, or what to write."""
    verdict = judge(formula, mark)
    assert verdict.outcome in ("fails", "refused")
    assert message in verdict.evidence, verdict.evidence


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (r"\prod_{k=s+1}^{t} [W_{hh}] h_0 = W_{hh}^{t-s} h_0, \quad s \le t", ("s+1", "s")),
        (r"h_0 h_0^\top + \prod_{k=s+1}^{t} [W_{hh}] = W_{hh}^{t-s} + h_0 h_0^\top, \quad s \le t", ("{t-s}", "{t}")),
        (r"\prod_{k=s+1}^{t} [2] = 2^{t-s}, \quad s \le t", ("s+1", "s")),
        (r"\prod_{k=s+1}^{t} [y_{k,1}] y_s = \prod_{k=t}^{s+1} [y_{k,1}] y_s, \quad s \le t", ("k=t", "k=t-1")),
        (r"y_1 + \sum_{k=s+1}^{t} y_k = y_1 + \sum_{k=1}^{t} y_k - \sum_{k=1}^{s} y_k, \quad s \le t", ("s+1", "s")),
    ],
)
def test_the_empty_is_of_the_shape_of_the_rest(true, false):
    """Π over nothing is 1, or the identity of the size of its factors; Σ over nothing is 0 of the shape of a term."""
    assert judge(true, "rnn").outcome == "evaluated", judge(true, "rnn").evidence
    assert judge(true.replace(*false, 1), "rnn").outcome in ("fails", "refused")


def test_a_product_in_a_definition_counts_as_it_does_where_it_is_used():
    """P_t = Π from k = t down to 1 is what it is, and with the factors in the other order it is another matrix."""
    J = r"J_t = \mathrm{diag}(1 - h_t^2) W_{hh}"
    down, up = r"P_t = \prod_{k=t}^{1} [J_k]", r"P_t = \prod_{k=1}^{t} [J_k]"
    claim = r"\frac{\partial h_t}{\partial h_0} = P_t"
    assert judge(claim, "rnn", (J, down)).outcome == "evaluated"
    assert judge(claim, "rnn", (J, up)).outcome == "fails"


def wild(rng, shape):
    """Numbers of twelve orders of magnitude in one array."""
    return rng.normal(size=shape) * 10 ** rng.uniform(-6, 6, shape)


ALGEBRA = [
    r"(A^\top B)^\top C = B^\top A C",
    r"A (x + y) = A x + A y",
    r"(A B)^\top = B^\top A^\top",
    r"x^\top A y = y^\top A^\top x",
    r"A^3 x = A (A (A x))",
    r"A x + A y - A x = A y",
    r"\mathrm{diag}(x) y = x \odot y",
    r"\lVert x \rVert^2 = x^\top x",
    r"x y^\top A = (A^\top y x^\top)^\top",
    r"(x^\top y) x = x x^\top y",
    r"\frac{\partial L}{\partial A} = 2 (A x - y) x^\top",
    r"\frac{\partial L}{\partial x} = 2 A^\top (A x - y)",
]


@pytest.mark.parametrize("formula", ALGEBRA)
@settings(max_examples=4, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_rounding_never_refutes_and_never_hides_a_wrong_entry(formula, seed):
    """On arrays of twelve orders of magnitude algebra holds; with one entry off by a millionth it does not."""

    def loss(v):
        v["L"] = ((v["A"] @ v["x"] - v["y"]) ** 2).sum(axis=-2, keepdims=True)

    shapes = {**dict.fromkeys("ABC", "N N"), **dict.fromkeys("xy", "N"), "E": "N N", "w": "N", "q": ""}

    def draw(rng, shape):
        return wild(np.random.default_rng([seed, int(rng.integers(10**6))]), shape)

    def one_entry(rng, shape):
        return 1e-6 * (np.arange(shape[0] * shape[1]) == rng.integers(shape[0] * shape[1])).reshape(shape)

    off = dict.fromkeys("Ew", one_entry) | {"q": lambda rng, shape: 1e-6}
    run = Run("wild", "wild arrays", sizes="N", parameters=shapes, step=loss, draw=dict.fromkeys("ABCxy", draw) | off)
    verdict = judge(formula, "wild", runs=[run])
    assert verdict.outcome == "evaluated" or "cannot be decided" in verdict.evidence, verdict.evidence
    left, right = formula.split(" = ")
    for extra in ("E", "w", "q"):
        wrong = rf"{left} = {right} + {extra} \odot ({right})" if extra != "q" else rf"{left} = {right} + q ({right})"
        assert judge(wrong, "wild", runs=[run]).outcome in ("fails", "refused")


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(-30, 30), st.integers(1, 9), st.booleans())
def test_equality_is_relative_at_any_size(power, digit, wrong):
    """Both sides times any power of ten agree as well as before, and a part in 10^12 too much is seen."""
    factor = rf"{digit} \cdot 10^{{{power}}}"
    more = r" + 10^{-12} h_t" if wrong else ""
    verdict = judge(rf"{factor} h_t = {factor} (\tanh(a_t){more})", "rnn")
    assert verdict.outcome == ("fails" if wrong else "evaluated"), verdict
