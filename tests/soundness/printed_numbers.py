"""Arithmetic with its exact result, small matrices, and rounded values, also those of the lecture."""

import random
from fractions import Fraction

from mpmath import mp, mpf, nstr
from soundness.algebra import Value, is_number, shape
from soundness.chains import Case, steps
from soundness.evaluator import Evaluator
from soundness.networks import networks
from soundness.nodes import ONE, Claim, Node, add, call, derivative, frac, mul, neg, num, power, sub, sym, total
from soundness.rewriting import Rewriter
from soundness.scalar_rules import THEMES
from soundness.unfolding import at, before


def rational(rng: random.Random) -> Node:
    n = rng.randint(1, 12)
    return rng.choice(
        [
            num(n),
            num(n),
            frac(num(rng.randint(1, 9)), num(rng.randint(2, 9))),
            num(f"{rng.randint(0, 9)}.{rng.randint(1, 99):02d}"),
        ]
    )


def arithmetic(rng: random.Random, depth: int) -> Node:
    if not depth:
        return rational(rng)
    a, b = (arithmetic(rng, depth - 1) for _ in range(2))
    k = "kjm"[depth - 1]  # a sum within a sum counts with a letter of its own
    return rng.choice(
        [
            add(a, b),
            sub(a, b),
            mul(a, b),
            power(a, 2),
            frac(a, num(rng.randint(2, 9))),
            add(a, mul(b, num(rng.randint(2, 6)))),
            total(k, ONE, num(rng.randint(2, 5)), mul(a, power(sym(k), rng.randint(1, 2)))),
        ]
    )


def exact(node: Node, scope: dict[str, Fraction] | None = None) -> Fraction:
    """The value of an arithmetic formula as a fraction."""
    scope = scope or {}
    part = [exact(p, scope) for p in node.args] if node.op != "sum" else []
    match node.op:
        case "num":
            return Fraction(node.value)
        case "sym":
            return scope[node.value]
        case "add":
            return sum(part, Fraction(0))
        case "neg":
            return -part[0]
        case "mul":
            result = Fraction(1)
            for p in part:
                result *= p
            return result
        case "frac":
            return part[0] / part[1]
        case "pow":
            return part[0] ** int(part[1])
        case "sum":
            low, high = (int(exact(p, scope)) for p in node.args[:2])
            return sum(
                (exact(node.args[2], {**scope, node.value: Fraction(k)}) for k in range(low, high + 1)), Fraction(0)
            )
    raise ValueError(node.op)


def printed(value: Fraction, rng: random.Random) -> Node:
    """A fraction as a number: an integer, a decimal that ends, or a fraction."""
    sign = neg if value < 0 else (lambda x: x)
    value = abs(value)
    if value.denominator == 1:
        return sign(num(value.numerator))
    scaled = next((n for n in range(1, 7) if (value * 10**n).denominator == 1), None)
    if scaled and rng.random() < 0.6:
        return sign(num(f"{int(value)}.{int((value - int(value)) * 10**scaled):0{scaled}d}"))
    return sign(frac(num(value.numerator), num(value.denominator)))


def numbers(rng: random.Random) -> Case:
    """Arithmetic and its exact result; small matrices; rounded values of functions."""
    way = rng.random()
    if way < 0.6:
        left = arithmetic(rng, rng.choice([1, 2, 2]))
        value = exact(left)
        right = printed(value, rng)
        if value.denominator > 10**8 or right == left:
            return numbers(rng)
        other = Rewriter(rng, THEMES["rational"][:6], ["x"]).rewrite(left, 1) if rng.random() < 0.3 else None
        return Case("numbers", steps([left, *([other] if other else []), right]))
    if way < 0.8:
        n, m = rng.randint(2, 3), rng.randint(1, 3)
        a = [[rng.randint(-9, 9) for _ in range(n)] for _ in range(n)]
        b = [[rng.randint(-9, 9) for _ in range(m)] for _ in range(n)]
        left, right = grid(a), grid(b)
        if rng.random() < 0.6:
            return Case(
                "numbers",
                [
                    Claim(
                        mul(left, right),
                        "=",
                        grid(
                            [
                                [sum(x * y for x, y in zip(row, col, strict=True)) for col in zip(*b, strict=True)]
                                for row in a
                            ]
                        ),
                    )
                ],
            )
        c = [[rng.randint(-9, 9) for _ in range(m)] for _ in range(n)]
        return Case(
            "numbers",
            [
                Claim(
                    add(right, grid(c)),
                    "=",
                    grid([[x + y for x, y in zip(p, q, strict=True)] for p, q in zip(b, c, strict=True)]),
                )
            ],
        )
    f = rng.choice(["tanh", "sigma", "exp", "sin", "cos", "ln"])
    inside = rng.choice([num(f"{rng.randint(0, 2)}.{rng.randint(1, 9)}"), num(rng.randint(1, 3))])
    left = rng.choice([call(f, inside), mul(num(rng.randint(2, 9)), call(f, inside)), sub(ONE, call(f, inside))])
    value = Evaluator().value(left, {})
    if abs(value) < mpf(1) / 20:
        return numbers(rng)  # ≈ is not said of so rough a number
    return Case("numbers", [Claim(left, "approx", rounded(value, rng.randint(3, 5)))])


def grid(rows: list[list[int]]) -> Node:
    return Node("matrix", tuple(num(cell) for row in rows for cell in row), len(rows[0]))


def rounded(value: Value, digits: int) -> Node:
    """A number, or a column or matrix of numbers, to that many decimals."""
    if is_number(value):
        text = nstr(abs(value), 25, strip_zeros=False, min_fixed=-mp.inf, max_fixed=mp.inf)
        shown = f"{float(mp.nint(mpf(text) * 10**digits)) / 10**digits:.{digits}f}"
        return neg(num(shown)) if value < 0 and float(shown) else num(shown)
    return Node("matrix", tuple(rounded(cell, digits) for row in value for cell in row), shape(value)[1])


def lecture(rng: random.Random) -> Case:
    """Printed numbers of the lecture: its arrays, and values to a few digits."""
    (network,) = networks("lecture")
    t = num(rng.randint(1, 5))
    evaluator = Evaluator(network)
    if rng.random() < 0.25:
        item = rng.choice([sym("W_xh"), sym("W_hh"), sym("b_h"), sym("W_hy"), sym("b_y"), at("x", t), at("y_hat", t)])
        return Case("lecture", [Claim(item, "=", rounded(evaluator.value(item, {}), 1))])
    item = rng.choice(
        [
            at("h", t),
            at("y", t),
            at("a", t),
            at("L", t),
            sym("L"),
            at("delta", t),
            mul(sym("W_hh"), at("h", t)),
            sub(at("y", t), at("y_hat", t)),
            mul(sym("W_xh"), at("x", t)),
            Node("norm", (at("h", t),), "2"),
            sym("y", t, num(rng.randint(1, 2))),
            derivative(sym("L"), sym("b_h")),
            derivative(sym("L"), at("h", t)),
            call("sigma_max", sym("W_hh")),
        ]
    )
    digits = rng.randint(2, 4)
    value = evaluator.value(item, {})
    if is_number(value) and abs(value) < mpf(10) ** (1 - digits) * 2:
        return lecture(rng)  # ≈ is not said of so rough a number
    if rng.random() < 0.2 and item.op == "sym" and item.value == "a":
        previous = at("h", before(t))
        terms = [mul(sym("W_xh"), at("x", t)), mul(sym("W_hh"), previous)]
        shown = [rounded(evaluator.value(term, {}), digits + 1) for term in terms]
        return Case("lecture", [Claim(item, "approx", add(*shown, rounded(evaluator.value(sym("b_h"), {}), 1)))])
    return Case("lecture", [Claim(item, "approx", rounded(value, digits))])
