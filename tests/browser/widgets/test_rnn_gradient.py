"""Where the gradient goes: the widget against the trained networks in the package."""

import re

import numpy as np
import pytest
from operate import PHONE, live, slide

from rnn_notes.experiments import novels, saliency, three_cells


@pytest.fixture
def gradient(show):
    """Opens the page of the three networks, and waits for their numbers."""

    def gradient(**window):
        tab = show("rnn-gradient", **window)
        tab.locator("svg > *").first.wait_for(state="attached")
        return tab

    return gradient


def test_the_strengths_are_those_of_the_package(gradient):
    """Of each network in one of the passages, all predictions and all characters, to 1e-6; so are the probabilities."""
    passages = live(gradient(), "widget.passages")
    for name, start, passage in zip(three_cells.CELLS, three_cells.PASSAGES, passages, strict=True):
        assert passage["text"] == novels.excerpt()[start : start + three_cells.SHOWN]
        assert passage["cells"].keys() == {*three_cells.CELLS}
        cell, model = passage["cells"][name], three_cells.network(name)
        expected = saliency.strengths(model, passage["text"])
        for t, row in enumerate(cell["rows"]):
            assert np.allclose(np.array(row) / 1e6, expected[t, : t + 1], rtol=0, atol=1e-6)
        assert np.allclose(cell["p"], saliency.probabilities(model, passage["text"]), rtol=0, atol=1e-6)


def test_each_network_shows_the_strengths_of_the_chosen_prediction(gradient):
    """By the keyboard: the words have the numbers, and the colours of the pictures are theirs, on one scale for all."""
    tab = gradient()
    slide(tab, "at", -10)
    slide(tab, "back", 2)
    at, back = three_cells.AT - 10, three_cells.BACK + 2
    strengths = {
        name: saliency.strengths(three_cells.network(name), novels.excerpt()[: three_cells.SHOWN])[at - 1, :at]
        for name in three_cells.CELLS
    }
    words = tab.locator("#words").text_content()
    for name, of in strengths.items():
        assert f"{name} {of[at - back]:.6f}" in words
    fills = tab.locator("svg rect").evaluate_all("all => all.map(rect => rect.getAttribute('fill'))")
    shares = np.array([int(re.search(r"(\d+)%", fill)[1]) for fill in fills]).reshape(3, -1)
    largest = max(of.max() for of in strengths.values())
    for found, of in zip(shares, strengths.values(), strict=True):
        assert np.allclose(found[:at], 50 * np.maximum(0, 1 + np.log10(of / largest) / 3), atol=0.51)
        assert not found[at:].any()
    tab.locator("[aria-live=polite]").filter(has_text=f"{back} back").wait_for(state="attached")


def test_pointing_or_touching_chooses_the_character_that_is_predicted(gradient):
    """In any of the three pictures; the first character has nothing before it and cannot be chosen."""
    for window in ({}, {"viewport": PHONE, "has_touch": True}):
        tab = gradient(**window)
        for name, at in enumerate((5, 33, 71)):
            box = tab.locator(f"svg text[data-at='{at}']").nth(name)
            box.tap() if window else box.hover()
            assert live(tab, "widget.at") == at
        tab.locator("svg text[data-at='0']").first.hover()
        assert live(tab, "widget.at") == 71


def test_another_passage_follows_and_the_first_comes_back(gradient):
    """Each has its own text; where it is looked at stays."""
    tab = gradient()
    seen = []
    for _ in range(len(three_cells.PASSAGES) + 1):
        seen.append(tab.locator("svg").get_attribute("aria-label"))
        tab.get_by_role("button", name="Another passage").click()
    assert seen[0] == seen[-1]
    assert len({*seen}) == len(three_cells.PASSAGES)
    assert live(tab, "widget.at") == three_cells.AT
