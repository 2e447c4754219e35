"""What a reader needs before the lecture: the chain rule, the largest stretch of a matrix, arrays with three axes."""

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray

from rnn_notes.figures.diagram import Diagram
from rnn_notes.figures.registry import drawing, figure
from rnn_notes.figures.style import COLOURS, DASHED, sheet, tint

STRETCH = np.array([[0.5, 1.0], [0.0, 0.5]])
"""A matrix whose eigenvalues are both one half and whose largest singular value is above 1."""
SHAPE = (5, 3, 4)  # T, B, D of the array that is drawn
STEP, SEQUENCE = 2, 0  # what is picked of it


@figure("derivatives")
def ways_of_a_number() -> Figure:
    """A number that acts along two paths: multiply along each path, then add."""
    d = Diagram(520, 250)
    w = d.node(60, 125, "ink", "$w$", radius=22)
    u = d.node(260, 205, "ink", "$u$", radius=22)
    v = d.node(260, 45, "ink", "$v$", radius=22)
    loss = d.node(460, 125, "y", "$L$", radius=22)
    slopes = derivatives()
    for path, y in (((w, u, loss), 205), ((w, v, loss), 45)):
        for start, end in pairwise(path):
            d.arrow(start, end)
        for x, slope in zip((150, 370), slopes["u" if y > 125 else "v"], strict=True):
            d.text(x, 125 + (58 if y > 125 else -58), f"{slope:g}", "grad")
    products = [first * second for first, second in slopes.values()]
    d.text(260, 136, r"$\frac{dL}{dw}$", "grad", size=20)
    d.text(
        260, 103, f"${slopes['u'][0]:g} \\cdot {slopes['u'][1]:g} + {slopes['v'][0]:g} \\cdot {slopes['v'][1]:g}"
        f" = {sum(products):g}$", "grad",
    )  # fmt: skip
    return d.figure


@figure("stretched")
def stretched_circle() -> Figure:
    """A matrix turns the circle of all vectors of length 1 into an ellipse; its half axes are the singular values."""
    fig = sheet(520, 330)
    ax: Any = fig.subplots()
    circle, ellipse, axes = stretched()
    ax.plot(*circle, color=COLOURS["dim"], linestyle=DASHED, label="all vectors of length 1")
    ax.plot(*ellipse, color=COLOURS["h"], label="what the matrix makes of them")
    for axis, name, place in zip(axes, (r"\sigma_{\max}", r"\sigma_{\min}"), ((1.13, 0.6), (0.06, -0.4)), strict=True):
        ax.plot([0, axis[0]], [0, axis[1]], color=COLOURS["grad"], linewidth=2)
        ax.text(*place, f"${name} = {np.linalg.norm(axis):.2f}$", color=COLOURS["grad"], va="center", ha="left")
    ax.set(aspect="equal", xlim=(-1.9, 1.9), ylim=(-1.12, 1.12), xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


@drawing
def three_axes() -> Figure:
    """An array of five time steps, three sequences and four features, and what two indices pick of it."""
    d = Diagram(520, 190)
    for t, b, k in np.ndindex(SHAPE):
        step, sequence = t == STEP, b == SEQUENCE
        corner = (16 + 102 * t + 20 * k, 112 - 26 * b)
        face = tint("x", 70 if sequence else 35) if step else tint("ink", 25 if sequence else 0)
        border = COLOURS["ink" if step or sequence else "dim"]
        d.add(Rectangle(corner, 20, 22, facecolor=face, edgecolor=border, linewidth=1))
    for t in range(SHAPE[0]):
        d.text(56 + 102 * t, 24, f"x[{t}]" if t == STEP else f"t = {t + 1}", "x" if t == STEP else "dim", size=15)
    d.text(16, 160, "x[:, 0]: one sequence, all steps", size=15, ha="left")
    return d.figure


def derivatives() -> dict[str, tuple[float, float]]:
    """Of L = u v with u = 2 w and v = w + 2 at w = 1, along either way: (du/dw, ∂L/∂u) and (dv/dw, ∂L/∂v)."""
    w = 1.0
    u, v = 2 * w, w + 2
    return {"u": (2.0, v), "v": (1.0, u)}


def stretched() -> tuple[ndarray, ndarray, ndarray]:
    """The circle (2, 200), what the matrix makes of it (2, 200), and the two half axes of that (2, 2), one per row."""
    angle = np.linspace(0, 2 * np.pi, 200)
    circle = np.array([np.cos(angle), np.sin(angle)])
    directions, sizes, _ = np.linalg.svd(STRETCH)
    axes = (directions * sizes).T
    return circle, STRETCH @ circle, axes * np.where(axes[:, :1] < 0, -1, 1)
