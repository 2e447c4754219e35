"""Time series: three centuries of sunspots. All that is shown was recorded or measured."""

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes import datasets
from rnn_notes.experiments import recorded, time_series
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import CELLS, COLOURS, DASHED, sheet, tint


@figure("years")
def sunspot_numbers() -> Figure:
    """Three centuries of sunspots: cycles of about eleven years, no two alike, the highest of all after 1955."""
    fig = sheet(520, 260)
    ax = fig.subplots()
    found = time_series.data()
    ax.plot(years(found.time), found.values, color=COLOURS["x"], linewidth=1.5)
    for part, (first, last) in time_series.PARTS.items():
        ax.hlines(208, int(first), int(last) - 1, color=COLOURS["dim"], linewidth=4)
        ax.text((int(first) + int(last)) / 2, 225, part, ha="center", va="center")
    ax.set(xlabel="year", ylabel="sunspot number", ylim=(0, 235), xlim=(1699, 2010))
    ax.set(xticks=range(1700, 2001, 50), yticks=range(0, 201, 50))
    return fig


@figure("baseline_errors")
def sunspot_errors() -> Figure:
    """Errors by years ahead, with the spread over the seeds: the linear rule lies below all networks."""
    fig = sheet(520, 420)
    ax = fig.subplots()
    ahead = np.arange(1, time_series.SETTINGS.ahead + 1)
    for (name, error), line in zip(baseline_errors().items(), (":", DASHED, "-"), strict=True):
        ax.plot(ahead, error, linestyle=line, color=COLOURS["ink"], label=name)
    for (name, colour), aside in zip(CELLS.items(), (-0.15, 0, 0.15), strict=True):
        error = recorded("time_series").over_seeds(name, "error")
        places, mean, spread = ahead + aside, error.mean(axis=0), error.std(axis=0)
        ax.vlines(places, mean - spread, mean + spread, color=COLOURS[colour], linewidth=1.5)
        ax.plot(places, mean, "o", color=COLOURS[colour], markersize=6, label=name)
    ax.set(
        xlabel="years ahead", ylabel="error, in sunspot numbers", ylim=(0, 65), xticks=ahead, yticks=range(0, 61, 20)
    )
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


@figure("intervals")
def sunspot_forecast() -> Figure:
    """Four forecasts of eleven years each: the interval that held eight of ten validation errors holds fewer now."""
    fig = sheet(520, 340)
    ax = fig.subplots()
    shown = time_series.data().between("1944", "1999")
    ax.plot(years(shown.time), shown.values, color=COLOURS["x"], label="measured")
    forecast, low, high = intervals("GRU")
    for n, b in enumerate(range(0, len(forecast), time_series.CYCLE)):
        ahead = int(time_series.PARTS["test"][0]) + b + np.arange(time_series.CYCLE)
        ax.fill_between(ahead, low[b], high[b], color=tint("y", 20), linewidth=0, label="" if n else "interval")
        ax.plot(ahead, forecast[b], color=COLOURS["y"], label="" if n else "forecast")
        ax.axvline(ahead[0] - 0.5, color=COLOURS["dim"], linewidth=1)
    ax.set(xlabel="year", ylabel="sunspot number", xticks=range(1950, 2000, 10), yticks=range(0, 201, 50))
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


@figure("state_plane")
def sunspot_state() -> Figure:
    """The hidden state goes round once per cycle: the same sunspot number lies here when rising, there when falling."""
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


def years(time: ndarray) -> ndarray:
    """Years as numbers."""
    return time.astype("datetime64[Y]").astype(int) + 1970


def baseline_errors() -> dict[str, ndarray]:
    """The root mean squared errors (ahead,) of the three simple forecasts on the test years."""
    found, settings = time_series.data(), time_series.SETTINGS
    x, target = time_series.windows(found, "test", settings.window, settings.ahead)
    linear = time_series.Autoregression.choose(found, settings.window, settings.ahead)
    predicted = {
        "last value": time_series.last_value(x, settings.ahead),
        "one cycle before": time_series.one_cycle_before(x, settings.ahead),
        "linear autoregression": linear.forecast(x),
    }
    return {name: time_series.rms(forecast - target) for name, forecast in predicted.items()}


def intervals(name: str) -> tuple[ndarray, ndarray, ndarray]:
    """Forecasts of the test years and the ends of their intervals, each (B, ahead)."""
    return time_series.intervals(
        time_series.data(), time_series.network(recorded("time_series"), name), time_series.SETTINGS
    )


def state_plane(name: str) -> tuple[ndarray, ndarray, ndarray]:
    """After each window of all years: h_T in the plane of its two main directions (B, 2), the last value, and
    whether the next is larger, (B,) each.
    """
    found = time_series.data()
    x, following = datasets.windows(found.values, time_series.SETTINGS.window)
    h = time_series.network(recorded("time_series"), name).state(time_series.scaler(found).scale(x))
    return time_series.plane(h), x[-1, :, 0], following[:, 0] > x[-1, :, 0]
