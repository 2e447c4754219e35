"""The tree of a formula, of this folder's own make: nothing of the checker is used here but its verdict.

An operation is a word: ``num`` (value: its text), ``sym`` (value: its spelling, arguments: what its subscript picks),
``call`` and ``prime`` (value: the function), ``neg add mul had frac pow tr abs entry``, ``norm`` (value: its kind),
``matrix`` (value: columns), ``sum`` and ``prod`` (value: the index; arguments: from, to, body), ``d`` and ``d+``
(arguments: of, by), ``copy`` (weights, step), ``brace`` (body, claim).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Node:
    """A part of a formula."""

    op: str
    args: tuple["Node", ...] = ()
    value: Any = None


@dataclass(frozen=True)
class Claim:
    """left sign right; the sign is = < > le ge approx."""

    left: Node
    sign: str
    right: Node
    goes_on: bool = field(default=False, compare=False)  # from the right side of the claim before it


@dataclass(frozen=True)
class Range:
    """index = low, …, high."""

    index: str
    low: Node
    high: Node


@dataclass(frozen=True)
class Member:
    """items ∈ ℝ^{dimensions}."""

    items: tuple[Node, ...]
    dimensions: tuple[Node, ...]


def num(value: object) -> Node:
    """A printed number; a negative one is its minus and its digits."""
    text = str(value)
    return Node("neg", (num(text[1:]),)) if text.startswith("-") else Node("num", (), text)


ONE, TWO = num(1), num(2)


def sym(name: str, *at: Node) -> Node:
    """A symbol by its spelling, with a step or entries."""
    return Node("sym", at, name)


def add(*terms: Node) -> Node:
    """The sum; sums inside are opened."""
    flat = [part for term in terms for part in (term.args if term.op == "add" else (term,))]
    return Node("add", tuple(flat)) if len(flat) > 1 else flat[0]


def neg(term: Node) -> Node:
    return term.args[0] if term.op == "neg" else Node("neg", (term,))


def sub(a: Node, b: Node) -> Node:
    return add(a, neg(b))


def offset(step: Node) -> tuple[list[Node], int]:
    """Of t − 1 + 3: its terms that are no numbers, and what the others add to them."""
    terms = step.args if step.op == "add" else (step,)
    numbers = [part for part in terms if (part.args[0] if part.op == "neg" else part).op == "num"]
    rest = [part for part in terms if part not in numbers]
    return rest, sum(-int(p.args[0].value) if p.op == "neg" else int(p.value) for p in numbers)


def mul(*factors: Node) -> Node:
    """The ordered product; products inside are opened."""
    flat = [part for factor in factors for part in (factor.args if factor.op == "mul" else (factor,))]
    return Node("mul", tuple(flat)) if len(flat) > 1 else flat[0]


def had(*factors: Node) -> Node:
    """The product entry by entry."""
    flat = [part for factor in factors for part in (factor.args if factor.op == "had" else (factor,))]
    return Node("had", tuple(flat)) if len(flat) > 1 else flat[0]


def frac(above: Node, below: Node) -> Node:
    return Node("frac", (above, below))


HALF = frac(ONE, TWO)


def power(base: Node, exponent: Node | int) -> Node:
    return Node("pow", (base, num(exponent) if isinstance(exponent, int) else exponent))


def tr(body: Node) -> Node:
    return body.args[0] if body.op == "tr" else Node("tr", (body,))


def call(name: str, *arguments: Node) -> Node:
    return Node("call", arguments, name)


def total(index: str, low: Node, high: Node, body: Node) -> Node:
    return Node("sum", (low, high, body), index)


def derivative(of: Node, by: Node, immediate: bool = False) -> Node:
    return Node("d+" if immediate else "d", (of, by))


def walk(node: Node, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Node]]:
    """All parts of a tree with their places, the root first."""
    yield path, node
    for n, part in enumerate(node.args):
        yield from walk(part, (*path, n))


def put(node: Node, path: tuple[int, ...], new: Node) -> Node:
    """The tree with another part at a place; sums and products stay flat."""
    if not path:
        return new
    args = list(node.args)
    args[path[0]] = put(args[path[0]], path[1:], new)
    if node.op in ("add", "mul", "had"):
        return {"add": add, "mul": mul, "had": had}[node.op](*args)
    return replace(node, args=tuple(args))


def substitute(node: Node, name: str, new: Node) -> Node:
    """The tree with ``new`` for each plain symbol of that name that is not bound in it."""
    if node.op == "sym" and node.value == name and not node.args:
        return new
    if node.op in ("sum", "prod") and node.value == name:
        low, high, body = node.args
        return replace(node, args=(substitute(low, name, new), substitute(high, name, new), body))
    changed = replace(node, args=tuple(substitute(part, name, new) for part in node.args))
    return {"add": add, "mul": mul, "had": had}[node.op](*changed.args) if node.op in ("add", "mul", "had") else changed


def free(node: Node) -> set[str]:
    """The names of a tree that no sum or product in it binds."""
    if node.op in ("sum", "prod"):
        low, high, body = node.args
        return free(low) | free(high) | (free(body) - {node.value})
    own = {node.value} if node.op == "sym" else set()
    return own.union(*map(free, node.args))
