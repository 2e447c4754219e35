"""Arithmetic over the arrays of a cell: one loop over its fields, whatever the cell.

A cell, its gradient and a readout are frozen dataclasses of arrays, so all functions here take any of them.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
from numpy import ndarray
from numpy.typing import DTypeLike

C = TypeVar("C")


def arrays(cell: Any) -> dict[str, ndarray]:
    """The arrays of a cell by name, in the order of its fields."""
    return {f.name: getattr(cell, f.name) for f in fields(cell)}


def apply(f: Callable[..., ndarray], cell: C, *others: C) -> C:
    """A new cell whose arrays are f(array of cell, array of each other cell)."""
    columns = [arrays(c) for c in (cell, *others)]
    return type(cell)(**{name: f(*(c[name] for c in columns)) for name in columns[0]})


def count(cell: Any) -> int:
    """How many numbers the cell holds: the number of its parameters."""
    return sum(a.size for a in arrays(cell).values())


def astype(cell: C, dtype: DTypeLike) -> C:
    """The cell with all arrays converted to dtype."""
    return apply(lambda a: a.astype(dtype), cell)


def add(cell: C, other: C) -> C:
    """cell + other, array by array."""
    return apply(np.add, cell, other)


def scale(cell: C, factor: float) -> C:
    """factor · cell, array by array."""
    return apply(lambda a: a * factor, cell)


def global_norm(cell: Any) -> float:
    """The length of all the cell's numbers taken as one vector: √(Σ |number|²)."""
    return float(np.sqrt(sum(np.sum(np.abs(a) ** 2) for a in arrays(cell).values())))
