"""Attention: the widget against the trained network in the package."""

import numpy as np
import pytest
from operate import PHONE, live, number, slide

from rnn_notes.figures import attention as alignment


def written(digits):
    """What the trained network writes by itself after these digits, and the weights of each step."""
    model, eye = alignment.trained(), np.eye(alignment.SYMBOLS)
    _, state, memory = model.encode(eye[digits][:, None])
    before, found, weights = 0, [], []
    for _ in digits:
        logp, after = model.step(eye[[before]], state, memory)
        weights.append(model.attention.forward(after[0][None], memory[0], *memory).weights[0, 0])
        before, state = int(logp[0].argmax()), after
        found.append(before)
    return found, np.array(weights)


@pytest.mark.parametrize("digits", [None, [3, 1, 4, 1, 5], [7] * 12, [2]], ids=str)
def test_the_weights_are_those_of_the_package(show, digits):
    """For the digits of the figure, and for others that a reader types, of other lengths too: to 1e-6."""
    tab = show("rnn-attention")
    tab.locator("svg rect").first.wait_for(state="attached")
    if digits:
        tab.locator("[name=digits]").fill("".join(map(str, digits)))
    digits = digits or live(tab, "widget.digits")
    found, weights = written(np.array(digits))
    assert live(tab, "widget.rows.map(({ digit }) => digit)") == found
    assert np.allclose(live(tab, "widget.rows.map(({ weights }) => weights)"), weights, rtol=0, atol=1e-6)
    assert f"with weight {number(weights[0].max())}" in tab.locator("#words").text_content()


def test_what_the_network_has_not_learned_to_read_is_said(show):
    """Another character, or none; the picture stays that of the digits before."""
    tab = show("rnn-attention")
    tab.locator("svg rect").first.wait_for(state="attached")
    before = live(tab, "widget.digits")
    for text, words in (("1290", "knows the digits 1 to 7 only; 9 is none"), ("", "There is nothing to read")):
        tab.locator("[name=digits]").fill(text)
        assert words in tab.locator("#words").text_content()
        assert tab.locator("[name=digits]").get_attribute("aria-invalid") == "true"
    assert live(tab, "widget.digits") == before


def test_a_row_is_chosen_by_keyboard_and_by_touch(show):
    """The slider steps through the written digits; a tap on the picture chooses its row."""
    tab = show("rnn-attention", viewport=PHONE, has_touch=True)
    tab.locator("svg rect").first.wait_for(state="attached")
    slide(tab, "n", 2)
    assert tab.locator("#words").text_content().startswith("Digit 3 is written as")
    box = tab.locator("svg rect").nth(4 * 8 + 2).bounding_box()
    tab.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert live(tab, "widget.n") == 5
