"""Activation functions."""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes import lecture
from rnn_notes.activations import relu, relu_prime, sigmoid, sigmoid_prime, tanh, tanh_prime
from rnn_notes.figures.diagram import Diagram
from rnn_notes.figures.registry import drawing, figure
from rnn_notes.figures.style import COLOURS, DASHED, sheet

FLAT = 0.1
"""A function counts as saturated where its derivative is below this part of its largest: a tenth."""


@drawing
def neuron() -> Figure:
    """A neuron: a weighted sum, then an activation function."""
    d = Diagram(520, 300)
    total = d.node(224, 150, "ink", r"$\sum$", radius=28, fill=COLOURS["paper"])
    for k, y in enumerate((258, 186, 114, 42), start=1):
        x = d.node(36, y, "x", f"$x_{k}$", radius=20)
        d.arrow(x, total, "x")
        line = y + (150 - y) * 0.42
        d.text(118, line + (14 if y > 150 else -14), f"$w_{k}$")
    b = d.box(224, 244, 36, 32, "dim", "$b$")
    d.arrow(b, total, "dim")
    f = d.box(356, 150, 84, 84, "ink", fill=COLOURS["paper"])
    a = np.linspace(-3, 3, 61)
    d.axes.plot(356 + 11 * a, np.full_like(a, 150), color=COLOURS["dim"], linewidth=1, zorder=4)
    d.axes.plot(356 + 11 * a, 150 + 28 * tanh(a), color=COLOURS["h"], zorder=4)
    h = d.node(480, 150, "h", "$h$", radius=24)
    d.arrow(total, f)
    d.arrow(f, h, "h")
    d.text(284, 166, "$a$")
    d.text(224, 90, "weighted sum", size=14)
    d.text(356, 90, "activation", size=14)
    d.text(356, 72, "function", size=14)
    d.text(480, 106, r"$\tanh(a)$", size=14)
    return d.figure


@figure("stacked")
def linear_collapse() -> Figure:
    """The first unit after each of five layers: straight lines without activation, bent ones with tanh."""
    fig = sheet(520, 340)
    s = np.linspace(-4, 4, 161)
    both = fig.subplots(1, 2)
    titles = ("no activation", "tanh after each layer")
    for ax, f, title, tick in zip(both, (lambda a: a, tanh), titles, (2, 1), strict=True):
        *earlier, last = stacked(s, f)
        for n, h in enumerate(earlier):
            ax.plot(s, h, color=COLOURS["dim"], linewidth=1, label="" if n else "after 1 to 4 layers")
        ax.plot(s, last, color=COLOURS["h"], linewidth=3, label="after 5 layers")
        ax.set(title=title, xlabel="factor of the inputs", xticks=[-4, -2, 0, 2, 4], yticks=[-tick, 0, tick])
    both[0].set_ylabel("first hidden unit")
    fig.legend(*both[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


@figure("sigmoid", "tanh", "relu", "sigmoid_prime", "tanh_prime", "relu_prime")
def sigmoid_tanh_relu() -> Figure:
    """Sigmoid, tanh and ReLU, each with its derivative; where the curve is flat, it is saturated."""
    fig = sheet(520, 310)
    a = np.linspace(-6, 6, 240)  # not through zero, where the derivative of ReLU jumps
    functions = (("sigmoid", sigmoid, sigmoid_prime), ("tanh", tanh, tanh_prime), ("ReLU", relu, relu_prime))
    axes = fig.subplots(1, 3, sharey=True)
    for ax, (name, f, prime) in zip(axes, functions, strict=True):
        y = f(a)
        slope = prime(y)
        ax.fill_between(
            a, -1.2, 2.2, where=slope < FLAT * slope.max(), color=COLOURS["grid"], linewidth=0, label="saturated"
        )
        ax.plot(a, y, color=COLOURS["h"], label="function")
        for part in np.split(np.arange(len(a)), np.flatnonzero(np.abs(np.diff(slope)) > 0.5) + 1):
            ax.plot(a[part], slope[part], color=COLOURS["grad"], linestyle=DASHED, label="derivative")
        ax.set(title=name, xlabel="$a$", xlim=(-6, 6), ylim=(-1.2, 2.2), xticks=[-4, 0, 4], yticks=[-1, 0, 1, 2])
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(handles[1:] + handles[:1], labels[1:] + labels[:1], loc="outside lower center", ncols=3)
    return fig


def stacked(s: ndarray, f: Callable[[ndarray], ndarray]) -> ndarray:
    """The first hidden unit after each of the five layers of the lecture's RNN fed with s x_t, (T, len(s))."""
    rnn = lecture.rnn
    h, first = np.zeros((len(s), lecture.H)), []
    for x_t in lecture.x:
        h = f(s[:, None] * x_t @ rnn.W_xh.T + h @ rnn.W_hh.T + rnn.b_h)
        first.append(h[:, 0])
    return np.array(first)
