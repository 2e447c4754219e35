"""How the processor computes: another one takes other steps to a product or a tanh, and ends in other last digits."""

import hashlib
from functools import cache

import numpy as np

SIZES = ((64, 65, 66), (33, 5, 7), (3, 200, 1), (1, 4, 4))  # of products for which libraries have ways of their own


@cache
def arithmetic() -> str:
    """The same text where the same program computes the same numbers to the last digit.

    Neither the name of a processor nor the versions of libraries tell that: they choose among their programs at run
    time, by what the processor can do, and settings such as OPENBLAS_CORETYPE change the choice.
    """
    total = hashlib.sha256()
    for dtype in (np.float64, np.float32):
        numbers: np.ndarray = (np.arange(5000) * 0.377 % 2 - 1).astype(dtype)
        factors = [(numbers[: n * k].reshape(n, k), numbers[-k * m :].reshape(k, m)) for n, k, m in SIZES]
        results = [left @ right for left, right in factors]
        results += [function(numbers) for function in (np.tanh, np.exp, np.cos, np.sum)]
        total.update(b"".join(result.tobytes() for result in results))
    return total.hexdigest()
