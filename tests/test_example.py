"""The project in ``examples/``: what holds is found to hold, and the one slip is found, in each of the ways to check.

``.ci/example.py``, which says what to expect, does the same in a fresh environment with the built wheel.
"""

import re
import runpy
import shutil
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from mkdocs.__main__ import cli

from rnn_notes.command import main

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
expected = runpy.run_path(str(ROOT / ".ci" / "example.py"))
FOUND, TESTS, SLIP = expected["FOUND"], expected["TESTS"], expected["SLIP"]


@pytest.fixture
def example(tmp_path, monkeypatch):
    """The project in a folder of its own, which is the working folder."""
    shutil.copytree(EXAMPLES, tmp_path / "example", ignore=shutil.ignore_patterns(".rnn_notes", "site"))
    monkeypatch.chdir(tmp_path / "example")
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path / "example"
    sys.modules.pop("my_runs", None)


@pytest.fixture
def with_the_slip(example):
    """The project, with the page that has a slip among its pages."""
    shutil.copy(example / "mistake.md", example / "docs")


def run_pytest(pytester):
    """What pytest prints in the working folder."""
    return str(pytester.runpytest_inprocess("-p", "rnn_notes.pytest_plugin", "-p", "no:playwright", "-q").stdout)


def test_the_command_finds_that_all_pages_hold(example, capsys):
    """It reads pages and runs from pyproject.toml, and says which page has no display."""
    assert main([]) == 0
    out = capsys.readouterr().out
    assert all(f"docs/{page}.md:" in out for page in ("index", "recurrence", "attention"))
    assert FOUND in out
    assert "without displays: docs/about.md\n" in out
    assert not re.search("fails|refused|skipped|unread", out)


def test_the_command_finds_the_slip(example, capsys):
    """With its line and the numbers of both sides."""
    assert main(["mistake.md"]) == 1
    out = capsys.readouterr().out
    assert SLIP in out
    assert "largest difference" in out


def test_pytest_runs_code_claims_and_displays(example, pytester, monkeypatch):
    """They are all that there are, and all pass."""
    monkeypatch.chdir(example)
    text = "".join(path.read_text() for path in (example / "docs").glob("*.md"))
    items = len(re.findall(r"^```py|^<!-- holds|^% check", text, re.MULTILINE))
    assert items == TESTS
    assert f"{items} passed" in run_pytest(pytester)


def test_pytest_finds_the_slip(example, with_the_slip, pytester, monkeypatch):
    """It fails, with file and line, and all else passes."""
    monkeypatch.chdir(example)
    printed = run_pytest(pytester)
    assert SLIP in printed
    assert f"1 failed, {TESTS} passed" in printed


def test_the_site_is_built_strictly_and_its_badges_lead_to_the_page_that_explains_them(example):
    """With MkDocs' own theme and the extension alone."""
    done = CliRunner().invoke(cli, ["build", "--strict"])
    assert done.exit_code == 0, done.output
    page = (example / "site" / "recurrence" / "index.html").read_text()
    displays = BeautifulSoup(page, "html.parser").select("div.display.evaluated")
    assert [display.select_one("a.badge")["href"] for display in displays] == ["../about/"] * 3


def test_the_site_is_not_built_with_the_slip(example, with_the_slip):
    """A strict build ends with file and line."""
    done = CliRunner().invoke(cli, ["build", "--strict"])
    assert done.exit_code == 1
    assert f"docs/{SLIP}" in done.output


def test_the_readme_names_all_files(example):
    """And none that is not there."""
    named = set(re.findall(r"^\| `([^`]*)`", (example / "README.md").read_text(), re.MULTILINE))
    files = {path.relative_to(example).as_posix() for path in example.rglob("*") if path.is_file()}
    assert named == {file for file in files if "__pycache__" not in file} - {"README.md", "docs/about.md"}
