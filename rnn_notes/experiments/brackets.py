"""Brackets: a text of letters, perhaps a bracket that opens, perhaps one that closes, and far after them a question.

At the question mark the network says 1 if a bracket is open and 0 if none is; at all other characters it says 0.
So it has to write at ``(``, to erase at ``)``, to keep in between, and to show what it has kept at ``?`` alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.experiments.forecast import Cell, Forecaster, new_cell
from rnn_notes.experiments.records import Record, recorded_file
from rnn_notes.experiments.runner import Report
from rnn_notes.readout import Readout, squared_error
from rnn_notes.training import Adam, train

SYMBOLS = "ab()?"
CELLS: dict[str, tuple[type[Cell], int]] = {  # by name: the kind, and H; a plain one has more parameters than its LSTM
    "LSTM": (LSTM, 2),
    "GRU": (GRU, 2),
    "RNN": (RNN, 6),
    "larger LSTM": (LSTM, 8),
    "larger RNN": (RNN, 20),
}
SEEDS = 10


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    T: int  # characters of a text
    early: int  # among how many first characters the brackets are
    steps: int  # of Adam, each on new texts
    batch: int
    rate: float  # of learning
    max_norm: float  # of the gradient
    gate_bias: float  # at the start, of the gate that keeps
    lengths: tuple[int, ...]  # of the texts on which it is judged
    judged: int  # how many


SETTINGS = Settings(
    T=50, early=20, steps=1500, batch=32, rate=0.02, max_norm=1.0, gate_bias=3.0, lengths=(50, 100, 200), judged=1000
)
CHECK = Settings(
    T=8, early=4, steps=10, batch=8, rate=0.02, max_norm=1.0, gate_bias=3.0, lengths=(8, 12), judged=20
)  # fmt: skip


def data() -> None:
    """Nothing is read: the texts are drawn at random."""


def texts(T: int, B: int, early: int, rng: np.random.Generator) -> tuple[ndarray, ndarray]:
    """B texts as places in SYMBOLS, (T, B), and their targets (T, B, 1).

    One in four has no bracket, two have one that opens, and one has also one that closes; they are among the first
    ``early`` characters. The last character is the question.
    """
    codes = rng.integers(0, SYMBOLS.index("("), (T, B))
    case = rng.integers(0, 4, B)
    opens, closes = np.sort(rng.permuted(np.tile(np.arange(early), (B, 1)), axis=1)[:, :2], axis=1).T
    codes[opens[case > 0], np.flatnonzero(case > 0)] = SYMBOLS.index("(")
    codes[closes[case == 3], np.flatnonzero(case == 3)] = SYMBOLS.index(")")
    codes[-1] = SYMBOLS.index("?")
    target = np.zeros((T, B, 1))
    target[-1, :, 0] = (case == 1) | (case == 2)
    return codes, target


def one_hot(codes: ndarray) -> ndarray:
    """Places in SYMBOLS, (T, B), as inputs (T, B, 5) with a single 1."""
    return np.eye(len(SYMBOLS))[codes]


def encode(text: str) -> ndarray:
    """A text of these symbols as a sequence of inputs, (T, 1, 5)."""
    return one_hot(np.array([[SYMBOLS.index(character)] for character in text]))


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """By cell: in which share of new texts, by their length, the rounded output is right at every character.

    Each seed also writes the network of its small LSTM.
    """
    found: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for n, (name, (kind, H)) in enumerate(CELLS.items()):
        rng = np.random.default_rng(seed)  # the same texts for all cells

        def batches(rng: np.random.Generator = rng) -> Iterator[tuple[ndarray, ndarray]]:
            while True:
                codes, target = texts(settings.T, settings.batch, settings.early, rng)
                yield one_hot(codes), target

        start = np.random.default_rng([seed, 1])
        model = new_cell(kind, len(SYMBOLS), H, start, settings.gate_bias), Readout.init(H, 1, start)
        *_, last = train(
            model, batches(), squared_error, Adam(settings.rate), steps=settings.steps, max_norm=settings.max_norm
        )
        trained = Forecaster(*last.model)
        if name == "LSTM":
            files[f"brackets-{seed}.safetensors"] = trained.dump()
        found[name] = {"right": {}}
        for T in settings.lengths:
            codes, target = texts(T, settings.judged, settings.early, np.random.default_rng([seed, 2]))
            found[name]["right"][str(T)] = float(np.mean((np.rint(outputs(trained, codes)) == target).all(axis=0)))
        report((n + 1) / len(CELLS))
    return {**found, "files": files}


def outputs(network: Forecaster, codes: ndarray) -> ndarray:
    """What a network says at every character, (T, B, 1)."""
    return network.readout.forward(network.cell.forward(one_hot(codes)).h[1:])


def network(record: Record, seed: int) -> Forecaster:
    """The recorded small LSTM of a seed, with its readout."""
    return Forecaster.load(recorded_file(record, f"brackets-{seed}.safetensors"), LSTM)
