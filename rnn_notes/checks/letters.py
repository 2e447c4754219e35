"""What a letter means in a chain: a real number, a number that counts, or what a definition says."""

from abc import ABC, abstractmethod
from typing import Any

import sympy
from sympy import Expr, Integer, Symbol

from rnn_notes.checks import tree
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.domain import Where
from rnn_notes.checks.errors import FormulaError, OpenBoundsError
from rnn_notes.checks.notation import Given, vector
from rnn_notes.checks.tree import Node, Number, label


class Letters(ABC):
    """The letters of a display. ``values`` are those of letters that count, such as n in a sum to n.

    A letter in ``symbolic`` stands for any positive whole number.
    """

    def __init__(
        self,
        definitions: Definitions,
        given: Given = Given(),  # noqa: B008 - never changed here
        values: dict[str, int] | None = None,
        symbolic: frozenset[str] = frozenset(),
    ) -> None:
        self.definitions, self.given, self.values, self.symbolic = definitions, given, values or {}, symbolic
        self.visits, self.domain, self.held = 0, set[Where](), set[str]()
        self.bound: set[str] = set()  # the indices of the sums around
        self.apart = set[Where]()  # where alone the closed forms of sums are right
        self.powers = dict[Where, str]()  # where alone a power is defined whose exponent has a letter, and that letter

    @abstractmethod
    def of(self, node: Node, scope: dict[str, Any]) -> Any:
        """The expression of a formula."""

    def symbol(self, name: str) -> Expr:
        """The letter as a real number, or what it depends on if that is stated."""
        if name in self.given.depends:
            return sympy.Function(name, real=True)(*map(self.symbol, self.given.depends[name]))
        if name in self.symbolic:
            return Symbol(name, integer=True, positive=True)
        return Symbol(name, integer=True) if name in self.given.integer else Symbol(name, real=True)

    def _letter(self, name: str, scope: dict[str, Expr]) -> Expr:
        if name in scope:
            return scope[name]
        if name in self.definitions:
            return self._unfold(name, [])
        if name in self.values:
            return Integer(self.values[name])
        if name in self.given.function:
            raise FormulaError(f"{name} is a function; write {name}(x)")
        self._refuse_vector(name, ())
        return self.symbol(name)

    def _indexed(self, name: str, subscripts: tuple[Node, ...], scope: dict[str, Expr]) -> Expr:
        if name in self.definitions:
            return self._unfold(name, [self.of(subscript, scope) for subscript in subscripts])
        self._refuse_vector(name, subscripts)
        return self.symbol(f"{name}_{','.join(self._label(subscript, scope) for subscript in subscripts)}")

    def _label(self, subscript: Node, scope: dict[str, Expr]) -> str:
        counted = tree.free_names(subscript) & (scope.keys() | self.values.keys() | self.symbolic)
        if not counted:
            return label(subscript) or str(self.of(subscript, scope))
        if isinstance(subscript, tree.Times) and not any(isinstance(part, Number) for part in subscript.factors):
            raise FormulaError("two indices, or their product? write x_{i,j} or x_{i \\cdot j}")
        place = self.of(subscript, scope)
        if not place.is_Integer:
            if open_letters := {str(letter) for letter in place.free_symbols} & (self.symbolic | self.bound):
                raise OpenBoundsError(open_letters)
            raise FormulaError(f"an index is a whole number, not {place}")
        return str(place)

    def _refuse_vector(self, name: str, subscripts: tuple[Node, ...]) -> None:
        labels = [label(subscript) for subscript in subscripts]
        spelled = name if None in labels else "_".join([name, *filter(None, labels)])
        if {name, spelled} & (self.given.number | self.given.constant | self.given.integer | self.given.depends.keys()):
            return
        if vector(name, subscripts, self.bound | self.values.keys() | self.symbolic):
            raise FormulaError(
                f"{spelled} is a vector or matrix in these notes, and a chain is about numbers; check this against a "
                f"run, or write '% given: {spelled} is a number' below the mark"
            )

    def _unfold(self, name: str, values: list[Expr]) -> Expr:
        definition = self.definitions[name]
        inside = set().union(*(getattr(value, "free_symbols", ()) for value in values))
        if clash := sorted(definition.by & set(map(str, inside))):
            raise FormulaError(
                f"{name} is a derivative by {clash[0]}, which would be the {clash[0]} of its argument here; "
                "take another letter where it is defined"
            )
        return self.of(definition.body, definition.scope(values))
