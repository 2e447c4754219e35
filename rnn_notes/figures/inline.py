"""A figure as SVG: inline in a page, where it follows the theme; in a notebook; or alone in a file."""

import re
import sys
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from html import escape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from matplotlib.figure import Figure
from matplotlib.text import Text

from rnn_notes.figures import style
from rnn_notes.figures.compact import SVG, is_glyph, parse

COMFORTABLE, READABLE = 14, 8
"""Text is shown at 14 px where there is room, and never below 8 px: then the figure scrolls in its own box."""

MATPLOTLIB = {
    "#000000": "ink",
    "#ffffff": "paper",
    "#b0b0b0": "grid",
    "#cccccc": "grid",
    "#f2f2f2": "grid",
    "#e6e6e6": "grid",
    "#ececec": "grid",
    "#1f77b4": "h",
    "#ff7f0e": "c",
    "#2ca02c": "x",
    "#d62728": "grad",
    "#9467bd": "y",
}
"""The colours of Matplotlib's own style, for the plots of a notebook: C0 is h, C1 is c, and so on."""

CSS = style.CSS | {colour: style.CSS[style.COLOURS[name]] for colour, name in MATPLOTLIB.items()}


def svg(fig: Figure, prefix: str, crop: bool = False) -> str:
    """The figure as inline SVG on one line, its colours as CSS custom properties, its ids starting with prefix.

    Only its glyphs have the ids of their fonts, so that ``share_glyphs`` finds those that a page has already.
    It is as wide as its text wants, shrinks with the page, and has the same bytes whenever it is drawn.
    With crop, it is as large as what is drawn, not as its sheet.
    """
    root = parse(fig, crop)
    for element in root.iter():
        if css := element.get("style"):
            element.set("style", re.sub(r"#[0-9a-f]{6}\b", lambda m: CSS.get(m[0], m[0]), css))
    _share_styles(root, prefix)
    _rename_ids(root, prefix)
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    texts = [text for text in fig.findobj(Text) if isinstance(text, Text) and text.get_visible() and text.get_text()]
    smallest = min((float(text.get_fontsize()) for text in texts), default=COMFORTABLE)
    wide, narrow = width * max(1, COMFORTABLE / smallest), width * READABLE / smallest
    size = f"width:{wide:.0f}px;min-width:{narrow:.0f}px;max-width:100%;height:auto;aspect-ratio:{width:g}/{height:g}"
    root.set("style", f"{size};display:block;margin:0 auto;{_inherited()}")
    return ElementTree.tostring(root, encoding="unicode")


def standalone(fig: Figure) -> str:
    """The figure as an SVG file with the colours of the light theme on their paper."""
    root = parse(fig)
    _rename_ids(root, "figure")
    root.set("style", _inherited(style.COLOURS["ink"]))
    _on_paper(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


@lru_cache(maxsize=200)  # mkdocs serve asks again and again
def detached(inline: str) -> str:
    """An SVG file made of what ``svg`` has returned, with the colours of the light theme on their paper."""
    root = ElementTree.fromstring(light(inline))
    root.set("style", _inherited(style.COLOURS["ink"]))
    _on_paper(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def light(html: str) -> str:
    """What ``svg`` has returned, or a page of such, with the colours of the light theme in place of the page's."""
    for colour, css in sorted(CSS.items(), key=lambda item: -len(item[1])):
        html = html.replace(css, colour)
    return html


def share_glyphs(html: str) -> str:
    """A page whose figures share their letters: of the outlines of a glyph, all but the first are left out."""
    seen: set[str] = set()

    def once(glyph: re.Match[str]) -> str:
        new = glyph["id"] not in seen
        seen.add(glyph["id"])
        return glyph[0] if new else ""

    return re.sub(r'<path\b[^>]* id="(?P<id>glyph-[^"]*)"[^>]*?(?:/>|></path>)', once, html)


@dataclass(frozen=True)
class Picture:
    """What a notebook cell ends with to show a figure."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def show(fig: Figure, alt: str) -> Picture:
    """A figure for a notebook: it follows the theme of the site, and alt is its text for those who cannot see it.

    Without the site's CSS it is on light paper, so it can be read in any notebook program.
    Raises ValueError if alt is empty.
    """
    if not alt.strip():
        raise ValueError("alt is empty but a figure needs a text; pass a sentence that says what the figure shows")
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(fig)  # or the notebook shows it a second time, as an image
    prefix = f"figure-{sha256(alt.encode()).hexdigest()[:8]}"
    box = f"overflow-x:auto;background:var(--rnn-paper,{style.COLOURS['paper']})"
    return Picture(f'<div role="img" aria-label="{escape(alt)}" style="{box}">{svg(fig, prefix, crop=True)}</div>')


def _inherited(fill: str = style.CSS[style.COLOURS["ink"]]) -> str:
    """The properties that Matplotlib leaves to be inherited; it writes no fill for black."""
    return f"fill:{fill};stroke-linejoin:round;stroke-linecap:butt"


def _on_paper(root: Element) -> None:
    """Give a picture its size, and a sheet in the colour of the light theme."""
    left, top, width, height = root.attrib["viewBox"].split()
    root.attrib |= {"width": width, "height": height}
    sheet = {"x": left, "y": top, "width": width, "height": height, "rx": "8", "fill": style.COLOURS["paper"]}
    root.insert(0, Element(f"{SVG}rect", {k: v for k, v in sheet.items() if v != "0"}))


def _share_styles(root: Element, prefix: str) -> None:
    """Styles that occur more than once become classes: a surface has hundreds of facets and few colours."""
    count = Counter(e.attrib["style"] for e in root.iter() if "style" in e.attrib)
    shared = {css: f"s{n}" for n, css in enumerate(css for css, times in count.items() if times > 1)}
    for element in root.iter():
        if element.get("style") in shared:
            element.set("class", shared[element.attrib.pop("style")])
    root.set("class", prefix)
    SubElement(root, f"{SVG}style").text = "".join(f".{prefix} .{name}{{{css}}}" for css, name in shared.items())


def _rename_ids(root: Element, prefix: str) -> None:
    """Ids are numbered in the order of the picture, after the prefix, so that two on a page never collide."""
    named = [element for element in root.iter() if "id" in element.attrib]
    names = {e.attrib["id"]: f"glyph-{e.attrib['id']}" for e in named if is_glyph(e)}
    names |= {e.attrib["id"]: f"{prefix}-i{n}" for n, e in enumerate(e for e in named if not is_glyph(e))}
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, names[value])
            elif "#" in value:
                element.set(name, re.sub(r"(?<=url\(#)[\w-]+|(?<=^#)[\w-]+$", lambda m: names[m[0]], value))
