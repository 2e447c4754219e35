"""Numbers to 40 digits, and matrices as lists of rows: plain loops, no NumPy."""

from collections.abc import Callable

from mpmath import mp, mpf

mp.dps = 40
Rows = list[list[mpf]]
Value = mpf | Rows  # a number, or a matrix; a column is a matrix of one column


class MeaninglessError(ValueError):
    """Shapes that do not fit, a step that does not exist, a value that is not real: what is said is not so."""


def is_number(value: Value) -> bool:
    return not isinstance(value, list)


def shape(value: Value) -> tuple[int, ...]:
    """() of a number, else rows and columns."""
    return () if is_number(value) else (len(value), len(value[0]))


def entrywise(f: Callable[..., mpf], *values: Value) -> Value:
    """f of numbers, or entry by entry of matrices of one shape."""
    if len({shape(value) for value in values}) > 1:
        raise MeaninglessError(f"shapes {[shape(value) for value in values]}")
    if is_number(values[0]):
        return f(*values)
    return [[f(*entries) for entries in zip(*rows, strict=True)] for rows in zip(*values, strict=True)]


def plus(*values: Value) -> Value:
    return entrywise(lambda *entries: mp.fsum(entries), *values)


def times(*values: Value) -> Value:
    return entrywise(lambda *entries: mp.fprod(entries), *values)


def product(a: Value, b: Value) -> Value:
    """The matrix product; a number multiplies everything; one row by one column is a number."""
    if is_number(a) or is_number(b):
        number, other = (a, b) if is_number(a) else (b, a)
        return entrywise(lambda entry: number * entry, other)
    if shape(a)[1] != shape(b)[0]:
        raise MeaninglessError(f"{shape(a)} times {shape(b)}")
    columns = transposed(b)
    rows = [[mp.fdot(row, column) for column in columns] for row in a]
    return rows[0][0] if shape(rows) == (1, 1) else rows


def transposed(a: Rows) -> Rows:
    return [list(column) for column in zip(*a, strict=True)]


def identity(n: int) -> Rows:
    return [[mpf(i == j) for j in range(n)] for i in range(n)]


def sigma_max(a: Rows) -> mpf:
    """The largest singular value."""
    if is_number(a):
        raise MeaninglessError("the norm of a number")
    rows, columns = shape(a)
    if 1 in (rows, columns):
        return frobenius(a)
    return mp.sqrt(max(mp.eigsy(mp.matrix(product_rows(transposed(a), a)), eigvals_only=True)))


def product_rows(a: Rows, b: Rows) -> Rows:
    """The matrix product as rows, also of one entry."""
    result = product(a, b)
    return [[result]] if is_number(result) else result


def frobenius(a: Rows) -> mpf:
    return mp.sqrt(sum(entry**2 for row in a for entry in row))


def radius(a: Rows) -> mpf:
    """The spectral radius."""
    if len(shape(a)) != 2 or shape(a)[0] != shape(a)[1]:
        raise MeaninglessError("eigenvalues of what is not square")
    return max(abs(value) for value in mp.eig(mp.matrix(a), left=False, right=False))


def sigmoid(x: mpf) -> mpf:
    return 1 / (1 + mp.exp(-x))


def shares(a: list[mpf]) -> Rows:
    """The softmax of numbers, as a column."""
    weights = [mp.exp(one) for one in a]
    return [[w / mp.fsum(weights)] for w in weights]


FUNCTIONS: dict[str, Callable[[mpf], mpf]] = {
    "sigma": sigmoid,
    "tanh": mp.tanh,
    "exp": mp.exp,
    "ln": mp.log,
    "log": mp.log,
    "sin": mp.sin,
    "cos": mp.cos,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "relu": lambda x: max(x, mpf(0)),
}
