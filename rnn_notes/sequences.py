"""Sequences of different length in one batch: padded to the longest, so that the padding changes nothing.

A cell reads forwards, so the steps after the end of a sequence cannot reach the steps before it, and the states up to
the end are those of the sequence alone. Three things do go wrong, and each has its function here: the state at the end
is not that of the last step of the batch (``last``), a loss must not count the padding (``masked``), and a sequence
that is reversed together with its padding begins with the padding (``reverse``).

``lengths`` are B whole numbers from 1 to T.
"""

from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_notes.cells import require

Loss = Callable[[ndarray, ndarray], tuple[Any, ndarray]]


def pad(sequences: Sequence[ArrayLike]) -> tuple[ndarray, ndarray]:
    """B sequences (T_b, …) as one array (T, B, …), with zeros after the end of the shorter ones, and their lengths.

    Raises ValueError if there is none, if one has no steps, or if they differ in more than the number of steps.
    """
    parts = [require.numbers(f"sequence {b}", sequence) for b, sequence in enumerate(sequences)]
    if not parts:
        raise ValueError("sequences is empty but at least one is expected; pass [x] for a single one")
    for b, part in enumerate(parts):
        if part.ndim == 0 or part.size == 0:
            raise ValueError(f"sequence {b} has shape {part.shape} but at least one step is expected; leave it out")
        if part.shape[1:] != parts[0].shape[1:]:
            raise ValueError(
                f"sequence {b} has steps of shape {part.shape[1:]} but sequence 0 has {parts[0].shape[1:]}; "
                f"pass sequences with the same features"
            )
    lengths = np.array([len(part) for part in parts])
    padded = np.zeros((lengths.max(), len(parts), *parts[0].shape[1:]), np.result_type(*parts))
    for b, part in enumerate(parts):
        padded[: len(part), b] = part
    return padded, lengths


def mask(lengths: ArrayLike, T: int) -> ndarray:
    """(T, B): True at the steps of a sequence, False after its end. Raises ValueError if a length is not 1 to T."""
    return np.arange(require.whole("T", T))[:, None] < checked(lengths, T)


def run(
    layer: Any, x: ArrayLike, *state: ArrayLike, lengths: ArrayLike | None = None
) -> tuple[Any, tuple[ndarray, ...]]:
    """The trace of a layer on padded sequences x (T, B, D), and all its states after the last step of each.

    A cell reads forwards, so it need not know the lengths; a layer that takes them is told.
    """
    if lengths is None or "lengths" not in signature(layer.forward).parameters:
        trace = layer.forward(x, *state)
        ends = trace.last if lengths is None else (last(getattr(trace, s), lengths) for s in layer.states)
    else:
        trace = layer.forward(x, *state, lengths=lengths)
        ends = trace.last
    return trace, tuple(ends)


def output_gradient(layer: Any, trace: Any, kind: type[Any], dh: ArrayLike) -> ndarray:
    """The dh (T, B, H) that a layer's ``backward`` is given, with zeros where a sequence has ended."""
    steps, B, H = require.own(layer, trace, kind).h.shape  # with that before the first
    T = steps - 1
    dh = require.array(layer, "dh", dh, T=T, B=B, H=H)
    return dh if trace.lengths is None else np.where(mask(trace.lengths, T)[..., None], dh, 0)


def last(h: ndarray, lengths: ArrayLike) -> ndarray:
    """Of states h (T + 1, B, H), with h_0, those after the last step of each sequence, (B, H)."""
    lengths = checked(lengths, len(h) - 1, h.shape[1])
    return h[lengths, np.arange(len(lengths))]


def last_backward(dlast: ndarray, lengths: ArrayLike, T: int) -> ndarray:
    """The gradient with respect to h_1 … h_T, (T, B, H), of a loss through ``last`` alone: zero but at the ends."""
    lengths = checked(lengths, T, len(dlast))
    dh = np.zeros((T, *dlast.shape), dlast.dtype)
    dh[lengths - 1, np.arange(len(lengths))] = dlast
    return dh


def reverse(a: ndarray, lengths: ArrayLike | None = None) -> ndarray:
    """Each sequence of a (T, B, …) from its end to its beginning; what is after the end stays there.

    Twice, it is a again; and it is its own derivative: the gradient of a is the reversed gradient of the result.
    """
    if lengths is None:
        return a[::-1]
    lengths = checked(lengths, len(a), a.shape[1])
    t = np.arange(len(a))[:, None]
    return a[np.where(t < lengths, lengths - 1 - t, t), np.arange(len(lengths))]


def masked(loss: Loss, lengths: ArrayLike) -> Loss:
    """The same loss over the true steps alone, and zero as its gradient after the ends.

    ``loss`` sums over steps and averages over sequences, as those of ``rnn_notes.readout`` do, and so does the result:
    of B sequences it is the mean of their losses, each run alone.
    """

    def over_true_steps(y: ndarray, target: ndarray) -> tuple[Any, ndarray]:
        true, B = mask(lengths, len(y)), y.shape[1]
        if np.shape(target)[:2] != true.shape:
            raise ValueError(
                f"target has shape {np.shape(target)} but one for each of {true.shape} steps and sequences is "
                f"expected; pass pad(targets)[0]"
            )
        value, dy_true = loss(y[true][:, None], np.asarray(target)[true][:, None])  # one long sequence of true steps
        dy = np.zeros_like(y)
        dy[true] = dy_true[:, 0] / B
        return value / B, dy

    return over_true_steps


def checked(lengths: ArrayLike, T: int, B: int | None = None) -> ndarray:
    """B whole numbers from 1 to T, in an array of their own. Raises ValueError if they are not."""
    require.plain("lengths", lengths)
    try:
        found = np.asarray(lengths)
    except ValueError:  # ragged
        found = np.asarray(lengths, object)
    if found.ndim != 1 or found.dtype.kind not in "iu" or B not in (None, len(found)):
        raise ValueError(
            f"lengths is {found.dtype} of shape {found.shape} but whole numbers of shape ({B or 'B'},) are expected; "
            f"pass the lengths that pad returned"
        )
    if found.size and not 1 <= found.min() <= found.max() <= T:
        raise ValueError(
            f"lengths holds {found.min()} to {found.max()} but there are {T} time steps; pass lengths from 1 to {T}"
        )
    return found.astype(np.intp)


def given(layer: Any, state: Sequence[ArrayLike]) -> None:
    """Refuse more states than a layer of cells carries."""
    if len(state) > len(layer.states):
        raise ValueError(
            f"{len(state)} states came but this {type(layer).__name__} carries {len(layer.states)}, "
            f"{', '.join(layer.states)}; pass *trace.last"
        )
