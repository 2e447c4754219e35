"""Whether the two sides of a relation agree: entry by entry, to the rounding of what was added up."""

from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from rnn_notes.checks import tree
from rnn_notes.checks.arrays import fit, shape
from rnn_notes.checks.errors import ClaimError, FormulaError
from rnn_notes.checks.rounding import allowed
from rnn_notes.checks.tape import UNIT

LEAST, ROUNDINGS = 4 * UNIT, 8  # a side may be off by this share of itself, and this many times as far as its twins
DECIDED = 1e-9  # rounding must stay below this, in itself and relative to the sides: else nothing could be told apart


@dataclass(frozen=True)
class Sides:
    """Both sides, (N,) or (N, rows, columns): axis 0 counts networks, or one and its twins."""

    left: ndarray
    right: ndarray

    @classmethod
    def of(cls, claim: tree.Relation, a: ndarray, b: ndarray) -> "Sides":
        """The values of both sides of a relation; raises ClaimError if their shapes differ."""
        a, b = fit(a, claim.left, shape(b)), fit(b, claim.right, shape(a))
        if claim.operator == "=" and claim.right == tree.Number("0"):
            b = np.zeros(shape(a))  # beside a matrix, too, where a number is else none of its entries
        if shape(a) != shape(b):
            raise ClaimError(f"left is of shape {shape(a)} and right of shape {shape(b)}")
        a, b = (v if v.ndim in (1, 3) else v[None] for v in np.broadcast_arrays(a, b))
        return cls(a, b)

    def excess(self, sign: str) -> ndarray:
        """By how much an inequality is violated, relative to its sides: one number a network, the worst entry.

        ≠ is violated by 0 where all entries are equal, and else by less.
        """
        over = self.left - self.right if sign in ("<", "le") else self.right - self.left
        size = np.abs(self.left) + np.abs(self.right)
        relative = np.where(over == 0, 0, over / np.where(size > 0, size, 1))
        if sign == "ne":
            return np.where(np.isfinite(relative), -np.abs(relative), -np.inf).reshape(len(relative), -1).min(axis=1)
        return np.where(np.isfinite(relative), relative, -np.inf).reshape(len(relative), -1).max(axis=1)

    def slack(self) -> ndarray:
        """By how much the sides of the first network may differ, entry by entry, from rounding."""
        off = [np.sqrt(np.mean((v[1:] - v[0]) ** 2, axis=0)) if len(v) > 1 else 0.0 for v in (self.left, self.right)]
        return ROUNDINGS * (off[0] + off[1]) + LEAST * (np.abs(self.left[0]) + np.abs(self.right[0]))

    def show(self) -> str:
        """The sides of the first network, for the evidence."""
        difference = np.max(np.abs(self.left[0] - self.right[0]))
        left, right = show(self.left[0]), show(self.right[0])
        if left == right:  # to so few digits
            left, right = show(self.left[0], 16), show(self.right[0], 16)
        return f"left  {left}\nright {right}\nlargest difference {difference:.2g}"


def compare(claim: tree.Relation, sides: Sides, within: float | None = None) -> float | None:
    """The largest difference of the two sides of =, None for another sign; raises ClaimError if it does not hold."""
    a, b, slack = sides.left[0], sides.right[0], sides.slack()
    difference = np.abs(a - b)
    if not np.isfinite(difference).all():
        raise ClaimError(f"not finite\n{sides.show()}")
    match claim.operator:
        case "=":
            holds = difference <= slack
        case "approx":
            holds = difference <= slack + allowed(claim, b, within)
        case "ne":
            holds = np.array(np.any(difference > slack))
        case "<" | ">":  # strictly, by more than rounding
            holds = (b - a if claim.operator == "<" else a - b) > slack
        case _:
            holds = (b - a if claim.operator == "le" else a - b) >= -slack
    if not np.all(holds):
        raise ClaimError(sides.show())
    lost = (claim.operator != "ne") & (slack > DECIDED) & (slack > DECIDED * (np.abs(a) + np.abs(b)))
    if np.any(lost):
        raise FormulaError(
            f"this cannot be decided: what is added up here is so large that rounding alone is {np.max(slack):.0e}"
        )
    return float(np.max(difference)) if claim.operator == "=" else None


def show(value: ndarray, digits: int = 4) -> str:
    """A number, a column as a line, a matrix as rows; to four digits, a number to six."""
    if value.ndim == 0:
        return f"{value:.{6 if digits == 4 else digits}g}"
    numbers = value[:, 0] if value.shape[1] == 1 else value
    text = np.array2string(numbers, precision=digits, suppress_small=digits == 4)
    return text.replace("\n", "\n      ") + ("ᵀ" if value.shape[1] == 1 else "")
