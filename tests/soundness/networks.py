"""The runs of the notes once more: the formulas that pages print, evaluated to 40 digits.

Derivatives are central differences: one entry of one symbol is nudged by ±1e-12 and the rest computed again.
"""

import random
from collections.abc import Callable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from mpmath import mp, mpf
from soundness.algebra import MeaninglessError, Rows, Value, entrywise, identity, is_number, plus, shape
from soundness.described import TABLE, Formula
from soundness.evaluator import Evaluator
from soundness.rewriting import Type

from rnn_notes import lecture

STEP = mpf(10) ** -12
Read = Callable[..., Any]


def shapes(kind: str) -> dict[str, Type]:
    """The sizes of every array of a run, as letters; those of the series are of one step."""
    return TABLE[kind].types


def _normal(rng: random.Random, rows: int, columns: int, spread: float) -> Rows:
    return [[mpf(rng.gauss(0, spread)) for _ in range(columns)] for _ in range(rows)]


def _each(f: Callable[[random.Random], float]) -> Callable[..., Rows]:
    return lambda rng, rows, columns, _: [[mpf(f(rng)) for _ in range(columns)] for _ in range(rows)]


def _shares(rng: random.Random, rows: int, columns: int, spread: float) -> Rows:
    drawn = [mpf(rng.expovariate(1)) for _ in range(rows)]
    return [[one / mp.fsum(drawn)] for one in drawn]


def _one_hot(rng: random.Random, rows: int, columns: int, spread: float) -> Rows:
    chosen = rng.randrange(rows)
    return [[mpf(row == chosen)] for row in range(rows)]


def _orthogonal(rng: random.Random, rows: int, columns: int, spread: float) -> Rows:
    """By Gram and Schmidt."""
    found: Rows = []
    for row in _normal(rng, rows, columns, 1.0):
        for other in found:
            along = mp.fdot(row, other)
            row = [a - along * b for a, b in zip(row, other, strict=True)]
        length = mp.sqrt(mp.fdot(row, row))
        found.append([a / length for a in row])
    return found


DRAWN: dict[str, Callable[..., Rows]] = {
    "marks": _each(lambda rng: rng.randrange(2)),
    "between": _each(lambda rng: rng.uniform(0.1, 0.9)),
    "positive": _each(lambda rng: rng.expovariate(1)),
    "shares": _shares,
    "one-hot": _one_hot,
    "orthogonal": _orthogonal,
}


class Network:
    """One forward pass; ``sizes`` by letter, ``weights`` by name, ``given`` and ``steps`` by name and step."""

    def __init__(self, kind: str, sizes: dict[str, int], seed: int = 0, scale: float = 1.0) -> None:
        self.sizes, rng, run = sizes, random.Random(seed), TABLE[kind]
        self.described, self.T, size = run, sizes.get("T", 0), {**sizes, "1": 1}
        self.once, self.rows = {*run.types} - run.series, run.rows

        def draw(name: str, spread: float) -> Value:
            rows, columns = (size[letter] for letter in run.types[name] or ("1", "1"))
            drawn = DRAWN.get(run.draw.get(name, ""), _normal)(rng, rows, columns, spread)
            return drawn if run.types[name] else drawn[0][0]

        once = [name for name in run.types if name not in {*run.formulas, *run.series, "I"}]
        self.weights = {name: draw(name, 0.8 * scale) for name in once}
        given = [name for name in run.types if name in run.given.split()]
        self.given = {(name, t): draw(name, 1.0) for name in given for t in range(1, self.T + 1)}
        self.given |= {(name, 0): draw(name, 0.7 * scale) for name in run.start.split()}
        if "I" in run.types:
            self.weights["I"] = identity(sizes["H"])
        self.steps = self.run()
        self.changes, self.nudged = lru_cache(10_000)(self._changes), lru_cache(200)(self._nudged)  # a run has 0.1 MB

    def run(self, place: tuple[str, int | None] | None = None, by: Any = 0, at: int | None = None) -> dict[Any, Value]:
        """All values by name and step, with ``by`` added to the symbol at ``place`` (weights: at the step ``at``)."""
        run = self.described
        steps: dict[Any, Value] = {key: plus(v, by) if key == place else v for key, v in self.given.items()}
        step = place[1] if place and place[1] is not None else at
        if step and not (run.ahead or run.first):  # what comes before it is as it was
            steps |= {key: v for key, v in self.steps.items() if (key[1] or 0) < step and key != place}

        def value(name: str, t: int | None, now: int | None = None) -> Value:
            if t is None and name in self.weights:
                own = self.weights[name]
                return plus(own, by) if (name, t) == place and at in (None, now) else own
            if (name, t) not in steps:
                steps[name, t] = one = computed(name, t)
                if (name, t) == place:
                    steps[name, t] = plus(one, by)
            return steps[name, t]

        def computed(name: str, t: int | None) -> Value:
            read = lambda n, s: value(n, s, t)  # noqa: E731
            if t == self.T + 1:
                return self.zeros(name)
            if t == 0:
                return self.says(Formula(run.first[name]), name, t, read)
            return self.says(run.formulas[name], name, t, read)

        for name in run.formulas:
            for t in range(1, self.T + 1) if name in run.series else [None]:
                value(name, t)
        for name in run.first:
            value(name, 0)
        return {(name, t): v for (name, t), v in steps.items() if t is None or t <= self.T}

    def zeros(self, name: str) -> Rows:
        rows, columns = (self.sizes.get(letter, 1) for letter in self.described.types[name])
        return [[mpf(0)] * columns for _ in range(rows)]

    def says(self, formula: Formula, name: str, t: int | None, read: Read) -> Value:
        """The value of a formula at a step, where ``read`` gives those of the symbols in it."""
        reading = SimpleNamespace(sizes=self.sizes, once=self.once, value=read, rows=self.rows)
        scope = {} if t is None else {"t": mpf(t)}
        if not formula.indices:
            return Evaluator(reading).value(formula.says, scope)
        letters = [index.value for index in formula.indices]
        rows, columns = (range(1, self.sizes.get(size, 1) + 1) for size in self.described.types[name])
        at = lambda i, j: dict(zip(letters, (mpf(i), mpf(j)), strict=False))  # noqa: E731
        return [[Evaluator(reading).value(formula.says, {**scope, **at(i, j)}) for j in columns] for i in rows]

    def value(self, name: str, t: int | None) -> Value:
        """Of a symbol at a step, of weights, or L, the sum of all losses."""
        if t is None and name in self.weights:
            return self.weights[name]
        if t is None and name == "L" and self.T:
            return sum(self.steps["L", s] for s in range(1, self.T + 1))
        if name.startswith("delta"):
            if not 1 <= (t or 0) <= self.T:
                raise MeaninglessError(f"{name} has no step {t}")
            return self.derivative(("L", None), (name.replace("delta", "a", 1), t))
        if (name, t) not in self.steps:
            raise MeaninglessError(f"{name} has no step {t}")
        return self.steps[name, t]

    def derivative(
        self,
        of: Any,
        by: Any,
        at: int | None = None,
        immediate: bool = False,
        entry: tuple[int, int] | None = None,
    ) -> Value:
        """∂of/∂by: of the shape of ``by`` if ``of`` is a number or one ``entry`` is meant, else the Jacobian."""
        if immediate and of == by:
            raise MeaninglessError("a formula does not say itself")
        if by[0].startswith("delta") or of[0].startswith("delta") or (of[1] is None and of[0] in self.weights):
            raise MeaninglessError("no such derivative")
        rows, width = shape(self.value(*by)) or (1, 1)
        columns = [self.changes(of, by, (i, j), at, immediate) for i in range(rows) for j in range(width)]
        if entry:
            columns = [column[entry[0]][entry[1]] for column in columns]
        if not shape(self.value(*by)):
            return columns[0]
        if is_number(columns[0]):
            return [columns[i * width : (i + 1) * width] for i in range(rows)]
        if width > 1 or shape(columns[0])[1] > 1:
            raise MeaninglessError("a column by a matrix")
        return [[column[i][0] for column in columns] for i in range(len(columns[0]))]

    def _changes(self, of: Any, by: Any, entry: tuple[int, int], at: int | None, immediate: bool) -> Value:
        def one(sign: int) -> Value:
            if immediate:
                return self._said(of, by, self._nudge(by, entry, sign))
            steps = self.nudged(by, entry, at, sign)
            if of == ("L", None) and self.T:
                return sum(steps["L", s] for s in range(1, self.T + 1))
            return steps[of]

        return entrywise(lambda up, down: (up - down) / (2 * STEP), one(1), one(-1))

    def _nudged(self, by: Any, entry: tuple[int, int], at: int | None, sign: int) -> dict[Any, Value]:
        """All values with one entry of one symbol a step larger, or smaller."""
        return self.run(by, self._nudge(by, entry, sign), at)

    def _nudge(self, by: Any, entry: tuple[int, int], sign: int) -> Value:
        if not shape(self.value(*by)):
            return STEP * sign
        rows, columns = shape(self.value(*by))
        return [[STEP * sign * ((i, j) == entry) for j in range(columns)] for i in range(rows)]

    def _said(self, of: Any, by: Any, nudge: Value) -> Value:
        """The formula of ``of`` alone, with what is written out in it; all else stays as it is."""
        run = self.described
        if of[0] not in run.formulas or (of[0] in run.series and not 1 <= (of[1] or 0) <= self.T):
            raise MeaninglessError(f"{of[0]} has no formula at {of[1]}")

        def read(name: str, t: int | None) -> Value:
            if (name, t) == by:
                return plus(self.value(name, t), nudge)
            if name in run.through.split() and t == of[1]:
                return self.says(run.formulas[name], name, t, read)
            return self.zeros(name) if t == self.T + 1 else self.value(name, t)

        return self.says(run.formulas[of[0]], *of, read)


SIZES = (
    {"T": 7, "D": 2, "H": 3, "O": 5, "B": 4, "N": 4, "M": 3},
    {"T": 6, "D": 4, "H": 2, "O": 3, "B": 5, "N": 2, "M": 5},
    {"T": 5, "D": 7, "H": 4, "O": 2, "B": 3, "N": 3, "M": 6},
)


def _sizes(kind: str, number: int) -> dict[str, int]:
    return {letter: SIZES[number % 3][letter] for letter in TABLE[kind].sizes}


@lru_cache(None)
def networks(kind: str) -> tuple[Network, ...]:
    """Three networks of other sizes and scales; of the lecture the one that it prints."""
    if kind == "lecture":
        return (_lecture(),)
    return tuple(Network(kind, _sizes(kind, n), 1 + n, scale) for n, scale in enumerate((0.7, 1.6, 1.0)))


@lru_cache(None)
def many(kind: str) -> tuple[Network, ...]:
    """Networks over four orders of magnitude, to refute inequalities."""
    return tuple(Network(kind, _sizes(kind, n), 100 + n, 0.03 * 2.3**n) for n in range(12))


def _lecture() -> Network:
    """The lecture's numbers in this folder's network."""
    network = Network("lecture", {"T": lecture.T, "D": lecture.D, "H": lecture.H, "O": lecture.O})
    every = {**vars(lecture.rnn), **vars(lecture.readout)}
    network.weights |= {name: _rows(every[name]) for name in ("W_xh", "W_hh", "b_h", "W_hy", "b_y")}
    for t in range(1, network.T + 1):
        network.given["x", t], network.given["y_hat", t] = _rows(lecture.x[t - 1, 0]), _rows(lecture.target[t - 1, 0])
    network.given["h", 0] = [[mpf(0)] for _ in range(lecture.H)]
    network.steps = network.run()
    return network


def _rows(array: Any) -> Rows:
    """The printed decimals themselves, exactly."""
    return [[mpf(str(float(entry))) for entry in (row if array.ndim > 1 else [row])] for row in array]
