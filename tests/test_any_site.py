"""The Markdown extension in a MkDocs project of another author: a plain theme, no hooks, nothing but the extension."""

import base64
import re
import sys

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from mkdocs.__main__ import cli

TRUE = "# Home\n\nThe state $h_t$.\n\n$$\n% check: chain\n2 + 2 = 4\n$$\n"
FALSE = TRUE.replace("= 4", "= 5")
TABLE = "\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```python\nx = 1\n```\n"


@pytest.fixture
def build(tmp_path, monkeypatch):
    """A function that builds a site of these pages strictly, and gives the exit status and what was printed."""

    def built(pages, settings="", folder=tmp_path, **files):
        (tmp_path / "docs" / "deep").mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (tmp_path / "docs" / name).write_text(text, encoding="utf-8")
        for name, text in files.items():
            (tmp_path / name.replace("_dot_", ".")).write_text(text, encoding="utf-8")
        extension = f"markdown_extensions:\n  - tables\n  - fenced_code\n  - rnn_notes.web.extension: {{{settings}}}\n"
        (tmp_path / "mkdocs.yml").write_text(f"site_name: Notes\n{extension}")
        monkeypatch.chdir(folder)
        done = CliRunner().invoke(cli, ["build", "--strict", "--config-file", str(tmp_path / "mkdocs.yml")])
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        return done.exit_code, done.output

    return built


@pytest.fixture
def home(tmp_path):
    """A function that parses the home page of the site."""
    return lambda: BeautifulSoup((tmp_path / "site" / "index.html").read_text(encoding="utf-8"), "html.parser")


def test_a_strict_build_of_a_true_display_passes(build, home):
    """The display is typeset and has its badge, which links nowhere."""
    status, printed = build({"index.md": TRUE})
    assert status == 0, printed
    (display,) = home().select("div.display.proved")
    assert display.find("mjx-container")
    assert display.select_one(".badge").name == "span"
    assert "proved" in display.select_one(".badge")["aria-label"]


def test_a_page_brings_the_style_sheet_of_its_formulas(build, home):
    """Fonts included, so nothing is asked of another host; a page without formulas brings none."""
    assert build({"index.md": TRUE, "words.md": "# Words\n"})[0] == 0
    (sheet,) = home().select('link[href^="data:text/css;base64,"]')
    css = base64.b64decode(sheet["href"].partition(",")[2]).decode()
    assert {"2", "4", "+", "="} <= set(re.findall(r'content: "(.*?)";', css))
    assert ".badge" in css
    assert set(re.findall(r'url\("(data:font/woff;)', css)) == set(re.findall(r'url\("([^"]{15})', css))


def test_a_page_without_formulas_brings_no_sheet(build, home):
    """It stays as it is."""
    assert build({"index.md": "# Words\n"})[0] == 0
    assert "data:text/css" not in str(home())


def test_the_search_does_not_find_style_rules(build, tmp_path):
    """The plain theme indexes whatever text a page holds."""
    assert build({"index.md": TRUE})[0] == 0
    assert "font-face" not in (tmp_path / "site" / "search" / "search_index.json").read_text()


def test_tables_and_code_are_left_to_the_theme(build, home):
    """They have no button and no box, since those need the scripts of these notes."""
    assert build({"index.md": TRUE + TABLE})[0] == 0
    assert home().table
    assert not home().select(".scroll, button.copy, .lines")


@pytest.mark.parametrize(
    ("how", "href"), [("about.md", "about/"), ("https://example.org/how", "https://example.org/how")]
)
def test_the_link_of_a_badge_is_a_setting(build, home, tmp_path, how, href):
    """A page of the site, from whichever folder, or any address."""
    status, printed = build({"index.md": TRUE, "deep/page.md": TRUE, "about.md": "# About\n"}, f"how: {how}")
    assert status == 0, printed
    assert home().select_one("a.badge")["href"] == href
    deep = BeautifulSoup((tmp_path / "site" / "deep" / "page" / "index.html").read_text(), "html.parser")
    assert deep.select_one("a.badge")["href"] == (href if "://" in href else f"../../{href}")


def test_a_link_of_a_badge_that_leads_nowhere_fails_the_build(build):
    """MkDocs sees it like any link of the page."""
    status, printed = build({"index.md": TRUE}, "how: nowhere.md")
    assert status == 1
    assert "contains a link 'nowhere.md'" in printed


def test_a_false_display_fails_the_build_with_file_and_line(build, home):
    """It is shown with its evidence, so that its author sees it while editing."""
    status, printed = build({"index.md": FALSE})
    assert status == 1
    assert "docs/index.md:7:1: FAILS (chain)" in printed
    assert "left is 4" in home().select_one(".fails .evidence").text


MISTAKES = {
    "\n$$\n1 = 1\n": "docs/index.md:5: this display ",
    "\n\nThe $\\foo$.\n": "docs/index.md:6: Undefined control sequence \\foo",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_ends_the_build_with_file_and_line_and_without_a_traceback(build, mistake):
    """Front matter counts, since the line is that of the file."""
    status, printed = build({"index.md": f"---\ntitle: Home\n---\n{mistake}"})
    assert status == 1
    assert MISTAKES[mistake] in printed
    assert "Traceback" not in printed


def test_a_wrong_setting_is_named(build):
    """The runs of the extension, or those of pyproject.toml."""
    status, printed = build({"index.md": TRUE}, "runs: no_such_module")
    assert status == 1
    assert "rnn_notes.web.extension: runs: there is no module 'no_such_module'" in printed
    status, printed = build({"index.md": TRUE}, pyproject_dot_toml="[tool.rnn_notes.checks]\nruns = 3\n")
    assert status == 1
    assert "pyproject.toml: [tool.rnn_notes.checks] runs: " in printed
    assert "Traceback" not in printed


def test_a_relation_in_the_text_is_judged_like_a_display(build):
    """A strict build ends with its line, unless a display states it, or the mark behind it, which is not published."""
    status, printed = build({"index.md": f"{TRUE}\nSo $1 + 1 = 3$<!-- check: chain -->.\n"})
    assert status == 1
    assert "docs/index.md:10:1: FAILS (chain)" in printed
    assert "1: REFUSED (no mark)" in build({"index.md": f"{TRUE}\nSo $x = 3$.\n"})[1]
    status, printed = build({"index.md": f"{TRUE}\nSo $2 + 2 = 4$ and $x = 3$<!-- check: setting -->.\n"})
    assert status == 0, printed


OWN = """from rnn_notes.checks import Run
def double(v):
    v["y"] = 2 * v["x"]
RUNS = [Run("doubling", "twice a number", parameters={"x": ""}, step=double)]
"""


def test_runs_lie_beside_the_settings_of_the_site(build, monkeypatch, tmp_path_factory):
    """They are found from whichever folder the site is built, and a formula is judged on them."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    page = "# Home\n\n$$\n% check: doubling\ny = {} x\n$$\n"
    afar = tmp_path_factory.mktemp("afar")
    status, printed = build({"index.md": page.format(2)}, "runs: runs_of_a_site", afar, runs_of_a_site_dot_py=OWN)
    assert status == 0, printed
    status, printed = build({"index.md": page.format(3)}, "runs: runs_of_a_site", afar)
    assert status == 1
    assert "index.md:5:1: FAILS (doubling)" in printed


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_arithmatex_may_be_listed_as_well(build, home, tmp_path, before):
    """Before or after this extension."""
    assert build({"index.md": TRUE})[0] == 0
    own, other = "  - rnn_notes.web.extension: {}\n", "  - pymdownx.arithmatex: {generic: true}\n"
    settings = (tmp_path / "mkdocs.yml").read_text().replace(own, other + own if before else own + other)
    assert other in settings
    (tmp_path / "mkdocs.yml").write_text(settings)
    done = CliRunner().invoke(cli, ["build", "--strict"])
    assert done.exit_code == 0, done.output
    assert home().select("div.display.proved .badge")
