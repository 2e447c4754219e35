"""Functions of which nothing is known, such as f in f(x), as letters: whatever holds for all values holds for them."""

import zlib
from collections.abc import Iterator
from typing import Any

import mpmath
from sympy import Derivative, Dummy, Expr, Rational, Subs
from sympy.core.function import AppliedUndef

from rnn_notes.checks import numeric


class Opaque:
    """Replaces f(x), f'(x) and y, where it depends on x, by letters of their own; the same one for the same value."""

    def __init__(self) -> None:
        self.known: dict[Expr, Dummy] = {}

    @property
    def letters(self) -> set[Any]:
        return set(self.known.values())

    @property
    def inner(self) -> set[Any]:
        """The letters that functions are taken of."""
        return set().union(*(e.free_symbols for e in self.known)) - self.letters

    def of(self, e: Expr) -> Expr:
        """The expression with letters for the values of its functions."""
        if isinstance(e, AppliedUndef | Derivative | Subs):
            return self.known.setdefault(e, Dummy(real=True))
        args = tuple(map(self.of, e.args))
        return e if args == e.args else e.func(*args)

    def values(self, point: dict[Any, Any]) -> dict[Any, Any]:
        """A value for each of these letters, so that a function has one value at one place."""
        return {letter: _value(e, point) for e, letter in self.known.items()}

    def words(self, point: dict[Any, Any]) -> Iterator[str]:
        """What was taken for the functions, for the evidence."""
        for e, letter in self.known.items():
            yield f"{e if isinstance(e, AppliedUndef) else 'a derivative'} = {point[letter]}"


def _value(e: Expr, point: dict[Any, Any]) -> Any:
    """A number that depends on the function, on what is taken of it, and on the place."""
    places: dict[Any, Expr] = {}
    if isinstance(e, Subs):
        places, e = dict(zip(e.variables, e.point, strict=True)), e.expr
    by: tuple[Any, ...] = ()
    if isinstance(e, Derivative):
        by, e = e.variables, e.expr
    if not isinstance(e, AppliedUndef):
        return mpmath.mpf("nan")
    kind = [e.args.index(letter) for letter in by if letter in e.args]
    inside = [numeric.value(_known(place.xreplace(places), point), point) for place in e.args]
    key = (e.func.__name__, kind, [place and mpmath.nstr(place, 30) for place in inside])
    return Rational(zlib.crc32(repr(key).encode()) % 97 - 48, 7)


def _known(e: Expr, point: dict[Any, Any]) -> Expr:
    """The argument of a function, with the values of the functions in it."""
    if isinstance(e, AppliedUndef | Derivative | Subs):
        return _value(e, point)
    return e.func(*(_known(part, point) for part in e.args)) if e.args else e
