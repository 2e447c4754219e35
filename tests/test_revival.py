"""LRU, sLSTM and linear attention compute their formulas, backwards as forwards, where a naive form fails too."""

import numpy as np
import pytest

from rnn_notes import linear_attention, parameters, scan
from rnn_notes.gradcheck import complex_step, relative_difference
from rnn_notes.lru import LRU
from rnn_notes.minlstm import MinLSTM
from rnn_notes.slstm import SLSTM
from rnn_notes.stack import Stack

T, B, D, H, N = 5, 2, 3, 4, 6
rng = np.random.default_rng(0)
X, W = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))


def lru():
    """A random one, with its initial state."""
    rng = np.random.default_rng(1)
    cell = LRU.init(D, N, H, rng)
    return cell, rng.normal(size=(B, N)), rng.normal(size=(B, N))


def slstm(scale=1.0):
    """A random one, with initial states; the total weight is positive."""
    rng = np.random.default_rng(2)
    cell = parameters.apply(lambda a: scale * rng.normal(size=a.shape), SLSTM.init(D, H, rng))
    h, c, w, m = rng.normal(size=(4, B, H))
    return cell, h, c, 1 + np.abs(w), m


def test_an_lru_is_its_formula_step_by_step():
    """With complex vectors, from a state that is not zero; |λ| is below 1."""
    cell, re, im = lru()
    lam = np.exp(-np.exp(cell.nu) + 1j * cell.theta)
    assert (np.abs(lam) < 1).all()
    W_in, V = cell.W[0] + 1j * cell.W[1], cell.V[0] + 1j * cell.V[1]
    trace, s = cell.forward(X, re, im), re + 1j * im
    for t in range(T):
        s = lam * s + np.sqrt(1 - np.abs(lam) ** 2) * (X[t] @ W_in.T)
        np.testing.assert_allclose(trace.re[t + 1] + 1j * trace.im[t + 1], s, rtol=0, atol=1e-14)
        np.testing.assert_allclose(trace.h[t + 1], (s @ V.T).real, rtol=0, atol=1e-14)
    assert trace.h.dtype == float


@pytest.mark.parametrize("angle", [np.pi, 0.1])
def test_an_lru_begins_on_a_ring(angle):
    """|λ| from 0.9 to 0.999, and angles all over the slice that was asked for."""
    cell = LRU.init(D, 1000, H, np.random.default_rng(0), angle=angle)
    size = np.exp(-np.exp(cell.nu))
    assert 0.9 < size.min() < 0.901
    assert 0.998 < size.max() < 0.999
    assert 0 < cell.theta.min() < 0.01 * angle
    assert 0.99 * angle < cell.theta.max() < angle


def test_an_lru_is_a_convolution():
    """λ is the same at each step."""
    cell, re, im = lru()
    lam = np.exp(-np.exp(cell.nu) + 1j * cell.theta)
    driven = X @ (cell.W[0] + 1j * cell.W[1]).T * np.sqrt(1 - np.abs(lam) ** 2)
    trace = cell.forward(X, re, im)
    np.testing.assert_allclose(
        scan.convolution(lam, driven, re + 1j * im), trace.re + 1j * trace.im, rtol=0, atol=1e-13
    )


def in_real_numbers(cell, x, re, im):
    """The outputs of an LRU without a complex number, so that the complex step can go through."""
    size, found = np.exp(-np.exp(cell["nu"])), []
    cos, sin = size * np.cos(cell["theta"]), size * np.sin(cell["theta"])
    for x_t in x * 1.0:
        driven = [x_t @ W.T * np.sqrt(1 - size * size) for W in cell["W"]]
        re, im = cos * re - sin * im + driven[0], sin * re + cos * im + driven[1]
        found.append(re @ cell["V"][0].T - im @ cell["V"][1].T)
    return np.stack(found)


@pytest.mark.parametrize("T", [1, 2, 5])
def test_the_gradient_of_an_lru_is_the_complex_step(T):
    """Of the same formula in real numbers, to 1e-12."""
    cell, *state = lru()
    np.testing.assert_allclose(in_real_numbers(vars(cell), X, *state), cell.forward(X, *state).h[1:], atol=1e-14)
    grads, dx, *dstate = cell.backward(cell.forward(X[:T], *state), W[:T])
    at = vars(cell), X[:T], state
    measured = complex_step(lambda at: np.sum(W[:T] * in_real_numbers(at[0], at[1], *at[2])), at)
    assert relative_difference((vars(grads), dx, dstate), measured) < 1e-12


def test_an_lru_stores_real_numbers():
    """Two for each complex one."""
    cell, *_ = lru()
    with pytest.raises(ValueError, match=r"^W is complex128 .*; pass np\.stack\(\[W\.real, W\.imag\]\)$"):
        parameters.astype(cell, complex)


@pytest.mark.parametrize("T", [1, 2, 5])
def test_the_gradient_of_an_slstm_is_the_complex_step(T):
    """To 1e-12: parameters, input and initial states."""
    cell, *state = slstm()
    grads, dx, *dstate = cell.backward(cell.forward(X[:T], *state), W[:T])
    measured = complex_step(lambda at: np.sum(W[:T] * at[0].forward(at[1], *at[2]).h[1:]), (cell, X[:T], state))
    assert relative_difference((grads, dx, dstate), measured) < 1e-12


def test_an_lru_goes_into_a_stack():
    """It says how many features it takes and gives, and what it carries."""
    rng = np.random.default_rng(3)
    layers = Stack((LRU.init(D, N, H, rng), SLSTM.init(H, 2, rng)))
    trace = layers.forward(X)
    again = layers.forward(X[2:], *layers.forward(X[:2]).last)
    np.testing.assert_allclose(again.h[1:], trace.h[3:], rtol=0, atol=1e-14)
    assert [a.shape[1] for a in trace.last] == [N, N, 2, 2, 2, 2]


def plain_slstm(cell, x):
    """The published formulas without the stabiliser, for one sequence from nothing."""
    h, c, w = np.zeros((3, len(cell.b[0])))
    sigma = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
    for x_t in x:
        a_i, a_f, a_o, a_c = cell.W_x @ x_t + cell.W_h @ h + cell.b
        i, f = np.exp(a_i), sigma(a_f)
        c, w = f * c + i * np.tanh(a_c), f * w + i
        h = sigma(a_o) * c / w
    return h


def test_the_stabiliser_changes_nothing():
    """The plain formulas give the same, where they do not overflow."""
    cell = slstm()[0]
    np.testing.assert_allclose(cell.forward(X).h[-1, 0], plain_slstm(cell, X[:, 0]), rtol=0, atol=1e-14)


def test_the_stabiliser_holds_where_the_plain_formulas_overflow():
    """exp(1000) is infinite; and where nothing worth counting has been written yet."""
    cell = slstm()[0]
    for bias in (1000, -1000):
        b = cell.b.copy()
        b[0] += bias
        shifted = SLSTM(cell.W_x, cell.W_h, b)
        trace = shifted.forward(X)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            assert np.isnan(plain_slstm(shifted, X[:, 0])).all()
        np.testing.assert_allclose(trace.h, cell.forward(X).h, rtol=0, atol=1e-12)  # i is in c and in w alike
        assert np.isfinite(parameters.global_norm(shifted.backward(trace, W)[0]))


def qkv():
    """Queries, keys and values of T steps."""
    rng = np.random.default_rng(4)
    return [rng.normal(size=(T, B, n)) for n in (D, D, H)]


def test_gates_so_small_that_they_are_zero_still_share():
    """a_f = −1000 and a_i = −1001: both sigmoids are 0 in double precision, and their quotient is e."""
    share = 1 / (1 + np.exp(-1.0))
    W_x, x = np.zeros((3, 1, 1)), np.zeros((1, 1, 1))
    keep = MinLSTM(W_x, np.array([[-1000.0], [-1001.0], [0.0]])).forward(x, np.ones((1, 1))).h[1]
    assert keep.item() == pytest.approx(share, rel=1e-15)
    W_x, b = np.zeros((4, 1, 1)), np.array([[-1001.0], [-1000.0], [1000.0], [0.0]])
    once = np.ones((1, 1))
    trace = SLSTM(W_x, W_x, b).forward(x, once, once, once, 0 * once)  # c = w = 1, and nothing is added to c
    assert trace.h[1].item() == pytest.approx(share, rel=1e-15)


def test_an_lru_that_hardly_forgets_has_all_its_digits():
    """|λ|² = exp(−2e⁻⁴⁰), which is 1 in double precision; γ is √2 e⁻²⁰ all the same, and so is its gradient finite."""
    cell = LRU(np.array([-40.0]), np.zeros(1), np.array([[[1.0]], [[0.0]]]), np.array([[[1.0]], [[0.0]]]))
    trace = cell.forward(np.ones((1, 1, 1)))
    assert trace.h[1].item() == pytest.approx(np.sqrt(2) * np.exp(-20), rel=1e-15)
    grads = cell.backward(trace, np.ones((1, 1, 1)))[0]
    assert grads.nu.item() == pytest.approx(np.exp(-20) / np.sqrt(2), rel=1e-14)  # dγ/dν = γ / 2


def test_linear_attention_is_a_network_with_fast_weights():
    """All pairs at once, or a matrix that is written to step by step."""
    np.testing.assert_allclose(linear_attention.fast_weights(*qkv()), linear_attention.attention(*qkv()), atol=1e-14)


def test_the_gradient_of_linear_attention_is_the_complex_step():
    """Of queries, keys and values, to 1e-12."""
    measured = complex_step(lambda at: np.sum(W * linear_attention.attention(*at)), qkv())
    assert relative_difference(list(linear_attention.backward(*qkv(), W)), measured) < 1e-12
