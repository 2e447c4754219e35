"""The adding problem of Hochreiter and Schmidhuber (1997), experiment 4: two marked numbers among a hundred."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.cells import LSTM, RNN
from rnn_notes.experiments.classics import endless, in_part, trained
from rnn_notes.experiments.forecast import Cell, last_step
from rnn_notes.experiments.runner import Report

CELLS: dict[str, type[Cell]] = {"LSTM": LSTM, "RNN": RNN}
NEAR = 0.04  # an answer that is off by less is right
SEEDS = 4


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    T: int  # pairs at least; up to a tenth more
    H: int
    sequences: int
    batch: int
    rate: float
    gate_bias: float
    judged: int  # new sequences on which it is judged, in batches of 64


SETTINGS = Settings(T=100, H=16, sequences=74_000, batch=16, rate=0.005, gate_bias=3.0, judged=2560)
CHECK = Settings(T=20, H=3, sequences=160, batch=16, rate=0.005, gate_bias=3.0, judged=128)


def data() -> None:
    """Nothing is read: the sequences are drawn at random."""


def examples(T: int, B: int, rng: np.random.Generator) -> tuple[ndarray, ndarray]:
    """B sequences of T to T + T/10 pairs (a number from −1 to 1, a marker), (n, B, 2), and their targets (B, 1).

    One of the first ten pairs is marked, and another of the first T/2 − 1; the target is 0.5 + (X1 + X2)/4, from 0 to
    1, where X1 and X2 are the marked numbers. The first and the last marker are −1 whatever happens, so if the first
    pair is one of the two, its number counts as 0.
    """
    n, lanes = int(rng.integers(T, T + T // 10 + 1)), np.arange(B)
    x = np.zeros((n, B, 2))
    x[:, :, 0] = rng.uniform(-1, 1, (n, B))
    first = rng.integers(0, 10, B)
    second = rng.integers(0, T // 2 - 2, B)
    second += second >= first  # of those that are not marked yet
    x[[0, -1], :, 1] = -1
    total = np.zeros(B)
    for place in (first, second):
        x[place, lanes, 1] = np.where(place == 0, -1, 1)
        total += np.where(place == 0, 0, x[place, lanes, 0])
    return x, (0.5 + total / 4)[:, None]


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """By cell, on new sequences: how many answers are wrong, and the mean squared error. ``guess`` always says 0.5."""
    rng = np.random.default_rng([seed, 0])
    new = [examples(settings.T, 64, rng) for _ in range(settings.judged // 64)]
    found: dict[str, Any] = {"guess": judged([np.full_like(target, 0.5) - target for _, target in new])}
    for n, (name, kind) in enumerate(CELLS.items()):
        rng = np.random.default_rng([seed, 1])
        batches = endless(lambda rng=rng: examples(settings.T, settings.batch, rng))  # type: ignore[misc]
        start = np.random.default_rng([seed, 2])
        sizes = (2, settings.H, 1)
        network = trained(kind, sizes, batches, last_step, settings, start, in_part(report, n, len(CELLS)))
        found[name] = judged([network.forecast(x) - target for x, target in new])
    return found


def judged(errors: list[ndarray]) -> dict[str, float]:
    """How many errors are too large, and the mean of their squares."""
    together = np.concatenate(errors)
    return {"wrong": int((np.abs(together) >= NEAR).sum()), "squared error": float(np.mean(together**2))}
