"""The page "Check your own notes" is followed to the letter: its files are written, its commands run and compared."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from rnn_notes import pages

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
PAGE = pages.read(ROOT / "docs" / "reference" / "your-own-notes.md")
FILES = {
    fence.not_run.removeprefix("the file "): fence.code
    for fence in PAGE.fences
    if (fence.not_run or "").startswith("the file ")
}
COMMANDS = [
    line.removeprefix("$ ")
    for fence in PAGE.fences
    if fence.language == "console"
    for line in fence.code.splitlines()
    if line.startswith("$ ")
]


def matches(shown, printed):
    """Whether a text is the one shown, where … stands for anything."""
    pattern = ".*".join(map(re.escape, shown.split("…")))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL)


def run(command, folder):
    """What a command of the page prints, whose Python is the one that runs this test."""
    words = command.split()
    words = [sys.executable, "-m", *words] if words[0] in ("pytest", "mkdocs") else [sys.executable, *words[1:]]
    options = "-p rnn_notes.pytest_plugin -p no:playwright -p no:cacheprovider --color=no"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": options}
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_each_command_prints_what_the_page_shows(tmp_path):
    """From an empty folder, in the order of the page; the pages of the example are copied where it says so."""
    ran = 0
    for fence in PAGE.fences:
        if (fence.not_run or "").startswith("the file "):
            path = tmp_path / fence.not_run.removeprefix("the file ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fence.code, encoding="utf-8")
        elif fence.language == "python":
            with (tmp_path / "my_runs.py").open("a", encoding="utf-8") as module:
                module.write(f"{fence.code}\n")
        elif (fence.language == "console" and "python -m rnn_notes.checks" in fence.code) or "$ pytest\n" in fence.code:
            if ran == 1:
                shutil.copytree(EXAMPLES / "docs", tmp_path / "docs", dirs_exist_ok=True)
            _, command, shown = re.split(r"^\$ (python .*|pytest)\n", fence.code, flags=re.MULTILINE)
            assert matches(shown.strip(), printed := run(command, tmp_path)), printed
            ran += 1
    assert ran == 3
    assert "Traceback" not in run("mkdocs build --strict", tmp_path)


def test_the_code_of_the_page_is_the_module_of_the_example():
    """Block by block, in the same order."""
    blocks = [fence.code for fence in PAGE.fences if fence.language == "python"]
    docstring, _, code = (EXAMPLES / "my_runs.py").read_text().partition("\n\n")
    assert docstring.startswith('"""')
    assert re.sub(r"\n+", "\n", code) == re.sub(r"\n+", "\n", "".join(blocks))


@pytest.mark.parametrize("name", ["pyproject.toml", "mkdocs.yml"])
def test_the_settings_on_the_page_are_those_of_the_example(name):
    """Word for word."""
    assert FILES[name] == (EXAMPLES / name).read_text()


def test_the_workflow_says_the_commands_of_the_page():
    """It is YAML that GitHub reads, and installs what the commands need."""
    workflow = yaml.safe_load(FILES[".github/workflows/notes.yml"])
    steps = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    assert steps[1:3] == [command for command in COMMANDS if command in ("python -m rnn_notes.checks", "pytest")]
    assert steps[0] == "pip install 'rnn-notes[markdown]' pytest mkdocs"
    assert steps[3] == "mkdocs build --strict"


def test_the_packages_that_the_page_installs_are_those_of_the_package():
    """The extra that it names is one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [extra for command in COMMANDS for extra in re.findall(rf"{project['name']}\[(.*?)\]", command)]
    assert named == ["markdown"]
    assert set(named) <= set(project["optional-dependencies"])
