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
    tanh,
    tanh_prime,
)
from rnn_notes.gradcheck import complex_step
from rnn_notes.readout import cross_entropy

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


def log_sigmoid(a):
    """log σ(a) = −log(1 + e^(−a)), without σ."""
    return -np.logaddexp(0, -a)


@pytest.mark.parametrize(("dtype", "last"), [(np.float64, -708), (np.float32, -87), (np.complex128, -708)])
def test_the_sigmoid_keeps_its_digits_in_both_tails(dtype, last):
    """log σ(−40) = −40, as for all a down to the smallest normal number; and 1 − σ(a) is σ(−a)."""
    a = np.linspace(last, 40, 401)
    rounding = np.finfo(dtype).eps
    exact = np.exp(log_sigmoid(a.astype(dtype).real.astype(np.float64)))
    np.testing.assert_allclose(sigmoid(a.astype(dtype)), exact, rtol=4 * rounding + 1e-13, atol=0)
    assert np.log(sigmoid(np.float64(-40))) == -40


def test_the_slope_of_the_sigmoid_is_right_in_both_tails_by_the_complex_step():
    """σ′(a) = σ(a) σ(−a), from where it is 1e-270 to where it is that again, and no NaN further out."""
    a = np.linspace(-620, 620, 63)
    measured = np.array([sigmoid(np.array(b + 1e-30j)).imag / 1e-30 for b in a])
    np.testing.assert_allclose(measured[:32], np.exp(log_sigmoid(a[:32]) + log_sigmoid(-a[:32])), rtol=1e-12)
    np.testing.assert_allclose(
        measured[32:], np.exp(log_sigmoid(a[32:]) + log_sigmoid(-a[32:])), rtol=1e-12, atol=1e-16
    )
    assert (np.array([sigmoid(np.array(b + 1e-30j)).imag for b in (-1e300, -750, 750, 1e300)]) == 0).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_nothing_far_out_is_a_floating_point_error(dtype):
    """Even where every one is to be raised: of overflow, underflow, division and invalid operation."""
    a = np.array([-1e30, -800, -746, -710, -104, -89, 0, 89, 104, 710, 800, 1e30], dtype)
    with np.errstate(all="raise"):
        for f in (sigmoid, relu, tanh):
            assert np.isfinite(f(a)).all()
        assert np.isfinite(softmax(np.stack([a, a[::-1], 0 * a], axis=-1))).all()
        loss, dy = cross_entropy(np.array([[[-800, 0, 3], [0, 800, -800]]], dtype), np.array([[0, 2]]))
        assert np.isfinite(loss)
        assert np.isfinite(dy).all()


def test_unsigned_integers_are_numbers_too():
    """−200 is 56 among them."""
    assert sigmoid(np.array([0, 200], np.uint8)).tolist() == [0.5, 1]


@pytest.mark.parametrize("f", [sigmoid, tanh, relu, softmax, sigmoid_prime, tanh_prime, relu_prime])
def test_not_a_number_is_never_hidden(f):
    """What is NaN stays NaN, so that those who look for it find it."""
    assert np.isnan(f(np.array([np.nan, 1.0]))[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("name", [n for n in dir(activations) if n.startswith(("sigmoid", "tanh", "relu", "softmax"))])
def test_shape_and_dtype_are_kept(name, dtype):
    """Also in single precision, where a stray float64 would double the work."""
    result = getattr(activations, name)(np.full((2, 3), 0.5, dtype))
    assert result.dtype == dtype
    assert result.shape == (2, 3)
