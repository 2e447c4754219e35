"""The article of a built page as a tree, in which each picture and each formula is one element.

It is read from the page and not from its source, so all that the site's features have done is in it: numbers of
equations, verdicts, exercises made from data, docstrings, what the cells of notebooks have shown.
"""

import re
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement

ARTICLE = re.compile(r"<article\b[^>]*>(.*?)</article>", re.DOTALL)
OPAQUE = re.compile(r"<svg\b.*?</svg>|<mjx-container\b.*?</mjx-container>", re.DOTALL)
TEX = re.compile(r'<span class="tex"[^>]*>\$\$?(.*?)\$\$?</span>', re.DOTALL)
MATHML = re.compile(r"<math\b.*?</math>", re.DOTALL)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

# What only a page on the screen needs, and what this folder writes into pages once they have been read.
FURNITURE = {
    *("headerlink", "md-content__button", "reading-time", "page-actions", "copy", "live", "live-exercise"),
    *("download", "downloads", "slides", "try-formula", "md-button"),
}
SCREEN = {"script", "button", "style", "textarea", "select"}


@dataclass(frozen=True)
class Formula:
    """A typeset formula."""

    html: str  # as the page has it
    latex: str
    mathml: str
    display: bool


class Article:
    """What a reader reads of a page: ``root`` holds its elements, without the furniture of the screen.

    ``drawing`` and ``formula`` elements have a number ``n``, that of their entry in ``drawings`` (SVG) and
    ``formulas``.
    """

    def __init__(self, page: str) -> None:
        """Read it; raises ValueError if the page has no article."""
        found = ARTICLE.search(page)
        if not found:
            raise ValueError("this page has no <article>, in which the theme puts its text")
        self.drawings: list[str] = []
        self.formulas: list[Formula] = []
        reader = _Reader()
        reader.feed(OPAQUE.sub(self._aside, found[1]))
        reader.close()
        self.root = reader.root
        _tidy(self.root)

    @property
    def figures(self) -> list[str]:
        """The names of the figures of the package that it shows."""
        ids = [element.get("id", "") for element in self.root.iter("figure")]
        return [name.removeprefix("figure-") for name in ids if name.startswith("figure-")]

    def formula(self, element: Element) -> Formula:
        """That of a ``formula`` element."""
        return self.formulas[int(element.attrib["n"])]

    def html(self, element: Element, mathml: bool = False) -> str:
        """An element, with its tail, as HTML that is XML as well; formulas as the page has them, or as MathML."""
        if element.tag == "drawing":
            inside = self.drawings[int(element.attrib["n"])]
        elif element.tag == "formula":
            formula = self.formula(element)
            inside = formula.mathml if mathml else formula.html
        else:
            attributes = "".join(f' {name}="{escape(value)}"' for name, value in element.attrib.items())
            content = escape(element.text or "", quote=False) + "".join(self.html(child, mathml) for child in element)
            end = "/>" if element.tag in VOID else f">{content}</{element.tag}>"
            inside = f"<{element.tag}{attributes}{end}"
        return inside + escape(element.tail or "", quote=False)

    def inner_html(self, element: Element) -> str:
        """What is in an element, as HTML."""
        return escape(element.text or "", quote=False) + "".join(map(self.html, element))

    def _aside(self, found: re.Match[str]) -> str:
        if found[0].startswith("<svg"):
            self.drawings.append(found[0])
            return f'<drawing n="{len(self.drawings) - 1}"></drawing>'
        tex, mathml = TEX.search(found[0]), MATHML.search(found[0])
        if not tex or not mathml:
            raise ValueError(f"a formula of this page has no LaTeX or no MathML: {found[0][:200]}")
        display = 'display="true"' in found[0][: found[0].index(">")]
        self.formulas.append(Formula(found[0], unescape(tex[1]), mathml[0], display))
        return f'<formula n="{len(self.formulas) - 1}"></formula>'


class _Reader(HTMLParser):
    """Makes a tree of HTML; a tag that was never opened closes nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("article")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = SubElement(self.open[-1], tag, {name: value or "" for name, value in attrs})
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        at = next((n for n in range(len(self.open) - 1, 0, -1) if self.open[n].tag == tag), None)
        if at is not None:
            del self.open[at:]

    def handle_data(self, data: str) -> None:
        here = self.open[-1]
        if len(here):
            here[-1].tail = (here[-1].tail or "") + data
        else:
            here.text = (here.text or "") + data


def classes(element: Element) -> set[str]:
    """The classes of an element."""
    return {*element.get("class", "").split()}


def text(element: Element) -> str:
    """The text in an element, formulas left out."""
    return "".join(element.itertext())


def remove(parent: Element, child: Element) -> None:
    """Take an element away, but not the text after it."""
    at = list(parent).index(child)
    if child.tail and at:
        parent[at - 1].tail = (parent[at - 1].tail or "") + child.tail
    elif child.tail:
        parent.text = (parent.text or "") + child.tail
    parent.remove(child)


def _tidy(root: Element) -> None:
    """Take the furniture away; what a widget replaces is its picture."""
    for parent in list(root.iter()):
        parent.attrib.pop("data-live", None)
        for child in list(parent):
            if child.tag in SCREEN or FURNITURE & classes(child):
                remove(parent, child)
            elif child.tag.startswith("rnn-"):
                child.tag, child.attrib = "div", {}
