"""Steps between real numbers that are true by construction: equations by rewriting, inequalities from known ones.

It is long because it lists all rules by which a true step becomes another one.
"""

import random
from dataclasses import dataclass, field
from itertools import pairwise

from soundness.nodes import (
    HALF,
    ONE,
    TWO,
    Claim,
    Member,
    Node,
    Range,
    add,
    call,
    derivative,
    frac,
    mul,
    neg,
    num,
    power,
    sub,
    substitute,
    sym,
    total,
)
from soundness.rewriting import Rewriter, commute, turn
from soundness.scalar_rules import THEMES


@dataclass
class Case:
    """A display: its mark, its statements, the definitions before it, and for which indices it is meant."""

    mark: str
    statements: list[Claim | Member]
    earlier: list[Claim] = field(default_factory=list)
    conditions: list[Range | Claim] = field(default_factory=list)

    @property
    def run(self) -> str:
        return self.mark.split()[-1]


def atom(rng: random.Random, letters: list[str]) -> Node:
    return sym(rng.choice(letters)) if rng.random() < 0.75 else num(rng.randint(1, 9))


def linear(rng: random.Random, letters: list[str]) -> Node:
    """x, 2 x, x + y, x − 1."""
    x, y = sym(rng.choice(letters)), atom(rng, letters)
    if x == y:
        return x  # x − x depends on nothing
    return rng.choice([x, x, mul(num(rng.randint(2, 4)), x), add(x, y), sub(x, y)])


def polynomial(rng: random.Random, letters: list[str]) -> Node:
    a, b, c = (linear(rng, letters) for _ in range(3))
    return rng.choice(
        [
            mul(a, b),
            add(power(a, 2), c),
            sub(mul(num(rng.randint(2, 5)), a, b), c),
            power(add(a, b), 2),
            sub(power(a, 2), power(b, 2)),
            frac(a, add(ONE, power(sym(letters[0]), 2))),
        ]
    )


def start(theme: str, rng: random.Random, letters: list[str]) -> Node:
    """A random formula of a theme."""
    a, b = linear(rng, letters), linear(rng, letters)
    positive = rng.choice([call("exp", a), add(ONE, power(b, 2)), add(power(a, 2), num(2))])
    match theme:
        case "rational":
            return polynomial(rng, letters)
        case "exponential":
            f = rng.choice(["sigma", "tanh", "exp", "sinh", "cosh", "sigma", "tanh"])
            return rng.choice(
                [
                    call(f, a),
                    mul(call(f, a), b),
                    sub(ONE, power(call(f, a), 2)),
                    mul(call("sigma", a), sub(ONE, call("sigma", a))),
                    add(call(f, a), call("sigma", b)),
                ]
            )
        case "trigonometry":
            f = rng.choice(["sin", "cos"])
            return rng.choice(
                [
                    call(f, a),
                    mul(call(f, a), call("cos", b)),
                    power(call(f, a), 2),
                    add(ONE, mul(TWO, call(f, a))),
                    call(f, mul(TWO, sym(letters[0]))),
                ]
            )
        case "logarithm":
            return rng.choice(
                [
                    call("ln", mul(positive, call("exp", b))),
                    call("ln", frac(positive, add(ONE, power(a, 2)))),
                    power(positive, HALF),
                    call("ln", power(positive, 3)),
                    mul(b, call("ln", positive)),
                ]
            )
        case "absolute":
            x, y = sym(letters[0]), sym(letters[1])
            return rng.choice(
                [
                    Node("abs", (mul(x, y),)),
                    call("max", a, b),
                    call("min", x, y),
                    call("relu", a),
                    add(Node("abs", (x,)), y),
                    power(sub(x, y), 2),
                ]
            )
    k = sym("k")
    body = rng.choice(
        [
            k,
            power(k, 2),
            mul(sym(letters[0]), k),
            power(sym(letters[0]), k),
            add(k, sym(letters[0])),
            frac(sym(letters[0]), k),
            mul(k, power(sub(sym(letters[0]), sym(letters[1])), 2)),
            sym(letters[0], k),
            mul(sym(letters[1]), sym(letters[0], k)),
            add(sym(letters[0], k), power(sym(letters[1], k), 2)),
        ]
    )
    low = rng.randint(1, 3)
    return total("k", num(low), num(low + rng.randint(1, 4)), body)


def to_n(rng: random.Random, letters: list[str]) -> tuple[Node, Node]:
    """A sum with an open end, and what it is."""
    k, n, c = sym("k"), sym("n"), sym(letters[0])
    u, v = (lambda at, x=x: sym(x, at) for x in letters[1:])
    sum_ = lambda body: total("k", ONE, n, body)  # noqa: E731
    return rng.choice(
        [
            (sum_(k), frac(add(power(n, 2), n), TWO)),
            (sum_(power(k, 2)), frac(add(mul(TWO, power(n, 3)), mul(num(3), power(n, 2)), n), num(6))),
            (sum_(sub(mul(TWO, k), ONE)), power(n, 2)),
            (sum_(c), mul(n, c)),
            (sum_(sub(u(k), u(sub(k, ONE)))), sub(u(n), u(num(0)))),
            (sum_(mul(c, u(k))), mul(c, sum_(u(k)))),
            (sum_(add(u(k), v(k))), add(sum_(u(k)), sum_(v(k)))),
            (sum_(u(k)), add(total("k", ONE, sub(n, ONE), u(k)), u(n))),
            (Node("prod", (ONE, n, c), "k"), power(c, n)),
        ]
    )


def derived(node: Node, x: str, rng: random.Random) -> Node:
    """d node / dx by the rules; of polynomials, exp, σ, tanh, sin, cos and what they are made of."""
    match node.op:
        case "num":
            return num(0)
        case "sym":
            return ONE if node.value == x else num(0)
        case "add":
            return tidy_sum([derived(part, x, rng) for part in node.args])
        case "neg":
            return neg(derived(node.args[0], x, rng))
        case "mul":
            terms = [
                mul(*node.args[:n], d, *node.args[n + 1 :])
                for n, p in enumerate(node.args)
                if (d := derived(p, x, rng)) != num(0)
            ]
            return tidy_sum(terms)
        case "pow":
            base, n = node.args[0], int(node.args[1].value)
            return mul(num(n), base if n == 2 else power(base, n - 1), derived(base, x, rng))
        case "frac":
            a, b = node.args
            above = tidy_sum([mul(derived(a, x, rng), b), neg(mul(a, derived(b, x, rng)))])
            return frac(above, power(b, 2))
    (a,) = node.args
    f = node.value
    slope = {
        "exp": node,
        "sin": call("cos", a),
        "cos": neg(call("sin", a)),
        "sinh": call("cosh", a),
        "cosh": call("sinh", a),
        "sigma": mul(node, sub(ONE, node)),
        "tanh": sub(ONE, power(node, 2)),
        "ln": frac(ONE, a),
    }[f]
    inner = derived(a, x, rng)
    return slope if inner == ONE else mul(inner, slope)


def tidy_sum(terms: list[Node]) -> Node:
    kept = [term for term in terms if term not in (num(0), neg(num(0)))]
    return add(*kept) if kept else num(0)


def chain(rng: random.Random) -> Case:
    """One to three steps: a formula, and what rewriting makes of it."""
    letters = rng.sample("xyzuvpqs", 3)
    theme = rng.choice([*THEMES, "derivative", "rational", "exponential"])
    if theme == "derivative":
        x = letters[0]
        f = rng.choice(["sigma", "tanh", "exp", "sin", "cos"])
        body = rng.choice(
            [
                polynomial(rng, letters[:2]),
                call(f, linear(rng, letters[:2])),
                mul(sym(x), call(f, sym(x))),
                mul(sym(letters[1]), power(sym(x), rng.randint(2, 4))),
            ]
        )
        if not depends(body, x):
            body = mul(sym(x), body)
        sides = [derivative(body, sym(x)), derived(body, x, rng)]
        theme = "trigonometry" if f in ("sin", "cos") else "exponential"
        rewriter = Rewriter(rng, THEMES["rational"][:6], letters[:2])
    elif theme == "sums" and rng.random() < 0.5:
        sides = list(to_n(rng, letters))
        rewriter = Rewriter(rng, [commute, turn], letters)
    else:
        sides = [start(theme, rng, letters)]
        rewriter = Rewriter(rng, THEMES[theme], letters)
    for _ in range(rng.choice([1, 1, 2]) if len(sides) == 1 else rng.choice([0, 1])):
        sides.append(rewriter.rewrite(sides[-1], rng.choice([1, 2, 2, 3])))
    return Case("chain", steps(sides))


def depends(node: Node, x: str) -> bool:
    return node == sym(x) or any(depends(part, x) for part in node.args)


def steps(sides: list[Node], sign: str = "=") -> list[Claim]:
    """left = middle = right; what says nothing is left out."""
    return [Claim(a, sign, b) for a, b in pairwise(sides) if a != b]


def facts(rng: random.Random, a: Node, b: Node) -> tuple[Node, str, Node]:
    """An inequality that every second-year student proves."""
    sigma, tanh, square = call("sigma", a), call("tanh", a), power(a, 2)
    bars = lambda part: Node("abs", (part,))  # noqa: E731
    return rng.choice(
        [
            (mul(TWO, a, b), "le", add(square, power(b, 2))),
            (add(ONE, a), "le", call("exp", a)),
            (bars(add(a, b)), "le", add(bars(a), bars(b))),
            (sub(bars(a), bars(b)), "le", bars(sub(a, b))),
            (num(0), "<", sigma),
            (sigma, "<", ONE),
            (neg(ONE), "<", tanh),
            (tanh, "<", ONE),
            (mul(sigma, sub(ONE, sigma)), "le", frac(ONE, num(4))),
            (call("sin", a), "le", ONE),
            (power(call("cos", a), 2), "le", ONE),
            (neg(ONE), "le", call("cos", a)),
            (call("max", a, b), "ge", a),
            (call("min", a, b), "le", b),
            (a, "<", add(square, ONE)),
            (num(0), "le", power(square, HALF)),
            (a, "le", bars(a)),
            (num(0), "<", call("exp", a)),
            (a, "<", add(a, ONE)),
            (square, "ge", num(0)),
            (call("relu", a), "ge", num(0)),
            (call("relu", a), "ge", a),
            (sub(ONE, power(tanh, 2)), "le", ONE),
            (mul(a, sub(ONE, a)), "le", frac(ONE, num(4))),
            (call("cosh", a), "ge", ONE),
        ]
    )


def inequality(rng: random.Random) -> Case:
    """A known inequality, of other arguments, with something added, multiplied or turned round."""
    letters = rng.sample("xyzuvpqs", 2)
    a, b = sym(letters[0]), sym(letters[1])
    if rng.random() < 0.4:
        a = rng.choice([mul(TWO, a), neg(a), sub(a, ONE), add(a, b)])
    left, sign, right = facts(rng, a, b)
    match rng.randrange(4):
        case 0:
            s = rng.choice([b, num(rng.randint(1, 5)), mul(TWO, a)])
            left, right = add(left, s), add(right, s)
        case 1:
            n = num(rng.randint(2, 5))
            left, right = mul(n, left), mul(n, right)
        case 2:
            turned = {"<": ">", ">": "<", "le": "ge", "ge": "le"}[sign]
            left, sign, right = neg(left), turned, neg(right)
    statements = [Claim(left, sign, right)]
    if sign in ("<", "le") and rng.random() < 0.15:
        statements.append(Claim(right, rng.choice(["<", "le"]), add(right, num(rng.randint(1, 3)))))
    return Case("chain", statements)


def define(rng: random.Random) -> Case:
    """A function that the package has, in other words; or a new one, and what follows from it."""
    x = sym(rng.choice("xuza"))
    up, down = call("exp", x), call("exp", neg(x))
    if rng.random() < 0.6:
        name = rng.choice(["sigma", "tanh", "relu", "sinh", "cosh"])
        bodies = {
            "sigma": [
                frac(ONE, add(ONE, down)),
                frac(up, add(ONE, up)),
                mul(HALF, add(ONE, call("tanh", frac(x, TWO)))),
            ],
            "tanh": [
                frac(sub(up, down), add(up, down)),
                sub(mul(TWO, call("sigma", mul(TWO, x))), ONE),
                frac(call("sinh", x), call("cosh", x)),
            ],
            "relu": [call("max", num(0), x), frac(add(x, Node("abs", (x,))), TWO)],
            "sinh": [frac(sub(up, down), TWO)],
            "cosh": [frac(add(up, down), TWO)],
        }
        theme = "absolute" if name == "relu" else "exponential"
        rules = [
            rule
            for rule in THEMES[theme]
            if rule.__name__ in ("commute", "distribute", "turn", "sigmoid", "absolute", "exponentials")
        ]
        body = Rewriter(rng, rules, [x.value]).rewrite(rng.choice(bodies[name]), rng.choice([0, 1, 2]))
        if mentions(body, name):
            return define(rng)
        return Case("define", [Claim(call(name, x), "=", body)])
    name, other = rng.choice("fgFG"), sym(rng.choice("wvp"))
    theme = rng.choice(["rational", "exponential"])
    body = start(theme, rng, [x.value])
    argument = rng.choice([other, mul(TWO, other), num(rng.randint(1, 4)), add(other, ONE)])
    value = substitute(body, x.value, argument)
    right = Rewriter(rng, THEMES[theme], [other.value]).rewrite(value, rng.choice([0, 1, 2]))
    return Case("chain", [Claim(call(name, argument), "=", right)], [Claim(call(name, x), "=", body)])


def mentions(node: Node, name: str) -> bool:
    return node.value == name or any(mentions(part, name) for part in node.args)
