"""The parameter layouts of PyTorch and ONNX, compared with the formulas that these document and with their code.

It is long because the documented formulas are written out, and each refusal with the advice that leads out.
"""

import re

import numpy as np
import pytest

from rnn_notes import Readout, conversions, parameters
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.gradcheck import relative_difference

T, B, D, H = 4, 2, 5, 3
CELLS = pytest.mark.parametrize("kind", [RNN, LSTM, GRU])


def cell_and_input(kind, dtype=np.float64):
    """A cell with random weights and biases, and a random sequence (T, B, D)."""
    rng = np.random.default_rng(5)
    cell = parameters.apply(lambda a: rng.normal(size=a.shape).astype(dtype), kind.init(D, H, rng))
    return cell, rng.normal(size=(T, B, D)).astype(dtype)


def sigma(a):
    """The sigmoid in its textbook form."""
    return 1 / (1 + np.exp(-a))


# The formulas of torch.nn.RNN, LSTM and GRU, from their documentation


def torch_rnn(a_x, a_h, h, c):
    return np.tanh(a_x + a_h), c


def torch_lstm(a_x, a_h, h, c):
    i, f, g, o = np.split(a_x + a_h, 4, axis=1)
    c = sigma(f) * c + sigma(i) * np.tanh(g)
    return sigma(o) * np.tanh(c), c


def torch_gru(a_x, a_h, h, c):
    (r_x, z_x, n_x), (r_h, z_h, n_h) = np.split(a_x, 3, axis=1), np.split(a_h, 3, axis=1)
    z = sigma(z_x + z_h)
    return (1 - z) * np.tanh(n_x + sigma(r_x + r_h) * n_h) + z * h, c


# The formulas of the operators RNN, LSTM and GRU (linear_before_reset = 1), from the ONNX documentation


def onnx_lstm(a_x, a_h, h, c):
    i, o, f, c_ = np.split(a_x + a_h, 4, axis=1)
    c = sigma(f) * c + sigma(i) * np.tanh(c_)
    return sigma(o) * np.tanh(c), c


def onnx_gru(a_x, a_h, h, c):
    (z_x, r_x, h_x), (z_h, r_h, h_h) = np.split(a_x, 3, axis=1), np.split(a_h, 3, axis=1)
    z = sigma(z_x + z_h)
    return (1 - z) * np.tanh(h_x + sigma(r_x + r_h) * h_h) + z * h, c


def run(formula, x, W, R, b_x, b_h):
    """The states (T, B, H) of a documented formula from zero states."""
    h, c, states = np.zeros((B, H)), np.zeros((B, H)), []
    for x_t in x:
        h, c = formula(x_t @ W.T + b_x, h @ R.T + b_h, h, c)
        states.append(h)
    return np.array(states)


@CELLS
def test_to_torch_gives_what_the_documented_formula_needs(kind):
    """The formula of PyTorch's documentation, fed with the converted arrays, gives the cell's own states."""
    cell, x = cell_and_input(kind)
    formula = {RNN: torch_rnn, LSTM: torch_lstm, GRU: torch_gru}[kind]
    assert np.allclose(run(formula, x, *conversions.to_torch(cell).values()), cell.forward(x).h[1:], rtol=0, atol=1e-14)


@CELLS
def test_to_onnx_gives_what_the_documented_formula_needs(kind):
    """The formula of the ONNX documentation, fed with the converted arrays, gives the cell's own states."""
    cell, x = cell_and_input(kind)
    formula = {RNN: torch_rnn, LSTM: onnx_lstm, GRU: onnx_gru}[kind]
    W, R, biases = (a[0] for a in conversions.to_onnx(cell).values())
    assert np.allclose(run(formula, x, W, R, *np.split(biases, 2)), cell.forward(x).h[1:], rtol=0, atol=1e-14)


@CELLS
def test_from_torch_takes_two_biases_and_computes_the_same(kind):
    """Arrays as PyTorch trains them, with both biases in use, become a cell that computes what they mean."""
    rng = np.random.default_rng(6)
    cell, x = cell_and_input(kind)
    state = {name: rng.normal(size=a.shape) for name, a in conversions.to_torch(cell).items()}
    formula = {RNN: torch_rnn, LSTM: torch_lstm, GRU: torch_gru}[kind]
    taken = conversions.from_torch(state)
    assert type(taken) is kind
    assert np.allclose(run(formula, x, *state.values()), taken.forward(x).h[1:], rtol=0, atol=1e-14)


@CELLS
def test_from_onnx_takes_two_biases_and_computes_the_same(kind):
    """Arrays as an exporter writes them, with both biases in use, become a cell that computes what they mean."""
    rng = np.random.default_rng(7)
    cell, x = cell_and_input(kind)
    arrays = {name: rng.normal(size=a.shape) for name, a in conversions.to_onnx(cell).items()}
    formula = {RNN: torch_rnn, LSTM: onnx_lstm, GRU: onnx_gru}[kind]
    taken = conversions.from_onnx(arrays)
    assert type(taken) is kind
    W, R, biases = (a[0] for a in arrays.values())
    assert np.allclose(run(formula, x, W, R, *np.split(biases, 2)), taken.forward(x).h[1:], rtol=0, atol=1e-14)


@CELLS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_there_and_back_changes_no_bit(kind, dtype):
    """A cell that is converted and taken back is the same cell, in the same dtype."""
    cell, _ = cell_and_input(kind, dtype)
    for back in (conversions.from_torch(conversions.to_torch(cell)), conversions.from_onnx(conversions.to_onnx(cell))):
        assert type(back) is kind
        for name, array in parameters.arrays(cell).items():
            assert np.array_equal(getattr(back, name), array), name
            assert getattr(back, name).dtype == dtype


@CELLS
def test_a_conversion_shares_no_memory_with_the_cell(kind):
    """Training the one in place does not change the other."""
    cell, _ = cell_and_input(kind)
    state, arrays = conversions.to_torch(cell), conversions.to_onnx(cell)
    taken = conversions.from_torch(state)
    for ours in parameters.arrays(cell).values():
        assert not any(np.shares_memory(ours, a) for a in (*state.values(), *arrays.values()))
    for theirs in parameters.arrays(taken).values():
        assert not any(np.shares_memory(theirs, a) for a in state.values())


@CELLS
def test_onnx_itself_computes_the_same(kind):
    """ONNX's reference evaluator, on random weights in float64, agrees to 1e-12."""
    onnx = pytest.importorskip("onnx", reason="onnx is not installed")
    from onnx.reference import ReferenceEvaluator

    cell, x = cell_and_input(kind)
    arrays = {"X": x, **conversions.to_onnx(cell)}
    options = {"linear_before_reset": 1} if kind is GRU else {}
    node = onnx.helper.make_node(kind.__name__, list(arrays), ["Y"], hidden_size=H, **options)
    inputs = [onnx.helper.make_tensor_value_info(n, onnx.TensorProto.DOUBLE, a.shape) for n, a in arrays.items()]
    output = onnx.helper.make_tensor_value_info("Y", onnx.TensorProto.DOUBLE, None)
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "cell", inputs, [output]))
    (Y,) = ReferenceEvaluator(model).run(None, arrays)
    assert np.allclose(Y[:, 0], cell.forward(x).h[1:], rtol=0, atol=1e-12)


@CELLS
def test_torch_itself_computes_the_same(kind):
    """PyTorch's layer with the converted arrays agrees to 1e-12, and so does a cell taken from a fresh layer."""
    torch = pytest.importorskip("torch", reason="PyTorch is not a requirement; install torch to compare with it")
    cell, x = cell_and_input(kind)
    layer = getattr(torch.nn, kind.__name__)(D, H, dtype=torch.float64)
    fresh = conversions.from_torch({name: a.numpy() for name, a in layer.state_dict().items()})
    assert np.allclose(layer(torch.tensor(x))[0].detach(), fresh.forward(x).h[1:], rtol=0, atol=1e-12)
    layer.load_state_dict({name: torch.tensor(a) for name, a in conversions.to_torch(cell).items()})
    assert np.allclose(layer(torch.tensor(x))[0].detach(), cell.forward(x).h[1:], rtol=0, atol=1e-12)


TORCH, ONNX = conversions.to_torch(cell_and_input(LSTM)[0]), conversions.to_onnx(cell_and_input(GRU)[0])
SHAPES = "(H, H), (3·H, H) or (4·H, H) is expected, for an RNN, a GRU or an LSTM; take it as it is in the layer"


def without(arrays, *names):
    """All arrays but these."""
    return {name: a for name, a in arrays.items() if name not in names}


def named(arrays, change):
    """The same arrays by other names."""
    return {change(name): a for name, a in arrays.items()}


def second(arrays, ending):
    """These arrays and others whose names end in something else."""
    return arrays | named(arrays, lambda name: name.replace("_l0", ending))


LAYERS = (
    "state has 2 cells, and 2 of them fit; convert each by itself, (layer=0, reverse=False) and {}: "
    "a reverse one runs on x[::-1], and the next layer on h[1:] of the one before; stack_from_torch takes all"
)
FROM_TORCH = {  # what is passed, what is said, and what the message says to pass instead
    "a bias less": (
        without(TORCH, "bias_hh_l0"),
        "bias_hh_l0 is missing; there are weight_ih_l0, weight_hh_l0, bias_ih_l0; "
        "pass it as well, for a layer with bias=False as np.zeros(len(weight_hh))",
        lambda s: (s | {"bias_hh_l0": np.zeros(len(s["weight_hh_l0"]))}, {}),
    ),
    "a weight less": (
        without(TORCH, "weight_ih_l0"),
        "weight_ih_l0 is missing; there are weight_hh_l0, bias_ih_l0, bias_hh_l0; pass it as well",
        lambda s: (TORCH, {}),
    ),
    "two layers": (
        second(TORCH, "_l1"),
        LAYERS.format("(layer=1, reverse=False)"),
        lambda s: (s, {"layer": 1, "reverse": False}),
    ),
    "two directions": (
        second(TORCH, "_l0_reverse"),
        LAYERS.format("(layer=0, reverse=True)"),
        lambda s: (s, {"layer": 0, "reverse": True}),
    ),
    "a prefix": (
        named(TORCH, lambda name: f"encoder.rnn.{name}") | {"fc.weight": np.zeros((2, 3))},
        "no name begins with 'weight_ih_l'; there are encoder.rnn.weight_ih_l0, encoder.rnn.weight_hh_l0, "
        "encoder.rnn.bias_ih_l0, encoder.rnn.bias_hh_l0, fc.weight; pass prefix='encoder.rnn.'",
        lambda s: (s, {"prefix": "encoder.rnn."}),
    ),
    "a number as prefix": (
        named(TORCH, lambda name: f"0.{name}"),
        "no name begins with 'weight_ih_l'; there are 0.weight_ih_l0, 0.weight_hh_l0, 0.bias_ih_l0, 0.bias_hh_l0; "
        "pass prefix='0.'",
        lambda s: (s, {"prefix": "0."}),
    ),
    "nothing": (
        {},
        "no name begins with 'weight_ih_l'; there are no arrays; pass the state_dict of a torch.nn.RNN, LSTM or GRU",
        lambda s: (TORCH, {}),
    ),
    "something else as well": (
        TORCH | {"weight": np.zeros(3)},
        "weight came as well, which a layer does not have; pass the state_dict of the layer alone",
        lambda s: (without(s, "weight"), {}),
    ),
    "a projection": (
        TORCH | {"weight_hr_l0": np.zeros((2, 3))},
        "weight_hr_l0 is a projection, which has no counterpart here; train without proj_size",
        lambda s: (without(s, "weight_hr_l0"), {}),
    ),
    "a number as key": (
        TORCH | {0: np.zeros(3)},
        "state has the key 0 but names of arrays are expected; pass a dict with them",
        lambda s: (without(s, 0), {}),
    ),
    "a list": (
        list(TORCH.values()),
        "state is a list but a dict of arrays by name is expected; pass that",
        lambda s: (dict(zip(TORCH, s, strict=True)), {}),
    ),
    "a bias with two axes": (
        TORCH | {"bias_ih_l0": TORCH["bias_ih_l0"][:, None]},
        "bias_ih_l0 has shape (12, 1) but (12,) is expected, as weight_hh_l0 has 12 rows; "
        "take both from the same layer, as they are there",
        lambda s: (s | {"bias_ih_l0": s["bias_ih_l0"][:, 0]}, {}),
    ),
    "a weight with one axis": (
        TORCH | {"weight_ih_l0": np.zeros(12)},
        "weight_ih_l0 has shape (12,) but (12, D) is expected, as weight_hh_l0 has 12 rows; "
        "take both from the same layer, as they are there",
        lambda s: (TORCH, {}),
    ),
    "no axis at all": (
        TORCH | {"weight_hh_l0": np.array(1.0)},
        f"weight_hh_l0 has shape () but {SHAPES}",
        lambda s: (TORCH, {}),
    ),
    "a wrong number of blocks": (
        TORCH | {"weight_hh_l0": np.zeros((7, 3))},
        f"weight_hh_l0 has shape (7, 3) but {SHAPES}",
        lambda s: (TORCH, {}),
    ),
    "of another layer": (
        TORCH | {"bias_ih_l0": np.zeros(9)},
        "bias_ih_l0 has shape (9,) but (12,) is expected, as weight_hh_l0 has 12 rows; "
        "take both from the same layer, as they are there",
        lambda s: (TORCH, {}),
    ),
    "another precision": (
        {name: a.astype(np.float16) for name, a in TORCH.items()},
        "weight_ih_l0 has dtype float16 but float32 or float64 is expected; pass weight_ih_l0.astype(np.float64)",
        lambda s: ({name: a.astype(np.float64) for name, a in s.items()}, {}),
    ),
    "two precisions": (
        TORCH | {"bias_hh_l0": TORCH["bias_hh_l0"].astype(np.float32)},
        "bias_hh_l0 is float32 but weight_hh_l0 is float64; give all one dtype",
        lambda s: ({name: a.astype(np.float64) for name, a in s.items()}, {}),
    ),
    "not a number": (
        TORCH | {"bias_hh_l0": np.full(12, np.nan)},
        "bias_hh_l0 holds nan at (0,) but finite numbers are expected; replace or remove missing values first",
        lambda s: (TORCH, {}),
    ),
    "words": (
        TORCH | {"bias_hh_l0": np.array(["a"] * 12)},
        "bias_hh_l0 has dtype <U1 but numbers are expected; pass bias_hh_l0 as float64",
        lambda s: (TORCH, {}),
    ),
}


@pytest.mark.parametrize(("given", "text", "advice"), FROM_TORCH.values(), ids=FROM_TORCH)
def test_what_from_torch_refuses_it_names_and_its_advice_leads_out(given, text, advice):
    """The array, what was expected, what came, and a way that works when it is followed."""
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        conversions.from_torch(given)
    state, options = advice(given)
    assert isinstance(conversions.from_torch(state, **options), LSTM)


def test_no_layer_is_lost():
    """Two layers and two directions are four cells; each is that of its own arrays, and a fifth is not there."""
    rng, state, cells = np.random.default_rng(0), {}, {}
    for layer, inputs in ((0, D), (1, 2 * H)):
        for reverse in (False, True):
            cell = parameters.apply(lambda a: rng.normal(size=a.shape), GRU.init(inputs, H, rng))
            cells[layer, reverse] = cell
            ending = f"_l{layer}{'_reverse' * reverse}"
            state |= named(conversions.to_torch(cell), lambda name, e=ending: "net." + name.replace("_l0", e))
    for (layer, reverse), cell in cells.items():
        taken = conversions.from_torch(state, prefix="net.", layer=layer, reverse=reverse)
        assert relative_difference(taken, cell) < 1e-15
    for options in ({}, {"layer": 0}, {"reverse": True}, {"layer": 2}):
        with pytest.raises(ValueError, match=r"^state has 4 cells, and [024] of them fit; convert each by itself"):
            conversions.from_torch(state, prefix="net.", **options)


@CELLS
def test_a_single_cell_of_torch_is_taken_too(kind):
    """Its arrays have the same names, without the number of a layer."""
    cell, _ = cell_and_input(kind)
    state = named(conversions.to_torch(cell), lambda name: name.removesuffix("_l0"))
    assert relative_difference(conversions.from_torch(state), cell) < 1e-15


def test_a_network_of_another_nonlinearity_is_refused_where_it_is_said():
    """Its arrays cannot tell; the docstring and the page say so."""
    state = conversions.to_torch(cell_and_input(RNN)[0])
    text = (
        "nonlinearity is 'relu' but a cell here has tanh; "
        "train the network with nonlinearity='tanh', or run it where it comes from"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        conversions.from_torch(state, nonlinearity="relu")
    assert isinstance(conversions.from_torch(state, nonlinearity="tanh"), RNN)


class Tensor:
    """What cannot be read as an array as it is, such as a tensor on another device, or one that records gradients."""

    def __array__(self, dtype=None, copy=None):
        raise TypeError("can't convert cuda:0 device type tensor to numpy")


def test_a_tensor_that_is_no_array_is_named():
    """With what makes an array of it."""
    text = (
        "bias_ih_l0 cannot be read as an array (can't convert cuda:0 device type tensor to numpy); "
        "pass bias_ih_l0.detach().cpu().float().numpy()"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        conversions.from_torch(TORCH | {"bias_ih_l0": Tensor()})


TWO = {name: np.concatenate([a, a]) for name, a in ONNX.items()}
FROM_ONNX = {
    "two directions": (
        TWO,
        "W has 2 directions but a cell has 1; convert each by itself: "
        "{name: a[:1] for name, a in arrays.items()} is forward, a[1:] runs from the end to the beginning",
        lambda arrays: {name: a[1:] for name, a in arrays.items()},
    ),
    "no axis of directions": (
        {name: a[0] for name, a in ONNX.items()},
        "W has 2 axes, shape (9, 5), but 3 axes are expected, (1, G·H, …); pass W[None]",
        lambda arrays: {name: a[None] for name, a in arrays.items()},
    ),
    "none in the bias": (
        ONNX | {"B": ONNX["B"][0]},
        "B has 1 axes, shape (18,), but 2 axes are expected, (1, 2·G·H); pass B[None]",
        lambda arrays: arrays | {"B": arrays["B"][None]},
    ),
    "no axis at all": (
        ONNX | {"R": np.array(1.0)},
        "R has 0 axes, shape (), but 3 axes are expected, (1, G·H, …); pass it as the node has it",
        lambda arrays: ONNX,
    ),
    "no biases": (
        without(ONNX, "B"),
        "B is missing, which a node without biases may leave out; pass B=np.zeros((1, 18)) for them",
        lambda arrays: arrays | {"B": np.zeros((1, 18))},
    ),
    "no recurrence": (
        without(ONNX, "R"),
        "R is missing; there are W, B; pass that of the node",
        lambda arrays: ONNX,
    ),
    "peepholes": (
        ONNX | {"P": np.zeros((1, 9))},
        "P came as well; a node with peepholes has no counterpart here; train without them",
        lambda arrays: without(arrays, "P"),
    ),
    "an initial state": (
        ONNX | {"initial_h": np.zeros((1, 2, 3))},
        "initial_h came as well; it belongs to the input; pass it to forward as h0",
        lambda arrays: without(arrays, "initial_h"),
    ),
    "something else": (
        ONNX | {"Q": np.zeros(1)},
        "Q came as well; pass only W, R and B of the node",
        lambda arrays: without(arrays, "Q"),
    ),
    "a number as key": (
        ONNX | {0: np.zeros(1)},
        "arrays has the key 0 but names of arrays are expected; pass a dict with them",
        lambda arrays: without(arrays, 0),
    ),
    "another size": (
        ONNX | {"R": ONNX["R"][:, :, :1]},
        f"R has shape (9, 1) but {SHAPES}",
        lambda arrays: ONNX,
    ),
    "half a bias": (
        ONNX | {"B": ONNX["B"][:, :17]},
        "B has 17 numbers but two biases for 9 rows are expected, 18 numbers; take it from the same node as W",
        lambda arrays: ONNX,
    ),
}


@pytest.mark.parametrize(("given", "text", "advice"), FROM_ONNX.values(), ids=FROM_ONNX)
def test_what_from_onnx_refuses_it_names_and_its_advice_leads_out(given, text, advice):
    """The array, what was expected, what came, and a way that works when it is followed."""
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        conversions.from_onnx(given)
    assert isinstance(conversions.from_onnx(advice(given)), GRU)


ATTRIBUTES = [
    (RNN, {"activations": ["Relu"]}, "activations is ['Relu'] but a cell here has ['Tanh']"),
    (LSTM, {"activations": ["Sigmoid", "Tanh", "Relu"]}, "activations is ['Sigmoid', 'Tanh', 'Relu'] but a cell here"),
    (GRU, {"linear_before_reset": 0}, "linear_before_reset is 0 but a cell here has 1"),
    (LSTM, {"input_forget": 1}, "input_forget is 1 but a cell here has 0"),
    (LSTM, {"clip": 5.0}, "clip is 5.0 but a cell here has none"),
    (RNN, {"direction": "reverse"}, "direction is 'reverse' but a cell here has 'forward'"),
    (RNN, {"layout": 1}, "layout is 1 but a cell here has 0"),
]


@pytest.mark.parametrize(("kind", "attributes", "text"), ATTRIBUTES)
def test_an_attribute_that_a_cell_does_not_have_is_refused_where_it_is_said(kind, attributes, text):
    """The arrays cannot tell; those that a cell has are taken."""
    arrays = conversions.to_onnx(cell_and_input(kind)[0])
    way_out = "; run such a node where it comes from, or train without"
    with pytest.raises(ValueError, match=rf"^{re.escape(text)}.*{way_out}$"):
        conversions.from_onnx(arrays, **attributes)
    right = {RNN: ["Tanh"], LSTM: ["Sigmoid", "Tanh", "Tanh"], GRU: ["Sigmoid", "Tanh"]}[kind]
    linear = {"linear_before_reset": 1} if kind is GRU else {}
    assert type(conversions.from_onnx(arrays, activations=right, hidden_size=H, **linear)) is kind


@pytest.mark.parametrize("convert", [conversions.to_torch, conversions.to_onnx])
def test_only_cells_are_converted(convert):
    """Neither a readout, nor a cell of one's own that may compute something else, nor a class."""

    class Mine(RNN):
        pass

    mine = Mine(*parameters.arrays(cell_and_input(RNN)[0]).values())
    for wrong, text in (
        (Readout.init(3, 2, np.random.default_rng(0)), "a Readout .*; its W_hy and b_y are weight and bias of a torch"),
        (mine, "a Mine but an RNN, LSTM or GRU is expected; pass one"),
        (RNN, "a type but an RNN, LSTM or GRU is expected; pass one"),
    ):
        with pytest.raises(ValueError, match=f"^cell is {text}"):
            convert(wrong)


def test_quantised_weights_need_their_scale():
    """As floats they would be another network, so that is not advised."""
    state = {name: (10 * a).astype(np.int8) for name, a in conversions.to_torch(cell_and_input(LSTM)[0]).items()}
    with pytest.raises(ValueError, match=r"^weight_ih_l0 has dtype int8 .* need their scale"):
        conversions.from_torch(state)


@pytest.mark.parametrize("right", [[b"Tanh"], ("tanh",), ["Tanh"]])
def test_attributes_are_taken_as_a_node_has_them(right):
    """In bytes, in any case; anything else is refused, not a traceback."""
    arrays = conversions.to_onnx(cell_and_input(RNN)[0])
    assert type(conversions.from_onnx(arrays, activations=right, direction=b"forward")) is RNN
    for wrong in (None, "Tanh", [b"Relu"], ["Tanh", "Tanh"], np.array(["Tanh"])):
        with pytest.raises(ValueError, match=r"^activations is "):
            conversions.from_onnx(arrays, activations=wrong)


def test_a_prefix_is_a_text():
    """None is none."""
    with pytest.raises(ValueError, match=r"^prefix is None but a text is expected; pass prefix=''"):
        conversions.from_torch(conversions.to_torch(cell_and_input(RNN)[0]), prefix=None)
