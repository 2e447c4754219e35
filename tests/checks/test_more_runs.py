"""The runs in other spellings, without biases, with another loss or with samples as rows, compared with the package."""

import numpy as np
import pytest
from random_runs import networks_of, rows, same, start

from rnn_notes import conversions, scan
from rnn_notes.activations import sigmoid, softmax
from rnn_notes.attention import DotAttention
from rnn_notes.cells import GRU, LSTM, RNN


def rnn(w):
    """The package's RNN with these weights; biases that are missing are zero."""
    H = len(w["W_hh"])
    return RNN(w["W_xh"], w["W_hh"], w.get("b_h", np.zeros((H, 1)))[:, 0])


@pytest.mark.parametrize("name", ["rnn-unbiased", "classifier"])
def test_an_rnn_without_biases_or_with_classes_is_the_cell(name):
    """States and outputs; the probabilities are the softmax, the loss is the cross-entropy with what was drawn."""
    for network, w in networks_of(name):
        h = rnn(w).forward(rows(network, "x"), start(network, "h")).h[1:]
        y = h @ w["W_hy"].T + w.get("b_y", np.zeros((1, 1))).T
        same(network, h=h, y=y)
        if name == "classifier":
            p = softmax(y)
            same(network, p=p)
            loss = -np.sum(rows(network, "y_hat") * np.log(p))
            assert network.symbols["L"].total()[0] == pytest.approx(float(loss), rel=1e-12)


def test_an_rnn_without_tanh_and_biases_only_adds():
    """Step by step."""
    for network, w in networks_of("linear-unbiased"):
        h, x = start(network, "h"), rows(network, "x")
        for t in range(network.T):
            h = x[t] @ w["W_xh"].T + h @ w["W_hh"].T
            np.testing.assert_allclose(rows(network, "h")[t], h, rtol=1e-10, atol=1e-12)


def test_an_lstm_without_biases_is_the_cell_with_zeros():
    """Both states, and all gates."""
    for network, w in networks_of("lstm-unbiased"):
        W_x, W_h = (np.stack([w[f"{array}{gate}"] for gate in "ifoc"]) for array in ("W_x", "W_h"))
        cell = LSTM(W_x, W_h, np.zeros(W_h.shape[:2]))
        trace = cell.forward(rows(network, "x"), start(network, "h"), start(network, "c"))
        same(network, h=trace.h[1:], c=trace.c[1:], i=trace.i, f=trace.f, o=trace.o, c_tilde=trace.c_tilde)


def test_a_gru_that_resets_before_the_product_is_its_formula():
    """As it was first published (Cho et al. 2014), in a plain loop."""
    for network, w in networks_of("gru-before"):
        h, x = start(network, "h"), rows(network, "x")
        for t in range(network.T):
            r, z = (sigmoid(x[t] @ w[f"W_x{g}"].T + h @ w[f"W_h{g}"].T + w[f"b_{g}"].T) for g in "rz")
            n = np.tanh(x[t] @ w["W_xn"].T + (r * h) @ w["W_hn"].T + w["b_n"].T)
            h = (1 - z) * n + z * h
            np.testing.assert_allclose(rows(network, "h")[t], h, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "kind", "gates", "states"),
    [
        ("rnn-pytorch", RNN, "h", "h"),
        ("lstm-pytorch", LSTM, "ifgo", "hc"),
        ("gru-pytorch", GRU, "rzn", "h"),
    ],
)
def test_a_run_in_the_letters_of_pytorch_is_what_the_conversion_makes_of_its_weights(name, kind, gates, states):
    """A state dict in the order of PyTorch's gates becomes a cell that computes the same."""
    for network, w in networks_of(name):
        names = {"weight_ih_l0": "W_i", "weight_hh_l0": "W_h", "bias_ih_l0": "b_i", "bias_hh_l0": "b_h"}
        state = {theirs: np.concatenate([w[f"{ours}{gate}"] for gate in gates]) for theirs, ours in names.items()}
        state = {theirs: a[:, 0] if theirs.startswith("bias") else a for theirs, a in state.items()}
        cell = conversions.from_torch(state)
        assert type(cell) is kind
        trace = cell.forward(rows(network, "x"), *(start(network, s) for s in states))
        same(network, **{s: getattr(trace, s)[1:] for s in states})


def test_a_masked_network_keeps_its_state_where_the_mask_is_zero():
    """The cell's own step, or the state before."""
    for network, w in networks_of("masked"):
        cell, h, x, mask = rnn(w), start(network, "h"), rows(network, "x"), rows(network, "mu")
        assert set(mask.ravel()) <= {0, 1}
        for t in range(network.T):
            h = cell.step(x[t], h) if mask[t] else h
            np.testing.assert_allclose(rows(network, "h")[t], h, rtol=1e-10, atol=1e-12)


def test_a_linear_recurrence_is_the_scan():
    """From a state that is not zero."""
    for network, _ in networks_of("recurrence"):
        same(network, h=scan.scan(rows(network, "a"), rows(network, "b"), start(network, "h"))[1:])


def test_attention_with_samples_as_rows_is_that_of_the_package():
    """Weights and outputs of one sequence."""
    for network, w in networks_of("attention"):
        trace = DotAttention().forward(*(w[name][:, None] for name in "QKV"))
        value = {name: values[0] for (name, _), values in network.values.items()}
        np.testing.assert_allclose(value["A"], trace.weights[:, 0], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(value["Y"], trace.context[:, 0], rtol=1e-10, atol=1e-12)


def test_two_layers_with_samples_as_rows_take_one_sample_after_the_other():
    """Each row of "batch" by itself; the loss is the mean over the rows."""
    for network, w in networks_of("batch"):
        value = {name: values[0] for (name, _), values in network.values.items()}
        errors = []
        for x, target, y in zip(w["X"], w["Y_hat"], value["Y"], strict=True):
            by_hand = w["W_2"].T @ np.tanh(w["W_1"].T @ x + w["b_1"][0]) + w["b_2"][0]
            np.testing.assert_allclose(y, by_hand, rtol=1e-10, atol=1e-12)
            errors.append(np.sum((by_hand - target) ** 2) / 2)
        assert value["L"].item() == pytest.approx(np.mean(errors), rel=1e-12)
