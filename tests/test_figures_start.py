"""The figures of the start: the chain rule, the largest stretch, three axes."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from rnn_notes import figures
from rnn_notes.figures import start, style


def test_the_ways_of_a_number_add_up_to_its_derivative():
    """The numbers beside the arrows, multiplied and added, are dL/dw by the complex step, and the sum is printed."""
    slopes = start.derivatives()
    w = 1 + 1e-20j
    assert sum(a * b for a, b in slopes.values()) == pytest.approx((2 * w * (w + 2)).imag / 1e-20)
    shown = [text.get_text() for text in figures.draw("ways-of-a-number").axes[0].texts]
    assert [text for text in shown if text.isdecimal()] == ["2", "3", "1", "2"]
    assert "= 8$" in shown[-1]


def test_the_half_axes_are_the_most_and_the_least_that_the_matrix_stretches():
    """No point of the ellipse is further from its centre than the longer one, none nearer than the shorter one."""
    circle, ellipse, (longest, shortest) = start.stretched()
    assert np.allclose(np.linalg.norm(circle, axis=0), 1)
    lengths = np.linalg.norm(ellipse, axis=0)
    assert lengths.max() == pytest.approx(np.linalg.norm(longest), rel=1e-3)
    assert lengths.min() == pytest.approx(np.linalg.norm(shortest), rel=1e-3)
    assert longest @ shortest == pytest.approx(0, abs=1e-12)
    assert np.linalg.norm(longest) > 1 > 0.5 == np.linalg.eigvals(start.STRETCH).max()


def test_three_axes_light_what_two_indices_pick():
    """Of 5 × 3 × 4 cells twelve are green, twenty lie in the first sequence, and four are both."""
    cells = figures.draw("three-axes").axes[0].patches
    faces = np.array([to_hex(cell.get_facecolor()) for cell in cells]).reshape(start.SHAPE)
    green = np.isin(faces, [style.tint("x", 35), style.tint("x", 70)])
    assert green[start.STEP].all()
    assert green.sum() == 12
    assert (faces[:, start.SEQUENCE] != faces[0, 1, 0]).all()
    assert (faces == style.COLOURS["paper"]).sum() == 60 - 12 - 20 + 4
