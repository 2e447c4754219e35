"""Identities of real numbers, by theme: each holds for all values of its letters."""

from soundness.nodes import (
    HALF,
    ONE,
    TWO,
    Node,
    add,
    call,
    frac,
    free,
    mul,
    neg,
    num,
    power,
    put,
    sub,
    sym,
    total,
    walk,
)
from soundness.rewriting import (
    COMMON,
    Rewriter,
    Rule,
    bracket_square,
    commute,
    distribute,
    minus,
    sigmoid,
    split_number,
    square,
    tanh_of_sigmoid,
    turn,
)


def add_and_take(node: Node, r: Rewriter) -> Node | None:
    """a = (a + s) − s."""
    return sub(add(node, s), s) if (s := r.small()) else None


def difference_of_squares(node: Node, r: Rewriter) -> Node | None:
    """a² − b² = (a − b)(a + b)."""
    if node.op == "add" and len(node.args) == 2 and node.args[1].op == "neg":
        a, b = node.args[0], node.args[1].args[0]
        if all(p.op == "pow" and p.args[1] == TWO for p in (a, b)):
            return mul(sub(a.args[0], b.args[0]), add(a.args[0], b.args[0]))
    return None


def over_positive(node: Node, r: Rewriter) -> Node | None:
    """a = a p / p with p = 1 + s², which has no zero; a/b + c/b = (a + c)/b."""
    if node.op == "frac" and node.args[0].op == "add":
        return add(*(frac(part, node.args[1]) for part in node.args[0].args))
    p = add(num(r.rng.randint(1, 3)), power(sym(r.rng.choice(r.letters)), 2))
    return frac(mul(node, p), p) if node.op != "num" else None


def fraction(node: Node, r: Rewriter) -> Node | None:
    """a / b = a · (1/b) = a b^{−1}, and 1 / (a/b) = b/a where all is defined alike."""
    if node.op == "frac":
        a, b = node.args
        return r.rng.choice([mul(a, frac(ONE, b)), mul(a, power(b, neg(ONE)))])
    return None


def exponentials(node: Node, r: Rewriter) -> Node | None:
    """e^{a+b} = e^a e^b, σ = 1/(1 + e^{−a}) = e^a/(1 + e^a), tanh, sinh, cosh by exponentials."""
    if node.op == "call" and len(node.args) == 1:
        (a,) = node.args
        up, down = call("exp", a), call("exp", minus(a, r))
        match node.value:
            case "exp" if a.op == "add":
                return mul(*(call("exp", part) for part in a.args))
            case "exp":
                return r.rng.choice([frac(ONE, down), power(call("exp", mul(HALF, a)), 2)])
            case "sigma":
                return r.rng.choice([frac(ONE, add(ONE, down)), frac(up, add(ONE, up))])
            case "tanh":
                return r.rng.choice([frac(sub(up, down), add(up, down)), frac(call("sinh", a), call("cosh", a))])
            case "sinh":
                return mul(HALF, sub(up, down))
            case "cosh":
                return frac(add(up, down), TWO)
    if node.op == "mul" and all(part.op == "call" and part.value == "exp" for part in node.args):
        return call("exp", add(*(part.args[0] for part in node.args)))
    if node == ONE:
        a = sym(r.rng.choice(r.letters))
        return sub(power(call("cosh", a), 2), power(call("sinh", a), 2))
    return None


def trigonometry(node: Node, r: Rewriter) -> Node | None:
    """1 = sin² + cos², sums and doubles of angles, and parity."""
    if node == ONE:
        a = sym(r.rng.choice(r.letters))
        return add(power(call("sin", a), 2), power(call("cos", a), 2))
    if node.op == "pow" and node.args[1] == TWO and node.args[0].op == "call" and node.args[0].value in ("sin", "cos"):
        other = {"sin": "cos", "cos": "sin"}[node.args[0].value]
        return sub(ONE, power(call(other, *node.args[0].args), 2))
    if node.op != "call" or node.value not in ("sin", "cos"):
        return None
    (a,), sine = node.args, node.value == "sin"
    if a.op == "add" and len(a.args) == 2:
        x, y = a.args
        y, opposite = (y.args[0], True) if y.op == "neg" else (y, False)
        first, second = (("sin", "cos"), ("cos", "sin")) if sine else (("cos", "cos"), ("sin", "sin"))
        one, two = (mul(call(f, x), call(g, y)) for f, g in (first, second))
        return add(one, two) if sine != opposite else sub(one, two)
    if a.op == "mul" and a.args[0] == TWO:
        b = mul(*a.args[1:])
        return mul(TWO, call("sin", b), call("cos", b)) if sine else sub(ONE, mul(TWO, power(call("sin", b), 2)))
    return neg(call("sin", neg(a))) if sine else call("cos", neg(a))


def positive(node: Node) -> bool:
    """Whether a part is positive for all real letters, for sure."""
    match node.op:
        case "num":
            return float(node.value) > 0
        case "call":
            return node.value in ("exp", "sigma", "cosh")
        case "add":
            return any(positive(part) for part in node.args) and all(positive(p) or _square(p) for p in node.args)
        case "mul" | "frac" | "group":
            return all(positive(part) for part in node.args)
        case "pow":
            return positive(node.args[0])
    return False


def _square(node: Node) -> bool:
    return (node.op == "pow" and node.args[1] == TWO) or node.op == "abs"


def logarithms(node: Node, r: Rewriter) -> Node | None:
    """ln(a b) = ln a + ln b and √(a b) = √a √b of positive a, b; ln(e^a) = a, e^{ln p} = p; √(p)² = p."""
    if node.op == "call" and node.value in ("ln", "log"):
        (a,) = node.args
        if a.op in ("mul", "frac") and positive(a):
            parts = [call(node.value, part) for part in a.args]
            return add(*parts) if a.op == "mul" else sub(*parts)
        if a.op == "pow" and positive(a.args[0]):
            return mul(a.args[1], call(node.value, a.args[0]))
        if a.op == "call" and a.value == "exp":
            return a.args[0]
        return neg(call(node.value, frac(ONE, a))) if positive(a) else None
    if node.op == "pow" and node.args[1] == HALF and positive(node.args[0]):
        (p, _) = node.args
        if p.op == "mul":
            return mul(*(power(part, HALF) for part in p.args))
        return call("exp", mul(HALF, call("ln", p)))
    if positive(node) and node.op == "add":
        return r.rng.choice([call("exp", call("ln", node)), power(power(node, HALF), 2)])
    return None


def absolute(node: Node, r: Rewriter) -> Node | None:
    """|a b| = |a| |b|, |a|² = a², √(a²) = |a|, max and min by |a − b|, relu(a) = max(0, a)."""
    if node.op == "abs":
        (a,) = node.args
        if a.op == "mul":
            return mul(*(Node("abs", (part,)) for part in a.args))
        return r.rng.choice([Node("abs", (minus(a, r),)), power(power(a, 2), HALF), call("max", a, neg(a))])
    if node.op == "pow" and node.args[1] == TWO and node.args[0].op != "abs":
        return power(Node("abs", (node.args[0],)), 2)
    if node.op == "call" and node.value in ("max", "min") and len(node.args) == 2:
        a, b = node.args
        gap = Node("abs", (sub(a, b),))
        other = "min" if node.value == "max" else "max"
        by_gap = frac(add(a, b, gap) if node.value == "max" else sub(add(a, b), gap), TWO)
        return r.rng.choice([by_gap, neg(call(other, neg(a), neg(b))), sub(add(a, b), call(other, a, b))])
    if node.op == "call" and node.value == "relu":
        (a,) = node.args
        return r.rng.choice([call("max", num(0), a), frac(add(a, Node("abs", (a,))), TWO)])
    return None


def sums(node: Node, r: Rewriter) -> Node | None:
    """A sum from 1: written out, its first or last term split off, its index shifted, its terms apart."""
    if node.op != "sum" or node.args[0].op != "num":
        return None
    (low, high, body), index = node.args, node.value
    at = lambda k: at_step(body, index, k)  # noqa: E731
    first, after = int(low.value), num(int(low.value) + 1)
    choices = [total(index, after, add(high, ONE), at(sub(sym(index), ONE)))]
    if high.op == "num":
        last = int(high.value)
        choices = [total(index, after, num(last + 1), at(sub(sym(index), ONE)))]
        choices += [add(*(at(num(k)) for k in range(first, last + 1)))] if last - first < 5 else []
        choices += [add(total(index, low, num(last - 1), body), at(high))] if last > first else []
    if high.op == "sym" or int(high.value) > first:
        choices += [add(at(low), total(index, after, high, body))]
    if body.op == "add":
        choices.append(add(*(total(index, low, high, part) for part in body.args)))
    if body.op == "mul" and index not in free(body.args[0]):
        choices.append(mul(body.args[0], total(index, low, high, mul(*body.args[1:]))))
    return r.rng.choice(choices)


def at_step(body: Node, index: str, step: Node) -> Node:
    """The body of a sum at another value of its index, even where that is in a subscript."""
    result = body
    for path, part in walk(body):
        if part == sym(index):
            result = put(result, path, step)
    return result


THEMES: dict[str, list[Rule]] = {
    "rational": [*COMMON, add_and_take, bracket_square, difference_of_squares, over_positive, fraction],
    "exponential": [
        commute,
        distribute,
        turn,
        add_and_take,
        sigmoid,
        tanh_of_sigmoid,
        exponentials,
        exponentials,
        square,
    ],
    "trigonometry": [commute, distribute, turn, add_and_take, trigonometry, trigonometry, square],
    "logarithm": [commute, distribute, turn, logarithms, logarithms, split_number],
    "absolute": [commute, turn, add_and_take, absolute, absolute],
    "sums": [commute, turn, sums, sums, split_number],
}
