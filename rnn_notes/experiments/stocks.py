"""Stock prices: does a recurrent network know more about next month than this month's price?

Every forecast is turned into a return, (forecast price) / (price now) − 1, so that all are judged on one scale.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy import datetime64, ndarray

from rnn_notes import datasets
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.datasets import Scaler, Series
from rnn_notes.experiments import forecast
from rnn_notes.experiments.forecast import Forecaster
from rnn_notes.experiments.runner import Report

CELLS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
VALIDATION, TEST = datetime64("2006-01"), datetime64("2007-01")  # their first months
SEEDS = 20

Quantity = Literal["returns", "prices"]


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    months: tuple[int, ...]  # how many a forecast sees
    H: int
    fit: forecast.Settings


SETTINGS = Settings((1, 3, 12), H=8, fit=forecast.Settings(steps=400, batch=64, rate=0.003, every=20))
CHECK = Settings((3,), H=3, fit=forecast.Settings(steps=20, batch=8, rate=0.003, every=10))


@dataclass(frozen=True)
class Part:
    """Windows of all stocks, one after the other along the batch axis."""

    x: ndarray  # (months, B, 1), scaled
    target: ndarray  # (B, 1), scaled
    now: ndarray  # (B,), the last price that the window knows
    then: ndarray  # (B,), the price a month later
    stock: ndarray  # (B,), which one
    offset: ndarray  # (B,), of the scaler of the stock
    unit: ndarray  # (B,), of the scaler of the stock

    @property
    def returns(self) -> ndarray:
        """What happened, (B,)."""
        return self.then / self.now - 1

    def predicted(self, y: ndarray, quantity: Quantity) -> ndarray:
        """Outputs y (B, 1) as returns, (B,)."""
        value = self.offset + self.unit * y[:, 0]
        return value if quantity == "returns" else value / self.now - 1


def data() -> dict[str, Series]:
    """The monthly closing prices of five stocks."""
    return datasets.stocks()


def parts(prices: dict[str, Series], months: int, quantity: Quantity, leak: bool = False) -> dict[str, Part]:
    """Training, validation and test windows; each belongs where its target is.

    Each stock has a scaler of its own, fitted on the training months, or, to show what that does, on all (leak).
    """
    rows: dict[str, list[tuple[ndarray, ...]]] = {"training": [], "validation": [], "test": []}
    for number, series in enumerate(prices.values()):
        values = returns(series.values) if quantity == "returns" else series.values
        known = len(series.values) - len(values)  # prices before the first value
        starts = [0, *(np.searchsorted(series.time, (VALIDATION, TEST)) - known), len(values)]
        scaler = Scaler.fit(values if leak else values[: starts[1]])
        for part, (first, end) in zip(rows, pairwise(starts), strict=True):
            begin = max(0, first - months)
            x, target = datasets.windows(scaler.scale(values[begin:end]), months)
            at = begin + months + known + np.arange(len(target))  # where the targets are among the prices
            fixed = np.full((3, len(target)), [[number], [scaler.mean], [scaler.deviation]])
            rows[part].append((x.swapaxes(0, 1), target, series.values[at - 1], series.values[at], *fixed))
    joined = {part: [np.concatenate(column) for column in zip(*found, strict=True)] for part, found in rows.items()}
    return {part: Part(x.swapaxes(0, 1), *others) for part, (x, *others) in joined.items()}


def returns(prices: ndarray) -> ndarray:
    """Relative changes from each price to the next, (n − 1,)."""
    return prices[1:] / prices[:-1] - 1


def walks(prices: dict[str, Series], rng: np.random.Generator) -> dict[str, Series]:
    """For each stock a random walk of the same start, months and volatility."""
    return {
        name: Series(
            name,
            s.unit,
            s.time,
            datasets.random_walk(s.values[0], float(np.std(returns(s.values))), len(s.values), rng),
        )
        for name, s in prices.items()
    }


def run(seed: int, settings: Settings, data: dict[str, Series], report: Report) -> dict[str, Any]:
    """The error of each forecaster on the test months, as the root mean squared error of its returns in per cent.

    ``returns``: by cell and months. ``prices`` and ``prices, leaked``: an LSTM that sees and predicts prices.
    ``walks``: the LSTM on returns of random walks, with ``no change`` as what it is to be compared with.
    """
    random = walks(data, np.random.default_rng([seed, 0]))
    jobs: list[tuple[str, str, int, Quantity, bool, dict[str, Series]]] = [
        *(("returns", cell, months, "returns", False, data) for cell in CELLS for months in settings.months),
        *(("prices", "LSTM", months, "prices", False, data) for months in settings.months),
        *(("prices, leaked", "LSTM", months, "prices", True, data) for months in settings.months),
        *(("walks", "LSTM", months, "returns", False, random) for months in settings.months),
    ]
    found: dict[str, Any] = {}
    for n, (label, cell, months, quantity, leak, prices) in enumerate(jobs):
        split = parts(prices, months, quantity, leak)
        rng = np.random.default_rng([seed, n, 1])
        start = Forecaster.init(CELLS[cell], settings.H, 1, rng, settings.fit.gate_bias)
        pairs = {part: (p.x, p.target) for part, p in split.items()}
        network, _ = forecast.fit(start, pairs, settings.fit, np.random.default_rng([seed, n, 2]))
        test = split["test"]
        predicted = test.predicted(network.forecast(test.x), quantity)
        result: dict[str, Any] = {"error": error(predicted, test), "right direction": right_direction(predicted, test)}
        if label == "walks":
            result["no change"] = error(np.zeros(len(test.now)), test)
        if seed == 0 and quantity == "prices":
            result["predicted"] = [round(price, 3) for price in ((1 + predicted) * test.now).tolist()]
        found.setdefault(label, {}).setdefault(cell, {})[str(months)] = result
        report((n + 1) / len(jobs))
    return found


def error(predicted: ndarray, test: Part) -> float:
    """The root mean squared error of returns (B,), in per cent."""
    return float(100 * np.sqrt(np.mean((predicted - test.returns) ** 2)))


def right_direction(predicted: ndarray, test: Part) -> float:
    """In how many per cent of the months the sign is right."""
    return float(100 * np.mean(np.sign(predicted) == np.sign(test.returns)))


def simple_errors(prices: dict[str, Series], months: int = 12) -> dict[str, float]:
    """The errors of three forecasts without a network: no change, the average training return, and a linear one.

    The linear autoregression takes the returns of the last months and is fitted by least squares.
    """
    average = np.concatenate([returns(s.values[s.time < VALIDATION]) for s in prices.values()]).mean()
    split = parts(prices, months, "returns")
    training, test = split["training"], split["test"]
    inputs = [np.column_stack([part.x[:, :, 0].T, np.ones(len(part.now))]) for part in (training, test)]
    weights = np.linalg.lstsq(inputs[0], training.target)[0]
    return {
        "no change": error(np.zeros(len(test.now)), test),
        "average return": error(np.full(len(test.now), average), test),
        f"linear, {months} months": error(test.predicted(inputs[1] @ weights, "returns"), test),
    }
