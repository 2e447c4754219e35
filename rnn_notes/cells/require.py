"""What cells require of their input: what is wrong is refused here, before any arithmetic.

Each function passes its argument on, or raises a ``ValueError`` that names the argument, what was expected,
what came, and the way out. Messages are put together only when something is wrong, since ``step`` passes here too.
"""

import math
from operator import index
from typing import Any, TypeVar

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike

Trace = TypeVar("Trace")

DTYPES = (np.float32, np.float64, np.complex128)
WORDS = {"T": "time steps", "B": "sequences", "D": "features", "H": "hidden units", "O": "outputs"}


class NotFiniteError(ValueError):
    """Parameters that are not finite numbers: such weights, or the gradient that a backward pass ends with."""


def sizes(rng: Any, **named: Any) -> tuple[int, ...]:
    """The sizes that ``init`` is called with, as integers of at least 1, for example ``D=4, H=3``."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"rng is a {type(rng).__name__} but a random generator is expected; pass np.random.default_rng(0)"
        )
    return tuple(whole(name, value, f"a whole number of {WORDS[name]}") for name, value in named.items())


def whole(name: str, value: Any, what: str = "a whole number") -> int:
    """A whole number of at least 1."""
    try:
        number = 0 if isinstance(value, bool) else index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise ValueError(f"{name} is {value!r:.60} but {what} is expected, at least 1; pass {name}=3")
    return number


def number(name: str, value: Any, usual: str, least: float = -math.inf, below: float = math.inf) -> float:
    """A finite real number, from ``least`` to less than ``below``; ``usual`` is one that may be passed instead."""
    real = not np.ndim(value) and np.asarray(value).dtype.kind in "iuf"
    if not real or not math.isfinite(value) or not least <= value < below:
        span = f" from {least:g}" * math.isfinite(least) + f" to below {below:g}" * math.isfinite(below)
        raise ValueError(f"{name} is {value!r:.60} but a finite number{span} is expected; pass {name}={usual}")
    return float(value)


def weights(name: str, value: Any, axes: str) -> tuple[int, ...]:
    """The shape of a weight array whose axes are named like ``"(H, D)"``; its sizes fix all the others."""
    if not isinstance(value, ndarray):
        raise ValueError(f"{name} is a {type(value).__name__} but an array is expected; pass np.array({name})")
    shape = value.shape
    if len(shape) != len(axes.split(",")) or 0 in shape:
        raise ValueError(f"{name} has shape {shape} but {axes} is expected, no size zero; weights are (to, from)")
    return shape


def parameters(cell: Any, **shapes: tuple[int, ...]) -> None:
    """Raise unless all parameters are arrays of the given shapes, of one float dtype and of finite numbers."""
    first = getattr(cell, next(iter(shapes)))
    for name, shape in shapes.items():
        value = getattr(cell, name)
        fits = type(value) is ndarray and value.dtype is first.dtype and value.shape == shape and is_finite(value)
        if not fits or value.dtype.type not in DTYPES:
            _parameter(cell, name, value, shape, next(iter(shapes)), first)


def _parameter(cell: Any, name: str, value: Any, shape: tuple[int, ...], first_name: str, first: ndarray) -> None:
    """Raise unless one parameter is such an array."""
    kind = type(cell).__name__
    if not isinstance(value, ndarray):
        raise ValueError(f"{name} is a {type(value).__name__} but {kind} expects an array; pass np.array({name})")
    plain(name, value)
    if value.dtype.type not in DTYPES:
        raise ValueError(
            f"{name} has dtype {value.dtype} but {kind} expects one of {', '.join(d.__name__ for d in DTYPES)}; "
            f"pass {name}.astype(np.float64)"
        )
    if value.dtype != first.dtype:
        raise ValueError(f"{name} has dtype {value.dtype} but {first_name} has {first.dtype}; give all one dtype")
    if value.shape != shape:
        because = "" if name == first_name else f", as {first_name} has shape {first.shape}"
        raise ValueError(
            f"{name} has shape {value.shape} but this {kind} expects {shape}{because}; weights are (to, from)"
        )
    if not is_finite(value):
        raise NotFiniteError(
            f"{name} holds {_first_not_finite(value)} but this {kind} expects finite {value.dtype} numbers; "
            f"go back to weights that were finite; if it is a gradient, it overflowed: make the loss smaller"
        )


def is_finite(a: ndarray) -> bool:
    """Whether all entries are finite: quickly by the sum of their squares, unless that overflows."""
    return math.isfinite(np.vdot(a, a).real) or bool(np.isfinite(a).all())


def _first_not_finite(a: ndarray) -> str:
    where = tuple(int(i) for i in np.argwhere(~np.isfinite(a))[0])
    return f"{a[where]} at {where}"


def plain(name: str, value: Any) -> None:
    """Raise if an array, or one in a list, is of a kind that means more than its numbers, such as a masked array."""
    for part in value if isinstance(value, list | tuple) else (value,):
        if type(part) is not ndarray and isinstance(part, ndarray) and not isinstance(part, np.memmap):
            masked = isinstance(part, np.ma.MaskedArray)
            way_out = "filled(0), or another number for what is masked" if masked else "view(np.ndarray)"
            raise ValueError(
                f"{name} is a {type(part).__name__} but a plain array is expected, as only its numbers would be used; "
                f"pass {name}.{way_out}"
            )


def array(cell: Any, name: str, value: ArrayLike, **axes: int | None) -> ndarray:
    """``value`` as an array of the cell's dtype with the named axes, for example ``T=None, B=None, D=4``.

    ``None`` stands for any size but zero.
    """
    if type(value) is not ndarray:
        plain(name, value)
        _one_state(cell, name, value, len(axes))
    try:
        result = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} is ragged but this {type(cell).__name__} expects an array; pass {name} of shape {_shape(axes)}"
        ) from None
    if result.dtype != cell.dtype:
        result = _convert(cell, name, result)
    if result.shape != (*axes.values(),):
        _compare(cell, name, result.shape, axes)
    if not is_finite(result):
        raise ValueError(
            f"{name} holds {_first_not_finite(result)} but this {type(cell).__name__} expects finite {cell.dtype} "
            f"numbers; replace or remove missing values first"
        )
    return result


def _one_state(cell: Any, name: str, value: Any, axes: int) -> None:
    """Raise if it is a trace, or the states of one, in place of an array."""
    if hasattr(value, "last"):
        way_out = "pass *trace.last, the states after its last step"
    elif isinstance(value, tuple) and any(np.ndim(part) == axes for part in value if isinstance(part, ndarray)):
        way_out = "pass each state by itself, as in forward(x, *states)"
    else:
        return
    kind, came = type(cell).__name__, type(value).__name__
    raise ValueError(f"{name} is a {came} but this {kind} expects an array; {way_out}")


def numbers(name: str, value: ArrayLike) -> ndarray:
    """``value`` as a plain array of numbers, of any shape and in its own dtype."""
    if type(value) is not ndarray:
        plain(name, value)
        try:
            value = np.asarray(value)
        except ValueError:
            raise ValueError(f"{name} is ragged but an array is expected; pass sequences of one length") from None
    if value.dtype.kind not in "iufc":
        raise ValueError(f"{name} has dtype {value.dtype} but numbers are expected; pass {name} as float64")
    return value


def series(cell: Any = None, **named: ArrayLike) -> list[ndarray]:
    """Arrays of numbers with three axes, (steps, B, …), as one dtype: that of the cell, or what holds them all."""
    found = {name: numbers(name, value) for name, value in named.items()}
    for name, array in found.items():
        if array.ndim != 3 or array.size == 0:
            raise ValueError(f"{name} has shape {array.shape} but three axes are expected; pass (steps, B, features)")
    if cell:
        return [array if array.dtype == cell.dtype else _convert(cell, name, array) for name, array in found.items()]
    dtype = np.result_type(
        *found.values(), *([np.float64] if all(a.dtype.kind in "iu" for a in found.values()) else [])
    )
    return [array.astype(dtype, copy=False) for array in found.values()]


def all_finite(**named: ndarray) -> None:
    """Raise if one of these arrays of numbers is not finite, by its name and the first place."""
    for name, value in named.items():
        if not is_finite(value):
            raise ValueError(
                f"{name} holds {_first_not_finite(value)} but finite numbers are expected; "
                f"replace or remove missing values first"
            )


def own(cell: Any, value: Any, kind: type[Trace]) -> Trace:
    """Refuse all but a trace of this kind of cell."""
    if not isinstance(value, kind):
        raise ValueError(
            f"trace is a {type(value).__name__} but {type(cell).__name__} expects a {kind.__name__}; "
            f"pass what its forward returned"
        )
    return value


def trace(cell: Any, value: Any, kind: type[Trace], **sizes: int) -> Trace:
    """The same, left by a cell of the same sizes D and H and the same dtype."""
    name = type(cell).__name__
    came: Any = own(cell, value, kind)
    for axis, array in (("D", came.x), ("H", came.h)):
        if array.shape[-1] != sizes[axis]:
            raise ValueError(
                f"trace has {array.shape[-1]} {WORDS[axis]} but this {name} expects {sizes[axis]}; "
                f"pass what the forward of this {name} returned"
            )
    if came.h.dtype != cell.dtype:
        raise ValueError(
            f"trace is {came.h.dtype} but this {name} is {cell.dtype}; pass what the forward of this {name} returned"
        )
    return value


def _convert(cell: Any, name: str, value: ndarray) -> ndarray:
    """Numbers of another dtype in the dtype of the cell, but never a complex number as a real one."""
    kind, dtype = type(cell).__name__, cell.dtype
    if value.dtype.kind not in "iufc":
        raise ValueError(f"{name} has dtype {value.dtype} but this {kind} expects numbers; pass {name} as {dtype}")
    if value.dtype.kind == "c" and dtype.kind != "c":
        raise ValueError(
            f"{name} is complex but this {kind} is {dtype}; "
            f"pass {name}.real or convert the cell with parameters.astype(cell, np.complex128)"
        )
    with np.errstate(over="ignore"):  # a number too large for dtype becomes infinite, and so is refused
        return value.astype(dtype)


def _compare(cell: Any, name: str, shape: tuple[int, ...], axes: dict[str, int | None]) -> None:
    """Raise unless the shape matches the axes; ``None`` matches any size but zero."""
    kind = type(cell).__name__
    if len(shape) != len(axes):
        raise ValueError(
            f"{name} has {len(shape)} axes but this {kind} expects {len(axes)}; pass {name} of shape {_shape(axes)}"
        )
    for (axis, expected), size in zip(axes.items(), shape, strict=True):
        if size == 0:
            raise ValueError(
                f"{name} has no {WORDS[axis]} but at least one is expected; pass {name} of shape {_shape(axes)}"
            )
        if expected is not None and size != expected:
            raise ValueError(
                f"{name} has {size} {WORDS[axis]} but this {kind} expects {expected}; "
                f"pass {name} of shape {_shape(axes)}"
            )


def _shape(axes: dict[str, int | None]) -> str:
    """``(T, B, 4)``: sizes where they are fixed, else names."""
    return "({})".format(", ".join(name if size is None else str(size) for name, size in axes.items()))
