"""The output layer and the losses, forwards and backwards, and what they refuse."""

import re

import numpy as np
import pytest

from rnn_notes import Readout, parameters
from rnn_notes.gradcheck import complex_step, relative_difference
from rnn_notes.readout import cross_entropy, squared_error

T, B, H, O = 4, 2, 3, 5


@pytest.fixture
def rng():
    """A generator with a pinned seed."""
    return np.random.default_rng(0)


@pytest.fixture
def readout(rng):
    """A readout with random weights and biases."""
    return Readout(rng.normal(size=(O, H)), rng.normal(size=O))


def test_forward_is_the_formula(readout, rng):
    """y_t = W_hy h_t + b_y, for each step of each sequence as a column vector."""
    h = rng.normal(size=(T, B, H))
    y = readout.forward(h)
    assert y.shape == (T, B, O)
    np.testing.assert_allclose(y[2, 1], readout.W_hy @ h[2, 1] + readout.b_y, rtol=0, atol=1e-15)


@pytest.mark.parametrize("loss", [squared_error, cross_entropy])
def test_backward_is_the_complex_step(readout, rng, loss):
    """Through each loss, to 1e-12: the gradients of parameters, hidden states and outputs."""
    h = rng.normal(size=(T, B, H))
    target = rng.integers(O, size=(T, B)) if loss is cross_entropy else rng.normal(size=(T, B, O))
    y = readout.forward(h)
    _, dy = loss(y, target)
    grads, dh = readout.backward(h, dy)
    complex_readout = parameters.astype(readout, complex)
    assert relative_difference(dy, complex_step(lambda y: loss(y, target)[0], y)) < 1e-12
    assert relative_difference(grads, complex_step(lambda r: loss(r.forward(h), target)[0], readout)) < 1e-12
    assert relative_difference(dh, complex_step(lambda h: loss(complex_readout.forward(h), target)[0], h)) < 1e-12


def test_squared_error_by_hand():
    """Half the squared difference, summed over steps and outputs, averaged over the batch."""
    loss, dy = squared_error(np.array([[[1.0, 2.0], [0.0, 0.0]]]), np.array([[[0.0, 4.0], [0.0, 2.0]]]))
    assert loss == (0.5 * (1 + 4) + 0.5 * 4) / 2
    assert dy.tolist() == [[[0.5, -1], [0, -1]]]


def test_cross_entropy_of_equal_scores_is_the_logarithm_of_the_number_of_classes():
    """ln O a step, summed over steps, averaged over the batch."""
    loss, _ = cross_entropy(np.ones((T, B, O)), np.zeros((T, B), int))
    assert loss == pytest.approx(T * np.log(O), rel=1e-15)


def test_cross_entropy_gradient_is_softmax_minus_one_hot(rng):
    """And each row of it sums to zero."""
    y, target = rng.normal(size=(T, B, O)), rng.integers(O, size=(T, B))
    _, dy = cross_entropy(y, target)
    softmax = np.exp(y) / np.exp(y).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(dy, (softmax - np.eye(O)[target]) / B, rtol=0, atol=1e-15)
    np.testing.assert_allclose(dy.sum(axis=-1), 0, rtol=0, atol=1e-15)


def test_cross_entropy_of_a_certain_mistake_is_finite():
    """Its logarithm is never that of zero."""
    loss, dy = cross_entropy(np.array([[[1e4, 0.0]]]), np.array([[1]]))
    assert loss == 1e4
    assert dy.tolist() == [[[1, -1]]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_that_of_the_readout(rng, dtype):
    """Outputs, gradients and losses."""
    readout = Readout.init(H, O, rng, dtype)
    h = rng.normal(size=(T, B, H)).astype(dtype)
    y = readout.forward(h)
    for loss, target in ((squared_error, np.zeros_like(y)), (cross_entropy, np.zeros((T, B), int))):
        value, dy = loss(y, target)
        grads, dh = readout.backward(h, dy)
        assert {a.dtype for a in (y, value, dy, dh, grads.W_hy, grads.b_y)} == {np.dtype(dtype)}


REFUSED = [
    (
        lambda r: r.forward(np.ones((T, B, 4))),
        "h has 4 hidden units but this Readout expects 3; pass h of shape (T, B, 3)",
    ),
    (
        lambda r: r.backward(np.ones((T, B, H)), np.ones((T, B, 4))),
        "dy has 4 outputs but this Readout expects 5; pass dy of shape (4, 2, 5)",
    ),
    (
        lambda r: squared_error(np.ones((T, B, O)), np.ones((T, B))),
        "target has shape (4, 2) but y has shape (4, 2, 5); pass target of shape (4, 2, 5)",
    ),
    (
        lambda r: cross_entropy(np.ones((T, B, O)), np.ones((T, B, O))),
        "target is float64 of shape (4, 2, 5) but class numbers of shape (4, 2) are expected; "
        "pass target.argmax(axis=-1)",
    ),
    (
        lambda r: cross_entropy(np.ones((T, B, O)), np.ones((T, B))),
        "target is float64 of shape (4, 2) but class numbers of shape (4, 2) are expected; "
        "pass whole numbers such as target.astype(int)",
    ),
    *(
        (
            lambda r, loss=loss, target=target: loss(np.ones((B, O)), target),
            "y has shape (2, 5) but (T, B, O) is expected, no size zero; "
            "pass y[None] for a single time step, y[:, None] for a single sequence, target alike",
        )
        for loss, target in ((squared_error, np.ones((B, O))), (cross_entropy, np.ones(B, int)))
    ),
    (
        lambda r: squared_error(np.ones((T, 0, O)), np.ones((T, 0, O))),
        "y has shape (4, 0, 5) but (T, B, O) is expected, no size zero; pass such an array, target alike",
    ),
    (
        lambda r: squared_error(np.ones((T, B, O)), np.ones((B, O))),
        "target has shape (2, 5) but y has shape (4, 2, 5); pass target of shape (4, 2, 5), "
        "or for a loss at the last step alone y[-1:] and target[None]",
    ),
    (
        lambda r: squared_error(np.full((T, B, O), np.nan), np.ones((T, B, O))),
        "y holds nan at (0, 0, 0) but finite numbers are expected; replace or remove missing values first",
    ),
    (
        lambda r: cross_entropy(np.full((T, B, O), np.nan), np.ones((T, B), int)),
        "y holds nan at (0, 0, 0) but finite numbers are expected; replace or remove missing values first",
    ),
    (
        lambda r: squared_error(np.ones((1, 1, 1)), np.ma.masked_array([[[1.0]]], True)),
        "target is a MaskedArray but a plain array is expected, as only its numbers would be used; "
        "pass target.filled(0), or another number for what is masked",
    ),
    (
        lambda r: cross_entropy(np.ones((1, 1, 2)), np.ma.masked_array([[1]], True)),
        "target is a MaskedArray but a plain array is expected, as only its numbers would be used; "
        "pass target.filled(0), or another number for what is masked",
    ),
    (
        lambda r: squared_error([[[1.0], [2.0]], [[1.0]]], np.ones((2, 2, 1))),
        "y is ragged but an array is expected; pass sequences of one length",
    ),
    (
        lambda r: squared_error(np.ones((1, 1, 1)), [[["a"]]]),
        "target has dtype <U1 but numbers are expected; pass target as float64",
    ),
    (
        lambda r: cross_entropy(np.ones((T, B, O)), np.full((T, B), O)),
        "target holds 5 to 5 but y has 5 classes; pass 0 to 4",
    ),
    (
        lambda r: cross_entropy(np.ones((T, B, O)), np.full((T, B), -1)),
        "target holds -1 to -1 but y has 5 classes; pass 0 to 4",
    ),
    (
        lambda r: Readout(np.ones((O, H)), np.ones(H)),
        "b_y has shape (3,) but this Readout expects (5,), as W_hy has shape (5, 3); weights are (to, from)",
    ),
]


@pytest.mark.parametrize(("call", "text"), REFUSED)
def test_what_does_not_fit_is_refused(readout, call, text):
    """With the name, what was expected, what came, and the way out."""
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        call(readout)


def test_losses_take_lists():
    """As all else that takes an array."""
    assert squared_error([[[1.0]]], [[[3.0]]])[0] == 2
    assert cross_entropy([[[0.0, 0.0]]], [[1]])[0] == pytest.approx(np.log(2))


def test_a_loss_at_the_last_step_alone_is_what_the_message_says(rng):
    """``y[-1:]`` and ``target[None]`` lead out: dy of the last step is that of the whole."""
    y, target = rng.normal(size=(T, B, O)), rng.normal(size=(B, O))
    assert squared_error(y[-1:], target[None])[0] == pytest.approx(0.5 * np.sum((y[-1] - target) ** 2) / B)
