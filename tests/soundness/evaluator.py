"""A second opinion on a display: its value on the networks of this folder, or at random numbers."""

import random
from collections.abc import Callable
from typing import Any

from mpmath import mp, mpf
from soundness import algebra
from soundness.algebra import FUNCTIONS, MeaninglessError, Value, entrywise, is_number, plus, product, shape, times
from soundness.nodes import Node, walk
from soundness.reader import UnreadError

SAME = mpf(10) ** -13  # relative: what is nearer agrees, what is a million times farther does not
EXACT = mpf(10) ** -25  # the same without derivatives, which are differences here
DIGITS = 70  # of numbers in a chain
POINT = " point"  # no letter: the number of the point at which a chain is looked at
LITERAL = {"num", "neg", "frac", "add", "mul", "pow"}


def literal(node: Node) -> bool:
    """Whether it is a printed number, or made of such."""
    return all(part.op in LITERAL for _, part in walk(node))


LARGEST = 1000  # binary digits of an argument


class UndecidedError(ValueError):
    """Neither clearly true nor clearly false."""


class Evaluator:
    """Values of trees; ``scope`` gives numbers to letters, ``definitions`` name -> (parameters, body)."""

    def __init__(self, network: Any = None, definitions: dict[str, Any] | None = None) -> None:
        self.network, self.definitions = network, definitions or {}
        self.rows = network is not None and network.rows

    def value(self, node: Node, scope: dict[str, Value]) -> Value:
        return getattr(self, "_" + node.op.replace("+", "_immediate"))(node, scope)

    def whole(self, node: Node, scope: dict[str, Value]) -> int:
        value = self.value(node, scope)
        if not is_number(value) or value != int(value):
            raise MeaninglessError("not a whole number")
        return int(value)

    def _all(self, node: Node, scope: dict[str, Value]) -> list[Value]:
        return [self.value(part, scope) for part in node.args]

    def _num(self, node: Node, scope: dict[str, Value]) -> Value:
        return mpf(node.value)

    def _sym(self, node: Node, scope: dict[str, Value]) -> Value:
        name, at = node.value, list(node.args)
        if name in scope and not (at and is_number(scope[name])):
            return self._pick(scope[name], at, scope)
        if name in self.definitions:
            parameters, body = self.definitions[name]
            return self.value(body, dict(zip(parameters, (self.value(k, scope) for k in at), strict=True)))
        if self.network:
            if name in self.network.sizes:
                return mpf(self.network.sizes[name])
            if name in self.network.once or (name == "L" and not at):
                return self._pick(self.network.value(name, None), at, scope)
            if at:
                return self._pick(self.network.value(name, self.whole(at[0], scope)), at[1:], scope)
        if name in ("e", "pi") and not at:
            return +getattr(mp, name)
        if at and not self.network:  # a sequence of numbers, others at each point
            place = [self.whole(k, scope) for k in at]
            return mpf(random.Random(f"{name} {place} {scope.get(POINT)}").uniform(-2, 2))
        raise UnreadError(f"{name} is not known")

    def _pick(self, value: Value, at: list[Node], scope: dict[str, Value]) -> Value:
        if not at:
            return value
        row, column = self._place(value, at, scope)
        return value[row][column]

    def _place(self, value: Value, at: list[Node], scope: dict[str, Value]) -> tuple[int, int]:
        """Where an entry is, counted from 0."""
        place = [self.whole(k, scope) for k in at]
        if is_number(value) or len(place) != (1 if shape(value)[1] == 1 else 2):
            raise MeaninglessError("no such entry")
        place = [*place, 1] if len(place) == 1 else place
        if not all(1 <= k <= n for k, n in zip(place, shape(value), strict=True)):
            raise MeaninglessError("no such entry")
        return place[0] - 1, place[1] - 1

    def _entry(self, node: Node, scope: dict[str, Value]) -> Value:
        return self._pick(self.value(node.args[0], scope), list(node.args[1:]), scope)

    def _group(self, node: Node, scope: dict[str, Value]) -> Value:
        return self.value(node.args[0], scope)

    _brace = _group

    def _neg(self, node: Node, scope: dict[str, Value]) -> Value:
        return entrywise(lambda a: -a, self.value(node.args[0], scope))

    def _add(self, node: Node, scope: dict[str, Value]) -> Value:
        return plus(*self._as_rows(self.alike(node.args, self._all(node, scope))))

    def _as_rows(self, values: list[Value]) -> list[Value]:
        """Where samples are rows, a row counts for each of them."""
        height = max((len(value) for value in values if not is_number(value)), default=0)
        one = lambda value: self.rows and not is_number(value) and len(value) == 1  # noqa: E731
        return [value * height if one(value) else value for value in values]

    def alike(self, nodes: tuple[Node, ...], values: list[Value]) -> list[Value]:
        """A printed number beside a column or a row counts for each entry."""
        vector = next((v for v in values if 1 in shape(v)), None)
        if vector is None:
            return values
        return [
            [[v for _ in row] for row in vector]
            if is_number(v) and all(part.op in LITERAL for _, part in walk(n))
            else v
            for n, v in zip(nodes, values, strict=True)
        ]

    def _mul(self, node: Node, scope: dict[str, Value]) -> Value:
        result, *more = self._all(node, scope)
        for value in more:
            result = product(result, value)
        return result

    def _had(self, node: Node, scope: dict[str, Value]) -> Value:
        values = self._all(node, scope)
        if is_number(values[0]):
            raise MeaninglessError("⊙ of numbers")
        return times(*values)

    def _frac(self, node: Node, scope: dict[str, Value]) -> Value:
        above, below = self._all(node, scope)
        if not is_number(below) or below == 0:
            raise MeaninglessError("divides by a column, a matrix or zero")
        return entrywise(lambda a: a / below, above)

    def _pow(self, node: Node, scope: dict[str, Value]) -> Value:
        base, exponent = self._all(node, scope)
        if not is_number(exponent):
            raise MeaninglessError("a power of what?")
        if is_number(base):
            if base == 0 and exponent < 0:
                raise MeaninglessError("divides by zero")
            result = base**exponent
            if isinstance(result, mp.mpc):
                raise MeaninglessError("not real")
            return result
        if exponent != int(exponent) or exponent < 0:
            raise MeaninglessError("no such power")
        if shape(base)[1] == 1:
            return entrywise(lambda a: a**exponent, base)
        result = algebra.identity(len(base))
        for _ in range(int(exponent)):
            result = algebra.product_rows(result, base)
        return result

    def _tr(self, node: Node, scope: dict[str, Value]) -> Value:
        value = self.value(node.args[0], scope)
        if is_number(value):
            raise MeaninglessError("a number has no transpose")
        return algebra.transposed(value)

    def _abs(self, node: Node, scope: dict[str, Value]) -> Value:
        return entrywise(abs, self.value(node.args[0], scope))

    def _norm(self, node: Node, scope: dict[str, Value]) -> Value:
        value = self.value(node.args[0], scope)
        if is_number(value):
            raise MeaninglessError("the norm of a number")
        column = shape(value)[1] == 1 or node.value == "F"
        return algebra.frobenius(value) if column else algebra.sigma_max(value)

    def _matrix(self, node: Node, scope: dict[str, Value]) -> Value:
        cells = [[[v]] if is_number(v) else v for v in self._all(node, scope)]
        rows = [cells[i : i + node.value] for i in range(0, len(cells), node.value)]
        made: list[list[mpf]] = []
        for row in rows:
            if len({len(block) for block in row}) > 1:
                raise MeaninglessError("blocks do not fit")
            made += [[entry for part in parts for entry in part] for parts in zip(*row, strict=True)]
        if len({len(row) for row in made}) > 1:
            raise MeaninglessError("blocks do not fit")
        return made

    def _sum(self, node: Node, scope: dict[str, Value]) -> Value:
        low, high, body = node.args
        steps = range(self.whole(low, scope), self.whole(high, scope) + 1)
        values = [self.value(body, {**scope, node.value: mpf(k)}) for k in steps]
        if not values and self.network:
            raise UnreadError("an empty sum: of which shape?")
        if not values:
            return mpf(0)
        return plus(*values)

    def _prod(self, node: Node, scope: dict[str, Value]) -> Value:
        low, high, body = node.args
        first, last = self.whole(low, scope), self.whole(high, scope)
        steps = range(first, last + 1) if first <= last else range(first, last - 1, -1)
        result: Value = mpf(1)
        for k in steps:
            result = product(result, self.value(body, {**scope, node.value: mpf(k)}))
        return result

    def _call(self, node: Node, scope: dict[str, Value]) -> Value:
        name, values = node.value, self._all(node, scope)
        if name in self.definitions:
            parameters, body = self.definitions[name]
            if len(parameters) != len(values):
                raise UnreadError("other arguments than defined")
            return self.value(body, scope | dict(zip(parameters, values, strict=True)))
        if name in ("max", "min"):
            pick = max if name == "max" else min
            one = len(values) == 1 and not is_number(values[0])
            return pick(entry for row in values[0] for entry in row) if one else entrywise(lambda *a: pick(a), *values)
        if len(values) != 1:
            raise UnreadError(f"{name} of {len(values)} arguments")
        (a,) = values
        if name in ("diag", "softmax"):
            return self._of_column(name, a)
        if name in ("sigma_max", "rho"):
            return (algebra.sigma_max if name == "sigma_max" else algebra.radius)(a)
        if not is_number(a) and 1 not in shape(a) and not self.rows:
            raise MeaninglessError(f"{name} of a matrix")
        if name not in FUNCTIONS:
            raise UnreadError(f"{name} is not known")
        if any(mp.mag(entry) > LARGEST for entry in _entries(a)):
            raise UndecidedError("an argument so large that its power would fill the memory")
        result = entrywise(FUNCTIONS[name], a)
        if any(isinstance(entry, mp.mpc) for entry in _entries(result)):
            raise MeaninglessError("not real")
        return result

    def _of_column(self, name: str, a: Value) -> Value:
        if self.rows and name == "softmax" and not is_number(a):
            return [algebra.transposed(algebra.shares(row))[0] for row in a]
        if is_number(a) or shape(a)[1] != 1:
            raise MeaninglessError(f"{name} of what is no column")
        if name == "diag":
            return [[a[i][0] * (i == j) for j in range(len(a))] for i in range(len(a))]
        return algebra.shares([row[0] for row in a])

    def _prime(self, node: Node, scope: dict[str, Value]) -> Value:
        (a,) = self._all(node, scope)
        f: Callable[[mpf], Value] = lambda x: self._call(Node("call", (Node("sym", (), " "),), node.value), {" ": x})  # noqa: E731
        return entrywise(lambda x: (f(x + mpf(10) ** -12) - f(x - mpf(10) ** -12)) / (2 * mpf(10) ** -12), a)

    def _d(self, node: Node, scope: dict[str, Value], immediate: bool = False) -> Value:
        of, by = node.args
        if not self.network:
            return self._of_letter(of, by, scope)
        copy, by = (by.args[1], by.args[0]) if by.op == "copy" else (None, by)
        if of.op != "sym" or by.op != "sym":
            raise UnreadError("a derivative of a formula on a run")
        places, entries = [], []
        for part in (of, by):
            steps = min(len(part.args), part.value not in self.network.once)
            places.append((part.value, self.whole(part.args[0], scope) if steps else None))
            value, at = self.network.value(*places[-1]), list(part.args[steps:])
            entries.append(self._place(value, at, scope) if at else None)
        step = self.whole(copy, scope) if copy else None
        found = self.network.derivative(*places, step, immediate, entries[0])
        if not entries[1]:
            return found
        row, column = entries[1]
        if not entries[0] and not is_number(self.network.value(*places[0])):
            if column:
                raise MeaninglessError("a column by an entry of a matrix")
            return [[each[row]] for each in found]
        return found[row][column]

    def _d_immediate(self, node: Node, scope: dict[str, Value]) -> Value:
        return self._d(node, scope, immediate=True)

    def _of_letter(self, of: Node, by: Node, scope: dict[str, Value]) -> Value:
        if of.op == "call" and not of.args and of.value in self.definitions:
            of = Node("call", tuple(Node("sym", (), p) for p in self.definitions[of.value][0]), of.value)
        if by.op != "sym" or by.value not in scope:
            raise UnreadError("a derivative by what is not a letter")
        step, at = mpf(10) ** -10, scope[by.value]
        up, down = (self.value(of, {**scope, by.value: at + sign * step}) for sign in (1, -1))
        return (up - down) / (2 * step)


def _entries(value: Value) -> list[mpf]:
    return [value] if is_number(value) else [entry for row in value for entry in row]
