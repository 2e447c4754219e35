"""The networks of the notes once more, as their pages print them: one formula per symbol, plain loops, 40 digits.

Derivatives are central differences: one entry of one symbol is nudged by ±1e-12 and the rest computed again.
"""

import random
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from mpmath import mp, mpf
from soundness.algebra import (
    MeaninglessError,
    Rows,
    Value,
    entrywise,
    identity,
    is_number,
    product,
    shape,
    sigmoid,
)

from rnn_notes import lecture

STEP = mpf(10) ** -12
Read = Callable[..., Any]
Formula = Callable[[Read, int], Value]


def plus(*values: Value) -> Value:
    return entrywise(lambda *entries: mp.fsum(entries), *values)


def times(*values: Value) -> Value:
    return entrywise(lambda *entries: mp.fprod(entries), *values)


def _gate(gate: str, recurrent: bool = True) -> Formula:
    def pre_activation(r: Read, t: int) -> Value:
        own = plus(product(r(f"W_x{gate}"), r("x", t)), r(f"b_{gate}"))
        return plus(own, product(r(f"W_h{gate}"), r("h", t - 1))) if recurrent else own

    return pre_activation


def _of(f: Callable[[mpf], mpf], name: str) -> Formula:
    return lambda r, t: entrywise(f, r(name, t))


READOUT: dict[str, Formula] = {
    "y": lambda r, t: plus(product(r("W_hy"), r("h", t)), r("b_y")),
    "L": lambda r, t: sum((a[0] - b[0]) ** 2 for a, b in zip(r("y", t), r("y_hat", t), strict=True)) / 2,
}


def _simple(f: Callable[[mpf], mpf], recurrent: bool = True) -> dict[str, Formula]:
    def a(r: Read, t: int) -> Value:
        own = plus(product(r("W_xh"), r("x", t)), r("b_h"))
        return plus(own, product(r("W_hh"), r("h", t - 1))) if recurrent else own

    return {"a": a, "h": _of(f, "a"), **READOUT}


FORMULAS: dict[str, dict[str, Formula]] = {
    "rnn": _simple(mp.tanh),
    "linear": _simple(lambda a: a),
    "feedforward": _simple(mp.tanh, recurrent=False),
    "lstm": {
        **{f"a_{gate}": _gate(gate) for gate in "ifoc"},
        **{gate: _of(sigmoid, f"a_{gate}") for gate in "ifo"},
        "c_tilde": _of(mp.tanh, "a_c"),
        "c": lambda r, t: plus(times(r("f", t), r("c", t - 1)), times(r("i", t), r("c_tilde", t))),
        "h": lambda r, t: times(r("o", t), entrywise(mp.tanh, r("c", t))),
        **READOUT,
    },
    "gru": {
        **{f"a_{gate}": _gate(gate) for gate in "rz"},
        **{gate: _of(sigmoid, f"a_{gate}") for gate in "rz"},
        "m": lambda r, t: plus(product(r("W_hn"), r("h", t - 1)), r("b_hn")),
        "a_n": lambda r, t: plus(product(r("W_xn"), r("x", t)), r("b_n"), times(r("r", t), r("m", t))),
        "n": _of(mp.tanh, "a_n"),
        "h": lambda r, t: plus(
            times(entrywise(lambda z: 1 - z, r("z", t)), r("n", t)), times(r("z", t), r("h", t - 1))
        ),
        **READOUT,
    },
}
FORMULAS["lecture"] = FORMULAS["rnn"]
WRITTEN_OUT = {"a", "m", "y", *(f"a_{gate}" for gate in "ifocrzn")}  # an immediate derivative sees through these


def shapes(kind: str) -> dict[str, tuple[str, str]]:
    """The sizes of every array of a run, as letters; those of the series are of one step."""
    if kind == "layers":
        return {"x": ("D", "1"), "W_1": ("H", "D"), "b_1": ("H", "1"), "W_2": ("O", "H"), "b_2": ("O", "1")}
    gates = {"lstm": "ifoc", "gru": "rzn"}.get(kind)
    found = {"W_hy": ("O", "H"), "b_y": ("O", "1"), "I": ("H", "H"), "x": ("D", "1"), "y_hat": ("O", "1")}
    if gates:
        found |= {f"W_x{g}": ("H", "D") for g in gates} | {f"W_h{g}": ("H", "H") for g in gates}
        found |= {f"b_{g}": ("H", "1") for g in (*gates, *(["hn"] if kind == "gru" else []))}
    else:
        found |= {"W_xh": ("H", "D"), "b_h": ("H", "1")} | ({"W_hh": ("H", "H")} if kind != "feedforward" else {})
    names = [name for name in FORMULAS[kind] if name not in ("y", "L")]
    deltas = [name.replace("a", "delta", 1) for name in names if name[:2] in ("a", "a_")]
    return found | dict.fromkeys((*names, *deltas), ("H", "1")) | {"y": ("O", "1"), "L": ()}


class Network:
    """One forward pass; ``sizes`` by letter, ``weights`` by name, ``given`` and ``steps`` by name and step."""

    def __init__(self, kind: str, sizes: dict[str, int], seed: int = 0, scale: float = 1.0) -> None:
        self.kind, self.sizes, rng = kind, sizes, random.Random(seed)
        self.formulas = FORMULAS.get(kind, {})
        size = {**sizes, "1": 1}
        self.T = sizes.get("T", 0)

        def draw(rows: str, columns: str, spread: float) -> Rows:
            return [[mpf(rng.gauss(0, spread)) for _ in range(size[columns])] for _ in range(size[rows])]

        every = shapes(kind)
        computed = {*self.formulas, *(name for name in every if name.startswith("delta")), "I"}
        names = [name for name in every if name not in computed]
        series = [name for name in names if name in ("x", "y_hat") and self.T]
        self.weights = {name: draw(*every[name], 0.8 * scale) for name in names if name not in series}
        self.given = {(name, t): draw(*every[name], 1.0) for name in series for t in range(1, self.T + 1)}
        states = [state for state in "hc" if state in self.formulas and kind != "feedforward"]
        self.given |= {(state, 0): draw("H", "1", 0.7 * scale) for state in states}
        if "I" in every:
            self.weights["I"] = identity(sizes["H"])
        self.steps = self.run()
        self.changes, self.nudged = lru_cache(10_000)(self._changes), lru_cache(200)(self._nudged)  # a run has 0.1 MB

    def run(self, place: tuple[str, int | None] | None = None, by: Any = 0, at: int | None = None) -> dict[Any, Value]:
        """All values by name and step, with ``by`` added to the symbol at ``place`` (weights: at the step ``at``)."""
        steps: dict[Any, Value] = {}

        def read(name: str, t: int | None = None, now: int = 0) -> Value:
            value = self.weights[name] if t is None else steps[name, t]
            return plus(value, by) if (name, t) == place and t is None and at in (None, now) else value

        def write(name: str, t: int, value: Value) -> None:
            steps[name, t] = plus(value, by) if (name, t) == place else value

        for (name, t), value in self.given.items():
            write(name, t, value)
        for t in range(1, self.T + 1):
            for name, formula in self.formulas.items():
                write(name, t, formula(lambda n, s=None, now=t: read(n, s, now), t))
        return steps

    def value(self, name: str, t: int | None) -> Value:
        """Of a symbol at a step, of weights, or L, the sum of all losses."""
        if t is None and name in self.weights:
            return self.weights[name]
        if t is None and name == "L":
            return sum(self.steps["L", s] for s in range(1, self.T + 1))
        if name.startswith("delta"):
            if not 1 <= (t or 0) <= self.T:
                raise MeaninglessError(f"{name} has no step {t}")
            return self.derivative(("L", None), (name.replace("delta", "a", 1), t))
        if (name, t) not in self.steps:
            raise MeaninglessError(f"{name} has no step {t}")
        return self.steps[name, t]

    def derivative(self, of: Any, by: Any, at: int | None = None, immediate: bool = False) -> Value:
        """∂of/∂by: of the shape of ``by`` if ``of`` is a number, else the Jacobian."""
        size = shape(self.value(*by))
        if immediate and of == by:
            raise MeaninglessError("a formula does not say itself")
        if not size or by[0].startswith("delta") or of[0].startswith("delta"):
            raise MeaninglessError("no such derivative")
        columns = [self.changes(of, by, (i, j), at, immediate) for i in range(size[0]) for j in range(size[1])]
        if is_number(columns[0]):
            return [columns[i * size[1] : (i + 1) * size[1]] for i in range(size[0])]
        if size[1] > 1:
            raise MeaninglessError("a column by a matrix")
        return [[column[i][0] for column in columns] for i in range(len(columns[0]))]

    def _changes(self, of: Any, by: Any, entry: tuple[int, int], at: int | None, immediate: bool) -> Value:
        def one(sign: int) -> Value:
            if immediate:
                return self._said(of, by, self._nudge(by, entry, sign))
            steps = self.nudged(by, entry, at, sign)
            if of == ("L", None):
                return sum(steps["L", s] for s in range(1, self.T + 1))
            return steps[of]

        return entrywise(lambda up, down: (up - down) / (2 * STEP), one(1), one(-1))

    def _nudged(self, by: Any, entry: tuple[int, int], at: int | None, sign: int) -> dict[Any, Value]:
        """All values with one entry of one symbol a step larger, or smaller."""
        return self.run(by, self._nudge(by, entry, sign), at)

    def _nudge(self, by: Any, entry: tuple[int, int], sign: int) -> Rows:
        rows, columns = shape(self.value(*by))
        return [[STEP * sign * ((i, j) == entry) for j in range(columns)] for i in range(rows)]

    def _said(self, of: Any, by: Any, nudge: Value) -> Value:
        """The formula of ``of`` alone, with what is written out in it; all else stays as it is."""

        def read(name: str, t: int | None = None) -> Value:
            if (name, t) == by:
                return plus(self.value(name, t), nudge)
            if name in WRITTEN_OUT and t == of[1] and (name, t) != of:
                return self.formulas[name](read, t)
            return self.value(name, t)

        return self.formulas[of[0]](read, of[1])


SIZES = ({"T": 7, "D": 2, "H": 3, "O": 5}, {"T": 6, "D": 4, "H": 2, "O": 3}, {"T": 5, "D": 7, "H": 4, "O": 2})


@lru_cache(None)
def networks(kind: str) -> tuple[Network, ...]:
    """Three networks of other sizes and scales; of the lecture the one that it prints."""
    if kind == "lecture":
        return (_lecture(),)
    return tuple(
        Network(kind, {k: v for k, v in sizes.items() if k != "T" or kind != "layers"}, seed, scale)
        for seed, (sizes, scale) in enumerate(zip(SIZES, (0.7, 1.6, 1.0), strict=True), start=1)
    )


@lru_cache(None)
def many(kind: str) -> tuple[Network, ...]:
    """Networks over four orders of magnitude, to refute inequalities."""
    sizes = [{k: v for k, v in SIZES[n % 3].items() if k != "T" or kind != "layers"} for n in range(12)]
    return tuple(Network(kind, s, 100 + n, 0.03 * 2.3**n) for n, s in enumerate(sizes))


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
