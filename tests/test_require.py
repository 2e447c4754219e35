"""What a cell cannot compute with is refused, word for word: in each text {cell} is the cell's name."""

import re

import numpy as np
import pytest
from random_cells import CELLS, B, D, H, random_run

from rnn_notes import Readout, parameters
from rnn_notes.cells import GRU, LSTM, RNN

each_cell = pytest.mark.parametrize("cls", CELLS)


X = np.ones((2, B, D))
NAN = np.where(np.arange(D) == 2, np.nan, X)
RAGGED = [[[1.0] * D], [[1.0] * D, [1.0] * D]]

REFUSED_X = [
    (np.ones((2, B, 3)), "x has 3 features but this {cell} expects 4; pass x of shape (T, B, 4)"),
    (np.ones((2, D)), "x has 2 axes but this {cell} expects 3; pass x of shape (T, B, 4)"),
    (np.ones((0, B, D)), "x has no time steps but at least one is expected; pass x of shape (T, B, 4)"),
    (np.ones((2, 0, D)), "x has no sequences but at least one is expected; pass x of shape (T, B, 4)"),
    (RAGGED, "x is ragged but this {cell} expects an array; pass x of shape (T, B, 4)"),
    (
        NAN,
        "x holds nan at (0, 0, 2) but this {cell} expects finite float64 numbers; "
        "replace or remove missing values first",
    ),
    (
        -np.inf * X,
        "x holds -inf at (0, 0, 0) but this {cell} expects finite float64 numbers; "
        "replace or remove missing values first",
    ),
    (
        1j * X,
        "x is complex but this {cell} is float64; "
        "pass x.real or convert the cell with parameters.astype(cell, np.complex128)",
    ),
    (np.full(X.shape, "1"), "x has dtype <U1 but this {cell} expects numbers; pass x as float64"),
    (X.astype(object), "x has dtype object but this {cell} expects numbers; pass x as float64"),
    (X > 0, "x has dtype bool but this {cell} expects numbers; pass x as float64"),
    (None, "x has dtype object but this {cell} expects numbers; pass x as float64"),
    *(
        (
            masked,
            "x is a MaskedArray but a plain array is expected, as only its numbers would be used; "
            "pass x.filled(0), or another number for what is masked",
        )
        for masked in (np.ma.masked_array(X, X > 0), [np.ma.masked_array(X[0], X[0] > 0), X[1]])
    ),
    (
        np.ones((1, 1)).view(np.matrix),
        "x is a matrix but a plain array is expected, as only its numbers would be used; pass x.view(np.ndarray)",
    ),
]


def refusal(text, cls):
    """A pattern that matches the whole text and nothing else."""
    return f"^{re.escape(text.format(cell=cls.__name__))}$"


@pytest.mark.parametrize(("x", "text"), REFUSED_X)
@each_cell
def test_forward_refuses(cls, x, text):
    """An input of a wrong shape, dtype or value, by its name and with the way out."""
    with pytest.raises(ValueError, match=refusal(text, cls)):
        random_run(cls).cell.forward(x)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (np.ones((3, H)), "{name} has 3 sequences but this {cell} expects 2; pass {name} of shape (2, 3)"),
        (np.ones((B, 5)), "{name} has 5 hidden units but this {cell} expects 3; pass {name} of shape (2, 3)"),
        (np.ones(H), "{name} has 1 axes but this {cell} expects 2; pass {name} of shape (2, 3)"),
        (
            np.full((B, H), np.nan),
            "{name} holds nan at (0, 0) but this {cell} expects finite float64 numbers; "
            "replace or remove missing values first",
        ),
    ],
)
@each_cell
def test_forward_refuses_a_state(cls, state, text):
    """h0, and c0 of the LSTM."""
    cell = random_run(cls).cell
    for name in cls.states:
        with pytest.raises(ValueError, match=refusal(text.replace("{name}", f"{name}0"), cls)):
            cell.forward(X, **{f"{name}0": state})


@pytest.mark.parametrize(
    ("x_t", "h", "text"),
    [
        (np.ones((B, 5)), np.ones((B, H)), "x_t has 5 features but this {cell} expects 4; pass x_t of shape (B, 4)"),
        (np.ones(D), np.ones((B, H)), "x_t has 1 axes but this {cell} expects 2; pass x_t of shape (B, 4)"),
        (np.ones((B, D)), np.ones((1, H)), "h has 1 sequences but this {cell} expects 2; pass h of shape (2, 3)"),
        (np.ones((B, D)), np.ones((B, 4)), "h has 4 hidden units but this {cell} expects 3; pass h of shape (2, 3)"),
        (
            np.full((B, D), np.inf),
            np.ones((B, H)),
            "x_t holds inf at (0, 0) but this {cell} expects finite float64 numbers; "
            "replace or remove missing values first",
        ),
    ],
)
@each_cell
def test_step_refuses(cls, x_t, h, text):
    """What forward refuses, without the axis of time."""
    with pytest.raises(ValueError, match=refusal(text, cls)):
        random_run(cls).cell.step(x_t, h, *[np.ones((B, H)) for _ in cls.states[1:]])


def test_step_refuses_a_cell_state():
    """The LSTM's c."""
    with pytest.raises(ValueError, match=r"^c has 4 hidden units but this LSTM expects 3; pass c of shape \(2, 3\)$"):
        random_run(LSTM).cell.step(X[0], np.ones((B, H)), np.ones((B, 4)))


@pytest.mark.parametrize(
    ("dh", "text"),
    [
        (np.ones((3, B, H)), "dh has 3 time steps but this {cell} expects 2; pass dh of shape (2, 2, 3)"),
        (np.ones((2, 1, H)), "dh has 1 sequences but this {cell} expects 2; pass dh of shape (2, 2, 3)"),
        (np.ones((2, B, D)), "dh has 4 hidden units but this {cell} expects 3; pass dh of shape (2, 2, 3)"),
        (np.ones((B, H)), "dh has 2 axes but this {cell} expects 3; pass dh of shape (2, 2, 3)"),
        (
            np.full((2, B, H), np.nan),
            "dh holds nan at (0, 0, 0) but this {cell} expects finite float64 numbers; "
            "replace or remove missing values first",
        ),
    ],
)
@each_cell
def test_backward_refuses_a_gradient(cls, dh, text):
    """A dh that is not of the shape of the outputs, or not finite."""
    cell = random_run(cls).cell
    with pytest.raises(ValueError, match=refusal(text, cls)):
        cell.backward(cell.forward(X), dh)


@each_cell
def test_backward_refuses_the_trace_of_another_cell(cls):
    """Of another kind, of other sizes, or of another dtype."""
    cell, w = random_run(cls).cell, np.ones((2, B, H))
    other = RNN if cls is not RNN else GRU
    name = f"trace is a {other.__name__}Trace but {{cell}} expects a {{cell}}Trace; pass what its forward returned"
    with pytest.raises(ValueError, match=refusal(name, cls)):
        cell.backward(random_run(other).cell.forward(X), w)
    for sizes, came in (
        ((B, 5, H), "5 features but this {cell} expects 4"),
        ((B, D, 7), "7 hidden units but this {cell} expects 3"),
    ):
        run = random_run(cls, sizes=sizes)
        with pytest.raises(
            ValueError, match=refusal(f"trace has {came}; pass what the forward of this {{cell}} returned", cls)
        ):
            cell.backward(run.cell.forward(run.x), w)
    text = "trace is float32 but this {cell} is float64; pass what the forward of this {cell} returned"
    with pytest.raises(ValueError, match=refusal(text, cls)):
        cell.backward(parameters.astype(cell, np.float32).forward(X), w)


@each_cell
def test_a_number_too_large_for_the_dtype_is_refused(cls):
    """1e300 is no float32: it is refused, not taken as infinite, and no warning is left behind."""
    text = "x holds inf at (0, 0, 0) but this {cell} expects finite float32 numbers; replace or remove"
    with pytest.raises(ValueError, match=refusal(text, cls)[:-1]):
        random_run(cls, dtype=np.float32).cell.forward(1e300 * X)


PARAMETERS = {
    RNN: {"W_xh": (3, 4), "W_hh": (3, 3), "b_h": (3,)},
    LSTM: {"W_x": (4, 3, 4), "W_h": (4, 3, 3), "b": (4, 3)},
    GRU: {"W_x": (3, 3, 4), "W_h": (3, 3, 3), "b": (3, 3), "b_hn": (3,)},
}


@each_cell
def test_a_cell_refuses_parameters_that_do_not_fit(cls):
    """Each of them, by its name: no array, no float dtype, two dtypes, or a wrong shape."""
    good = {name: np.zeros(shape) for name, shape in PARAMETERS[cls].items()}
    first, *others = good
    cell = cls.__name__
    for name in others:
        shape = PARAMETERS[cls][name]
        for wrong, text in [
            (good[name].tolist(), f"{name} is a list but {cell} expects an array; pass np.array({name})"),
            (
                good[name].astype(int),
                f"{name} has dtype int64 but {cell} expects one of float32, float64, complex128; "
                f"pass {name}.astype(np.float64)",
            ),
            (
                good[name].astype(np.float32),
                f"{name} has dtype float32 but {first} has float64; give all one dtype",
            ),
            (
                np.ma.masked_array(good[name], True),
                f"{name} is a MaskedArray but a plain array is expected, as only its numbers would be used; "
                f"pass {name}.filled(0), or another number for what is masked",
            ),
            *(
                (
                    np.where(np.arange(good[name].size).reshape(shape) == 0, number, good[name]),
                    f"{name} holds {number} at {(0,) * len(shape)} but this {cell} expects finite float64 numbers; "
                    f"go back to weights that were finite; if it is a gradient, it overflowed: make the loss smaller",
                )
                for number in (np.nan, -np.inf)
            ),
            (
                np.zeros((*shape, 1)),
                f"{name} has shape {(*shape, 1)} but this {cell} expects {shape}, as {first} has shape "
                f"{PARAMETERS[cls][first]}; weights are (to, from)",
            ),
        ]:
            with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
                cls(**{**good, name: wrong})


@each_cell
def test_weights_may_be_as_large_as_numbers_are(cls):
    """Their squares overflow, they do not; and a memory map is an array like another."""
    arrays = {name: np.full(shape, -1e300) for name, shape in PARAMETERS[cls].items()}
    assert (cls(**arrays).forward(0 * X).h[0] == 0).all()


@each_cell
def test_a_gradient_that_overflows_is_refused(cls):
    """Nobody gets infinite weights from it, and of a loss that is smaller there is one."""
    run = random_run(cls)
    trace = run.cell.forward(run.x, *run.state)
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(ValueError, match="it overflowed: make the loss"):
        run.cell.backward(trace, 1.5e308 * np.sign(run.w))
    assert np.isfinite(parameters.global_norm(run.cell.backward(trace, run.w)[0]))


@pytest.mark.parametrize("cls", [*CELLS, Readout])
@pytest.mark.parametrize("wrong", [2.0, "3", None, 0, -1, True, np.float64(3), [3]])
def test_init_takes_whole_numbers(cls, wrong):
    """As sizes; and a generator."""
    rng = np.random.default_rng(0)
    first, second = ("hidden units", "outputs") if cls is Readout else ("features", "hidden units")
    name = {"features": "D", "hidden units": "H", "outputs": "O"}
    for sizes, what in (((wrong, 3), first), ((3, wrong), second)):
        text = f"{name[what]} is {wrong!r} but a whole number of {what} is expected, at least 1; pass {name[what]}=3"
        with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
            cls.init(*sizes, rng)
    for no_rng in (None, 0, np.random):
        with pytest.raises(
            ValueError, match=r"^rng is a \w+ but a random generator is expected; pass np\.random\.default"
        ):
            cls.init(3, 3, no_rng)
    assert parameters.count(cls.init(np.int64(3), np.uint8(3), rng)) > 0


@pytest.mark.parametrize(
    ("cls", "shape", "text"),
    [
        (RNN, (3,), "W_xh has shape (3,) but (H, D) is expected, no size zero; weights are (to, from)"),
        (RNN, (3, 0), "W_xh has shape (3, 0) but (H, D) is expected, no size zero; weights are (to, from)"),
        (LSTM, (3, 4), "W_x has shape (3, 4) but (4, H, D) is expected, no size zero; weights are (to, from)"),
        (LSTM, (3, 3, 4), "W_x has shape (3, 3, 4) but this LSTM expects (4, 3, 4); weights are (to, from)"),
        (GRU, (4, 3, 4), "W_x has shape (4, 3, 4) but this GRU expects (3, 3, 4); weights are (to, from)"),
    ],
)
def test_a_cell_refuses_a_first_matrix_without_its_axes(cls, shape, text):
    """The input weights fix all sizes, so they are looked at first; the number of gates is fixed."""
    arrays = {
        **{name: np.zeros(s) for name, s in PARAMETERS[cls].items()},
        next(iter(PARAMETERS[cls])): np.zeros(shape),
    }
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        cls(**arrays)
