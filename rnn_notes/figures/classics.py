"""The classic tasks: the error of the exclusive or in time, bit by bit."""

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes.experiments import recorded
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, sheet, tint


@figure("errors_by_place")
def temporal_xor() -> Figure:
    """Two of three bits are random; at the third, which can be predicted, the error drops."""
    fig = sheet(520, 300)
    ax = fig.subplots()
    errors = errors_by_place()
    places = np.arange(2, 2 + errors.shape[1])  # the first bit of a stream is never predicted
    for of_seed in errors:
        ax.plot(places, of_seed, "_", color=tint("y", 50), markersize=12)
    ax.plot(places, errors.mean(axis=0), "o-", color=COLOURS["y"], linewidth=1.5)
    ax.axhline(0.5, color=COLOURS["ink"], linewidth=1)
    ax.set(xlabel="bit of the stream", ylabel="error", ylim=(0, 0.65), xticks=places, yticks=(0, 0.25, 0.5))
    return fig


def errors_by_place(H: str = "4") -> ndarray:
    """The root mean squared error of the bits 2 to 13 of a stream, by seed, (10, 12)."""
    return recorded("xor").over_seeds(H, "places")
