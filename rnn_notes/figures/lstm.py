"""The LSTM: one diagram, of which each figure lights one part, with the numbers of a real step on its wires."""

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes import gradcheck, lecture
from rnn_notes.activations import tanh_prime
from rnn_notes.cells import LSTM, RNN, LSTMTrace
from rnn_notes.figures.diagram import Diagram, Node, Point
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, DASHED, sheet
from rnn_notes.readout import squared_error

TOP, TANH, WRITE, ROW, BUS = 352.0, 290.0, 262.0, 178.0, 92.0
"""Heights: the cell state, its tanh, what is written, the gates, and what these see."""

TIMES = r"$\cdot$"  # in a disc: ⊙

NODES: dict[str, tuple[float, float, str, str]] = {  # x, y, the colour of its letter, what is written in it
    "c_prev": (25, TOP, "c", "$c_{t-1}$"),
    "c": (501, TOP, "c", "$c_t$"),
    "h_prev": (25, BUS, "h", "$h_{t-1}$"),
    "h": (501, ROW, "h", "$h_t$"),
    "x": (80, 30, "x", "$x_t$"),
}
OPERATORS: dict[str, tuple[float, float, str, str]] = {
    "keep": (122, TOP, "c", TIMES),
    "plus": (253, TOP, "c", "$+$"),
    "write": (253, WRITE, "c", TIMES),
    "show": (437, ROW, "h", TIMES),
}
BOXES: dict[str, tuple[float, float, str, str]] = {
    "f": (122, ROW, "ink", r"$\sigma$"),
    "i": (210, ROW, "ink", r"$\sigma$"),
    "c_tilde": (296, ROW, "c", r"$\tanh$"),
    "o": (377, ROW, "ink", r"$\sigma$"),
    "tanh": (437, TANH, "ink", r"$\tanh$"),
}
POINTS = {"joint": (80.0, BUS), "fork": (437.0, TOP)}  # where x_t and h_{t−1} meet, and where c_t parts
WIRES: list[tuple[Any, ...]] = [  # from, to, colour, corners on the way
    ("c_prev", "keep", "c"),
    ("keep", "plus", "c"),
    ("plus", "fork", "c"),
    ("fork", "c", "c"),
    ("fork", "tanh", "c"),
    ("tanh", "show", "c"),
    ("show", "h", "h"),
    ("f", "keep", "ink"),
    ("i", "write", "ink", (210, WRITE)),
    ("c_tilde", "write", "c", (296, WRITE)),
    ("write", "plus", "c"),
    ("o", "show", "ink"),
    ("x", "joint", "x"),
    ("h_prev", "joint", "h"),
]
ALONG_THE_BUS = ("f", "i", "c_tilde", "o")
LABELS = {  # the name of what leaves a gate
    "f": (138, 210, "$f_t$"),
    "i": (226, 210, "$i_t$"),
    "c_tilde": (282, 210, r"$\tilde{c}_t$"),
    "o": (377, 210, "$o_t$"),
}
COLUMNS = {  # where a node's three output values are drawn: the right end of the middle line
    "c_prev": (47, TOP - 52),
    "h_prev": (47, BUS + 52),
    "f": (112, 264),
    "keep": (212, TOP + 34),
    "i": (200, 232),
    "c_tilde": (348, 232),
    "write": (305, 306),
    "plus": (377, TOP + 34),
    "o": (399, 250),
    "tanh": (489, 232),
    "show": (523, ROW - 52),
}
PARTS = {  # what is lit, and the nodes whose numbers are shown; a lit operator's result is lit with them
    "forget": ("x h_prev joint f c_prev keep", "h_prev f c_prev keep"),
    "input": ("x h_prev joint i c_tilde write", "h_prev i c_tilde write"),
    "cell": ("c_prev f keep write plus fork c", "c_prev f keep write plus"),
    "output": ("x h_prev joint o plus fork c tanh show h", "h_prev o plus tanh show"),
}


@figure("numbers")
def lstm_forget() -> Figure:
    """The forget gate decides, entry by entry, how much of the old cell state is kept."""
    return part("forget")


@figure("numbers")
def lstm_input() -> Figure:
    """The candidate proposes what to write, the input gate decides how much of it is written."""
    return part("input")


@figure("numbers")
def lstm_cell() -> Figure:
    """The cell state runs straight through: scaled by the forget gate, then added to."""
    return part("cell")


@figure("numbers")
def lstm_output() -> Figure:
    """The output gate decides how much of the cell state is shown as the hidden state."""
    return part("output")


@figure("gradients")
def lstm_backward() -> Figure:
    """Two paths lead back into the cell state, through h_t and through c_{t+1}; what they bring is added."""
    d = Diagram(526, 302)
    top, row, x = 218, 34, 284
    c = d.node(358, top, "c", "$c_t$", radius=22)
    c_next = d.node(500, top, "c", "$c_{t+1}$", lit=False, radius=24)
    keep = operator(d, 429, top, "grad", TIMES)
    both = operator(d, x, top, "grad", "$+$")
    tanh = d.box(x, 128, 58, 36, "grad", r"$\tanh$")
    show = operator(d, x, row, "grad", TIMES)
    h = d.node(358, row, "h", "$h_t$", radius=22)
    o = d.box(202, row, 58, 36, "ink", r"$\sigma$", lit=False)
    plus = operator(d, 140, top, "c", "$+$", lit=False)
    keep_before = operator(d, 80, top, "grad", TIMES)
    c_prev = d.node(26, top, "c", "$c_{t-1}$", lit=False, radius=24)
    d.arrow(o, show, lit=False)
    for factor, label in ((keep, "$f_{t+1}$"), (keep_before, "$f_t$")):
        d.arrow((factor.x, top - 62), factor, lit=False)
        d.text(factor.x, top - 78, label, "dim")
    d.text(202, row + 32, "$o_t$", "dim")
    paths: list[list[Node | Point]] = [
        [c_next, keep, c, both, plus, keep_before, c_prev],
        [(426, row), h, show, tanh, both],
    ]
    for path in paths:
        for start, end in pairwise(path):
            d.arrow(start, end, "grad", width=2.6)
    values = gradients()
    number_stack(d, 240, top + 40, values["sum"], "grad")
    number_stack(d, 416, top + 50, values["through c"], "grad")
    number_stack(d, x - 12, 177, values["through h"], "grad")
    number_stack(d, 520, row, values["h"], "grad")
    d.text(170, top + 40, r"$\frac{\partial L}{\partial c_t}$", "grad", size=24)
    d.text(450, row, r"$\frac{\partial L}{\partial h_t}$", "grad", size=24)
    d.text(426, top + 50, "through $c_{t+1}$", "grad", size=16, ha="left")
    d.text(212, 177, "through $h_t$", "grad", size=16, ha="right")
    return d.figure


@figure("fading")
def forget_bias() -> Figure:
    """How much the initial state matters after t steps: the larger the forget-gate bias, the longer."""
    fig = sheet(520, 330)
    ax = fig.subplots()
    labels = (("plain RNN", "y", (5, 1e-10)), ("0", "c", (56, 5e-12)), ("1", "c", (84, 3e-7)), ("3", "c", (84, 8e-2)))
    for norms, (label, kind, place) in zip(fading(), labels, strict=True):
        ax.plot(norms, color=COLOURS[kind], linestyle=DASHED if kind == "y" else "-")
        ax.text(*place, label if kind == "y" else f"bias {label}", color=COLOURS[kind], va="center")
    ax.set(yscale="log", ylim=(1e-12, 10), xlim=(0, 100), xlabel="time step $t$")
    ax.set_yticks(10.0 ** np.arange(-12, 1, 3))
    ax.set_title("how much the initial state still matters", loc="left")
    return fig


def part(name: str) -> Figure:
    """The diagram with one part lit and the numbers of the second step on its wires."""
    lit, numbered = (set(names.split()) for names in PARTS[name])
    d = Diagram(526, 416)
    nodes: dict[str, Any] = (
        {name: d.node(*look, name in lit, radius=22) for name, look in NODES.items()}
        | {name: operator(d, *look, name in lit) for name, look in OPERATORS.items()}
        | {name: d.box(x, y, 58, 36, kind, label, name in lit) for name, (x, y, kind, label) in BOXES.items()}
        | POINTS
    )
    for start, end, kind, *corners in WIRES:
        bright = {start, end} <= lit or start in lit & numbered & OPERATORS.keys()
        points = [nodes[start], *corners, nodes[end]]
        for a, b in pairwise(points):
            d.arrow(a, b, kind, bright, head=b is points[-1] and end not in POINTS)
    here = POINTS["joint"]
    for k, gate in enumerate(ALONG_THE_BUS):
        corner = (BOXES[gate][0], BUS)
        d.arrow(here, corner, lit="joint" in lit and not lit.isdisjoint(ALONG_THE_BUS[k:]), head=False)
        d.arrow(corner, nodes[gate], lit={"joint", gate} <= lit)
        here = corner
    for gate, (x, y, label) in LABELS.items():
        d.text(x, y, label, "ink" if gate in lit else "dim")
    values = numbers()
    for wire in sorted(numbered):
        number_stack(d, *COLUMNS[wire], values[wire])
    if "x" in lit:
        d.text(112, 30, "   ".join(readable(v, 1) for v in lecture.x[1, 0]), size=14, ha="left")
    return d.figure


def operator(d: Diagram, x: float, y: float, kind: str, sign: str, lit: bool = True) -> Node:
    """A small disc that adds, or multiplies entry by entry."""
    return d.node(x, y, kind, sign, lit, radius=13, fill=COLOURS["paper"], size=34 if sign == TIMES else 20)


def number_stack(d: Diagram, x: float, y: float, values: ndarray, kind: str = "ink") -> None:
    """Three numbers one under the other, their middle one at y."""
    for k, value in enumerate(values):
        d.text(x, y + 17 * (1 - k), readable(value), kind, size=14, ha="right")


def readable(value: float, decimals: int = 2) -> str:
    """A number with a minus sign instead of a hyphen, and no sign before zero."""
    return f"{round(float(value), decimals) + 0.0:.{decimals}f}".replace("-", "−")


def example() -> LSTM:
    """The LSTM of the chapter: 4 inputs, 3 hidden units, weights of one decimal."""
    rng = np.random.default_rng(9)
    return LSTM(*(rng.uniform(-1, 1, shape).round(1) for shape in ((4, 3, 4), (4, 3, 3), (4, 3))))


def numbers() -> dict[str, ndarray]:
    """What the wires carry at the second step of the example, (3,) each."""
    trace = example().forward(lecture.x)
    gates = {name: getattr(trace, name)[1, 0] for name in ("i", "f", "o", "c_tilde")}
    c_prev, c, h_prev, h = trace.c[1, 0], trace.c[2, 0], trace.h[1, 0], trace.h[2, 0]
    products = {"keep": gates["f"] * c_prev, "write": gates["i"] * gates["c_tilde"], "tanh": np.tanh(c)}
    return gates | products | {"c_prev": c_prev, "plus": c, "h_prev": h_prev, "show": h}


def gradients() -> dict[str, ndarray]:
    """What arrives at the second cell state of the example, with the lecture's readout and targets, (3,) each."""
    lstm, readout = example(), lecture.readout
    trace = lstm.forward(lecture.x)
    _, dy = squared_error(readout.forward(trace.h[1:]), lecture.target)
    _, dh = readout.backward(trace.h[1:], dy)
    after = LSTMTrace(*(getattr(trace, name)[2:] for name in ("x", "h", "c", "i", "f", "o", "c_tilde")))
    _, _, dh_later, through_c = lstm.backward(after, dh[2:])
    dh_2 = (dh[1] + dh_later)[0]
    through_h = dh_2 * trace.o[1, 0] * tanh_prime(np.tanh(trace.c[2, 0]))
    return {"h": dh_2, "through h": through_h, "through c": through_c[0], "sum": through_h + through_c[0]}


def fading() -> ndarray:
    """Norms of ∂h_t/∂h_0 of an RNN, and of ∂c_t/∂c_0 of LSTMs with forget-gate biases 0, 1 and 3: (4, 101).

    All paths count.
    """
    x = np.random.default_rng(0).normal(size=(100, 1, 4))
    kept = [gradcheck.influence(RNN.init(4, 16, np.random.default_rng(1)), x)]
    for bias in (0, 1, 3):
        lstm = LSTM.init(4, 16, np.random.default_rng(1), forget_bias=bias)
        kept.append(gradcheck.influence(lstm, x, "c"))
    return np.array(kept)
