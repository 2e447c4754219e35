"""Sunspots: how well do recurrent networks predict the next eleven years, and how well do simpler methods?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes import datasets
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.datasets import Scaler, Series
from rnn_notes.experiments import forecast
from rnn_notes.experiments.forecast import Forecaster
from rnn_notes.experiments.records import Record, recorded_file
from rnn_notes.experiments.runner import Report

CELLS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
PARTS = {"training": ("1700", "1920"), "validation": ("1921", "1955"), "test": ("1956", "2008")}
CYCLE = 11  # years from one maximum to the next, on average
SEEDS = 10


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    window: int  # years that a forecast sees
    ahead: int  # years that it predicts
    H: int
    fit: forecast.Settings


SETTINGS = Settings(2 * CYCLE, CYCLE, H=16, fit=forecast.Settings(steps=800, batch=32, rate=0.003, every=25))
CHECK = Settings(2 * CYCLE, CYCLE, H=3, fit=forecast.Settings(steps=20, batch=8, rate=0.003, every=10))


def data() -> Series:
    """The yearly sunspot numbers."""
    return datasets.sunspots()


def scaler(series: Series) -> Scaler:
    """Fitted on the training years alone."""
    return Scaler.fit(series.between(*PARTS["training"]).values)


def windows(series: Series, part: str, window: int, ahead: int) -> tuple[ndarray, ndarray]:
    """Windows x (window, B, 1) whose targets (B, ahead) all lie in a part of the years; inputs may lie before it."""
    first, last = np.searchsorted(series.time, np.array(PARTS[part], dtype="datetime64[Y]"))
    return datasets.windows(series.values[max(0, first - window) : last + 1], window, ahead)


def run(seed: int, settings: Settings, data: Series, report: Report) -> dict[str, Any]:
    """For each kind of cell the root mean squared error of each year ahead, on the test years, in sunspot numbers.

    The first seed also writes its networks.
    """
    units = scaler(data)
    scaled = Series(data.name, "training deviations", data.time, units.scale(data.values))
    parts = {part: windows(scaled, part, settings.window, settings.ahead) for part in PARTS}
    found: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for n, (name, kind) in enumerate(CELLS.items()):
        rng = np.random.default_rng([seed, n])
        start = Forecaster.init(kind, settings.H, settings.ahead, rng, settings.fit.gate_bias)
        network, loss = forecast.fit(start, parts, settings.fit, np.random.default_rng([seed, n, 1]))
        x, target = parts["test"]
        found[name] = {
            "error": (rms(network.forecast(x) - target) * units.deviation).tolist(),
            "validation error": float(np.sqrt(loss) * units.deviation),
        }
        if seed == 0:
            files[f"time_series-{name}.safetensors"] = network.dump()
        report((n + 1) / len(CELLS))
    return {**found, "files": files} if files else found


def rms(errors: ndarray) -> ndarray:
    """The root mean square of errors (B, ahead), for each year ahead: (ahead,)."""
    return np.sqrt(np.mean(errors**2, axis=0))


def network(record: Record, name: str) -> Forecaster:
    """The recorded network of the first seed with this kind of cell."""
    return Forecaster.load(recorded_file(record, f"time_series-{name}.safetensors"), CELLS[name])


def intervals(series: Series, network: Forecaster, settings: Settings) -> tuple[ndarray, ndarray, ndarray]:
    """Forecasts of the test windows and the ends of their intervals, each (B, ahead), in sunspot numbers.

    For each year ahead, an interval reaches as far from the forecast as eight of ten errors did on the validation
    years: from their 10 % to their 90 % quantile.
    """
    units = scaler(series)
    forecasts, errors = {}, {}
    for part in ("validation", "test"):
        x, target = windows(series, part, settings.window, settings.ahead)
        forecasts[part] = units.restore(network.forecast(units.scale(x)))
        errors[part] = target - forecasts[part]
    low, high = np.quantile(errors["validation"], (0.1, 0.9), axis=0)
    return forecasts["test"], forecasts["test"] + low, forecasts["test"] + high


def plane(h: ndarray) -> ndarray:
    """Hidden states (B, H) in the plane of their first two principal components, (B, 2)."""
    centred = h - h.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2]
    return centred @ directions[:2].T


def turns(plane: ndarray) -> float:
    """How often a path (B, 2) goes round the origin, with a sign for the direction."""
    angle = np.unwrap(np.arctan2(plane[:, 1], plane[:, 0]))
    return float((angle[-1] - angle[0]) / (2 * np.pi))


def last_value(x: ndarray, ahead: int) -> ndarray:
    """The forecast (B, ahead) that nothing changes."""
    return np.repeat(x[-1], ahead, axis=1)


def one_cycle_before(x: ndarray, ahead: int) -> ndarray:
    """The forecast (B, ahead) that each year is like the one a cycle before it; needs ahead ≤ 11 ≤ window."""
    return x[len(x) - CYCLE : len(x) - CYCLE + ahead, :, 0].T


@dataclass(frozen=True)
class Autoregression:
    """A linear function of the last p values for each year ahead, fitted by least squares."""

    weights: ndarray  # (p + 1, ahead); the last row is the constant

    @classmethod
    def fit(cls, series: Series, p: int, ahead: int) -> "Autoregression":
        """On the training years."""
        x, target = windows(series, "training", p, ahead)
        return cls(np.linalg.lstsq(cls._columns(x, p), target)[0])

    @classmethod
    def choose(cls, series: Series, longest: int, ahead: int) -> "Autoregression":
        """The p up to longest with the smallest error on the validation years."""
        x, target = windows(series, "validation", longest, ahead)
        fitted = [cls.fit(series, p, ahead) for p in range(1, longest + 1)]
        return min(fitted, key=lambda ar: float(np.mean((ar.forecast(x) - target) ** 2)))

    @property
    def p(self) -> int:
        return len(self.weights) - 1

    def forecast(self, x: ndarray) -> ndarray:
        """Windows (at least p, B, 1) to forecasts (B, ahead)."""
        return self._columns(x, self.p) @ self.weights

    @staticmethod
    def _columns(x: ndarray, p: int) -> ndarray:
        return np.column_stack([x[len(x) - p :, :, 0].T, np.ones(x.shape[1])])
