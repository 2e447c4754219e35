"""Mathematics is typeset when the site is built, once for each formula, and with a plain error for bad LaTeX."""

import json
import re
from base64 import b64decode
from io import BytesIO
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from rnn_notes import cache
from rnn_notes.web import typeset
from rnn_notes.web.typeset import TexError, Typesetter


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    """Each test begins with nothing remembered."""
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "cache")


def mathml(html):
    """The MathML of a formula, as (tag, text) in the order of the document."""
    math = ElementTree.fromstring(re.search(r"<math.*</math>", html)[0])
    return [(element.tag.rpartition("}")[2], element.text) for element in math.iter()]


def test_a_screen_reader_gets_the_formula_as_mathml():
    """The fraction a/b arrives as an mfrac of a and b, and the glyphs are hidden from the reader's voice."""
    with Typesetter() as typesetter:
        html = typesetter.html(r"\frac{a}{b}", display=True)
    assert mathml(html) == [("math", None), ("mfrac", None), ("mi", "a"), ("mi", "b")]
    assert re.search(r'<mjx-math[^>]* aria-hidden="true"', html)


@pytest.mark.parametrize(("display", "dollars"), [(False, "$"), (True, "$$")])
def test_a_copied_formula_is_its_latex(display, dollars):
    """The text of a formula that can be selected is the LaTeX it was made from, escaped."""
    with Typesetter() as typesetter:
        html = typesetter.html("a < b", display)
    assert f'<span class="tex" aria-hidden="true">{dollars}a &lt; b{dollars}</span>' in html


LONG = r"n = \tanh(a + b \odot (c + d)) - (-0.25) = \sum_i x_i \le -y"


def test_a_long_formula_in_a_line_can_end_a_line_after_each_of_its_signs():
    """Not within brackets; a minus that belongs to a number is none. There is one piece more than there are signs."""
    with Typesetter() as typesetter:
        html = typesetter.html(LONG, display=False)
        assert "mjx-run" not in typesetter.html(LONG, display=True)
        assert "mjx-run" not in typesetter.html("t - 1", display=False)
    assert html.count("<mjx-run>") == 1 + len(["=", "-", "=", r"\le"])


@pytest.mark.parametrize(
    ("latex", "signs"),
    [
        (r"(y - \cos(x))^2 - \cos(x)^2 \ge -\cos(x)^2 \ge -1", ["-", r"\ge", r"\ge"]),
        (r"h(x + y)^{(t)} + [a - b]_{[l]} = \left( a - b \right)^2 + c", ["+", "=", "+"]),
    ],
)
def test_brackets_with_a_power_or_an_index_end_where_they_close(latex, signs):
    """So that what follows them can break; a bracket within the power is one of its own."""
    with Typesetter() as typesetter:
        assert typesetter.html(latex, display=False).count("<mjx-run>") == 1 + len(signs)


def test_a_formula_is_no_food_for_the_search():
    """The whole formula is marked for the search plugin to skip."""
    with Typesetter() as typesetter:
        html = typesetter.html("x", display=False)
    assert html.startswith("<mjx-container data-search-exclude ")
    assert html.endswith("</mjx-container>")


@pytest.mark.parametrize(
    ("latex", "fault"),
    [
        (r"\sigmoid(x)", r"Undefined control sequence \sigmoid in \sigmoid(x)"),
        (r"\frac{1}{1 + e^{-x}", r"Missing close brace in \frac{1}{1 + e^{-x}"),
        ("a & b", "Misplaced & in a & b"),
        (r"\left( x", r"Extra \left or missing \right in \left( x"),
        (r"\begin{aligned} x", r"Missing \end{aligned} in \begin{aligned} x"),
        ("x^2^3", "Double exponent: use braces to clarify in x^2^3"),
    ],
)
def test_bad_latex_is_an_error_that_names_it(latex, fault):
    """An unknown command and a syntax error end the build; neither comes out as a red formula."""
    with Typesetter() as typesetter, pytest.raises(TexError, match=f"^{re.escape(fault)}$"):
        typesetter.html(latex, display=True)


@pytest.mark.slow
def test_an_error_is_not_remembered():
    """Bad LaTeX is an error every time."""
    for _ in range(2):
        with Typesetter() as typesetter, pytest.raises(TexError):
            typesetter.html(r"\oops", display=False)


def test_a_remembered_formula_needs_no_engine(monkeypatch):
    """The second time, V8 is not even started, and the HTML and the style rules are the same."""
    with Typesetter() as before:
        first = before.html(r"\tanh(a)", display=False)
    monkeypatch.delattr(typeset, "MiniRacer")
    with Typesetter() as typesetter:
        assert typesetter.html(r"\tanh(a)", display=False) == first
    assert typesetter.rules == before.rules


def glyphs(sheet):
    """The characters for which a style sheet holds a rule."""
    return set(re.findall(r'mjx-c[^{}]*::before \{[^}]*content: "(.*?)";', sheet))


def sheet(site, *formulas):
    """The style sheet of a site with a page of these formulas, each with whether it is a display."""
    with Typesetter() as typesetter:
        typesetter.html("q", display=False)  # on no page
        page = "".join(f"<p>{typesetter.html(*formula)}</p>" for formula in formulas)
    (site / "deep").mkdir()
    (site / "deep" / "page.html").write_text(page)
    typeset.write(site)
    return (site / "assets" / "mathjax.css").read_text()


def test_the_style_sheet_holds_the_glyphs_of_the_pages_and_no_others(tmp_path):
    """For h + x < a, five glyphs; whoever typeset them, and whatever else was typeset then."""
    assert glyphs(sheet(tmp_path, ("h + x < a", False), ("\nx\n", True))) == {"h", "+", "x", "<", "a"}


@pytest.mark.slow
def test_the_style_sheet_is_that_of_the_formulas_as_they_were_typeset(tmp_path):
    """A display and a line have rules of their own: their limits are elsewhere."""
    latex = r"\sum_{t=1}^T h_t"
    for display in (True, False):
        site = tmp_path / str(display)
        site.mkdir()
        with Typesetter() as typesetter:
            typesetter.html(latex, display)
        assert sheet(site, (latex, display)) == typeset.sheet(typesetter.rules)


def test_every_glyph_is_in_the_font_that_the_style_sheet_brings(tmp_path):
    """The sheet holds its fonts, each with the glyphs of its formulas and hardly any other, and asks for no file."""
    css = sheet(tmp_path, (r"\sigma(x) = \left(\begin{matrix} 1 \\ 2 \\ 3 \\ 4 \end{matrix}\right)", True))
    faces = dict(re.findall(r'font-family: (\S+); src: url\("data:font/woff;base64,([^"]*)"\)', css))
    maps = {name: set(map(chr, TTFont(BytesIO(b64decode(data))).getBestCmap() or ())) for name, data in faces.items()}
    assert css.count("url(") == len(faces)
    assert set("σx") <= maps["MJXTEX-I"]
    assert set("(=1234") <= maps["MJXTEX"]
    assert set("⎛⎜⎝⎞⎟⎠") <= maps["MJXTEX-S4"]
    assert all(len(characters) < 30 for characters in maps.values())
    assert "MJXTEX-FR" not in faces


@pytest.mark.slow
def test_no_command_writes_latex_into_an_attribute():
    """Whatever MathJax knows is given words of its own; the MathML, from which the page is made, has them in none."""
    v8 = typeset._start()
    listed = """JSON.stringify(["macro", "environment"].map(kind => MathJax.startup.input[0].configuration.handlers
        .get(kind)._configuration.items.flatMap(({item}) => item.map ? [...item.map.keys()] : [])))"""
    macros, environments = json.loads(v8.eval(listed))
    assert len(macros) > 500
    assert not {"href", "class", "style", "cssId", "mmlToken", "require", "def", "unicode"} & set(macros)
    word = "qzq"
    formulas = [rf"\{name}[{word}]{{{word}}}{{{word}}}{{{word}}}{{{word}}}" for name in macros]
    formulas += [rf"\{name}{{mi}}[href='{word}' style='{word}']{{{word}}}" for name in macros]
    formulas += [rf"\begin{{{name}}}{{{word}}}{word}\end{{{name}}}" for name in environments]
    v8.eval("""function written(formulas, word) {
        const found = formulas.map(each => MathJax.tex2mml(each)), typeset = text => !text.includes("data-mjx-error");
        const inAttribute = (_, k) => typeset(found[k]) && found[k].match(`="[^"]*${word}`);
        return [found.filter(typeset).length, formulas.filter(inAttribute)];
    }""")
    readable, in_attributes = v8.call("written", formulas, word)
    v8.close()
    assert readable > 500
    assert not in_attributes


@pytest.mark.parametrize("latex", ["{" * 10_000 + "x" + "}" * 10_000, "x + " * 50_000 + "x", "[" * 20_000])
def test_a_giant_formula_is_an_error_at_once(latex):
    """It is refused in words before MathJax sees it."""
    with Typesetter() as typesetter, pytest.raises(TexError, match="are typeset; split it: "):
        typesetter.html(latex, display=False)
    assert typesetter.v8 is None
