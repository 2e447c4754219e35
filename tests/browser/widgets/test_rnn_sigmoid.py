"""The widget of the sigmoid, against the numbers of the package."""

import re

import numpy as np
import pytest
from operate import EXACT, PHONE, drag, live, number, slide

from rnn_notes import activations


def test_value_slope_and_formula_are_those_of_the_sigmoid(show):
    """All over the slider, which goes by steps of 0.05: to 1e-9 inside, and rounded in what one reads."""
    tab = show("rnn-sigmoid")
    for x in (1.3, 0.0, -0.05, 2.0, 3.6, 3.65, 6.0, -3.65, -6.0):
        tab.locator("input").fill(f"{x:g}")
        value = activations.sigmoid(np.float64(x))
        slope = activations.sigmoid_prime(value)
        assert np.allclose(live(tab, "[widget.x, widget.y, widget.slope]"), [x, value, slope], **EXACT)
        exponent = f"−({number(x, 2)})" if x < 0 else f"−{number(x, 2)}"
        written = re.sub(r"\s", "", tab.locator("#value").text_content() + tab.locator("#slope").text_content())
        assert written == (
            f"σ({number(x, 2)})=11+e{exponent}≈{number(value)}"
            f"σ′({number(x, 2)})≈{number(value)}·(1−{number(value)})≈{number(slope)}"
        )
        assert ("Saturated" in tab.locator("#words").text_content()) == (slope < 0.1 * 0.25)


def test_the_arrow_keys_move_the_point(show):
    """By 0.05 a key."""
    tab = show("rnn-sigmoid")
    slide(tab, "x", -3)
    assert live(tab, "widget.x") == 1.15


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_a_drag_on_the_curve_moves_the_point_and_the_thumb_below_it(show, touch):
    """The point follows the finger; its x is what the slider shows, and the thumb is below the point."""
    tab = show("rnn-sigmoid", viewport=PHONE, has_touch=touch)
    axis = [tab.locator("svg text", has_text=re.compile(f"^{x}$")).last.bounding_box() for x in ("−4", "4")]
    left, right = (box["x"] + box["width"] / 2 for box in axis)
    y = tab.locator("svg").bounding_box()["y"] + 50
    drag(tab, [((left + right) / 2, y), (right - 30, y), (right, y)], touch)
    assert live(tab, "widget.x") == pytest.approx(4, abs=0.11)
    assert float(tab.locator("input").input_value()) == live(tab, "widget.x")
    slider, point = tab.locator("input").bounding_box(), tab.locator("svg circle").first.bounding_box()
    thumb = slider["x"] + 12 + (slider["width"] - 24) * (live(tab, "widget.x") + 6) / 12
    assert point["x"] + point["width"] / 2 == pytest.approx(thumb, abs=1)
