"""Notebooks are read in every form that Jupyter, Colab and editors write, and what cannot be read is named."""

import json

import pytest

from rnn_notes import pages

SOURCE = ["A half is 0.5.\n", "\n", "$$\n", "% check: numbers\n", "1 = 1\n", "$$"]


def notebook(source=SOURCE, **more):
    """A notebook with one cell of code and one of Markdown."""
    code = {"cell_type": "code", "source": ["$$\n", "x\n", "$$\n"], "outputs": [], "metadata": {}}
    cells = [code, {"cell_type": "markdown", "source": source, "metadata": {}}]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more


def read(tmp_path, text):
    """The page in a notebook of that text or bytes."""
    path = tmp_path / "n.ipynb"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return pages.read(path)


def test_a_display_has_the_line_of_the_file(tmp_path):
    """Jupyter gives each line of a cell a line of its own."""
    text = json.dumps(notebook(), indent=1)
    (display,) = read(tmp_path, text).displays
    assert "$$" in text.splitlines()[display.line - 1]
    assert text.splitlines()[display.latex_line - 1].strip() == r'"1 = 1\n",'
    assert (display.mark, display.latex) == ("numbers", "1 = 1")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(notebook()),
        json.dumps(notebook("".join(SOURCE)), indent=1),
        json.dumps(notebook([*SOURCE, "\n", "Wörter ∂ 𝔼"]), ensure_ascii=True, indent=4),
        "\ufeff" + json.dumps(notebook(), indent=1),
        json.dumps(notebook(nbformat_minor=0), indent=1).replace("\n", "\r\n"),
    ],
    ids=["on one line", "source is a string", "escaped", "with a byte order mark", "with CRLF"],
)
def test_every_form_of_a_notebook_is_read(tmp_path, text):
    """The same notebook, as other programs write it; the code is not part of the page's text."""
    (display,) = read(tmp_path, text).displays
    assert (display.mark, display.latex) == ("numbers", "1 = 1")


NOT_READ = {
    "cut": (json.dumps(notebook(), indent=1)[:-30], r"n\.ipynb:\d\d: not a whole notebook"),
    "empty": ("", "n.ipynb:1: not a whole notebook"),
    "a list": ("[1]", "n.ipynb:1: not a notebook: a JSON object with a list of cells is expected"),
    "nbformat 3": ('{"worksheets": [], "nbformat": 3}', "n.ipynb:1: a notebook of nbformat 3"),
    "nested": ("[" * 100_000, "n.ipynb:1: not a notebook: its JSON is nested too deeply"),
    "no source": ('{"cells": [{"cell_type": "markdown"}]}', "n.ipynb:1: a cell has no cell_type or no source"),
    "no cell": ('{"cells": [3]}', "n.ipynb:1: a cell has no cell_type or no source"),
    "a number": ('{"cells": [{"cell_type": "markdown", "source": [3]}]}', "n.ipynb:1: a cell has no cell_type"),
    "UTF-16": ('{\n"cells": []}'.encode("utf-16"), "n.ipynb:1: this is not UTF-8 text"),
    "UTF-16 without a mark": ('{\n"cells": []}'.encode("utf-16-le"), "n.ipynb:1: this is not UTF-8 text"),
    "Latin-1": ("a\nb ü".encode("latin-1"), "n.ipynb:2: this is not UTF-8 text; save the page as UTF-8"),
}


@pytest.mark.parametrize("kind", NOT_READ)
def test_what_is_not_a_notebook_is_an_error_with_file_and_line(tmp_path, kind):
    """The error says what is expected, or how to convert it."""
    text, message = NOT_READ[kind]
    with pytest.raises(pages.PageError, match=message):
        read(tmp_path, text)
