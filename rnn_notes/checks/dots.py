r"""Three dots between shown terms: a_1 + a_2 + \cdots + a_n is the sum of its pattern, if there is only one."""

from dataclasses import fields, replace
from typing import Any

from rnn_notes.checks import tree
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.tree import Name, Node, Number

Linear = tuple[tuple[str, ...], int]  # the letters that are added, and the number


def go_on(shown: tuple[Node, ...], last: Node, operator: str) -> tuple[Node, ...]:
    """The terms or factors of a pattern: those before it, and one sum or product for the rest up to the last one.

    Raises FormulaError if nothing, or more than one thing, can be meant.
    """
    high, low = _ends(shown[-1], last)
    first, step = len(shown) - 1, 0
    while first and (earlier := _ends(shown[first - 1], last, quiet=True)):
        difference = _minus(low, earlier[1])
        if difference is None or earlier[0] != high or abs(difference) != 1 or difference * step < 0:
            if first == len(shown) - 1:
                raise FormulaError(_readings("the terms before the dots do not advance by one"), last.span[0])
            break
        low, step, first = earlier[1], difference, first - 1
    if not step and isinstance(shown[-1], Number):
        raise FormulaError(_readings("one number before the dots shows no pattern"), last.span[0])
    if not step:
        if bool(low[0]) == bool(high[0]):
            raise FormulaError(_readings("with one term before the dots it could count up or down"), last.span[0])
        step = -1 if low[0] else 1
    letter = next(k for k in "kjlpqu" if k not in tree.free_names((shown, last)))
    body = _general(shown[first], last, letter, low)
    ends = (low, high) if step > 0 or operator == "product" else (high, low)
    start, end = (_node(end) for end in ends)
    big = tree.SumOrProduct(operator, letter, start, end, body, dotted=True, span=(shown[first].span[0], last.span[1]))
    return (*shown[:first], big)


def _readings(why: str) -> str:
    return f"{why}, so the dots can be read in two ways; show one more term, or write \\sum or \\prod with bounds"


def _ends(term: Node, last: Node, quiet: bool = False) -> Any:
    """What differs first, in the last term and in the other one; without a common pattern None, or an error."""
    found = [pair for pair in _differences(term, last) if pair]
    if not found or None in _differences(term, last) or any(_shift(pair, found[0]) is None for pair in found):
        if quiet:
            return None
        way_out = "write \\sum or \\prod with bounds"
        raise FormulaError(f"the terms before and after the dots have no pattern in common; {way_out}", last.span[0])
    return found[0][1], found[0][0]


def _shift(pair: tuple[Linear, Linear], first: tuple[Linear, Linear]) -> int | None:
    """How far a pair of ends is from the first pair, if by the same number at both ends."""
    low, high = (_minus(a, b) for a, b in zip(pair, first, strict=True))
    return low if low == high else None


def _minus(a: Linear, b: Linear) -> int | None:
    return a[1] - b[1] if a[0] == b[0] else None


def _differences(a: Any, b: Any, is_index: bool = False) -> list[tuple[Linear, Linear] | None]:
    """The places where two terms differ, as pairs; None where they differ in more than a number or an index."""
    if a == b:
        return []
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return [pair for x, y in zip(a, b, strict=True) for pair in _differences(x, y, is_index)]
    ends = _linear(a), _linear(b)
    if None not in ends and (is_index or isinstance(a, Number)):
        return [ends]  # type: ignore[list-item]
    if type(a) is not type(b) or not isinstance(a, Node):
        return [None]
    inside = {tree.Index: "at", tree.AtStep: "step", tree.Power: "exponent"}.get(type(a))
    return [
        pair
        for f in fields(a)
        if f.compare
        for pair in _differences(getattr(a, f.name), getattr(b, f.name), f.name == inside)
    ]


def _general(term: Any, last: Any, letter: str, low: Linear) -> Any:
    """The term with the letter where it differs from the last one; ``low`` is what the letter is in this term."""
    if term == last:
        return term
    if isinstance(term, tuple):
        return tuple(_general(x, y, letter, low) for x, y in zip(term, last, strict=True))
    here = _linear(term)
    shift = _minus(here, low) if here else None
    if type(term) is not type(last) or isinstance(term, Number | Name) or (_linear(last) and shift is not None):
        return _node(((letter,), shift or 0))
    changed = {
        f.name: _general(getattr(term, f.name), getattr(last, f.name), letter, low) for f in fields(term) if f.compare
    }
    return replace(term, **changed)


def _linear(node: Any) -> Linear | None:
    """A sum of letters and a whole number."""
    match node:
        case Number(text) if text.isdigit():
            return (), int(text)
        case Name(name):
            return (name,), 0
        case tree.Brackets(body):
            return _linear(body)
        case tree.Negative(Number(text)) if text.isdigit():
            return (), -int(text)
        case tree.Plus(terms):
            parts = [part for part in map(_linear, terms) if part]
            if len(parts) == len(terms):
                return tuple(sorted(letter for part in parts for letter in part[0])), sum(part[1] for part in parts)
    return None


def _node(value: Linear) -> Node:
    letters, number = value
    terms: list[Node] = [Name(letter) for letter in letters]
    if number or not terms:
        terms.append(Number(str(number)) if number >= 0 else tree.Negative(Number(str(-number))))
    return terms[0] if len(terms) == 1 else tree.Plus(tuple(terms))
