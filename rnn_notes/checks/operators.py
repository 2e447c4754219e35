"""Functions, derivatives, sums and products in a formula: what acts on that which follows it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lark import Token, v_args
from lark.visitors import Transformer_NonRecursive

from rnn_notes.checks import tree
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.names import function_name
from rnn_notes.checks.tree import Node, free_names


def placed(make: Any, _data: str, children: list[Any], meta: Any) -> Any:
    """Call a method of the builder and note where in the LaTeX its node is."""
    made = make(*children)
    return replace(made, span=(meta.start_pos, meta.end_pos)) if isinstance(made, Node) else made


def product(left: Node, right: Node) -> Node:
    """Two factors, or one more."""
    return tree.Times((*(left.factors if isinstance(left, tree.Times) else [left]), right))


@v_args(wrapper=placed)
class Operators(Transformer_NonRecursive):
    """The methods of the builder for their rules, one per rule of ``latex.lark``."""

    functions: frozenset[str]  # those that the page has introduced

    def number(self, text: Token) -> Node:
        return tree.Number(text.replace("{,}", ""))

    def function(self, name: Token, mark: Any = None) -> tuple[str, Any]:
        return function_name(name), mark

    def to_base(self, name: Token, base: Token) -> tuple[str, Any]:
        if function_name(name) != "log":
            raise FormulaError("only a logarithm has a number below, its base", name.start_pos)
        return "log", self.number(base)

    def call(self, function: tuple[str, Any], *arguments: Node) -> Node:
        name, mark = function
        if isinstance(mark, tree.Number):
            return tree.Times((tree.Fraction(tree.Number("1"), tree.Call("ln", (mark,))), tree.Call(name, arguments)))
        if mark and mark.type == "NUMBER" and name in self.functions:
            twice = f"{name} of {name}, or the square of {name}? write {name}({name}(x)), or ({name}(x))^{mark}"
            raise FormulaError(twice, mark.start_pos)
        primes = mark.count("'") + mark.count("prime") if mark and mark.type == "PRIME" else 0
        call = tree.Call(name, arguments, primes)
        return tree.Power(call, tree.Number(str(mark))) if mark and mark.type == "NUMBER" else call

    def bare_call(self, function: tuple[str, Any], argument: Node) -> Node:
        name = function[0]
        if name in self.functions:
            raise FormulaError(f"{name} is a function on this page; its argument goes in brackets", argument.span[0])
        if name == "sigma":
            raise FormulaError(
                "σ is the sigmoid here and its argument goes in brackets, \\sigma(x); "
                "a number σ before a factor needs another letter",
                argument.span[0],
            )
        return self.call(function, argument)

    def bare_calls(self, *parts: Any) -> Node:
        """sin x cos y: what a function is taken of ends where the next one begins."""
        return tree.Times(tuple(self.bare_call(*pair) for pair in zip(parts[::2], parts[1::2], strict=True)))

    def bare(self, name: Token) -> Node:
        return tree.Call(function_name(name))

    def total(self, bounds: tuple[str, Node, Node], body: Node) -> Node:
        return tree.SumOrProduct("sum", *bounds, body)

    def ordered(self, bounds: tuple[str, Node, Node]) -> Callable[[Node], Node]:
        return lambda body: tree.SumOrProduct("product", *bounds, body)

    def extreme(self, name: Token, index: tree.Name) -> Callable[[Node], Node]:
        return lambda body: tree.Over(function_name(name), index.name, body)

    def differential(self, above: Token, *parts: Any) -> Callable[[Node], Node]:
        order = [part for part in parts if isinstance(part, Token)]
        return lambda of: self.derivative(above, *order, of, *parts[len(order) :])

    def by(self, sign: Token, variable: Node, order: str = "1") -> tuple[Token, Node, int]:
        return sign, variable, int(order)

    def gradient(self, sign: Token, by: Node) -> Callable[[Node], Node]:
        return lambda of: tree.Derivative(of, by, immediate=False, gradient="nabla" in sign)

    def apply(self, operator: Callable[[Node], Node], operand: Node) -> Node:
        return operator(operand)

    def apply_to_product(self, operator: Callable[[Node], Node], factor: Node, rest: Node) -> Node:
        """The derivative of ½ (x − 1)²: what it is taken by is not in the number before, so the product is meant."""
        found = operator(product(factor, rest))
        if not isinstance(found, tree.Derivative) or free_names(found.by) & free_names(factor):
            raise FormulaError("what belongs to this operator is unclear; put it in brackets", factor.span[0])
        return found

    def derivative(self, above: Token, *parts: Any) -> Node:
        order, of, *below = parts if isinstance(parts[0], Token) else ("1", *parts)
        for sign, _, _ in below:
            if "+" in sign or ("partial" in above) != ("partial" in sign):
                raise FormulaError(
                    "write d over d, or \\partial (or \\partial^{+}) over \\partial", sign.start_pos or 0
                )
        if int(order) != sum(times for _, _, times in below) or int(order) > 4:
            second = "\\frac{d^2}{dx^2} or \\frac{\\partial^2}{\\partial x \\partial y}"
            raise FormulaError(f"a derivative of second order is {second}; it goes to the fourth", above.start_pos or 0)
        letters = tuple(variable for _, variable, times in below for _ in range(times))
        for variable in reversed(letters):
            of = tree.Derivative(of, variable, immediate="+" in above, apart=letters)
        return of
