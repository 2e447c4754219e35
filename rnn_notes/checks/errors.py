"""Why a formula gets no tick: it is not understood, or it does not hold."""

from collections.abc import Iterable
from typing import Self

from rnn_notes.checks.tree import Node


class CheckError(ValueError):
    """Why a formula gets no tick; ``at`` is the offset of the fault in the LaTeX, None if it is not known yet."""

    def __init__(self, message: str, at: int | None = None) -> None:
        super().__init__(message)
        self.at = at

    def placed(self, node: Node) -> Self:
        """The error itself, at the node if it has no place of its own."""
        self.at = node.span[0] if self.at is None else self.at
        return self


class FormulaError(CheckError):
    """A formula that is not understood, or that could be read in two ways; the message says what to write."""


class ClaimError(CheckError):
    """A formula that is understood and does not hold; the message is the evidence."""


class NoProofError(CheckError):
    """A formula that is understood, but neither proved nor refuted; more time might change that if ``timeout``."""

    timeout = False


class OpenBoundsError(Exception):
    """A sum goes to n: ``letters`` are those that need values, since no closed form is known."""

    def __init__(self, letters: Iterable[str]) -> None:
        self.letters = set(letters)
