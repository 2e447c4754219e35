"""The cliff: the widget against descents that are computed here."""

import numpy as np
import pytest
from operate import PHONE, live, slide

from rnn_notes.figures import gradients


def descents(start, rate, limit, steps=60):
    """Gradient descent on the loss of the cliff, (steps + 1, 2), with the gradient shortened to the limit."""
    place, path = np.array(start), []
    for _ in range(steps + 1):
        path.append(place)
        slope = np.array(gradients.cliff(*place)[1:])
        place = place - rate * min(1, limit / np.hypot(*slope)) * slope
    return np.array(path)


def places(tab, name):
    """Where a descent of the widget goes."""
    return live(tab, f"widget.{name}.map(({{ w, b }}) => [w, b])")


def test_the_descents_at_the_cliff_are_those_of_the_package(show):
    """At the start as in the static figure; then from another place, with another rate and limit, until they rest."""
    tab = show("rnn-cliff")
    for name, limit in (("plain", np.inf), ("clipped", gradients.CLIP)):
        assert np.allclose(places(tab, name), gradients.descend(limit)[:, :2], rtol=0, atol=1e-6)
    assert "part at step 36, where the gradient is 3.64 long" in tab.locator("#words").text_content()
    slide(tab, "rate", -5)
    slide(tab, "limit", -3)
    tab.locator("svg").focus()
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("ArrowLeft")
    for name, limit in (("plain", np.inf), ("clipped", 0.2)):
        expected = descents((4.99, -2.29), 0.1, limit)
        assert np.allclose(places(tab, name)[:20], expected[:20], rtol=0, atol=1e-6)
        loss = gradients.cliff(*expected[20])[0]
        assert live(tab, f"widget.{name}[20].loss") == pytest.approx(loss, abs=1e-6)
    tab.get_by_role("button", name="reset").click()
    assert live(tab, "widget.first") == list(gradients.START)
    assert float(tab.locator("input[name=rate]").input_value()) == gradients.RATE


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_a_click_on_the_map_starts_both_descents_there(show, touch):
    """The dot is under the finger, and both paths begin there."""
    tab = show("rnn-cliff", viewport=PHONE, has_touch=touch)
    box = tab.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 4
    (tab.touchscreen.tap if touch else tab.mouse.click)(x, y)
    w, b = live(tab, "widget.first")
    assert (w, b) == (pytest.approx(4.525, abs=0.005), pytest.approx(-1.925, abs=0.01))
    assert places(tab, "plain")[0] == places(tab, "clipped")[0] == [w, b]


def test_a_walk_goes_step_by_step_and_says_what_became_of_it(show):
    """From the start, one step at a time; a reader who wants no motion sees its end at once."""
    tab = show("rnn-cliff", clock=True)
    tab.get_by_role("button", name="walk").click()
    tab.clock.run_for(1000)
    assert 5 <= live(tab, "widget.n") < 20
    tab.get_by_role("button", name="pause").click()
    assert live(tab, "widget.longest(widget.plain)") == pytest.approx(
        np.hypot(*np.diff(descents(gradients.START, gradients.RATE, np.inf), axis=0).T)[: live(tab, "widget.n")].max()
    )
    tab.emulate_media(reduced_motion="reduce")
    tab.get_by_role("button", name="walk").click()
    assert live(tab, "widget.n") == gradients.STEPS
    slide(tab, "rate", 40)
    assert "thrown off the map" in tab.locator("#words").text_content()
