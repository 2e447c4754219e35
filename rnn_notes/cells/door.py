"""The door of every cell: wrong input is refused here, before any arithmetic.

Each function returns its argument as an array of the dtype of the parameters, or raises a ``ValueError``
that names the argument, what was expected, what came, and the way out.
"""

from typing import Any, TypeVar

import numpy as np
from numpy import ndarray

Trace = TypeVar("Trace")

DTYPES = ("float32", "float64", "complex128")


def parameters(cell: Any, **shapes: tuple[int, ...]) -> None:
    """Refuse parameters that are no arrays, or not of the shapes given, or not all of one float dtype."""
    kind = type(cell).__name__
    first = next(iter(shapes))
    for name, shape in shapes.items():
        value = getattr(cell, name)
        if not isinstance(value, ndarray):
            raise ValueError(f"{name} is a {type(value).__name__} but {kind} expects an array; pass np.array({name})")
        if value.dtype.name not in DTYPES:
            raise ValueError(
                f"{name} has dtype {value.dtype} but {kind} expects one of {', '.join(DTYPES)}; "
                f"pass {name}.astype(np.float64)"
            )
        if value.dtype != getattr(cell, first).dtype:
            raise ValueError(
                f"{name} has dtype {value.dtype} but {first} has {getattr(cell, first).dtype}; give all one dtype"
            )
        if value.shape != shape:
            raise ValueError(
                f"{name} has shape {value.shape} but this {kind} expects {shape}, as {first} has shape "
                f"{getattr(cell, first).shape}; weights are (to, from)"
            )


def matrix(name: str, value: Any, axes: str) -> tuple[int, ...]:
    """The shape of a weight array whose axes are named like ``"(4, H, D)"``; its sizes fix all the others."""
    names = axes.strip("()").split(", ")
    shape = np.shape(value)
    fixed = [size for size, n in zip(shape, names, strict=False) if n not in (str(size), "H", "D", "O")]
    if len(shape) != len(names) or 0 in shape or fixed:
        raise ValueError(f"{name} has shape {shape} but {axes} is expected, no size zero; weights are (to, from)")
    return shape


def trace(cell: Any, value: Trace, kind: type[Trace]) -> Trace:
    """Refuse a trace of another kind of cell, or of a cell of other sizes or another dtype."""
    name = type(cell).__name__
    if not isinstance(value, kind):
        raise ValueError(
            f"trace is a {type(value).__name__} but {name} expects a {kind.__name__}; pass what forward returned"
        )
    return value


def array(cell: Any, name: str, value: Any, axes: str, **sizes: int) -> ndarray:
    """``value`` as an array with the named axes, for example ``"(T, B, D)"``.

    ``sizes`` fixes some of the axes, for example ``D=4``; the others may have any size but zero.
    """
    kind, dtype = type(cell).__name__, cell.dtype
    names = axes.strip("()").split(", ")
    shape = "({})".format(", ".join(str(sizes.get(n, n)) for n in names))
    try:
        result = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} is ragged but this {kind} expects an array; pass {name} of shape {shape}") from None
    if result.dtype.kind not in "iufc":
        raise ValueError(f"{name} has dtype {result.dtype} but this {kind} expects numbers; pass {name} as {dtype}")
    if result.dtype.kind == "c" and dtype.kind != "c":
        raise ValueError(
            f"{name} is complex but this {kind} is {dtype}; "
            f"pass {name}.real or convert the cell with parameters.astype(cell, np.complex128)"
        )
    if result.ndim != len(names):
        raise ValueError(
            f"{name} has {result.ndim} axes but this {kind} expects {len(names)}; pass {name} of shape {shape}"
        )
    for axis, size in zip(names, result.shape, strict=True):
        if size == 0:
            raise ValueError(f"{name} has no {WORDS[axis]} but at least one is expected; pass {name} of shape {shape}")
        if size != sizes.get(axis, size):
            raise ValueError(
                f"{name} has {size} {WORDS[axis]} but this {kind} expects {sizes[axis]}; pass {name} of shape {shape}"
            )
    if not np.isfinite(result).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(result))[0])
        raise ValueError(
            f"{name} holds {result[where]} at {where} but this {kind} expects finite numbers; "
            f"replace or remove missing values first"
        )
    return result.astype(dtype, copy=False)


WORDS = {"T": "time steps", "B": "sequences", "D": "features", "H": "hidden units", "O": "outputs"}
