"""Printed numbers and matrices, exactly: 0.1 is one tenth, and σ(40) is not 1."""

import itertools
from collections.abc import Iterable
from functools import reduce
from typing import Any

import numpy as np
import sympy
from sympy import Expr, ImmutableMatrix

from rnn_notes.checks import numeric, tree
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.errors import CheckError, ClaimError, FormulaError
from rnn_notes.checks.expressions import BUILT_IN, Expressions
from rnn_notes.checks.prove import Chain
from rnn_notes.checks.rounding import allowed
from rnn_notes.checks.step import Proof, Step, limited
from rnn_notes.checks.tree import Node, walk

LARGEST = 400  # entries of a matrix
PLAIN = tree.Number | tree.Negative | tree.Fraction | tree.Group | tree.Plus | tree.Times | tree.Power


class Exact(Expressions):
    """Turns trees into numbers and SymPy matrices; a column has one column, and nothing broadcasts."""

    def _node(self, node: Node, scope: dict[str, Any]) -> Any:
        def all_of(nodes: Iterable[Node]) -> list[Any]:
            return [self.of(part, scope) for part in nodes]

        match node:
            case tree.Matrix(rows):
                return _blocks([all_of(row) for row in rows])
            case tree.Plus(terms):
                return _add(all_of(terms), terms)
            case tree.Times(factors):
                return reduce(_multiply, all_of(factors))
            case tree.Hadamard(factors):
                values = all_of(factors)
                if len({_shape(value) for value in values}) > 1 or not _shape(values[0]):
                    raise ClaimError(f"{_words(values)} cannot be multiplied entry by entry")
                return reduce(lambda a, b: ImmutableMatrix(a.multiply_elementwise(b)), values)
            case tree.Transpose(body):
                value = self.of(body, scope)
                if not _shape(value):
                    raise ClaimError("a number has no transpose")
                return value.T
            case tree.Power(base, exponent):
                value, power = all_of((base, exponent))
                return self._matrix_power(value, power) if _shape(value) else self._power(value, power)
            case tree.Fraction(above, below):
                top, bottom = all_of((above, below))
                if _shape(bottom):
                    raise ClaimError(f"a number has to stand below a fraction, not {_words([bottom])}")
                return top * self._power(bottom, sympy.Integer(-1))
            case tree.Norm(body, kind):
                return _norm(self.of(body, scope), tree.label(kind[0]) if kind else "2")
            case tree.Absolute(body) if _shape(value := self.of(body, scope)):
                return value.applyfunc(sympy.Abs)
            case tree.Index(base, places) if not isinstance(base, tree.Name):
                return _entry(self.of(base, scope), all_of(places))
            case tree.Index(tree.Name(name), places) if name in scope or self._is_matrix(name, places):
                return _entry(self.of(tree.Name(name), scope), all_of(places))
        return super()._node(node, scope)

    def _is_matrix(self, name: str, places: tuple[Node, ...]) -> bool:
        return name in self.definitions and not self.definitions[name].parameters and bool(places)

    def _joined(self, node: tree.Big, each: list[Any], scope: dict[str, Expr]) -> Any:
        if not any(map(_shape, each)):
            if not each and _shape(first := self.of(node.body, {**scope, node.index: self.of(node.low, scope)})):
                return sympy.zeros(*first.shape).as_immutable() if node.operator == "sum" else _unit(first)
            return super()._joined(node, each, scope)
        return _add(each, ()) if node.operator == "sum" else reduce(_multiply, each)

    def apply(self, name: str, values: list[Any]) -> Any:
        if (name in self.definitions and self.definitions[name].is_function) or not any(map(_shape, values)):
            return super().apply(name, values)
        (value, *more) = values
        if name in ("max", "min") and not more:
            return BUILT_IN[name](*value)
        if more:
            raise FormulaError(f"{name} of several matrices is not read here")
        if name == "softmax":
            powers = _column(name, value).applyfunc(lambda a: super(Exact, self).apply("exp", [a]))
            return powers / sum(powers)
        if name == "diag":
            return ImmutableMatrix(sympy.diag(*_column(name, value)))
        if name in ("sigma_max", "rho"):
            return _norm(value, "2") if name == "sigma_max" else sympy.Max(*map(sympy.Abs, value.eigenvals()))
        return _column(name, value).applyfunc(lambda a: super(Exact, self).apply(name, [a]))

    def _matrix_power(self, value: Any, power: Expr) -> Any:
        if not power.is_Integer or not 0 <= power <= 100:
            raise ClaimError(f"{_words([value])} to the power {power} has no meaning here")
        if value.shape[1] == 1:
            return value.applyfunc(lambda a: self._power(a, power))
        if value.shape[0] != value.shape[1]:
            raise ClaimError(f"{_words([value])} has no power")
        return value**power


def check(statements: tuple[tree.Statement, ...], definitions: Definitions, within: float | None = None) -> Proof:
    """Show every statement about numbers. Raises CheckError."""
    if within is not None and not any(isinstance(s, tree.Relation) and s.operator == "approx" for s in statements):
        raise FormulaError("'within' is the tolerance of ≈, which is not in the formula")
    chain = Chain.of(statements, definitions)
    proof = Proof(len(chain.claims))
    for claim in chain.claims:
        values = chain.counted(claim, proof)
        for numbers in itertools.product(*values.values()):
            case = dict(zip(values, numbers, strict=True))
            try:
                with limited():
                    _settle(claim, Exact(definitions, values=case), proof, within)
            except CheckError as error:
                where = ", ".join(f"{name} = {number}" for name, number in case.items())
                error.args = (f"{where and f'at {where}: '}{error}",)
                raise error.placed(claim) from None
    if within is not None:
        proof.note(f"≈ within {within:g}")
    return proof


def _settle(claim: tree.Relation, reader: Exact, proof: Proof, within: float | None) -> None:
    left, right = reader.of(claim.left, {}), reader.of(claim.right, {})
    left, right = _fit(left, claim.left, _shape(right)), _fit(right, claim.right, _shape(left))
    letters = sorted(map(str, left.free_symbols | right.free_symbols))
    if letters:
        raise FormulaError(f"{', '.join(letters)} has no value here; 'numbers' are printed or defined on the page")
    if _shape(left) != _shape(right):
        raise ClaimError(f"left is {_words([left])} and right {_words([right])}")
    pairs = list(zip(*(list(v) if _shape(v) else [v] for v in (left, right)), strict=True))
    if claim.operator == "approx":
        x, y = (np.array([float(numeric.known(entry)) for entry in side]) for side in zip(*pairs, strict=True))
        off = np.abs(x - y) > allowed(claim, y.reshape(_shape(right)), within).reshape(-1) * (1 + 1e-12)
        if off.any():
            raise ClaimError(f"left is {x[off][0]:.6g}, right is {y[off][0]:.6g}")
        return
    for a, b in pairs:
        Step(claim, (a, reader.domain), (b, reader.domain)).prove(proof, within)


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(value.shape) if isinstance(value, sympy.MatrixBase) else ()


def _words(values: list[Any]) -> str:
    return " and ".join(f"of shape {_shape(value)}" if _shape(value) else "a number" for value in values)


def _fit(value: Any, node: Node | None, shape: tuple[int, ...]) -> Any:
    """A printed number beside a column counts for each entry."""
    printed = node is not None and all(isinstance(part, PLAIN) for part in walk(node))
    if not _shape(value) and shape[1:] == (1,) and printed:
        return ImmutableMatrix([value] * shape[0])
    return value


def _add(values: list[Any], nodes: tuple[Node, ...]) -> Any:
    shape = max(map(_shape, values), key=len)
    values = [_fit(v, node, shape) for v, node in itertools.zip_longest(values, nodes)]
    if any(_shape(value) != shape for value in values):
        raise ClaimError(f"{_words(values)} cannot be added")
    return reduce(lambda a, b: a + b, values)


def _multiply(a: Any, b: Any) -> Any:
    if not _shape(a) or not _shape(b):
        return a * b
    if a.shape[1] != b.shape[0]:
        raise ClaimError(f"{_words([a, b])} cannot be multiplied")
    result = a * b
    return result[0] if result.shape == (1, 1) else result


def _blocks(rows: list[list[Any]]) -> Any:
    blocks = [[value if _shape(value) else ImmutableMatrix([[value]]) for value in row] for row in rows]
    if sum(len(block) for row in blocks for block in row) > LARGEST:
        raise FormulaError("this matrix is too large")
    try:
        return ImmutableMatrix.vstack(*(ImmutableMatrix.hstack(*row) for row in blocks))
    except sympy.ShapeError:
        raise ClaimError("the blocks of this matrix do not fit together") from None


def _norm(value: Any, kind: str | None) -> Any:
    if not _shape(value) or kind not in ("2", "F"):
        raise FormulaError("a norm is that of a column or matrix, with the index 2, F or none")
    if kind == "F" or 1 in value.shape:
        return sympy.sqrt(sum(entry**2 for entry in value))
    return sympy.Max(*value.singular_values())


def _entry(value: Any, place: list[Expr]) -> Any:
    sizes = _shape(value)[:1] if _shape(value)[1:] == (1,) else _shape(value)
    if len(place) != len(sizes):
        raise FormulaError(f"{_words([value])} has no entry with {len(place)} indices")
    if not all(k.is_Integer and 1 <= k <= size for k, size in zip(place, sizes, strict=True)):
        raise ClaimError(f"{_words([value])} has no entry {', '.join(map(str, place))}")
    return value[tuple(int(k) - 1 for k in (*place, 1))[:2]]


def _column(name: str, value: Any) -> Any:
    if value.shape[1] != 1:
        raise ClaimError(f"{name} does not take what is {_words([value])}")
    return value


def _unit(value: Any) -> Any:
    if value.shape[0] != value.shape[1]:
        raise ClaimError(f"an empty product of what is {_words([value])} has no value")
    return ImmutableMatrix(sympy.eye(value.shape[0]))
