"""Starts: from which initial weights does a plain recurrent network learn to remember one sign over T steps?

The task and the recipe are those of the first sign, without gates: what differs is the start, the number of layers, or
a layer norm. What training makes of the singular values of W_hh is recorded, too.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from rnn_notes import starts
from rnn_notes.cells import RNN
from rnn_notes.experiments import first_sign
from rnn_notes.experiments.first_sign import Settings
from rnn_notes.experiments.runner import Report
from rnn_notes.layer_norm import NormedRNN
from rnn_notes.stack import Stack

NETWORKS: dict[str, Callable[[int, np.random.Generator], Any]] = {
    "usual": lambda H, rng: RNN.init(1, H, rng),
    "three layers": lambda H, rng: Stack((RNN.init(1, H, rng), RNN.init(H, H, rng), RNN.init(H, H, rng))),
    "orthogonal": lambda H, rng: starts.orthogonal(RNN.init(1, H, rng), rng),
    "identity": lambda H, rng: starts.identity(RNN.init(1, H, rng)),
    "layer norm": lambda H, rng: NormedRNN.init(1, H, rng),
}
SEEDS = 5
SETTINGS = Settings((20, 80, 200), H=16, steps=300, batch=32, rate=0.01, max_norm=1.0, judged=1000)
CHECK = Settings((5,), H=3, steps=20, batch=8, rate=0.01, max_norm=1.0, judged=50)


def data() -> None:
    """Nothing is read: the sequences are drawn at random."""


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """The share of right answers, by network and T; and the largest and smallest singular value of a single W_hh."""
    found: dict[str, Any] = {name: {} for name in NETWORKS}
    singular: dict[str, Any] = {}
    jobs = [(name, T) for name in NETWORKS for T in settings.lengths]
    for n, (name, T) in enumerate(jobs):
        model = first_sign.trained(partial(NETWORKS[name], settings.H), seed, T, settings)
        found[name][str(T)] = first_sign.right(model, seed, T, settings)
        if not isinstance(model[0], Stack):
            values = np.linalg.svd(model[0].W_hh, compute_uv=False)
            singular.setdefault(name, {})[str(T)] = [float(values[0]), float(values[-1])]
        report((n + 1) / len(jobs))
    return {**found, "singular": singular}
