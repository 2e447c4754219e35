"""The widget of the lecture's network, against the numbers of the package."""

import re

import numpy as np
import pytest
from operate import EXACT, PHONE, live, number, slide

from rnn_notes import RNN, lecture


def package(x, memory=True):
    """h_0 … h_5 and y_1 … y_5 by the package, for inputs (5, 4)."""
    cell = lecture.rnn if memory else RNN(lecture.rnn.W_xh, np.zeros((3, 3)), lecture.rnn.b_h)
    h = cell.forward(np.reshape(x, (5, 1, 4))).h
    return h[:, 0], lecture.readout.forward(h[1:])[:, 0]


def agrees(tab, x):
    """Whether the widget has these inputs, and computes with and without memory what the package computes."""
    for memory in (True, False):
        run = live(tab, f"widget.run({str(memory).lower()})")
        h, y = package(x, memory)
        if not (np.allclose(run["h"], h, **EXACT) and np.allclose(run["y"][1:], y, **EXACT)):
            return False
    return np.array_equal(live(tab, "widget.x"), x)


def test_the_network_computes_what_the_package_computes(show):
    """To 1e-9, with and without memory: at the start, after a change of two inputs, and after the other past."""
    tab = show("rnn-unrolled")
    x = lecture.x[:, 0].copy()
    assert agrees(tab, x)
    slide(tab, "x0", 7)
    tab.get_by_role("button", name="forward").click()
    slide(tab, "x3", -9)
    x[0, 0], x[1, 3] = 0.8, -0.6
    assert agrees(tab, x)
    tab.get_by_role("button", name="the other past").click()
    assert agrees(tab, lecture.x_other_past[:, 0])
    tab.get_by_role("button", name="inputs of the lecture").click()
    assert agrees(tab, lecture.x[:, 0])


@pytest.mark.parametrize("memory", [True, False], ids=["memory", "no-memory"])
def test_every_step_shows_its_numbers(show, memory):
    """Forward and back through the five steps: equations and cells hold the numbers of the package, rounded."""
    tab = show("rnn-unrolled")
    if not memory:
        tab.get_by_role("switch").click()
    x, cell, (h, y) = lecture.x[:, 0], lecture.rnn, package(lecture.x, memory)
    for move, t in (
        ("back", 1),
        ("forward", 2),
        ("forward", 3),
        ("forward", 4),
        ("forward", 5),
        ("forward", 5),
        ("back", 4),
    ):
        tab.get_by_role("button", name=move).click(force=True)
        past = cell.W_hh @ h[t - 1] if memory else np.zeros(3)
        terms = [cell.W_xh @ x[t - 1], past, cell.b_h, cell.W_xh @ x[t - 1] + past + cell.b_h]
        assert vectors(tab, "#a") == [number(value) for term in terms for value in term]
        assert vectors(tab, "#h") == [number(value) for value in h[t]]
        assert vectors(tab, "#y") == [number(value) for value in y[t - 1]]
        formulas = [re.sub(r"\s", "", tab.locator(selector).text_content()) for selector in ("#a", "#h", "#y")]
        equal = "≈" if memory and t > 1 else "="  # without a past, three decimals are more than enough
        assert formulas[0].count(equal) == (2 if equal == "≈" else 3)
        starts = (f"a{t}=Wxhx{t}+Whhh{t - 1}+bh{equal}", f"h{t}=tanh(a{t})≈", f"y{t}=Whyh{t}+by≈")
        assert all(formula.startswith(start) for formula, start in zip(formulas, starts, strict=True))
        cells = re.findall(r"−?\d\.\d\d(?!\d)", " ".join(tab.locator("svg text:not(.dim)").all_text_contents()))
        assert cells == [number(value, 2) for step in range(1, t + 1) for value in (*h[step], *y[step - 1])]


def vectors(tab, selector):
    """All numbers of the column vectors below a selector."""
    return tab.locator(f"{selector} .vector > span").all_text_contents()


def test_without_memory_the_outputs_stand_beside_what_they_were(show):
    """Each output that has been computed, with memory above and without below; a sentence says both in numbers."""
    tab = show("rnn-unrolled")
    tab.get_by_role("switch").focus()
    tab.keyboard.press("Space")
    assert "loses nothing" in tab.locator("#words").text_content()
    for _ in range(4):
        tab.get_by_role("button", name="forward").press("Enter")
    (_, with_memory), (_, without) = package(lecture.x), package(lecture.x, memory=False)
    above = [text.strip() for text in tab.locator("svg text.dim:not(.maths)").all_text_contents()]
    assert above == [*(number(value, 2) for value in with_memory.ravel()), "with memory"]
    now, then = (", ".join(number(value) for value in y[4]) for y in (without, with_memory))
    assert tab.locator("#words").text_content() == f"Without memory y5 is ({now}) instead of ({then})."


def test_a_click_on_a_column_goes_to_its_step(show):
    """Also on the phone, with a finger."""
    tab = show("rnn-unrolled", viewport=PHONE, has_touch=True)
    tab.locator("svg text", has_text=re.compile("^x4$")).tap()
    assert live(tab, "widget.t") == 4
