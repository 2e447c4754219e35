"""What a hidden unit says: a property of the text so far, and how well one unit, or a baseline, tells it."""

from collections import defaultdict

import numpy as np
from numpy import ndarray


def in_quotes(text: str) -> ndarray:
    """Whether each character is between quotation marks, the first of which counts and the second does not, (n,).

    An empty line ends a quotation: a speech that continues in the next paragraph opens it again.
    """
    found, inside = np.zeros(len(text), bool), False
    for at, character in enumerate(text):
        if character == '"':
            inside = not inside
        elif text[at - 1 : at + 1] == "\n\n":
            inside = False
        found[at] = inside
    return found


def in_names(text: str) -> ndarray:
    """Whether each character is in a word that begins with a capital letter, (n,)."""
    found, capital = np.zeros(len(text), bool), False
    for at, letters in enumerate(letters_read(text)):
        capital = capital and letters > 1 if letters != 1 else text[at].isupper()
        found[at] = capital
    return found


def letters_read(text: str) -> ndarray:
    """How many letters of its word have been read with each character, (n,): 0 if it is not a letter."""
    found, letters = np.zeros(len(text), int), 0
    for at, character in enumerate(text):
        letters = letters + 1 if character.isalpha() else 0
        found[at] = letters
    return found


def columns(text: str) -> ndarray:
    """The place of each character in its line, (n,): 1 for the first, and 0 for the end of the line before."""
    found, column = np.zeros(len(text), int), 0
    for at, character in enumerate(text):
        column = 0 if character == "\n" else column + 1
        found[at] = column
    return found


def balanced(told: ndarray, true: ndarray) -> float:
    """The balanced accuracy of answers (n,): the mean of the shares of right ones, where yes is true and where no is.

    Always giving the same answer scores a half. One of the two kinds may be missing; then the other counts alone.
    """
    shares = [np.mean(told[true == kind] == kind) for kind in (True, False) if (true == kind).any()]
    return float(np.mean(shares))


def threshold(h: ndarray, true: ndarray) -> tuple[float, int]:
    """The threshold of one unit's values h (n,), and the side, that tell what is true (n,) best, both kinds alike.

    The side is 1 if the answer is yes above the threshold, and −1 if it is below.
    """
    order = np.argsort(h)
    yes = true[order]
    gain = np.cumsum(np.where(yes, -1 / yes.sum(), 1 / (~yes).sum()))  # of saying no up to here, and yes behind
    best, worst = int(gain.argmax()), int(gain.argmin())
    k, side = (best, 1) if gain[best] >= -gain[worst] else (worst, -1)
    return float(np.mean(h[order[k : k + 2]])), side


def told(h: ndarray, cut: tuple[float, int]) -> ndarray:
    """What a unit says, (n,), by a threshold and its side."""
    value, side = cut
    return (h - value) * side > 0


class Lookup:
    """The baseline: how often something is true after the same last few characters, counted in a training text."""

    def __init__(self, text: str, values: ndarray, counts: ndarray, length: int) -> None:
        """Of the values (n,) those count at which ``counts`` (n,) is true."""
        self.length, self.mean = length, float(values[counts].mean())
        found: dict[str, list[float]] = defaultdict(list)
        for at in np.flatnonzero(counts).tolist():
            found[text[max(0, at + 1 - length) : at + 1]].append(values[at])
        self.found = {context: float(np.mean(of)) for context, of in found.items()}

    def of(self, text: str) -> ndarray:
        """The value at each character, (n,); the mean of all where the last few were never seen."""
        contexts = (text[max(0, at + 1 - self.length) : at + 1] for at in range(len(text)))
        return np.array([self.found.get(context, self.mean) for context in contexts])
