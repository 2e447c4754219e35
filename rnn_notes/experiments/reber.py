"""The embedded Reber grammar, experiment 1 of Hochreiter and Schmidhuber (1997): which symbols may come next?

A string of the inner grammar is enclosed by two equal symbols, both T or both P, which the network must compare.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.cells import LSTM, RNN
from rnn_notes.experiments.classics import endless, in_part, trained
from rnn_notes.experiments.forecast import Cell, Forecaster
from rnn_notes.experiments.runner import Report
from rnn_notes.readout import cross_entropy

CELLS: dict[str, type[Cell]] = {"LSTM": LSTM, "RNN": RNN}
SYMBOLS = "BTPSXVE"
GRAMMAR = ("TP", "SX", "TV", "XS", "PV", "E")  # what may come next in each state of the inner grammar, after its B
NEXT = ((1, 2), (1, 3), (2, 4), (2, 5), (3, 5), (None,))  # the state that follows each
SEEDS = 5


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    strings: int  # for training, and as many for the test
    H: int
    sequences: int  # drawn from those for training
    batch: int
    rate: float
    gate_bias: float


SETTINGS = Settings(strings=256, H=8, sequences=8440, batch=1, rate=0.01, gate_bias=1.0)
CHECK = Settings(strings=8, H=3, sequences=40, batch=1, rate=0.01, gate_bias=1.0)


def data() -> None:
    """Nothing is read: the strings are drawn at random."""


def string(rng: np.random.Generator) -> tuple[str, list[str]]:
    """A string of the embedded grammar, and for each of its symbols but the last which symbols may come next."""
    outer = "TP"[rng.integers(2)]
    text, allowed, state = f"B{outer}B", ["TP", "B", GRAMMAR[0]], 0
    while GRAMMAR[state] != "E":
        way = int(rng.integers(2))
        text += GRAMMAR[state][way]
        state = NEXT[state][way] or 0
        allowed.append(GRAMMAR[state])
    return f"{text}E{outer}E", [*allowed, outer, "E"]


def encode(text: str) -> ndarray:
    """The places of a text's symbols in SYMBOLS, (T,)."""
    return np.array([SYMBOLS.index(symbol) for symbol in text])


def example(text: str) -> tuple[ndarray, ndarray]:
    """A string as inputs (T, 1, 7) and targets (T, 1), the symbols one later."""
    codes = encode(text)
    return np.eye(len(SYMBOLS))[codes[:-1], None], codes[1:, None]


def predicted(network: Forecaster, text: str, allowed: list[str]) -> ndarray:
    """For each symbol but the last, whether the largest outputs are just those of what may come next, (T,)."""
    y = network.readout.forward(network.cell.forward(example(text)[0]).h[1:])[:, 0]
    ranked = ["".join(SYMBOLS[k] for k in np.argsort(-y_t)) for y_t in y]
    return np.array([set(order[: len(may)]) == set(may) for order, may in zip(ranked, allowed, strict=True)])


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """By cell: how many strings for training and for the test are not predicted at every symbol.

    ``outer`` counts the strings for the test in which the second outer symbol is not predicted.
    """
    rng = np.random.default_rng([seed, 0])
    training = [string(rng) for _ in range(settings.strings)]
    test = [string(rng) for _ in range(settings.strings)]
    found: dict[str, Any] = {}
    for n, (name, kind) in enumerate(CELLS.items()):
        rng = np.random.default_rng([seed, 1])
        batches = endless(lambda rng=rng: example(training[rng.integers(len(training))][0]))  # type: ignore[misc]
        sizes = (len(SYMBOLS), settings.H, len(SYMBOLS))
        start = np.random.default_rng([seed, 2])
        network = trained(kind, sizes, batches, cross_entropy, settings, start, in_part(report, n, len(CELLS)))
        seen, unseen = ([predicted(network, *s) for s in strings] for strings in (training, test))
        found[name] = {
            "training": sum(not all(right) for right in seen),
            "test": sum(not all(right) for right in unseen),
            "outer": sum(not right[-2] for right in unseen),
        }
    return found
