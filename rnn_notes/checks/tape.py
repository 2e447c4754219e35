"""A run: one forward pass written down symbol by symbol, so that each symbol can be nudged on its way.

Derivatives come from the complex step through the formulas of the run, never from a ``backward``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.checks.arrays import STEP

Place = tuple[str, int | None]  # a symbol at a time step; None for a parameter, at all steps


@dataclass(frozen=True)
class Series:
    """A symbol with a value at every step from ``first`` on; ``total`` is what it means without an index."""

    first: int
    values: list[ndarray]
    total: ndarray | None = None

    @property
    def last(self) -> int:
        return self.first + len(self.values) - 1

    def __getitem__(self, step: int) -> ndarray:
        """The value at a step from ``first`` to ``last``."""
        return self.values[step - self.first]


@dataclass
class Tape:
    """One forward pass, written down symbol by symbol; the symbol at ``place`` gets ``nudge`` added on the way.

    A symbol that is computed is nudged where it is written. A parameter is nudged where it is read: at every step, or
    at the step ``at`` alone. ``only`` names a symbol whose formula alone is to feel the nudge: then ``place`` is nudged
    where that formula reads it, and of what else is computed, pre-activations aside, the imaginary part is dropped.
    """

    parameters: dict[str, ndarray]
    place: Place | None = None
    nudge: ndarray | float = 0
    at: int | None = None
    only: str | None = None
    now: int = 0  # the step that is being computed
    steps: dict[str, dict[Any, ndarray]] = field(default_factory=dict)

    def __getitem__(self, key: str | Place) -> ndarray:
        name, t = place = (key, None) if isinstance(key, str) else key
        value = self.parameters[name] if t is None else self.steps[name][t]
        read = place == self.place and (t is None or self.only) and self.at in (None, self.now)
        return value + self.nudge if read else value

    def __setitem__(self, place: Place, value: ndarray) -> None:
        name, t = place
        if self.only and name != self.only and not (name in ("a", "m") or name.startswith("a_")):
            value = value.real
        if place == self.place and not self.only:
            value = value + self.nudge
        self.steps.setdefault(name, {})[t] = value


@dataclass(frozen=True, eq=False)
class Run:
    """``given`` holds the inputs, targets and initial states by place; all vectors are columns."""

    sizes: dict[str, int]
    parameters: dict[str, ndarray]
    given: dict[tuple[str, int], ndarray] = field(default_factory=dict)
    formulas: Callable[[Tape, int], None] = lambda tape, t: None
    tangents: dict[Any, list[Tape]] = field(default_factory=dict)  # tapes with one entry nudged, by what is nudged

    @property
    def T(self) -> int:
        return self.sizes.get("T", 0)

    @cached_property
    def steps(self) -> dict[str, dict[Any, ndarray]]:
        return self.tape().steps

    def tape(self, place: Place | None = None, nudge: ndarray | float = 0, *when: Any) -> Tape:
        """Run the formulas, with one symbol nudged; ``when`` is Tape's ``at`` and ``only``."""
        tape = Tape(self.parameters, place, nudge, *when)
        for given, value in self.given.items():
            tape[given] = value
        for tape.now in range(1, self.T + 1):
            self.formulas(tape, tape.now)
        return tape

    @cached_property
    def symbols(self) -> dict[str, ndarray | Series]:
        """All symbols of the run with their values."""
        found: dict[str, ndarray | Series] = {name: np.array(float(size)) for name, size in self.sizes.items()}
        found |= self.parameters
        for name, steps in self.steps.items():
            values = list(steps.values())
            found[name] = Series(min(steps), values, np.sum(values) if name == "L" else None)
            if name[:2] in ("a", "a_"):
                errors = [self.derivative(("L", None), (name, t)) for t in steps]
                found[name.replace("a", "delta", 1)] = Series(min(steps), errors)
        return found

    def derivative(self, of: Place, by: Place, at: int | None = None, immediate: bool = False) -> ndarray:
        """∂of/∂by, of the shape of ``by`` if ``of`` is a number, else a Jacobian; L without a step is the sum of all.

        It counts all paths through the run; or only those through the weights ``by`` as used at the step ``at``; or, if
        ``immediate``, only what the formula of ``of`` says itself, its pre-activation written out.
        Raises KeyError if a symbol has no value at its step, ValueError if a column is differentiated by a matrix.
        """
        y, t = of
        key = (by, t if immediate else at, y if immediate else None)
        shape = self.tape()[by if by[1] is not None else by[0]].shape
        if key not in self.tangents:
            entries = np.eye(int(np.prod(shape))).reshape(-1, *shape)
            self.tangents[key] = [self.tape(by, 1j * STEP * entry, *key[1:]) for entry in entries]
        series: list[Any] = [tape.steps[y] for tape in self.tangents[key]]
        changes = [np.imag(np.sum(list(s.values())) if t is None else s[t]) / STEP for s in series]
        if changes[0].ndim == 0:
            return np.array(changes).reshape(shape)
        if shape[1] > 1:
            raise ValueError("the derivative of a column by a matrix has three axes; differentiate a number")
        return np.hstack(changes)
