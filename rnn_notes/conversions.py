"""The same cell in the parameter layouts of PyTorch and ONNX: arrays in, arrays out, neither library needed.

Both stack their gates as blocks of rows, have a bias for the input and another for the hidden state, and add them up;
they differ in the order of the gates. Only the GRU's candidate keeps its two biases apart, since one is reset.

PyTorch: ``torch.nn.RNN``, ``LSTM``, ``GRU``, one layer, one direction. A result of ``to_torch`` is a ``state_dict``
once its arrays are tensors. ONNX: operators ``RNN``, ``LSTM``, ``GRU``, forward, without peepholes; the GRU is the
one with ``linear_before_reset=1``, since the default resets before the product and has no counterpart here.
"""

from collections.abc import Mapping

import numpy as np
from numpy import ndarray

from rnn_notes.cells import GRU, LSTM, RNN

Cell = RNN | LSTM | GRU

TORCH_NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")

TORCH_ORDER: dict[type[Cell], list[int]] = {RNN: [0], LSTM: [0, 1, 3, 2], GRU: [0, 1, 2]}
"""Which of our gates stands where: i, f, o, c̃ become i, f, g, o; r, z, n stay."""

ONNX_ORDER: dict[type[Cell], list[int]] = {RNN: [0], LSTM: [0, 2, 1, 3], GRU: [1, 0, 2]}
"""i, f, o, c̃ become i, o, f, c; r, z, n become z, r, h."""


def to_torch(cell: Cell) -> dict[str, ndarray]:
    """``weight_ih_l0`` (G·H, D), ``weight_hh_l0`` (G·H, H), ``bias_ih_l0`` and ``bias_hh_l0`` (G·H,) for G gates."""
    return dict(zip(TORCH_NAMES, _stacked(cell, TORCH_ORDER[type(cell)]), strict=True))


def from_torch(state: Mapping[str, ndarray]) -> Cell:
    """The RNN, LSTM or GRU whose arrays these are: 1, 4 or 3 blocks of H rows say which.

    Raises ValueError if an array is missing, is one too many, or does not fit the others.
    """
    return _cell(_only(TORCH_NAMES, state), TORCH_ORDER)


def to_onnx(cell: Cell) -> dict[str, ndarray]:
    """``W`` (1, G·H, D), ``R`` (1, G·H, H) and ``B`` (1, 2·G·H) for G gates."""
    W, R, b_x, b_h = _stacked(cell, ONNX_ORDER[type(cell)])
    return {"W": W[None], "R": R[None], "B": np.concatenate([b_x, b_h])[None]}


def from_onnx(arrays: Mapping[str, ndarray]) -> Cell:
    """The RNN, LSTM or GRU (with ``linear_before_reset=1``) whose arrays these are.

    Raises ValueError if an array is missing, is one too many or for two directions, or does not fit the others.
    """
    given = _only(("W", "R", "B"), arrays)
    for name, array in given.items():
        if len(array) != 1:
            raise ValueError(f"{name} has {len(array)} directions but a cell has 1; pass {name}[:1], the forward one")
    W, R, biases = (array[0] for array in given.values())
    if len(biases) != 2 * len(R):
        raise ValueError(
            f"B has {len(biases)} numbers but two biases for {len(R)} rows are expected, {2 * len(R)} numbers; "
            f"take it from the same node as R"
        )
    return _cell(
        {"W": W, "R": R, "first half of B": biases[: len(R)], "second half of B": biases[len(R) :]}, ONNX_ORDER
    )


def _only(names: tuple[str, ...], arrays: Mapping[str, ndarray]) -> dict[str, ndarray]:
    """The arrays of these names, in this order; one that is missing or too many is refused."""
    for name in names:
        if name not in arrays:
            raise ValueError(f"{name} is missing but a layer with biases has it; there are {', '.join(sorted(arrays))}")
    if more := sorted(arrays.keys() - {*names}):
        raise ValueError(
            f"{', '.join(more)} came as well but a cell is one layer in one direction; pass only {', '.join(names)}"
        )
    return {name: np.asarray(arrays[name]) for name in names}


def _stacked(cell: Cell, order: list[int]) -> list[ndarray]:
    """Weights and biases for input and hidden state, the gates as blocks of rows; a bias of ours goes to the first."""
    if isinstance(cell, RNN):
        W_x, W_h, b, b_hidden = cell.W_xh[None], cell.W_hh[None], cell.b_h[None], np.zeros_like(cell.b_h)[None]
    else:
        W_x, W_h, b, b_hidden = cell.W_x, cell.W_h, cell.b, np.zeros_like(cell.b)
    if isinstance(cell, GRU):
        b_hidden[2] = cell.b_hn
    return [np.concatenate(gate_first[order]) for gate_first in (W_x, W_h, b, b_hidden)]


def _cell(stacked: dict[str, ndarray], orders: dict[type[Cell], list[int]]) -> Cell:
    """The inverse of ``_stacked``: the two biases are added up, but for the one inside the reset of a GRU."""
    (_, name, *_), (_, R, *_) = stacked.keys(), stacked.values()
    rows, H = R.shape if R.ndim == 2 else (0, 0)
    kinds = {len(order) * H: kind for kind, order in orders.items()}
    if not rows or rows not in kinds:
        raise ValueError(
            f"{name} has shape {R.shape} but (H, H), (3·H, H) or (4·H, H) is expected, for an RNN, a GRU or an LSTM; "
            f"pass the arrays of one layer in one direction"
        )
    for other, array in stacked.items():
        if len(array) != rows:
            raise ValueError(f"{other} has {len(array)} rows but {name} has {rows}; take both from the same layer")
    kind = kinds[rows]
    back = np.argsort(orders[kind])
    W_x, W_h, b_x, b_h = (np.array(np.split(array, len(back)))[back] for array in stacked.values())
    if kind is GRU:
        return GRU(W_x, W_h, np.concatenate([b_x[:2] + b_h[:2], b_x[2:]]), b_h[2])
    if kind is LSTM:
        return LSTM(W_x, W_h, b_x + b_h)
    return RNN(W_x[0], W_h[0], b_x[0] + b_h[0])
