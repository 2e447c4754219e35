"""The widget that writes, and colours what it has written, against the trained networks in the package."""

import json
import re

import numpy as np
import pytest
from operate import live, slide, still

from rnn_notes.experiments import corpus, generator, novels, saliency, text_again
from rnn_notes.web import widgets

TEXT = re.compile('"text": "(.{100}).')


DAMAGES = {
    "a wrong bit": (lambda script: TEXT.sub(lambda m: f'"text": "{m[1]}{"B" if m[0][-1] == "A" else "A"}', script),
                    "its numbers are not those that were written"),
    "numbers cut off": (lambda script: script.replace('=="', '"')[:-4004] + '"};', "characters instead of 305012"),
    "another script": (lambda script: "", "it is cut short"),
    "no file": (lambda script: None, "it cannot be read"),
}  # fmt: skip


@pytest.fixture
def smaller(show):
    """Opens the page of the smaller network and waits for it; characters are drawn with a fixed seed."""

    def smaller(**window):
        tab = show("rnn-text", **window)
        tab.locator("svg > *").first.wait_for(state="attached")
        live(tab, "widget.random = (() => { let n = 1; return () => (n = (n * 16807) % 2147483647) / 2147483647 })()")
        return tab

    return smaller


def test_the_network_expects_what_the_package_expects(smaller, record_property):
    """The distributions after each of 200 characters are those of the package, to 1e-5, at three temperatures."""
    text, temperatures = corpus.load()[:200], (0.2, 1, 2)
    script = """[...TEXT].map((character) => {
        widget.network.read(character);
        return TEMPERATURES.map((temperature) => widget.network.distribution(temperature));
    })"""
    tab = smaller()
    live(tab, "widget.network.reset()")
    found = live(tab, script.replace("TEXT", json.dumps(text)).replace("TEMPERATURES", str(list(temperatures))))
    model, state, expected = generator.load(), None, []
    for character in text:
        y, state = model.read(character, state)
        expected.append([generator.distribution(y, temperature) for temperature in temperatures])
    difference = np.abs(np.array(found) - expected).max()
    record_property("largest difference of a probability", float(difference))
    print(f"largest difference of a probability: {difference:.1e}")
    assert difference <= 1e-5
    assert np.allclose(live(tab, "[...widget.network.last.h]"), state[0][0], rtol=0, atol=1e-5)


def test_the_network_draws_each_character_as_often_as_it_is_likely(smaller):
    """Of equally spaced random numbers, each character gets its share, to within one of them."""
    tab, n = smaller(), 1000
    drawn = live(
        tab, f"Array.from({{ length: {n} }}, (_, k) => (widget.random = () => (k + 0.5) / {n}, widget.pick()))"
    )
    y, _ = generator.load().read(tab.locator("[name=prompt]").input_value())
    p = generator.distribution(y, float(tab.locator("[name=temperature]").input_value()))
    assert len(drawn) == n
    for character, share in zip(generator.load().alphabet, p, strict=True):
        assert abs(drawn.count(character) - n * share) < 1 + 1e-6 * n


def test_the_network_is_fast(smaller, record_property):
    """More than 200 characters in the best of five seconds, with the drawing of each from its distribution."""
    script = """Math.max(...Array.from({ length: 5 }, () => {
        const start = performance.now();
        for (let k = 0; k < 200; k++) widget.network.read(widget.pick());
        return 200_000 / (performance.now() - start);
    }))"""
    rate = live(smaller(), script)
    record_property("characters per second", rate)
    print(f"{rate:.0f} characters per second")
    assert rate > 200


def test_the_network_starts_and_stops_by_the_keyboard(smaller):
    """Enter in the prompt starts it; the button, reached by the tabulator key, stops it and starts it again."""
    tab = smaller()
    still(tab)
    live(tab, "widget.length = 40")
    tab.get_by_role("textbox", name="prompt").fill("The LSTM ")
    tab.keyboard.press("Enter")
    assert live(tab, "widget.text") == ""
    tab.clock.run_for(400)
    assert re.fullmatch("The LSTM .", live(tab, "widget.text"))
    assert tab.locator("#written").text_content() == live(tab, "widget.text")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.get_by_role("button", name="Stop").and_(tab.locator(":focus")).press("Enter")
    before = live(tab, "widget.text")
    tab.clock.run_for(400)
    assert live(tab, "widget.text") == before
    tab.get_by_role("button", name="Generate").press("Space")
    tab.clock.run_for(3000)
    assert len(live(tab, "widget.text")) == 9 + 40
    assert tab.get_by_role("button", name="Generate").is_visible()


def test_a_screen_reader_hears_what_is_written_when_it_is_finished(smaller):
    """Nothing while characters come, then the whole text, once."""
    tab = smaller()
    still(tab)
    live(tab, "widget.length = 40")
    message = tab.locator("[aria-live=polite]")
    tab.get_by_role("button", name="Generate").click()
    for _ in range(3):
        tab.clock.run_for(900)
        assert message.text_content() == ""
    tab.clock.run_for(900)
    assert message.text_content() == f"The network has written: {live(tab, 'widget.text')}"


def test_with_reduced_motion_the_text_is_there_at_once(smaller):
    """All of it, and the strip of cells shows the state at its end."""
    tab = smaller(reduced_motion="reduce")
    tab.get_by_role("button", name="Generate").click()
    text = tab.locator("#written").text_content()
    assert len(text) == len("The hidden state") + 300
    _, (h, _) = generator.load().read(text)
    assert np.allclose(live(tab, "[...widget.network.last.h]"), h[0], rtol=0, atol=1e-5)
    cells = tab.locator("svg rect[fill*='%']").evaluate_all("all => all.map(cell => cell.getAttribute('fill'))")
    strengths = [int(re.search(r"(\d+)%", fill)[1]) for fill in cells]
    assert np.allclose(strengths, 100 * np.abs(h[0]), atol=0.51)


def test_the_slider_reshapes_the_bars_at_once(smaller):
    """Heights are probabilities, of the twelve likeliest and of all others together."""
    tab = smaller()
    y, _ = generator.load().read("The hidden state")
    for temperature in (0.2, 1, 2):
        tab.locator("[name=temperature]").fill(str(temperature))
        bars = tab.locator("svg rect[fill='var(--y)'], svg rect[fill='var(--dim)']")
        heights = np.array(bars.evaluate_all("all => all.map(bar => Number(bar.getAttribute('height')))"))
        p = np.sort(generator.distribution(y, temperature))[::-1]
        assert np.allclose(heights / heights.sum(), [*p[:12], p[12:].sum()], rtol=0, atol=1e-5)


@pytest.mark.parametrize(("prompt", "words"), [("Ein <!é", "The network has never read <!é;"), ("", "is empty")])
def test_a_prompt_that_the_network_cannot_read_is_refused(smaller, prompt, words):
    """In words, also for a screen reader; nothing is generated until the prompt is mended."""
    tab = smaller()
    field, button = tab.get_by_role("textbox", name="prompt"), tab.get_by_role("button", name="Generate")
    field.fill(prompt)
    field.press("Enter")
    button.click(force=True)
    assert words in tab.locator("#words").text_content()
    assert field.get_attribute("aria-invalid") == button.get_attribute("aria-disabled") == "true"
    tab.locator("[aria-live=polite]").filter(has_text=words).wait_for(state="attached")
    assert live(tab, "[widget.text, widget.running]") == ["", None]
    field.fill("The ")
    assert field.get_attribute("aria-invalid") == button.get_attribute("aria-disabled") == "false"
    assert live(tab, "widget.text") == "The "


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
    """Not while the widget lies below the window; what is below it does not move for them."""
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
        assert asked == ["rnn-text.html", "figures.css", "widget.js", "rnn-text.js"]
        tab.get_by_role("button", name="Generate").scroll_into_view_if_needed()
        tab.locator("svg > *").first.wait_for(state="attached")
        assert asked[4:] == ["rnn-text-weights.js"]
        assert tab.locator("rnn-text").bounding_box()["height"] == pytest.approx(tall, abs=0.5)


@pytest.fixture
def larger(show):
    """Opens the page of the larger network, asks for its network, and has it read a text."""

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
    small = tab.locator("rnn-text").bounding_box()["height"]
    tall = tab.locator("rnn-text").evaluate(
        """text => {
            text.shadowRoot.querySelector("#go").click();
            return text.getBoundingClientRect().height;
        }"""
    )
    assert tall > 1.5 * small  # no empty room before, and all that is needed with the click
    tab.locator("svg > *").first.wait_for(state="attached")
    assert asked == ["rnn-text-again-weights.js"]
    assert tab.get_by_role("button", name="Generate").is_visible()
    assert tab.locator("rnn-text").bounding_box()["height"] == pytest.approx(tall, abs=0.5)


def test_the_network_differentiates_as_the_package_does(larger):
    """How strongly each character acts on a later one, to 1e-6; and what each hidden unit is after each character."""
    text = novels.excerpt()[:120].replace("\n", " ")
    tab, model = larger(text), text_again.network()
    codes, places = corpus.encode(text, model.alphabet), np.array([1, 40, 119])
    read = np.repeat(codes[:-1, None], len(places), axis=1)
    expected = np.linalg.norm(saliency.gradients(model, read, codes[places], places - 1), axis=-1)
    for at, strengths in zip(places, expected.T, strict=True):
        found = live(tab, f"widget.network.strengths({at}, widget.text[{at}])")
        assert np.allclose(found, strengths[:at], rtol=0, atol=1e-6)
    states = np.concatenate([*text_again.reading(model, codes[:, None])])[:, 0]
    assert np.allclose(live(tab, "widget.network.steps.slice(1).map(({ h }) => [...h])"), states, rtol=0, atol=1e-6)


def test_the_text_is_coloured_by_the_gradient_of_the_character_that_is_pointed_at(larger):
    """By keyboard or pointer: no colour for a thousandth of the strongest; the words have the numbers."""
    text = "She had been in love with him"
    tab, model = larger(text), text_again.network()
    tab.get_by_role("button", name="by the gradient").click()
    slide(tab, "at", 11)
    assert live(tab, "widget.at") == 12
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
