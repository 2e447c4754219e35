"""The same cell in the parameter layouts of PyTorch and ONNX: arrays in, arrays out, neither library needed.

Both stack their gates as blocks of rows, have a bias for the input and another for the hidden state, and add them up;
they differ in the order of the gates. Only the GRU's candidate keeps its two biases apart, since one is reset.

PyTorch: ``torch.nn.RNN``, ``LSTM``, ``GRU``. A result of ``to_torch`` is a ``state_dict`` once its arrays are tensors.
ONNX: operators ``RNN``, ``LSTM``, ``GRU``, forward, without peepholes.

What the arrays do not carry has to be said: a network with ``nonlinearity="relu"`` has the arrays of one with tanh.
Cells here have tanh and the logistic sigmoid, and the GRU is the one with ``linear_before_reset=1``, since the default
of ONNX resets before the product and has no counterpart here.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.bidirectional import Bidirectional
from rnn_notes.cells import GRU, LSTM, RNN, require
from rnn_notes.readout import Readout
from rnn_notes.stack import Stack

Cell = RNN | LSTM | GRU

TORCH_NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

TORCH_ORDER: dict[type[Cell], list[int]] = {RNN: [0], LSTM: [0, 1, 3, 2], GRU: [0, 1, 2]}
"""Which of our gates is where: i, f, o, c̃ become i, f, g, o; r, z, n stay."""

ONNX_ORDER: dict[type[Cell], list[int]] = {RNN: [0], LSTM: [0, 2, 1, 3], GRU: [1, 0, 2]}
"""i, f, o, c̃ become i, o, f, c; r, z, n become z, r, h."""

ONNX_ACTIVATIONS = {RNN: ["Tanh"], LSTM: ["Sigmoid", "Tanh", "Tanh"], GRU: ["Sigmoid", "Tanh"]}


def to_torch(cell: Cell) -> dict[str, ndarray]:
    """``weight_ih_l0`` (G·H, D), ``weight_hh_l0`` (G·H, H), ``bias_ih_l0`` and ``bias_hh_l0`` (G·H,) for G gates."""
    return {f"{name}_l0": array for name, array in zip(TORCH_NAMES, _stacked(cell, TORCH_ORDER), strict=True)}


def from_torch(
    state: Mapping[str, Any],
    *,
    prefix: str = "",
    layer: int | None = None,
    reverse: bool | None = None,
    nonlinearity: str = "tanh",
) -> Cell:
    """The RNN, LSTM or GRU whose arrays these are: 1, 4 or 3 blocks of H rows say which.

    ``state`` is the ``state_dict`` of a layer or of a ``torch.nn.RNNCell``, ``LSTMCell`` or ``GRUCell``, or of a model
    that has it below ``prefix``, such as ``"encoder."``. Of
    several layers or two directions say which one; each is a cell of its own. ``nonlinearity`` is that of
    ``torch.nn.RNN``: the arrays of a ReLU network look the same, so say it if you know it, as only tanh is taken.
    Raises ValueError if an array is missing, is one too many, or does not fit the others.
    """
    if nonlinearity != "tanh":
        raise ValueError(
            f"nonlinearity is {nonlinearity!r} but a cell here has tanh; "
            f"train the network with nonlinearity='tanh', or run it where it comes from"
        )
    given = _names(state, "state")
    if not isinstance(prefix, str):
        raise ValueError(
            f"prefix is {prefix!r:.60} but a text is expected; pass prefix='', or what the names begin with"
        )
    found: dict[tuple[str, int, bool], dict[str, str]] = {}  # by prefix, layer and direction: each name in full
    others = []
    for name in given:
        if match := re.fullmatch(rf"(.*?)({'|'.join(TORCH_NAMES)})(?:_l(\d+)(_reverse)?)?", name):  # a cell has no _l0
            found.setdefault((match[1], int(match[3] or 0), bool(match[4])), {})[match[2]] = name
        else:
            others.append(name)
    prefixes = sorted({key[0] for key in found})
    if prefix not in prefixes:
        way_out = f"pass prefix={prefixes[-1]!r}" if prefixes else "pass the state_dict of a torch.nn.RNN, LSTM or GRU"
        raise ValueError(
            f"no name begins with {prefix + 'weight_ih_l'!r}; there are {', '.join(given) or 'no arrays'}; {way_out}"
        )
    here = sorted(key[1:] for key in found if key[0] == prefix)
    fitting = [(n, back) for n, back in here if layer in (None, n) and reverse in (None, back)]
    if len(fitting) != 1:
        each = " and ".join(f"(layer={n}, reverse={back})" for n, back in here)
        raise ValueError(
            f"state has {len(here)} cells, and {len(fitting)} of them fit; convert each by itself, {each}: "
            f"a reverse one runs on x[::-1], and the next layer on h[1:] of the one before; stack_from_torch takes all"
        )
    (at,) = fitting
    names = found[prefix, *at]
    ending = f"_l{at[0]}{'_reverse' * at[1]}"
    for name in TORCH_NAMES:
        if name not in names:
            zeros = ", for a layer with bias=False as np.zeros(len(weight_hh))" if name.startswith("bias") else ""
            raise ValueError(
                f"{prefix}{name}{ending} is missing; there are {', '.join(names.values())}; pass it as well{zeros}"
            )
    for name in others:
        if name == f"{prefix}weight_hr{ending}":
            raise ValueError(f"{name} is a projection, which has no counterpart here; train without proj_size")
        if not prefix:
            raise ValueError(
                f"{name} came as well, which a layer does not have; pass the state_dict of the layer alone"
            )
    return _cell({names[name]: state[names[name]] for name in TORCH_NAMES}, TORCH_ORDER)


def stack_to_torch(stack: Stack) -> dict[str, ndarray]:
    """The arrays of all layers, and of both directions: ``weight_ih_l1_reverse`` and so on."""
    if not isinstance(stack, Stack):
        raise ValueError(
            f"stack is a {type(stack).__name__} but a Stack is expected; pass one, or the cell to to_torch"
        )
    found: dict[str, ndarray] = {}
    for k, layer in enumerate(stack.layers):
        cells = (layer.forth, layer.back) if isinstance(layer, Bidirectional) else (layer,)
        for cell, ending in zip(cells, (f"_l{k}", f"_l{k}_reverse"), strict=False):
            found |= {name.replace("_l0", ending): array for name, array in to_torch(cell).items()}
    return found


def stack_from_torch(state: Mapping[str, Any], *, prefix: str = "", nonlinearity: str = "tanh") -> Stack:
    """All layers of the RNN, LSTM or GRU below ``prefix``, each a cell or, with two directions, a Bidirectional.

    Raises ValueError as ``from_torch`` does, and if a layer is missing.
    """
    pattern = rf"{re.escape(prefix)}weight_ih_l(\d+)(_reverse)?"
    found = {(int(m[1]), bool(m[2])) for name in _names(state, "state") if (m := re.fullmatch(pattern, name))}

    def cell(k: int, reverse: bool) -> Cell:
        return from_torch(state, prefix=prefix, layer=k, reverse=reverse, nonlinearity=nonlinearity)

    layers = range(1 + max((k for k, _ in found), default=0))
    return Stack(
        tuple(Bidirectional(cell(k, False), cell(k, True)) if (k, True) in found else cell(k, False) for k in layers)
    )


def to_onnx(cell: Cell) -> dict[str, ndarray]:
    """``W`` (1, G·H, D), ``R`` (1, G·H, H) and ``B`` (1, 2·G·H) for G gates."""
    W, R, b_x, b_h = _stacked(cell, ONNX_ORDER)
    return {"W": W[None], "R": R[None], "B": np.concatenate([b_x, b_h])[None]}


def from_onnx(arrays: Mapping[str, Any], **attributes: Any) -> Cell:
    """The RNN, LSTM or GRU (with ``linear_before_reset=1``) whose arrays these are.

    ``attributes`` are those of the node, such as ``activations=["Tanh"]`` or ``linear_before_reset=1``: the arrays do
    not tell them, so say them if you know them, as others than those of a cell here are refused.
    Raises ValueError if an array is missing, is one too many or for two directions, or does not fit the others.
    """
    given = _names(arrays, "arrays")
    for name in ("W", "R"):
        if name not in arrays:
            raise ValueError(f"{name} is missing; there are {', '.join(given) or 'no arrays'}; pass that of the node")
    for name in given:
        if name not in ("W", "R", "B"):
            raise ValueError(f"{name} came as well; {ONNX_OTHERS.get(name, 'pass only W, R and B of the node')}")
    W, R = (_array(name, arrays[name]) for name in ("W", "R"))
    for name, array in (("W", W), ("R", R)):
        if array.ndim != 3:
            way_out = f"pass {name}[None]" if array.ndim == 2 else "pass it as the node has it"
            raise ValueError(
                f"{name} has {array.ndim} axes, shape {array.shape}, but 3 axes are expected, (1, G·H, …); {way_out}"
            )
    if "B" not in arrays:
        raise ValueError(
            f"B is missing, which a node without biases may leave out; "
            f"pass B=np.zeros({(len(W), 2 * W.shape[1])}) for them"
        )
    B = _array("B", arrays["B"])
    if B.ndim != 2:
        way_out = "pass B[None]" if B.ndim == 1 else "pass it as the node has it"
        raise ValueError(f"B has {B.ndim} axes, shape {B.shape}, but 2 axes are expected, (1, 2·G·H); {way_out}")
    for name, array in (("W", W), ("R", R), ("B", B)):
        if len(array) != 1:
            raise ValueError(
                f"{name} has {len(array)} directions but a cell has 1; convert each by itself: "
                f"{{name: a[:1] for name, a in arrays.items()}} is forward, a[1:] runs from the end to the beginning"
            )
    rows = W.shape[1]
    if B.shape[1] != 2 * rows:
        raise ValueError(
            f"B has {B.shape[1]} numbers but two biases for {rows} rows are expected, {2 * rows} numbers; "
            f"take it from the same node as W"
        )
    biases = {"first half of B": B[0, :rows], "second half of B": B[0, rows:]}
    cell = _cell({"W": W[0], "R": R[0], **biases}, ONNX_ORDER)
    expected = {"activations": ONNX_ACTIVATIONS[type(cell)], "direction": "forward", "layout": 0, "input_forget": 0}
    expected |= {"hidden_size": R.shape[2], "linear_before_reset": int(isinstance(cell, GRU))}
    for name, value in attributes.items():
        if name not in expected or not _same(value, expected[name]):
            here = f"{expected[name]!r}" if name in expected else "none"
            raise ValueError(
                f"{name} is {value!r} but a cell here has {here}; run such a node where it comes from, or train without"
            )
    return cell


def _same(value: Any, expected: Any) -> bool:
    """Whether an attribute is as expected; texts may be bytes, as a node has them, and their case does not matter."""
    if isinstance(expected, list):
        listed = isinstance(value, list | tuple) and len(value) == len(expected)
        return listed and all(map(_same, value, expected))
    if isinstance(expected, str):
        text = value.decode(errors="replace") if isinstance(value, bytes) else value
        return isinstance(text, str) and text.lower() == expected.lower()
    return bool(np.ndim(value) == 0 and value == expected)


ONNX_OTHERS = {
    "P": "a node with peepholes has no counterpart here; train without them",
    "X": "it is the input; pass it to forward as x",
    "sequence_lens": "it belongs to the input; run each sequence at its own length",
    "initial_h": "it belongs to the input; pass it to forward as h0",
    "initial_c": "it belongs to the input; pass it to forward as c0",
}


def _names(arrays: Any, what: str) -> list[str]:
    """The names of a mapping of arrays, which must be texts."""
    if not isinstance(arrays, Mapping):
        raise ValueError(f"{what} is a {type(arrays).__name__} but a dict of arrays by name is expected; pass that")
    for name in arrays:
        if not isinstance(name, str):
            raise ValueError(f"{what} has the key {name!r} but names of arrays are expected; pass a dict with them")
    return list(arrays)


def _array(name: str, value: Any) -> ndarray:
    """An array of finite float32 or float64 numbers, or what can be read as one, such as a tensor."""
    try:
        array = require.numbers(name, np.asarray(value) if not isinstance(value, ndarray) else value)
    except (TypeError, RuntimeError) as error:
        raise ValueError(
            f"{name} cannot be read as an array ({error!s:.60}); pass {name}.detach().cpu().float().numpy()"
        ) from None
    if array.dtype.kind in "iu":
        raise ValueError(
            f"{name} has dtype {array.dtype} but float32 or float64 is expected; whole numbers are quantised weights, "
            f"which need their scale: pass those of the network before that, or dequantised"
        )
    if array.dtype.type not in require.DTYPES:
        raise ValueError(
            f"{name} has dtype {array.dtype} but float32 or float64 is expected; pass {name}.astype(np.float64)"
        )
    require.all_finite(**{name: array})
    return array


def _stacked(cell: Cell, orders: dict[type[Cell], list[int]]) -> list[ndarray]:
    """Weights and biases for input and hidden state, the gates as blocks of rows; a bias of ours goes to the first."""
    if type(cell) not in orders:
        way_out = (
            "its W_hy and b_y are weight and bias of a torch.nn.Linear" if isinstance(cell, Readout) else "pass one"
        )
        raise ValueError(f"cell is a {type(cell).__name__} but an RNN, LSTM or GRU is expected; {way_out}")
    order = orders[type(cell)]
    if isinstance(cell, RNN):
        W_x, W_h, b, b_hidden = cell.W_xh[None], cell.W_hh[None], cell.b_h[None], np.zeros_like(cell.b_h)[None]
    else:
        W_x, W_h, b, b_hidden = cell.W_x, cell.W_h, cell.b, np.zeros_like(cell.b)
    if isinstance(cell, GRU):
        b_hidden[2] = cell.b_hn
    return [np.concatenate(gate_first[order]) for gate_first in (W_x, W_h, b, b_hidden)]


def _cell(given: dict[str, Any], orders: dict[type[Cell], list[int]]) -> Cell:
    """The inverse of ``_stacked``: the two biases are added up, but for the one inside the reset of a GRU."""
    stacked = {name: _array(name, value) for name, value in given.items()}
    (first, hidden, *_), (_, R, *_) = stacked.keys(), stacked.values()
    rows, H = R.shape if R.ndim == 2 else (0, 0)
    kinds = {len(order) * H: kind for kind, order in orders.items()}
    if not rows or rows not in kinds:
        raise ValueError(
            f"{hidden} has shape {R.shape} but (H, H), (3·H, H) or (4·H, H) is expected, for an RNN, a GRU or an LSTM; "
            f"take it as it is in the layer"
        )
    for name, array in stacked.items():
        expected = (rows, *((H,) if name == hidden else ("D",) if name == first else ()))
        if array.ndim != len(expected) or len(array) != rows or 0 in array.shape:
            shown = f"({', '.join(map(str, expected))}{',' * (len(expected) == 1)})"
            raise ValueError(
                f"{name} has shape {array.shape} but {shown} is expected, as {hidden} has {rows} rows; "
                f"take both from the same layer, as they are there"
            )
        if array.dtype != R.dtype:
            raise ValueError(f"{name} is {array.dtype} but {hidden} is {R.dtype}; give all one dtype")
    kind = kinds[rows]
    back = np.argsort(orders[kind])
    W_x, W_h, b_x, b_h = (np.array(np.split(array, len(back)))[back] for array in stacked.values())
    if kind is GRU:
        return GRU(W_x, W_h, np.concatenate([b_x[:2] + b_h[:2], b_x[2:]]), b_h[2])
    if kind is LSTM:
        return LSTM(W_x, W_h, b_x + b_h)
    return RNN(W_x[0], W_h[0], b_x[0] + b_h[0])
