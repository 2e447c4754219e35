"""The first sign: which kinds of cells, with which gate biases at the start, learn to remember one sign over T steps?

The task of the chapter on gradients: a sequence begins with 1 or −1, then comes noise, and at the end the network
says how it began. All cells have the same size, optimiser, rate, clipping and number of steps.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.experiments.forecast import Cell, last_step, new_cell
from rnn_notes.experiments.runner import Report
from rnn_notes.readout import Readout
from rnn_notes.training import Adam, Model, train

CELLS: dict[str, tuple[type[Cell], float]] = {  # by name: the kind, and the bias of the gate that keeps, if it has one
    "RNN": (RNN, 0.0),
    **{f"LSTM, bias {bias}": (LSTM, float(bias)) for bias in (0, 1, 3)},
    **{f"GRU, bias {bias}": (GRU, float(bias)) for bias in (0, 1, 3)},
}
SEEDS = 10


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    lengths: tuple[int, ...]  # T
    H: int
    steps: int  # of Adam, each on new sequences
    batch: int
    rate: float  # of learning
    max_norm: float  # of the gradient
    judged: int  # new sequences on which the share of right answers is measured


SETTINGS = Settings((20, 40, 80), H=16, steps=300, batch=32, rate=0.01, max_norm=1.0, judged=1000)
CHECK = Settings((5,), H=3, steps=20, batch=8, rate=0.01, max_norm=1.0, judged=50)


def data() -> None:
    """Nothing is read: the sequences are drawn at random."""


def examples(T: int, B: int, rng: np.random.Generator) -> tuple[ndarray, ndarray]:
    """B sequences x (T, B, 1) of noise that begin with 1 or −1, and their targets (B, 1), the first entries."""
    x = 0.3 * rng.standard_normal((T, B, 1))
    x[0] = rng.choice([-1, 1], (B, 1))
    return x, x[0].copy()


def trained(init: Callable[[np.random.Generator], Any], seed: int, T: int, settings: Settings) -> Model:
    """A cell from ``init`` and its readout, after training; the sequences are the same whatever the cell."""
    rng, start = np.random.default_rng([seed, T]), np.random.default_rng([seed, T, 1])

    def batches() -> Iterator[tuple[ndarray, ndarray]]:
        while True:
            yield examples(T, settings.batch, rng)

    model = init(start), Readout.init(settings.H, 1, start)
    *_, last = train(model, batches(), last_step, Adam(settings.rate), steps=settings.steps, max_norm=settings.max_norm)
    return last.model


def right(model: Model, seed: int, T: int, settings: Settings) -> float:
    """The share of right answers: the sign of the last output is that of the first input."""
    cell, readout = model
    x, target = examples(T, settings.judged, np.random.default_rng([seed, T, 2]))
    return float(np.mean(np.sign(readout.forward(cell.forward(x).h[-1:])[0]) == target))


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """The share of right answers, by cell and T."""
    found: dict[str, Any] = {name: {} for name in CELLS}
    jobs = [(name, T) for name in CELLS for T in settings.lengths]
    for n, (name, T) in enumerate(jobs):
        kind, bias = CELLS[name]

        def init(rng: np.random.Generator, kind: type[Cell] = kind, bias: float = bias) -> Any:
            return new_cell(kind, 1, settings.H, rng, bias)

        found[name][str(T)] = right(trained(init, seed, T, settings), seed, T, settings)
        report((n + 1) / len(jobs))
    return found
