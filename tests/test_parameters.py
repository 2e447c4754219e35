"""Arithmetic over cells is that of the vector of all their numbers."""

import re

import numpy as np
import pytest
from random_cells import CELLS, random_run

from rnn_notes import GRU, LSTM, RNN, Readout, parameters

each_cell = pytest.mark.parametrize("cls", CELLS)


def same(a, b):
    """Bit for bit, with the same names, shapes and dtypes."""
    a, b = parameters.arrays(a), parameters.arrays(b)
    return a.keys() == b.keys() and all(
        a[n].dtype == b[n].dtype and a[n].shape == b[n].shape and (a[n] == b[n]).all() for n in a
    )


def as_vector(cell):
    """All numbers of a cell in one row."""
    return np.concatenate([a.ravel() for a in parameters.arrays(cell).values()])


@each_cell
def test_arithmetic_is_that_of_the_vector_of_all_numbers(cls):
    """add, scale, count and global_norm, whatever the cell."""
    a, b = random_run(cls, seed=1).cell, random_run(cls, seed=2).cell
    assert (as_vector(parameters.add(a, b)) == as_vector(a) + as_vector(b)).all()
    assert (as_vector(parameters.scale(a, -0.3)) == -0.3 * as_vector(a)).all()
    assert parameters.count(a) == len(as_vector(a))
    assert parameters.global_norm(a) == pytest.approx(np.linalg.norm(as_vector(a)), rel=1e-14)


def test_the_counts_are_those_of_the_textbook():
    """H (D + H + 1), four times for the LSTM; three times for the GRU, and H more for the bias inside the reset."""
    D, H = 4, 3
    counts = [parameters.count(cls.init(D, H, np.random.default_rng(0))) for cls in (RNN, LSTM, GRU)]
    assert counts == [24, 4 * 24, 3 * 24 + 3]


def test_a_tuple_of_cells_is_treated_as_one():
    """A model (cell, readout) has one norm, and its arrays have one name each."""
    model = random_run(GRU).cell, Readout.init(3, 2, np.random.default_rng(0))
    assert list(parameters.arrays(model)) == ["0.W_x", "0.W_h", "0.b", "0.b_hn", "1.W_hy", "1.b_y"]
    assert parameters.global_norm(model) == pytest.approx(np.hypot(*map(parameters.global_norm, model)), rel=1e-14)
    doubled = parameters.add(model, model)
    assert type(doubled) is tuple
    assert same(doubled, parameters.scale(model, 2))


@each_cell
def test_single_precision_stays_single(cls):
    """Also when the factor is a NumPy double."""
    cell = random_run(cls, dtype=np.float32).cell
    for result in (parameters.scale(cell, np.float64(0.5)), parameters.clip(cell, 0.1), parameters.add(cell, cell)):
        assert {a.dtype for a in parameters.arrays(result).values()} == {np.dtype(np.float32)}


@each_cell
def test_clipping_keeps_the_direction(cls):
    """The result has norm max_norm, and cosine 1 with the gradient."""
    grads = random_run(cls).cell
    clipped = parameters.clip(grads, 0.1)
    assert parameters.global_norm(clipped) == pytest.approx(0.1, rel=1e-14)
    a, b = as_vector(grads), as_vector(clipped)
    assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) == pytest.approx(1, rel=1e-14)


def test_a_short_gradient_is_not_clipped():
    """Up to max_norm it is returned as it came."""
    grads = random_run(RNN).cell
    assert parameters.clip(grads, parameters.global_norm(grads)) is grads


def test_the_norm_of_a_single_precision_gradient_does_not_overflow():
    """1e30 squared is no float32, but the norm is found."""
    grads = parameters.apply(lambda a: np.full_like(a, 1e30), random_run(RNN, dtype=np.float32).cell)
    assert parameters.global_norm(grads) == pytest.approx(1e30 * np.sqrt(parameters.count(grads)), rel=1e-6)
    assert parameters.global_norm(parameters.clip(grads, 1.0)) == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1.0, 1e200, 1e300])
def test_the_norm_neither_overflows_nor_vanishes(size):
    """Though the squares of 1e200 and of 1e-200 do, without a warning; and such a gradient can be clipped."""
    grads = {"W": np.array([3.0, 0.0]) * size, "b": np.array([[-4.0]]) * size}
    with np.errstate(all="raise"):
        assert parameters.global_norm(grads) == pytest.approx(5 * size, rel=1e-15)
        assert parameters.global_norm(parameters.clip(grads, size / 2)) == pytest.approx(size / 2, rel=1e-15)
    assert parameters.global_norm({"W": np.zeros(3)}) == 0


def test_masks_are_refused_in_containers_too():
    """As by the cells; and nothing at all has the norm zero."""
    masked = np.ma.masked_array([1.0, 2.0], [True, False])
    for value, name in ((masked, "the value"), ({"W": masked}, "W"), ((masked,), "0")):
        with pytest.raises(ValueError, match=f"^{name} is a MaskedArray but a plain array is expected"):
            parameters.global_norm(value)
    assert parameters.global_norm({}) == 0


def test_nothing_is_broadcast():
    """Two cells of other sizes, another kind, or other names are not added, whatever NumPy would make of them."""
    rng = np.random.default_rng(0)
    one, more = RNN.init(1, 1, rng), RNN.init(5, 6, rng)
    for other, text in (
        (more, "W_xh has shape (1, 1) in the first but (6, 5) in the other; pass two of the same sizes"),
        (GRU.init(1, 1, rng), "the first is an RNN but the other is a GRU; pass two of one kind"),
        ((one, one), "the first is an RNN but the other is a tuple; pass two of one kind"),
        (np.ones(3), "the first is an RNN but the other is an array; pass two of one kind"),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
            parameters.add(one, other)
    with pytest.raises(ValueError, match=r"the first holds 0\.W_xh, .* but the other holds 0\.W_xh, .*, 1\.W_xh"):
        parameters.add((one,), (one, one))


def test_clip_refuses_what_it_cannot_clip():
    """A bound that is not positive, and a gradient without a direction."""
    grads = random_run(RNN).cell
    with pytest.raises(ValueError, match=r"^max_norm is 0 but a positive number is expected; 1\.0 is a usual choice$"):
        parameters.clip(grads, 0)
    text = "^the norm of the gradient is nan, so it has no direction to keep$"
    with pytest.raises(FloatingPointError, match=text):
        parameters.clip({"W": np.array([1.0, np.nan])}, 1.0)
