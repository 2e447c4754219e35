"""Networks of one run: several of the same sizes are computed at once, and axis 0 of every array counts them.

Derivatives come from the complex step through the formulas of the run, never from a ``backward``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Self

import numpy as np
from numpy import ndarray

from rnn_notes.checks.arrays import COMPLEX_STEP
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.tape import Formulas, Place, Shake, Tape

MAX_CHANGES = 30_000_000  # numbers that a derivative computes, about half a gigabyte
TWINS = 7  # how often a network is computed once more, each number off by a unit of rounding


@dataclass(frozen=True)
class Series:
    """A symbol with a value ``at`` every step from ``first`` to ``last``; ``total`` is what it means without index."""

    first: int
    last: int
    at: Callable[[int], ndarray]
    total: Callable[[], ndarray] | None = None


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
    single: bool = False  # whether an array of one entry is an array, and no number
    _tangents: dict[Any, dict[Place, ndarray]] = field(default_factory=dict, init=False)  # of this network alone

    @property
    def T(self) -> int:
        return self.sizes.get("T", 0)

    @property
    def N(self) -> int:
        return max((len(value) for value in self.arrays.values()), default=1)

    def twins(self, number: int = 0) -> "Network":
        """One of the networks, with its twins."""
        arrays = {place: np.repeat(a[number : number + 1], 1 + TWINS, axis=0) for place, a in self.arrays.items()}
        return Network(self.run, self.sizes, arrays, shaken=True, single=self.single)

    def up_to(self, T: int) -> "Network":
        """The same networks with the first T of their steps, if they have more."""
        if self.T <= T:
            return self
        arrays = {(symbol, t): array for (symbol, t), array in self.arrays.items() if t is None or t <= T}
        return replace(self, sizes=self.sizes | {"T": T}, arrays=arrays)

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
        try:
            if self.run.step is not None and not self.T:
                self.run.step(tape)
            elif self.run.step is not None:
                for tape.now in range(1, self.T + 1):
                    self.run.step(tape, tape.now)
        except Exception as error:
            sizes = ", ".join(f"{name} = {size}" for name, size in self.sizes.items())
            read = ", ".join(f"{name} {shape}" for name, shape in tape.read.items())
            what = f"{type(error).__name__}: {error}; it had read {read or 'nothing'}"
            self.run.must(str(error).startswith("run '"), f"step fails{sizes and f' for {sizes}'}: {what}")
            raise
        return tape.values

    def finite(self) -> Self:
        """The network itself; raises ValueError if a symbol of the first one is not finite."""
        with np.errstate(all="ignore"):
            for (symbol, t), value in self.values.items():
                at = symbol if t is None else f"{symbol}_{t}"
                good = bool(np.isfinite(value if value.ndim < 3 else value[0]).all())
                self.run.must(good, f"{at} is not finite; 'draw' numbers for which it is")
        return self

    @cached_property
    def symbols(self) -> dict[str, ndarray | Series]:
        """All symbols: a size, a number (N,), an array (N, rows, columns), or a series of such."""
        found: dict[str, ndarray | Series] = {name: np.array(float(size)) for name, size in self.sizes.items()}
        for name in dict.fromkeys(name for name, _ in self.values):
            steps = sorted(t for n, t in self.values if n == name and t is not None)
            if not steps:
                found[name] = self._plain(name)
                continue
            total = partial(self._total, name) if name in self.run.totals else None
            found[name] = Series(steps[0], steps[-1], partial(self._plain, name), total)
        for name, of in self.run.gradients.items():
            series = found[of]
            if isinstance(series, Series):
                found[name] = Series(series.first, series.last, partial(self._gradient, of))
        return found

    def _plain(self, name: str, t: int | None = None) -> ndarray:
        """The value of a symbol at a step; a number as (N,)."""
        value = self.values[name, t]
        value = np.broadcast_to(value, (self.N, *value.shape[-2:]))
        return value[:, 0, 0] if value.shape[1:] == (1, 1) and self._is_number(name) else value

    def _is_number(self, symbol: str) -> bool:
        return not self.single or self.run.is_number(symbol)

    def _gradient(self, name: str, t: int) -> ndarray:
        return self.derivative((self.run.totals[0], None), (name, t))

    def _total(self, name: str) -> ndarray:
        return np.sum([self._plain(name, t) for n, t in self.values if n == name], axis=0)

    def derivative(
        self,
        of: Place,
        by: Place,
        at: int | None = None,
        immediate: bool = False,
        entry: tuple[int, int] | None = None,
    ) -> ndarray:
        """∂of/∂by, of the shape of ``by`` if ``of`` is a number, else a Jacobian; a total without a step is the sum.

        Of an ``entry``, its row and column counted from 1, it is that of a number.

        It counts all paths through the run; or only those through the weights ``by`` as used at the step ``at``; or, if
        ``immediate``, only what the formula of ``of`` says itself, with what it goes ``through`` written out.
        Raises KeyError if a symbol has no value at its step, ValueError if a column is differentiated by a matrix,
        FormulaError if it would not fit in memory.
        """
        y, t = of
        rows, columns = self.values[by].shape[-2:]
        key = (by, t if immediate else at, y if immediate else None)
        if key not in self._tangents:
            computed = sum(value[0].size for place, value in self.values.items() if place not in self.arrays)
            numbers = rows * columns * self.N * (computed + rows * columns)
            if numbers > MAX_CHANGES:
                raise FormulaError(
                    f"a derivative by {by[0]} computes {numbers:,} numbers on this run, and at most {MAX_CHANGES:,} "
                    "fit in memory; write the shapes of the run with smaller numbers"
                )
            nudges = 1j * COMPLEX_STEP * np.eye(rows * columns).reshape(-1, rows, columns)
            passed = self.passed(by, nudges, *key[1:])
            shape = (rows * columns, self.N)
            self._tangents[key] = {
                place: np.broadcast_to(np.imag(v) / COMPLEX_STEP, (*shape, *v.shape[-2:]))
                for place, v in passed.items()
            }
        tangents = self._tangents[key]
        wanted = [of] if of in tangents else [place for place in tangents if place[0] == y and t is None]
        if not wanted:
            raise KeyError(f"{y} has no step {t}")
        changes = np.moveaxis(np.sum([tangents[place] for place in wanted], axis=0), 0, -1)  # (N, rows, columns, n)
        if entry:
            row, column = entry
            if row > changes.shape[1] or column > changes.shape[2]:
                raise KeyError(f"{y} has no entry {row}, {column}")
            changes = changes[:, row - 1 : row, column - 1 : column]
        if changes.shape[1:3] == (1, 1) and (entry or self._is_number(y)):
            gradient = changes[:, 0, 0].reshape(-1, rows, columns)
            return gradient[:, 0, 0] if (rows, columns) == (1, 1) and self._is_number(by[0]) else gradient
        if columns > 1 or changes.shape[2] > 1:
            raise ValueError("the derivative of a column by a matrix has three axes; differentiate a number")
        return changes[:, :, 0]
