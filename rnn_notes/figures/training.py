"""Training: what the pages on it compute with a loop of their own is computed here with the package."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes import parameters
from rnn_notes.cells import RNN
from rnn_notes.experiments import corpus
from rnn_notes.experiments.ngrams import NGrams
from rnn_notes.experiments.text import per_character
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, DASHED, sheet
from rnn_notes.figures.surface import bands
from rnn_notes.readout import Readout
from rnn_notes.training import SGD, Adam, Model, Optimiser, gradient, pieces, train

WALKS = {0.01: "x", 0.1: "grad", 1.1: "ink"}
"""Learning rates of the walks down the surface, each with its colour."""

H, T, B = 64, 16, 8
"""Hidden units, characters of a piece, and parts of the text that are read side by side."""

SEEDS, PASSES, LONG = 3, 10, 40
"""Starts, passes over the text, and passes of a long run."""

FACTORS = (0.1, 0.3, 1, 2, 3, 4, 5, 7, 10)
"""What the initial weights are multiplied by."""

Slip = Literal["right", "not shifted", "no later", "uphill", "summed", "large start"]
SLIPS: dict[Slip, str] = {
    "right": "ink", "no later": "h", "not shifted": "x", "summed": "c", "large start": "y", "uphill": "grad",
}  # fmt: skip
"""The broken loops, each with its colour."""


@figure("walk")
def three_rates() -> Figure:
    """Three walks down the surface: too small a rate is slow, a good one arrives, too large a one is thrown out."""
    fig = sheet(520, 360)
    ax: Any = fig.subplots()
    x, y = np.meshgrid(np.linspace(-1, 3.5, 31), np.linspace(-4.6, 3, 52))
    bands(ax, x, y)
    ax.plot(x[0], np.cos(x[0]), color=COLOURS["paper"], linewidth=2)
    for rate, name in WALKS.items():
        path = walk(rate, 60 if rate < 1 else 2)
        ax.plot(*path.T, "-o", color=COLOURS[name], linewidth=1.6, markersize=4, label=f"{rate:g}")
    ax.plot(2.5, 2, "o", color=COLOURS["ink"])
    ax.set(xlabel="$x$", ylabel="$y$", xlim=(-1, 3.5), ylim=(-4.6, 3), xticks=range(-1, 4), yticks=(-3, 0, 3))
    ax.grid(visible=False)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3, title="learning rate")
    return fig


@figure("curves", "counted")
def learning_curves() -> Figure:
    """On the training text the perplexity falls and falls; on the unseen one it turns, with Adam sooner."""
    fig = sheet(520, 380)
    ax: Any = fig.subplots()
    passes = np.arange(1, LONG + 1)
    for name, shade in (("plain steps", "h"), ("Adam", "c")):
        if name == "Adam":
            ax.axhline(counted(2), color=COLOURS["dim"], linewidth=1.6, linestyle=":", label="counting pairs")
        for seed, curve in enumerate(curves(name)):
            for column, line, text in ((0, "-", "training text"), (1, DASHED, "unseen text")):
                label = f"{name}, {text}" if seed == 0 else ""
                ax.plot(passes, curve[:, column], color=COLOURS[shade], linestyle=line, linewidth=1.6, label=label)
    ax.set(yscale="log", xlabel="passes over the text", ylabel="perplexity", ylim=(1.8, 40), xlim=(0, LONG))
    ax.set_yticks([2, 5, 10, 20], ["2", "5", "10", "20"])
    ax.set_yticks([], minor=True)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


@figure("by_factor", "counting_loss")
def saturation() -> Figure:
    """The larger the initial weights, the more units are saturated, and the less is learned."""
    fig = sheet(520, 400)
    top, bottom = fig.subplots(2, 1, sharex=True)
    for seed in range(SEEDS):
        shares, losses = by_factor(seed)
        top.plot(FACTORS, 100 * shares, "-o", color=COLOURS["h"], linewidth=1.6, markersize=5)
        bottom.plot(FACTORS, losses, "-o", color=COLOURS["grad"], linewidth=1.6, markersize=5)
    bottom.axhline(counting_loss(), color=COLOURS["dim"], linewidth=1.6, linestyle=DASHED)
    top.set(ylabel="saturated, per cent", ylim=(-3, 75), yticks=(0, 25, 50, 75))
    bottom.set(xscale="log", xlabel="factor before the initial weights", ylabel="loss", ylim=(2, 4.6), yticks=(2, 3, 4))
    bottom.set_xticks([0.1, 0.3, 1, 3, 10], ["0.1", "0.3", "1", "3", "10"])
    bottom.set_xticks([], minor=True)
    return fig


@figure("broken", "counting_loss")
def broken_loops() -> Figure:
    """Losses of the right loop and of five broken ones: one looks too good, and one looks right."""
    fig = sheet(520, 480)
    ax: Any = fig.subplots()
    for slip, name in SLIPS.items():
        for seed in range(SEEDS):
            ax.plot(broken(slip, seed), color=COLOURS[name], linewidth=1.6, label="" if seed else slip)
    for loss, text, place in ((np.log(len(data()[2])), "guessing", 2.6), (counting_loss(), "counting characters", 10)):
        ax.axhline(loss, color=COLOURS["dim"], linewidth=1.6, linestyle=DASHED)
        ax.annotate(text, (place, loss), (0, 4), textcoords="offset points", ha="right", color=COLOURS["dim"])
    ax.set(xlabel="passes over the text", ylabel="loss", xlim=(0, PASSES), ylim=(0, 11.5), yticks=range(0, 11, 2))
    ax.set_xticks(range(PASSES + 1))
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


def walk(rate: float, steps: int) -> ndarray:
    """The points of a walk down f(x, y) = y² − 2y cos x from (2.5, 2), (steps + 1, 2)."""
    path = [np.array([2.5, 2.0])]
    for _ in range(steps):
        x, y = path[-1]
        path.append(path[-1] - rate * np.array([2 * y * np.sin(x), 2 * y - 2 * np.cos(x)]))
    return np.array(path)


@cache
def data() -> tuple[tuple[ndarray, ndarray], tuple[ndarray, ndarray], str]:
    """Inputs (256, B, V) and targets (256, B) of the text and of the unseen text, and the alphabet."""
    whole = corpus.excerpt()
    alphabet = "".join(sorted(set(whole)))

    def parts(text: str) -> tuple[ndarray, ndarray]:
        k, target = (corpus.encode(t, alphabet).reshape(B, -1).T for t in (text[:-1], text[1:]))
        return np.eye(len(alphabet))[k], target

    return parts(whole[:2049]), parts(whole[2048:]), alphabet


def initial(seed: int, hidden: float = 1.0, output: float = 1.0) -> Model:
    """Weights between ±1/√H, those of the hidden units and of the outputs times a factor; biases zero."""
    rng, V = np.random.default_rng(seed), len(data()[2])

    def weights(rows: int, columns: int, factor: float) -> ndarray:
        return factor * rng.uniform(-1, 1, (rows, columns)) / np.sqrt(H)

    cell = RNN(weights(H, V, hidden), weights(H, H, hidden), np.zeros(H))
    return cell, Readout(weights(V, H, output), np.zeros(V))


def passes_of(model: Model, optimiser: Optimiser, passes: int) -> Iterator[tuple[Model, float]]:
    """After each pass over the text the model, and its mean loss on the way."""
    for _ in range(passes):
        losses = []
        for progress in train(model, pieces(*data()[0], T), per_character, optimiser, max_norm=1.0, carry=True):
            losses.append(progress.loss)
            model = progress.model
        yield model, float(np.mean(losses))


def loss_of(model: Model, unseen: bool = True) -> float:
    """The mean loss of a character."""
    text, new, _ = data()
    (x, target), (cell, readout) = new if unseen else text, model
    return float(per_character(readout.forward(cell.forward(x).h[1:]), target)[0])


@cache
def curves(name: str) -> ndarray:
    """Perplexities of each pass, on the text and on the unseen one: (SEEDS, LONG, 2)."""
    found = []
    for seed in range(SEEDS):
        optimiser: Optimiser = Adam(0.01) if name == "Adam" else SGD(1.0)
        found.append([(loss, loss_of(model)) for model, loss in passes_of(initial(seed), optimiser, LONG)])
    return np.exp(found)


def counted(n: int) -> float:
    """The perplexity of the unseen text that counting n characters in a row reaches."""
    whole, alphabet = corpus.excerpt(), data()[2]
    read, unseen = (corpus.encode(text, alphabet) for text in (whole[:2048], whole[2048:4096]))
    return NGrams(read, n, len(alphabet)).perplexity(unseen)


def counting_loss() -> float:
    """The mean loss of giving each character its share of the text."""
    share = np.unique(data()[0][1], return_counts=True)[1] / data()[0][1].size
    return float(-np.sum(share * np.log(share)))


@cache
def by_factor(seed: int) -> tuple[ndarray, ndarray]:
    """For each factor the share of saturated states before training, and the loss in the tenth pass."""
    shares, losses = [], []
    for factor in FACTORS:
        start = initial(seed, hidden=factor)
        shares.append(np.mean(np.abs(start[0].forward(data()[0][0]).h[1:]) > 0.99))
        *_, (_, loss) = passes_of(start, SGD(1.0), PASSES)
        losses.append(loss)
    return np.array(shares), np.array(losses)


@cache
def broken(slip: Slip, seed: int) -> ndarray:
    """The loss of the first step and the mean loss of each pass, (PASSES + 1,), of a loop with a slip.

    Its steps have the rate 1, and gradients are clipped at 1.
    """
    model = initial(seed, *((np.sqrt(H), np.sqrt(H)) if slip == "large start" else ()))
    (x, target), total = data()[0], None
    found: list[Any] = []
    if slip == "not shifted":
        target = x.argmax(axis=-1)
    for _ in range(PASSES):
        state: tuple[ndarray, ...] = ()
        losses = []
        for x_piece, target_piece in pieces(x, target, T):
            at_once = pieces(x_piece, target_piece, 1 if slip == "no later" else T)  # no gradient goes over a border
            parts = []
            for piece in at_once:
                loss, grads, trace = gradient(model, *piece, per_character, *state)
                parts.append((loss, parameters.scale(grads, len(piece[0]) / T)))
                state = trace.last
            grads = parts[0][1]
            for _, more in parts[1:]:
                grads = parameters.add(grads, more)
            losses.append(np.mean([loss for loss, _ in parts]))
            found = found or losses[:]
            if slip == "summed":
                grads = total = grads if total is None else parameters.add(total, grads)
            way = -1.0 if slip == "uphill" else 1.0
            model = SGD(1.0).step(model, parameters.scale(parameters.clip(grads, 1.0), way))
        found.append(np.mean(losses))
    return np.array(found)
