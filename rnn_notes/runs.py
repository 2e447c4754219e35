"""The networks that formulas of these notes are checked on, and those of other teaching texts.

It is the only place where the checker meets a cell. The formulas of the cells are written down here once more, symbol
by symbol; that they are those of the package is tested. ``RUNS`` says of each in words what it is. The file is long
since it is a table: those who add a network read the others beside it, formula and entry together.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from numpy import ndarray
from numpy.random import Generator

from rnn_notes import lecture
from rnn_notes.activations import sigmoid, softmax
from rnn_notes.checks import Run
from rnn_notes.checks.tape import Tape

Step = Callable[[Tape, int], None]
TARGET = "ŷ is the target in this run; the output of the network is y"


def _sum(v: Tape, gate: str, t: int, h: ndarray) -> ndarray:
    """The pre-activation of a gate, whose weights are W_x…, W_h… and b_…, or without a bias."""
    total = v[f"W_x{gate}"] @ v["x", t] + v[f"W_h{gate}"] @ h
    return total + v[f"b_{gate}"] if f"b_{gate}" in v else total


def _readout(v: Tape, t: int) -> None:
    v["y", t] = v["W_hy"] @ v["h", t] + v["b_y"] if "b_y" in v else v["W_hy"] @ v["h", t]
    v["L", t] = ((v["y", t] - v["y_hat", t]) ** 2).sum(axis=-2, keepdims=True) / 2


def _classes(v: Tape, t: int) -> None:
    v["y", t] = v["W_hy"] @ v["h", t] + v["b_y"]
    _choice(v, t)


def _choice(v: Tape, t: int) -> None:
    v["p", t] = softmax(v["y", t].mT).mT
    v["L", t] = -(v["y_hat", t] * np.log(v["p", t])).sum(axis=-2, keepdims=True)


def _rnn(v: Tape, t: int, f: Callable[[ndarray], ndarray] = np.tanh, readout: Step = _readout) -> None:
    v["a", t] = _sum(v, "h", t, v["h", t - 1])
    v["h", t] = f(v["a", t])
    readout(v, t)


def _same(a: ndarray) -> ndarray:
    return a


def _feedforward(v: Tape, t: int) -> None:
    v["a", t] = v["W_xh"] @ v["x", t] + v["b_h"]
    v["h", t] = np.tanh(v["a", t])
    _readout(v, t)


def _lstm(v: Tape, t: int) -> None:
    for gate, name, f in (("i", "i", sigmoid), ("f", "f", sigmoid), ("o", "o", sigmoid), ("c", "c_tilde", np.tanh)):
        v[f"a_{gate}", t] = _sum(v, gate, t, v["h", t - 1])
        v[name, t] = f(v[f"a_{gate}", t])
    v["c", t] = v["f", t] * v["c", t - 1] + v["i", t] * v["c_tilde", t]
    v["h", t] = v["o", t] * np.tanh(v["c", t])
    _readout(v, t)


def _gru(v: Tape, t: int, before: bool = False) -> None:
    for gate in "rz":
        v[f"a_{gate}", t] = _sum(v, gate, t, v["h", t - 1])
        v[gate, t] = sigmoid(v[f"a_{gate}", t])
    if before:
        v["a_n", t] = _sum(v, "n", t, v["r", t] * v["h", t - 1])
    else:
        v["m", t] = v["W_hn"] @ v["h", t - 1] + v["b_hn"]
        v["a_n", t] = v["W_xn"] @ v["x", t] + v["b_n"] + v["r", t] * v["m", t]
    v["n", t] = np.tanh(v["a_n", t])
    v["h", t] = (1 - v["z", t]) * v["n", t] + v["z", t] * v["h", t - 1]
    _readout(v, t)


def _torch(v: Tape, t: int, gates: str) -> None:
    """As PyTorch writes it: W_i… and W_h… for input and hidden state, and a bias for each."""

    def summands(gate: str) -> tuple[ndarray, ndarray]:
        return tuple(v[f"W_{s}{gate}"] @ x + v[f"b_{s}{gate}"] for s, x in (("i", v["x", t]), ("h", v["h", t - 1])))

    for gate in gates:
        from_x, from_h = summands(gate)
        total = from_x + (v["r", t] * from_h if gate == "n" else from_h)
        v["h" if gate == "h" else gate, t] = np.tanh(total) if gate in "hgn" else sigmoid(total)
    if gates == "ifgo":
        v["c", t] = v["f", t] * v["c", t - 1] + v["i", t] * v["g", t]
        v["h", t] = v["o", t] * np.tanh(v["c", t])
    elif gates == "rzn":
        v["h", t] = (1 - v["z", t]) * v["n", t] + v["z", t] * v["h", t - 1]


def _stack(v: Tape, t: int) -> None:
    """Two layers: the states of the first are the inputs of the second."""
    v["h_1", t] = np.tanh(v["W_1"] @ v["x", t] + v["U_1"] @ v["h_1", t - 1] + v["b_1"])
    v["h_2", t] = np.tanh(v["W_2"] @ v["h_1", t] + v["U_2"] @ v["h_2", t - 1] + v["b_2"])


def _masked(v: Tape, t: int) -> None:
    v["a", t] = _sum(v, "h", t, v["h", t - 1])
    v["h", t] = v["mu", t] * np.tanh(v["a", t]) + (1 - v["mu", t]) * v["h", t - 1]
    _readout(v, t)


def _steps(v: Tape) -> int:
    """How many steps the input has."""
    return max(s for name, s in v.values if name == "x" and s)


def _bidirectional(v: Tape, t: int) -> None:
    if t == 1:  # the state u reads from the back, so all of it comes before the first output
        T = _steps(v)
        for s in range(T, 0, -1):
            with v.during(s):
                u = v["u", s + 1] if s < T else np.zeros_like(v["b_u"])
                v["u", s] = np.tanh(v["W_xu"] @ v["x", s] + v["W_uu"] @ u + v["b_u"])
    v["a", t] = _sum(v, "h", t, v["h", t - 1])
    v["h", t] = np.tanh(v["a", t])
    v["y", t] = v["W_hy"] @ v["h", t] + v["W_uy"] @ v["u", t] + v["b_y"]
    v["L", t] = ((v["y", t] - v["y_hat", t]) ** 2).sum(axis=-2, keepdims=True) / 2


def _encoder_decoder(v: Tape, t: int) -> None:
    if t == 1:  # all is read before the first symbol is written
        for s in range(1, _steps(v) + 1):
            with v.during(s):
                v["h", s] = np.tanh(_sum(v, "h", s, v["h", s - 1]))
        with v.during(0):
            v["u", 0], v["y_hat", 0] = v["h", _steps(v)], v["begin"]
    v["u", t] = np.tanh(v["W_yu"] @ v["y_hat", t - 1] + v["W_uu"] @ v["u", t - 1] + v["b_u"])
    v["y", t] = v["W_uy"] @ v["u", t] + v["b_y"]
    _choice(v, t)


def _linear_recurrence(v: Tape, t: int) -> None:
    v["h", t] = v["a", t] * v["h", t - 1] + v["b", t]
    _readout(v, t)


def _mingru(v: Tape, t: int) -> None:
    v["a_z", t] = v["W_xz"] @ v["x", t] + v["b_z"]
    v["z", t] = sigmoid(v["a_z", t])
    v["n", t] = v["W_xn"] @ v["x", t] + v["b_n"]
    v["h", t] = (1 - v["z", t]) * v["n", t] + v["z", t] * v["h", t - 1]
    _readout(v, t)


def _lru(v: Tape, t: int) -> None:
    """With h + i h̃ as the state, a exp(iω) as λ, and W_xh + i U_xh and W_hy + i U_hy as the weights."""
    v["gamma"] = np.sqrt(1 - v["a"] ** 2)
    cos, sin, h, h_tilde = np.cos(v["omega"]), np.sin(v["omega"]), v["h", t - 1], v["h_tilde", t - 1]
    v["h", t] = v["a"] * (cos * h - sin * h_tilde) + v["gamma"] * (v["W_xh"] @ v["x", t])
    v["h_tilde", t] = v["a"] * (sin * h + cos * h_tilde) + v["gamma"] * (v["U_xh"] @ v["x", t])
    v["y", t] = v["W_hy"] @ v["h", t] - v["U_hy"] @ v["h_tilde", t]


def _slstm(v: Tape, t: int) -> None:
    for gate, name, f in (("i", "i", np.exp), ("f", "f", sigmoid), ("o", "o", sigmoid), ("c", "c_tilde", np.tanh)):
        v[f"a_{gate}", t] = _sum(v, gate, t, v["h", t - 1])
        v[name, t] = f(v[f"a_{gate}", t])
    v["c", t] = v["f", t] * v["c", t - 1] + v["i", t] * v["c_tilde", t]
    v["w", t] = v["f", t] * v["w", t - 1] + v["i", t]
    v["h", t] = v["o", t] * v["c", t] / v["w", t]
    _readout(v, t)


def _fast_weights(v: Tape, t: int) -> None:
    v["W", t] = v["W", t - 1] + v["v", t] @ v["k", t].mT
    v["y", t] = v["W", t] @ v["q", t]


def _normed(v: Tape, t: int) -> None:
    v["a", t] = v["W_xh"] @ v["x", t] + v["W_hh"] @ v["h", t - 1]
    v["a_bar", t] = v["a", t].mean(axis=-2, keepdims=True)
    v["s", t] = np.sqrt(((v["a", t] - v["a_bar", t]) ** 2).mean(axis=-2, keepdims=True) + v["varepsilon"])
    v["a_hat", t] = (v["a", t] - v["a_bar", t]) / v["s", t]
    v["h", t] = np.tanh(v["g"] * v["a_hat", t] + v["b_h"])
    _readout(v, t)


def _layers(v: Tape) -> None:
    v["y"] = v["W_2"] @ (v["W_1"] @ v["x"] + v["b_1"]) + v["b_2"]


def _batch(v: Tape) -> None:
    v["A_1"] = v["X"] @ v["W_1"] + v["b_1"]
    v["H_1"] = np.tanh(v["A_1"])
    v["Y"] = v["H_1"] @ v["W_2"] + v["b_2"]
    v["L"] = ((v["Y"] - v["Y_hat"]) ** 2).sum(axis=(-2, -1), keepdims=True) / (2 * v["X"].shape[-2])


def _attention(v: Tape) -> None:
    v["S"] = v["Q"] @ v["K"].mT / np.sqrt(v["K"].shape[-1])
    v["A"] = softmax(v["S"])
    v["Y"] = v["A"] @ v["V"]
    v["L"] = ((v["Y"] - v["Y_hat"]) ** 2).sum(axis=(-2, -1), keepdims=True) / 2


def identity(rng: Generator, shape: tuple[int, int]) -> ndarray:
    """The symbol I, which is not drawn."""
    return np.eye(*shape)


def orthogonal(rng: Generator, shape: tuple[int, int]) -> ndarray:
    """A matrix whose columns have the length 1 and are at right angles to each other."""
    Q = np.linalg.qr(rng.normal(size=shape))[0] * rng.choice([-1, 1], shape[1])  # else the determinant has one sign
    return Q @ (3 * np.eye(shape[1]) - Q.T @ Q) / 2  # a step of Newton's method takes out most of its rounding


def marks(rng: Generator, shape: tuple[int, int]) -> ndarray:
    """0 or 1, as those of true steps and of padding."""
    return rng.integers(2, size=shape).astype(float)


def between(rng: Generator, shape: tuple[int, int]) -> ndarray:
    """Numbers between 0 and 1, as the sizes of what a state is multiplied by."""
    return rng.uniform(size=shape)


def positive(rng: Generator, shape: tuple[int, int]) -> ndarray:
    """Positive numbers, as the ε of layer norm."""
    return rng.exponential(size=shape)


def heavy(rng: Generator, shape: tuple[int, int]) -> ndarray:
    """Numbers above 1, as total weights: where little has been written, rounding is what the cell shows."""
    return 1 + rng.exponential(size=shape)


def shares(rng: Generator, shape: tuple[int, int]) -> ndarray:
    """Numbers from 0 to 1 that sum to 1, the target of a softmax: from almost the same to one alone, as a label has."""
    return one_hot(rng, shape) if rng.random() < 0.2 else rng.dirichlet(np.full(shape[0], 10 ** rng.uniform(-1, 1)))


def one_hot(rng: Generator, shape: tuple[int, int]) -> ndarray:
    """A single 1, as for a symbol that is read or written."""
    return np.eye(shape[0])[rng.integers(shape[0])]


def _shapes(gates: str, **arrays: str) -> dict[str, str]:
    return {f"{array}{gate}": shape for array, shape in arrays.items() for gate in gates}


def _weights(gates: str, bias: bool = True) -> dict[str, str]:
    return _shapes(gates, W_x="H D", W_h="H H", **({"b_": "H"} if bias else {}))


def _recurrent(name: str, words: str, step: Step, parameters: Mapping[str, str], errors: str, states: str = "h") -> Run:
    """A network with a linear readout and the squared error; ``errors`` are the gates that have a delta."""
    bias = {"b_y": "O"} if any(symbol.startswith("b_") for symbol in parameters) else {}
    return Run(
        name=name,
        words=words,
        sizes="T D H O",
        parameters={**parameters, "W_hy": "O H", **bias, "I": "H H"},
        given={"x": "D", "y_hat": "O"},
        start=dict.fromkeys(states, "H"),
        step=step,
        draw={"I": identity},
        totals=("L",),
        gradients={f"delta_{gate}": f"a_{gate}" for gate in errors} or {"delta": "a"},
        through=frozenset({"a", "m", "y", *(f"a_{gate}" for gate in errors)}),
        meanings={"y_hat": TARGET},
    )


def _of_pytorch(name: str, words: str, gates: str, states: str = "h") -> Run:
    parameters = _shapes(gates, W_i="H D", W_h="H H", b_i="H", b_h="H")
    start = dict.fromkeys(states, "H")
    return Run(name, words, "T D H", parameters, {"x": "D"}, start, partial(_torch, gates=gates))


RNN = _recurrent("rnn", "an RNN", _rnn, _weights("h"), "")
FIXED = {
    **{name: getattr(lecture.rnn, name) for name in ("W_xh", "W_hh", "b_h")},
    **{"W_hy": lecture.readout.W_hy, "b_y": lecture.readout.b_y, "h": np.zeros(lecture.H)},
    **{"x": lecture.x[:, 0], "y_hat": lecture.target[:, 0]},
}

LINEAR, BEFORE, UNBIASED = partial(_rnn, f=_same), partial(_gru, before=True), _weights("h", bias=False)

RUNS = (
    replace(RNN, name="lecture", words="the lecture's network", fixed=FIXED),
    RNN,
    _recurrent("lstm", "an LSTM", _lstm, _weights("ifoc"), "ifoc", states="hc"),
    _recurrent("gru", "a GRU", _gru, _weights("rzn") | {"b_hn": "H"}, "rzn"),
    _recurrent("linear", "an RNN without tanh", LINEAR, _weights("h"), ""),
    _recurrent("feedforward", "a network without memory", _feedforward, {"W_xh": "H D", "b_h": "H"}, "", states=""),
    Run(
        name="stack",
        words="an RNN of two layers",
        sizes="T D H O",
        parameters={"W_1": "H D", "U_1": "H H", "b_1": "H", "W_2": "O H", "U_2": "O O", "b_2": "O"},
        given={"x": "D"},
        start={"h_1": "H", "h_2": "O"},
        step=_stack,
    ),
    Run(
        name="layers",
        words="two layers without activation function",
        sizes="D H O",
        parameters={"x": "D", "W_1": "H D", "b_1": "H", "W_2": "O H", "b_2": "O"},
        step=_layers,
    ),
    replace(
        RNN,
        name="classifier",
        words="an RNN with softmax and cross-entropy",
        step=partial(_rnn, readout=_classes),
        draw={"I": identity, "y_hat": shares},
        through=frozenset({"a", "y", "p"}),
        meanings={"y_hat": "ŷ is the target in this run; the prediction is p = softmax(y)"},
    ),
    replace(
        RNN,
        name="masked",
        words="an RNN that keeps its state where μ is 0",
        given={**RNN.given, "mu": ""},
        step=_masked,
        draw={**RNN.draw, "mu": marks},
    ),
    replace(
        RNN,
        name="bidirectional",
        words="an RNN in both directions",
        parameters={**RNN.parameters, "W_xu": "H D", "W_uu": "H H", "b_u": "H", "W_uy": "O H"},
        step=_bidirectional,
    ),
    Run(
        name="encoder-decoder",
        words="an encoder and a decoder",
        sizes="T D H O",
        parameters={
            **_weights("h"),
            **{"W_yu": "H O", "W_uu": "H H", "b_u": "H", "W_uy": "O H", "b_y": "O", "begin": "O"},
        },
        given={"x": "D", "y_hat": "O"},
        start={"h": "H"},
        step=_encoder_decoder,
        draw={"y_hat": one_hot, "begin": one_hot},
        totals=("L",),
        through=frozenset({"y", "p"}),
        meanings={"y_hat": "ŷ is the target in this run, and what the decoder is given one step later"},
    ),
    Run(
        name="recurrence",
        words="a linear recurrence",
        sizes="T H O",
        parameters={"W_hy": "O H", "b_y": "O"},
        given={"a": "H", "b": "H", "y_hat": "O"},
        start={"h": "H"},
        step=_linear_recurrence,
        totals=("L",),
        meanings={"y_hat": TARGET},
    ),
    _recurrent("mingru", "a minGRU", _mingru, _shapes("zn", W_x="H D", b_="H"), "z"),
    Run(
        name="lru",
        words="an LRU in real numbers",
        sizes="T D H O",
        parameters={"a": "H", "omega": "H", "W_xh": "H D", "U_xh": "H D", "W_hy": "O H", "U_hy": "O H"},
        given={"x": "D"},
        start={"h": "H", "h_tilde": "H"},
        step=_lru,
        draw={"a": between},
    ),
    replace(
        _recurrent("slstm", "an sLSTM", _slstm, _weights("ifoc"), "ifoc", states="hcw"),
        draw={"I": identity, "w": heavy},
    ),
    Run(
        name="fast-weights",
        words="a network with fast weights",
        sizes="T D O",
        parameters={},
        given={"q": "D", "k": "D", "v": "O"},
        start={"W": "O D"},
        step=_fast_weights,
    ),
    replace(
        RNN,
        name="orthogonal",
        words="an RNN with orthogonal weights",
        draw={"I": identity, "W_hh": orthogonal},
    ),
    replace(
        RNN,
        name="normed",
        words="an RNN with layer norm",
        parameters={**RNN.parameters, "g": "H", "varepsilon": ""},
        step=_normed,
        draw={"I": identity, "varepsilon": positive},
        through=frozenset({"a"}),
    ),
    _recurrent("rnn-unbiased", "an RNN without biases", _rnn, UNBIASED, ""),
    _recurrent("linear-unbiased", "an RNN without tanh and biases", LINEAR, UNBIASED, ""),
    _recurrent("lstm-unbiased", "an LSTM without biases", _lstm, _weights("ifoc", bias=False), "ifoc", states="hc"),
    _recurrent(
        "gru-before", "a GRU with its reset before the product", partial(_gru, before=True), _weights("rzn"), "rzn"
    ),
    _of_pytorch("rnn-pytorch", "an RNN with PyTorch's two biases", "h"),
    _of_pytorch("lstm-pytorch", "an LSTM with PyTorch's two biases", "ifgo", states="hc"),
    _of_pytorch("gru-pytorch", "a GRU with PyTorch's two biases", "rzn"),
    Run(
        name="batch",
        words="two layers, with samples as rows",
        sizes="B D H O",
        parameters={"X": "B D", "Y_hat": "B O", "W_1": "D H", "b_1": "1 H", "W_2": "H O", "b_2": "1 O"},
        step=_batch,
        rows=True,
        meanings={"Y_hat": "Ŷ is the target in this run; the output of the network is Y"},
    ),
    Run(
        name="attention",
        words="attention",
        sizes="N M D O",
        parameters={"Q": "N D", "K": "M D", "V": "M O", "Y_hat": "N O"},
        step=_attention,
        rows=True,
        meanings={"Y_hat": "Ŷ is the target in this run; the output of attention is Y"},
    ),
)
