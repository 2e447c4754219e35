"""The revival: what a linear recurrence does on ones, who keeps the parity, and who gives the echo."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy import ndarray

from rnn_notes import scan
from rnn_notes.experiments import recorded
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, DASHED, sheet, tint

ONES = 12
FACTORS = (0.3, 0.6, 0.9)
LOOKS: dict[str, tuple[str, str | tuple[float, tuple[float, float]]]] = {  # of a cell: its colour, and its line
    "RNN": ("y", "-"),
    "GRU": ("h", "-"),
    "minGRU": ("x", "-"),
    "signed minGRU": ("x", DASHED),
    "LRU": ("ink", "-"),
}


@figure("on_ones")
def one_way() -> Figure:
    """On a sequence of ones a state with a positive factor goes one way; with the factor −1 it goes to and fro."""
    fig = sheet(520, 260)
    left, right = fig.subplots(1, 2, sharey=True)
    for ax, factors in ((left, FACTORS), (right, (-1.0,))):
        for a in factors:
            h = on_ones(a)
            ax.plot(h, color=COLOURS["h"], linewidth=1.2)
            ax.plot(range(1, ONES + 1, 2), h[1::2], "o", color=COLOURS["h"], markersize=6)
            ax.plot(
                range(0, ONES + 1, 2), h[::2], "o", color=COLOURS["h"], markersize=6, markerfacecolor=COLOURS["paper"]
            )
        ax.set(xlabel="ones read", xticks=(0, 4, 8, 12), ylim=(-0.1, 1.1), yticks=(0, 0.5, 1))
    left.set(ylabel="state", title="$a = 0.3,\\ 0.6,\\ 0.9$")
    right.set(title="$a = -1$")
    return fig


@figure("parity")
def parity_by_length() -> Figure:
    """GRU and RNN keep the parity far beyond the training length, a signed minGRU for a while, a minGRU never."""
    fig = sheet(520, 340)
    ax = fig.subplots()
    lengths = recorded("parity").settings["lengths"]
    for name in ("RNN", "GRU", "minGRU", "signed minGRU"):
        _lines(ax, lengths, 100 * parity(name), name)
    ax.axvline(recorded("parity").settings["T"], color=COLOURS["dim"], linewidth=1, linestyle=DASHED)
    ax.set(xscale="log", xlabel="length", ylabel="right, per cent", xticks=(1, 10, 100, 1000), ylim=(40, 104))
    _finish(ax, ("1", "10", "100", "1000"))
    return fig


@figure("echo")
def echo_by_lag() -> Figure:
    """In 500 steps of training, only the LRU learns an echo of twenty bits."""
    fig = sheet(520, 340)
    ax = fig.subplots()
    lags = recorded("echo").settings["lags"]
    for name in ("RNN", "GRU", "minGRU", "LRU"):
        _lines(ax, lags, 100 * echo(name), name, "o")
    ax.set(xlabel="lag, in steps", ylabel="right, per cent", xticks=lags, ylim=(40, 104))
    _finish(ax, [str(lag) for lag in lags])
    return fig


def _lines(ax: Axes, x: list[int], shares: ndarray, name: str, marker: str = "") -> None:
    """Each seed as a thin line, and their mean."""
    colour, line = LOOKS[name]
    for of_seed in shares:
        ax.plot(x, of_seed, color=tint(colour, 40), linewidth=0.8)
    ax.plot(x, shares.mean(axis=0), marker=marker, color=COLOURS[colour], linestyle=line, label=name)


def _finish(ax: Axes, labels: tuple[str, ...] | list[str]) -> None:
    """The line of guessing, and the names."""
    ax.axhline(50, color=COLOURS["ink"], linewidth=1)
    ax.set_xticklabels(labels)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_yticks((50, 75, 100))
    ax.figure.legend(loc="outside upper center", ncols=4, handlelength=1.4, columnspacing=1.2)


def on_ones(a: float) -> ndarray:
    """The states (13,) of one unit that begins at 0 and reads ones, with factor a and candidate 1, or 1/2 if a < 0."""
    candidate = 0.5 if a < 0 else 1.0
    steps = np.full((ONES, 1, 1), a), np.full((ONES, 1, 1), (1 - a) * candidate)
    return scan.scan(*steps, np.zeros((1, 1)))[:, 0, 0]


def parity(name: str) -> ndarray:
    """By seed and length, (5, 20), the share of sequences whose parity a cell has right."""
    return recorded("parity").over_seeds(name)


def echo(name: str) -> ndarray:
    """By seed and lag, (4, 4), the share of bits that a cell has right."""
    return recorded("echo").over_seeds(name)
