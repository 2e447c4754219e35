"""The second opinion on a measured derivative: how the function itself changes along a direction.

It is long because each way in which a measurement can deceive has its test here, and its sentence.
"""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes import parameters
from rnn_notes.cells import require

LENGTHS = [2.0**k for k in (-15, -9, -21, -4, -27, -33, -39, -45, 0, 3)]  # powers of two: x ± δ is rarely rounded
AFAR, FAR = (2.0**-9, 2.0**-12), (1.0, 2.0**-3)
ROUNDING = float(np.finfo(np.float64).eps)

NOT_ANALYTIC = (
    "f is not analytic: abs, conj, vdot, .real, float() and buffers of real numbers drop imaginary parts; write a * a "
    "for abs(a) ** 2, give np.zeros the dtype of value, or use finite_differences"
)
SINGLE = "f computes in single precision; convert to float64 inside it, not to float32"
STILL = (
    "f does not change near {name}, but in steps further away, as what rounds, counts or casts to whole numbers does; "
    "leave that out of f"
)
DEAF = (
    "f is the same wherever value is moved; compute it from the argument that f is called with, not from another array "
    "or a remembered result"
)


class Called:
    """f, and the one copy of value that it is called with while entries of it are moved; each call is looked at."""

    def __init__(self, f: Callable[[Any], Any], value: Any, dtype: Any, step: Any) -> None:
        if not callable(f):
            raise TypeError(f"f is a {type(f).__name__} but a function of value is expected; pass f, not f(value)")
        if not isinstance(step, int | float | np.number) or not 0 < step < 1e300:
            usual = "1e-30" if dtype is np.complex128 else "1e-6"
            raise ValueError(f"step is {step!r} but a positive number is expected; pass step={usual}")
        self.f, self.complex = f, dtype is np.complex128
        self.value = copied(value, "value", dtype)
        self.arrays = parameters.arrays(self.value)
        self.rng = np.random.default_rng(0)
        self.still = float(np.real(self()))
        self.refuse_noise()

    def __call__(self) -> Any:
        before = [a.copy() for a in self.arrays.values()]
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            try:
                result = self.f(self.value)
            except np.exceptions.ComplexWarning:
                raise ValueError(f"f drops imaginary parts on its way; {NOT_ANALYTIC}") from None
        after = parameters.arrays(self.value)
        if [*map(id, after.values())] != [*map(id, self.arrays.values())] or not all(
            map(np.array_equal, before, after.values())
        ):
            raise ValueError("f changed its argument, so the next call would see another one; let f change a copy")
        if not isinstance(result, int | float | complex | np.number | ndarray) or np.ndim(result):
            came = f"an array of shape {result.shape}" if isinstance(result, ndarray) else f"a {type(result).__name__}"
            raise ValueError(f"f returned {came} but a number is expected; end it in return result.sum()")
        if self.complex and not np.iscomplexobj(result):
            raise TypeError(
                f"f returned {result}, a real number, but the complex step needs f to keep complex numbers; "
                f"leave out abs, float and .real"
            )
        if not self.complex and np.iscomplexobj(result):
            raise ValueError(f"f returned {result}, a complex number, but a real one is expected; return its .real")
        if np.asarray(result).dtype in (np.float16, np.float32, np.complex64):
            raise ValueError(f"f returned a {np.asarray(result).dtype}, so {SINGLE}")
        if not np.isfinite(result):
            raise ValueError(f"f returned {result} but a finite number is expected; choose a value where f is finite")
        return result

    def moved(self, a: ndarray, direction: ndarray, length: float) -> float:
        """f, kept real, with an array moved; NaN where f is not defined."""
        start = a.copy()
        a += length * unit_of(start) * direction
        try:
            with np.errstate(all="ignore"):
                return float(np.real(self()))
        except (ArithmeticError, ValueError):
            return math.nan
        finally:
            a[...] = start

    def refuse_noise(self) -> None:
        """Raise if f does not return the same for the same, to rounding."""
        for again in (float(np.real(self())) for _ in range(2)):
            if math.isclose(again, self.still, rel_tol=1e-12):
                continue
            raise ValueError(
                f"f returned {self.still!r} and then {again!r} for the same argument; "
                f"draw random numbers outside f, or seed them inside"
            )

    def form(self, found: dict[str, ndarray]) -> Any:
        """Arrays by name in the form of value; raises ValueError if f takes no notice of any of them."""
        self.refuse_noise()
        some = [a for a in self.arrays.values() if a.size]
        if some and not any(g.any() for g in found.values()):
            ways = [(a, self.rng.choice([-1.0, 1.0], a.shape), length) for a in some for length in (2.0**-4, 1.0, 8.0)]
            if all(self.moved(*way) == self.still for way in ways):
                raise ValueError(DEAF)
        each = iter(found.values())
        return parameters.apply(lambda a: next(each), self.value)


@dataclass(frozen=True)
class Opinion:
    """What the second opinion found of one array."""

    name: str
    said: float  # the slope along the direction, by the gradient
    seen: list[tuple[float, float, float]]  # for each length: the slope of f itself, to δ⁴ and to δ²
    agrees: bool
    flat: bool  # f does not change beyond its rounding
    kink: bool
    jumps: bool  # f does not change nearby, but by a jump further away
    frozen: bool  # a part of f changes from afar, but not in short steps
    noise: float  # of f, relative to f
    called: Called
    size: float

    def refuse(self, why: str) -> None:
        """Raise unless the opinions agree, at a place without a kink."""
        if self.kink:
            raise ValueError(f"f has a kink at {self.name}, where it has no derivative; move {self.name} away from it")
        if self.jumps:
            raise ValueError(STILL.format(name=self.name))
        if not self.agrees:
            self.called.refuse_noise()
            raise ValueError(
                f"the derivatives of {self.name} say that f changes by {self.said:.6g} along a direction, "
                f"but it changes by {self.slope:.6g}: {why}"
            )

    @property
    def slope(self) -> float:
        """That of f itself, at the length where it depends least on the length."""
        slopes = [slope for _, slope, _ in sorted(self.seen)]
        slopes = [slope for slope in slopes if slope] or [0.0]  # too small a step changes nothing
        return slopes[min(range(len(slopes)), key=lambda k: abs(slopes[k] - slopes[k - 1]) if k else math.inf)]

    def better_step(self, step: float) -> str:
        """Why differences went wrong, and the step with which they would not."""
        if self.noise > 1e-13:
            return f"f is rounded to about {-math.log10(self.noise):.0f} digits; {SINGLE}"
        if self.frozen:
            return f"a part of f does not change in short steps; {SINGLE}"
        slope = self.slope
        enough = 1e-6 * max(self.size, abs(slope))
        fitting = [length for length, _, central in self.seen if abs(central - slope) <= enough]
        if not fitting:
            return f"no step suits f; perhaps {SINGLE}; else use complex_step"
        because = "too short, and lost in the rounding of f" if max(fitting) > step else "too long for so steep an f"
        return f"step={step} is {because}; pass step={max(fitting):.1e}, or use complex_step"


def second_opinions(called: Called, name: str, a: ndarray, found: ndarray, tolerance: float) -> list[Opinion]:
    """Those along two directions drawn at random, since along one the errors of two entries may cancel.

    In the first all entries move alike; in the second none, or what a shift of all of them does not change would not
    be seen. They have few bits, so that x ± δ is rarely rounded.
    """
    signs = [called.rng.choice([-1.0, 1.0], a.shape) for _ in range(min(a.size, 2))]
    directions = signs[:1] + [s * (1 + called.rng.integers(0, 64, a.shape) / 64) for s in signs[1:]]
    return [_opinion(called, name or "value", a, d, found, tolerance) for d in directions]


def _opinion(called: Called, name: str, a: ndarray, direction: ndarray, found: ndarray, tolerance: float) -> Opinion:
    """How f, kept real, changes along a direction, for one length after the other until it is as the gradient says."""
    unit, still = unit_of(a), called.still
    said, size = float(np.sum(found * direction)) * unit, float(np.linalg.norm(found)) * unit
    seen, flat, agrees = [], 0, False
    for length in LENGTHS if size else LENGTHS[:3]:  # on a long way f may come to rest, as tanh does
        f = [called.moved(a, direction, way * length) for way in (1, -1, 0.5, -0.5)]
        slope = (8 * (f[2] - f[3]) - (f[0] - f[1])) / (6 * length)
        rounding = _rounding(max(map(abs, (*f, still))), length)
        if not math.isfinite(slope):
            continue
        if length in LENGTHS[:2]:
            flat += abs(slope) <= rounding and abs(said) <= 1e-9 * abs(still)
        elif f == [still] * 4:  # on so short a way f does not change, which says nothing
            continue
        seen.append((length, slope, (f[0] - f[1]) / (2 * length)))
        exact = called.complex and length == LENGTHS[0]  # a gradient of tiny numbers beside a large f
        slack = rounding if exact or rounding < 10 * tolerance * size else 0
        if agrees := flat == 2 or abs(slope - said) <= tolerance * size + slack:
            break
        called.refuse_noise()
    frozen = size > 0 and _is_frozen(called, a, direction, said, seen, 10 * tolerance * size)
    lost, jumps = (False, False) if size or seen[0][1] else _further_away(called, a, direction)
    if frozen or lost:
        agrees, seen = False, [(length, *_slope(called, a, direction, length)) for length in (AFAR if frozen else FAR)]
    bends = [_bend(called, a, direction, length) for length in (2.0**-26, 2.0**-32, 2.0**-38)]
    floor = max(1e-3 * size, 200 * ROUNDING * abs(still) / 2.0**-32)
    kink = bends[0] > floor and 0.9 < bends[1] / bends[0] < 1.1
    kink = kink and bends[2] + _rounding(still, 2.0**-38) > 0.9 * bends[1]  # else f is only steep
    noise = 0.0 if agrees else _noise(called, a, direction)
    return Opinion(name, said, seen, agrees, flat == 2, kink, jumps, frozen, noise, called, size)


def _slope(called: Called, a: ndarray, direction: ndarray, length: float) -> tuple[float, float]:
    """The slope of f itself for a length δ, to δ⁴ (Richardson 1911) and to δ²."""
    f = [called.moved(a, direction, way * length) for way in (1, -1, 0.5, -0.5)]
    return (8 * (f[2] - f[3]) - (f[0] - f[1])) / (6 * length), (f[0] - f[1]) / (2 * length)


def _bend(called: Called, a: ndarray, direction: ndarray, length: float) -> float:
    """How much the slopes of f on both sides differ."""
    both = called.moved(a, direction, length) + called.moved(a, direction, -length)
    return abs(both - 2 * called.still) / length


def _smooth(called: Called, a: ndarray, direction: ndarray, lengths: tuple[float, float]) -> tuple[float, float]:
    """The slope of f at the second of two lengths, and how far it may be off: without limit if it depends on them."""
    first, second = (_slope(called, a, direction, length)[0] for length in lengths)
    if not abs(first - second) <= 0.1 * abs(second):
        return second, math.inf
    bend, rounding = _bend(called, a, direction, lengths[1]), _rounding(called.still, lengths[1])
    return second, max(10 * abs(first - second), 10 * bend, 4 * rounding)


def _is_frozen(
    called: Called, a: ndarray, direction: ndarray, said: float, seen: list[tuple[float, float, float]], least: float
) -> bool:
    """Whether f, smooth from afar, has another slope there than in short steps, where single precision is stuck."""
    short = [(length, slope) for length, slope, _ in seen if length < LENGTHS[0]]
    if not short:
        return False
    slope, unsure = _smooth(called, a, direction, AFAR)
    off = abs(slope - said)
    return off > max(unsure, least) and any(
        abs(other - slope) > off / 2 and 4 * _rounding(called.still, length) < off for length, other in short
    )


def _further_away(called: Called, a: ndarray, direction: ndarray) -> tuple[bool, bool]:
    """Of an f that is flat nearby: whether a slope is lost in its rounding, and whether it continues with a jump."""
    ulps = 10 * ROUNDING * abs(called.still)

    def change(length: float) -> float:
        return abs(called.moved(a, direction, length) - called.still)

    for way in (1.0, -1.0):
        changed = [length for length in (2.0**-9, 2.0**-4, 1.0, 8.0) if change(way * length) > 10 * ulps]
        if changed:
            near, far = LENGTHS[0], changed[0]
            enough = max(1e-3 * change(way * far), ulps)
            for _ in range(40):  # to where it begins to change
                middle = (near + far) / 2
                near, far = (near, middle) if change(way * middle) else (middle, far)
            if change(way * far) > enough:
                return False, True
    slope, unsure = _smooth(called, a, direction, FAR)
    return abs(slope) > unsure, False


def _rounding(f: float, length: float) -> float:
    return 8 * ROUNDING * abs(f) / length


def _noise(called: Called, a: ndarray, direction: ndarray) -> float:
    """How coarsely f is rounded, relative to f, by third and fourth differences; 0 if the shortest way changes it."""
    if any(called.moved(a, direction, way * 2.0**-40) != called.still for way in (-1, 1)):
        return 0.0
    found = []
    for length in (2.0**-19, 2.0**-20, 2.0**-21, 2.0**-22):
        f = [called.moved(a, direction, way * length) for way in (-2, -1, 1, 2)]
        found.append(abs(f[0] + f[3] - 4 * (f[1] + f[2]) + 6 * called.still) / math.sqrt(70))
        found.append(abs(f[3] - f[0] - 2 * (f[2] - f[1])) / math.sqrt(10))
    return max(found) / (abs(called.still) or 1.0)


def unit_of(a: ndarray) -> float:
    """What the steps of an array are multiples of: 1, or a power of two near its largest entry if that is above 1."""
    return 2.0 ** max(0, math.frexp(float(np.max(np.abs(a), initial=0)))[1] - 1)


def copied(value: Any, name: str, dtype: Any = None) -> Any:
    """A copy whose arrays hold numbers, as dtype if that is given, else in double precision at least.

    Numbers, also in lists, are one array.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{key: copied(part, key, dtype) for key, part in vars(value).items()})
    if isinstance(value, dict):
        return {key: copied(part, f"{name}[{key!r}]", dtype) for key, part in value.items()}
    if isinstance(value, tuple | list) and not _numbers(value):
        parts = [copied(part, f"{name}[{k}]", dtype) for k, part in enumerate(value)]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    if not isinstance(value, ndarray) and not _numbers(value):
        raise ValueError(
            f"{name} is a {type(value).__name__} but a cell, an array, or a tuple, list or dict of them is expected; "
            f"pass np.array of its numbers"
        )
    array = require.numbers(name, value)
    if dtype and array.dtype.kind == "c":
        raise ValueError(
            f"{name} is complex but real numbers are expected; pass its .real and its .imag, as two arrays"
        )
    if dtype:
        require.all_finite(**{name: array})
    return np.array(array, dtype or np.result_type(array, np.float64))  # integers of a byte would wrap around


def _numbers(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return len(value) > 0 and all(map(_numbers, value))
    return isinstance(value, int | float | complex | np.number) and not isinstance(value, bool)
