"""An echo: at each step, say which bit was read a fixed number of steps ago, and so keep all bits since then."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.cells import GRU, RNN
from rnn_notes.experiments.classics import endless, fitted, in_part
from rnn_notes.experiments.runner import Report
from rnn_notes.lru import LRU
from rnn_notes.minimal import MinGRU
from rnn_notes.readout import Readout, cross_entropy

CELLS: dict[str, Any] = {"RNN": RNN, "GRU": GRU, "minGRU": MinGRU, "LRU": LRU}
SEEDS = 4


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    lags: tuple[int, ...]
    longer: int  # the lag at which the GRU is also trained on four times as many sequences
    H: int  # the LRU has as many complex states
    sequences: int  # each three lags long
    batch: int
    rate: float
    judged: int  # new sequences on which it is judged, of the same length


SETTINGS = Settings(lags=(5, 10, 20, 30), longer=20, H=32, sequences=16 * 500, batch=16, rate=0.01, judged=200)
CHECK = Settings(lags=(2, 3), longer=3, H=3, sequences=160, batch=16, rate=0.01, judged=64)


def data() -> None:
    """Nothing is read: the bits are drawn at random."""


def examples(lag: int, B: int, rng: np.random.Generator) -> tuple[ndarray, ndarray]:
    """B sequences of 3·lag bits, one-hot, (3·lag, B, 2), and the bits that must be said from step lag + 1 on."""
    bits = rng.integers(0, 2, (3 * lag, B))
    return np.eye(2)[bits], bits[:-lag]


def last_steps(y: ndarray, target: ndarray) -> tuple[ndarray, ndarray]:
    """The cross-entropy of a step, over as many steps at the end as have a target: y (T, B, 2), target (≤ T, B)."""
    dy, n = np.zeros_like(y), len(target)
    loss, of_last = cross_entropy(y[-n:], target)
    dy[-n:] = of_last / n
    return loss / n, dy


def new(kind: Any, H: int, rng: np.random.Generator) -> tuple[Any, Readout]:
    """A cell that reads bits, and the readout of its H hidden units, or outputs."""
    cell = kind.init(2, H, H, rng) if kind is LRU else kind.init(2, H, rng)
    return cell, Readout.init(H, 2, rng)


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """By cell, for each lag: the share of bits that are said right, on new sequences; ``longer`` is that of the GRU."""
    tasks = [(name, lag, 1) for name in CELLS for lag in settings.lags] + [("GRU", settings.longer, 4)]
    found: dict[str, Any] = {name: [] for name in CELLS}
    for n, (name, lag, times) in enumerate(tasks):
        rng, start = np.random.default_rng([seed, 1, lag]), np.random.default_rng([seed, 2])
        batches = endless(lambda lag=lag, rng=rng: examples(lag, settings.batch, rng))  # type: ignore[misc]
        recipe = replace(settings, sequences=times * settings.sequences)
        model = new(CELLS[name], settings.H, start)
        network = fitted(model, batches, last_steps, recipe, in_part(report, n, len(tasks)))
        x, target = examples(lag, settings.judged, np.random.default_rng([seed, 0, lag]))
        said = network.readout.forward(network.cell.forward(x).h[1:]).argmax(axis=-1)[lag:]
        right = float((said == target).mean())
        if times == 1:
            found[name].append(right)
        else:
            found["longer"] = right
    return found
