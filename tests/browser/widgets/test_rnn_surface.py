"""The widget of the surface, against descents with slopes by the complex step."""

from itertools import pairwise

import numpy as np
import pytest
from operate import EXACT, PHONE, drag, live, number, slide

from rnn_notes import gradcheck


def walk(step_size, steps):
    """Gradient descent on y² − 2y cos x from (2.5, 2), with slopes by the complex step."""
    path = [np.array([2.5, 2.0])]
    for _ in range(steps):
        slope = gradcheck.complex_step(lambda p: p[1] ** 2 - 2 * p[1] * np.cos(p[0]), path[-1])
        path.append(path[-1] - step_size * slope)
    return np.array(path)


def test_the_ball_goes_down_step_by_step(show):
    """Three steps, by the keyboard, to 1e-9; the numbers say where it is and where it goes next."""
    tab = show("rnn-surface")
    slide(tab, "size", 12)  # from 0.1 by steps of 0.01
    for _ in range(3):
        tab.get_by_role("button", name="step").press("Enter")
    path = walk(0.22, 4)
    assert np.allclose(live(tab, "widget.path"), path[:4], **EXACT)
    (x, y), after = path[3], path[4]
    height = y**2 - 2 * y * np.cos(x)
    assert tab.locator("#height").text_content() == f"f({number(x)}, {number(y)}) ≈ {number(height)}"
    assert [line.split(" ≈ ")[-1] for line in tab.locator("#next").inner_text().split("\n")] == [
        number(v) for v in after
    ]
    assert tab.locator("#words").text_content() == "After 3 steps the ball is on its way."


def test_with_reduced_motion_the_ball_is_at_the_end_at_once(show):
    """Small steps do not arrive, middle ones do, and too large ones throw the ball out of the picture."""
    tab = show("rnn-surface", reduced_motion="reduce")
    for size, steps, words in (
        (0.01, 200, "still not at rest"),
        (0.1, 59, "at rest"),
        (0.7, 20, "at rest"),
        (0.79, 3, "out"),
    ):
        tab.locator("input").fill(str(size))
        tab.get_by_role("button", name="roll").click()
        assert np.allclose(live(tab, "widget.path"), walk(size, steps), **EXACT)
        assert words in tab.locator("#words").text_content()
        tab.get_by_role("button", name="reset").click()
        assert live(tab, "widget.path") == [[2.5, 2.0]]


def test_the_ball_rolls_until_it_is_paused(show):
    """Otherwise one sees every step; pause stops it where it is."""
    tab = show("rnn-surface", clock=True)
    tab.get_by_role("button", name="roll").click()
    tab.clock.run_for(500)
    tab.get_by_role("button", name="pause").click()
    steps = live(tab, "widget.path.length") - 1
    tab.clock.run_for(500)
    assert steps == live(tab, "widget.path.length") - 1 == 500 // 70  # milliseconds a step


def test_the_surface_turns_by_key_mouse_and_finger(show):
    """Five degrees a key, half a degree a pixel."""
    tab = show("rnn-surface", viewport=PHONE, has_touch=True)
    box = tab.locator("svg").bounding_box()
    x, y = box["x"] + 150, box["y"] + 150
    views = []
    for turn in (
        lambda: tab.locator("svg").press("ArrowRight"),
        lambda: tab.locator("svg").press("ArrowDown"),
        lambda: drag(tab, [(x, y), (x + 40, y), (x + 100, y + 20)], touch=False),
        lambda: drag(tab, [(x, y), (x - 60, y), (x - 120, y), (x - 130, y)], touch=True),
    ):
        turn()
        views.append(live(tab, "[widget.azimuth, widget.elevation]"))
    assert views[:3] == [[-69, 42], [-69, 47], [-119, 57]]
    assert -119 + 40 < views[3][0] <= -119 + 65  # the first pixels tell the browser that the finger does not scroll


def test_what_is_near_covers_what_is_far(show):
    """From each side, the facets are drawn from the corner that is farthest from the eye to the one that is nearest."""
    tab = show("rnn-surface")
    for azimuth, nearest in ((45, (6, 3)), (135, (-6, 3)), (-135, (-6, -3)), (-45, (6, -3))):
        live(tab, f"widget.turn({{ azimuth: {azimuth}, elevation: 30 }})")
        for which, sign in (("first", -1), ("last", 1)):
            x, y = (sign * value for value in nearest)
            height = 0.9 * (y**2 - 2 * y * np.cos(x) + 1) / 16 - 0.45
            left, top = live(tab, f"widget.project([{x} / 6, {y} / 6, {height}])")
            facet = getattr(tab.locator("polygon"), which).get_attribute("points")
            corners = [[float(v) for v in corner.split(",")] for corner in facet.split(" ")]
            assert min(abs(left - u) + abs(top - v) for u, v in corners) < 0.2


def test_the_valley_follows_the_cosine(show):
    """From above its line, of which nothing is hidden, goes through the places of (x, cos x)."""
    tab = show("rnn-surface")
    tab.get_by_role("button", name="from above").click()
    red = tab.locator("#valley [stroke='var(--grad)'] [opacity='1']")
    lines = red.evaluate_all("all => all.map(line => line.getAttribute('d'))")
    x = np.linspace(-6, 6, 121)
    places = [live(tab, f"widget.project([{u} / 6, {np.cos(u)} / 6, 0])") for u in x]
    ends = np.array([[[float(v) for v in end.split(",")] for end in line[1:].split("L")] for line in lines])
    assert np.allclose(ends, list(pairwise(places)), rtol=0, atol=1e-9)


def test_from_above_the_surface_is_a_map(show):
    """x runs to the right and y up, to the same scale; the button leads back."""
    tab = show("rnn-surface")
    tab.get_by_role("button", name="from above").click()
    corners = [live(tab, f"widget.project([{x} / 6, {y} / 6, 0])") for x, y in ((-6, -3), (6, -3), (-6, 3))]
    (left, bottom), (right, same), (_, top) = corners
    assert same == pytest.approx(bottom, abs=1e-9)
    assert right - left == pytest.approx(2 * (bottom - top), rel=1e-9)
    tab.get_by_role("button", name="from the side").click()
    assert live(tab, "[widget.azimuth, widget.elevation]") == [-64, 42]
