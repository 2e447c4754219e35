"""Text: how the network learns it, what it expects next, and what it writes. All that is shown was recorded."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes.experiments import corpus, generator, recorded
from rnn_notes.experiments.ngrams import NGrams
from rnn_notes.figures.registry import figure
from rnn_notes.figures.rows import passages
from rnn_notes.figures.style import COLOURS, DASHED, sheet, tint

PROMPT, TEMPERATURES = "The ", (0.2, 1.0, 2.0)
VISIBLE = {" ": "space", "\n": "new line"}


@figure("ngram_perplexities")
def text_learning() -> Figure:
    """The perplexity on held-out text falls below that of counting pairs, then more slowly, and meets longer counts."""
    fig = sheet(520, 380)
    ax = fig.subplots()
    curves = recorded("text").over_seeds("curve")
    steps = [point["step"] for point in curves[0]]
    for part, name, line in (("held out", "held-out", "-"), ("training", "training", DASHED)):
        values = np.array([[point[part] for point in curve] for curve in curves], dtype=float)
        mean, spread = values.mean(axis=0), values.std(axis=0)
        ax.fill_between(steps, mean - spread, mean + spread, color=tint("h", 25), linewidth=0)
        ax.plot(steps, mean, linestyle=line, color=COLOURS["h"], label=f"LSTM, {name} text")
    for n, name in ((1, "unigram"), (2, "bigram"), (3, "trigram"), (5, "5-gram")):
        perplexity = ngram_perplexities()[n - 1]
        ax.axhline(perplexity, color=COLOURS["ink"], linewidth=1, zorder=1)
        if n < 5:
            ax.text(steps[-1], perplexity * 1.03, name, ha="right", va="bottom")
        else:  # where no curve is in the way
            ax.text(steps[-1] / 50, perplexity / 1.03, name, ha="left", va="top")
    ax.set(yscale="log", xlabel="training steps", ylabel="perplexity", xlim=(0, steps[-1]))
    ax.set_yticks([3, 5, 10, 20, 50], ["3", "5", "10", "20", "50"])
    ax.set_yticks([], minor=True)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


@figure("expected")
def temperature() -> Figure:
    """One set of scores, three temperatures: low makes the likeliest nearly certain, high makes all nearly equal."""
    fig = sheet(520, 330)
    fig.set_layout_engine("constrained", wspace=0.12)
    characters, probabilities = expected()
    for ax, temperature, p in zip(fig.subplots(1, 3, sharey=True), TEMPERATURES, probabilities, strict=True):
        ax.barh(range(len(p)), p, color=COLOURS["y"])
        ax.set(title=f"temperature {temperature:g}", xlim=(0, 1.05))
        ax.set_xticks([0, 0.5, 1], ["0", "½", "1"])
        ax.set_yticks(range(len(p)), [VISIBLE.get(character, character) for character in characters])
        ax.grid(visible=False, axis="y")
    fig.axes[0].invert_yaxis()
    fig.supxlabel("probability of the next character", fontsize=14)
    return fig


@figure("last_samples")
def samples() -> Figure:
    """Four networks, trained alike from different seeds, continue the same prompt: words that make no sense."""
    return passages({f"seed {seed}": sample for seed, sample in last_samples().items()}, 0.13)


def expected() -> tuple[str, ndarray]:
    """The twelve likeliest characters after the prompt, and their probabilities (3, 12) at each temperature."""
    model = generator.load()
    y, _ = model.read(PROMPT)
    order = np.argsort(-y)[:12]
    return "".join(model.alphabet[k] for k in order), np.array(
        [generator.distribution(y, temperature)[order] for temperature in TEMPERATURES]
    )


def last_samples() -> dict[int, str]:
    """What the network of each seed wrote at the end of its training, by seed."""
    record = recorded("text")
    return {run["seed"]: run["samples"][str(record.settings["steps"])] for run in record.runs}


@cache
def ngram_perplexities(longest: int = 5) -> list[float]:
    """On the held-out text, by counting 1, 2, … characters."""
    everything = corpus.load()
    alphabet = "".join(sorted(set(everything)))
    training, held_out = (corpus.encode(part, alphabet) for part in corpus.split(everything))
    return [NGrams(training, n, len(alphabet)).perplexity(held_out) for n in range(1, longest + 1)]
