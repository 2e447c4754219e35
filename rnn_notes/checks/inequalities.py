"""Proofs of value > 0 and value ≥ 0, for all values of the letters that their SymPy assumptions allow.

Every way is a reason that one could write down: signs of terms, a square, a discriminant, the roots of a polynomial,
the cases of an absolute value, bounds of sin and cos, and an extremum with the signs of the derivative beside it.
Nothing is tried at points. What is not found here may still be true.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import mpmath
import sympy
from sympy import Dummy, Expr, Poly, Symbol

from rnn_notes.checks import numeric
from rnn_notes.checks.forms import (
    HYPERBOLIC,
    circle,
    forms,
    log_of_even_power,
    split,
    squares,
)

NOT_DECIDED = (sympy.PolynomialError, NotImplementedError, sympy.polys.polyerrors.BasePolynomialError)


def holds(value: Expr, strict: bool, depth: int = 3) -> bool:
    """Whether value > 0 (or ≥ 0 if not ``strict``) is proved, wherever value is defined."""
    if value.is_positive or (not strict and value.is_nonnegative):
        return True
    if not value.free_symbols:
        return bool(value.is_positive or (not strict and sympy.simplify(value) == 0))
    for extreme, larger in _extremes(value):
        found = (holds(value.xreplace({extreme: part}), strict, depth) for part in extreme.args)
        if any(found) if larger else all(found):
            return True
    for cases in split(value):
        return all(holds(case, strict, depth) for case in cases)
    if any(all(holds(case, strict, 0) for case in cases) for cases in circle(value)):
        return True
    if depth and any(holds(square, strict, 0) for square in squares(value)):
        return True
    if any(_sign(form, strict) for form in forms(value)):
        return True
    above, below = sympy.fraction(sympy.together(value))
    if below.free_symbols and depth and holds(below, False, 0):
        value = above  # what is below is positive, since value is defined
    return bool(depth and _extreme(value, strict, depth))


def _extremes(value: Expr) -> Iterator[tuple[Expr, bool]]:
    """A maximum or minimum that is a term, and whether the value is no smaller than with any part of it instead."""
    terms = sympy.Add.make_args(sympy.expand(value)) if value.has(sympy.Max, sympy.Min) else ()
    for term in terms:
        factor, extreme = term.as_independent(sympy.Max, sympy.Min, as_Add=False)
        others = value - term
        if isinstance(extreme, sympy.Max | sympy.Min) and factor.is_nonzero and not others.has(extreme):
            sign = factor if isinstance(extreme, sympy.Max) else -factor
            if sign.is_positive or sign.is_negative:
                yield extreme, bool(sign.is_positive)
            return


def vanishes(value: Expr) -> bool:
    """Whether value = 0 is proved, wherever value is defined."""
    value = value.replace(sympy.log, log_of_even_power)
    if value == 0:
        return True
    for cases in split(value):
        return all(map(vanishes, cases))
    return (
        any(sympy.cancel(sympy.together(form)) == 0 for form in forms(value))
        or any(all(map(vanishes, cases)) for cases in circle(value))
        or any(sympy.simplify(form) == 0 for form in (value.rewrite(sympy.exp), sympy.expand_log(value)))
    )


def with_any_extreme(value: Expr) -> Expr:
    """The value with a letter for each maximum and minimum: what holds whatever these are, holds."""
    return value.xreplace({extreme: Dummy(real=True) for extreme in value.atoms(sympy.Max, sympy.Min)})


def unified(value: Expr) -> Expr:
    """The value with one argument where two are proved to be equal: cos(v + sin² s + cos² s − 1) as cos v."""
    point = {letter: sympy.Rational(3 + 2 * n, 7) for n, letter in enumerate(sorted(value.free_symbols, key=str))}
    met: dict[Any, Expr] = {}
    for part in sorted(value.atoms(sympy.Function), key=lambda part: (part.count_ops(), str(part))):
        inner = part.args[0]
        number = numeric.value(inner, point) if len(part.args) == 1 else None
        if number is None:
            continue
        digits = mpmath.nstr(number, 30)
        kept = met.setdefault((part.func, digits), inner)
        opposite = -met.get((part.func, f"-{digits}".removeprefix("--")), -inner)
        for other in (sympy.Integer(int(mpmath.nint(number))), kept, opposite):
            if inner != other and numeric.agree(number, numeric.value(other, point)) and vanishes(inner - other):
                return unified(value.xreplace({part: part.func(other)}))
    return value


def _sign(value: Expr, strict: bool, depth: int = 3) -> bool:
    """By the factors of numerator and denominator; the latter is not zero, since value is defined."""
    try:
        above, below = sympy.fraction(sympy.cancel(sympy.together(value)))
        (c, upper), (d, lower) = sympy.factor_list(above), sympy.factor_list(below)
    except NOT_DECIDED:
        return False
    sign = c * d
    for factor, power, nonzero in chain(((f, p, strict) for f, p in upper), ((f, p, False) for f, p in lower)):
        if power % 2 == 0 and not nonzero:
            continue
        if _factor(factor, nonzero, depth):
            continue
        if not _factor(-factor, nonzero, depth):
            return False
        sign *= (-1) ** power
    return bool(sign.is_positive or (sign == 0 and not strict))


def _factor(value: Expr, strict: bool, depth: int) -> bool:
    if value.is_positive or (not strict and value.is_nonnegative):
        return True
    letters = sorted(value.free_symbols, key=str)
    if not letters or depth < 0:
        return False
    try:
        poly = Poly(value, *letters)
    except NOT_DECIDED:
        return False
    signs = [_term(letters, powers, c) for powers, c in poly.terms()]
    if None not in signs and (not strict or 1 in signs):
        return True
    if len(letters) == 1 and poly.domain.is_QQ | poly.domain.is_ZZ:
        return _roots(poly, letters[0], strict)
    return any(_quadratic(poly, letter, strict, depth) for letter in letters)


def _term(letters: list[Symbol], powers: tuple[int, ...], c: Expr) -> int | None:
    """1 for a positive term, 0 for one that may be zero, None for one that may be negative."""
    if not c.is_nonnegative or not all(s.is_nonnegative or p % 2 == 0 for s, p in zip(letters, powers, strict=True)):
        return None
    return int(bool(c.is_positive) and all(p == 0 or s.is_nonzero for s, p in zip(letters, powers, strict=True)))


def _roots(poly: Poly, letter: Symbol, strict: bool) -> bool:
    """No root but those of even order, and a positive value between them."""
    lowest = 0 if letter.is_nonnegative else None
    if next(filter(None, map(poly.eval, range(1, poly.degree() + 2)))) < 0:
        return False
    for factor, power in poly.sqf_list()[1]:
        roots = factor.count_roots(lowest, None)
        harmless = letter.is_positive or not strict if lowest == 0 else letter.is_nonzero and power % 2 == 0
        roots -= bool(factor.eval(0) == 0 and harmless)
        if roots and (strict or power % 2):
            return False
    return True


def _quadratic(poly: Poly, letter: Symbol, strict: bool, depth: int) -> bool:
    """a s² + b s + c: by its discriminant, or for s ≥ 0 by the signs of a, b and c."""
    parts = Poly(poly.as_expr(), letter).all_coeffs()
    if len(parts) > 3:
        return False
    a, b, c = [sympy.Integer(0)] * (3 - len(parts)) + parts
    if letter.is_nonnegative and all(_sign(part, False, depth - 1) for part in (a, b)) and _sign(c, strict, depth - 1):
        return True
    return len(parts) == 3 and all(
        (
            _sign(sympy.expand(4 * a * c - b * b), strict, depth - 1),
            _sign(a, strict, depth - 1),
            _sign(c, False, depth - 1),
        )
    )


def _extreme(value: Expr, strict: bool, depth: int) -> bool:
    """value ≥ value(s0), since its derivative by s is ≤ 0 below s0 and ≥ 0 above."""
    if value.count_ops() > 60 or value.is_rational_function():  # of these, the factors tell all
        return False
    for s in sorted(value.free_symbols, key=str):
        slope = sympy.simplify(value.diff(s))
        for lowest in _stationary(slope, s):
            edge = bool(s.is_nonnegative and lowest == 0)
            closed = value.xreplace({s: Dummy(nonnegative=True)}) if edge else value
            if not (edge or not s.is_nonnegative or holds(lowest, True, 0)) or not _is_continuous(closed):
                continue
            # At an edge that does not belong to the domain, 0 is enough for > 0, unless value is 0 beside it.
            open_edge = edge and bool(s.is_positive) and value.free_symbols == {s} and slope != 0
            below = lowest / (1 + Dummy(positive=True)) if s.is_nonnegative else lowest - Dummy(positive=True)
            if (
                holds(value.subs(s, lowest), strict and not open_edge, depth - 1)
                and holds(slope.subs(s, lowest + Dummy(positive=True)), False, depth - 1)
                and (edge or holds(-slope.subs(s, below), False, depth - 1))
            ):
                return True
    return False


def _is_continuous(value: Expr) -> bool:
    """Whether value is defined and continuous for all values of its letters, as far as that is plain."""
    for part in sympy.preorder_traversal(value):
        if part.is_Pow and not (part.exp.is_integer and part.exp.is_nonnegative):
            whole = part.exp.is_integer
            ways = [(part.base, not part.exp.is_nonnegative)] + ([(-part.base, True)] if whole else [])
            if not any(holds(way, strict, 0) for way, strict in ways):
                return False
        elif isinstance(part, sympy.log):
            if not holds(part.args[0], True, 0):
                return False
        elif part.is_Function and not isinstance(part, (sympy.exp, sympy.sin, sympy.cos, *HYPERBOLIC)):
            return False
    return True


def _stationary(slope: Expr, s: Symbol) -> list[Expr]:
    """Where the derivative may vanish: at the edge, at simple numbers, and where an equation of low degree says."""
    numbers = [sympy.Integer(n) for n in (0, 1, -1, 2)] + [sympy.E, 1 / sympy.E, sympy.Rational(1, 2)]
    found = [n for n in numbers if (n == 0 and s.is_nonnegative) or slope.subs(s, n) == 0]
    try:
        above = sympy.fraction(sympy.together(slope))[0]
        if above.is_polynomial(s) and 0 < sympy.degree(above, s) <= 2:
            found += [root for root in sympy.roots(above, s) if root.is_real]
        elif above.count_ops() <= 12:
            found += [root for root in sympy.solve(above, s) if root.is_real]
    except NOT_DECIDED:
        pass
    return list(dict.fromkeys(found))
