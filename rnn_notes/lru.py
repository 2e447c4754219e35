"""The linear recurrent unit (Orvieto et al. 2023): a state-space layer whose matrix is diagonal and complex.

s_t = λ ⊙ s_{t−1} + γ ⊙ (W x_t) and h_t = Re(V s_t), with λ = exp(−exp(ν) + iθ), so that |λ| < 1 for every ν, and
γ = √(1 − |λ|²), which keeps the size of s_t. λ is the same at all steps: the layer is a convolution, and a scan.

Complex numbers are stored as two real ones, so that a gradient is one with respect to real numbers.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy import dtype, ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes import scan
from rnn_notes.cells import require
from rnn_notes.cells.arrays import last_of, uniform


@dataclass(frozen=True, eq=False)
class LRUTrace:
    """What a forward pass leaves behind."""

    x: ndarray  # (T, B, D)
    h: ndarray  # (T + 1, B, H), the output; h[0] is that of the initial state
    re: ndarray  # (T + 1, B, N), the real part of the state s
    im: ndarray  # (T + 1, B, N), its imaginary part

    last = last_of("re", "im")


@dataclass(frozen=True, eq=False)
class LRU:
    """A layer of N complex states, D inputs and H outputs."""

    states: ClassVar = ("re", "im")
    gates: ClassVar = ()

    nu: ndarray  # (N,), |λ| = exp(−exp(ν))
    theta: ndarray  # (N,), the angle of λ
    W: ndarray  # (2, N, D), input to state: real and imaginary part
    V: ndarray  # (2, H, N), state to output

    def __post_init__(self) -> None:
        _, N, D = require.weights("W", self.W, "(2, N, D)")
        _, H, _ = require.weights("V", self.V, "(2, H, N)")
        require.parameters(self, nu=(N,), theta=(N,), W=(2, N, D), V=(2, H, N))
        if self.W.dtype.kind == "c":
            raise ValueError(f"W is {self.W.dtype} but an LRU stores real numbers; pass np.stack([W.real, W.imag])")

    @classmethod
    def init(
        cls, D: int, N: int, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64, angle: float = np.pi
    ) -> Self:
        """λ on a ring, 0.9 ≤ |λ| ≤ 0.999, uniform by area, at angles up to ``angle``; weights uniform in ±1/√inputs.

        With small angles the states turn slowly: the paper takes π/10 for its longest sequences.
        """
        D, N = require.sizes(rng, D=D, H=N)
        size = np.sqrt(rng.uniform(0.9**2, 0.999**2, N))
        nu, theta = np.log(-np.log(size)), rng.uniform(0, angle, N)
        return cls(
            nu.astype(dtype), theta.astype(dtype), uniform(rng, (2, N, D), dtype), uniform(rng, (2, H, N), dtype)
        )

    @property
    def dtype(self) -> dtype:
        return self.W.dtype

    @property
    def sizes(self) -> tuple[int, int]:
        return self.W.shape[2], self.V.shape[1]

    def _gamma(self) -> ndarray:
        """γ = √(1 − |λ|²), with all its digits where |λ| is near 1."""
        return np.sqrt(-np.expm1(-2 * np.exp(self.nu)))

    def forward(self, x: ArrayLike, re0: ArrayLike | None = None, im0: ArrayLike | None = None) -> LRUTrace:
        """Run a sequence x (T, B, D) from the state re0 + i·im0 (B, N), zeros if missing."""
        _, N, D = self.W.shape
        x = require.array(self, "x", x, T=None, B=None, D=D)
        B = x.shape[1]
        zeros = np.zeros((B, N), self.dtype)
        re, im = (
            zeros if value is None else require.array(self, name, value, B=B, H=N)
            for name, value in (("re0", re0), ("im0", im0))
        )
        size = np.exp(-np.exp(self.nu))
        driven = x @ (self.W[0] + 1j * self.W[1]).T * self._gamma()
        s = scan.scan(np.broadcast_to(size * np.exp(1j * self.theta), driven.shape), driven, re + 1j * im)
        re, im = s.real.astype(self.dtype), s.imag.astype(self.dtype)
        return LRUTrace(x.copy(), re @ self.V[0].T - im @ self.V[1].T, re, im)

    def backward(self, trace: LRUTrace, dh: ArrayLike) -> tuple[Self, ndarray, ndarray, ndarray]:
        """From dh (T, B, H) to the gradient of the parameters (an LRU), of x (T, B, D), of re0 and im0 (B, N)."""
        _, N, D = self.W.shape
        T, B, _ = require.own(self, trace, LRUTrace).x.shape
        dh = require.array(self, "dh", dh, T=T, B=B, H=self.V.shape[1])
        size, s = np.exp(-np.exp(self.nu)), trace.re + 1j * trace.im
        lam, gamma, W = size * np.exp(1j * self.theta), self._gamma(), self.W[0] + 1j * self.W[1]
        ds = dh @ (
            self.V[0] + 1j * self.V[1]
        )  # complex gradients g are such that a change ds adds Re(g ds) to the loss
        da, db, ds0 = scan.backward(np.broadcast_to(lam, (T, B, N)), s, ds)
        rows, x = (db * gamma).reshape(T * B, N), trace.x.reshape(T * B, D)
        dlam, dgamma, dW = (da * lam).sum(axis=(0, 1)), (db * (trace.x @ W.T)).sum(axis=(0, 1)).real, rows.T @ x
        dsize = -dgamma * size / gamma  # through γ
        dV = dh.reshape(T * B, -1).T @ s[1:].reshape(T * B, N)
        grads = type(self)(
            nu=-(dlam.real + dsize * size) * np.exp(self.nu),
            theta=-dlam.imag,
            W=np.stack([dW.real, -dW.imag]),
            V=np.stack([dV.real, -dV.imag]),
        )
        return grads, (rows @ W).real.reshape(T, B, D), ds0.real, -ds0.imag
