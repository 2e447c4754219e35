"""What the symbols of a run say themselves: rules that write h_t, a_t, L, ∂L/∂W, … by their formulas."""

from soundness.nodes import ONE, Node, add, call, derivative, frac, had, mul, neg, num, power, sub, sym, total, tr
from soundness.rewriting import Rewriter


def before(t: Node) -> Node:
    """The step before: t − 1, or 3 for 4."""
    if t.op == "num":
        return num(int(t.value) - 1)
    if t.op == "add" and t.args[1:] == (ONE,):
        return t.args[0]
    return sub(t, ONE)


def after(t: Node) -> Node:
    """The step after."""
    if t.op == "num":
        return num(int(t.value) + 1)
    return t.args[0] if t.op == "add" and t.args[1:] == (neg(ONE),) else add(t, ONE)


def at(name: str, t: Node) -> Node:
    return sym(name, t)


def gate(name: str, t: Node) -> Node:
    """The pre-activation of a gate, written out."""
    return add(mul(sym(f"W_x{name}"), at("x", t)), mul(sym(f"W_h{name}"), at("h", before(t))), sym(f"b_{name}"))


def slope(f: str, value: Node) -> Node:
    """The derivative of tanh or σ by its own value."""
    return sub(ONE, had(value, value)) if f == "tanh" else had(value, sub(ONE, value))


def formulas(kind: str) -> dict[str, object]:
    """Symbol -> its formula at the step t."""
    common = {
        "y": lambda t: add(mul(sym("W_hy"), at("h", t)), sym("b_y")),
        "L": lambda t: mul(frac(ONE, num(2)), power(Node("norm", (sub(at("y", t), at("y_hat", t)),), "2"), 2)),
    }
    if kind == "lstm":
        gates = {f"a_{g}": (lambda t, g=g: gate(g, t)) for g in "ifoc"}
        values = {g: (lambda t, g=g: call("sigma", at(f"a_{g}", t))) for g in "ifo"}
        return {
            **common,
            **gates,
            **values,
            "c_tilde": lambda t: call("tanh", at("a_c", t)),
            "c": lambda t: add(had(at("f", t), at("c", before(t))), had(at("i", t), at("c_tilde", t))),
            "h": lambda t: had(at("o", t), call("tanh", at("c", t))),
        }
    if kind == "gru":
        return {
            **common,
            **{f"a_{g}": (lambda t, g=g: gate(g, t)) for g in "rz"},
            **{g: (lambda t, g=g: call("sigma", at(f"a_{g}", t))) for g in "rz"},
            "m": lambda t: add(mul(sym("W_hn"), at("h", before(t))), sym("b_hn")),
            "a_n": lambda t: add(mul(sym("W_xn"), at("x", t)), sym("b_n"), had(at("r", t), at("m", t))),
            "n": lambda t: call("tanh", at("a_n", t)),
            "h": lambda t: add(had(sub(ONE, at("z", t)), at("n", t)), had(at("z", t), at("h", before(t)))),
        }
    own = lambda t: mul(sym("W_xh"), at("x", t))  # noqa: E731
    return {
        **common,
        "a": (lambda t: add(own(t), sym("b_h")))
        if kind == "feedforward"
        else (lambda t: add(own(t), mul(sym("W_hh"), at("h", before(t))), sym("b_h"))),
        "h": (lambda t: at("a", t)) if kind == "linear" else (lambda t: call("tanh", at("a", t))),
    }


def unfold(kind: str):
    """The rule that writes a symbol at a step by its formula."""
    known = formulas(kind)

    def rule(node: Node, r: Rewriter) -> Node | None:
        if node == sym("L"):
            s = r.index()
            return total(s, ONE, sym("T"), at("L", sym(s)))
        if node.op == "sym" and len(node.args) == 1 and node.value in known and steps_back(node.value, node.args[0], r):
            return known[node.value](node.args[0])
        return None

    return rule


def steps_back(name: str, t: Node, r: Rewriter) -> bool:
    """Whether the formula of a symbol exists at that step: not of h_0, whose index is free."""
    return (t.op == "num" and int(t.value) >= 1) or t.op == "sym" or t == add(sym("t"), ONE)


ACTIVATION = {
    "rnn": {"a": ("h", "tanh")},
    "feedforward": {"a": ("h", "tanh")},
    "linear": {},
    "lstm": {"a_i": ("i", "sigma"), "a_f": ("f", "sigma"), "a_o": ("o", "sigma"), "a_c": ("c_tilde", "tanh")},
    "gru": {"a_r": ("r", "sigma"), "a_z": ("z", "sigma"), "a_n": ("n", "tanh")},
}


def gradients(kind: str, t: Node) -> list[tuple[Node, Node]]:
    """Facts about derivatives, left and right, at a free step t."""
    T, L = sym("T"), sym("L")
    h, y, x = at("h", t), at("y", t), at("x", t)
    error = sub(y, at("y_hat", t))
    d = derivative
    over = lambda body, index="t": total(index, ONE, T, body)  # noqa: E731
    found = [
        (d(L, y), error),
        (d(L, sym("W_hy")), over(mul(error, tr(h)))),
        (d(L, sym("b_y")), over(error)),
        (d(L, at("h", T)), mul(tr(sym("W_hy")), sub(at("y", T), at("y_hat", T)))),
        (d(at("L", t), y, True), error),
        (d(y, h), sym("W_hy")),
    ]
    delta = {name: name.replace("a", "delta", 1) for name in ACTIVATION[kind]} or {"a": "delta"}
    for name, (value, f) in ACTIVATION[kind].items():
        v = at(value, t)
        found.append((at(delta[name], t), had(d(L, v), slope(f, v))))
        found.append((d(v, at(name, t)), call("diag", slope(f, v))))
        found.append((at(delta[name], t), d(L, at(name, t))))
    for name in delta:
        gate_name = name[2:]
        w, u, b = (f"W_x{gate_name}", f"W_h{gate_name}", f"b_{gate_name}") if gate_name else ("W_xh", "W_hh", "b_h")
        found += [(d(L, sym(w)), over(mul(at(delta[name], t), tr(x)))), (d(L, sym(b)), over(at(delta[name], t)))]
        if kind == "gru" and name == "a_n":
            found.append((d(L, sym(u)), over(mul(d(L, at("m", t)), tr(at("h", before(t)))))))
            found.append((d(L, at("m", t)), had(at("delta_n", t), at("r", t))))
        elif kind != "feedforward":
            found.append((d(L, sym(u)), over(mul(at(delta[name], t), tr(at("h", before(t)))))))
    terms = [mul(tr(sym(f"W_x{name[2:] or 'h'}")), at(delta[name], t)) for name in delta]
    found.append((d(L, x), add(*terms)))
    previous = at("h", before(t))
    if kind == "rnn":
        found.append((d(h, previous), mul(call("diag", slope("tanh", h)), sym("W_hh"))))
        found.append((d(L, at("h", num(0))), mul(tr(sym("W_hh")), at("delta", ONE))))
        found.append((d(h, x, True), mul(call("diag", slope("tanh", h)), sym("W_xh"))))
    if kind == "linear":
        found.append((d(h, previous), sym("W_hh")))
        found.append((at("delta", t), d(L, h)))
    if kind == "lstm":
        c, last = at("c", t), at("c", before(t))
        found += [
            (d(c, last, True), call("diag", at("f", t))),
            (d(L, at("f", t)), had(d(L, c), last)),
            (d(L, at("i", t)), had(d(L, c), at("c_tilde", t))),
            (d(L, at("c_tilde", t)), had(d(L, c), at("i", t))),
            (d(L, at("o", t)), had(d(L, h), call("tanh", c))),
            (d(h, at("o", t)), call("diag", call("tanh", c))),
        ]
    if kind == "gru":
        found += [
            (d(h, previous, True), call("diag", at("z", t))),
            (d(h, at("n", t), True), call("diag", sub(ONE, at("z", t)))),
            (at("delta_n", t), had(d(L, h), sub(ONE, at("z", t)), slope("tanh", at("n", t)))),
            (d(L, at("z", t)), had(d(L, h), sub(previous, at("n", t)))),
        ]
    return found
