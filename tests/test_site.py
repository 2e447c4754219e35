"""The promises of the site, checked against what the strict build has written.

Pages are parsed with a parser of their own, and what they should hold is counted in the sources, line by line.

It is long because one built site is parsed once, and all that it promises is asked of it.
"""

import gzip
import itertools
import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from addresses import SOURCES, address
from bs4 import BeautifulSoup
from matplotlib.image import imread

from rnn_notes import pages
from rnn_notes.web import glossary, slips

BASE = "/rnn_notes/"  # where GitHub Pages serves the site
OWN = "https://rnn-notes.github.io" + BASE


@pytest.fixture(scope="session")
def parsed(built_site):
    """Every page of the site by its address below the site, as soup; "404.html" is one of them, slides are not."""
    paths = [path for path in built_site.rglob("*.html") if path.parent.name != "slides"]
    soups = {path.relative_to(built_site).as_posix(): path.read_text() for path in paths}
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


def outside_of(article, selector):
    """Whether a part of an article is outside of all that the selector finds there."""
    inside = {id(tag) for tag in article.select(selector)}
    return lambda part: inside.isdisjoint(map(id, (part, *part.parents)))


def test_no_formula_is_left_raw(page):
    """Outside of code and of the LaTeX to copy, no dollar and no backslash is in the text, nor in words read aloud."""
    outside = outside_of(page.article, ".tex, code, script, style, svg, textarea")
    text = "".join(part for part in page.article.strings if outside(part))
    tags = [tag for tag in page.article.select("[alt], [title], [aria-label]") if outside(tag)]
    spoken = [tag.get(name, "") for tag in tags for name in ("alt", "title", "aria-label")]
    assert not re.findall(r".*(?:\$|\\|\(\?\?\?\)).*", "\n".join([text, page.title.get_text(), *spoken]))


def test_no_formula_is_an_error(page):
    """MathJax has made no error node."""
    assert not page.select("mjx-merror, [data-mjx-error]")


def test_every_display_has_a_badge(source, page):
    """As many badges as displays in the source; each says what was checked, and none has failed."""
    displays = page.select("div.display:not(.copied)")
    rows = [row for line in source.read_text(encoding="utf-8").split("\n") for row in slips.expand(line)]
    read = pages.read(source) if source.suffix == ".ipynb" else pages.scan(source, enumerate(rows, start=1))
    assert len(displays) == len(read.displays)
    for display in displays:
        assert set(display["class"]) & {
            "proved",
            "evaluated",
            "not-refuted",
            "shapes",
            "defined",
            "exact",
            "skipped",
            "refuted",
        }
        assert len(display.select_one("a.badge")["aria-label"]) > 10


def test_the_summary_has_every_numbered_formula_once(parsed):
    """In the order of the book, with the LaTeX of the display that its number leads to."""
    summary = parsed["reference/summary/"]
    copies = summary.select("div.display.copied")
    links = [link for link in summary.select("article a.eqref") if link.find_parent("p").find_next("div") in copies]
    assert len(links) == len(copies)
    originals = [div for soup in parsed.values() for div in soup.select("div.display:has(a.number)")]
    assert len(copies) == len(originals) == len({link["href"] for link in links})
    for link, copied in zip(links, copies, strict=True):
        address, anchor = urldefrag(urljoin("reference/summary/", link["href"]))
        original = parsed[address].find(id=anchor)
        assert copied.select_one(".tex").get_text() == original.select_one(".tex").get_text()
        assert link.get_text() == original.select_one(".number").get_text()


TERMS = glossary.forms(pages.DOCS / "reference" / "glossary.md")
WITHOUT = {"", "reference/api/", "reference/glossary/", "reference/sources/", "reference/summary/", "404.html"}
ASIDE = "a:not(.term), code, h1, h2, h3, h4, figure, details, th, script, .maths, .display, .highlight, .try-formula"


def test_the_first_use_of_a_term_leads_to_the_glossary(parsed):
    """On each page the first of its names in the text is a link to its entry, or bold, as it is explained there."""
    entries = {term["id"] for term in parsed["reference/glossary/"].select("dt")}
    assert entries == {*TERMS.values()}
    word = re.compile(rf"(?<![\w-])({'|'.join(sorted(TERMS, key=len, reverse=True))})s?(?![\w-])", re.IGNORECASE)
    found = 0
    for name in parsed.keys() - WITHOUT:
        article, seen = parsed[name].article, set()
        outside = outside_of(article, ASIDE)
        for text in article.find_all(string=word):
            for match in word.finditer(text):
                entry = TERMS[match[1].lower()]
                if entry not in seen and outside(text):
                    seen.add(entry)
                    tags = [parent.name for parent in text.parents]
                    assert text.parent["href"].endswith(f"glossary/#{entry}") if "a" in tags else "strong" in tags, (
                        name,
                        match[0],
                    )
        links = [link["href"] for link in article.select("a.term")]
        assert len(links) == len(set(links))
        found += len(links)
    assert found > 100


def test_every_figure_is_there_and_named(source, page):
    """As many figures as links to one; each picture has a name, a sentence that is not a file name."""
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
    anchors = {name: {tag["id"] for tag in soup.find_all(id=True)} for name, soup in parsed.items()}
    for name, soup in parsed.items():
        links = [tag["href"] for tag in soup.find_all(href=True)] + [url for url in loaded(soup) if url]
        for link in links:
            url, anchor = urldefrag(urljoin(BASE + name, link.replace(OWN, BASE)))
            if urlsplit(url).scheme or urlsplit(url).netloc:
                continue
            target = unquote(url).removeprefix(BASE)
            there = target in parsed or (built_site / target).is_file()
            if not there or (anchor and target in parsed and unquote(anchor) not in anchors[target]):
                dead.append(f"{name}: {link}")
    assert not dead


SLACK = 1.03  # what versions of zlib and the markup of another builder may add


def test_pages_are_light(source, built_site):
    """A page after the first is at most 60 kB over the wire, and at most 32 kB without its figures."""
    html = (built_site / address(source) / "index.html").read_text()
    without_figures = re.sub("<svg.*?</svg>", "", html, flags=re.DOTALL)
    assert len(gzip.compress(html.encode())) <= 60_000 * SLACK
    assert len(gzip.compress(without_figures.encode())) <= 32_000 * SLACK


def test_headings_nest(page):
    """One heading of the first level, and no level is left out on the way down."""
    levels = [int(tag.name[1]) for tag in page.select("article :is(h1, h2, h3, h4, h5, h6)")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_text_of_a_link_makes_sense_alone(page):
    """Read out without its sentence, a link names where it leads."""
    for link in page.select("article a[href]:not(.headerlink, .footnote-ref, .footnote-backref)"):
        name = link.get("aria-label") or link.get("title") or link.get_text(" ", strip=True)
        assert name.lower() not in {"", "here", "click here", "this", "this page", "link", "more", "read more", "code"}


def test_a_security_policy_stands_before_all_that_it_governs(parsed):
    """On every page it is the same, allows each inline script by its hash, and nothing from elsewhere."""
    policies = set()
    for name, soup in parsed.items():
        first = soup.head.select("meta, script, link, style")[1]
        assert first.get("http-equiv") == "Content-Security-Policy", name
        policies.add(first["content"])
        for script in soup.find_all("script", src=False, type=False):
            assert "http" not in str(script.attrs), f"{name}: a plugin has added a script of another host"
            digest = b64encode(sha256(script.string.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in first["content"], name
    (policy,) = policies
    assert "form-action 'none'" in policy
    assert not re.search(r"https?:|(?<!'wasm-)unsafe-eval|script-src[^;]*unsafe-inline|\*", policy)


def test_no_page_is_seen_before_it_has_its_colours(parsed):
    """On every page the same script, which a test runs in a browser, chooses them before there is a word to see."""
    found = set()
    for name, soup in parsed.items():
        (script,) = [tag for tag in soup.body.find_all("script", src=False) if "prefers-color-scheme" in tag.string]
        found.add(script.string)
        assert not script.find_previous("article"), name
        assert script.find_next("article"), name
    assert len(found) == 1


def test_a_link_to_a_page_shows_what_it_is(source, page, built_site):
    """Description, icon, and a picture of the size that is announced, at an absolute address."""
    description = page.find("meta", {"name": "description"})["content"]
    assert description == page.find("meta", property="og:description")["content"]
    assert 40 <= len(description) <= 220
    image = page.find("meta", property="og:image")["content"]
    assert image.startswith(OWN)
    assert imread(built_site / image.removeprefix(OWN)).shape[:2] == (630, 1200)
    assert ElementTree.parse(built_site / "assets/favicon.svg").getroot().tag.endswith("svg")


def test_the_page_for_errors_helps(parsed):
    """It says what has happened and leads home, from wherever it is shown."""
    page = parsed["404.html"]
    assert "no page at this address" in page.article.get_text()
    assert BASE in [urljoin(BASE, link["href"]) for link in page.select("article a[href]")]


def test_a_chapter_says_how_long_it_takes(parsed):
    """At most half an hour for a chapter; the home page and the reference say nothing."""
    minutes = {name: soup.select_one(".reading-time") for name, soup in parsed.items()}
    assert not any(tag for name, tag in minutes.items() if name.startswith("reference/") or name in ("", "404.html"))
    for name in parsed:
        if name.startswith(("lecture/", "learning/")):
            assert 1 <= int(minutes[name].get_text().split()[0]) <= 30


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
    words = built_site / "search" / "words.json"
    if words.is_file():
        return json.loads(words.read_text())["docs"]
    return json.loads((built_site / "search.json").read_text())["items"]  # of Zensical


def test_the_search_finds_the_words_of_the_lecture(index):
    """Ordinary words are found, captions and words beside formulas included."""
    texts = " ".join(section["title"] + " " + section["text"] for section in index)
    for words in ("hidden state", "Five copies of one network", "is the bias, three more numbers"):
        assert words in texts


def test_the_search_index_holds_formulas_as_text_alone(index):
    """No LaTeX, no glyphs and no MathML; code is searched, so dollars in R are not formulas."""
    assert any("hₜ = tanh(aₜ)" in section["text"] for section in index)
    for section in index:
        prose = re.sub(r"<code>.*?</code>", "", section["text"], flags=re.DOTALL)
        assert not re.search(r"mjx|\$|\\[a-z]{2,}|<math|<path|<svg", prose), section["location"]


def test_the_whole_site_is_free_of_paths_of_the_machine_that_built_it(built_site):
    """No page holds the name of the folder that it was built in."""
    root = str(Path(__file__).parents[1])
    assert not [
        path for path in built_site.rglob("*") if path.suffix in {".html", ".css", ".json"} and root in path.read_text()
    ]
