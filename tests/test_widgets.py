"""What the widgets start from, how a page holds them, and what they weigh."""

import base64
import gzip
import json
import re
import zlib
from html.parser import HTMLParser

import markdown
import numpy as np
import pytest

from rnn_notes import activations, lecture, pages
from rnn_notes.experiments.records import RESULTS
from rnn_notes.pages import PageError
from rnn_notes.web import extension, furniture, widgets

FOLDER = pages.DOCS / "assets" / "widgets"
SCRIPTS = sorted(FOLDER.glob("*.js"))
WIDGETS = sorted(widgets.WIDGETS)


ELEMENTS = {widgets.ELEMENTS.get(name, name) for name in WIDGETS}
TESTS = pages.DOCS.parent / "tests" / "browser" / "widgets"


@pytest.mark.parametrize("element", sorted(ELEMENTS))
def test_every_widget_has_a_script_and_a_test_in_a_browser(element):
    """A file of its name each."""
    test = f"test_{element.replace('-', '_')}.py"
    assert (FOLDER / f"{element}.js").exists(), f"define the element {element} in docs/assets/widgets/{element}.js"
    assert (TESTS / test).exists(), f"compare {element} with the package's numbers in tests/browser/widgets/{test}"


def test_every_script_and_every_test_belongs_to_a_widget():
    """Beside them is only what they share."""
    scripts = {script.stem for script in SCRIPTS} - {"widget"}
    tests = {test.stem.removeprefix("test_").replace("_", "-") for test in TESTS.glob("test_rnn_*.py")}
    assert not (scripts | tests) - ELEMENTS, "name it in WIDGETS of rnn_notes/web/widgets.py, or remove its files"


def test_the_network_starts_from_the_numbers_of_the_lecture():
    """All parameters and both sequences survive the way through JSON to the last bit."""
    data = json.loads(json.dumps(widgets.data("rnn-unrolled")))
    cell, readout = lecture.rnn, lecture.readout
    for name in ("W_xh", "W_hh", "b_h"):
        assert np.array_equal(data[name], getattr(cell, name))
    for name in ("W_hy", "b_y"):
        assert np.array_equal(data[name], getattr(readout, name))
    assert np.array_equal(data["x"], lecture.x.reshape(5, 4))
    assert np.array_equal(data["x_other_past"], lecture.x_other_past.reshape(5, 4))


def test_the_sliders_of_the_network_reach_its_inputs():
    """They go from −1 to 1 in tenths, and so do both sequences."""
    for x in (lecture.x, lecture.x_other_past):
        assert np.abs(x).max() <= 1
        assert np.array_equal(x, x.round(1))


def test_at_the_edge_of_saturation_the_slope_is_a_tenth_of_the_largest():
    """The largest is at 0."""
    slope = activations.sigmoid_prime(activations.sigmoid(np.array([widgets.data("rnn-sigmoid")["edge"], 0.0])))
    assert slope[0] == pytest.approx(slope[1] / 10, rel=1e-12)


def test_an_unknown_widget_is_refused():
    """The error says which there are."""
    message = f"no widget is named rnn-lstm; the widgets are {', '.join(WIDGETS)}"
    with pytest.raises(ValueError, match=f"^{message}$"):
        widgets.data("rnn-lstm")
    with pytest.raises(ValueError, match=f"^{message}$"):
        widgets.wrap("rnn-lstm", "<svg></svg>", "../assets")


class Tags(HTMLParser):
    """All tags of a text, with their attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


@pytest.mark.slow
@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_stands_around_its_picture(name):
    """Its data are in an attribute, not in a script, which the theme would run; its own scripts come behind it."""
    html = widgets.wrap(name, "<svg></svg>", "../assets")
    (element, attributes), picture, *scripts = Tags(html).found
    assert element == widgets.ELEMENTS.get(name, name)
    assert json.loads(attributes["data-start"]) == widgets.data(name)
    assert picture == ("svg", {})
    sources = [f"../assets/widgets/{file}.js" for file in ("widget", element)]
    assert scripts == [("script", {"defer": None, "src": source}) for source in sources]
    assert f"<svg></svg></{element}>" in html


def render(text, path="", **settings):
    """A page as the extensions of the site render it."""
    ours = [extension.makeExtension(path=path), furniture.makeExtension(**settings)]
    return markdown.markdown(text, extensions=["attr_list", *ours])


def test_a_figure_names_the_widget_that_takes_its_place():
    """The widget encloses the picture alone: the caption and the link to the code stay."""
    html = render("![A curve.](figure:sigmoid-curve){ widget=rnn-sigmoid }", assets="../assets")
    opening = r'<figure id="figure-sigmoid-curve"><rnn-sigmoid data-start="[^"]*"><div role="img"'
    closing = r"</div></rnn-sigmoid>(<script .*?></script>){2}<figcaption>.*A curve\..*</figcaption></figure>"
    assert re.fullmatch(f"{opening}.*{closing}", html, re.DOTALL)
    assert 'src="../assets/widgets/rnn-sigmoid.js"' in html


def test_a_page_without_a_widget_has_no_script():
    """The scripts are loaded where they are used only."""
    assert "<script" not in render("![A curve.](figure:sigmoid-curve)")


def test_an_unknown_widget_on_a_page_is_an_error_with_its_line(tmp_path):
    """As every mistake on a page is."""
    page = tmp_path / "page.md"
    page.write_text("text\n\n![A curve.](figure:sigmoid-curve){ widget=rnn-lstm }\n")
    with pytest.raises(PageError, match=r"page\.md:3: no widget is named rnn-lstm"):
        render(page.read_text(), path=str(page))


def test_every_widget_is_on_a_page():
    """Otherwise nobody could use it."""
    texts = [page.read_text(encoding="utf-8") for page in pages.all_pages()]
    used = {name for text in texts for name in re.findall(r'\{ widget=([\w-]+) \}|"widget": "([\w-]+)"', text)}
    unused = set(WIDGETS) - {name for pair in used for name in pair}
    assert not unused, "put it on a page: ![What it shows.](figure:its-fallback){ widget=its-name }"


def test_the_scripts_are_light():
    """Together less than 30 kB on the wire, of which no page needs all; the weights come later, and by themselves."""
    light = (widgets.light(script.read_text(encoding="utf-8")) for script in SCRIPTS)
    assert sum(len(gzip.compress(script.encode())) for script in light) < 30_000


def test_a_light_script_has_lost_comments_and_indentation_alone():
    """Comments on lines of their own; what is on other lines, strings too, is as it was."""
    script = "/*\n * A file.\n */\n\nlet a; // a\n  /* One line. */\n  b(`c\n    d /* e */`); /* f */\n  // g\n"
    assert widgets.light(script) == "\nlet a; // a\nb(`c\nd /* e */`); /* f */\n// g\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "name", "limit"),
    [("text", "rnn-text-weights", 400_000), ("text_again", "rnn-text-again-weights", 500_000)],
)
def test_a_script_with_weights_carries_the_file_of_a_trained_network(tmp_path, file, name, limit):
    """To the last byte, with length and checksum, and as a host compresses it not too large."""
    widgets.write(tmp_path)
    script = (tmp_path / "widgets" / f"{name}.js").read_text(encoding="ascii")
    found = json.loads(script.removeprefix(f'customElements.get("rnn-widget").files["{name}"] = ').removesuffix(";\n"))
    assert (found["length"], found["crc32"]) == (len(found["text"]), zlib.crc32(found["text"].encode()))
    assert base64.b64decode(found["text"], validate=True) == (RESULTS / f"{file}.safetensors").read_bytes()
    assert len(gzip.compress(script.encode())) <= limit


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_works_from_a_file_and_under_a_strict_policy(script):
    """No module, no request, no code made of text, no event handler or style in an attribute."""
    forbidden = r"^import |^export |\bimport\(|fetch\(|XMLHttp|https?:|eval\(|Function\(|\son\w+=|style=|console\."
    assert not re.findall(forbidden, script.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_three_widgets_that_show_training_are_light():
    """Where the gradient goes, the cliff and attention: together under 25 kB of script beside what all share."""
    assert sum((FOLDER / f"rnn-{name}.js").stat().st_size for name in ("gradient", "cliff", "attention")) < 25_000
