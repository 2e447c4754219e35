"""A page that has settled is whole for whatever captures it or reads it, and nothing has moved meanwhile."""

from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread
from reader import SHIFT

PAGES = ["learning/lstm/", "lecture/sigmoid/", "notebooks/surfaces/"]


def settle(tab, address):
    """Open a page and wait until it has settled."""
    tab.goto(address)
    tab.locator("html[data-settled]").wait_for(state="attached")


@pytest.mark.parametrize("page", PAGES)
def test_a_full_page_capture_shows_what_a_tall_window_shows(tab, site, page):
    """Code, formulas and figures out of sight are in the picture."""
    tab.set_viewport_size({"width": 1280, "height": 800})
    settle(tab, site + page)
    captured = imread(BytesIO(tab.screenshot(full_page=True)))
    tab.set_viewport_size({"width": 1280, "height": captured.shape[0]})
    tall = imread(BytesIO(tab.screenshot()))
    assert captured.shape == tall.shape
    text = slice(330, 950)  # the column of the text; the furniture beside it is as tall as the window
    different = np.abs(captured[:, text] - tall[:, text]).max(axis=(1, 2)) > 0.1
    assert different.mean() < 0.01


@pytest.mark.parametrize("page", PAGES)
def test_the_text_of_the_code_is_there_for_scripts_that_read_the_page(tab, site, page):
    """Each block of code that is not folded away has its text, as extensions and scrapers ask for it."""
    settle(tab, site + page)
    empty = """() => [...document.querySelectorAll('pre > code')]
        .filter(code => !code.closest('details:not([open])') && code.textContent.trim() && !code.innerText.trim())
        .map(code => code.textContent.slice(0, 80))"""
    assert not tab.evaluate(empty)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_moves_while_a_page_settles(browser, site, page):
    """Neither at its beginning nor in its middle, on the phone."""
    with browser.new_context(viewport={"width": 390, "height": 800}) as window:
        tab = window.new_page()
        settle(tab, site + page)
        tab.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
        assert round(tab.evaluate(SHIFT), 2) == 0


def test_without_javascript_a_page_is_whole_from_the_start(browser, site):
    """There is nobody who would settle it."""
    with browser.new_context(java_script_enabled=False) as window:
        tab = window.new_page()
        tab.goto(site + PAGES[0])
        hidden = "() => [...document.querySelectorAll('.lines')].map(l => getComputedStyle(l).contentVisibility)"
        assert set(tab.evaluate(hidden)) == {"visible"}


def test_each_stop_of_the_keyboard_is_seen(tab, site):
    """Tabbing through the head of a page, the focus is never on what does not show."""
    tab.goto(site)
    for _ in range(12):
        tab.keyboard.press("Tab")
        seen = """() => document.activeElement.checkVisibility({visibilityProperty: true})
            && document.activeElement.getBoundingClientRect().height > 0"""
        assert tab.evaluate(seen), tab.evaluate("document.activeElement.outerHTML.slice(0, 200)")
