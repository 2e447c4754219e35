"""Relations within a line of text: each repeats a statement of the page, has a mark of its own, or is a choice.

``$h_0 = 0$<!-- check: lecture -->`` is judged as a display would be; ``$z = 1$<!-- check: setting -->`` is a choice of
the author, as in "let z = 1", of which nothing can be proved. Without a mark, the relation must be in a display of
the page, or in the project's list of its notation, brackets and spaces apart.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache

from rnn_notes.checks import latex, tree
from rnn_notes.checks.define import Definitions, functions, introduce
from rnn_notes.checks.errors import CheckError, FormulaError
from rnn_notes.checks.notation import read_given
from rnn_notes.checks.spelling import Spelling

RANGE = re.compile(r"\s*[A-Za-z]\s*=\s*[^,=]+,\s*(?:[^,=]+,\s*)?\\[lc]?dots\s*,?\s*[^,=]+")  # t = 1, …, T
WAY_OUT = (
    "put how it is checked directly after it, as in $…$<!-- check: rnn -->; "
    "<!-- check: setting --> if it is a choice such as z = 1"
)


def repeated(text: str, known: Iterable[str], spelling: Spelling) -> None:
    """Raise FormulaError unless each statement of the text is one of the statements known."""
    names, found = _stated(tuple(known), spelling)
    try:
        statements = latex.parse(text, names, spelling)
    except CheckError as error:
        raise FormulaError(f"{error}; {WAY_OUT}", error.at) from None
    for statement in statements:
        if tree.ungrouped(statement) not in found:
            raise FormulaError(
                f"no display of the page states that {' '.join(text.split())}; {WAY_OUT}", statement.span[0]
            )


def chosen(text: str, names: frozenset[str], spelling: Spelling) -> None:
    """Raise FormulaError unless the text is a choice: symbols that are given values, conditions, ranges of an index."""
    if RANGE.fullmatch(text):
        return
    for statement in latex.parse(text, names, spelling):
        if not tree.free_names(statement):
            raise FormulaError(
                "this has no symbol that could be chosen; mark it as numbers or chain", statement.span[0]
            )
        if isinstance(statement, tree.Relation) and statement.operator in ("=", "approx"):
            sides = statement.left, statement.right
            if statement.operator == "approx" or not any(_chooses(*pair) for pair in (sides, sides[::-1])):
                way_out = "a choice has a symbol of its own on one side, as z = 1 has; mark this with how it is checked"
                raise FormulaError(way_out, statement.span[0])


def _chooses(one: tree.Node, other: tree.Node) -> bool:
    """Whether one side is a symbol, or a quantity of one, that the other side does not contain."""
    symbol = isinstance(one, tree.Name | tree.Index | tree.Derivative | tree.Norm)
    number = not any(isinstance(node, tree.Index | tree.Call) for node in tree.walk(other))
    given = isinstance(one, tree.Call) and number and bool(tree.free_names(one))  # as in σ(x) = 0.9
    return (symbol or given) and tree.ungrouped(one) not in {tree.ungrouped(node) for node in tree.walk(other)}


@lru_cache(maxsize=100)  # a page has many relations that repeat what is displayed, and is judged again for the census
def _stated(texts: tuple[str, ...], spelling: Spelling) -> tuple[frozenset[str], set[tree.Statement]]:
    """The functions that some of the texts define, and the statements of all."""
    definitions: Definitions = {}
    for text in texts:
        with suppress(CheckError):
            _, new = introduce(text, definitions, spelling)
            definitions[new.name] = new
    names, found = functions(definitions), set[tree.Statement]()
    for text in texts:
        with suppress(CheckError):
            found |= {*map(tree.ungrouped, latex.parse(text, names | read_given(text).function, spelling))}
    return names, found
