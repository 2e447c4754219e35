"""The slides show the plan of the page for teachers by what the pages have, and say nothing of their own."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from bs4 import BeautifulSoup

from rnn_notes.web.books import outline, slides
from rnn_notes.web.books.slides import PlanError

LECTURES = (1, 2, 3, 4)
TEACHERS = (slides.PLAN.parents[3] / "docs/reference/for-teachers.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shown(built_site):
    """The slides of each lecture, as soup."""
    texts = {number: (built_site / slides.path(number)).read_text(encoding="utf-8") for number in LECTURES}
    return {n: BeautifulSoup(GLYPHS.sub("", text), "html.parser").select(".slide") for n, text in texts.items()}


@pytest.mark.parametrize("number", LECTURES)
def test_each_row_of_a_lecture_has_its_slides(shown, number):
    """In the order of the table, each after a slide with its minutes and, folded, what the teacher does."""
    table = re.split(r"(?m)^### Lecture \d$", TEACHERS)[number].split("\n## ")[0]
    rows = re.findall(r"(?m)^\| (\d+) \| (.*?) \| (.*) \|$", table)
    dividers = [slide for slide in shown[number] if slide.select_one(".minutes")]
    assert [(s.select_one(".minutes").get_text(), s.h2.get_text()) for s in dividers] == [
        (f"{minutes} minutes", what) for minutes, what, _ in rows
    ]
    for slide, (_, _, how) in zip(dividers, rows, strict=True):
        words = re.sub(r"\]\([^)]*\)|\W", "", how)
        assert re.sub(r"\W", "", slide.select_one("details.note p").get_text()) == words
    assert len(shown[number]) > 2 * len(rows)


KINDS = (".tex", "figcaption", "pre", "li")
GLYPHS = re.compile(r"<(svg|mjx-math|mjx-assistive-mml)\b.*?</\1>", re.DOTALL)  # which take long to parse


@cache
def words_of(file):
    """The headings of a page by their addresses, and the words of its parts by their kinds."""
    page = BeautifulSoup(GLYPHS.sub("", file.read_text(encoding="utf-8")), "html.parser").article
    headings = {h["id"]: h.get_text().removesuffix("¶") for h in page.select("h2[id], h3[id]")}
    return headings, {kind: {re.sub("\\s", "", part.get_text()) for part in page.select(kind)} for kind in KINDS}


@pytest.mark.parametrize("number", LECTURES)
def test_what_a_slide_shows_is_on_the_page_that_it_leads_to(shown, number, built_site):
    """Its heading, its formulas with their verdicts, the words of its figures, its code."""
    for slide in shown[number]:
        if not slide.h2 or not slide.h2.a:
            continue
        link, anchor = urldefrag(slide.h2.a["href"])
        headings, there = words_of(built_site / link.removeprefix("../") / "index.html")
        assert headings[anchor] == slide.h2.get_text()
        for kind in KINDS:
            for part in slide.select(kind):
                assert re.sub("\\s", "", part.get_text()) in there[kind], (anchor, kind)
        assert slide.select(".display, figure, pre, ul, ol, table")
        assert all(display.select_one(".badge")["title"] for display in slide.select(".display"))


@pytest.mark.parametrize("number", LECTURES)
def test_the_slides_lead_somewhere_and_are_as_safe_as_the_pages(number, built_site):
    """Links and files exist, ids are unique, and the policy is that of all pages."""
    text = (built_site / slides.path(number)).read_text(encoding="utf-8")
    soup = BeautifulSoup(text, "html.parser")
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for tag in [*soup.select("[href]"), *soup.select("[src]")]:
        link = tag.get("href") or tag.get("src")
        url, anchor = urldefrag(urljoin(f"/{slides.path(number)}", link))
        if url.startswith("/"):
            target = built_site / url.removeprefix("/")
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), link
            assert not anchor or target.suffix != ".html" or f'id="{anchor}"' in target.read_text(encoding="utf-8"), (
                link
            )
        else:
            assert tag.name == "a" or tag.name == "use", link
    policy = r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">'
    assert re.search(policy, text)[1] == re.search(policy, (built_site / "index.html").read_text(encoding="utf-8"))[1]


def test_the_page_for_teachers_leads_to_the_slides_once(built_site):
    """Below the heading of each lecture."""
    page = (built_site / "reference/for-teachers/index.html").read_text(encoding="utf-8")
    links = re.findall(
        r'<h3 id="lecture-(\d)">.*?</h3><p class="slides"><a href="([^"]*)">Slides of lecture (\d)</a>', page
    )
    assert links == [(str(n), f"../../slides/lecture-{n}.html", str(n)) for n in LECTURES]
    assert page.count('<p class="slides">') == len(LECTURES)


PLAN = """
[[lecture]]
slides = [["a.md#section {shown}"]]
"""
PAGES = {
    "reference/for-teachers.md": (
        '<h2 id="four-lectures">Four</h2><table><tr><th></th><th></th></tr><tr><td>1</td><td>topic</td></tr></table>'
        '<h3 id="lecture-1">Lecture 1</h3>'
        "<table><tr><th></th></tr><tr><td>90</td><td>what</td><td>how</td></tr></table>"
    ),
    "a.md": '<h2 id="section">A section</h2><ul><li>one <a href="../a/#section">two</a></li></ul><ol><li>3</li></ol>',
}


@pytest.fixture
def notes(tmp_path):
    """A site of two pages."""
    chapters = []
    for source, html in PAGES.items():
        file = tmp_path / Path(source).with_suffix("") / "index.html"
        file.parent.mkdir(parents=True)
        file.write_text(f"<article>{html}</article>", encoding="utf-8")
        chapters.append(outline.Chapter(source, "Part", "1.1", file, tmp_path))
    return outline.Outline("T", "D", "https://example.org/", tuple(chapters))


def write(notes, plan, monkeypatch, tmp_path):
    """Write the slides of a plan of our own."""
    monkeypatch.setattr(slides, "PLAN", tmp_path / "plan.toml")
    slides.PLAN.write_text(plan, encoding="utf-8")
    slides.write(notes)
    return (tmp_path / slides.path(1)).read_text(encoding="utf-8")


def test_a_plan_becomes_slides(notes, monkeypatch, tmp_path):
    """A title, the row, the section; a link leads from the slides to the page."""
    page = write(notes, PLAN.format(shown="L2 L1"), monkeypatch, tmp_path)
    assert page.count('<section class="slide"') == 3
    assert '<ol><li>3</li></ol><ul><li>one <a href="../a/#section">two</a></li></ul>' in page
    assert '<h2><a href="../a/#section">A section</a></h2>' in page


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        (PLAN.format(shown="L3"), r"'a\.md#section L3': the section has 2 of the kind list or table"),
        (PLAN.format(shown="F0"), r"the section has 0 of the kind figure"),
        (PLAN.format(shown=""), r"is not a line such as lecture/memory\.md#what-memory-means D1 F1"),
        (PLAN.format(shown="L1").replace("#section", "#gone"), r"there is no such section"),
        (PLAN.format(shown="L1").replace("a.md", "b.md"), r"there is no such page"),
        (
            PLAN.format(shown="L1").replace('"]]', '"], []]'),
            r"lecture 1 has 2 lists, and its table has 1 rows",
        ),
        (PLAN.format(shown="L1") * 2, r"has 2 lectures, and reference/for-teachers\.md has 1"),
    ],
)
def test_a_plan_that_does_not_fit_the_pages_is_an_error(notes, monkeypatch, tmp_path, plan, fault):
    """It names the line and what there is."""
    with pytest.raises(PlanError, match=fault):
        write(notes, plan, monkeypatch, tmp_path)
