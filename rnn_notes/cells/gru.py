"""Gated recurrent unit (Cho et al. 2014), the variant that resets after the product (as cuDNN, PyTorch and Keras do).

    r_t = σ(W_xr x_t + W_hr h_{t−1} + b_r)                         reset gate
    z_t = σ(W_xz x_t + W_hz h_{t−1} + b_z)                         update gate: z = 1 keeps the state
    m_t = W_hn h_{t−1} + b_hn                                      what the candidate may see of the past
    n_t = tanh(W_xn x_t + b_n + r_t ⊙ m_t)                         candidate
    h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1}                          hidden state

σ is the sigmoid, ⊙ multiplies entry by entry.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy import dtype, ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.activations import sigmoid, sigmoid_prime, tanh_prime
from rnn_notes.cells import door, gates


@dataclass(frozen=True, eq=False)
class GRUTrace:
    """What a forward pass leaves behind: all that the backward pass needs."""

    x: ndarray  # (T, B, D), the inputs; x[t - 1] is x_t
    h: ndarray  # (T + 1, B, H), the hidden states; h[0] is the initial state, h[t] is h_t
    r: ndarray  # (T, B, H), the reset gate; r[t - 1] is r_t
    z: ndarray  # (T, B, H), the update gate
    n: ndarray  # (T, B, H), the candidate
    m: ndarray  # (T, B, H), what r_t scales: the gradient of r_t needs it, and n_t has lost it where r_t is small


@dataclass(frozen=True, eq=False)
class GRU:
    """A layer of H gated units; the first axis of W_x, W_h and b is the gate, in the order r, z, n."""

    W_x: ndarray  # (3, H, D), input to gates
    W_h: ndarray  # (3, H, H), hidden to gates
    b: ndarray  # (3, H), biases
    b_hn: ndarray  # (H,), the bias inside the reset

    W_xr, W_xz, W_xn = (gates.view("W_x", gate) for gate in range(3))
    W_hr, W_hz, W_hn = (gates.view("W_h", gate) for gate in range(3))
    b_r, b_z, b_n = (gates.view("b", gate) for gate in range(3))

    def __post_init__(self) -> None:
        _, H, D = door.matrix("W_x", self.W_x, "(3, H, D)")
        door.parameters(self, W_x=(3, H, D), W_h=(3, H, H), b=(3, H), b_hn=(H,))

    @classmethod
    def init(cls, D: int, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        """Weights uniform in ±1/√(inputs of the neuron); biases zero."""
        W_x = rng.uniform(-1, 1, (3, H, D)) / np.sqrt(D)
        W_h = rng.uniform(-1, 1, (3, H, H)) / np.sqrt(H)
        return cls(W_x.astype(dtype), W_h.astype(dtype), np.zeros((3, H), dtype), np.zeros(H, dtype))

    @property
    def dtype(self) -> dtype:
        return self.W_x.dtype

    def step(self, x_t: ArrayLike, h: ArrayLike) -> ndarray:
        """One time step: x_t (B, D) and the state before, h (B, H), give the state after, (B, H)."""
        _, H, D = self.W_x.shape
        x_t = door.array(self, "x_t", x_t, "(B, D)", D=D)
        h = door.array(self, "h", h, "(B, H)", B=len(x_t), H=H)
        x_r, x_z, x_n = x_t @ self.W_x.mT + self.b[:, None]
        h_r, h_z, h_n = h @ self.W_h.mT
        z = sigmoid(x_z + h_z)
        n = np.tanh(x_n + sigmoid(x_r + h_r) * (h_n + self.b_hn))
        return (1 - z) * n + z * h

    def forward(self, x: ArrayLike, h0: ArrayLike | None = None) -> GRUTrace:
        """Run a sequence x (T, B, D) from the state h0 (B, H), zeros if missing.

        Raises ValueError if x or h0 has the wrong shape, no entries, or entries that are not finite numbers.
        """
        _, H, D = self.W_x.shape
        x = door.array(self, "x", x, "(T, B, D)", D=D)
        T, B, _ = x.shape
        h = np.empty((T + 1, B, H), self.dtype)
        h[0] = 0 if h0 is None else door.array(self, "h0", h0, "(B, H)", B=B, H=H)
        r, z, n = (x.reshape(T * B, D) @ self.W_x.mT + self.b[:, None]).reshape(3, T, B, H)
        m = np.empty((T, B, H), self.dtype)
        for t in range(T):
            h_r, h_z, h_n = h[t] @ self.W_h.mT
            r[t] = sigmoid(r[t] + h_r)
            z[t] = sigmoid(z[t] + h_z)
            m[t] = h_n + self.b_hn
            n[t] = np.tanh(n[t] + r[t] * m[t])
            h[t + 1] = (1 - z[t]) * n[t] + z[t] * h[t]
        return GRUTrace(x, h, r, z, n, m)

    def backward(self, trace: GRUTrace, dh: ArrayLike) -> tuple[Self, ndarray, ndarray]:
        """Backpropagation through time.

        dh (T, B, H) is the gradient of the loss through the output at step t alone.
        Returns the gradient with respect to the parameters (a GRU), to x (T, B, D) and to h0 (B, H).
        """
        _, H, D = self.W_x.shape
        T, B, _ = door.trace(self, trace, GRUTrace).x.shape
        dh = door.array(self, "dh", dh, "(T, B, H)", T=T, B=B, H=H)
        h, r, z, n, m = trace.h, trace.r, trace.z, trace.n, trace.m
        delta = np.empty((3, T, B, H), self.dtype)  # the error through each pre-activation, as W_x x_t sees it
        delta_h = np.empty((3, T, B, H), self.dtype)  # the same as W_h h_{t−1} sees it: behind the reset for n
        dh_next = np.zeros((B, H), self.dtype)  # what reaches h_t from the steps after t
        for t in reversed(range(T)):
            dh_t = dh[t] + dh_next
            delta[2, t] = dh_t * (1 - z[t]) * tanh_prime(n[t])
            delta[1, t] = dh_t * (h[t] - n[t]) * sigmoid_prime(z[t])
            delta[0, t] = delta[2, t] * m[t] * sigmoid_prime(r[t])
            delta_h[:2, t] = delta[:2, t]
            delta_h[2, t] = delta[2, t] * r[t]
            dh_next = (delta_h[:, t] @ self.W_h).sum(axis=0) + dh_t * z[t]
        rows, rows_h = delta.reshape(3, T * B, H), delta_h.reshape(3, T * B, H)
        grads = type(self)(
            W_x=rows.mT @ trace.x.reshape(T * B, D),
            W_h=rows_h.mT @ h[:-1].reshape(T * B, H),
            b=rows.sum(axis=1),
            b_hn=rows_h[2].sum(axis=0),
        )
        return grads, (rows @ self.W_x).sum(axis=0).reshape(T, B, D), dh_next
