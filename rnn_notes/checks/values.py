"""The value of a formula on a run: the tree read with the operations of ``arrays``."""

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.checks import arrays, tree
from rnn_notes.checks.arrays import shape
from rnn_notes.checks.define import Definition, Definitions
from rnn_notes.checks.errors import CheckError, ClaimError, FormulaError
from rnn_notes.checks.network import Network, Series
from rnn_notes.checks.tape import UNIT, Shake
from rnn_notes.checks.tree import Index, Name, Node, label

MOST = 100_000  # nodes evaluated for one display
Scope = dict[str, Any]  # what indices and parameters of definitions stand for at the moment


class Unbound(Exception):  # noqa: N818 - no error but a message to the loop over the free indices
    """The free index ``name`` is met for the first time; ``values`` are those that it can take there."""

    def __init__(self, name: str, values: Iterable[int]) -> None:
        self.name, self.values = name, values


class Values:
    """Reads formulas on networks of one run. ``free`` gives the values of each letter that may be a free index.

    With ``rows``, vectors are rows and weights (from, to), so all arrays of a run of columns are transposed.
    ``down`` are the products that count down.
    ``by_entries`` divides columns entry by entry, which is never what a formula means, but explains what it does not.
    """

    def __init__(
        self, network: Network, free: dict[str, Iterable[int]], definitions: Definitions, rows: bool = False
    ) -> None:
        self.network, self.free, self.definitions = network, free, definitions
        self.rows = rows or getattr(network.run, "rows", False)
        self.turned = rows and not getattr(network.run, "rows", False)
        self.shake = Shake(network.N) if network.shaken else None
        self.down: frozenset[tree.Big] = frozenset()
        self.by_entries = False
        self.weights: dict[tuple[tree.Plus, int], bool] = {}  # whether a term that is not zero can be seen
        self.visits, self.most = 0, MOST

    def of(self, node: Node, scope: Scope) -> ndarray:
        """The value of a formula. Raises FormulaError, ClaimError if its shapes do not fit, Unbound."""
        self._visit()
        try:
            value = self._of(node, scope)
        except CheckError as error:
            error.placed(node)
            raise
        if self.shake is None or value.ndim not in (1, 3) or isinstance(node, tree.Group | tree.Underbrace | tree.Plus):
            return value
        return self.shake(value, 1.0 if isinstance(node, tree.Call) else 0.0)

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
            case tree.Call(name, arguments, prime):
                if name in self.definitions and name not in arrays.FUNCTIONS and not prime:
                    return self._unfold(self.definitions[name], all_of(arguments))
                return arrays.apply(name, prime, all_of(arguments), self.rows)
            case tree.Group(body) | tree.Underbrace(body):
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
                return arrays.power(self.of(base, scope), self.of(exponent, scope))
            case tree.Transpose(body):
                return arrays.transpose(self.of(body, scope))
            case tree.Absolute(body):
                return np.abs(self.of(body, scope))
            case tree.Norm(body, kind):
                return arrays.norm(self.of(body, scope), label(kind[0]) if kind else "2")
            case tree.Matrix(rows):
                return arrays.blocks([all_of(row) for row in rows])
            case tree.Listed(parts):
                return arrays.listed(all_of(parts))
            case tree.Cases(values, conditions):
                return arrays.choose(all_of(values), self._conditions(conditions, scope))
            case tree.Over(index, body):
                return reduce(np.add, [self.of(body, {**scope, index: step}) for step in self._everywhere(node, scope)])
            case tree.Big(operator, index, _, _, body):
                steps = self.steps(node, scope)
                each = [self.of(body, {**scope, index: step}) for step in steps]
                if not each:
                    return self._empty(node, scope)
                return arrays.multiply(each) if operator == "product" else np.sum(each, axis=0)
            case tree.Derivative():
                return self._derivative(node, scope)
        raise FormulaError("W^{(t)}, the weights as used at step t, stands below a derivative only")

    def _conditions(self, cases: tuple[tuple[tree.Relation, ...], ...], scope: Scope) -> list[ndarray]:
        """For each case, on which networks it holds."""
        found: list[ndarray] = []
        for relations in cases:
            holds = [arrays.holds(self.of(r.left, scope), r.operator, self.of(r.right, scope)) for r in relations]
            found.append(reduce(np.logical_and, holds) if holds else ~reduce(np.logical_or, found))
        return found

    def _everywhere(self, node: tree.Over, scope: Scope) -> Iterable[int]:
        """The values that the index of a sum without bounds can take, which are the same wherever it stands."""
        inner = {part.index: 1 for part in tree.walk(node.body) if isinstance(part, tree.Big | tree.Over)}
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

    def steps(self, node: tree.Big, scope: Scope) -> range:
        """The values of the index of a sum or product."""
        if node.index in self.network.symbols:
            raise FormulaError(f"{node.index} is a symbol of this run; take another letter").placed(node)
        first, last = self.whole(node.low, scope), self.whole(node.high, scope)
        return node.steps(first, last, node in self.down)

    def products(self, part: object, scope: Scope) -> Iterator[tuple[tree.Big, int, int]]:
        """Each product in a formula with its first and last index, once for each value of the indices around it."""
        self._visit()
        if isinstance(part, tree.Big):
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

    def _empty(self, node: tree.Big, scope: Scope) -> ndarray:
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
        if self.shake is None or total.ndim not in (1, 3):
            return total
        sizes = [np.abs(value[0] if value.ndim in (1, 3) else value) for value in values]
        size = reduce(np.add, sizes)
        for number, term in enumerate(sizes):
            seen = bool(np.any(term > 4 * UNIT * size))
            if seen or np.any(term):
                self.weights[node, number] = seen or self.weights.get((node, number), False)
        return self.shake(total, size)

    def whole(self, node: Node, scope: Scope, values: Iterable[int] | None = None) -> int:
        """The value of an index or count; ``values`` are those that it can take here, if it is a free index."""
        try:
            value = self.of(node, scope)
        except Unbound as index:
            raise Unbound(index.name, index.values if values is None else values) from None
        if shape(value) or not np.isfinite(value).all() or (value != np.round(value)).any() or np.ptp(value):
            found = arrays.shapes([value]) if shape(value) else f"{np.ravel(value)[0]:.6g}"
            raise FormulaError(f"an index or a count has to be a whole number, not {found}").placed(node)
        return int(np.ravel(value)[0])

    def _symbol(self, node: Name | Index, scope: Scope) -> ndarray:
        base, subscripts = (node.base, node.at) if isinstance(node, Index) else (node, ())
        name = base.name if isinstance(base, Name) else None
        if name is None or name in scope:
            value = np.array(scope[name], float) if name else self.of(base, scope)
        elif name in self.definitions:
            return self._unfold(self.definitions[name], [np.array(float(self.whole(s, scope))) for s in subscripts])
        elif name in ("e", "pi") and name not in self.network.symbols:
            value = np.array(getattr(np, name))
        else:
            name, step, subscripts = self._place(base, subscripts, scope)
            symbol = self.network.symbols[name]
            found = symbol if not isinstance(symbol, Series) else self._of_series(symbol, step)
            if found is None:
                raise FormulaError(f"{name} has a value at every step; give it an index")
            value = self.turn(found)
        return self._entry(name or "this", value, subscripts, scope) if subscripts else value

    def _entry(self, name: str, value: ndarray, subscripts: tuple[Node, ...], scope: Scope) -> ndarray:
        """An entry of a column, row or matrix."""
        return arrays.entry(name, value, self._at(name, value, subscripts, scope))

    def _at(self, name: str, value: ndarray, subscripts: tuple[Node, ...], scope: Scope) -> tuple[int, int]:
        """The row and the column that the indices of a column, row or matrix mean."""
        if name in scope and not shape(value):
            raise FormulaError(f"{name} counts here and has no index of its own; the step before is {name}-1")
        is_row, is_column = self.rows and shape(value)[:1] == (1,), shape(value)[1:] == (1,)
        sizes = shape(value)[1:] if is_row else shape(value)[:1] if is_column else shape(value)
        if len(subscripts) != len(sizes):
            raise FormulaError(f"{name} with {len(subscripts)} more indices is not known in this run")
        place = [self.whole(k, scope, range(1, size + 1)) for k, size in zip(subscripts, sizes, strict=True)]
        row, column = (1, *place) if is_row else (*place, 1)[:2]
        return row, column

    def turn(self, value: ndarray) -> ndarray:
        """An array of the run as the display means it."""
        return value.mT if self.turned and shape(value) else value

    @staticmethod
    def _of_series(symbol: Series, step: int | None) -> ndarray | None:
        if step is not None:
            return symbol.at(step)
        return symbol.total() if symbol.total else None

    def _place(
        self, base: Node, subscripts: tuple[Node, ...], scope: Scope
    ) -> tuple[str, int | None, tuple[Node, ...]]:
        """The symbol of the run that a letter with subscripts means, its time step, and the subscripts left over.

        The first subscript is tried as a label: W_{xh} is W_xh if the run has one.
        """
        if not isinstance(base, Name):
            raise FormulaError("a symbol is needed here")
        name, first = base.name, label(subscripts[0]) if subscripts else None
        if f"{name}_{first}" in self.network.symbols:
            name, subscripts = f"{name}_{first}", subscripts[1:]
        elif not subscripts and name in self.free:
            raise Unbound(name, self.free[name])
        elif name not in self.network.symbols or (first and len(first) > 1 and first.isalpha()):
            known = ", ".join(sorted(self.network.symbols))
            raise FormulaError(
                f"{name}{(first and '_') or ''}{first or ''} is not known in this run; known are {known}. "
                "A network of your own is a run, which you bring with --runs or in pyproject.toml"
            )
        symbol = self.network.symbols[name]
        if not isinstance(symbol, Series) or not subscripts:
            return name, None, subscripts
        step = self.whole(subscripts[0], scope)
        if not symbol.first <= step <= symbol.last:
            raise ClaimError(
                f"{name} has no step {step}, only {symbol.first} to {symbol.last}; "
                f"say for which indices this is meant, as in '% check: rnn t<T'"
            )
        return name, step, subscripts[1:]

    def _unfold(self, definition: Definition, values: list[ndarray]) -> ndarray:
        if len(values) != len(definition.parameters):
            raise FormulaError(f"{definition.name} takes {len(definition.parameters)} arguments, not {len(values)}")
        return self.of(definition.body, dict(zip(definition.parameters, values, strict=True)))

    def _derivative(self, node: tree.Derivative, scope: Scope) -> ndarray:
        copy = node.by if isinstance(node.by, tree.Copy) else None
        of, by = (n if isinstance(n, Index) else Index(n, ()) for n in (node.of, copy.body if copy else node.by))
        (y, s, more), (x, t, even_more) = (self._place(n.base, n.at, scope) for n in (of, by))
        run, symbol = self.network.run, self.network.symbols[y]
        whole = s is None and isinstance(symbol, Series) and symbol.total is None
        unknown = y in run.parameters or y in self.network.sizes or y in run.gradients or whole
        if unknown or (node.immediate and (y, s) == (x, t)):
            raise FormulaError("this derivative is not known; take that of L, L_t or a symbol at a step")
        above = self.of(Index(of.base, of.at[: len(of.at) - len(more)], span=of.span), scope)
        entry = self._at(y, above, more, scope) if more else None
        if shape(above) and not more and (node.gradient or self.rows):
            why = "a gradient, ∇, is that of a number" if node.gradient else "for rows two conventions are in use"
            raise FormulaError(
                f"{why}; write \\frac{{\\partial …}}{{\\partial …}} of columns, or of a number such as L"
            )
        try:
            at = self.whole(copy.step, scope) if copy else None
            place = entry[::-1] if entry and self.turned else entry
            found = self.turn(self.network.derivative((y, s), (x, t), at, node.immediate, place))
        except (KeyError, ValueError) as error:
            raise FormulaError(f"this derivative is not known: {error}") from None
        if not even_more:
            return found
        if not shape(above) or more:
            return self._entry(x, found, even_more, scope)
        column = self.whole(even_more[0], scope, range(1, found.shape[-1] + 1))
        return found[..., :, column - 1 : column]
