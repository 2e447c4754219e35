"""Equations, inequalities and shapes that are true on every network of a run."""

import random
from functools import lru_cache

from soundness.chains import Case, polynomial, steps
from soundness.networks import shapes
from soundness.nodes import (
    ONE,
    Claim,
    Member,
    Node,
    Range,
    add,
    call,
    derivative,
    free,
    had,
    mul,
    num,
    power,
    sub,
    sym,
    total,
    tr,
)
from soundness.rewriting import Rewriter
from soundness.run_rules import RUN_RULES, entry
from soundness.scalar_rules import THEMES
from soundness.unfolding import at, before, gradients, unfold


@lru_cache(None)
def symbols(kind: str) -> dict[str, tuple[str, ...]]:
    return shapes(kind)


def formula(kind: str, wanted: tuple[str, ...], rng: random.Random, depth: int = 2) -> Node:
    """A random formula of a shape, made of the symbols of a run."""
    known, t = symbols(kind), sym("t")
    r = Rewriter(rng, [], [], dict(known))
    own = [name for name, s in known.items() if s == wanted and name not in ("I",)]
    if wanted == ():
        v = formula(kind, rng.choice([("H", "1"), ("O", "1")]), rng, depth - 1)
        w = formula(kind, r.type(v), rng, 0)
        return rng.choice(
            [
                mul(tr(v), w),
                power(Node("norm", (v,), "2"), 2),
                *([at("L", t), sym("L")] if kind != "layers" else [entry(v, sym("k"))]),
            ]
        )
    if not depth:
        column = wanted[1:] == ("1",)
        if not own and wanted == ("H", "H"):
            return call("diag", formula(kind, ("H", "1"), rng, 0))
        if not own:
            return (
                mul(*(formula(kind, s, rng, 0) for s in ((wanted[0], "H"), ("H", wanted[1]))))
                if column
                else tr(formula(kind, wanted[::-1], rng, 0))
            )
        name = rng.choice(own)
        if name in r.series:
            earlier = name in "hc" and kind not in ("layers", "feedforward") and rng.random() < 0.3
            return at(name, before(t) if earlier else t)
        return sym(name)
    a, b = formula(kind, wanted, rng, 0), formula(kind, wanted, rng, depth - 1)
    if wanted[1] != "1":
        if wanted == ("H", "H"):
            return rng.choice(
                [
                    call("diag", formula(kind, ("H", "1"), rng, 0)),
                    mul(a, b),
                    add(a, b),
                    tr(a),
                    mul(*(f for f in (formula(kind, ("H", "1"), rng, 0), tr(formula(kind, ("H", "1"), rng, 0))))),
                ]
            )
        return rng.choice(
            [a, add(a, b), mul(formula(kind, (wanted[0], "1"), rng, 0), tr(formula(kind, (wanted[1], "1"), rng, 0)))]
        )
    maps = [name for name, s in known.items() if len(s) == 2 and s[0] == wanted[0] and s[1] != "1" and name != "I"]
    back = [
        name
        for name, s in known.items()
        if len(s) == 2 and s[1] == wanted[0] and s[0] != "1" and s[1] != "1" and name != "I"
    ]
    options = [
        add(a, b),
        had(a, b),
        sub(a, b),
        call(rng.choice(["tanh", "sigma"]), b),
        mul(num(rng.randint(2, 4)), a),
        had(sub(ONE, a), b),
    ]
    if maps:
        name = rng.choice(maps)
        options.append(mul(sym(name), formula(kind, (known[name][1], "1"), rng, depth - 1)))
    if back:
        name = rng.choice(back)
        options.append(mul(tr(sym(name)), formula(kind, (known[name][0], "1"), rng, depth - 1)))
    return rng.choice(options)


def run_case(kind: str, rng: random.Random) -> Case:
    """Equations on a run: what its symbols say, gradients, linear algebra; now and then an inequality."""
    known, t = symbols(kind), sym("t")
    way, conditions = rng.random(), []
    rules = [*RUN_RULES, *([unfold(kind)] * 8 if kind != "layers" else [])]
    rewriter = Rewriter(rng, rules, ["D", "H", "O"], dict(known), {*known, *"DHOTBt"})
    if way < 0.08:
        return bound(kind, rng)
    if way < 0.12:
        sizes = [rng.choice("DHO") for _ in range(3)]
        left = polynomial(rng, sizes)
        return Case(kind, steps([left, Rewriter(rng, THEMES["rational"][:7], sizes).rewrite(left, 2)]))
    if kind != "layers" and way < 0.45:
        left, right = rng.choice([*gradients(kind, t), *recursions(kind, t)])
        if "s" in free(left):
            conditions = [Claim(sym("s"), "<", t)] if "t" in free(left) else []
        elif any(part == add(t, ONE) for part in parts(right)):
            conditions = [rng.choice([Range("t", ONE, sub(sym("T"), ONE)), Claim(t, "<", sym("T"))])]
        elif "t" in free(left) and rng.random() < 0.25:
            step = rng.choice([num(2), num(3), sym("T")])
            left, right = specialised(left, step), specialised(right, step)
        middle = rewriter.rewrite(right, rng.choice([0, 1, 1, 2]))
        return Case(kind, steps([left, *([right] if rng.random() < 0.2 else []), middle]), conditions=conditions)
    shape_wanted = rng.choice([s for s in set(known.values()) if s] + [(), ("H", "1"), ("H", "1")])
    left = formula(kind, shape_wanted, rng, rng.choice([1, 1, 2]))
    sides = [left]
    for _ in range(rng.choice([1, 1, 2])):
        sides.append(rewriter.rewrite(sides[-1], rng.choice([1, 1, 2, 3])))
    return Case(kind, steps(sides))


def parts(node: Node) -> list[Node]:
    return [node, *(p for part in node.args for p in parts(part))]


def specialised(node: Node, step: Node) -> Node:
    """The formula at a step for t; t − 1 of a number is written as a number."""
    if node == sym("t"):
        return step
    if node == before(sym("t")):
        return before(step)
    if node.op in ("sum", "prod") and node.value == "t":
        return node
    return Node(node.op, tuple(specialised(part, step) for part in node.args), node.value)


def recursions(kind: str, t: Node) -> list[tuple[Node, Node]]:
    """How errors flow back from the step after."""
    L, d, later = sym("L"), derivative, add(t, ONE)
    own = mul(tr(sym("W_hy")), sub(at("y", t), at("y_hat", t)))
    dh = d(L, at("h", t))
    match kind:
        case "rnn" | "linear":
            return [(dh, add(own, mul(tr(sym("W_hh")), at("delta", later)))), *far(kind, t)]
        case "lstm":
            back = [mul(tr(sym(f"W_h{g}")), at(f"delta_{g}", later)) for g in "ifoc"]
            c, squash = at("c", t), call("tanh", at("c", t))
            dc = add(had(dh, at("o", t), sub(ONE, had(squash, squash))), had(d(L, at("c", later)), at("f", later)))
            return [(dh, add(own, *back)), (d(L, c), dc)]
        case "gru":
            back = [mul(tr(sym(f"W_h{g}")), at(f"delta_{g}", later)) for g in "rz"]
            kept = had(at("z", later), d(L, at("h", later)))
            return [(dh, add(own, kept, *back, mul(tr(sym("W_hn")), d(L, at("m", later)))))]
    return [(dh, own)]


def far(kind: str, t: Node) -> list[tuple[Node, Node]]:
    """What crosses many steps: a Jacobian as a product, and sums over what a state or a copy of the weights does."""
    s, k, L, d = sym("s"), sym("k"), sym("L"), derivative
    slope = sub(ONE, had(at("h", k), at("h", k)))
    factor = mul(call("diag", slope), sym("W_hh")) if kind == "rnn" else sym("W_hh")
    error = sub(at("y", t), at("y_hat", t))
    jacobian = d(at("h", t), at("h", s))
    stacked = mul(Node("matrix", (sym("W_xh"), sym("W_hh")), 2), Node("matrix", (at("x", t), at("h", before(t))), 1))
    copied = d(L, Node("copy", (sym("W_hh"), t)))
    return [
        (jacobian, Node("prod", (t, add(s, ONE), factor), "k")),
        (d(L, at("h", s)), total("t", s, sym("T"), mul(tr(jacobian), tr(sym("W_hy")), error))),
        (d(L, sym("W_hh")), total("t", ONE, sym("T"), copied)),
        (copied, mul(at("delta", t), tr(at("h", before(t))))),
        (at("a", t), add(stacked, sym("b_h"))),
    ]


def bound(kind: str, rng: random.Random) -> Case:
    """An inequality that holds for every network."""
    known = symbols(kind)
    norm = lambda part: Node("norm", (part,), "2")  # noqa: E731
    a, b = (formula(kind, ("H", "1"), rng, 1) for _ in range(2))
    weights = rng.choice(
        [name for name, s in known.items() if len(s) == 2 and s[0] == "H" and s[1] != "1" and name != "I"]
    )
    v = formula(kind, (known[weights][1], "1"), rng, 1)
    bars = lambda part: Node("abs", (part,))  # noqa: E731
    squashed = call("tanh", a)
    found = [
        (norm(mul(sym(weights), v)), "le", mul(norm(sym(weights)), norm(v))),
        (norm(add(a, b)), "le", add(norm(a), norm(b))),
        (norm(had(a, squashed)), "le", norm(a)),
        (bars(mul(tr(a), b)), "le", mul(norm(a), norm(b))),
        (call("sigma_max", sym(weights)), "le", Node("norm", (sym(weights),), "F")),
        (call("max", squashed), "le", ONE),
        (num(0), "le", call("sigma", a)),
        (norm(a), "ge", num(0)),
        (call("max", a), "le", norm(a)),
    ]
    if kind in ("rnn", "feedforward"):
        found += [(call("max", at("h", sym("t"))), "<", ONE)]
    if kind == "rnn":
        jacobian = derivative(at("h", sym("t")), at("h", before(sym("t"))))
        found += [(norm(jacobian), "le", call("sigma_max", sym("W_hh")))]
    if kind == "lstm":
        found += [
            (norm(derivative(at("c", sym("t")), at("c", before(sym("t"))), True)), "<", ONE),
            (call("max", at("f", sym("t"))), "<", ONE),
        ]
    if kind == "gru":
        found += [
            (num(0), "<", at("z", sym("t"))),
            (norm(derivative(at("h", sym("t")), at("h", before(sym("t"))), True)), "<", ONE),
        ]
    left, sign, right = rng.choice(found)
    return Case(kind, [Claim(left, sign, right)])


def shape_case(rng: random.Random) -> Case:
    """Symbols and formulas of a run, and the space in which they are."""
    kind = rng.choice(["rnn", "lstm", "gru", "layers"])
    known = shapes(kind)
    r = Rewriter(rng, [], [], dict(known))
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
