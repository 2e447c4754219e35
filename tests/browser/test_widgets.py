"""The interactive pieces in a real browser, each on a small page of its own, against the numbers of the package."""

import functools
import json
import re
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from urllib.parse import urlsplit

import numpy as np
import pytest

from rnn_notes import RNN, activations, gradcheck, lecture, pages
from rnn_notes.experiments import corpus, generator, novels, saliency, text_again, three_cells
from rnn_notes.figures import attention as alignment
from rnn_notes.figures import gradients
from rnn_notes.web import widgets

PIECES = sorted(set(widgets.PIECES) - set(widgets.ELEMENTS))
PHONE = {"width": 390, "height": 800}
EXACT = {"rtol": 0, "atol": 1e-9}

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'self'; img-src 'self' data:">
<title>A piece</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/figures.css">
<body data-md-color-scheme="default"><main>{}</main>
"""


class Silent(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, format, *arguments):
        """Nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A page for each piece, named like it, beside the assets of the site."""
    folder = tmp_path_factory.mktemp("pieces")
    shutil.copytree(pages.DOCS / "assets", folder / "assets")
    widgets.write(folder / "assets")
    for name in widgets.PIECES:
        (folder / f"{name}.html").write_text(PAGE.format(widgets.wrap(name, "<p>the static picture</p>", "assets")))
    return folder


@pytest.fixture(scope="module")
def address(folder):
    """Where the folder is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def show(browser, address):
    """Opens the page of a piece in a window of the given kind; a word in its console or a failed request is a fault.

    With ``clock``, only clock.run_for moves the time of the page.
    """
    windows, complaints = [], []

    def show(name, at=address, clock=False, **window):
        windows.append(browser.new_context(**window))
        tab = windows[-1].new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("requestfailed", lambda request: complaints.append(request.url))
        if clock:
            still(tab)
        tab.goto(f"{at}/{name}.html")
        return tab

    yield show
    for window in windows:
        window.close()
    assert not complaints


def number(value, digits=3):
    """A number as the pages print it."""
    return f"{value:.{digits}f}".replace("-", "−")


def live(tab, script):
    """The value of a JavaScript expression in which ``piece`` is the element."""
    return tab.evaluate(f"(() => {{ const piece = document.querySelector('main > *'); return {script} }})()")


def slide(tab, name, presses):
    """Moves a slider with the keyboard: that many presses of the right arrow key, or of the left one if negative."""
    tab.locator(f"input[name={name}]").focus()
    for _ in range(abs(presses)):
        tab.keyboard.press("ArrowRight" if presses > 0 else "ArrowLeft")


# All pieces


@pytest.mark.parametrize("name", PIECES)
def test_the_static_picture_gives_way_and_comes_back_on_paper(show, name):
    """Alive, the piece hides it; in print the piece hides itself."""
    tab = show(name)
    picture, piece = tab.get_by_text("the static picture"), tab.get_by_role("group").first
    piece.wait_for()
    assert not picture.is_visible()
    tab.emulate_media(media="print")
    assert picture.is_visible()
    assert not piece.is_visible()


@pytest.mark.parametrize("name", PIECES)
def test_without_javascript_the_static_picture_stays(show, name):
    """It is all there is."""
    tab = show(name, java_script_enabled=False)
    assert tab.get_by_text("the static picture").is_visible()
    assert tab.locator("button, input, svg").count() == 0


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_works_from_a_file(show, name, folder):
    """No server is needed, and the strict policy of the page holds."""
    tab = show(name, at=folder.as_uri())
    tab.locator("svg > *").first.wait_for(state="attached")


@pytest.mark.parametrize("name", PIECES)
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


@pytest.mark.parametrize("name", PIECES)
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


@pytest.mark.parametrize("name", PIECES)
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


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_survives_leaving_and_coming_back(show, name):
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
    const piece = document.querySelector('main > *');
    const state = () => JSON.stringify([piece.x, piece.path, piece.text]);
    piece.remove();
    const before = state();
    await new Promise((done) => setTimeout(done, 200));
    const after = state();
    document.querySelector('main').append(piece);
    await Promise.all([...document.querySelectorAll('script')].map((script) => new Promise((done) => {
        const again = document.createElement('script');
        again.src = script.src;
        again.onload = done;
        script.replaceWith(again);
    })));
    return [before, after];
}"""


@pytest.mark.parametrize("name", PIECES)
def test_all_text_can_be_read(show, name):
    """Text has a contrast of at least 4.5 to what is painted behind it, in either theme, for the strongest colours."""
    tab = show(name)
    tab.locator("svg > *").first.wait_for(state="attached")
    if name == "rnn-unrolled":
        live(tab, "piece.change({ t: 5, memory: false, x: piece.x.map(() => [1, 1, -1, -1]) })")
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
    const all = (selector) => [...piece.shadowRoot.querySelectorAll(selector)];
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
"""All text of a piece with too little contrast, and the contrast; the rectangles of a picture lie behind its text."""


# The sigmoid


def test_value_slope_and_formula_are_those_of_the_sigmoid(show):
    """All over the slider, which goes by steps of 0.05: to 1e-9 inside, and rounded in what one reads."""
    tab = show("rnn-sigmoid")
    for x in (1.3, 0.0, -0.05, 2.0, 3.6, 3.65, 6.0, -3.65, -6.0):
        tab.locator("input").fill(f"{x:g}")
        value = activations.sigmoid(np.float64(x))
        slope = activations.sigmoid_prime(value)
        assert np.allclose(live(tab, "[piece.x, piece.y, piece.slope]"), [x, value, slope], **EXACT)
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
    assert live(tab, "piece.x") == 1.15


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_a_drag_on_the_curve_moves_the_point_and_the_thumb_below_it(show, touch):
    """The point follows the finger; its x is what the slider shows, and the thumb stands below the point."""
    tab = show("rnn-sigmoid", viewport=PHONE, has_touch=touch)
    axis = [tab.locator("svg text", has_text=re.compile(f"^{x}$")).last.bounding_box() for x in ("−4", "4")]
    left, right = (box["x"] + box["width"] / 2 for box in axis)
    y = tab.locator("svg").bounding_box()["y"] + 50
    drag(tab, [((left + right) / 2, y), (right - 30, y), (right, y)], touch)
    assert live(tab, "piece.x") == pytest.approx(4, abs=0.11)
    assert float(tab.locator("input").input_value()) == live(tab, "piece.x")
    slider, point = tab.locator("input").bounding_box(), tab.locator("svg circle").first.bounding_box()
    thumb = slider["x"] + 12 + (slider["width"] - 24) * (live(tab, "piece.x") + 6) / 12
    assert point["x"] + point["width"] / 2 == pytest.approx(thumb, abs=1)


def drag(tab, points, touch):
    """Presses at the first point, moves over the others, and lets go."""
    if not touch:
        tab.mouse.move(*points[0])
        tab.mouse.down()
        for point in points[1:]:
            tab.mouse.move(*point)
        tab.mouse.up()
        return
    protocol = tab.context.new_cdp_session(tab)
    for kind, point in zip(["touchStart"] + ["touchMove"] * (len(points) - 1), points, strict=True):
        finger = [{"x": point[0], "y": point[1]}]
        protocol.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": finger})
    protocol.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


# The network


def package(x, memory=True):
    """h_0 … h_5 and y_1 … y_5 by the package, for inputs (5, 4)."""
    cell = lecture.rnn if memory else RNN(lecture.rnn.W_xh, np.zeros((3, 3)), lecture.rnn.b_h)
    h = cell.forward(np.reshape(x, (5, 1, 4))).h
    return h[:, 0], lecture.readout.forward(h[1:])[:, 0]


def agrees(tab, x):
    """Whether the piece has these inputs, and computes with and without memory what the package computes."""
    for memory in (True, False):
        run = live(tab, f"piece.run({str(memory).lower()})")
        h, y = package(x, memory)
        if not (np.allclose(run["h"], h, **EXACT) and np.allclose(run["y"][1:], y, **EXACT)):
            return False
    return np.array_equal(live(tab, "piece.x"), x)


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
    assert live(tab, "piece.t") == 4


# The surface


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
    assert np.allclose(live(tab, "piece.path"), path[:4], **EXACT)
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
        assert np.allclose(live(tab, "piece.path"), walk(size, steps), **EXACT)
        assert words in tab.locator("#words").text_content()
        tab.get_by_role("button", name="reset").click()
        assert live(tab, "piece.path") == [[2.5, 2.0]]


def test_the_ball_rolls_until_it_is_paused(show):
    """Otherwise one sees every step; pause stops it where it is."""
    tab = show("rnn-surface", clock=True)
    tab.get_by_role("button", name="roll").click()
    tab.clock.run_for(500)
    tab.get_by_role("button", name="pause").click()
    steps = live(tab, "piece.path.length") - 1
    tab.clock.run_for(500)
    assert steps == live(tab, "piece.path.length") - 1 == 500 // 70  # milliseconds a step


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
        views.append(live(tab, "[piece.azimuth, piece.elevation]"))
    assert views[:3] == [[-69, 42], [-69, 47], [-119, 57]]
    assert -119 + 40 < views[3][0] <= -119 + 65  # the first pixels tell the browser that the finger does not scroll


def test_what_is_near_covers_what_is_far(show):
    """From each side, the facets are drawn from the corner that is farthest from the eye to the one that is nearest."""
    tab = show("rnn-surface")
    for azimuth, nearest in ((45, (6, 3)), (135, (-6, 3)), (-135, (-6, -3)), (-45, (6, -3))):
        live(tab, f"piece.turn({{ azimuth: {azimuth}, elevation: 30 }})")
        for which, sign in (("first", -1), ("last", 1)):
            x, y = (sign * value for value in nearest)
            height = 0.9 * (y**2 - 2 * y * np.cos(x) + 1) / 16 - 0.45
            left, top = live(tab, f"piece.project([{x} / 6, {y} / 6, {height}])")
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
    places = [live(tab, f"piece.project([{u} / 6, {np.cos(u)} / 6, 0])") for u in x]
    ends = np.array([[[float(v) for v in end.split(",")] for end in line[1:].split("L")] for line in lines])
    assert np.allclose(ends, list(pairwise(places)), rtol=0, atol=1e-9)


def test_from_above_the_surface_is_a_map(show):
    """x runs to the right and y up, to the same scale; the button leads back."""
    tab = show("rnn-surface")
    tab.get_by_role("button", name="from above").click()
    corners = [live(tab, f"piece.project([{x} / 6, {y} / 6, 0])") for x, y in ((-6, -3), (6, -3), (-6, 3))]
    (left, bottom), (right, same), (_, top) = corners
    assert same == pytest.approx(bottom, abs=1e-9)
    assert right - left == pytest.approx(2 * (bottom - top), rel=1e-9)
    tab.get_by_role("button", name="from the side").click()
    assert live(tab, "[piece.azimuth, piece.elevation]") == [-64, 42]


# The writer

TEXT = re.compile('"text": "(.{100}).')
DAMAGES = {
    "a wrong bit": (lambda script: TEXT.sub(lambda m: f'"text": "{m[1]}{"B" if m[0][-1] == "A" else "A"}', script),
                    "its numbers are not those that were written"),
    "numbers cut off": (lambda script: script.replace('=="', '"')[:-4004] + '"};', "characters instead of 305012"),
    "another script": (lambda script: "", "it is cut short"),
    "no file": (lambda script: None, "it cannot be read"),
}  # fmt: skip


@pytest.fixture
def writer(show):
    """Opens the page of the writer and waits for its network; characters are drawn with a fixed seed."""

    def writer(**window):
        tab = show("rnn-text", **window)
        tab.locator("svg > *").first.wait_for(state="attached")
        live(tab, "piece.random = (() => { let n = 1; return () => (n = (n * 16807) % 2147483647) / 2147483647 })()")
        return tab

    return writer


def still(tab):
    """Stops the clock of a page: only clock.run_for moves it."""
    tab.clock.install(time=0)
    tab.clock.pause_at(1000)


def test_the_writer_expects_what_the_package_expects(writer, record_property):
    """The distributions after each of 200 characters are those of the package, to 1e-5, at three temperatures."""
    text, temperatures = corpus.load()[:200], (0.2, 1, 2)
    script = """[...TEXT].map((character) => {
        piece.network.read(character);
        return TEMPERATURES.map((temperature) => piece.network.distribution(temperature));
    })"""
    tab = writer()
    live(tab, "piece.network.reset()")
    found = live(tab, script.replace("TEXT", json.dumps(text)).replace("TEMPERATURES", str(list(temperatures))))
    model, state, expected = generator.load(), None, []
    for character in text:
        y, state = model.read(character, state)
        expected.append([generator.distribution(y, temperature) for temperature in temperatures])
    difference = np.abs(np.array(found) - expected).max()
    record_property("largest difference of a probability", float(difference))
    print(f"largest difference of a probability: {difference:.1e}")
    assert difference <= 1e-5
    assert np.allclose(live(tab, "[...piece.network.last.h]"), state[0][0], rtol=0, atol=1e-5)


def test_the_writer_draws_each_character_as_often_as_it_is_likely(writer):
    """Of equally spaced random numbers, each character gets its share, to within one of them."""
    tab, n = writer(), 1000
    drawn = live(tab, f"Array.from({{ length: {n} }}, (_, k) => (piece.random = () => (k + 0.5) / {n}, piece.pick()))")
    y, _ = generator.load().read(tab.locator("[name=prompt]").input_value())
    p = generator.distribution(y, float(tab.locator("[name=temperature]").input_value()))
    assert len(drawn) == n
    for character, share in zip(generator.load().alphabet, p, strict=True):
        assert abs(drawn.count(character) - n * share) < 1 + 1e-6 * n


def test_the_writer_is_fast(writer, record_property):
    """More than 200 characters in the best of five seconds, with the drawing of each from its distribution."""
    script = """Math.max(...Array.from({ length: 5 }, () => {
        const start = performance.now();
        for (let k = 0; k < 200; k++) piece.network.read(piece.pick());
        return 200_000 / (performance.now() - start);
    }))"""
    rate = live(writer(), script)
    record_property("characters per second", rate)
    print(f"{rate:.0f} characters per second")
    assert rate > 200


def test_the_writer_starts_and_stops_by_the_keyboard(writer):
    """Enter in the prompt starts it; the button, reached by the tabulator key, stops it and starts it again."""
    tab = writer()
    still(tab)
    live(tab, "piece.length = 40")
    tab.get_by_role("textbox", name="prompt").fill("The LSTM ")
    tab.keyboard.press("Enter")
    assert live(tab, "piece.text") == ""
    tab.clock.run_for(400)
    assert re.fullmatch("The LSTM .", live(tab, "piece.text"))
    assert tab.locator("#written").text_content() == live(tab, "piece.text")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.get_by_role("button", name="Stop").and_(tab.locator(":focus")).press("Enter")
    before = live(tab, "piece.text")
    tab.clock.run_for(400)
    assert live(tab, "piece.text") == before
    tab.get_by_role("button", name="Generate").press("Space")
    tab.clock.run_for(3000)
    assert len(live(tab, "piece.text")) == 9 + 40
    assert tab.get_by_role("button", name="Generate").is_visible()


def test_a_screen_reader_hears_what_is_written_when_it_is_finished(writer):
    """Nothing while characters come, then the whole text, once."""
    tab = writer()
    still(tab)
    live(tab, "piece.length = 40")
    message = tab.locator("[aria-live=polite]")
    tab.get_by_role("button", name="Generate").click()
    for _ in range(3):
        tab.clock.run_for(900)
        assert message.text_content() == ""
    tab.clock.run_for(900)
    assert message.text_content() == f"The network has written: {live(tab, 'piece.text')}"


def test_with_reduced_motion_the_text_is_there_at_once(writer):
    """All of it, and the strip of cells shows the state at its end."""
    tab = writer(reduced_motion="reduce")
    tab.get_by_role("button", name="Generate").click()
    text = tab.locator("#written").text_content()
    assert len(text) == len("The hidden state") + 300
    _, (h, _) = generator.load().read(text)
    assert np.allclose(live(tab, "[...piece.network.last.h]"), h[0], rtol=0, atol=1e-5)
    cells = tab.locator("svg rect[fill*='%']").evaluate_all("all => all.map(cell => cell.getAttribute('fill'))")
    strengths = [int(re.search(r"(\d+)%", fill)[1]) for fill in cells]
    assert np.allclose(strengths, 100 * np.abs(h[0]), atol=0.51)


def test_the_slider_reshapes_the_bars_at_once(writer):
    """Heights are probabilities, of the twelve likeliest and of all others together."""
    tab = writer()
    y, _ = generator.load().read("The hidden state")
    for temperature in (0.2, 1, 2):
        tab.locator("[name=temperature]").fill(str(temperature))
        bars = tab.locator("svg rect[fill='var(--y)'], svg rect[fill='var(--dim)']")
        heights = np.array(bars.evaluate_all("all => all.map(bar => Number(bar.getAttribute('height')))"))
        p = np.sort(generator.distribution(y, temperature))[::-1]
        assert np.allclose(heights / heights.sum(), [*p[:12], p[12:].sum()], rtol=0, atol=1e-5)


@pytest.mark.parametrize(("prompt", "words"), [("Ein <!é", "The network has never read <!é;"), ("", "is empty")])
def test_a_prompt_that_the_network_cannot_read_is_refused(writer, prompt, words):
    """In words, also for a screen reader; nothing is generated until the prompt is mended."""
    tab = writer()
    field, button = tab.get_by_role("textbox", name="prompt"), tab.get_by_role("button", name="Generate")
    field.fill(prompt)
    field.press("Enter")
    button.click(force=True)
    assert words in tab.locator("#words").text_content()
    assert field.get_attribute("aria-invalid") == button.get_attribute("aria-disabled") == "true"
    tab.locator("[aria-live=polite]").filter(has_text=words).wait_for(state="attached")
    assert live(tab, "[piece.text, piece.running]") == ["", None]
    field.fill("The ")
    assert field.get_attribute("aria-invalid") == button.get_attribute("aria-disabled") == "false"
    assert live(tab, "piece.text") == "The "


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_weights_are_told_and_the_recorded_samples_come_back(browser, folder, damage):
    """Whatever has happened to the file: the page says so, and shows the static picture instead."""
    change, reason = DAMAGES[damage]
    script = change((folder / "assets" / "widgets" / "rnn-text-weights.js").read_text())
    with browser.new_context() as window:
        window.route(
            "**/rnn-text-weights.js",
            lambda route: (
                route.abort() if script is None else route.fulfill(body=script, content_type="text/javascript")
            ),
        )
        tab = window.new_page()
        tab.goto(f"{folder.as_uri()}/rnn-text.html")
        message = tab.locator("#words", has_text="The trained network cannot run here")
        message.wait_for()
        assert reason in message.text_content()
        assert tab.get_by_text("the static picture").is_visible()
        assert not tab.get_by_role("button").is_visible()


def test_the_weights_come_when_the_reader_does(browser, folder):
    """Not while the piece lies below the window; what stands below it does not move for them."""
    with browser.new_context() as window:
        tab, asked = window.new_page(), []
        tab.on("request", lambda request: asked.append(request.url.rsplit("/")[-1]))
        tab.goto(f"{folder.as_uri()}/rnn-text.html")
        tab.locator("svg > *").first.wait_for(state="attached")
        asked.clear()
        tab.add_init_script("addEventListener('DOMContentLoaded', () => document.body.style.paddingTop = '3000px')")
        tab.reload()
        tab.get_by_role("button", name="Generate").wait_for()
        tab.wait_for_timeout(100)
        tall = tab.locator("rnn-text").bounding_box()["height"]
        assert asked == ["rnn-text.html", "figures.css", "piece.js", "rnn-text.js"]
        tab.get_by_role("button", name="Generate").scroll_into_view_if_needed()
        tab.locator("svg > *").first.wait_for(state="attached")
        assert asked[4:] == ["rnn-text-weights.js"]
        assert tab.locator("rnn-text").bounding_box()["height"] == pytest.approx(tall, abs=0.5)


# The writer that colours what it has written


@pytest.fixture
def larger(show):
    """Opens the page of the larger writer, asks for its network, and has it read a text."""

    def larger(text, **window):
        tab = show("rnn-text-again", **window)
        tab.get_by_role("button", name="Load").click()
        tab.locator("svg > *").first.wait_for(state="attached")
        tab.get_by_role("textbox", name="prompt").fill(text)
        return tab

    return larger


def test_the_larger_network_comes_on_request_alone(show, folder):
    """The button says so, and the words how large it is; only then is its file asked for."""
    tab, asked = show("rnn-text-again"), []
    tab.on("request", lambda request: asked.append(request.url.rsplit("/")[-1]))
    kilobytes = widgets.data("rnn-text-again")["size"]
    tab.get_by_text(f"The network is loaded when you ask for it: {kilobytes}.").wait_for()
    tab.wait_for_timeout(200)
    assert asked == []
    tall = tab.locator("rnn-text").bounding_box()["height"]
    tab.get_by_role("button", name="Load").click()
    tab.locator("svg > *").first.wait_for(state="attached")
    assert asked == ["rnn-text-again-weights.js"]
    assert tab.get_by_role("button", name="Generate").is_visible()
    assert tab.locator("rnn-text").bounding_box()["height"] == pytest.approx(tall, abs=0.5)


def test_the_writer_differentiates_as_the_package_does(larger):
    """How strongly each character acts on a later one, to 1e-6; and what each hidden unit is after each character."""
    text = novels.excerpt()[:120].replace("\n", " ")
    tab, model = larger(text), text_again.network()
    expected = saliency.strengths(model, text)
    for at in (1, 40, 119):
        found = live(tab, f"piece.network.strengths({at}, piece.text[{at}])")
        assert np.allclose(found, expected[at - 1, :at], rtol=0, atol=1e-6)
    states = np.concatenate([*text_again.reading(model, corpus.encode(text, model.alphabet)[:, None])])[:, 0]
    assert np.allclose(live(tab, "piece.network.steps.slice(1).map(({ h }) => [...h])"), states, rtol=0, atol=1e-6)


def test_the_text_is_coloured_by_the_gradient_of_the_character_that_is_pointed_at(larger):
    """By keyboard or pointer: no colour for a thousandth of the strongest; the words have the numbers."""
    text = "She had been in love with him"
    tab, model = larger(text), text_again.network()
    tab.get_by_role("button", name="by the gradient").click()
    slide(tab, "at", 11)
    assert live(tab, "piece.at") == 12
    tab.locator("#written span").nth(24).click()
    assert tab.locator("input[name=at]").input_value() == "24"
    assert tab.locator("#written .at").text_content() == text[24]
    strengths = saliency.strengths(model, text)[23, :24]
    shades = np.maximum(0, 1 + np.log10(strengths / strengths.max()) / 3)
    drawn = tab.locator("#written span").evaluate_all("all => all.map(span => span.style.background)")
    found = [float((re.search(r"([\d.]+)%", colour) or [0, 0])[1]) / 45 for colour in drawn]
    assert np.allclose(found[:24], shades, atol=1e-4)
    assert not any(found[24:])
    p = saliency.probabilities(model, text)[23]
    told = tab.locator("#told").text_content()
    assert f"had the probability {p:.3f}" in told
    assert f"{strengths.max():.3f}." in told
    tab.locator("[aria-live=polite]").filter(has_text=f"{p:.3f}").wait_for(state="attached")


def test_the_text_is_coloured_by_the_unit_that_the_reader_picks(larger):
    """Blue above zero, grey below, the more the larger; at first by one whose meaning the page has tested."""
    text = 'He said, "No."'
    tab, model = larger(text), text_again.network()
    tab.get_by_role("button", name="by a unit").click()
    (unit, meaning), *_ = text_again.meanings().items()
    assert tab.locator("input[name=unit]").input_value() == str(unit)
    assert meaning in tab.locator("#told").text_content()
    slide(tab, "unit", 1)
    codes = corpus.encode(text, model.alphabet)[:, None]
    states = np.concatenate([*text_again.reading(model, codes)])[:, 0, unit + 1]
    drawn = tab.locator("#written span").evaluate_all("all => all.map(span => span.style.background)")
    assert np.allclose([float(re.search(r"([\d.]+)%", colour)[1]) / 45 for colour in drawn], np.abs(states), atol=1e-4)
    assert ["--h" in colour for colour in drawn] == (states > 0).tolist()
    assert meaning not in tab.locator("#told").text_content()


# Where the gradient goes


@pytest.fixture
def gradient(show):
    """Opens the page of the three networks, and waits for their numbers."""

    def gradient(**window):
        tab = show("rnn-gradient", **window)
        tab.locator("svg > *").first.wait_for(state="attached")
        return tab

    return gradient


def test_the_strengths_are_those_of_the_package(gradient):
    """Of all three networks, all passages, all predictions and all characters, to 1e-6; so are the probabilities."""
    tab = gradient()
    for start, passage in zip(three_cells.PASSAGES, live(tab, "piece.passages"), strict=True):
        assert passage["text"] == novels.excerpt()[start : start + three_cells.SHOWN]
        for name, cell in passage["cells"].items():
            model = three_cells.network(name)
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
        for name in three_cells.THREE
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
            assert live(tab, "piece.at") == at
        tab.locator("svg text[data-at='0']").first.hover()
        assert live(tab, "piece.at") == 71


def test_another_passage_follows_and_the_first_comes_back(gradient):
    """Each has its own text; where it is looked at stays."""
    tab = gradient()
    seen = []
    for _ in range(len(three_cells.PASSAGES) + 1):
        seen.append(tab.locator("svg").get_attribute("aria-label"))
        tab.get_by_role("button", name="Another passage").click()
    assert seen[0] == seen[-1]
    assert len({*seen}) == len(three_cells.PASSAGES)
    assert live(tab, "piece.at") == three_cells.AT


# On the site


def test_on_the_site_a_piece_lives_wherever_one_comes_from(browser, built_site):
    """The theme changes pages without loading them anew, there and back: each piece is alive, and nothing complains."""
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


# The cliff


def descents(start, rate, limit, steps=60):
    """Gradient descent on the loss of the cliff, (steps + 1, 2), with the gradient shortened to the limit."""
    place, path = np.array(start), []
    for _ in range(steps + 1):
        path.append(place)
        slope = np.array(gradients.cliff(*place)[1:])
        place = place - rate * min(1, limit / np.hypot(*slope)) * slope
    return np.array(path)


def places(tab, name):
    """Where a descent of the piece goes."""
    return live(tab, f"piece.{name}.map(({{ w, b }}) => [w, b])")


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
        assert live(tab, f"piece.{name}[20].loss") == pytest.approx(loss, abs=1e-6)
    tab.get_by_role("button", name="reset").click()
    assert live(tab, "piece.first") == list(gradients.START)
    assert float(tab.locator("input[name=rate]").input_value()) == gradients.RATE


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_a_click_on_the_map_starts_both_descents_there(show, touch):
    """The dot stands under the finger, and both paths begin in it."""
    tab = show("rnn-cliff", viewport=PHONE, has_touch=touch)
    box = tab.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 4
    (tab.touchscreen.tap if touch else tab.mouse.click)(x, y)
    w, b = live(tab, "piece.first")
    assert (w, b) == (pytest.approx(4.525, abs=0.005), pytest.approx(-1.925, abs=0.01))
    assert places(tab, "plain")[0] == places(tab, "clipped")[0] == [w, b]


def test_a_walk_goes_step_by_step_and_says_what_became_of_it(show):
    """From the start, one step at a time; a reader who wants no motion sees its end at once."""
    tab = show("rnn-cliff", clock=True)
    tab.get_by_role("button", name="walk").click()
    tab.clock.run_for(1000)
    assert 5 <= live(tab, "piece.n") < 20
    tab.get_by_role("button", name="pause").click()
    assert live(tab, "piece.longest(piece.plain)") == pytest.approx(
        np.hypot(*np.diff(descents(gradients.START, gradients.RATE, np.inf), axis=0).T)[: live(tab, "piece.n")].max()
    )
    tab.emulate_media(reduced_motion="reduce")
    tab.get_by_role("button", name="walk").click()
    assert live(tab, "piece.n") == gradients.STEPS
    slide(tab, "rate", 40)
    assert "thrown off the map" in tab.locator("#words").text_content()


# Attention


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
    digits = digits or live(tab, "piece.digits")
    found, weights = written(np.array(digits))
    assert live(tab, "piece.rows.map(({ digit }) => digit)") == found
    assert np.allclose(live(tab, "piece.rows.map(({ weights }) => weights)"), weights, rtol=0, atol=1e-6)
    assert f"with weight {number(weights[0].max())}" in tab.locator("#words").text_content()


def test_what_the_network_has_not_learned_to_read_is_said(show):
    """Another character, or none; the picture stays that of the digits before."""
    tab = show("rnn-attention")
    tab.locator("svg rect").first.wait_for(state="attached")
    before = live(tab, "piece.digits")
    for text, words in (("1290", "knows the digits 1 to 7 only; 9 is none"), ("", "There is nothing to read")):
        tab.locator("[name=digits]").fill(text)
        assert words in tab.locator("#words").text_content()
        assert tab.locator("[name=digits]").get_attribute("aria-invalid") == "true"
    assert live(tab, "piece.digits") == before


def test_a_row_is_chosen_by_keyboard_and_by_touch(show):
    """The slider steps through the written digits; a tap on the picture chooses its row."""
    tab = show("rnn-attention", viewport=PHONE, has_touch=True)
    tab.locator("svg rect").first.wait_for(state="attached")
    slide(tab, "n", 2)
    assert tab.locator("#words").text_content().startswith("Digit 3 is written as")
    box = tab.locator("svg rect").nth(4 * 8 + 2).bounding_box()
    tab.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert live(tab, "piece.n") == 5
