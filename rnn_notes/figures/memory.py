"""Why a network needs memory."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes import lecture
from rnn_notes.cells import RNN
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, sheet

PASTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("-o", {}),
    ("--s", {"markerfacecolor": COLOURS["paper"], "markeredgewidth": 2}),
)
"""How a run after the one and after the other past is drawn."""


@figure
def one_month() -> Figure:
    """The same value now, two pasts, two different values next: the current value alone cannot tell which."""
    fig = sheet(520, 290)
    ax = fig.subplots()
    series = prices()
    months = np.arange(series.shape[1]) - (series.shape[1] - 2)
    for price, (line, look), name in zip(series, PASTS, ("it was rising", "it was falling"), strict=True):
        ax.plot(months[:-1], price[:-1], line, color=COLOURS["x"], **look)
        ax.plot(months[-2:], price[-2:], ":", color=COLOURS["x"])
        ax.plot(months[-1], price[-1], line, color=COLOURS["x"], **look)
        ax.text(months[0], 1.28 * price[0], name, va="center")
    now = series[0, -2]
    ax.vlines(0, -1.6, 1.1, color=COLOURS["dim"], linewidth=1, zorder=1)
    ax.plot(0, now, "o", color=COLOURS["ink"], markerfacecolor=COLOURS["paper"], markersize=15, markeredgewidth=2)
    ax.text(0, 1.28, "the same price", ha="center", va="center")
    ax.set(ylabel="price", yticks=[], ylim=(-1.6, 1.5), xlim=(months[0] - 0.3, 1.6))
    ax.set_xticks([months[0], 0, 1], ["5 months ago", "now", "next"])
    ax.grid(visible=False)
    return fig


@figure
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


def prices() -> ndarray:
    """Two made-up series, (2, 7): five months ago to next month. They meet in the month before the last."""
    past = np.array([-1.0, -0.75, -0.7, -0.4, -0.25, 0.0])
    return np.array([[*past, 0.35], [*(-past), -0.35]])


def outputs(W_hh: ndarray) -> ndarray:
    """The first output of the lecture's network with other recurrent weights, after either past: (2, T)."""
    rnn = RNN(lecture.rnn.W_xh, W_hh, lecture.rnn.b_h)
    return np.array([lecture.readout.forward(rnn.forward(x).h[1:])[:, 0, 0] for x in (lecture.x, lecture.x_other_past)])
