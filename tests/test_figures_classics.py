"""The figure of the exclusive or shows what was recorded."""

import numpy as np

from rnn_notes import figures
from rnn_notes.experiments import recorded
from rnn_notes.figures import classics


def test_the_error_of_each_bit_is_drawn_at_its_place():
    """A stroke for each seed and a dot at their mean, from the second bit on, and a line at one half."""
    (ax,) = figures.draw("temporal-xor").axes
    runs = [run["4"]["places"] for run in recorded("xor").runs]
    *strokes, means, guess = ax.get_lines()
    assert [stroke.get_ydata().tolist() for stroke in strokes] == runs
    assert np.allclose(means.get_ydata(), np.mean(runs, axis=0))
    assert means.get_xdata().tolist() == list(range(2, 14))
    assert set(guess.get_ydata()) == {0.5}


def test_the_error_is_small_at_each_third_bit_alone():
    """Bits 3, 6, 9 and 12 of the stream, in every seed below all others."""
    errors = classics.errors_by_place()
    third = np.arange(2, 14) % 3 == 0
    assert (errors[:, third].max(axis=1) < errors[:, ~third].min(axis=1)).all()
