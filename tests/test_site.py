"""The promises of the site, held against what the strict build has written.

Pages are parsed with a parser of their own, and what they should hold is counted in the sources, line by line.
"""

import gzip
import json
import re
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from rnn_notes.checks import pages

BASE = "/rnn_notes/"  # where GitHub Pages serves the site
OWN = "https://rnn-notes.github.io" + BASE
SOURCES = pages.all_pages()


def address(source):
    """Where the page of a source lies below the site."""
    path = source.relative_to(pages.DOCS).with_suffix("")
    return "" if path.name == "index" else f"{path.as_posix()}/"


@pytest.fixture(scope="session")
def parsed(built_site):
    """Every page of the site by its address below the site, as soup; "404.html" is one of them."""
    soups = {path.relative_to(built_site).as_posix(): path.read_text() for path in built_site.rglob("*.html")}
    return {name.removesuffix("index.html"): BeautifulSoup(text, "html.parser") for name, text in soups.items()}


@pytest.fixture(params=SOURCES, ids=address)
def source(request):
    """The source of a page, one after the other."""
    return request.param


@pytest.fixture
def page(source, parsed):
    """The page that was made of it."""
    return parsed[address(source)]


def test_there_is_a_page_for_every_source_and_no_other(parsed):
    """What is published is what was written, and the page that says that there is none."""
    assert set(parsed) == {*map(address, SOURCES), "404.html"}


def test_no_formula_is_left_raw(page):
    """Outside of code and of the LaTeX to copy, no delimiter of LaTeX is in the text."""
    for tag in page.select(".tex, code, script, style"):
        tag.extract()
    assert not re.findall(r".*(?:\$\$|\\\(|\\\[|\\begin).*", page.get_text())


def test_no_formula_is_an_error(page):
    """MathJax has made no error node."""
    assert not page.select("mjx-merror, [data-mjx-error]")


def test_every_display_has_a_badge(source, page):
    """As many badges as displays in the source; each says what was checked, and none has failed."""
    displays = page.select("div.display")
    assert len(displays) == len(pages.read(source).displays)
    for display in displays:
        assert set(display["class"]) & {"proved", "evaluated", "shapes", "defined", "skipped"}
        assert len(display.select_one("a.badge")["aria-label"]) > 10


def test_every_figure_is_there_and_named(source, page):
    """As many figures as links to one; each picture has a name, a sentence that is no file name."""
    drawn = page.select("article figure svg")
    assert len(drawn) == len(pages.read(source).figures)
    for svg in page.select("article .output svg, article figure svg"):
        picture = svg.find_parent(attrs={"role": "img"})
        name = picture.get("aria-label") or page.find(id=picture["aria-labelledby"]).get_text()
        assert re.search(r"\w+ \w+ \w+", name), name


def test_ids_are_unique(page):
    """Two elements of a page never share an id, so figures do not take each other's parts."""
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert sorted(ids) == sorted(set(ids))


def test_no_claim_is_published(page):
    """The comments that the tests evaluate are not in the page."""
    assert not page.find_all(string=lambda text: type(text).__name__ == "Comment" and "holds:" in text)


def test_no_script_stands_in_an_attribute(page):
    """There is no onclick or the like, which a content security policy would forbid."""
    assert not [name for tag in page.find_all() for name in tag.attrs if name.startswith("on")]


def loaded(soup):
    """The addresses that a browser loads to show the page."""
    for tag in soup.find_all(["script", "img", "source", "iframe", "video", "audio", "object", "embed"]):
        yield tag.get("src") or tag.get("data") or ""
    for tag in soup.find_all("link"):
        if not {"canonical", "alternate", "prev", "next", "edit"} & set(tag.get("rel", [])):
            yield tag["href"]
    for sheet in [*soup.find_all("style"), *soup.find_all(style=True)]:
        yield from addresses_in_css(sheet.get("style") or sheet.get_text())


def addresses_in_css(text):
    """The addresses in url() and @import, without comments."""
    return re.findall(r"""(?:url\(|@import )\s*["']?([^"')\s;]+)""", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


def test_nothing_is_loaded_from_another_host(page):
    """Scripts, styles, pictures and fonts of a page are its own."""
    assert not [url for url in loaded(page) if urlsplit(url).netloc]


def test_no_style_sheet_loads_from_another_host(built_site):
    """Nor does a style sheet fetch anything from elsewhere, and what it names of its own is there."""
    for sheet in built_site.rglob("*.css"):
        for url in addresses_in_css(sheet.read_text()):
            if not url.startswith(("data:", "#")):
                assert not urlsplit(url).netloc, url
                assert (sheet.parent / url).exists(), url


def test_the_theme_does_not_ask_for_the_stars_of_the_repository(page):
    """The theme's script fetches api.github.com for this component only; it is overridden."""
    assert not page.select("[data-md-component=source]")


def test_every_link_leads_somewhere(built_site, parsed):
    """Links, scripts, styles and anchors within the site exist, raw HTML and the page for errors included."""
    dead = []
    for name, soup in parsed.items():
        links = [tag["href"] for tag in soup.find_all(href=True)] + [url for url in loaded(soup) if url]
        for link in links:
            url, anchor = urldefrag(urljoin(BASE + name, link.replace(OWN, BASE)))
            if urlsplit(url).scheme or urlsplit(url).netloc:
                continue
            target = unquote(url).removeprefix(BASE)
            there = target in parsed or (built_site / target).is_file()
            if not there or (anchor and target in parsed and not parsed[target].find(id=unquote(anchor))):
                dead.append(f"{name}: {link}")
    assert not dead


def test_pages_are_light(source, built_site):
    """Over the wire, compressed, a page is at most 100 kB, and at most 40 kB without its figures."""
    html = (built_site / address(source) / "index.html").read_text()
    without_figures = re.sub("<svg.*?</svg>", "", html, flags=re.DOTALL)
    assert len(gzip.compress(html.encode())) <= 100_000
    assert len(gzip.compress(without_figures.encode())) <= 40_000


NOTEBOOKS = [path for path in SOURCES if path.suffix == ".ipynb"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=address)
def test_a_notebook_has_run_and_can_be_downloaded(notebook, parsed, built_site):
    """Its page shows outputs, no traceback and nothing of Jupyter's own page; the link gives the very file."""
    page = parsed[address(notebook)]
    assert page.select(".output")
    assert "Traceback" not in page.get_text()
    assert not page.select("[class*=jp-]")
    link = page.select_one("a[download]")["href"]
    assert json.loads((built_site / address(notebook) / link).read_text()) == json.loads(notebook.read_text())


@pytest.fixture(scope="session")
def index(built_site):
    """The search index: a list of sections with location, title and text."""
    return json.loads((built_site / "search" / "search_index.json").read_text())["docs"]


def test_the_search_finds_the_words_of_the_lecture(index):
    """Ordinary words are found, captions and words beside formulas included."""
    texts = " ".join(section["title"] + " " + section["text"] for section in index)
    for words in ("hidden state", "Five copies of one network", "is the bias, three more numbers"):
        assert words in texts


def test_the_search_index_holds_no_formulas(index):
    """No LaTeX, no glyphs and no MathML; code is searched, so dollars in R are no formulas."""
    for section in index:
        prose = re.sub(r"<code>.*?</code>", "", section["text"], flags=re.DOTALL)
        assert not re.search(r"mjx|\$|\\[a-z]{2,}|<math|<path|<svg", prose), section["location"]


def test_the_whole_site_is_free_of_paths_of_the_machine_that_built_it(built_site):
    """No page holds the name of the folder that it was built in."""
    root = str(Path(__file__).parents[1])
    assert not [
        path for path in built_site.rglob("*") if path.suffix in {".html", ".css", ".json"} and root in path.read_text()
    ]
