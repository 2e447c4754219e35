"""For which values of its free indices a formula is meant: s < t, or t = 1, …, T."""

from collections.abc import Sequence
from itertools import combinations, product

from rnn_notes.checks import tree
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.symbols import Scope, Unbound
from rnn_notes.checks.tree import Index, Name, Number, Statement, walk
from rnn_notes.checks.values import Values

SIMPLE = Name | Number | tree.Relation | tree.Plus | tree.Negative | tree.Brackets
FORM = "a condition compares indices, as in s<t"


def letters_in(statements: tuple[Statement, ...]) -> set[str]:
    """The names that may be free indices: those in a subscript, a range or a bound; and t in an exponent, too."""
    places: list[object] = []
    for node in walk(statements):
        match node:
            case Index(_, at):
                places.append(at)
            case tree.Range(index):
                places.append(Name(index))
            case tree.SumOrProduct(_, _, low, high):
                places.append((low, high))
            case tree.Power(_, exponent) if "t" in tree.free_names(exponent):
                places.append(Name("t"))
    return {node.name for node in walk(tuple(places)) if isinstance(node, Name)}


def is_condition(statement: Statement, letters: set[str], sizes: set[str]) -> bool:
    """Whether a statement compares indices, numbers and sizes, as s < t: nothing that is to be computed first."""
    if isinstance(statement, tree.Range):
        return True
    if isinstance(statement, tree.Relation) and statement.stated == "word":
        return False
    parts = list(walk(statement))
    names = {part.name for part in parts if isinstance(part, Name)}
    return all(isinstance(part, SIMPLE) for part in parts) and bool(names & letters) and names <= letters | sizes


def indices_of(condition: Statement, sizes: set[str]) -> set[str]:
    """The indices that a condition speaks of."""
    return tree.free_names(condition) - sizes | ({condition.index} if isinstance(condition, tree.Range) else set())


def concerns(condition: Statement, claim: Statement, sizes: set[str]) -> bool:
    """A condition on s and t says nothing of a claim with t alone: that one has to hold for every t."""
    return indices_of(condition, sizes) <= tree.free_names(claim)


def met(condition: Statement, values: Values, scope: Scope) -> bool:
    """Whether a condition holds for these values."""
    match condition:
        case tree.Range(index, low, high):
            return values.whole(low, scope) <= values.whole(Name(index), scope) <= values.whole(high, scope)
        case tree.Relation(left, sign, right) if sign != "approx":
            a, b = values.whole(left, scope), values.whole(right, scope)
            return {"=": a == b, "<": a < b, ">": a > b, "le": a <= b, "ge": a >= b, "ne": a != b}[sign]
    raise FormulaError(FORM)


def steps(letter: str, conditions: tuple[Statement, ...], values: Values) -> range:
    """What the conditions choose from: the range of an index, or 1 … T, or 0 … T if a condition on it names 0."""
    first, last = 1, values.network.T
    for condition in conditions:
        if isinstance(condition, tree.Range) and condition.index == letter:
            try:
                found = range(values.whole(condition.low, {}), values.whole(condition.high, {}) + 1)
            except Unbound:  # it depends on another index; the condition itself will choose
                first = 0
                continue
            if len(found) < 3 and not tree.free_names((condition.low, condition.high)):
                raise FormulaError(f"{letter} takes {len(found)} values here; dots stand for more, so write them out")
            return found
        if isinstance(condition, tree.Relation) and {Name(letter), Number("0")} <= set(walk(condition)):
            first = 0
    return range(first, last + 1)


def visible(hidden: tuple[Statement, ...]) -> None:
    """Refuse what is not a condition in a mark, or chooses single values: those readers have to see."""
    for condition in hidden:
        plain = all(isinstance(part, SIMPLE) for part in walk(condition)) and bool(tree.free_names(condition))
        if not isinstance(condition, tree.Range) and not plain:
            raise FormulaError(FORM)
        if isinstance(condition, tree.Range) or (isinstance(condition, tree.Relation) and condition.operator == "="):
            raise FormulaError("a condition with = belongs in the display, where readers see it, after \\quad")


def collapsed(claim: Statement, indices: Sequence[str], cases: Sequence[tuple[Scope, dict[str, int]]]) -> None:
    """Refuse conditions of a mark on these indices that leave two values of an index, or one of two together.

    ``cases`` are all that was checked: the values of the indices, and the sizes.
    """
    found = [(name, {scope[name] for scope, _ in cases}, 2) for name in indices]
    for name, size in product(indices, cases[0][1] if cases else ()):
        found.append((f"{name} - {size}", {scope[name] - sizes[size] for scope, sizes in cases}, 2))
    found += [(f"{a} - {b}", {scope[a] - scope[b] for scope, _ in cases}, 1) for a, b in combinations(indices, 2)]
    found += [(f"{a} + {b}", {scope[a] + scope[b] for scope, _ in cases}, 1) for a, b in combinations(indices, 2)]
    for what, values, few in found:
        if len(values) <= few:
            raise FormulaError(
                f"under the condition of the mark this is checked for {what} = {', '.join(map(str, sorted(values)))} "
                "alone, which readers do not see; write the condition into the display, after \\quad"
            ).placed(claim)
