"""The slides in a real browser: each fits, on the screen and on paper, keys go on and back, and axe finds nothing."""

import re
from importlib.resources import files

import pytest

from rnn_notes.web.books import slides

LECTURES = (1, 2, 3, 4)
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TOO_LARGE = """() => [...document.querySelectorAll('.slide')]
    .filter(slide => slide.getBoundingClientRect().height > innerHeight + 1
        || [...slide.querySelectorAll('.display, pre, .scroll, [role=img]')]
            .some(part => part.scrollWidth > part.clientWidth + 1))
    .map(slide => slide.id)"""
TOP = "slide => Math.abs(slide.getBoundingClientRect().top) < 2"


@pytest.mark.parametrize("number", LECTURES)
def test_each_slide_fits_the_screen_and_a_sheet(tab, site, number):
    """Nothing is cut and nothing scrolls on a projector; printed, each slide is a page."""
    tab.set_viewport_size({"width": 1280, "height": 720})
    tab.goto(site + slides.path(number))
    assert not tab.evaluate(TOO_LARGE)
    count = tab.locator(".slide").count()
    pdf = tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == count


def test_on_a_phone_a_slide_is_read_by_scrolling(tab, site):
    """The page itself is as wide as the window."""
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto(site + slides.path(1))
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_keys_go_on_and_back(tab, site):
    """With the focus, so that a screen reader follows; space opens what is folded."""
    tab.set_viewport_size({"width": 1280, "height": 720})
    tab.goto(site + slides.path(1))
    for key, slide in (("ArrowRight", 2), ("PageDown", 3), (" ", 4), ("ArrowLeft", 3), ("ArrowUp", 2)):
        tab.keyboard.press(key)
        there = tab.locator(f"#slide-{slide}")
        assert there.evaluate(TOP), key
        assert there.evaluate("slide => slide === document.activeElement"), key
    note = tab.locator("#slide-2 details")
    note.locator("summary").press(" ")
    assert note.evaluate("note => note.open")
    assert tab.locator("#slide-2").evaluate(TOP)


@pytest.mark.parametrize("number", LECTURES)
def test_axe_finds_nothing_on_slides(tab, site, number):
    """By the rules of WCAG 2.2 AA."""
    tab.goto(site + slides.path(number))
    tab.evaluate("document.querySelectorAll('[role=img] > svg, mjx-math').forEach(part => part.replaceChildren())")
    tab.evaluate(AXE)
    run = """options => axe.run(options)
        .then(result => result.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}`)))"""
    assert not tab.evaluate(run, {"runOnly": RULES, "resultTypes": ["violations"]})
