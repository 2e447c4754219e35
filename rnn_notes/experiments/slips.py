"""Slips of published teaching: how wrong does each make the gradient, and what does a network still learn with it?"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from rnn_notes import slips
from rnn_notes.experiments.records import Record, recorded
from rnn_notes.experiments.runner import Report
from rnn_notes.slips import damage
from rnn_notes.slips.passes import PASSES

SEEDS = 10
ALL_SEVEN = "all seven"


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    lengths: tuple[int, ...]  # the numbers of steps T at which gradients are compared
    steps: int  # of gradient descent


SETTINGS = Settings((1, 2, 3, 5), 300)
CHECK = Settings((1, 2), 3)


def data() -> dict[str, Any]:
    """The slips that a change of code can make, by their titles, and the seven of one function together."""
    found = {slip["title"]: [slip["network"], slip["changes"]] for slip in slips.load() if "changes" in slip}
    found[ALL_SEVEN] = ["lstm", [change for slip in slips.seven() for change in slip["changes"]]]
    return found


def run(seed: int, settings: Settings, data: dict[str, Any], report: Report) -> dict[str, Any]:
    """For each slip its gradient beside the true one at each length, and the loss per letter after training.

    Under "right" are the losses of the networks without a slip.
    """
    right = {name: damage.learning(name, [], settings.steps, seed)[-1] for name in PASSES}
    found: dict[str, Any] = {"right": right}
    for n, (title, (name, changes)) in enumerate(data.items()):
        beside = [damage.beside_the_truth(name, changes, T, seed) for T in settings.lengths]
        cosines, off = zip(*beside, strict=True)
        loss = damage.learning(name, changes, settings.steps, seed)[-1]
        found[title] = {"cosine": list(cosines), "off": list(off), "loss": loss}
        report((n + 1) / len(data))
    return found


@dataclass(frozen=True)
class Damage:
    """What a slip costs, over the networks of the record; ``cosine`` and ``off`` as in ``damage.beside_the_truth``."""

    cosine: dict[int, float]  # by number of steps T, the median
    lowest: dict[int, float]  # likewise, the lowest
    off: dict[int, float]  # likewise, how far off, the median
    loss: list[float]  # per letter after training with the slip, in ascending order
    right: list[float]  # likewise without it

    @property
    def visible(self) -> int | None:
        """The smallest recorded number of steps at which a gradient check sees the slip; None if it sees nothing."""
        return next((T for T, off in self.off.items() if off > 1e-6), None)


@cache
def record() -> Record:
    """The record of this experiment."""
    return recorded("slips")


def found(title: str) -> Damage:
    """The damage of the slip with that title; raises KeyError if it changes no code."""
    name, _ = data()[title]
    lengths = record().settings["lengths"]
    cosine, off = record().over_seeds(title, "cosine"), record().over_seeds(title, "off")

    def by_length(values: Any) -> dict[int, float]:
        return dict(zip(lengths, map(float, values), strict=True))

    return Damage(
        by_length(np.median(cosine, axis=0)),
        by_length(cosine.min(axis=0)),
        by_length(np.median(off, axis=0)),
        sorted(map(float, record().over_seeds(title, "loss"))),
        sorted(map(float, record().over_seeds("right", name))),
    )
