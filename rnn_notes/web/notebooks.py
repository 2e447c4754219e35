"""Notebooks, turned into Markdown with what their cells show when they run: then a notebook is a page like any other.

Only the file is read here; ``execution.py`` runs it, ``outputs.py`` makes HTML of what its cells show.
"""

import re
from html import escape
from pathlib import Path
from typing import Any

from rnn_notes import ipynb, pages
from rnn_notes.ipynb import Cell
from rnn_notes.pages import PageError
from rnn_notes.web import execution, outputs, widgets

HIDING_LINE = re.compile(  # of Quarto and Colab
    r"^#\s*\|\s*(?:echo|include|output|eval)\s*:\s*(?:false|no|off)\b|^#\s*@title.*display-mode:\s*\"form\"",
    re.MULTILINE | re.IGNORECASE,
)
SHOWN_OTHERWISE = re.compile(r"\S[^\n]*\t|[\x00-\x08\x0e-\x1f]")  # Markdown makes spaces of tabs, and drops the others
HIDING = re.compile(r"hid|remove|skip|no[_-]?(in|out)put|exclude", re.IGNORECASE)


PROGRAMS = ("jupyter", "nbsphinx", "collapsed", "cellView")  # whose names do not say it
DOWNLOAD = "but everybody can download the notebook with all of its cells"


def markdown(path: Path, assets: str = "../../assets") -> str:
    """The notebook as Markdown: its text as it is, its code as fences, each followed by its outputs as HTML.

    A cell whose metadata name a ``widget`` shows that widget in the place of its last output;
    ``assets`` is the way from the page to docs/assets/, for the scripts of the widget.
    Raises PageError at the line of a cell that fails, that hides something or whose outputs a page cannot show.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        cells, language, metadata = ipynb.cells(text), ipynb.language(text), ipynb.metadata(text)
    except ipynb.NotebookError as error:
        raise PageError(path, error.line, str(error)) from None
    if hidden := _hidden(metadata, ""):
        raise PageError(path, 1, f"this notebook hides its cells ({hidden}), {DOWNLOAD}; take that away")
    for cell in cells:
        _admit(path, cell)
        if cell.kind == "code" and language not in ("python", "ipython"):
            raise PageError(
                path, cell.line, f"the code is in {language}, and only Python runs here; show it as a fence"
            )
    code = [cell for cell in cells if cell.kind == "code"]
    try:
        shown = dict(zip(map(id, code), execution.outputs(path, code), strict=True))
    except execution.CellError as error:
        raise PageError(path, code[error.number].line, str(error)) from None
    parts = [""]  # a first line that is empty, or MkDocs takes what looks like front matter out of the first cell
    for cell in cells:
        parts.append(_fence(cell.source) if cell.kind == "code" else cell.source)
        parts += _outputs(path, cell, shown.get(id(cell), []), assets)
    parts.insert(2, f'<p class="download"><a href="{escape(path.name)}" download>Download this notebook</a></p>')
    return "\n\n".join(parts)


def _admit(path: Path, cell: Cell) -> None:
    """Raise PageError for a cell that the page would show otherwise than Jupyter does."""
    if hidden := _hidden(cell.metadata, cell.source):
        way_out = "take the cell or its tag away"
        raise PageError(path, cell.line, f"this cell is hidden ({hidden}), {DOWNLOAD}; {way_out}")
    if cell.kind == "code" and SHOWN_OTHERWISE.search(cell.source):
        way_out = "write \\t or \\x00 in a text, and spaces elsewhere"
        raise PageError(path, cell.line, f"a tab or another invisible character would not be shown as it is; {way_out}")
    if cell.kind == "raw":
        raise PageError(path, cell.line, "a raw cell is not text of a page; make it a cell of Markdown or code")
    if cell.kind not in ("markdown", "code"):
        raise PageError(path, cell.line, f"{cell.kind!r} is not a kind of cell; make it a cell of Markdown or code")
    if cell.attachments or (cell.kind == "markdown" and re.search(r"\]\(\s*<?attachment:", cell.source)):
        raise PageError(
            path, cell.line, "a picture is pasted into this cell; put it beside the notebook, and link to it"
        )
    if cell.kind == "markdown":
        pages.scan(path, iter(cell.lines))  # what begins in a cell ends in it


def _hidden(metadata: dict[str, Any], source: str) -> str:
    """What hides cells or parts of them in one of the programs that show notebooks, "" if nothing does."""
    tags = metadata.get("tags", [])
    marks = [str(tag) for tag in (tags if isinstance(tags, list) else [tags]) if HIDING.search(str(tag))]
    for name, value in metadata.items():
        inside = value.items() if isinstance(value, dict) else {name: value}.items()
        hides = any(each and (name in PROGRAMS or HIDING.search(str(key))) for key, each in inside)
        if hides and name != "tags":
            marks.append(str(name))
    marks += re.findall(HIDING_LINE, source)
    return ", ".join(marks)


def _fence(code: str) -> str:
    """The code as a fence that is longer than any within it."""
    ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"{ticks}python\n{code.rstrip()}\n{ticks}"


def _outputs(path: Path, cell: Cell, found: execution.Outputs, assets: str) -> list[str]:
    try:
        shown = [outputs.html(output) for output in found]
    except outputs.OutputError as error:
        raise PageError(path, cell.line, str(error)) from None
    if widget := cell.metadata.get("widget"):
        if not shown:
            raise PageError(
                path, cell.line, f"the widget {widget} takes the place of an output, and this cell shows none"
            )
        try:
            shown[-1] = widgets.wrap(widget, shown[-1], assets)
        except ValueError as error:
            raise PageError(path, cell.line, str(error)) from None
    return [f'<div class="output">{html}</div>' for html in shown]
