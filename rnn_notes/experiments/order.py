"""Temporal order, task 6a of Hochreiter and Schmidhuber (1997): which of X and Y came first, and which second?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.activations import softmax
from rnn_notes.cells import LSTM, RNN
from rnn_notes.experiments.classics import endless, in_part, trained
from rnn_notes.experiments.forecast import Cell
from rnn_notes.experiments.runner import Report
from rnn_notes.readout import cross_entropy

CELLS: dict[str, type[Cell]] = {"LSTM": LSTM, "RNN": RNN}
SYMBOLS = "abcdXYEB"  # a sequence begins with E and ends with B
NEAR = 0.3  # an answer is right if each of the four outputs is off by less
SEEDS = 5


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    lengths: tuple[int, int]  # of a sequence, the shortest and the longest
    places: tuple[tuple[int, int], tuple[int, int]]  # of the two symbols that count, the first and the last, from 0
    H: int
    sequences: int
    batch: int
    rate: float
    gate_bias: float
    judged: int  # new sequences on which it is judged, in batches of 64


SETTINGS = Settings(
    (100, 110), ((10, 20), (50, 60)), H=8, sequences=31_390, batch=16, rate=0.01, gate_bias=3.0, judged=2560
)
CHECK = Settings((8, 9), ((1, 2), (4, 5)), H=3, sequences=160, batch=16, rate=0.01, gate_bias=3.0, judged=128)


def data() -> None:
    """Nothing is read: the sequences are drawn at random."""


def examples(settings: Settings, B: int, rng: np.random.Generator) -> tuple[ndarray, ndarray]:
    """B sequences (n, B, 8) of one length, and their classes (B,): 0 for XX, 1 for XY, 2 for YX, 3 for YY."""
    shortest, longest = settings.lengths
    codes, lanes = rng.integers(0, 4, (int(rng.integers(shortest, longest + 1)), B)), np.arange(B)
    target = np.zeros(B, dtype=np.intp)
    for first, last in settings.places:
        which = rng.integers(0, 2, B)
        codes[rng.integers(first, last + 1, B), lanes] = SYMBOLS.index("X") + which
        target = 2 * target + which
    codes[0], codes[-1] = SYMBOLS.index("E"), SYMBOLS.index("B")
    return np.eye(len(SYMBOLS))[codes], target


def last_class(y: ndarray, target: ndarray) -> tuple[ndarray, ndarray]:
    """The cross-entropy of the last outputs alone: y is (T, B, 4), target is (B,)."""
    dy = np.zeros_like(y)
    loss, dy[-1:] = cross_entropy(y[-1:], target[None])
    return loss, dy


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """By cell: of new sequences, how many are answered wrongly, and how many classes are not even the likeliest."""
    rng = np.random.default_rng([seed, 0])
    new = [examples(settings, 64, rng) for _ in range(settings.judged // 64)]
    target = np.concatenate([classes for _, classes in new])
    found: dict[str, Any] = {}
    for n, (name, kind) in enumerate(CELLS.items()):
        rng = np.random.default_rng([seed, 1])
        batches = endless(lambda rng=rng: examples(settings, settings.batch, rng))  # type: ignore[misc]
        sizes = (len(SYMBOLS), settings.H, 4)
        start = np.random.default_rng([seed, 2])
        network = trained(kind, sizes, batches, last_class, settings, start, in_part(report, n, len(CELLS)))
        p = softmax(np.concatenate([network.forecast(x) for x, _ in new]))
        off = np.abs(p - np.eye(4)[target]).max(axis=1)
        found[name] = {"wrong": int((off >= NEAR).sum()), "not likeliest": int((p.argmax(axis=1) != target).sum())}
    return found
