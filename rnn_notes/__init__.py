"""rnn_notes: the code behind the lecture notes on recurrent networks.

Read ``activations`` and ``cells`` first: they are what the pages teach.
``lecture`` holds the one small network that every page computes with.
"""

from rnn_notes.cells import GRU, LSTM, RNN, GRUTrace, LSTMTrace, RNNTrace
from rnn_notes.readout import Readout

__all__ = ["GRU", "LSTM", "RNN", "GRUTrace", "LSTMTrace", "RNNTrace", "Readout"]

__version__ = "0.1.0"
