"""A notebook's page shows what a fresh run shows, whatever was run before, and what it cannot show is refused.

It is long because Jupyter shows many things, and each is shown or refused here by name.
"""

import itertools
import json
import shutil
import sqlite3

import pytest
from bs4 import BeautifulSoup
from mkdocs.utils.meta import get_data

from rnn_notes import cache, pages
from rnn_notes.ipynb import Cell
from rnn_notes.pages import PageError
from rnn_notes.web import execution, notebooks, outputs


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    """Runs are remembered in a folder of the test."""
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "cache")
    monkeypatch.setattr(cache, "project", lambda: tmp_path)
    return tmp_path / "cache" / "notebooks"


@pytest.fixture
def notebook(tmp_path):
    """A function that writes a notebook of cells: Markdown if they begin with a capital letter or a #, else code."""

    def written(*sources, change=lambda cells: None, minor=5, **layout):
        cells = []
        for n, source in enumerate(sources):
            kind = {"cell_type": "markdown"} if source[0] == "#" or source[0].isupper() else CODE
            cells.append({**kind, "id": f"c{n}", "metadata": {}, "source": source.splitlines(keepends=True)})
        change(cells)
        path = tmp_path / "note.ipynb"
        whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": minor}
        path.write_text(json.dumps(whole, **{"indent": 1, "ensure_ascii": False} | layout), encoding="utf-8")
        return path

    return written


CODE = {"cell_type": "code", "execution_count": None, "outputs": []}


def fake_run(monkeypatch, *shown):
    """Let the cells of code show these outputs, without a kernel."""
    monkeypatch.setattr(
        execution, "outputs", lambda path, cells: list(itertools.islice(itertools.cycle(shown), len(cells)))
    )


def result(**data):
    """The result of a cell, by media type."""
    names = {"plain": "text/plain", "html": "text/html", "latex": "text/latex", "png": "image/png"}
    return {"output_type": "execute_result", "data": {names.get(k, k): v for k, v in data.items()}, "metadata": {}}


def line_of(path, text):
    """The line of the file that holds the text."""
    return 1 + next(n for n, line in enumerate(path.read_text().splitlines()) if text in line)


def test_a_notebook_is_its_text_its_code_and_its_outputs(notebook, monkeypatch):
    """Below its title, a link offers the notebook itself."""
    fake_run(monkeypatch, [result(plain="2")])
    assert notebooks.markdown(notebook("# Title\n\nText with $x$.", "1 + 1")) == (
        "\n\n# Title\n\nText with $x$.\n\n"
        '<p class="download"><a href="note.ipynb" download>Download this notebook</a></p>\n\n'
        '```python\n1 + 1\n```\n\n<div class="output"><pre>2</pre></div>'
    )


@pytest.mark.parametrize("ticks", [1, 3, 4, 7])
def test_code_is_shown_as_it_ran_whatever_backticks_it_holds(notebook, monkeypatch, ticks):
    """The fence is longer than any run of backticks within it."""
    fake_run(monkeypatch, [])
    code = f's = """\n{"`" * ticks}\nhello\n{"`" * ticks}python\n"""'
    fence = "`" * max(3, ticks + 1)
    assert f"\n\n{fence}python\n{code}\n{fence}" in notebooks.markdown(notebook("# Title", code))


HIDDEN = [
    *({"tags": [tag]} for tag in ("remove_cell", "hide-input", "hide_output", "remove-input", "skip-execution")),
    {"jupyter": {"source_hidden": True}},
    {"jupyter": {"outputs_hidden": True}},
    {"nbsphinx": "hidden"},
    {"collapsed": True},
    {"cellView": "form"},
    {"tags": "hide_input"},
    {"hideCode": True},
    {"inputHidden": True},
    {"nbdev": {"hide_output": True}},
]


@pytest.mark.parametrize("metadata", HIDDEN, ids=str)
@pytest.mark.parametrize("hidden", ["secret = 1", "# Secret"])
def test_a_cell_that_is_to_be_hidden_is_refused(notebook, monkeypatch, metadata, hidden):
    """The page could leave it out, but the notebook that it offers for download has it."""
    fake_run(monkeypatch, [])
    path = notebook("# Title", hidden, change=lambda cells: cells[1]["metadata"].update(metadata))
    with pytest.raises(PageError, match=rf"note\.ipynb:{line_of(path, hidden)}: this cell is hidden"):
        notebooks.markdown(path)


@pytest.mark.parametrize("metadata", [{"hide_input": True}, {"tags": ["remove-input"]}, {"ext": {"hide_code": True}}])
def test_a_notebook_whose_cells_are_all_to_be_hidden_is_refused(notebook, metadata):
    """In its own metadata; what says False hides nothing."""
    path = notebook("# Title", "secret = 1")
    for value in (metadata, {"hide_input": False}):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"metadata": value}, indent=1))
        hidden = notebooks._hidden(value, "")
        assert bool(hidden) is (value is metadata)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"metadata": metadata}))
    with pytest.raises(PageError, match=r"note\.ipynb:1: this notebook hides its cells"):
        notebooks.markdown(path)


@pytest.mark.parametrize("code", ["s = 'a\tb'", "s = 'a\x02b'", "x = 1  \t# words"])
def test_code_that_markdown_would_change_is_refused(notebook, monkeypatch, code):
    """A tab becomes spaces, and the marks that Markdown uses itself go; a tab that indents does no harm."""
    fake_run(monkeypatch, [])
    path = notebook("# Title", f"x = 1\n{code}")
    with pytest.raises(PageError, match=rf"note\.ipynb:{line_of(path, 'x = 1')}: a tab or another invisible"):
        notebooks.markdown(path)
    assert "if x:" in notebooks.markdown(notebook("# Title", "if x:\n\ty = 1"))


@pytest.mark.parametrize("line", ["#| echo: no", "#| Include: FALSE", '#@title x { display-mode: "form" }'])
def test_a_line_that_hides_its_cell_elsewhere_is_refused(notebook, monkeypatch, line):
    """In Quarto, or in Colab."""
    fake_run(monkeypatch, [])
    with pytest.raises(PageError, match="this cell is hidden"):
        notebooks.markdown(notebook("# Title", "x = 1", change=lambda cells: cells[1].update(source=line + "\nx = 1")))


@pytest.mark.parametrize(
    "metadata", [{"tags": ["exercise"]}, {"jupyter": {"source_hidden": False}}, {"collapsed": False}]
)
def test_other_metadata_do_no_harm(notebook, monkeypatch, metadata):
    """Editors write many."""
    fake_run(monkeypatch, [])
    path = notebook("# Title", "secret = 1", change=lambda cells: cells[1]["metadata"].update(metadata))
    assert "secret = 1" in notebooks.markdown(path)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"cell_type": "raw"}, "a raw cell is not text of a page; make it a cell of Markdown or code"),
        ({"attachments": {"a.png": {}}}, "a picture is pasted into this cell; put it beside the notebook"),
        ({"cell_type": "heading"}, "'heading' is not a kind of cell"),
        ({"source": ["```python\n", "x = 1"]}, "this code block does not end"),
    ],
)
def test_a_cell_that_jupyter_shows_otherwise_is_refused_at_its_line(notebook, monkeypatch, change, fault):
    """Raw cells, pasted pictures, and a fence that only ends in the next cell."""
    fake_run(monkeypatch, [])
    path = notebook("# Title", "Second", "```\nx\n```", change=lambda cells: cells[1].update(change))
    line = line_of(path, "Second" if "source" not in change else "```python")
    with pytest.raises(PageError, match=rf"note\.ipynb:{line}: {fault}"):
        notebooks.markdown(path)


@pytest.mark.parametrize("layout", [{}, {"indent": None}, {"ensure_ascii": True}, {"minor": 0}], ids=str)
def test_a_notebook_of_any_program_is_a_page(notebook, monkeypatch, layout):
    """On one line, escaped, without ids, as one string for a source."""
    fake_run(monkeypatch, [result(plain="2")])

    def old(cells):
        for cell in cells:
            cell["source"] = "".join(cell["source"])
            del cell["id"]

    text = notebooks.markdown(notebook("# Tïtle", "1 + 1", change=old, **layout))
    assert text.lstrip().startswith("# Tïtle\n\n")
    assert "```python\n1 + 1\n```" in text


SHOWN = {
    "text": (result(plain="a < b"), "<pre>a &lt; b</pre>"),
    "colours": ({"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m\n"}, "<pre>red</pre>"),
    "progress": (
        {"output_type": "stream", "name": "stdout", "text": "1 %\r50 %\r100 %\r\ndone"},
        "<pre>100 %\ndone</pre>",
    ),
    "an expected error": (
        {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "<0>"},
        "<pre>ZeroDivisionError: &lt;0&gt;</pre>",
    ),
    "HTML before text": (
        result(plain="x", html="<table><tr><td>1</table>".replace("</table>", "</td></tr></table>")),
        "<table><tr><td>1</td></tr></table>",
    ),
    "a named picture": (
        result(png="QUJD\n") | {"metadata": {"image/png": {"alt": "A <line>."}}},
        '<img src="data:image/png;base64,QUJD" alt="A &lt;line&gt;.">',
    ),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_an_output_is_shown_as_jupyter_shows_it(kind):
    """Text is escaped, and what a terminal would have overwritten is gone."""
    output, html = SHOWN[kind]
    assert outputs.html(output) == html


@pytest.mark.parametrize("form", ["$\\displaystyle {}$", "$${}$$", "$${}$$\n", "\\[{}\\]", "{}"])
def test_a_formula_that_a_cell_shows_is_typeset(form):
    """In each form that SymPy and IPython write."""
    html = BeautifulSoup(
        outputs.html(result(plain="1 - tanh", latex=form.replace("{}", r"1 - \tanh^{2}{\left(x \right)}"))),
        "html.parser",
    )
    assert html.select("mjx-container[display=true] mjx-math")
    html.select_one("mjx-container").extract()
    assert not html.get_text().strip()


REFUSED = {
    "a formula that states something": (
        result(latex=r"$\displaystyle 1 = 2$"),
        "nothing checks; write it into a Markdown cell",
    ),
    "an inequality": (result(latex=r"$x \le 2$"), "nothing checks"),
    "a formula that is none": (result(latex=r"$\foo$"), r"Undefined control sequence \foo"),
    "a picture": (result(png="QUJD", plain="<Figure>"), "a picture needs a text"),
    "an SVG": (result(**{"image/svg+xml": "<svg/>"}), "a picture needs a text"),
    "a picture in HTML": (result(html="<img src='x.png'>"), "a picture needs a text"),
    "an SVG in HTML": (result(html="<div><svg></svg></div>"), "a picture needs a text"),
    "a script": (result(**{"application/javascript": "alert(1)"}), "runs no script of a notebook"),
    "a widget": (result(plain="x", **{"application/vnd.jupyter.widget-view+json": {}}), "needs a kernel"),
    "Markdown": (result(**{"text/markdown": "**x**"}), "text belongs in Markdown cells"),
    "HTML that swallows the page": (result(html="<div><div>x</div>"), "does not close each <div>"),
    "HTML with a quote that does not end": (result(html='<p title="x>y</p>'), "has a tag that does not end"),
    "HTML that is cut": (result(html="<p>x</p><div class='a'"), "has a tag that does not end"),
    "what Jupyter shows instead of a text": (
        result(plain="<IPython.core.display.JSON object>", **{"application/json": {}}),
        "shows application/json, text/plain, which a page cannot",
    ),
    "a style": (result(html="<style>p {display: none}</style>"), "a page brings no <style>"),
    "something unknown": (result(**{"application/x-new": "?"}), "shows application/x-new, which a page cannot"),
    "a warning": (
        {"output_type": "stream", "name": "stderr", "text": "\x1b[1mDeprecationWarning: old"},
        "this cell prints while it runs: DeprecationWarning: old",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_a_page_cannot_show_is_refused_at_its_cell(notebook, monkeypatch, kind):
    """The error names what to do instead."""
    output, fault = REFUSED[kind]
    fake_run(monkeypatch, [output])
    path = notebook("# Title", "the_cell()")
    with pytest.raises(PageError) as refused:
        notebooks.markdown(path)
    assert str(refused.value).startswith(f"{path}:{line_of(path, 'the_cell')}: ")
    assert fault in str(refused.value)


def test_a_piece_that_is_not_there_is_refused_at_its_cell(notebook, monkeypatch):
    """With the names of those that are."""
    fake_run(monkeypatch, [result(plain="2")])
    path = notebook("# Title", "x = 1", change=lambda cells: cells[1]["metadata"].update(widget="nope"))
    with pytest.raises(
        PageError, match=rf"note\.ipynb:{line_of(path, 'x = 1')}: no widget is named nope; the widgets are rnn-"
    ):
        notebooks.markdown(path)


@pytest.mark.parametrize("metadata", [None, [], {"tags": 3}, {"tags": None}, {"tags": {"a": 1}}, {"jupyter": None}])
def test_metadata_of_any_form_do_no_harm(notebook, monkeypatch, metadata):
    """As other programs write them."""
    fake_run(monkeypatch, [])
    path = notebook("# Title", "x = 1", change=lambda cells: [cell.update(metadata=metadata) for cell in cells])
    assert "x = 1" in notebooks.markdown(path)


@pytest.mark.parametrize("info", [{"language_info": {"name": "julia"}}, {"kernelspec": {"language": "R"}}])
def test_code_in_another_language_is_refused_at_its_cell(notebook, info):
    """Though it may be Python as well."""
    path = notebook("# Title", "x = 1")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"metadata": info}, indent=1))
    with pytest.raises(
        PageError, match=rf"note\.ipynb:{line_of(path, 'x = 1')}: the code is in (julia|r), and only Python"
    ):
        notebooks.markdown(path)


@pytest.mark.parametrize("text", ["Loss: what is to fall.\nRate: how fast.", "---\ntitle: x\n---\n\nText."])
def test_the_first_cell_is_text_whatever_it_begins_with(notebook, monkeypatch, text):
    """MkDocs takes none of it for front matter."""
    fake_run(monkeypatch)
    whole, values = get_data(notebooks.markdown(notebook("# T", change=lambda cells: cells[0].update(source=text))))
    assert values == {}
    assert text in whole


def test_a_piece_needs_an_output_to_stand_in_for(notebook, monkeypatch):
    """Without JavaScript there would be nothing."""
    fake_run(monkeypatch, [])
    path = notebook("# Title", "x = 1", change=lambda cells: cells[1]["metadata"].update(widget="rnn-surface"))
    with pytest.raises(PageError, match="takes the place of an output, and this cell shows none"):
        notebooks.markdown(path)


def cells(*sources):
    """Cells of code."""
    return [Cell(1, "code", source, [(1, source)], {}, False) for source in sources]


def printed(found):
    """What the cells have printed."""
    return [output.get("text") or output["data"]["text/plain"] for shown in found for output in shown]


READS = r"""
import os, sys, sqlite3
from pathlib import Path
import numpy as np
import helper
np.save("own.npy", np.zeros(1)), np.load("own.npy")
print(
    Path("read.txt").read_text(), np.loadtxt("numbers.csv"), helper.x, sorted(os.listdir("folder")),
    Path("missing.txt").exists() and Path("missing.txt").read_text(),
    sqlite3.connect("file.db").execute("select * from t").fetchall(),
)
try:
    open("absent.txt")
except OSError:
    print("absent")
""".strip()


def test_a_run_is_remembered_until_anything_that_it_has_read_changes(tmp_path, monkeypatch):
    """Data, modules, listings, a data base, a file that was not there; but not what it has written itself."""
    files = {"read.txt": "one", "numbers.csv": "1", "helper.py": "import deeper\nx = deeper.x", "deeper.py": "x = 1"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "folder").mkdir()
    with sqlite3.connect(tmp_path / "file.db") as data:
        data.execute("create table t (x)")
    data.close()
    runs, real = [], execution._run
    monkeypatch.setattr(execution, "_run", lambda *given: runs.append(real(*given)) or runs[-1])
    path = tmp_path / "note.ipynb"
    first = printed(execution.outputs(path, cells(READS)))
    assert printed(execution.outputs(path, cells(READS))) == first
    (text,) = runs
    (tmp_path / "own.npy").unlink()
    for name in ("read.txt", "numbers.csv", "helper.py", "deeper.py", "file.db"):
        before = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(before + b"\n")
        assert not execution._still_holds(text), name
        (tmp_path / name).unlink()
        assert not execution._still_holds(text), name
        (tmp_path / name).write_bytes(before)
        assert execution._still_holds(text), name
    for name in ("folder/new", "absent.txt"):
        (tmp_path / name).touch()
        assert not execution._still_holds(text), name
        (tmp_path / name).unlink()
    (tmp_path / "deeper.py").write_text("x = 22")
    assert " 22 " in printed(execution.outputs(path, cells(READS)))[0]
    assert len(runs) == 2


def test_the_run_of_a_notebook_knows_nothing_of_who_started_it(tmp_path, monkeypatch):
    """Whatever the environment of the caller, pictures are drawn inline, and settings of his own have no effect."""
    code = "import os, matplotlib; print(matplotlib.get_backend(), 'MINE' in os.environ, __debug__)"
    shown = []
    for settings in ({"MPLBACKEND": "Agg"}, {"PYTHONOPTIMIZE": "1", "MINE": "yes", "MPLCONFIGDIR": str(tmp_path)}):
        shutil.rmtree(cache.FOLDER, ignore_errors=True)
        with monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            shown += printed(execution.outputs(tmp_path / "note.ipynb", cells(code)))
    assert shown[0] == shown[1]
    assert "inline" in shown[0].lower()
    assert shown[0].endswith(" False True\n")


def test_a_run_that_leaves_no_trace_is_not_remembered(tmp_path, empty_cache):
    """What another program has read, nobody knows; so such a notebook runs each time."""
    read = "print(open('data.txt').read())"
    code = f"import subprocess, sys\nprint(subprocess.check_output([sys.executable, '-c', {read!r}], text=True))"
    for text in ("first", "second"):
        (tmp_path / "data.txt").write_text(text)
        assert printed(execution.outputs(tmp_path / "note.ipynb", cells(code))) == [f"{text}\n\n"]
    assert not list(empty_cache.glob("*"))


STARTS = {
    "os.forkpty": "!printf shown",
    "os.system": "import os; os.system('true');",
    "os.fork": "import os, warnings; warnings.simplefilter('ignore')\nos.fork() or os._exit(0);",  # Python 3.12 warns
    "os.posix_spawn": "os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0);",
    "subprocess.Popen": "import subprocess; subprocess.run(['true']);",
    "pty.spawn": "import pty; pty.spawn(['true']);",
}


def test_each_way_to_start_a_program_is_known_to_leave_no_trace(tmp_path):
    """A line that begins with ! among them, whose output is shown."""
    shown, read = execution._once(tmp_path / "note.ipynb", cells(*STARTS.values()), {})
    assert set(STARTS) <= {event for name, event in read if not name}
    assert printed(shown) == ["shown"]


@pytest.mark.parametrize(
    ("code", "fault"),
    [("1 / 0", "this cell raises ZeroDivisionError: division by zero"), ("import os; os._exit(1)", "the kernel died")],
)
def test_a_cell_that_fails_is_an_error_at_its_line(notebook, code, fault):
    """The first one that fails, even when it takes the kernel with it."""
    path = notebook("# Title", "x = 1", f"y = 2\n{code}", "z = 3")
    with pytest.raises(PageError, match=rf"note\.ipynb:{line_of(path, 'y = 2')}: {fault}"):
        notebooks.markdown(path)


def test_the_names_of_a_notebook_are_its_own(tmp_path):
    """What watches the run is not among them, and is passed on to nobody."""
    code = (
        "import os; print([name for name in dir() if 'trace' in name], [name for name in os.environ if 'RNN' in name])"
    )
    assert printed(execution.outputs(tmp_path / "note.ipynb", cells(code))) == ["[] []\n"]


@pytest.mark.parametrize("shown", ["```\nb", "~~~", "a\n```python\nb\n```"])
def test_printed_fences_are_no_fences_of_the_page(shown):
    """Python-Markdown and the page reader would look for their ends."""
    html = outputs.html({"output_type": "stream", "name": "stdout", "text": shown})
    assert "```" not in html
    assert "~~~" not in html
    assert BeautifulSoup(html, "html.parser").get_text() == shown


@pytest.mark.parametrize("latex", ["The value $x_t$ and $y$", "$x$ and $y$", r"words \(x\)"])
def test_words_among_formulas_are_not_typeset_as_one(latex):
    """IPython.display.Latex takes any text."""
    with pytest.raises(outputs.OutputError, match="more than a formula between dollars"):
        outputs.html(result(latex=latex, plain="x"))


@pytest.mark.parametrize("latex", ["$x ≤ y$", r"$A \subset B$", r"$a \implies b$"])
def test_relations_in_any_sign_state_something(latex):
    """And nothing checks what a program writes."""
    with pytest.raises(outputs.OutputError, match="states something"):
        outputs.html(result(latex=latex, plain="x"))


ASKS = {
    "whether a file is there": "import os\nprint(os.path.exists('new.py'))",
    "for a module": "try:\n    import new\n    print('there')\nexcept ImportError:\n    print('none')",
}


@pytest.mark.parametrize("code", ASKS.values(), ids=ASKS)
def test_what_a_notebook_asks_without_opening_counts(tmp_path, code):
    """A file that was not there when it ran."""
    path = tmp_path / "note.ipynb"
    before = printed(execution.outputs(path, cells(code)))
    (tmp_path / "new.py").write_text("x = 1\n")
    assert printed(execution.outputs(path, cells(code))) != before


@pytest.mark.parametrize("code", ["time.time()", "print(datetime.now())", "%time x = 1", "np.random.default_rng()"])
def test_what_a_clock_or_chance_has_given_is_not_remembered(code):
    """Each build runs such a notebook again."""
    assert execution.CLOCK.search(code)
    assert not execution.CLOCK.search("np.random.default_rng(0); timely = 1; runtime(2)")


def test_a_notebook_without_text_is_read(notebook, monkeypatch):
    """It has no lines of Markdown at all."""
    fake_run(monkeypatch, [])
    assert pages.read(notebook("print(1)")).displays == []


VARIES = {
    "where an object lies": "class Cell: pass\nCell()",
    "an address in a text": "print('at', id(object()))",
    "the order of a set": "print({'i', 'f', 'o', 'c', 'r', 'z', 'n'})",
    "the hash of a text": "hash('gate')",
    "a number that was drawn": "import random; random.random()",
    "an array that was drawn": "import numpy as np; np.random.default_rng().normal(size=3)",
    "numbers of the old generator": "import numpy as np\nprint(np.random.rand())",
    "an order that was drawn": "import random; print(random.sample(range(100), 100))",
    "a name that was drawn": "import uuid; print(uuid.uuid4())",
    "a time": "import time; time.time()",
    "the date": "from datetime import date; print(date.today())",
    "the year": "import time; time.strftime('%Y')",
    "the year elsewhere": "import datetime; datetime.datetime.now(datetime.UTC).year",
    "the hour": "import datetime; print(f'{datetime.datetime.now():%H}')",
    "the process": "import os; os.getpid()",
    "how often it has run": "open('runs', 'a').write('x'); print(len(open('runs').read()))",
    "an array within HTML": ("import random\nfrom IPython.display import HTML\nHTML(f'<p>{random.random()}</p>')"),
}


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory):
    """What all of these show in a first run and in a second one, by kind."""
    path, code = tmp_path_factory.mktemp("runs") / "note.ipynb", cells(*VARIES.values())
    shown = [map(execution._visible, execution._once(path, code, other)[0]) for other in ({}, execution.AGAIN)]
    return dict(zip(VARIES, zip(*shown, strict=True), strict=True))


@pytest.mark.parametrize("kind", VARIES)
def test_what_is_another_at_the_next_run_is_another_in_the_second_run(two_runs, kind):
    """Whatever it came from: chance, another process, another day."""
    first, again = two_runs[kind]
    assert first
    assert again
    assert execution._difference(first, again)


STAYS = """
import datetime, random, time
from datetime import date

import numpy as np

class Cell:
    def __repr__(self):
        return "a cell"

start = time.time()
random.seed(0)
when = datetime.datetime.now()
print(np.random.default_rng(0).normal(), random.random(), sorted({"i", "f", "o"}), Cell())
print(isinstance(when, datetime.datetime), isinstance(when, date), isinstance(date.today(), date), when > when)
print(datetime.datetime(2026, 1, 2, 3), date(2026, 1, 2) - date(2025, 1, 2), time.strftime("%Y", time.gmtime(0)))
print(time.time() - start < 60, abs((datetime.datetime.now() - when).total_seconds()) < 60, type(when).__name__)
print(time.ctime(0), time.asctime(time.gmtime(0)), datetime.datetime.fromtimestamp(0, datetime.UTC), {when: 1}[when])
""".strip()


def test_what_is_seeded_sorted_or_only_measured_is_shown(tmp_path):
    """The way out leads out, and a clock that is ahead is a clock all the same."""
    (shown,) = printed(execution.outputs(tmp_path / "note.ipynb", cells(STAYS)))
    assert "0.8444218515250481 ['f', 'i', 'o'] a cell" in shown
    assert "True True True False" in shown
    assert "True True datetime" in shown


SHOWN_ALIKE = {
    "what no page shows": "class Shown:\n    def _repr_html_(self):\n        return '<b>shown</b>'\nShown()",
    "a text in many pieces": "for n in range(20000): print(n)",
    "colours": "print('\\x1b[31mred')",
}


@pytest.mark.parametrize("code", SHOWN_ALIKE.values(), ids=SHOWN_ALIKE)
def test_only_what_a_page_shows_is_compared(notebook, code):
    """An address that HTML stands in for, and the pieces in which a text comes, are not part of a page."""
    assert '<div class="output">' in notebooks.markdown(notebook("# Title", code))


def test_what_is_another_at_the_next_run_is_refused_at_its_cell(notebook):
    """With the two values that it had, and the way out."""
    path = notebook("# Title", "import random", "print('a line')\nprint('x =', random.random())")
    way_out = r"seed what is drawn \(np.random.default_rng\(0\)\), sort what has no order"
    values = r"this cell shows something else when it runs again \(first x = 0\.\d+, then x = 0\.\d+\)"
    with pytest.raises(PageError, match=rf"note\.ipynb:{line_of(path, 'a line')}: {values}; {way_out}"):
        notebooks.markdown(path)
