"""Where a formula is defined, and for which values of its letters a display is meant.

``Where(v, "gt")`` says v > 0; "ge" and "ne" are ≥ and ≠. The conditions of a formula are collected from its tree,
before SymPy simplifies anything: (x² − 4) / (x − 2) is x + 2 for SymPy, and for a reader only where x ≠ 2.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import sympy
from sympy import Dummy, Expr, Integer, Symbol

from rnn_notes.checks.errors import ClaimError, FormulaError
from rnn_notes.checks.inequalities import NOT_DECIDED, holds

SIGNS = {"gt": ">", "ge": "≥", "ne": "≠"}


class Where(NamedTuple):
    """A condition on a value, which has to be met for a formula to be meant."""

    value: Expr
    sign: str

    def mapped(self, known: dict[Symbol, Expr]) -> "Where":
        return Where(self.value.xreplace(known), self.sign)

    def words(self, latex: bool = False) -> str:
        """The condition as one would write it: x > 0, or x ≠ 2."""
        constant, rest = self.value.as_independent(*self.value.free_symbols, as_Add=True)
        if rest.could_extract_minus_sign() and self.sign != "ne":
            left, right, sign = -rest, constant, {"gt": "<", "ge": "≤"}[self.sign]
        else:
            rest, constant = (-rest, -constant) if rest.could_extract_minus_sign() else (rest, constant)
            left, right, sign = rest, -constant, SIGNS[self.sign]
        if not latex:
            return f"{left} {sign} {right}".replace("**", "^").replace("*", " ")
        command = {"≥": r"\ge", "≤": r"\le", "≠": r"\ne"}.get(sign, sign)
        return f"{sympy.latex(left)} {command} {sympy.latex(right)}"


def normal(conditions: Iterable[Where]) -> frozenset[Where]:
    """The same conditions without those that always hold, factor by factor. Raises ClaimError if one never holds."""
    found = {part for condition in set(conditions) for part in _parts(condition)}
    for value in {where.value for where in found}:
        signs = {
            where.sign for where in found if where.value == value or (where.sign == "ne" and where.value == -value)
        }
        if "gt" in signs or {"ne", "ge"} <= signs:
            found -= {Where(v, sign) for sign in ("ne", "ge") for v in (value, -value)}
            found.add(Where(value, "gt"))
    return frozenset(found)


def _without_outer(value: Expr) -> Expr:
    """u − ln c for e^u − c and u − e^c for ln u − c, which have the same sign, as they are increasing."""
    c, rest = value.as_independent(*value.free_symbols, as_Add=True)
    a, outer = rest.as_independent(*value.free_symbols, as_Add=False)
    if a.is_positive and isinstance(outer, sympy.exp) and c.is_negative:
        return outer.args[0] - sympy.log(-c / a)
    if a.is_positive and isinstance(outer, sympy.log):
        return outer.args[0] - sympy.exp(-c / a)
    return value


def _parts(condition: Where) -> Iterator[Where]:
    value, sign = _without_outer(condition.value), condition.sign
    if sign != "ne" and holds(value, sign == "gt", 1):
        return
    if sign == "ne" and (holds(value, True, 1) or holds(-value, True, 1)):
        return
    if not value.free_symbols:
        raise ClaimError(_never(condition))
    try:
        above, below = sympy.fraction(sympy.together(value))
        c, factors = sympy.factor_list(above)
        d, lower = sympy.factor_list(below)
    except NOT_DECIDED:
        yield condition
        return
    if c == 0:
        raise ClaimError(_never(condition))
    if sign == "ne":
        for factor, _ in factors:
            if not (holds(factor, True, 1) or holds(-factor, True, 1)):
                yield Where(-factor if factor.could_extract_minus_sign() else factor, "ne")
        return
    if sign == "ge" and any(power % 2 == 0 for _, power in factors):
        yield condition
        return
    product: Expr = sympy.sign(c * d)
    for factor, power in factors + lower:
        if holds(factor, True, 1):
            continue
        if holds(-factor, True, 1):
            product *= (-1) ** power
        elif power % 2:
            product *= factor
        else:
            yield from _parts(Where(factor, "ne"))
    if not product.free_symbols:
        if product < 0:
            raise ClaimError(_never(condition))
        return
    inverse = not any(factor.free_symbols for factor, _ in factors)  # 1/n ≥ 0 is n > 0
    yield Where(sympy.expand(product), "gt" if inverse else sign)


def _never(condition: Where) -> str:
    if condition.sign == "ne":
        return "this divides by zero"
    return f"this is defined for no real number: {condition.value} is not {SIGNS[condition.sign]} 0"


def missing(needed: frozenset[Where], given: frozenset[Where]) -> list[Where]:
    """The conditions that do not follow from the given ones."""
    known = suppositions(given)
    return [where for where in sorted(needed, key=str) if not _follows(where, given, known)]


def _follows(where: Where, given: frozenset[Where], known: list[dict[Symbol, Expr]]) -> bool:
    value, sign = where
    enough = {"gt": ["gt"], "ge": ["gt", "ge"], "ne": ["gt", "ne"]}[sign]
    if any(Where(value, strong) in given for strong in enough):
        return True
    if sign == "ne" and Where(-value, "gt") in given:
        return True
    try:
        return bool(given) and all(not normal([where.mapped(case)]) for case in known)
    except ClaimError:
        return False


def suppositions(conditions: Iterable[Where]) -> list[dict[Symbol, Expr]]:
    """The letters of the conditions written with new ones that have a sign, in all cases that together cover them.

    0 < p < 1 is p = u / (1 + u) with u > 0. What cannot be written so is left out, so that more is covered than meant.
    Raises FormulaError if no value meets the conditions.
    """
    low: dict[Symbol, tuple[Expr, bool]] = {}
    high: dict[Symbol, tuple[Expr, bool]] = {}
    apart: dict[Symbol, list[Expr]] = {}
    others = []
    for value, sign in sorted(conditions, key=str):
        letters = sorted(value.free_symbols, key=str)
        slope = value.diff(letters[0]) if letters else Integer(0)
        if len(letters) > 1 or not slope.is_number or slope == 0:
            others.append(Where(value, sign))
            continue
        letter, edge = letters[0], sympy.expand(-value.subs(letters[0], 0) / slope)
        if sign == "ne":
            apart.setdefault(letter, []).append(edge)
        elif slope.is_positive:
            low[letter] = max(low.get(letter, (-sympy.oo, False)), (edge, sign == "gt"))
        else:
            old = high.get(letter, (sympy.oo, False))
            high[letter] = (
                (edge, sign == "gt") if edge < old[0] else (old[0], old[1] or (edge == old[0] and sign == "gt"))
            )
    cases: list[dict[Symbol, Expr]] = [{}]
    for letter in sorted({*low, *high, *apart}, key=str):
        ways = _ways(letter, low.get(letter), high.get(letter), apart.get(letter, []))
        cases = [{**case, letter: way} for case in cases for way in ways]
    return [_with_others(case, others) for case in cases]


def _ways(
    letter: Symbol, low: tuple[Expr, bool] | None, high: tuple[Expr, bool] | None, apart: list[Expr]
) -> list[Expr]:
    whole = {"integer": True} if letter.is_integer else {}
    if low and high:
        (a, a_open), (b, b_open) = low, high
        if a > b or (a == b and (a_open or b_open)):
            raise FormulaError(f"no {letter} meets the conditions")
        if a == b:
            return [a]
        u = Dummy(positive=True)
        ends = [end for end, is_open in (low, high) if not is_open and end not in apart]
        return [(a + b * u) / (1 + u), *ends]
    if low or high:
        edge, is_open = low or high or (Integer(0), False)
        sign = {"positive": True} if is_open or edge in apart else {"nonnegative": True}
        u = Symbol(str(letter), **sign, **whole) if edge == 0 and low else Dummy(**sign, **whole)
        return [edge + u if low else edge - u]
    return [apart[0] + (Symbol if apart[0] == 0 else Dummy)(str(letter), nonzero=True, real=True, **whole)]


def _with_others(case: dict[Symbol, Expr], others: list[Where]) -> dict[Symbol, Expr]:
    """The case with conditions such as x > y, which is x = y + u with u > 0."""
    for value, sign in others:
        for letter in sorted(value.free_symbols - case.keys(), key=str):
            slope = value.diff(letter)
            if slope.is_Rational and slope != 0 and not letter.is_integer:
                rest = (value - slope * letter).xreplace(case)
                kind = {"gt": {"positive": True}, "ge": {"nonnegative": True}, "ne": {"nonzero": True, "real": True}}
                solved = sympy.expand((Dummy(**kind[sign]) - rest) / slope)
                case = {**{known: way.xreplace({letter: solved}) for known, way in case.items()}, letter: solved}
                break
    return case


def kinks(value: Expr, letter: Symbol) -> Iterable[Expr]:
    """What must not be zero where a derivative by the letter is taken."""
    for kink in value.atoms(sympy.Abs, sympy.sign, sympy.Heaviside):
        if letter in kink.free_symbols:
            yield kink.args[0]
    for kink in value.atoms(sympy.Piecewise):
        if letter in kink.free_symbols:
            yield from (
                part.lhs - part.rhs for _, when in kink.args for part in when.atoms(sympy.core.relational.Relational)
            )
    for kink in value.atoms(sympy.Max, sympy.Min):
        if letter in kink.free_symbols:
            yield from (a - b for n, a in enumerate(kink.args) for b in kink.args[:n])
