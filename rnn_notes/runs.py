"""These notes' networks, as runs that formulas are checked on: the only place where the checker meets a cell.

The formulas are written down here once more, symbol by symbol; that they are those of the package's cells is tested.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy import ndarray
from numpy.random import Generator

from rnn_notes import lecture
from rnn_notes.activations import sigmoid
from rnn_notes.checks import Run
from rnn_notes.checks.tape import Tape

Step = Callable[[Tape, int], None]


def _readout(v: Tape, t: int) -> None:
    v["y", t] = v["W_hy"] @ v["h", t] + v["b_y"]
    v["L", t] = ((v["y", t] - v["y_hat", t]) ** 2).sum(axis=-2, keepdims=True) / 2


def _rnn(v: Tape, t: int, f: Callable[[ndarray], ndarray] = np.tanh) -> None:
    v["a", t] = v["W_xh"] @ v["x", t] + v["W_hh"] @ v["h", t - 1] + v["b_h"]
    v["h", t] = f(v["a", t])
    _readout(v, t)


def _linear(v: Tape, t: int) -> None:
    _rnn(v, t, f=lambda a: a)


def _feedforward(v: Tape, t: int) -> None:
    v["a", t] = v["W_xh"] @ v["x", t] + v["b_h"]
    v["h", t] = np.tanh(v["a", t])
    _readout(v, t)


def _lstm(v: Tape, t: int) -> None:
    for gate, name, f in (("i", "i", sigmoid), ("f", "f", sigmoid), ("o", "o", sigmoid), ("c", "c_tilde", np.tanh)):
        v[f"a_{gate}", t] = v[f"W_x{gate}"] @ v["x", t] + v[f"W_h{gate}"] @ v["h", t - 1] + v[f"b_{gate}"]
        v[name, t] = f(v[f"a_{gate}", t])
    v["c", t] = v["f", t] * v["c", t - 1] + v["i", t] * v["c_tilde", t]
    v["h", t] = v["o", t] * np.tanh(v["c", t])
    _readout(v, t)


def _gru(v: Tape, t: int) -> None:
    for gate in "rz":
        v[f"a_{gate}", t] = v[f"W_x{gate}"] @ v["x", t] + v[f"W_h{gate}"] @ v["h", t - 1] + v[f"b_{gate}"]
        v[gate, t] = sigmoid(v[f"a_{gate}", t])
    v["m", t] = v["W_hn"] @ v["h", t - 1] + v["b_hn"]
    v["a_n", t] = v["W_xn"] @ v["x", t] + v["b_n"] + v["r", t] * v["m", t]
    v["n", t] = np.tanh(v["a_n", t])
    v["h", t] = (1 - v["z", t]) * v["n", t] + v["z", t] * v["h", t - 1]
    _readout(v, t)


def _layers(v: Tape) -> None:
    v["y"] = v["W_2"] @ (v["W_1"] @ v["x"] + v["b_1"]) + v["b_2"]


def identity(rng: Generator, shape: tuple[int, int]) -> ndarray:
    """The symbol I, which is not drawn."""
    return np.eye(*shape)


def _weights(gates: str) -> dict[str, str]:
    shapes = {"W_x": "H D", "W_h": "H H", "b_": "H"}
    return {f"{array}{gate}": shape for array, shape in shapes.items() for gate in gates}


def _recurrent(name: str, words: str, step: Step, parameters: dict[str, str], errors: str, states: str = "h") -> Run:
    """A network with a linear readout and the squared error; ``errors`` are the gates that have a delta."""
    return Run(
        name=name,
        words=words,
        sizes="T D H O",
        parameters=parameters | {"W_hy": "O H", "b_y": "O", "I": "H H"},
        given={"x": "D", "y_hat": "O"},
        start=dict.fromkeys(states, "H"),
        step=step,
        draw={"I": identity},
        totals=("L",),
        gradients={f"delta_{gate}": f"a_{gate}" for gate in errors} or {"delta": "a"},
        through=frozenset({"a", "m", "y", *(f"a_{gate}" for gate in errors)}),
        meanings={"y_hat": "ŷ is the target in this run; the output of the network is y"},
    )


PLAIN = {"W_xh": "H D", "W_hh": "H H", "b_h": "H"}
RNN = _recurrent("rnn", "an RNN", _rnn, PLAIN, "")
FIXED = {
    **{name: getattr(lecture.rnn, name) for name in PLAIN},
    **{"W_hy": lecture.readout.W_hy, "b_y": lecture.readout.b_y, "h": np.zeros(lecture.H)},
    **{"x": lecture.x[:, 0], "y_hat": lecture.target[:, 0]},
}

RUNS = (
    replace(RNN, name="lecture", words="the lecture's network", fixed=FIXED),
    RNN,
    _recurrent("lstm", "an LSTM", _lstm, _weights("ifoc"), "ifoc", states="hc"),
    _recurrent("gru", "a GRU", _gru, _weights("rzn") | {"b_hn": "H"}, "rzn"),
    _recurrent("linear", "an RNN without tanh", _linear, PLAIN, ""),
    _recurrent("feedforward", "a network without memory", _feedforward, {"W_xh": "H D", "b_h": "H"}, "", states=""),
    Run(
        name="layers",
        words="two layers without activation function",
        sizes="D H O",
        parameters={"x": "D", "W_1": "H D", "b_1": "H", "W_2": "O H", "b_2": "O"},
        step=_layers,
    ),
)
