"""Long short-term memory (Hochreiter and Schmidhuber 1997), with the forget gate of Gers et al. (2000).

```text title="not run: the formulas of one step"
i_t = σ(W_xi x_t + W_hi h_{t−1} + b_i)       input gate
f_t = σ(W_xf x_t + W_hf h_{t−1} + b_f)       forget gate
o_t = σ(W_xo x_t + W_ho h_{t−1} + b_o)       output gate
c̃_t = tanh(W_xc x_t + W_hc h_{t−1} + b_c)    candidate
c_t = f_t ⊙ c_{t−1} + i_t ⊙ c̃_t              cell state
h_t = o_t ⊙ tanh(c_t)                        hidden state
```

The input gate says how much of the candidate to write, the forget gate how much of the cell state to keep, and the
output gate how much of it to show. σ is the sigmoid, ⊙ multiplies entry by entry.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.activations import sigmoid, sigmoid_prime, tanh_prime
from rnn_notes.cells import arrays, require


@dataclass(frozen=True, eq=False)
class LSTMTrace:
    """What a forward pass leaves behind: all that the backward pass needs."""

    x: ndarray  # (T, B, D), the inputs; x[t - 1] is x_t
    h: ndarray  # (T + 1, B, H), the hidden states; h[0] is the initial state, h[t] is h_t
    c: ndarray  # (T + 1, B, H), the cell states, likewise
    i: ndarray  # (T, B, H), the input gate; i[t - 1] is i_t
    f: ndarray  # (T, B, H), the forget gate
    o: ndarray  # (T, B, H), the output gate
    c_tilde: ndarray  # (T, B, H), the candidate

    last = arrays.last_of("h", "c")


@dataclass(frozen=True, eq=False)
class LSTM:
    """A layer of H memory cells; the first axis of each array is the gate."""

    states: ClassVar = ("h", "c")  # by name, in the order in which all methods take and return them
    gates: ClassVar = ("i", "f", "o", "c")  # in the order of the first axis

    W_x: ndarray  # (4, H, D), input to gates
    W_h: ndarray  # (4, H, H), hidden to gates
    b: ndarray  # (4, H), biases

    W_xi, W_xf, W_xo, W_xc = arrays.gate_views("W_x", 4)
    W_hi, W_hf, W_ho, W_hc = arrays.gate_views("W_h", 4)
    b_i, b_f, b_o, b_c = arrays.gate_views("b", 4)
    dtype = arrays.dtype_of("W_x")

    def __post_init__(self) -> None:
        _, H, D = require.weights("W_x", self.W_x, "(4, H, D)")
        require.parameters(self, W_x=(4, H, D), W_h=(4, H, H), b=(4, H))

    @classmethod
    def init(
        cls, D: int, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64, forget_bias: float = 1.0
    ) -> Self:
        """Weights uniform in ±1/√(inputs of the neuron); biases zero, but for the forget gate.

        A forget bias above zero keeps the gate open at first, so that the cell remembers (Jozefowicz et al. 2015).
        """
        D, H = require.sizes(rng, D=D, H=H)
        b = np.zeros((4, H), dtype)
        b[1] = forget_bias
        return cls(arrays.uniform(rng, (4, H, D), dtype), arrays.uniform(rng, (4, H, H), dtype), b)

    def step(self, x_t: ArrayLike, h: ArrayLike, c: ArrayLike) -> tuple[ndarray, ndarray]:
        """One time step: x_t (B, D) and the states before, h and c (B, H), give the states after."""
        x_t, h, c = arrays.now(self, x_t, h=h, c=c)
        a = x_t @ self.W_x.mT + h @ self.W_h.mT + self.b[:, None]
        i, f, o = sigmoid(a[:3])
        c_t = f * c + i * np.tanh(a[3])
        return o * np.tanh(c_t), c_t

    def forward(self, x: ArrayLike, h0: ArrayLike | None = None, c0: ArrayLike | None = None) -> LSTMTrace:
        """Run a sequence x (T, B, D) from the states h0 and c0 (B, H), zeros if missing.

        Raises ValueError if x, h0 or c0 has the wrong shape, no entries, or entries that are not finite numbers.
        """
        x, h, c = arrays.start(self, x, h0=h0, c0=c0)
        a = arrays.project(self.W_x, x, self.b)  # (4, T, B, H): only W_h h has to wait for the step before
        W_h = arrays.aligned(self.W_h.mT)
        for t in range(len(x)):
            a[:, t] += h[t] @ W_h
            a[:3, t] = sigmoid(a[:3, t])
            a[3, t] = np.tanh(a[3, t])
            i, f, o, c_tilde = a[:, t]
            c[t + 1] = f * c[t] + i * c_tilde
            h[t + 1] = o * np.tanh(c[t + 1])
        return LSTMTrace(x.copy(), h, c, *a)

    def backward(
        self, trace: LSTMTrace, dh: ArrayLike, dc: ArrayLike | None = None
    ) -> tuple[Self, ndarray, ndarray, ndarray]:
        """Backpropagation through time, in full: Gers et al. (2000) cut the error where it leaves a cell, we do not.

        dh (T, B, H) is the gradient of the loss through the output at step t alone, dc that through c_t.
        Returns the gradient with respect to the parameters (an LSTM), to x (T, B, D), h0 and c0 (B, H).
        """
        dh, dc = arrays.start_back(self, trace, LSTMTrace, dh, dc=dc)
        i, f, o, c_tilde = trace.i, trace.f, trace.o, trace.c_tilde
        tanh_c = np.tanh(trace.c[1:])
        writes, keeps = c_tilde * sigmoid_prime(i), trace.c[:-1] * sigmoid_prime(f)  # ∂c_t/∂a_i and ∂c_t/∂a_f
        shows, fills = tanh_c * sigmoid_prime(o), i * tanh_prime(c_tilde)  # ∂h_t/∂a_o and ∂c_t/∂a_c
        delta = np.stack([writes, keeps, shows, fills])  # becomes ∂L/∂a, step by step
        W_h = arrays.aligned(self.W_h)
        dh_next = dc_next = np.zeros_like(trace.h[0])  # what reaches h_t from the steps after t, and c_t from c_{t+1}
        for t in reversed(range(len(dh))):
            dh_t = dh[t] + dh_next
            dc_t = dc_next + dh_t * o[t] * tanh_prime(tanh_c[t]) + dc[t]  # through c_{t+1}, through h_t, and at once
            delta[:2, t] *= dc_t
            delta[2, t] *= dh_t
            delta[3, t] *= dc_t
            dh_next = (delta[:, t] @ W_h).sum(axis=0)
            dc_next = dc_t * f[t]
        dW_x, dW_h = arrays.weight_gradient(delta, trace.x), arrays.weight_gradient(delta, trace.h[:-1])
        return type(self)(dW_x, dW_h, delta.sum(axis=(1, 2))), arrays.input_gradient(delta, self.W_x), dh_next, dc_next
