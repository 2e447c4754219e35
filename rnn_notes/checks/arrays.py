"""What the operations of a formula mean for arrays: numbers, columns (n, 1) and matrices.

Juxtaposition is the matrix product, and nothing broadcasts: a lost transpose fails by its shape.
One exception is as readers take it: a printed number beside a column, as in 1 − z_t, counts for each entry.
Shapes that do not fit raise ClaimError, since then what the formula says is not so.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes import activations
from rnn_notes.checks import tree
from rnn_notes.checks.tree import ClaimError, FormulaError, Node, walk

STEP = 1e-30  # of the complex step
LARGEST = 100_000  # entries of a matrix
NOTHING = np.empty((0, 0))  # an empty sum: zero, of the shape that its place asks for
Function = Callable[[ndarray], ndarray]

ENTRYWISE: dict[str, Function] = {
    **{"sigma": activations.sigmoid, "tanh": activations.tanh, "relu": activations.relu, "exp": np.exp},
    **{"log": np.log, "ln": np.log, "sin": np.sin, "cos": np.cos, "sinh": np.sinh, "cosh": np.cosh},
}
OF_COLUMN: dict[str, Function] = {"softmax": lambda a: activations.softmax(a.T).T, "diag": lambda a: np.diag(a[:, 0])}
OF_MATRIX: dict[str, Function] = {
    "sigma_max": lambda a: np.array(np.linalg.norm(a, 2)),
    "rho": lambda a: np.array(np.max(np.abs(np.linalg.eigvals(a)))),
}
FUNCTIONS: dict[str, Function] = {**ENTRYWISE, **OF_COLUMN, **OF_MATRIX}


def fit(value: ndarray, node: Node, shape: tuple[int, ...]) -> ndarray:
    """The value of a node beside one of that shape: a printed number or an empty sum counts for each entry."""
    plain = tree.Number | tree.Negative | tree.Fraction | tree.Group | tree.Plus | tree.Times | tree.Power
    if value.size == 0:
        return np.zeros(shape if 0 not in shape else ())
    if value.ndim == 0 and shape[1:] == (1,) and all(isinstance(part, plain) for part in walk(node)):
        return np.broadcast_to(value, shape)
    return value


def add(values: list[ndarray], nodes: tuple[Node, ...]) -> ndarray:
    """The sum of the values of nodes."""
    shape = max((value.shape for value in values if value.size), key=len, default=())
    values = [fit(value, node, shape) for value, node in zip(values, nodes, strict=True)]
    if any(value.shape != shape for value in values):
        raise ClaimError(f"{shapes(values)} cannot be added")
    return np.sum(values, axis=0)


def multiply(values: list[ndarray]) -> ndarray:
    """The ordered product, from left to right."""
    if any(value.size == 0 for value in values):
        return NOTHING
    result = values[0]
    for value in values[1:]:
        if result.ndim == 0 or value.ndim == 0:
            result = result * value
        elif result.shape[1] == value.shape[0]:
            result = result @ value
            result = result if result.size > 1 else result[0, 0]
        else:
            raise ClaimError(f"{shapes([result, value])} cannot be multiplied")
    return np.array(result)


def multiply_entries(values: list[ndarray]) -> ndarray:
    """The product entry by entry, ⊙, of columns or matrices of one shape."""
    if len({value.shape for value in values}) > 1 or values[0].ndim == 0:
        raise ClaimError(f"{shapes(values)} cannot be multiplied entry by entry")
    return np.prod(values, axis=0)


def divide(above: ndarray, below: ndarray) -> ndarray:
    """A fraction, by a number."""
    if below.ndim:
        raise ClaimError(f"a number has to stand below a fraction, not {shapes([below])}")
    return above / below


def power(base: ndarray, exponent: ndarray) -> ndarray:
    """Of a number, of each entry of a column, or of a square matrix."""
    if exponent.ndim:
        raise ClaimError(f"an exponent has to be a number, not {shapes([exponent])}; write \\exp")
    if base.ndim == 0:
        return np.power(base, exponent)
    if exponent < 0 or exponent != np.round(exponent):
        raise ClaimError(f"{shapes([base])} to the power {exponent} has no meaning here")
    if base.shape[1] == 1:
        return base**exponent
    if base.shape[0] != base.shape[1]:
        raise ClaimError(f"{shapes([base])} has no power")
    return np.linalg.matrix_power(base, int(exponent))


def transpose(value: ndarray) -> ndarray:
    """Of a column or matrix."""
    if value.ndim == 0:
        raise ClaimError("a number has no transpose")
    return value.T


def norm(value: ndarray, kind: str | None) -> ndarray:
    """The 2-norm, or the Frobenius norm F."""
    if value.ndim == 0 or kind not in ("2", "F"):
        raise FormulaError("a norm is that of a column or matrix, with the index 2, F or none")
    return np.array(np.linalg.norm(value, 2 if kind == "2" else "fro"))


def blocks(rows: list[list[ndarray]]) -> ndarray:
    """The matrix of numbers, columns and matrices."""
    if sum(value.size for row in rows for value in row) > LARGEST:
        raise FormulaError("this matrix is too large")
    try:
        return np.block([[np.atleast_2d(value) for value in row] for row in rows])
    except ValueError as error:
        raise ClaimError(f"the blocks of this matrix do not fit together: {error}") from None


def entry(name: str, value: ndarray, place: list[int]) -> ndarray:
    """An entry of a column or matrix, counted from 1."""
    shape = value.shape[: len(place)]
    if any(not 1 <= k <= n for k, n in zip(place, shape, strict=True)):
        raise ClaimError(f"{name} has the shape {shape} and no entry {place}")
    return np.array(value[tuple(k - 1 for k in place)]).reshape(())


def apply(name: str, prime: bool, values: list[ndarray]) -> ndarray:
    """A function, or with a prime its derivative by the complex step."""
    if name in ("max", "min") and values and not prime:
        extreme: Any = np.max if name == "max" else np.min
        if len(values) > 1 and len({value.shape for value in values} - {()}) > 1:
            raise ClaimError(f"{name} does not take {shapes(values)}")
        return np.array(extreme(values[0]) if len(values) == 1 else extreme(np.broadcast_arrays(*values), axis=0))
    if name not in (ENTRYWISE if prime else FUNCTIONS) or len(values) != 1:
        known = ", ".join(sorted(ENTRYWISE if prime else {*FUNCTIONS, "max", "min"}))
        raise FormulaError(f"{name}{chr(39) * prime} of {len(values)} arguments is not known; known are {known}")
    (a,) = values
    if a.shape[1:] not in ([(), (1,)] if name in ENTRYWISE else [(1,)] if name in OF_COLUMN else [a.shape[1:2]]):
        raise ClaimError(f"{name} does not take {shapes([a])}")
    return np.imag(FUNCTIONS[name](a + 1j * STEP)) / STEP if prime else FUNCTIONS[name](a)


def shapes(values: list[ndarray]) -> str:
    """The shapes in words."""
    return " and ".join("a number" if value.ndim == 0 else f"the shape {value.shape}" for value in values)
