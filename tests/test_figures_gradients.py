"""The numbers behind the figures on backpropagation through time and on vanishing and exploding gradients."""

import math
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

from rnn_notes import figures, gradcheck, lecture, parameters
from rnn_notes.cells import RNN
from rnn_notes.figures import bptt, gradients, style

STEP = 1e-30

# Backpropagation through time


def loss_with_a_matrix_a_step(copies):
    """The loss of the lecture's network when step t uses the recurrent weights copies[t − 1]; keeps complex numbers."""
    h, loss = np.zeros(3), 0.0
    for x_t, target, W_hh in zip(lecture.x[:, 0], lecture.target[:, 0], copies, strict=True):
        h = np.tanh(lecture.rnn.W_xh @ x_t + W_hh @ h + lecture.rnn.b_h)
        loss = loss + np.sum((lecture.readout.W_hy @ h + lecture.readout.b_y - target) ** 2) / 2
    return loss


def test_a_contribution_is_the_derivative_by_the_weights_as_they_are_used_at_that_step_alone():
    """Five separate copies of W_hh, one per step, and the complex step through each."""
    copies = np.array([lecture.rnn.W_hh] * 5)
    measured = gradcheck.complex_step(loss_with_a_matrix_a_step, copies)
    assert bptt.contributions() == pytest.approx(measured, abs=1e-14)
    assert not bptt.contributions()[0].any()  # h_0 is zero


def test_five_contributions_prints_five_matrices_and_their_sum():
    """Six times nine numbers of three decimals, in the order of the rows, the sum last; the framed ones add up."""
    texts = [text.get_text().replace("−", "-") for text in figures.draw("five-contributions").axes[0].texts]
    shown = np.array([float(text) for text in texts if "." in text]).reshape(6, 3, 3)
    parts = bptt.contributions()
    assert shown == pytest.approx(np.array([*parts, parts.sum(axis=0)]), abs=0.0005 + 1e-12)
    assert shown[:5, *bptt.SHOWN].sum() == pytest.approx(shown[5, *bptt.SHOWN], abs=1e-12)
    assert [text for text in texts if text in "+="] == ["+"] * 4 + ["="]


def test_error_flowing_back_has_a_red_arrow_from_every_output_and_from_every_later_state():
    """Row by row, the last step first: one arrow comes down from y_t, and one from the right but in the first row."""
    arrows = [p for p in figures.draw("error-flowing-back").axes[0].patches if isinstance(p, FancyArrowPatch)]
    red = [p for p in arrows if to_hex(p.get_edgecolor()) == style.COLOURS["grad"]]
    ways = []
    for arrow in red:
        (x0, y0), (x1, y1), *_ = arrow.get_path().vertices
        ways.append("down" if y0 > y1 else "left" if x0 > x1 else "wrong")
    assert ways == ["down", *["down", "left"] * 4]


# Products of Jacobians


@pytest.mark.parametrize("size", gradients.SIZES)
def test_the_gradient_norms_are_those_of_the_jacobians_that_the_complex_step_measures(size):
    """The same run, nudged in h_s by a tiny imaginary number, one entry at a time."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((40, 1, 4))
    rnn = RNN.init(4, 32, rng)
    W_hh = rng.standard_normal((32, 32))
    rnn = replace(rnn, W_hh=W_hh * size / math.sqrt(np.linalg.eigvalsh(W_hh.T @ W_hh).max()))
    h = rnn.forward(x).h[:, 0]
    shown = gradients.jacobian_norms(size)
    assert shown[0] == 1
    for back in (1, 5, 20, 40):
        nudged = h[40 - back] + 1j * STEP * np.eye(32)  # a batch of 32 states, each nudged in one entry
        inputs = np.repeat(x[40 - back :], 32, axis=1)
        last = parameters.astype(rnn, np.complex128).forward(inputs, nudged).h[-1]
        assert shown[back] == pytest.approx(np.linalg.norm(last.imag / STEP, 2), rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_small_weights_vanish_large_ones_explode_and_those_between_may_do_either(seed):
    """No norm is above its bound; with σ_max = 2, where the bound grows, the gradient still vanishes, on every seed."""
    small, middle, large = (gradients.jacobian_norms(size, seed=seed) for size in gradients.SIZES)
    for size, norms in zip(gradients.SIZES, (small, middle, large), strict=True):
        assert (norms <= float(size) ** np.arange(41) * (1 + 1e-12)).all()
    assert small[-1] < 1e-13
    assert middle[-1] < 0.01
    assert large[-1] > 1e4


def test_gradient_norms_draws_the_norms_with_their_bounds():
    """Three dashed bounds, size^(t − s), and three lines of measured norms."""
    lines = figures.draw("gradient-norms").axes[0].lines
    for n, size in enumerate(gradients.SIZES):
        assert lines[2 * n].get_ydata() == pytest.approx([size**k for k in range(41)], rel=1e-12)
        assert lines[2 * n + 1].get_ydata() == pytest.approx(gradients.jacobian_norms(size), rel=1e-12)


def test_the_powers_grow_tenfold_and_die_out_as_their_closed_form_says():
    """Aᵏ = 2⁻ᵏ [[1, 20k], [0, 1]], and the norm of [[1, x], [0, 1]] is x/2 + √(1 + x²/4)."""
    norms = gradients.power_norms(16)
    closed = [2.0**-k * (10 * k + math.sqrt(1 + 100 * k * k)) for k in range(17)]
    assert norms == pytest.approx(closed, rel=1e-12)
    assert norms[1] > 10
    assert next(k for k in range(1, 17) if norms[k] < 1) == 8
    assert np.linalg.eigvals(gradients.A) == pytest.approx([0.5, 0.5])


# Clipping


def test_clipping_as_a_whole_keeps_the_direction_and_entry_by_entry_turns_it():
    """The cross product with the gradient is zero for one and far from zero for the other; both obey their limit."""
    whole, entry_by_entry = gradients.clipped()
    (a, b), limit = gradients.GRADIENT, gradients.LIMIT
    assert math.hypot(a, b) > limit
    assert math.hypot(*whole) == pytest.approx(limit)
    assert whole[0] * b - whole[1] * a == pytest.approx(0, abs=1e-15)
    assert whole[0] > 0
    assert np.abs(entry_by_entry).max() == limit
    turned = math.atan2(*entry_by_entry[::-1]) - math.atan2(b, a)
    assert math.degrees(turned) > 20


# The cliff


def loss_of_the_paper(w, b):
    """E_50 as Pascanu, Mikolov and Bengio write it, with the plain exponential: x_t = w σ(x_{t−1}) + b, x_0 = 0.5."""
    x = 0.5
    for _ in range(50):
        x = w / (1 + math.exp(-x)) + b
    return (1 / (1 + math.exp(-x)) - 0.7) ** 2


POINTS = [(4.0, -1.8), (4.2, -2.05), (5.0, -2.2), (5.0, -2.9), (5.5, -2.6), (6.9, -3.1)]


@pytest.mark.parametrize(("w", "b"), POINTS)
def test_the_loss_of_the_cliff_is_that_of_the_paper_and_its_gradient_is_measured(w, b):
    """The paper follows the pre-activation; the loss is the same number, and the complex step agrees."""
    loss, dw, db = gradients.cliff(w, b)
    assert loss == pytest.approx(loss_of_the_paper(w, b), rel=1e-9)
    measured = gradcheck.complex_step(lambda p: gradients.cliff(p[0], p[1])[0], np.array([w, b]))
    assert (dw, db) == pytest.approx(measured, rel=1e-10)


@pytest.mark.parametrize("w", [4.5, 5.0, 5.5, 5.9])
def test_on_the_edge_nothing_moves_and_the_gradient_is_a_geometric_series(w):
    """With b = ½ − w σ(½) each step multiplies a deviation by r = w σ′(½), so ∂h_50/∂b = σ′(½) (r⁵⁰ − 1)/(r − 1)."""
    p = 1 / (1 + math.exp(-0.5))
    slope = p * (1 - p)
    assert gradients.edge(w) == pytest.approx(0.5 - w * p, rel=1e-15)
    loss, dw, db = gradients.cliff(w, gradients.edge(w))
    series = 2 * (p - 0.7) * slope * ((w * slope) ** 50 - 1) / (w * slope - 1)
    assert loss == pytest.approx((p - 0.7) ** 2, rel=1e-6)
    assert db == pytest.approx(series, rel=1e-6)
    assert dw == pytest.approx(p * series, rel=1e-6)


def test_the_edge_is_a_cliff_with_a_high_plain_on_one_side_and_a_lower_on_the_other():
    """A hundredth to either side the loss differs by a factor of more than ten, wherever w is 4.8 or more."""
    for w in (4.8, 5.2, 5.6):
        above, below = gradients.cliff(w, gradients.edge(w) + 0.01)[0], gradients.cliff(w, gradients.edge(w) - 0.01)[0]
        assert below > 0.3
        assert above < 0.03


def test_the_grid_of_the_landscape_covers_the_plane_and_has_a_line_on_the_edge():
    """Rows go from the lowest to the highest bias without turning back; the middle column is the edge."""
    w, b = gradients.landscape((4, 7, 25), (-3.2, -1.8, 9))
    assert w.shape == b.shape == (25, 17)
    assert (b[:, 0] == -3.2).all()
    assert b[:, -1] == pytest.approx(-1.8)
    assert (np.diff(b, axis=1) >= 0).all()
    inside = gradients.edge(w[:, 8]) > -3.2
    assert inside.sum() > 12
    assert b[inside, 8] == pytest.approx(gradients.edge(w[inside, 8]))


def test_the_range_of_the_loss_over_the_plane_of_the_paper():
    """The loss lies between 0 and 0.427, and half of the gradients are shorter than 0.061."""
    w, b = np.meshgrid(np.linspace(4, 7, 201), np.linspace(-3.2, -1.8, 201))
    loss, dw, db = gradients.cliff(w, b)
    assert loss.min() < 1e-5
    assert loss.max() == pytest.approx(loss_of_the_paper(4.0, -3.2), rel=1e-9)
    assert loss.max() == pytest.approx(0.4266, abs=5e-5)
    assert np.median(np.hypot(dw, db)) == pytest.approx(0.0603, abs=5e-4)


def test_without_clipping_one_step_throws_the_descent_back_and_with_clipping_it_arrives():
    """Both go the same way until a gradient 20 times longer than the one before."""
    plain, clipped = gradients.descend(np.inf), gradients.descend(gradients.CLIP)
    parting = int(np.argmin((plain == clipped).all(axis=1)))
    lengths = np.hypot(*np.diff(plain[:, :2], axis=0).T)
    assert lengths.argmax() == parting - 1
    assert lengths[parting - 1] > 20 * lengths[parting - 2]
    assert np.hypot(*np.diff(clipped[:, :2], axis=0).T).max() <= gradients.RATE * gradients.CLIP * (1 + 1e-12)
    assert plain[parting:, 2].min() > plain[0, 2]
    assert clipped[-1, 2] < 1e-3
    assert plain[:, 2] == pytest.approx([loss_of_the_paper(w, b) for w, b, _ in plain], rel=1e-6)


@pytest.mark.parametrize("limit", [np.inf, gradients.CLIP])
def test_rounding_does_not_decide_where_the_descents_end(limit, monkeypatch):
    """Near a cliff small differences grow; a start that is off by 10⁻¹² still ends at the same place."""
    end = gradients.descend(limit)[-1]
    w, b = gradients.START
    for off in (-1e-12, 1e-15, 1e-12):
        monkeypatch.setattr(gradients, "START", (w + off, b - off))
        assert gradients.descend(limit)[-1] == pytest.approx(end, abs=1e-4)


def test_the_contour_shows_both_descents_from_one_start():
    """Two lines with the points of the descents, within the frame, from the point that is marked."""
    axes = figures.draw("cliff-contour").axes[0]
    for line, limit in zip(axes.lines, (np.inf, gradients.CLIP), strict=False):
        path = gradients.descend(limit)
        assert line.get_xydata() == pytest.approx(path[:, :2])
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        assert (path[:, :2] > (left, bottom)).all()
        assert (path[:, :2] < (right, top)).all()
    assert axes.lines[2].get_xydata()[0] == pytest.approx(gradients.START)
