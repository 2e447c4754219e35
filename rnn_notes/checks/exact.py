"""Printed numbers and matrices, exactly: 0.1 is one tenth, and σ(40) is not 1."""

import itertools
from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

import numpy as np
import sympy
from numpy import ndarray
from sympy import Expr, Integer

from rnn_notes.checks import arrays, numeric, tree
from rnn_notes.checks.arrays import fit, shape, shapes
from rnn_notes.checks.deadline import limited
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.errors import CheckError, ClaimError, FormulaError
from rnn_notes.checks.expressions import BUILT_IN, Expressions
from rnn_notes.checks.prove import Chain
from rnn_notes.checks.rounding import allowed
from rnn_notes.checks.step import Proof, Step
from rnn_notes.checks.tree import Node

MAX_ENTRIES = 400  # entries of a matrix


class Exact(Expressions):
    """Turns trees into numbers, and arrays (rows, columns) of them; the operations are those of ``arrays``."""

    def _node(self, node: Node, scope: dict[str, Any]) -> Any:
        def all_of(nodes: Iterable[Node]) -> list[ndarray]:
            return [np.array(self.of(part, scope), dtype=object) for part in nodes]

        match node:
            case tree.Matrix(rows):
                value = arrays.blocks([all_of(row) for row in rows])
                if value.size > MAX_ENTRIES:
                    raise FormulaError("this matrix is too large")
                return value
            case tree.Plus(terms):
                return _plain(arrays.add(all_of(terms), terms))
            case tree.Times(factors):
                return _plain(arrays.multiply(all_of(factors)))
            case tree.Hadamard(factors):
                return arrays.multiply_entries(all_of(factors))
            case tree.Transpose(body):
                return arrays.transpose(*all_of([body]))
            case tree.Power(base, exponent):
                value, power = self.of(base, scope), self.of(exponent, scope)
                return self._matrix_power(value, power) if _is_matrix(value) else self._power(value, power)
            case tree.Fraction(above, below):
                top, bottom = self.of(above, scope), self.of(below, scope)
                if _is_matrix(bottom):
                    raise ClaimError(f"a fraction needs a number below it, not {shapes([bottom])}")
                return top * self._power(bottom, Integer(-1))
            case tree.Norm(body, kind):
                return _norm(self.of(body, scope), tree.label(kind[0]) if kind else "2")
            case tree.Absolute(body) if _is_matrix(value := self.of(body, scope)):
                return _each(sympy.Abs, value)
            case tree.Index(base, places) if not isinstance(base, tree.Name):
                return _entry(self.of(base, scope), [self.of(place, scope) for place in places])
            case tree.Index(tree.Name(name) as base, places) if name in scope or self._is_known(name, places):
                return _entry(self.of(base, scope), [self.of(place, scope) for place in places])
        return super()._node(node, scope)

    def _is_known(self, name: str, places: tuple[Node, ...]) -> bool:
        """Whether a definition gives a matrix, of which an entry is asked for."""
        return name in self.definitions and not self.definitions[name].parameters and bool(places)

    def _joined(self, node: tree.SumOrProduct, each: list[Any], scope: dict[str, Expr]) -> Any:
        if not each and _is_matrix(first := self.of(node.body, {**scope, node.index: self.of(node.low, scope)})):
            return _each(lambda _: Integer(0), first) if node.operator == "sum" else _unit(first)
        if not any(map(_is_matrix, each)):
            return super()._joined(node, each, scope)
        values = [np.array(value, dtype=object) for value in each]
        return arrays.add(values, (node,) * len(values)) if node.operator == "sum" else arrays.multiply(values)

    def apply(self, name: str, values: list[Any]) -> Any:
        if (name in self.definitions and self.definitions[name].is_function) or not any(map(_is_matrix, values)):
            return super().apply(name, values)
        (value, *more) = values
        if more:
            raise FormulaError(f"{name} of several matrices is not read here")
        if name in ("max", "min"):
            return BUILT_IN[name](*value.flat)
        if name in ("sigma_max", "rho"):
            return _norm(value, "2") if name == "sigma_max" else sympy.Max(*map(abs, sympy.Matrix(value).eigenvals()))
        if value.shape[1] != 1:
            raise ClaimError(f"{name} does not take {shapes([value])}")
        if name == "diag":
            return value * np.array(sympy.eye(len(value)), dtype=object)
        powers = _each(lambda a: super(Exact, self).apply("exp" if name == "softmax" else name, [a]), value)
        return powers / sum(powers.flat) if name == "softmax" else powers

    def _matrix_power(self, value: ndarray, power: Expr) -> Any:
        if not power.is_Integer or not 0 <= power <= 100:
            raise ClaimError(f"{shapes([value])} to the power {power} has no meaning here")
        if value.shape[1] == 1:
            return _each(lambda a: self._power(a, power), value)
        return reduce(np.matmul, [value] * int(power), _unit(value))


def check(statements: tuple[tree.Statement, ...], definitions: Definitions, within: float | None = None) -> Proof:
    """Show every statement about numbers. Raises CheckError."""
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
    left, right = (np.array(reader.of(side, {}), dtype=object) for side in (claim.left, claim.right))
    left, right = fit(left, claim.left, shape(right)), fit(right, claim.right, shape(left))
    letters = sorted({str(letter) for side in (left, right) for entry in side.flat for letter in entry.free_symbols})
    if letters:
        raise FormulaError(f"{', '.join(letters)} has no value here; 'numbers' are printed or defined on the page")
    if shape(left) != shape(right):
        raise ClaimError(f"left is {shapes([left])} and right {shapes([right])}")
    if claim.operator == "approx":
        x, y = (np.array([float(numeric.known(entry)) for entry in side.flat]) for side in (left, right))
        off = np.abs(x - y) > allowed(claim, y.reshape(shape(right)), within).reshape(-1) * (1 + 1e-12)
        if off.any():
            raise ClaimError(f"left is {x[off][0]:.6g}, right is {y[off][0]:.6g}")
        return
    for a, b in zip(left.flat, right.flat, strict=True):
        Step(claim, (a, reader.domain), (b, reader.domain)).prove(proof, within)


def _is_matrix(value: Any) -> bool:
    return isinstance(value, ndarray)


def _plain(value: Any) -> Any:
    """The value itself if it is a number."""
    return value.item() if isinstance(value, ndarray) and not shape(value) else value


def _each(function: Callable[[Expr], Any], value: ndarray) -> ndarray:
    """The matrix of what a function makes of the entries."""
    return np.array([function(entry) for entry in value.flat], dtype=object).reshape(value.shape)


def _norm(value: Any, kind: str | None) -> Any:
    if not _is_matrix(value) or kind not in ("2", "F"):
        raise FormulaError("a norm is that of a column or matrix, with the index 2, F or none")
    if kind == "F" or 1 in value.shape:
        return sympy.sqrt(sum(entry**2 for entry in value.flat))
    return sympy.Max(*sympy.Matrix(value).singular_values())


def _entry(value: Any, place: list[Expr]) -> Any:
    words = shapes([np.array(value, dtype=object)])
    sizes = value.shape[: 1 + (value.shape[1] > 1)] if _is_matrix(value) else ()
    if len(place) != len(sizes):
        raise FormulaError(f"{words} has no entry with {len(place)} indices")
    if not all(k.is_Integer and 1 <= k <= size for k, size in zip(place, sizes, strict=True)):
        raise ClaimError(f"{words} has no entry {', '.join(map(str, place))}")
    return value[tuple(int(k) - 1 for k in (*place, 1))[:2]]


def _unit(value: ndarray) -> ndarray:
    if value.shape[0] != value.shape[1]:
        raise ClaimError(f"{shapes([value])} has no power, and an empty product of it no value")
    return np.array(sympy.eye(len(value)), dtype=object)
