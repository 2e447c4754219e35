"""Lengths, two directions and several layers: all are their cells run alone, backwards as forwards.

It is long because all compositions are held to the same facts, with the same random layers.
"""

import re
from dataclasses import replace

import numpy as np
import pytest
from random_cells import CELLS, random_run, slope_error

from rnn_notes import GRU, LSTM, RNN, Readout, conversions, dropout, parameters, sequences, training
from rnn_notes.bidirectional import Bidirectional
from rnn_notes.gradcheck import complex_step, relative_difference
from rnn_notes.layer_norm import LayerNorm, NormedRNN
from rnn_notes.readout import cross_entropy, squared_error
from rnn_notes.stack import Stack

LENGTHS, T, B, D, H, O = np.array([3, 1, 5, 4]), 5, 4, 3, 2, 6
each_cell = pytest.mark.parametrize("cls", CELLS)


def drawn(layer, seed=0):
    """The same layer with normal numbers for all parameters."""
    rng = np.random.default_rng(seed)
    return parameters.apply(lambda a: rng.normal(size=a.shape), layer)


def two_ways(cls, D=D, H=H, other=None, seed=0):
    """A random pair of cells, of different sizes."""
    rng = np.random.default_rng(seed)
    return drawn(Bidirectional(cls.init(D, H, rng), (other or cls).init(D, H + 1, rng)), seed)


def layers_of(cls):
    """Every kind of layer that is made of a cell: the cell, two directions, and stacks of these."""
    rng = np.random.default_rng(0)
    above = cls.init(2 * H + 1, H, rng)
    return {
        "cell": drawn(cls.init(D, H, rng)),
        "two directions": two_ways(cls),
        "stack": drawn(Stack((cls.init(D, 4, rng), cls.init(4, H, rng)))),
        "stack of both": drawn(Stack((two_ways(cls), above, Bidirectional(cls.init(H, 1, rng), cls.init(H, 2, rng))))),
        "stack of stacks": drawn(Stack((Stack((two_ways(cls), above)), cls.init(H, 3, rng)))),
    }


KINDS = ("cell", "two directions", "stack", "stack of both", "stack of stacks")
each_kind = pytest.mark.parametrize("kind", KINDS)


def runs(layer, seed=1):
    """B sequences of LENGTHS, initial states, and the weights w of the loss Σ w ⊙ h over true steps."""
    rng = np.random.default_rng(seed)
    xs = [rng.normal(size=(n, D)) for n in LENGTHS]
    trace = layer.forward(xs[0][:, None])
    state = [rng.normal(size=(B, s.shape[1])) for s in trace.last]
    ws = [rng.normal(size=(n, trace.h.shape[2])) for n in LENGTHS]
    return xs, state, ws


# Lengths.


@each_kind
@each_cell
def test_a_padded_batch_is_each_sequence_alone(cls, kind):
    """States, last states and all gradients to 1e-14, whatever is in the padding."""
    layer = layers_of(cls)[kind]
    xs, state, ws = runs(layer)
    x, lengths = sequences.pad(xs)
    w, _ = sequences.pad(ws)
    true = sequences.mask(lengths, T)
    x[~true] = 7.0
    trace, ends = sequences.run(layer, x, *state, lengths=lengths)
    grads, dx, *dstate = layer.backward(trace, w)

    total = None
    for b, n in enumerate(LENGTHS):
        one = slice(b, b + 1)
        alone = layer.forward(xs[b][:, None], *(s[one] for s in state))
        np.testing.assert_allclose(trace.h[1 : n + 1, one], alone.h[1:], rtol=0, atol=1e-14)
        np.testing.assert_allclose(sequences.last(trace.h, lengths)[one], alone.h[-1], rtol=0, atol=1e-14)
        for found, expected in zip(ends, alone.last, strict=True):
            np.testing.assert_allclose(found[one], expected, rtol=0, atol=1e-14)
        grad, dx_alone, *dstate_alone = layer.backward(alone, ws[b][:, None])
        np.testing.assert_allclose(dx[:n, one], dx_alone, rtol=0, atol=1e-14)
        assert not dx[n:, one].any()
        for found, expected in zip(dstate, dstate_alone, strict=True):
            np.testing.assert_allclose(found[one], expected, rtol=0, atol=1e-14)
        total = grad if total is None else parameters.add(total, grad)
    assert relative_difference(grads, total) < 1e-14


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_composition_does_not_look_at_the_gradient_of_padding(kind):
    """Where it has been told the lengths, dh behind an end may be anything."""
    layer = layers_of(GRU)[kind]
    xs, state, ws = runs(layer)
    (x, lengths), (w, _) = sequences.pad(xs), sequences.pad(ws)
    trace = layer.forward(x, *state, lengths=lengths)
    expected = layer.backward(trace, w)[0]
    w[~sequences.mask(lengths, T)] = 100
    assert relative_difference(layer.backward(trace, w)[0], expected) == 0


@pytest.mark.parametrize("loss", [squared_error, cross_entropy])
def test_a_masked_loss_is_the_mean_of_the_losses_alone(loss):
    """And so is its gradient, which is zero on the padding."""
    rng = np.random.default_rng(0)
    ys = [rng.normal(size=(n, O)) for n in LENGTHS]
    targets = [rng.integers(O, size=n) if loss is cross_entropy else rng.normal(size=(n, O)) for n in LENGTHS]
    (y, lengths), (target, _) = sequences.pad(ys), sequences.pad(targets)
    y[~sequences.mask(lengths, T)] = 9.0
    value, dy = sequences.masked(loss, lengths)(y, target)
    alone = [loss(a[:, None], t[:, None]) for a, t in zip(ys, targets, strict=True)]
    assert value == pytest.approx(np.mean([v for v, _ in alone]), rel=1e-14)
    for b, n in enumerate(LENGTHS):
        np.testing.assert_allclose(dy[:n, b], alone[b][1][:, 0] / B, rtol=0, atol=1e-15)
        assert not dy[n:, b].any()


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_trains_on_a_padded_batch_as_on_each_sequence_alone(kind):
    """Loss and gradient are the means of those alone; one step of training with lengths is the step along it."""
    rng = np.random.default_rng(0)
    layer = layers_of(LSTM)[kind]
    H = layer.forward(np.zeros((1, 1, D))).h.shape[2]
    model = layer, Readout.init(H, O, rng)
    xs, targets = [rng.normal(size=(n, D)) for n in LENGTHS], [rng.normal(size=(n, O)) for n in LENGTHS]
    (x, lengths), (target, _) = sequences.pad(xs), sequences.pad(targets)
    x[~sequences.mask(lengths, T)] = 7.0
    loss, grads, _ = training.gradient(model, x, target, squared_error, lengths=lengths)
    alone = [training.gradient(model, x[:, None], t[:, None], squared_error) for x, t in zip(xs, targets, strict=True)]
    assert loss == pytest.approx(np.mean([value for value, _, _ in alone]), rel=1e-14)
    total = alone[0][1]
    for _, grad, _ in alone[1:]:
        total = parameters.add(total, grad)
    mean = parameters.scale(total, 1 / B)
    assert relative_difference(grads, mean) < 1e-14
    (progress,) = training.train(model, [(x, target, lengths)], squared_error, training.SGD(0.1))
    assert progress.loss == loss
    assert relative_difference(progress.model, training.SGD(0.1).step(model, mean)) < 1e-14


@each_cell
def test_the_gradient_of_a_loss_on_the_last_states_is_put_where_they_are(cls):
    """For each state of a cell, by the complex step."""
    cell = layers_of(cls)["cell"]
    x, lengths = sequences.pad(runs(cell)[0])
    ws = [np.random.default_rng(k).normal(size=(B, H)) for k, _ in enumerate(cls.states)]

    def loss(cell):
        trace = cell.forward(x)
        states = [sequences.last(getattr(trace, name), lengths) for name in cls.states]
        return sum(np.sum(w * s) for w, s in zip(ws, states, strict=True))

    grads = cell.backward(cell.forward(x), *(sequences.last_backward(w, lengths, T) for w in ws))[0]
    assert relative_difference(grads, complex_step(loss, cell)) < 1e-12


def test_a_reversed_batch_begins_with_the_ends():
    """Padding stays behind; twice is once; what it does to a gradient is itself."""
    x, lengths = sequences.pad([[1, 2, 3], [4], [5, 6]])
    assert sequences.reverse(x, lengths).T.tolist() == [[3, 2, 1], [4, 0, 0], [6, 5, 0]]
    assert (sequences.reverse(sequences.reverse(x, lengths), lengths) == x).all()
    w = np.random.default_rng(0).normal(size=x.shape)
    assert np.sum(w * sequences.reverse(x, lengths)) == pytest.approx(np.sum(sequences.reverse(w, lengths) * x))
    assert x[::-1].T.tolist()[1] == [0, 0, 4]  # the trap: the padding is read first
    assert (sequences.reverse(x) == x[::-1]).all()


@pytest.mark.parametrize("lengths", [[0, 1, 2, 3], [1, 2, 3, 6], [1, 2, 3], [[1, 2, 3, 4]], [1.0, 2.0, 3.0, 4.0]])
def test_lengths_are_whole_numbers_from_one_to_t(lengths):
    """One for each sequence; what pad returns is taken."""
    h = np.zeros((T + 1, B, H))
    with pytest.raises(ValueError, match=r"^lengths (holds|is) .* (pass lengths from 1 to 5|that pad returned)$"):
        sequences.last(h, lengths)
    with pytest.raises(ValueError, match=r"^lengths"):
        sequences.reverse(h[1:], lengths)
    assert sequences.last(h, sequences.pad([np.zeros((n, 1)) for n in LENGTHS])[1]).shape == (B, H)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ([], "sequences is empty but at least one is expected; pass [x] for a single one"),
        ([[1.0], []], "sequence 1 has shape (0,) but at least one step is expected; leave it out"),
        (
            [np.ones((2, 3)), np.ones((2, 4))],
            "sequence 1 has steps of shape (4,) but sequence 0 has (3,); pass sequences with the same features",
        ),
        ([["a"]], "sequence 0 has dtype <U1 but numbers are expected; pass sequence 0 as float64"),
    ],
)
def test_pad_refuses(given, text):
    """Nothing, an empty sequence, other features, and words."""
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        sequences.pad(given)


def test_a_masked_loss_wants_a_target_for_each_step():
    """A ragged one has been padded in the same way."""
    text = "target has shape (4, 4) but one for each of (5, 4) steps and sequences is expected; pass pad(targets)[0]"
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        sequences.masked(cross_entropy, LENGTHS)(np.zeros((T, B, O)), np.zeros((4, B), int))


# Two directions, several layers.


@pytest.mark.slow
@each_kind
@each_cell
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["one length", "lengths"])
def test_backward_is_the_complex_step(cls, kind, lengths):
    """To 1e-12: parameters of all layers, input, and each initial state, each array along a direction."""
    layer = layers_of(cls)[kind]
    xs, state, ws = runs(layer)
    x, w = sequences.pad(xs)[0], sequences.pad(ws)[0]

    def loss(at):
        layer, x, state = at
        return np.sum(w * sequences.run(layer, x, *state, lengths=lengths)[0].h[1:])

    gradient = layer.backward(sequences.run(layer, x, *state, lengths=lengths)[0], w)
    assert slope_error(loss, (layer, x, state), gradient) < 1e-12


@each_cell
def test_each_direction_is_its_cell_alone(cls):
    """Forth on x, back on x from the end, side by side; back at step t has read what comes after."""
    layer = two_ways(cls)
    x = np.random.default_rng(1).normal(size=(T, B, D))
    trace = layer.forward(x)
    assert (trace.h[1:, :, :H] == layer.forth.forward(x).h[1:]).all()
    assert (trace.h[1:, :, H:] == layer.back.forward(x[::-1]).h[:0:-1]).all()
    changed = x.copy()
    changed[3] += 1
    moved = (layer.forward(changed).h[1:] != trace.h[1:]).any(axis=1)
    assert moved[:, :H].any(axis=1).tolist() == [False, False, False, True, True]
    assert moved[:, H:].any(axis=1).tolist() == [True, True, True, True, False]


@each_cell
def test_a_stack_is_its_layers_one_after_the_other(cls):
    """And continues from its last states, as training with carry does."""
    layer = layers_of(cls)["stack"]
    x = np.random.default_rng(1).normal(size=(T, B, D))
    trace = layer.forward(x)
    below = layer.layers[0].forward(x)
    assert (trace.h == layer.layers[1].forward(below.h[1:]).h).all()
    first = layer.forward(x[:2])
    assert (layer.forward(x[2:], *first.last).h[-1] == trace.h[-1]).all()
    assert len(layer.states) == len(trace.last) == 2 * len(cls.states)


@pytest.mark.slow
def test_a_stack_trains_like_a_cell():
    """With its state carried from piece to piece, and its memory of all layers kept."""
    rng = np.random.default_rng(0)
    model = Stack((LSTM.init(1, 6, rng), GRU.init(6, 5, rng))), Readout.init(5, 1, rng)
    x = rng.uniform(-1, 1, (200, 8, 1))
    target = x + np.concatenate([np.zeros((1, 8, 1)), x[:-1]])
    batches = [pair for _ in range(15) for pair in training.pieces(x, target, 20)]
    losses = [
        p.loss for p in training.train(model, batches, squared_error, training.Adam(0.02), carry=True, max_norm=1.0)
    ]
    assert np.mean(losses[-10:]) < 0.1 * np.mean(losses[:10])


def test_what_does_not_fit_together_is_refused():
    """With the sizes that would."""
    rng = np.random.default_rng(0)
    cell = RNN.init(D, H, rng)
    for make, text in (
        (
            lambda: Stack((cell, GRU.init(D, H, rng))),
            "layer 0 gives 2 units in float64 but layer 1 takes 3 features in float64; make layer 1 with D=2",
        ),
        (lambda: Stack([cell]), "layers is [RNN("),
        (lambda: Stack(()), "layers is () but a tuple of cells is expected; pass (first, second)"),
        (
            lambda: Bidirectional(cell, RNN.init(4, H, rng)),
            "forth takes 3 features in float64 but back 4 in float64; make both for the same input",
        ),
        (
            lambda: Stack((cell, RNN.init(H, H, rng))).forward(np.ones((1, 1, D)), drop=[np.ones(H)] * 2),
            "drop has 2 arrays but there are 1 gaps between layers; pass one each",
        ),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(text)}"):
            make()


# Dropout and layer norm.


def test_dropout_keeps_the_mean_and_drops_its_share():
    """0 with the probability of the rate, else 1 / (1 − rate); the rate is below 1."""
    mask = dropout.mask(np.random.default_rng(0), (100, 50, 20), 0.3)
    assert set(np.unique(mask)) == {0, 1 / 0.7}
    assert mask.mean() == pytest.approx(1, abs=0.01)
    assert (mask == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert (dropout.mask(np.random.default_rng(0), (3, 3), 0) == 1).all()
    for rate in (1, -0.1, np.nan):
        with pytest.raises(ValueError, match=r"^rate is .* from 0 to below 1 is expected; pass rate=0\.5$"):
            dropout.mask(np.random.default_rng(0), (3, 3), rate)


def test_dropout_goes_between_layers():
    """The gradient is that of the network with the mask, and the last layer is not dropped."""
    layer, x = layers_of(GRU)["stack"], np.random.default_rng(1).normal(size=(T, B, D))
    drop = [dropout.mask(np.random.default_rng(2), (T, B, 4), 0.5)]
    w = np.random.default_rng(3).normal(size=(T, B, H))
    trace = layer.forward(x, drop=drop)
    below = layer.layers[0].forward(x)
    assert (trace.h == layer.layers[1].forward(below.h[1:] * drop[0]).h).all()
    grads, dx, *_ = layer.backward(trace, w)
    measured = complex_step(lambda at: np.sum(w * at[0].forward(at[1], drop=drop).h[1:]), (layer, x))
    assert relative_difference((grads, dx), measured) < 1e-12


def test_dropout_along_time_is_its_formula_backwards_too():
    """A step at a time; gradients by the complex step; one mask for all steps is another matrix."""
    rng = np.random.default_rng(0)
    rnn, x, h0 = drawn(RNN.init(D, H, rng)), rng.normal(size=(T, B, D)), rng.normal(size=(B, H))
    drop, w = dropout.mask(rng, (T, B, H), 0.5), rng.normal(size=(T, B, H))
    trace = dropout.along_time(rnn, x, drop, h0)
    h = h0
    for t in range(T):
        h = rnn.step(x[t], drop[t] * h)
        np.testing.assert_allclose(trace.h[t + 1], h, rtol=0, atol=1e-15)

    def loss(at):
        return np.sum(w * dropout.along_time(at[0], at[1], drop, at[2]).h[1:])

    measured = complex_step(loss, (rnn, x, h0))
    assert relative_difference(dropout.along_time_backward(rnn, trace, drop, w), measured) < 1e-12

    units = dropout.mask(rng, (1, 1, H), 0.5)
    same = dropout.along_time(rnn, x, np.repeat(units, B, axis=1), h0)
    other = replace(rnn, W_hh=rnn.W_hh * units[0, 0]).forward(x, h0)
    np.testing.assert_allclose(same.h, other.h, rtol=0, atol=1e-15)
    for drop in (np.ones((2, B, H)), np.ones((T, H)), np.ones(H)):
        with pytest.raises(ValueError, match=r"^drop has .* but this RNN expects .*pass drop of shape \(5, 4, 2\)$"):
            dropout.along_time(rnn, x, drop)
        with pytest.raises(ValueError, match=r"^drop has"):
            dropout.along_time_backward(rnn, trace, drop, w)


def test_a_normed_network_does_not_feel_the_size_of_its_weights():
    """It is its formula, a step at a time; all weights ten times as large change it as little as ε does."""
    rng = np.random.default_rng(0)
    rnn, x, h = drawn(NormedRNN.init(D, 7, rng)), rng.normal(size=(T, B, D)), rng.normal(size=(B, 7))
    trace = rnn.forward(x, h)
    for t in range(T):
        a = x[t] @ rnn.W_xh.T + h @ rnn.W_hh.T
        h = np.tanh(LayerNorm(rnn.gain, rnn.bias).forward(a[None])[0])
        np.testing.assert_allclose(trace.h[t + 1], h, rtol=0, atol=1e-14)
    large = replace(rnn, W_xh=10 * rnn.W_xh, W_hh=10 * rnn.W_hh).forward(x, trace.h[0])
    np.testing.assert_allclose(large.h, trace.h, rtol=0, atol=1e-4)
    plain = RNN(rnn.W_xh, rnn.W_hh, rnn.bias)
    assert np.abs(replace(plain, W_hh=10 * plain.W_hh).forward(x).h - plain.forward(x).h).max() > 0.5
    with pytest.raises(ValueError, match=r"^gain has shape \(6,\) but this NormedRNN expects \(7,\)"):
        replace(rnn, gain=np.ones(6))
    with pytest.raises(ValueError, match=r"^x has 1 features but this NormedRNN expects 3"):
        rnn.forward(x[:, :, :1])


@pytest.mark.slow
def test_dropout_and_layer_norm_go_into_one_stack():
    """Gradients of all parameters, of x and of all initial states by the complex step, masks of both kinds."""
    rng = np.random.default_rng(0)
    stack = drawn(Stack((NormedRNN.init(D, 4, rng), LSTM.init(4, 3, rng), NormedRNN.init(3, 5, rng))))
    x, w = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, 5))
    state = [rng.normal(size=(B, n)) for n in (4, 3, 3, 5)]
    drop = dropout.mask(rng, (T, B, 4), 0.5), dropout.mask(rng, (1, B, 3), 0.5)
    found = stack.backward(stack.forward(x, *state, lengths=LENGTHS, drop=drop), w)

    def loss(at):
        h = at[0].forward(at[1], *at[2], drop=drop).h[1:]
        return np.sum(np.where(sequences.mask(LENGTHS, T)[..., None], w * h, 0))

    measured = complex_step(loss, (stack, x, state))
    assert relative_difference((*found[:2], list(found[2:])), measured) < 1e-12


def test_layer_norm_is_its_formula_backwards_too():
    """Mean 0 and spread 1 before gain and bias; gradients by the complex step."""
    rng = np.random.default_rng(0)
    norm, a, w = LayerNorm(rng.normal(size=7), rng.normal(size=7)), rng.normal(2, 3, (T, B, 7)), rng.normal(size=7)
    plain = LayerNorm.init(7).forward(a)
    np.testing.assert_allclose(plain.mean(axis=2), 0, atol=1e-15)
    np.testing.assert_allclose(plain.std(axis=2), 1, rtol=1e-5)
    np.testing.assert_allclose(LayerNorm.init(7).forward(5 * a + 3), plain, atol=1e-5)
    dy = w * np.ones_like(a)
    grads, da = norm.backward(a, dy)
    measured = complex_step(lambda at: np.sum(dy * at[0].forward(at[1])), (norm, a))
    assert relative_difference((grads, da), measured) < 1e-12
    assert np.isfinite(norm.backward(np.ones((1, 1, 7)), np.ones((1, 1, 7)))[1]).all()  # all units equal


# PyTorch, and its state dicts.


@each_cell
def test_a_stack_goes_to_a_state_dict_and_back(cls):
    """With layers, directions and a prefix; what is not whole is refused, not dropped."""
    rng = np.random.default_rng(0)
    both = Bidirectional(cls.init(D, H, rng), cls.init(D, H, rng))
    stack = drawn(Stack((both, cls.init(2 * H, H, rng))))
    state = {f"net.{name}": a for name, a in conversions.stack_to_torch(stack).items()} | {"fc.weight": np.ones(3)}
    assert relative_difference(conversions.stack_from_torch(state, prefix="net."), stack) < 1e-15
    single = conversions.to_torch(stack.layers[1])
    assert relative_difference(conversions.stack_from_torch(single).layers[0], stack.layers[1]) < 1e-15
    for lost in ("net.weight_ih_l0", "net.bias_hh_l1", "net.weight_hh_l0_reverse"):
        with pytest.raises(ValueError, match=rf"^{re.escape(lost)} is missing; .* pass it as well"):
            conversions.stack_from_torch({name: a for name, a in state.items() if name != lost}, prefix="net.")
    gap = {name: a for name, a in state.items() if "_l0" not in name}
    with pytest.raises(ValueError, match=r"^state has 1 cells, and 0 of them fit; convert each by itself"):
        conversions.stack_from_torch(gap, prefix="net.")
    with pytest.raises(ValueError, match=r"^no name begins with 'weight_ih_l'; .*; pass prefix='net\.'$"):
        conversions.stack_from_torch(state)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("directions", [1, 2])
@each_cell
def test_packed_sequences_of_torch_are_ours(cls, directions, layers):
    """One layer or two, in one direction or two, from random states: states, last states and all gradients."""
    torch = pytest.importorskip("torch", reason="PyTorch is not a requirement; install torch to compare with it")
    rng = np.random.default_rng(0)

    def layer(D):
        cells = [cls.init(D, H, rng) for _ in range(directions)]
        return Bidirectional(*cells) if directions == 2 else cells[0]

    stack = drawn(Stack(tuple(layer(D if k == 0 else directions * H) for k in range(layers))))
    xs, state, ws = runs(stack)
    (x, lengths), (w, _) = sequences.pad(xs), sequences.pad(ws)
    module = getattr(torch.nn, cls.__name__)(D, H, layers, bidirectional=directions == 2, dtype=torch.float64)
    module.load_state_dict({name: torch.tensor(a) for name, a in conversions.stack_to_torch(stack).items()})
    given, kinds = torch.tensor(x, requires_grad=True), len(cls.states)
    # Torch has one array of all h, one of all c; ours are in the order of the layers.
    starts = [torch.tensor(np.stack(state[k::kinds]), requires_grad=True) for k in range(kinds)]
    packed = torch.nn.utils.rnn.pack_padded_sequence(given, torch.tensor(lengths), enforce_sorted=False)
    packed, ends = module(packed, tuple(starts) if kinds > 1 else starts[0])
    output, _ = torch.nn.utils.rnn.pad_packed_sequence(packed)
    (output * torch.tensor(w)).sum().backward()

    trace = stack.forward(x, *state, lengths=lengths)
    grads, dx, *dstate = stack.backward(trace, w)
    true = sequences.mask(lengths, T)
    np.testing.assert_allclose(trace.h[1:][true], output.detach().numpy()[true], rtol=0, atol=1e-12)
    for k, end in enumerate(ends if kinds > 1 else [ends]):
        np.testing.assert_allclose(trace.last[k::kinds], end.detach(), rtol=0, atol=1e-12)
        np.testing.assert_allclose(dstate[k::kinds], starts[k].grad, rtol=0, atol=1e-12)
    np.testing.assert_allclose(dx, given.grad, rtol=0, atol=1e-12)
    ours = conversions.stack_to_torch(grads)
    for name, p in module.named_parameters():
        # Torch adds two biases; each has the gradient of our one, but for the one inside the reset of a GRU.
        outside = 2 * H if cls is GRU and name.startswith("bias_hh") else None
        array = ours[name.replace("bias_hh", "bias_ih")][:outside]
        if outside:
            array = np.concatenate([array, ours[name][outside:]])
        np.testing.assert_allclose(array, p.grad, rtol=0, atol=1e-12, err_msg=name)


def test_a_masked_loss_is_that_of_torch():
    """Cross-entropy that leaves out the padding by its ``ignore_index``: value and gradient."""
    torch = pytest.importorskip("torch", reason="PyTorch is not a requirement; install torch to compare with it")
    rng = np.random.default_rng(0)
    y, target = rng.normal(size=(T, B, O)), rng.integers(O, size=(T, B))
    value, dy = sequences.masked(cross_entropy, LENGTHS)(y, target)
    given = torch.tensor(y, requires_grad=True)
    labels = torch.tensor(np.where(sequences.mask(LENGTHS, T), target, -1))
    theirs = torch.nn.functional.cross_entropy(given.swapaxes(1, 2), labels, ignore_index=-1, reduction="sum") / B
    theirs.backward()
    np.testing.assert_allclose(value, theirs.detach(), rtol=1e-14)
    np.testing.assert_allclose(dy, given.grad, rtol=0, atol=1e-15)


def test_layer_norm_is_that_of_torch():
    """With gain and bias, backwards too."""
    torch = pytest.importorskip("torch", reason="PyTorch is not a requirement; install torch to compare with it")
    rng = np.random.default_rng(0)
    norm, a, dy = (
        LayerNorm(rng.normal(size=7), rng.normal(size=7)),
        rng.normal(2, 3, (T, B, 7)),
        rng.normal(size=(T, B, 7)),
    )
    module, given = torch.nn.LayerNorm(7, dtype=torch.float64), torch.tensor(a, requires_grad=True)
    module.load_state_dict({"weight": torch.tensor(norm.gain), "bias": torch.tensor(norm.bias)})
    y = module(given)
    y.backward(torch.tensor(dy))
    grads, da = norm.backward(a, dy)
    np.testing.assert_allclose(norm.forward(a), y.detach(), rtol=0, atol=1e-13)
    np.testing.assert_allclose(da, given.grad, rtol=0, atol=1e-13)
    np.testing.assert_allclose(grads.gain, module.weight.grad, rtol=0, atol=1e-13)
    np.testing.assert_allclose(grads.bias, module.bias.grad, rtol=0, atol=1e-13)


@each_cell
def test_a_bidirectional_layer_is_that_of_onnx_at_any_length(cls):
    """The reference evaluator runs both directions of one length; ours agrees to 1e-12."""
    onnx = pytest.importorskip("onnx", reason="onnx is in the extra [test]")
    from onnx.reference import ReferenceEvaluator

    rng = np.random.default_rng(0)
    layer = drawn(Bidirectional(cls.init(D, H, rng), cls.init(D, H, rng)))
    x = random_run(cls, T, sizes=(B, D, H)).x
    arrays = [conversions.to_onnx(cell) for cell in (layer.forth, layer.back)]
    for cell, arrays_of_cell, direction in zip((layer.forth, layer.back), arrays, (1, -1), strict=True):
        options = {"linear_before_reset": 1} if cls is GRU else {}
        inputs = {"X": x[::direction], **arrays_of_cell}
        node = onnx.helper.make_node(cls.__name__, list(inputs), ["Y"], hidden_size=H, **options)
        graph = onnx.helper.make_graph(
            [node],
            "cell",
            [onnx.helper.make_tensor_value_info(n, onnx.TensorProto.DOUBLE, a.shape) for n, a in inputs.items()],
            [onnx.helper.make_tensor_value_info("Y", onnx.TensorProto.DOUBLE, None)],
        )
        (Y,) = ReferenceEvaluator(onnx.helper.make_model(graph)).run(None, inputs)
        part = slice(0, H) if cell is layer.forth else slice(H, None)
        np.testing.assert_allclose(layer.forward(x).h[1:, :, part], Y[::direction, 0], rtol=0, atol=1e-12)
