"""Gates at work: who remembers the first sign, and an LSTM that reads brackets."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes.experiments import brackets, first_sign, recorded
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import CELLS, COLOURS, sheet, tint

TEXT = "ab(ba" + "abba" * 3 + "a)b" + "ab" * 5 + "?" + "ba(b" + "ab" * 4 + "?"
ROWS = (  # what is drawn of the unit: its name, its label, its colour, where it is 0, and which way its bars go
    ("i", "$i_t$  write", "ink", 0.0, 1),
    ("f", "$f_t$  keep", "ink", -1.5, 1),
    ("o", "$o_t$  show", "ink", -3.0, 1),
    ("c", "$c_t$", "c", -3.6, -1),
    ("y", "$y_t$", "y", -6.2, 1),
)
SEED, UNIT = 8, 0  # of the recorded networks, and of its two units, those whose gates are easiest to read


@figure("shares")
def first_sign_learned() -> Figure:
    """With an open gate at the start both gated cells learn to keep a sign over 80 steps; without it not over 20."""
    fig = sheet(520, 400)
    lengths = recorded("first_sign").settings["lengths"]
    for ax, T in zip(fig.subplots(1, len(lengths), sharex=True, sharey=True), lengths, strict=True):
        for y, name in enumerate(first_sign.CELLS):
            colour = CELLS[name.split(",")[0]]
            right = 100 * shares(name, T)
            ax.plot(right, np.full(len(right), y), "|", color=tint(colour, 50), markersize=12)
            ax.plot(right.mean(), y, "o", color=COLOURS[colour], markersize=7)
        ax.axvline(50, color=COLOURS["ink"], linewidth=1)
        ax.set(title=f"$T={T}$", xlim=(40, 104), xticks=(50, 75, 100), ylim=(len(first_sign.CELLS) - 0.5, -0.5))
        ax.set_yticks(range(len(first_sign.CELLS)), list(first_sign.CELLS))
    fig.supxlabel("right answers, per cent", fontsize=16)
    return fig


@figure("gates_over")
def bracket_gates() -> Figure:
    """An open bracket writes, a closing bracket erases, and only a question mark opens the output gate."""
    fig = sheet(520, 400)
    ax = fig.subplots()
    values = gates_over(TEXT)
    for name, label, colour, base, way in ROWS:
        heights = values[name] / (1 if name != "c" else np.abs(values["c"]).max())
        ax.axhline(base, color=COLOURS["grid"], linewidth=1)
        ax.bar(range(len(TEXT)), heights, bottom=base, width=0.8, color=COLOURS[colour])
        ax.text(-1.5, base + 0.5 * way, label, ha="right", va="center", color=COLOURS[colour])
    for place, character in enumerate(TEXT):
        seen = character not in "ab"
        ax.text(place, 1.45, character, ha="center", color=COLOURS["ink" if seen else "dim"], family="monospace")
        if seen:
            ax.vlines(place, -6.2, 1.3, color=COLOURS["grid"], linewidth=1, zorder=0)
    ax.set(xlim=(-1, len(TEXT)), ylim=(-6.4, 2))
    ax.axis("off")
    return fig


def shares(name: str, T: int) -> ndarray:
    """The share of right answers of each seed, (10,), by the name of a cell in the experiment."""
    return recorded("first_sign").over_seeds(name, str(T))


@cache
def gates_over(text: str) -> dict[str, ndarray]:
    """Of the chosen unit of the recorded LSTM the gates and its state at every character, and the output, (T,) each."""
    network = brackets.network(recorded("brackets"), SEED)
    trace = network.cell.forward(brackets.encode(text))
    of_unit = {name: getattr(trace, name)[:, 0, UNIT] for name in ("i", "f", "o", "c_tilde")}
    y = network.readout.forward(trace.h[1:])[:, 0, 0]
    return of_unit | {"c": trace.c[1:, 0, UNIT], "y": y}
