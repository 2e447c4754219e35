"""The tasks that the gates are tried on: each target is found here once more by reading its sequence."""

import numpy as np
import pytest

from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.experiments import brackets, first_sign
from rnn_notes.experiments.forecast import GATE_BIAS, new_cell

RNG = np.random.default_rng


def test_no_kind_of_cell_has_an_advantage_by_the_bias_it_starts_with():
    """The gate that keeps gets the bias that is asked for; a plain network has none, and is the same with any."""
    for kind, gate in ((LSTM, "f"), (GRU, "z")):
        cell = new_cell(kind, 2, 3, RNG(0), 2.5)
        assert (getattr(cell, f"b_{gate}") == 2.5).all()
        assert np.count_nonzero(cell.b) == 3
        assert kind in GATE_BIAS
    assert (new_cell(RNN, 2, 3, RNG(0), 2.5).W_hh == RNN.init(2, 3, RNG(0)).W_hh).all()


def test_the_first_sign_is_the_target_and_all_else_is_noise():
    """±1 with equal chances, then a deviation of 0.3; the target is not a view of the input."""
    x, target = first_sign.examples(50, 400, RNG(0))
    assert x.shape == (50, 400, 1)
    assert (target == x[0]).all()
    assert not np.shares_memory(x, target)
    assert set(target.ravel()) == {-1.0, 1.0}
    assert abs(target.mean()) < 0.1
    assert x[1:].std() == pytest.approx(0.3, rel=0.02)


def test_the_targets_of_the_brackets_are_what_a_reader_says():
    """Each text is read from left to right; at the question mark the answer is whether a bracket is open."""
    codes, target = brackets.texts(30, 500, 12, RNG(0))
    kinds = set()
    for text, answers in zip(codes.T, target[:, :, 0].T, strict=True):
        written = "".join(brackets.SYMBOLS[k] for k in text)
        seen = "".join(character for character in written if character in "()?")
        kinds.add(seen)
        is_open = seen.count("(") - seen.count(")")
        assert answers.tolist() == [0.0] * 29 + [float(is_open)]
        assert written.find(")") < 12
        assert written.find("(") < 12
        assert written.index("?") == 29
        assert (brackets.encode(written)[:, 0] == brackets.one_hot(text[:, None])[:, 0]).all()
    assert kinds == {"?", "(?", "()?"}
    assert target[-1].mean() == pytest.approx(0.5, abs=0.05)
