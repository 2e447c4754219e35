"""The baseline of every text model: predict the next character by counting what followed the last few."""

from collections import defaultdict

import numpy as np
from numpy import ndarray


class NGrams:
    """The next character from the n − 1 before it, by counts: n = 1 is the unigram, n = 2 the bigram.

    Counts of longer contexts are mixed with those of shorter ones (Witten and Bell 1991): a context that was seen
    ``total`` times, with ``kinds`` different followers, leaves the part kinds / (total + kinds) to the shorter one.
    """

    def __init__(self, text: ndarray, n: int, V: int) -> None:
        """Count in text (a 1-d array of numbers below V, the size of the alphabet)."""
        self.n, self.V = n, V
        self.counts: dict[tuple[int, ...], ndarray] = defaultdict(lambda: np.zeros(V))
        characters = text.tolist()
        for length in range(n):
            for at in range(length, len(characters)):
                self.counts[tuple(characters[at - length : at])][characters[at]] += 1

    def after(self, before: ndarray) -> ndarray:
        """The probability of each character, (V,), after the characters before, of which n − 1 matter."""
        p = np.full(self.V, 1 / self.V)
        for length in range(min(self.n, len(before) + 1)):
            followers = self.counts.get(tuple(before[len(before) - length :].tolist()))
            if followers is not None:
                kinds = np.count_nonzero(followers)
                p = (followers + kinds * p) / (followers.sum() + kinds)
        return p

    def perplexity(self, text: ndarray) -> float:
        """e to the mean of −log p over the characters of a text: 1 if it is certain of each, V if it only guesses."""
        p = [self.after(text[max(0, at - self.n + 1) : at])[character] for at, character in enumerate(text)]
        return float(np.exp(-np.mean(np.log(p))))
