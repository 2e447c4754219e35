"""A file is read in a sitting: where it has more than 300 lines, its head says why it is long."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = 300
HEAD = 15  # lines, in which the reason is given
ROOMS = ("rnn_notes", "tests", "docs/assets", "docs/overrides", "examples", ".ci")
CODE = {".py", ".js", ".mjs", ".css", ".html", ".lark"}
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*")) if path.suffix in CODE]
LONG = [path for path in FILES if path.read_text(encoding="utf-8").count("\n") > LINES]


def reason(text: str) -> bool:
    """Whether the head of a file says that it is long, and why."""
    return bool(re.search(r"\blong\b\W+(?:since|because|for)\b", " ".join(text.split("\n")[:HEAD]), re.IGNORECASE))


@pytest.mark.parametrize("path", LONG, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_long_file_says_why_it_is_long(path):
    """In the docstring or the comment at its head; else it is two files."""
    lines = path.read_text(encoding="utf-8").count("\n")
    assert reason(path.read_text(encoding="utf-8")), (
        f"{path.relative_to(ROOT)} has {lines} lines but {LINES} are read in a sitting; split it by feature, "
        f'or say at its head "It is long because …"'
    )


def test_a_reason_is_one_sentence_at_the_head():
    """Not a word elsewhere, and not the word alone."""
    assert reason('"""A table.\n\nThe file is long\nsince it is a table.\n"""\n')
    assert not reason('"""A long table."""\n')
    assert not reason("\n" * HEAD + "# It is long because it is a table.\n")
