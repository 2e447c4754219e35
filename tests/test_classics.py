"""The tasks of the experiments are those of the papers: each target is found here once more by reading its sequence."""

import numpy as np
import pytest

from rnn_notes.cells import LSTM, RNN
from rnn_notes.experiments import adding, latch, order, reber, xor
from rnn_notes.experiments.classics import trained
from rnn_notes.experiments.forecast import Forecaster, last_step
from rnn_notes.readout import Readout

RNG = np.random.default_rng


def test_the_targets_of_the_adding_problem_are_the_sums_of_what_is_marked():
    """Found by looking for the markers; the first pair counts as zero, and the second mark is never the first."""
    lengths, first_marked = set(), 0
    for seed in range(40):
        x, target = adding.examples(40, 30, RNG(seed))
        lengths.add(len(x))
        assert (x[[0, -1], :, 1] == -1).all()
        assert set(np.unique(x[1:-1, :, 1])) <= {0.0, 1.0}
        assert np.abs(x[:, :, 0]).max() <= 1
        for lane in range(30):
            marked = np.flatnonzero(x[:, lane, 1] == 1)
            assert target[lane, 0] == pytest.approx(0.5 + x[marked, lane, 0].sum() / 4)
            assert len(marked) in (1, 2)
            assert marked.min() < 10 or len(marked) == 1  # else the first of the two is the first pair
            assert marked.max() < 19  # of the first T/2 − 1
            first_marked += len(marked) == 1
    assert lengths == {40, 41, 42, 43, 44}
    assert 0 < first_marked < 400


def test_an_answer_to_the_adding_problem_is_wrong_from_four_hundredths_on():
    """As in the paper; the error of those who always say 0.5 is that of a sum of two uniform numbers, over 16."""
    assert adding.judged([np.array([[0.039], [-0.041]]), np.array([[0.0]])]) == {
        "wrong": 1,
        "squared error": pytest.approx((0.039**2 + 0.041**2) / 3),
    }
    errors = np.concatenate([adding.examples(100, 1000, RNG(s))[1] - 0.5 for s in range(20)])
    assert np.mean(errors**2) == pytest.approx(2 / 3 / 16, rel=0.1)


def test_the_classes_of_the_temporal_order_are_those_of_the_two_symbols():
    """Of each sequence, X or Y at two places in their ranges, all else from a to d between E and B."""
    x, target = order.examples(order.SETTINGS, 300, RNG(0))
    assert 100 <= len(x) <= 110
    for lane in range(300):
        text = "".join(order.SYMBOLS[k] for k in x[:, lane].argmax(axis=1))
        places = [place for place, symbol in enumerate(text) if symbol in "XY"]
        assert text[places[0]] + text[places[1]] == ("XX", "XY", "YX", "YY")[target[lane]]
        assert len(places) == 2
        assert 10 <= places[0] <= 20
        assert 50 <= places[1] <= 60
        assert (text[0], text[-1]) == ("E", "B")
        assert set(text[1:-1]) <= set("abcdXY")
    assert np.bincount(target).min() > 50


def test_the_exclusive_or_is_each_third_bit_of_the_stream():
    """In every lane; the targets are the bits one later."""
    x, target = xor.stream(300, 5, RNG(0))
    bits = np.concatenate([x, target[-1:]])[:, :, 0].astype(int)
    assert bits.shape == (60, 5)
    assert (target[:-1] == x[1:]).all()
    assert (bits[2::3] == bits[0::3] ^ bits[1::3]).all()
    assert 0.3 < bits[::3].mean() < 0.7


# The inner grammar as a graph, drawn here once more: state → symbol → state.
GRAPH = {
    0: {"T": 1, "P": 2},
    1: {"S": 1, "X": 3},
    2: {"T": 2, "V": 4},
    3: {"X": 2, "S": 5},
    4: {"P": 3, "V": 5},
    5: {"E": None},
}


def test_every_string_is_of_the_embedded_grammar_and_its_allowed_symbols_are_those_of_the_graph():
    """Both outer symbols are equal, and between them a walk through the graph from B to E."""
    lengths = set()
    for seed in range(200):
        text, allowed = reber.string(RNG(seed))
        lengths.add(len(text))
        assert text[0] == text[2] == "B"
        assert text[1] == text[-2]
        assert text[1] in "TP"
        assert text[-1] == "E"
        expected, state = ["TP", "B"], 0
        for symbol in text[3:-2]:
            expected.append("".join(GRAPH[state]))
            state = GRAPH[state][symbol]
        assert state is None
        assert [set(may) for may in allowed] == [set(may) for may in [*expected, text[1], "E"]]
        assert len(allowed) == len(text) - 1
    assert min(lengths) == 9


def test_a_prediction_is_right_if_the_largest_outputs_are_those_that_may_come():
    """A network that always says T, then P, is right where both may come, and where T alone may."""
    text, allowed = reber.string(RNG(3))
    rnn = RNN(np.zeros((7, 7)), np.zeros((7, 7)), np.zeros(7))
    always_t_or_p = Forecaster(rnn, Readout(np.zeros((7, 7)), np.array([0.0, 2, 1, 0, 0, 0, 0])))
    right = reber.predicted(always_t_or_p, text, allowed)
    assert right.tolist() == [set(may) in ({"T", "P"}, {"T"}) for may in allowed]
    x, target = reber.example(text)
    assert (x[1:, 0].argmax(axis=1) == target[:-1, 0]).all()
    assert "".join(reber.SYMBOLS[k] for k in target[:, 0]) == text[1:]


def test_a_guess_latches_if_its_three_signs_are_right_and_its_weight_is_large():
    """One sign combination of eight; a small weight forgets."""
    settings = latch.CHECK
    noise, lengths, classes = latch.sequences(settings, RNG(0))
    assert classes.sum() == 0
    assert noise.shape == (30, 10)

    def latched(*guess):
        return latch.latched(np.array(guess), noise, lengths, classes, settings)

    for signs in np.ndindex(2, 2, 2):
        guess = np.array([50.0, -50, 50]) * np.where(signs, -1, 1)
        assert latched(*guess) == (signs == (0, 0, 0))
    assert not latched(0.5, -50.0, 50.0)


def test_training_takes_as_many_sequences_as_asked_for_and_its_rate_ends_at_zero():
    """160 sequences in batches of 16 are ten steps; the parts that are reported end at 1."""
    seen, reports = [], []

    def batches():
        while True:
            x, target = adding.examples(20, 16, RNG(len(seen)))
            seen.append(target)
            yield x, target

    network = trained(LSTM, (2, 3, 1), batches(), last_step, adding.CHECK, RNG(0), reports.append)
    assert len(seen) == 10
    assert reports == pytest.approx(np.arange(1, 11) / 10)
    assert network.readout.W_hy.shape == (1, 3)
