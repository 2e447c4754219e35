"""The runs are generic, and their derivatives are those of the whole program."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_notes import gradcheck, layer_norm, lecture, linear_attention, parameters, runs
from rnn_notes.bidirectional import Bidirectional
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.checks import judge
from rnn_notes.encoder_decoder import EncoderDecoder
from rnn_notes.lru import LRU
from rnn_notes.minimal import MinGRU
from rnn_notes.readout import Readout, cross_entropy, squared_error
from rnn_notes.slstm import SLSTM
from rnn_notes.stack import Stack

RUNS = {run.name: run for run in runs.RUNS}
CELLS = {"rnn": RNN, "lecture": RNN, "orthogonal": RNN, "lstm": LSTM, "gru": GRU}


def networks(name):
    """The networks of a run, alone: without their twins."""
    run = RUNS[name]
    return [replace(network, shaken=False) for network in ((run.instance,) if run.fixed else run.family)]


def cell_of(network, kind):
    """The package's cell and readout with the weights of a network."""
    weights = {name: value[0] for (name, t), value in network.arrays.items() if t is None}
    columns = {name: w[:, 0] if name.startswith("b") else w for name, w in weights.items()}
    if kind is RNN:
        arrays = {name: columns[name] for name in ("W_xh", "W_hh", "b_h")}
    else:
        gates = "ifoc" if kind is LSTM else "rzn"
        arrays = {name: np.stack([columns[f"{name}{g}"] for g in gates]) for name in ("W_x", "W_h")}
        arrays["b"] = np.stack([columns[f"b_{g}"] for g in gates])
        arrays |= {"b_hn": columns["b_hn"]} if kind is GRU else {}
    return kind(**arrays), Readout(columns["W_hy"], columns["b_y"])


@pytest.mark.parametrize("name", CELLS)
def test_the_formulas_of_a_run_are_those_of_the_cell(name):
    """Every symbol that the package's forward pass, readout and loss have is the run's, at every step."""
    for network in networks(name):
        cell, readout = cell_of(network, CELLS[name])
        x, target = (np.stack([network.arrays[s, t][0].T for t in range(1, network.T + 1)]) for s in ("x", "y_hat"))
        trace = cell.forward(x, *(network.arrays[s, 0][0].T for s in ("hc" if name == "lstm" else "h")))
        y = readout.forward(trace.h[1:])
        for symbol, values in {**vars(trace), "y": y}.items():
            first = network.T + 1 - len(values)
            ours = np.stack([network.values[symbol, t][0] for t in range(first, network.T + 1)])
            np.testing.assert_allclose(ours, values.mT, rtol=1e-11, atol=1e-13)
        assert network.symbols["L"].total()[0] == pytest.approx(float(squared_error(y, target)[0]), rel=1e-12)


def test_the_run_of_two_layers_is_a_stack_of_the_package():
    """The states of both layers are those of Stack."""
    for network in networks("stack"):
        w = {name: value[0] for (name, t), value in network.arrays.items() if t is None}
        layers = [RNN(w["W_1"], w["U_1"], w["b_1"][:, 0]), RNN(w["W_2"], w["U_2"], w["b_2"][:, 0])]
        x = np.stack([network.arrays["x", t][0].T for t in range(1, network.T + 1)])
        trace = Stack(tuple(layers)).forward(x, *(network.arrays[s, 0][0].T for s in ("h_1", "h_2")))
        for symbol, layer in zip(("h_1", "h_2"), trace.layers, strict=True):
            ours = np.stack([network.values[symbol, t][0].T for t in range(network.T + 1)])
            np.testing.assert_allclose(ours, layer.h, rtol=1e-11, atol=1e-13)


def test_the_run_with_layer_norm_is_that_of_the_package(monkeypatch):
    """Its pre-activations and states are those of NormedRNN, whose ε is a fixed one."""
    for network in networks("normed"):
        w = {name: value[0] for (name, t), value in network.arrays.items() if t is None}
        monkeypatch.setattr(layer_norm, "EPSILON", float(w["varepsilon"][0, 0]))
        rnn = layer_norm.NormedRNN(w["W_xh"], w["W_hh"], w["g"][:, 0], w["b_h"][:, 0])
        x = np.stack([network.arrays["x", t][0].T for t in range(1, network.T + 1)])
        trace = rnn.forward(x, network.arrays["h", 0][0].T)
        for symbol, values in (("a", trace.a), ("h", trace.h[1:])):
            ours = np.stack([network.values[symbol, t][0].T for t in range(1, network.T + 1)])
            np.testing.assert_allclose(ours, values, rtol=1e-11, atol=1e-13)


def test_the_run_of_two_directions_is_that_of_the_package():
    """The states from the front and those from the back, side by side, are those of Bidirectional."""
    for network in networks("bidirectional"):
        w = {name: value[0] for (name, t), value in network.arrays.items() if t is None}
        cells = RNN(w["W_xh"], w["W_hh"], w["b_h"][:, 0]), RNN(w["W_xu"], w["W_uu"], w["b_u"][:, 0])
        x = np.stack([network.arrays["x", t][0].T for t in range(1, network.T + 1)])
        h = Bidirectional(*cells).forward(x, network.arrays["h", 0][0].T).h[1:]
        ours = [np.hstack([network.values[s, t][0].T for s in ("h", "u")]) for t in range(1, network.T + 1)]
        np.testing.assert_allclose(ours, h, rtol=1e-11, atol=1e-13)


def of_the_revival(name, w, x, start):
    """What the package computes with the weights and the initial states of such a run, by the names of its symbols."""
    if name == "mingru":
        cell = MinGRU(np.stack([w["W_xz"], w["W_xn"]]), np.hstack([w["b_z"], w["b_n"]]).T)
        trace = cell.forward(x, start["h"])
        return {"h": trace.h[1:], "z": trace.gates[0], "n": trace.gates[1]}
    if name == "lru":
        nu, theta = np.log(-np.log(w["a"][:, 0])), w["omega"][:, 0]
        cell = LRU(nu, theta, np.stack([w["W_xh"], w["U_xh"]]), np.stack([w["W_hy"], w["U_hy"]]))
        trace = cell.forward(x, start["h"], start["h_tilde"])
        return {"h": trace.re[1:], "h_tilde": trace.im[1:], "y": trace.h[1:]}
    stacked = [np.stack([w[f"{array}{gate}"] for gate in "ifoc"]) for array in ("W_x", "W_h", "b_")]
    trace = SLSTM(*stacked[:2], stacked[2][..., 0]).forward(
        x, start["h"], start["c"], start["w"], np.zeros_like(start["h"])
    )
    scale = np.exp(trace.m[1:])
    return {"h": trace.h[1:], "c": trace.c[1:] * scale, "w": trace.w[1:] * scale, "c_tilde": trace.gates[3]}


def rows(network, symbol):
    """The columns of a symbol at the steps 1 to T, as rows of a batch of one: (T, 1, n)."""
    return np.stack([network.values[symbol, t][0].T for t in range(1, network.T + 1)])


@pytest.mark.parametrize("name", ["mingru", "lru", "slstm"])
def test_the_runs_of_the_revival_are_cells_of_the_package(name):
    """States, gates and outputs, at every step, from initial states that are not zero."""
    for network in networks(name):
        w = {symbol: value[0] for (symbol, t), value in network.arrays.items() if t is None}
        start = {symbol: value[0].T for (symbol, t), value in network.arrays.items() if t == 0}
        for symbol, values in of_the_revival(name, w, rows(network, "x"), start).items():
            np.testing.assert_allclose(rows(network, symbol), values, rtol=1e-10, atol=1e-12)


def test_the_run_of_fast_weights_is_linear_attention():
    """What the weights held before the first step comes on top."""
    for network in networks("fast-weights"):
        q, k, v = (rows(network, symbol) for symbol in "qkv")
        before = q @ network.arrays["W", 0][0].T
        np.testing.assert_allclose(rows(network, "y"), linear_attention.attention(q, k, v) + before, rtol=1e-10)


def test_the_run_of_an_encoder_and_a_decoder_is_that_of_the_package():
    """Given the target of the step before, from an initial state of zeros: states, scores, loss, and its gradient."""
    for drawn in networks("encoder-decoder"):
        network = replace(drawn, arrays={**drawn.arrays, ("h", 0): np.zeros_like(drawn.arrays["h", 0])})
        w = {name: value[0] for (name, t), value in network.arrays.items() if t is None}
        cells = RNN(w["W_xh"], w["W_hh"], w["b_h"][:, 0]), RNN(w["W_yu"], w["W_uu"], w["b_u"][:, 0])
        model = EncoderDecoder(*cells, Readout(w["W_uy"], w["b_y"][:, 0]))
        x, target = rows(network, "x"), rows(network, "y_hat")
        trace = model.forward(x, np.concatenate([w["begin"].T[None], target[:-1]]))
        for symbol, expected in (("h", trace.encoder.h[1:]), ("u", trace.decoder.h[1:]), ("y", trace.y)):
            np.testing.assert_allclose(rows(network, symbol), expected, rtol=1e-11, atol=1e-13)
        loss, dy = cross_entropy(trace.y, target.argmax(axis=-1))
        assert network.symbols["L"].total()[0] == pytest.approx(float(loss), rel=1e-12)
        found = network.derivative(("L", None), ("W_hh", None))[0]
        np.testing.assert_allclose(found, model.backward(trace, dy)[0].encoder.W_hh, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["lecture", "rnn", "lstm", "gru"])
def test_derivatives_by_weights_are_those_of_the_whole_program(name):
    """∂L/∂W of a run is the complex step through all of the package's forward pass, readout and loss."""
    for network in networks(name)[:3]:
        cell, readout = cell_of(network, CELLS[name])
        x, target = (np.stack([network.arrays[s, t][0].T for t in range(1, network.T + 1)]) for s in ("x", "y_hat"))
        start = [network.arrays[s, 0][0].T for s in ("hc" if name == "lstm" else "h")]

        def loss(cell, readout=readout, x=x, target=target, start=start):
            y = parameters.astype(readout, np.complex128).forward(cell.forward(x, *start).h[1:])
            return squared_error(y, target)[0]

        grads = gradcheck.complex_step(loss, cell)
        names = {
            "rnn": ["W_xh", "W_hh"],
            "lecture": ["W_xh", "W_hh"],
            "lstm": ["W_xf", "W_hc"],
            "gru": ["W_xr", "W_hn"],
        }
        for weight in names[name]:
            found = network.derivative(("L", None), (weight, None))[0]
            np.testing.assert_allclose(found, getattr(grads, weight), rtol=1e-9, atol=1e-12)
            copies = sum(network.derivative(("L", None), (weight, None), at=t)[0] for t in range(1, network.T + 1))
            np.testing.assert_allclose(copies, found, rtol=1e-9, atol=1e-12)


def test_derivatives_by_a_state_are_those_of_running_on_from_it():
    """∂L/∂h_2 of the lecture's network: change h_2 by hand, run on by ``step``, and see what the loss does."""
    (network,) = networks("lecture")
    cell, readout = lecture.rnn, lecture.readout
    h = cell.forward(lecture.x).h

    def later_loss(h_2):
        states = [h_2]
        for t in (3, 4, 5):
            states.append(np.tanh(lecture.x[t - 1] @ cell.W_xh.T + states[-1] @ cell.W_hh.T + cell.b_h))
        y = np.stack(states) @ readout.W_hy.T + readout.b_y
        return squared_error(y, lecture.target[1:])[0]

    expected = gradcheck.complex_step(later_loss, h[2])
    np.testing.assert_allclose(network.derivative(("L", None), ("h", 2))[0].T, expected, rtol=1e-12)


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
    ("mingru", r"\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(z_t)", ("z_t", "n_t")),
    ("lru", r"y_t = W_{hy} h_t - U_{hy} \tilde{h}_t", ("-", "+")),
    ("slstm", r"w_t \odot h_t = o_t \odot c_t", ("o_t", "f_t")),
    ("fast-weights", r"W_t q_t = W_{t-1} q_t + v_t (k_t^\top q_t)", ("k_t", "q_t")),
    ("feedforward", r"y_t = W_{hy} \tanh(W_{xh} x_t + b_h) + b_y", ("+ b_h", "")),
    ("layers", r"W_2 (W_1 x + b_1) + b_2 = (W_2 W_1) x + (W_2 b_1 + b_2)", ("W_2 b_1", "b_1")),
    ("lecture", r"h_1 \approx \begin{bmatrix} -0.273 \\ 0.264 \\ 0.207 \end{bmatrix}", ("0.207", "0.208")),
    ("lecture", r"H D + H^2 + H + O H + O = 32", ("H^2", "H")),
    (  # where μ_2 is 1, μ_3 has to be 0 in some network
        "masked",
        r"\frac{\partial h_2}{\partial h_1} = (1 - \mu_2) I"
        r" + \mu_2 \mathrm{diag}(1 - h_2 \odot (\mu_2 \tanh(a_2) + (1 - \mu_2) h_1)) W_{hh}",
        (r"(\mu_2 \tanh", r"(\mu_3 \tanh"),
    ),
    (
        "bidirectional t<T",
        r"\frac{\partial^{+} u_t}{\partial u_{t+1}} = \mathrm{diag}(1 - u_t \odot u_t) W_{uu}",
        (r"\mathrm", r"0 \cdot \mathrm"),
    ),
    (
        "encoder-decoder",
        r"\frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^{T} \frac{\partial L}{\partial W_{hh}^{(t)}}",
        ("t=1", "t=2"),
    ),
    ("encoder-decoder", r"u_0 = h_T", ("h_T", "h_1")),
    (
        "encoder-decoder",
        r"u_t = \tanh(W_{yu} \hat{y}_{t-1} + W_{uu} u_{t-1} + b_u)",
        (r"\hat{y}_{t-1}", r"\hat{y}_t"),
    ),
    (
        "encoder-decoder",
        r"\frac{\partial u_s}{\partial h_t} = \frac{\partial u_s}{\partial u_0} \frac{\partial h_T}{\partial h_t}",
        (r"{\partial h_T}{", r"{\partial h_1}{"),
    ),
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
    assert verdict.outcome in ("evaluated", "not refuted", "shapes", "exact"), verdict.evidence
    false = formula.replace(*edit)
    assert false != formula
    assert judge(false, mark).outcome in ("fails", "refused")
