"""Two directions (Schuster and Paliwal 1997): one cell reads from the front, another from the back.

The output at step t knows the whole sequence: h_t = [forth_t; back_t], where forth_t has read x_1 … x_t and back_t has
read x_T … x_t. So it cannot be used where the next input is not known yet, as in a forecast or in writing text.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import dtype, ndarray
from numpy.typing import ArrayLike

from rnn_notes.cells import arrays, require
from rnn_notes.sequences import checked, given, output_gradient, reverse, run


def sizes(layer: Any) -> tuple[int, int]:
    """How many features D a layer takes and how many H it gives. Raises ValueError if it is not a layer of cells."""
    if isinstance(layer, type) or not hasattr(layer, "states"):
        raise ValueError(f"layer is {layer!r:.60} but a cell is expected; pass one such as RNN.init(4, 3, rng)")
    D, H = layer.sizes if hasattr(layer, "sizes") else arrays.sizes(layer)
    return int(D), int(H)


@dataclass(frozen=True, eq=False)
class BidirectionalTrace:
    """What a forward pass leaves behind: the traces of both cells, and their states side by side."""

    forth: Any
    back: Any  # of the reversed sequences: its first step is the last of each
    h: ndarray  # (T + 1, B, H), of both; h[0] holds the two initial states, what is after an end has no meaning
    last: tuple[ndarray, ...]  # the states of either cell after it has read everything
    lengths: ndarray | None


@dataclass(frozen=True, eq=False)
class Bidirectional:
    """A pair of cells for the same input; it runs like a cell whose H is that of both together."""

    forth: Any
    back: Any

    def __post_init__(self) -> None:
        (D, _), (D_back, _) = sizes(self.forth), sizes(self.back)
        if D_back != D or self.forth.dtype != self.back.dtype:
            raise ValueError(
                f"forth takes {D} features in {self.forth.dtype} but back {D_back} in {self.back.dtype}; "
                f"make both for the same input"
            )

    @property
    def dtype(self) -> dtype:
        return self.forth.dtype

    @property
    def sizes(self) -> tuple[int, int]:
        return sizes(self.forth)[0], sizes(self.forth)[1] + sizes(self.back)[1]

    @property
    def states(self) -> tuple[str, ...]:
        """Those of forth, then those of back."""
        return (*(f"{s}_forth" for s in self.forth.states), *(f"{s}_back" for s in self.back.states))

    def forward(self, x: ArrayLike, *state: ArrayLike, lengths: ArrayLike | None = None) -> BidirectionalTrace:
        """Run sequences x (T, B, D), of these lengths or all of length T, from the states of both cells or zeros."""
        x = require.array(self, "x", x, T=None, B=None, D=self.sizes[0])
        lengths = lengths if lengths is None else checked(lengths, *x.shape[:2])
        given(self, state)
        n = len(self.forth.states)
        forth, ends = run(self.forth, x, *state[:n], lengths=lengths)
        back, ends_back = run(self.back, reverse(x, lengths), *state[n:], lengths=lengths)
        h = np.concatenate([forth.h, np.concatenate([back.h[:1], reverse(back.h[1:], lengths)])], axis=2)
        return BidirectionalTrace(forth, back, h, ends + ends_back, lengths)

    def backward(self, trace: BidirectionalTrace, dh: ArrayLike) -> tuple[Any, ...]:
        """From dh (T, B, H) to the gradients: of the parameters (a Bidirectional), of x, and of each initial state.

        What dh holds after the end of a sequence is not looked at.
        """
        dh = output_gradient(self, trace, BidirectionalTrace, dh)
        n = sizes(self.forth)[1]
        d_forth, dx, *dstate = self.forth.backward(trace.forth, dh[..., :n])
        d_back, dx_back, *dstate_back = self.back.backward(trace.back, reverse(dh[..., n:], trace.lengths))
        return type(self)(d_forth, d_back), dx + reverse(dx_back, trace.lengths), *dstate, *dstate_back
