"""The sigmoid and its derivative."""

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes.activations import sigmoid, sigmoid_prime
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, DASHED, sheet

TOUCHES = (-3.0, 0.0, 3.0)
"""Where the tangents touch the curve."""


@figure("sigmoid")
def sigmoid_curve() -> Figure:
    """The sigmoid: every real number goes in, a number between 0 and 1 comes out."""
    fig = sheet(520, 280)
    ax = fig.subplots()
    x = np.linspace(-8, 8, 321)
    ax.hlines((0, 1), -8, 8, color=COLOURS["dim"], linewidth=1, linestyle=(0, (4, 4)))
    ax.plot(x, sigmoid(x), color=COLOURS["h"])
    ax.plot(0, sigmoid(np.zeros(())), "o", color=COLOURS["h"])
    ax.annotate(r"$\sigma(0)=\frac{1}{2}$", (0, 0.5), (14, -8), textcoords="offset points", va="center", fontsize=18)
    ax.set(xlabel="$x$", ylabel=r"$\sigma(x)$", yticks=[0, 0.5, 1], xlim=(-8, 8), ylim=(-0.1, 1.1))
    return fig


@figure("tangent")
def sigmoid_with_tangent() -> Figure:
    """The slope of each tangent of the sigmoid is the height of the derivative below."""
    fig = sheet(520, 440)
    above, below = fig.subplots(2, 1, sharex=True, height_ratios=(5, 4))
    x = np.linspace(-6, 6, 241)
    above.plot(x, sigmoid(x), color=COLOURS["h"])
    below.plot(x, sigmoid_prime(sigmoid(x)), color=COLOURS["grad"])
    for at in TOUCHES:
        s, slope = tangent(at)
        near = np.array([-1.3, 1.3])
        above.plot(at + near, s + slope * near, color=COLOURS["grad"], linestyle=DASHED)
        for ax, top, y in ((above, s, s), (below, 0.34, slope)):
            ax.vlines(at, -0.1, top, color=COLOURS["dim"], linewidth=1, zorder=1)
            ax.plot(at, y, "o", color=COLOURS["grad"])
        left = at < 0
        below.text(at - 0.2 if left else at + 0.2, slope + 0.03, f"{slope:.3f}", ha="right" if left else "left")
    above.set(ylabel=r"$\sigma(x)$", yticks=[0, 0.5, 1], ylim=(-0.1, 1.1))
    below.set(ylabel=r"$\sigma\,^\prime(x)$", xlabel="$x$", yticks=[0, 0.1, 0.2, 0.3], ylim=(0, 0.34), xlim=(-6, 6))
    for ax in (above, below):
        ax.grid(visible=False, axis="x")
    return fig


def tangent(x: float) -> ndarray:
    """The value and the slope of the sigmoid at x."""
    s = sigmoid(np.array(x))
    return np.array([s, sigmoid_prime(s)])
