"""The runs are generic, and their derivatives are those of the whole program."""

import numpy as np
import pytest

from rnn_notes import gradcheck, lecture, runs
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.checks.tape import Run
from rnn_notes.checks.verdicts import judge
from rnn_notes.readout import squared_error

NAMES = [name for name in runs.RUNS if name not in ("numbers", "layers")]


@pytest.mark.parametrize("name", NAMES)
def test_runs_are_generic(name):
    """Sizes differ, T is at least 4, no number is zero, W_hh is not symmetric: what would let a mistake through."""
    for run in runs.RUNS[name][1]():
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
        for run in runs.RUNS[name][1]()
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
    for run in runs.RUNS[name][1]():
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
    (run,) = runs.RUNS["lecture"][1]()
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
