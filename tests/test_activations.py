"""The activation functions are the ones of the textbooks, and so are their derivatives, taken from the output."""

import numpy as np
import pytest

from rnn_notes import activations
from rnn_notes.activations import (
    relu,
    relu_prime,
    sigmoid,
    sigmoid_prime,
    softmax,
    softmax_jacobian,
    tanh,
    tanh_prime,
)
from rnn_notes.gradcheck import complex_step

A = np.linspace(-6, 6, 49)


def test_the_sigmoid_is_one_over_one_plus_e_to_the_minus_a():
    """To rounding, where that form does not overflow."""
    np.testing.assert_allclose(sigmoid(A), 1 / (1 + np.exp(-A)), rtol=0, atol=2e-16)


def test_the_sigmoid_never_overflows():
    """Far out it is exactly 0 and 1, without a warning."""
    assert sigmoid(np.array([-1e308, -1000.0, 1000.0, 1e308])).tolist() == [0, 0, 1, 1]


def test_the_sigmoid_is_symmetric_about_one_half():
    """σ(0) = 1/2 and σ(−a) = 1 − σ(a)."""
    assert sigmoid(np.float64(0)) == 0.5
    np.testing.assert_allclose(sigmoid(-A), 1 - sigmoid(A), rtol=0, atol=2e-16)


def test_tanh_is_a_stretched_sigmoid():
    """tanh a = 2 σ(2a) − 1."""
    np.testing.assert_allclose(tanh(A), 2 * (1 / (1 + np.exp(-2 * A))) - 1, rtol=0, atol=4e-16)


def test_the_slope_of_the_sigmoid_is_steepest_at_zero():
    """σ′ is at most σ′(0) = 1/4, and tanh′ at most tanh′(0) = 1."""
    assert sigmoid_prime(sigmoid(A)).max() == sigmoid_prime(np.float64(0.5)) == 0.25
    assert tanh_prime(tanh(A)).max() == tanh_prime(np.float64(0)) == 1


@pytest.mark.parametrize(("f", "prime"), [(sigmoid, sigmoid_prime), (tanh, tanh_prime)])
def test_a_derivative_from_the_output_is_the_derivative(f, prime):
    """Against the complex step."""
    np.testing.assert_allclose(prime(f(A)), complex_step(lambda a: f(a).sum(), A), rtol=0, atol=1e-15)


def test_relu_cuts_off_what_is_negative():
    """Its derivative is a step, and 0 at the kink."""
    a = np.array([-2.0, -0.0, 0.0, 3.0])
    assert relu(a).tolist() == [0, 0, 0, 3]
    assert relu_prime(relu(a)).tolist() == [0, 0, 0, 1]


def test_softmax_is_a_distribution_along_the_last_axis():
    """Positive, and each row sums to 1; the textbook form agrees."""
    a = np.random.default_rng(0).normal(size=(3, 2, 5))
    y = softmax(a)
    assert (y > 0).all()
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=0, atol=1e-15)
    np.testing.assert_allclose(y, np.exp(a) / np.exp(a).sum(axis=-1, keepdims=True), rtol=1e-14)


def test_softmax_sees_differences_only():
    """A shift of all entries changes nothing, and huge ones do not overflow."""
    a = np.array([1.0, 2.0, 4.0])
    np.testing.assert_allclose(softmax(a + 100), softmax(a), rtol=1e-13)
    assert softmax(np.array([1e300, 0.0])).tolist() == [1, 0]


def test_softmax_of_two_is_the_sigmoid_of_their_difference():
    """softmax(a, b)₁ = σ(a − b)."""
    pairs = np.random.default_rng(0).normal(size=(7, 2))
    np.testing.assert_allclose(softmax(pairs)[:, 0], sigmoid(pairs[:, 0] - pairs[:, 1]), rtol=1e-14)


def test_the_softmax_jacobian_is_the_derivative():
    """Row k is ∂y_k/∂a, against the complex step, also for a batch."""
    a = np.random.default_rng(0).normal(size=(2, 4))
    J = softmax_jacobian(softmax(a))
    for b in range(2):
        for k in range(4):
            row = complex_step(lambda v, k=k: softmax(v)[k], a[b])
            np.testing.assert_allclose(J[b, k], row, rtol=0, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("name", [n for n in dir(activations) if n.startswith(("sigmoid", "tanh", "relu", "softmax"))])
def test_shape_and_dtype_are_kept(name, dtype):
    """Also in single precision, where a stray float64 would double the work."""
    result = getattr(activations, name)(np.full((2, 3), 0.5, dtype))
    assert result.dtype == dtype
    assert result.shape == ((2, 3, 3) if name == "softmax_jacobian" else (2, 3))
