"""THE network of the lecture: 4 inputs, 3 hidden units, 2 outputs, run over 5 time steps.

Its numbers were chosen, not trained: one decimal each, to be read and multiplied by hand, and such that the
two pasts below lead to opposite predictions. The arrays are read-only, so no page can change them for another.
"""

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_notes.cells import RNN
from rnn_notes.readout import Readout

D, H, O, T = 4, 3, 2, 5


def _fixed(*rows: ArrayLike) -> ndarray:
    """A read-only float64 array."""
    array = np.array(rows, dtype=np.float64)
    array.setflags(write=False)
    return array


rnn = RNN(
    W_xh=_fixed([-0.2, 0.3, -0.3, -0.1], [0.5, -0.2, -0.2, 0.6], [-0.2, -0.6, -0.5, 0.1]),
    W_hh=_fixed([0.5, 0.2, 0.7], [0.1, 0.3, -0.8], [-0.6, 0.9, -0.4]),
    b_h=_fixed(0.2, -0.1, -0.1),
)
"""The recurrent layer: W_xh (3, 4), W_hh (3, 3) and b_h (3,)."""

readout = Readout(W_hy=_fixed([-0.7, 0.7, -0.6], [0.2, -0.5, -0.4]), b_y=_fixed(0.1, 0.1))
"""The output layer: W_hy (2, 3) and b_y (2,)."""

x = _fixed(
    [[0.1, -0.9, 0.5, 0.4]],
    [[-0.7, 0.5, 0.7, 0.3]],
    [[0.7, -0.4, 0.3, 0.5]],
    [[-0.4, 0.2, 0.8, 0.1]],
    [[-0.1, 0.4, -0.4, 0.5]],
)
"""The inputs x_1 … x_5, of shape (5, 1, 4): five time steps, a batch of one, four features."""

x_other_past = _fixed(*-x[:4], x[4])
"""The same last input x_5 after another past: x_1 … x_4 with the opposite sign."""

target = _fixed([[0.5, 0.0]], [[-0.5, 0.5]], [[0.5, 0.5]], [[0.0, -0.5]], [[-0.5, 0.5]])
"""What the outputs y_1 … y_5 should have been, of shape (5, 1, 2)."""
