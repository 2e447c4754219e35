"""Scalar chains, proved with SymPy step by step, for all real values of their letters.

A step is first tried at exact rational points, which refutes most false ones with a counterexample;
then it has to be proved. Numbers that agree without a proof are not enough.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sympy
from sympy import Expr, Rational, Symbol

from rnn_notes.checks import tree
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.expressions import Expressions
from rnn_notes.checks.tree import ClaimError, FormulaError, Statement, half_unit

SECONDS = 5  # for one step
POINTS = [Rational(p, q) for p, q in ((3, 7), (-5, 11), (9, 4), (-7, 3), (0, 1), (1, 1), (-1, 1), (23, 5), (-31, 6))]
SIGNS = {"=": "=", "<": "<", ">": ">", "le": "≤", "ge": "≥", "approx": "≈"}


def prove(statements: tuple[Statement, ...], definitions: Definitions, within: float | None = None) -> int:
    """Prove every step and return how many there are; ``within`` is the tolerance of ≈.

    Raises FormulaError for what is no scalar chain, ClaimError with a counterexample, or for want of a proof.
    """
    if within is not None and not any(isinstance(s, tree.Relation) and s.operator == "approx" for s in statements):
        raise FormulaError("'within' is the tolerance of ≈, which is not in the formula")
    for number, step in enumerate(statements, start=1):
        if not isinstance(step, tree.Relation):
            raise FormulaError("a chain has steps with = or < only; check this against a run").placed(step)
        try:
            with _deadline(SECONDS):
                _prove(step, definitions, within)
        except ClaimError as error:
            raise ClaimError(f"step {number} of {len(statements)}: {error}", error.placed(step).at) from None
    return len(statements)


def _prove(step: tree.Relation, definitions: Definitions, within: float | None) -> None:
    left, right = (Expressions(definitions).of(side, {}) for side in (step.left, step.right))
    letters = sorted(left.free_symbols | right.free_symbols, key=str)
    tolerance = Rational(0)
    if step.operator == "approx":
        units = [unit for unit in (within, half_unit(step.right), half_unit(step.left)) if unit is not None]
        if letters or not units:
            raise FormulaError("≈ needs a printed number on one side and no letters").placed(step)
        tolerance = Rational(str(units[0]))
    compared = 0
    for shift in range(len(POINTS) if letters else 1):
        point = {letter: POINTS[(shift + 2 * n) % len(POINTS)] for n, letter in enumerate(letters)}
        a, b = (_number(side, point) for side in (left, right))
        if a is None and b is None:
            continue  # outside the domain of both
        compared += 1
        if a is None or b is None or not _agree(a, step.operator, b, tolerance):
            where = ", ".join(f"{letter} = {value}" for letter, value in point.items())
            left_is, right_is = ("undefined" if number is None else sympy.N(number, 12) for number in (a, b))
            raise ClaimError(f"{where and f'at {where}: '}left is {left_is}, right is {right_is}")
    if compared < min(3, len(letters) + 1):
        raise ClaimError("there are not enough points where both sides are defined")
    if step.operator != "approx" and not _is_proved(left, step.operator, right):
        sign = SIGNS[step.operator]
        raise ClaimError(f"{compared} points agree but no proof of {sign} is found; put a step in between")


def _number(side: Expr, point: dict[Symbol, Rational]) -> Expr | None:
    """The value to 30 digits; None where it is not a real number."""
    value = side.subs(point).evalf(30)
    return value if value.is_real and value.is_finite else None


def _agree(a: Expr, sign: str, b: Expr, tolerance: Rational) -> bool:
    slack = Rational(1, 10**20) * (1 + abs(a) + abs(b))
    match sign:
        case "=" | "approx":
            return bool(abs(a - b) <= tolerance + slack)
        case "<" | ">":
            return bool((b - a if sign == "<" else a - b) > slack)
    return bool((b - a if sign == "le" else a - b) >= -slack)


def _is_proved(left: Expr, sign: str, right: Expr) -> bool:
    difference = right - left if sign in ("<", "le") else left - right
    if sign == "=":
        return bool(
            difference == 0
            or sympy.cancel(sympy.together(difference)) == 0
            or sympy.cancel(sympy.together(_with_positive(difference))) == 0
            or sympy.simplify(difference.rewrite(sympy.exp)) == 0
        )
    forms = [difference, sympy.factor(sympy.cancel(sympy.together(_with_positive(difference))))]
    return any(form.is_positive if sign in ("<", ">") else form.is_nonnegative for form in forms)


def _with_positive(expression: Expr) -> Expr:
    """Every e^{x} as a symbol u > 0, so that the rest is a rational function whose sign and zeros are plain."""

    def power(argument: Expr) -> Expr:
        parts = argument.expand().as_coefficients_dict().items()
        return sympy.Mul(*(Symbol(f"e^{part}", positive=True) ** factor for part, factor in parts))

    hyperbolic = (sympy.tanh, sympy.sinh, sympy.cosh)
    return expression.rewrite(hyperbolic, sympy.exp).replace(sympy.exp, power)


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Stop a proof that takes too long (where the system can: in the main thread, and not on Windows)."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise ClaimError(f"no proof is found in {seconds} seconds; put a step in between")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
