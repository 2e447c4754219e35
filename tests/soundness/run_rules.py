"""Identities of columns and matrices, and of sums over time."""

from soundness.nodes import ONE, TWO, Node, add, call, had, mul, neg, num, power, sub, sym, total, tr, walk
from soundness.rewriting import COMMON, Rewriter, Rule, minus, mixed
from soundness.scalar_rules import at_step


def transposes(node: Node, r: Rewriter) -> Node | None:
    """(A B)ᵀ = Bᵀ Aᵀ, (A + B)ᵀ = Aᵀ + Bᵀ, and A = (Aᵀ)ᵀ written out for products."""
    if node.op == "tr":
        (a,) = node.args
        if a.op == "mul" and all(r.type(part) for part in a.args):
            return mul(*(tr(part) for part in reversed(a.args)))
        if a.op == "add" and not mixed(a, r):
            return add(*(neg(tr(p.args[0])) if p.op == "neg" else tr(p) for p in a.args))
        return a if a.op == "call" and a.value == "diag" else None
    if node.op == "mul" and all(r.type(part) for part in node.args):
        if r.type(node) == ():  # a number: xᵀ y = yᵀ x
            return mul(*(tr(part) for part in reversed(node.args)))
        return Node("tr", (mul(*(tr(part) for part in reversed(node.args))),))
    return None


def diagonal(node: Node, r: Rewriter) -> Node | None:
    """a ⊙ b = diag(a) b, diag(a) diag(b) = diag(a ⊙ b), diag(a) + diag(b) = diag(a + b)."""
    if node.op == "had" and (kind := r.type(node)) and kind[1] == "1":
        a, *rest = node.args
        return mul(call("diag", a), had(*rest))
    if node.op == "mul":
        for n in range(len(node.args) - 1):
            a, b = node.args[n : n + 2]
            if a.op == "call" and a.value == "diag" and (kind := r.type(b)):
                if kind[1] == "1" and n + 2 == len(node.args):
                    return mul(*node.args[:n], had(a.args[0], b))
                if b.op == "call" and b.value == "diag":
                    return mul(*node.args[:n], call("diag", had(a.args[0], b.args[0])), *node.args[n + 2 :])
    if node.op == "call" and node.value == "diag" and node.args[0].op == "add" and not mixed(node.args[0], r):
        return add(*(neg(call("diag", p.args[0])) if p.op == "neg" else call("diag", p) for p in node.args[0].args))
    return None


def norms(node: Node, r: Rewriter) -> Node | None:
    """‖v‖² = vᵀ v = Σ_k (v)_k², and ‖−v‖ = ‖v‖."""
    if node.op == "pow" and node.args[1] == TWO and node.args[0].op == "norm":
        (v,) = node.args[0].args
        kind = r.type(v)
        if kind and kind[1] == "1":
            k = r.index()
            return r.rng.choice([mul(tr(v), v), total(k, ONE, sym(kind[0]), power(entry(v, sym(k)), 2))])
    if node.op == "norm":
        return Node("norm", (minus(node.args[0], r),), node.value)
    return None


def entry(body: Node, *at: Node) -> Node:
    """An entry: of a symbol by one more subscript, of a formula in brackets."""
    plain = body.op == "sym" and not body.value.startswith(("W", "b", "I")) and body.args
    return sym(body.value, *body.args, *at) if plain else Node("entry", (body, *at))


def entries(node: Node, r: Rewriter) -> Node | None:
    """(a + b)_k = a_k + b_k, (A b)_k = Σ_j A_{k,j} b_j, (a ⊙ b)_k = a_k b_k."""
    if node.op != "entry" or len(node.args) != 2:
        return None
    body, k = node.args
    if body.op == "add" and not mixed(body, r):
        return add(*(neg(entry(p.args[0], k)) if p.op == "neg" else entry(p, k) for p in body.args))
    if body.op == "had":
        return mul(*(entry(part, k) for part in body.args))
    if body.op == "mul" and len(body.args) == 2 and all(map(r.type, body.args)) and r.type(body.args[1])[1] == "1":
        (a, b), j = body.args, r.index()
        return total(j, ONE, sym(r.type(a)[1]), mul(entry(a, k, sym(j)), entry(b, sym(j))))
    if body.op == "call" and body.value in ("tanh", "sigma"):
        return call(body.value, entry(body.args[0], k))
    return None


def identity(node: Node, r: Rewriter) -> Node | None:
    """a = I a."""
    kind = r.type(node)
    return mul(sym("I"), node) if kind and kind[0] == "H" and "I" in r.shapes else None


def one_minus(node: Node, r: Rewriter) -> Node | None:
    """(1 − z) ⊙ n = n − z ⊙ n."""
    if node.op == "had" and len(node.args) == 2:
        for a, b in (node.args, node.args[::-1]):
            if a.op == "add" and a.args[0] == ONE and len(a.args) == 2 and a.args[1].op == "neg" and r.type(a):
                return sub(b, had(a.args[1].args[0], b))
    return None


def steps(node: Node, r: Rewriter) -> Node | None:
    """A sum over 1 … T: its first or last term split off, its index shifted, its terms apart."""
    if node.op != "sum" or node.args[0] != ONE:
        return None
    (low, high, body), index = node.args, node.value
    choices = [add(at_step(body, index, ONE), total(index, TWO, high, body))]
    if high == sym("T"):
        choices += [add(total(index, ONE, sub(high, ONE), body), at_step(body, index, high))]
        if not any(part.op in ("sum", "prod") for _, part in walk(body)):
            choices += [total(index, num(0), sub(high, ONE), shift(body, index))]
    if body.op == "add" and not mixed(body, r):
        choices += [
            add(
                *(
                    neg(total(index, low, high, p.args[0])) if p.op == "neg" else total(index, low, high, p)
                    for p in body.args
                )
            )
        ]
    return r.rng.choice(choices)


def shift(body: Node, index: str) -> Node:
    """The body with index + 1 for the index: t − 1 becomes t."""
    if body == sub(sym(index), ONE):
        return sym(index)
    if body == sym(index):
        return add(body, ONE)
    args = tuple(shift(part, index) for part in body.args)
    return Node(body.op, args, body.value)


RUN_RULES: list[Rule] = [
    *COMMON,
    transposes,
    transposes,
    diagonal,
    diagonal,
    norms,
    norms,
    entries,
    entries,
    identity,
    one_minus,
    steps,
    steps,
]
