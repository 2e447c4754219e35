"""minGRU and minLSTM (Feng et al. 2024): gates that see the input alone, so that the recurrence is linear.

```text title="not run: the formulas of one step"
minGRU    z_t = σ(W_xz x_t + b_z)      n_t = W_xn x_t + b_n      h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ n_t
minLSTM   f_t = σ(W_xf x_t + b_f)      i_t = σ(W_xi x_t + b_i)   n_t = W_xn x_t + b_n
          h_t = (f_t ⊙ h_{t−1} + i_t ⊙ n_t) / (f_t + i_t)
```

z = 1 keeps, as in the GRU of these notes; in the paper it overwrites. All steps are computed by one scan.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy import dtype, ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes import scan
from rnn_notes.activations import sigmoid, sigmoid_prime
from rnn_notes.cells import door
from rnn_notes.cells.arrays import last_of, uniform


@dataclass(frozen=True, eq=False)
class MinimalTrace:
    """What a forward pass leaves behind."""

    x: ndarray  # (T, B, D)
    h: ndarray  # (T + 1, B, H)
    gates: ndarray  # (gates, T, B, H): the sigmoids, then the candidate n
    keep: ndarray  # (T, B, H), by which h_{t−1} is multiplied; 1 − keep is the share of n_t

    last = last_of("h")


@dataclass(frozen=True, eq=False)
class MinGRU:
    """A layer of H units with the parts z and n."""

    states: ClassVar = ("h",)
    gates: ClassVar = ("z", "n")  # in the order of the first axis

    W_x: ndarray  # (2, H, D)
    b: ndarray  # (2, H)

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def init(cls, D: int, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        """Weights uniform in ±1/√D; biases zero."""
        return cls(*_drawn(2, D, H, rng, dtype))

    @property
    def dtype(self) -> dtype:
        return self.W_x.dtype

    def step(self, x_t: ArrayLike, h: ArrayLike) -> ndarray:
        """One time step: x_t (B, D) and the state before, h (B, H), give the state after, (B, H)."""
        return self.forward(np.asarray(x_t)[None], h).h[1]

    def forward(self, x: ArrayLike, h0: ArrayLike | None = None) -> MinimalTrace:
        """Run a sequence x (T, B, D) from the state h0 (B, H), zeros if missing, in about 2 log₂ T rounds."""
        x, h0, gates = _gates(self, x, h0)
        return _run(x, h0, gates, keep=gates[0])

    def backward(self, trace: MinimalTrace, dh: ArrayLike) -> tuple[Self, ndarray, ndarray]:
        """From dh (T, B, H) to the gradient of the parameters (a MinGRU), of x (T, B, D) and of h0 (B, H)."""
        dkeep, dn, dh0 = _run_backward(self, trace, dh)
        return *_gates_backward(self, trace, dkeep * sigmoid_prime(trace.gates[0]), dn), dh0


@dataclass(frozen=True, eq=False)
class MinLSTM:
    """A layer of H units with the parts f, i and n; what is kept and what is written have the sum 1."""

    states: ClassVar = ("h",)
    gates: ClassVar = ("f", "i", "n")  # in the order of the first axis

    W_x: ndarray  # (3, H, D)
    b: ndarray  # (3, H)

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def init(cls, D: int, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        """Weights uniform in ±1/√D; biases zero."""
        return cls(*_drawn(3, D, H, rng, dtype))

    @property
    def dtype(self) -> dtype:
        return self.W_x.dtype

    def step(self, x_t: ArrayLike, h: ArrayLike) -> ndarray:
        """One time step: x_t (B, D) and the state before, h (B, H), give the state after, (B, H)."""
        return self.forward(np.asarray(x_t)[None], h).h[1]

    def forward(self, x: ArrayLike, h0: ArrayLike | None = None) -> MinimalTrace:
        """Run a sequence x (T, B, D) from the state h0 (B, H), zeros if missing, in about 2 log₂ T rounds."""
        x, h0, gates = _gates(self, x, h0)
        f, i, _ = gates
        return _run(x, h0, gates, keep=f / (f + i))

    def backward(self, trace: MinimalTrace, dh: ArrayLike) -> tuple[Self, ndarray, ndarray]:
        """From dh (T, B, H) to the gradient of the parameters (a MinLSTM), of x (T, B, D) and of h0 (B, H)."""
        dkeep, dn, dh0 = _run_backward(self, trace, dh)
        f, i, _ = trace.gates
        d = dkeep * trace.keep * (1 - trace.keep)  # keep is a sigmoid of log f − log i
        return *_gates_backward(self, trace, d * (1 - f), -d * (1 - i), dn), dh0


def _check(cell: Any) -> None:
    G = len(cell.gates)
    _, H, D = door.weights("W_x", cell.W_x, f"({G}, H, D)")
    door.parameters(cell, W_x=(G, H, D), b=(G, H))


def _drawn(G: int, D: int, H: int, rng: np.random.Generator, dtype: DTypeLike) -> tuple[ndarray, ndarray]:
    D, H = door.sizes(rng, D=D, H=H)
    return uniform(rng, (G, H, D), dtype), np.zeros((G, H), dtype)


def _gates(cell: Any, x: ArrayLike, h0: ArrayLike | None) -> tuple[ndarray, ndarray, ndarray]:
    """The input and the initial state as arrays, and all parts (G, T, B, H), which no state has to be known for."""
    G, H, D = cell.W_x.shape
    x = door.array(cell, "x", x, T=None, B=None, D=D)
    T, B, _ = x.shape
    h0 = np.zeros((B, H), cell.dtype) if h0 is None else door.array(cell, "h0", h0, B=B, H=H)
    gates = (x.reshape(T * B, D) @ cell.W_x.mT + cell.b[:, None]).reshape(G, T, B, H)
    gates[:-1] = sigmoid(gates[:-1])
    return x, h0, gates


def _run(x: ndarray, h0: ndarray, gates: ndarray, keep: ndarray) -> MinimalTrace:
    """h_t = keep_t ⊙ h_{t−1} + (1 − keep_t) ⊙ n_t."""
    return MinimalTrace(x.copy(), scan.scan(keep, (1 - keep) * gates[-1], h0), gates, keep)


def _run_backward(cell: Any, trace: MinimalTrace, dh: ArrayLike) -> tuple[ndarray, ndarray, ndarray]:
    """From dh (T, B, H) to the gradients of keep, n and h0, by a scan in reverse."""
    _, H, D = cell.W_x.shape
    T, B, _ = door.trace(cell, trace, MinimalTrace, D=D, H=H).x.shape
    da, db, dh0 = scan.backward(trace.keep, trace.h, door.array(cell, "dh", dh, T=T, B=B, H=H))
    return da - db * trace.gates[-1], db * (1 - trace.keep), dh0


def _gates_backward(cell: Any, trace: MinimalTrace, *delta: ndarray) -> tuple[Any, ndarray]:
    """From the error through each pre-activation to the gradients of the parameters and of x."""
    T, B, D = trace.x.shape
    rows = np.stack(delta).reshape(len(delta), T * B, -1)
    grads = type(cell)(rows.mT @ trace.x.reshape(T * B, D), rows.sum(axis=1))
    return grads, (rows @ cell.W_x).sum(axis=0).reshape(T, B, D)
