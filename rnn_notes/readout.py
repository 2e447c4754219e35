"""The output layer y = W_hy h + b_y, and the two losses that compare y with a target.

A loss is summed over time steps and outputs and averaged over the batch: L = (1/B) Σ_b Σ_t ℓ(y_t, target_t).
Each loss returns its value and its gradient ``dy``, of the shape of ``y``.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.cells import arrays, require


@dataclass(frozen=True, eq=False)
class Readout:
    """A linear layer from H hidden units to O outputs, the same at every time step."""

    W_hy: ndarray  # (O, H), hidden to output
    b_y: ndarray  # (O,), bias

    dtype = arrays.dtype_of("W_hy")

    def __post_init__(self) -> None:
        O, H = require.weights("W_hy", self.W_hy, "(O, H)")
        require.parameters(self, W_hy=(O, H), b_y=(O,))

    @classmethod
    def init(cls, H: int, O: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        """Weights uniform in ±1/√H; bias zero."""
        H, O = require.sizes(rng, H=H, O=O)
        return cls(arrays.uniform(rng, (O, H), dtype), np.zeros(O, dtype))

    def forward(self, h: ArrayLike) -> ndarray:
        """Hidden states h (T, B, H), without h_0, to outputs y (T, B, O)."""
        h = require.array(self, "h", h, T=None, B=None, H=self.W_hy.shape[1])
        return arrays.project(self.W_hy, h, self.b_y)  # all steps in one product

    def backward(self, h: ArrayLike, dy: ArrayLike) -> tuple[Self, ndarray]:
        """From dy (T, B, O) to the gradient with respect to the parameters (a Readout) and to h (T, B, H)."""
        O, H = self.W_hy.shape
        h = require.array(self, "h", h, T=None, B=None, H=H)
        dy = require.array(self, "dy", dy, T=len(h), B=h.shape[1], O=O)
        grads = type(self)(W_hy=arrays.weight_gradient(dy, h), b_y=dy.sum(axis=(0, 1)))
        return grads, arrays.input_gradient(dy, self.W_hy)


def squared_error(y: ArrayLike, target: ArrayLike) -> tuple[ndarray, ndarray]:
    """½ (y − target)², summed over steps and outputs, averaged over the batch; y and target are (T, B, O).

    The squares are plain squares, not |·|², so that the complex step can differentiate through them.
    Raises ValueError if y or target has another shape, or is not finite.
    """
    y, target = _outputs(y), require.numbers("target", target)
    if target.shape != y.shape:
        way_out = f"pass target of shape {y.shape}"
        if target.shape == y.shape[1:]:
            way_out += ", or for a loss at the last step alone y[-1:] and target[None]"
        raise ValueError(f"target has shape {target.shape} but y has shape {y.shape}; {way_out}")
    B = y.shape[1]
    with np.errstate(under="ignore"):  # the square of a tiny number may become 0, which is right to rounding
        loss = 0.5 * np.sum((y - target) ** 2) / B
    if not np.isfinite(loss):
        require.all_finite(y=y, target=target)
    return loss, (y - target) / B


def cross_entropy(y: ArrayLike, target: ArrayLike) -> tuple[ndarray, ndarray]:
    """−log softmax(y)[target], summed over steps, averaged over the batch.

    y is (T, B, O), one score a class; target is (T, B), whole numbers from 0 to O − 1.
    Raises ValueError if y or target has another shape, y is not finite, or target has no such numbers.
    """
    y, target = _outputs(y), require.numbers("target", target)
    T, B, O = y.shape
    if target.shape != (T, B) or target.dtype.kind not in "iu":
        way_out = "target.argmax(axis=-1)" if target.shape == y.shape else "whole numbers such as target.astype(int)"
        raise ValueError(
            f"target is {target.dtype} of shape {target.shape} but class numbers of shape {(T, B)} are expected; "
            f"pass {way_out}"
        )
    if target.min() < 0 or target.max() >= O:
        raise ValueError(f"target holds {target.min()} to {target.max()} but y has {O} classes; pass 0 to {O - 1}")
    row, target = np.arange(T * B), target.ravel()
    with np.errstate(under="ignore"):  # a power of e may become 0, which is right to rounding
        shifted = (y - np.max(np.real(y), axis=-1, keepdims=True)).reshape(T * B, O)  # so that none overflows
        e = np.exp(shifted)
        total = e.sum(axis=-1)
        loss = np.sum(np.log(total) - shifted[row, target]) / B
        if not np.isfinite(loss):
            require.all_finite(y=y)
        dy = e / total[:, None]  # softmax(y) …
        dy[row, target] -= 1  # … minus one-hot
        return loss, dy.reshape(T, B, O) / B


def _outputs(y: ArrayLike) -> ndarray:
    """What a readout has returned, (T, B, O)."""
    y = require.numbers("y", y)
    if y.ndim != 3 or y.size == 0:
        way_out = "y[None] for a single time step, y[:, None] for a single sequence" if y.ndim == 2 else "such an array"
        raise ValueError(f"y has shape {y.shape} but (T, B, O) is expected, no size zero; pass {way_out}, target alike")
    return y
