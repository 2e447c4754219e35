"""Attention weighs, forgets no order because it knows none, and its backward passes are right."""

import re

import numpy as np
import pytest

from rnn_notes import parameters, sequences
from rnn_notes.additive_attention import AdditiveAttention
from rnn_notes.attention import DotAttention, causal
from rnn_notes.gradcheck import complex_step, relative_difference

N, M, B, D, E, O = 3, 5, 2, 4, 6, 7
KINDS = ("dot", "additive")
each_kind = pytest.mark.parametrize("kind", KINDS)


def drawn(kind):
    """An attention with random parameters, and random queries, keys, values and weights of a loss."""
    rng = np.random.default_rng(0)
    D_k = D if kind == "dot" else E
    attention = DotAttention() if kind == "dot" else AdditiveAttention.init(D, D_k, 8, rng)
    return attention, *(rng.normal(size=s) for s in ((N, B, D), (M, B, D_k), (M, B, O), (N, B, O)))


@each_kind
def test_the_weights_are_the_softmax_of_the_scores(kind):
    """Written out for one query of one sequence, with vectors; the context is the mean of the values."""
    attention, q, k, v, _ = drawn(kind)
    trace = attention.forward(q, k, v)
    for n in range(N):
        for b in range(B):
            if kind == "dot":
                scores = np.array([q[n, b] @ k[m, b] / 2 for m in range(M)])  # √4
            else:
                scores = np.array(
                    [attention.w @ np.tanh(attention.W_q @ q[n, b] + attention.W_k @ k[m, b]) for m in range(M)]
                )
            weights = np.exp(scores) / np.exp(scores).sum()
            np.testing.assert_allclose(trace.weights[n, b], weights, rtol=1e-13)
            np.testing.assert_allclose(trace.context[n, b], sum(weights[m] * v[m, b] for m in range(M)), rtol=1e-12)


ALLOWED = {
    "everything": True,
    "padding": sequences.mask([4, 2], M).T,
    "a mask of its own": np.tril(np.ones((N, M), bool), 1)[:, None],
}


@pytest.mark.parametrize("allowed", ALLOWED.values(), ids=ALLOWED)
@each_kind
def test_backward_is_the_complex_step(kind, allowed):
    """To 1e-12, for parameters, queries, keys and values."""
    attention, q, k, v, w = drawn(kind)
    trace = attention.forward(q, k, v, allowed)
    grads, *found = attention.backward(trace, w)
    at = [attention, q, k, v] if parameters.arrays(attention) else [q, k, v]
    found = [grads, *found] if parameters.arrays(attention) else found

    def loss(at):
        a, *qkv = at if len(at) == 4 else (attention, *at)
        return np.sum(w * a.forward(*qkv, allowed).context)

    assert relative_difference(found, complex_step(loss, at)) < 1e-12


@each_kind
def test_the_weights_turn_with_the_keys(kind):
    """Keys and values permuted: the weights are permuted alike, and the context is the same."""
    attention, q, k, v, _ = drawn(kind)
    order = np.random.default_rng(1).permutation(M)
    trace, turned = attention.forward(q, k, v), attention.forward(q, k[order], v[order])
    np.testing.assert_allclose(turned.weights, trace.weights[..., order], rtol=0, atol=1e-15)
    np.testing.assert_allclose(turned.context, trace.context, rtol=0, atol=1e-14)


@each_kind
def test_what_is_not_allowed_has_no_weight_and_no_gradient(kind):
    """A padded batch is each sequence alone, and what is in the padding does not matter."""
    attention, q, k, v, w = drawn(kind)
    lengths = [4, 2]
    trace = attention.forward(q, k, v, sequences.mask(lengths, M).T)
    _, _, dk, dv = attention.backward(trace, w)
    for b, n in enumerate(lengths):
        one = slice(b, b + 1)
        alone = attention.forward(q[:, one], k[:n, one], v[:n, one])
        np.testing.assert_allclose(trace.context[:, one], alone.context, rtol=0, atol=1e-14)
        assert not trace.weights[:, b, n:].any()
        assert not dk[n:, b].any()
        assert not dv[n:, b].any()


def test_causal_attention_does_not_see_the_future():
    """A change at step 3 changes nothing before it."""
    x = np.random.default_rng(0).normal(size=(M, B, D))
    changed = x + (np.arange(M) == 3)[:, None, None]
    before, after = (DotAttention().forward(a, a, a, causal(M)).context for a in (x, changed))
    assert ((before != after).any(axis=(1, 2)) == [False, False, False, True, True]).all()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"q": np.ones((N, D))}, "q has shape (3, 4) but three axes are expected; pass (steps, B, features)"),
        ({"q": np.ones((N, B, 9))}, "q has 9 features but k has 4; for two sizes take AdditiveAttention"),
        (
            {"v": np.ones((4, B, O))},
            "q, k and v have shapes (3, 2, 4), (5, 2, 4) and (4, 2, 7) but one batch B, and a value for each key, "
            "are expected; pass (N, B, D), (M, B, D) and (M, B, O)",
        ),
        (
            {"allowed": np.ones((M, B), bool)},
            "allowed has shape (5, 2) but (N, B, M) = (3, 2, 5) is expected, or broadcast; "
            "pass mask(lengths, M).T for padding, or causal(T)",
        ),
        (
            {"allowed": np.arange(M) > 9},
            "query 0 of sequence 0 may see no key but needs one for a mean; allow it at least one",
        ),
    ],
)
def test_what_does_not_fit_is_refused(change, text):
    """With the way out."""
    attention, q, k, v, _ = drawn("dot")
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        attention.forward(**{"q": q, "k": k, "v": v} | change)


def test_other_refusals():
    """Of the additive attention, and backwards."""
    attention, q, k, v, w = drawn("additive")
    with pytest.raises(ValueError, match=r"^k has 4 features but 6 are expected; see W_k$"):
        attention.forward(q, q[[0] * M], v)
    text = "dcontext has shape (2, 2, 7) but the context has (3, 2, 7); pass one of its shape"
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        attention.backward(attention.forward(q, k, v), w[:2])


SEEN = {"everything": np.ones((1, B, M), bool), "padding": sequences.mask([4, 2], M).T[None], "causal": causal(M)}


@pytest.mark.parametrize("allowed", SEEN.values(), ids=SEEN)
@pytest.mark.parametrize("heads", [1, 2])
def test_dot_attention_is_that_of_torch(heads, allowed):
    """nn.MultiheadAttention is a DotAttention a head, between projections: contexts, weights and gradients to 1e-12."""
    torch = pytest.importorskip("torch", reason="PyTorch is not a requirement; install torch to compare with it")
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    given, w = [rng.normal(size=(M, B, D)) for _ in "qkv"], rng.normal(size=(M, B, D))
    module = torch.nn.MultiheadAttention(D, heads, bias=False, dtype=torch.float64)
    into = [W.detach().numpy() for W in module.in_proj_weight.split(D)]
    out = module.out_proj.weight.detach().numpy()
    tensors = [torch.tensor(a, requires_grad=True) for a in given]
    hidden = torch.tensor(~np.repeat(np.broadcast_to(allowed.swapaxes(0, 1), (B, M, M)), heads, axis=0))
    context, weights = module(*tensors, attn_mask=hidden)
    (context * torch.tensor(w)).sum().backward()

    parts = [np.split(a @ W.T, heads, axis=2) for a, W in zip(given, into, strict=True)]
    traces = [DotAttention().forward(q, k, v, allowed) for q, k, v in zip(*parts, strict=True)]
    d_heads = np.split(w @ out, heads, axis=2)
    backward = [DotAttention().backward(trace, d)[1:] for trace, d in zip(traces, d_heads, strict=True)]
    ours = np.concatenate([trace.context for trace in traces], axis=2) @ out.T
    np.testing.assert_allclose(ours, context.detach(), rtol=0, atol=1e-12)
    mean = np.mean([trace.weights for trace in traces], axis=0)
    np.testing.assert_allclose(mean.swapaxes(0, 1), weights.detach(), rtol=0, atol=1e-12)
    for found, W, theirs in zip(zip(*backward, strict=True), into, tensors, strict=True):
        np.testing.assert_allclose(np.concatenate(found, axis=2) @ W, theirs.grad, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.complex128])
def test_attention_keeps_the_dtype_of_what_it_is_given(dtype):
    """Or has that of its parameters, as a cell has."""
    rng = np.random.default_rng(0)
    q, k, v = (rng.normal(size=(n, 2, 3)).astype(dtype) for n in (2, 4, 4))
    additive = AdditiveAttention.init(3, 3, 5, rng, dtype)
    for attention, given in ((DotAttention(), (q, k, v)), (additive, (q.real, k.real, v.real.astype(np.float64)))):
        trace = attention.forward(*given)
        grads, *d = attention.backward(trace, np.ones(trace.context.shape))
        assert {a.dtype for a in (trace.weights, trace.context, *d, *vars(grads).values())} == {np.dtype(dtype)}
