"""Networks of one run, computed symbol by symbol, so that each symbol can be nudged on its way.

Several networks of the same sizes are computed at once: axis 0 of every array counts them.
Derivatives come from the complex step through the formulas of the run, never from a ``backward``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.random import Generator

from rnn_notes.checks.arrays import STEP

TWINS = 7  # how often a network is computed once more, each number off by a unit of rounding
UNIT = float(np.finfo(float).eps)
Draw = Callable[[Generator, tuple[int, int]], Any]
Place = tuple[str, int | None]  # a symbol at a time step; None for one without steps


@dataclass(frozen=True, eq=False)
class Formulas:
    """What an author says of a network; ``run.Run`` explains each part, and makes sure that they fit together."""

    name: str
    words: str
    sizes: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    start: Mapping[str, str] = field(default_factory=dict)
    step: Callable[..., None] | None = None
    draw: Mapping[str, Draw] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    totals: tuple[str, ...] = ()
    gradients: Mapping[str, str] = field(default_factory=dict)
    through: frozenset[str] = frozenset()
    meanings: Mapping[str, str] = field(default_factory=dict)
    rows: bool = False

    @cached_property
    def batched(self) -> bool:
        """Whether step computes several networks in one call."""
        return False

    def must(self, holds: bool, otherwise: str) -> None:
        """Raise ValueError with the name of the run, unless something holds."""
        if not holds:
            raise ValueError(f"run '{self.name}': {otherwise}")

    def shape(self, words: str, sizes: Mapping[str, int]) -> tuple[int, int]:
        """The (rows, columns) that a shape means for these sizes."""
        numbers = [sizes[part] if part in sizes else int(part) for part in words.split()]
        rows, columns = (*numbers, 1, 1)[:2]
        return rows, columns

    def drawn(self, symbol: str, rng: Generator, shape: tuple[int, int]) -> ndarray:
        """What the run's own ``draw`` gives for a symbol."""
        value = np.asarray(self.draw[symbol](rng, shape), dtype=float)
        fits = value.size == shape[0] * shape[1]
        self.must(fits, f"draw['{symbol}'] gives the shape {value.shape}, but {symbol} has the shape {shape}")
        self.must(bool(np.isfinite(value).all()), f"draw['{symbol}'] gives a number that is not finite")
        return value.reshape(shape)


@dataclass(frozen=True)
class Series:
    """A symbol with a value ``at`` every step from ``first`` to ``last``; ``total`` is what it means without index."""

    first: int
    last: int
    at: Callable[[int], ndarray]
    total: Callable[[], ndarray] | None = None


class Shake:
    """Moves each number of all networks but the first (of the one, if N is 1) by a unit of float64 rounding.

    And by a unit of the size of what was added up: for a function that is 1, as in σ(a) = ½ + ½ tanh(a/2).
    """

    def __init__(self, N: int, seed: int = 0) -> None:
        self.N, self.rng = N, np.random.default_rng(seed)

    def __call__(self, value: ndarray, size: ndarray | float = 0.0) -> ndarray:
        shape = (*((self.N,) if self.N > 1 else ()), *value.shape[-2:][value.ndim == 1 :])
        units = UNIT * self.rng.choice((-1.0, 1.0), (2, *shape))
        if self.N > 1:
            units[:, 0] = 0
        return value * (1 + units[0]) + size * units[1] * (1 + 1j * STEP if np.iscomplexobj(value) else 1)


@dataclass
class Tape:
    """One pass, written down symbol by symbol; the symbol at ``place`` gets ``nudge`` added on the way.

    A symbol that is computed is nudged where it is written. A parameter is nudged where it is read: at every step, or
    at the step ``at`` alone. ``only`` names a symbol whose formula alone is to feel the nudge: then ``place`` is nudged
    where that formula reads it, and of what else is computed, but for ``through``, the imaginary part is dropped.
    """

    values: dict[Place, ndarray]
    name: str = ""
    place: Place | None = None
    nudge: ndarray | float = 0
    at: int | None = None
    only: str | None = None
    through: frozenset[str] = frozenset()
    shake: Shake | None = None
    now: int | None = None  # the step that is being computed
    computed: set[Place] = field(default_factory=set)

    def __getitem__(self, key: str | tuple[str, int]) -> ndarray:
        place: Place = (key, None) if isinstance(key, str) else key
        if place not in self.values:
            raise ValueError(self._missing(*place))
        value = self.values[place]
        given = place[1] is None and place not in self.computed
        if given and self.shake:
            value = self.shake(value)
        read = place == self.place and (given or self.only) and self.at in (None, self.now)
        return value + self.nudge if read else value

    def __setitem__(self, key: str | tuple[str, int], value: Any) -> None:
        place: Place = (key, None) if isinstance(key, str) else key
        value = np.asarray(value)
        if value.ndim == 1:
            raise ValueError(
                f"run '{self.name}': {place[0]} is written with the shape {value.shape}; vectors are columns: "
                "matrices act on them from the left, and sums over entries are .sum(axis=-2, keepdims=True)"
            )
        value = value if value.ndim else value.reshape(1, 1)
        value = self.shake(value, 1.0) if self.shake else value
        if self.only and place[0] != self.only and place[0] not in self.through:
            value = value.real
        if place == self.place and not self.only:
            value = value + self.nudge
        self.values[place] = value
        self.computed.add(place)

    def __contains__(self, symbol: str) -> bool:
        """Whether there is a symbol without steps of that name."""
        return (symbol, None) in self.values

    def _missing(self, name: str, t: int | None) -> str:
        steps = sorted(s for n, s in self.values if n == name and s is not None)
        names = ", ".join(sorted({n for n, _ in self.values}))
        if steps and t is not None:
            wanted = f"{name} has no step {t} yet, only {steps[0]} to {steps[-1]}; give v['{name}', 0] in start"
        elif steps:
            wanted = f"{name} has a value at every step; read v['{name}', t]"
        else:
            wanted = f"step reads {name}, which is neither given nor computed before; known are {names}"
        return f"run '{self.name}': {wanted}"


@dataclass(frozen=True, eq=False)
class Network:
    """Networks of a run, all of the same sizes; ``arrays`` are (N, rows, columns), numbers (N, 1, 1).

    If ``shaken``, the networks after the first are its twins: the same one, but each number that is read or computed is
    off by one unit of float64 rounding. By how much the twins differ is by how much rounding may matter.
    """

    run: Formulas
    sizes: dict[str, int]
    arrays: dict[Place, ndarray]
    shaken: bool = False
    together: bool | None = None  # in one call of the formulas; None if they allow it
    _tangents: dict[Any, dict[Place, ndarray]] = field(default_factory=dict)

    @property
    def T(self) -> int:
        return self.sizes.get("T", 0)

    @property
    def N(self) -> int:
        return max((len(value) for value in self.arrays.values()), default=1)

    def twins(self, number: int = 0) -> "Network":
        """One of the networks, with its twins."""
        arrays = {place: np.repeat(a[number : number + 1], 1 + TWINS, axis=0) for place, a in self.arrays.items()}
        return Network(self.run, self.sizes, arrays, shaken=True)

    @cached_property
    def values(self) -> dict[Place, ndarray]:
        """Every symbol at every step, (N, rows, columns)."""
        return self.passed()

    def passed(
        self, place: Place | None = None, nudges: ndarray | None = None, at: int | None = None, only: str | None = None
    ) -> dict[Place, ndarray]:
        """Compute the networks, once for each of the nudges (n, rows, columns) of the symbol at a place."""
        if self.run.batched if self.together is None else self.together:
            nudge = 0 if nudges is None else nudges[:, None]
            return self._tape(self.arrays, Shake(self.N) if self.shaken else None, place, nudge, at, only)
        if nudges is not None:
            passes = [self._one_by_one(place, nudge, at, only) for nudge in nudges]
            return {key: np.stack([one[key] for one in passes]) for key in passes[0]}
        return self._one_by_one(place, 0, at, only)

    def _one_by_one(self, place: Place | None, nudge: Any, at: int | None, only: str | None) -> dict[Place, ndarray]:
        passes = []
        for n in range(self.N):
            shake = Shake(1, n) if self.shaken and n else None
            passes.append(self._tape({p: a[n] for p, a in self.arrays.items()}, shake, place, nudge, at, only))
        return {key: np.stack([np.atleast_2d(one[key]) for one in passes]) for key in passes[0]}

    def _tape(
        self, arrays: dict[Place, ndarray], shake: Shake | None, place: Any, nudge: Any, at: Any, only: Any
    ) -> Any:
        tape = Tape({}, self.run.name, None, nudge, at, only, self.run.through)
        for key, value in arrays.items():  # given series are nudged as if they were computed
            tape.values[key] = value + nudge if key == place and key[1] is not None and not only else value
        tape.place, tape.shake = place, shake
        step = self.run.step
        if step is not None and not self.T:
            step(tape)
        elif step is not None:
            for tape.now in range(1, self.T + 1):
                step(tape, tape.now)
        return tape.values

    @cached_property
    def symbols(self) -> dict[str, ndarray | Series]:
        """All symbols: a size, a number (N,), an array (N, rows, columns), or a series of such."""
        found: dict[str, ndarray | Series] = {name: np.array(float(size)) for name, size in self.sizes.items()}
        for name in dict.fromkeys(name for name, _ in self.values):
            steps = sorted(t for n, t in self.values if n == name and t is not None)
            if not steps:
                found[name] = self._plain((name, None))
                continue
            total = partial(self._total, name) if name in self.run.totals else None
            found[name] = Series(steps[0], steps[-1], partial(self._at, name), total)
        for name, of in self.run.gradients.items():
            series = found[of]
            if isinstance(series, Series):
                found[name] = Series(series.first, series.last, partial(self._gradient, of))
        return found

    def _plain(self, place: Place) -> ndarray:
        """The value at a place; a number as (N,)."""
        value = self.values[place]
        value = np.broadcast_to(value, (self.N, *value.shape[-2:]))
        return value[:, 0, 0] if value.shape[1:] == (1, 1) else value

    def _at(self, name: str, t: int) -> ndarray:
        return self._plain((name, t))

    def _gradient(self, name: str, t: int) -> ndarray:
        return self.derivative((self.run.totals[0], None), (name, t))

    def _total(self, name: str) -> ndarray:
        return np.sum([self._plain((name, t)) for n, t in self.values if n == name], axis=0)

    def derivative(self, of: Place, by: Place, at: int | None = None, immediate: bool = False) -> ndarray:
        """∂of/∂by, of the shape of ``by`` if ``of`` is a number, else a Jacobian; a total without a step is the sum.

        It counts all paths through the run; or only those through the weights ``by`` as used at the step ``at``; or, if
        ``immediate``, only what the formula of ``of`` says itself, with what it goes ``through`` written out.
        Raises KeyError if a symbol has no value at its step, ValueError if a column is differentiated by a matrix.
        """
        y, t = of
        rows, columns = self.values[by].shape[-2:]
        key = (by, t if immediate else at, y if immediate else None)
        if key not in self._tangents:
            nudges = 1j * STEP * np.eye(rows * columns).reshape(-1, rows, columns)
            passed = self.passed(by, nudges, *key[1:])
            shape = (rows * columns, self.N)
            self._tangents[key] = {
                place: np.broadcast_to(np.imag(v), (*shape, *v.shape[-2:])) / STEP for place, v in passed.items()
            }
        tangents = self._tangents[key]
        wanted = [of] if of in tangents else [place for place in tangents if place[0] == y and t is None]
        if not wanted:
            raise KeyError(f"{y} has no step {t}")
        changes = np.moveaxis(np.sum([tangents[place] for place in wanted], axis=0), 0, -1)  # (N, rows, columns, n)
        if changes.shape[1:3] == (1, 1):
            gradient = changes[:, 0, 0].reshape(-1, rows, columns)
            return gradient[:, 0, 0] if (rows, columns) == (1, 1) else gradient
        if columns > 1 or changes.shape[2] > 1:
            raise ValueError("the derivative of a column by a matrix has three axes; differentiate a number")
        return changes[:, :, 0]
