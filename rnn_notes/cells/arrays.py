"""The arrays of a cell: how they begin, their parts by name, read-only, and copies that products read fast."""

from typing import Any

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, DTypeLike

from rnn_notes.cells import door


def uniform(rng: np.random.Generator, shape: tuple[int, ...], dtype: DTypeLike) -> ndarray:
    """Weights (…, to, from) uniform in ±1/√from, so that pre-activations start near one."""
    return (rng.uniform(-1, 1, shape) / np.sqrt(shape[-1])).astype(dtype)


def start(cell: Any, T: int, B: int, H: int, **initial: ArrayLike | None) -> ndarray:
    """One array (T + 1, B, H) for each state, stacked, of which the first entry is the initial state, zeros if None."""
    states = np.empty((len(initial), T + 1, B, H), cell.dtype)
    for state, (name, value) in zip(states, initial.items(), strict=True):
        state[0] = 0 if value is None else door.array(cell, name, value, B=B, H=H)
    return states


def last_of(*states: str) -> property:
    """Of a trace the states after the last step, as a tuple from which ``forward(x, *last)`` goes on."""
    return property(lambda trace: tuple(getattr(trace, state)[-1] for state in states), doc=last_of.__doc__)


def parts(array: str, gates: int) -> tuple[property, ...]:
    """One property a gate: its part of an array, as a read-only view, such as W_xi of W_x."""
    return tuple(_part(array, gate) for gate in range(gates))


def _part(array: str, gate: int) -> property:
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
