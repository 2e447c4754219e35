"""The picture on the home page and in the README."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes import lecture
from rnn_notes.figures import depth
from rnn_notes.figures.diagram import Diagram, Node
from rnn_notes.figures.networks import spread
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import tint


@figure("activations")
def unrolled_with_activations() -> Figure:
    """A recurrent network reads five inputs; each colour is a real activation, handed on from copy to copy."""
    d = Diagram(600, 490)
    run = activations()
    copies = depth.copies(d, fill={kind: [[colour(kind, v) for v in row] for row in run[kind]] for kind in run})
    for t, copy in enumerate(copies):
        signals(d, copy["x"], copy["h"], lecture.rnn.W_xh * run["x"][t], "x")
        signals(d, copy["h"], copy["y"], lecture.readout.W_hy * run["h"][t], "h")
    for t, (before, after) in enumerate(pairwise(copies)):
        signals(d, before["h"], after["h"], lecture.rnn.W_hh * run["h"][t], "h")
    scale(d)
    return d.figure


def activations() -> dict[str, ndarray]:
    """x_t, h_t and y_t of the lecture's run, each (T, size of the layer)."""
    h = lecture.rnn.forward(lecture.x).h[1:]
    return {"x": lecture.x[:, 0], "h": h[:, 0], "y": lecture.readout.forward(h)[:, 0]}


def colour(kind: str, value: float) -> str:
    """The stronger the activation, the stronger the colour: that of the letter if positive, grey if negative."""
    return tint(kind if value > 0 else "dim", 100 * min(1, abs(value)))


def scale(d: Diagram) -> None:
    """Which colour means which activation."""
    for value, x in zip((-1.0, -0.5, 0.0, 0.5, 1.0), spread(5, 34), strict=True):
        d.node(300 + x, 468, "h", fill=colour("h", value), radius=depth.RADIUS)
    d.text(212, 468, "$-1$", "dim", ha="right")
    d.text(388, 468, "$+1$", "dim", ha="left")


def signals(d: Diagram, start: list[Node], end: list[Node], carried: ndarray, kind: str) -> None:
    """The connections from one layer to another, each as wide as what it carries, weight times activation."""
    widths: dict[tuple[float, bool], list[tuple[Node, Node]]] = defaultdict(list)
    for (j, i), value in np.ndenumerate(carried):
        widths[np.ceil(10 * abs(value)) / 2, bool(value > 0)].append((start[i], end[j]))
    for (width, positive), pairs in sorted(widths.items()):
        d.lines(pairs, kind if positive else "dim", width=width or 0.3)
