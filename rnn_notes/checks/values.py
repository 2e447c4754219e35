"""The value of a formula on a run: the tree read with the operations of ``arrays``."""

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.checks import arrays, tree
from rnn_notes.checks.arrays import shape
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.errors import CheckError, ClaimError, FormulaError
from rnn_notes.checks.network import Network
from rnn_notes.checks.symbols import Scope, Symbols, Unbound
from rnn_notes.checks.tape import UNIT, Shake
from rnn_notes.checks.tree import Index, Name, Node, label

ROUNDED = {*arrays.ENTRYWISE, "softmax"} - {"relu", "log", "ln", "sin"}  # are 0, 1 or −1 far out, or near 0
POWER_OF_T = (
    "T above a symbol is a power, which this does not have; a transpose is ^\\top, or say '^T is ^\\top' in a spelling"
)
MAX_NODES = 100_000  # nodes evaluated for one display


class Values(Symbols):
    """Reads formulas on networks of one run.

    ``down`` are the products that count down.
    ``by_entries`` divides columns entry by entry, which is never what a formula means, but explains what it does not.
    """

    def __init__(
        self, network: Network, free: dict[str, Iterable[int]], definitions: Definitions, rows: bool = False
    ) -> None:
        super().__init__(network, free, definitions, rows)
        self.shake = Shake(network.N) if network.shaken else None
        self.down: frozenset[tree.SumOrProduct] = frozenset()
        self.by_entries = False
        self.seen: dict[tuple[Node, int], bool] = {}  # whether a term or a function is seen, or a case holds
        self.branches: dict[tuple[Node, int], bool] | None = None  # whether each side of a maximum or |x| is met
        self.visits, self.most = 0, MAX_NODES
        self.numbers: dict[Node, bool] | None = None  # which parts are numbers, as seen where no size is 1

    def of(self, node: Node, scope: Scope) -> ndarray:
        """The value of a formula. Raises FormulaError, ClaimError if its shapes do not fit, Unbound."""
        self._visit()
        try:
            value = self._of(node, scope)
        except CheckError as error:
            error.placed(node)
            raise
        if isinstance(node, tree.Call | tree.Power):
            self._note_rounded(node, value, scope)
        if self.numbers is not None:
            value = self._kept(node, value, self.numbers)
        printed = isinstance(node, tree.Brackets | tree.Underbrace | tree.Plus)
        if self.shake is None or value.ndim not in (1, 3) or printed:
            return value
        return self.shake(value, 1.0 if isinstance(node, tree.Call) else 0.0)

    def _kept(self, node: Node, value: ndarray, numbers: dict[Node, bool]) -> ndarray:
        """The value, as a number or as an array of one entry if the sizes are 1; else noted which of both it is."""
        if not self.network.single:
            numbers[node] = not shape(value)
        elif numbers.get(node, not shape(value)) == (not shape(value)):
            return value
        elif shape(value) == (1, 1):
            return value[..., 0, 0]
        else:
            return np.reshape(value, (*value.shape, 1, 1))
        return value

    def _note_rounded(self, node: tree.Call | tree.Power, value: ndarray, scope: Scope) -> None:
        """Note whether a function has another value than the one it rounds to far out, in an entry at least.

        tanh(100) is 1 for float64, and e^{-1000} is 0.
        """
        if self.seen.get((node, 0)) or (isinstance(node, tree.Call) and (node.primes or node.function not in ROUNDED)):
            return
        far = np.isin(value, (0, 1, -1) if isinstance(node, tree.Call) or node.base == Name("e") else (0,))
        inside = node.arguments[0] if isinstance(node, tree.Call) else node.exponent
        if np.all(far):
            argument = self.of(inside, scope)
            far = (
                far & bool(np.any(argument)) & (isinstance(node, tree.Call) or bool(np.all(self.of(node.base, scope))))
            )
        self.seen[node, 0] = not np.all(far)

    def _note_branches(self, node: Node, met: list[Any]) -> None:
        if self.branches is not None:
            for number, where in enumerate(met):
                self.branches[node, number] = self.branches.get((node, number), False) or bool(np.any(where))

    def _visit(self) -> None:
        self.visits += 1
        if self.visits > self.most:
            raise FormulaError("this takes too long to evaluate; write it with fewer or shorter sums")

    def _of(self, node: Node, scope: Scope) -> ndarray:
        def all_of(nodes: Iterable[Node]) -> list[ndarray]:
            return [self.of(part, scope) for part in nodes]

        match node:
            case tree.Number(text):
                return np.array(float(text))
            case Name() | Index():
                return self._symbol(node, scope)
            case tree.Call(name, arguments, primes):
                if name in self.definitions and name not in arrays.FUNCTIONS and not primes:
                    return self._unfold(name, all_of(arguments))
                found = all_of(arguments)
                value = arrays.apply(name, primes, found, self.rows)
                if name in ("max", "min") and len(found) > 1:
                    self._note_branches(node, [part == value for part in found])
                elif name == "relu":
                    self._note_branches(node, [value > 0, value == 0])
                return value
            case tree.Brackets(body) | tree.Underbrace(body):
                return self.of(body, scope)
            case tree.Negative(body):
                return -self.of(body, scope)
            case tree.Plus(terms):
                return self._weighed(node, all_of(terms))
            case tree.Times(factors):
                return arrays.multiply(all_of(factors))
            case tree.Hadamard(factors):
                return arrays.multiply_entries(all_of(factors))
            case tree.Fraction(above, below):
                return arrays.divide(self.of(above, scope), self.of(below, scope), self.by_entries)
            case tree.Power(base, exponent):
                value = self.of(base, scope)
                if exponent == Name("T") and ("T" not in self.network.sizes or len({*shape(value)}) > 1):
                    raise FormulaError(POWER_OF_T)
                return arrays.power(value, self.of(exponent, scope))
            case tree.Transpose(body):
                return arrays.transpose(self.of(body, scope))
            case tree.Absolute(body):
                value = self.of(body, scope)
                self._note_branches(node, [value > 0, value < 0])
                return np.abs(value)
            case tree.Norm(body, kind):
                return arrays.norm(self.of(body, scope), label(kind[0]) if kind else "2")
            case tree.Matrix(rows):
                return arrays.blocks([all_of(row) for row in rows])
            case tree.Listed(parts):
                return arrays.listed(all_of(parts))
            case tree.Cases(values, conditions):
                return self._chosen(node, values, conditions, scope)
            case tree.Over(operator, index, body):
                each = [self.of(body, {**scope, index: step}) for step in self._everywhere(node, scope)]
                return arrays.joined(operator, each)
            case tree.SumOrProduct(operator, index, _, _, body):
                steps = self.steps(node, scope)
                each = [self.of(body, {**scope, index: step}) for step in steps]
                if not each:
                    return self._empty(node, scope)
                return arrays.joined(operator, each)
            case tree.Derivative():
                return self._derivative(node, scope)
        raise FormulaError("W^{(t)}, the weights as used at step t, is for the denominator of a derivative only")

    def _chosen(self, node: tree.Cases, values: Any, conditions: Any, scope: Scope) -> ndarray:
        """The value whose case holds; h_{t+1} may have none at t = T, where that is not its case."""
        try:
            when = self._conditions(conditions, scope)
        except Unbound:  # a free index counts what it picks, and that is in the values
            for value in values:
                self.of(value, scope)
            raise
        found: list[ndarray] = []
        for number, (value, condition) in enumerate(zip(values, when, strict=True)):
            met = bool(np.any(condition))
            self.seen[node, number] = met or self.seen.get((node, number), False)
            try:
                found.append(self.of(value, scope))
            except ClaimError:
                if met:
                    raise
                found.append(np.array(0.0))
        return arrays.choose(found, when)

    def _conditions(self, cases: tuple[tuple[tree.Relation, ...], ...], scope: Scope) -> list[ndarray]:
        """For each case, on which networks it holds."""
        found: list[ndarray] = []
        for relations in cases:
            holds = [arrays.holds(self.of(r.left, scope), r.operator, self.of(r.right, scope)) for r in relations]
            found.append(reduce(np.logical_and, holds) if holds else ~reduce(np.logical_or, found))
        return found

    def _everywhere(self, node: tree.Over, scope: Scope) -> Iterable[int]:
        """The values that the index of a sum without bounds can take, which are the same wherever it occurs."""
        inner = {part.index: 1 for part in tree.walk(node.body) if isinstance(part, tree.SumOrProduct | tree.Over)}
        around = {name: value for name, value in {**scope, **inner}.items() if name != node.index}
        found: set[tuple[int, ...]] = set()
        for part in tree.walk(node.body):
            if isinstance(part, Index) and Name(node.index) in part.at:
                try:
                    self.of(part, around)
                except Unbound as index:
                    if index.name != node.index:
                        raise
                    found.add(tuple(index.values))
        if len(found) != 1:
            raise FormulaError(f"from where to where {node.index} counts is unclear here; write both bounds")
        return found.pop()

    def steps(self, node: tree.SumOrProduct, scope: Scope) -> range:
        """The values of the index of a sum or product."""
        if node.index in self.network.symbols:
            raise FormulaError(f"{node.index} is a symbol of this run; take another letter").placed(node)
        first, last = self.whole(node.low, scope), self.whole(node.high, scope)
        sign, way = (-1, "down") if node in self.down else (1, "up")
        if sign * (last - first) < -1:
            raise ClaimError(f"this {node.operator} counts {way}, but runs from {first} to {last}").placed(node)
        return range(first, last + sign, sign)

    def products(self, part: object, scope: Scope) -> Iterator[tuple[tree.SumOrProduct, int, int]]:
        """Each product in a formula with its first and last index, once for each value of the indices around it."""
        self._visit()
        if isinstance(part, tree.SumOrProduct):
            first, last = self.whole(part.low, scope), self.whole(part.high, scope)
            if part.operator == "product":
                yield part, first, last
            for step in range(min(first, last), max(first, last) + 1):
                yield from self.products(part.body, {**scope, part.index: step})
        elif isinstance(part, Index) and isinstance(part.base, Name) and part.base.name in self.definitions:
            definition = self.definitions[part.base.name]
            values = [np.array(float(self.whole(subscript, scope))) for subscript in part.at]
            yield from self.products(definition.body, dict(zip(definition.parameters, values, strict=False)))
        elif isinstance(part, Node):
            for child in tree.children(part):
                yield from self.products(child, scope)

    def _empty(self, node: tree.SumOrProduct, scope: Scope) -> ndarray:
        """The sum or product of nothing: zero or one, of the shape that a term has."""
        first = self.whole(node.low, scope)
        for step in dict.fromkeys((first, first - 1, first + 1, *range(self.network.T + 1))):
            try:
                term = self.of(node.body, {**scope, node.index: step})
            except ClaimError:
                continue
            if node.operator == "sum":
                return np.zeros_like(term)
            if shape(term) and shape(term)[0] != shape(term)[1]:
                raise ClaimError(f"this product may be empty, but {arrays.shapes([term])} has no identity")
            return np.ones_like(term) if not shape(term) else np.zeros_like(term) + np.eye(shape(term)[0])
        raise FormulaError(f"this {node.operator} is empty, and of which shape it would be is unclear")

    def _weighed(self, node: tree.Plus, values: list[ndarray]) -> ndarray:
        """The sum of terms; notes which of them float64 can see beside the others, in an entry at least."""
        total = arrays.add(values, node.terms, self.rows)
        if self.shake is None:
            return total
        sizes = [np.abs(value[0] if value.ndim in (1, 3) else value) for value in values]
        size = reduce(np.add, sizes)
        for number, term in enumerate(sizes):
            seen = bool(np.any(term > 4 * UNIT * size))
            if seen or np.any(term):
                self.seen[node, number] = seen or self.seen.get((node, number), False)
        return self.shake(total, size) if total.ndim in (1, 3) else total
