"""Slides for the lectures of the page for teachers: its plan, shown by figures, displays and code of the pages.

``slides.toml`` names what is shown; no word and no number of the slides is written for them. A slide is a section of
one page of HTML, which a browser shows full, scrolls from slide to slide, and prints one on a sheet.
"""

import re
import tomllib
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from urllib.parse import urldefrag
from xml.etree.ElementTree import Element

from rnn_notes import figures
from rnn_notes.web import figures as drawn
from rnn_notes.web.books.article import classes, text
from rnn_notes.web.books.outline import Chapter, Outline

PLAN = Path(__file__).with_name("slides.toml")
FOLDER = "slides"
TEACHERS = "reference/for-teachers.md"
LINE = re.compile(r"(?P<page>[\w/.-]+)#(?P<section>[\w-]+)(?P<shown>(?: [FDCLP]\d+)+)")
KINDS = {"F": "figure", "D": "display", "C": "block of code", "L": "list or table", "P": "paragraph"}
LECTURE = re.compile(r'<h3 id="lecture-(\d+)">.*?</h3>', re.DOTALL)
WRITTEN = re.compile(r'<p class="slides">.*?</p>')
PAGE = """<!doctype html>
<html lang="en" data-md-color-scheme="default">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="../assets/favicon.svg">
<link rel="stylesheet" href="../assets/mathjax.css">
<link rel="stylesheet" href="../assets/figures.css">
<link rel="stylesheet" href="../assets/code.css">
<link rel="stylesheet" href="../assets/slides.css">
<script defer src="../assets/slides.js"></script>
</head>
<body>
<main>
{slides}
</main>
</body>
</html>
"""


class PlanError(ValueError):
    """A line of ``slides.toml`` that names what is not there; the message names it."""


@dataclass(frozen=True)
class Step:
    """A row of the table of a lecture."""

    minutes: str
    what: str
    how: str


def path(number: int) -> str:
    """The file of the slides of a lecture, below the site."""
    return f"{FOLDER}/lecture-{number}.html"


def write(outline: Outline) -> None:
    """Write the slides of all lectures, and links to them on the page for teachers, if the site has this page.

    Raises PlanError if the plan does not fit the pages.
    """
    teachers = next((chapter for chapter in outline.chapters if chapter.source == TEACHERS), None)
    if teachers is None:
        return
    topics, lectures = plan(teachers)
    shown = tomllib.loads(PLAN.read_text(encoding="utf-8"))["lecture"]
    if len(shown) != len(lectures):
        raise PlanError(f"{PLAN} has {len(shown)} lectures, and {TEACHERS} has {len(lectures)}")
    (teachers.site / FOLDER).mkdir(exist_ok=True)
    for number, (topic, steps, lecture) in enumerate(zip(topics, lectures, shown, strict=True), start=1):
        page = _lecture(number, topic, steps, lecture["slides"], outline, teachers)
        (teachers.site / path(number)).write_text(page, encoding="utf-8")
    _link(teachers)


def plan(teachers: Chapter) -> tuple[list[str], list[list[Step]]]:
    """The topics of the lectures, and the rows of each, from the tables of the page for teachers."""
    sections = _sections(teachers)
    topics = [text(row[1]) for row in _rows(sections["four-lectures"])]
    lectures: list[list[Step]] = []
    while elements := sections.get(f"lecture-{len(lectures) + 1}"):
        lectures.append([Step(*(text(cell) for cell in row)) for row in _rows(elements)])
    return topics, lectures


def _rows(elements: list[Element]) -> list[Element]:
    """The rows of the first table among some elements, its head left out."""
    return [row for row in next(t for e in elements for t in e.iter("table")).iter("tr") if row[0].tag == "td"]


def _sections(chapter: Chapter) -> dict[str, list[Element]]:
    """The elements of a page by the address of their section, each section beginning with its heading."""
    found: dict[str, list[Element]] = {}
    elements: list[Element] = []
    for element in chapter.article.root:
        if re.fullmatch("h[1-6]", element.tag):
            elements = found[element.get("id", "")] = []
        elements.append(element)
    return found


def _lecture(
    number: int, topic: str, steps: list[Step], lines: list[list[str]], outline: Outline, teachers: Chapter
) -> str:
    """The page of a lecture: a title, and for each row of its table a slide with the row and those of the plan."""
    if len(lines) != len(steps):
        raise PlanError(f"{PLAN}: lecture {number} has {len(lines)} lists, and its table has {len(steps)} rows")
    title = f"Lecture {number}: {topic}"
    there = posix(teachers)
    slides = [f'<h1>{escape(title)}</h1><p><a href="{there}#lecture-{number}">The plan of the lecture</a></p>']
    for step, named in zip(steps, lines, strict=True):
        note = f'<details class="note"><summary>For the teacher</summary><p>{escape(step.how)}</p></details>'
        slides.append(f'<h2>{escape(step.what)}</h2><p class="minutes">{step.minutes} minutes</p>{note}')
        slides += [_slide(line, outline) for line in named]
    for name, times in Counter(re.findall(r'<(?:figure|div)\b[^>]* id="([^"]*)"', "".join(slides))).items():
        if times > 1:
            raise PlanError(f"{PLAN}: lecture {number} shows {name} twice")
    numbered = (
        f'<section class="slide" id="slide-{n}" tabindex="-1">{slide}<p class="count">{n} / {len(slides)}</p></section>'
        for n, slide in enumerate(slides, start=1)
    )
    return PAGE.format(title=escape(title), slides=figures.share_glyphs("\n".join(numbered)))


def _slide(line: str, outline: Outline) -> str:
    """The slide of a line of the plan: the heading of its section, as a link, and what is shown of it."""
    parts = LINE.fullmatch(line)
    if not parts:
        raise PlanError(f"{PLAN}: {line!r} is not a line such as lecture/memory.md#what-memory-means D1 F1")
    chapter = next((chapter for chapter in outline.chapters if chapter.source == parts["page"]), None)
    section = _sections(chapter).get(parts["section"]) if chapter else None
    if chapter is None or section is None:
        raise PlanError(f"{PLAN}: {line!r}: there is no such {'section' if chapter else 'page'}")
    heading, *elements = section
    by_kind = {letter: [e for e in elements if _is(letter, e)] for letter in KINDS}
    words = chapter.article.inner_html(heading)
    html = [f'<h2><a href="{posix(chapter)}#{parts["section"]}">{words}</a></h2>']
    for shown in parts["shown"].split():
        letter, n = shown[0], int(shown[1:])
        if not 0 < n <= len(by_kind[letter]):
            raise PlanError(f"{PLAN}: {line!r}: the section has {len(by_kind[letter])} of the kind {KINDS[letter]}")
        html.append(_shown(by_kind[letter][n - 1], chapter, outline))
    return "".join(html)


def _is(letter: str, element: Element) -> bool:
    kinds = classes(element)
    return {
        "F": element.tag == "figure",
        "D": "display" in kinds,
        "C": "highlight" in kinds,
        "L": element.tag in ("ul", "ol") or "scroll" in kinds,
        "P": element.tag == "p",
    }[letter]


def _shown(element: Element, chapter: Chapter, outline: Outline) -> str:
    """An element of a page with its links as they are from the slides; a figure is drawn whole."""
    element = deepcopy(element)
    element.tail = None
    addresses = _addresses(outline)
    for part in element.iter():
        if "href" in part.attrib:
            url, anchor = urldefrag(outline.link(chapter, part.attrib["href"]))
            there = addresses.get(url, url)
            part.set("href", f"{there}#{anchor}" if anchor else there)
    if element.tag != "figure":
        return chapter.article.html(element)
    name = element.get("id", "").removeprefix("figure-")
    caption = next(part for part in element if part.tag == "figcaption")
    picture = f'<div role="img" aria-labelledby="caption-{name}">{drawn.inline(name)}</div>'
    return f'<figure id="figure-{name}">{picture}{chapter.article.html(caption)}</figure>'


@lru_cache(maxsize=1)
def _addresses(outline: Outline) -> dict[str, str]:
    """The ways from the slides to the pages, by the published addresses of the pages."""
    return {outline.url + chapter.address: posix(chapter) for chapter in outline.chapters}


def posix(chapter: Chapter) -> str:
    """The way from the slides to a page."""
    file = chapter.file.relative_to(chapter.site).as_posix()
    return "../" + re.sub(r"(?:^|(?<=/))index\.html$", "", file)


def _link(teachers: Chapter) -> None:
    """Put a link to its slides below the heading of each lecture, once."""
    up = "../" * (len(teachers.file.relative_to(teachers.site).parts) - 1)
    page = WRITTEN.sub("", teachers.file.read_text(encoding="utf-8"))

    def with_link(heading: re.Match[str]) -> str:
        number = int(heading[1])
        return f'{heading[0]}<p class="slides"><a href="{up}{path(number)}">Slides of lecture {number}</a></p>'

    teachers.file.write_text(LECTURE.sub(with_link, page), encoding="utf-8")
