"""The figures of the gates at work show what was recorded, and what a loop over the characters finds once more."""

import numpy as np
import pytest

from rnn_notes import figures, parameters
from rnn_notes.cells import LSTM
from rnn_notes.experiments import brackets, first_sign, recorded
from rnn_notes.experiments.records import recorded_file
from rnn_notes.figures import gates
from rnn_notes.readout import Readout


def test_each_stroke_of_the_first_sign_is_a_recorded_seed():
    """Three panels, for each cell a row of strokes and a dot at their mean."""
    axes = figures.draw("first-sign-learned").axes
    runs = recorded("first_sign").runs
    for ax, T in zip(axes, ("20", "40", "80"), strict=True):
        lines = ax.get_lines()
        for row, name in enumerate(first_sign.CELLS):
            strokes, dot = lines[2 * row : 2 * row + 2]
            right = [100 * run[name][T] for run in runs]
            assert (100 * gates.shares(name, int(T))).tolist() == right
            assert strokes.get_xdata().tolist() == right
            assert dot.get_xdata() == pytest.approx([np.mean(right)])
            assert set(strokes.get_ydata()) == {row}
        low, high = ax.get_xlim()
        assert all(low < 100 * run[name][T] < high for run in runs for name in first_sign.CELLS)


def test_the_bars_of_the_brackets_are_the_gates_of_the_recorded_network():
    """The unit's gates, state and output, computed step by step from the recorded numbers."""
    shown = gates.gates_over(gates.TEXT)
    file = recorded_file(recorded("brackets"), f"brackets-{gates.SEED}.safetensors")
    cell, readout = parameters.load(file, (LSTM, Readout))
    h, c = np.zeros(2), np.zeros(2)
    for t, character in enumerate(gates.TEXT):
        a = cell.W_x[:, :, brackets.SYMBOLS.index(character)] + cell.W_h @ h + cell.b
        i, f, o = 1 / (1 + np.exp(-a[:3]))
        c = f * c + i * np.tanh(a[3])
        h = o * np.tanh(c)
        expected = {"i": i, "f": f, "o": o, "c_tilde": np.tanh(a[3]), "c": c}
        for name, value in expected.items():
            assert shown[name][t] == pytest.approx(value[gates.UNIT]), (name, t)
        y = readout.W_hy @ h + readout.b_y
        assert shown["y"][t] == pytest.approx(y[0], abs=1e-12)


def test_the_bars_have_these_heights_and_the_text_stands_above_them():
    """Gates and output as they are; the state is drawn as a share of its largest."""
    (ax,) = figures.draw("bracket-gates").axes
    shown, n = gates.gates_over(gates.TEXT), len(gates.TEXT)
    for row, (name, *_) in enumerate(gates.ROWS):
        heights = [bar.get_height() for bar in ax.patches[row * n : (row + 1) * n]]
        scale = np.abs(shown["c"]).max() if name == "c" else 1
        assert np.allclose(heights, shown[name] / scale)
    written = [text.get_text() for text in ax.texts if len(text.get_text()) == 1]
    assert "".join(written) == gates.TEXT


def test_the_network_answers_both_questions_of_the_figure():
    """No bracket is open at the first, one is at the second; at all other characters it says 0."""
    said = np.rint(gates.gates_over(gates.TEXT)["y"])
    asked = [place for place, character in enumerate(gates.TEXT) if character == "?"]
    assert said[asked].tolist() == [0, 1]
    assert np.count_nonzero(said) == 1
