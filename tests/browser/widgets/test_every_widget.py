"""What all widgets have in common, in a real browser, each on a small page of its own and then on the site."""

import re
from urllib.parse import urlsplit

import pytest
from operate import PHONE, WIDGETS, live, slide

from rnn_notes.web import widgets


@pytest.mark.parametrize("name", WIDGETS)
def test_the_static_picture_gives_way_and_comes_back_on_paper(show, name):
    """Alive, the widget hides it; in print the widget hides itself."""
    tab = show(name)
    picture, controls = tab.get_by_text("the static picture"), tab.locator("svg, input, button, .widget p:visible")
    tab.locator("svg > *").first.wait_for(state="attached")
    assert not picture.is_visible()
    tab.emulate_media(media="print")
    assert picture.is_visible()
    assert not any(control.is_visible() for control in controls.all())


@pytest.mark.parametrize(
    "name", [w for w in widgets.WIDGETS if any(file.startswith(f"{w}-") for file in widgets.FILES)]
)
def test_until_its_numbers_come_a_widget_keeps_the_static_picture(browser, folder, name):
    """So a page whose end nobody has seen is whole where it is captured; then nothing moves but the picture."""
    waiting = []
    with browser.new_context(viewport=PHONE) as window:
        window.route(f"**/{widgets.data(name)['file']}.js", lambda route: waiting.append(route))
        tab = window.new_page()
        tab.goto(f"{folder.as_uri()}/{name}.html")
        for load in tab.get_by_role("button", name="Load").all():
            load.click()
        picture, widget = tab.get_by_text("the static picture"), tab.locator("main > :first-child")
        tab.get_by_text("being loaded").wait_for()
        assert picture.is_visible()
        assert not tab.locator("svg").is_visible()
        tall = widget.bounding_box()["height"]
        waiting[0].continue_()
        tab.locator("svg > *").first.wait_for(state="attached")
        assert not picture.is_visible()
        assert tab.locator("svg").is_visible()
        assert widget.bounding_box()["height"] == pytest.approx(tall, abs=0.5)


@pytest.mark.parametrize("name", WIDGETS)
def test_without_javascript_the_static_picture_stays(show, name):
    """It is all there is."""
    tab = show(name, java_script_enabled=False)
    assert tab.get_by_text("the static picture").is_visible()
    assert tab.locator("button, input, svg").count() == 0


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_works_from_a_file(show, name, folder):
    """No server is needed, and the strict policy of the page holds."""
    tab = show(name, at=folder.as_uri())
    tab.locator("svg > *").first.wait_for(state="attached")


@pytest.mark.parametrize("name", WIDGETS)
def test_nothing_is_wider_than_the_phone(show, name):
    """After every button has been pressed, on a window 390 px wide and on one of 320 px."""
    tab = show(name, viewport=PHONE)
    tab.locator("svg > *").first.wait_for(state="attached")
    for button in tab.locator("button:not([aria-disabled=true]), input[type=checkbox]").all():
        button.click()
    for width in (390, 320):
        tab.set_viewport_size({"width": width, "height": 800})
        tab.wait_for_function(f"() => document.querySelector('main > *').width < {width}")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", WIDGETS)
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(show, name):
    """The tabulator key goes through all of them; each looks different with the focus, and each has a name."""
    tab = show(name)
    controls = tab.locator("button, input, svg[tabindex]")
    for control in controls.all():
        box = control.bounding_box()
        clip = {"x": box["x"] - 6, "y": box["y"] - 6, "width": box["width"] + 12, "height": box["height"] + 12}
        before = tab.screenshot(clip=clip)
        tab.keyboard.press("Tab")
        assert control.evaluate("control => control.getRootNode().activeElement === control")
        assert tab.screenshot(clip=clip) != before
    roles = "button|slider|switch|application|textbox"
    names = re.findall(rf'- (?:{roles})( "[^"]+")?', tab.locator("main").aria_snapshot())
    assert len(names) == controls.count()
    assert all(names)


@pytest.mark.parametrize("name", WIDGETS)
def test_a_screen_reader_is_told_of_changes_once_they_are_over(show, name):
    """Nothing is said when the page opens, nor while a slider moves; then what has become of the numbers."""
    tab = show(name, clock=True)
    tab.locator("svg > *").first.wait_for(state="attached")
    message = tab.locator("[aria-live=polite]")
    tab.clock.run_for(10_000)
    assert message.text_content() == ""
    tab.locator("input[type=range]").first.focus()
    for _ in range(4):
        tab.keyboard.press("ArrowRight")
        tab.clock.run_for(500)
        assert message.text_content() == ""
    tab.clock.run_for(1000)
    assert re.search(r"−?\d\.\d{3}", message.text_content())


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_survives_leaving_and_coming_back(show, name):
    """Taken out while it moves, it rests; put back, it works. Its scripts may run again, as the theme makes them."""
    tab = show(name)
    tab.locator("svg > *").first.wait_for(state="attached")
    slider = tab.locator("input[type=range]").first
    slide(tab, slider.get_attribute("name"), 3)
    value = slider.input_value()
    for button in tab.get_by_role("button", name=re.compile("^(roll|Generate)$")).all():
        button.click()
    before, after = tab.evaluate(LEAVE_AND_COME_BACK)
    assert before == after
    assert slider.input_value() == value
    slide(tab, slider.get_attribute("name"), 1)
    assert slider.input_value() != value


LEAVE_AND_COME_BACK = """async () => {
    const widget = document.querySelector('main > *');
    const state = () => JSON.stringify([widget.x, widget.path, widget.text]);
    widget.remove();
    const before = state();
    await new Promise((done) => setTimeout(done, 200));
    const after = state();
    document.querySelector('main').append(widget);
    await Promise.all([...document.querySelectorAll('script')].map((script) => new Promise((done) => {
        const again = document.createElement('script');
        again.src = script.src;
        again.onload = done;
        script.replaceWith(again);
    })));
    return [before, after];
}"""


@pytest.mark.parametrize("name", WIDGETS)
def test_all_text_can_be_read(show, name):
    """Text has a contrast of at least 4.5 to what is painted behind it, in either theme, for the strongest colours."""
    tab = show(name)
    tab.locator("svg > *").first.wait_for(state="attached")
    if name == "rnn-unrolled":
        live(tab, "widget.change({ t: 5, memory: false, x: widget.x.map(() => [1, 1, -1, -1]) })")
    for scheme in ("default", "slate"):
        tab.evaluate(f"document.body.dataset.mdColorScheme = '{scheme}'")
        assert live(tab, FAINT) == []


FAINT = """(() => {
    const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const luminance = (...layers) => {
        for (const layer of layers) { paint.fillStyle = layer; paint.fillRect(0, 0, 1, 1); }
        const linear = [...paint.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const paper = getComputedStyle(document.body).getPropertyValue('--rnn-paper');
    const all = (selector) => [...widget.shadowRoot.querySelectorAll(selector)];
    const behind = (text) => all('svg rect').filter((rect) => {
        const [outer, inner] = [rect, text].map((element) => element.getBoundingClientRect());
        return outer.left <= inner.left && outer.right >= inner.right
            && outer.top <= inner.top && outer.bottom >= inner.bottom;
    }).map((rect) => getComputedStyle(rect).fill).filter((fill) => fill !== 'none');
    const contrast = (colour, layers) => {
        const [dark, light] = [luminance(colour), luminance(paper, ...layers)].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    };
    return [
        ...all('svg text').map((text) => [contrast(getComputedStyle(text).fill, behind(text)), text.textContent]),
        ...all('b, p, button, legend, .slider > span, .vector, s')
            .map((text) => [contrast(getComputedStyle(text).color, []), text.textContent]),
    ].filter(([value, text]) => value < 4.5 && text.trim());
})()"""
"""All text of a widget with too little contrast, and the contrast; the rectangles of a picture lie behind its text."""


def test_on_the_site_a_widget_lives_wherever_one_comes_from(browser, built_site):
    """The theme changes pages without loading them anew, there and back: widgets are alive, and nothing complains."""
    window, complaints = browser.new_context(), []
    window.route("**", lambda route: route.fulfill(path=file(built_site, route.request.url)))
    tab = window.new_page()
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    with tab.expect_response("**/sitemap.xml"):  # by it the theme knows which pages it can change to
        tab.goto("http://notes.example/rnn_notes/lecture/memory/")  # an address with a port would not be in it
    tab.evaluate("window.same = true")
    for title, name in (
        ("The sigmoid and its derivative", "rnn-sigmoid"),
        ("The forward pass", "rnn-unrolled"),
        ("Text generation", "rnn-text"),
        ("Text, again", "rnn-gradient"),
        ("Vanishing and exploding gradients", "rnn-cliff"),
        ("Attention", "rnn-attention"),
        ("3D functions with Matplotlib", "rnn-surface"),
        ("The sigmoid and its derivative", "rnn-sigmoid"),
    ):
        tab.locator(".md-nav--primary").get_by_role("link", name=title, exact=True).click()
        tab.get_by_role("heading", level=1, name=title).wait_for()
        tab.locator(name).scroll_into_view_if_needed()
        tab.locator(f"{name} svg text").first.wait_for(state="attached")
    tab.go_back()
    tab.locator("rnn-surface svg text").first.wait_for(state="attached")
    assert tab.evaluate("window.same")
    window.close()
    assert not complaints


def file(folder, address):
    """The file that a static host sends for an address."""
    path = folder / urlsplit(address).path.removeprefix("/rnn_notes/")
    return path / "index.html" if path.is_dir() else path
