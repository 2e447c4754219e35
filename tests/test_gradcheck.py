"""The derivatives measured from outside are right on functions whose derivative is known."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes import GRU, LSTM, RNN, Readout, parameters
from rnn_notes.gradcheck import complex_step, finite_differences, influence, relative_difference
from rnn_notes.readout import squared_error
from rnn_notes.training import gradient

X = np.array([[0.3, -1.2], [2.0, 0.7]])


def test_the_complex_step_is_exact_to_rounding():
    """d/dx sin x = cos x, entry by entry."""
    np.testing.assert_allclose(complex_step(lambda x: np.sin(x).sum(), X), np.cos(X), rtol=0, atol=2e-16)


def test_finite_differences_are_right_to_nine_digits():
    """And not much better: that is why there is a complex step."""
    difference = relative_difference(finite_differences(lambda x: np.exp(x).sum(), X), np.exp(X))
    assert 1e-13 < difference < 1e-9


@pytest.mark.parametrize("measure", [complex_step, finite_differences])
def test_a_cell_is_differentiated_field_by_field(measure):
    """The derivative of half the sum of squares of all parameters is the cell itself."""
    cell = RNN.init(4, 3, np.random.default_rng(0))
    half_squares = lambda c: sum(0.5 * (a**2).sum() for a in parameters.arrays(c).values())  # noqa: E731
    gradient = measure(half_squares, cell)
    assert isinstance(gradient, RNN)
    assert relative_difference(gradient, cell) < 1e-9


@pytest.mark.parametrize("measure", [complex_step, finite_differences])
def test_the_value_is_left_as_it_was(measure):
    """A read-only array will do."""
    x = X.copy()
    x.setflags(write=False)
    measure(lambda v: (v**3).sum(), x)
    assert (x == X).all()


def test_the_complex_step_refuses_a_real_result():
    """Its derivative would be zero, silently."""
    with pytest.raises(TypeError, match="a real number, but the complex step needs f to keep complex numbers"):
        complex_step(lambda x: np.abs(x).sum(), X)


def test_relative_difference_is_that_of_the_worst_entry():
    """|value − reference| at most, over |reference| at most; for a reference of zeros, the difference itself."""
    assert relative_difference(np.array([1.0, 4.5]), np.array([1.5, 5.0])) == 0.1
    assert relative_difference(np.array([0.25]), np.array([0.0])) == 0.25


def test_relative_difference_sees_all_fields_of_a_cell():
    """One wrong bias is enough."""
    cell = RNN.init(4, 3, np.random.default_rng(0))
    wrong = RNN(cell.W_xh, cell.W_hh, cell.b_h + np.array([0, 0, 1]))
    assert relative_difference(wrong, cell) > 0.1


def test_relative_difference_of_not_a_number_is_no_small_number():
    """A NaN never passes a check of the kind difference < tolerance, wherever it is."""
    good = {"W": np.ones((2, 2)), "b": np.ones(2)}
    for name in good:
        wrong = {**good, name: good[name] * np.nan}
        assert not relative_difference(wrong, good) < 1e-12
        assert not relative_difference(good, wrong) < 1e-12
    assert not relative_difference(np.array([1.0, np.nan]), np.array([1.0, 1.0])) < 1e-12


def test_relative_difference_is_relative_to_each_array():
    """A bias that is missing beside large weights is seen whole, and by its name."""
    reference = Readout(1e9 * np.ones((2, 3)), np.ones(2))
    found = relative_difference(Readout(reference.W_hy, 0 * reference.b_y), reference)
    assert found == 1
    assert found.by_array == {"W_hy": 0.0, "b_y": 1.0}
    assert repr(found) == "1.0 at b_y"


@given(
    seed=st.integers(0, 2**32),
    n=st.integers(2, 40),
    small=st.floats(-11, -7),
    off=st.sampled_from([0.0, 2.0, -1.0, 1.1]),
    noise=st.sampled_from([0.0, 1e-16, 1e-10]),
)
@settings(derandomize=True, max_examples=60, deadline=None)
def test_a_small_entry_that_is_wrong_is_seen_among_large_ones(seed, n, small, off, noise):
    """A feature, a unit or a gate of another scale; unless steps or rounding are as large as it, which is fine."""
    rng = np.random.default_rng(seed)
    right = rng.uniform(0.5, 2, n) * rng.choice([-1, 1], n)
    few = rng.permutation(n)[: max(1, n // 3)]
    right[few] *= 10**small
    measured = right + noise * rng.normal(size=n)
    wrong = measured.copy()
    wrong[few] = off * right[few]
    assert relative_difference(measured, right) < max(20 * noise, 1e-15)
    if noise < 1e-6 * 10**small:
        assert relative_difference(wrong, right) > 0.09


def test_zero_against_zero_is_said():
    """Of one array in the number itself; where there is nothing else, by an error."""
    some = {"W": np.ones(2), "b": np.zeros(2)}
    found = relative_difference(some, some)
    assert found == 0
    assert found.empty == ("b",)
    assert repr(found) == "0.0; b: 0 against 0, which says nothing"
    with pytest.raises(ValueError, match="0 against 0 throughout, so nothing is compared; choose inputs where"):
        relative_difference(np.zeros(3), np.zeros(3))


RNG = np.random.default_rng(0)
DIFFERENT = [
    (RNN.init(3, 3, RNG), GRU.init(3, 3, RNG), "value is an RNN but the reference is a GRU; pass two of one kind"),
    (X, X[0], "value has shape (2, 2) but the reference has (2,); pass two of one shape"),
    (X, (X,), "value is an array but the reference is a tuple; pass two of one kind"),
    ((X, X), (X,), "value holds 0, 1 but the reference holds 0; pass two of one form"),
    ({"W": X}, {"U": X}, "value holds W but the reference holds U; pass two of one form"),
    (
        RNN.init(3, 3, RNG),
        RNN.init(1, 3, RNG),
        "W_xh has shape (3, 3) in value but (3, 1) in the reference; pass two of the same sizes",
    ),
]


@pytest.mark.parametrize(("value", "reference", "text"), DIFFERENT)
def test_relative_difference_names_what_differs_in_kind(value, reference, text):
    """It would otherwise broadcast, leave something out, and compare the wrong numbers."""
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        relative_difference(value, reference)


@pytest.mark.parametrize("measure", [complex_step, finite_differences])
@pytest.mark.parametrize(
    ("value", "product"),
    [
        ((X, X[0]), lambda p: p[0] @ p[1]),
        ([X, X[0]], lambda p: p[0] @ p[1]),
        ({"U": X, "v": X[0]}, lambda p: p["U"] @ p["v"]),
        ({"pair": (X, X[0])}, lambda p: p["pair"][0] @ p["pair"][1]),
        ((X, [0.3, -1.2]), lambda p: p[0] @ p[1]),
    ],
)
def test_the_arrays_of_a_student_are_taken_in_any_container(measure, value, product):
    """The gradient of the sum of a product U v is 1 vᵀ and Uᵀ 1, in a container of the same form."""
    found = measure(lambda p: product(p).sum(), value)
    assert type(found) is type(value)
    by_name = dict(zip(("U", "v"), parameters.arrays(found).values(), strict=True))
    wanted = {"U": np.array([X[0], X[0]]), "v": X.sum(axis=0)}
    assert relative_difference(by_name, wanted) < 1e-9


@pytest.mark.parametrize("measure", [complex_step, finite_differences])
def test_a_cell_with_its_readout_is_measured_as_one(measure):
    """A model (cell, readout), as training takes it."""
    rng = np.random.default_rng(0)
    model, x, target = (GRU.init(2, 3, rng), Readout.init(3, 1, rng)), rng.normal(size=(3, 2, 2)), np.ones((3, 2, 1))
    found = measure(lambda m: squared_error(m[1].forward(m[0].forward(x).h[1:]), target)[0], model)
    assert relative_difference(gradient(model, x, target, squared_error)[1], found) < 1e-7


# The influence of a state on itself, steps later


def test_the_influence_in_a_plain_network_is_the_norm_of_the_product_of_its_jacobians():
    """∂h_t/∂h_0 = Π diag(1 − h_k²) W_hh, the latest step on the left."""
    rng = np.random.default_rng(0)
    rnn, x = RNN.init(2, 3, rng), rng.normal(size=(6, 1, 2))
    h, product = rnn.forward(x).h[:, 0], np.eye(3)
    expected = [1.0]
    for t in range(1, 7):
        product = np.diag(1 - h[t] ** 2) @ rnn.W_hh @ product
        expected.append(np.linalg.norm(product, 2))
    np.testing.assert_allclose(influence(rnn, x), expected, rtol=1e-13)


@pytest.mark.parametrize(("cell", "state"), [(LSTM, "c"), (LSTM, "h"), (GRU, "h")])
def test_the_influence_counts_all_ways(cell, state):
    """It is the norm of the Jacobian, measured entry by entry by finite differences."""
    rng = np.random.default_rng(0)
    cell, x = cell.init(2, 3, rng), rng.normal(size=(4, 1, 2))

    def after(t, moved):
        return getattr(cell.forward(x, **{f"{state}0": moved}), state)[t, 0]

    for t in range(5):
        columns = [(after(t, d) - after(t, -d)) / 2e-6 for d in 1e-6 * np.eye(3)[:, None]]
        np.testing.assert_allclose(influence(cell, x, state)[t], np.linalg.norm(columns, 2), rtol=1e-7)


def test_the_influence_is_that_of_one_sequence_and_of_a_state_that_there_is():
    """The messages have a way out."""
    gru, x = GRU.init(2, 3, np.random.default_rng(0)), np.ones((4, 2, 2))
    text = "x has the shape (4, 2, 2) but a single sequence is expected; pass x[:, :1], (T, 1, D)"
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        influence(gru, x)
    assert influence(gru, x[:, :1]).shape == (5,)
    with pytest.raises(ValueError, match=r"^state is 'c' but GRU carries 'h'; pass one that it has$"):
        influence(gru, x[:, :1], "c")
