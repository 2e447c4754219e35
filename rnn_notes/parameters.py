"""Arithmetic over the arrays of a cell: one loop over its fields, whatever the cell.

A cell, its gradient and a readout are frozen dataclasses of arrays, so all functions here take any of them,
and also a tuple, list or dict of them or of arrays, such as a model (cell, readout).
"""

import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy import ndarray
from numpy.typing import DTypeLike

from rnn_notes import weights
from rnn_notes.cells import require

C = TypeVar("C")


def arrays(cell: Any) -> dict[str, ndarray]:
    """The arrays of a cell by name, in the order of its fields; those of a tuple's k-th cell as ``k.name``."""
    if isinstance(cell, ndarray):
        require.plain("the value", cell)
        return {"": cell}
    parts = vars(cell) if is_dataclass(cell) else cell if isinstance(cell, dict) else None
    if parts is None:
        if not isinstance(cell, tuple | list):
            raise ValueError(
                f"the value is a {type(cell).__name__} but a cell, an array, or a tuple, list or dict of them "
                f"is expected; pass np.array of numbers"
            )
        parts = dict(enumerate(cell))
    found: dict[str, ndarray] = {}
    for key, part in parts.items():
        if type(part) is ndarray:
            found[str(key)] = part
        elif isinstance(part, ndarray):
            require.plain(str(key), part)
            found[str(key)] = part
        else:
            found |= {f"{key}.{name}": array for name, array in arrays(part).items()}
    return found


def apply(f: Callable[..., ndarray], cell: C, *others: C) -> C:
    """A new cell whose arrays are f(array of cell, array of each other cell).

    Raises ValueError if the others are not of the same kind and shapes: nothing is broadcast.
    """
    result = _apply(f, (cell, *others))
    if result is None:
        for other in others:
            same_form(cell, other)
    return result


def same_form(value: Any, other: Any, names: tuple[str, str] = ("the first", "the other")) -> None:
    """Raise ValueError unless both are of one kind, such as two GRUs, with arrays of the same names and shapes."""
    if type(value) is not type(other):
        raise ValueError(f"{names[0]} is {_kind(value)} but {names[1]} is {_kind(other)}; pass two of one kind")
    if isinstance(value, ndarray):
        if value.shape != other.shape:
            raise ValueError(
                f"{names[0]} has shape {value.shape} but {names[1]} has {other.shape}; pass two of one shape"
            )
        return
    a, b = arrays(value), arrays(other)
    if a.keys() != b.keys():
        raise ValueError(f"{names[0]} holds {', '.join(a)} but {names[1]} holds {', '.join(b)}; pass two of one form")
    for name in a:
        if a[name].shape != b[name].shape:
            raise ValueError(
                f"{name} has shape {a[name].shape} in {names[0]} but {b[name].shape} in {names[1]}; "
                f"pass two of the same sizes"
            )


def _kind(value: Any) -> str:
    if isinstance(value, ndarray):
        return "an array"
    name = type(value).__name__
    return f"{'an' if name[0] in ('AEFHILMNORSX' if name.isupper() else 'aeiou') else 'a'} {name}"


def _apply(f: Callable[..., ndarray], cells: tuple[Any, ...]) -> Any:
    """None if the cells are not of one form."""
    first, kind = cells[0], type(cells[0])
    if any(type(cell) is not kind for cell in cells):
        return None
    if isinstance(first, ndarray):
        return None if any(cell.shape != first.shape for cell in cells) else f(*cells)
    if is_dataclass(first):
        found = {name: _apply(f, tuple(getattr(cell, name) for cell in cells)) for name in vars(first)}
        return None if any(part is None for part in found.values()) else kind(**found)
    if isinstance(first, dict):
        if any(cell.keys() != first.keys() for cell in cells):
            return None
        found = {name: _apply(f, tuple(cell[name] for cell in cells)) for name in first}
        return None if any(part is None for part in found.values()) else found
    arrays(first)  # or it is refused
    if any(len(cell) != len(first) for cell in cells):
        return None
    parts = [_apply(f, column) for column in zip(*cells, strict=True)]
    if any(part is None for part in parts):
        return None
    return kind(*parts) if hasattr(first, "_fields") else kind(parts)  # a named tuple takes its fields


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
    """factor · cell, array by array, in the dtype of the cell; raises ValueError if factor is not a real number."""
    if np.ndim(factor) or np.asarray(factor).dtype.kind not in "iuf":
        raise ValueError(f"factor is {factor!r:.60} but a real number is expected; pass 0.5, say")
    return apply(lambda a: a * float(factor), cell)


def global_norm(cell: Any) -> float:
    """The length of all the cell's numbers taken as one vector: √(Σ |number|²), even where a square would overflow."""
    numbers = [a.astype(np.float64 if np.isrealobj(a) else np.complex128, copy=False) for a in arrays(cell).values()]
    total = math.fsum(np.vdot(a, a).real for a in numbers)
    if 1e-250 < total < math.inf:
        return math.sqrt(total)
    sizes = [np.abs(a) for a in numbers]  # squares have left the range of numbers: once more, in a unit that fits
    largest = float(np.max([0.0, *(np.max(size, initial=0) for size in sizes)]))
    if not 0 < largest < math.inf:
        return largest
    return largest * math.sqrt(sum(np.vdot(size / largest, size / largest) for size in sizes))


def clip(cell: C, max_norm: float) -> C:
    """The gradient scaled down to a global norm of max_norm if it is longer; its direction is kept.

    Raises ValueError if max_norm is not positive; FloatingPointError if the norm is not finite: there is no direction.
    Pascanu, Mikolov and Bengio 2013, algorithm 1.
    """
    norm = global_norm(cell)
    if not isinstance(max_norm, float | int | np.number) or not max_norm > 0:
        raise ValueError(f"max_norm is {max_norm!r:.60} but a positive number is expected; 1.0 is a usual choice")
    if not np.isfinite(norm):
        raise FloatingPointError(f"the norm of the gradient is {norm}, so it has no direction to keep")
    return scale(cell, max_norm / norm) if norm > max_norm else cell


def save(path: str | Path, cell: Any) -> None:
    """Write the arrays of a cell, or of a tuple of cells, to a file, whole or not at all; ``weights`` has its layout.

    Raises ValueError if it is neither; OSError if the file cannot be written.
    """
    if isinstance(cell, type) or not (is_dataclass(cell) or isinstance(cell, tuple)) or not arrays(cell):
        raise ValueError(f"cell is {cell!r:.60} but a cell, or a tuple of cells, is expected; pass (cell, readout)")
    weights.write(path, arrays(cell))


def load(path: str | Path, kind: Any) -> Any:
    """The cell of the class kind, or the tuple of cells of a tuple of classes, that ``save`` wrote to path.

    Nothing in the file is run, and no array is read before the names, shapes and dtypes that the file promises are
    those of the kind.
    Raises ValueError if the file is damaged, or if an array is missing, is one too many, or has a wrong shape or dtype,
    or a number that is not finite; OSError if the file cannot be opened.
    """
    expected = _names(kind)

    def look(promise: weights.Promise) -> None:
        if promise.keys() != set(expected):
            raise ValueError(
                f"{path} holds {', '.join(sorted(promise)) or 'nothing'} but {', '.join(expected)} are expected; "
                f"load what was saved there"
            )
        _build(path, kind, promise)

    return _build(path, kind, weights.read(path, "save the cell again", look)[0])


def _build(path: str | Path, kind: Any, found: weights.Promise, prefix: str = "") -> Any:
    """A cell of the class kind from arrays by name, or a tuple of cells."""
    if isinstance(kind, tuple):
        return tuple(_build(path, part, found, f"{prefix}{k}.") for k, part in enumerate(kind))
    try:
        return kind(**{f.name: found[prefix + f.name] for f in fields(kind)})
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None


def _names(kind: Any, prefix: str = "") -> list[str]:
    """The names of the arrays of a class of cells, or of a tuple of them."""
    if isinstance(kind, tuple) and kind:
        return [name for k, part in enumerate(kind) for name in _names(part, f"{prefix}{k}.")]
    if not (isinstance(kind, type) and is_dataclass(kind)):
        raise ValueError(
            f"kind is {kind!r:.60} but a class of cells, or a tuple of them, is expected; pass RNN or (RNN, Readout)"
        )
    return [prefix + f.name for f in fields(kind)]
