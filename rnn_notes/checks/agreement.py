"""Whether a definition means what its name means elsewhere: in the package, in a run, or to every reader."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import Expr, Rational, Symbol

from rnn_notes import activations
from rnn_notes.checks import numeric, tree
from rnn_notes.checks.arrays import ENTRYWISE, FUNCTIONS, OF_COLUMN, OF_MATRIX
from rnn_notes.checks.define import Definition, Definitions
from rnn_notes.checks.domain import normal
from rnn_notes.checks.evaluate import evaluate
from rnn_notes.checks.exact import Exact
from rnn_notes.checks.expressions import BUILT_IN, OpenBoundsError
from rnn_notes.checks.network import Network
from rnn_notes.checks.notation import Given, refuse_two_readings
from rnn_notes.checks.prove import Proof, Step, limited
from rnn_notes.checks.run import Run
from rnn_notes.checks.tape import Place
from rnn_notes.checks.tree import CheckError, ClaimError, FormulaError
from rnn_notes.checks.values import Values

SIDE = [Rational(n * n, 37) for n in range(1, 33)] + [Rational(1, 10**k) for k in range(2, 12, 3)]
GRID = [sign * x for x in SIDE for sign in (1, -1)]  # small, large, and none where a formula would be special
LENGTHS = (2, 3, 5, 8)
SIZES = "nKHOND"  # letters that may mean the length of a column


def _phi(x: Any) -> Any:
    return mpmath.ncdf(x)


def _leaky(thousandths: int) -> Callable[..., Any]:
    return lambda x: x if x > 0 else thousandths * x / 1000


# What these names mean to every reader, in each usual form; p is a parameter.
STANDARD: dict[str, list[Callable[..., Any]]] = {
    "sinc": [lambda x: mpmath.sinc(x), lambda x: mpmath.sincpi(x)],
    "gelu": [
        lambda x: x * _phi(x),
        lambda x: x / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3))),
        lambda x: x / (1 + mpmath.exp(-mpmath.mpf("1.702") * x)),
    ],
    "softplus": [lambda x, p=1: mpmath.log(1 + mpmath.exp(p * x)) / p],
    "elu": [lambda x, p=1: x if x > 0 else p * (mpmath.exp(x) - 1)],
    "swish": [lambda x, p=1: x / (1 + mpmath.exp(-p * x))],
    "silu": [lambda x: x / (1 + mpmath.exp(-x))],
    "mish": [lambda x: x * mpmath.tanh(mpmath.log(1 + mpmath.exp(x)))],
    "sign": [lambda x: mpmath.sign(x)],
    "heaviside": [lambda x: mpmath.mpf(x > 0)],
    "hardtanh": [lambda x: max(-1, min(1, x))],
    "softsign": [lambda x: x / (1 + abs(x))],
    "hardsigmoid": [lambda x: max(0, min(1, (x + 3) / 6)), lambda x: max(0, min(1, (2 * x + 5) / 10))],
    "leakyrelu": [lambda x, p: x if x > 0 else p * x, *(_leaky(n) for n in (1, 10, 50, 100, 200, 300))],
    "sqrt": [mpmath.sqrt],
    "abs": [abs],
    "erf": [mpmath.erf],
    **{name: [getattr(mpmath, name)] for name in ("tan", "cot", "sec", "csc", "sech", "csch", "coth", "atan", "asinh")},
}
ALIASES = {"sgn": "sign", "step": "heaviside", "lrelu": "leakyrelu", "prelu": "leakyrelu", "sigmoid": "sigma"}
ALIASES |= {"logistic": "sigma", "arctan": "atan", "id": "identity"}


def compared(equation: tree.Relation, new: Definition, definitions: Definitions, runs: Mapping[str, Run]) -> str:
    """In words, with what a definition agrees. Raises CheckError if it has a meaning already, or none."""
    refuse_two_readings((equation,), Given(), {*definitions, new.name})
    known = ALIASES.get(new.name.lower(), new.name.lower())
    if new.name in FUNCTIONS:
        return _with_package(equation, new, definitions)
    if not new.is_function:
        for run in runs.values():
            if new.name in (run.instance if run.fixed else run.family[0]).symbols:
                raise FormulaError(
                    f"{new.name} is known on the run '{run.name}' already, so this is a claim: check it against that "
                    f"run with '% check: {run.name}', or take another letter"
                )
    if new.is_function and (known in STANDARD or known in BUILT_IN):
        return _with_standard(new, known, definitions)
    _evaluated_once(new, definitions, runs)
    return f"the page's own {new.name}, without counterpart in the package"


def _with_package(equation: tree.Relation, new: Definition, definitions: Definitions) -> str:
    name = {"sigma": "sigmoid"}.get(new.name, new.name)
    name = f"{activations.__name__}.{name}" if hasattr(activations, name) else "NumPy"
    if not any(isinstance(node, tree.Call) for node in tree.walk(equation.left)) or len(new.parameters) != 1:
        kind = "a column" if new.name in OF_COLUMN else "a matrix" if new.name in OF_MATRIX else "a number"
        raise FormulaError(f"{new.name} is a function of {kind} in this package; define it so, or take another name")
    proved = ""
    if new.name in ENTRYWISE:
        points = [np.array(float(x)) for x in GRID]
        if new.name in ("log", "ln"):
            points = [point for point in points if point > 0]
        if isinstance(equation.left, tree.Index):
            raise FormulaError(f"{new.name} is a function of a number; write {new.name}(x) = …")
        proved = _proved(equation, new, definitions)
        sizes: list[dict[str, int]] = [{}]
        drawn = [(0, point) for point in points]
    else:
        sizes = [dict.fromkeys(SIZES, length) for length in LENGTHS]
        rng = np.random.default_rng(0)
        columns = len(new.parameters) and new.name in OF_COLUMN
        drawn = [
            (n, scale * rng.normal(size=(length, 1 if columns else length)))
            for n, length in enumerate(LENGTHS)
            for scale in (1e-8, 1.0, 5.0, 30.0)
        ]
    largest = 0.0
    with np.errstate(all="ignore"):
        for size, point in drawn:
            arrays: dict[Place, np.ndarray] = {(new.parameters[0], None): np.atleast_2d(point)[None]}
            network = Network(Run("printed", "the printed numbers"), sizes[size], arrays).twins()
            largest = max(largest, evaluate((equation,), network, definitions=definitions).difference or 0.0)
    where = f"{len(drawn)} points" if new.name in ENTRYWISE else f"{len(drawn)} points of {len(LENGTHS)} lengths"
    return f"agrees with {name}: {proved}evaluated at {where}, largest difference {largest:.0e}"


def _proved(equation: tree.Relation, new: Definition, definitions: Definitions) -> str:
    """That a function of a number is the known one, for all numbers; nothing if it is not an expression of SymPy."""
    x = Symbol(new.parameters[0], real=True)
    reader, ours = Exact(definitions), Exact({})
    try:
        right = reader.of(new.body, {new.parameters[0]: x})
    except FormulaError:
        return ""
    with limited():
        left = ours.apply(new.name, [x])
        Step(equation, (left, ours.domain), (right, reader.domain)).prove(Proof(), None)
    return "proved by SymPy, and "


def _with_standard(new: Definition, known: str, definitions: Definitions) -> str:
    reader = Exact(definitions)
    letters = [Symbol(name, real=True) for name in new.parameters]
    try:
        body = reader.of(new.body, dict(zip(new.parameters, letters, strict=True)))
    except FormulaError as error:
        raise FormulaError(f"{new.name} has a usual meaning, with which this cannot be compared: {error}") from None
    free = [*letters, *sorted(set(getattr(body, "free_symbols", ())) - {*letters}, key=str)]
    meanings = STANDARD.get(known) or [_built_in(known)]
    for meaning in meanings:
        if not isinstance(body, sympy.MatrixBase) and all(_same(body, meaning, free, x) for x in GRID):
            return f"agrees with the usual {new.name} at {len(GRID)} points"
    raise ClaimError(f"this is not what {new.name} means to readers; take another name, or its usual formula")


def _built_in(name: str) -> Callable[..., Any]:
    x = Symbol("x", real=True)
    return lambda value: numeric.value(BUILT_IN[name](x), {x: value})


def _same(body: Expr, meaning: Callable[..., Any], letters: list[Symbol], x: Rational) -> bool:
    others = [Rational(5, 4 + n) for n in range(len(letters) - 1)]
    ours = numeric.value(body, dict(zip(letters, [x, *others], strict=False)))
    with mpmath.workdps(numeric.DIGITS):
        try:
            theirs = meaning(mpmath.mpf(x.p) / x.q, *(mpmath.mpf(p.p) / p.q for p in others))
        except (TypeError, ValueError, ZeroDivisionError):
            return False
        if theirs is None or not isinstance(theirs, mpmath.mpf | int | float):
            return ours is None
        return ours is not None and bool(abs(ours - theirs) <= mpmath.mpf(10) ** -25 * (1 + abs(theirs)))


def _evaluated_once(new: Definition, definitions: Definitions, runs: Mapping[str, Run]) -> None:
    """Raise CheckError if the right side has a value nowhere."""
    try:
        with limited():
            _in_numbers(new, definitions)
        return
    except CheckError as error:
        first = error
    for run, scope in itertools.product(runs.values(), (2, 3)):
        try:
            network = run.instance if run.fixed else run.family[0]
            with np.errstate(all="ignore"):
                value = Values(network, {}, definitions).of(new.body, dict.fromkeys(new.parameters, scope))
            if np.isfinite(value).all():
                return
        except (CheckError, KeyError, ValueError, TypeError):
            continue
    if isinstance(first, ClaimError) or not new.is_function:
        first.args = (f"the right side has no value, neither in numbers nor on a run: {first}",)
        raise first


def _in_numbers(new: Definition, definitions: Definitions) -> None:
    try:
        reader = Exact(definitions)
        value = reader.of(new.body, {})
    except OpenBoundsError as bounds:
        reader = Exact(definitions, values=dict.fromkeys(bounds.letters, 3))
        value = reader.of(new.body, {})
    normal(reader.domain)
    if not _somewhere(value):
        raise ClaimError("it is defined at none of the points that were tried")


def _somewhere(value: Any) -> bool:
    entries: Iterable[Expr] = value if isinstance(value, sympy.MatrixBase) else [value]
    letters = sorted(value.free_symbols, key=str)
    for shift in range(len(GRID)):
        point = {letter: GRID[(shift + 7 * n) % len(GRID)] for n, letter in enumerate(letters)}
        if all(numeric.value(entry, point) is not None for entry in entries):
            return True
    return False
