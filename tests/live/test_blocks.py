"""What runs the blocks of a page, in an ordinary Python: names, transcripts, comparison, limits."""

import sys
from pathlib import Path

import pytest

from rnn_notes.web.live import blocks


@pytest.fixture
def page():
    """A page without blocks that have run."""
    return blocks.Page("page")


def run(page, number, code, kind="pycon", printed=""):
    return page.run(number, code, kind, printed, lambda kind, text: None)


def test_what_a_block_prints_is_compared_with_the_page(page):
    """Statement by statement, as at the prompt; a difference is one, and an expected exception is the same."""
    error = "Traceback (most recent call last):\n    ...\nZeroDivisionError: division by zero\n"
    printed = f">>> x = 3\n>>> x + 1\n4\n>>> 1 / 0\n{error}"
    result = run(page, 0, "x = 3\nx + 1\n1 / 0\n", printed=printed)
    assert result["state"] == "same"
    assert result["transcript"][1] == ["x + 1", "4\n", True]
    assert run(page, 0, "x = 3\nx + 1\n1 / 0\n", printed=printed.replace("4", "5"))["state"] == "differs"


def test_a_block_runs_again_from_the_names_before_it(page):
    """What was run below, and names used again there, change nothing; functions see what the page sees."""
    run(page, 0, "x = 1\ndef f():\n    return x\n")
    run(page, 1, "f()\n", printed=">>> f()\n1\n")
    run(page, 2, "x = 2\n")
    assert run(page, 3, "f()\n", printed=">>> f()\n2\n")["state"] == "same"
    assert run(page, 1, "f()\n", printed=">>> f()\n1\n")["state"] == "same"


def test_only_what_has_not_run_as_it_stands_runs_before_the_clicked_block(page):
    """The first block to run is the first one that is new or changed, at most the clicked one."""
    assert page.first_to_run(["a = 1", "b = 2", "c = 3"], 2) == 0
    run(page, 0, "a = 1")
    run(page, 1, "b = 2")
    assert page.first_to_run(["a = 1", "b = 2", "c = 3"], 2) == 2
    assert page.first_to_run(["a = 1", "b = 5", "c = 3"], 2) == 1
    assert page.first_to_run(["a = 1", "b = 2", "c = 3"], 0) == 0


def test_an_error_tells_the_line_of_the_readers_code(page):
    """The last line, its place, and all of it without the frames of what runs it."""
    error = run(page, 0, "a = 1\nb = nosuch\n")["error"]
    assert (error["last"], error["line"], error["name"]) == ("NameError: name 'nosuch' is not defined", 2, "nosuch")
    assert "b = nosuch" in error["whole"]
    assert "exec(" not in error["whole"]
    assert run(page, 0, "def f(:\n")["error"]["line"] == 1
    assert "keyboard" in run(page, 0, "input()\n")["error"]["last"]


def test_a_flood_of_output_is_cut(page):
    """At the length that the reader is told."""
    result = run(page, 0, "while True: print('x' * 99)\n", kind="python")
    assert result["state"] == "cut"
    assert len(result["stdout"]) == blocks.MAX_PRINTED


def test_a_cell_shows_its_last_value(page):
    """As a notebook does, and a fence does not."""
    assert run(page, 0, "x = 2\nx\n", kind="cell")["stdout"] == "2\n"
    assert run(page, 0, "x = 2\nx\n", kind="python")["stdout"] == ""


def test_a_module_of_an_archive_that_is_not_loaded_is_asked_for(page, tmp_path, monkeypatch):
    """Also one of its rest; what no archive has is an ordinary ModuleNotFoundError."""
    finder = blocks.Archives({"nosuch_library": "library"})
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, finder])
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(blocks.Missing) as missing:
        run(page, 0, "import nosuch_library\n")
    assert missing.value.archive == "library"
    package = tmp_path / "nosuch_library"
    package.mkdir()
    (package / "__init__.py").touch()
    Path(tmp_path, "library-rest.names").write_text("nosuch_library.more")
    finder.load("library")
    assert run(page, 0, "import nosuch_library\n")["state"] == "ran"
    with pytest.raises(blocks.Missing) as missing:
        run(page, 1, "import nosuch_library.more\n")
    assert missing.value.archive == "library-rest"
    assert "No module named" in run(page, 1, "import nosuch_library.none\n")["error"]["last"]
