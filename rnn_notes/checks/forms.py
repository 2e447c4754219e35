"""Other forms of an expression, in which its sign or zeros can be seen: cases, and letters for e^x, roots and sines."""

from collections.abc import Iterator
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Mul, Symbol

HYPERBOLIC = (sympy.tanh, sympy.sinh, sympy.cosh)


def log_of_even_power(inner: Expr) -> Expr:
    """n ln|u| for ln uⁿ, n even."""
    if inner.is_Pow and inner.exp.is_Integer and inner.exp % 2 == 0:
        return inner.exp * sympy.log(sympy.Abs(inner.base))
    return sympy.log(inner)


def split(value: Expr) -> Iterator[list[Expr]]:
    """The cases of the first case distinction, or of the first |u|: u > 0 and u < 0 (≥ and ≤ where u = 0 may be)."""
    for distinction in sorted(value.atoms(sympy.Piecewise), key=lambda part: (part.count_ops(), str(part))):
        cases = [_where(value.xreplace({distinction: part}), when) for part, when in told(distinction)]
        if all(cases):
            yield [case for found in cases for case in found]
            return
    flat = value.replace(sympy.Heaviside, lambda u, *_: (1 + sympy.sign(u)) / 2)
    flat = flat.rewrite((sympy.Max, sympy.Min), sympy.Abs)
    kinks = sorted(flat.atoms(sympy.Abs, sympy.sign), key=lambda kink: (kink.count_ops(), str(kink)))
    if kinks:
        inner = kinks[0].args[0]
        sign = sympy.cancel(with_positive(inner))
        sides = (1,) if sign.is_nonnegative else (-1,) if sign.is_nonpositive else (1, -1)
        yield [suppose(flat, inner * side, strict=False) for side in sides]
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


def _where(value: Expr, when: Any) -> list[Expr]:
    """The value where a relation holds, or between two numbers; none for another condition."""
    if isinstance(when, sympy.Eq) and when.lhs.is_Symbol:
        return [value.xreplace({when.lhs: when.rhs})]
    when = sympy.to_nnf(when, simplify=False)
    if isinstance(when, sympy.And) and len(when.free_symbols) == 1:
        (letter,), u = when.free_symbols, Dummy(nonnegative=True)
        values = when.as_set()
        if isinstance(values, sympy.Interval) and values.start.is_finite and values.end.is_finite:
            inside = (values.start + values.end * u) / (1 + u)
            return [value.xreplace({letter: place}) for place in (inside, values.end)]
    if not isinstance(when, sympy.Gt | sympy.Ge | sympy.Lt | sympy.Le):
        return []
    return [suppose(value, when.gts - when.lts, isinstance(when, sympy.Gt | sympy.Lt))]


def circle(value: Expr) -> Iterator[list[Expr]]:
    """sin u and cos u as the rational functions of a letter that cover the circle but one point, and that point."""
    value = value.replace(sympy.tan, lambda u: sympy.sin(u) / sympy.cos(u))
    waves = value.atoms(sympy.sin, sympy.cos)
    nested = any(wave.args[0].has(sympy.sin, sympy.cos) for wave in waves)  # then the sum of angles is not expanded
    for form in dict.fromkeys((value,) if nested else (sympy.expand_trig(value), value)):  # sin(x − 1) has sin 1 in it
        found = {wave.args[0] for wave in form.atoms(sympy.sin, sympy.cos) if wave.free_symbols}
        angles = sorted(found, key=lambda angle: (not angle.has(sympy.sin, sympy.cos), str(angle)))
        if angles:
            t, angle = Dummy(real=True), angles[0]
            sin, cos = sympy.sin(angle), sympy.cos(angle)
            yield [
                form.subs({sin: 2 * t / (1 + t**2), cos: (1 - t**2) / (1 + t**2)}),
                form.subs({sin: 0, cos: -1}),
            ]


def squares(value: Expr) -> Iterator[Expr]:
    """c² u − r² for c √u + r, c > 0: where that is positive, so is the value, since √(c² u) > |r|."""
    for root in sorted(value.atoms(sympy.Pow), key=str):
        c = sympy.expand(value).coeff(root)
        if root.exp == sympy.Rational(1, 2) and c.is_positive:
            yield sympy.expand(c**2 * root.base - (sympy.expand(value) - c * root) ** 2)


def forms(value: Expr) -> Iterator[Expr]:
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
        *(sympy.exp(part * factor) if part.is_number else _exponential(part) ** factor for part, factor in parts)
    )


def _exponential(part: Expr) -> Expr:
    """A positive letter for e^part; 1 + v, v > 0, where the part is positive, and v ≥ 0 where it is not negative."""
    if part.is_nonnegative:
        return 1 + (Symbol(f"e^{part}", positive=True) if part.is_positive else Symbol(f"e^{part}", nonnegative=True))
    return Symbol(f"e^{part}", positive=True)


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
