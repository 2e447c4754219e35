"""What an author of pages sees: the command, verdicts that are remembered, places of faults."""

import json
import sys

import pytest

from rnn_notes import cache
from rnn_notes.checks.verdicts import check
from rnn_notes.command import main
from rnn_notes.pages import Display

SIGMA = r"\sigma(x) = \frac{1}{1 + e^{-x}}"


def page(tmp_path, *displays, name="page.md"):
    """A page with displays (mark, LaTeX), the first at line 3."""
    blocks = [f"$$\n% check: {mark}\n{text}\n$$\n" for mark, text in displays]
    path = tmp_path / name
    path.write_text("# Title\n\n" + "\n".join(blocks), encoding="utf-8")
    return path


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """Verdicts are remembered in a folder of the test."""
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "cache")
    return tmp_path / "cache" / "checks"


@pytest.mark.slow
def test_the_command_prints_a_line_a_display_and_counts(tmp_path, capsys, empty_cache):
    """``file:line: holds (…)``, a summary, exit status 0."""
    path = page(
        tmp_path, ("define", SIGMA), ("chain", r"\sigma(0) = \frac12"), ("rnn", r"h_t = \tanh(a_t)"), ("skip: art", "x")
    )
    assert main([str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{path}:3: holds (define, agrees with rnn_notes.activations.sigmoid")
    assert lines[1] == f"{path}:8: holds (chain, 1 step proved)"
    assert lines[2].startswith(f"{path}:13: holds (rnn, 1 free index, max difference ")
    assert lines[3] == f"{path}:18: skipped (art)"
    assert lines[4] == "4 formulas: 1 defined, 1 evaluated, 1 proved, 1 skipped"


@pytest.mark.slow
def test_a_changed_sign_fails_with_file_line_and_evidence(tmp_path, capsys, empty_cache):
    """The line is that of the wrong equation within the display, and the numbers of both sides follow."""
    wrong = "\\begin{aligned}\na_t &= W_{xh} x_t + W_{hh} h_{t-1} + b_h \\\\\nh_t &= -\\tanh(a_t)\n\\end{aligned}"
    path = page(tmp_path, ("lecture", wrong), ("rnn", r"h_t = \tanhh(a_t)"))
    assert main([str(path), "--json", str(tmp_path / "verdicts.json")]) == 1
    out = capsys.readouterr().out
    assert (
        f"{path}:7:1: FAILS (lecture)\n    at t = 1:\n    left  [-0.2729  0.2636  0.207 ]ᵀ\n    right [ 0.2729" in out
    )
    assert f"{path}:13:7: REFUSED (rnn)\n    \\tanhh is not read here" in out
    fails, refused = json.loads((tmp_path / "verdicts.json").read_text())
    assert (fails["path"], fails["line"], fails["outcome"], fails["fault"]) == (str(path), 3, "fails", [7, 1])
    assert refused["outcome"] == "refused"


def stopped(capsys, *arguments):
    """The sentence with which the command ends, with exit status 2."""
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    assert stop.value.code == 2
    sentence = capsys.readouterr().err
    assert sentence.startswith("python -m rnn_notes.checks: ")
    assert sentence.count("\n") == 1
    return sentence.removeprefix("python -m rnn_notes.checks: ").strip()


def test_a_folder_stands_for_its_pages(tmp_path, capsys, empty_cache):
    """Notebooks and pages at any depth, but none of a hidden folder or an environment; each page once."""
    page(tmp_path, ("chain", "1 + 1 = 2"), name="one.md")
    for folder in ("deep/down", ".hidden", "venv/lib"):
        (tmp_path / folder).mkdir(parents=True)
        page(tmp_path / folder, ("chain", "1 + 2 = 3"), name="two.md")
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    assert main([str(tmp_path), str(tmp_path / "one.md")]) == 0
    out = capsys.readouterr().out
    assert "2 formulas: 2 proved" in out
    assert f"{tmp_path}/deep/down/two.md:3: holds" in out


def test_nothing_to_check_is_an_error_that_says_where(tmp_path, capsys, monkeypatch):
    """Exit status 2 for a missing path, an empty folder, a page without a display, or no page at all."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "words.md").write_text("Words.\n")
    monkeypatch.chdir(tmp_path)
    assert stopped(capsys, "three.md") == "three.md: there is no such page or folder"
    assert stopped(capsys, "empty") == "nothing to check: empty holds no page (.md, .markdown, .ipynb)"
    nothing = "nothing to check: no displayed formula, such as one between two lines $$, in words.md"
    assert stopped(capsys, "words.md") == nothing
    expected = f"nothing to check: name pages or folders, or list them in {tmp_path}/pyproject.toml: "
    assert stopped(capsys) == f"{expected}[tool.rnn_notes.checks] pages = […]"


def test_a_page_without_a_display_beside_others_is_named(tmp_path, capsys, empty_cache):
    """It is not an error, but neither is it passed over in silence."""
    page(tmp_path, ("chain", "1 + 1 = 2"), name="one.md")
    (tmp_path / "words.md").write_text("Words.\n")
    assert main([str(tmp_path)]) == 0
    assert f"without displays: {tmp_path}/words.md\n1 formula: 1 proved\n" in capsys.readouterr().out


UNREADABLE = {
    "open.md": (b"\n$$\n1 = 1\n", "open.md:2:1: UNREAD (neither checked nor run)\n    this display is not read as one"),
    "binary.md": (b"a\n\x00\x01", "binary.md:2: UNREAD\n    this is not UTF-8 text; save the page as UTF-8"),
    "utf16.md": ("$$\n1 = 1\n$$".encode("utf-16"), "utf16.md:1: UNREAD\n    this is not UTF-8 text"),
    "cut.ipynb": (b'{"cells": [', "cut.ipynb:1: UNREAD\n    not a whole notebook"),
    "old.ipynb": (b'{"worksheets": []}', "old.ipynb:1: UNREAD\n    a notebook of nbformat 3"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_page_that_cannot_be_read_is_reported_and_the_others_are_checked(name, tmp_path, capsys, empty_cache):
    """One line with file and line; exit status 1 if something else was checked, 2 if nothing was."""
    data, message = UNREADABLE[name]
    (tmp_path / name).write_bytes(data)
    assert main([str(tmp_path / name)]) == 2
    assert message in capsys.readouterr().out
    page(tmp_path, ("chain", "1 + 1 = 2"), name="z.md")
    assert main([str(tmp_path), "--json", str(tmp_path / "v.json")]) == 1
    out = capsys.readouterr().out
    assert message in out
    assert "2 formulas: 1 proved, 1 unread" in out
    assert json.loads((tmp_path / "v.json").read_text())[0]["outcome"] == "unread"


RAISES_LATER = """from rnn_notes.checks import Run
def few(rng, shape):
    return [[1], [2], [3], [4]] if shape[0] == 4 else [][shape[0]]
def step(v, t):
    v["h", t] = v["h", t - 1] + 1 / (4 - t)
RUNS = [
    Run("counts", "counting down", sizes="T", start={"h": ""}, step=step),
    Run("draws", "a drawn column", sizes="D N", parameters={"x": "N"}, draw={"x": few}),
]
"""


@pytest.mark.parametrize(
    ("run", "formula", "status", "fault"),
    [
        ("counts", "h_t = h_{t-1}", 1, "run 'counts': step fails for T = "),
        ("draws", "x = x + 1", 2, "a run that this page is checked on raises IndexError: list index out of range ("),
    ],
)
def test_a_run_that_raises_is_named(tmp_path, capsys, empty_cache, monkeypatch, run, formula, status, fault):
    """It fits together for few steps, or small arrays, and raises for more."""
    (tmp_path / "raises_later.py").write_text(RAISES_LATER)
    page(tmp_path, (run, formula))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "raises_later", raising=False)
    assert main(["page.md", "--runs", "raises_later"]) == status
    assert fault in capsys.readouterr().out


def test_a_file_for_the_verdicts_lies_in_a_folder_that_is_there(tmp_path, capsys):
    """A wrong place is named before anything is checked."""
    path = page(tmp_path, ("chain", "1 + 1 = 3"))
    for file in (tmp_path / "no" / "x.json", tmp_path):
        message = f"--json {file}: a file in a folder that exists is expected"
        assert stopped(capsys, path, "--json", file) == message


def test_the_pages_of_the_project_are_checked_if_none_are_named(tmp_path, capsys, empty_cache, monkeypatch):
    """Those of pyproject.toml, from any folder below it; without that table, those under docs/."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "notes").mkdir()
    page(tmp_path / "docs", ("chain", "1 + 1 = 2"), name="one.md")
    page(tmp_path / "notes", ("chain", "1 + 2 = 3"), ("chain", "1 + 3 = 4"), name="two.md")
    monkeypatch.chdir(tmp_path)
    assert main([]) == 0
    assert "docs/one.md:3: holds" in capsys.readouterr().out
    (tmp_path / "pyproject.toml").write_text('[tool.rnn_notes.checks]\npages = ["notes"]\n')
    monkeypatch.chdir(tmp_path / "docs")
    assert main([]) == 0
    assert "2 formulas" in capsys.readouterr().out


def test_a_verdict_is_remembered_until_something_that_it_rests_on_changes(empty_cache, monkeypatch):
    """The same display is judged once; an edit of it, of its mark or of a definition before it judges it again."""

    def displays(sigma=SIGMA, claim=r"\sigma(0) = \frac12", mark="chain"):
        return [Display(1, "define", sigma, 3), Display(6, mark, claim, 8)]

    first = check(displays())
    kept = len(list(empty_cache.iterdir()))
    monkeypatch.setattr("rnn_notes.checks.verdicts.judge", lambda *_: pytest.fail("judged again"))
    assert check(displays()) == first
    moved = check([Display(11, "define", SIGMA, 13), Display(16, "chain", r"\sigma(0) = \frac12", 18)])
    assert [verdict.line for verdict in moved] == [11, 16]
    monkeypatch.undo()
    monkeypatch.setattr(cache, "FOLDER", empty_cache.parent)
    for changed in [
        displays(claim=r"\sigma(0) = \frac13"),
        displays(mark="numbers"),
        displays(sigma=SIGMA.replace("{1}", "{3 - 2}")),
    ]:
        check(changed)
        assert len(list(empty_cache.iterdir())) > kept
        kept = len(list(empty_cache.iterdir()))


def test_a_fault_is_placed_by_line_and_column_of_the_page(empty_cache):
    """Lines of a display are counted on from its place on the page, even when its verdict comes from the cache."""
    for line in (1, 101):
        (verdict,) = check([Display(line, "numbers", "1 = 1 + 0 \\\\\n  2 = 3", line + 2)])
        assert (verdict.line, verdict.fault) == (line, (line + 3, 3))


def test_a_function_is_known_only_below_its_definition(empty_cache):
    """Above it, f(2) may be f times 2."""
    claim, definition = Display(1, "chain", "f(2) = 4", 2), Display(5, "define", "f(x) = x^2", 6)
    assert [v.outcome for v in check([claim, definition, claim])] == ["refused", "defined", "proved"]


LABELLED = "$$\n% check: numbers\n1 + 1 = 2 \\label{eq:two}\n$$\n"


@pytest.mark.parametrize(
    ("one", "two", "fault"),
    [
        (
            "By \\eqref{eq:two}\n\nand \\eqref{eq:none}.\n",
            LABELLED,
            "one.md:3:1: REFUSED (label)\n    no display has the label 'eq:none'; there are eq:two",
        ),
        (
            LABELLED,
            "# Two\n\n" + LABELLED,
            "two.md:3:1: REFUSED (label)\n    the label eq:two is taken by docs/one.md:1",
        ),
        (LABELLED.replace("eq:two", "a b"), "", "one.md:1:1: REFUSED (label)\n    a label is one word such as eq:cell"),
        (LABELLED.replace("= 2", "= 2 \\label{eq:b}"), "", "a display has one label; there are eq:b, eq:two"),
    ],
)
def test_a_label_that_is_missing_double_or_no_word_is_refused(one, two, fault, tmp_path, capsys, monkeypatch):
    """The command says so with the line, even where the other page is not one of those that it is asked to check."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.rnn_notes.checks]\npages = ['docs']\n")
    for name, text in (("one", one), ("two", two or "Text.")):
        (tmp_path / f"docs/{name}.md").write_text(text + "\n$$\n% check: numbers\n1 = 2 - 1\n$$\n", encoding="utf-8")
    for path in (["docs"], [f"docs/{fault[:6]}"] if fault.startswith(("one.md", "two.md")) else []):
        assert main(path) == 1
        assert fault in capsys.readouterr().out


def test_references_hold_across_pages_and_not_in_code(tmp_path, capsys, monkeypatch):
    """A page may refer to the label of another one that is checked with it; a code span refers to nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.md").write_text("By \\eqref{eq:two} and $\\eqref{eq:two}$, not `\\eqref{eq:none}`.\n")
    (tmp_path / "two.md").write_text(LABELLED)
    assert main(["one.md", "two.md"]) == 0
    assert main(["one.md"]) == 1
    assert "no display has the label 'eq:two'; there are none" in capsys.readouterr().out
