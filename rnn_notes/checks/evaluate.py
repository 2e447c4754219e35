"""Vector equations, evaluated on a run at every value of their free indices.

Every free time index takes the values 1 … T, unless a condition (s < t, in the display or in its mark) or a range
(t = 1, …, T) says otherwise; a symbol that is asked for a step outside its range makes the claim fail.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy import ndarray

from rnn_notes.checks import tree
from rnn_notes.checks.arrays import fit
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.tape import Run, Series
from rnn_notes.checks.tree import CheckError, ClaimError, FormulaError, Index, Name, Node, Number, Statement, walk
from rnn_notes.checks.values import Scope, Unbound, Values

RELATIVE, ABSOLUTE = 1e-9, 1e-13  # by how much two sides may differ, from rounding


@dataclass
class Found:
    """What is left to say about statements that hold."""

    indices: set[str] = field(default_factory=set)
    cases: int = 0
    difference: float | None = None  # of the sides of =, at most


def evaluate(
    statements: tuple[Statement, ...],
    run: Run,
    conditions: tuple[Statement, ...] = (),
    within: float | None = None,
    definitions: Definitions | None = None,
) -> Found:
    """Evaluate all statements on a run; those that speak of indices alone are conditions of the others.

    ``within`` is the tolerance of ≈; without it, that is half a unit of the last digit printed.
    Raises FormulaError for what cannot be evaluated, ClaimError with the numbers for what does not hold.
    """
    symbols = {node.name for node in walk(statements) if isinstance(node, Name)} & set(run.symbols)
    for name in sorted(symbols & set(definitions or {})):
        raise FormulaError(f"{name} is a symbol of this run and defined on the page too; take another letter")
    letters = _letters((*statements, *conditions)) - set(run.symbols)
    conditions = (*conditions, *(statement for statement in statements if _is_condition(statement, letters)))
    claims = [statement for statement in statements if statement not in conditions]
    for condition in conditions:
        if not any(_concerns(condition, claim) for claim in claims):
            names = ", ".join(sorted(_indices(condition)))
            raise FormulaError(f"there is a condition on {names} but no formula with {names}").placed(condition)
    if within is not None and not any(isinstance(c, tree.Relation) and c.operator == "approx" for c in claims):
        raise FormulaError("'within' is the tolerance of ≈, which is not in the formula")
    values = Values(run, dict.fromkeys(letters, range(run.T + 1)), definitions or {})
    values.free = {letter: _steps(letter, conditions, values) for letter in letters}
    found = Found()

    def over_indices(claim: Statement, scope: Scope) -> None:
        try:
            if all(_met(condition, values, scope) for condition in conditions if _concerns(condition, claim)):
                difference = _check(claim, values, scope, within)
                if difference is not None:
                    found.difference = max(found.difference or 0.0, difference)
                found.cases += 1
        except Unbound as index:
            found.indices.add(index.name)
            for value in index.values:
                over_indices(claim, {**scope, index.name: value})
        except CheckError as error:
            error.placed(claim)
            if not isinstance(error, ClaimError):
                raise
            where = ", ".join(f"{name} = {value}" for name, value in scope.items())
            raise ClaimError(f"{where and f'at {where}:'}\n{error}".strip(), error.at) from None

    with np.errstate(all="ignore"):  # what is not finite is reported with its place
        for claim in claims:
            before = found.cases
            over_indices(claim, {})
            if found.cases == before:
                raise ClaimError("no values of the indices meet the conditions").placed(claim)
    return found


def _letters(statements: tuple[Statement, ...]) -> set[str]:
    """The names that may be free indices: those in a subscript or a range."""
    subscripts = tuple(node.at for node in walk(statements) if isinstance(node, Index))
    ranges = {node.index for node in walk(statements) if isinstance(node, tree.Range)}
    return ranges | {node.name for node in walk(subscripts) if isinstance(node, Name)}


def _is_condition(statement: Statement, letters: set[str]) -> bool:
    """Whether a statement speaks of indices and T alone, as s < t."""
    parts = list(walk(statement))
    names = {part.name for part in parts if isinstance(part, Name)}
    plain = not any(isinstance(part, Index | tree.Call) for part in parts)
    return isinstance(statement, tree.Range) or (plain and bool(names & letters) and names <= letters | {"T"})


def _indices(condition: Statement) -> set[str]:
    return tree.free_names(condition) - {"T"} | ({condition.index} if isinstance(condition, tree.Range) else set())


def _concerns(condition: Statement, claim: Statement) -> bool:
    """A condition on s and t says nothing of a claim with t alone: that one has to hold for every t."""
    return _indices(condition) <= tree.free_names(claim)


def _steps(letter: str, conditions: tuple[Statement, ...], values: Values) -> range:
    """What the conditions choose from: the range of a time index, or 1 … T, or 0 … T if a condition on it names 0."""
    first = 1
    for condition in conditions:
        if isinstance(condition, tree.Range) and condition.index == letter:
            try:
                return range(values.whole(condition.low, {}), values.whole(condition.high, {}) + 1)
            except Unbound:  # it depends on another index; the condition itself will choose
                first = 0
        elif {Name(letter), Number("0")} <= set(walk(condition)) and isinstance(condition, tree.Relation):
            first = 0
    return range(first, values.run.T + 1)


def _met(condition: Statement, values: Values, scope: Scope) -> bool:
    match condition:
        case tree.Range(index, low, high):
            return values.whole(low, scope) <= values.whole(Name(index), scope) <= values.whole(high, scope)
        case tree.Relation(left, sign, right) if sign != "approx":
            a, b = values.whole(left, scope), values.whole(right, scope)
            return {"=": a == b, "<": a < b, ">": a > b, "le": a <= b, "ge": a >= b, "ne": a != b}[sign]
    raise FormulaError("a condition compares indices, as in s<t")


def _check(claim: Statement, values: Values, scope: Scope, within: float | None) -> float | None:
    """The largest difference of the two sides of =, if the claim holds for these indices; else raises ClaimError."""
    match claim:
        case tree.Member(items, dimensions):
            shape = tuple(values.whole(size, scope) for size in dimensions)
            for item in items:
                found = values.run.symbols.get(item.name) if isinstance(item, Name) else None
                value = found.values[0] if isinstance(found, Series) else values.of(item, scope)
                if value.shape != ((*shape, 1) if len(shape) == 1 else shape):
                    raise ClaimError(f"the shape is {value.shape}, not {shape}").placed(item)
        case tree.Relation(left, sign, right):
            a, b = values.of(left, scope), values.of(right, scope)
            a, b = fit(a, left, b.shape), fit(b, right, a.shape)
            if a.shape != b.shape:
                raise ClaimError(f"left is of shape {a.shape} and right of shape {b.shape}")
            difference = np.abs(a - b)
            sides = f"left  {_show(a)}\nright {_show(b)}\nlargest difference {np.max(difference):.2g}"
            if not np.isfinite(difference).all():
                raise ClaimError(f"not finite\n{sides}")
            slack = RELATIVE * max(np.max(np.abs(a)), np.max(np.abs(b))) + ABSOLUTE
            match sign:
                case "=":
                    holds = difference <= slack
                case "approx":
                    holds = difference <= slack + (_printed(claim) if within is None else within)
                case "ne":
                    holds = np.array(np.any(difference > slack))
                case "<" | ">":  # strictly, by more than rounding
                    holds = (b - a if sign == "<" else a - b) > slack
                case _:
                    holds = (b - a if sign == "le" else a - b) >= -slack
            if not holds.all():
                raise ClaimError(sides)
            return float(np.max(difference)) if sign == "=" else None
    return None


def _printed(claim: tree.Relation) -> ndarray:
    """By how much each entry of the printed side of ≈ may be off."""
    for side in (claim.right, claim.left):
        if (half_units := _half_units(side)) is not None:
            return half_units
    raise FormulaError("≈ needs printed numbers on one side, or 'within 0.01' in the mark")


def _half_units(node: Node) -> ndarray | None:
    """Of a printed number, matrix, or sum of such; in a sum, those printed to the most digits are the rounded ones."""
    match node:
        case tree.Negative(body) | tree.Group(body):
            return _half_units(body)
        case tree.Matrix(rows):
            units = [tree.half_unit(cell) for row in rows for cell in row]
            return None if None in units else np.array(units, float).reshape(len(rows), -1)
        case tree.Plus(terms):
            stack = [_half_units(term) for term in terms]
            if any(units is None for units in stack):
                return None
            each = np.array(stack, float)
            return np.sum(each, axis=0, where=each == each.min(axis=0))
    unit = tree.half_unit(node)
    return None if unit is None else np.array(unit)


def _show(value: ndarray) -> str:
    """A number, a column as a line, a matrix as rows."""
    if value.ndim == 0:
        return f"{value:.6g}"
    text = np.array2string(value[:, 0] if value.shape[1] == 1 else value, precision=4, suppress_small=True)
    return text.replace("\n", "\n      ") + ("ᵀ" if value.shape[1] == 1 else "")
