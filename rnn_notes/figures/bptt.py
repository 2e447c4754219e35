"""Backpropagation through time."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray

from rnn_notes import lecture
from rnn_notes.figures.diagram import Diagram
from rnn_notes.figures.registry import drawing, figure
from rnn_notes.figures.style import COLOURS, tint
from rnn_notes.readout import squared_error

ROW, APART = 104.0, 92.0  # from one moment to the next, from one time step to the next
CELL = (66.0, 32.0)
SHOWN = (2, 0)  # the entry of W_hh that the page follows through the steps


@drawing
def error_flowing_back() -> Figure:
    """Error flows back: each hidden state gets one part at once, from its output, and one part from the step after."""
    d = Diagram(520, lecture.T * ROW + 4)
    steps = range(1, lecture.T + 1)
    for row, now in enumerate(reversed(steps)):
        base = (lecture.T - row) * ROW - 74
        d.text(8, base, f"$t={now}$", ha="left")
        y, h = {}, {}
        for t in steps:
            x, known = 110 + APART * (t - 1), tint("grad", 25) if t > now else None
            y[t] = d.node(x, base + 58, "y", f"$y_{t}$", t == now, radius=15)
            h[t] = d.node(x, base, "h", "", t == now, radius=15, fill=known)
            d.text(x, base, f"$h_{t}$", "ink" if t >= now else "dim")
        for t in steps:
            if t != now:
                d.arrow(h[t], y[t], lit=False)
                if t < lecture.T:
                    d.arrow(h[t], h[t + 1], lit=False)
        d.arrow(y[now], h[now], "grad", width=3)
        if now < lecture.T:
            d.arrow(h[now + 1], h[now], "grad", width=3)
        if now == lecture.T - 1:
            d.text(h[now].x - 14, base + 29, "at once", "grad", size=14, ha="right")
            d.text(h[now].x + APART / 2, base - 17, "later", "grad", size=14)
    return d.figure


@figure("contributions")
def five_contributions() -> Figure:
    """The gradient of W_hh is the sum of five contributions, one for each time step."""
    d = Diagram(520, 476)
    parts = contributions()
    width, height = CELL
    largest = np.abs(parts).max()
    for n, matrix in enumerate([*parts, parts.sum(axis=0)]):
        left, top = 44 + 262 * (n % 2), 436 - 160 * (n // 2)
        title = f"$\\delta_{n + 1} h_{n}^{{\\!\\top}}$" if n < len(parts) else r"$\partial L / \partial W_{hh}$"
        d.text(left + 1.5 * width, top + 20, title, "grad", size=17)
        if n:
            d.text(left - 24, top - 1.5 * height, "+" if n < len(parts) else "=", size=18)
        for (row, column), value in np.ndenumerate(matrix):
            corner = (left + column * width, top - (row + 1) * height)
            colour = tint("grad" if value > 0 else "dim", 60 * min(1, abs(value) / largest))
            d.add(Rectangle(corner, width, height, facecolor=colour, edgecolor=COLOURS["paper"], linewidth=1.5))
            text = f"{value:.3f}".replace("-0.000", "0.000").replace("-", "−")
            d.text(corner[0] + width / 2, corner[1] + height / 2 - 1, text, size=14)
        corner = (left + SHOWN[1] * width, top - (SHOWN[0] + 1) * height)
        d.add(Rectangle(corner, width, height, fill=False, edgecolor=COLOURS["ink"], linewidth=1.6, zorder=5))
    return d.figure


def contributions() -> ndarray:
    """δ_t h_{t−1}ᵀ for t = 1 … T on the lecture's network, (T, H, H)."""
    W_hh, W_hy = lecture.rnn.W_hh, lecture.readout.W_hy
    h = lecture.rnn.forward(lecture.x).h
    _, dy = squared_error(lecture.readout.forward(h[1:]), lecture.target)
    delta = np.zeros((lecture.T + 2, lecture.H))  # no error comes from after the last step
    for t in range(lecture.T, 0, -1):
        delta[t] = (1 - h[t, 0] ** 2) * (W_hy.T @ dy[t - 1, 0] + W_hh.T @ delta[t + 1])
    return np.array([np.outer(delta[t], h[t - 1, 0]) for t in range(1, lecture.T + 1)])
