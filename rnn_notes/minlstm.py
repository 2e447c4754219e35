"""minLSTM (Feng et al. 2024): an LSTM whose gates see the input alone, and whose state is not hidden behind a gate.

```text title="not run: the formulas of one step"
f_t = σ(W_xf x_t + b_f)      i_t = σ(W_xi x_t + b_i)      n_t = W_xn x_t + b_n
h_t = (f_t ⊙ h_{t−1} + i_t ⊙ n_t) / (f_t + i_t)
```

The share f / (f + i) is computed as σ(log f − log i), since both gates may be so small that they are zero.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes import minimal
from rnn_notes.activations import sigmoid
from rnn_notes.cells import arrays, require
from rnn_notes.minimal import MinimalTrace
from rnn_notes.slstm import log_sigmoid


@dataclass(frozen=True, eq=False)
class MinLSTM:
    """A layer of H units with the parts f, i and n; what is kept and what is written have the sum 1."""

    states: ClassVar = ("h",)
    gates: ClassVar = ("f", "i", "n")  # in the order of the first axis

    W_x: ndarray  # (3, H, D)
    b: ndarray  # (3, H)

    dtype = arrays.dtype_of("W_x")

    def __post_init__(self) -> None:
        minimal.check(self)

    @classmethod
    def init(cls, D: int, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        """Weights uniform in ±1/√D; biases zero."""
        D, H = require.sizes(rng, D=D, H=H)
        return cls(arrays.uniform(rng, (3, H, D), dtype), np.zeros((3, H), dtype))

    def forward(self, x: ArrayLike, h0: ArrayLike | None = None) -> MinimalTrace:
        """Run a sequence x (T, B, D) from the state h0 (B, H), zeros if missing, in about 2 log₂ T rounds."""
        return minimal.forward(self, x, h0, lambda a_f, a_i: sigmoid(log_sigmoid(a_f) - log_sigmoid(a_i)))

    def backward(self, trace: MinimalTrace, dh: ArrayLike) -> tuple[Self, ndarray, ndarray]:
        """From dh (T, B, H) to the gradient of the parameters (a MinLSTM), of x (T, B, D) and of h0 (B, H)."""

        def through(dkeep: ndarray, f: ndarray, i: ndarray) -> list[ndarray]:
            d = dkeep * trace.keep * (1 - trace.keep)  # keep is a sigmoid of log f − log i
            return [d * (1 - f), -d * (1 - i)]

        return minimal.backward(self, trace, dh, through)
