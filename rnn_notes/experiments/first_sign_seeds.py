"""The first sign from forty seeds: how much of what ten seeds have shown hangs on the seed, and on the start?

The recipe is that of ``first_sign``, and its ten seeds are the first ten. These are the cases in doubt: the plain
network over the shortest distance, once more from smaller input weights; the LSTM over the longest with the gate wide
open, and over the middle one with the usual bias. The GRU is in none: with either bias its ten seeds agree.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from rnn_notes.cells import LSTM, RNN
from rnn_notes.experiments import first_sign
from rnn_notes.experiments.first_sign import Settings, data
from rnn_notes.experiments.forecast import Cell, new_cell
from rnn_notes.experiments.runner import Report

__all__ = ["CELLS", "CHECK", "SEEDS", "SETTINGS", "Case", "data", "run"]


class Case(NamedTuple):
    """A kind of cell, how it starts, and on which of the settings' lengths it is trained, from 0."""

    kind: type[Cell]
    length: int
    bias: float = 0.0  # of the gate that keeps
    small: bool = False  # whether W_xh is between ±1/√H, as W_hh is


CELLS = {
    "RNN": Case(RNN, 0),
    "RNN, small W_xh": Case(RNN, 0, small=True),
    "LSTM, bias 1": Case(LSTM, 1, bias=1.0),
    "LSTM, bias 3": Case(LSTM, 2, bias=3.0),
}
SEEDS = 40
SETTINGS = first_sign.SETTINGS
CHECK = Settings((4, 5, 6), H=3, steps=20, batch=8, rate=0.01, max_norm=1.0, judged=50)


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """The share of right answers, by cell and T."""
    found: dict[str, Any] = {}
    for n, (name, case) in enumerate(CELLS.items()):
        T = distance(name, settings)

        def init(rng: np.random.Generator, case: Case = case) -> Any:
            cell = new_cell(case.kind, 1, settings.H, rng, case.bias)
            return replace(cell, W_xh=cell.W_xh / np.sqrt(settings.H)) if case.small else cell

        found[name] = {str(T): first_sign.right(first_sign.trained(init, seed, T, settings), seed, T, settings)}
        report((n + 1) / len(CELLS))
    return found


def distance(name: str, settings: Settings) -> int:
    """The T that this cell is trained on."""
    return settings.lengths[CELLS[name].length]
