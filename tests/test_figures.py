"""The figures: what every one of them promises, and the numbers that they show.

It is long because all that a figure promises is asked of every figure, from one drawing.
"""

import math
import re
import sys
from functools import cache
from itertools import combinations
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from rnn_notes import figures
from rnn_notes.figures import __main__ as command
from rnn_notes.figures import diagram, style
from rnn_notes.web.figures import inline as published

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "docs/assets"
EVERY_FIGURE = pytest.mark.parametrize("name", sorted(figures.REGISTRY))


@cache
def drawn(name):
    """A figure, its inline SVG, and what Matplotlib wrote: once for all tests, for a caller with another style."""
    odd = {"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "none", "xtick.direction": "in"}
    with matplotlib.rc_context(odd):
        figure = figures.draw(name)
        with patch.object(figure, "savefig", wraps=figure.savefig) as save:
            inline = figures.svg(figure, f"figure-{name}")
    return figure, inline, save.call_args.args[0].getvalue()


def inline(name):
    """The inline SVG of a figure."""
    return drawn(name)[1]


def texts(name):
    """Each text that a figure shows."""
    figure = drawn(name)[0]
    ticks = [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]
    beyond = {
        label
        for axis in ticks
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        for label in (tick.label1, tick.label2)
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }  # of a tick outside the axes, which Matplotlib does not draw
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text() and text not in beyond]


# What every figure promises


@EVERY_FIGURE
def test_a_figure_has_the_same_bytes_whatever_the_caller_has_set(name):
    """The same source gives the bytes that the site has; the caller's own style does not leak in."""
    assert inline(name) == published(name)


@EVERY_FIGURE
def test_every_colour_of_a_figure_follows_the_theme(name):
    """Every colour is a custom property of figures.css, with the light colour behind it where there is no such CSS."""
    properties = re.findall(r"var\(--rnn-(\w+),(#\w+)\)", inline(name))
    assert properties
    assert all(style.COLOURS[colour] == fallback for colour, fallback in properties)
    rest = re.sub(r"var\(--rnn-\w+,#\w+\)", "", inline(name))
    assert not re.search(r"(?<!href=\")(?<!url\()#[0-9a-f]{3}|rgba?\(|<image|(fill|stroke)=", rest)


@EVERY_FIGURE
def test_the_text_of_a_figure_is_drawn_as_paths(name):
    """A figure looks the same whatever fonts the reader has."""
    assert "<path" in inline(name)
    assert "<text" not in inline(name)
    assert "font" not in inline(name)


@EVERY_FIGURE
def test_a_figure_is_small_plain_and_scales_with_the_page(name):
    """It is one line of at most 60 kB without fixed size, metadata or prologue, and its style touches no other one."""
    root = ElementTree.fromstring(inline(name))
    assert root.attrib.keys() >= {"viewBox", "style", "class"}
    assert root.attrib.keys().isdisjoint({"width", "height"})
    assert "max-width:100%;height:auto" in root.attrib["style"]
    assert not re.search(r"\n|<\?|<!|metadata|\d\.\d{3}", re.sub(r"scale\([^)]*\)", "", inline(name)))
    assert len(inline(name).encode()) < 60_000
    rules = "".join(sheet.text for sheet in root.iter("{http://www.w3.org/2000/svg}style"))
    assert all(selector.startswith(f".figure-{name} .") for selector in re.findall(r"([^{}]+)\{", rules))


@EVERY_FIGURE
def test_the_ids_of_a_figure_are_its_own(name):
    """No two elements share an id, each starts with the prefix or is a glyph's, each reference finds its element."""
    ids = re.findall(r'\bid="([^"]+)"', inline(name))
    assert len(set(ids)) == len(ids)
    assert all(i.startswith((f"figure-{name}-i", "glyph-")) for i in ids)
    assert set(re.findall(r'(?:url\(|href=")#([\w-]+)', inline(name))) == set(ids)


@EVERY_FIGURE
def test_text_can_be_read_on_a_phone(name):
    """On a phone 340 px are left for a figure; no text is then smaller than 9 px."""
    smallest = min(text.get_fontsize() for text in texts(name))
    assert smallest * min(1, 340 / (72 * drawn(name)[0].get_figwidth())) > 9


@EVERY_FIGURE
def test_no_text_is_cut_off_at_the_edge(name):
    """Every text lies within the sheet."""
    width, height = 72 * drawn(name)[0].get_size_inches()
    for text in texts(name):
        box = text.get_window_extent()
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -1, text.get_text()


@EVERY_FIGURE
def test_no_two_texts_overlap(name):
    """Every label can be read for itself."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(name)]
    for (one, box), (other, its_box) in combinations(boxes, 2):
        overlap = Bbox.intersection(box, its_box)
        assert one == other or overlap is None or min(overlap.width, overlap.height) < 2, (one, other)


@EVERY_FIGURE
def test_a_figure_says_its_message_and_where_it_is_drawn(name):
    """The docstring starts with the message, one sentence; the link "code" leads to the function."""
    message = figures.REGISTRY[name].__doc__.split("\n")[0]
    assert re.fullmatch(r"[A-Z].{20,}\.", message)
    path, line = figures.source(name)
    assert name.replace("-", "_") in "".join((ROOT / path).read_text().split("\n")[line - 1 : line + 1])


def test_two_figures_on_a_page_share_no_id():
    """The prefix keeps them apart, even where both are the same picture, and their glyphs are left once."""
    figure = drawn("two-pasts")[0]
    page = figures.share_glyphs(figures.svg(figure, "one") + figures.svg(figure, "two"))
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert {i.split("-")[0] for i in ids} == {"glyph", "one", "two"}
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r'(?:url\(|href=")#([\w-]+)', page)) == set(ids)


def test_a_glyph_is_the_same_in_every_figure():
    """So a page may show the outlines of one figure in another."""
    outlines = {}
    for name in figures.REGISTRY:
        for glyph in re.findall(r'<path id="(glyph-[^"]+)" d="([^"]+)" transform="([^"]+)"', inline(name)):
            assert outlines.setdefault(glyph[0], glyph[1:]) == glyph[1:], name
    assert len(outlines) > 50


def points(path):
    """The corners and control points of a path, absolute, read as the SVG standard says; subpaths may be closed."""
    here = start = np.zeros(2)
    found = []
    for letter, text in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", path):
        numbers = np.array(re.findall(r"-?\d*\.?\d+", text), dtype=float).reshape(-1, 2)
        size = {"m": 1, "l": 1, "q": 2, "c": 3, "z": 1}[letter.lower()]
        for i in range(0, len(numbers), size):
            found.extend(numbers[i : i + size] + (here if letter.islower() else 0))
            here = found[-1]
            if letter in "mM" and i == 0:
                start = here
        if letter in "zZ":
            here = start
    return np.array(found)


@EVERY_FIGURE
def test_a_figure_is_drawn_where_matplotlib_puts_it(name):
    """Read by the rules of SVG, the points of every path are Matplotlib's, rounded to a tenth of a pixel."""
    ours, theirs = ElementTree.fromstring(inline(name)), ElementTree.fromstring(drawn(name)[2])
    paths = [[path.get("d", "") for path in root.iter("{http://www.w3.org/2000/svg}path")] for root in (ours, theirs)]
    for mine, original in zip(*paths, strict=True):
        assert np.allclose(points(mine), points(original), rtol=0, atol=0.0501), mine


def test_an_unknown_figure_is_refused_with_the_nearest_names():
    """The message names what was asked for, the nearest figures and the way out."""
    start = "no figure is named 'unrolled-netwrok'; the nearest names are unrolled-network, "
    with pytest.raises(ValueError, match=start) as error:
        figures.draw("unrolled-netwrok")
    assert str(error.value).endswith("use one of them or register unrolled_netwrok() with @figure in rnn_notes/figures")
    with pytest.raises(ValueError, match="no figure is named 'two_pasts'; the nearest names are two-pasts, "):
        figures.source("two_pasts")


# Notebooks and files


def test_show_gives_a_notebook_the_picture_with_its_text():
    """The text is the picture's accessible name, escaped; without the site's CSS the picture is on light paper."""
    html = figures.show(figures.draw("sigmoid-curve"), alt='0 < σ < 1, "always" & <b>')._repr_html_()
    assert html.startswith('<div role="img" aria-label="0 &lt; σ &lt; 1, &quot;always&quot; &amp; &lt;b&gt;" style="')
    assert "background:var(--rnn-paper,#fffefb)" in html
    assert html.endswith("</svg></div>")


def test_show_refuses_a_picture_without_text():
    """A picture without a text is nothing to somebody who cannot see it."""
    with pytest.raises(ValueError, match="alt is empty but a figure needs a text; pass a sentence"):
        figures.show(Figure(), alt=" ")


def test_show_closes_the_figure_and_gives_it_the_colours_of_the_notes():
    """A plot in Matplotlib's own style follows the theme too, and the notebook does not show it twice."""
    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    axes.plot([0, 1], [0, 1])
    axes.plot([0, 1], [1, 0], color="C3")
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        html = figures.show(figure, alt="A cross.").html
    assert "<text" not in html
    assert not pyplot.get_fignums()
    assert {"ink", "paper", "h", "grad"} <= set(re.findall(r"--rnn-(\w+)", html))
    assert not re.search(r"(?<!,)(?<!href=\")(?<!url\()#", html)


def test_small_text_makes_a_figure_wide_and_keeps_it_from_shrinking():
    """A plot with text of 10 px is enlarged to 14 px and not shrunk below 8 px; it scrolls in its box instead."""
    figure = Figure(figsize=(5, 3))
    figure.text(0, 0, "small", fontsize=10)
    assert 'style="width:504px;min-width:288px;' in figures.svg(figure, "small")
    assert "overflow-x:auto" in figures.show(figure, alt="A word.").html


def test_the_picture_in_the_readme_is_the_one_that_the_package_draws(tmp_path, monkeypatch):
    """``python -m rnn_notes.figures`` writes the committed picture: light colours on paper, so it reads anywhere."""
    monkeypatch.setattr("sys.argv", ["figures", "unrolled-with-activations", str(tmp_path / "readme.svg")])
    command.main()
    written = (tmp_path / "readme.svg").read_text()
    assert written == (ASSETS / "readme.svg").read_text()
    assert "var(" not in written
    root = ElementTree.fromstring(written)
    assert (root.attrib["width"], root.attrib["height"]) == tuple(root.attrib["viewBox"].split()[2:])
    assert root[0].attrib["fill"] == style.COLOURS["paper"]


def test_the_command_names_the_nearest_figure(monkeypatch, capsys):
    """A slip in the name ends with a line that helps, not with a traceback."""
    monkeypatch.setattr("sys.argv", ["figures", "two-past", "x.svg"])
    with pytest.raises(SystemExit):
        command.main()
    assert "no figure is named 'two-past'; the nearest names are two-pasts" in capsys.readouterr().err


# Colours


def schemes(file, prefix):
    """The custom properties of a style sheet that start with prefix, for each theme."""
    blocks = re.findall(r'\[data-md-color-scheme="(\w+)"\] \{(.*?)\}', (ASSETS / file).read_text(), re.S)
    return {scheme: dict(re.findall(rf"--{prefix}([\w-]+): (#\w+);", block)) for scheme, block in blocks}


def contrast(one, two):
    """The contrast ratio of two colours, WCAG 2.2."""

    def luminance(colour):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(one, two, percent):
    """What color-mix(in srgb, …) makes of two colours."""
    parts = [(int(one[k : k + 2], 16), int(two[k : k + 2], 16)) for k in (1, 3, 5)]
    return "#" + "".join(f"{round((percent * a + (100 - percent) * b) / 100):02x}" for a, b in parts)


@pytest.mark.parametrize("scheme", ["default", "slate"])
def test_text_and_lines_stand_out_from_the_page(scheme):
    """All colours but the grid serve as text too, so they need 4.5 to 1; so does ink on the tint of a node."""
    colours = schemes("figures.css", "rnn-")[scheme]
    assert colours.keys() == style.COLOURS.keys()
    paper = colours.pop("paper")
    assert contrast(colours.pop("grid"), paper) < 1.6  # decoration must not compete
    for colour, value in colours.items():
        assert contrast(value, paper) > 4.5, colour
        assert contrast(colours["ink"], mixed(value, paper, 15)) > 4.5, colour


def test_the_light_theme_has_the_colours_that_figures_are_drawn_with():
    """One palette: in the CSS, in the package and in the style sheet of Matplotlib."""
    assert schemes("figures.css", "rnn-")["default"] == style.COLOURS
    sheet = re.findall(r"(?<![\w.])[0-9a-f]{6}\b", style.SHEET.read_text())
    assert sheet
    assert {f"#{colour}" for colour in sheet} <= set(style.COLOURS.values())


def test_the_paper_of_the_figures_is_the_page():
    """What a figure covers with paper looks uncovered."""
    pages = schemes("notes.css", "md-default-")
    papers = schemes("figures.css", "rnn-")
    assert {scheme: pages[scheme]["bg-color"] for scheme in papers} == {s: p["paper"] for s, p in papers.items()}


def test_a_tint_is_what_css_mixes():
    """The colour in Matplotlib and the one in CSS agree, and no two names share a colour."""
    for value, css in style.CSS.items():
        if match := re.fullmatch(r"color-mix\(in srgb,var\(--rnn-\w+,(#\w+)\) (\d+)%,var\(--rnn-paper,(#\w+)\)\)", css):
            exact = mixed(match[1], match[3], int(match[2]))
            assert max(abs(int(value[k : k + 2], 16) - int(exact[k : k + 2], 16)) for k in (1, 3, 5)) <= 1
    assert len(set(style.CSS.values())) == len(style.CSS) == 9 + 7 * 19


# The visual grammar


@pytest.mark.parametrize("kind", ["disc", "box"])
def test_an_arrow_touches_the_borders_of_both_nodes(kind):
    """Its ends lie on the outer edge of the border, not inside and not in the air."""
    d = diagram.Diagram()
    if kind == "disc":
        a, b = d.node(50, 60, "x", radius=20), d.node(300, 200, "h", radius=10, lit=False)
        start, *_, end = diagram.curve(a, b)
        assert math.dist(start, (50, 60)) == pytest.approx(20 + diagram.LIT / 2, abs=0.2)
        assert math.dist(end, (300, 200)) == pytest.approx(10 + diagram.DIM / 2, abs=0.2)
    else:
        a, b = d.box(50, 60, 40, 20), d.box(300, 60, 60, 30)
        start, *_, end = diagram.curve(a, b)
        assert start == pytest.approx((50 + 20 + diagram.LIT / 2, 60), abs=0.2)
        assert end == pytest.approx((300 - 30 - diagram.LIT / 2, 60), abs=0.2)


def test_a_loop_begins_and_ends_at_the_border_of_its_node():
    """An arrow from a node to itself touches it twice, at two places."""
    node = diagram.Diagram().node(100, 100, "h", radius=20)
    points = diagram.curve(node, node, via=[(200, 180), (200, 20)])
    assert len(points) == 4
    assert math.dist(points[0], (100, 100)) == pytest.approx(21, abs=0.2)
    assert math.dist(points[3], (100, 100)) == pytest.approx(21, abs=0.2)
    assert points[0][1] > 100 > points[3][1]


def test_a_curve_that_is_cut_off_keeps_its_course():
    """Points of the cut curve lie on the uncut one."""
    a, b = diagram.Node(0, 0, 5, 5), diagram.Node(100, 0, 9, 9)
    p, q, r = diagram.curve(a, b, via=[(50, 80)])
    middle = p / 4 + q / 2 + r / 4
    t = np.linspace(0, 1, 100_001)[:, None]
    whole = 2 * t * (1 - t) * (50, 80) + t**2 * (100, 0)
    assert np.hypot(*(whole - middle).T).min() < 1e-2


def test_the_command_says_in_one_line_what_cannot_be_written(monkeypatch, capsys, tmp_path):
    """A folder that is missing, a folder in place of a file, and a name of no figure: exit status 2."""
    for name, file, text in (
        (
            "sigmoid-curve",
            tmp_path / "no" / "a.svg",
            r"/no/a\.svg cannot be written \(No such file or directory\); pass a file in",
        ),
        ("sigmoid-curve", tmp_path, r" cannot be written \(Is a directory\); pass a file in a folder that is there"),
        ("sigmoit", tmp_path / "a.svg", "no figure is named 'sigmoit'; the nearest names are"),
    ):
        monkeypatch.setattr(sys, "argv", ["figures", name, str(file)])
        with pytest.raises(SystemExit, match="2"):
            command.main()
        assert re.search(text, capsys.readouterr().err)
