"""Attention: each query takes a weighted mean of values; the weights say how well each key fits the query.

weights_nm = softmax over m of score(q_n, k_m), context_n = Σ_m weights_nm v_m. Nothing in it knows the order of the
keys: permute keys and values, and the weights are permuted with them while the context stays.

Sizes, time-major as everywhere: N queries (N, B, D_q), M keys (M, B, D_k) and values (M, B, O) give weights (N, B, M)
and contexts (N, B, O). ``allowed`` (N, B, M), or what broadcasts to it, says which keys a query may see:
``sequences.mask(lengths, M).T`` leaves out padding, ``causal(T)`` what comes later.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.activations import softmax, tanh_prime
from rnn_notes.cells import arrays, require


@dataclass(frozen=True, eq=False)
class AttentionTrace:
    """What a forward pass leaves behind."""

    queries: ndarray  # (N, B, D_q)
    keys: ndarray  # (M, B, D_k)
    values: ndarray  # (M, B, O)
    weights: ndarray  # (N, B, M), positive or zero, with sum 1 over M
    context: ndarray  # (N, B, O)


@dataclass(frozen=True, eq=False)
class DotAttention:
    """score(q, k) = q·k / √D (Vaswani et al. 2017); it has no parameters, and D_q = D_k."""

    def forward(self, q: ArrayLike, k: ArrayLike, v: ArrayLike, allowed: ArrayLike = True) -> AttentionTrace:
        """Raises ValueError if the shapes do not fit, or if a query may see no key."""
        q, k, v = _arrays(q, k, v)
        if q.shape[2] != k.shape[2]:
            raise ValueError(
                f"q has {q.shape[2]} features but k has {k.shape[2]}; for two sizes take AdditiveAttention"
            )
        return _attend(np.einsum("nbd,mbd->nbm", q, k) / np.sqrt(q.shape[2]), q, k, v, allowed)

    def backward(self, trace: AttentionTrace, dcontext: ArrayLike) -> tuple[Self, ndarray, ndarray, ndarray]:
        """From dcontext (N, B, O) to the gradients of the parameters, of which there are none, and of q, k and v."""
        dscores, dv = _attend_backward(trace, dcontext)
        dscores = dscores / np.sqrt(trace.queries.shape[2])
        dq = np.einsum("nbm,mbd->nbd", dscores, trace.keys)
        return self, dq, np.einsum("nbm,nbd->mbd", dscores, trace.queries), dv


@dataclass(frozen=True, eq=False)
class AdditiveAttention:
    """score(q, k) = w·tanh(W_q q + W_k k), a small network (Bahdanau, Cho and Bengio 2015)."""

    W_q: ndarray  # (A, D_q)
    W_k: ndarray  # (A, D_k)
    w: ndarray  # (A,)

    def __post_init__(self) -> None:
        A, D_q = require.weights("W_q", self.W_q, "(A, D_q)")
        _, D_k = require.weights("W_k", self.W_k, "(A, D_k)")
        require.parameters(self, W_q=(A, D_q), W_k=(A, D_k), w=(A,))

    @classmethod
    def init(cls, D_q: int, D_k: int, A: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        """Weights uniform in ±1/√(inputs of the neuron)."""
        return cls(*(arrays.uniform(rng, shape, dtype) for shape in ((A, D_q), (A, D_k), (A,))))

    def forward(self, q: ArrayLike, k: ArrayLike, v: ArrayLike, allowed: ArrayLike = True) -> AttentionTrace:
        """Raises ValueError if the shapes do not fit, or if a query may see no key."""
        q, k, v = _arrays(q, k, v)
        for name, array, W in (("q", q, self.W_q), ("k", k, self.W_k)):
            if array.shape[2] != W.shape[1]:
                raise ValueError(f"{name} has {array.shape[2]} features but {W.shape[1]} are expected; see W_{name}")
        return _attend(self._hidden(q, k) @ self.w, q, k, v, allowed)

    def backward(self, trace: AttentionTrace, dcontext: ArrayLike) -> tuple[Self, ndarray, ndarray, ndarray]:
        """From dcontext (N, B, O) to the gradients of the parameters (an AdditiveAttention), and of q, k and v."""
        q, k = trace.queries, trace.keys
        dscores, dv = _attend_backward(trace, dcontext)
        hidden = self._hidden(q, k)
        delta = dscores[..., None] * self.w * tanh_prime(hidden)  # (N, B, M, A)
        to_q, to_k = delta.sum(axis=2), delta.sum(axis=0).swapaxes(0, 1)  # (N, B, A), (M, B, A)
        dW_q, dW_k = arrays.weight_gradient(to_q, q), arrays.weight_gradient(to_k, k)
        grads = type(self)(dW_q, dW_k, np.einsum("nbm,nbma->a", dscores, hidden))
        return grads, to_q @ self.W_q, to_k @ self.W_k, dv

    def _hidden(self, q: ndarray, k: ndarray) -> ndarray:
        """The small network's hidden units, (N, B, M, A): one for each pair of query and key."""
        return np.tanh((q @ self.W_q.T)[:, :, None] + (k @ self.W_k.T).swapaxes(0, 1))


def causal(T: int) -> ndarray:
    """(T, 1, T): query t may see the keys 1 … t, for a sequence that attends to itself."""
    return np.tril(np.ones((T, T), bool))[:, None]


def _attend(scores: ndarray, q: ndarray, k: ndarray, v: ndarray, allowed: ArrayLike) -> AttentionTrace:
    try:
        seen = np.broadcast_to(allowed, scores.shape)
    except ValueError:
        raise ValueError(
            f"allowed has shape {np.shape(allowed)} but (N, B, M) = {scores.shape} is expected, or broadcast; "
            f"pass mask(lengths, M).T for padding, or causal(T)"
        ) from None
    if not seen.any(axis=2).all():
        n, b = (int(i) for i in np.argwhere(~seen.any(axis=2))[0])
        raise ValueError(f"query {n} of sequence {b} may see no key but needs one for a mean; allow it at least one")
    weights = softmax(np.where(seen, scores, -np.inf))
    return AttentionTrace(q, k, v, weights, np.einsum("nbm,mbo->nbo", weights, v))


def _attend_backward(trace: AttentionTrace, dcontext: ArrayLike) -> tuple[ndarray, ndarray]:
    """From dcontext to the gradients of scores and values; that of a softmax p is p ⊙ (dp − p·dp)."""
    p, d = trace.weights, require.numbers("dcontext", dcontext)
    if d.shape != trace.context.shape:
        raise ValueError(
            f"dcontext has shape {d.shape} but the context has {trace.context.shape}; pass one of its shape"
        )
    dp = np.einsum("nbo,mbo->nbm", d, trace.values)
    dscores = p * (dp - np.sum(p * dp, axis=2, keepdims=True))
    return dscores, np.einsum("nbm,nbo->mbo", p, d)


def _arrays(*arrays: Any) -> tuple[ndarray, ...]:
    """Queries, keys and values with three axes, of one batch, and as many values as keys."""
    q, k, v = found = [require.numbers(name, array) for name, array in zip("qkv", arrays, strict=True)]
    for name, array in zip("qkv", found, strict=True):
        if array.ndim != 3 or array.size == 0:
            raise ValueError(f"{name} has shape {array.shape} but three axes are expected; pass (steps, B, features)")
    require.all_finite(q=q, k=k, v=v)
    if not q.shape[1] == k.shape[1] == v.shape[1] or len(k) != len(v):
        raise ValueError(
            f"q, k and v have shapes {q.shape}, {k.shape} and {v.shape} but one batch B, and a value for each key, "
            f"are expected; pass (N, B, D), (M, B, D) and (M, B, O)"
        )
    return q, k, v
