"""What an author of pages sees: the command, verdicts that are remembered, places of faults."""

import json

import pytest

from rnn_notes import cache
from rnn_notes.checks.__main__ import main
from rnn_notes.checks.verdicts import check
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
    assert lines[4] == "4 displays: 1 defined, 1 evaluated, 1 proved, 1 skipped"


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


def test_a_folder_and_a_missing_page_can_be_named(tmp_path, capsys, empty_cache):
    """A folder stands for its pages; a page that is not there ends the command with its name."""
    page(tmp_path, ("chain", "1 + 1 = 2"), name="one.md")
    page(tmp_path, ("chain", "1 + 2 = 3"), name="two.md")
    assert main([str(tmp_path)]) == 0
    assert "2 displays: 2 proved" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([str(tmp_path / "three.md")])
    assert "three.md" in capsys.readouterr().err


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
    """Lines of a display are counted on from its place on the page, also when its verdict comes from the cache."""
    for line in (1, 101):
        (verdict,) = check([Display(line, "numbers", "1 = 1 + 0 \\\\\n  2 = 3", line + 2)])
        assert (verdict.line, verdict.fault) == (line, (line + 3, 3))


def test_a_function_is_known_only_below_its_definition(empty_cache):
    """Above it, f(2) is f times 2."""
    claim, definition = Display(1, "chain", "f(2) = 4", 2), Display(5, "define", "f(x) = x^2", 6)
    assert [v.outcome for v in check([claim, definition, claim])] == ["fails", "defined", "proved"]
