"""The example project in a browser, in the themes that come with MkDocs: formulas with their fonts, badges in sight."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from mkdocs.__main__ import cli
from static_host import serve

EXAMPLES = Path(__file__).parents[2] / "examples"
FORMULA, BADGE = ".display mjx-container", ".display > .badge"


@pytest.fixture
def pages(tmp_path, monkeypatch, request):
    """The address of the example, built in a theme, with its slip among its pages."""
    project = shutil.copytree(EXAMPLES, tmp_path / "example", ignore=shutil.ignore_patterns(".rnn_notes", "site"))
    shutil.copy(project / "mistake.md", project / "docs")
    with (project / "mkdocs.yml").open("a") as settings:
        settings.write(f"theme: {request.param}\n")
    monkeypatch.chdir(project)
    done = CliRunner().invoke(cli, ["build"])
    assert done.exit_code == 0, done.output
    with serve(project / "site", {}) as address:
        yield address


@pytest.mark.parametrize("pages", ["mkdocs", "readthedocs", "material"], indirect=True)
def test_a_display_has_its_glyphs_and_its_badge(pages, context):
    """A theme may have badges of its own, or hide an empty one; the copy of the LaTeX stays out of sight."""
    tab = context.new_page()
    tab.goto(pages)
    assert tab.evaluate("document.fonts.ready.then(fonts => [...fonts].some(font => font.family.includes('MJX')))")
    assert not tab.evaluate("[...document.fonts].some(font => font.status === 'error')")
    formula, badge = tab.locator(FORMULA).first.bounding_box(), tab.locator(BADGE).first.bounding_box()
    assert formula["width"] > 20
    assert badge["width"] > 10
    assert badge["height"] > 10
    assert badge["x"] >= formula["x"] + formula["width"] - 1
    assert tab.locator(".display .tex").first.bounding_box()["width"] <= 1
    tab.goto(f"{pages}mistake/")
    assert tab.locator(".fails .evidence").is_visible()
    colours = [tab.locator(place).evaluate("e => getComputedStyle(e).color") for place in (BADGE, ".fails .evidence")]
    assert colours[0] == colours[1]
    tab.close()
