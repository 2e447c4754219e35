"""Derivatives measured from outside: no backward pass is read, so they can judge one.

The complex step (Squire and Trapp 1998) uses f(x + iε) = f(x) + iε f′(x) + O(ε²):
the imaginary part divided by ε is f′(x), with no difference of nearby numbers,
so ε can be so small that the result is exact to rounding.

A judge must not be wrong itself. Each array of a gradient is compared with a second opinion before it is returned:
how f, kept real, changes along one direction, for many lengths δ. If it agrees with none of them, an error says why.
"""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy import ndarray

from rnn_notes import parameters
from rnn_notes.opinion import NOT_ANALYTIC, SINGLE, Called, copied, second_opinions, unit_of

INFINITE = "f has no finite derivative at {name}, as a root has none at 0; move {name} away from it"

SEEN = 1e-6  # an array that is off by more fails whatever it is compared for

V = TypeVar("V")  # an array, a cell, or a tuple, list or dict of them


def complex_step(f: Callable[[Any], Any], value: V, step: float = 1e-30) -> V:
    """The gradient of the scalar function f at value, exact to rounding.

    value is an array of real numbers, a cell, or a tuple, list or dict of them; so is the result. f is called with a
    complex128 copy of value and must use analytic operations only (no abs, no conjugate, no buffer of real numbers).
    Raises TypeError if f returns a real number, since its derivative would then silently be zero; ValueError if value
    or what f returns is nothing of the kind, or if the second opinion differs.
    """
    called = Called(f, value, np.complex128, step)
    if np.imag(called()):
        raise ValueError(
            "f of real numbers is not real, so its imaginary part is not a derivative; "
            "return a real function of value, or use finite_differences"
        )

    def along(a: ndarray, direction: Any, step: float = step) -> float:
        start = a.copy()
        a += 1j * step * direction
        result = called()
        a[...] = start
        return float(np.imag(result)) / step

    found = _each(called, along)
    # An array that f does not depend on has derivatives of rounding alone, which need not add up.
    rounding = 1e-14 * (abs(called.still) + max((float(np.linalg.norm(g)) for g in found.values()), default=0.0))
    for name, a in called.arrays.items():
        direction = called.rng.uniform(0.5, 2, a.shape)
        sum_of_all = along(a, direction)
        off = abs(sum_of_all - float(np.sum(found[name] * direction)))
        if off > 1e-11 * np.linalg.norm(found[name]) * math.sqrt(a.size) + rounding:
            called.refuse_noise()
            if abs(along(a, direction, 1e-4 * step) - sum_of_all) > 0.1 * abs(sum_of_all):
                raise ValueError(INFINITE.format(name=name or "value"))
            raise ValueError(f"the derivatives of {name or 'value'} do not add up along a direction; {SINGLE}")
        for opinion in second_opinions(called, name, a, found[name], tolerance=1e-6):
            opinion.refuse(NOT_ANALYTIC)
    return called.form(found)


def finite_differences(f: Callable[[Any], Any], value: V, step: float = 1e-6) -> V:
    """The gradient of f at value by central differences, (f(x + ε) − f(x − ε)) / 2ε.

    It is right to about 1e-9 of the largest entry of each array. value is as for ``complex_step``; f is called with a
    float64 copy of it. ε is step, times the size of the largest entry of the array if that is above 1. Raises
    ValueError if value or what f returns is nothing of the kind, or if the second opinion differs by 1e-5: a step too
    long for a steep f, or lost in what f rounds.
    """
    called = Called(f, value, np.float64, step)

    def along(a: ndarray, direction: Any) -> float:
        start, results, ends = a.copy(), [], []
        for way in (step, -step):
            a += way * unit_of(start) * direction
            ends.append(a.copy())
            results.append(called())
            a[...] = start
        moved = float(np.max(np.abs(ends[0] - ends[1])))
        if not moved:
            raise ValueError(f"step is {step}, which rounds away beside the entries; pass step=1e-6")
        return float(results[0] - results[1]) / moved

    found = _each(called, along)
    for name, a in called.arrays.items():
        for opinion in second_opinions(called, name, a, found[name], tolerance=1e-5):
            opinion.refuse(opinion.better_step(step))
            if opinion.flat:  # what differences made of rounding
                found[name] = np.zeros_like(found[name])
    return called.form(found)


def influence(cell: Any, x: Any, state: str = "h") -> ndarray:
    """How strongly a state acts on itself t steps later: the norms of ∂h_t/∂h_0 for t = 0 … T, (T + 1,).

    All ways count. The complex step along a single sequence x (T, 1, D) finds them in one run: the sequence is repeated
    once for each entry of the state, and each copy has another entry of its first state moved.
    ``state="c"`` measures the cell state of an LSTM.
    Raises ValueError if x is not a single sequence, or if the cell has no such state.
    """
    if not hasattr(cell, "states"):
        raise ValueError(f"cell is a {type(cell).__name__} but one that carries states is expected; pass an RNN, say")
    if state not in cell.states:
        known = " or ".join(map(repr, cell.states))
        raise ValueError(f"state is {state!r} but {type(cell).__name__} carries {known}; pass one that it has")
    x = np.asarray(x)
    if x.ndim != 3 or x.shape[1] != 1:
        raise ValueError(f"x has the shape {x.shape} but a single sequence is expected; pass x[:, :1], (T, 1, D)")
    H = getattr(cell.forward(x[:1]), state).shape[-1]
    moved = parameters.astype(cell, np.complex128).forward(np.repeat(x, H, axis=1), **{f"{state}0": 1e-30j * np.eye(H)})
    found: ndarray = np.linalg.norm(getattr(moved, state).imag / 1e-30, 2, axis=(1, 2))
    return found


class Difference(float):
    """A relative difference that knows more: how far each array is off, and which said nothing."""

    by_array: dict[str, float]  # each relative to the reference of that array alone
    empty: tuple[str, ...]  # what is zero throughout on both sides, so that nothing was compared

    def __repr__(self) -> str:
        worst = next((name for name, off in self.by_array.items() if off == self), "") if self else ""
        said = [f"{', '.join(self.empty)}: 0 against 0, which says nothing"] if self.empty else []
        return "; ".join([float.__repr__(self) + (f" at {worst}" if worst else ""), *said])


def relative_difference(value: Any, reference: Any) -> Difference:
    """How far the worst array is off: the largest |value − reference| divided by the largest |reference| of that array.

    A number, that also tells how far each array is off; NaN if any entry is NaN. An array whose reference is zero
    throughout is off by its largest |value|; a small entry that stands out from its array by its own size.
    Raises ValueError if all are zero on both sides, so that nothing would be compared, or if the kinds, names or shapes
    differ.
    """
    value, reference = copied(value, "value"), copied(reference, "reference")
    parameters.same_form(value, reference, ("value", "the reference"))
    by_array, empty = {}, []
    for (name, v), r in zip(parameters.arrays(value).items(), parameters.arrays(reference).values(), strict=True):
        size, off = np.max(np.abs(r), initial=0), np.max(np.abs(v - r), initial=0)  # np.max lets no NaN go by
        by_array[name] = max(float(off / (size or 1.0)), _hidden(np.abs(v - r), np.abs(r)))
        if size == off == 0:
            empty.append(name)
    if len(empty) == len(by_array):
        raise ValueError(
            "value and reference are 0 against 0 throughout, so nothing is compared; "
            "choose inputs where the gradient is not zero"
        )
    found = Difference(np.max(list(by_array.values())))
    found.by_array, found.empty = by_array, tuple(empty)
    return found


def _hidden(off: ndarray, size: ndarray) -> float:
    """How far the worst entry is off relative to itself, of those that stand out among errors of rounding or of steps.

    Such errors are about as large throughout an array, so those of its large entries tell them: what is missing is
    seen down to 1e-13 of the largest entry.
    """
    largest = np.max(size, initial=0)
    if not largest or not np.max(off) <= SEEN * largest:
        return 0.0
    usual = np.max(off[size > largest / 10])
    apart = off > max(1e3 * usual, 500 * np.finfo(np.float64).eps * largest)
    return float(np.max(off[apart] / np.maximum(size[apart], off[apart]), initial=0.0))


def _each(called: Called, along: Callable[[ndarray, Any], float]) -> dict[str, ndarray]:
    """The derivative for every single entry."""

    def derivative(a: ndarray, at: tuple[int, ...]) -> float:
        direction = np.zeros(a.shape)
        direction[at] = 1
        return along(a, direction)

    return {
        name: np.array([derivative(a, at) for at in np.ndindex(a.shape)], np.float64).reshape(a.shape)
        for name, a in called.arrays.items()
    }
