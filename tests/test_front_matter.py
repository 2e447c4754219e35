"""Front matter is read as MkDocs reads it; what a builder would show, cut or lose is an error at its line."""

import json
import subprocess
import sys

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mkdocs.utils.meta import get_data
from test_leftovers import SETTINGS

from rnn_notes import pages
from rnn_notes.command import main
from rnn_notes.pages import PageError, front_matter

PAGE = "# A page\n\nText.\n\n---\n\n$$\n% check: chain\n1 + 1 = 2\n$$\n"
READ = [
    "",
    "---\ntitle: 'One: two'\n---\n",
    '---\ntitle: "One #2"\n...\n',
    "--- \na: 1\nb:\n    - c\n    - $5\n---\n",
    "---\nheader: |\n  \\usepackage{amsmath}  # the maths\n---\n",
    "---\n# a comment\na: [b, c] # another\nd: 12 # and one\n---\n",
    "---\na: A long text,\n  which goes on\n---\n",
]
FAULTS = {  # front matter, the line that is named, what is said
    "---\ntitle: A\ndescription: One: two\n---\n": (
        3,
        "mapping values are not allowed here); write a name and a value",
    ),
    "---\ntitle: 'One\n---\n": (2, "put a value with a colon, a # or a quote in it into quotes"),
    "---\ntitle: [One\n---\n": (2, "cannot be read"),
    "---\n\ttitle: One\n---\n": (2, "cannot be read"),
    "---\na: b\na b\n---\n": (3, "cannot be read"),
    "---\na: *b\n---\n": (2, "cannot be read"),
    "---\na: !b c\n---\n": (2, "cannot be read"),
    "---\na: 2026-13-45\n---\n": (1, "month must be in 1..12"),
    "---\na: \x07\n---\n": (1, "cannot be read"),
    f"---\na: {'[' * 5000}\n---\n": (1, "cannot be read"),
    "---\njust words\n---\n": (1, "holds no names"),
    "---\n---\n": (1, "holds no names"),
    "---\ntitle: One\n": (1, "does not end; end it with a line ---, or write a rule as ***"),
    "\n---\ntitle: One\n---\n": (1, "it begins in the first line"),
    "---\na: 1\nb: 2\na: 3\n---\n": (4, "says twice what a is; keep one"),
    "---\na: Number#5\nb: Exercise #5\n---\n": (3, "is a comment (#5); put the value into quotes"),
}


@pytest.mark.parametrize("head", READ)
def test_front_matter_is_read_as_mkdocs_reads_it(tmp_path, head):
    """The same values and the same text below; nothing of it is read as text, formula or code."""
    path = tmp_path / "page.md"
    path.write_text(head + PAGE, encoding="utf-8")
    page = pages.read(path)
    text, values = get_data(head + PAGE)
    assert text == PAGE
    assert page.front == values
    assert not page.unread
    assert [display.line for display in page.displays] == [head.count("\n") + 7]
    assert page.paragraphs[0].text == "# A page"


@pytest.mark.slow
@pytest.mark.parametrize("head", FAULTS)
def test_front_matter_that_a_builder_would_show_or_cut_is_an_error(tmp_path, capsys, head):
    """For the command as for the extension, at its line and with a way out, whatever it is that cannot be read."""
    line, said = FAULTS[head]
    path = tmp_path / "page.md"
    path.write_text(head + "# A page\n", encoding="utf-8")
    assert main([str(path)]) == 2
    printed = capsys.readouterr().out
    assert f"page.md:{line}: UNREAD" in printed
    assert said in printed
    with pytest.raises(PageError, match=rf"page\.md:{line}: "):
        rendered(path, get_data(path.read_text(encoding="utf-8"))[0])


def rendered(path, text, *more):
    """The HTML that Python-Markdown makes of a page, or of what a builder has left of it."""
    configs = {"rnn_notes.web.extension": {"path": str(path), "sheet": False}}
    return markdown.markdown(text, extensions=["rnn_notes.web.extension", *more], extension_configs=configs)


@pytest.mark.slow
def test_the_plugin_reports_front_matter_that_cannot_be_read(tmp_path):
    """As a test that fails, with file and line."""
    (tmp_path / "pyproject.toml").write_text('[tool.rnn_notes.checks]\npages = ["."]\n')
    (tmp_path / "page.md").write_text("---\ntitle: A\ndescription: One: two\n---\n\n# A page\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "page.md:3: the front matter cannot be read (mapping values are not allowed here)" in run.stdout
    assert "1 failed" in run.stdout


def test_front_matter_that_nothing_takes_away_is_refused(tmp_path):
    """Markdown alone shows it; its extension meta takes it, and lines still count from the head of the file."""
    path = tmp_path / "page.md"
    path.write_text("---\ntitle: One\n---\n\nText.\n", encoding="utf-8")
    with pytest.raises(PageError, match=r"page\.md:1: .*extension meta"):
        rendered(path, path.read_text())
    assert "title" not in rendered(path, path.read_text(), "meta")
    path.write_text("---\ntitle: One\n---\n\nText $x.\n", encoding="utf-8")
    with pytest.raises(PageError, match=r"page\.md:5: this dollar"):
        rendered(path, path.read_text(), "meta")


def test_text_that_is_taken_for_front_matter_is_refused(tmp_path):
    """MkDocs takes lines such as these away also without dashes."""
    path = tmp_path / "page.md"
    path.write_text("Loss: what is to fall.\n\nText.\n", encoding="utf-8")
    text, values = get_data(path.read_text())
    assert values
    with pytest.raises(PageError, match=r"page\.md:1: .*no reader would see it; begin the page with its heading"):
        rendered(path, text)


@SETTINGS
@given(st.text(alphabet="ab:#-'\"[]{}|>&*!%@`,?\n \t.", max_size=40))
def test_what_is_read_is_what_mkdocs_reads(tmp_path, inside):
    """Whatever is between the dashes: the same values, or an error with its line, and nothing else."""
    rows = f"---\n{inside}\n---\n\n# A page\n".split("\n")
    try:
        values, taken = front_matter.split(tmp_path / "page.md", rows)
    except PageError as error:
        at = error.line
    else:
        at = 0
    if at:
        assert at <= len(rows)
        return
    text, theirs = get_data("\n".join(rows))
    assert json.dumps(values, default=str) == json.dumps(theirs, default=str)
    assert text == "\n".join(rows[taken:]).lstrip("\n")
