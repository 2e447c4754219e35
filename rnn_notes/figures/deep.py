"""What becomes of a gradient over two hundred steps, by what is done about it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from numpy import ndarray
from numpy.random import Generator

from rnn_notes import dropout, parameters, sequences, starts
from rnn_notes.cells import LSTM, RNN
from rnn_notes.figures.diagram import Diagram
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, DASHED, sheet, tint
from rnn_notes.layer_norm import NormedRNN
from rnn_notes.stack import Stack

T, H, EVERY, SEEDS, RATE = 200, 32, 10, 5, 0.5
BACK = np.arange(0, T + 1, EVERY)


@dataclass(frozen=True)
class Curve:
    """One curve of a panel."""

    layer: Callable[[Generator], Any]
    edge: str = ""  # where something is dropped: between layers, each step or each sequence
    look: str = "after"  # before, after, or a second one after: other
    label: tuple[str, float, float] = ("", 0, 1)  # its name, and where it goes


def usual(rng: Generator) -> RNN:
    return RNN.init(1, H, rng)


def orthogonal(rng: Generator) -> RNN:
    return starts.orthogonal(usual(rng), rng)


def two_layers(rng: Generator) -> Stack:
    return Stack((orthogonal(rng), starts.orthogonal(RNN.init(H, H, rng), rng)))


def three_layers(rng: Generator) -> Stack:
    return Stack((usual(rng), RNN.init(H, H, rng), RNN.init(H, H, rng)))


def identity(rng: Generator) -> RNN:
    return starts.identity(usual(rng))


def larger(rng: Generator) -> RNN:
    return parameters.scale(usual(rng), 3.0)


def lstm(bias: float) -> Callable[[Generator], LSTM]:
    return lambda rng: LSTM.init(1, H, rng, forget_bias=bias)


USUAL = Curve(usual, look="before")

PANELS = {
    "three layers": [USUAL, Curve(three_layers)],
    "forget bias": [
        Curve(lstm(0.0), look="before", label=("0", 15, 1e-10)),
        Curve(lstm(1.0), look="other", label=("1", 105, 1e-6)),
        Curve(lstm(5.0), label=("5", 120, 1e1)),
    ],
    "orthogonal start": [USUAL, Curve(orthogonal)],
    "identity start": [USUAL, Curve(identity)],
    "layer norm": [
        USUAL,
        Curve(larger, look="before", label=("weights × 3", 80, 3e2)),
        Curve(lambda rng: NormedRNN.init(1, H, rng)),
    ],
    "dropout between layers": [Curve(two_layers, look="before"), Curve(two_layers, "between layers")],
    "dropout, each step anew": [Curve(orthogonal, look="before"), Curve(orthogonal, "each step")],
    "dropout, one mask": [Curve(orthogonal, look="before"), Curve(orthogonal, "each sequence")],
}


@figure("measured")
def two_hundred_steps() -> Figure:
    """The norm of a gradient on its way back over 200 steps: one panel for each thing that is done about it."""
    fig = sheet(520, 680)
    axes: Any = fig.subplots(4, 2, sharex=True, sharey=True)
    for ax, (title, curves) in zip(axes.flat, PANELS.items(), strict=True):
        ax.set(title=title, yscale="log", ylim=(1e-12, 1e5), yticks=[1e-10, 1e-5, 1, 1e5], xlim=(0, T), xticks=[0, 100])
        for curve in curves:
            kind = "dim" if curve.look == "before" else "grad"
            found = measured(curve)
            ax.fill_between(BACK, found.min(axis=0), found.max(axis=0), color=tint(kind, 20), linewidth=0)
            line = DASHED if curve.look == "other" else "-"
            ax.plot(BACK, np.median(found, axis=0), color=COLOURS[kind], linestyle=line)
            text, x, y = curve.label
            ax.text(x, y, text, color=COLOURS[kind], fontsize=15)
    fig.supxlabel("steps back, $T-t$", fontsize=17)
    fig.supylabel(r"norm of $\partial L_T/\partial h_t$", fontsize=17)
    return fig


Place = tuple[int, int]
"""A layer, 0 being the input and 3 the output, and a step."""

STEPS = 5


@figure("edges", "masked", "way")
def dropout_edges() -> Figure:
    """Between layers, what is kept of the first input meets two masks in all; along time it meets one at each step."""
    d = Diagram(520, 262)
    for left, along_time in ((20, False), (290, True)):
        nodes = {
            (k, t): d.node(left + 10 + 50 * t, 20 + 60 * k, "xhhy"[k], radius=10)
            for k in range(4)
            for t in range(STEPS)
        }
        lit = way()
        for start, end in edges():
            on_way = (start, end) in lit
            d.arrow(nodes[start], nodes[end], "h" if start[0] else "x", lit=on_way, width=2.6 if on_way else None)
            if masked(start, end, along_time):
                (x, y), (to_x, to_y) = ((nodes[place].x, nodes[place].y) for place in (start, end))
                at = x + 0.42 * (to_x - x), y + 0.42 * (to_y - y)  # clear of the arrow's head
                d.add(Circle(at, 5, facecolor=COLOURS["ink"], edgecolor=COLOURS["paper"], zorder=5))
        d.text(left, 240, "along time" if along_time else "between layers", size=15, ha="left")
    return d.figure


def edges() -> list[tuple[Place, Place]]:
    """All edges of two layers: up, and along time."""
    up = [((k, t), (k + 1, t)) for k in range(3) for t in range(STEPS)]
    return up + [((k, t), (k, t + 1)) for k in (1, 2) for t in range(STEPS - 1)]


def masked(start: Place, end: Place, along_time: bool) -> bool:
    """Whether dropout lies on an edge: on what each layer gives to the next, or on what it keeps."""
    return start[0] == end[0] if along_time else start[0] != end[0] and start[0] > 0


def way() -> list[tuple[Place, Place]]:
    """How the first input comes to the last output, if the lower layer keeps it."""
    keep = [((1, t), (1, t + 1)) for t in range(STEPS - 1)]
    return [((0, 0), (1, 0)), *keep, ((1, STEPS - 1), (2, STEPS - 1)), ((2, STEPS - 1), (3, STEPS - 1))]


@cache
def measured(curve: Curve) -> ndarray:
    """The norms for each seed, (SEEDS, len(BACK)): noise of 0.3 as input, and a random w of length 1."""
    found = []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        x, w = 0.3 * rng.standard_normal((T, 1, 1)), rng.standard_normal(H)
        layer = curve.layer(rng)
        steps = 1 if curve.edge == "each sequence" else T
        drop = (
            np.repeat(dropout.mask(rng, (steps, 1, H), RATE), T // steps, axis=0) if curve.edge else np.ones((T, 1, H))
        )
        found.append(norms(layer, x, w / np.linalg.norm(w), curve.edge, drop))
    return np.array(found)


def norms(layer: Any, x: ndarray, w: ndarray, edge: str, drop: ndarray) -> ndarray:
    """‖∂L_T/∂h_t‖ for t = T − BACK, (len(BACK),), where L_T = w · h_T and h_t is all that the layer carries.

    The runs from all these steps on are one batch of sequences of different lengths.
    """

    def forward(x: ndarray, drop: ndarray, state: tuple[ndarray, ...]) -> Any:
        if edge.startswith("each"):
            return dropout.along_time(layer, x, drop, *state)
        return layer.forward(x, *state, drop=[drop]) if edge else layer.forward(x, *state)

    starts, states, state = range(0, T, EVERY), [], ()
    for t in starts:
        trace = forward(x[t : t + EVERY], drop[t : t + EVERY], state)
        states.append(state or tuple(np.zeros_like(s) for s in trace.last))
        state = trace.last
    rest, lengths = sequences.pad([x[t:, 0] for t in starts])
    drop, _ = sequences.pad([drop[t:, 0] for t in starts])
    trace = forward(rest, drop, tuple(np.concatenate(s) for s in zip(*states, strict=True)))
    dh = sequences.last_backward(np.tile(w, (len(lengths), 1)), lengths, T)
    if edge.startswith("each"):
        _, _, *dstate = dropout.along_time_backward(layer, trace, drop, dh)
    else:
        _, _, *dstate = layer.backward(trace, dh)
    return np.append(1.0, np.linalg.norm(np.concatenate(dstate, axis=1), axis=1)[::-1])
