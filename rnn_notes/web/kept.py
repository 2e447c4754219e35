"""What ``mkdocs serve`` keeps from one build to the next: what came of pages that would come out the same.

The hooks forget this module, and so all that it keeps, after an edit of the package or of a configuration. It is the
one place that rests on what MkDocs notes of a page, mkdocstrings of its references, and the theme's search of sections.
"""

import logging
import re
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from mkdocs.utils import CountHandler

from rnn_notes import project
from rnn_notes.web import census, summary

OFFERED = re.compile(r"\A---\n.*?\n---$|^#+ [^\n]*|\\label\s*\{[^}]*\}", re.MULTILINE | re.DOTALL)
"""What one page may show of another: front matter, headings, labels, and by their order the numbers of equations."""

GATHERED = {census.LINE, summary.LINE}  # lines that show something of all pages

_around: list[Any] = []  # what pages were made with besides their own texts
_rendered: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {}  # by page: its text, what came of it, its links
_sections: dict[str, tuple[Any, list[Any]]] = {}  # by page: what the search has read, and what it has found there
_templates: dict[str, bytes] = {}  # the theme's as Python, by their names; Jinja compares what they were made of
_carried: dict[str, dict[str, Any]] = {}  # what mkdocstrings knows of pages that it has rendered


def begin(config: Any, files: Any) -> None:
    """Before the pages are rendered, forget what no longer holds; raises ProjectError on a pyproject.toml with a fault.

    Glossary, notation, docstrings and notebooks count as a whole: each word of theirs may change any page.
    """
    root = Path(config.config_file_path).parent
    notation = root / project.load(root, whole=False).notation
    around: list[Any] = [(file.src_uri, file.url) for file in files]
    for file in files.documentation_pages():
        text = Path(file.abs_src_path).read_text(encoding="utf-8", errors="replace")
        whole = file.src_uri == _glossary(config) or Path(file.abs_src_path) == notation or "\n::: " in text
        around.append(text if whole or not file.src_uri.endswith(".md") else OFFERED.findall(text))
    if around != _around:
        _around[:] = around
        _rendered.clear()
        _carried.clear()
    _carry("references", vars(config.plugins["autorefs"]))
    _carry("inventory", config.plugins["mkdocstrings"].handlers.inventory)
    _keep_sections(config.plugins["material/search"].search_index)


def _glossary(config: Any) -> str:
    return config.mdx_configs["rnn_notes.web.furniture"]["glossary"]


def _carry(name: str, known: dict[str, Any]) -> None:
    known.update(_carried.get(name, {}))
    _carried[name] = known


def render(page: Any, config: Any, files: Any) -> None:
    """Render a page as MkDocs does, or give it again what came of the same text, if that was no warning.

    What looks at the texts of all pages is always rendered: census and summary, and the glossary, which compares.
    """
    text, made, links = _rendered.get(page.file.src_uri, ("", {}, {}))
    gathers = page.file.src_uri == _glossary(config) or GATHERED & {*page.markdown.split("\n")}
    if made and text == page.markdown and not gathers:
        links = {files.get_file_from_path(uri): anchors for uri, anchors in links.items()}
        vars(page).update(made, links_to_anchors=links)
        return
    before, warnings, log = dict(vars(page)), CountHandler(), logging.getLogger("mkdocs")
    warnings.setLevel(logging.WARNING)
    log.addHandler(warnings)
    try:
        type(page).render(page, config, files)
    finally:
        log.removeHandler(warnings)
    made = {name: value for name, value in vars(page).items() if before.get(name) is not value}
    links = {file.src_uri: anchors for file, anchors in (made.pop("links_to_anchors", None) or {}).items()}
    _rendered[page.file.src_uri] = page.markdown, {} if warnings.counts else made, links


class Templates(BytecodeCache):
    """Keeps templates as Python from one environment of Jinja, which MkDocs makes for each build, to the next."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give it again what came of the same template."""
        if bucket.key in _templates:
            bucket.bytecode_from_string(_templates[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what has come of a template."""
        _templates[bucket.key] = bucket.bytecode_to_string()


def _keep_sections(index: Any) -> None:
    """Have the theme's search read a page only if it is another than in the last build."""
    read = index.add_entry_from_context

    def add(page: Any) -> None:
        seen = page.title, page.content
        before, found = _sections.get(page.url, ((), []))
        if before == seen:
            index.entries += found
            return
        first = len(index.entries)
        read(page)
        _sections[page.url] = seen, index.entries[first:]

    index.add_entry_from_context = add
