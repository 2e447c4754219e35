"""The site as files, opened without a server: what ``make offline`` puts into its archive."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def offline_site(tmp_path_factory):
    """The address of the folder of the site built for reading offline."""
    folder = tmp_path_factory.mktemp("offline")
    options = ["--strict", "--quiet", "--config-file", "mkdocs-offline.yml", "--site-dir", str(folder)]
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", *options], cwd=ROOT, capture_output=True, text=True
    )
    assert build.returncode == 0, build.stdout + build.stderr
    return folder.as_uri()


@pytest.fixture
def file_tab(context, offline_site):
    """A page that fails the test if anything is written to its console, missing, or asked of any host."""
    tab, complaints = context.new_page(), []
    tab.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    tab.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    tab.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    tab.on("request", lambda request: request.url.startswith((offline_site, "data:")) or complaints.append(request.url))
    yield tab
    tab.close()
    assert not complaints


def test_formulas_figures_and_pieces_need_no_server(file_tab, offline_site):
    """A chapter from a file: glyphs of the formulas' own fonts, its figures, and the interactive piece alive."""
    file_tab.goto(f"{offline_site}/lecture/sigmoid.html")
    assert file_tab.evaluate("document.fonts.ready.then(fonts => [...fonts].some(font => font.status === 'loaded'))")
    assert not file_tab.evaluate("[...document.fonts].some(font => font.status === 'error')")
    assert file_tab.locator("figure svg").first.is_visible()
    file_tab.locator("rnn-sigmoid svg text").first.wait_for(state="attached")


def test_the_search_needs_no_server(file_tab, offline_site):
    """Typed words find a chapter, and its link leads there."""
    file_tab.goto(f"{offline_site}/index.html")
    file_tab.locator(".md-search__input").press_sequentially("vanishing gradient")
    file_tab.locator(".md-search-result__link", has_text="Vanishing").first.click()
    file_tab.wait_for_url("**/learning/gradients.html*")
