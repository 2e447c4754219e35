"""To write in reverse: what a decoder is given, what is counted, and what the record says of them."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_notes import search
from rnn_notes.experiments import reversal

SHORT = replace(reversal.SETTINGS, steps=60)


def model(T=3, H=8, seed=0, **how):
    """A network after a short training."""
    start = reversal.new(H, False, np.random.default_rng([seed, 0]))
    return reversal.trained(start, T, SHORT, np.random.default_rng([seed, 1]), **how)


def test_the_target_is_what_was_read_from_its_end_and_then_the_end():
    """In symbols from 1 to 7; 0 is the end alone."""
    read, target = reversal.examples(5, 200, np.random.default_rng(0))
    assert {*read.ravel().tolist()} == set(range(1, 8))
    assert (target[:5] == read[::-1]).all()
    assert (target[5] == 0).all()


def test_fed_with_the_truth_it_writes_as_in_training():
    """All steps in one forward pass; and given is the target, one step later, behind the 0 that begins."""
    trained = model()
    read, target = reversal.examples(3, 50, np.random.default_rng(2))
    written, given = reversal.write(trained, read, target, 0.0, np.random.default_rng(3))
    assert (given == np.concatenate([np.zeros((1, 50)), target[:-1]])).all()
    at_once = trained.forward(reversal.one_hot(read), reversal.one_hot(given)).y.argmax(axis=-1)
    assert (written == at_once).all()


def test_fed_with_its_own_output_it_writes_as_greedy_search():
    """Up to the first 0, where the search ends; with a share between, each of the two is given about as often."""
    trained = model()
    read, target = reversal.examples(3, 20, np.random.default_rng(2))
    written, given = reversal.write(trained, read, target, 1.0, np.random.default_rng(3))
    assert (given[1:] == written[:-1]).all()

    def step(state, token):
        log_p, after = trained.step(reversal.one_hot(np.array([token])), state, memory)
        return after, log_p[0]

    for b in range(20):
        _, start, memory = trained.encode(reversal.one_hot(read[:, b : b + 1]))
        text, _ = search.greedy(step, start, 0, 0, 4)
        assert written[: len(text), b].tolist() == text
    read, target = reversal.examples(3, 2000, np.random.default_rng(2))
    written, given = reversal.write(trained, read, target, 0.3, np.random.default_rng(3))
    differ = (written != target)[:-1]
    assert differ.mean() > 0.2
    assert abs((given[1:] == written[:-1])[differ].mean() - 0.3) < 0.05


def test_shares_are_those_of_right_symbols_without_the_end():
    """Counted once more; at the first place nothing was given yet, so both ways agree."""
    trained = model()
    found = reversal.shares(trained, 3, 400, np.random.default_rng(2))
    read, target = reversal.examples(3, 400, np.random.default_rng(2))
    given = np.concatenate([np.zeros((1, 400), int), target[:-1]])
    y = trained.forward(reversal.one_hot(read), reversal.one_hot(given)).y
    assert found["truth"] == [float((y[n].argmax(axis=-1) == target[n]).mean()) for n in range(3)]
    assert found["truth"][0] == found["own"][0]
    assert found["truth"][0] > 0.3


@pytest.mark.slow
def test_searches_are_counted():
    """The steps of an exhaustive search over symbols that continue, and of a greedy one, one for each symbol."""
    trained = model(3, 5)
    found = reversal.searches(trained, 3, 10, (1, 3, 100), np.random.default_rng(4))
    assert found["all"]["steps"] == 10 * (1 + 7 + 49 + 343)
    assert 10 <= found["1"]["steps"] <= 40
    assert found["1"]["best"] < found["3"]["best"] <= found["100"]["best"] == found["all"]["best"] == 10
    assert found["100"]["right"] == found["all"]["right"] <= 10
