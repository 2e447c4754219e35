"""The site as files, opened without a server: what ``make offline`` puts into its archive."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from reader import MILLISECONDS
from static_host import serve

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def offline_site(tmp_path_factory):
    """The address of the folder that a reader unpacks; the archive is made by the Makefile's own recipe."""
    if not shutil.which("make") and not os.environ.get("CI"):
        pytest.skip("make is missing; install it to make the archive for reading offline")
    folder = tmp_path_factory.mktemp("offline")
    ready = folder / "ready"  # as if all were installed already
    ready.touch()
    options = [f"BIN={Path(sys.executable).parent}", f"ARCHIVE={folder / 'rnn_notes.zip'}", f"READY={ready}"]
    build = subprocess.run(["make", "--silent", "offline", *options], cwd=ROOT, capture_output=True, text=True)
    assert build.returncode == 0, build.stdout + build.stderr
    with zipfile.ZipFile(folder / "rnn_notes.zip") as archive:
        archive.extractall(folder)
    return (folder / "rnn_notes").as_uri()


@pytest.fixture
def file_tab(context, offline_site):
    """A page that fails the test if anything is written to its console, missing, or asked of any host."""
    tab, complaints = context.new_page(), []
    tab.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    tab.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    tab.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    tab.on(
        "request",
        lambda request: (
            request.url.startswith((offline_site, "data:", "blob:", "http://127.0.0.1"))
            or complaints.append(request.url)
        ),
    )
    yield tab
    tab.close()
    assert not complaints


def test_formulas_and_figures_need_no_server(file_tab, offline_site):
    """A chapter from a file: glyphs of the formulas' own fonts, and its figures."""
    file_tab.goto(f"{offline_site}/lecture/sigmoid.html")
    assert file_tab.evaluate("document.fonts.ready.then(fonts => [...fonts].some(font => font.status === 'loaded'))")
    assert not file_tab.evaluate("[...document.fonts].some(font => font.status === 'error')")
    assert file_tab.locator("figure svg").first.is_visible()


@pytest.mark.parametrize(
    ("widget", "page"),
    [
        ("rnn-sigmoid", "lecture/sigmoid"),
        ("rnn-unrolled", "lecture/forward-pass"),
        ("rnn-surface", "notebooks/surfaces"),
        ("rnn-text", "uses/text"),
        ("rnn-gradient", "uses/text-again"),
    ],
)
def test_a_widget_needs_no_server(file_tab, offline_site, widget, page):
    """It comes alive on its page, opened from a file; the text generator brings its network."""
    file_tab.goto(f"{offline_site}/{page}.html")
    file_tab.locator(widget).scroll_into_view_if_needed()
    file_tab.locator(f"{widget} svg :is(text, path, rect)").first.wait_for(state="attached")
    file_tab.locator(f"{widget} :is(button, input):enabled").first.wait_for()


def test_what_one_takes_away_from_a_page_is_there(file_tab, offline_site):
    """Its Markdown, its notebook, the slides, and what they lead to; no index, which only a server is asked for."""
    folder = Path(urlsplit(offline_site).path)
    for page, links in (("lecture/sigmoid.html", ".page-actions a"), ("reference/for-teachers.html", ".slides a")):
        file_tab.goto(f"{offline_site}/{page}")
        addresses = file_tab.locator(links).evaluate_all("links => links.map(link => link.href)")
        assert addresses
        assert all(Path(urlsplit(address).path).is_file() for address in addresses), addresses
    file_tab.goto(f"{offline_site}/slides/lecture-1.html")
    for address in file_tab.locator("a[href]").evaluate_all("links => links.map(link => link.href)"):
        assert not address.startswith("file:") or Path(urlsplit(address).path).is_file(), address
    assert not (folder / "llms.txt").exists()


def test_a_choice_of_colours_holds_from_page_to_page(file_tab, offline_site):
    """Also where pages are files."""
    file_tab.goto(f"{offline_site}/index.html")
    file_tab.locator(".colours").click(click_count=2)
    file_tab.goto(f"{offline_site}/lecture/memory.html")
    assert file_tab.locator("body").get_attribute("data-md-color-scheme") == "slate"


def test_the_search_needs_no_server(file_tab, offline_site):
    """Typed words find a chapter, and its link leads there."""
    file_tab.goto(f"{offline_site}/index.html")
    file_tab.locator(".md-search__input").press_sequentially("vanishing gradient")
    file_tab.locator(".md-search-result__link", has_text="Vanishing").first.click()
    file_tab.wait_for_url("**/learning/gradients.html*")


def test_a_block_says_what_lets_it_run(file_tab, offline_site):
    """A browser loads no Python from a file; the way out is in the message, and leads out with what was unpacked."""
    file_tab.goto(f"{offline_site}/lecture/forward-pass.html")
    file_tab.locator(".live .run").first.click()
    said = file_tab.locator(".live-status").first
    expect(said).to_contain_text("type “python -m http.server” in its folder and open localhost:8000")
    folder = Path(urlsplit(offline_site).path)
    with serve(folder) as address:
        file_tab.goto(f"{address}lecture/forward-pass.html")
        file_tab.locator(".live .run").first.click()
        expect(file_tab.locator(".live-status").first).to_have_text("the same as printed", timeout=MILLISECONDS)
