"""Activation functions, each with its derivative taken from the output.

A neuron computes a pre-activation ``a`` and passes on ``y = f(a)``.
Every derivative here is a function of ``y``, not of ``a``: the forward pass has stored ``y`` already,
so the backward pass needs no second evaluation of ``f``.

All functions take arrays of any shape, real or complex, and keep the shape and the dtype.
"""

import numpy as np
from numpy import ndarray


@np.errstate(over="ignore", under="ignore")  # far out e^(−a) becomes 0 or infinite, and σ(a) is 1 or 0
def sigmoid(a: ndarray) -> ndarray:
    """The logistic sigmoid σ(a) = 1 / (1 + e^(−a)), between 0 and 1.

    All its digits are right on both sides, down to the smallest normal number (2e-308 in double precision, at −708).
    """
    minus_a = np.multiply(a, -1.0)  # not −a, which is wrong for unsigned integers
    if minus_a.dtype.kind == "c":  # an infinite e^(−a) would have no phase, and end in NaN
        left = np.real(a) < 0
        e = np.exp(np.where(left, a, minus_a))
        return np.where(left, e, 1) / (1 + e)
    return np.reciprocal(1 + np.exp(minus_a))


def sigmoid_prime(y: ndarray) -> ndarray:
    """σ′ from the output y = σ(a): y (1 − y), at most 1/4; near y = 1 it loses digits, from a = 37 on it is 0."""
    return y * (1 - y)


def tanh(a: ndarray) -> ndarray:
    """The hyperbolic tangent, between −1 and 1; tanh(a) = 2 σ(2a) − 1."""
    return np.tanh(a)


def tanh_prime(y: ndarray) -> ndarray:
    """tanh′ from the output y = tanh(a): 1 − y², at most 1; near ±1 it loses digits, beyond |a| = 19 it is 0."""
    return 1 - y * y


def relu(a: ndarray) -> ndarray:
    """The rectified linear unit max(0, a); NaN stays NaN."""
    return np.where(np.real(a) <= 0, np.zeros_like(a), a)


def relu_prime(y: ndarray) -> ndarray:
    """relu′ from the output y = relu(a): 1 where y > 0, else 0 (also at the kink a = 0); NaN stays NaN."""
    return np.heaviside(np.real(y), 0).astype(np.asarray(y).dtype)


def softmax(a: ndarray) -> ndarray:
    """e^(a_k) / Σ_j e^(a_j) along the last axis: positive numbers that sum to 1.

    The largest entry is subtracted first, which changes nothing but keeps e^a finite.
    """
    with np.errstate(under="ignore"):  # e^a may become 0, which is right to rounding
        e = np.exp(a - np.max(np.real(a), axis=-1, keepdims=True, initial=-np.inf))
        return e / np.sum(e, axis=-1, keepdims=True)
