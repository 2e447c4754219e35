"""The PDF and the EPUB: whole, in order, with links that lead somewhere; the home page offers what is there."""

import os
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from bs4 import BeautifulSoup

from rnn_notes import pages
from rnn_notes.web.books import downloads, epub, outline, pdf, whole

ROOT = Path(__file__).parents[1]
XHTML, MATHML = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/1998/Math/MathML}"
OPF = "{http://www.idpf.org/2007/opf}"


@pytest.fixture(scope="module")
def notes(built_site):
    """The outline of the built site."""
    return outline.read(built_site)


@pytest.fixture(scope="module")
def book(notes):
    """The chapters of the book by their parts."""
    return whole.read(notes)


@pytest.fixture(scope="module")
def sections(book):
    """The chapters of the book in their order."""
    return [section for part in book.values() for section in part]


def test_the_chapters_are_the_pages_of_the_navigation_with_their_numbers(book, sections):
    """Parts and chapters count from 1, in reading order; equations have the number of their part."""
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    listed = {part: sources for entry in nav for part, sources in entry.items() if isinstance(sources, list)}
    assert {part: [s.chapter.source for s in chapters] for part, chapters in book.items()} == listed
    numbers = [s.chapter.number for s in sections]
    assert numbers == [f"{n}.{m}" for n, part in enumerate(listed.values(), 1) for m in range(1, len(part) + 1)]
    for section in sections:
        for link in section.body.iter("a"):
            if "number" in link.get("class", ""):
                assert link.text.strip("()").partition(".")[0] == section.chapter.number.partition(".")[0]


def test_all_that_a_page_says_is_in_the_book(sections):
    """Each formula, figure and block of code, what is folded away among the answers."""
    for section in sections:
        trees = [section.body, *section.answers]
        for tag in ("formula", "figure", "pre", "table"):
            there = sum(len(list(tree.iter(tag))) for tree in trees)
            assert there == len(list(section.article.root.iter(tag))), (section.name, tag)
        assert not any(list(tree.iter("details")) for tree in trees)
        folded = [d for d in section.article.root.iter("details") if d.get("class") not in ("right", "wrong")]
        questions = [d for d in section.article.root.iter("div") if d.get("class") == "self-check"]
        assert len(section.answers) == len(folded) + len(questions)


@pytest.fixture(scope="module")
def printed(notes, book):
    """The page that Chromium prints, with a page number for every place."""
    numbers = {section.name: n for n, section in enumerate((s for part in book.values() for s in part), start=7)}
    html = pdf.html(notes, book, numbers)
    return BeautifulSoup(re.sub(r"<(svg|mjx-container)\b.*?</\1>", "", html, flags=re.DOTALL), "html.parser")


def test_every_link_of_the_printed_page_leads_somewhere(printed):
    """To a place in the book, which is there once, or to a whole address."""
    ids = [tag["id"] for tag in printed.find_all(id=True)]
    assert len(ids) == len(set(ids))
    within = 0
    for link in printed.select("a[href]"):
        if link["href"].startswith("#"):
            assert link["href"][1:] in set(ids), link
            within += 1
        else:
            assert re.match(r"https?://", link["href"]), link
    assert within > 1000
    assert not printed.select("[src], link, script, button")


def test_the_contents_have_all_chapters_and_their_page_numbers(printed, sections):
    """In order, then the answers."""
    lines = [[span.get_text() for span in link.select("span")] for link in printed.select(".contents a")]
    assert lines[:-1] == [[s.heading, str(n)] for n, s in enumerate(sections, start=7)]
    assert lines[-1][0] == whole.ANSWERS


def test_an_answer_leads_back_to_where_it_is_asked(printed):
    """And is named after its exercise."""
    places = {tag["id"]: tag for tag in printed.find_all(id=True)}
    for link in printed.select(".folded a"):
        assert places[link["href"][1:]].a["href"] == f"#{link['id']}"
    names = {heading.get_text() for heading in printed.select(".answer h3")}
    assert {"Exercise 1: Solution", "Question 3", "1 ★ The output: A first hint"} <= names


def test_the_pages_of_a_pdf_are_found_in_its_tree():
    """Those of more than one level as well, and places whose names have signs."""
    text = b"""
1 0 obj
<</Type /Pages
/Count 3
/Kids [2 0 R 5 0 R]>>
endobj
2 0 obj
<</Type /Pages
/Parent 1 0 R
/Count 2
/Kids [3 0 R 4 0 R]>>
endobj
9 0 obj
<</lecture-memory [3 0 R /XYZ 6 826.1 0]
/lecture-memory--a#20b [4 0 R /XYZ 6 826.1 0]
/x [5 0 R /XYZ 6 826.1 0]>>
endobj
"""
    assert pdf.pages(text) == {"lecture-memory": 1, "lecture-memory--a b": 2, "x": 3}


def test_chromium_prints_a_book_whose_contents_are_right(notes, tmp_path):
    """A book of two chapters: pages, links, an outline, and in the contents the page that a chapter begins on."""
    try:
        pdf.browser()
    except pdf.BrowserError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    short = [c for c in notes.chapters if c.source in ("index.md", "lecture/memory.md", "reference/errata.md")]
    target = tmp_path / "book.pdf"
    numbers = pdf.write(replace(notes, chapters=short), target)
    found = pdf.pages(target.read_bytes())
    assert found == numbers  # those that its contents were printed with
    assert found["lecture-memory"] == 3
    assert found["lecture-memory"] < found["reference-errata"] < found["answers"]
    assert target.read_bytes().count(b"/Subtype /Link") > 20
    assert b"/Type /Outlines" in target.read_bytes()


def test_without_chromium_it_says_what_to_install(monkeypatch):
    """In a sentence."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(pdf.BrowserError, match="which is not installed; install the package chromium"):
        pdf.browser()


@pytest.fixture(scope="module")
def archive(notes, tmp_path_factory):
    """The EPUB."""
    target = tmp_path_factory.mktemp("epub") / "book.epub"
    epub.write(notes, target)
    with zipfile.ZipFile(target) as opened:
        yield opened


def test_an_epub_begins_with_its_kind_and_lists_its_files(archive):
    """Each once, with what is in it; each page in the order of reading."""
    first = archive.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert archive.read("mimetype") == b"application/epub+zip"
    package = ElementTree.fromstring(archive.read("EPUB/package.opf"))
    items = {item.get("href"): item.attrib for item in package.iter(f"{OPF}item")}
    files = {name.removeprefix("EPUB/") for name in archive.namelist() if name.startswith("EPUB/")}
    assert {*items} == files - {"package.opf"}
    assert len({item["id"] for item in items.values()}) == len(items)
    spine = [ref.get("idref") for ref in package.iter(f"{OPF}itemref")]
    assert spine == [item["id"] for name, item in items.items() if name.endswith(".xhtml")]
    for name, item in items.items():
        text = archive.read(f"EPUB/{name}").decode()
        if name.endswith(".xhtml"):
            assert ("mathml" in item.get("properties", "")) is ("<math " in text), name


def test_every_file_of_an_epub_is_xml_and_its_links_lead_somewhere(archive, sections):
    """All formulas are MathML, all figures files with words, and nothing comes from elsewhere."""
    pages_of = {
        name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xhtml")
    }
    ids = {name: [e.get("id") for e in root.iter() if e.get("id")] for name, root in pages_of.items()}
    assert all(len(found) == len(set(found)) for found in ids.values())
    for name, root in pages_of.items():
        for element in root.iter():
            for link in filter(None, (element.get("href"), element.get("src"))):
                url, _, anchor = link.partition("#")
                if re.match(r"https?://", link):
                    assert element.tag == f"{XHTML}a"
                    continue
                target = f"EPUB/{url}" if url else name
                assert target in archive.namelist(), link
                assert not anchor or anchor in ids[target], link
            assert element.tag != f"{XHTML}img" or len(element.get("alt").split()) > 2
    formulas = sum(len(list(root.iter(f"{MATHML}math"))) for root in pages_of.values())
    assert formulas == sum(len(section.article.formulas) for section in sections)


def test_an_e_reader_can_lay_out_the_formulas(archive):
    """No letter has a variant that MathML Core lacks, and no style sheet takes a formula's own display from it."""
    text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xhtml"))
    assert "<mi>ℝ</mi>" in text
    assert set(re.findall(r'mathvariant="([^"]*)"', text)) == {"normal"}
    assert not re.search(r"math[^{}]*\{[^}]*display:", archive.read("EPUB/book.css").decode())


def test_an_epub_has_a_place_for_every_answer(archive, sections):
    """In a file of its own behind all chapters, so that nobody reads it by accident."""
    names = [name for name in archive.namelist() if name.endswith("-answers.xhtml")]
    assert len(names) == sum(bool(section.answers) for section in sections)
    assert archive.namelist().index(names[0]) > archive.namelist().index("EPUB/reference-errata.xhtml")


@pytest.fixture
def home(tmp_path):
    """A site with the home page of the notes, before anything is offered."""
    text = (pages.DOCS / "index.md").read_text(encoding="utf-8")
    assert text.count('<div class="downloads"></div>') == 1
    (tmp_path / "index.html").write_text('<p>Text</p>\n<div class="downloads"></div>\n', encoding="utf-8")
    (tmp_path / downloads.FOLDER).mkdir()
    return tmp_path


def test_the_home_page_offers_what_is_there(home):
    """With its size, and again after it was made anew; nothing else."""
    downloads.offer(home)
    assert "<a" not in (home / "index.html").read_text()
    (home / "downloads/rnn_notes.pdf").write_bytes(bytes(11_460_000))
    (home / "downloads/rnn_notes.zip").write_bytes(bytes(2_340_000))
    for _ in range(2):
        downloads.offer(home)
        assert re.sub("<[^>]*>", "", (home / "index.html").read_text()).strip().split("\n")[-1] == (
            "Take all of it with you: one PDF (11\u00a0MB) "
            "or the site for reading offline, in one archive (2.3\u00a0MB)."
        )
    links = re.findall(r'href="([^"]*)"', (home / "index.html").read_text())
    assert links == ["downloads/rnn_notes.pdf", "downloads/rnn_notes.zip"]
    assert all((home / link).is_file() for link in links)


def test_a_home_page_without_a_place_is_an_error(home):
    """It says where the place should be."""
    (home / "index.html").write_text("<p>Text</p>", encoding="utf-8")
    with pytest.raises(downloads.NoPlaceError, match=r"which docs/index\.md should have"):
        downloads.offer(home)


def test_the_home_page_of_a_built_site_has_a_place_and_no_dead_link(built_site):
    """A build alone makes no books."""
    page = (built_site / "index.html").read_text(encoding="utf-8")
    assert '<div class="downloads"></div>' in page
