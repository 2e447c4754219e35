"""Figures: the paragraph ``![alt](figure:name)`` becomes the figure of that name, drawn or taken from the cache."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor

from rnn_notes import cache, figures
from rnn_notes.web import rendering, widgets
from rnn_notes.web.source import Source


class Figures(Treeprocessor):
    """Replaces the paragraph ``![alt](figure:name)`` by the figure of that name.

    With ``{ widget=rnn-sigmoid }`` after it, a widget takes the place of the picture once it is alive.
    """

    def __init__(self, md: Markdown, settings: dict[str, str]) -> None:
        super().__init__(md)
        self.source: Source = md.preprocessors["notes-source"]  # of rnn_notes.web.extension
        self.repo_url, self.assets = settings["repo_url"], settings["assets"]

    def run(self, root: Element) -> None:
        """Draw all figures of the page."""
        drawn: set[str] = set()
        for parent in list(root.iter()):
            for image in parent.findall("img"):
                scheme, _, name = image.get("src", "").partition(":")
                if scheme == "figure":
                    try:
                        if unknown := sorted(image.attrib.keys() - {"src", "alt", "widget"}):
                            raise ValueError(
                                f"figure {name} has {', '.join(unknown)}, which nothing reads; there is {{ widget=… }}"
                            )
                        alt = self.md.treeprocessors["unescape"].unescape(image.get("alt", ""))
                        html = self._html(name, alt, image.get("widget"), parent, drawn)
                    except ValueError as error:
                        raise self.source.error(f"figure:{name}", str(error)) from None
                    parent.remove(image)
                    parent.text = self.md.htmlStash.store(html)
                    drawn.add(name)

    def _html(self, name: str, alt: str, widget: str | None, parent: Element, drawn: set[str]) -> str:
        """The figure; its caption is the picture's accessible name as well, and is not read aloud a second time."""
        path, line = figures.source(name)
        if not alt.strip() or "\\(" in alt:
            raise ValueError(f"figure {name} needs a text in plain words: ![what it shows](figure:{name}), not {alt!r}")
        if parent.tag != "p" or len(parent) > 1 or (parent.text or "").strip() or (parent[0].tail or "").strip():
            raise ValueError(f"figure {name} is within a text; give it a paragraph of its own")
        if name in drawn:
            raise ValueError(f"figure {name} is on this page already; refer to it instead")
        svg = inline(name)
        caption = escape(alt.replace("'", "’"))
        assets = rendering.way(self.md, "assets") or self.assets
        picture = f'<div role="img" aria-labelledby="caption-{name}">{svg}</div>'
        return (
            f'<figure id="figure-{name}">{widgets.wrap(widget, picture, assets) if widget else picture}'
            f'<figcaption><span id="caption-{name}" aria-hidden="true">{caption}</span> '
            f'<a href="{self.repo_url}/blob/main/{path}#L{line}" aria-label="code of the figure {name}" '
            f"data-search-exclude>code</a></figcaption></figure>"
        )


def inline(name: str) -> str:
    """The figure of that name as inline SVG, taken from the cache if it has been drawn. Raises ValueError."""
    figures.source(name)  # raises if there is none
    drawer = figures.REGISTRY[name].__module__
    key = f"{cache.digest(drawer)} {cache.digest(figures.svg.__module__)} {name}"
    return cache.remember("figures", key, lambda: figures.svg(figures.draw(name), f"figure-{name}"))


def write(folder: Path, names: Iterable[str]) -> None:
    """Write figures as files of their own, for texts that only link to them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"{name}.svg").write_text(figures.detached(inline(name)), encoding="utf-8")


class ShareGlyphs(Postprocessor):
    """Keeps each letter of the figures once; a notebook's figures are among them."""

    def run(self, text: str) -> str:
        """The page, lighter."""
        return figures.share_glyphs(text)
