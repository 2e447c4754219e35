"""What a page introduces: functions and symbols that its later displays may use."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rnn_notes.checks import latex, tree
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.names import spell
from rnn_notes.checks.notation import read_given
from rnn_notes.checks.spelling import OURS, Spelling
from rnn_notes.checks.tree import Name, Node


@dataclass(frozen=True)
class Definition:
    """f(x, y) = body, J_t = body, or u = body."""

    name: str
    parameters: tuple[str, ...]
    body: Node
    is_function: bool = False  # its name is followed by arguments in brackets

    @cached_property
    def by(self) -> frozenset[str]:
        """The letters by which the body differentiates, but for the parameters."""
        by = [node.by for node in tree.walk(self.body) if isinstance(node, tree.Derivative)]
        return frozenset(tree.free_names(by) - set(self.parameters))

    def scope(self, values: Sequence[Any]) -> dict[str, Any]:
        """The value of each parameter. Raises FormulaError if there are more or fewer values."""
        if len(values) != len(self.parameters):
            raise FormulaError(f"{self.name} takes {len(self.parameters)} arguments, not {len(values)}")
        return dict(zip(self.parameters, values, strict=True))


Definitions = dict[str, Definition]


def functions(definitions: Definitions) -> frozenset[str]:
    """The letters that are functions on the page."""
    return frozenset(name for name, definition in definitions.items() if definition.is_function)


def introduce(text: str, definitions: Definitions, spelling: Spelling = OURS) -> tuple[tree.Relation, Definition]:
    """The equation of a definition, and what it introduces; ``definitions`` are those before it.

    Raises FormulaError.
    """
    before = functions(definitions) | read_given(text).function
    new = re.match(r"(?:\s|%.*\n)*(\\?[A-Za-z]+)\s*(\\left\s*)?\(", text)  # f(…: here, f becomes a function
    equation, *more = latex.parse(text, before | {spell(new[1])} if new else before, spelling, defines=True)
    if more or not isinstance(equation, tree.Relation) or equation.operator != "=":
        raise FormulaError("a definition is one equation, such as f(x) = x^2")
    letters: tuple[Node, ...] = ()
    match equation.left:
        case tree.Call(name, letters, 0) | tree.Index(tree.Call(name, letters, 0)) | tree.Index(Name(name), letters):
            pass  # a function, one that is given entry by entry, or a family such as J_t
        case Name(name):
            pass
        case _:
            raise FormulaError("a definition has a new symbol on its left: f(x), J_t or u", equation.span[0])
    used = tree.free_names(equation.right) | {n.function for n in tree.walk(equation.right) if isinstance(n, tree.Call)}
    parameters = [letter.name for letter in letters if isinstance(letter, Name)]
    if name in used and not any(isinstance(letter, tree.Times) for letter in letters):  # a product is a label
        raise FormulaError(
            f"{name} is defined by itself; a recurrence such as s_t = s_{{t-1}} + x_t is a run of your own, "
            "which you bring with --runs or in pyproject.toml",
            equation.span[0],
        )
    if len(set(parameters)) < len(letters):
        raise FormulaError(
            f"the arguments of {name} are different letters where it is defined; a label in an index has letters only",
            equation.span[0],
        )
    if name in definitions or name in ("e", "pi", "max", "min"):
        raise FormulaError(f"{name} has a meaning already; write this as a chain", equation.span[0])
    return equation, Definition(name, tuple(parameters), equation.right, isinstance(equation.left, tree.Call))
