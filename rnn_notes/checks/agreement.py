"""Whether a definition means what its name means elsewhere: in the package, in a run, or to every reader."""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy
from sympy import Expr, Rational, Symbol

from rnn_notes import activations
from rnn_notes.checks import latex, numeric, tree
from rnn_notes.checks.arrays import ENTRYWISE, FUNCTIONS, OF_COLUMN, OF_MATRIX
from rnn_notes.checks.conditions import letters_in
from rnn_notes.checks.deadline import limited
from rnn_notes.checks.define import Definition, Definitions
from rnn_notes.checks.domain import normal
from rnn_notes.checks.errors import CheckError, ClaimError, FormulaError, OpenBoundsError
from rnn_notes.checks.evaluate import evaluate
from rnn_notes.checks.exact import Exact
from rnn_notes.checks.expressions import BUILT_IN
from rnn_notes.checks.matrices import COUNTS
from rnn_notes.checks.names import NAMED
from rnn_notes.checks.network import Network, Series
from rnn_notes.checks.notation import STATES, Given, refuse_two_readings, vector
from rnn_notes.checks.opaque import Opaque
from rnn_notes.checks.run import Run
from rnn_notes.checks.step import Proof, Step
from rnn_notes.checks.symbols import Unbound
from rnn_notes.checks.tape import Place
from rnn_notes.checks.values import Values

SIDE = [Rational(n * n, 37) for n in range(1, 33)] + [Rational(1, 10**k) for k in range(2, 12, 3)]
GRID = [sign * x for x in SIDE for sign in (1, -1)]  # small, large, and none where a formula would be special
LENGTHS = (2, 3, 5, 8)
RESERVED = STATES | COUNTS | set("WbUVL")  # no number may be chosen for these, though it were on a single run
SIZES = "nKHOND"  # letters that may mean the length of a column


# What these names mean to every reader, in each usual form; p is a parameter, as in leaky ReLU.
STANDARD = {
    "sinc": [r"\frac{\sin(x)}{x}", r"\frac{\sin(\pi x)}{\pi x}"],
    "gelu": [
        r"\frac{x}{2} (1 + \mathrm{erf}(x / \sqrt{2}))",
        r"\frac{x}{2} (1 + \tanh(\sqrt{2 / \pi} (x + 0.044715 x^3)))",
        r"x \sigma(1.702 x)",
    ],
    "elu": [r"\max(0, x) + p \min(0, e^x - 1)"],
    "leakyrelu": [r"\max(0, x) + p \min(0, x)"],
    "swish": [r"x \sigma(p x)"],
    "silu": [r"x \sigma(x)"],
    "softplus": [r"\ln(1 + e^x)", r"\ln(1 + e^{p x}) / p"],
    "mish": [r"x \tanh(\ln(1 + e^x))"],
    "sign": [r"x / \lvert x \rvert", r"\begin{cases} 1 & x > 0 \\ -1 & x < 0 \\ 0 & x = 0 \end{cases}"],
    "heaviside": [r"(1 + x / \lvert x \rvert) / 2"],
    "hardtanh": [r"\max(-1, \min(1, x))"],
    "hardsigmoid": [r"\max(0, \min(1, (x + 3) / 6))", r"\max(0, \min(1, x / 5 + 0.5))"],
    "softsign": [r"\frac{x}{1 + \lvert x \rvert}"],
    "tan": [r"\frac{\sin(x)}{\cos(x)}"],
    "cot": [r"\frac{\cos(x)}{\sin(x)}"],
    "sec": [r"\frac{1}{\cos(x)}"],
    "csc": [r"\frac{1}{\sin(x)}"],
    "csch": [r"\frac{1}{\sinh(x)}"],
    "arsinh": [r"\ln(x + \sqrt{x^2 + 1})"],
    "artanh": [r"\frac12 \ln \frac{1 + x}{1 - x}"],
    "erfc": [r"1 - \mathrm{erf}(x)"],
    "selu": [r"1.0507 (\max(0, x) + 1.67326 \min(0, e^x - 1))"],
    "logsigmoid": [r"\ln \sigma(x)"],
    "hardswish": [r"x \max(0, \min(1, (x + 3) / 6))"],
    "tanhshrink": [r"x - \tanh(x)"],
    "identity": [r"x"],
    "square": [r"x^2"],
    "sech": [r"\frac{1}{\cosh(x)}"],
    "coth": [r"\frac{\cosh(x)}{\sinh(x)}"],
    "logit": [r"\ln \frac{x}{1 - x}", r"\ln(x) - \ln(1 - x)"],
    "sqrt": [r"\sqrt{x}"],
    "lg": [r"\frac{\ln x}{\ln 10}", r"\frac{\ln x}{\ln 2}"],
    "abs": [r"\lvert x \rvert"],
    **{name: [rf"\mathrm{{{name}}}(x)"] for name in BUILT_IN if name not in ("max", "min")},
}
ALIASES = {"sgn": "sign", "step": "heaviside", "lrelu": "leakyrelu", "prelu": "leakyrelu", "logistic": "sigma"}
ALIASES |= {"arcsinh": "arsinh", "asinh": "arsinh", "arctanh": "artanh", "atanh": "artanh", "id": "identity"}


def compared(
    equation: tree.Relation, new: Definition, definitions: Definitions, runs: Mapping[str, Run], given: Given
) -> str:
    """In words, with what a definition agrees. Raises CheckError if it has a meaning already, or none."""
    refuse_two_readings((equation,), given, {*definitions, new.name})
    known = ALIASES.get(new.name.lower(), new.name.lower())
    if new.name in FUNCTIONS:
        return _with_package(equation, new, definitions)
    if vector(new.name, (), set()):
        raise FormulaError(f"{new.name} is a matrix in these notes; take another letter")
    chosen = new.name not in RESERVED and not tree.free_names(new.body) - {*new.parameters, "e", "pi"}
    for run in runs.values() if not new.is_function and not chosen else ():
        if _is_claim(new, run, definitions):
            raise FormulaError(
                f"{new.name} is known on the run '{run.name}' already, and so is the right side: check this claim with "
                f"'% check: {run.name}', or take another letter"
            )
    if new.is_function and known in NAMED - STANDARD.keys():
        raise FormulaError(f"{new.name} has a meaning to every reader, which is not known here; take another name")
    if new.is_function and known in STANDARD:
        return _with_standard(equation, new, known, definitions)
    _evaluated_once(new, definitions, runs, given)
    return f"the page's own {new.name}, without counterpart in the package"


def _is_claim(new: Definition, run: Run, definitions: Definitions) -> bool:
    """Whether a run could judge the equation: it knows the symbol, as a series or not, and all of the right side."""
    network = run.instance if run.fixed else run.family[0]
    symbol = network.symbols.get(new.name)
    if symbol is None or isinstance(symbol, Series) != bool(new.parameters):
        return isinstance(symbol, Series) and symbol.total is not None and _value(new, network, definitions) is not None
    return _value(new, network, definitions) is not None


def _value(new: Definition, network: Network, definitions: Definitions, at: int = 2) -> np.ndarray | None:
    """The right side on a network, its parameters whole numbers; not finite if it has none, None if it is not known."""
    try:
        with np.errstate(all="ignore"):
            return Values(network, {}, definitions).of(new.body, dict.fromkeys(new.parameters, at))
    except ClaimError:
        return np.array(np.nan)
    except (FormulaError, Unbound, KeyError, ValueError, TypeError):
        return None


def _with_package(equation: tree.Relation, new: Definition, definitions: Definitions) -> str:
    name = {"sigma": "sigmoid"}.get(new.name, new.name)
    name = f"{activations.__name__}.{name}" if hasattr(activations, name) else "NumPy"
    if not any(isinstance(node, tree.Call) for node in tree.walk(equation.left)) or len(new.parameters) != 1:
        kind = "a column" if new.name in OF_COLUMN else "a matrix" if new.name in OF_MATRIX else "a number"
        raise FormulaError(f"{new.name} is a function of {kind} in this package; define it so, or take another name")
    proved = ""
    if new.name in ENTRYWISE:
        proved = _proved(equation, new, definitions)
        points = [np.array(float(x)) for x in GRID if abs(x) < 4 or not proved]  # cosh(9)² has no ten decimals
        if new.name in ("log", "ln"):
            points = [point for point in points if point > 0]
        if isinstance(equation.left, tree.Index):
            raise FormulaError(f"{new.name} is a function of a number; write {new.name}(x) = …")
        sizes: list[dict[str, int]] = [{}]
        drawn = [(0, point) for point in points]
    else:
        sizes = [dict.fromkeys(SIZES, length) for length in LENGTHS]
        rng = np.random.default_rng(0)
        drawn = [
            (n, scale * rng.normal(size=(length, 1 if new.name in OF_COLUMN else length)))
            for n, length in enumerate(LENGTHS)
            for scale in (1e-8, 1.0, 5.0, 30.0)
        ]
    free = tree.free_names(new.body) - {*new.parameters, *SIZES, "e", "pi"} - definitions.keys()
    free -= letters_in((equation,))  # any number may stand for what is left, as for m in e^{x - m}
    largest = 0.0
    with np.errstate(all="ignore"):
        for size, point in drawn:
            arrays: dict[Place, np.ndarray] = {(letter, None): np.full((1, 1, 1), 0.7) for letter in free}
            arrays[new.parameters[0], None] = np.atleast_2d(point)[None]
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


def _with_standard(equation: tree.Relation, new: Definition, known: str, definitions: Definitions) -> str:
    reader, letters = Exact(definitions), [Symbol(name, real=True) for name in new.parameters]
    with limited():
        body = reader.of(new.body, dict(zip(new.parameters, letters, strict=True)))
        if isinstance(body, np.ndarray):
            raise ClaimError(f"{new.name} of a number is a number")
        others: list[Expr] = [*letters[1:], *sorted(body.free_symbols - {*letters}, key=str), sympy.Integer(1)]
        below = body.subs(letters[0], -1)
        slopes = [-below, below / (sympy.exp(-1) - 1)]  # of leaky ReLU and ELU, where it is a printed number
        for formula, p in itertools.product(STANDARD[known], [*others, *(s for s in slopes if s.is_positive)]):
            (meaning,) = latex.parse(f"y = {formula}")
            assert isinstance(meaning, tree.Relation)
            usual = Exact({})
            value = usual.of(meaning.right, {"x": letters[0], "p": p})
            try:
                Step(equation, (value, usual.domain), (body, reader.domain)).prove(Proof(), None)
            except CheckError:
                continue
            return f"proved to be the usual {new.name}"
    raise ClaimError(f"this is not what {new.name} means to readers; take another name, or its usual formula")


def _evaluated_once(new: Definition, definitions: Definitions, runs: Mapping[str, Run], given: Given) -> None:
    """Raise CheckError if the right side has a value nowhere."""
    try:
        with limited():
            _in_numbers(new, definitions, given)
        return
    except CheckError as error:
        first = error
    for run, at in itertools.product(runs.values(), (2, 3)):
        value = _value(new, run.instance if run.fixed else run.family[0], definitions, at)
        if value is not None and np.isfinite(value).all():
            return
    if not isinstance(first, FormulaError) or not new.is_function:
        first.args = (f"the right side has no value, neither in numbers nor on a run: {first}",)
        raise first


def _in_numbers(new: Definition, definitions: Definitions, given: Given) -> None:
    try:
        reader = Exact(definitions, given)
        value = reader.of(new.body, {})
    except OpenBoundsError as bounds:
        reader = Exact(definitions, given, dict.fromkeys(bounds.letters, 3))
        value = reader.of(new.body, {})
    normal(reader.domain)
    if not _somewhere(value):
        raise ClaimError("it is defined at none of the points that were tried")


def _somewhere(value: Any) -> bool:
    opaque = Opaque()
    entries: list[Expr] = [opaque.of(e) for e in (value.flat if isinstance(value, np.ndarray) else [value])]
    letters = sorted(set[Any]().union(*(entry.free_symbols for entry in entries)), key=str)
    for shift in range(len(GRID)):
        point = {letter: GRID[(shift + 7 * n) % len(GRID)] for n, letter in enumerate(letters)}
        if all(numeric.value(entry, point) is not None for entry in entries):
            return True
    return False
