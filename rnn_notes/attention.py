"""Attention: each query takes a weighted mean of values; the weights say how well each key fits the query.

weights_nm = softmax over m of score(q_n, k_m), context_n = Σ_m weights_nm v_m. Nothing in it knows the order of the
keys: permute keys and values, and the weights are permuted with them while the context stays.

Sizes, time-major as everywhere: N queries (N, B, D_q), M keys (M, B, D_k) and values (M, B, O) give weights (N, B, M)
and contexts (N, B, O). ``allowed`` (N, B, M), or what broadcasts to it, says which keys a query may see:
``sequences.mask(lengths, M).T`` leaves out padding, ``causal(T)`` what comes later.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Any, Self

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_notes.activations import softmax
from rnn_notes.cells import require


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
        q, k, v = checked(None, q, k, v)
        if q.shape[2] != k.shape[2]:
            raise ValueError(
                f"q has {q.shape[2]} features but k has {k.shape[2]}; for two sizes take AdditiveAttention"
            )
        return attend(np.einsum("nbd,mbd->nbm", q, k) / sqrt(q.shape[2]), q, k, v, allowed)

    def backward(self, trace: AttentionTrace, dcontext: ArrayLike) -> tuple[Self, ndarray, ndarray, ndarray]:
        """From dcontext (N, B, O) to the gradients of the parameters, of which there are none, and of q, k and v."""
        dscores, dv = attend_backward(self, trace, dcontext)
        dscores = dscores / sqrt(trace.queries.shape[2])
        dq = np.einsum("nbm,mbd->nbd", dscores, trace.keys)
        return self, dq, np.einsum("nbm,nbd->mbd", dscores, trace.queries), dv


def causal(T: int) -> ndarray:
    """(T, 1, T): query t may see the keys 1 … t, for a sequence that attends to itself."""
    return np.tri(require.whole("T", T), dtype=bool)[:, None]


# What any kind of attention does with its scores, and with what it is given.


def checked(attention: Any, q: ArrayLike, k: ArrayLike, v: ArrayLike) -> list[ndarray]:
    """Queries, keys and values of one batch, and as many values as keys; in the dtype of the parameters, if any."""
    q, k, v = found = require.series(attention, q=q, k=k, v=v)
    require.all_finite(q=q, k=k, v=v)
    if not q.shape[1] == k.shape[1] == v.shape[1] or len(k) != len(v):
        raise ValueError(
            f"q, k and v have shapes {q.shape}, {k.shape} and {v.shape} but one batch B, and a value for each key, "
            f"are expected; pass (N, B, D), (M, B, D) and (M, B, O)"
        )
    return found


def attend(scores: ndarray, q: ndarray, k: ndarray, v: ndarray, allowed: ArrayLike) -> AttentionTrace:
    """From scores (N, B, M) to weights and contexts; ``allowed`` is True where a query may see a key."""
    require.plain("allowed", allowed)
    if (dtype := np.asarray(allowed).dtype).kind != "b":
        raise ValueError(
            f"allowed has dtype {dtype} but True or False is expected; pass allowed == 1 for a mask of zeros and ones, "
            f"allowed == 0 for one that is added to the scores"
        )
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
    if not require.is_finite(scores):
        raise ValueError(f"the scores are larger than {scores.dtype} holds but a softmax needs them; make q smaller")
    weights = softmax(np.where(seen, scores, -np.inf))
    return AttentionTrace(q, k, v, weights, np.einsum("nbm,mbo->nbo", weights, v))


def attend_backward(attention: Any, trace: AttentionTrace, dcontext: ArrayLike) -> tuple[ndarray, ndarray]:
    """From dcontext to the gradients of scores and values; that of a softmax p is p ⊙ (dp − p·dp)."""
    p, (d,) = require.own(attention, trace, AttentionTrace).weights, require.series(dcontext=dcontext)
    require.all_finite(dcontext=d)
    if d.shape != trace.context.shape:
        raise ValueError(
            f"dcontext has shape {d.shape} but the context has {trace.context.shape}; pass one of its shape"
        )
    d = d.astype(p.dtype, copy=False)
    dp = np.einsum("nbo,mbo->nbm", d, trace.values)
    dscores = p * (dp - np.sum(p * dp, axis=2, keepdims=True))
    return dscores, np.einsum("nbm,nbo->mbo", p, d)
