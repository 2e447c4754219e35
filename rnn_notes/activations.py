"""Activation functions, each with its derivative taken from the output.

A neuron computes a pre-activation ``a`` and passes on ``y = f(a)``.
Every derivative here is a function of ``y``, not of ``a``: the forward pass has stored ``y`` already,
so the backward pass needs no second evaluation of ``f``.

All functions take arrays of any shape, real or complex, and keep the shape and the dtype.
"""

import numpy as np
from numpy import ndarray


def sigmoid(a: ndarray) -> ndarray:
    """The logistic sigmoid σ(a) = 1 / (1 + e^(−a)), between 0 and 1.

    Computed as (1 + tanh(a/2)) / 2, which is the same function and never overflows.
    """
    return 0.5 + 0.5 * np.tanh(0.5 * a)


def sigmoid_prime(y: ndarray) -> ndarray:
    """σ′ from the output y = σ(a): y (1 − y), at most 1/4."""
    return y * (1 - y)


def tanh(a: ndarray) -> ndarray:
    """The hyperbolic tangent, between −1 and 1; tanh(a) = 2 σ(2a) − 1."""
    return np.tanh(a)


def tanh_prime(y: ndarray) -> ndarray:
    """tanh′ from the output y = tanh(a): 1 − y², at most 1."""
    return 1 - y * y


def relu(a: ndarray) -> ndarray:
    """The rectified linear unit max(0, a)."""
    return np.where(np.real(a) > 0, a, np.zeros_like(a))


def relu_prime(y: ndarray) -> ndarray:
    """relu′ from the output y = relu(a): 1 where y > 0, else 0 (also at the kink a = 0)."""
    return np.where(np.real(y) > 0, np.ones_like(y), np.zeros_like(y))


def softmax(a: ndarray) -> ndarray:
    """e^(a_k) / Σ_j e^(a_j) along the last axis: positive numbers that sum to 1.

    The largest entry is subtracted first, which changes nothing but keeps e^a finite.
    """
    e = np.exp(a - np.max(np.real(a), axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def softmax_jacobian(y: ndarray) -> ndarray:
    """∂y/∂a from the output y = softmax(a): diag(y) − y yᵀ, of shape (…, n, n) for y of shape (…, n)."""
    return y[..., :, None] * (np.eye(y.shape[-1], dtype=y.dtype) - y[..., None, :])
