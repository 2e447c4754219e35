"""The plain recurrent network (Elman 1990): h_t = tanh(W_xh x_t + W_hh h_{t−1} + b_h)."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.activations import tanh_prime
from rnn_notes.cells import arrays, require


@dataclass(frozen=True, eq=False)
class RNNTrace:
    """What a forward pass leaves behind: all that the backward pass needs."""

    x: ndarray  # (T, B, D), the inputs; x[t - 1] is x_t
    h: ndarray  # (T + 1, B, H), the hidden states; h[0] is the initial state, h[t] is h_t

    last = arrays.last_of("h")


@dataclass(frozen=True, eq=False)
class RNN:
    """A layer of H hidden units that sees the input x_t and its own state one step before."""

    states: ClassVar = ("h",)  # by name, in the order in which all methods take and return them
    gates: ClassVar = ()

    W_xh: ndarray  # (H, D), input to hidden
    W_hh: ndarray  # (H, H), hidden to hidden
    b_h: ndarray  # (H,), bias

    dtype = arrays.dtype_of("W_xh")

    def __post_init__(self) -> None:
        H, D = require.weights("W_xh", self.W_xh, "(H, D)")
        require.parameters(self, W_xh=(H, D), W_hh=(H, H), b_h=(H,))

    @classmethod
    def init(cls, D: int, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        """Weights uniform in ±1/√(inputs of the neuron), so that pre-activations start below about one; bias zero."""
        D, H = require.sizes(rng, D=D, H=H)
        return cls(arrays.uniform(rng, (H, D), dtype), arrays.uniform(rng, (H, H), dtype), np.zeros(H, dtype))

    def step(self, x_t: ArrayLike, h: ArrayLike) -> ndarray:
        """One time step: x_t (B, D) and the state before, h (B, H), give the state after, (B, H)."""
        x_t, h = arrays.now(self, x_t, h=h)
        return np.tanh(x_t @ self.W_xh.T + h @ self.W_hh.T + self.b_h)

    def forward(self, x: ArrayLike, h0: ArrayLike | None = None) -> RNNTrace:
        """Run a sequence x (T, B, D) from the state h0 (B, H), zeros if missing.

        Raises ValueError if x or h0 has the wrong shape, no entries, or entries that are not finite numbers.
        """
        x, h = arrays.start(self, x, h0=h0)
        a = arrays.project(self.W_xh, x, self.b_h)  # of all steps: only W_hh h has to wait for the step before
        W_hh = arrays.aligned(self.W_hh.T)
        for t in range(len(x)):
            h[t + 1] = np.tanh(a[t] + h[t] @ W_hh)
        return RNNTrace(x.copy(), h)

    def backward(self, trace: RNNTrace, dh: ArrayLike) -> tuple[Self, ndarray, ndarray]:
        """Backpropagation through time (Rumelhart, Hinton and Williams 1986).

        dh (T, B, H) is the gradient of the loss through the output at step t alone.
        Returns the gradient with respect to the parameters (an RNN), to x (T, B, D) and to h0 (B, H).
        """
        (dh,) = arrays.start_back(self, trace, RNNTrace, dh)
        delta = tanh_prime(trace.h[1:])  # becomes the error through the pre-activation, step by step
        W_hh = arrays.aligned(self.W_hh)
        dh_next = np.zeros_like(trace.h[0])  # what reaches h_t from the steps after t
        for t in reversed(range(len(dh))):
            delta[t] *= dh[t] + dh_next
            dh_next = delta[t] @ W_hh
        grads = type(self)(
            W_xh=arrays.weight_gradient(delta, trace.x),
            W_hh=arrays.weight_gradient(delta, trace.h[:-1]),
            b_h=delta.sum(axis=(0, 1)),
        )
        return grads, arrays.input_gradient(delta, self.W_xh), dh_next
