"""Derivatives measured from outside: no backward pass is read, so they can judge one.

The complex step (Squire and Trapp 1998) uses f(x + iε) = f(x) + iε f′(x) + O(ε²):
the imaginary part divided by ε is f′(x), with no difference of nearby numbers,
so ε can be so small that the result is exact to rounding.
"""

from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import Any, TypeVar

import numpy as np
from numpy import ndarray

from rnn_notes import parameters

V = TypeVar("V")  # an array, or a cell


def complex_step(f: Callable[[Any], Any], value: V, step: float = 1e-30) -> V:
    """The gradient of the scalar function f at value, which is an array or a cell of real numbers.

    f is called with a complex128 copy of value and must use analytic operations only (no abs, no max).
    Raises TypeError if f returns a real number, since its derivative would then silently be zero.
    """

    def derivative(z: Any, a: ndarray, at: tuple[int, ...]) -> float:
        a[at] += 1j * step
        result = f(z)
        a[at] = a[at].real
        if not np.iscomplexobj(result):
            raise TypeError(
                f"f returned {result!r}, a real number, but the complex step needs f to keep complex numbers; "
                f"leave out abs, float and .real"
            )
        return float(np.imag(result)) / step

    return _each(derivative, value, np.complex128)


def finite_differences(f: Callable[[Any], Any], value: V, step: float = 1e-6) -> V:
    """The gradient of f at value by central differences, (f(x + ε) − f(x − ε)) / 2ε: right to about 1e-9."""

    def derivative(z: Any, a: ndarray, at: tuple[int, ...]) -> float:
        start = a[at]
        a[at] = start + step
        above = f(z)
        a[at] = start - step
        below = f(z)
        a[at] = start
        return float((above - below) / (2 * step))

    return _each(derivative, value, np.float64)


def relative_difference(value: Any, reference: Any) -> float:
    """The largest |value − reference| over all entries, divided by the largest |reference|; NaN if any entry is NaN.

    Raises ValueError if the shapes differ.
    """
    pairs = list(zip(_arrays(value), _arrays(reference), strict=True))
    for v, r in pairs:
        if v.shape != r.shape:
            raise ValueError(f"value has shape {v.shape} but the reference has {r.shape}")
    size = np.max([np.max(np.abs(r)) for _, r in pairs])  # np.max lets no NaN go by, as max does
    return float(np.max([np.max(np.abs(v - r)) for v, r in pairs]) / (size or 1.0))


def _each(derivative: Callable[..., float], value: V, dtype: Any) -> V:
    """An array or cell like value that holds the derivative for every single entry."""
    z = parameters.astype(value, dtype) if is_dataclass(value) else np.array(value, dtype)

    def gradient(a: ndarray) -> ndarray:
        return np.array([derivative(z, a, at) for at in np.ndindex(a.shape)]).reshape(a.shape)

    return parameters.apply(gradient, z) if is_dataclass(z) else gradient(z)  # type: ignore[return-value]


def _arrays(value: Any) -> Iterator[ndarray]:
    return iter(parameters.arrays(value).values()) if is_dataclass(value) else iter([np.asarray(value)])
