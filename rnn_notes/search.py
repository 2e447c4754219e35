"""What to write, when each step says how probable each next token is: greedy, beam and exhaustive search.

A step is ``step(state, token) -> (state, log_p)``, with log_p (V,). A text is a list of tokens that ends in ``end`` or
has ``longest`` tokens; its score is the sum of their log-probabilities. Greedy search takes the most probable token at
each step, which need not lead to the most probable text; beam search keeps the best ``width`` beginnings (Lowerre 1976;
Graves 2012); exhaustive search looks at all V^longest of them, and is there to judge the others by.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.cells import require

Step = Callable[[Any, int], tuple[Any, ndarray]]
Text = tuple[list[int], float]


def greedy(step: Step, state: Any, begin: int, end: int, longest: int) -> Text:
    """The most probable token at each step."""
    return beam(step, state, begin, end, longest, width=1)


def beam(step: Step, state: Any, begin: int, end: int, longest: int, width: int) -> Text:
    """The best text among those whose beginnings were all among the best ``width``."""
    longest, width = require.whole("longest", longest), require.whole("width", width)
    finished: list[Text] = []
    open_texts: list[tuple[list[int], float, Any]] = [([], 0.0, state)]
    for _ in range(longest):
        following = []
        for tokens, score, before in open_texts:
            after, log_p = _checked(step(before, tokens[-1] if tokens else begin))
            following += [([*tokens, k], score + float(p), after) for k, p in enumerate(log_p)]
        following.sort(key=lambda text: -text[1])
        finished += [(tokens, score) for tokens, score, _ in following[:width] if tokens[-1] == end]
        open_texts = [text for text in following[:width] if text[0][-1] != end]
    finished += [(tokens, score) for tokens, score, _ in open_texts]  # cut off
    return max(finished, key=lambda text: text[1])


def exhaustive(step: Step, state: Any, begin: int, end: int, longest: int) -> Text:
    """The most probable text of all."""
    longest = require.whole("longest", longest)

    def best(tokens: list[int], score: float, state: Any) -> Text:
        if len(tokens) == longest or tokens[-1:] == [end]:
            return tokens, score
        after, log_p = _checked(step(state, tokens[-1] if tokens else begin))
        texts = (best([*tokens, k], score + float(p), after) for k, p in enumerate(log_p))
        return max(texts, key=lambda text: text[1])

    return best([], 0.0, state)


def _checked(result: tuple[Any, ndarray]) -> tuple[Any, ndarray]:
    """What a step has returned. Raises ValueError if it is not one log-probability a token."""
    after, log_p = result
    if np.ndim(log_p) != 1 or not len(log_p) or not np.all(np.asarray(log_p) <= 1e-6):  # rounding may lift a sure one
        raise ValueError(
            f"step returned log_p {log_p!r:.60} but (V,) numbers of at most 0 are expected; "
            f"pass np.log of probabilities, [0] of a batch"
        )
    return after, log_p
