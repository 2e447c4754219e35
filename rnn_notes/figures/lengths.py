"""Sequences of different length in one batch."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray

from rnn_notes import sequences
from rnn_notes.figures.diagram import Diagram
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, tint

CELL = (72.0, 34.0)
LEFT = 130.0
LENGTHS = (5, 2, 3)


@figure("batches")
def padded_batch() -> Figure:
    """A padded batch, flipped as a whole, and reversed sequence by sequence: the state to take is at the true end."""
    d = Diagram(520, 432)
    width, height = CELL
    for title, note, top, batch in zip(
        ("padded", "flipped", "reversed"),
        ("right", "wrong", "right"),
        (420, 274, 128),
        batches(),
        strict=True,
    ):
        d.text(8, top - 1.1 * height, title, size=15, ha="left")
        d.text(8, top - 1.8 * height, note, "dim" if note == "right" else "grad", size=14, ha="left")
        for (b, t), step in np.ndenumerate(batch):
            corner = (LEFT + t * width, top - (b + 1) * height)
            fill = tint("x", 25) if step else tint("dim", 15)
            d.add(Rectangle(corner, width, height, facecolor=fill, edgecolor=COLOURS["paper"], linewidth=2))
            label = f"$x_{step}$" if step else "0"
            d.text(corner[0] + width / 2, corner[1] + height / 2, label, "x" if step else "dim")
            if t + 1 == LENGTHS[b] and note == "right":
                inner = (corner[0] + 2, corner[1] + 2)
                d.add(
                    Rectangle(inner, width - 4, height - 4, fill=False, edgecolor=COLOURS["h"], linewidth=2.5, zorder=5)
                )
    return d.figure


def batches() -> tuple[ndarray, ndarray, ndarray]:
    """The steps of three sequences as they are in a batch, 0 being padding, (3, T): padded, flipped, reversed."""
    padded, lengths = sequences.pad([np.arange(1, n + 1) for n in LENGTHS])
    return padded.T, padded[::-1].T, sequences.reverse(padded, np.array(lengths)).T
