"""The figures of the lecture show the numbers of its network, computed here once more by plain loops."""

import math
from functools import cache

import numpy as np
import pytest

from rnn_notes import figures, lecture
from rnn_notes.figures import activation, forward, home, memory, sigmoid, style, surface

drawn = cache(figures.draw)


def step(x_t, h, W_hh, activation=math.tanh):
    """One step of the lecture's network, one number at a time."""
    rnn = lecture.rnn
    return [
        activation(
            sum(rnn.W_xh[j, i] * x_t[i] for i in range(4)) + sum(W_hh[j][i] * h[i] for i in range(3)) + rnn.b_h[j]
        )
        for j in range(3)
    ]


def output(h):
    """The outputs of the lecture's network, one number at a time."""
    W, b = lecture.readout.W_hy, lecture.readout.b_y
    return [sum(W[k, j] * h[j] for j in range(3)) + b[k] for k in range(2)]


def run(x, W_hh):
    """The hidden states and the outputs of a run."""
    states = [[0.0, 0.0, 0.0]]
    for x_t in x[:, 0]:
        states.append(step(x_t, states[-1], W_hh))
    return np.array(states), np.array([output(h) for h in states[1:]])


def test_two_pasts_shows_two_outputs_with_memory_and_one_without():
    """The last points of the lines: apart, with opposite signs, for the RNN, and the same without W_hh."""
    recurrent, feed_forward = drawn("two-pasts").axes
    for axes, W_hh in ((recurrent, lecture.rnn.W_hh), (feed_forward, np.zeros((3, 3)))):
        for line, x in zip(axes.lines, (lecture.x, lecture.x_other_past), strict=True):
            assert line.get_ydata() == pytest.approx(run(x, W_hh)[1][:, 0], abs=1e-12)
        assert np.array_equal(memory.outputs(W_hh), [line.get_ydata() for line in axes.lines])
    one, other = (line.get_ydata()[-1] for line in recurrent.lines)
    assert one < -0.4 < 0.4 < other
    one, other = (line.get_ydata()[-1] for line in feed_forward.lines)
    assert one == other
    shown = [[text.get_text() for text in axes.texts] for axes in (recurrent, feed_forward)]
    assert shown == [["−0.43", "0.42", "same\n$x_5$"], ["−0.03", "same\n$x_5$"]]


def test_one_number_shows_one_number_now_and_two_next():
    """The two series of the data meet in the year before the last, one rising, one falling, and part again."""
    rising, falling = memory.sunspots()
    assert rising.tolist() == [0, 0, 2, 11, 27, 47, 63]
    assert falling.tolist() == [40, 78, 122, 103, 73, 47, 35]
    up, down = (drawn("one-number").axes[0].lines[k].get_ydata() for k in (0, 3))
    assert [*up] == [*rising[:-1]]
    assert [*down] == [*falling[:-1]]


def test_the_hidden_state_over_time_is_that_of_the_run():
    """Each row shows one unit at h_0, which is zero, to h_5."""
    states = run(lecture.x, lecture.rnn.W_hh)[0]
    assert forward.hidden_states() == pytest.approx(states, abs=1e-12)
    for axes, unit in zip(drawn("hidden-state-over-time").axes, states.T, strict=True):
        assert axes.lines[-1].get_ydata() == pytest.approx(unit, abs=1e-12)


def test_the_home_picture_is_coloured_by_the_activations_of_the_run():
    """Strong colour for a strong activation, grey where it is negative, paper where it is nothing."""
    states, outputs = run(lecture.x, lecture.rnn.W_hh)
    shown = home.activations()
    assert np.array_equal(shown["x"], lecture.x[:, 0])
    assert shown["h"] == pytest.approx(states[1:], abs=1e-12)
    assert shown["y"] == pytest.approx(outputs, abs=1e-12)
    assert home.colour("h", 1.2) == style.COLOURS["h"]
    assert home.colour("y", -1.0) == style.COLOURS["dim"]
    assert home.colour("x", 0.0) == style.COLOURS["paper"]


def test_without_activation_five_layers_are_one_straight_line_and_with_tanh_they_bend():
    """Second differences: zero without activation, of both signs with tanh; both computed again by plain loops."""
    s = np.linspace(-4, 4, 161)
    straight, bent = activation.stacked(s, lambda a: a), activation.stacked(s, np.tanh)
    for shown, f in ((straight, lambda a: a), (bent, math.tanh)):
        for k in (0, 37, 160):
            h, first = [0.0] * 3, []
            for x_t in lecture.x[:, 0]:
                h = step(s[k] * x_t, h, lecture.rnn.W_hh, f)
                first.append(h[0])
            assert shown[:, k] == pytest.approx(first, abs=1e-12)
    assert np.abs(np.diff(straight, 2)).max() < 1e-13
    assert np.diff(bent[-1], 2).min() < -3e-4 < 3e-4 < np.diff(bent[-1], 2).max()


def test_a_function_is_shaded_as_saturated_where_its_derivative_is_small():
    """Below a tenth of the largest slope: both ends of the sigmoid and of tanh, the negative half of ReLU."""
    ends = []
    for axes in drawn("sigmoid-tanh-relu").axes:
        (shade,) = axes.collections
        x = np.concatenate([path.vertices[:, 0] for path in shade.get_paths()])
        ends.append((x[x < 0].max(), x[x > 0].min(initial=np.inf)))
    logit = math.log((1 + math.sqrt(0.9)) / (1 - math.sqrt(0.9)))  # σ′ = 1/40, a tenth of 1/4
    assert ends[0] == pytest.approx((-logit, logit), abs=0.06)
    assert ends[1] == pytest.approx((-math.atanh(math.sqrt(0.9)), math.atanh(math.sqrt(0.9))), abs=0.06)
    assert ends[2] == (pytest.approx(0, abs=0.06), np.inf)


def test_the_tangents_of_the_sigmoid_have_the_slope_of_a_chord_through_two_near_points():
    """Measured with the plain exponential, which the package's sigmoid does not use."""
    for at in sigmoid.TOUCHES:
        below, value, above = (1 / (1 + math.exp(-x)) for x in (at - 1e-6, at, at + 1e-6))
        assert sigmoid.tangent(at) == pytest.approx((value, (above - below) / 2e-6), abs=1e-9)


def test_the_valley_of_the_surface_is_the_cosine():
    """In every column of a fine grid the lowest point is the one nearest to cos x, at the height −cos² x."""
    x, y = np.meshgrid(np.linspace(-6, 6, 61), np.linspace(-3, 3, 6001))
    z = surface.height(x, y)
    assert y[z.argmin(axis=0), 0] == pytest.approx(np.cos(x[0]), abs=1e-3)
    assert z.min(axis=0) == pytest.approx(-(np.cos(x[0]) ** 2), abs=1e-6)
    line = drawn("valley-contour").axes[0].lines[-1]
    assert line.get_ydata() == pytest.approx([math.cos(x) for x in line.get_xdata()], abs=1e-12)
