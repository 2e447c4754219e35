"""Linear attention, which is a network with fast weights: attention without the softmax is a linear recurrence.

y_t = Σ v_s (k_s·q_t), over all s ≤ t, is W_t q_t with W_t = W_{t−1} + v_t k_t⊤. In the sum, each step looks back at all
others (attention; Katharopoulos et al. 2020); in the product, a matrix is written to and read from (fast weights;
Schmidhuber 1992, Schlag, Irie and Schmidhuber 2021). Queries and keys are (T, B, D), values (T, B, O), and so is y.
"""

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_notes.cells import require


def attention(q: ArrayLike, k: ArrayLike, v: ArrayLike) -> ndarray:
    """All pairs of steps at once: about T² B (D + O) multiplications, no step waits for another."""
    q, k, v = _checked(q, k, v)
    scores = np.einsum("tbd,sbd->bts", q, k) * np.tri(len(q), dtype=q.real.dtype)
    return np.einsum("bts,sbo->tbo", scores, v)


def fast_weights(q: ArrayLike, k: ArrayLike, v: ArrayLike) -> ndarray:
    """One step after the other, with one matrix W (B, O, D) as memory: about 2 T B D O multiplications."""
    q, k, v = _checked(q, k, v)
    W = np.zeros((*v.shape[1:], q.shape[2]), np.result_type(q, k, v))
    y = np.empty(v.shape, W.dtype)
    for t in range(len(q)):
        W = W + v[t][..., None] * k[t][:, None]
        y[t] = np.einsum("bod,bd->bo", W, q[t])
    return y


def backward(q: ArrayLike, k: ArrayLike, v: ArrayLike, dy: ArrayLike) -> tuple[ndarray, ndarray, ndarray]:
    """From dy (T, B, O) to the gradients of q, k and v: three linear attentions, two of them from the end."""
    (q, k, v), (_, _, dy) = _checked(q, k, v), _checked(q, k, dy)
    dq = fast_weights(dy, v, k)
    dk, dv = fast_weights(v[::-1], dy[::-1], q[::-1])[::-1], fast_weights(k[::-1], q[::-1], dy[::-1])[::-1]
    return dq, dk, dv


def _checked(q: ArrayLike, k: ArrayLike, v: ArrayLike) -> list[ndarray]:
    """Queries, keys and values of the same steps and sequences."""
    q, k, v = found = require.series(q=q, k=k, v=v)
    if q.shape != k.shape or q.shape[:2] != v.shape[:2]:
        raise ValueError(
            f"q, k and v have shapes {q.shape}, {k.shape} and {v.shape} but one of each is expected at every step; "
            f"pass (T, B, D), (T, B, D) and (T, B, O)"
        )
    return found
