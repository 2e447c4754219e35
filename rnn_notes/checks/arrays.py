r"""What the operations of a formula mean for arrays: numbers, columns (n, 1) and matrices, of N networks at once.

A number is () or (N,), all else (rows, columns) or (N, rows, columns).
Juxtaposition is the matrix product, and nothing broadcasts: a lost transpose fails by its shape.
Two exceptions are as readers take them: a printed number beside a column, as in 1 − z_t, counts for each entry;
and where the run says that rows are samples, a row is added to each row of a matrix.
Shapes that do not fit raise ClaimError, since then what the formula says is not so.
"""

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes import activations
from rnn_notes.checks import tree
from rnn_notes.checks.errors import ClaimError, FormulaError
from rnn_notes.checks.tree import Node, walk

COMPLEX_STEP = 1e-30  # of the complex step
MAX_ENTRIES = 100_000  # entries of a matrix
ENTRY_BY_ENTRY = r"to divide entry by entry, write it for one entry: \frac{u_{t,k}}{v_{t,k}}"
DIVIDED = "columns or matrices are not divided"
Function = Callable[[ndarray], ndarray]


def _diagonal(column: ndarray) -> ndarray:
    return column * np.eye(column.shape[-2])


def _of_matrix(function: Callable[[ndarray], ndarray]) -> Function:
    """The function of each matrix; not a number where an entry is not finite, for which LAPACK has no answer."""

    def finite(matrices: ndarray) -> ndarray:
        good = np.isfinite(matrices).all(axis=(-2, -1))
        return np.where(good, function(np.where(good[..., None, None], matrices, 0)), np.nan)

    return finite


ENTRYWISE: dict[str, Function] = {
    **{"sigma": activations.sigmoid, "tanh": activations.tanh, "relu": activations.relu, "exp": np.exp},
    **{"log": np.log, "ln": np.log, "sin": np.sin, "cos": np.cos, "sinh": np.sinh, "cosh": np.cosh},
}
OF_COLUMN: dict[str, Function] = {"softmax": lambda a: activations.softmax(a.mT).mT, "diag": _diagonal}
OF_MATRIX: dict[str, Function] = {
    "sigma_max": _of_matrix(lambda a: np.linalg.norm(a, 2, axis=(-2, -1))),
    "rho": _of_matrix(lambda a: np.max(np.abs(np.linalg.eigvals(a)), axis=-1)),
    "tr": lambda a: np.trace(a, axis1=-2, axis2=-1),
    "det": _of_matrix(np.linalg.det),
}
FUNCTIONS: dict[str, Function] = {**ENTRYWISE, **OF_COLUMN, **OF_MATRIX}
RELATIONS: dict[str, Callable[[ndarray, ndarray], ndarray]] = {
    **{"=": np.equal, "ne": np.not_equal, "<": np.less, ">": np.greater, "le": np.less_equal, "ge": np.greater_equal},
}


def shape(value: ndarray) -> tuple[int, ...]:
    """() of a number, else (rows, columns)."""
    return value.shape[-2:] if value.ndim > 1 else ()


def beside(value: ndarray) -> ndarray:
    """The value with axes such that it multiplies or meets a matrix of the same network."""
    return value[:, None, None] if value.ndim == 1 else value


def fit(value: ndarray, node: Node, wanted: tuple[int, ...], rows: bool = False) -> ndarray:
    """The value of a node beside one of that shape: a printed number counts for each entry of a column or row.

    With ``rows``, for each entry of a matrix, too, since its rows are the vectors.
    """
    entries = 1 in wanted or (rows and wanted)
    if entries and not shape(value) and all(isinstance(part, tree.PRINTED) for part in walk(node)):
        return np.broadcast_to(beside(value), wanted)
    return value


def add(values: list[ndarray], nodes: tuple[Node, ...], rows: bool = False) -> ndarray:
    """The sum of the values of nodes; with ``rows``, a row counts for each row of a matrix."""
    wanted = max((shape(value) for value in values), key=lambda shape: (len(shape), shape))
    values = [fit(value, node, wanted, rows) for value, node in zip(values, nodes, strict=True)]
    fits = {wanted, (1, *wanted[1:])} if rows and wanted else {wanted}
    if any(shape(value) not in fits for value in values):
        raise ClaimError(f"{shapes(values)} cannot be added")
    return reduce(np.add, values)


def multiply(values: list[ndarray]) -> ndarray:
    """The ordered product, from left to right."""
    result = values[0]
    for value in values[1:]:
        if not (shape(result) and shape(value)):
            both = shape(result) or shape(value)
            result = np.asarray(beside(result) * beside(value) if both else result * value)
        elif result.shape[-1] == value.shape[-2]:
            result = result @ value
            result = result if shape(result) != (1, 1) else result[..., 0, 0]
        else:
            raise ClaimError(f"{shapes([result, value])} cannot be multiplied")
    return np.asarray(result)


def joined(operator: str, each: list[ndarray]) -> ndarray:
    """The sum, ordered product, or of numbers the maximum or minimum."""
    if operator == "product":
        return multiply(each)
    if operator != "sum" and any(map(shape, each)):
        raise ClaimError(f"{operator} with an index is of numbers, not of {shapes(each[:1])}")
    return reduce({"sum": np.add, "max": np.maximum, "min": np.minimum}[operator], each)


def multiply_entries(values: list[ndarray]) -> ndarray:
    """The product entry by entry, ⊙, of columns or matrices of one shape."""
    if len({shape(value) for value in values}) > 1 or not shape(values[0]):
        raise ClaimError(f"{shapes(values)} cannot be multiplied entry by entry")
    return reduce(np.multiply, values)


def divide(above: ndarray, below: ndarray, entries: bool = False) -> ndarray:
    """A fraction, by a number; entry by entry only to see what comes of that reading."""
    if entries and shape(below) and shape(above) in ((), shape(below)):
        return beside(above) / below
    if shape(below):
        raise ClaimError(f"a fraction needs a number below it, not {shapes([below])}, and {DIVIDED}; {ENTRY_BY_ENTRY}")
    return beside(above) / beside(below) if shape(above) else above / below


def power(base: ndarray, exponent: ndarray) -> ndarray:
    """Of a number, of each entry of a column, or of a square matrix."""
    if shape(exponent):
        raise ClaimError(f"an exponent has to be a number, not {shapes([exponent])}; write \\exp")
    if not shape(base):
        return np.power(base, exponent)
    whole = int(np.round(np.ravel(exponent)[0])) if np.isfinite(exponent).all() else -1
    if whole < 0 or np.any(np.abs(exponent - whole) > 1e-12):
        raise ClaimError(
            f"{shapes([base])} to the power {np.ravel(exponent)[0]:.6g} has no meaning here; {ENTRY_BY_ENTRY}"
        )
    if 1 in shape(base):
        return base**whole
    if base.shape[-1] != base.shape[-2]:
        raise ClaimError(f"{shapes([base])} has no power")
    return np.linalg.matrix_power(base, whole)


def transpose(value: ndarray) -> ndarray:
    """Of a column or matrix."""
    if not shape(value):
        raise ClaimError("a number has no transpose")
    return value.mT


def norm(value: ndarray, kind: str | None) -> ndarray:
    """The 2-norm, the Frobenius norm F, and the norms 1 and ∞: those of a matrix are its largest gain."""
    if not shape(value) or kind not in ("2", "F", "1", "infty"):
        raise FormulaError("a norm is that of a column or matrix, with the index 1, 2, \\infty, F or none")
    if kind in ("1", "infty"):
        sums = np.abs(value if 1 not in shape(value) else value.reshape(*value.shape[:-2], -1, 1))
        along, across = (-2, -1) if kind == "1" else (-1, -2)
        return np.max(np.sum(sums, axis=along, keepdims=True), axis=(along, across))
    if kind == "F" or 1 in shape(value):
        return np.linalg.norm(value, "fro", axis=(-2, -1))
    return OF_MATRIX["sigma_max"](value)


def blocks(rows: list[list[ndarray]]) -> ndarray:
    """The matrix of numbers, columns and matrices."""
    if sum(max(1, int(np.prod(shape(value)))) for row in rows for value in row) > MAX_ENTRIES:
        raise FormulaError("this matrix is too large")
    cells = [[value if shape(value) else value[..., None, None] for value in row] for row in rows]
    N = max((len(value) for row in cells for value in row if value.ndim == 3), default=0)
    try:
        if N:
            cells = [[np.broadcast_to(value, (N, *shape(value))) for value in row] for row in cells]
        return np.block(cells)
    except ValueError as error:
        raise ClaimError(f"the blocks of this matrix do not fit together: {error}") from None


def listed(parts: list[ndarray]) -> ndarray:
    """Columns below each other, or rows beside each other; for numbers and for equal sizes it could be both."""
    sizes = [shape(part) for part in parts]
    columns, rows = (len({size[axis : axis + 1] for size in sizes}) == 1 for axis in (1, 0))
    if () in sizes or columns == rows or len(set(sizes)) < len(sizes):
        raise FormulaError(
            f"[a, b] of {shapes(parts)} could be above or beside each other; write [a; b], or a matrix a & b"
        )
    return blocks([[part] for part in parts] if columns else [parts])


def holds(left: ndarray, sign: str, right: ndarray) -> ndarray:
    """On which networks a relation of numbers holds."""
    if shape(left) or shape(right) or sign not in RELATIONS:
        raise FormulaError("a case is told by a relation of numbers: =, \\ne, <, >, \\le or \\ge")
    return RELATIONS[sign](left, right)


def choose(values: list[ndarray], conditions: list[ndarray]) -> ndarray:
    """Of each network the value whose condition holds there. Raises ClaimError if not exactly one does."""
    holding = np.sum([np.broadcast_to(condition, np.shape(sum(conditions))) for condition in conditions], axis=0)
    if np.any(holding != 1):
        raise ClaimError(f"{'no case holds' if np.any(holding == 0) else 'two cases hold at once'}; exactly one must")
    sizes = max((shape(value) for value in values), key=len)
    parts = [beside(value) if sizes else value for value in values]
    return reduce(
        np.add, [np.where(beside(c) if sizes else c, part, 0) for c, part in zip(conditions, parts, strict=True)]
    )


def entry(name: str, value: ndarray, place: tuple[int, int]) -> ndarray:
    """An entry of a column or matrix, counted from 1."""
    if any(not 1 <= k <= n for k, n in zip(place, shape(value), strict=True)):
        said = [k for k, n in zip(place, shape(value), strict=True) if n > 1] or list(place)
        raise ClaimError(f"{name} has the shape {shape(value)} and no entry {said}")
    row, column = place
    return value[..., row - 1, column - 1]


def apply(name: str, primes: int, values: list[ndarray], rows: bool = False) -> ndarray:
    """A function, or with a prime its derivative by the complex step; with ``rows``, softmax goes along rows."""
    prime = primes > 0
    if primes > 1:
        raise FormulaError(f"of {name}, the first derivative alone is known on a run; show the second one in a chain")
    if name in ("max", "min") and values and not prime:
        extreme: Any = np.maximum if name == "max" else np.minimum
        if len({shape(value) for value in values} - {()}) > 1:
            raise ClaimError(f"{name} does not take {shapes(values)}")
        if len(values) > 1:
            return reduce(extreme, [beside(v) if any(map(shape, values)) else v for v in values])
        return extreme.reduce(values[0], axis=(-2, -1)) if shape(values[0]) else values[0]
    if name not in (ENTRYWISE if prime else FUNCTIONS) or len(values) != 1:
        known = ", ".join(sorted(ENTRYWISE if prime else {*FUNCTIONS, "max", "min"}))
        raise FormulaError(f"{name}{chr(39) * prime} of {len(values)} arguments is not known; known are {known}")
    (a,) = values
    if rows and name == "diag" and shape(a)[:1] == (1,):
        a = a.mT
    if rows and name == "softmax" and shape(a):
        return activations.softmax(a)
    whole = shape(a)
    if name in ENTRYWISE and not rows:
        fits = whole == () or 1 in whole
    elif name in OF_COLUMN:
        fits = whole[1:] == (1,)
    else:
        fits = name in ENTRYWISE or (whole != () and (name == "sigma_max" or whole[0] == whole[1]))
    if not fits:
        raise ClaimError(f"{name} does not take {shapes([a])}")
    return np.imag(FUNCTIONS[name](a + 1j * COMPLEX_STEP)) / COMPLEX_STEP if prime else FUNCTIONS[name](a)


def shapes(values: list[ndarray]) -> str:
    """The shapes in words."""
    return " and ".join(f"the shape {shape(value)}" if shape(value) else "a number" for value in values)
