"""How errors flow back through a run, derived from its formulas: gradients, sums over time, immediate Jacobians."""

from collections.abc import Iterator
from functools import lru_cache

from soundness.described import STEP, TABLE, Described
from soundness.nodes import (
    ONE,
    TWO,
    Claim,
    Node,
    Range,
    add,
    call,
    derivative,
    had,
    mul,
    neg,
    sub,
    sym,
    total,
    tr,
    walk,
)
from soundness.rewriting import Rewriter
from soundness.unfolding import after, before, slope, stepped

EYE = Node("eye")  # the derivative of a column by itself
LATER, EARLIER = Claim(STEP, "<", sym("T")), Claim(STEP, ">", ONE)
Fact = tuple[Node, Node, list[Claim | Range]]


class UnclearError(ValueError):
    """A formula through which nothing is derived here."""


@lru_cache(None)
def facts(kind: str) -> tuple[Fact, ...]:
    """What follows from the formulas of a run, and what is known of it: left, right, and the conditions."""
    flow = Flow(TABLE[kind])
    found = [*flow.immediate(), *(flow.gradients() if "L" in flow.run.series else [])]
    return tuple(found + [(claim.left, claim.right, conditions) for claim, conditions in flow.run.facts])


class Flow:
    """The derivatives of one run."""

    def __init__(self, run: Described) -> None:
        self.run = run
        self.types = Rewriter(None, [], shapes=dict(run.types), series=run.series)  # type: ignore[arg-type]
        self.plain = {name: f.says for name, f in run.formulas.items() if name in run.series and not f.indices}

    def error(self, name: str, t: Node) -> Node:
        """∂L/∂name_t, as δ where it has that name."""
        delta = name.replace("a", "delta", 1)
        return sym(delta, t) if delta in self.run.types and name[:1] == "a" else derivative(sym("L"), sym(name, t))

    def gradients(self) -> Iterator[Fact]:
        """∂L/∂ of every symbol: the sum of what comes back from all formulas that read it."""
        for name in self.run.types:
            if name in ("L", "I") or name.startswith("delta"):
                continue
            try:
                terms, conditions = self._of_series(name) if name in self.run.series else (self._of_weights(name), [])
            except UnclearError:
                continue
            if terms:
                yield derivative(sym("L"), sym(name, STEP) if name in self.run.series else sym(name)), terms, conditions
                if name in self.run.series and self.error(name, STEP).op == "sym":
                    yield self.error(name, STEP), terms, conditions

    def _reads(self, name: str) -> Iterator[tuple[str, Node, Node]]:
        """The formulas that read a symbol: whose, how (the symbol with its step), and what comes back to it."""
        for other, formula in self.run.formulas.items():
            if not any(part.op == "sym" and part.value == name for _, part in walk(formula.says)):
                continue
            if other not in self.plain:
                raise UnclearError
            root = ONE if other == "L" else self.error(other, STEP)
            for leaf, term in self.pulled(formula.says, root, sym(other, STEP)):
                if leaf.value == name:
                    yield other, leaf, term

    def _of_series(self, name: str) -> tuple[Node | None, list[Claim]]:
        terms, conditions = [], []
        for first in self.run.first.values():
            if any(part.op == "sym" and part.value == name for _, part in walk(first)):
                conditions = [LATER]
        for _, leaf, term in self._reads(name):
            if leaf.args == (STEP,):
                terms.append(term)
            elif leaf.args == (before(STEP),):
                terms.append(stepped(term, after(STEP)))
                conditions = [LATER]
            elif leaf.args == (after(STEP),):
                terms.append(stepped(term, before(STEP)))
                conditions = [EARLIER]
            else:
                raise UnclearError
        return (add(*terms) if terms else None), conditions

    def _of_weights(self, name: str) -> Node | None:
        """A sum over all steps; of what is read at the step after, up to the last but one."""
        sums = []
        for _, _, term in self._reads(name):
            ahead = any(part == after(STEP) for _, part in walk(term))
            sums.append(total("t", ONE, before(sym("T")) if ahead else sym("T"), term))
        return add(*sums) if sums else None

    def pulled(self, node: Node, g: Node, own: Node | None = None) -> Iterator[tuple[Node, Node]]:
        """The symbols in a formula, each with its part of the gradient ``g`` of the formula, whose value is ``own``."""
        match node.op:
            case "num":
                return
            case "sym":
                yield node, g
            case "neg":
                yield from self.pulled(node.args[0], neg(g))
            case "add":
                for part in node.args:
                    yield from self.pulled(part, g)
            case "tr":
                yield from self.pulled(node.args[0], self.turned(g))
            case "had":
                for n, part in enumerate(node.args):
                    yield from self.pulled(part, had(g, *node.args[:n], *node.args[n + 1 :]))
            case "mul":
                yield from self._of_product(node, g)
            case "call" if node.value in ("tanh", "sigma", "exp"):
                value = own or node
                back = value if node.value == "exp" else slope(node.value, value)
                yield from self.pulled(node.args[0], had(g, back))
            case "call" if node.value == "softmax":
                p = own or node
                yield from self.pulled(node.args[0], sub(had(p, g), mul(p, tr(p), g)))
            case "pow" if node.args[0].op == "norm" and node.args[1] == TWO:
                v = node.args[0].args[0]
                yield from self.pulled(v, _times(g, TWO, v))
            case _:
                raise UnclearError

    def _of_product(self, node: Node, g: Node) -> Iterator[tuple[Node, Node]]:
        """P X Q sends Pᵀ g Qᵀ to X, and a number gets the sum of g ⊙ the rest."""
        if node.args[0].op == "frac" and node.args[1].op == "pow" and g == ONE:  # ½ ‖v‖²
            yield from self.pulled(node.args[1].args[0].args[0], node.args[1].args[0].args[0])
            return
        kinds = [self.types.type(part) for part in node.args]
        numbers = [part for part, kind in zip(node.args, kinds, strict=True) if kind == ()]
        arrays = [part for part, kind in zip(node.args, kinds, strict=True) if kind != ()]
        for n, part in enumerate(arrays):
            left = [self.turned(other) for other in reversed(arrays[:n])]
            right = [self.turned(other) for other in reversed(arrays[n + 1 :])]
            yield from self.pulled(part, _times(*numbers, *left, g, *right))
        for n, part in enumerate(numbers):
            rest = [*numbers[:n], *numbers[n + 1 :]]
            if any(p.op == "sym" for _, p in walk(part)):
                yield from self.pulled(part, _times(*rest, *([tr(g), *arrays] if arrays else [g])))

    def turned(self, node: Node) -> Node:
        """The transpose, of a product written out."""
        if node.op == "mul":
            numbers = [part for part in node.args if self.types.type(part) == ()]
            return mul(*numbers, *(self.turned(part) for part in reversed(node.args) if part not in numbers))
        return tr(node)

    def immediate(self) -> Iterator[Fact]:
        """∂⁺ of a column by each column that its formula reads."""
        for name, formula in self.plain.items():
            if self.run.types[name] == () or (self.run.types[name] or ())[1] != "1":
                continue
            says = self._written_out(formula)
            for leaf in dict.fromkeys(part for _, part in walk(says) if part.op == "sym" and part.args):
                kind = self.types.type(leaf)
                if leaf.value not in self.run.series or not kind or kind[1] != "1":
                    continue
                try:
                    found = self.jacobian(says, leaf, sym(name, STEP))
                except UnclearError:
                    continue
                if found not in (None, EYE):
                    ahead = leaf.args[0] == after(STEP)
                    yield derivative(sym(name, STEP), leaf, True), found, [LATER] if ahead else []

    def _written_out(self, node: Node) -> Node:
        if node.op == "sym" and node.value in self.run.through.split() and node.args == (STEP,):
            return self._written_out(self.plain[node.value]) if node.value in self.plain else node
        return Node(node.op, tuple(self._written_out(part) for part in node.args), node.value)

    def jacobian(self, node: Node, leaf: Node, own: Node | None = None) -> Node | None:
        """The matrix by which a small change of a column arrives; None if it does not."""
        if node == leaf:
            return EYE
        if not any(part == leaf for _, part in walk(node)):
            return None
        match node.op:
            case "neg":
                if (found := self.jacobian(node.args[0], leaf)) == EYE:
                    raise UnclearError
                return neg(found)
            case "add":
                parts = [found for part in node.args if (found := self.jacobian(part, leaf)) is not None]
                if len(parts) > 1 and EYE in parts:
                    raise UnclearError
                return add(*parts)
            case "had":
                parts = []
                for n, part in enumerate(node.args):
                    others = had(*node.args[:n], *node.args[n + 1 :])
                    if (found := self.jacobian(part, leaf)) is not None:
                        parts.append(_after(call("diag", others), found))
                return add(*parts)
            case "mul":
                *front, last = node.args
                if any(part == leaf for other in front for _, part in walk(other)):
                    raise UnclearError
                found = self.jacobian(last, leaf)
                if found == EYE and all(self.types.type(part) == () for part in front):
                    raise UnclearError
                return _after(mul(*front), found)
            case "call" if node.value in ("tanh", "sigma", "exp"):
                value = own or node
                back = value if node.value == "exp" else slope(node.value, value)
                return _after(call("diag", back), self.jacobian(node.args[0], leaf))
            case "call" if node.value == "softmax":
                p = own or node
                return _after(sub(call("diag", p), mul(p, tr(p))), self.jacobian(node.args[0], leaf))
        raise UnclearError


def _times(*factors: Node) -> Node:
    """A product without its ones."""
    kept = [factor for factor in factors if factor != ONE]
    return mul(*kept) if kept else ONE


def _after(matrix: Node, found: Node | None) -> Node | None:
    return matrix if found == EYE else mul(matrix, found) if found is not None else None
