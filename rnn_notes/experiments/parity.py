"""Parity: is the number of ones so far even or odd? Trained on short sequences, judged far beyond their length."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.cells import GRU, RNN
from rnn_notes.experiments.classics import endless, fitted, in_part
from rnn_notes.experiments.runner import Report
from rnn_notes.experiments.text import per_character
from rnn_notes.minimal import MinGRU, SignedMinGRU
from rnn_notes.readout import Readout

CELLS: dict[str, Any] = {"RNN": RNN, "GRU": GRU, "minGRU": MinGRU, "signed minGRU": SignedMinGRU}
SEEDS = 5


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    T: int  # of the sequences for training, which have a target at each step
    H: int
    sequences: int
    batch: int
    rate: float
    judged: int  # new sequences on which it is judged
    lengths: tuple[int, ...]  # after how many steps


SETTINGS = Settings(
    T=20,
    H=8,
    sequences=32 * 1500,
    batch=32,
    rate=0.01,
    judged=1000,
    lengths=(1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 300, 500, 1000),
)
CHECK = Settings(T=6, H=3, sequences=160, batch=16, rate=0.01, judged=64, lengths=(1, 5, 20))


def data() -> None:
    """Nothing is read: the bits are drawn at random."""


def examples(T: int, B: int, rng: np.random.Generator) -> tuple[ndarray, ndarray]:
    """B sequences of T bits, one-hot, (T, B, 2), and whether the number of ones is odd so far, (T, B)."""
    bits = rng.integers(0, 2, (T, B))
    return np.eye(2)[bits], np.cumsum(bits, axis=0) % 2


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """By cell: the share of new sequences whose parity is right after each of the lengths."""
    x, target = examples(max(settings.lengths), settings.judged, np.random.default_rng([seed, 0]))
    found: dict[str, Any] = {}
    for n, (name, kind) in enumerate(CELLS.items()):
        rng, start = (np.random.default_rng([seed, part]) for part in (1, 2))
        model = kind.init(2, settings.H, start), Readout.init(settings.H, 2, start)
        batches = endless(lambda rng=rng: examples(settings.T, settings.batch, rng))  # type: ignore[misc]
        network = fitted(model, batches, per_character, settings, in_part(report, n, len(CELLS)))
        said = network.readout.forward(network.cell.forward(x).h[1:]).argmax(axis=-1)
        right = (said == target).mean(axis=1)
        found[name] = [float(right[length - 1]) for length in settings.lengths]
    return found
