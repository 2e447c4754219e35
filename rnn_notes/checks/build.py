"""Makes the tree from what the grammar has recognised; one method a rule of ``latex.lark``."""

import re
from dataclasses import replace
from typing import Any

from lark import Token, v_args

from rnn_notes.checks import tree
from rnn_notes.checks.dots import go_on
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.names import spell
from rnn_notes.checks.operators import Operators, placed, product
from rnn_notes.checks.tree import Name, Node, Statement, free_names, walk

RELATIONS = {"leq": "le", "leqslant": "le", "geq": "ge", "geqslant": "ge", "neq": "ne", "lt": "<", "gt": ">"}


def _signed(node: Node) -> Node:
    """Brackets after a sign of multiplication hold a factor, and no argument of the letter before them."""
    if isinstance(node, tree.Power):
        return replace(node, base=_signed(node.base))
    return replace(node, times=True) if isinstance(node, tree.Brackets) else node


@v_args(wrapper=placed)
class Builder(Operators):
    """Raises FormulaError, wrapped in Lark's VisitError, for what the grammar cannot tell apart."""

    def __init__(self, functions: frozenset[str]) -> None:
        super().__init__()
        self.functions = functions

    def start(self, *rows: Any) -> tuple[Statement, ...]:
        statements: list[Statement] = []
        last = None  # a row that begins with a relation continues from here
        for row in rows:
            if isinstance(row, Token):  # the end of a column, or words: nothing continues across them
                last = None
                continue
            if isinstance(row, tuple):
                raise FormulaError("nothing is claimed here; write a relation such as =", row[0].span[0])
            if isinstance(row, Statement) or isinstance(row[0], Statement):
                statements += [row] if isinstance(row, Statement) else row
                continue
            left, *rest = row if isinstance(row[0], Node) else [last, *row]
            if left is None:
                raise FormulaError("this relation has no left side", row[0].start_pos)
            for relation, right in zip(rest[::2], rest[1::2], strict=True):
                statements.append(self._relation(left, relation, right))
                left = right
            last = left
        braces = [node for node in walk(tuple(statements)) if isinstance(node, tree.Underbrace)]
        statements += [self._relation(brace.body, brace.operator, brace.claim) for brace in braces]
        if not any(isinstance(statement, tree.Relation | tree.Membership) for statement in statements):
            raise FormulaError("nothing is claimed; write a relation such as =", 0)
        return tuple(statements)

    def _relation(self, left: Node, sign: str, right: Node) -> tree.Relation:
        dots = [[node.dotted for node in walk(side) if isinstance(node, tree.SumOrProduct)] for side in (left, right)]
        if left == right and dots[0] == dots[1]:
            raise FormulaError("both sides of this step are the same formula", right.span[0])
        operator = RELATIONS.get(spell(sign), spell(sign))
        relation = tree.Relation(left, operator, right, span=(left.span[0], right.span[1]))
        for big in (node for node in walk(relation) if isinstance(node, tree.SumOrProduct | tree.Over)):
            inner = {node.index for node in walk(big.body) if isinstance(node, tree.SumOrProduct | tree.Over)}
            if big.index in free_names(relation) | inner:
                raise FormulaError(f"{big.index} is bound here and used outside too; take another letter", big.span[0])
        return relation

    def chain(self, *items: Any) -> list[Any]:
        return list(items)

    def span(self, index: Node, relation: Token, low: Node, high: Node) -> tree.Range:
        return tree.Range(self._index(index, relation), low, high)

    def bounds(self, index: Node, relation: Token, low: Node, high: Node) -> tuple[str, Node, Node]:
        return self._index(index, relation), low, high

    def _index(self, index: Node, relation: Token) -> str:
        if not isinstance(index, Name) or spell(relation) != "=":
            raise FormulaError("a range is written index = first, as in t=1", index.span[0])
        return index.name

    def several(self, *parts: Any) -> tuple[Node, ...]:
        return tuple(node for part in parts for node in (part if isinstance(part, tuple) else (part,)))

    items = pair = dimensions = subscript = cells = several

    def each(self, nodes: tuple[Node, ...], sign: Token, right: Node) -> list[Statement]:
        """x, y > 0: a relation for each."""
        return [self._relation(node, sign, right) for node in nodes]

    def spans(self, indices: tuple[Node, ...], sign: Token, low: Node, high: Node) -> list[Statement]:
        return [self.span(index, sign, low, high) for index in indices]

    # Rules whose parts are just the fields of a node.
    group, negative, fraction = tree.Brackets, tree.Negative, tree.Fraction
    power, transpose, absolute, norm = tree.Power, tree.Transpose, tree.Absolute, tree.Norm
    indexed = entry = tree.Index

    def indexed_entry(self, symbol: Node, at: tuple[Node, ...]) -> Node:
        """(W_{xh})_{i,j} below a derivative."""
        base, labels = (symbol.base, symbol.at) if isinstance(symbol, tree.Index) else (symbol, ())
        return tree.Index(base, (*labels, *at))

    def member(self, items: tuple[Node, ...], sizes: tuple[Node, ...]) -> tree.Membership:
        for size in sizes[:-1] and sizes:
            if isinstance(size, tree.Plus):
                raise FormulaError("a sum of sizes beside \\times needs brackets: H \\times (D + H)", size.span[0])
        return tree.Membership(items, sizes)

    def over(self, *parts: Any) -> Node:
        *indices, body = parts
        for index in reversed(indices):
            body = tree.Over("sum", index.name, body)
        return body

    def between(self, low: Node, first: Token, index: Name, second: Token, high: Node, body: Node) -> Node:
        if {RELATIONS.get(spell(sign), spell(sign)) for sign in (first, second)} != {"le"}:
            raise FormulaError("the bounds of a sum are written 1 \\le k \\le n, or below and above", low.span[0])
        return tree.SumOrProduct("sum", index.name, low, high, body)

    def total_negative(self, bounds: tuple[str, Node, Node], body: Node) -> Node:
        return tree.SumOrProduct("sum", *bounds, tree.Negative(body, span=body.span))

    def plus(self, left: Node, right: Node) -> Node:
        return tree.Plus((*(left.terms if isinstance(left, tree.Plus) else [left]), right))

    def minus(self, left: Node, right: Node) -> Node:
        return self.plus(left, tree.Negative(right, span=right.span))

    def dotted_sum(self, left: Node, last: Node) -> Node:
        terms = go_on(left.terms if isinstance(left, tree.Plus) else (left,), last, "sum")
        return tree.Plus(terms) if len(terms) > 1 else terms[0]

    def dotted_product(self, left: Node, last: Node) -> Node:
        factors = go_on(left.factors if isinstance(left, tree.Times) else (left,), last, "product")
        return tree.Times(factors) if len(factors) > 1 else factors[0]

    def hadamard(self, left: Node, right: Node) -> Node:
        more = right.factors if isinstance(right, tree.Hadamard) else (right,)
        return tree.Hadamard((left, *more))

    def times(self, left: Node, right: Node) -> Node:
        return product(left, _signed(right))

    def times_negative(self, left: Node, right: Node) -> Node:
        return product(left, tree.Negative(right, span=right.span))

    def juxtapose(self, left: Node, right: Node) -> Node:
        first = right.base if isinstance(right, tree.Power) else right
        before = left.factors[-1] if isinstance(left, tree.Times) else left
        powers = isinstance(before, tree.Power) and first is not right and before.span[1] < right.span[0]  # 2^x 2^y
        if isinstance(first, tree.Number) and first.span[0] == right.span[0] and not powers:  # it is not below a root
            if isinstance(before, tree.Number) and before.span[1] == first.span[0]:
                raise FormulaError(
                    "a number is read to 15 digits on each side of its point; print fewer", right.span[0]
                )
            raise FormulaError(
                "a number comes right after another factor; put it first or write \\cdot; two indices have a comma "
                "between them, and a label has letters only",
                right.span[0],
            )
        printed = isinstance(right, tree.Fraction) and {type(right.above), type(right.below)} == {tree.Number}
        if isinstance(left, tree.Number) and printed:
            raise FormulaError(
                "a number before a fraction is a mixed number, 2½ = 2.5, or a product, 2 · ½ = 1; write + or \\cdot",
                right.span[0],
            )
        return product(left, right)

    def root(self, body: Node) -> Node:
        return tree.Power(body, tree.Fraction(tree.Number("1"), tree.Number("2")))

    def copy(self, *parts: Any) -> Node:
        *variable, step = parts
        return tree.AtStep(tree.Index(*variable) if len(variable) > 1 else variable[0], step)

    def symbol(self, token: Token) -> Node:
        accent = re.match(r"\\(hat|tilde|bar)\{(.*)\}$", token)
        letter = accent[2] if accent else token
        font = re.match(r"\\([a-z]+)\*?\s*\{", letter)
        return Name(spell(letter) + (f"_{accent[1]}" if accent else ""), font=font[1] if font else "")

    def matrix(self, *rows: tuple[Node, ...]) -> Node:
        return tree.Matrix(rows)

    def square_group(self, body: Node) -> Node:
        return tree.Brackets(body, square=True)

    def listed(self, *parts: Node) -> Node:
        return tree.Listed(parts)

    def relations(self, *parts: Any) -> tuple[tree.Relation, ...]:
        return tuple(self._relation(*parts[n : n + 3]) for n in range(0, len(parts) - 2, 2))

    def case(self, value: Node, when: Any) -> tuple[Node, tuple[tree.Relation, ...]]:
        return value, when if isinstance(when, tuple) else ()

    def indicator(self, _: Token, when: tuple[tree.Relation, ...]) -> Node:
        """1 where it holds, else 0."""
        return tree.Cases((tree.Number("1"), tree.Number("0")), (when, ()))

    def cases(self, *cases: tuple[Node, tuple[tree.Relation, ...]]) -> Node:
        values, conditions = zip(*cases, strict=True)
        if () in conditions[:-1]:
            raise FormulaError("what holds otherwise comes last in a case distinction", values[0].span[0])
        return tree.Cases(values, conditions)

    def stack(self, *blocks: Node) -> Node:
        return tree.Matrix(tuple((block,) for block in blocks))

    def underbrace(self, body: Node, *claim: Any) -> Node:
        return tree.Underbrace(body, claim[-1], "=" if claim[:-1] == () else str(claim[0])) if claim else body
