"""The cells agree with the reference implementations of others: the ONNX evaluator and its node tests, and PyTorch."""

import importlib

import numpy as np
import pytest
from random_cells import CELLS, random_run

from rnn_notes import conversions
from rnn_notes.cells import GRU

each_cell = pytest.mark.parametrize("cls", CELLS)
each_length = pytest.mark.parametrize("T", [1, 2, 3, 5])


# ONNX


@each_length
@each_cell
def test_forward_is_the_onnx_reference_evaluator(cls, T):
    """To 1e-12 in float64, from a random initial state: every hidden state and the last state."""
    onnx = pytest.importorskip("onnx", reason="onnx is in the extra [test]")
    from onnx.reference import ReferenceEvaluator

    run = random_run(cls, T)
    initial = {f"initial_{name}": s[None] for name, s in zip("hc", run.state, strict=False)}
    inputs = {"X": run.x, **conversions.to_onnx(run.cell), "lengths": np.full(run.x.shape[1], T, np.int32), **initial}
    outputs = ["Y", *(f"Y_{name[-1]}" for name in initial)]
    options = {"linear_before_reset": 1} if cls.__name__ == "GRU" else {}
    node = onnx.helper.make_node(cls.__name__, list(inputs), outputs, hidden_size=run.w.shape[-1], **options)
    values = [
        onnx.helper.make_tensor_value_info(name, onnx.helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
        for name, a in inputs.items()
    ]
    results = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, None) for name in outputs]
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "cell", values, results))
    Y, *states = ReferenceEvaluator(model).run(None, inputs)
    trace = run.cell.forward(run.x, *run.state)
    np.testing.assert_allclose(trace.h[1:], Y[:, 0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(trace.last, np.stack(states)[:, 0], rtol=0, atol=1e-12)


ONE_STEP = "one step from a zero state, where the reset has nothing to reset"
EQUAL_UNITS = "all weights are equal, so are all units, and a reset before the product is one after it"
ONNX_NODE_TESTS = {
    "test_simple_rnn_defaults": True,
    "test_simple_rnn_with_initial_bias": True,
    "test_rnn_seq_length": True,
    "test_simple_rnn_batchwise": True,
    "test_simple_rnn_reverse": True,
    "test_simple_rnn_bidirectional": True,
    "test_lstm_defaults": True,
    "test_lstm_with_initial_bias": True,
    "test_lstm_with_peepholes": "our gates do not look at the cell state (peepholes, Gers and Schmidhuber 2000)",
    "test_lstm_batchwise": True,
    "test_lstm_reverse": True,
    "test_lstm_bidirectional": True,
    "test_gru_defaults": ONE_STEP,
    "test_gru_with_initial_bias": ONE_STEP,
    "test_gru_seq_length": "it resets before the product (linear_before_reset = 0), ours after",
    "test_gru_batchwise": ONE_STEP,
    "test_gru_reverse": EQUAL_UNITS,
    "test_gru_bidirectional": EQUAL_UNITS,
}
"""Each published node test: whether our variant covers it, or why it does not, or why it agrees all the same."""
DISAGREE = {"test_lstm_with_peepholes", "test_gru_seq_length"}


@pytest.fixture(scope="module")
def node_tests():
    """The recurrent node tests that ONNX publishes, by name."""
    pytest.importorskip("onnx", reason="onnx is in the extra [test]")
    node = importlib.import_module("onnx.backend.test.case.node")
    for module in ("rnn", "lstm", "gru"):
        importlib.import_module(f"{node.__name__}.{module}")  # its tests are collected as it is imported
    return {
        case.name: case for case in node._NodeTestCases if case.model.graph.node[0].op_type in ("RNN", "LSTM", "GRU")
    }


def test_the_table_of_onnx_node_tests_is_complete(node_tests):
    """Each has its line, and no line is left of one that is gone."""
    assert node_tests.keys() == ONNX_NODE_TESTS.keys()


@pytest.mark.parametrize("name", ONNX_NODE_TESTS)
def test_onnx_node_tests_agree_where_the_table_says_so(node_tests, name):
    """To single precision, in which they are published; a direction is a cell, "reverse" is a reversed input."""
    onnx = importlib.import_module("onnx")
    case = node_tests[name]
    node = case.model.graph.node[0]
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    ((given, expected),) = case.data_sets
    inputs = dict(zip(filter(None, node.input), given, strict=True))
    outputs = dict(zip(filter(None, node.output), expected, strict=True))
    assert not any(s.any() for s in (inputs.get("initial_h"), inputs.get("initial_c")) if s is not None)
    batchwise = attributes.get("layout") == 1
    x = inputs["X"].swapaxes(0, 1) if batchwise else inputs["X"]
    directions = {b"forward": [1], b"reverse": [-1], b"bidirectional": [1, -1]}[attributes.get("direction", b"forward")]
    for k, direction in enumerate(directions):
        W, R = (inputs[name][k : k + 1] for name in "WR")
        B = inputs["B"][k : k + 1] if "B" in inputs else np.zeros((1, 2 * W.shape[1]), np.float32)
        trace = conversions.from_onnx({"W": W, "R": R, "B": B}).forward(x[::direction])
        Y_h = outputs["Y_h"].swapaxes(0, 1) if batchwise else outputs["Y_h"]
        agree = np.abs(trace.h[-1] - Y_h[k]).max() < 5e-7
        assert agree == (name not in DISAGREE)


# PyTorch


@each_length
@each_cell
def test_outputs_and_gradients_are_those_of_torch(cls, T):
    """To 1e-12 in float64, from a random initial state: outputs, last state, and all gradients."""
    torch = pytest.importorskip("torch", reason="PyTorch is not a requirement; install torch to compare with it")
    run = random_run(cls, T)
    D, H = run.x.shape[-1], run.w.shape[-1]
    layer = getattr(torch.nn, cls.__name__)(D, H, dtype=torch.float64)
    layer.load_state_dict({name: torch.tensor(a) for name, a in conversions.to_torch(run.cell).items()})
    x, *state = (torch.tensor(a, requires_grad=True) for a in (run.x, *(s[None] for s in run.state)))
    y, states = layer(x, tuple(state) if len(state) > 1 else state[0])
    (y * torch.tensor(run.w)).sum().backward()

    trace = run.cell.forward(run.x, *run.state)
    grads, dx, *dstate = run.cell.backward(trace, run.w)
    np.testing.assert_allclose(trace.h[1:], y.detach(), rtol=0, atol=1e-12)
    states = torch.cat(states if len(state) > 1 else [states])
    np.testing.assert_allclose(trace.last, states.detach(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(dx, x.grad, rtol=0, atol=1e-12)
    np.testing.assert_allclose(dstate, torch.cat([s.grad for s in state]), rtol=0, atol=1e-12)
    theirs, ours = {name: p.grad for name, p in layer.named_parameters()}, conversions.to_torch(grads)
    # Torch adds two biases, so each has the gradient of our one, but for the one inside the reset of a GRU.
    inside = 2 * H if cls is GRU else len(ours["bias_hh_l0"])
    ours["bias_hh_l0"][:inside] = ours["bias_ih_l0"][:inside]
    for name, array in ours.items():
        np.testing.assert_allclose(array, theirs[name], rtol=0, atol=1e-12, err_msg=name)
