"""What pyproject.toml says about the pages of a project, and that a wrong setting is named with its file and key."""

import itertools
import sys
import textwrap

import pytest

from rnn_notes import pages, project
from rnn_notes.project import ProjectError

HERE = "pyproject.toml: [tool.rnn_notes.checks]"
names = (f"own_runs_{n}" for n in itertools.count())  # a module is imported once, so each test has its own


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder, which is not left on the path of imports."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


def settings(folder, table):
    """The project with that table."""
    (folder / "pyproject.toml").write_text(f"[tool.rnn_notes.checks]\n{table}\n", encoding="utf-8")
    return project.load()


def test_a_project_without_the_table_is_not_configured(folder):
    """So the pytest plugin leaves it alone."""
    assert not project.load().configured
    (folder / "pyproject.toml").write_text("[tool.other]\n")
    assert not project.load().configured
    assert settings(folder, "").configured


def test_pages_are_paths_from_the_folder_of_the_file(folder):
    """Folders stand for the pages below them."""
    (folder / "docs").mkdir()
    for name in ("README.md", "docs/b.md", "docs/a.ipynb", "docs/words.txt"):
        (folder / name).touch()
    assert settings(folder, 'pages = ["docs", "README.md", "docs/b.md"]').files() == [
        folder / "README.md",
        folder / "docs/a.ipynb",
        folder / "docs/b.md",
    ]


WRONG = {
    "pages = 3": 'pages: a list of paths such as ["docs", "README.md"] is expected, not 3',
    "pages = []": "pages: a list of paths such as",
    'pages = "docs"': "pages: a list of paths such as",
    "pages = [3]": "is expected, not [3]",
    "runs = ['a']": 'runs: "MODULE" or "MODULE:NAME" is expected, not [\'a\']',
    "runs = ''": 'runs: "MODULE" or "MODULE:NAME" is expected, not \'\'',
    "spelling = 'a is b'": "spelling: a list of rules such as ['h^{(t)} is h_t'] is expected, not 'a is b'",
    "spelling = ['h_t is h_t']": "spelling: the spelling 'h_t is h_t' says nothing",
    "notation = 'docs/letters.md'": "notation: 'docs/letters.md' is not there; the page whose formulas",
    "page = ['docs']": "page: there is no such setting; there are pages, runs, spelling",
    "spelling = ['nonsense']": "spelling: a spelling is ",
    "runs = 'no_such_module'": "runs: there is no module 'no_such_module', neither in",
    "runs = 'rnn_notes.nothing'": "runs: there is no module 'rnn_notes.nothing', neither in",
    "runs = 'math'": "runs: RUNS in math must be a list of rnn_notes.checks.Run; it is None",
    "runs = 'math:pi'": "runs: pi in math must be a list of rnn_notes.checks.Run; it is 3.14",
    "runs = 'sys:path'": "runs: path in sys must be a list of rnn_notes.checks.Run; runs has ",
}


@pytest.mark.parametrize("table", WRONG)
def test_a_wrong_setting_is_named_with_what_came_and_what_is_expected(folder, table):
    """The message begins with the file and the table."""
    with pytest.raises(ProjectError) as error:
        settings(folder, table)
    assert WRONG[table] in str(error.value)
    assert str(error.value).startswith(f"{folder}/{HERE}")
    assert "\n" not in str(error.value)


MISNAMED = {
    "[tool.rnn_notes.check]": "[tool.rnn_notes] check is not read",
    "[tool.rnn_notes]\npages = ['docs']": "[tool.rnn_notes] pages is not read",
    "[tool.rnn-notes.checks]": "[tool.rnn-notes] is not read",
    "[tool.RNN_Notes.checks]": "[tool.RNN_Notes] is not read",
    "[rnn_notes.checks]": "[rnn_notes] is not read",
    "[tool]\nrnn_notes = 5": "tool.rnn_notes is 5 but a table is expected",
}


@pytest.mark.parametrize("table", MISNAMED)
def test_a_table_that_looks_like_ours_and_is_not_read_is_an_error(folder, table):
    """Else all that it says would be passed over in silence."""
    (folder / "pyproject.toml").write_text(f"{table}\n", encoding="utf-8")
    with pytest.raises(ProjectError) as error:
        project.load()
    assert str(error.value) == f"{folder}/pyproject.toml: {MISNAMED[table]}; write [tool.rnn_notes.checks]"


@pytest.mark.parametrize(("name", "fault"), [("nothing.md", "is not there"), ("empty", "holds no page")])
def test_each_name_among_the_pages_must_lead_to_a_page(folder, name, fault):
    """Nothing that was to be checked is passed over."""
    (folder / "a.md").touch()
    (folder / "empty").mkdir()
    with pytest.raises(ProjectError, match=rf"pages: '{name}' {fault}"):
        settings(folder, f'pages = ["a.md", "{name}"]').files()


def test_a_file_that_is_not_toml_is_named(folder):
    """With the reason."""
    (folder / "pyproject.toml").write_text("[tool\n")
    with pytest.raises(ProjectError, match=r"pyproject\.toml: not TOML: "):
        project.load()


STATE = "$$\n% check: rnn\nS_t = \\tanh(a_t)\n$$\n"


def outcomes(folder, text):
    """What the project finds of a page."""
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return [verdict.outcome for verdict in project.load().judge(pages.read(path))]


def test_a_project_and_a_page_state_their_spelling(folder):
    """The rules of both are read together; without them the formula is another one."""
    assert outcomes(folder, STATE) != ["evaluated"]
    assert outcomes(folder, f"<!-- spelling: S_t is h_t -->\n\n{STATE}") == ["evaluated"]
    settings(folder, "spelling = ['S_t is h_t']")
    assert outcomes(folder, STATE) == ["evaluated"]
    both = STATE.replace("a_t", r"\xi_t")
    assert outcomes(folder, f"<!-- spelling: \\xi_t is a_t -->\n\n{both}") == ["evaluated"]


def test_a_spelling_that_cannot_be_used_is_refused_at_its_line(folder):
    """One that is not a rule, or that no formula of the page needs."""
    settings(folder, "spelling = ['S_t is h_t']")
    for rule in ("nonsense", "R_t is x_t"):
        (folder / "page.md").write_text(f"Text.\n\n<!-- spelling: {rule} -->\n\n{STATE}")
        verdicts = project.load().judge(pages.read(folder / "page.md"))
        assert (3, "refused") in [(verdict.line, verdict.outcome) for verdict in verdicts], rule


RAISES = {
    "1 / 0": "raises ZeroDivisionError: division by zero",
    "raise SystemExit": "raises SystemExit",
    "import no_such_module": "raises ModuleNotFoundError: No module named 'no_such_module'",
    "import math; math.nothing": "raises AttributeError: module 'math' has no attribute 'nothing'",
    "import numpy; numpy.zeros(-1)": "raises ValueError: negative dimensions",
    "from rnn_notes.checks import Run; Run('my run', 'mine')": "raises ValueError: run 'my run': the name is one word",
    "def f(:": "raises SyntaxError: invalid syntax",
}


@pytest.mark.parametrize("line", RAISES)
def test_a_module_that_raises_is_named_with_its_line(folder, line):
    """One sentence, which ends in the place within the author's own file."""
    name = next(names)
    (folder / f"{name}.py").write_text(f"x = 1\n{line}\n")
    with pytest.raises(ProjectError) as error:
        settings(folder, f"runs = '{name}'")
    assert f"runs: importing {name} {RAISES[line]}" in str(error.value)
    assert str(error.value).endswith(f"({folder / name}.py:2)")


def test_runs_of_its_own_are_found_beside_the_file(folder, monkeypatch):
    """Also from a folder below it."""
    name = next(names)
    (folder / f"{name}.py").write_text("RUNS = []\n")
    (folder / "docs").mkdir()
    (folder / "pyproject.toml").write_text(f"[tool.rnn_notes.checks]\nruns = '{name}'\n")
    monkeypatch.chdir(folder / "docs")
    assert project.load().runs == name


PAGE = r"""<!-- spelling: h^{(t)} is h_t; {rule} -->

$$
% check: rnn
h^{{(t)}} = \tanh(a_t)
$$
"""


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (r"\circ is \odot", r"no formula here needs the spelling '\circ is \odot'; leave it out"),
        ("a is a", "the spelling 'a is a' says nothing"),
        ("h is b + c", "'h is b + c': what follows 'is' must be one symbol"),
    ],
)
def test_a_page_states_its_spelling_and_what_is_wrong_with_it_has_a_line(folder, rule, fault):
    """Each display is read by the rules of the page; a rule that says nothing, or that nothing needs, is refused."""
    page = folder / "page.md"
    page.write_text(PAGE.replace("; {rule}", "").replace("{{", "{").replace("}}", "}"))
    (verdict,) = settings(folder, "pages = ['page.md']").judge(pages.read(page))
    assert verdict.outcome == "evaluated"
    page.write_text(PAGE.replace("{rule}", rule).replace("{{", "{").replace("}}", "}"))
    *_, last = settings(folder, "pages = ['page.md']").judge(pages.read(page))
    assert (last.line, last.outcome, fault in last.evidence) == (1, "refused", True), last


def test_a_project_states_a_spelling_for_all_its_pages(folder):
    """It counts on every page, even where a page does not need it."""
    page = folder / "page.md"
    page.write_text("$$\n% check: rnn\ns^{(t)} = \\tanh(a_t)\n$$\n")
    mine = settings(folder, "pages = ['page.md']\nspelling = ['s^{(t)} is h_t', '\\circ is \\odot']")
    assert [verdict.outcome for verdict in mine.judge(pages.read(page))] == ["evaluated"]


def test_an_edited_module_is_read_anew(folder):
    """So that a page which is served is judged on the runs that the editor shows."""
    name = next(names)
    module = "from rnn_notes.checks import Run\nRUNS = [Run('{}', 'a number', parameters={{'x': ''}})]\n"
    page = folder / "page.md"
    for run in ("first", "second_one"):
        (folder / f"{name}.py").write_text(module.format(run))
        page.write_text(f"$$\n% check: {run}\nx + x = 2 x\n$$\n")
        (verdict,) = settings(folder, f"runs = '{name}'").judge(pages.read(page))
        assert verdict.outcome == "evaluated", verdict.evidence


def test_a_fault_of_the_checker_is_named_as_such(folder, monkeypatch):
    """It is not blamed on the author's runs, and does not end the check of other pages."""
    (folder / "page.md").write_text(STATE)
    monkeypatch.setattr("rnn_notes.checks.verdicts.check", textwrap.dedent)
    fault = r"page\.md:1: a fault of the checker, please report it: it raises TypeError"
    with pytest.raises(pages.PageError, match=fault):
        project.load().judge(pages.read(folder / "page.md"))


def test_what_the_page_of_the_notation_states_may_be_repeated(tmp_path, monkeypatch):
    """In the text of every page of the project."""
    settings = '[tool.rnn_notes.checks]\npages = ["docs"]\nnotation = "docs/letters.md"\n'
    (tmp_path / "pyproject.toml").write_text(settings)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "one.md").write_text("As $2 + 2 = 4$, not $2 + 2 = 5$.\n")
    (tmp_path / "docs" / "letters.md").write_text("$$\n% check: chain\n2 + 2 = 4\n$$\n")
    verdicts = project.load(tmp_path).judge(pages.read(tmp_path / "docs" / "one.md"))
    assert [verdict.outcome for verdict in verdicts] == ["repeats", "refused"]


def test_a_site_may_be_built_of_a_part_of_the_notes(folder):
    """Without the page of the notation, which the command and the tests of the whole ask for."""
    (folder / "one.md").write_text("As $2 + 2 = 4$.\n")
    with pytest.raises(ProjectError, match=r"'letters\.md' is not there"):
        settings(folder, "notation = 'letters.md'")
    (verdict,) = project.load(whole=False).judge(pages.read(folder / "one.md"))
    assert verdict.outcome == "refused"
