"""Arithmetic over the arrays of a cell: one loop over its fields, whatever the cell.

A cell, its gradient and a readout are frozen dataclasses of arrays, so all functions here take any of them,
and also a tuple of them, such as a model (cell, readout).
"""

import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy import ndarray
from numpy.typing import DTypeLike

C = TypeVar("C")


def arrays(cell: Any) -> dict[str, ndarray]:
    """The arrays of a cell by name, in the order of its fields; those of a tuple's k-th cell as ``k.name``."""
    if isinstance(cell, tuple):
        return {f"{k}.{name}": array for k, part in enumerate(cell) for name, array in arrays(part).items()}
    return {f.name: getattr(cell, f.name) for f in fields(cell)}


def apply(f: Callable[..., ndarray], cell: C, *others: C) -> C:
    """A new cell whose arrays are f(array of cell, array of each other cell)."""
    if isinstance(cell, tuple):
        return tuple(apply(f, *parts) for parts in zip(cell, *others, strict=True))  # type: ignore[return-value]
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
    """factor · cell, array by array, in the dtype of the cell."""
    return apply(lambda a: a * float(factor), cell)


def global_norm(cell: Any) -> float:
    """The length of all the cell's numbers taken as one vector: √(Σ |number|²)."""
    return float(np.sqrt(sum(np.sum(np.abs(a).astype(np.float64) ** 2) for a in arrays(cell).values())))


def clip(cell: C, max_norm: float) -> C:
    """The gradient scaled down to a global norm of max_norm if it is longer; its direction is kept.

    Raises ValueError if max_norm is not positive; FloatingPointError if the norm is not finite: there is no direction.
    Pascanu, Mikolov and Bengio 2013, algorithm 1.
    """
    norm = global_norm(cell)
    if not max_norm > 0:
        raise ValueError(f"max_norm is {max_norm} but a positive number is expected; 1.0 is a usual choice")
    if not np.isfinite(norm):
        raise FloatingPointError(f"the norm of the gradient is {norm}, so it has no direction to keep")
    return scale(cell, max_norm / norm) if norm > max_norm else cell


def save(path: str | Path, cell: Any) -> None:
    """Write the arrays of a cell to a ``.npz`` file, whole or not at all."""
    path = Path(path)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, **arrays(cell))  # type: ignore[arg-type]
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path: str | Path, kind: Any) -> Any:
    """The cell of the class kind, or the tuple of cells of a tuple of classes, that ``save`` wrote to path.

    Nothing in the file is run: arrays of Python objects are refused, never unpickled.
    Raises ValueError if the file is damaged, or if an array is missing, is one too many, or has a wrong shape or dtype;
    OSError if the file cannot be opened.
    """
    found, expected = _read(path), _names(kind)
    if found.keys() != set(expected):
        raise ValueError(
            f"{path} holds {', '.join(sorted(found)) or 'nothing'} but {', '.join(expected)} are expected; "
            f"load what was saved there"
        )

    def build(kind: Any, prefix: str = "") -> Any:
        if isinstance(kind, tuple):
            return tuple(build(part, f"{k}.") for k, part in enumerate(kind))
        return kind(**{f.name: found[prefix + f.name] for f in fields(kind)})

    try:
        return build(kind)
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None


def _names(kind: Any, prefix: str = "") -> list[str]:
    """The names of the arrays of a class of cells, or of a tuple of them."""
    if isinstance(kind, tuple):
        return [name for k, part in enumerate(kind) for name in _names(part, f"{k}.")]
    return [prefix + f.name for f in fields(kind)]


def _read(path: str | Path) -> dict[str, ndarray]:
    """The arrays of a ``.npz`` file by name."""
    with Path(path).open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as found:
                return {name: found[name] for name in found.files}
        except Exception as problem:  # which ones a damaged file raises, NumPy and zipfile leave open
            raise ValueError(f"{path} is damaged or no .npz file of numbers; save the cell again") from problem
