"""Each chapter with Python code as a notebook: its text, its code as cells, and what the page shows as their outputs.

A solution of an exercise is a section that is folded, with an empty cell before it. Figures are those of the published
site, since notebook programs that show SVG at all show it by its address.
https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from rnn_notes.web.books import twins
from rnn_notes.web.books.article import Article, classes, text
from rnn_notes.web.books.markdown import Writer, code
from rnn_notes.web.books.outline import KEPT, LICENCE, Chapter, Outline, once_per_page

INSTALL = """\
# Installs the package of these notes, where it is missing.
try:
    import rnn_notes
except ModuleNotFoundError:
    %pip install --quiet "rnn-notes[figures,training] @ {repository}/archive/{commit}.zip\""""
YOURS = "# Your code here"
UNREAD = "Reference"  # its pages are looked things up in, not worked through
PYTHON = {"python", "pycon"}
RUNNABLE = {*PYTHON, "r"}  # what the tests of the pages run
TRACEBACK = "Traceback (most recent call last):"
EXERCISE = re.compile(r"\d+\.")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

Cell = dict[str, Any]


class NoCellError(ValueError):
    """A block of code that a notebook would not show as the page does; the message names it."""


def path(chapter: Chapter) -> Path:
    """The file of a chapter's notebook, beside the page."""
    return chapter.file.with_name(f"{chapter.name}.ipynb")


def is_chapter(chapter: Chapter) -> bool:
    """Whether a page is to be worked through and has code, all of it in Python.

    A page that was a notebook is offered as it was.
    """
    if chapter.part in ("", UNREAD) or not chapter.source.endswith(".md"):
        return False
    return bool(found := _languages(chapter.article)) and found <= PYTHON


@lru_cache(maxsize=KEPT)
def _languages(article: Article) -> frozenset[str]:
    return frozenset(filter(None, map(language, article.root.iter())))


def write(outline: Outline) -> None:
    """Write the notebook of every chapter; raises NoCellError if code is in a list, for example."""
    for chapter in filter(is_chapter, outline.chapters):
        path(chapter).write_text(_text(outline, chapter), encoding="utf-8")


@once_per_page
def _text(outline: Outline, chapter: Chapter) -> str:
    return json.dumps(notebook(outline, chapter), ensure_ascii=False, indent=1) + "\n"


def notebook(outline: Outline, chapter: Chapter) -> dict[str, Any]:
    """The notebook, as nbformat 4.5 has it; each cell has an id that stays as long as the cell does."""
    writer = Writer(chapter.article, partial(outline.link, chapter), outline.url + twins.FIGURES, folded=True)
    install = INSTALL.format(repository=outline.repository, commit=outline.commit)
    page = _joined(_cells(writer, chapter.article.root, set()))
    cells = [_code(install), _markdown(_colophon(outline, chapter)), *page]
    count, seen = 0, Counter[str]()
    for cell in cells:
        digest = sha256("".join(cell["source"]).encode()).hexdigest()[:12]
        seen[digest] += 1
        cell["id"] = f"{digest}-{seen[digest]}"
        if cell["cell_type"] == "code" and cell is not cells[0] and cell["source"] != [YOURS]:
            count += 1
            cell["execution_count"] = count
            for output in cell["outputs"]:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = count
    return {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}


def language(element: Element) -> str:
    """That of a block of code that runs on the page; "" of anything else."""
    if "language-" not in element.get("class", ""):
        return ""  # as nearly always
    found = next((kind.removeprefix("language-") for kind in classes(element) if kind.startswith("language-")), "")
    if element.tag == "code" or found not in RUNNABLE:
        return ""
    titles = [text(span) for span in element.iter("span") if "filename" in classes(span)]
    return "" if any(title.startswith("not run:") for title in titles) else found


def runs(element: Element) -> bool:
    """Whether an element is a block of Python code that runs on the page."""
    return language(element) in PYTHON


def typed(session: str) -> Iterator[tuple[str, str]]:
    """The code of an interactive session up to each output, without its prompts, and that output."""
    entered: list[str] = []
    shown: list[str] = []
    for line in session.rstrip("\n").split("\n"):
        prompt = re.match(r"(?:>>>|\.\.\.)(?: |$)", line)
        if prompt and shown:
            yield "\n".join(entered), "\n".join(shown)
            entered, shown = [], []
        if prompt:
            entered.append(line[4:])
        else:
            shown.append(line)
    yield "\n".join(entered), "\n".join(shown)


def _cells(writer: Writer, parent: Element, printers: set[str]) -> Iterator[Cell]:
    """The cells of what is in an element; texts are not joined yet."""
    for element in parent:
        if runs(element):
            yield from _code_cells(element, printers)
        elif not any(map(runs, element.iter())):
            if shown := _exercise(writer, element) or writer.block(element):
                yield _markdown(shown)
        elif element.tag == "details":
            summary = writer.line(element[0]).strip()
            if summary == "Solution":
                yield _code(YOURS)
            # JupyterLab folds what is below such a heading, up to the next one of its level.
            yield _markdown(f"##### {summary}", {"jp-MarkdownHeadingCollapsed": True})
            rest = Element("div")
            rest.extend(element[1:])
            yield from _cells(writer, rest, printers)
        elif element.tag == "div":
            yield from _cells(writer, element, printers)
        else:
            near = next(code(part) for part in element.iter() if runs(part)).split("\n")[0]
            raise NoCellError(f"code in <{element.tag}> can be no cell of a notebook: {near}; put it below")


def _exercise(writer: Writer, element: Element) -> str:
    """The text of an exercise below a heading, which ends the solution before it; "" of any other element."""
    if element.tag != "p" or not len(element) or element[0].tag != "strong" or not EXERCISE.fullmatch(text(element[0])):
        return ""
    stars = re.match(r"\s*(★+)\s*", element[0].tail or "")
    if not stars:
        return ""
    rest = Element("p")
    rest.text = (element[0].tail or "")[stars.end() :]
    rest.extend(element[1:])
    return f"#### Exercise {text(element[0])[:-1]} {stars[1]}\n\n{writer.block(rest)}"


def _code_cells(element: Element, printers: set[str]) -> Iterator[Cell]:
    """The cells of a block of code; ``printers`` are the functions of the page that print, and gets new ones."""
    session = code(element).strip("\n")
    for entered, shown in typed(session) if language(element) == "pycon" else [(session, "")]:
        tree = ast.parse(entered)
        printers |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _prints(node)}
        cell = _code(entered)
        if shown.startswith(TRACEBACK):
            cell["metadata"] = {"tags": ["raises-exception"]}  # or to run all cells would end here
        cell["outputs"] = [_output(tree, shown, printers)] if shown else []
        yield cell


def _output(entered: ast.Module, shown: str, printers: set[str]) -> dict[str, Any]:
    """What a cell shows: an error, printed text, or the value of its last expression."""
    if shown.startswith(TRACEBACK):
        name, _, value = shown.split("\n")[-1].partition(": ")
        return {"ename": name, "evalue": value, "output_type": "error", "traceback": shown.split("\n")}
    last = entered.body[-1]
    call = last.value.func if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) else None
    if not isinstance(last, ast.Expr) and not _calls(last) & {"print", *printers}:
        why = "a notebook shows no value of a line within a block; give it a name there, and show it after the block"
        raise NoCellError(f"{ast.unparse(last).splitlines()[0]} … shows {shown.splitlines()[0]}, but {why}")
    if not isinstance(last, ast.Expr) or (isinstance(call, ast.Name) and call.id in {"print", *printers}):
        return {"name": "stdout", "output_type": "stream", "text": _lines(shown + "\n")}
    return {"data": {"text/plain": _lines(shown)}, "metadata": {}, "output_type": "execute_result"}


def _prints(function: ast.FunctionDef) -> bool:
    """Whether a function prints, and has no value to show."""
    returns = any(isinstance(node, ast.Return) and node.value for node in ast.walk(function))
    return "print" in _calls(function) and not returns


def _calls(node: ast.AST) -> set[str]:
    """The names of the functions that are called in it."""
    calls = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
    return {function.id for function in calls if isinstance(function, ast.Name)}


def _colophon(outline: Outline, chapter: Chapter) -> str:
    return f"*From the [{outline.title}]({outline.url}{chapter.address}). {outline.edition}. {LICENCE}*"


def _joined(cells: Iterator[Cell]) -> Iterator[Cell]:
    """The cells, texts that follow each other in one; each section begins a cell, so that it can be folded."""
    waiting: Cell | None = None
    for cell in cells:
        source = "".join(cell["source"])
        begins = cell["metadata"] or source.startswith("#") or (waiting and waiting["metadata"])
        if waiting and cell["cell_type"] == "markdown" and not begins:
            waiting["source"] = _lines("".join(waiting["source"]) + f"\n\n{source}")
            continue
        if waiting:
            yield waiting
        waiting = cell if cell["cell_type"] == "markdown" else None
        if not waiting:
            yield cell
    if waiting:
        yield waiting


def _markdown(source: str, metadata: dict[str, Any] | None = None) -> Cell:
    return {"cell_type": "markdown", "id": "", "metadata": metadata or {}, "source": _lines(source)}


def _code(source: str, outputs: list[dict[str, Any]] | None = None) -> Cell:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "",
        "metadata": {},
        "outputs": outputs or [],
        "source": _lines(source),
    }


def _lines(content: str) -> list[str]:
    return content.splitlines(keepends=True)
