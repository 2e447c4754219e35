"""The reading list of the home page is made of the navigation and of the titles of the chapters."""

import re
from types import SimpleNamespace

import pytest
import yaml
from addresses import address
from bs4 import BeautifulSoup

from rnn_notes.pages import DOCS
from rnn_notes.web import reading_list
from rnn_notes.web.books.outline import CONFIGURATION

COURSE = ("Lecture", "Learning", "Uses", "Beyond")


@pytest.fixture
def md(tmp_path):
    """A Markdown as MkDocs makes it for a home page, with two chapters and another page."""
    pages = {
        "index.md": "# Home\n",
        "gates/one.md": '---\nlisted: ", the first"\n---\n\n# Title of one {#one}\n\n## A section\n',
        "gates/two.md": "```\n# A comment\n```\n\n# Title of two\n",
        "other/more.md": "# More\n",
    }
    for uri, text in pages.items():
        (tmp_path / uri).parent.mkdir(exist_ok=True)
        (tmp_path / uri).write_text(text, encoding="utf-8")
    files = [SimpleNamespace(src_uri=uri, url="", abs_src_path=str(tmp_path / uri)) for uri in pages]
    nav = ["index.md", {"Gates": ["gates/two.md", "gates/one.md"]}, {"Other": ["other/more.md"]}]
    config = SimpleNamespace(config_file_path=str(tmp_path / "mkdocs.yml"), nav=nav)
    found = SimpleNamespace(documentation_pages=lambda: files)
    relpath = SimpleNamespace(file=files[0], files=found, config=config)
    return SimpleNamespace(treeprocessors={"relpath": relpath}, preprocessors={})


def test_a_line_becomes_the_chapters_of_a_folder(md):
    """In the order of the navigation, each by its title, and with its words if it has any."""
    assert reading_list.expand(md, "<!-- chapters: gates -->") == [
        "1. [Title of two](gates/two.md)",
        "2. [Title of one](gates/one.md), the first",
    ]


def test_another_line_stays_as_it_is(md):
    """And so does this one where no builder tells the navigation."""
    assert reading_list.expand(md, "Some text.") == ["Some text."]
    line = "<!-- chapters: gates -->"
    assert reading_list.expand(SimpleNamespace(treeprocessors={}, preprocessors={}), line) == [line]


def test_a_folder_without_chapters_is_an_error(md):
    """It says what is looked for, and where."""
    with pytest.raises(ValueError, match=r"nav in mkdocs\.yml has no page of the folder 'gate'; name a folder of chap"):
        reading_list.expand(md, "<!-- chapters: gate -->")


def test_the_home_page_lists_every_chapter(built_site):
    """All pages of the four parts of the course, in the order of the navigation."""
    nav = yaml.safe_load(re.sub(r"!!\S+", "", CONFIGURATION.read_text(encoding="utf-8")))["nav"]
    chapters = [uri for entry in nav for part, uris in entry.items() if part in COURSE for uri in uris]
    home = BeautifulSoup((built_site / "index.html").read_text(encoding="utf-8"), "html.parser")
    listed = [item.a["href"] for item in home.select("article ol > li") if item.a]
    assert listed == [address(DOCS / uri) for uri in chapters if uri != "start-here.md"]
