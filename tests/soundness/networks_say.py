"""Equations, inequalities and shapes that are true on every network of a run."""

import random

from soundness.chains import Case, polynomial, steps
from soundness.described import TABLE
from soundness.flow import facts
from soundness.networks import shapes
from soundness.nodes import (
    ONE,
    TWO,
    Claim,
    Member,
    Node,
    Range,
    add,
    call,
    free,
    had,
    mul,
    num,
    power,
    sub,
    sym,
    tr,
)
from soundness.rewriting import Ranges, Rewriter, Rule, Type
from soundness.run_rules import RUN_RULES, entry
from soundness.scalar_rules import THEMES
from soundness.unfolding import after, at, before, unfold


def symbol(kind: str, name: str, rng: random.Random) -> Node:
    """A symbol of a run; of a series at the step t, of a state now and then at the one before."""
    t = sym("t")
    if name not in TABLE[kind].series:
        return sym(name)
    earlier = name in TABLE[kind].start.split() and rng.random() < 0.3
    return at(name, before(t) if earlier else t)


def typed(kind: str, rng: random.Random, rules: list[Rule] | None = None, letters: list[str] | None = None) -> Rewriter:
    """A rewriter that knows the symbols of a run."""
    run = TABLE[kind]
    taken = {*run.types, *run.sizes, *"DHOTBt"}
    return Rewriter(rng, rules or [], letters or [], dict(run.types), taken, run.series)


def columns(kind: str) -> list[Type]:
    """The shapes of its columns, but for those of the input if there are others."""
    found = [(size, "1") for size in "HOD" if (size, "1") in TABLE[kind].types.values()]
    return found[:2]


def formula(kind: str, wanted: tuple[str, ...], rng: random.Random, depth: int = 2) -> Node:
    """A random formula of a shape, made of the symbols of a run."""
    known = shapes(kind)
    own = [name for name, s in known.items() if s == wanted and name not in ("I",)]
    if wanted == ():
        return number(kind, rng, depth)
    if not depth:
        if own:
            return symbol(kind, rng.choice(own), rng)
        if wanted[1] == wanted[0]:
            return call("diag", formula(kind, (wanted[0], "1"), rng, 0))
        if wanted[1:] != ("1",):
            return tr(formula(kind, wanted[::-1], rng, 0))
        between = next(s for s in "HODMN" if (wanted[0], s) in known.values() and (s, "1") in known.values())
        return mul(*(formula(kind, s, rng, 0) for s in ((wanted[0], between), (between, wanted[1]))))
    a, b = formula(kind, wanted, rng, 0), formula(kind, wanted, rng, depth - 1)
    if wanted[1] != "1":
        return rng.choice(matrices(kind, wanted, rng, a, b))
    maps = [name for name, s in known.items() if len(s) == 2 and s[0] == wanted[0] and s[1] != "1" and name != "I"]
    back = [
        name
        for name, s in known.items()
        if len(s) == 2 and s[1] == wanted[0] and s[0] != "1" and s[1] != "1" and name != "I"
    ]
    options = [
        add(a, b),
        had(a, b),
        sub(a, b) if a != b else a,
        call(rng.choice(["tanh", "sigma"]), b),
        mul(num(rng.randint(2, 4)), a),
        had(sub(ONE, a), b),
    ]
    if maps:
        name = rng.choice(maps)
        options.append(mul(symbol(kind, name, rng), formula(kind, (known[name][1], "1"), rng, depth - 1)))
    if back:
        name = rng.choice(back)
        options.append(mul(tr(symbol(kind, name, rng)), formula(kind, (known[name][0], "1"), rng, depth - 1)))
    return rng.choice(options)


def number(kind: str, rng: random.Random, depth: int) -> Node:
    """A random formula whose value is a number."""
    own = [symbol(kind, name, rng) for name, s in shapes(kind).items() if s == () and name != "L"]
    loss = [at("L", sym("t")), sym("L")] if "L" in TABLE[kind].series else [sym("L")] if "L" in shapes(kind) else []
    if not columns(kind):
        a = formula(kind, rng.choice(matrices_of(kind)), rng, depth - 1)
        return rng.choice([power(Node("norm", (a,), "F"), 2), entry(a, ONE, TWO), *loss])
    v = formula(kind, rng.choice(columns(kind)), rng, max(depth - 1, 0))
    w = formula(kind, typed(kind, rng).type(v), rng, 0)
    return rng.choice([mul(tr(v), w), power(Node("norm", (v,), "2"), 2), *(loss or [entry(v, sym("k"))]), *own])


def matrices_of(kind: str) -> list[Type]:
    return [s for s in dict.fromkeys(shapes(kind).values()) if len(s) == 2 and "1" not in s]


def matrices(kind: str, wanted: tuple[str, ...], rng: random.Random, a: Node, b: Node) -> list[Node]:
    """Formulas of the shape of a matrix, two of which are there."""
    known = shapes(kind)
    if not columns(kind):
        inner = [s for s in dict.fromkeys(known.values()) if len(s) == 2 and s[0] == wanted[0] and "1" not in s]
        others = [s for s in inner if {(s[1], wanted[1]), (wanted[1], s[1])} & {*known.values()}]
        products = [mul(*(formula(kind, p, rng, 0) for p in (s, (s[1], wanted[1])))) for s in others]
        return [add(a, b), sub(a, b) if a != b else a, had(a, b), mul(num(rng.randint(2, 4)), b), *products, *products]
    if wanted[0] == wanted[1]:
        v = (wanted[0], "1")
        outer = mul(formula(kind, v, rng, 0), tr(formula(kind, v, rng, 0)))
        return [call("diag", formula(kind, v, rng, 0)), mul(a, b), add(a, b), tr(a), outer]
    return [a, add(a, b), mul(formula(kind, (wanted[0], "1"), rng, 0), tr(formula(kind, (wanted[1], "1"), rng, 0)))]


def run_case(kind: str, rng: random.Random) -> Case:
    """Equations on a run: what its symbols say, gradients, linear algebra; now and then an inequality."""
    known, t, run = shapes(kind), sym("t"), TABLE[kind]
    way, conditions = rng.random(), []
    letters = [size for size in run.sizes if size != "T"]
    rewriter = typed(kind, rng, [*RUN_RULES, *[unfold(kind)] * 8], letters)
    if way < 0.08 and columns(kind):
        return bound(kind, rng)
    if way < 0.12:
        sizes = [rng.choice(letters) for _ in range(3)]
        left = polynomial(rng, sizes)
        return Case(kind, steps([left, Rewriter(rng, THEMES["rational"][:7], sizes).rewrite(left, 2)]))
    if facts(kind) and way < 0.45:
        left, right, conditions = rng.choice(facts(kind))
        free_step = "t" in free(left) or "t" in free(right)
        if conditions == [Claim(t, "<", sym("T"))]:
            conditions = [rng.choice([Range("t", ONE, sub(sym("T"), ONE)), *conditions])]
        elif not conditions and "s" not in free(left) and free_step and rng.random() < 0.25:
            step = rng.choice([num(2), num(3), sym("T")])
            left, right = specialised(left, step), specialised(right, step)
        rewriter.ranges = ranges(conditions)
        middle = rewriter.rewrite(right, rng.choice([0, 1, 1, 2]))
        return Case(kind, steps([left, *([right] if rng.random() < 0.2 else []), middle]), conditions=conditions)
    shape_wanted = rng.choice(
        [s for s in dict.fromkeys(known.values()) if s] + [(), *columns(kind), *columns(kind)][:3]
    )
    left = formula(kind, shape_wanted, rng, rng.choice([1, 1, 2]))
    sides = [left]
    for _ in range(rng.choice([1, 1, 2])):
        sides.append(rewriter.rewrite(sides[-1], rng.choice([1, 1, 2, 3])))
    return Case(kind, steps(sides))


def ranges(conditions: list[Range | Claim]) -> Ranges:
    """The values of the indices that conditions such as s < t or t > 1 are about."""
    found = {}
    for condition in conditions:
        if isinstance(condition, Range):
            found[condition.index] = condition.low, condition.high
        elif condition.sign == "<":
            found[condition.left.value] = ONE, before(condition.right)
        else:
            found[condition.left.value] = after(condition.right), sym("T")
    return found


def specialised(node: Node, step: Node) -> Node:
    """The formula at a step for t; t − 1 of a number is written as a number."""
    if node == sym("t"):
        return step
    if node == before(sym("t")):
        return before(step)
    if node.op in ("sum", "prod") and node.value == "t":
        return node
    return Node(node.op, tuple(specialised(part, step) for part in node.args), node.value)


def bound(kind: str, rng: random.Random) -> Case:
    """An inequality that holds for every network."""
    known = shapes(kind)
    norm = lambda part: Node("norm", (part,), "2")  # noqa: E731
    column = columns(kind)[0]
    a, b = (formula(kind, column, rng, 1) for _ in range(2))
    maps = [name for name, s in known.items() if len(s) == 2 and s[1] != "1" and name != "I"]
    named = rng.choice([name for name in maps if known[name][:1] == column[:1]] or maps or ["I"])
    v = formula(kind, (known[named][1], "1"), rng, 1)
    weights = symbol(kind, named, rng)
    bars = lambda part: Node("abs", (part,))  # noqa: E731
    squashed = call("tanh", a)
    found = [
        (norm(mul(weights, v)), "le", mul(norm(weights), norm(v))),
        (norm(add(a, b)), "le", add(norm(a), norm(b))),
        (norm(had(a, squashed)), "le", norm(a)),
        (bars(mul(tr(a), b)), "le", mul(norm(a), norm(b))),
        (call("sigma_max", weights), "le", Node("norm", (weights,), "F")),
        (call("max", squashed), "le", ONE),
        (num(0), "le", call("sigma", a)),
        (norm(a), "ge", num(0)),
        (call("max", a), "le", norm(a)),
        *[(claim.left, claim.sign, claim.right) for claim in TABLE[kind].bounds],
    ]
    left, sign, right = rng.choice(found)
    return Case(kind, [Claim(left, sign, right)])


def shape_case(rng: random.Random) -> Case:
    """Symbols and formulas of a run, and the space in which they are."""
    kind = rng.choice(["rnn", "lstm", "gru", "layers"])
    known = shapes(kind)
    r = typed(kind, rng)
    rng.shuffle(names := [name for name in known if known[name] and name != "I"])
    statements = []
    for name in names[: rng.randint(1, 3)]:
        item = sym(name, *([sym("t")] if name in r.series else []))
        alike = [other for other in names if known[other] == known[name] and other != name]
        items = [
            item,
            *(sym(other, *([sym("t")] if other in r.series else [])) for other in alike[: rng.randint(0, 2)]),
        ]
        if rng.random() < 0.3:
            items = [formula(kind, known[name], rng)]
        statements.append(Member(tuple(items), tuple(sym(size) for size in known[name] if size != "1")))
    return Case(f"shapes {kind}", statements)
