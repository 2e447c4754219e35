"""Every page in a real browser: light and dark, wide and narrow, on paper and without scripts, light and still."""

import pytest
from addresses import SOURCES, address

WIDTHS = (390, 768, 1280)


@pytest.mark.parametrize("context", ["light", "dark"], indirect=True, scope="module")
@pytest.mark.parametrize("source", SOURCES, ids=address)
def test_a_page_fits_every_window_and_complains_of_nothing(tab, site, source):
    """No page scrolls sideways on the phone, the tablet or the desktop; the colours are those of the scheme."""
    tab.goto(site + address(source))
    scheme = tab.evaluate("document.body.dataset.mdColorScheme")
    assert scheme == ("slate" if tab.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "default")
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        outside = tab.evaluate(
            """() => [...document.querySelectorAll('article *')].filter(element => {
                const box = element.getBoundingClientRect();
                return box.width > 0 && box.right > innerWidth + 1 && !element.closest(
                    '.display, pre, .output, .scroll, [role=img], mjx-container');
            }).map(element => element.outerHTML.slice(0, 200))"""
        )
        assert not outside


FLAT = """() => [...document.querySelectorAll('mjx-container, .lines, [role=img] > svg')]
    .filter(part => !part.closest('details') && part.getBoundingClientRect().height < 5)
    .map(part => part.textContent)"""


@pytest.mark.parametrize("source", SOURCES, ids=address)
def test_a_page_needs_no_javascript(browser, site, source):
    """Without it there are the text, formulas, code and figures, and nothing to press that does nothing."""
    with browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}) as window:
        tab = window.new_page()
        tab.goto(site + address(source))
        assert not tab.evaluate(FLAT)
        assert not tab.locator(":is(.copy, .colours, article button):visible").count()


PARTS = "mjx-container[display], .lines, [role=img] > svg"
ROOM = """parts => [...document.querySelectorAll(parts)].map(part => {
    const height = visibility => {
        part.style.contentVisibility = visibility;
        return part.getBoundingClientRect().height;
    };
    return [Math.abs(height('hidden') - height('visible')), part.textContent || part.outerHTML.slice(0, 200)];
})"""


@pytest.mark.parametrize("source", SOURCES, ids=address)
def test_what_is_out_of_sight_takes_the_room_that_it_will_need(tab, site, source):
    """Formulas, code and figures are laid out near the window only; what is below then moves by 6 pixels at most."""
    tab.goto(site + address(source))
    tab.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 800})
        assert not [part for difference, part in tab.evaluate(ROOM, PARTS) if difference > 6]


PRINTED = """() => [...document.querySelectorAll(
    'header, .md-sidebar, footer, nav, button, .headerlink, .md-content__button, .md-top')]
    .filter(element => element.checkVisibility() && element.getBoundingClientRect().height > 0)
    .map(element => element.outerHTML.slice(0, 100))"""


CUT = """() => [...document.querySelectorAll('.display, .scroll, .output, pre > code')]
    .filter(box => box.scrollWidth > box.clientWidth + 1)
    .map(box => box.textContent.slice(0, 100))"""


@pytest.mark.parametrize("source", SOURCES, ids=address)
def test_on_paper_there_is_nothing_but_the_page(tab, site, source):
    """No navigation, no buttons; nothing is wider than it; no figure is cut by its end, nor higher than it."""
    tab.set_viewport_size({"width": 718, "height": 1047})  # A4 with margins of 1 cm, in CSS pixels
    tab.emulate_media(media="print")
    tab.goto(site + address(source))
    assert not tab.evaluate(PRINTED)
    assert not tab.evaluate(CUT)
    for figure in tab.locator("article figure").all():
        box = figure.bounding_box()
        assert figure.evaluate("figure => getComputedStyle(figure).breakInside") == "avoid"
        assert box["height"] < 1047
        assert box["x"] + box["width"] <= 718


SHIFT = """() => new Promise(resolve => {
    let total = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => total += entry.value))
        .observe({type: 'layout-shift', buffered: true});
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(total)));
})"""


@pytest.mark.parametrize("source", SOURCES, ids=address)
def test_a_first_visit_is_light_and_still(browser, site, sent, source):
    """At most 200 kB over the wire, 25 requests, and a layout shift of 0.00, on the phone."""
    sent.clear()
    with browser.new_context(viewport={"width": 390, "height": 800}) as window:
        tab = window.new_page()
        tab.goto(site + address(source), wait_until="networkidle")
        assert round(tab.evaluate(SHIFT), 2) == 0
    assert any("javascripts/workers" in path for path in sent)  # the last that a page asks for
    assert not any("words.json" in path for path in sent)  # that is for those who search
    assert len(sent) <= 25
    assert sum(sent.values()) <= 200e3
