"""Proofs of value > 0 and value ≥ 0, for all values of the letters that their SymPy assumptions allow.

Every way is a reason that one could write down: signs of terms, a square, a discriminant, the roots of a polynomial,
the cases of an absolute value, bounds of sin and cos, and an extremum with the signs of the derivative beside it.
Nothing is tried at points. What is not found here may still be true.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Mul, Poly, Symbol

HYPERBOLIC = (sympy.tanh, sympy.sinh, sympy.cosh)
NOT_DECIDED = (sympy.PolynomialError, NotImplementedError, sympy.polys.polyerrors.BasePolynomialError)


def holds(value: Expr, strict: bool, depth: int = 3) -> bool:
    """Whether value > 0 (or ≥ 0 if not ``strict``) is proved, wherever value is defined."""
    if value.is_positive or (not strict and value.is_nonnegative):
        return True
    if not value.free_symbols:
        return bool(value.is_positive or (not strict and sympy.simplify(value) == 0))
    for cases in split(value):
        return all(holds(case, strict, depth) for case in cases)
    if any(all(holds(case, strict, 0) for case in cases) for cases in circle(value)):
        return True
    if any(_sign(form, strict) for form in _forms(value)):
        return True
    above, below = sympy.fraction(sympy.together(value))
    if below.free_symbols and depth and holds(below, False, 0):
        value = above  # what stands below is positive, since value is defined
    return bool(depth and _extreme(value, strict, depth))


def vanishes(value: Expr) -> bool:
    """Whether value = 0 is proved, wherever value is defined."""
    value = value.replace(sympy.log, _log_of_even_power)
    if value == 0:
        return True
    for cases in split(value):
        return all(map(vanishes, cases))
    plain = without_roots(with_positive(value))
    return (
        any(sympy.cancel(sympy.together(form)) == 0 for form in (value, plain))
        or any(all(map(vanishes, cases)) for cases in circle(value))
        or any(sympy.simplify(form) == 0 for form in (value.rewrite(sympy.exp), sympy.expand_log(value)))
    )


def _log_of_even_power(inner: Expr) -> Expr:
    """n ln|u| for ln uⁿ, n even."""
    if inner.is_Pow and inner.exp.is_Integer and inner.exp % 2 == 0:
        return inner.exp * sympy.log(sympy.Abs(inner.base))
    return sympy.log(inner)


def split(value: Expr) -> Iterator[list[Expr]]:
    """The cases of the first case distinction, or of the first |u|: u > 0 and u < 0 (≥ and ≤ where u = 0 may be)."""
    for distinction in sorted(value.atoms(sympy.Piecewise), key=lambda part: (part.count_ops(), str(part))):
        cases = [_where(value.xreplace({distinction: part}), when) for part, when in told(distinction)]
        if None not in cases:
            yield [case for case in cases if case is not None]
            return
    flat = value.replace(sympy.Heaviside, lambda u, *_: (1 + sympy.sign(u)) / 2)
    for kind in (sympy.Max, sympy.Min):
        flat = flat.replace(kind, lambda *parts, kind=kind: _extremes(parts, 1 if kind is sympy.Max else -1))
    kinks = sorted(flat.atoms(sympy.Abs, sympy.sign), key=lambda kink: (kink.count_ops(), str(kink)))
    if kinks:
        inner = kinks[0].args[0]
        yield [suppose(flat, inner * side, strict=False) for side in (1, -1)]
    elif flat != value:
        yield [flat]


def suppose(value: Expr, positive: Expr, strict: bool) -> Expr:
    """``value`` where ``positive`` > 0 (or ≥ 0): a letter of it is written with a new one that has this sign."""
    apart = Dummy(positive=True) if strict else Dummy(nonnegative=True)
    known = {}
    for kink in value.atoms(sympy.Abs, sympy.sign):
        ratio = sympy.cancel(kink.args[0] / positive)
        if ratio.is_Rational:
            known[kink] = sympy.sign(ratio) if isinstance(kink, sympy.sign) else abs(ratio) * positive
    value = value.xreplace(known)
    for letter in sorted(positive.free_symbols, key=lambda s: (s.is_nonnegative is True, str(s))):
        slope = sympy.cancel(positive.diff(letter))
        if slope.is_Rational and slope != 0:
            rest = sympy.expand(positive - slope * letter)
            solved = (apart - rest) / slope
            if letter.is_real and letter.is_nonnegative is None and letter.is_integer is None:
                return value.xreplace({letter: solved})
            if letter.is_nonnegative and solved.is_nonnegative and not letter.is_integer:
                return value.xreplace({letter: solved})
    return value


def told(distinction: Expr) -> list[tuple[Expr, Any]]:
    """The values of a case distinction, each with its own condition, the last one too."""
    found: list[tuple[Expr, Any]] = []
    for part, when in distinction.args:
        found.append((part, when if when != sympy.true else sympy.Not(sympy.Or(*(before for _, before in found)))))
    return found


def _where(value: Expr, when: Any) -> Expr | None:
    """The value where a relation holds; None for a condition that is no single relation."""
    if isinstance(when, sympy.Eq) and when.lhs.is_Symbol:
        return value.xreplace({when.lhs: when.rhs})
    if not isinstance(when, sympy.Gt | sympy.Ge | sympy.Lt | sympy.Le):
        return None
    return suppose(value, when.gts - when.lts, isinstance(when, sympy.Gt | sympy.Lt))


def _extremes(parts: tuple[Expr, ...], side: int) -> Expr:
    largest, *rest = parts
    for part in rest:
        largest = (largest + part + side * sympy.Abs(largest - part)) / 2
    return largest


def circle(value: Expr) -> Iterator[list[Expr]]:
    """sin u and cos u as the rational functions of a letter that cover the circle but one point, and that point."""
    value = sympy.expand_trig(value.replace(sympy.tan, lambda u: sympy.sin(u) / sympy.cos(u)))
    angles = sorted({wave.args[0] for wave in value.atoms(sympy.sin, sympy.cos) if wave.free_symbols}, key=str)
    if angles:
        t, angle = Dummy(real=True), angles[0]
        sin, cos = sympy.sin(angle), sympy.cos(angle)
        yield [
            value.subs({sin: 2 * t / (1 + t**2), cos: (1 - t**2) / (1 + t**2)}),
            value.subs({sin: 0, cos: -1}),
        ]


def _forms(value: Expr) -> Iterator[Expr]:
    """The value, and others with the same sign: without logarithms, exponentials and roots."""
    yield value
    plain = value.rewrite(HYPERBOLIC, sympy.exp)
    without = _without_logarithm(plain)
    if without is not None:
        plain = without
    yield without_roots(with_positive(plain))


def _without_logarithm(value: Expr) -> Expr | None:
    """A e^B − 1 for log A + B."""
    value = sympy.expand_log(sympy.expand(value))
    terms = [term for term in Add.make_args(value) if term.has(sympy.log)]
    product: Expr = sympy.Integer(1)
    for term in terms:
        factor, log = term.as_independent(sympy.log, as_Add=False)
        if not isinstance(log, sympy.log) or not factor.is_Rational:
            return None
        product *= log.args[0] ** factor
    return product * sympy.exp(value - Add(*terms)) - 1 if terms else None


def with_positive(expression: Expr) -> Expr:
    """Every e^x as a symbol u > 0, so that the rest is a rational function whose sign and zeros are plain."""
    return expression.rewrite(HYPERBOLIC, sympy.exp).replace(sympy.exp, _as_power)


def _as_power(argument: Expr) -> Expr:
    parts = argument.expand().as_coefficients_dict().items()
    return Mul(
        *(
            sympy.exp(part * factor) if part.is_number else Symbol(f"e^{part}", positive=True) ** factor
            for part, factor in parts
        )
    )


def without_roots(value: Expr) -> Expr:
    """u as v², v ≥ 0, where √u occurs, and x as v² − 1 where √(1 + x) does."""
    for root in sorted(value.atoms(sympy.Pow), key=lambda power: power.count_ops()):
        base, exponent = root.args
        if exponent.is_Rational and exponent.q > 1 and base.free_symbols:
            v = Dummy(positive=True) if base.is_positive else Dummy(nonnegative=True)
            if base.is_Symbol and base.is_nonnegative:
                return without_roots(sympy.powdenest(value.xreplace({base: v**exponent.q})))
            for letter in base.free_symbols:
                slope = base.diff(letter)
                if slope.is_Rational and slope != 0 and letter.is_nonnegative is None:
                    inside = (v**exponent.q - (base - slope * letter)) / slope
                    return without_roots(sympy.powdenest(sympy.expand(value.xreplace({letter: inside}))))
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
