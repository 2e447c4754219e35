"""Relations within a line of text: each repeats a statement of the page, has a mark of its own, or is a choice.

``$h_0 = 0$<!-- check: lecture -->`` is judged as a display would be; ``$z = 1$<!-- check: setting -->`` is a choice of
the author, as in "let z = 1", of which nothing can be proved. Without a mark, the relation must be in a display of
the page, or in the project's list of its notation, brackets and spaces apart.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import Any

from rnn_notes.checks import latex, tree
from rnn_notes.checks.conditions import SIMPLE
from rnn_notes.checks.define import Definitions, functions, introduce
from rnn_notes.checks.errors import CheckError, FormulaError
from rnn_notes.checks.notation import read_given
from rnn_notes.checks.spelling import Spelling

RANGE = re.compile(
    r"\s*[A-Za-z]\s*=\s*(?P<first>[^,=]+),\s*(?:[^,=]+,\s*)?\\[lc]?dots\s*,?\s*(?P<last>[^,=]+)"
)  # t = 1, …, T
Stated = tuple[str, tuple[tree.Statement, ...]]  # a display, and the conditions of its mark
WAY_OUT = (
    "put how it is checked directly after it, as in $…$<!-- check: rnn -->; "
    "<!-- check: setting --> if it is a choice such as z = 1"
)


def repeated(text: str, known: Iterable[Stated], spelling: Spelling) -> None:
    """Raise FormulaError unless each statement of the text is one of the statements known, under its conditions."""
    names, displays = _stated(tuple(known), spelling)
    try:
        statements = latex.parse(text, names, spelling)
    except CheckError as error:
        raise FormulaError(f"{error}; {WAY_OUT}", error.at) from None
    said = {tree.ungrouped(statement) for statement in statements}
    for statement in map(tree.ungrouped, statements):
        places = [
            display
            for display in displays
            if statement in display and (len(said & display) > 1 or not _is_condition(statement, display))
        ]
        if not places:
            raise FormulaError(
                f"no display of the page states that {' '.join(text.split())}; {WAY_OUT}", statement.span[0]
            )
        unsaid = [{each for each in display - said if _restricts(each, statement)} for display in places]
        if all(unsaid):
            raise FormulaError(
                f"the display that states it has a condition, which is missing here; {WAY_OUT}", statement.span[0]
            )


def _restricts(condition: tree.Statement, claim: tree.Statement) -> bool:
    """Whether a statement is a condition on letters of a claim, which is none itself."""
    letters = tree.free_names(condition) | ({condition.index} if isinstance(condition, tree.Range) else set())
    return condition != claim and bool(letters & tree.free_names(claim)) and _bounds(condition) and not _compares(claim)


def _is_condition(statement: tree.Statement, display: set[tree.Statement]) -> bool:
    """Whether a display does not state that s = t, but says that where it is so, another thing holds."""
    equals = isinstance(statement, tree.Relation) and statement.operator == "="
    return equals and _compares(statement) and any(_restricts(statement, other) for other in display)


def _bounds(statement: tree.Statement) -> bool:
    """Whether it says for which values of letters another thing is meant: s = t, |x| < 1, or t = 2, …, T."""
    if isinstance(statement, tree.Range):  # but for t = 1, …, T, which goes without saying
        return statement.low not in (tree.Number("0"), tree.Number("1")) or statement.high != tree.Name("T")
    return _compares(statement) or (_compares(statement, tree.Absolute | tree.Times | tree.Fraction, but="="))


def _compares(statement: tree.Statement, more: Any = tree.Name, but: str = "") -> bool:
    """Whether it compares letters and numbers, as s < t does, and is not claimed by its place."""
    plain = all(isinstance(part, SIMPLE | more) for part in tree.walk(statement))
    return isinstance(statement, tree.Relation) and not statement.stated and plain and statement.operator != but


def chosen(text: str, names: frozenset[str], spelling: Spelling) -> None:
    """Raise FormulaError unless the text is a choice: symbols that are given values, conditions, ranges of an index."""
    if counting := RANGE.fullmatch(text):
        first, last = counting["first"].strip(), counting["last"].strip()
        if first.isdigit() and last.isdigit() and int(first) > int(last):
            raise FormulaError("this counts from the larger number to the smaller one, so it cannot be chosen", 0)
        return
    statements = latex.parse(text, names, spelling)
    _refuse_pairs([statement for statement in statements if isinstance(statement, tree.Relation)])
    for statement in statements:
        if not tree.free_names(statement) - {"e", "pi"}:
            raise FormulaError(
                "this has no symbol that could be chosen; mark it as numbers or chain", statement.span[0]
            )
        if isinstance(statement, tree.Relation) and statement.operator in ("=", "approx"):
            sides = statement.left, statement.right
            if statement.operator == "approx" or not any(_chooses(*pair) for pair in (sides, sides[::-1])):
                way_out = "a choice has a symbol of its own on one side, as z = 1 has; mark this with how it is checked"
                raise FormulaError(way_out, statement.span[0])
        if isinstance(statement, tree.Relation) and _never(statement, ()):
            raise FormulaError("this holds for no numbers, so it cannot be chosen", statement.span[0])


def _refuse_pairs(relations: Sequence[tree.Relation]) -> None:
    """Raise FormulaError for two relations that exclude each other, as x < 0 and x > 1, or x = 1 and x = 2."""
    for one, other in combinations(relations, 2):
        sides = [(tree.ungrouped(each.left), tree.ungrouped(each.right)) for each in (one, other)]
        both = {one.operator, other.operator} == {"="} and sides[0][0] == sides[1][0]
        numbers = both and all(isinstance(right, tree.Number) for _, right in sides) and sides[0][1] != sides[1][1]
        if numbers or (not both and _never(other, (one,))):
            raise FormulaError("this and what is before it exclude each other, so they cannot be chosen", other.span[0])


def _never(relation: tree.Relation, where: tuple[tree.Relation, ...]) -> bool:
    """Whether it is proved that a relation of numbers holds nowhere under the other ones."""
    from rnn_notes.checks.prove import prove  # SymPy takes a second to import

    opposite = {"=": "ne", "ne": "=", "<": "ge", "ge": "<", ">": "le", "le": ">"}.get(relation.operator)
    if opposite is None:
        return False
    size = tree.Absolute(tree.Name("x"))  # all that is known of a norm
    numbers = tree.rebuilt(relation, lambda node: size if isinstance(node, tree.Norm) else node)
    with suppress(CheckError):
        prove((replace(numbers, operator=opposite, stated="word"), *where), {})
        return True
    return False


def _chooses(one: tree.Node, other: tree.Node) -> bool:
    """Whether one side is a symbol, or a quantity of one, that the other side does not contain."""
    symbol = isinstance(one, tree.Name | tree.Index | tree.Derivative | tree.Norm)
    number = not any(isinstance(node, tree.Index | tree.Call) for node in tree.walk(other))
    given = isinstance(one, tree.Call) and number and bool(tree.free_names(one))  # as in σ(x) = 0.9
    return (symbol or given) and tree.ungrouped(one) not in {tree.ungrouped(node) for node in tree.walk(other)}


@lru_cache(maxsize=100)  # a page has many relations that repeat what is displayed, and is judged again for the census
def _stated(texts: tuple[Stated, ...], spelling: Spelling) -> tuple[frozenset[str], list[set[tree.Statement]]]:
    """The functions that some of the texts define, and the statements of each."""
    definitions: Definitions = {}
    for text, _ in texts:
        with suppress(CheckError):
            _, new = introduce(text, definitions, spelling)
            definitions[new.name] = new
    names, found = functions(definitions), list[set[tree.Statement]]()
    for text, conditions in texts:
        with suppress(CheckError):
            said = latex.parse(text, names | read_given(text).function, spelling)
            found.append({*map(tree.ungrouped, (*said, *conditions))})
    return names, found
