"""The notes as one book: numbered chapters whose links lead to each other, and what is folded away at its end.

It is a tree that the PDF and the EPUB are written from. Each id begins with the name of its chapter, and each link
within the book is ``#`` and an id; all others are whole addresses.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from urllib.parse import urldefrag
from xml.etree.ElementTree import Element, SubElement

from rnn_notes.web.books.article import Article, classes, text
from rnn_notes.web.books.markdown import LETTERS
from rnn_notes.web.books.outline import Chapter, Outline

ANSWERS = "Hints, answers and solutions"  # what the site folds away
NUMBERED = re.compile(r"(\d+)\.")
REFERENCES = ("aria-labelledby", "aria-describedby", "for")

Places = dict[str, tuple[str, set[str]]]  # address of a chapter -> its prefix and the ids in it


@dataclass
class Section:
    """A chapter of the book."""

    chapter: Chapter
    body: Element  # its text, below its heading
    answers: list[Element] = field(default_factory=list)  # what is folded away on the page, each with a heading

    @property
    def name(self) -> str:
        """What its ids begin with: "lecture-sigmoid"."""
        return prefix(self.chapter)

    @property
    def article(self) -> Article:
        """Where its drawings and formulas are."""
        return self.chapter.article

    @property
    def heading(self) -> str:
        """Number and title."""
        return f"{self.chapter.number} {self.chapter.title}"


def prefix(chapter: Chapter) -> str:
    """What the ids of a chapter begin with."""
    return chapter.source.rpartition(".")[0].replace("/", "-")


def read(outline: Outline) -> dict[str, list[Section]]:
    """The chapters by their parts; what is alone in the navigation is the cover of the site, and not a chapter."""
    numbered = [chapter for chapter in outline.chapters if chapter.number]
    ids = {chapter.address: (prefix(chapter), _ids(chapter)) for chapter in numbered}
    found: dict[str, list[Section]] = {}
    for chapter in numbered:
        found.setdefault(chapter.part, []).append(_section(outline, chapter, ids))
    return found


def _section(outline: Outline, chapter: Chapter, ids: Places) -> Section:
    body = deepcopy(chapter.article.root)
    body.tag, body.attrib = "div", {"class": "chapter-body"}
    for heading in body.findall("h1"):
        body.remove(heading)
    section = Section(chapter, body)
    _unfold(section, body, _Place())
    for tree in (body, *section.answers):
        for element in tree.iter():
            _rename(element, section.name)
            if "href" in element.attrib and "new" not in element.attrib:
                element.set("href", _link(outline, chapter, element.attrib["href"], ids))
            element.attrib.pop("new", None)
            if element.tag == "img":
                element.set("src", outline.link(chapter, element.get("src", "")))
    return section


@dataclass
class _Place:
    """Where one is on a page: what a folded text belongs to."""

    name: str = ""
    questions: int = 0
    answers: int = 0


def _unfold(section: Section, parent: Element, place: _Place) -> None:
    """Move what is folded away to the answers, and put links in its place, those that follow each other in one line."""
    links: Element | None = None
    for element in list(parent):
        if element.tag == "details":
            title = f"{place.name}: {text(element[0]).strip()}" if place.name else text(element[0]).strip()
            if links is None:
                links = Element("p", {"class": "folded"})
                links.tail = "\n"
                parent.insert(list(parent).index(element), links)
            else:
                links[-1].tail = " · "
            _answer(section, place, links, text(element[0]).strip(), title, list(element)[1:])
            parent.remove(element)
            continue
        links = None
        if "self-check" in classes(element):
            _question(section, element, place)
            continue
        if re.fullmatch("h[1-6]", element.tag):
            place.name = text(element).strip()
        elif number := NUMBERED.fullmatch(_bold_start(element)):
            place.name = f"Exercise {number[1]}"
        if element.tag in ("div", "ul", "ol", "li", "blockquote"):
            _unfold(section, element, place)


def _bold_start(element: Element) -> str:
    """The bold words that a paragraph begins with."""
    begins = element.tag == "p" and len(element) and element[0].tag == "strong" and not (element.text or "").strip()
    return text(element[0]) if begins else ""


def _answer(section: Section, place: _Place, links: Element, words: str, title: str, inside: list[Element]) -> None:
    """Put a folded text after the others, with a link there and one back."""
    place.answers += 1
    there, here = f"answer-{place.answers}", f"asked-{place.answers}"
    link = SubElement(links, "a", {"href": f"#{section.name}--{there}", "id": here, "new": ""})
    link.text = words
    answer = Element("div", {"class": "answer"})
    heading = SubElement(answer, "h3", {"id": there})
    back = SubElement(heading, "a", {"href": f"#{section.name}--{here}", "new": ""})
    back.text = title
    answer.extend(inside)
    section.answers.append(answer)


def _question(section: Section, element: Element, place: _Place) -> None:
    """Leave a question and its answers as a list, and move their reasons."""
    question, *choices = element
    place.questions += 1
    reasons = Element("ol", {"type": "a", "class": "reasons"})
    listed = Element("ol", {"type": "a"})
    for choice in choices:
        item = SubElement(listed, "li")
        summary = choice[0]
        item.text, item[:] = summary.text, list(summary)
        SubElement(reasons, "li").extend(list(choice)[1:])
    element.attrib = {"class": "self-check"}
    element[:] = [question, listed]
    question.attrib = {"class": "question"}
    links = SubElement(element, "p", {"class": "folded"})
    assert len(choices) <= len(LETTERS)
    _answer(section, place, links, "Answers", f"Question {place.questions}", [reasons])


def _rename(element: Element, name: str) -> None:
    """Put the name of the chapter before an id, and before those that an element refers to."""
    if "id" in element.attrib:
        element.set("id", f"{name}--{element.attrib['id']}")
    for attribute in REFERENCES:
        if attribute in element.attrib:
            element.set(attribute, " ".join(f"{name}--{part}" for part in element.attrib[attribute].split()))


def _link(outline: Outline, chapter: Chapter, href: str, ids: Places) -> str:
    """Where a link of a page leads in the book, or its whole address."""
    url, anchor = urldefrag(outline.link(chapter, href))
    place = ids.get(url.removeprefix(outline.url)) if url.startswith(outline.url) else None
    if place is None:
        return f"{url}#{anchor}" if anchor else url
    name, known = place
    return f"#{name}--{anchor}" if anchor in known else f"#{name}"


def _ids(chapter: Chapter) -> set[str]:
    return {element.attrib["id"] for element in _parts(chapter.article.root) if "id" in element.attrib}


def _parts(root: Element) -> Iterator[Element]:
    """The elements of a page but its title, whose address is that of the chapter."""
    titles = {id(heading) for heading in root.iter("h1")}
    return (element for element in root.iter() if id(element) not in titles)
