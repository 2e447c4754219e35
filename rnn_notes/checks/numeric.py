"""The real value of a SymPy expression at a point, to sixty digits, without ever growing beyond bounds."""

from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import sympy
from sympy import Expr

from rnn_notes.checks.errors import ClaimError, FormulaError

DIGITS, MORE = 60, 1000  # the latter where 1 − σ(100), say, may have lost the former
MAX_ARGUMENT = 10_000  # of an argument of exp
SLACK = mpmath.mpf(10) ** -40  # relative, below which two values agree


def value(expression: Expr, point: Mapping[Any, Any], digits: int = DIGITS) -> mpmath.mpf | None:
    """The value, None where there is none: outside the domain, not real, or too large to be written down."""
    with mpmath.workdps(digits):
        try:
            found = _value(expression, point)
        except (ArithmeticError, ValueError, TypeError, AttributeError):
            return None
        return found if isinstance(found, mpmath.mpf) and mpmath.isfinite(found) else None


def known(expression: Expr) -> mpmath.mpf:
    """The value of a number; raises ClaimError if it has none."""
    found = value(expression, {})
    if found is None:
        raise ClaimError(f"{expression} has no value")
    return found


def refuse_giant(argument: Expr, grows: bool) -> None:
    """Raise FormulaError for a number that is too large, or not defined, below a function that grows."""
    if grows and argument.is_number:
        size = argument if argument.is_Rational else value(argument, {})
        if size is None or abs(size) > MAX_ARGUMENT:
            raise FormulaError("this number is too large, or not defined, so nothing can be shown about it")


def agree(a: mpmath.mpf, b: mpmath.mpf) -> bool:
    """Whether two values are the same as far as they are known."""
    with mpmath.workdps(DIGITS):
        return bool(abs(a - b) <= SLACK * (1 + abs(a) + abs(b)))


def _value(e: Expr, point: Mapping[Any, Any]) -> Any:
    if e in point:
        e = point[e]
    if isinstance(e, mpmath.mpf):
        return e
    if e.is_Rational:
        return mpmath.mpf(e.p) / e.q
    if not e.args:
        return +CONSTANTS[e] if e in CONSTANTS else _undefined()
    if e.func in (sympy.Add, sympy.Mul):
        parts = [_value(part, point) for part in e.args]
        return mpmath.fsum(parts) if e.func is sympy.Add else mpmath.fprod(parts)
    if isinstance(e, sympy.Piecewise):
        return _value(next((part for part, when in e.args if _is_so(when, point)), sympy.nan), point)
    values = [_value(part, point) for part in e.args]
    return FUNCTIONS[e.func](*values) if e.func in FUNCTIONS else _undefined()


def _is_so(when: Any, point: Mapping[Any, Any]) -> bool:
    """Whether a condition of a case distinction holds."""
    if isinstance(when, sympy.And | sympy.Or | sympy.Not):
        held = [_is_so(part, point) for part in when.args]
        return not held[0] if isinstance(when, sympy.Not) else (any if isinstance(when, sympy.Or) else all)(held)
    if not when.args:
        return bool(when)
    left, right = (_value(side, point) for side in when.args)
    return bool(when.func(left, right))


def _undefined() -> Any:
    raise ValueError


def _power(base: mpmath.mpf, exponent: mpmath.mpf) -> mpmath.mpf:
    whole = exponent == mpmath.floor(exponent)
    if (base < 0 and not whole) or (base == 0 and exponent < 0):
        raise ValueError
    if base != 0 and abs(exponent * mpmath.log(abs(base))) > MAX_ARGUMENT:
        raise OverflowError
    return base ** (int(exponent) if whole else exponent)


def _bounded(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def call(argument: Any) -> Any:
        if abs(argument) > MAX_ARGUMENT:
            raise OverflowError
        return function(argument)

    return call


def _log(argument: mpmath.mpf) -> mpmath.mpf:
    return mpmath.log(argument) if argument > 0 else _undefined()


CONSTANTS: dict[Any, Any] = {sympy.E: mpmath.e, sympy.pi: mpmath.pi}
FUNCTIONS: dict[Any, Callable[..., Any]] = {
    **{sympy.Pow: _power, sympy.log: _log, sympy.Abs: abs, sympy.Max: max, sympy.Min: min, sympy.sign: mpmath.sign},
    sympy.Heaviside: lambda u, *_: _undefined() if u == 0 else mpmath.mpf(u > 0),
    **{
        getattr(sympy, name): _bounded(getattr(mpmath, name))
        for name in ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf")
    },
}
