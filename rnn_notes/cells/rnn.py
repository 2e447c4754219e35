"""The plain recurrent network (Elman 1990): h_t = tanh(W_xh x_t + W_hh h_{t−1} + b_h)."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy import dtype, ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.activations import tanh_prime
from rnn_notes.cells import door
from rnn_notes.cells.arrays import aligned, last_of, start, uniform


@dataclass(frozen=True, eq=False)
class RNNTrace:
    """What a forward pass leaves behind: all that the backward pass needs."""

    x: ndarray  # (T, B, D), the inputs; x[t - 1] is x_t
    h: ndarray  # (T + 1, B, H), the hidden states; h[0] is the initial state, h[t] is h_t

    last = last_of("h")


@dataclass(frozen=True, eq=False)
class RNN:
    """A layer of H hidden units that sees the input x_t and its own state one step before."""

    states: ClassVar = ("h",)  # by name, in the order in which all methods take and return them
    gates: ClassVar = ()

    W_xh: ndarray  # (H, D), input to hidden
    W_hh: ndarray  # (H, H), hidden to hidden
    b_h: ndarray  # (H,), bias

    def __post_init__(self) -> None:
        H, D = door.weights("W_xh", self.W_xh, "(H, D)")
        door.parameters(self, W_xh=(H, D), W_hh=(H, H), b_h=(H,))

    @classmethod
    def init(cls, D: int, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        """Weights uniform in ±1/√(inputs of the neuron), so that pre-activations start near one; bias zero."""
        D, H = door.sizes(rng, D=D, H=H)
        return cls(uniform(rng, (H, D), dtype), uniform(rng, (H, H), dtype), np.zeros(H, dtype))

    @property
    def dtype(self) -> dtype:
        return self.W_xh.dtype

    def step(self, x_t: ArrayLike, h: ArrayLike) -> ndarray:
        """One time step: x_t (B, D) and the state before, h (B, H), give the state after, (B, H)."""
        H, D = self.W_xh.shape
        x_t = door.array(self, "x_t", x_t, B=None, D=D)
        h = door.array(self, "h", h, B=len(x_t), H=H)
        return np.tanh(x_t @ self.W_xh.T + h @ self.W_hh.T + self.b_h)

    def forward(self, x: ArrayLike, h0: ArrayLike | None = None) -> RNNTrace:
        """Run a sequence x (T, B, D) from the state h0 (B, H), zeros if missing.

        Raises ValueError if x or h0 has the wrong shape, no entries, or entries that are not finite numbers.
        """
        H, D = self.W_xh.shape
        x = door.array(self, "x", x, T=None, B=None, D=D)
        T, B, _ = x.shape
        (h,) = start(self, T, B, H, h0=h0)
        a = (x.reshape(T * B, D) @ self.W_xh.T + self.b_h).reshape(T, B, H)  # all steps in one product
        W_hh = aligned(self.W_hh.T)
        for t in range(T):  # only W_hh h has to wait for the step before
            h[t + 1] = np.tanh(a[t] + h[t] @ W_hh)
        return RNNTrace(x.copy(), h)

    def backward(self, trace: RNNTrace, dh: ArrayLike) -> tuple[Self, ndarray, ndarray]:
        """Backpropagation through time (Rumelhart, Hinton and Williams 1986).

        dh (T, B, H) is the gradient of the loss through the output at step t alone.
        Returns the gradient with respect to the parameters (an RNN), to x (T, B, D) and to h0 (B, H).
        """
        H, D = self.W_xh.shape
        T, B, _ = door.trace(self, trace, RNNTrace, D=D, H=H).x.shape
        dh = door.array(self, "dh", dh, T=T, B=B, H=H)
        delta = tanh_prime(trace.h[1:])  # becomes the error through the pre-activation, step by step
        W_hh = aligned(self.W_hh)
        dh_next = np.zeros((B, H), self.dtype)  # what reaches h_t from the steps after t
        for t in reversed(range(T)):
            delta[t] *= dh[t] + dh_next
            dh_next = delta[t] @ W_hh
        rows = delta.reshape(T * B, H)  # the weights are shared: their gradient sums over steps and batch
        grads = type(self)(
            W_xh=rows.T @ trace.x.reshape(T * B, D),
            W_hh=rows.T @ trace.h[:-1].reshape(T * B, H),
            b_h=rows.sum(axis=0),
        )
        return grads, (rows @ self.W_xh).reshape(T, B, D), dh_next
