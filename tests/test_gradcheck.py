"""The derivatives measured from outside are right on functions whose derivative is known."""

import numpy as np
import pytest

from rnn_notes import RNN, parameters
from rnn_notes.gradcheck import complex_step, finite_differences, relative_difference

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
    """A NaN never passes a check of the kind difference < tolerance, wherever it stands."""
    cell = RNN.init(4, 3, np.random.default_rng(0))
    for name in parameters.arrays(cell):
        wrong = RNN(**{**parameters.arrays(cell), name: getattr(cell, name) * np.nan})
        assert not relative_difference(wrong, cell) < 1e-12
        assert not relative_difference(cell, wrong) < 1e-12
    assert not relative_difference(np.array([1.0, np.nan]), np.array([1.0, 1.0])) < 1e-12


def test_relative_difference_refuses_values_of_different_shape():
    """It would otherwise broadcast, and compare the wrong numbers."""
    with pytest.raises(ValueError, match=r"^value has shape \(2, 2\) but the reference has \(2,\)$"):
        relative_difference(X, X[0])
