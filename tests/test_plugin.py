"""The pytest plugin in projects of other authors: what it collects, how that runs, which projects it leaves alone."""

import pytest

from rnn_notes.checks import verdicts  # noqa: F401  imported once for all tests

TABLE = "[tool.rnn_notes.checks]\npages = ['docs']\n"
TRUE = "$$\n% check: numbers\n1 + 1 = 2\n$$\n"


@pytest.fixture
def project(pytester, monkeypatch):
    """A function that writes files, runs pytest among them, and gives what it prints."""

    def run(files, *arguments, folder=".", alone=False, **environment):
        for name, text in files.items():
            path = pytester.path / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text) if isinstance(text, bytes) else path.write_text(text, encoding="utf-8")
        for name, value in {"CI": "", **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(pytester.path / folder)
        start = pytester.runpytest_subprocess if alone else pytester.runpytest_inprocess
        plugins = ["-p", "rnn_notes.pytest_plugin", "-p", "no:playwright"]
        done = start("-rA", "--tb=short", "--color=no", *plugins, *arguments)
        return f"{done.stdout}\n{done.stderr}"

    return run


@pytest.mark.slow
def test_a_project_without_the_table_is_left_alone(project):
    """Its pages are collected neither from a folder nor by name, and nothing of the checker is imported."""
    test = "import sys\ndef test():\n    assert not {'sympy', 'lark'} & set(sys.modules)\n"
    printed = project({"docs/page.md": TRUE, "pyproject.toml": "", "test_own.py": test}, alone=True)
    assert "1 passed" in printed
    assert "page.md" not in printed


def test_the_pages_are_tests_beside_the_projects_own(project):
    """With the file and the line of each."""
    printed = project({"docs/page.md": "Text.\n\n" + TRUE, "pyproject.toml": TABLE, "test_own.py": "def test(): pass"})
    assert "PASSED docs/page.md::line 3: display" in printed
    assert "2 passed" in printed


def test_pages_are_tests_also_where_testpaths_does_not_name_them(project):
    """They are not left out because the other tests have a folder; a path on the command line still counts."""
    files = {
        "docs/page.md": TRUE,
        "tests/test_own.py": "def test(): pass",
        "pyproject.toml": TABLE + "[tool.pytest.ini_options]\ntestpaths = ['tests']\n",
    }
    assert "2 passed" in project(files)
    assert "1 passed" in project(files, "tests")


def test_a_project_below_another_is_the_one_that_counts(project):
    """Its own table is used, though pytest takes its settings from the folder above; and also from afar."""
    above = {"pyproject.toml": "[tool.pytest.ini_options]\n", "outer.md": TRUE}
    files = above | {"inner/pyproject.toml": TABLE.replace("docs", "page.md"), "inner/page.md": TRUE}
    assert "PASSED page.md::line 1: display" in project(files, folder="inner")
    assert "no tests ran" in project(files)
    assert "1 passed" in project({}, "--rootdir=inner", "inner")


def test_a_page_that_is_not_named_is_no_test(project):
    """Only those of the table are."""
    printed = project({"docs/page.md": TRUE, "README.md": "$$\n1 = 2\n$$\n", "pyproject.toml": TABLE})
    assert "1 passed" in printed


def test_a_wrong_table_ends_the_run_with_its_message(project):
    """It names the file and the key."""
    printed = project({"pyproject.toml": "[tool.rnn_notes.checks]\npages = 3\n"})
    assert "pyproject.toml: [tool.rnn_notes.checks] pages: a list of paths" in printed
    assert "Traceback" not in printed


def test_a_page_that_cannot_be_read_is_one_test_and_the_others_run(project):
    """It fails with file and line."""
    files = {"docs/a.md": "\n$$\n1\n", "docs/b.md": b"\xff\xfe", "docs/c.md": TRUE, "pyproject.toml": TABLE}
    printed = project(files)
    assert "a.md:2: this display is not read as one" in printed
    assert "b.md:1: this is not UTF-8 text" in printed
    assert "2 failed, 1 passed" in printed


def test_a_false_display_fails_with_its_evidence(project):
    """File, line and column of what does not hold, and the numbers."""
    printed = project({"docs/page.md": TRUE.replace("2", "3"), "pyproject.toml": TABLE})
    assert "page.md:3:1: FAILS (numbers)" in printed
    assert "left" in printed
    assert "1 failed" in printed


def test_the_code_of_a_page_runs_in_a_namespace_and_folder_of_its_own(project, pytester):
    """A later block sees what an earlier one has made; another page sees neither names nor files."""
    first = "```python\nx = 1\nopen('made.txt', 'w').close()\n```\n\n```pycon\n>>> x, __name__\n(1, '__main__')\n```\n"
    second = (
        "```python\nimport os\nassert 'x' not in globals() and not os.listdir()\n```\n\nOne.\n<!-- holds: 1 == 1 -->\n"
    )
    printed = project({"docs/a.md": first, "docs/b.md": second, "pyproject.toml": TABLE})
    assert "4 passed" in printed
    assert not (pytester.path / "made.txt").exists()


def test_a_test_of_a_page_can_be_chosen_alone(project):
    """The code above it runs first, once; one of another language or below does not."""
    code = "```python\nn = 1\n```\n\n```pycon\n>>> n += 1\n```\n\n```r\nstop('not asked for')\n```\n"
    text = code + "\nTwo.\n<!-- holds: n == 2 -->\n\n```python\nn = 3\n```\n\nThree.\n<!-- holds: n == 3 -->\n"
    files = {"docs/page.md": text, "pyproject.toml": TABLE}
    assert "2 passed" in project(files, "-k", "claim")
    assert "1 passed" in project(files, "docs/page.md::line 14: claim")


def test_a_spelling_that_nothing_needs_is_a_failing_test(project):
    """It is not passed over because all formulas hold."""
    printed = project({"docs/page.md": f"<!-- spelling: S_t is h_t -->\n\n{TRUE}", "pyproject.toml": TABLE})
    assert "FAILED docs/page.md::line 1: spelling" in printed
    assert "1 failed, 1 passed" in printed


def test_an_exception_is_reported_from_the_line_of_the_page_on(project):
    """Also where it is raised in a function of an earlier block."""
    text = "```python\ndef f():\n    return 1 / 0\n```\n\nText.\n\n```python\ny = 2\nf()\n```\n"
    printed = project({"docs/page.md": text, "pyproject.toml": TABLE})
    assert "page.md:10: in <module>" in printed
    assert "page.md:3: in f" in printed
    assert "pytest_plugin.py" not in printed


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 passed, 3 skipped"), ("true", "3 failed, 1 passed")])
def test_r_code_without_r_is_skipped_but_not_in_ci(project, tmp_path, ci, outcome):
    """With what reads its files below. A missing tool is a failure where nobody looks."""
    above, below = "```python\nx = 1\n```\n", "```python\nopen('x')\n```\n\n```pycon\n>>> open('x').name\n'x'\n```\n"
    page = f"{above}\n```r\nwriteLines('1', 'x')\n```\n\n{below}"
    printed = project({"docs/page.md": page, "pyproject.toml": TABLE}, CI=ci, PATH=str(tmp_path))
    assert "Rscript is missing; install r-base-core" in printed
    assert outcome in printed


def test_without_r_all_else_is_checked(project, tmp_path):
    """A false formula and a wrong number below R code are no matter of R."""
    page = "```r\n1\n```\n\n$$\n% check: chain\n1 = 2\n$$\n\n```pycon\n>>> 1\n2\n```\n"
    printed = project({"docs/page.md": page, "pyproject.toml": TABLE}, CI="", PATH=str(tmp_path))
    assert "2 failed, 1 skipped" in printed


def test_a_block_that_says_why_it_is_not_run_is_not_run(project):
    """And so is one in another language."""
    text = '```python title="not run: it raises"\n1 / 0\n```\n\n```text\nwords\n```\n'
    assert "no tests ran" in project({"docs/page.md": text, "pyproject.toml": TABLE})


OWN = """from rnn_notes.checks import Run
def double(v):
    v["y"] = {factor} * v["x"]
RUNS = [Run("doubling", "twice a number", parameters={{"x": ""}}, step=double)]
"""


def test_the_runs_of_the_project_are_those_of_its_table(project):
    """The module lies beside pyproject.toml; a verdict is not remembered once the module says something else."""
    page = "$$\n% check: doubling\ny = 2 x\n$$\n"
    files = {"docs/page.md": page, "pyproject.toml": TABLE + "runs = 'own_runs'\n"}
    assert "1 passed" in project(files | {"own_runs.py": OWN.format(factor=2)})
    assert "1 passed" in project(files)
    assert "1 failed" in project(files | {"own_runs.py": OWN.format(factor=2.5)})


def test_a_label_and_a_reference_are_tests(project):
    """A reference to a label of another page passes, one that nothing answers fails, and so does a label used twice."""
    display = TRUE.replace("= 2", "= 2 \\label{eq:two}")
    files = {
        "docs/one.md": display,
        "docs/two.md": "By \\eqref{eq:two}.\n\nBy \\eqref{eq:none}.\n",
        "pyproject.toml": TABLE,
    }
    printed = project(files)
    assert "PASSED docs/one.md::line 1: label" in printed
    assert "PASSED docs/two.md::line 1: reference" in printed
    assert "FAILED docs/two.md::line 3: reference" in printed
    assert "no display has the label 'eq:none'; there are eq:two" in printed
    printed = project({"docs/three.md": display})
    assert "FAILED docs/three.md::line 1: label" in printed or "FAILED docs/one.md::line 1: label" in printed
