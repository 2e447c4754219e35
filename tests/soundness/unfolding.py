"""What the symbols of a run say themselves: the rule that writes h_t, a_t, L, … by their formulas."""

from math import inf

from soundness.described import STEP, TABLE
from soundness.nodes import ONE, Node, add, had, neg, num, offset, sub, sym, total, walk
from soundness.rewriting import Ranges, Rewriter

FEWEST = 4  # steps of a network


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


def slope(f: str, value: Node) -> Node:
    """The derivative of tanh or σ by its own value."""
    return sub(ONE, had(value, value)) if f == "tanh" else had(value, sub(ONE, value))


def stepped(node: Node, step: Node, entries: dict[str, Node] | None = None) -> Node:
    """A formula of the step t at another step, and its entries at other places."""
    if node == STEP:
        return step
    if node == before(STEP):
        return before(step)
    if node == after(STEP):
        return after(step)
    if node.op == "sym" and not node.args and node.value in (entries or {}):
        return entries[node.value]
    index = entries.get(node.value) if node.op in ("sum", "prod") and entries else None
    return Node(node.op, tuple(stepped(p, step, entries) for p in node.args), index.value if index else node.value)


def unfold(kind: str):
    """The rule that writes a symbol at a step by its formula."""
    run = TABLE[kind]

    def rule(node: Node, r: Rewriter) -> Node | None:
        if node == sym("L") and "L" in run.series:
            s = r.index()
            return total(s, ONE, sym("T"), at("L", sym(s)))
        formula = run.formulas.get(node.value) if node.op == "sym" else None
        steps = int(node.value in run.series)
        if not formula or len(node.args) != steps + len(formula.indices):
            return None
        if steps:
            first, last = span(node.args[0], r.ranges)
            if first < 1 or last + (node.value in run.ahead) > 0:
                return None  # no formula says h_0, and none reads what comes after T
        places = dict(zip((index.value for index in formula.indices), node.args[steps:], strict=True))
        for _, part in walk(formula.says):
            if part.op == "sum":
                places[part.value] = sym(r.index())
        return stepped(formula.says, node.args[0] if steps else STEP, places)

    return rule


def span(step: Node, ranges: Ranges) -> tuple[float, float]:
    """The first step that it can be, and the last, counted from T."""
    match offset(step):
        case [], by:
            return by, by - FEWEST
        case [Node("sym", (), "T")], by:
            return by + FEWEST, by
        case [Node("sym", (), index)], by:
            ends = [span(end, ranges) for end in ranges.get(index, (ONE, sym("T")))]  # of a product, in either order
            return min(first for first, _ in ends) + by, max(last for _, last in ends) + by
    return -inf, inf
