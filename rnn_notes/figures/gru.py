"""The GRU: its diagram, its update as an interpolation, and its two variants."""

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes import lecture
from rnn_notes.cells import GRU
from rnn_notes.figures.diagram import Diagram, Node, Point
from rnn_notes.figures.lstm import TIMES, number_stack, operator, readable
from rnn_notes.figures.registry import drawing, figure
from rnn_notes.figures.style import COLOURS

TOP, MIX, ROW, BUS = 352.0, 264.0, 178.0, 92.0  # heights: the state, its mixing, the gates, what these see
GAPS = {  # where a wire interrupts the one that it crosses
    ("x", "n"): ((256.0, BUS - 2), (256.0, BUS + 2)),
    ("n", "mix"): ((356.0, MIX), (360.0, MIX)),
}


@figure("numbers")
def gru_interpolation() -> Figure:
    """The update gate slides each entry of the state between its candidate and its old value."""
    d = Diagram(520, 320)
    step = numbers()
    for value in (-1, 0, 1):
        x = 220 + 190 * value
        d.arrow((x, 44), (x, 284), "grid", head=False)
        d.text(x, 28, readable(value, 0), "dim", size=14)
    for k in range(3):
        y = 276 - 88 * k
        n, old, new = (220 + 190 * step[name][k] for name in ("n", "h_prev", "h"))
        d.arrow((30, y), (410, y), lit=False, head=False)
        d.arrow((n, y), (new, y), "h", width=6, head=False)
        for x, above, label, kind, fill in (
            (n, 22, "$n_t$", "ink", "paper"),
            (old, 22, "$h_{t-1}$", "h", "paper"),
            (new, -24, "$h_t$", "h", "h"),
        ):
            d.node(x, y, kind, radius=7, fill=COLOURS[fill])
            d.text(x, y + above, label, kind)
        d.text(510, y, f"$z_t={readable(step['z'][k])}$", ha="right")
    return d.figure


@figure("numbers")
def gru_cell() -> Figure:
    """One step of the GRU: reset scales what the candidate sees of the past, update mixes candidate and old state."""
    d = Diagram(526, 430)
    nodes: dict[str, Node | Point] = {
        "h_prev": d.node(25, TOP, "h", "$h_{t-1}$", radius=22),
        "h": d.node(501, TOP, "h", "$h_t$", radius=22),
        "x": d.node(25, 30, "x", "$x_t$", radius=22),
        "joint": (25, BUS),
        "fork": (170, TOP),
        "half": (358, 212),
        "r": d.box(88, ROW, 52, 36, "ink", r"$\sigma$"),
        "m": d.box(170, 276, 58, 36, "h", "$W_{hn}$"),
        "n": d.box(256, ROW, 58, 36, "ink", r"$\tanh$"),
        "z": d.box(358, ROW, 52, 36, "ink", r"$\sigma$"),
        "rest": d.box(438, 212, 46, 32, "ink", "$1-$"),
        "reset": operator(d, 170, ROW, "ink", TIMES),
        "keep": operator(d, 358, TOP, "h", TIMES),
        "mix": operator(d, 438, MIX, "h", TIMES),
        "plus": operator(d, 438, TOP, "h", "$+$"),
    }
    wires: list[tuple[Any, ...]] = [
        ("h_prev", "joint", "h"),
        ("x", "joint", "x"),
        ("joint", "r", "ink", (88, BUS)),
        ("joint", "z", "ink", (358, BUS)),
        ("h_prev", "fork", "h"),
        ("fork", "m", "h"),
        ("m", "reset", "h"),
        ("r", "reset", "ink"),
        ("reset", "n", "ink"),
        ("z", "half", "ink"),
        ("half", "keep", "ink"),
        ("half", "rest", "ink"),
        ("rest", "mix", "ink"),
        ("mix", "plus", "h"),
        ("fork", "keep", "h"),
        ("keep", "plus", "h"),
        ("plus", "h", "h"),
        ("x", "n", "x", (256, 30)),  # these two cross others
        ("n", "mix", "ink", (256, MIX)),
    ]
    for start, end, kind, *corners in wires:
        if (start, end) in GAPS:
            d.arrow(*GAPS[start, end], "paper", width=9, head=False)
        points = [nodes[start], *corners, nodes[end]]
        for a, b in pairwise(points):
            d.arrow(a, b, kind, head=b is points[-1] and isinstance(b, Node))
    values = numbers()
    for name, x, y in (
        ("h_prev", 82, TOP - 52),
        ("r", 110, 226),
        ("m", 220, 226),
        ("n", 308, 232),
        ("z", 401, 308),
        ("keep", 418, TOP + 34),
        ("mix", 490, 302),
        ("h", 523, TOP + 54),
    ):
        number_stack(d, x, y, values[name])
    for x, y, label in ((129, ROW + 16, "$r_t$"), (152, 244, "$m_t$"), (240, 210, "$n_t$"), (342, 232, "$z_t$")):
        d.text(x, y, label)
    d.text(56, 16, "   ".join(readable(v, 1) for v in lecture.x[1, 0]), size=14, ha="left")
    return d.figure


@drawing
def gru_variants() -> Figure:
    """Reset after: the matrix mixes, then each result is scaled. Reset before: each entry is scaled, then mixed."""
    d = Diagram(520, 270)
    for y, title, order in ((196, "reset after", "Wr"), (66, "reset before", "rW")):
        candidate = "n_t" if order == "Wr" else r"\tilde{n}_t"
        d.text(14, y + 46, title, size=14, ha="left")
        h = d.node(36, y, "h", "$h_{t-1}$", radius=22)
        places = dict(zip(order, (150.0, 280.0), strict=True))
        W = d.box(places["W"], y, 62, 40, "h", "$W_{hn}$")
        reset = operator(d, places["r"], y, "ink", TIMES)
        r = d.node(places["r"], y + 52, "ink", "$r_t$", radius=17)
        end = d.box(420, y, 64, 40, "ink", r"$\tanh$")
        d.arrow(r, reset)
        first, second = (W, reset) if order == "Wr" else (reset, W)
        for a, b in pairwise([h, first, second, end]):
            d.arrow(a, b, "h")
        d.arrow((420, y - 48), end, "x")
        d.arrow(end, (492, y))
        d.text(507, y, f"${candidate}$")
        d.text(432, y - 41, "$W_{xn}x_t$", "x", ha="left")
    return d.figure


def example() -> GRU:
    """The GRU of the chapter: 4 inputs, 3 hidden units, weights of one decimal."""
    rng = np.random.default_rng(9)
    return GRU(*(rng.uniform(-1, 1, shape).round(1) for shape in ((3, 3, 4), (3, 3, 3), (3, 3), (3,))))


def numbers() -> dict[str, ndarray]:
    """What the wires carry at the second step of the example, (3,) each."""
    trace = example().forward(lecture.x)
    r, z, n, m = (getattr(trace, name)[1, 0] for name in "rznm")
    h_prev, h = trace.h[1, 0], trace.h[2, 0]
    return {"r": r, "z": z, "n": n, "m": m, "h_prev": h_prev, "h": h, "keep": z * h_prev, "mix": (1 - z) * n}
