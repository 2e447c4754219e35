"""Starts that keep the length of what they carry: recurrent weights that are orthogonal or the identity.

The start of ``init`` makes most vectors shorter at each step. With these two, neither states nor gradients fade in the
matrix, as long as training has not changed it. The other parameters stay as they are.
"""

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from rnn_notes.cells import require

C = TypeVar("C")


def orthogonal(cell: C, rng: np.random.Generator, gain: float = 1.0) -> C:
    """The cell with an orthogonal matrix from its state, times ``gain``; a gated cell gets one for each gate.

    All orthogonal matrices are equally likely (Saxe, McClelland and Ganguli 2014).
    Raises ValueError if cell is not a single cell, rng not a generator, or gain not a positive number.
    """
    name = _recurrent(cell, gain)
    require.sizes(rng)
    Q, R = np.linalg.qr(rng.standard_normal(getattr(cell, name).shape))
    signs = np.sign(np.diagonal(R, axis1=-2, axis2=-1))  # left as they are, they would make some likelier than others
    return _with(cell, name, gain * Q * signs[..., None, :])


def identity(cell: C, gain: float = 1.0) -> C:
    """The cell with the identity, times ``gain``, as the matrix from its state (Le, Jaitly and Hinton 2015).

    Raises ValueError if cell is not a single cell, or gain not a positive number.
    """
    name = _recurrent(cell, gain)
    return _with(cell, name, gain * np.eye(getattr(cell, name).shape[-1]))


def _recurrent(cell: Any, gain: float) -> str:
    """The name of the weights from a cell's state to itself, (H, H) or (gates, H, H)."""
    name = next((name for name in ("W_hh", "W_h") if hasattr(cell, name)), "")
    if not name or isinstance(cell, type):
        raise ValueError(
            f"cell is {cell!r:.60} but a single cell is expected; pass RNN.init(4, 3, rng), or each layer by itself"
        )
    if isinstance(gain, bool) or not isinstance(gain, int | float | np.number) or not 0 < gain < np.inf:
        raise ValueError(f"gain is {gain!r:.60} but a positive number is expected; 1.0 keeps all lengths")
    return name


def _with(cell: Any, name: str, W: np.ndarray) -> Any:
    old = getattr(cell, name)
    return replace(cell, **{name: np.broadcast_to(W, old.shape).astype(old.dtype)})
