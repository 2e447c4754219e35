"""minGRU (Feng et al. 2024): a GRU whose parts see the input alone, so that its recurrence is linear, and a scan.

```text title="not run: the formulas of one step"
z_t = σ(W_xz x_t + b_z)      n_t = W_xn x_t + b_n      h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ n_t
```

z = 1 keeps, as in the GRU of these notes; in the paper it overwrites.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes import scan
from rnn_notes.activations import sigmoid, sigmoid_prime
from rnn_notes.cells import arrays, require


@dataclass(frozen=True, eq=False)
class MinimalTrace:
    """What a forward pass leaves behind."""

    x: ndarray  # (T, B, D)
    h: ndarray  # (T + 1, B, H)
    gates: ndarray  # (gates, T, B, H): the sigmoids, then the candidate n
    keep: ndarray  # (T, B, H), by which h_{t−1} is multiplied; n_t is multiplied by 1 − keep

    last = arrays.last_of("h")


@dataclass(frozen=True, eq=False)
class MinGRU:
    """A layer of H units with the parts z and n."""

    states: ClassVar = ("h",)
    gates: ClassVar = ("z", "n")  # in the order of the first axis
    lowest: ClassVar = 0.0  # what z = 0 multiplies a state by; z = 1 keeps it

    W_x: ndarray  # (2, H, D)
    b: ndarray  # (2, H)

    dtype = arrays.dtype_of("W_x")

    def __post_init__(self) -> None:
        check(self)

    @classmethod
    def init(cls, D: int, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        """Weights uniform in ±1/√D; biases zero."""
        D, H = require.sizes(rng, D=D, H=H)
        return cls(arrays.uniform(rng, (2, H, D), dtype), np.zeros((2, H), dtype))

    def forward(self, x: ArrayLike, h0: ArrayLike | None = None) -> MinimalTrace:
        """Run a sequence x (T, B, D) from the state h0 (B, H), zeros if missing, in about 2 log₂ T rounds."""
        return forward(self, x, h0, lambda a_z: self.lowest + (1 - self.lowest) * sigmoid(a_z))

    def backward(self, trace: MinimalTrace, dh: ArrayLike) -> tuple[Self, ndarray, ndarray]:
        """From dh (T, B, H) to the gradient of the parameters (a MinGRU), of x (T, B, D) and of h0 (B, H)."""
        return backward(self, trace, dh, lambda dkeep, z: [dkeep * (1 - self.lowest) * sigmoid_prime(z)])


class SignedMinGRU(MinGRU):
    """A minGRU that multiplies its state by 2z − 1, from −1 to 1 (after Grazzi et al. 2025)."""

    lowest = -1.0


# What minGRU and minLSTM have in common: all parts of all steps in one product, and h = keep ⊙ h + (1 − keep) ⊙ n.


def check(cell: Any) -> None:
    """Refuse weights W_x and biases b that are not those of a cell with these gates."""
    G = len(cell.gates)
    _, H, D = require.weights("W_x", cell.W_x, f"({G}, H, D)")
    require.parameters(cell, W_x=(G, H, D), b=(G, H))


def forward(cell: Any, x: ArrayLike, h0: ArrayLike | None, keep_of: Callable[..., ndarray]) -> MinimalTrace:
    """``keep_of`` makes of the pre-activations of the gates, each (T, B, H), what a state is multiplied by."""
    x, h = arrays.start(cell, x, h0=h0)
    gates = arrays.project(cell.W_x, x, cell.b)
    keep = keep_of(*gates[:-1])
    gates[:-1] = sigmoid(gates[:-1])
    return MinimalTrace(x.copy(), scan.scan(keep, (1 - keep) * gates[-1], h[0]), gates, keep)


def backward(
    cell: Any, trace: MinimalTrace, dh: ArrayLike, through: Callable[..., list[ndarray]]
) -> tuple[Any, ndarray, ndarray]:
    """``through`` makes of ∂L/∂keep and the gates the error through the pre-activation of each; the rest is a scan."""
    (dh,) = arrays.start_back(cell, trace, MinimalTrace, dh)
    da, db, dh0 = scan.backward(trace.keep, trace.h, dh)
    delta = np.stack([*through(da - db * trace.gates[-1], *trace.gates[:-1]), db * (1 - trace.keep)])
    grads = type(cell)(arrays.weight_gradient(delta, trace.x), delta.sum(axis=(1, 2)))
    return grads, arrays.input_gradient(delta, cell.W_x), dh0
