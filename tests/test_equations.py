r"""Equation numbers: labels in displays, references in any text, across pages, in the order of the navigation."""

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from mkdocs.__main__ import cli

HOME = "# Home\n\nAll follows from \\eqref{eq:sum}.\n"
SUM = r"""# Sums

By $\eqref{eq:sum}$ and \eqref{eq:product}, but not in `\eqref{eq:code}`.

$$
% check: chain
1 + 1 = 2 \label{eq:sum}
$$
"""
PRODUCT = r"""# Products

As in \eqref{eq:product}.

$$
% check: chain
2 \cdot 3 = 6
\label{eq:product}
$$

$$
% check: chain
2 \cdot 4 = 8
$$

$$
% check: chain
\label{eq:last} 2 \cdot 5 = 10
$$
"""


@pytest.fixture
def build(tmp_path, monkeypatch):
    """A function that builds a site of these pages strictly, and gives what went wrong and the pages as trees."""

    def built(pages, nav="nav: [index.md, {A: [{B: [one.md]}, two.md]}]"):
        for name, text in pages.items():
            (tmp_path / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "docs" / name).write_text(text, encoding="utf-8")
        (tmp_path / "mkdocs.yml").write_text(f"site_name: N\n{nav}\nmarkdown_extensions: [rnn_notes.web.extension]\n")
        monkeypatch.chdir(tmp_path)
        done = CliRunner().invoke(cli, ["build", "--strict"])
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        html = (tmp_path / "site").rglob("index.html") if done.exit_code == 0 else []
        soup = {page.parent.name: BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser") for page in html}
        return done.output, soup

    return built


def test_a_label_gives_a_display_a_number_and_references_link_to_it(build):
    """Numbers count by chapter in the order of the navigation, whichever page refers to which."""
    printed, site = build({"index.md": HOME, "two.md": PRODUCT, "one.md": SUM})
    assert site, printed
    numbered = {page: [n.text for n in soup.select(".display .number")] for page, soup in site.items()}
    assert numbered == {"site": [], "one": ["(1.1)"], "two": ["(1.2)", "(1.3)"]}
    assert [soup.select_one(".display")["id"] for soup in (site["one"], site["two"])] == ["eq-sum", "eq-product"]
    links = {page: [(a["href"], a.text) for a in soup.select("a.eqref")] for page, soup in site.items()}
    assert links == {
        "site": [("one/#eq-sum", "(1.1)")],
        "one": [("#eq-sum", "(1.1)"), ("../two/#eq-product", "(1.2)")],
        "two": [("#eq-product", "(1.2)")],
    }
    assert r"\eqref{eq:code}" in site["one"].code.text


def test_a_number_is_read_aloud_and_is_no_part_of_the_formula(build):
    """It has a name, and the LaTeX that one copies has no label."""
    _, site = build({"index.md": HOME, "two.md": PRODUCT, "one.md": SUM})
    number = site["one"].select_one(".number")
    assert (number["aria-label"], number["href"]) == ("equation 1.1", "#eq-sum")
    assert "label" not in site["one"].select_one(".display").text


def test_without_a_navigation_each_page_is_a_chapter(build):
    """In the order of MkDocs; the home page is in none."""
    home = HOME + "\n$$\n% check: chain\n1 + 2 = 3 \\label{eq:home}\n$$\n"
    printed, site = build({"index.md": home, "one.md": SUM, "two.md": PRODUCT}, nav="")
    assert site, printed
    numbers = [site[page].select_one(".number").text for page in ("site", "one", "two")]
    assert numbers == ["(1)", "(1.1)", "(2.1)"]


NO_REFERENCE = "# Home\n"
WRONG = [
    (HOME.replace("eq:sum", "eq:none"), SUM, "index.md:3: no display has the label 'eq:none'; there are eq:sum"),
    (NO_REFERENCE, SUM + SUM[SUM.index("\n$$") :], "one.md:10: the label eq:sum is taken by docs/one.md:5"),
    (
        NO_REFERENCE,
        SUM.replace("= 2", r"= 2 \label{eq:b}").replace(r"$\eqref{eq:sum}$", "this"),
        "one.md:5: a display has one label; there are eq:b, eq:sum",
    ),
    (
        NO_REFERENCE,
        SUM.replace("label{eq:sum}", "label{eq: sum}").replace(r"$\eqref{eq:sum}$", "this"),
        "one.md:5: a label is one word such as eq:cell, not 'eq: sum'",
    ),
]


@pytest.mark.parametrize(("home", "one", "message"), WRONG)
def test_a_label_that_is_missing_double_or_no_word_is_an_error_with_its_line(build, home, one, message):
    """The build stops, with the way out."""
    printed, site = build({"index.md": home, "one.md": one, "two.md": PRODUCT})
    assert not site
    assert message in printed


def test_a_label_is_double_across_pages_too(build):
    """The second one in the book is the error, and names the first."""
    printed, site = build({"index.md": HOME, "one.md": SUM, "two.md": PRODUCT.replace("eq:last", "eq:sum")})
    assert not site
    assert "two.md:16: the label eq:sum is taken by" in printed
    assert "one.md:5" in printed
