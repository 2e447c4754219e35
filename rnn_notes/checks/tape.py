"""One pass through the formulas of a run, written down symbol by symbol, so that each can be nudged on its way."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.random import Generator

from rnn_notes.checks.arrays import COMPLEX_STEP

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

    def is_number(self, symbol: str) -> bool:
        """Whether a symbol is a number, and no array, which has one entry only where the sizes are 1."""
        return True

    def must(self, holds: bool, otherwise: str) -> None:
        """Raise ValueError with the name of the run, unless something holds."""
        if not holds:
            raise ValueError(f"run '{self.name}': {otherwise}")

    def arrays(self, T: int) -> list[tuple[str, str, list[int | None]]]:
        """Each array that is drawn: its symbol, its shape in words, and the steps at which there is one."""
        groups = (self.parameters, [None]), (self.given, [*range(1, T + 1)]), (self.start, [0])
        return [(symbol, words, [*steps]) for symbols, steps in groups for symbol, words in symbols.items()]

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
        return value * (1 + units[0]) + size * units[1] * (1 + 1j * COMPLEX_STEP if np.iscomplexobj(value) else 1)


@dataclass
class Tape:
    """One pass, written down symbol by symbol; the symbol at ``place`` gets ``nudge`` added on the way.

    A symbol that is computed is nudged where it is written. A parameter is nudged where it is read: at every step, or
    at the step ``at`` alone. With ``only``, that symbol's formula alone sees the nudge: ``place`` is nudged
    where that formula reads it, and all else that is computed, except ``through``, loses its imaginary part.
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
    read: dict[str, tuple[int, ...]] = field(default_factory=dict)  # the shapes of what was read for the next symbol

    @contextmanager
    def during(self, t: int) -> Iterator[None]:
        """What is written here belongs to the step t, whichever step called it."""
        before, self.now = self.now, t
        try:
            yield
        finally:
            self.now = before

    def __getitem__(self, key: str | tuple[str, int]) -> ndarray:
        place: Place = (key, None) if isinstance(key, str) else key
        if place not in self.values:
            raise ValueError(self._missing(*place))
        value = self.values[place]
        self.read[place[0] if place[1] is None else f"{place[0]}_{place[1]}"] = value.shape
        given = place[1] is None and place not in self.computed
        if given and self.shake:
            value = self.shake(value)
        nudged = place == self.place and (given or self.only) and self.at in (None, self.now)
        value = value + self.nudge if nudged else value.view()
        value.flags.writeable = False  # or x += 1 would change what others read
        return value

    def __setitem__(self, key: str | tuple[str, int], value: Any) -> None:
        place: Place = (key, None) if isinstance(key, str) else key
        value = np.asarray(value)
        if place[1] not in (None, self.now):
            raise ValueError(
                f"run '{self.name}': {place[0]}_{place[1]} is written at the step {self.now}, and what a step does by "
                f"itself is found at that step; write it under 'with v.during({place[1]}):'"
            )
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
        self.read.clear()

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
