"""A network that predicts what follows a window, and how it is fitted: the same for sunspots and for prices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy import ndarray

from rnn_notes import parameters, weights
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.readout import Readout, squared_error
from rnn_notes.training import Adam, Model, train

Cell = RNN | LSTM | GRU

GATE_BIAS = {LSTM: "forget_bias", GRU: "update_bias"}  # what ``init`` calls the bias of the gate that keeps


def new_cell(kind: type[Cell], D: int, H: int, rng: np.random.Generator, gate_bias: float) -> Any:
    """A cell whose gate that keeps, if it has one, starts with this bias: no kind has an advantage by its default."""
    biases: dict[str, Any] = {GATE_BIAS[kind]: gate_bias} if kind in GATE_BIAS else {}
    return kind.init(D, H, rng, **biases)


@dataclass(frozen=True)
class Settings:
    """How a network is fitted."""

    steps: int  # of Adam, each on a batch of windows drawn at random
    batch: int
    rate: float  # of learning
    every: int  # steps between two looks at the validation part
    gate_bias: float = 1.0  # at the start, of the gate that keeps: the LSTM's forget gate, the GRU's update gate


@dataclass(frozen=True, eq=False)
class Forecaster:
    """A cell that reads a window, and a readout of its last hidden state: one output for each step ahead."""

    cell: Any  # an RNN, LSTM or GRU
    readout: Readout

    @classmethod
    def init(cls, kind: type[Cell], H: int, ahead: int, rng: np.random.Generator, gate_bias: float = 1.0) -> Self:
        return cls(new_cell(kind, 1, H, rng, gate_bias), Readout.init(H, ahead, rng))

    def state(self, x: ndarray) -> ndarray:
        """The last hidden state, (B, H), after windows (T, B, 1)."""
        return self.cell.forward(x).h[-1]

    def forecast(self, x: ndarray) -> ndarray:
        """Windows (T, B, 1) to what may follow them, (B, ahead)."""
        return self.readout.forward(self.state(x)[None])[0]

    def loss(self, x: ndarray, target: ndarray) -> float:
        """The mean squared error over windows and steps ahead."""
        return float(np.mean((self.forecast(x) - target) ** 2))

    def dump(self) -> bytes:
        """The parameters as the content of a file, which ``load`` reads."""
        return weights.dump(parameters.arrays((self.cell, self.readout)))

    @classmethod
    def load(cls, path: Path, kind: type[Cell]) -> Self:
        """The network that ``dump`` was called on, from its file; raises ValueError if it is none."""
        return cls(*parameters.load(path, (kind, Readout)))


def last_step(y: ndarray, target: ndarray) -> tuple[ndarray, ndarray]:
    """The squared error of the last outputs alone: y is (T, B, ahead), target is (B, ahead)."""
    dy = np.zeros_like(y)
    loss, dy[-1:] = squared_error(y[-1:], target[None])
    return loss, dy


def fit(
    network: Forecaster, parts: Mapping[str, tuple[ndarray, ndarray]], settings: Settings, rng: np.random.Generator
) -> tuple[Forecaster, float]:
    """Fit to the training part; the network that was best on the validation part, and its loss there."""
    x, target = parts["training"]

    def batches() -> Iterator[tuple[ndarray, ndarray]]:
        while True:
            drawn = rng.choice(len(target), min(settings.batch, len(target)), replace=False)
            yield x[:, drawn], target[drawn]

    def validate(model: Model) -> float:
        return Forecaster(*model).loss(*parts["validation"])

    start, optimiser = (network.cell, network.readout), Adam(settings.rate)
    *_, last = train(
        start, batches(), last_step, optimiser,
        steps=settings.steps, max_norm=1.0, validate=validate, every=settings.every,
    )  # fmt: skip
    return Forecaster(*last.best), last.best_loss
