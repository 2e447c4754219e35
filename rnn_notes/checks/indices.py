r"""What h^{(t)}, W^{(1)} and h[t] mean on a run: the index of a symbol, if the run has such a one; and \delta_{ij}."""

from collections.abc import Container, Mapping
from typing import Any

import numpy as np

from rnn_notes.checks import tree
from rnn_notes.checks.network import Series
from rnn_notes.checks.tree import AtStep, Brackets, Index, Name, Node, Times, label


def resolve(statements: Any, symbols: Mapping[str, Any], defined: Container[str] = ()) -> Any:
    """The statements with plain indices, h_t; W^{(t)}, the weights as used at step t, stays as it is.

    δ_{ij} is Kronecker's, 1 where i = j and else 0, where neither the run nor the page has a δ.
    """
    kronecker = "delta" not in defined and not any(name.split("_")[0] == "delta" for name in symbols)

    def place(node: Node, step: Node) -> Index | None:
        base, at = (node.base, node.at) if isinstance(node, Index) else (node, ())
        if not isinstance(base, Name):
            return None
        first = label(at[0]) if at else None
        labelled = at[:1] if f"{base.name}_{first}" in symbols else ()
        found = symbols.get(f"{base.name}_{first}" if labelled else base.name)
        numbered = f"{base.name}_{label(step)}" in symbols and not labelled
        if isinstance(found, Series) or numbered:
            return Index(base, (*labelled, step, *at[len(labelled) :]), span=node.span)
        return None

    def change(node: Node) -> Node:
        match node:
            case Index(base, (*labels, Times((Name() as row, Name() as column)))) if _has_two(base, labels, symbols):
                return Index(base, (*labels, row, column), span=node.span)
            case Index(Name("delta"), (Times((row, column)),) | (row, column)) if kronecker and row != column:
                same = tree.Relation(row, "=", column, span=node.span)
                return tree.Cases((tree.Number("1"), tree.Number("0")), ((same,), ()), span=node.span)
            case AtStep(body, step):
                return place(body, step) or node
            case Times(factors):
                found: list[Node] = []
                for factor in factors:
                    if isinstance(factor, Brackets) and factor.square and found and _is_whole(found[-1], symbols):
                        factor = place(found.pop(), factor.body) or factor
                    found.append(factor)
                return found[0] if len(found) == 1 else Times(tuple(found), span=node.span)
        return node

    return tree.rebuilt(statements, change)


def _has_two(base: Node, labels: list[Node], symbols: Mapping[str, Any]) -> bool:
    """Whether it has two indices: a matrix, of which W_{ij} is an entry, or a column at each step, as in y_{tk}."""
    inner = base.body if isinstance(base, Brackets) else base
    base, labels = (inner.base, [*inner.at, *labels]) if isinstance(inner, Index) else (inner, labels)
    name = "_".join([base.name, *(label(part) or "" for part in labels)]) if isinstance(base, Name) else ""
    found = symbols.get(name)
    if isinstance(found, Series):
        shape = found.at(found.first).shape
        return len(shape) > 2 and (shape[-1] == 1 or shape[-2] == 1)
    return isinstance(found, np.ndarray) and found.ndim > 1 and 1 not in found.shape[-2:]


def _is_whole(node: Node, symbols: Mapping[str, Any]) -> bool:
    """Whether it is a symbol that has a value at a step only, so that brackets after it cannot be a factor."""
    base, at = (node.base, node.at) if isinstance(node, Index) else (node, ())
    name = f"{base.name}_{label(at[0])}" if isinstance(base, Name) and len(at) == 1 else getattr(base, "name", "")
    found = symbols.get(name)
    return isinstance(found, Series) and found.total is None


def counting(part: Any, symbols: Mapping[str, Any]) -> set[str]:
    """The symbols of a run that count here, as the i of f_{t,i}: a gate has no value without an index."""
    inside = set[str]()

    def visit(part: Any, is_index: bool) -> None:
        if isinstance(part, Name):
            inside.update({part.name} if is_index else ())
        elif isinstance(part, Index):
            visit(part.base, is_index)
            labelled = isinstance(part.base, Name) and f"{part.base.name}_{label(part.at[0])}" in symbols
            visit(part.at[labelled:], True)
        elif isinstance(part, Node | tuple):
            for child in part if isinstance(part, tuple) else tree.children(part):
                visit(child, is_index)

    visit(part, False)
    return {name for name in inside if isinstance(found := symbols.get(name), Series) and not found.total}
