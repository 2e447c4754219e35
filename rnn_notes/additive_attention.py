"""Additive attention (Bahdanau, Cho and Bengio 2015): a small network says how well a key fits a query.

It learns what fits, and queries and keys may be of two sizes; all else is as in ``attention``.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.activations import tanh_prime
from rnn_notes.attention import AttentionTrace, attend, attend_backward, checked
from rnn_notes.cells import arrays, require


@dataclass(frozen=True, eq=False)
class AdditiveAttention:
    """score(q, k) = w·tanh(W_q q + W_k k)."""

    W_q: ndarray  # (A, D_q)
    W_k: ndarray  # (A, D_k)
    w: ndarray  # (A,)

    dtype = arrays.dtype_of("w")

    def __post_init__(self) -> None:
        A, D_q = require.weights("W_q", self.W_q, "(A, D_q)")
        _, D_k = require.weights("W_k", self.W_k, "(A, D_k)")
        require.parameters(self, W_q=(A, D_q), W_k=(A, D_k), w=(A,))

    @classmethod
    def init(cls, D_q: int, D_k: int, A: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        """Weights uniform in ±1/√(inputs of the neuron)."""
        require.sizes(rng)
        D_q, D_k, A = (require.whole(name, size) for name, size in (("D_q", D_q), ("D_k", D_k), ("A", A)))
        return cls(*(arrays.uniform(rng, shape, dtype) for shape in ((A, D_q), (A, D_k), (A,))))

    def forward(self, q: ArrayLike, k: ArrayLike, v: ArrayLike, allowed: ArrayLike = True) -> AttentionTrace:
        """Raises ValueError if the shapes do not fit, or if a query may see no key."""
        q, k, v = checked(self, q, k, v)
        for name, array, W in (("q", q, self.W_q), ("k", k, self.W_k)):
            if array.shape[2] != W.shape[1]:
                raise ValueError(f"{name} has {array.shape[2]} features but {W.shape[1]} are expected; see W_{name}")
        return attend(self._hidden(q, k) @ self.w, q, k, v, allowed)

    def backward(self, trace: AttentionTrace, dcontext: ArrayLike) -> tuple[Self, ndarray, ndarray, ndarray]:
        """From dcontext (N, B, O) to the gradients of the parameters (an AdditiveAttention), and of q, k and v."""
        q, k = trace.queries, trace.keys
        dscores, dv = attend_backward(self, trace, dcontext)
        hidden = self._hidden(q, k)
        delta = dscores[..., None] * self.w * tanh_prime(hidden)  # (N, B, M, A)
        to_q, to_k = delta.sum(axis=2), delta.sum(axis=0).swapaxes(0, 1)  # (N, B, A), (M, B, A)
        dW_q, dW_k = arrays.weight_gradient(to_q, q), arrays.weight_gradient(to_k, k)
        grads = type(self)(dW_q, dW_k, np.einsum("nbm,nbma->a", dscores, hidden))
        return grads, to_q @ self.W_q, to_k @ self.W_k, dv

    def _hidden(self, q: ndarray, k: ndarray) -> ndarray:
        """The small network's hidden units, (N, B, M, A): one for each pair of query and key."""
        return np.tanh((q @ self.W_q.T)[:, :, None] + (k @ self.W_k.T).swapaxes(0, 1))
