"""Dropout (Srivastava et al. 2014): in training, each number is set to zero with a certain probability.

The others are divided by the probability of staying, so that the mean stays what it was and nothing has to change when
the training is over. The derivative of a product with a mask is the product with the same mask.

It belongs between layers, where ``Stack.forward`` has it (Zaremba, Sutskever and Vinyals 2014). ``along_time`` has it
on the other edge, with the masks of one sequence alike at all steps (Gal and Ghahramani 2016) or not.
"""

from typing import Any

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.activations import tanh_prime
from rnn_notes.cells import RNN, RNNTrace, arrays, require


def mask(rng: np.random.Generator, shape: tuple[int, ...], rate: float, dtype: DTypeLike = np.float64) -> ndarray:
    """An array of 0, with probability ``rate``, and 1 / (1 − rate).

    Of shape (T, B, H) it drops anew at each step; of shape (1, B, H) it drops the same units at all steps (Gal and
    Ghahramani 2016). Raises ValueError if the rate is not from 0 to below 1, or if the dtype has no fractions.
    """
    require.sizes(rng)
    if not (isinstance(rate, float | int) and 0 <= rate < 1):
        raise ValueError(f"rate is {rate!r:.60} but a probability from 0 to below 1 is expected; pass rate=0.5")
    if np.dtype(dtype).kind not in "fc":
        raise ValueError(f"dtype is {np.dtype(dtype)} but 1 / (1 - rate) is a fraction; pass dtype=np.float64")
    return ((rng.random(shape) >= rate) / (1 - rate)).astype(dtype)


def along_time(rnn: RNN, x: ArrayLike, drop: ArrayLike, h0: ArrayLike | None = None) -> RNNTrace:
    """Run h_t = tanh(W_xh x_t + W_hh (drop_t ⊙ h_{t−1}) + b_h) over x (T, B, D).

    ``drop`` is (T, B, H), or (1, B, H) for the same at all steps; the states of the trace are those before it.
    Raises ValueError if a shape does not fit.
    """
    x, h = arrays.start(rnn, x, h0=h0)
    a, m = arrays.project(rnn.W_xh, x, rnn.b_h), masks(rnn, "drop", drop, *h[1:].shape)
    for t in range(len(x)):
        h[t + 1] = np.tanh(a[t] + (m[t] * h[t]) @ rnn.W_hh.T)
    return RNNTrace(x.copy(), h)


def along_time_backward(rnn: RNN, trace: RNNTrace, drop: ArrayLike, dh: ArrayLike) -> tuple[RNN, ndarray, ndarray]:
    """From dh (T, B, H) to the gradient with respect to the parameters (an RNN), x (T, B, D) and h0 (B, H)."""
    (dh,) = arrays.start_back(rnn, trace, RNNTrace, dh)
    m = masks(rnn, "drop", drop, *dh.shape)
    delta, dh_next = tanh_prime(trace.h[1:]), np.zeros_like(trace.h[0])
    for t in reversed(range(len(dh))):
        delta[t] *= dh[t] + dh_next
        dh_next = m[t] * (delta[t] @ rnn.W_hh)
    dW_hh = arrays.weight_gradient(delta, m * trace.h[:-1])  # W_hh has seen what was left
    grads = RNN(arrays.weight_gradient(delta, trace.x), dW_hh, delta.sum(axis=(0, 1)))
    return grads, arrays.input_gradient(delta, rnn.W_xh), dh_next


def masks(layer: Any, name: str, drop: ArrayLike, T: int, B: int, H: int) -> ndarray:
    """One for each step, (T, B, H), of ``drop`` (T, B, H) or (1, B, H). Raises ValueError if it has another shape."""
    steps = 1 if np.ndim(drop) == 3 and len(np.asarray(drop)) == 1 else T
    return np.broadcast_to(require.array(layer, name, drop, T=steps, B=B, H=H), (T, B, H))
