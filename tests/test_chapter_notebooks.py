"""The notebook of a chapter: valid, with the code of the page and what it prints: the page's runs are its runs."""

import ast
import json
import re
import sys
import warnings
from pathlib import Path

import nbformat
import pytest
from addresses import SOURCES, address
from other_processor import other_processor

from rnn_notes import pages
from rnn_notes.ipynb import Cell
from rnn_notes.web import execution
from rnn_notes.web.books import notebooks, outline
from rnn_notes.web.books.article import Article
from rnn_notes.web.books.notebooks import NoCellError

PYTHON = ("python", "pycon")


def fences(source):
    """The blocks of Python code of a page that run."""
    return [f for f in pages.read(source).fences if f.language in PYTHON and not f.not_run]


CHAPTERS = [
    source
    for source in SOURCES
    if source.suffix == ".md"
    and source.parent.name != "reference"
    and source.stem != "index"
    and fences(source)
    and not any(fence.language == "r" for fence in pages.read(source).fences)
]
TRAINING = ("training", "debugging", "gates-at-work", "find-the-slip", "text", "attention")  # run for many seconds


@pytest.fixture(params=CHAPTERS, ids=address)
def source(request):
    """The source of a chapter, one after the other."""
    return request.param


@pytest.fixture
def notebook(source, built_site):
    """Its notebook, read by nbformat."""
    return read(source, built_site)


def read(source, built_site):
    """The notebook of a page."""
    return nbformat.read(built_site / address(source) / f"{source.stem}.ipynb", as_version=4)


def code(notebook):
    """The cells that are the page's own."""
    first, *others = (cell for cell in notebook.cells if cell.cell_type == "code")
    assert first.source.startswith("# Installs the package")
    return [cell for cell in others if cell.source != notebooks.YOURS]


def shown(cell):
    """What a cell shows, as text, and how: printed, or as its value."""
    (output,) = cell.outputs or [None]
    if output is None:
        return "nothing", ""
    if output.output_type == "error":
        assert cell.metadata.tags == ["raises-exception"]
        return "error", f"{output.ename}: {output.evalue}"
    return ("printed", output.text) if output.output_type == "stream" else ("value", output.data["text/plain"])


def test_every_chapter_with_python_has_a_notebook_and_no_other_page(built_site):
    """And offers it below its title; notebooks that are pages are offered as they are."""
    written = {path.relative_to(built_site).as_posix() for path in built_site.rglob("*.ipynb")}
    assert written == {
        *(f"{address(source)}{source.stem}.ipynb" for source in CHAPTERS),
        *(f"{address(source)}{source.name}" for source in SOURCES if source.suffix == ".ipynb"),
    }
    for source in SOURCES:
        page = (built_site / address(source) / "index.html").read_text(encoding="utf-8")
        offered = f'<a href="{source.stem}.ipynb" download>Download as notebook</a></p>' in page
        assert offered is (source in CHAPTERS)


def test_a_notebook_is_valid_and_its_first_cell_installs_the_package(notebook):
    """As nbformat 4.5 has it, an id for each cell; at the commit that the notebook was made of."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nbformat mends an id that is missing or there twice, and warns
        nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    first = notebook.cells[0]
    assert first.cell_type == "code"
    assert re.search(
        r'%pip install --quiet "rnn-notes\[figures,training\] @ https://\S+/([0-9a-f]{40}|main)\.zip"', first.source
    )
    assert notebook.cells[2].source.startswith("# ")


def test_the_cells_are_the_code_of_the_page_and_show_what_it_prints(source, notebook):
    """Line by line and in its order; so each run of the page's blocks, in the tests and by readers, is one of these."""
    cells = iter(code(notebook))
    for fence in fences(source):
        typed, printed = fence.code.rstrip("\n"), []
        if fence.language == "pycon":
            lines = typed.split("\n")
            typed = "\n".join(line[4:] for line in lines if line[:3] in (">>>", "..."))
            printed = [line for line in lines if line[:3] not in (">>>", "...")]
        entered, outputs = [], []
        while "\n".join(entered) != typed:
            cell = next(cells)
            entered.append(cell.source)
            errors = [line for output in cell.outputs for line in output.get("traceback", [])]
            outputs += errors or (shown(cell)[1].rstrip("\n").split("\n") if cell.outputs else [])
            assert typed.startswith("\n".join(entered)), f"{source}:{fence.line}"
        assert outputs == printed, f"{source}:{fence.line}"
    assert next(cells, None) is None


@pytest.fixture(scope="module")
def elsewhere():
    """Runs cells on a processor that rounds otherwise."""
    with other_processor() as ask:
        yield ask


@pytest.mark.parametrize("source", [c for c in CHAPTERS if c.stem not in TRAINING], ids=address)
def test_a_cell_shows_on_another_processor_what_its_output_says(source, notebook, elsewhere):
    """All cells from the top, in one namespace: no digit of a page follows the rounding.

    Those that train for long are left to the test above and to the reader's Python, which rounds otherwise as well.
    """
    cells = code(notebook)
    for cell, found in zip(cells, elsewhere([cell.source for cell in cells]), strict=True):
        assert found == [*shown(cell)] or (not cell.outputs and found[0] != "error"), cell.source


def test_a_kernel_runs_one(built_site, tmp_path):
    """As Jupyter would, the first cell included: what the page needs is there, so it installs nothing."""
    notebook = read(pages.DOCS / "lecture/sigmoid.md", built_site)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = execution.outputs(tmp_path / "note.ipynb", [Cell(1, "code", c.source, [], {}, False) for c in cells])
    for cell, output in zip(cells, outputs, strict=True):
        assert [each["data"]["text/plain"] for each in output] == [shown(cell)[1]] * len(cell.outputs)


def test_the_first_cell_installs_all_that_the_others_import(notebook):
    """The package with its two extras brings no more than this."""
    brought = {"numpy", "sympy", "lark", "yaml", "matplotlib", "tqdm", "rnn_notes", *sys.stdlib_module_names}
    for cell in code(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert {module.partition(".")[0] for module in modules} <= brought


def test_a_solution_is_folded_with_room_for_one_of_your_own_before_it(source, notebook):
    """JupyterLab shows its heading alone; the next exercise begins a section of its own."""
    text = source.read_text(encoding="utf-8")
    exercises = re.findall(r"(?m)^\*\*(\d)\.\*\* (★+) ", text)
    headings = [c.source.split("\n")[0] for c in notebook.cells if c.source.startswith("#### Exercise ")]
    assert headings == [f"#### Exercise {number} {stars}" for number, stars in exercises]
    for n, cell in enumerate(notebook.cells):
        if cell.source == "##### Solution":
            assert cell.metadata == {"jp-MarkdownHeadingCollapsed": True}
            assert notebook.cells[n - 1].source == notebooks.YOURS
    folded = False
    for cell in notebook.cells:  # nothing but code and text of the solution is below its heading
        level = len(cell.source) - len(cell.source.lstrip("#")) if cell.cell_type == "markdown" else 0
        folded = level == 5 or (folded and not 0 < level < 5)
        assert not (folded and level == 0 and re.match(r"\*\*\d\.\*\*", cell.source))


def test_answers_are_folded(built_site):
    """Which is right is seen when one is chosen."""
    text = "\n".join(c.source for c in read(pages.DOCS / "lecture/sigmoid.md", built_site).cells)
    assert "- **a** $x$." in text
    assert "<summary>Is it b?</summary>\n\n**Right.**" in text
    assert "[x]" not in text


def test_code_that_can_be_no_cell_is_an_error(tmp_path):
    """The message names the code."""
    block = '<div class="language-python highlight"><pre><code>x = 1\n</code></pre></div>'
    page = tmp_path / "index.html"
    page.write_text(f"<article><h1>A</h1><ul><li>{block}</li></ul></article>", encoding="utf-8")
    chapter = outline.Chapter("a.md", "Part", "1.1", page, tmp_path)
    with pytest.raises(NoCellError, match=r"code in <ul> can be no cell of a notebook: x = 1"):
        notebooks.notebook(outline.Outline("T", "D", "https://example.org/", (chapter,)), chapter)


def test_a_value_that_a_notebook_would_not_show_is_an_error(tmp_path):
    """An interactive session shows it, whatever block it is in."""
    block = (
        '<div class="language-pycon highlight"><pre><code>&gt;&gt;&gt; with open("x") as file:\n...     file.read()\n'
        "'text'\n</code></pre></div>"
    )
    page = tmp_path / "index.html"
    page.write_text(f"<article><h1>A</h1>{block}</article>", encoding="utf-8")
    chapter = outline.Chapter("a.md", "Part", "1.1", page, tmp_path)
    with pytest.raises(NoCellError, match=r"with open\('x'\) as file: … shows 'text', but a notebook shows no value"):
        notebooks.notebook(outline.Outline("T", "D", "https://example.org/", (chapter,)), chapter)


@pytest.mark.parametrize(
    ("session", "cells"),
    [
        (">>> 1\n1\n", [("1", "1")]),
        (">>> x = 1\n>>> x\n1\n>>> y = 2\n", [("x = 1\nx", "1"), ("y = 2", "")]),
        (">>> for i in 1, 2:\n...     print(i)\n...\n1\n2\n", [("for i in 1, 2:\n    print(i)\n", "1\n2")]),
        (">>> # why\n>>> print('>')\n>\n", [("# why\nprint('>')", ">")]),
    ],
)
def test_a_session_is_cut_where_it_shows_something(session, cells):
    """A notebook shows what the last line of a cell gives, and nothing of the lines before."""
    assert list(notebooks.typed(session)) == cells


def test_only_blocks_that_run_are_cells():
    """Not one that is only to be looked at, nor code within a line."""
    html = (
        '<div class="language-python highlight"><span class="filename">not run: x</span><pre><code>a</code></pre></div>'
        '<p><code class="highlight language-python">b</code></p>'
        '<div class="language-pycon highlight"><pre><code>c</code></pre></div>'
    )
    runs = [element for element in Article(f"<article>{html}</article>").root.iter() if notebooks.runs(element)]
    assert ["".join(element.itertext()) for element in runs] == ["c"]


def test_a_notebook_is_json_that_git_can_compare(built_site):
    """One line per line of code, letters as they are."""
    path = built_site / "lecture/sigmoid/sigmoid.ipynb"
    text = Path(path).read_text(encoding="utf-8")
    assert json.loads(text)["metadata"]["kernelspec"]["name"] == "python3"
    assert "★" in text
    assert text.count("\n") > 300
