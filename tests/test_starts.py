"""Orthogonal and identity starts: the recurrent weights alone, of any cell, and what is no such start is refused."""

import re

import numpy as np
import pytest
from random_cells import CELLS

from rnn_notes import starts
from rnn_notes.cells import LSTM, RNN
from rnn_notes.layer_norm import NormedRNN
from rnn_notes.slstm import SLSTM
from rnn_notes.stack import Stack

D, H = 4, 5
STARTS = {
    "orthogonal": lambda cell, gain=1.0: starts.orthogonal(cell, np.random.default_rng(1), gain),
    "identity": starts.identity,
}


def recurrent(cell):
    """The name of its recurrent weights, and one matrix for each gate."""
    name = "W_hh" if hasattr(cell, "W_hh") else "W_h"
    return name, getattr(cell, name).reshape(-1, H, H)


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize("kind", [*CELLS, NormedRNN, SLSTM])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_start_keeps_lengths_and_all_other_parameters(kind, start, dtype):
    """Each gate has a matrix whose columns have the length of the gain, at right angles; the dtype stays."""
    cell = kind.init(D, H, np.random.default_rng(0), dtype)
    started = start(cell, 0.5)
    name, matrices = recurrent(started)
    for W in matrices:
        np.testing.assert_allclose(W.T @ W, np.eye(H) / 4, rtol=0, atol=4 * np.finfo(dtype).eps)
    assert started.dtype == dtype
    assert all(getattr(started, other) is getattr(cell, other) for other in vars(cell) if other != name)


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_all_powers_keep_all_lengths(start):
    """After two hundred steps, too."""
    _, (W,) = recurrent(start(RNN.init(D, H, np.random.default_rng(0))))
    power = np.linalg.matrix_power(W, 200)
    np.testing.assert_allclose(np.linalg.svd(power)[1], 1, rtol=1e-12)


def test_all_orthogonal_matrices_are_equally_likely():
    """Entries have the mean 0, turns are as frequent as mirrors, and every gate has a matrix of its own."""
    rng = np.random.default_rng(0)
    cell = RNN.init(1, 2, rng)
    drawn = [starts.orthogonal(cell, rng).W_hh for _ in range(1000)]
    assert np.abs(np.mean(drawn, axis=0)).max() < 0.07
    assert 0.45 < np.mean([np.linalg.det(W) > 0 for W in drawn]) < 0.55
    _, gates = recurrent(starts.orthogonal(LSTM.init(D, H, rng), rng))
    assert min(np.abs(gates[j] - gates[k]).max() for j in range(4) for k in range(j)) > 0.1


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda cell, rng: starts.identity(Stack((cell,))), "cell is Stack("),
        (lambda cell, rng: starts.orthogonal(RNN, rng), "cell is <class"),
        (lambda cell, rng: starts.orthogonal(cell, 0), "rng is a int but a random generator is expected"),
        (lambda cell, rng: starts.orthogonal(cell, rng, 0.0), "gain is 0.0 but a positive number is expected; 1.0"),
        (lambda cell, rng: starts.identity(cell, np.inf), "gain is inf but"),
        (lambda cell, rng: starts.identity(cell, "1"), "gain is '1' but"),
    ],
)
def test_what_is_no_start_is_refused(call, text):
    """A stack has no matrix of its own; a gain is a positive number."""
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=f"^{re.escape(text)}"):
        call(RNN.init(D, H, rng), rng)
