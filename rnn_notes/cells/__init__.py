"""Recurrent cells, in NumPy alone.

A cell is a frozen dataclass of named arrays: its parameters, and nothing else.
It has four methods.

- ``init(D, H, rng)`` draws the parameters from the caller's random generator.
- ``step`` advances the state by one time step: the formula as the pages show it.
- ``forward`` runs a whole sequence ``x`` of shape (T, B, D) and returns a trace of all that happened.
- ``backward`` goes through a trace from the last step to the first (backpropagation through time)
  and returns the gradient of the loss with respect to the parameters, the input and the initial state.

A cell says what it carries: ``states`` and ``gates`` are their names, in order, and ``trace.last`` is the tuple of
states from which the next ``forward(x, *last)`` continues. So nobody needs to ask which cell it is.
The gradient of a cell is a cell of the same type.
Sizes: T time steps, B sequences in a batch, D inputs, H hidden units.
Weights are (to, from), as in ``W x`` for a column vector; a batch is rows, so the code says ``x @ W.T``.
"""

from rnn_notes.cells.gru import GRU, GRUTrace
from rnn_notes.cells.lstm import LSTM, LSTMTrace
from rnn_notes.cells.rnn import RNN, RNNTrace

CELLS = (RNN, LSTM, GRU)

__all__ = ["CELLS", "GRU", "LSTM", "RNN", "GRUTrace", "LSTMTrace", "RNNTrace"]
