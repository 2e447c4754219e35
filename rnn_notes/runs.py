"""The named runs that an equation can be checked against: symbol -> value.

A run is one forward pass of a small network with a readout and the squared error. The formulas are written down here
once more, symbol by symbol (see ``tape``); that they are those of the package's cells is checked for every run.

Runs are generic: random biases and initial state, all sizes different, recurrent weights not symmetric. Each name
stands for several runs, with recurrent weights of norm below and above 1, and an equation has to hold on all.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes import lecture, parameters
from rnn_notes.activations import sigmoid
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.checks.tape import Run, Tape
from rnn_notes.readout import Readout, squared_error


def _readout(v: Tape, t: int) -> None:
    v["y", t] = v["W_hy"] @ v["h", t] + v["b_y"]
    v["L", t] = squared_error(v["y", t].T[None], v["y_hat", t].T[None])[0]


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


PARAMETERS = {
    RNN: ["W_xh", "W_hh", "b_h"],
    LSTM: [f"{array}{gate}" for array in ("W_x", "W_h", "b_") for gate in "ifoc"],
    GRU: [f"{array}{gate}" for array in ("W_x", "W_h", "b_") for gate in "rzn"] + ["b_hn"],
}
FORMULAS = {RNN: _rnn, LSTM: _lstm, GRU: _gru}


def _run(cell: Any, readout: Readout, x: ndarray, target: ndarray, **start: ndarray) -> Run:
    """A run of one of the package's cells on x (T, 1, D), with target (T, 1, O) and the initial states (1, H)."""
    T, kind = len(x), type(cell)
    weights = {name: getattr(cell, name) for name in PARAMETERS[kind]} | {"W_hy": readout.W_hy, "b_y": readout.b_y}
    columns = {name: w if w.ndim == 2 else w[:, None] for name, w in weights.items()}
    given = {(name, 0): state.T for name, state in start.items()}
    for t in range(1, T + 1):
        given["x", t], given["y_hat", t] = x[t - 1].T, target[t - 1].T
    O, H = readout.W_hy.shape
    run = Run({"T": T, "B": 1, "D": x.shape[2], "H": H, "O": O}, columns | {"I": np.eye(H)}, given, FORMULAS[kind])
    trace = cell.forward(x, *start.values())
    for name, values in {**vars(trace), "y": readout.forward(trace.h[1:])}.items():
        ours = np.stack(list(run.steps[name].values()))
        if not np.allclose(ours, values.mT, rtol=1e-12, atol=1e-14):
            raise AssertionError(f"{kind.__name__}.forward gives another {name} than the formulas in runs.py")
    return run


def _generic(kind: Any, seed: int, norm: float, T: int, D: int, H: int, O: int, size: float = 1.0) -> Run:
    """A run on random numbers of that size; ``norm`` is the 2-norm of the recurrent weights (of each gate).

    A small size, with orthogonal weights, keeps tanh where it is nearly linear: there bounds are nearly reached.
    """
    rng = np.random.default_rng(seed)
    arrays = parameters.arrays(kind.init(D, H, rng))
    arrays = {name: rng.normal(0, 0.6 * size, array.shape) for name, array in arrays.items()}
    recurrent = "W_hh" if kind is RNN else "W_h"
    W = arrays[recurrent]
    unit = np.linalg.qr(W)[0] if size < 1 else W / np.linalg.norm(W, 2, axis=(-2, -1), keepdims=True)
    start = {name: rng.normal(0, 0.5 * size, (1, H)) for name in ("hc" if kind is LSTM else "h")}
    readout = Readout(rng.normal(0, 0.7, (O, H)), rng.normal(0, 0.5, O))
    cell = kind(**arrays | {recurrent: norm * unit})
    return _run(cell, readout, rng.normal(size=(T, 1, D)) * size, rng.normal(size=(T, 1, O)), **start)


@cache
def _three(kind: Any, formulas: Callable[[Tape, int], None] | None = None) -> tuple[Run, ...]:
    """Runs with recurrent weights below 1, above 1, and above 1 with bounds nearly reached."""
    runs = (
        _generic(kind, 1, 0.8, T=6, D=3, H=5, O=2),
        _generic(kind, 2, 1.6, T=4, D=5, H=3, O=2),
        _generic(kind, 3, 1.6, T=5, D=2, H=4, O=3, size=0.01),
    )
    return tuple(replace(run, formulas=formulas, tangents={}) for run in runs) if formulas else runs


@cache
def _lecture() -> tuple[Run, ...]:
    return (_run(lecture.rnn, lecture.readout, lecture.x, lecture.target, h=np.zeros((1, lecture.H))),)


@cache
def _layers() -> tuple[Run, ...]:
    rng = np.random.default_rng(3)
    D, H, O = 5, 3, 2
    shapes = {"x": (D, 1), "W_1": (H, D), "b_1": (H, 1), "W_2": (O, H), "b_2": (O, 1)}
    return (Run({"D": D, "H": H, "O": O}, {name: rng.normal(size=shape) for name, shape in shapes.items()}),)


RUNS: dict[str, tuple[str, Callable[[], tuple[Run, ...]]]] = {
    "lecture": ("the lecture's network", _lecture),
    "rnn": ("three RNN runs", lambda: _three(RNN)),
    "lstm": ("three LSTM runs", lambda: _three(LSTM)),
    "gru": ("three GRU runs", lambda: _three(GRU)),
    "linear": ("three runs of an RNN without tanh", lambda: _three(RNN, _linear)),
    "feedforward": ("three runs of a network without memory", lambda: _three(RNN, _feedforward)),
    "numbers": ("the printed numbers", lambda: (Run({}, {}),)),
    "layers": ("two layers of random weights", _layers),
}
