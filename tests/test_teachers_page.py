"""The plan of the page for teachers adds up."""

import re

from rnn_notes.pages import DOCS

TEXT = (DOCS / "reference" / "for-teachers.md").read_text(encoding="utf-8")


def test_each_of_the_four_lectures_takes_ninety_minutes():
    """The first column of its table is minutes."""
    lectures = re.split(r"(?m)^### Lecture \d$", TEXT.split("\n## Homework")[0])[1:]
    assert [sum(map(int, re.findall(r"(?m)^\| (\d+) \|", lecture))) for lecture in lectures] == [90] * 4


def test_the_points_of_the_exam_are_those_announced():
    """Each question says its points, which add up to thirty, and has a solution."""
    exam = TEXT.split("\n## An exam\n")[1].split("\n## ")[0]
    points = [int(number) for number in re.findall(r"(?m)^\*\*\d\.\*\* \((\d) points\)", exam)]
    assert sum(points) == 30
    assert f"${' + '.join(map(str, points))} = 30$" in exam
    assert exam.count('??? success "Solution"') == len(points)


def test_the_rubric_has_as_many_points_as_it_says():
    """Six rows of at most three points."""
    rubric = re.findall(r"(?m)^\| \*\*\w+\*\* \|.*$", TEXT)
    assert len(rubric) * 3 == 18
    assert "Eighteen points" in TEXT
