"""Why a network needs memory."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes import datasets, lecture
from rnn_notes.cells import RNN
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, sheet

PASTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("-o", {}),
    ("--s", {"markerfacecolor": COLOURS["paper"], "markeredgewidth": 2}),
)
"""How a run after the one and after the other past is drawn."""
NOW = (1716, 1730)
"""Two years with the same sunspot number, one on the way up and one on the way down."""


@figure("sunspots")
def one_number() -> Figure:
    """The same number now, two pasts, two different numbers next: the current number alone cannot tell which."""
    fig = sheet(520, 290)
    ax = fig.subplots()
    pasts = sunspots()
    years = np.arange(pasts.shape[1]) - (pasts.shape[1] - 2)
    for numbers, now, (line, look), place in zip(pasts, NOW, PASTS, ((-3.6, 14), (-5, 108)), strict=True):
        ax.plot(years[:-1], numbers[:-1], line, color=COLOURS["x"], **look)
        ax.plot(years[-2:], numbers[-2:], ":", color=COLOURS["x"])
        ax.plot(years[-1], numbers[-1], line, color=COLOURS["x"], **look)
        ax.text(1.15, numbers[-1], f"{numbers[-1]:.0f} in {now + 1}", va="center")
        ax.text(*place, f"up to {now}", va="center")
    ax.axvline(0, 0, 0.83, color=COLOURS["dim"], linewidth=1, zorder=1)
    ax.plot(
        0, pasts[0, -2], "o", color=COLOURS["ink"], markerfacecolor=COLOURS["paper"], markersize=15, markeredgewidth=2
    )
    ax.text(0, 118, f"{pasts[0, -2]:.0f} both times", ha="center", va="center")
    ax.set(ylabel="sunspot number", yticks=(0, 50, 100), ylim=(-6, 132), xlim=(years[0] - 0.3, 2.3))
    ax.set_xticks([years[0], 0, 1], ["5 years before", "now", "next"])
    ax.grid(visible=False)
    return fig


@figure("outputs")
def two_pasts() -> Figure:
    """The same last input after two pasts: with memory two different outputs, without memory one and the same."""
    fig = sheet(520, 350)
    both = fig.subplots(1, 2, sharey=True)
    steps = np.arange(1, lecture.T + 1)
    W_hh = lecture.rnn.W_hh
    for ax, weights, title in zip(both, (W_hh, 0 * W_hh), ("recurrent", "feed-forward"), strict=True):
        ax.axvspan(lecture.T - 0.35, lecture.T + 0.35, color=COLOURS["grid"], linewidth=0)
        for y, (line, look), name in zip(outputs(weights), PASTS, ("one past", "the other past"), strict=True):
            ax.plot(steps, y, line, color=COLOURS["y"], label=name, **look)
        for end in sorted(set(outputs(weights)[:, -1])):
            ax.text(lecture.T + 0.5, end, f"{end:.2f}".replace("-", "−"), color=COLOURS["y"], va="center")
        ax.text(lecture.T + 0.5, -0.84, "same\n$x_5$", va="center")
        ax.set(title=title, xticks=steps, xlabel="time step $t$", xlim=(0.6, 6.9))
        ax.set(yticks=[-0.5, 0, 0.5, 1], ylim=(-1.05, 1.2))
    both[0].set_ylabel("first output of $y_t$")
    fig.legend(*both[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


def sunspots() -> ndarray:
    """Sunspot numbers around two years in which they were equal, (2, 7): five years before to the year after."""
    series = datasets.sunspots()
    return np.array([series.between(str(now - 5), str(now + 1)).values for now in NOW])


def outputs(W_hh: ndarray) -> ndarray:
    """The first output of the lecture's network with other recurrent weights, after either past: (2, T)."""
    rnn = RNN(lecture.rnn.W_xh, W_hh, lecture.rnn.b_h)
    return np.array([lecture.readout.forward(rnn.forward(x).h[1:])[:, 0, 0] for x in (lecture.x, lecture.x_other_past)])
