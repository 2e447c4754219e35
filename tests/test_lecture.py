"""The network of the lecture is the one the lecture describes, and nobody can change it for another page."""

import numpy as np
import pytest

from rnn_notes import lecture, parameters

ARRAYS = {
    **parameters.arrays(lecture.rnn),
    **parameters.arrays(lecture.readout),
    "x": lecture.x,
    "x_other_past": lecture.x_other_past,
    "target": lecture.target,
}


def test_it_has_four_inputs_three_hidden_units_two_outputs_and_five_steps():
    """The 4-3-2 network, copied over five time steps, with a batch of one sequence."""
    shapes = {name: a.shape for name, a in ARRAYS.items()}
    assert shapes == {
        "W_xh": (3, 4),
        "W_hh": (3, 3),
        "b_h": (3,),
        "W_hy": (2, 3),
        "b_y": (2,),
        "x": (5, 1, 4),
        "x_other_past": (5, 1, 4),
        "target": (5, 1, 2),
    }
    assert (lecture.D, lecture.H, lecture.O, lecture.T) == (4, 3, 2, 5)


@pytest.mark.parametrize("name", ARRAYS)
def test_every_number_has_one_decimal(name):
    """So that a reader can multiply by hand."""
    assert (ARRAYS[name] == np.round(ARRAYS[name], 1)).all()


@pytest.mark.parametrize("name", ARRAYS)
def test_every_array_is_read_only(name):
    """A page that tried to change it would fail, rather than change all later pages."""
    with pytest.raises(ValueError, match="read-only"):
        ARRAYS[name][...] = 0


def test_two_pasts_end_in_the_same_input_and_in_opposite_predictions():
    """The last input is the same, so only memory can tell them apart; the first output changes its sign."""
    assert (lecture.x[4] == lecture.x_other_past[4]).all()
    assert (lecture.x[:4] == -lecture.x_other_past[:4]).all()
    y, y_other = (
        lecture.readout.forward(lecture.rnn.forward(x).h[1:])[-1, 0] for x in (lecture.x, lecture.x_other_past)
    )
    assert (np.argmax(y), np.argmax(y_other)) in {(0, 1), (1, 0)}


def test_memory_is_not_symmetric():
    """W_hh is not its own transpose, so a transposed W_hh shows in every number."""
    assert (lecture.rnn.W_hh != lecture.rnn.W_hh.T).any()
