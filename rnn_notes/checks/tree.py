"""The tree of a formula: the one thing that the LaTeX reader makes and both back-ends read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, dataclass_transform


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
@dataclass(frozen=True)
class Node:
    """A part of a formula; ``span`` is where it is in the LaTeX, and does not count for equality."""

    span: tuple[int, int] = field(default=(0, 0), compare=False, repr=False, kw_only=True)

    __match_args__: ClassVar[tuple[str, ...]]  # what a node says: its fields except where it is and how it is printed

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)


class Number(Node):
    """A literal; the text keeps how many digits were printed."""

    text: str


class Name(Node):
    r"""A symbol by its spelling: ``\tilde{c}`` is ``c_tilde``, ``\delta`` is ``delta``."""

    name: str
    font: str = field(default="", compare=False, repr=False, kw_only=True)


class Index(Node):
    """What a subscript picks: W_{xh}, h_{t-1}, (W h)_{k}. Whether it is a label or an index, the back-end knows."""

    base: Node
    at: tuple[Node, ...]


class Call(Node):
    """A function of its arguments, with primes for its derivatives; without arguments, the function itself."""

    function: str
    arguments: tuple[Node, ...] = ()
    primes: int = 0


class Brackets(Node):
    """Brackets that a reader sees."""

    body: Node
    square: bool = field(default=False, compare=False, repr=False, kw_only=True)
    times: bool = field(default=False, compare=False, repr=False, kw_only=True)  # a sign of multiplication before them


class Negative(Node):
    body: Node


class Plus(Node):
    terms: tuple[Node, ...]


class Times(Node):
    """The ordered product: scalars and matrices, in their order."""

    factors: tuple[Node, ...]


class Hadamard(Node):
    factors: tuple[Node, ...]


class Fraction(Node):
    above: Node
    below: Node


class Power(Node):
    base: Node
    exponent: Node


class Transpose(Node):
    body: Node


class AtStep(Node):
    """W^{(t)}: the weights W as they are used at step t alone."""

    body: Node
    step: Node


class Listed(Node):
    """[a, b]: columns below each other, or rows beside each other."""

    parts: tuple[Node, ...]


class Cases(Node):
    """A case distinction: values, and for each the relations that hold then; without any, otherwise."""

    values: tuple[Node, ...]
    conditions: tuple[tuple["Relation", ...], ...]


class Absolute(Node):
    body: Node


class Norm(Node):
    body: Node
    kind: tuple[Node, ...] = ()


class Matrix(Node):
    rows: tuple[tuple[Node, ...], ...]


class SumOrProduct(Node):
    """A sum or an ordered product, the first factor leftmost; in a chain also the maximum or minimum of numbers."""

    operator: str
    index: str
    low: Node
    high: Node
    body: Node
    dotted: bool = field(default=False, compare=False, repr=False, kw_only=True)  # written with dots


class Over(Node):
    """A sum, maximum or minimum without bounds, over all that its index can be in the body."""

    operator: str
    index: str
    body: Node


class Derivative(Node):
    """d of/d by; ``immediate`` if it was written with ∂⁺, ``gradient`` if with ∇, which is that of a number.

    ``apart`` are the letters that are below the fraction with ``by``.
    """

    of: Node
    by: Node
    immediate: bool
    gradient: bool = False
    apart: tuple[Node, ...] = field(default=(), compare=False, repr=False, kw_only=True)  # as y and x in ∂²/∂x∂y


class Underbrace(Node):
    """A over a brace that says what it is, or how large: a claim of its own."""

    body: Node
    claim: Node
    operator: str = "="


class Relation(Node):
    """Two sides; ``alike`` if they are printed so, but for brackets and the way an index is set.

    ``stated`` says why a reader takes it for a claim where it stands: it follows a "word" as hence, or has a "row".
    """

    left: Node
    operator: str
    right: Node
    alike: bool = field(default=False, compare=False, repr=False, kw_only=True)
    stated: str = field(default="", compare=False, repr=False, kw_only=True)


class Range(Node):
    """t = 1, …, T: for which index values the other statements are meant."""

    index: str
    low: Node
    high: Node


class Membership(Node):
    """a, b ∈ ℝ^{H × D}."""

    items: tuple[Node, ...]
    dimensions: tuple[Node, ...]


Statement = Relation | Range | Membership
PRINTED = Number | Negative | Fraction | Brackets | Plus | Times | Power  # what a printed number may consist of


def children(part: object) -> Iterator[Node]:
    """The nodes right below a node, or in a tuple, in the order of the formula."""
    inner = [getattr(part, name) for name in part.__match_args__] if isinstance(part, Node) else part
    for child in inner if isinstance(inner, list | tuple) else ():
        if isinstance(child, Node):
            yield child
        else:
            yield from children(child)


def walk(part: object) -> Iterator[Node]:
    """All nodes of a tree, the root first, in the order of the formula."""
    if isinstance(part, Node):
        yield part
    for child in children(part):
        yield from walk(child)


def rebuilt(part: Any, change: Callable[[Node], Node]) -> Any:
    """A tree in which each node, from the leaves up, is what ``change`` makes of it."""
    if isinstance(part, tuple):
        return tuple(rebuilt(child, change) for child in part)
    if not isinstance(part, Node):
        return part
    inner = {name: rebuilt(getattr(part, name), change) for name in part.__match_args__}
    return change(replace(part, **inner))


def ungrouped(part: Any) -> Any:
    """A tree without the brackets that group."""
    return rebuilt(part, lambda node: node.body if isinstance(node, Brackets) else node)


def without_brackets(part: Any) -> Any:
    """A tree without its groups, its sums and products flat: what brackets alone change is the same."""

    def flat(node: Node) -> Node:
        for name in {"terms", "factors"} & {*node.__match_args__}:
            nested = (getattr(child, name) if type(child) is type(node) else (child,) for child in getattr(node, name))
            node = replace(node, **{name: tuple(part for parts in nested for part in parts)})
        return node

    return rebuilt(ungrouped(part), flat)


def label(node: Node) -> str | None:
    """A subscript read as a label, as the ``xh`` of W_{xh}; None if it is a sum or another formula."""
    match node:
        case Name(text) | Number(text):
            return text
        case Times(factors):
            letters = [label(factor) for factor in factors]
            return "".join(filter(None, letters)) if None not in letters else None
    return None


def free_names(part: object) -> set[str]:
    """The names of a tree that no sum or product in it binds."""
    match part:
        case Name(name):
            return {name}
        case SumOrProduct(_, index, low, high, body):
            return free_names(body) - {index} | free_names((low, high))
        case Over(_, index, body):
            return free_names(body) - {index}
    return set().union(*map(free_names, children(part)))
