"""sLSTM (Beck et al. 2024, equations 8 to 17): an LSTM with an exponential input gate; it shows a weighted mean.

```text title="not run: the formulas of one step"
i_t = exp(a_i,t)   f_t = σ(a_f,t)   o_t = σ(a_o,t)   c̃_t = tanh(a_c,t)      a = W_x x_t + W_h h_{t−1} + b
c_t = f_t ⊙ c_{t−1} + i_t ⊙ c̃_t
w_t = f_t ⊙ w_{t−1} + i_t
h_t = o_t ⊙ c_t / w_t
```

w_t is the total weight of what was written; in the paper it is n_t, and the candidate is z_t.

exp overflows, so c_t and w_t are stored divided by exp(m_t), where m_t = max(log f_t + m_{t−1}, a_i,t): both factors
are then at most 1, and the quotient is the same. For that reason no gradient goes through m.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.activations import sigmoid, sigmoid_prime, tanh_prime
from rnn_notes.cells import arrays, require


def log_sigmoid(a: ndarray) -> ndarray:
    """log σ(a) = −log(1 + e^(−a)), without a power of e that overflows: far to the left it is a."""
    left = np.real(a) < 0
    return np.where(left, a, 0) - np.log1p(np.exp(np.where(left, a, -a)))


@dataclass(frozen=True, eq=False)
class SLSTMTrace:
    """What a forward pass leaves behind."""

    x: ndarray  # (T, B, D)
    h: ndarray  # (T + 1, B, H)
    c: ndarray  # (T + 1, B, H), the cell state divided by exp(m)
    w: ndarray  # (T + 1, B, H), the total weight, likewise
    m: ndarray  # (T + 1, B, H), the exponent; −∞ where nothing has been written yet
    gates: ndarray  # (4, T, B, H): i and f, as they act on the divided states, o and c̃
    forget: ndarray  # (T, B, H), the forget gate itself

    last = arrays.last_of("h", "c", "w", "m")


@dataclass(frozen=True, eq=False)
class SLSTM:
    """A layer of H memory cells; the first axis of each array is the gate."""

    states: ClassVar = ("h", "c", "w", "m")
    gates: ClassVar = ("i", "f", "o", "c")  # in the order of the first axis

    W_x: ndarray  # (4, H, D)
    W_h: ndarray  # (4, H, H)
    b: ndarray  # (4, H)

    dtype = arrays.dtype_of("W_x")

    def __post_init__(self) -> None:
        _, H, D = require.weights("W_x", self.W_x, "(4, H, D)")
        require.parameters(self, W_x=(4, H, D), W_h=(4, H, H), b=(4, H))

    @classmethod
    def init(cls, D: int, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        """Weights uniform in ±1/√(inputs of the neuron); biases zero, but 3 for the forget gate."""
        D, H = require.sizes(rng, D=D, H=H)
        b = np.zeros((4, H), dtype)
        b[1] = 3
        return cls(arrays.uniform(rng, (4, H, D), dtype), arrays.uniform(rng, (4, H, H), dtype), b)

    def forward(
        self,
        x: ArrayLike,
        h0: ArrayLike | None = None,
        c0: ArrayLike | None = None,
        w0: ArrayLike | None = None,
        m0: ArrayLike | None = None,
    ) -> SLSTMTrace:
        """Run a sequence x (T, B, D) from the states (B, H); without them, from nothing written yet."""
        x, h, c, w, m = arrays.start(self, x, h0=h0, c0=c0, w0=w0, m0=m0)
        if w0 is None and m0 is None:
            m[0] = -np.inf
        a = arrays.project(self.W_x, x, self.b)  # (4, T, B, H)
        forget = np.empty_like(h[1:])
        for t in range(len(x)):
            a_i, a_f, a_o, a_c = a[:, t] + h[t] @ self.W_h.mT
            log_f = log_sigmoid(a_f)
            m[t + 1] = np.maximum(np.real(log_f + m[t]), np.real(a_i))
            i, f = np.exp(a_i - m[t + 1]), np.exp(log_f + m[t] - m[t + 1])
            o, c_tilde = sigmoid(a_o), np.tanh(a_c)
            a[:, t], forget[t] = (i, f, o, c_tilde), sigmoid(a_f)
            c[t + 1] = f * c[t] + i * c_tilde
            w[t + 1] = f * w[t] + i
            h[t + 1] = o * c[t + 1] / w[t + 1]
        return SLSTMTrace(x.copy(), h, c, w, m, a, forget)

    def backward(self, trace: SLSTMTrace, dh: ArrayLike) -> tuple[Self, ndarray, ndarray, ndarray, ndarray, ndarray]:
        """From dh (T, B, H) to the gradient of the parameters (an SLSTM), of x (T, B, D) and of h0, c0, w0 and m0."""
        (dh,) = arrays.start_back(self, trace, SLSTMTrace, dh)
        c, w, (i, f, o, c_tilde) = trace.c, trace.w, trace.gates
        delta = np.empty_like(trace.gates)
        dh_next = dc = dw = np.zeros_like(c[0])  # what reaches the states from the steps after t
        for t in reversed(range(len(dh))):
            dh_t, mean = dh[t] + dh_next, c[t + 1] / w[t + 1]
            dc, dw = dc + dh_t * o[t] / w[t + 1], dw - dh_t * o[t] * mean / w[t + 1]
            delta[0, t] = (dc * c_tilde[t] + dw) * i[t]
            delta[1, t] = (dc * c[t] + dw * w[t]) * f[t] * (1 - trace.forget[t])
            delta[2, t] = dh_t * mean * sigmoid_prime(o[t])
            delta[3, t] = dc * i[t] * tanh_prime(c_tilde[t])
            dh_next = (delta[:, t] @ self.W_h).sum(axis=0)
            dc, dw = dc * f[t], dw * f[t]
        dW_x, dW_h = arrays.weight_gradient(delta, trace.x), arrays.weight_gradient(delta, trace.h[:-1])
        grads, dx = type(self)(dW_x, dW_h, delta.sum(axis=(1, 2))), arrays.input_gradient(delta, self.W_x)
        return grads, dx, dh_next, dc, dw, dc * c[0] + dw * w[0]  # exp(m0) multiplies c0 and w0
