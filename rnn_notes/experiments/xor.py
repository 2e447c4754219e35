"""The temporal exclusive or of Elman (1990): in a stream of bits, every third is the exclusive or of the two before."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.cells import RNN
from rnn_notes.experiments.classics import fitted
from rnn_notes.experiments.runner import Report
from rnn_notes.readout import Readout, squared_error

SEEDS = 10


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    bits: int  # of the stream for training; as many are drawn for the test
    lanes: int  # pieces of the stream, of whole threes, each a sequence of its own
    sizes: tuple[int, ...]  # H
    sequences: int  # lanes times steps
    batch: int  # all lanes
    rate: float


SETTINGS = Settings(3000, lanes=20, sizes=(2, 4), sequences=20 * 2000, batch=20, rate=0.02)
CHECK = Settings(60, lanes=2, sizes=(2,), sequences=20, batch=2, rate=0.02)


def data() -> None:
    """Nothing is read: the bits are drawn at random."""


def stream(bits: int, lanes: int, rng: np.random.Generator) -> tuple[ndarray, ndarray]:
    """Inputs x and targets, the bits one later, (bits/lanes − 1, lanes, 1); the last bit of each three is the XOR."""
    pairs = rng.integers(0, 2, (bits // 3, 2))
    triples = np.column_stack([pairs, pairs[:, 0] ^ pairs[:, 1]])
    x = triples.reshape(lanes, -1).T[:, :, None].astype(float)
    return x[:-1], x[1:]


def per_bit(y: ndarray, target: ndarray) -> tuple[ndarray, ndarray]:
    """The squared error of a bit: the mean over the steps."""
    loss, dy = squared_error(y, target)
    return loss / len(y), dy / len(y)


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """By H, on a new stream: the root mean squared error of the bits that can be known, and of the others.

    ``places`` has it for each of the first twelve bits that are predicted, over all lanes.
    """
    rng = np.random.default_rng([seed, 0])
    training, (x, target) = (stream(settings.bits, settings.lanes, rng) for _ in range(2))
    steps = settings.sequences // settings.lanes
    third = np.arange(len(target)) % 3 == 1  # the target of step 0 is the second bit
    found: dict[str, Any] = {}
    for H in settings.sizes:
        start = np.random.default_rng([seed, H])
        model = RNN.init(1, H, start), Readout.init(H, 1, start)
        network = fitted(model, [training] * steps, per_bit, settings)
        off = network.readout.forward(network.cell.forward(x).h[1:]) - target
        found[str(H)] = {
            "XOR": float(np.sqrt(np.mean(off[third] ** 2))),
            "others": float(np.sqrt(np.mean(off[~third] ** 2))),
            "places": np.sqrt(np.mean(off[:12] ** 2, axis=(1, 2))).tolist(),
        }
        report(len(found) / len(settings.sizes))
    return found
