"""What cells have in common: how their arrays begin, their parts by name, and products of all time steps at once."""

from typing import Any

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.cells import require


def uniform(rng: np.random.Generator, shape: tuple[int, ...], dtype: DTypeLike) -> ndarray:
    """Weights (…, to, from) uniform in ±1/√from, so that pre-activations start below about one."""
    return (rng.uniform(-1, 1, shape) / np.sqrt(shape[-1])).astype(dtype)


def sizes(cell: Any) -> tuple[int, int]:
    """D and H: a cell's first array leads from the input to the hidden units."""
    H, D = next(iter(vars(cell).values())).shape[-2:]
    return D, H


def now(cell: Any, x_t: ArrayLike, **states: ArrayLike) -> list[ndarray]:
    """What one step starts from: the input x_t (B, D) and the states (B, H) before it."""
    D, H = sizes(cell)
    x_t = require.array(cell, "x_t", x_t, B=None, D=D)
    return [x_t, *(require.array(cell, name, state, B=len(x_t), H=H) for name, state in states.items())]


def start(cell: Any, x: ArrayLike, **initial: ArrayLike | None) -> list[ndarray]:
    """The sequence x (T, B, D), and for each state one (T + 1, B, H) that begins with the initial one, or zeros."""
    D, H = sizes(cell)
    x = require.array(cell, "x", x, T=None, B=None, D=D)
    T, B, _ = x.shape
    states = np.empty((len(initial), T + 1, B, H), cell.dtype)
    for state, (name, value) in zip(states, initial.items(), strict=True):
        state[0] = 0 if value is None else require.array(cell, name, value, B=B, H=H)
    return [x, *states]


def start_back(cell: Any, trace: Any, kind: Any, dh: ArrayLike, **others: ArrayLike | None) -> list[ndarray]:
    """The gradients (T, B, H) that a backward pass begins with: dh, and those of the other states, zeros if None."""
    D, H = sizes(cell)
    T, B, _ = require.trace(cell, trace, kind, D=D, H=H).x.shape
    given = {name: np.zeros((T, B, H), cell.dtype) if d is None else d for name, d in others.items()}
    return [require.array(cell, name, d, T=T, B=B, H=H) for name, d in {"dh": dh, **given}.items()]


# The weights are shared: what all time steps do with them is one product over T steps and B sequences. Where there are
# gates, they are the first axis of W (gates, to, from) and of the products (gates, T, B, to).


def project(W: ndarray, x: ndarray, b: ndarray) -> ndarray:
    """W x_t + b of all steps of x (T, B, from): (…, T, B, to)."""
    T, B, _ = x.shape
    a = x.reshape(T * B, -1) @ W.mT
    a += b[..., None, :]  # in place: a second array of this size would take longer than the product
    return a.reshape(*b.shape[:-1], T, B, b.shape[-1])


def weight_gradient(delta: ndarray, x: ndarray) -> ndarray:
    """∂L/∂W, (…, to, from): from delta = ∂L/∂(W x_t), (…, T, B, to), and x, a sum over steps and sequences."""
    gates, (T, B, to) = delta.shape[:-3], delta.shape[-3:]
    return delta.reshape(*gates, T * B, to).mT @ x.reshape(T * B, -1)


def input_gradient(delta: ndarray, W: ndarray) -> ndarray:
    """∂L/∂x, (T, B, from), likewise: a sum over the gates, if there are any."""
    gates, (T, B, to) = delta.shape[:-3], delta.shape[-3:]
    dx = delta.reshape(*gates, T * B, to) @ W
    return (dx.sum(axis=0) if gates else dx).reshape(T, B, -1)


def last_of(*states: str) -> property:
    """Of a trace the states after the last step, as a tuple from which ``forward(x, *last)`` continues."""
    return property(lambda trace: tuple(getattr(trace, state)[-1] for state in states), doc=last_of.__doc__)


def dtype_of(array: str) -> property:
    """Of a cell the dtype, which all its arrays share."""
    return property(lambda cell: getattr(cell, array).dtype, doc=dtype_of.__doc__)


def gate_views(array: str, gates: int) -> tuple[property, ...]:
    """One property per gate: a read-only view of its rows of an array, such as W_xi of W_x."""
    return tuple(_gate_view(array, gate) for gate in range(gates))


def _gate_view(array: str, gate: int) -> property:
    def view(cell: Any) -> ndarray:
        part: ndarray = getattr(cell, array)[gate]
        part.setflags(write=False)
        return part

    return property(view, doc=f"``{array}[{gate}]``, read-only.")


def aligned(a: ndarray) -> ndarray:
    """A copy of a, in row order, that starts on a multiple of 64 bytes: the lines in which a processor reads.

    NumPy starts an array on any multiple of 16; a product with weights that straddle the lines takes up to a third
    longer, so a loop over time steps earns back the one copy.
    """
    buffer = np.empty(a.nbytes + 64, np.uint8)
    start = -buffer.ctypes.data % 64
    result = buffer[start : start + a.nbytes].view(a.dtype).reshape(a.shape)
    result[...] = a
    return result
