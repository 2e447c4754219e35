"""The book as an EPUB 3: a file per chapter, formulas as MathML, figures as files, the same bytes of the same source.

https://www.w3.org/TR/epub-33/
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from urllib.parse import urldefrag
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement

from rnn_notes import figures
from rnn_notes.web import edition
from rnn_notes.web import figures as drawn
from rnn_notes.web.books import whole
from rnn_notes.web.books.article import Article, classes
from rnn_notes.web.books.outline import LICENCE, ROOT, Outline
from rnn_notes.web.books.whole import ANSWERS, Section

STYLE = Path(__file__).with_name("epub.css")
OF_MATHJAX = re.compile(r' (?:data-[\w-]+|class)="[^"]*"')  # of an element of MathML
# MathML Core knows no variant but "normal" of a letter: https://www.w3.org/TR/mathml-core/
DOUBLE_STRUCK = re.compile(r'<mi mathvariant="double-struck">([CNPQRZ])</mi>')
LETTERS = dict(zip("CNPQRZ", "ℂℕℙℚℝℤ", strict=True))
MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><title>{title}</title><link rel="stylesheet" href="book.css"/></head>
<body>{body}</body>
</html>
"""
KINDS = {".xhtml": "application/xhtml+xml", ".css": "text/css", ".svg": "image/svg+xml"}
ACCESS = {  # https://www.w3.org/TR/epub-a11y-11/
    "accessMode": ("textual", "visual"),
    "accessModeSufficient": ("textual",),
    "accessibilityFeature": ("alternativeText", "MathML", "structuralNavigation", "tableOfContents"),
    "accessibilityHazard": ("none",),
    "accessibilitySummary": ("Formulas are MathML, and each figure has a description in words.",),
}


def write(outline: Outline, target: Path) -> None:
    """Write the book."""
    book = whole.read(outline)
    files = _files(outline, book)
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        _add(archive, "mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        _add(archive, "META-INF/container.xml", CONTAINER)
        _add(archive, "EPUB/package.opf", _package(outline, files))
        for name, content in files.items():
            _add(archive, f"EPUB/{name}", content)


def _add(archive: zipfile.ZipFile, name: str, content: str, how: int = zipfile.ZIP_DEFLATED) -> None:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type, info.external_attr = how, 0o644 << 16
    archive.writestr(info, content.encode("utf-8"))


def _files(outline: Outline, book: Mapping[str, list[Section]]) -> dict[str, str]:
    """The files of the book by their names, those that are read in their order."""
    sections = [section for part in book.values() for section in part]
    pages = {"title.xhtml": _Page(outline.title, _title(outline)), "nav.xhtml": _Page("Contents", _contents(book))}
    for section in sections:
        pages[f"{section.name}.xhtml"] = _Page(section.heading, _chapter(book, section), section)
    for section in sections:
        if section.answers:
            pages[f"{section.name}-answers.xhtml"] = _Page(f"{ANSWERS}: {section.heading}", _answers(section), section)
    places = {anchor: name for name, page in pages.items() for anchor in page.ids()}
    shown = {name: page.html(name, places) for name, page in pages.items()}
    shown["book.css"] = STYLE.read_text(encoding="utf-8")
    names = dict.fromkeys(name for section in sections for name in section.article.figures)
    for name in ["unrolled-with-activations", *names]:
        shown[f"figures/{name}.svg"] = figures.detached(drawn.inline(name))
    return shown


class _Page:
    """A file of the book: its title and the element that it shows."""

    def __init__(self, title: str, root: Element, section: Section | None = None) -> None:
        self.title, self.root, self.section = title, root, section

    def ids(self) -> set[str]:
        """The places in it that a link may lead to."""
        return {element.attrib["id"] for element in self.root.iter() if "id" in element.attrib}

    def html(self, name: str, places: Mapping[str, str]) -> str:
        """The file, given the file of each place."""
        root = deepcopy(self.root)
        for parent in root.iter():
            for element in list(parent):
                if "badge" in classes(element):
                    element.text = "✗" if "refuted" in classes(parent) else "✓"
            if parent.get("href", "").startswith("#"):
                anchor = urldefrag(parent.attrib["href"])[1]
                there = places[anchor]
                parent.set("href", f"#{anchor}" if there == name else f"{there}#{anchor}")
        article = self.section.article if self.section else Article("<article></article>")
        body = figures.light(article.html(root, mathml=True))
        body = MATH.sub(lambda math: OF_MATHJAX.sub("", math[0]), body)
        body = DOUBLE_STRUCK.sub(lambda letter: f"<mi>{LETTERS[letter[1]]}</mi>", body)
        return PAGE.format(title=escape(self.title), body=body)


def _element(tag: str, words: str = "", **attributes: str) -> Element:
    element = Element(tag, {name.rstrip("_"): value for name, value in attributes.items()})
    element.text = words
    return element


def _title(outline: Outline) -> Element:
    root = _element("section", class_="title-page")
    picture = {"src": "figures/unrolled-with-activations.svg", "alt": "A recurrent network over five time steps."}
    root.append(_element("h1", outline.chapters[0].title))
    root.append(_element("p", outline.description))
    SubElement(SubElement(root, "p"), "img", picture)
    root.append(_element("p", outline.edition))
    SubElement(SubElement(root, "p"), "a", {"href": outline.url}).text = outline.url
    root.append(_element("p", LICENCE))
    return root


def _contents(book: Mapping[str, list[Section]]) -> Element:
    root = Element("nav", {"epub:type": "toc", "role": "doc-toc"})
    root.append(_element("h1", "Contents"))
    parts = SubElement(root, "ol")

    def entry(parent: Element, words: str, anchor: str) -> Element:
        item = SubElement(parent, "li")
        item.append(_element("a", words, href=f"#{anchor}"))
        return item

    for n, (part, sections) in enumerate(book.items(), start=1):
        inside = SubElement(entry(parts, f"{n} {part}", sections[0].name), "ol")
        for section in sections:
            entry(inside, section.heading, section.name)
    answered = [section for sections in book.values() for section in sections if section.answers]
    inside = SubElement(entry(parts, ANSWERS, f"{answered[0].name}-answers"), "ol")
    for section in answered:
        entry(inside, section.heading, f"{section.name}-answers")
    return root


def _chapter(book: Mapping[str, list[Section]], section: Section) -> Element:
    root = Element("section", {"id": section.name, "epub:type": "chapter"})
    for n, (part, sections) in enumerate(book.items(), start=1):
        if section is sections[0]:
            root.append(_element("p", f"{n} {part}", class_="part"))
    root.append(_element("h1", section.heading))
    body = deepcopy(section.body)
    for figure in body.iter("figure"):
        _as_file(figure)
    root.append(body)
    return root


def _as_file(figure: Element) -> None:
    """Show a figure of the package from its file, in place of the picture in the page; its caption is its text."""
    name = figure.get("id", "").rpartition("--figure-")[2]
    caption = next(part for part in figure if part.tag == "figcaption")
    words = next("".join(part.itertext()) for part in caption if part.tag == "span")
    figure[:] = [_element("img", src=f"figures/{name}.svg", alt=words), caption]


def _answers(section: Section) -> Element:
    root = Element("section", {"id": f"{section.name}-answers"})
    heading = _element("h1")
    heading.append(_element("a", f"{ANSWERS}: {section.heading}", href=f"#{section.name}"))
    root.append(heading)
    root.extend(deepcopy(section.answers))
    for heading in root.iter("h3"):
        heading.tag = "h2"
    return root


def _package(outline: Outline, files: Mapping[str, str]) -> str:
    """What is in the book and in which order it is read."""

    def items() -> Iterator[str]:
        for name, content in files.items():
            found = [word for word in ("svg", "mathml") if f"<{word.replace('mathml', 'math')} " in content]
            kinds = (["nav"] if name == "nav.xhtml" else []) + (found if name.endswith(".xhtml") else [])
            properties = f' properties="{" ".join(kinds)}"' if kinds else ""
            kind = KINDS[name[name.rindex(".") :]]
            yield f'<item id="{_id(name)}" href="{name}" media-type="{kind}"{properties}/>'

    identifier = uuid5(NAMESPACE_URL, outline.url)
    modified = (edition.day(ROOT) or datetime.fromtimestamp(0, UTC)).strftime("%Y-%m-%dT00:00:00Z")
    access = [f'<meta property="schema:{n}">{value}</meta>' for n, values in ACCESS.items() for value in values]
    spine = [f'<itemref idref="{_id(name)}"/>' for name in files if name.endswith(".xhtml")]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="book" xml:lang="en">',
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">',
            f'<dc:identifier id="book">urn:uuid:{identifier}</dc:identifier>',
            f"<dc:title>{escape(outline.chapters[0].title)}</dc:title>",
            f"<dc:description>{escape(outline.description)}</dc:description>",
            f"<dc:source>{outline.url}</dc:source>",
            "<dc:creator>The authors of rnn_notes</dc:creator>",
            f"<dc:rights>{LICENCE}</dc:rights>",
            "<dc:language>en</dc:language>",
            f'<meta property="dcterms:modified">{modified}</meta>',
            *access,
            "</metadata>",
            "<manifest>",
            *items(),
            "</manifest>",
            "<spine>",
            *spine,
            "</spine>",
            "</package>",
        ]
    )


def _id(name: str) -> str:
    return re.sub(r"[^\w.-]", "-", name)
