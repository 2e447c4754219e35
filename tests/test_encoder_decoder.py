"""From sequence to sequence: its gradient, its padding, and the ways to search for the most probable text."""

import numpy as np
import pytest
from random_cells import CELLS, slope_error

from rnn_notes import GRU, LSTM, RNN, Readout, parameters, search
from rnn_notes.additive_attention import AdditiveAttention
from rnn_notes.attention import DotAttention
from rnn_notes.encoder_decoder import EncoderDecoder
from rnn_notes.readout import cross_entropy
from rnn_notes.training import Adam

M, N, B, D, E, H, O = 5, 3, 2, 3, 4, 4, 6
each_attention = pytest.mark.parametrize("kind", ["none", "dot", "additive"])


def drawn(cls, kind):
    """A random model, input and what the decoder is given."""
    rng = np.random.default_rng(0)
    attention = {"none": (), "dot": DotAttention(), "additive": AdditiveAttention.init(H, H, 3, rng)}[kind]
    model = EncoderDecoder(
        cls.init(D, H, rng), cls.init(E, H, rng), Readout.init(2 * H if attention else H, O, rng), attention
    )
    model = parameters.apply(lambda a: rng.normal(size=a.shape), model)
    return model, rng.normal(size=(M, B, D)), rng.normal(size=(N, B, E))


@each_attention
@pytest.mark.parametrize("lengths", [None, [5, 2]], ids=["one length", "lengths"])
@pytest.mark.parametrize("cls", CELLS)
def test_backward_is_the_complex_step(cls, kind, lengths):
    """To 1e-12: all parameters, the input and what the decoder is given, each array along a direction."""
    model, x, given = drawn(cls, kind)
    w = np.random.default_rng(1).normal(size=(N, B, O))
    gradient = model.backward(model.forward(x, given, lengths), w)
    assert slope_error(lambda at: np.sum(w * at[0].forward(*at[1:], lengths).y), (model, x, given), gradient) < 1e-12


@each_attention
@pytest.mark.parametrize("cls", CELLS)
def test_a_padded_batch_is_each_sequence_alone(cls, kind):
    """What is in the padding of the input does not matter."""
    model, x, given = drawn(cls, kind)
    trace = model.forward(x, given, [5, 2])
    for b, n in enumerate([5, 2]):
        one = slice(b, b + 1)
        np.testing.assert_allclose(trace.y[:, one], model.forward(x[:n, one], given[:, one]).y, rtol=0, atol=1e-13)


@each_attention
def test_writing_step_by_step_is_teacher_forcing(kind):
    """If each step is given the same as in training."""
    model, x, given = drawn(LSTM, kind)
    scores = model.forward(x, given).y
    _, state, memory = model.encode(x)
    for t in range(N):
        log_p, state = model.step(given[t], state, memory)
        expected = scores[t] - np.log(np.exp(scores[t]).sum(axis=-1, keepdims=True))
        np.testing.assert_allclose(log_p, expected, rtol=0, atol=1e-12)


@pytest.mark.slow
def test_it_learns_to_reverse():
    """Four digits of six, with attention: nearly all are right after a few hundred steps."""
    rng = np.random.default_rng(0)
    eye = np.eye(6)
    model = EncoderDecoder(GRU.init(6, 24, rng), GRU.init(6, 24, rng), Readout.init(48, 6, rng), DotAttention())
    adam = Adam(0.01)
    for _ in range(400):
        digits = rng.integers(1, 6, (4, 32))
        target = digits[::-1]
        given = eye[np.concatenate([np.zeros((1, 32), int), target[:-1]])]
        trace = model.forward(eye[digits], given)
        _, dy = cross_entropy(trace.y, target)
        model = adam.step(model, model.backward(trace, dy)[0])
    assert (trace.y.argmax(axis=-1) == target).mean() > 0.95


def test_what_does_not_fit_together_is_refused():
    """Two kinds of cell, and a readout of another size."""
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"^encoder and decoder hand on a state, .*; make both alike$"):
        EncoderDecoder(GRU.init(D, H, rng), RNN.init(E, H, rng), Readout.init(H, O, rng))
    with pytest.raises(ValueError, match=r"^readout takes 4 units but 8 are expected, states .*; make it with H=8$"):
        EncoderDecoder(GRU.init(D, H, rng), GRU.init(E, H, rng), Readout.init(H, O, rng), DotAttention())


# Search.


def language(seed, V=4, longest=5):
    """A random step: log-probabilities that depend on all tokens so far."""

    def step(state, token):
        state = (*state, token)
        p = np.random.default_rng([seed, *state]).dirichlet(np.full(V, 0.5))
        return state, np.log(p)

    return {"step": step, "state": (), "begin": 0, "end": 1, "longest": longest}


@pytest.mark.parametrize("seed", range(20))
def test_a_beam_is_between_greedy_and_exhaustive(seed):
    """With width 1 it is greedy; with one for each beginning it is exhaustive; its score is that of its text."""
    given = language(seed)
    best = search.exhaustive(**given)
    assert search.beam(**given, width=4**5) == best
    for width in (1, 3):
        tokens, score = search.beam(**given, width=width)
        state, total = (), 0.0
        for before, token in zip([0, *tokens], tokens, strict=False):
            state, log_p = given["step"](state, before)
            total += log_p[token]
        assert score == pytest.approx(total)
        assert score <= best[1] + 1e-12
        assert tokens[-1] == 1 or len(tokens) == 5
        assert 1 not in tokens[:-1]


def test_greedy_takes_the_most_probable_token_each_time():
    """Written out; and there are languages in which that is not the best text, but a beam of three finds it."""
    missed = found = 0
    for seed in range(40):
        given = language(seed)
        tokens, state = [0], ()
        while len(tokens) < 6 and (len(tokens) == 1 or tokens[-1] != 1):
            state, log_p = given["step"](state, tokens[-1])
            tokens.append(int(log_p.argmax()))
        assert search.greedy(**given)[0] == tokens[1:]
        best = search.exhaustive(**given)[0]
        missed += search.greedy(**given)[0] != best
        found += search.beam(**given, width=3)[0] == best
    assert missed > 5
    assert found > 40 - missed


def test_exhaustive_search_looks_at_every_text():
    """Compared with a list of all texts of at most three tokens."""
    given = language(3, V=3, longest=3)

    def texts(tokens):
        if len(tokens) == 3 or tokens[-1:] == [1]:
            return [tokens]
        return [text for k in range(3) for text in texts([*tokens, k])]

    def score(tokens):
        state, total = (), 0.0
        for before, token in zip([0, *tokens], tokens, strict=False):
            state, log_p = given["step"](state, before)
            total += log_p[token]
        return total

    best = max(texts([]), key=score)
    assert search.exhaustive(**given) == (best, pytest.approx(score(best)))


def test_a_beam_has_a_width():
    """And a text a length."""
    with pytest.raises(ValueError, match=r"^width is 0 but a whole number is expected, at least 1; pass width=3$"):
        search.beam(**language(0), width=0)
