"""The value of a formula on a run: the tree read with the operations of ``arrays``."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.checks import arrays, tree
from rnn_notes.checks.define import Definition, Definitions
from rnn_notes.checks.tape import Run, Series
from rnn_notes.checks.tree import CheckError, ClaimError, FormulaError, Index, Name, Node, label

MOST = 200_000  # nodes evaluated for one display
Scope = dict[str, Any]  # what indices and parameters of definitions stand for at the moment


class Unbound(Exception):  # noqa: N818 - no error but a message to the loop over the free indices
    """The free index ``name`` is met for the first time; ``values`` are those that it can take there."""

    def __init__(self, name: str, values: Iterable[int]) -> None:
        self.name, self.values = name, values


class Values:
    """Reads formulas on one run. ``free`` gives the values of each letter that may be a free index."""

    def __init__(self, run: Run, free: dict[str, Iterable[int]], definitions: Definitions) -> None:
        self.run, self.free, self.definitions = run, free, definitions
        self.visits = 0

    def of(self, node: Node, scope: Scope) -> ndarray:
        """The value of a formula. Raises FormulaError, ClaimError if its shapes do not fit, Unbound."""
        self.visits += 1
        if self.visits > MOST:
            raise FormulaError("this takes too long to evaluate; write it with fewer or shorter sums")
        try:
            return self._of(node, scope)
        except CheckError as error:
            error.placed(node)
            raise

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
                return arrays.apply(name, prime, all_of(arguments))
            case tree.Group(body) | tree.Underbrace(body):
                return self.of(body, scope)
            case tree.Negative(body):
                return -self.of(body, scope)
            case tree.Plus(terms):
                return arrays.add(all_of(terms), terms)
            case tree.Times(factors):
                return arrays.multiply(all_of(factors))
            case tree.Hadamard(factors):
                return arrays.multiply_entries(all_of(factors))
            case tree.Fraction(above, below):
                return arrays.divide(self.of(above, scope), self.of(below, scope))
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
            case tree.Big(operator, index, low, high, body):
                if index in self.run.symbols:
                    raise FormulaError(f"{index} is a symbol of this run; take another letter")
                steps = node.steps(self.whole(low, scope), self.whole(high, scope))
                each = [self.of(body, {**scope, index: step}) for step in steps]
                if operator == "product":
                    return arrays.multiply(each)
                return np.sum(each, axis=0) if each else arrays.NOTHING
            case tree.Derivative():
                return self._derivative(node, scope)
        raise FormulaError("W^{(t)}, the weights as used at step t, stands below a derivative only")

    def whole(self, node: Node, scope: Scope, values: Iterable[int] | None = None) -> int:
        """The value of an index or count; ``values`` are those that it can take here, if it is a free index."""
        try:
            value = self.of(node, scope)
        except Unbound as index:
            raise Unbound(index.name, index.values if values is None else values) from None
        if value.ndim or not np.isfinite(value) or value != np.round(value):
            raise FormulaError(f"an index or a count has to be a whole number, not {value}").placed(node)
        return int(value)

    def _symbol(self, node: Name | Index, scope: Scope) -> ndarray:
        base, subscripts = (node.base, node.at) if isinstance(node, Index) else (node, ())
        name = base.name if isinstance(base, Name) else None
        if name is None or name in scope:
            value = np.array(scope[name], float) if name else self.of(base, scope)
        elif name in self.definitions:
            return self._unfold(self.definitions[name], [np.array(float(self.whole(s, scope))) for s in subscripts])
        elif name in ("e", "pi") and name not in self.run.symbols:
            value = np.array(getattr(np, name))
        else:
            name, step, subscripts = self._place(base, subscripts, scope)
            symbol = self.run.symbols[name]
            found = symbol if not isinstance(symbol, Series) else symbol.total if step is None else symbol[step]
            if found is None:
                raise FormulaError(f"{name} has a value at every step; give it an index")
            value = found
        if not subscripts:
            return value
        sizes = value.shape[:1] if value.shape[1:] == (1,) else value.shape
        if len(subscripts) != len(sizes):
            raise FormulaError(f"{name or 'this'} with {len(subscripts)} more indices is not known in this run")
        place = [self.whole(k, scope, range(1, size + 1)) for k, size in zip(subscripts, sizes, strict=True)]
        return arrays.entry(name or "this", value, place)

    def _place(
        self, base: Node, subscripts: tuple[Node, ...], scope: Scope
    ) -> tuple[str, int | None, tuple[Node, ...]]:
        """The symbol of the run that a letter with subscripts means, its time step, and the subscripts left over.

        The first subscript is tried as a label: W_{xh} is W_xh if the run has one.
        """
        if not isinstance(base, Name):
            raise FormulaError("a symbol is needed here")
        name, first = base.name, label(subscripts[0]) if subscripts else None
        if f"{name}_{first}" in self.run.symbols:
            name, subscripts = f"{name}_{first}", subscripts[1:]
        elif not subscripts and name in self.free:
            raise Unbound(name, self.free[name])
        elif name not in self.run.symbols or (first and len(first) > 1 and first.isalpha()):
            known = ", ".join(sorted(self.run.symbols))
            raise FormulaError(
                f"{name}{(first and '_') or ''}{first or ''} is not known in this run; known are {known}"
            )
        symbol = self.run.symbols[name]
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
        unknown = y in self.run.parameters or (s is None and (y != "L" or node.immediate))
        if more or even_more or unknown or (node.immediate and (y, s) == (x, t)):
            raise FormulaError("this derivative is not known; take that of L, L_t or a symbol at a step")
        try:
            return self.run.derivative((y, s), (x, t), self.whole(copy.step, scope) if copy else None, node.immediate)
        except (KeyError, ValueError) as error:
            raise FormulaError(f"this derivative is not known: {error}") from None
