r"""What sums count in a chain: \sum_i x_i y_i has all entries of x and of y, and x_i > 0 is said of each of them."""

from typing import Any

from rnn_notes.checks import tree
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.letters import Letters
from rnn_notes.checks.tree import Index, Name, Node, Number, Over, Relation, SumOrProduct, free_names, walk

Place = tuple[str, int]  # an array, and which of its indices
LETTERS = "nmpqrNM"  # for how many entries there are


def bounded(statements: Any, taken: set[str]) -> tuple[Any, tuple[str, ...]]:
    """The statements with bounds for all sums, and in words what was taken for them; ``taken`` are other letters.

    Sums that count entries of the same array count equally many, up to the bound that one of them states, if one does.
    Raises FormulaError where it is unclear what is counted.
    """
    statements = _plain_indices(statements)
    sums = [node for node in walk(statements) if isinstance(node, SumOrProduct | Over)]
    if not any(isinstance(node, Over) for node in sums):
        return statements, ()
    groups: list[tuple[set[Place], list[SumOrProduct | Over]]] = []
    for node in sums:
        counted, members = places(node), [node]
        for group in [group for group in groups if group[0] & counted]:
            groups.remove(group)
            counted, members = counted | group[0], members + group[1]
        groups.append((counted, members))
    used = taken | {node.name for node in walk(statements) if isinstance(node, Name)} | {node.index for node in sums}
    fresh = iter([letter for letter in LETTERS if letter not in used])
    ends: dict[Place, tuple[Node, Node]] = {}
    words: list[str] = []
    for counted, members in groups:
        stated = {(node.low, node.high) for node in members if isinstance(node, SumOrProduct)}
        without = [node for node in members if isinstance(node, Over)]
        letter = next(fresh, "") if without and not stated else ""
        if without and (len(stated) > 1 or not (stated or letter)):
            raise unclear(without[0])
        if letter:
            stated = {(Number("1"), Name(letter))}
            words.append(f"{letter} for how many {' and '.join(sorted({name for name, _ in counted}))} there are")
        ends |= dict.fromkeys(counted, next(iter(stated), (Number("1"), Number("1"))))

    def change(node: Node) -> Node:
        if not isinstance(node, Over):
            return node
        low, high = ends[min(places(node))]
        return SumOrProduct(node.operator, node.index, low, high, node.body, span=node.span)

    return tree.rebuilt(statements, change), tuple(words)


def _plain_indices(statements: Any) -> Any:
    """With x_{i,j} for x_{ij}, and x_i for x^{(i)}, if a letter counts: no one means a product or a power by these."""
    counting = {node.index for node in walk(statements) if isinstance(node, SumOrProduct | Over | tree.Range)}

    def change(node: Node) -> Node:
        if isinstance(node, Index) and len(node.at) == 1 and isinstance(node.at[0], tree.Times):
            letters = node.at[0].factors
            if all(isinstance(letter, Name) for letter in letters) and free_names(letters) & counting:
                return Index(node.base, letters, span=node.span)
        if isinstance(node, tree.AtStep) and free_names(node.step) & counting:
            base, at = (node.body.base, node.body.at) if isinstance(node.body, Index) else (node.body, ())
            return Index(base, (node.step, *at), span=node.span)
        return node

    return tree.rebuilt(statements, change)


def beside(claim: Relation) -> dict[str, SumOrProduct]:
    """The letters of which an entry stands beside a sum over all of them, as the k of x_k ≤ Σ_i x_i², with that sum."""
    sums: dict[Place, list[SumOrProduct]] = {}
    for big in (node for node in walk(claim) if isinstance(node, SumOrProduct)):
        for place in places(big):
            sums.setdefault(place, []).append(big)
    around = [big for members in sums.values() for big in members]
    taken = {big.index for big in around} | free_names([(big.low, big.high) for big in around])
    found: dict[str, SumOrProduct] = {}
    for node in walk(claim):
        if isinstance(node, Index) and isinstance(node.base, Name):
            for number, at in enumerate(node.at):
                members = sums.get((node.base.name, number), [])
                if isinstance(at, Name) and at.name not in taken and len({(m.low, m.high) for m in members}) == 1:
                    found.setdefault(at.name, members[0])
    return found


def for_each(condition: Relation, claim: Relation, reader: Letters) -> list[Relation]:
    """A condition on x_k, where k is what a sum in the claim counts, for each of its values; else the condition."""
    found = [condition]
    for big in (node for node in walk(claim) if isinstance(node, SumOrProduct)):
        if places(big) & places(SumOrProduct("sum", big.index, big.low, big.high, condition)):
            low, high = (reader.of(end, {}) for end in (big.low, big.high))
            if low.is_Integer and high.is_Integer:
                steps = range(int(low), int(high) + 1)
                found = [_at(each, big.index, step) for each in found for step in steps]
    return list(dict.fromkeys(found))


def _at(part: Any, index: str, step: int) -> Any:
    return tree.rebuilt(part, lambda node: Number(str(step)) if node == Name(index) else node)


def places(node: SumOrProduct | Over) -> set[Place]:
    """The indices of arrays that a sum counts; of one without bounds there are some, and they are its index alone."""
    found = set[Place]()
    for part in walk(node.body):
        if isinstance(part, Index) and isinstance(part.base, Name):
            for number, at in enumerate(part.at):
                if at == Name(node.index):
                    found.add((part.base.name, number))
                elif isinstance(node, Over) and node.index in free_names(at):
                    raise unclear(node)
    if isinstance(node, Over) and not found:
        raise unclear(node)
    return found


def unclear(node: Over) -> FormulaError:
    """The error of what counts nothing that is known."""
    bounds = f"write both bounds, \\sum_{{{node.index}=1}}^{{n}}"
    way_out = bounds if node.operator == "sum" else f"write it out, \\{node.operator}(x_1, x_2)"
    return FormulaError(f"from where to where {node.index} counts is unclear here; {way_out}", node.span[0])
