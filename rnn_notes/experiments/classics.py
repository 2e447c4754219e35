"""What the experiments on classic tasks share: a network that is trained on as many sequences as the paper needed."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import numpy as np
from numpy import ndarray

from rnn_notes.experiments.forecast import Cell, Forecaster, new_cell
from rnn_notes.experiments.runner import Report
from rnn_notes.readout import Readout
from rnn_notes.training import Adam, Loss, Model, train

Batch = tuple[ndarray, ndarray]  # x and its target


class Recipe(Protocol):
    """How a network is trained; what the settings of these experiments have in common."""

    @property
    def sequences(self) -> int: ...  # in all

    @property
    def batch(self) -> int: ...  # sequences for one step

    @property
    def rate(self) -> float: ...  # of Adam at the start; it falls to zero in a straight line


class GatedRecipe(Recipe, Protocol):
    """A recipe that also says how a new cell begins."""

    @property
    def gate_bias(self) -> float: ...  # at the start, of the gate that keeps


def trained(
    kind: type[Cell],
    sizes: tuple[int, int, int],
    batches: Iterable[Batch],
    loss: Loss,
    recipe: GatedRecipe,
    rng: np.random.Generator,
    report: Callable[[float], None] = lambda part: None,
) -> Forecaster:
    """A new network of sizes (D, H, O) after its training."""
    D, H, O = sizes
    return fitted((new_cell(kind, D, H, rng, recipe.gate_bias), Readout.init(H, O, rng)), batches, loss, recipe, report)


def fitted(
    model: Model,
    batches: Iterable[Batch],
    loss: Loss,
    recipe: Recipe,
    report: Callable[[float], None] = lambda part: None,
) -> Forecaster:
    """A network after its training; the gradient is clipped at a global norm of 1."""
    steps, optimiser = -(-recipe.sequences // recipe.batch), Adam(recipe.rate)
    for progress in train(model, batches, loss, optimiser, steps=steps, max_norm=1.0):
        optimiser.rate = recipe.rate * (1 - progress.step / steps)
        report(progress.step / steps)
        model = progress.model
    return Forecaster(*model)


def endless(draw: Callable[[], Batch]) -> Iterator[Batch]:
    """New batches without end."""
    while True:
        yield draw()


def in_part(report: Report, n: int, of: int) -> Report:
    """A report on part n of this many equal parts."""
    return lambda part: report((n + part) / of)
