"""From sequence to sequence: the two networks, what they are fed with, what a beam keeps, and how long is too long."""

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes import search
from rnn_notes.experiments import recorded, reversal
from rnn_notes.figures.diagram import Diagram, Node
from rnn_notes.figures.registry import drawing, figure
from rnn_notes.figures.style import COLOURS, DASHED, sheet, tint

READ, WRITTEN = (3, 1, 4), (4, 1, 3, 0)
SEARCHED = (5, 6, 5, 2)
"""A sequence that the page searches a text for."""
FED = {("truth", "truth"): ("ink", "-"), ("truth", "own"): ("y", "-"), ("own", "own"): ("c", DASHED)}
"""What a network was fed with in training and what it is given now, and how its line looks."""
NAMES = {"truth": "the truth", "own": "its own output"}
KINDS = {
    "16 units": ("h", "-"),
    "32 units": ("y", "-"),
    "16 units, longer": ("h", DASHED),
    "16 units, attention": ("c", "-"),
}


@drawing
def encoder_and_decoder() -> Figure:
    """The encoder reads, its last state is all that the decoder gets, and what is written is given next."""
    d = Diagram(520, 262)
    low, mid, high, apart = 50.0, 124.0, 198.0, 72.0
    labels = [*(f"$h_{n}$" for n in range(1, len(READ) + 1)), *(f"$u_{n}$" for n in range(1, len(WRITTEN) + 1))]
    states = [d.node(44 + apart * n, mid, "h", label) for n, label in enumerate(labels)]
    for symbol, h in zip(READ, states, strict=False):
        d.arrow(d.node(h.x, low, "x", str(symbol)), h, "x")
    written: Node | None = None
    for symbol, given, u in zip(WRITTEN, (0, *WRITTEN), states[len(READ) :], strict=False):
        before = d.node(u.x, low, "y", str(given))
        d.arrow(before, u, "y")
        if written:  # around the states, between two columns
            d.arrow(written, before, "y", lit=False, via=((u.x - 20, high - 20), (written.x + 20, low + 20)))
        written = d.node(u.x, high, "y", str(symbol))
        d.arrow(u, written, "y")
    for n, (before, after) in enumerate(pairwise(states), 1):
        d.arrow(before, after, "h", width=5 if n == len(READ) else None)
    for x, text in ((44 + apart, "encoder"), (44 + 4.5 * apart, "decoder")):
        d.text(x, 244, text, size=15)
    d.text(44 + apart, 14, "read", "dim", size=15)
    d.text(44 + 4.5 * apart, 14, "given", "dim", size=15)
    return d.figure


@figure("by_place")
def fed_with_its_own_output() -> Figure:
    """Given the truth, all places are alike; given its own output, a network gets worse from place to place."""
    fig = sheet(520, 330)
    axes: Any = fig.subplots(1, 2, sharey=True)
    for ax, H in zip(axes, reversal.SETTINGS.fed[1], strict=True):
        for (trained, given), (colour, line) in FED.items():
            shares = 100 * by_place(H, trained, given)
            places = np.arange(1, 1 + shares.shape[1])
            for of_seed in shares:
                ax.plot(places, of_seed, "_", color=tint(colour, 50), markersize=9)
            label = f"trained on {NAMES[trained]}, given {NAMES[given]}"
            ax.plot(places, shares.mean(axis=0), "o", linestyle=line, color=COLOURS[colour], markersize=4, label=label)
        ax.axhline(100 / 7, color=COLOURS["ink"], linewidth=1)
        ax.set(title=f"{H} units", xlabel="place", xticks=(1, 4, 8), ylim=(0, 103), yticks=(0, 50, 100))
    axes[0].set(ylabel="right, per cent")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=1)
    return fig


@figure("texts")
def greedy_and_beam() -> Figure:
    """Greedy search begins with the most probable symbol and ends badly; the other beginning overtakes it."""
    d = Diagram(520, 252)
    root = d.node(34, 126, "ink", "0")
    for name, y, aside in (("greedy", 186, 34), ("beam", 66, -34)):
        lit, before = name == "beam", root
        for n, (symbol, p) in enumerate(texts()[name], 1):
            after = d.node(34 + 90 * n, y, "y", str(symbol), lit=lit)
            d.arrow(before, after, "y", lit=lit)
            d.text(after.x, y + aside, f"{p:.3f}", "y" if lit else "ink", size=15)
            before = after
        d.text(8, y + aside, name, "y" if lit else "ink", size=15, ha="left")
    return d.figure


@figure("by_length")
def longer_and_longer() -> Figure:
    """The longer the sequence, the less of it fits into one state; with attention it does not have to."""
    fig = sheet(520, 380)
    ax: Any = fig.subplots()
    for kind, (colour, line) in KINDS.items():
        shares = 100 * by_length(kind)
        for of_seed in shares:
            ax.plot(reversal.SETTINGS.lengths, of_seed, "_", color=tint(colour, 50), markersize=12)
        style = {"color": COLOURS[colour], "linestyle": line, "linewidth": 1.6}
        ax.plot(reversal.SETTINGS.lengths, shares.mean(axis=0), "o", label=kind, **style)
    ax.axhline(100 / 7, color=COLOURS["ink"], linewidth=1)
    ax.set(xscale="log", xlabel="symbols to read", ylabel="right, per cent", ylim=(0, 103), yticks=(0, 25, 50, 75, 100))
    ax.set_xticks(reversal.SETTINGS.lengths, map(str, reversal.SETTINGS.lengths))
    ax.set_xticks([], minor=True)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


def by_place(H: int, trained: str, given: str) -> ndarray:
    """The share of right symbols by seed and place, (5, 8), of networks of H units."""
    return recorded("reversal").over_seeds("fed", str(H), trained, given)


def by_length(kind: str) -> ndarray:
    """The share of right symbols, given its own output, by seed and length, (5, 4)."""
    record = recorded("reversal")
    lengths = [record.over_seeds("lengths", kind, str(T), "own") for T in reversal.SETTINGS.lengths]
    return np.stack(lengths, axis=1)


@cache
def texts() -> dict[str, list[tuple[int, float]]]:
    """What greedy search and a beam of two find: each symbol, and the probability of the text up to it."""
    T, H = reversal.SETTINGS.searched
    model = reversal.new(H, False, np.random.default_rng([0, 0]))
    model = reversal.trained(model, T, reversal.SETTINGS, np.random.default_rng([0, 1]))
    _, start, memory = model.encode(reversal.one_hot(np.array(SEARCHED)[:, None]))

    def step(state: Any, token: int) -> tuple[Any, ndarray]:
        log_p, after = model.step(reversal.one_hot(np.array([token])), state, memory)
        return after, log_p[0]

    found: dict[str, list[tuple[int, float]]] = {}
    for name, width in (("greedy", 1), ("beam", 2)):
        text, _ = search.beam(step, start, 0, 0, T + 1, width)
        state, p, found[name] = start, 1.0, []
        for given, symbol in zip([0, *text], text, strict=False):
            state, log_p = step(state, given)
            p *= float(np.exp(log_p[symbol]))
            found[name].append((symbol, p))
    return found
