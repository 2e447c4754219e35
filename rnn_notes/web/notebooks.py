"""Notebooks, turned into Markdown once they have run, so that a notebook's page is made like every other page.

mkdocs-jupyter runs a notebook and renders it with a style sheet and scripts of its own;
of that only the outputs of the code cells are kept.
"""

import json
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from jupyter_client.manager import KernelManager

from rnn_notes import cache
from rnn_notes.pages import PageError
from rnn_notes.web import widgets


def prepare(settings: dict[str, Any]) -> None:
    """Let mkdocs-jupyter, whose settings these are, run a notebook again after an edit of what it imports."""
    modules = ("rnn_notes", "rnn_notes.figures.inline", "rnn_notes.figures.surface")
    digest = "".join(cache.digest(module) for module in modules)
    settings["cache_dir"] = f"{cache.FOLDER}/notebooks/{sha256(digest.encode()).hexdigest()[:16]}"
    KernelManager.transport_encryption.default_value = "auto"  # without it, each kernel prints a warning


def markdown(path: Path, rendered: str, assets: str = "../../assets") -> str:
    """The notebook as Markdown: its text as it is, its code as fences, each followed by its outputs as HTML.

    ``rendered`` is the HTML that mkdocs-jupyter made of the notebook after running it.
    A cell whose metadata name a ``widget`` shows that interactive piece in the place of its last output;
    ``assets`` is the way from the page to docs/assets/, for the scripts of the piece.
    Raises PageError if a cell prints a warning.
    """
    text = path.read_text(encoding="utf-8")
    ran = {tag["id"]: tag for tag in BeautifulSoup(rendered, "html.parser").select(".jp-CodeCell[id]")}
    parts = []
    for cell in json.loads(text)["cells"]:
        parts.append("".join(cell["source"]))
        if cell["cell_type"] == "code":
            line = text[: text.index(json.dumps(cell["id"]))].count("\n") + 1
            outputs = ran[f"cell-id={cell['id']}"].select(".jp-OutputArea-output")
            parts[-1] = f"```python\n{parts[-1]}\n```"
            shown = [_output(tag, path, line) for tag in outputs]
            if widget := cell["metadata"].get("widget"):
                shown[-1] = widgets.wrap(widget, shown[-1], assets)
            parts += [f'<div class="output">{html}</div>' for html in shown]
    parts.insert(1, f'<p class="download"><a href="{escape(path.name)}" download>Download this notebook</a></p>')
    return "\n\n".join(parts)


def _output(tag: Tag, path: Path, line: int) -> str:
    if tag.get("data-mime-type") == "application/vnd.jupyter.stderr":
        raise PageError(path, line, f"this cell prints while it runs: {tag.get_text().strip()}")
    return tag.decode_contents().strip()
