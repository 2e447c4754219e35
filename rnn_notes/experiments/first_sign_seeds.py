"""The first sign from sixty seeds: how much of what ten seeds have shown hangs on the seed, and on the start?

The recipe is that of ``first_sign``, and its ten seeds are the first ten. The plain network is trained over the two
shorter distances, once more from smaller input weights; the gated cells over the longest, with the gate wide open.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.experiments import first_sign
from rnn_notes.experiments.first_sign import Settings, data
from rnn_notes.experiments.forecast import Cell, new_cell
from rnn_notes.experiments.runner import Report

__all__ = ["CELLS", "CHECK", "SEEDS", "SETTINGS", "data", "run"]

CELLS: dict[str, tuple[type[Cell], float, bool]] = {  # the kind, the bias of the gate that keeps, a small W_xh?
    "RNN": (RNN, 0.0, False),
    "RNN, small W_xh": (RNN, 0.0, True),
    "LSTM, bias 3": (LSTM, 3.0, False),
    "GRU, bias 3": (GRU, 3.0, False),
}
SEEDS = 60
SETTINGS = first_sign.SETTINGS
CHECK = Settings((4, 5, 6), H=3, steps=20, batch=8, rate=0.01, max_norm=1.0, judged=50)


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """The share of right answers, by cell and T; a small W_xh is between ±1/√H, as W_hh is."""
    found: dict[str, Any] = {name: {} for name in CELLS}
    jobs = [(name, T) for name, (kind, _, _) in CELLS.items() for T in distances(kind, settings)]
    for n, (name, T) in enumerate(jobs):

        def init(rng: np.random.Generator, name: str = name) -> Any:
            kind, bias, small = CELLS[name]
            cell = new_cell(kind, 1, settings.H, rng, bias)
            return replace(cell, W_xh=cell.W_xh / np.sqrt(settings.H)) if small else cell

        found[name][str(T)] = first_sign.right(first_sign.trained(init, seed, T, settings), seed, T, settings)
        report((n + 1) / len(jobs))
    return found


def distances(kind: type[Cell], settings: Settings) -> tuple[int, ...]:
    """The T that this kind of cell is trained on."""
    return settings.lengths[:2] if kind is RNN else settings.lengths[2:]
