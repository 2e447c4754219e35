"""Layer normalisation (Ba, Kiros and Hinton 2016): a step's units get mean 0 and spread 1, then gain and bias."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.cells import door

EPSILON = 1e-5  # under the root, so that equal units are not divided by zero


@dataclass(frozen=True, eq=False)
class LayerNorm:
    """y = gain ⊙ (a − mean) / √(variance + ε) + bias, mean and variance being those of the H units of one step."""

    gain: ndarray  # (H,)
    bias: ndarray  # (H,)

    def __post_init__(self) -> None:
        (H,) = door.weights("gain", self.gain, "(H)")
        door.parameters(self, gain=(H,), bias=(H,))

    @classmethod
    def init(cls, H: int, dtype: DTypeLike = np.float64) -> Self:
        """Gain 1, bias 0."""
        return cls(np.ones(H, dtype), np.zeros(H, dtype))

    @property
    def dtype(self) -> np.dtype:
        return self.gain.dtype

    def forward(self, a: ArrayLike) -> ndarray:
        """From a (T, B, H) to y (T, B, H)."""
        a = door.array(self, "a", a, T=None, B=None, H=len(self.gain))
        return self.gain * _normal(a)[0] + self.bias

    def backward(self, a: ArrayLike, dy: ArrayLike) -> tuple[Self, ndarray]:
        """From dy (T, B, H) to the gradient with respect to the parameters (a LayerNorm) and to a.

        Moving all units alike changes nothing, and neither does stretching them: so da has mean 0, and, but for ε, no
        part along the normalised units.
        """
        a = door.array(self, "a", a, T=None, B=None, H=len(self.gain))
        dy = door.array(self, "dy", dy, T=len(a), B=a.shape[1], H=len(self.gain))
        normal, spread = _normal(a)
        d = dy * self.gain
        da = (d - d.mean(axis=-1, keepdims=True) - normal * (d * normal).mean(axis=-1, keepdims=True)) / spread
        return type(self)((dy * normal).sum(axis=(0, 1)), dy.sum(axis=(0, 1))), da


def _normal(a: ndarray) -> tuple[ndarray, ndarray]:
    """The normalised units, and the spread that they were divided by."""
    centred = a - a.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + EPSILON)
    return centred / spread, spread
