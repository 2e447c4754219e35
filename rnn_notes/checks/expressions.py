"""The SymPy expression of a scalar formula; every letter is a real number, and definitions are unfolded."""

from collections.abc import Iterable
from typing import Any

import sympy
from sympy import Expr, Integer, Rational, Symbol

from rnn_notes.checks import tree
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.tree import CheckError, ClaimError, FormulaError, Index, Name, Node, Number, label

LARGEST_POWER, MOST_BITS, MOST_NODES = 100, 10_000, 5000

BUILT_IN: dict[str, Any] = {
    **{"exp": sympy.exp, "log": sympy.log, "ln": sympy.log, "sin": sympy.sin, "cos": sympy.cos},
    **{"sinh": sympy.sinh, "cosh": sympy.cosh, "tanh": sympy.tanh, "max": sympy.Max, "min": sympy.Min},
    "sigma": lambda x: 1 / (1 + sympy.exp(-x)),
    "relu": lambda x: sympy.Max(0, x),
}


class Expressions:
    """Turns a tree into a SymPy expression; every letter is a real number, and definitions are unfolded."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions, self.visits = definitions, 0

    def of(self, node: Node, scope: dict[str, Expr]) -> Expr:
        """The SymPy expression of a formula; ``scope`` has the arguments of functions and the indices of sums."""
        self.visits += 1
        if self.visits > MOST_NODES:
            raise FormulaError("this is too long for a proof; write it with fewer or shorter sums")
        try:
            return self._node(node, scope)
        except CheckError as error:
            error.placed(node)
            raise

    def _node(self, node: Node, scope: dict[str, Expr]) -> Expr:
        def all_of(nodes: Iterable[Node]) -> list[Expr]:
            return [self.of(part, scope) for part in nodes]

        match node:
            case Number(text):
                return Rational(text)
            case Name("e"):
                return sympy.E
            case Name("pi"):
                return sympy.pi
            case Name(name):
                if name not in scope and name in self.definitions:
                    return self._unfold(name, [])
                return scope.get(name, Symbol(name, real=True))
            case Index(Name(name), subscripts) if name not in scope:
                if name in self.definitions:
                    return self._unfold(name, all_of(subscripts))
                labels = [label(subscript) or str(self.of(subscript, scope)) for subscript in subscripts]
                return Symbol(f"{name}_{','.join(labels)}", real=True)
            case tree.Call(name, arguments, False):
                return self._call(name, all_of(arguments))
            case tree.Call(name, (argument,), True):
                letter = sympy.Dummy(real=True)
                return self._call(name, [letter]).diff(letter).subs(letter, self.of(argument, scope))
            case tree.Call(name, _, True):
                raise FormulaError(f"{name}' is known for functions of one argument")
            case tree.Group(body) | tree.Underbrace(body):
                return self.of(body, scope)
            case tree.Negative(body):
                return -self.of(body, scope)
            case tree.Plus(terms):
                return sympy.Add(*all_of(terms))
            case tree.Times(factors):
                return sympy.Mul(*all_of(factors))
            case tree.Fraction(above, below):
                return self.of(above, scope) * _power(self.of(below, scope), Integer(-1))
            case tree.Power(base, exponent):
                return _power(self.of(base, scope), self.of(exponent, scope))
            case tree.Absolute(body):
                return sympy.Abs(self.of(body, scope))
            case tree.Big(operator, index, low, high, body):
                first, last = self.of(low, scope), self.of(high, scope)
                if not (first.is_Integer and last.is_Integer):
                    raise FormulaError("in a chain the bounds of a sum are numbers")
                steps = node.steps(int(first), int(last))
                each = (self.of(body, {**scope, index: Integer(step)}) for step in steps)
                return sympy.Add(*each) if operator == "sum" else sympy.Mul(*each)
            case tree.Derivative(of, by, False):
                letter = self.of(by, scope)
                if not isinstance(letter, Symbol):
                    raise FormulaError("a derivative is taken by a letter without definition")
                return self._function(of, scope).diff(letter)
        raise FormulaError("a chain is about numbers; check vectors and matrices against a run")

    def _function(self, node: Node, scope: dict[str, Expr]) -> Expr:
        """What is differentiated; a function without arguments is taken of its own letters."""
        if isinstance(node, tree.Call) and not node.arguments and node.function in self.definitions:
            letters = self.definitions[node.function].parameters
            return self._call(node.function, [Symbol(letter, real=True) for letter in letters])
        return self.of(node, scope)

    def _call(self, name: str, values: list[Expr]) -> Expr:
        if name in self.definitions and self.definitions[name].is_function:
            return self._unfold(name, values)
        if name not in BUILT_IN or (len(values) != 1 and name not in ("max", "min")) or not values:
            wanted = "introduce it by a display '% check: define'"
            raise FormulaError(f"{name} of {len(values)} arguments is not known; {wanted}")
        return BUILT_IN[name](*values)

    def _unfold(self, name: str, values: list[Expr]) -> Expr:
        definition = self.definitions[name]
        if len(values) != len(definition.parameters):
            raise FormulaError(f"{name} takes {len(definition.parameters)} arguments, not {len(values)}")
        return self.of(definition.body, dict(zip(definition.parameters, values, strict=True)))


def _power(base: Expr, exponent: Expr) -> Expr:
    if base == 0 and exponent.is_negative:
        raise ClaimError("this divides by zero")
    bits = max(base.p.bit_length(), base.q.bit_length()) if base.is_Rational else 1
    if exponent.is_Rational and (abs(exponent) > LARGEST_POWER or bits * abs(exponent) > MOST_BITS):
        raise FormulaError(f"this power is too large; exponents go to {LARGEST_POWER}")
    return base**exponent
