"""Every message of the package leads out: what it says to do is done here, and it works.

It is long because it is a table: each message, what leads to it, and what it says to do.
"""

from functools import partial

import numpy as np
import pytest
from advice import not_raised, pattern, raised_by
from forged import forged, sealed

from rnn_notes import LSTM, RNN, Readout, gradcheck, parameters, training, weights
from rnn_notes.attention import DotAttention
from rnn_notes.readout import cross_entropy, squared_error

MODULES = ["cells.require", "readout", "parameters", "weights", "training", "gradcheck", "opinion"]
T, B, D, H, O = 4, 2, 5, 3, 6


def rng():
    """A generator, the same each time."""
    return np.random.default_rng(0)


RNN_, LSTM_, READOUT = RNN.init(D, H, rng()), LSTM.init(D, H, rng()), Readout.init(H, O, rng())
MODEL = RNN_, READOUT
X, DH, Y = rng().normal(size=(T, B, D)), rng().normal(size=(T, B, H)), rng().normal(size=(T, B, O))
CLASSES = rng().integers(O, size=(T, B))
MASKED = np.ma.masked_array(X, X > 2)
TRACE = RNN_.forward(X)
W = {"W_xh": RNN_.W_xh, "W_hh": RNN_.W_hh, "b_h": RNN_.b_h}
HOLE = np.where(np.arange(D) == 1, np.nan, X)


def run(batches=((X, Y),), loss=squared_error, rate=0.1, **options):
    """A training to its end."""
    with np.errstate(all="ignore"):
        return list(training.train(MODEL, batches, loss, training.SGD(rate), **options))


def adam(**settings):
    """A training with Adam."""
    return list(training.train(MODEL, [(X, Y)], squared_error, training.Adam(**settings)))


def check(f, value, method=gradcheck.complex_step, **options):
    """A measured gradient."""
    return method(f, value, **options)


def finite(f, value, **options):
    """A gradient by finite differences."""
    return check(f, value, gradcheck.finite_differences, **options)


def diverging(y, target):
    """A loss that becomes infinite at the second step if the first was too long."""
    loss, dy = squared_error(y, target)
    return (np.inf if loss > 1e9 else loss), dy


def buffered(dtype=None):
    """A sum of squares through a buffer that has a dtype of its own, or that of its argument."""

    def f(v):
        buffer = np.zeros(v.shape, dtype or v.dtype)
        buffer[:] = v * v
        return buffer.sum() + 0 * v.sum()

    return f


def drawing(inside):
    """A function that draws a number, outside of itself or from a generator of its own."""
    outer = rng()
    return lambda v: (v * (rng() if inside else outer).normal(size=v.shape)).sum()


def doubling(v):
    """A function that changes its argument."""
    v *= 2
    return (v * v).sum()


def saved(tmp, **arrays):
    """A file of arrays as somebody else would write it."""
    weights.write(tmp / "a", arrays)
    return parameters.load(tmp / "a", RNN)


def written(tmp, content):
    """A file of bytes."""
    (tmp / "b").write_bytes(content)
    return parameters.load(tmp / "b", RNN)


def save_and_load(tmp, cell, kind):
    """There and back."""
    parameters.save(tmp / "c", cell)
    return parameters.load(tmp / "c", kind)


def zipped(tmp):
    """A file of an earlier version."""
    np.savez(tmp / "d.npz", **W)
    return parameters.load(tmp / "d.npz", RNN)


def anew(tmp):
    """What the message about such a file says."""
    weights.write(tmp / "d.npz", dict(np.load(tmp / "d.npz")))
    return parameters.load(tmp / "d.npz", RNN)


def damaged(change):
    """A case of a file with a header that was changed."""
    return (
        "damaged or no file of weights .*; save the cell again",
        lambda t: written(t, forged(weights.dump(W), change)),
        lambda t: save_and_load(t, RNN_, RNN),
    )


X3 = np.array([1.0, 2.0, 3.0])
CASES = [  # what is said, what is done wrong, and the same as the message says to do it
    # init
    (
        "D is 2.5 but a whole number of features is expected.*pass D=3",
        lambda t: RNN.init(2.5, 3, rng()),
        lambda t: RNN.init(3, 3, rng()),
    ),
    (
        "rng is a int but .*pass np.random.default_rng(0)",
        lambda t: RNN.init(3, 3, 0),
        lambda t: RNN.init(3, 3, np.random.default_rng(0)),
    ),
    # parameters
    (
        "W_xh has shape (3,) but (H, D) is expected",
        lambda t: RNN(**{**W, "W_xh": np.ones(3)}),
        lambda t: RNN(**{**W, "W_xh": np.ones((3, 5))}),
    ),
    (
        "b_h is a list but RNN expects an array; pass np.array(b_h)",
        lambda t: RNN(**{**W, "b_h": [0.0] * H}),
        lambda t: RNN(**{**W, "b_h": np.array([0.0] * H)}),
    ),
    (
        "b_h has dtype int64 .*pass b_h.astype(np.float64)",
        lambda t: RNN(**{**W, "b_h": np.ones(H, int)}),
        lambda t: RNN(**{**W, "b_h": np.ones(H, int).astype(np.float64)}),
    ),
    (
        "b_h has dtype float32 but W_xh has float64; give all one dtype",
        lambda t: RNN(**{**W, "b_h": np.ones(H, np.float32)}),
        lambda t: RNN(**{**W, "b_h": np.ones(H)}),
    ),
    (
        "W_hh has shape (3, 4) but this RNN expects (3, 3), as W_xh has shape (3, 5)",
        lambda t: RNN(**{**W, "W_hh": np.ones((3, 4))}),
        lambda t: RNN(**{**W, "W_hh": np.ones((3, 3))}),
    ),
    (
        "b_h holds nan at (0,) but this RNN expects finite .*go back to weights that were finite",
        lambda t: RNN(**{**W, "b_h": np.full(H, np.nan)}),
        lambda t: RNN(**W),
    ),
    (
        "W_xh is a list but an array is expected; pass np.array(W_xh)",
        lambda t: RNN(**{**W, "W_xh": W["W_xh"].tolist()}),
        lambda t: RNN(**{**W, "W_xh": np.array(W["W_xh"].tolist())}),
    ),
    # inputs
    (
        "x is a MaskedArray but a plain array .*pass x.filled(0)",
        lambda t: RNN_.forward(MASKED),
        lambda t: RNN_.forward(MASKED.filled(0)),
    ),
    (
        "x is ragged but this RNN expects an array; pass x of shape (T, B, 5)",
        lambda t: RNN_.forward([[[1.0] * D], [[1.0]]]),
        lambda t: RNN_.forward(np.ones((2, 1, D))),
    ),
    (
        "x holds nan at (0, 0, 1) .*replace or remove missing values",
        lambda t: RNN_.forward(HOLE),
        lambda t: RNN_.forward(np.nan_to_num(HOLE)),
    ),
    (
        "x has dtype <U3 but this RNN expects numbers; pass x as float64",
        lambda t: RNN_.forward(np.full((T, B, D), "1.5")),
        lambda t: RNN_.forward(np.full((T, B, D), "1.5").astype("float64")),
    ),
    (
        "x is complex but this RNN is float64; pass x.real",
        lambda t: RNN_.forward(X + 0j),
        lambda t: RNN_.forward((X + 0j).real),
    ),
    (
        r"x is complex but .*or convert the cell with parameters.astype(cell, np.complex128)",
        lambda t: RNN_.forward(X + 0j),
        lambda t: parameters.astype(RNN_, np.complex128).forward(X + 0j),
    ),
    (
        "x has 2 axes but this RNN expects 3; pass x of shape (T, B, 5)",
        lambda t: RNN_.forward(X[0]),
        lambda t: RNN_.forward(X[:1]),
    ),
    ("x has no time steps .*pass x of shape (T, B, 5)", lambda t: RNN_.forward(X[:0]), lambda t: RNN_.forward(X[:1])),
    (
        "q has shape (2, 5) but three axes are expected; pass (steps, B, features)",
        lambda t: DotAttention().forward(X[0], X, X),
        lambda t: DotAttention().forward(X[:1], X, X),
    ),
    (
        "h0 has 1 sequences but this RNN expects 2; pass h0 of shape (2, 3)",
        lambda t: RNN_.forward(X, np.ones((1, H))),
        lambda t: RNN_.forward(X, np.ones((2, 3))),
    ),
    (
        "h0 is a LSTMTrace but this LSTM expects an array; pass *trace.last",
        lambda t: LSTM_.forward(X, LSTM_.forward(X)),
        lambda t: LSTM_.forward(X, *LSTM_.forward(X).last),
    ),
    (
        "h0 is a tuple but this LSTM expects an array; pass each state by itself, as in forward(x, *states)",
        lambda t: LSTM_.forward(X, LSTM_.forward(X).last),
        lambda t: LSTM_.forward(X, *LSTM_.forward(X).last),
    ),
    (
        "trace is a RNNTrace but LSTM expects a LSTMTrace; pass what its forward returned",
        lambda t: LSTM_.backward(TRACE, DH),
        lambda t: LSTM_.backward(LSTM_.forward(X), DH),
    ),
    (
        "trace has 2 features but this RNN expects 5; pass what the forward of this RNN returned",
        lambda t: RNN_.backward(RNN.init(2, H, rng()).forward(X[:, :, :2]), DH),
        lambda t: RNN_.backward(TRACE, DH),
    ),
    (
        "trace is float32 but this RNN is float64; pass what the forward",
        lambda t: RNN_.backward(parameters.astype(RNN_, np.float32).forward(X), DH),
        lambda t: RNN_.backward(TRACE, DH),
    ),
    # losses
    (
        "y is ragged but an array is expected; pass sequences of one length",
        lambda t: squared_error([[[1.0], [2.0]], [[1.0]]], Y),
        lambda t: squared_error([[[1.0]], [[1.0]]], np.ones((2, 1, 1))),
    ),
    (
        "target has dtype object but numbers are expected; pass target as float64",
        lambda t: squared_error(Y, Y.astype(object)),
        lambda t: squared_error(Y, Y.astype(object).astype("float64")),
    ),
    (
        "target holds nan at (0, 0, 0) .*replace or remove missing",
        lambda t: squared_error(Y, Y * np.nan),
        lambda t: squared_error(Y, np.nan_to_num(Y * np.nan)),
    ),
    (
        "target has shape (4, 2) but .*pass target of shape (4, 2, 6)",
        lambda t: squared_error(Y, Y[:, :, 0]),
        lambda t: squared_error(Y, np.ones((4, 2, 6))),
    ),
    (
        "or for a loss at the last step alone y[-1:] and target[None]",
        lambda t: squared_error(Y, Y[-1]),
        lambda t: squared_error(Y[-1:], Y[-1][None]),
    ),
    (
        "target is float64 of shape (4, 2, 6) .*pass target.argmax(axis=-1)",
        lambda t: cross_entropy(Y, np.eye(O)[CLASSES]),
        lambda t: cross_entropy(Y, np.eye(O)[CLASSES].argmax(axis=-1)),
    ),
    (
        "pass whole numbers such as target.astype(int)",
        lambda t: cross_entropy(Y, CLASSES * 1.0),
        lambda t: cross_entropy(Y, (CLASSES * 1.0).astype(int)),
    ),
    (
        "target holds 6 to 6 but y has 6 classes; pass 0 to 5",
        lambda t: cross_entropy(Y, np.full((T, B), 6)),
        lambda t: cross_entropy(Y, np.full((T, B), 5)),
    ),
    (
        "y has shape (2, 6) .*pass y[None] for a single time step",
        lambda t: squared_error(Y[0], Y[0]),
        lambda t: squared_error(Y[0][None], Y[0][None]),
    ),
    (
        "y[:, None] for a single sequence, target alike",
        lambda t: cross_entropy(Y[:, 0], CLASSES[:, 0]),
        lambda t: cross_entropy(Y[:, 0][:, None], CLASSES[:, 0][:, None]),
    ),
    # arithmetic and files
    (
        "the value is a float but a cell, an array, .*pass np.array of numbers",
        lambda t: parameters.count(2.5),
        lambda t: parameters.count(np.array([2.5])),
    ),
    (
        "the first is an RNN but the other is an LSTM; pass two of one kind",
        lambda t: parameters.add(RNN_, LSTM_),
        lambda t: parameters.add(LSTM_, LSTM_),
    ),
    (
        "the first has shape (3,) but the other has (4,); pass two of one shape",
        lambda t: parameters.add(X3, np.ones(4)),
        lambda t: parameters.add(X3, np.ones(3)),
    ),
    (
        "the first holds a but the other holds b; pass two of one form",
        lambda t: parameters.add({"a": X3}, {"b": X3}),
        lambda t: parameters.add({"a": X3}, {"a": X3}),
    ),
    (
        "W_xh has shape (3, 5) in the first but (3, 1) in the other; pass two of the same sizes",
        lambda t: parameters.add(RNN_, RNN.init(1, H, rng())),
        lambda t: parameters.add(RNN_, RNN_),
    ),
    (
        "max_norm is 0 but a positive number is expected; 1.0 is a usual choice",
        lambda t: parameters.clip(RNN_, 0),
        lambda t: parameters.clip(RNN_, 1.0),
    ),
    (
        "factor is '2' but a real number is expected; pass 0.5, say",
        lambda t: parameters.scale(RNN_, "2"),
        lambda t: parameters.scale(RNN_, 0.5),
    ),
    (
        "the norm of the gradient is nan, so it has no direction",
        lambda t: parameters.clip(X3 * np.nan, 1.0),
        lambda t: parameters.clip(X3, 1.0),
    ),
    (
        "cell is .* but a cell, or a tuple of cells, is expected; pass (cell, readout)",
        lambda t: save_and_load(t, [RNN_, READOUT], (RNN, Readout)),
        lambda t: save_and_load(t, (RNN_, READOUT), (RNN, Readout)),
    ),
    (
        "kind is 'RNN' but a class of cells, .*pass RNN or (RNN, Readout)",
        lambda t: save_and_load(t, RNN_, "RNN"),
        lambda t: save_and_load(t, RNN_, RNN),
    ),
    (
        "holds W_h, W_x, b but W_xh, W_hh, b_h are expected; load what was saved there",
        lambda t: save_and_load(t, LSTM_, RNN),
        lambda t: save_and_load(t, LSTM_, LSTM),
    ),
    (
        "a: b_h has shape (4,) but this RNN expects (3,)",
        lambda t: saved(t, **{**W, "b_h": np.ones(4)}),
        lambda t: saved(t, **{**W, "b_h": np.ones(3)}),
    ),
    ("if you trust it, weights.write('.*d.npz', dict(np.load('.*d.npz'))) writes it anew", zipped, anew),
    damaged(lambda header: header["b_h"].update(shape=[-3])),
    damaged(lambda header: header["b_h"].update(shape=[4])),
    damaged(lambda header: header["b_h"].update(dtype="F8")),
    damaged(lambda header: header.pop("b_h")),
    damaged(lambda header: header["__metadata__"].update(told=1)),
    *(
        (
            "damaged or no file of weights .*; save the cell again",
            lambda t, content=content: written(t, content),
            lambda t: save_and_load(t, RNN_, RNN),
        )
        for content in (
            b"PK",
            weights.dump(W)[:-1],
            sealed('{"__metadata__":{}}'),
            sealed('{"b":1,"b":1,"__metadata__":{"crc32":"        "}}'),
            sealed("[" * 100_000 + '"crc32":"        "'),
        )
    ),
    (
        "b_h has dtype int64 but one of float64, .* is expected; pass it with .astype(np.float64)",
        lambda t: saved(t, **{**W, "b_h": np.arange(3)}),
        lambda t: saved(t, **{**W, "b_h": np.arange(3).astype(np.float64)}),
    ),
    # training
    (
        "model is a RNN but a pair is expected; pass (cell, readout)",
        lambda t: list(training.train(RNN_, [(X, Y)], squared_error, training.SGD(0.1))),
        lambda t: list(training.train((RNN_, READOUT), [(X, Y)], squared_error, training.SGD(0.1))),
    ),
    (
        "step 2: the loss is inf; lower the rate (1000000.0)",
        lambda t: run([(X, Y)] * 3, diverging, rate=1e6),
        lambda t: run([(X, Y)] * 3, diverging, rate=1e-3),
    ),
    (
        "step 2: the loss is inf; .*or clip the gradient (max_norm=None)",
        lambda t: run([(X, Y)] * 3, diverging, rate=1e6),
        lambda t: run([(X, Y)] * 3, diverging, rate=1e6, max_norm=1e-8),
    ),
    (
        "step 1: the loss is inf; bring x and target to a size near 1",
        lambda t: run([(X, 1e200 * Y)]),
        lambda t: run([(X, Y)]),
    ),
    (
        "step 1: the gradient is not finite",
        lambda t: run(loss=lambda y, target: (0.0, np.full_like(y, 1e308))),
        lambda t: run(loss=lambda y, target: (0.0, np.full_like(y, 1e-3))),
    ),
    (
        "the square of the gradient is not finite; bring x and target to a size near 1",
        lambda t: list(training.train(MODEL, [(X, 1e160 * Y)], lambda y, g: (0.0, y - g), training.Adam())),
        lambda t: list(training.train(MODEL, [(X, Y)], lambda y, g: (0.0, y - g), training.Adam())),
    ),
    (
        "T is 0 but a whole number of steps in a piece is expected, at least 1; pass T=3",
        lambda t: training.pieces(X, Y, 0),
        lambda t: training.pieces(X, Y, 3),
    ),
    (
        "target has 3 time steps but x has 4; pass one target for each step",
        lambda t: training.pieces(X, Y[:3], 2),
        lambda t: training.pieces(X, Y, 2),
    ),
    ("batches is empty .*a generator runs only once", lambda t: run([]), lambda t: run([(X, Y)])),
    (
        "a batch is a ndarray but .*pass [(x, target)]",
        lambda t: run((X, Y)),
        lambda t: run([(X, Y)]),
    ),
    (
        "a batch has lengths but what has ended is not carried on; pass carry=False, or no lengths",
        lambda t: run([(X, Y, [1] * B)], carry=True),
        lambda t: run([(X, Y, [1] * B)]),
    ),
    (
        "steps is 0 but a whole number, or None for as long as there are batches,",
        lambda t: run(steps=0),
        lambda t: run(),
    ),
    (
        "every is 0 but a whole number is expected, at least 1; pass every=3",
        lambda t: run(every=0),
        lambda t: run(every=3),
    ),
    (
        "validate returned None .*end it in return float(loss)",
        lambda t: run(validate=lambda model: None),
        lambda t: run(validate=lambda model: 1.0),
    ),
    (
        "validate returned nan after step 0; look at its data",
        lambda t: run(validate=lambda model: float(HOLE.mean())),
        lambda t: run(validate=lambda model: float(np.nanmean(HOLE))),
    ),
    (
        "validate returned inf after step 0, .*such as the logarithm of a perplexity",
        lambda t: run(validate=lambda model: np.exp(1e4)),
        lambda t: run(validate=lambda model: 1e4),
    ),
    ("rate is nan but .*0.01 is a usual choice", lambda t: run(rate=np.nan), lambda t: run(rate=0.01)),
    (
        "beta2 is 1.5 but a finite number from 0 to below 1 is expected; pass beta2=0.999",
        lambda t: adam(beta2=1.5),
        lambda t: adam(beta1=0.9, beta2=0.999),
    ),
    ("epsilon is 0 but .*pass epsilon=1e-8", lambda t: adam(epsilon=0), lambda t: adam(epsilon=1e-8)),
    (
        "model is a RNN but a pair is expected; pass (cell, readout)",
        lambda t: training.gradient(RNN_, X, Y, squared_error),
        lambda t: training.gradient(MODEL, X, Y, squared_error),
    ),
    (
        "momentum is 'x' but .*pass momentum=0.9",
        lambda t: training.SGD(0.1, "x").step(RNN_, RNN_),
        lambda t: training.SGD(0.1, 0.9).step(RNN_, RNN_),
    ),
    (
        "model is (Readout, RNN) but a cell and then its readout are expected; pass (cell, readout)",
        lambda t: list(training.train((READOUT, RNN_), [(X, Y)], squared_error, training.SGD(0.1))),
        lambda t: run(),
    ),
    (
        "loss is a tuple but a function is expected; pass squared_error, not its result",
        lambda t: run(loss=squared_error(Y, Y)),
        lambda t: run(loss=squared_error),
    ),
    (
        "validate is a int but a function of a model is expected; pass None, or one",
        lambda t: run(validate=3),
        lambda t: run(validate=None),
    ),
    (
        "momentum is 1.5 but a finite number from 0 to below 1 is expected; pass momentum=0.9",
        lambda t: training.SGD(0.1, 1.5).step(RNN_, RNN_),
        lambda t: training.SGD(0.1, 0.9).step(RNN_, RNN_),
    ),
    (
        "this SGD has the memory of another model; make one for each, SGD(rate)",
        lambda t: (o := training.SGD(0.1, 0.9), o.step(RNN_, RNN_), o.step(LSTM_, LSTM_)),
        lambda t: (training.SGD(0.1).step(RNN_, RNN_), training.SGD(0.1).step(LSTM_, LSTM_)),
    ),
    (
        "this Adam has the memory of another model; make one for each, Adam(rate)",
        lambda t: (o := training.Adam(), o.step(RNN_, RNN_), o.step(LSTM_, LSTM_)),
        lambda t: (training.Adam(0.1).step(RNN_, RNN_), training.Adam(0.1).step(LSTM_, LSTM_)),
    ),
    (
        "loss returned no pair of a real number and dy; return value, dy, as squared_error does",
        lambda t: run(loss=lambda y, g: 1.0),
        lambda t: run(loss=lambda y, g: (1.0, y)),
    ),
    (
        "loss returned no pair of a real number",
        lambda t: run(loss=lambda y, g: (1j, y)),
        lambda t: run(loss=lambda y, g: ((1 + 1j).real, y)),
    ),
    (
        "loss returned no pair of a real number",
        lambda t: run(loss=lambda y, g: (None, y)),
        lambda t: run(loss=lambda y, g: (np.float32(1), y)),
    ),
    ("batches is a NoneType but .*pass a list of them", lambda t: run(None), lambda t: run([(X, Y)])),
    (
        "optimiser is <class .*pass SGD(0.1) or Adam()",
        lambda t: list(training.train(MODEL, [(X, Y)], squared_error, training.SGD)),
        lambda t: list(training.train(MODEL, [(X, Y)], squared_error, training.SGD(0.1))),
    ),
    # gradients
    (
        "f does not change near value, .*leave that out of f",
        lambda t: finite(lambda v: (np.round(100 * v) / 100).sum(), X3 + 0.0012),
        lambda t: finite(lambda v: v.sum(), X3 + 0.0012),
    ),
    (
        "f is the same wherever value is moved; compute it from the argument",
        lambda t: finite(lambda v: X3.sum(), X3),
        lambda t: finite(lambda v: v.sum(), X3),
    ),
    (
        "a part of f does not change in short steps; f computes in single precision; convert to float64",
        lambda t: finite(lambda v: (v**2).sum() + float(np.sin(v.astype(np.float32)).sum()), X3, step=1e-9),
        lambda t: finite(lambda v: (v**2).sum() + float(np.sin(v).sum()), X3),
    ),
    (
        "f has no finite derivative at value, .*move value away from it",
        lambda t: check(lambda v: np.sqrt(v).sum(), 0 * X3),
        lambda t: check(lambda v: np.sqrt(v).sum(), 0 * X3 + 1),
    ),
    (
        "value is a str but a cell, .*pass np.array of its numbers",
        lambda t: check(lambda v: v.sum(), "123"),
        lambda t: check(lambda v: v.sum(), np.array([1, 2, 3])),
    ),
    (
        "value is complex but .*pass its .real and its .imag, as two arrays",
        lambda t: check(lambda v: (v * v).sum(), X3 + 1j),
        lambda t: check(lambda p: (p[0] * p[0]).sum() - (p[1] * p[1]).sum(), ((X3 + 1j).real, (X3 + 1j).imag)),
    ),
    (
        "f drops imaginary parts .*give np.zeros the dtype of value",
        lambda t: check(buffered(float), X3),
        lambda t: check(buffered(), X3),
    ),
    ("or use finite_differences", lambda t: check(buffered(float), X3), lambda t: finite(buffered(float), X3)),
    (
        "f is not analytic: .*write a * a for abs(a) ** 2",
        lambda t: check(lambda v: (np.abs(v) ** 2).sum() + 0 * v.sum(), X3),
        lambda t: check(lambda v: (v * v).sum() + 0 * v.sum(), X3),
    ),
    (
        "f of real numbers is not real, .*return a real function of value",
        lambda t: check(lambda v: (1j * v).sum(), X3),
        lambda t: check(lambda v: (1j * v * -1j).sum(), X3),
    ),
    (
        "f changed its argument, .*let f change a copy",
        lambda t: check(doubling, X3),
        lambda t: check(lambda v: doubling(v.copy()), X3),
    ),
    (
        "f returned an array of shape (3,) .*end it in return result.sum()",
        lambda t: check(lambda v: v * v, X3),
        lambda t: check(lambda v: (v * v).sum(), X3),
    ),
    (
        "f returned 3.74.*, a real number, .*leave out abs, float and .real",
        lambda t: check(lambda v: np.abs(np.sqrt((v * v).sum())), X3),
        lambda t: check(lambda v: np.sqrt((v * v).sum()), X3),
    ),
    (
        "a complex number, but a real one is expected; return its .real",
        lambda t: finite(lambda v: (v + 0j).sum(), X3),
        lambda t: finite(lambda v: (v + 0j).sum().real, X3),
    ),
    (
        "f returned a float32, so f computes in single precision; convert to float64",
        lambda t: finite(lambda v: v.astype(np.float32).sum(), X3),
        lambda t: finite(lambda v: v.astype(np.float64).sum(), X3),
    ),
    (
        "do not add up .*single precision; convert to float64",
        lambda t: check(lambda v: np.complex128(np.sin(v.astype(np.complex64)).sum()), X3),
        lambda t: check(lambda v: np.sin(v).sum(), X3),
    ),
    (
        "f is rounded to about \\d digits; f computes in single precision; convert to float64",
        lambda t: finite(lambda v: float(np.sin(v.astype(np.float32)).sum()), X3),
        lambda t: finite(lambda v: float(np.sin(v.astype(np.float64)).sum()), X3),
    ),
    (
        "f returned nan .*choose a value where f is finite",
        lambda t: finite(lambda v: np.log(v).sum(), -X3),
        lambda t: finite(lambda v: np.log(v).sum(), X3),
    ),
    (
        "for the same argument; draw random numbers outside f, or seed them inside",
        lambda t: check(drawing(inside=False), X3),
        lambda t: check(drawing(inside=True), X3),
    ),
    (
        "f has a kink at value, .*move value away from it",
        lambda t: finite(lambda v: np.abs(v).sum(), 0 * X3),
        lambda t: finite(lambda v: np.abs(v).sum(), 0 * X3 + 0.1),
    ),
    (
        "f is a float64 but a function of value is expected; pass f, not f(value)",
        lambda t: check(np.sum(X3), X3),
        lambda t: check(np.sum, X3),
    ),
    *(
        (
            f"step is {step!r} but a positive number is expected; pass step=1e-{-round(np.log10(usual))}",
            lambda t, method=method, step=step: method(np.sum, X3, step=step),
            lambda t, method=method, usual=usual: method(np.sum, X3, step=usual),
        )
        for method, usual in ((gradcheck.complex_step, 1e-30), (gradcheck.finite_differences, 1e-6))
        for step in (0, -1e-6, np.nan, np.inf, "1e-6", None)
    ),
    (
        "step is 1e-40, which rounds away beside the entries; pass step=1e-6",
        lambda t: finite(lambda v: v.sum(), X3, step=1e-40),
        lambda t: finite(lambda v: v.sum(), X3, step=1e-6),
    ),
    (
        "too short, and lost in the rounding of f; pass step=",
        lambda t: finite(lambda v: 1e10 + v.sum(), X3),
        lambda t: finite(lambda v: 1e10 + v.sum(), X3, step=8.0),
    ),
    (
        "0 against 0 throughout, .*choose inputs where the gradient is not zero",
        lambda t: gradcheck.relative_difference(0 * X3, 0 * X3),
        lambda t: gradcheck.relative_difference(X3, X3),
    ),
    (
        "cell is a Readout but one that carries states is expected; pass an RNN, say",
        lambda t: gradcheck.influence(READOUT, np.ones((4, 1, H))),
        lambda t: gradcheck.influence(RNN_, np.ones((4, 1, D))),
    ),
    (
        "state is 'c' but RNN carries 'h'; pass one that it has",
        lambda t: gradcheck.influence(RNN_, np.ones((4, 1, D)), "c"),
        lambda t: gradcheck.influence(RNN_, np.ones((4, 1, D)), "h"),
    ),
    (
        "x has the shape (4, 2, 5) but a single sequence is expected; pass x[:, :1]",
        lambda t: gradcheck.influence(RNN_, np.ones((4, 2, D))),
        lambda t: gradcheck.influence(RNN_, np.ones((4, 2, D))[:, :1]),
    ),
]


@pytest.mark.parametrize(("text", "wrong", "right"), CASES, ids=[text[:50] for text, *_ in CASES])
def test_the_advice_of_a_message_leads_out(text, wrong, right, tmp_path):
    """It is said, it is followed, and there is no error."""
    with np.errstate(all="ignore"):
        with pytest.raises((ValueError, TypeError, FloatingPointError), match=pattern(text)):
            wrong(tmp_path)
        right(tmp_path)


def test_every_message_of_the_package_has_its_case(tmp_path):
    """A new one, whose advice nobody has followed, is missed here."""
    raised = set()
    for number, (_, wrong, _) in enumerate(CASES):
        place = tmp_path / str(number)
        place.mkdir()
        raised |= raised_by(partial(wrong, place))
    assert not not_raised(MODULES, raised)
