"""The linear recurrence h_t = a_t ⊙ h_{t−1} + b_t, in three ways: a loop, a scan, and for constant a a convolution.

Two steps in a row are one step of the same kind: (a, b) then (a′, b′) is (a′ ⊙ a, a′ ⊙ b + b′). That is associative,
so the steps may be combined in any grouping, and T of them need only about 2 log₂ T rounds (Blelloch 1990; Martin and
Cundy 2018). Nothing is divided by a product of the a, which underflows.

a and b are (T, B, H), real or complex; h0 is (B, H); the result is (T + 1, B, H), with h[0] = h0 as in a cell's trace.
"""

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_notes.cells import require


def loop(a: ArrayLike, b: ArrayLike, h0: ArrayLike) -> ndarray:
    """One step after the other."""
    a, b, h0 = _checked(a, b, h0)
    h = np.empty((len(a) + 1, *b.shape[1:]), np.result_type(a, b, h0))
    h[0] = h0
    for t in range(len(a)):
        h[t + 1] = a[t] * h[t] + b[t]
    return h


def scan(a: ArrayLike, b: ArrayLike, h0: ArrayLike) -> ndarray:
    """The same in about 2 log₂ T rounds of whole arrays."""
    a, b, h0 = _checked(a, b, h0)
    first = np.concatenate([(a[0] * h0 + b[0])[None], b[1:]])  # h_0 goes into the first step
    return np.concatenate([h0[None], _from_zero(a, first)])


def _from_zero(a: ndarray, b: ndarray) -> ndarray:
    """h_1 … h_T from h_0 = 0: combine the steps in pairs, do the half as many, then fill in what lies between."""
    T = len(a)
    if T == 1:
        return b
    even = T // 2 * 2
    a_pair, b_pair = combine((a[0:even:2], b[0:even:2]), (a[1:even:2], b[1:even:2]))
    h = np.empty_like(b)
    h[1::2] = _from_zero(a_pair, b_pair)  # after each pair
    h[0] = b[0]
    h[2::2] = a[2::2] * h[1:-1:2] + b[2::2]  # after the first of each pair
    return h


def combine(first: tuple[ndarray, ndarray], then: tuple[ndarray, ndarray]) -> tuple[ndarray, ndarray]:
    """The step (a, b) that does the first and then the other."""
    (a, b), (a_then, b_then) = first, then
    return a_then * a, a_then * b + b_then


def convolution(a: ArrayLike, b: ArrayLike, h0: ArrayLike) -> ndarray:
    """For one a (H,) for all steps: h_t = aᵗ ⊙ h_0 + Σ_k a^(t−k) ⊙ b_k, by the fast Fourier transform.

    Right to rounding relative to the largest h if |a| ≤ 1.
    """
    a, (b,) = require.numbers("a", a), require.series(b=b)
    if a.shape != b.shape[2:]:
        raise ValueError(
            f"a has shape {a.shape} but one for all steps, {b.shape[2:]}, is expected; for others take scan"
        )
    _, b, h0 = _checked(np.broadcast_to(a, b.shape), b, h0)
    T = len(b)
    powers = np.cumprod(np.concatenate([np.ones((1, *a.shape), a.dtype), np.broadcast_to(a, (T, *a.shape))]), axis=0)
    n = 2 * T  # so that the end does not reach round to the beginning
    mixed = np.fft.ifft(np.fft.fft(powers[:T, None], n, axis=0) * np.fft.fft(b, n, axis=0), axis=0)[:T]
    h = powers[1:, None] * h0 + (mixed.real if np.isrealobj(a) and np.isrealobj(b) else mixed)
    return np.concatenate([h0[None], h])


def backward(a: ndarray, h: ndarray, dh: ndarray) -> tuple[ndarray, ndarray, ndarray]:
    """From dh (T, B, H), the gradient through h_t at once, to those of a, b and h0.

    The gradient ``g[t] = dh[t] + a[t + 1] * g[t + 1]`` is a linear recurrence from the end, a scan in reverse.
    """
    following = np.concatenate([a[1:], np.zeros_like(a[:1])])[::-1]
    db = scan(following, dh[::-1], np.zeros_like(dh[0]))[1:][::-1]
    return db * h[:-1], db, a[0] * db[0]


def _checked(a: ArrayLike, b: ArrayLike, h0: ArrayLike) -> tuple[ndarray, ndarray, ndarray]:
    """Raise ValueError unless the shapes belong together: nothing is broadcast."""
    a, b, h0 = (require.numbers(name, value) for name, value in (("a", a), ("b", b), ("h0", h0)))
    if a.ndim != 3 or a.shape != b.shape or a.shape[1:] != h0.shape or not a.size:
        shapes = f"{a.shape}, {b.shape} and {h0.shape}"
        raise ValueError(
            f"a, b and h0 have shapes {shapes} but (T, B, H) twice and (B, H) are expected; pass such ones"
        )
    return a, b, h0
