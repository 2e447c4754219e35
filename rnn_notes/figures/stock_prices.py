"""Stock prices, real ones and simulated ones. All that is shown was recorded or measured."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy import datetime64, ndarray

from rnn_notes.experiments import recorded, stocks
from rnn_notes.figures.registry import figure
from rnn_notes.figures.rows import strokes
from rnn_notes.figures.style import CELLS, COLOURS, DASHED, sheet

TEST_YEARS = [datetime64(f"{year}-01") for year in range(2007, 2011)], ["2007", "2008", "2009", "2010"]
PAIR = 0
"""Which of the simulated pairs of prices is drawn."""


@figure("tested_prices", "distance")
def one_month_late() -> Figure:
    """The forecast of prices follows the price, one month late: moved back by a month it fits best."""
    fig = sheet(520, 330)
    left, right = fig.subplots(1, 2, width_ratios=(2, 1))
    months, price, predicted = tested_prices("MSFT", "prices", 3)
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


@figure("simple_errors")
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
    strokes(ax, rows, 2)
    ax.axvline(simple["no change"], color=COLOURS["ink"], linewidth=1)
    ax.set(xlabel="error of the monthly return, per cent")
    return fig


@figure("tested_prices")
def scaler_leak() -> Figure:
    """A scaler that has seen the future lifts the forecast: the network cannot know how high the price will go."""
    fig = sheet(520, 350)
    ax = fig.subplots()
    for label, name, colour, line in (
        ("prices", "scaler fitted on the training months", "y", "-"),
        ("prices, leaked", "scaler fitted on all months", "grad", DASHED),
    ):
        months, price, predicted = tested_prices("AAPL", label, 1)
        ax.plot(months, predicted, linestyle=line, color=COLOURS[colour], label=name)
    ax.plot(months, price, color=COLOURS["x"], label="price")
    ax.set(ylabel="Apple, dollars", ylim=(0, 235), yticks=range(0, 201, 50))
    ax.set_xticks(*TEST_YEARS)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=1)
    return fig


@figure("excess_errors")
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


@figure("reversion", "slope")
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


def tested_prices(stock: str, label: str, months: int) -> tuple[ndarray, ndarray, ndarray]:
    """The test months of a stock, its prices and those predicted by the network of the first seed."""
    prices = stocks.data()
    predicted = np.array(recorded("stocks").runs[0][label]["LSTM"][str(months)]["predicted"])
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
