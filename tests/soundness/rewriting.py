"""Random rewriting by identities that hold everywhere: what it makes of a formula is equal to it by construction.

A rule takes a part of a formula and gives an equal one, or None where it does not apply.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from dataclasses import field as data_field

from soundness.nodes import HALF, ONE, TWO, Node, add, call, had, mul, neg, num, power, put, sub, sym, walk

Type = tuple[str, ...] | None  # () of a number, else the letters of rows and columns; None where it is not known
Rule = Callable[[Node, "Rewriter"], Node | None]
Ranges = dict[str, tuple[Node, Node]]  # the values of an index, from and to


@dataclass
class Rewriter:
    """Rewrites with some rules; ``shapes`` of the symbols of a run, none for numbers; ``letters`` to bring in."""

    rng: random.Random
    rules: list[Rule]
    letters: list[str] = data_field(default_factory=list)
    shapes: dict[str, Type] = data_field(default_factory=dict)
    taken: set[str] = data_field(default_factory=set)  # letters that no new index may have
    series: set[str] = data_field(default_factory=set)  # the symbols whose first subscript is a step
    ranges: Ranges = data_field(default_factory=dict)  # of the indices that are not free to be each of 1 … T

    def rewrite(self, node: Node, times: int) -> Node:
        """Apply that many rules at random places."""
        for _ in range(times):
            for _ in range(40):
                self.taken |= {part.value for _, part in walk(node) if part.op in ("sym", "sum", "prod")}
                path, part, ranges = self.rng.choice(list(places(node, self.ranges)))
                new = self.rng.choice(self.rules)(part, replace(self, ranges=ranges))
                if new is not None and new != part:
                    node = put(node, path, new)
                    break
        return node

    def index(self) -> str:
        """A letter for the index of a sum that is used nowhere else."""
        letter = next(letter for letter in "kjslqvuwpztrnm" if letter not in self.taken)
        self.taken.add(letter)
        return letter

    def small(self) -> Node:
        """Something small to add and take away again."""
        letter = sym(self.rng.choice(self.letters))
        return self.rng.choice(
            [letter, num(self.rng.randint(1, 5)), power(letter, 2), mul(num(self.rng.randint(2, 5)), letter)]
        )

    def type(self, node: Node) -> Type:
        """The shape of a part, as letters."""
        types = [self.type(part) for part in node.args] if node.op not in ("sym", "d", "d+", "entry") else []
        match node.op:
            case "num" | "norm" | "abs" | "entry":
                return ()
            case "sym":
                shape = self.shapes.get(node.value, ())
                axes = len(node.args) - (node.value in self.series)
                return shape if axes <= 0 else ()
            case "call" if node.value == "diag":
                return types[0] and (types[0][0], types[0][0])
            case "call" if node.value in ("max", "min", "sigma_max", "rho"):
                return ()
            case "add":
                return next((t for t in types if t and t[0] != "1"), next((t for t in types if t), types[0]))
            case "mul":
                return self.product(types)
            case "tr":
                return types[0] and types[0][::-1]
            case "sum" | "prod":
                return types[2]
            case "d" | "d+":
                of, by = (self.type(part.args[0] if part.op == "copy" else part) for part in node.args)
                return by if of == () else (of and by and (of[0], by[0]))
            case "matrix":
                return None
        return types[0]

    def product(self, types: list[Type]) -> Type:
        result: Type = ()
        for t in types:
            if result and t:
                result = (result[0], t[1]) if len(result) == len(t) == 2 else None
                if result is None:
                    return None
                result = () if result == ("1", "1") else result
            else:
                result = result or t
        return result


def places(node: Node, ranges: Ranges, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Node, Ranges]]:
    """The parts that may be rewritten, with the ranges there: not what a subscript, a bound or a derivative says."""
    yield path, node, ranges
    if node.op in ("sym", "d", "d+", "copy", "matrix"):
        return
    if node.op in ("sum", "prod"):
        ranges = ranges | {node.value: node.args[:2]}
    for n, part in enumerate(node.args):
        if not (
            (node.op in ("sum", "prod") and n < 2) or (node.op == "entry" and n > 0) or (node.op == "pow" and n > 0)
        ):
            yield from places(part, ranges, (*path, n))


# Of numbers and of columns alike


def commute(node: Node, r: Rewriter) -> Node | None:
    """a + b = b + a; also of ⊙, and of products of numbers."""
    if node.op in ("add", "had") or (node.op == "mul" and all(r.type(part) == () for part in node.args)):
        parts = list(node.args)
        r.rng.shuffle(parts)
        return {"add": add, "had": had, "mul": mul}[node.op](*parts)
    if node.op == "call" and node.value in ("max", "min") and len(node.args) == 2:
        return call(node.value, *node.args[::-1])
    return None


def distribute(node: Node, r: Rewriter) -> Node | None:
    """A (b + c) = A b + A c, (b + c) A = b A + c A, and the same of ⊙."""
    if node.op not in ("mul", "had"):
        return None
    join = mul if node.op == "mul" else had
    for n, part in enumerate(node.args):
        if part.op == "add" and not mixed(part, r):
            before, after = node.args[:n], node.args[n + 1 :]
            terms = [(neg, t.args[0]) if t.op == "neg" else (lambda x: x, t) for t in part.args]
            return add(*(sign(join(*before, t, *after)) for sign, t in terms))
        if part.op == "neg":
            return neg(join(*node.args[:n], part.args[0], *node.args[n + 1 :]))
    return None


def mixed(node: Node, r: Rewriter) -> bool:
    """A sum of a printed number and a column, or of a matrix and a row: there the number or row counts for each."""
    types = [r.type(part) for part in node.args]
    return any(types) and (() in types or len({kind for kind in types if kind}) > 1)


def collect(node: Node, r: Rewriter) -> Node | None:
    """A b + A c = A (b + c), and b A + c A = (b + c) A."""
    if node.op != "add":
        return None
    for i in range(len(node.args) - 1):
        a, b = node.args[i], node.args[i + 1]
        sign = neg if b.op == "neg" else (lambda x: x)
        b = b.args[0] if b.op == "neg" else b
        if a.op == b.op and a.op in ("mul", "had"):
            join = mul if a.op == "mul" else had
            for first in (True, False):
                common, other = (a.args[0], b.args[0]) if first else (a.args[-1], b.args[-1])
                rests = [join(*(p.args[1:] if first else p.args[:-1])) for p in (a, b)]
                if common == other and r.type(rests[0]) == r.type(rests[1]) and not mixed(add(*rests), r):
                    inner = add(rests[0], sign(rests[1]))
                    new = join(common, inner) if first else join(inner, common)
                    return add(*node.args[:i], new, *node.args[i + 2 :])
    return None


def turn(node: Node, r: Rewriter) -> Node | None:
    """a − b = −(b − a)."""
    if node.op == "add" and len(node.args) == 2 and node.args[1].op == "neg":
        return neg(sub(node.args[1].args[0], node.args[0]))
    return None


def twice(node: Node, r: Rewriter) -> Node | None:
    """a = 2a − a = ½ (a + a)."""
    if r.type(node) is None or node.op in ("num", "neg"):
        return None
    n = r.rng.randint(2, 5)
    return r.rng.choice([sub(mul(num(n), node), node if n == 2 else mul(num(n - 1), node)), mul(HALF, add(node, node))])


def split_number(node: Node, r: Rewriter) -> Node | None:
    """7 = 3 + 4."""
    if node.op == "num" and node.value.isdigit():
        n = int(node.value)
        k = r.rng.randint(1, 6)
        return add(num(k), num(n - k)) if n > k else sub(num(n + k), num(k))
    return None


def square(node: Node, r: Rewriter) -> Node | None:
    """a² = a a of a number, and a² = a ⊙ a of a column."""
    if node.op == "pow" and node.args[1] == TWO:
        base = node.args[0]
        kind = r.type(base)
        return mul(base, base) if kind == () else had(base, base) if kind and kind[1] == "1" else None
    if node.op in ("mul", "had") and len(node.args) == 2 and node.args[0] == node.args[1] and node.args[0].op != "num":
        kind = r.type(node.args[0])
        return power(node.args[0], 2) if kind == () or (node.op == "had" and kind and kind[1] == "1") else None
    return None


def bracket_square(node: Node, r: Rewriter) -> Node | None:
    """(a + b)² = a² + 2 a b + b², of numbers."""
    if node.op == "pow" and node.args[1] == TWO and node.args[0].op == "add" and r.type(node.args[0]) == ():
        a, *rest = node.args[0].args
        b = add(*rest)
        return add(power(a, 2), mul(TWO, a, b), power(b, 2))
    return None


def sigmoid(node: Node, r: Rewriter) -> Node | None:
    """σ(a) = 1 − σ(−a), and tanh(a) = 2 σ(2 a) − 1 = −tanh(−a)."""
    kind = r.type(node)
    if node.op != "call" or node.value not in ("sigma", "tanh") or kind is None or (kind and kind[1] != "1"):
        return None  # beside a matrix, 1 has no meaning
    (a,) = node.args
    if node.value == "sigma":
        return sub(ONE, call("sigma", minus(a, r)))
    return r.rng.choice([neg(call("tanh", minus(a, r))), sub(mul(TWO, call("sigma", mul(TWO, a))), ONE)])


def minus(a: Node, r: Rewriter) -> Node:
    """−a, of a sum term by term."""
    if a.op == "add" and not mixed(a, r) and r.rng.random() < 0.5:
        return add(*(neg(part) for part in a.args))
    return neg(a)


def tanh_of_sigmoid(node: Node, r: Rewriter) -> Node | None:
    """σ(a) = ½ (1 + tanh(½ a))."""
    if node.op == "call" and node.value == "sigma":
        return mul(HALF, add(ONE, call("tanh", mul(HALF, node.args[0]))))
    return None


COMMON: list[Rule] = [commute, distribute, collect, turn, twice, split_number, square, sigmoid]
