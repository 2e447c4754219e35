"""Linear attention, which is a network with fast weights: attention without the softmax is a linear recurrence.

y_t = Σ v_s (k_s·q_t), over all s ≤ t, is W_t q_t with W_t = W_{t−1} + v_t k_t⊤. In the sum, each step looks back at all
others (attention; Katharopoulos et al. 2020); in the product, a matrix is written to and read from (fast weights;
Schmidhuber 1992, Schlag, Irie and Schmidhuber 2021). Queries and keys are (T, B, D), values (T, B, O), and so is y.
"""

import numpy as np
from numpy import ndarray


def attention(q: ndarray, k: ndarray, v: ndarray) -> ndarray:
    """All pairs of steps at once: about T² B (D + O) multiplications, no step waits for another."""
    scores = np.einsum("tbd,sbd->bts", q, k) * np.tri(len(q))
    return np.einsum("bts,sbo->tbo", scores, v)


def fast_weights(q: ndarray, k: ndarray, v: ndarray) -> ndarray:
    """One step after the other, with one matrix W (B, O, D) as memory: about 2 T B D O multiplications."""
    W = np.zeros((*v.shape[1:], q.shape[2]), np.result_type(q, k, v))
    y = np.empty(v.shape, W.dtype)
    for t in range(len(q)):
        W = W + v[t][..., None] * k[t][:, None]
        y[t] = np.einsum("bod,bd->bo", W, q[t])
    return y


def backward(q: ndarray, k: ndarray, v: ndarray, dy: ndarray) -> tuple[ndarray, ndarray, ndarray]:
    """From dy (T, B, O) to the gradients of q, k and v: three linear attentions, two of them from the end."""
    dq = fast_weights(dy, v, k)
    dk, dv = fast_weights(v[::-1], dy[::-1], q[::-1])[::-1], fast_weights(k[::-1], q[::-1], dy[::-1])[::-1]
    return dq, dk, dv
