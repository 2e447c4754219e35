"""What ≈ allows: the right side is a printed number, and the left side rounds to it."""

import numpy as np
from numpy import ndarray

from rnn_notes.checks import tree
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.tree import Node, Number

RELATIVE = 0.1  # ≈ is for numbers of one size


def allowed(relation: tree.Relation, printed: ndarray, within: float | None) -> ndarray:
    """By how much each entry may be off. Raises FormulaError if the right side is not a printed number of some size."""
    units = _half_units(relation.right)
    if units is None:
        raise FormulaError("≈ needs printed numbers on its right side").placed(relation.right)
    sizes = np.abs(printed)
    largest = float(np.max(sizes))
    if largest == 0:
        raise FormulaError("≈ 0 says nothing, since nothing is of the size of 0; write < and a bound")
    least = float(np.min(sizes))
    if within is not None and within > RELATIVE * least:
        raise FormulaError(f"'within {within:g}' is more than a tenth of {least:g}, the number that is printed")
    return np.minimum(units if within is None else within, RELATIVE * largest)


def half_unit(node: Node) -> float | None:
    """Half a unit of the last digit of a printed number, so 0.0005 for −0.273; None if it is not a printed number."""
    match node:
        case Number(text):
            return 0.5 * 10.0 ** -len(text.partition(".")[2])
        case tree.Negative(body) | tree.Brackets(body):
            return half_unit(body)
        case tree.Times((Number() as mantissa, tree.Power(Number("10"), exponent))):
            sign, places = (-1, exponent.body) if isinstance(exponent, tree.Negative) else (1, exponent)
            if isinstance(places, Number) and places.text.isdigit():
                return (half_unit(mantissa) or 0.0) * 10.0 ** (sign * int(places.text))
    return None


def _half_units(node: Node) -> ndarray | None:
    """Half a unit in the last printed digit of a number, matrix or sum.

    In a sum, the terms with most digits count; whole numbers are exact there.
    """
    match node:
        case tree.Negative(body) | tree.Brackets(body):
            return _half_units(body)
        case tree.Matrix(rows):
            units = [half_unit(cell) for row in rows for cell in row]
            return None if None in units else np.array(units, float).reshape(len(rows), -1)
        case tree.Plus(terms):
            stack = [_half_units(term) for term in terms]
            if any(units is None for units in stack):
                return None
            each = np.array(stack, float)
            least = each.min(axis=0)
            return np.where(least < 0.5, np.sum(each, axis=0, where=each == least), least)
    unit = half_unit(node)
    return None if unit is None else np.array(unit)
