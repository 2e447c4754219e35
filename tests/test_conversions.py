"""The parameter layouts of PyTorch and ONNX, held against the formulas that these document and against their code."""

import numpy as np
import pytest

from rnn_notes import conversions, parameters
from rnn_notes.cells import GRU, LSTM, RNN

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


def test_what_is_missing_or_does_not_fit_is_refused():
    """The message names the array, what was expected, what came, and the way out."""
    state = conversions.to_torch(cell_and_input(LSTM)[0])
    arrays = conversions.to_onnx(cell_and_input(GRU)[0])
    for take, given, message in (
        (
            conversions.from_torch,
            {name: a for name, a in state.items() if name != "bias_hh_l0"},
            "bias_hh_l0 is missing but a layer with biases has it; there are bias_ih_l0, weight_hh_l0, weight_ih_l0",
        ),
        (
            conversions.from_torch,
            state | {"weight_ih_l1": np.zeros((12, 3))},
            "weight_ih_l1 came as well but a cell is one layer in one direction; "
            "pass only weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0",
        ),
        (
            conversions.from_torch,
            state | {"weight_hh_l0": np.zeros((7, 3))},
            "weight_hh_l0 has shape (7, 3) but (H, H), (3·H, H) or (4·H, H) is expected, for an RNN, a GRU or an LSTM; "
            "pass the arrays of one layer in one direction",
        ),
        (
            conversions.from_torch,
            state | {"bias_ih_l0": np.zeros(9)},
            "bias_ih_l0 has 9 rows but weight_hh_l0 has 12; take both from the same layer",
        ),
        (
            conversions.from_onnx,
            {name: np.concatenate([a, a]) for name, a in arrays.items()},
            "W has 2 directions but a cell has 1; pass W[:1], the forward one",
        ),
        (
            conversions.from_onnx,
            arrays | {"R": arrays["R"][:, :, :1]},
            "R has shape (9, 1) but (H, H), (3·H, H) or (4·H, H) is expected, for an RNN, a GRU or an LSTM; "
            "pass the arrays of one layer in one direction",
        ),
        (
            conversions.from_onnx,
            arrays | {"B": arrays["B"][:, :17]},
            "B has 17 numbers but two biases for 9 rows are expected, 18 numbers; take it from the same node as R",
        ),
    ):
        with pytest.raises(ValueError) as error:  # noqa: PT011  the whole message is compared
            take(given)
        assert str(error.value) == message
