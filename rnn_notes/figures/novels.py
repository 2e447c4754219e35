"""The network that has read novels: how well it predicts, what it writes, where a prediction comes from."""

from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray

from rnn_notes.experiments import corpus, novels, recorded, saliency, text_again, three_cells
from rnn_notes.figures.diagram import Diagram
from rnn_notes.figures.registry import figure
from rnn_notes.figures.rows import passages, strokes
from rnn_notes.figures.style import COLOURS, DASHED, sheet, tint

VISIBLE = {" ": "", "\n": "↵"}
COLUMNS = 36  # characters of a line of a picture
MONO = "DejaVu Sans Mono"


@figure("counting", "found")
def novels_learning() -> Figure:
    """Pass by pass the held-out novel costs fewer bits, and most of all in the last, in which the rate falls."""
    fig = sheet(520, 360)
    ax = fig.subplots()
    curve = found()["curve"]
    steps, training = zip(*((p["step"], p["training"]) for p in curve if "training" in p), strict=True)
    ends, held_out = zip(*((p["step"], p["held out"]) for p in curve if "held out" in p), strict=True)
    ax.plot(steps, training, linestyle=DASHED, color=COLOURS["h"], label="training text, while it is read")
    ax.plot(ends, held_out, "o-", color=COLOURS["h"], label="held-out novel, after a pass")
    best, of_best = counting()
    ax.axhline(of_best.mean(), color=COLOURS["ink"], linewidth=1)
    ax.text(ends[-1], of_best.mean() + 0.02, f"{best}-gram, held-out novel", ha="right", va="bottom")
    ax.set(xlabel="training steps", ylabel="bits per character", xlim=(0, ends[-1] + 100), ylim=(1.5, 2.6))
    ax.set_xticks(range(0, ends[-1], 2000))
    ax.set_yticks([1.6, 1.8, 2, 2.2, 2.4, 2.6])
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=1)
    return fig


@figure("bits_of_models")
def bits_by_model() -> Figure:
    """On each stretch of the held-out novel: counting, small networks of three kinds, and the larger one."""
    fig = sheet(520, 380)
    ax = fig.subplots()
    strokes(ax, bits_of_models(), 5)
    ax.set(xlabel="bits per character of the held-out novel")
    return fig


@figure("found")
def novel_samples() -> Figure:
    """The network continues the same two words, at four temperatures: the highest makes up words of its own."""
    return passages(found()["samples"], 0.1)


@figure("passage", "strengths_of")
def where_the_gradient_goes() -> Figure:
    """One prediction of three networks: how strongly each character before it still acts on it."""
    text, at = passage(), three_cells.AT
    lines, line, block = -(-len(text) // COLUMNS), 24, 30
    d = Diagram(520, len(three_cells.CELLS) * (lines * line + block) + 6)
    found = {name: strengths_of(name) for name in three_cells.CELLS}
    largest = max(strengths[at - 1].max() for strengths in found.values())
    size = 520 / COLUMNS
    for number, (name, strengths) in enumerate(found.items()):
        top = d.axes.get_ylim()[1] - number * (lines * line + block)
        d.text(2, top - 16, name, size=15, ha="left")
        for n, character in enumerate(text):
            x, y = size * (n % COLUMNS), top - block - line * (n // COLUMNS + 1)
            share = max(0.0, 1 + np.log10(strengths[at - 1, n] / largest) / 3) if n < at else 0.0
            edge = COLOURS["y"] if n == at else "none"
            d.add(Rectangle((x, y), size, line, facecolor=tint("grad", 55 * share), edgecolor=edge, linewidth=2))
            if seen := VISIBLE.get(character, character):
                d.text(x + size / 2, y + line / 2, seen, "ink" if n <= at else "dim", size=14, family=MONO)
    return d.figure


@figure("reach")
def gradient_reach() -> Figure:
    """The further back, the weaker: for the RNN by the same factor at each step; with gates it levels off."""
    fig = sheet(520, 340)
    ax = fig.subplots()
    back = np.arange(1, three_cells.SETTINGS.back + 1)
    for name, line in (("RNN", DASHED), ("GRU", (0, (1, 1))), ("LSTM", "-")):
        of_seeds = reach(name)
        for strengths in of_seeds:
            ax.plot(back, strengths, linewidth=1, color=tint("grad", 40))
        ax.plot(back, np.exp(np.log(of_seeds).mean(axis=0)), linestyle=line, color=COLOURS["grad"], label=name)
    ax.set(yscale="log", xlabel="characters back", ylabel="length of the gradient", xlim=(0, back[-1]))
    lowest = np.floor(np.log10(min(reach(name).min() for name in three_cells.CELLS)) / 3)
    ax.set(ylim=(10 ** (3 * lowest), 20), yticks=10.0 ** (3 * np.arange(lowest, 1)))
    ax.set_yticks([], minor=True)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


@figure("quotation")
def quotation_unit() -> Figure:
    """One hidden unit over a text that the network has never read: it changes its sign at quotation marks."""
    text, h = quotation()
    columns, line = 60, 26
    size, rows = 520 / columns, -(-len(text) // columns)
    d = Diagram(520, line * rows)
    for row in range(rows):
        first, y = row * columns, line * (rows - row - 1)
        fills = [tint("h" if value > 0 else "dim", 60 * abs(value)) for value in h[first : first + columns]]
        for fill, same in groupby(range(len(fills)), fills.__getitem__):
            places = [*same]
            corner = places[0] * size, y
            d.add(Rectangle(corner, len(places) * size, line, facecolor=fill, linewidth=0))
        for n, character in enumerate(text[first : first + columns]):
            if not character.isspace():
                d.text((n + 0.5) * size, y + line / 2, character, size=14, family=MONO)
    return d.figure


def found() -> dict[str, Any]:
    """What the run of the larger network has found."""
    return recorded("text_again").runs[0]


def counting() -> tuple[int, ndarray]:
    """The best n-gram, n and its bits on each stretch (B,)."""
    bits = {int(n): np.array(of) for n, of in found()["counted"].items()}
    best = min(bits, key=lambda n: bits[n].mean())
    return best, bits[best]


def bits_of_models() -> list[tuple[str, ndarray, str]]:
    """Names, bits on each stretch (B,), and colours; of several seeds the mean."""
    counted = {int(n): np.array(of) for n, of in found()["counted"].items()}
    best, _ = counting()
    cells = recorded("three_cells")
    rows = [(f"{n}-gram", counted[n], "ink") for n in (3, 4, 5) if n < best]
    rows += [(f"{best}-gram", counted[best], "ink")]
    rows += [(name, cells.over_seeds(name, "bits").mean(axis=0), "x") for name in three_cells.CELLS]
    return [*rows, ("this page's LSTM", np.array(found()["bits"]), "h")]


def passage() -> str:
    """What is read in the widget at first."""
    start = three_cells.PASSAGES[0]
    return novels.excerpt()[start : start + three_cells.SHOWN]


@cache
def strengths_of(name: str) -> ndarray:
    """How strongly each character of the passage acts on each prediction of a network, a triangle."""
    return saliency.strengths(three_cells.network(name), passage())


def reach(name: str) -> ndarray:
    """The recorded strengths by distance, (seeds, back)."""
    return recorded("three_cells").over_seeds(name, "strength")


@cache
def quotation() -> tuple[str, ndarray]:
    """Some lines of the excerpt, and the unit for quotations after each of their characters."""
    text = novels.excerpt()
    model = text_again.network()
    start, end = text.index('"He would be'), text.index("\n\n", text.index("added--"))
    h = np.concatenate([*text_again.reading(model, corpus.encode(text[:end], model.alphabet)[:, None])])
    return text[start:end], h[start:, 0, found()["units"]["quotes"]["trained"]["unit"]]
