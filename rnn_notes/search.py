"""What to write, when each step says how probable each next token is: greedy, beam and exhaustive search.

A step is ``step(state, token) -> (state, log_p)``, with log_p (V,). A text is a list of tokens that ends in ``end`` or
has ``longest`` tokens; its score is the sum of their log-probabilities. Greedy search takes the most probable token at
each step, which need not lead to the most probable text; beam search keeps the best ``width`` beginnings (Lowerre 1976;
Graves 2012); exhaustive search looks at all V^longest of them, and is there to hold the others against.
"""

from collections.abc import Callable
from typing import Any

from numpy import ndarray

Step = Callable[[Any, int], tuple[Any, ndarray]]
Text = tuple[list[int], float]


def greedy(step: Step, state: Any, begin: int, end: int, longest: int) -> Text:
    """The most probable token at each step."""
    return beam(step, state, begin, end, longest, width=1)


def beam(step: Step, state: Any, begin: int, end: int, longest: int, width: int) -> Text:
    """The best text among those whose beginnings were all among the best ``width``."""
    if longest < 1 or width < 1:
        raise ValueError(f"longest is {longest} and width is {width} but at least 1 is expected; pass width=4")
    finished: list[Text] = []
    open_texts: list[tuple[list[int], float, Any]] = [([], 0.0, state)]
    for _ in range(longest):
        following = []
        for tokens, score, before in open_texts:
            after, log_p = step(before, tokens[-1] if tokens else begin)
            following += [([*tokens, k], score + float(p), after) for k, p in enumerate(log_p)]
        following.sort(key=lambda text: -text[1])
        finished += [(tokens, score) for tokens, score, _ in following[:width] if tokens[-1] == end]
        open_texts = [text for text in following[:width] if text[0][-1] != end]
    finished += [(tokens, score) for tokens, score, _ in open_texts]  # cut off
    return max(finished, key=lambda text: text[1])


def exhaustive(step: Step, state: Any, begin: int, end: int, longest: int) -> Text:
    """The most probable text of all."""

    def best(tokens: list[int], score: float, state: Any) -> Text:
        if len(tokens) == longest or tokens[-1:] == [end]:
            return tokens, score
        after, log_p = step(state, tokens[-1] if tokens else begin)
        texts = (best([*tokens, k], score + float(p), after) for k, p in enumerate(log_p))
        return max(texts, key=lambda text: text[1])

    return best([], 0.0, state)
