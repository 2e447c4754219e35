"""Dropout (Srivastava et al. 2014): in training, each number is set to zero with a certain probability.

The others are divided by the probability of staying, so that the mean stays what it was and nothing has to change when
the training is over. The derivative of a product with a mask is the product with the same mask.
"""

import numpy as np
from numpy import ndarray
from numpy.typing import DTypeLike


def mask(rng: np.random.Generator, shape: tuple[int, ...], rate: float, dtype: DTypeLike = np.float64) -> ndarray:
    """An array of 0, with probability ``rate``, and 1 / (1 − rate).

    Of shape (T, B, H) it drops anew at each step; of shape (1, B, H) it drops the same units at all steps (Gal and
    Ghahramani 2016). Raises ValueError if the rate is not from 0 to below 1.
    """
    if not 0 <= rate < 1:
        raise ValueError(f"rate is {rate} but a probability from 0 to below 1 is expected; pass rate=0.5")
    return ((rng.random(shape) >= rate) / (1 - rate)).astype(dtype)
