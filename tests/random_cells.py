"""A random cell with a random run, as the tests of the cells need it: no bias zero, all sizes different."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from rnn_notes import parameters
from rnn_notes.cells import CELLS  # noqa: F401  for those who draw from them

B, D, H = 2, 4, 3


@dataclass
class Run:
    """A cell, what it is run on, and the weights of the loss Σ w ⊙ h."""

    cell: Any
    x: np.ndarray
    state: tuple[np.ndarray, ...]
    w: np.ndarray

    def loss(self, cell: Any = None, x: np.ndarray | None = None, *state: np.ndarray) -> Any:
        """Linear in the outputs, so that dh = w; anything left out is as in the run, made complex."""
        cell = parameters.astype(self.cell, complex) if cell is None else cell
        trace = cell.forward(self.x if x is None else x, *(state or self.state))
        return np.sum(self.w * trace.h[1:])


def random_run(
    cls: Any, T: int = 3, seed: int = 0, dtype: Any = np.float64, sizes: tuple[int, int, int] = (B, D, H)
) -> Run:
    """A run of a cell whose parameters, input, initial state and loss are all drawn at random."""
    B, D, H = sizes
    rng = np.random.default_rng([seed, T])
    cell = parameters.apply(lambda a: rng.normal(size=a.shape).astype(dtype), cls.init(D, H, rng, dtype))
    state = tuple(rng.normal(size=(B, H)).astype(dtype) for _ in cls.states)
    return Run(cell, rng.normal(size=(T, B, D)).astype(dtype), state, rng.normal(size=(T, B, H)).astype(dtype))


def slope_error(f: Callable[[Any], Any], value: Any, gradient: Any, seed: int = 0) -> float:
    """How far a gradient of f at value is off: of each array along a random direction, by the complex step; the worst.

    An error in any entry shows, unless the direction happens to be at right angles to it.
    """
    rng, value, off = np.random.default_rng(seed), parameters.astype(value, complex), []
    for k, g in enumerate(parameters.arrays(gradient).values()):
        place, direction = count(), rng.normal(size=g.shape)
        moved = parameters.apply(lambda a, p=place, k=k, d=direction: a + 1e-30j * d if next(p) == k else a, value)
        slope = f(moved).imag / 1e-30
        off.append(abs(slope - np.sum(g * direction)) / (np.linalg.norm(g) * np.linalg.norm(direction) or 1))
    assert len(off) == len(parameters.arrays(value))
    return float(np.max(off))


def steps(run: Run) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """All hidden states h_1 … h_T, by calling ``step`` again and again."""
    state, h = run.state, []
    for x_t in run.x:
        result = run.cell.step(x_t, *state)
        state = result if isinstance(result, tuple) else (result,)
        h.append(state[0])
    return np.stack(h), state
