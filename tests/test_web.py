"""The Markdown extension: what it makes of formulas, figures and claims, and its errors with file and line.

It is used here as anybody can use it, with Python-Markdown alone, except where the hooks of MkDocs are the subject.
"""

import importlib
import re
import sys
from types import SimpleNamespace

import markdown
import pytest
from bs4 import BeautifulSoup
from mkdocs.exceptions import BuildError, ConfigurationError

from rnn_notes import figures, pages
from rnn_notes.pages import PageError
from rnn_notes.web import hooks

REPOSITORY = "https://example.org/notes"
FRONT_MATTER = "---\ndescription: a page\n---\n\n"


@pytest.fixture
def render(tmp_path):
    """A function that renders a page, whose file begins with four lines of front matter as MkDocs strips them."""

    def rendered(text):
        path = tmp_path / "page.md"
        path.write_text(FRONT_MATTER + text, encoding="utf-8")
        configs = {
            "rnn_notes.web.extension": {"path": str(path), "how": "about/checks.md"},
            "rnn_notes.web.furniture": {"repo_url": REPOSITORY},
        }
        extensions = ["admonition", "smarty", "tables", "pymdownx.details", "pymdownx.superfences", *configs]
        return BeautifulSoup(markdown.markdown(text, extensions=extensions, extension_configs=configs), "html.parser")

    return rendered


DISPLAY = r"""Some text.

$$
% check: chain
2 + 2 = 4
$$
"""


def test_a_display_is_typeset_with_its_verdict_beside_it(render):
    """The formula carries a link to the page about the checks, whose name says what was checked."""
    (display,) = render(DISPLAY).select("div.display.proved")
    assert display.find("mjx-container")["display"] == "true"
    assert "proved" in display.a["aria-label"]
    assert display.a["title"] == display.a["aria-label"]
    assert display.a["href"].endswith("about/checks.md")


def test_the_mark_of_a_display_is_not_typeset(render):
    """The line % check: is in no way part of what a reader sees or copies."""
    (source,) = render(DISPLAY).select(".display .tex")
    assert source.text == "$$2 + 2 = 4$$"


def test_a_skipped_display_says_why(render):
    """The reason behind skip: is in the name of the badge."""
    (display,) = render("$$\n% check: skip: only a picture of an equation\nx = y\n$$\n").select("div.display.skipped")
    assert "only a picture of an equation" in display.a["aria-label"]


def test_a_mistake_on_show_is_no_warning_and_says_that_it_is_refuted(render, caplog):
    """What is marked as false looks and sounds unlike what holds, and the build continues."""
    (display,) = render(DISPLAY.replace("chain", "false chain").replace("= 4", "= 5")).select("div.display.refuted")
    assert display.a["aria-label"].startswith("false on purpose, and refuted: ")
    assert not caplog.records
    (display,) = render(DISPLAY.replace("chain", "false chain")).select("div.display.fails")
    assert "it holds" in display.pre.text


def test_a_false_display_is_shown_with_its_evidence_and_logged_with_its_line(render, caplog):
    """While one writes, the page is shown all the same; a strict build fails, since MkDocs counts the warning."""
    (display,) = render(DISPLAY.replace("= 4", "= 5")).select("div.display.fails")
    (record,) = caplog.records
    assert re.search(r"page\.md:9:1: FAILS", record.getMessage())
    assert record.name.startswith("mkdocs.")
    assert record.levelname == "WARNING"
    assert "5" in display.pre.text


def test_a_formula_in_a_line_is_typeset(render):
    """It is in the text; the full stop after it cannot begin a line of its own, nor a bracket before it end one."""
    paragraph = render("A *state* ($h_t$). And *more*: ($c_t$, too).").p
    formulas = paragraph.select("span.maths")
    assert [[part for part in formula if isinstance(part, str)] for formula in formulas] == [["(", ")."], ["(", ","]]
    for glyphs in paragraph.select("mjx-container"):
        glyphs.decompose()
    assert paragraph.text == "A state (). And more: (, too)."


def test_a_quotation_mark_after_a_formula_stays_one(render):
    """Smarty, which turns it, puts it aside while Markdown works; it comes back in its place."""
    assert "’s end" in render("It is $h_t$'s end.").p.get_text()


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("Text.\n\n$$\n% check: chain\n\\foo = 1\n$$\n", 9, r"Undefined control sequence \foo in \foo = 1"),
        ("Text.\n\nA line with\n$x + \\foo$.", 8, r"Undefined control sequence \foo in x + \foo"),
        ("Text\n$$\n% check: chain\n1 = 1\n$$\n", 6, "this display is not read as one; close it, and leave"),
        ("$$\n% check: chain\n1 =\n\n1\n$$\n", 5, "this display is not read as one; close it, and leave"),
        ("The value $ x_t $ is there.", 5, "this dollar belongs to no formula, which has no space inside its dollars"),
        ("Text.\n\n    x = 1\n", 7, "code that never runs; make it a fence"),
        ("A rule is \\alpha.", 5, "this LaTeX is in no formula; put it between dollars"),
        ("<p>$x$</p>", 5, "no formula is read in HTML"),
        ("Text.\n\n$$\n1 = 1\n", 7, "this display is not read as one; close it, and leave"),
        ("![What it shows.](figure:no-such-figure)", 5, "no figure is named 'no-such-figure'"),
        ("![](figure:unrolled-network)", 5, "figure unrolled-network needs a text in plain words"),
        ("![A $t$.](figure:unrolled-network)", 5, "figure unrolled-network needs a text in plain words"),
        ("See ![this](figure:unrolled-network)", 5, "figure unrolled-network is within a text"),
        ("# ![this](figure:unrolled-network)", 5, "figure unrolled-network is within a text"),
        ("![a](figure:unrolled-network) this", 5, "figure unrolled-network is within a text"),
        (
            "![a](figure:unrolled-network)\n\n![b](figure:unrolled-network)",
            5,
            "figure unrolled-network is on this page",
        ),
    ],
)
def test_a_mistake_is_an_error_with_file_and_line(render, tmp_path, text, line, fault):
    """The line is that of the file, front matter counted."""
    with pytest.raises(PageError, match=rf"page\.md:{line}: {re.escape(fault)}"):
        render(text)


def test_code_is_compared_with_what_is_rendered(render, monkeypatch):
    """Where Markdown shows another block of code than the page reader has found, that is an error with its line."""
    monkeypatch.setattr(pages.scanner, "CODE", re.compile("nothing is indented code"))
    with pytest.raises(PageError, match=r"page\.md:7: this code is not rendered as the block that runs"):
        render("Text.\n\n    x = 1\n")


def test_a_display_in_a_folded_solution_is_found(render):
    """Indented displays are typeset and judged like the others."""
    solution = '??? success "Solution"\n    Here:\n\n    $$\n    % check: chain\n    2 + 2 = 4\n    $$\n'
    assert len(render(solution).select("details div.display.proved")) == 1


def test_dollars_in_code_are_left_alone(render):
    """A fence that shows the source of a display is code, and typesets nothing."""
    html = render("```latex\n$$\nx\n$$\n```\n")
    assert not html.select("mjx-container")
    assert "$$\nx\n$$" in html.pre.text


def test_a_figure_has_its_text_as_name_and_caption_once(render):
    """The picture is named by the caption, which is hidden from being read a second time; the link is not."""
    figure = render("![Five copies of one network.](figure:unrolled-network)").figure
    picture, caption = figure.select_one("[role=img]"), figure.figcaption
    assert picture.svg
    name = figure.find(id=picture["aria-labelledby"])
    assert name.text == "Five copies of one network."
    assert name.parent == caption
    assert name["aria-hidden"] == "true"
    assert not caption.a.find_parent(attrs={"aria-hidden": True})


def test_a_figure_links_to_the_function_that_draws_it(render):
    """The line of the link is the definition of the function, or its decorator."""
    link = render("![Five copies.](figure:unrolled-network)").figcaption.a["href"]
    path, line = re.fullmatch(rf"{REPOSITORY}/blob/main/(.*\.py)#L(\d+)", link).groups()
    lines = (pages.DOCS.parent / path).read_text().splitlines()
    assert "def unrolled_network" in "\n".join(lines[int(line) - 1 : int(line) + 1])


def test_the_ids_of_a_figure_begin_with_its_name(render):
    """So that two figures on a page never share one; only their glyphs are there for all."""
    names = list(figures.REGISTRY)[:2]
    for name in names:
        ids = [tag["id"] for tag in render(f"![A text.](figure:{name})").find_all(id=True)]
        assert all(re.match(rf"(figure|caption)-{name}\b|glyph-", i) for i in ids), ids


def test_a_block_of_code_says_how_large_it_is(render):
    """The style sheet makes room for its lines and columns, as they are read; code within a text has none."""
    html = render("A `word`.\n\n```python\na = 1\n\nb = 2\n```\n\n```text\na < b\n```\n\n```text\n```\n")
    sizes = [span["style"] for span in html.select("pre > code > .lines")]
    assert sizes == ["--lines:3;--columns:5", "--lines:1;--columns:5", "--lines:1;--columns:0"]
    assert [code.get_text() for code in html.find_all("code")] == ["word", "a = 1\n\nb = 2\n", "a < b\n", "\n"]


def test_a_block_of_code_has_a_button_to_copy_it(render):
    """One, behind the code, with a name; code within a text has none."""
    html = render("A `word`.\n\n```python\na = 1\n```\n")
    (button,) = html.find_all("button")
    assert button.find_previous_sibling("code")
    assert button["aria-label"] == "Copy this code"


def test_a_table_is_in_a_box_that_can_scroll(render):
    """Each in its own, even where HTML has been prepared already, as that of docstrings is."""
    table = "| a | b |\n| --- | --- |\n| 1 | 2 |\n"
    html = render(table + "\nand\n\n" + table)
    assert [box.table.get_text(" ", strip=True) for box in html.select("div.scroll")] == ["a b 1 2", "a b 1 2"]
    assert str(render(str(html))).count("<div") == str(html).count("<div")


def test_a_claim_is_not_in_the_page(render):
    """Neither one on a line of its own nor one over several lines leaves a trace; one shown as code stays."""
    html = render(
        "It is 0.5.\n<!-- holds: half == 0.5 -->\n\nIt is 0.25.\n<!-- holds:\nquarter == 0.25\n-->\n\nMore.\n\n"
        "```markdown\n<!-- holds: shown == 1 -->\n```\n"
    )
    assert "quarter" not in str(html)
    assert "half" not in str(html)
    assert [p.text.strip() for p in html.select("p")] == ["It is 0.5.", "It is 0.25.", "More."]
    assert "<!-- holds: shown == 1 -->" in html.pre.text


def test_an_edit_of_the_package_is_seen_by_the_next_build(tmp_path, monkeypatch):
    """Modules are forgotten after an edit, and only then, so that mkdocs serve shows what the editor shows."""
    package = tmp_path / "edited_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "picture.py").write_text("colour = 'red'")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(hooks, "PACKAGE", package)
    monkeypatch.setattr(hooks, "seen", {})
    config = SimpleNamespace(site_dir=str(tmp_path / "site"))

    hooks.on_config(config)
    before = importlib.import_module("edited_package.picture")
    hooks.on_config(config)
    assert importlib.import_module("edited_package.picture") is before
    (package / "picture.py").write_text("colour = 'green'")
    hooks.on_config(config)
    assert importlib.import_module("edited_package.picture").colour == "green"


@pytest.mark.parametrize("error", [ValueError("no section x"), FileNotFoundError("gone.md")], ids=type)
def test_what_cannot_be_finished_ends_the_build_in_a_sentence(tmp_path, monkeypatch, error):
    """A builder shows the traceback of what is no BuildError."""

    def finish(*given, **more):
        raise error

    monkeypatch.setattr("rnn_notes.web.finish.finish", finish)
    config = SimpleNamespace(site_dir=str(tmp_path), theme=SimpleNamespace(dirs=[]), extra_css=[], extra_javascript=[])
    with pytest.raises(BuildError, match=f"the site cannot be finished: {error}"):
        hooks.on_post_build(config)


def test_a_style_sheet_or_script_that_is_not_there_ends_the_build(tmp_path, monkeypatch):
    """Unless it is somewhere else, or for code that runs where none does."""
    monkeypatch.setattr(hooks, "live", True)
    monkeypatch.setattr("rnn_notes.web.finish.finish", lambda *given, live, **more: False)
    (tmp_path / "a.css").touch()
    files = {"extra_css": ["a.css", "https://example.org/b.css"], "extra_javascript": ["assets/live/start.js"]}
    config = SimpleNamespace(site_dir=str(tmp_path), theme=SimpleNamespace(dirs=[]), **files)
    hooks.on_post_build(config)
    config.extra_javascript.append("b.js")
    with pytest.raises(BuildError, match=r"mkdocs.yml: b\.js is not there"):
        hooks.on_post_build(config)


@pytest.mark.parametrize("name", ["site_name", "site_description"])
def test_the_name_of_the_site_holds_no_formula(tmp_path, name):
    """It is in the tab of a browser."""
    with pytest.raises(ConfigurationError, match=rf"mkdocs.yml: {name}: a dollar is left"):
        hooks.on_config(SimpleNamespace(site_dir=str(tmp_path), **{name: "The size of $h_t$"}))


def test_a_page_that_is_no_text_ends_the_build_in_a_sentence(tmp_path):
    """With its line, before the builder reads it."""
    path = tmp_path / "page.md"
    path.write_bytes(b"# A\n\n\xff\n")
    page = SimpleNamespace(file=SimpleNamespace(abs_src_path=str(path)), url="page/")
    with pytest.raises(BuildError, match=r"page\.md:3: this is not UTF-8 text"):
        hooks.on_page_read_source(page, None)
