"""A linear recurrence is the same by a loop, a scan and a convolution, and so is what is built on it."""

import numpy as np
import pytest

from rnn_notes import parameters, scan
from rnn_notes.gradcheck import complex_step, relative_difference
from rnn_notes.minimal import MinGRU, SignedMinGRU
from rnn_notes.minlstm import MinLSTM

B, D, H = 2, 3, 4
LENGTHS = (1, 2, 3, 5, 8, 13, 64, 100)


def recurrence(T, seed=0, kind=float):
    """Random a in (−1, 1), b and h0; h0 is not zero."""
    rng = np.random.default_rng([seed, T])
    a, b, h0 = rng.uniform(-1, 1, (T, B, H)), rng.normal(size=(T, B, H)), rng.normal(size=(B, H))
    if kind is complex:
        a, b, h0 = a * np.exp(1j * rng.normal(size=a.shape)), b + 1j * rng.normal(size=b.shape), h0 * (1 - 2j)
    return a, b, h0


@pytest.mark.parametrize("kind", [float, complex])
@pytest.mark.parametrize("T", LENGTHS)
def test_the_scan_is_the_loop(T, kind):
    """To 1e-14, for every length, from a state that is not zero."""
    a, b, h0 = recurrence(T, kind=kind)
    h = scan.loop(a, b, h0)
    assert h.shape == (T + 1, B, H)
    np.testing.assert_allclose(scan.scan(a, b, h0), h, rtol=0, atol=1e-14)


@pytest.mark.parametrize("T", LENGTHS)
def test_a_convolution_is_the_loop_with_one_a(T):
    """To 1e-13, real and complex, and where a is 0 or of size 1."""
    for kind in (float, complex):
        a, b, h0 = recurrence(T, kind=kind)
        a = a[0, 0].copy()
        a[0], a[1] = 0, -1
        h = scan.loop(np.broadcast_to(a, b.shape), b, h0)
        found = scan.convolution(a, b, h0)
        assert found.dtype == h.dtype
        np.testing.assert_allclose(found, h, rtol=0, atol=1e-13)


def test_the_scan_holds_where_a_product_underflows():
    """Of a thousand factors near 0.1, of zeros, and of a sudden reset."""
    a, b, h0 = recurrence(1000)
    a = np.abs(a) * 0.2
    a[500] = 0
    assert np.cumprod(a, axis=0)[499].max() == 0
    h = scan.loop(a, b, h0)
    np.testing.assert_allclose(scan.scan(a, b, h0), h, rtol=1e-13, atol=1e-15)


def test_combining_steps_is_associative_and_does_both():
    """(s₁ s₂) s₃ = s₁ (s₂ s₃), and applied to h it is one step after the other."""
    a, b, h = recurrence(3)
    s = list(zip(a, b, strict=True))
    left = scan.combine(scan.combine(s[0], s[1]), s[2])
    right = scan.combine(s[0], scan.combine(s[1], s[2]))
    np.testing.assert_allclose(left, right, rtol=0, atol=1e-15)
    np.testing.assert_allclose(left[0] * h + left[1], scan.loop(a, b, h)[3], rtol=0, atol=1e-14)


def test_a_scan_has_few_rounds(monkeypatch):
    """Each combines whole arrays: ten for 1024 steps, of 1023 pairs in all."""
    pairs = []
    combine = scan.combine
    monkeypatch.setattr(scan, "combine", lambda first, then: pairs.append(len(first[0])) or combine(first, then))
    scan.scan(*recurrence(1024))
    assert pairs == [512 >> k for k in range(10)]


@pytest.mark.parametrize("T", [1, 2, 5, 8])
def test_backward_is_the_complex_step(T):
    """Of a, b and h0, to 1e-12; and the loop backwards is the scan."""
    a, b, h0 = recurrence(T)
    w = np.random.default_rng(1).normal(size=b.shape)
    found = scan.backward(a, scan.scan(a, b, h0), w)
    measured = complex_step(lambda at: np.sum(w * scan.scan(*at)[1:]), (a, b, h0))
    assert relative_difference(found, measured) < 1e-12


# minGRU and minLSTM.

each_cell = pytest.mark.parametrize("cls", [MinGRU, SignedMinGRU, MinLSTM])


def drawn(cls, T=5):
    """A random cell, its input, initial state and the weights of a loss."""
    rng = np.random.default_rng(0)
    cell = parameters.apply(lambda a: rng.normal(size=a.shape), cls.init(D, H, rng))
    return cell, *(rng.normal(size=s) for s in ((T, B, D), (B, H), (T, B, H)))


@each_cell
def test_a_minimal_cell_is_its_formula_step_by_step(cls):
    """With vectors, from the parameters gate by gate."""
    cell, x, h0, _ = drawn(cls)
    sigma = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
    trace = cell.forward(x, h0)
    for t in range(5):
        for k in range(B):
            h, parts = trace.h[t, k], cell.W_x @ x[t, k] + cell.b
            if cls is MinLSTM:
                f, i = sigma(parts[0]), sigma(parts[1])
                expected = f / (f + i) * h + i / (f + i) * parts[2]
            else:
                keep = sigma(parts[0]) if cls is MinGRU else np.tanh(parts[0] / 2)
                expected = keep * h + (1 - keep) * parts[1]
            np.testing.assert_allclose(trace.h[t + 1, k], expected, rtol=0, atol=1e-14)
    assert (trace.last[0] == trace.h[-1]).all()
    assert (cell.forward(x).h == cell.forward(x, np.zeros((B, H))).h).all()


@each_cell
@pytest.mark.parametrize("T", [1, 2, 5])
def test_the_gradient_of_a_minimal_cell_is_the_complex_step(cls, T):
    """To 1e-12: parameters, input and initial state."""
    cell, x, h0, w = drawn(cls, T)
    found = cell.backward(cell.forward(x, h0), w)
    measured = complex_step(lambda at: np.sum(w * at[0].forward(at[1], at[2]).h[1:]), (cell, x, h0))
    assert relative_difference(found, measured) < 1e-12


@each_cell
def test_a_minimal_cell_refuses_like_a_cell(cls):
    """Input of a wrong size, and parameters with another number of gates."""
    cell, x, _, _ = drawn(cls)
    with pytest.raises(ValueError, match=rf"^x has 2 features but this {cls.__name__} expects 3; pass x of shape"):
        cell.forward(x[..., :2])
    with pytest.raises(
        ValueError, match=rf"^W_x has shape .* but this {cls.__name__} expects \({len(cls.gates)}, 4, 3"
    ):
        cls(np.zeros((7, H, D)), np.zeros((7, H)))


@pytest.mark.parametrize("run", [scan.loop, scan.scan])
@pytest.mark.parametrize(
    "shapes",
    [
        ((3, 1, 2), (2, 1, 2), (1, 2)),
        ((3, 1, 2), (3, 1, 2), (2,)),
        ((2, 1, 2), (3, 1, 2), (1, 2)),
        ((0, 1, 2),) * 2 + ((1, 2),),
    ],
)
def test_shapes_that_do_not_belong_together_are_refused(run, shapes):
    """Else some would be broadcast, and others cut."""
    with pytest.raises(ValueError, match=r"a, b and h0 have shapes .* but \(T, B, H\) twice and \(B, H\) are expected"):
        run(*map(np.ones, shapes))
