"""What recurrent networks are used for: sunspots, stock prices and text. All that is shown was recorded or measured."""

from functools import cache
from textwrap import wrap

import numpy as np
from matplotlib.figure import Figure
from numpy import datetime64, ndarray

from rnn_notes import datasets
from rnn_notes.experiments import corpus, generator, recorded, series, stocks
from rnn_notes.experiments.ngrams import NGrams
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, DASHED, sheet, tint

CELLS = {"RNN": "y", "LSTM": "c", "GRU": "h"}
"""The kinds of cells, each with its colour."""

PAIR = 0
"""Which of the simulated pairs of prices is drawn."""


@figure
def sunspot_numbers() -> Figure:
    """Three centuries of sunspots: cycles of about eleven years, no two alike, the highest of all after 1955."""
    fig = sheet(520, 260)
    ax = fig.subplots()
    found = series.data()
    ax.plot(years(found.time), found.values, color=COLOURS["x"], linewidth=1.5)
    for part, (first, last) in series.PARTS.items():
        ax.hlines(208, int(first), int(last) - 1, color=COLOURS["dim"], linewidth=4)
        ax.text((int(first) + int(last)) / 2, 225, part, ha="center", va="center")
    ax.set(xlabel="year", ylabel="sunspot number", ylim=(0, 235), xlim=(1699, 2010))
    ax.set(xticks=range(1700, 2001, 50), yticks=range(0, 201, 50))
    return fig


@figure
def sunspot_errors() -> Figure:
    """Errors by years ahead, with the spread over the seeds: the linear rule lies below all networks."""
    fig = sheet(520, 420)
    ax = fig.subplots()
    ahead = np.arange(1, series.SETTINGS.ahead + 1)
    for (name, error), line in zip(baseline_errors().items(), (":", DASHED, "-"), strict=True):
        ax.plot(ahead, error, linestyle=line, color=COLOURS["ink"], label=name)
    for (name, colour), aside in zip(CELLS.items(), (-0.15, 0, 0.15), strict=True):
        error = recorded("series").over_seeds(name, "error")
        places, mean, spread = ahead + aside, error.mean(axis=0), error.std(axis=0)
        ax.vlines(places, mean - spread, mean + spread, color=COLOURS[colour], linewidth=1.5)
        ax.plot(places, mean, "o", color=COLOURS[colour], markersize=6, label=name)
    ax.set(
        xlabel="years ahead", ylabel="error, in sunspot numbers", ylim=(0, 65), xticks=ahead, yticks=range(0, 61, 20)
    )
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


@figure
def sunspot_forecast() -> Figure:
    """Four forecasts of eleven years each: the interval that held eight of ten validation errors holds fewer now."""
    fig = sheet(520, 340)
    ax = fig.subplots()
    shown = series.data().between("1944", "1999")
    ax.plot(years(shown.time), shown.values, color=COLOURS["x"], label="what came")
    forecast, low, high = intervals("GRU")
    for n, b in enumerate(range(0, len(forecast), series.CYCLE)):
        ahead = int(series.PARTS["test"][0]) + b + np.arange(series.CYCLE)
        ax.fill_between(ahead, low[b], high[b], color=tint("y", 20), linewidth=0, label="" if n else "interval")
        ax.plot(ahead, forecast[b], color=COLOURS["y"], label="" if n else "forecast")
        ax.axvline(ahead[0] - 0.5, color=COLOURS["dim"], linewidth=1)
    ax.set(xlabel="year", ylabel="sunspot number", xticks=range(1950, 2000, 10), yticks=range(0, 201, 50))
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


@figure
def sunspot_state() -> Figure:
    """The hidden state goes round once a cycle: the same sunspot number lies here when rising, there when falling."""
    fig = sheet(520, 420)
    ax = fig.subplots()
    plane, last, rising = state_plane("GRU")
    ax.plot(*plane[-34:].T, color=COLOURS["dim"], linewidth=1, label="the last 34 years, joined")
    for which, name, fill in (
        (rising, "rises next year", COLOURS["h"]),
        (~rising, "falls next year", COLOURS["paper"]),
    ):
        ax.plot(*plane[which].T, "o", color=COLOURS["h"], markerfacecolor=fill, markersize=5, label=name)
    middle = np.abs(last - 50) <= 10
    ax.plot(
        *plane[middle].T, "o", color=COLOURS["ink"], markerfacecolor="none", markersize=11, markeredgewidth=1,
        label="number now from 40 to 60",
    )  # fmt: skip
    ax.set(xlabel="first principal component of $h_T$", ylabel="second", aspect="equal", xticks=[0], yticks=[0])
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


@figure
def one_month_late() -> Figure:
    """The forecast of prices follows the price, one month late: moved back by a month it fits best."""
    fig = sheet(520, 330)
    left, right = fig.subplots(1, 2, width_ratios=(2, 1))
    months, price, predicted = test_prices("MSFT", "prices", 3)
    left.plot(months, price, color=COLOURS["x"], label="price")
    left.plot(months, predicted, "-", color=COLOURS["y"], label="forecast for the month")
    left.set(ylabel="Microsoft, dollars", ylim=(14, 37), yticks=range(15, 36, 5))
    left.set_xticks(*TEST_YEARS)
    shifts = range(4)
    right.bar(shifts, [distance(price, predicted, shift) for shift in shifts], color=COLOURS["y"], width=0.6)
    right.set(xlabel="months back", title="distance, dollars", xticks=shifts, ylim=(0, 3), yticks=range(4))
    right.grid(visible=False, axis="x")
    fig.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


@figure
def stock_errors() -> Figure:
    """One month or twelve, RNN, LSTM or GRU: the mean over the seeds lies above the error of no change."""
    fig = sheet(520, 420)
    ax = fig.subplots()
    record = recorded("stocks")
    simple = simple_errors()
    rows: list[tuple[str, ndarray, str]] = [(name, np.array([error]), "ink") for name, error in simple.items()]
    for name, colour in CELLS.items():
        for months in record.settings["months"]:
            errors = record.over_seeds("returns", name, str(months), "error")
            rows.append((f"{name}, {months} month{'s' * (months > 1)}", errors, colour))
    for y, (_, errors, colour) in enumerate(rows):
        ax.plot(errors, np.full(len(errors), y), "|", color=tint(colour, 50), markersize=10)
        ax.plot(errors.mean(), y, "o", color=COLOURS[colour])
    ax.axvline(simple["no change"], color=COLOURS["ink"], linewidth=1)
    halves = np.concatenate([errors for _, errors, _ in rows]) * 2
    ticks = np.arange(np.floor(halves.min()), np.ceil(halves.max()) + 1) / 2
    ax.set(xlabel="error of the monthly return, per cent", ylim=(len(rows) - 0.5, -0.5), xlim=ticks[[0, -1]])
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.set_yticks(range(len(rows)), [name for name, *_ in rows])
    return fig


@figure
def scaler_leak() -> Figure:
    """A scaler that has seen the future lifts the forecast: the network cannot know how high the price will go."""
    fig = sheet(520, 350)
    ax = fig.subplots()
    for label, name, colour, line in (
        ("prices", "scaler fitted on the training months", "y", "-"),
        ("prices, leaked", "scaler fitted on all months", "grad", DASHED),
    ):
        months, price, predicted = test_prices("AAPL", label, 1)
        ax.plot(months, predicted, linestyle=line, color=COLOURS[colour], label=name)
    ax.plot(months, price, color=COLOURS["x"], label="price")
    ax.set(ylabel="Apple, dollars", ylim=(0, 235), yticks=range(0, 201, 50))
    ax.set_xticks(*TEST_YEARS)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=1)
    return fig


@figure
def random_walk_control() -> Figure:
    """What the LSTM loses against no change, on real prices and on random walks, of which nothing can be predicted."""
    fig = sheet(520, 330)
    ax = fig.subplots()
    excess = excess_errors()
    places = np.arange(len(next(iter(excess.values()))))
    for (name, errors), colour, aside in zip(excess.items(), ("x", "dim"), (-0.17, 0.17), strict=True):
        for place, of_seeds in zip(places, errors, strict=True):
            spread = aside + np.linspace(-0.1, 0.1, len(of_seeds))
            label = "" if place else name
            ax.plot(place + spread, of_seeds, "o", color=COLOURS[colour], markersize=4, label=label)
    ax.axhline(0, color=COLOURS["ink"], linewidth=1)
    ax.set_xticks(places, [f"{months} months" if months > 1 else "1 month" for months in stocks.SETTINGS.months])
    ax.set(xlabel="what the network sees", ylim=(-0.5, 1.5))
    ax.set_ylabel("error less that of no change,\npercentage points")
    ax.set_yticks([-0.5, 0, 0.5, 1, 1.5], ["−0.5", "0", "0.5", "1", "1.5"])
    ax.grid(visible=False, axis="x")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


@figure
def walk_or_reversion() -> Figure:
    """Two series, a random walk and one that reverts: the steeper slope belongs to the walk."""
    fig = sheet(520, 460)
    axes = fig.subplot_mosaic([["A", "B"], ["slopes", "slopes"]], height_ratios=[1, 1.2])
    of_kinds, pair = reversion()
    for name, v in pair.items():
        axes[name].axhline(0, color=COLOURS["dim"], linewidth=1.6, linestyle=DASHED)
        axes[name].plot(v, color=COLOURS["ink"], linewidth=1.5)
        axes[name].set(title=name, ylim=(-1.1, 1.1), yticks=(-1, 0, 1), xticks=(0, 60, 120), xlabel="month")
    ax, edges = axes["slopes"], np.linspace(-0.32, 0.04, 37)
    for (kind, slopes), colour in zip(of_kinds.items(), ("dim", "x"), strict=True):
        counts, _ = np.histogram(slopes, edges)
        ax.stairs(100 * counts / len(slopes), edges, color=COLOURS[colour], linewidth=2, label=kind)
    ax.axvline(np.quantile(of_kinds["random walks"], 0.05), color=COLOURS["ink"], linestyle=DASHED, label="border")
    for name, v in pair.items():
        ax.annotate(name, (float(slope(v)), 20.3), ha="center")
        ax.plot([float(slope(v))] * 2, [0, 20], color=COLOURS["ink"], linewidth=1)
    ax.set(xlabel="slope", ylabel="per cent of series", xlim=(-0.32, 0.04), ylim=(0, 22.5), yticks=(0, 5, 10, 15, 20))
    ax.set_xticks([-0.3, -0.2, -0.1, 0], ["−0.3", "−0.2", "−0.1", "0"])
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


@figure
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


@figure
def temperature() -> Figure:
    """One set of scores, three temperatures: low makes the likeliest nearly certain, high makes all nearly equal."""
    fig = sheet(520, 330)
    model = generator.load()
    fig.set_layout_engine("constrained", wspace=0.12)
    y, _ = model.read(PROMPT)
    order = np.argsort(-y)[:12]
    for ax, temperature in zip(fig.subplots(1, 3, sharey=True), TEMPERATURES, strict=True):
        ax.barh(range(len(order)), generator.distribution(y, temperature)[order], color=COLOURS["y"])
        ax.set(title=f"temperature {temperature:g}", xlim=(0, 1.05))
        ax.set_xticks([0, 0.5, 1], ["0", "½", "1"])
        ax.set_yticks(range(len(order)), [VISIBLE.get(model.alphabet[k], model.alphabet[k]) for k in order])
        ax.grid(visible=False, axis="y")
    fig.axes[0].invert_yaxis()
    fig.supxlabel("probability of the next character", fontsize=14)
    return fig


@figure
def samples() -> Figure:
    """Four networks, trained alike from different seeds, go on from the same prompt: words, but without a sense."""
    rows: list[tuple[str, str]] = []
    for seed, sample in last_samples().items():
        first, *lines = wrap(sample, 56, max_lines=3, placeholder=" …")
        rows += [(f"seed {seed}", first), *(("", line) for line in lines), ("", "")]
    fig = sheet(520, 20 * len(rows), layout="none")
    for row, (seed_name, line) in enumerate(rows):
        y = 1 - (row + 0.8) / len(rows)
        fig.text(0.01, y, seed_name, color=COLOURS["dim"])
        fig.text(0.13, y, line, color=COLOURS["y"])
    return fig


PROMPT, TEMPERATURES = "The ", (0.2, 1.0, 2.0)
TEST_YEARS = [datetime64(f"{year}-01") for year in range(2007, 2011)], ["2007", "2008", "2009", "2010"]
VISIBLE = {" ": "space", "\n": "new line"}


def last_samples() -> dict[int, str]:
    """What the network of each seed wrote at the end of its training, by seed."""
    record = recorded("text")
    return {run["seed"]: run["samples"][str(record.settings["steps"])] for run in record.runs}


def years(time: ndarray) -> ndarray:
    """Years as numbers."""
    return time.astype("datetime64[Y]").astype(int) + 1970


def baseline_errors() -> dict[str, ndarray]:
    """The root mean squared errors (ahead,) of the three simple forecasts on the test years."""
    found, settings = series.data(), series.SETTINGS
    x, target = series.windows(found, "test", settings.window, settings.ahead)
    linear = series.Autoregression.choose(found, settings.window, settings.ahead)
    predicted = {
        "last value": series.last_value(x, settings.ahead),
        "one cycle before": series.one_cycle_before(x, settings.ahead),
        "linear autoregression": linear.forecast(x),
    }
    return {name: series.rms(forecast - target) for name, forecast in predicted.items()}


def intervals(name: str) -> tuple[ndarray, ndarray, ndarray]:
    """Forecasts of the test years and the ends of their intervals, each (B, ahead)."""
    return series.intervals(series.data(), series.network(recorded("series"), name), series.SETTINGS)


def state_plane(name: str) -> tuple[ndarray, ndarray, ndarray]:
    """After each window of all years: h_T in the plane of its two main directions (B, 2), the last value, and
    whether the next is larger, (B,) each.
    """
    found = series.data()
    x, following = datasets.windows(found.values, series.SETTINGS.window)
    h = series.network(recorded("series"), name).state(series.scaler(found).scale(x))
    return series.plane(h), x[-1, :, 0], following[:, 0] > x[-1, :, 0]


def test_prices(stock: str, label: str, months: int) -> tuple[ndarray, ndarray, ndarray]:
    """The test months of a stock, its prices and those predicted by the network of the first seed."""
    prices = stocks.data()
    predicted = np.array(recorded("stocks").runs[0][label]["LSTM"][str(months)]["foretold"])
    mine = stocks.parts(prices, months, "prices")["test"].stock == list(prices).index(stock)
    part = prices[stock].between(str(stocks.TEST), "2010-03")
    return part.time, part.values, predicted[mine]


def distance(price: ndarray, predicted: ndarray, shift: int) -> float:
    """The root mean squared difference of the forecast, moved back by some months, and the price."""
    n = len(price) - shift
    return float(np.sqrt(np.mean((predicted[shift:] - price[:n]) ** 2)))


def simple_errors() -> dict[str, float]:
    """The errors of the returns, in per cent, of three forecasts without a network."""
    return stocks.simple_errors(stocks.data())


def excess_errors() -> dict[str, ndarray]:
    """For real prices and for random walks: the LSTM's error less that of no change, (months, seeds)."""
    record = recorded("stocks")
    no_change = simple_errors()["no change"]
    months = [str(m) for m in record.settings["months"]]
    return {
        "real prices": np.array([record.over_seeds("returns", "LSTM", m, "error") - no_change for m in months]),
        "random walks": np.array([
            record.over_seeds("walks", "LSTM", m, "error") - record.over_seeds("walks", "LSTM", m, "no change")
            for m in months
        ]),
    }  # fmt: skip


def charts(pull: float, n: int, rng: np.random.Generator, months: int = 123) -> ndarray:
    """n series around the level 0, (months, n): each month takes a share of it away, and adds noise."""
    v = np.zeros((months, n))
    for t in range(1, months):
        v[t] = (1 - pull) * v[t - 1] + 0.1 * rng.standard_normal(n)
    return v


def slope(v: ndarray) -> ndarray:
    """Of the line that gives the change of a month from the level before, by least squares, for each series."""
    level, change = v[:-1] - v[:-1].mean(axis=0), np.diff(v, axis=0)
    return (level * change).sum(axis=0) / (level**2).sum(axis=0)


@cache
def reversion() -> tuple[dict[str, ndarray], dict[str, ndarray]]:
    """The slopes of 4000 series of each kind, and two of them: A, which reverts, and B, a walk with a steeper slope."""
    rng = np.random.default_rng(0)
    walks, pulled = charts(0, 4000, rng), charts(0.05, 4000, rng)
    pair = {"A": pulled[:, PAIR], "B": walks[:, PAIR]}
    return {"random walks": slope(walks), "5 % a month": slope(pulled)}, pair


@cache
def ngram_perplexities(longest: int = 5) -> list[float]:
    """On the held-out text, by counting 1, 2, … characters."""
    everything = corpus.load()
    alphabet = "".join(sorted(set(everything)))
    training, held_out = (corpus.encode(part, alphabet) for part in corpus.split(everything))
    return [NGrams(training, n, len(alphabet)).perplexity(held_out) for n in range(1, longest + 1)]
