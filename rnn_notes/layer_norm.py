"""Layer normalisation (Ba, Kiros and Hinton 2016): a step's units get mean 0 and spread 1, then gain and bias."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.activations import tanh_prime
from rnn_notes.cells import arrays, require

EPSILON = 1e-5  # under the root, so that equal units are not divided by zero


@dataclass(frozen=True, eq=False)
class LayerNorm:
    """y = gain ⊙ (a − mean) / √(variance + ε) + bias, mean and variance being those of the H units of one step."""

    gain: ndarray  # (H,)
    bias: ndarray  # (H,)

    dtype = arrays.dtype_of("gain")

    def __post_init__(self) -> None:
        (H,) = require.weights("gain", self.gain, "(H)")
        require.parameters(self, gain=(H,), bias=(H,))

    @classmethod
    def init(cls, H: int, dtype: DTypeLike = np.float64) -> Self:
        """Gain 1, bias 0."""
        H = require.whole("H", H)
        return cls(np.ones(H, dtype), np.zeros(H, dtype))

    def forward(self, a: ArrayLike) -> ndarray:
        """From a (T, B, H) to y (T, B, H)."""
        a = require.array(self, "a", a, T=None, B=None, H=len(self.gain))
        return self.gain * _normal(a)[0] + self.bias

    def backward(self, a: ArrayLike, dy: ArrayLike) -> tuple[Self, ndarray]:
        """From dy (T, B, H) to the gradient with respect to the parameters (a LayerNorm) and to a.

        Moving all units alike changes nothing, and neither does stretching them: so da has mean 0, and, but for ε, no
        part along the normalised units.
        """
        a = require.array(self, "a", a, T=None, B=None, H=len(self.gain))
        dy = require.array(self, "dy", dy, T=len(a), B=a.shape[1], H=len(self.gain))
        normal, spread = _normal(a)
        da = _back(dy * self.gain, normal, spread)
        return type(self)((dy * normal).sum(axis=(0, 1)), dy.sum(axis=(0, 1))), da


@dataclass(frozen=True, eq=False)
class NormedRNNTrace:
    """What a forward pass leaves behind: all that the backward pass needs."""

    x: ndarray  # (T, B, D), the inputs; x[t - 1] is x_t
    h: ndarray  # (T + 1, B, H), the hidden states; h[0] is the initial state, h[t] is h_t
    a: ndarray  # (T, B, H), the pre-activations, before the norm

    last = arrays.last_of("h")


@dataclass(frozen=True, eq=False)
class NormedRNN:
    """A plain recurrent network with layer norm in it: h_t = tanh(norm(W_xh x_t + W_hh h_{t−1}))."""

    states: ClassVar = ("h",)
    gates: ClassVar = ()

    W_xh: ndarray  # (H, D), input to hidden
    W_hh: ndarray  # (H, H), hidden to hidden
    gain: ndarray  # (H,), of the norm
    bias: ndarray  # (H,), of the norm; another one before it would be taken out again, but for its spread

    dtype = arrays.dtype_of("W_xh")

    def __post_init__(self) -> None:
        H, D = require.weights("W_xh", self.W_xh, "(H, D)")
        require.parameters(self, W_xh=(H, D), W_hh=(H, H), gain=(H,), bias=(H,))

    @classmethod
    def init(cls, D: int, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        """Weights uniform in ±1/√(inputs of the neuron), gain 1, bias 0."""
        D, H = require.sizes(rng, D=D, H=H)
        norm = LayerNorm.init(H, dtype)
        return cls(arrays.uniform(rng, (H, D), dtype), arrays.uniform(rng, (H, H), dtype), norm.gain, norm.bias)

    @property
    def norm(self) -> LayerNorm:
        return LayerNorm(self.gain, self.bias)

    def forward(self, x: ArrayLike, h0: ArrayLike | None = None) -> NormedRNNTrace:
        """Run a sequence x (T, B, D) from the state h0 (B, H), zeros if missing."""
        x, h = arrays.start(self, x, h0=h0)
        a = x @ self.W_xh.T
        for t in range(len(x)):
            a[t] += h[t] @ self.W_hh.T
            h[t + 1] = np.tanh(self.gain * _normal(a[t])[0] + self.bias)
        return NormedRNNTrace(x.copy(), h, a)

    def backward(self, trace: NormedRNNTrace, dh: ArrayLike) -> tuple[Self, ndarray, ndarray]:
        """From dh (T, B, H) to the gradient with respect to the parameters (a NormedRNN), x (T, B, D) and h0 (B, H)."""
        (dh,) = arrays.start_back(self, trace, NormedRNNTrace, dh)
        dy, delta = tanh_prime(trace.h[1:]), np.empty_like(dh)  # the errors after the norm and before it
        normal, spread = _normal(trace.a)
        dh_next = np.zeros_like(trace.h[0])
        for t in reversed(range(len(dh))):
            dy[t] *= dh[t] + dh_next
            delta[t] = _back(dy[t] * self.gain, normal[t], spread[t])
            dh_next = delta[t] @ self.W_hh
        grads = type(self)(
            W_xh=arrays.weight_gradient(delta, trace.x),
            W_hh=arrays.weight_gradient(delta, trace.h[:-1]),
            gain=(dy * normal).sum(axis=(0, 1)),
            bias=dy.sum(axis=(0, 1)),
        )
        return grads, arrays.input_gradient(delta, self.W_xh), dh_next


def _normal(a: ndarray) -> tuple[ndarray, ndarray]:
    """The normalised units, and the spread that they were divided by."""
    centred = a - a.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + EPSILON)
    return centred / spread, spread


def _back(d: ndarray, normal: ndarray, spread: ndarray) -> ndarray:
    """From the gradient with respect to the normalised units to that with respect to the units."""
    return (d - d.mean(axis=-1, keepdims=True) - normal * (d * normal).mean(axis=-1, keepdims=True)) / spread
