"""Gated recurrent unit (Cho et al. 2014), the variant that resets after the product (as cuDNN, PyTorch and Keras do).

```text title="not run: the formulas of one step"
r_t = σ(W_xr x_t + W_hr h_{t−1} + b_r)      reset gate
z_t = σ(W_xz x_t + W_hz h_{t−1} + b_z)      update gate
m_t = W_hn h_{t−1} + b_hn                   the past
n_t = tanh(W_xn x_t + b_n + r_t ⊙ m_t)      candidate
h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1}       hidden state
```

The reset gate says how much of the past the candidate may see, the update gate how much of the state to keep: z = 1
keeps all of it. σ is the sigmoid, ⊙ multiplies entry by entry.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.activations import sigmoid, sigmoid_prime, tanh_prime
from rnn_notes.cells import arrays, require


@dataclass(frozen=True, eq=False)
class GRUTrace:
    """What a forward pass leaves behind: all that the backward pass needs."""

    x: ndarray  # (T, B, D), the inputs; x[t - 1] is x_t
    h: ndarray  # (T + 1, B, H), the hidden states; h[0] is the initial state, h[t] is h_t
    r: ndarray  # (T, B, H), the reset gate; r[t - 1] is r_t
    z: ndarray  # (T, B, H), the update gate
    n: ndarray  # (T, B, H), the candidate
    m: ndarray  # (T, B, H), what r_t scales: the gradient of r_t needs it, and n_t has lost it where r_t is small

    last = arrays.last_of("h")


@dataclass(frozen=True, eq=False)
class GRU:
    """A layer of H gated units; the first axis of W_x, W_h and b is the gate."""

    states: ClassVar = ("h",)  # by name, in the order in which all methods take and return them
    gates: ClassVar = ("r", "z", "n")  # in the order of the first axis

    W_x: ndarray  # (3, H, D), input to gates
    W_h: ndarray  # (3, H, H), hidden to gates
    b: ndarray  # (3, H), biases
    b_hn: ndarray  # (H,), the bias inside the reset

    W_xr, W_xz, W_xn = arrays.gate_views("W_x", 3)
    W_hr, W_hz, W_hn = arrays.gate_views("W_h", 3)
    b_r, b_z, b_n = arrays.gate_views("b", 3)
    dtype = arrays.dtype_of("W_x")

    def __post_init__(self) -> None:
        _, H, D = require.weights("W_x", self.W_x, "(3, H, D)")
        require.parameters(self, W_x=(3, H, D), W_h=(3, H, H), b=(3, H), b_hn=(H,))

    @classmethod
    def init(
        cls, D: int, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64, update_bias: float = 1.0
    ) -> Self:
        """Weights uniform in ±1/√(inputs of the neuron); biases zero, but for the update gate.

        As z = 1 keeps, an update bias above zero lets the cell remember at first, like the forget bias of an LSTM.
        """
        D, H = require.sizes(rng, D=D, H=H)
        W_x, W_h = arrays.uniform(rng, (3, H, D), dtype), arrays.uniform(rng, (3, H, H), dtype)
        b = np.zeros((3, H), dtype)
        b[1] = update_bias
        return cls(W_x, W_h, b, np.zeros(H, dtype))

    def step(self, x_t: ArrayLike, h: ArrayLike) -> ndarray:
        """One time step: x_t (B, D) and the state before, h (B, H), give the state after, (B, H)."""
        x_t, h = arrays.now(self, x_t, h=h)
        a = x_t @ self.W_x.mT + self.b[:, None]
        past = h @ self.W_h.mT
        r, z = sigmoid(a[:2] + past[:2])
        n = np.tanh(a[2] + r * (past[2] + self.b_hn))
        return (1 - z) * n + z * h

    def forward(self, x: ArrayLike, h0: ArrayLike | None = None) -> GRUTrace:
        """Run a sequence x (T, B, D) from the state h0 (B, H), zeros if missing.

        Raises ValueError if x or h0 has the wrong shape, no entries, or entries that are not finite numbers.
        """
        x, h = arrays.start(self, x, h0=h0)
        a = arrays.project(self.W_x, x, self.b)  # (3, T, B, H): only W_h h has to wait for the step before
        m = np.empty_like(a[2])
        W_h = arrays.aligned(self.W_h.mT)
        for t in range(len(x)):
            past = h[t] @ W_h
            m[t] = past[2] + self.b_hn
            a[:2, t] = sigmoid(a[:2, t] + past[:2])
            r, z, n = a[:, t]
            a[2, t] = np.tanh(n + r * m[t])
            h[t + 1] = (1 - z) * n + z * h[t]
        return GRUTrace(x.copy(), h, a[0], a[1], a[2], m)

    def backward(self, trace: GRUTrace, dh: ArrayLike) -> tuple[Self, ndarray, ndarray]:
        """Backpropagation through time, through the gates and along the state that z lets pass.

        dh (T, B, H) is the gradient of the loss through the output at step t alone.
        Returns the gradient with respect to the parameters (a GRU), to x (T, B, D) and to h0 (B, H).
        """
        (dh,) = arrays.start_back(self, trace, GRUTrace, dh)
        h, r, z, n, m = trace.h, trace.r, trace.z, trace.n, trace.m
        dn = (1 - z) * tanh_prime(n)  # ∂h_t/∂a_n; becomes ∂L/∂a_n, step by step
        # ∂h_t/∂a_r, ∂h_t/∂a_z and ∂h_t/∂m_t; becomes the error through each gate's part of W_h h_{t−1}
        delta = np.stack([dn * m * sigmoid_prime(r), (h[:-1] - n) * sigmoid_prime(z), dn * r])
        W_h = arrays.aligned(self.W_h)
        dh_next = np.zeros_like(h[0])  # what reaches h_t from the steps after t
        for t in reversed(range(len(dh))):
            dh_t = dh[t] + dh_next
            delta[:, t] *= dh_t
            dn[t] *= dh_t
            dh_next = (delta[:, t] @ W_h).sum(axis=0) + dh_t * z[t]
        dW_h, db_hn = arrays.weight_gradient(delta, h[:-1]), delta[2].sum(axis=(0, 1))
        delta[2] = dn  # W_x x_t + b enters the candidate in front of the reset
        grads = type(self)(arrays.weight_gradient(delta, trace.x), dW_h, delta.sum(axis=(1, 2)), db_hn)
        return grads, arrays.input_gradient(delta, self.W_x), dh_next
