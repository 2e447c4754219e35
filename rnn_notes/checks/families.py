"""What a formula claims of a run, asked of its networks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeGuard

import numpy as np

from rnn_notes.checks import tree
from rnn_notes.checks.arrays import DIVIDED
from rnn_notes.checks.attack import attack, attack_sizes, of_sizes
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.errors import CheckError, ClaimError, FormulaError
from rnn_notes.checks.evaluate import Found, Question
from rnn_notes.checks.network import Network
from rnn_notes.checks.run import Run
from rnn_notes.checks.tree import Name, Node, Statement, walk


@dataclass(frozen=True)
class Answer:
    """What was found on the fixed network, if there is one, and on each network of the family, if it was asked."""

    fixed: Found | None
    family: tuple[Found, ...]
    attacked: tuple[str, ...] = ()  # among how many networks, or sizes, no counterexample to an inequality was found

    def ranges(self) -> str:
        """Which values the free indices took, in letters: ``t = 1 … T − 1``."""
        names = sorted({name for found in self.found for name in found.indices})
        return ", ".join(f"{name} = {self._end(name, min)} … {self._end(name, max)}" for name in names)

    def _end(self, name: str, end: Callable[[set[int]], int]) -> str:
        """The first or last value of an index: the same number in all networks, or a size, or one off it."""
        ends = [(end(found.indices[name]), found.sizes) for found in self.found if name in found.indices]
        if len({value for value, _ in ends}) == 1:
            return str(ends[0][0])
        for size in self.found[0].sizes:
            off = {value - sizes[size] for value, sizes in ends}
            if len(off) == 1:
                return f"{size}{f' − {-number}' if (number := off.pop()) < 0 else f' + {number}' if number else ''}"
        return f"{min(value for value, _ in ends)} or more" if end is min else "…"

    @property
    def found(self) -> tuple[Found, ...]:
        """All that was found."""
        return (*((self.fixed,) if self.fixed else ()), *self.family)


def ask(
    run: Run,
    statements: tuple[Statement, ...],
    hidden: tuple[Statement, ...],
    definitions: Definitions,
    within: float | None = None,
    rows: bool = False,
) -> Answer:
    """Check all statements on the networks that they speak of; ``hidden`` are the conditions of the mark.

    What prints numbers is claimed of the fixed network alone, all else of every network.
    Raises FormulaError for what cannot be evaluated, ClaimError with the numbers for what does not hold.
    """
    try:
        networks = [*([run.instance] if run.fixed else []), *run.family]
    except ValueError as error:  # at these sizes or numbers, a network cannot be computed
        raise FormulaError(str(error)) from None
    question = Question.of(statements, hidden, networks[0], definitions, within, rows)
    try:
        fixed = question.on(run.instance) if run.fixed else None
        general = tuple(claim for claim in question.claims if not (run.fixed and _prints_numbers(claim)))
        family = tuple(_on_family(run, replace(question, claims=general))) if general else ()
        if fixed:
            question.sound([fixed])
        if family:
            replace(question, claims=general).sound(family)
        bounds = [c for c in general if isinstance(c, tree.Relation) and c.operator not in ("=", "approx")]
        attacked = tuple(sorted({_attacked(run, question, claim) for claim in bounds}))
        for claim in (c for c in general if _has_branches(c)):
            _try_branches(run, replace(question, branches={}), claim)
    except CheckError as error:
        if DIVIDED in str(error):
            error = _explained(question, networks[0], error)
        used = {part.name for part in walk(statements) if isinstance(part, Name)}
        meanings = [meaning for symbol, meaning in run.meanings.items() if symbol in used]
        if "delta" in networks[0].symbols and any(_is_kronecker(part) for part in walk(statements)):
            meanings.append(r"δ is a gradient in this run; Kronecker's delta is \mathbb{1}[i = j]")
        message = "\n".join([str(error), *(f"({meaning})" for meaning in meanings)])
        raise type(error)(message, error.at) from None
    return Answer(fixed, family, attacked)


def _is_kronecker(node: Node) -> bool:
    r"""Whether it looks like \delta_{ij}, with no step among its indices."""
    if not isinstance(node, tree.Index) or tree.free_names(node.at) & {"t", "s", "T"}:
        return False
    return node.base == Name("delta") and (len(node.at) == 2 or isinstance(node.at[0], tree.Times))


def _explained(question: Question, network: Network, error: CheckError) -> CheckError:
    """The error of a division by a column, with what would come of it entry by entry: a hint, and never a tick."""
    try:
        replace(question, by_entries=True).on(network)
    except CheckError as other:
        return type(error)(f"{error}\nentry by entry it would be false, too: {other}", error.at)
    return type(error)(f"{error}\nentry by entry it would hold", error.at)


def _try_branches(run: Run, question: Question, claim: tree.Relation) -> None:
    """Attack an equation from both sides; raises FormulaError if a maximum or |x| in it comes out in one way alone."""
    for sign in ("le", "ge"):
        _attacked(run, question, replace(claim, operator=sign))
    for (node, _), met in (question.branches or {}).items():
        if not met:
            never = "in no network of the run does this come out in another way; nothing would be checked of it"
            raise FormulaError(never).placed(node)


def _has_branches(claim: Statement) -> TypeGuard[tree.Relation]:
    """Whether an equation says what is larger, as max(y, −1000) = y and √y² = y do."""
    found = any(
        isinstance(node, tree.Absolute)
        or (isinstance(node, tree.Call) and node.function in ("max", "min", "relu"))
        or (isinstance(node, tree.Power) and isinstance(node.exponent, tree.Fraction))
        for node in walk(claim)
    )
    return found and isinstance(claim, tree.Relation) and claim.operator == "="


def _attacked(run: Run, question: Question, claim: tree.Relation) -> str:
    """On how many networks, or sizes, an inequality holds; raises ClaimError with a counterexample."""
    if of_sizes(run, claim):
        return f"{attack_sizes(question, claim, run)} choices of the sizes"
    return f"{attack(question, claim, run)} networks"


def _on_family(run: Run, question: Question) -> list[Found]:
    found = []
    try:
        for network in run.family:
            found.append(question.on(network))
        for claim in question.claims:
            if isinstance(claim, tree.Relation) and of_sizes(run, claim):
                attack_sizes(question, claim, run)
    except ClaimError as error:
        other = "on another network of this kind, " if run.fixed else ""
        raise ClaimError(f"{other}{error}", error.at) from None
    return found


def _prints_numbers(claim: Statement) -> bool:
    """Whether a statement is about one network: one side is a printed number, or there is a matrix of such."""
    if isinstance(claim, tree.Membership):
        numbers = any(isinstance(size, tree.Number) for size in claim.dimensions)
        return numbers and all(isinstance(size, tree.Number | Name) for size in claim.dimensions)
    if not isinstance(claim, tree.Relation):
        return False
    sides = (claim.left, claim.right)
    bare = any(isinstance(side, tree.Name | tree.Index) for side in sides)
    return any(_printed(side, bare) for side in sides) or any(
        isinstance(part, tree.Matrix) and _printed(part, bare) for part in walk(claim)
    )


def _printed(node: Node, zeros: bool) -> bool:
    """Whether a formula consists of printed numbers, and not, unless ``zeros``, of zeros alone."""
    parts = list(walk(node))
    numbers = [float(part.text) for part in parts if isinstance(part, tree.Number)]
    return all(isinstance(part, tree.PRINTED | tree.Matrix) for part in parts) and bool(np.any(numbers) or zeros)
