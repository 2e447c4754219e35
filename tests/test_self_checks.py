"""Questions with answers to choose from: a task list becomes folded answers, and what cannot be asked is an error."""

import re

import markdown
import pytest
from bs4 import BeautifulSoup

from rnn_notes.pages import DOCS, PageError

QUESTION = """# Page

Is $1 + 1 = 2$<!-- check: chain --> in *every* language?

- [ ] No, only in English.

    Numbers are not words; see [the page](#page).

- [x] Yes.

    It is `exact`.
    <!-- holds: 1 + 1 == 2 -->
"""


def render(text, *extensions, **settings):
    """The HTML of a page with the extension alone, and others if they are named."""
    extensions = ["rnn_notes.web.self_checks", *extensions]
    html = markdown.markdown(text, extensions=extensions, extension_configs=settings)
    return BeautifulSoup(html, "html.parser")


def test_a_task_list_becomes_folded_answers_under_their_question():
    """The group has the question as its name; each answer opens by itself, which closes the others."""
    (group,) = render(QUESTION).select("div.self-check")
    assert group["role"] == "group"
    assert group.find(id=group["aria-labelledby"]).text.startswith("Is ")
    wrong, right = group("details")
    assert (wrong["class"], right["class"]) == (["wrong"], ["right"])
    assert wrong["name"] == right["name"]
    assert wrong.summary.text == "No, only in English."
    assert wrong.p.text == "No. Numbers are not words; see the page."
    assert right.p.text.startswith("Right. It is exact.")


def test_what_stands_in_the_lines_is_read():
    """Emphasis, links and code in question, answer and reason."""
    page = render(QUESTION)
    assert page.select_one(".question em").text == "every"
    assert page.select_one("details a")["href"] == "#page"
    assert page.select_one("details code").text == "exact"
    assert len(page("p")) == 3


def test_formulas_are_typeset_and_judged_as_anywhere(tmp_path):
    """With the extension of the checker, also in questions."""
    path = tmp_path / "page.md"
    path.write_text(QUESTION, encoding="utf-8")
    page = render(QUESTION, "rnn_notes.web.extension", **{"rnn_notes.web.extension": {"path": str(path)}})
    assert page.select_one(".question mjx-container")
    assert "holds" not in page.text


def test_several_questions_have_names_of_their_own():
    """So that an answer to one does not close one of another."""
    groups = render(QUESTION + "\n\nMore.\n\nIs it?\n\n- [x] Yes.\n\n    Yes.\n").select(".self-check")
    assert len({group["aria-labelledby"] for group in groups}) == 2
    assert len({group.details["name"] for group in groups}) == 2


def test_other_lists_stay_as_they_are():
    """Only where every item begins with a box."""
    page = render("Text.\n\n- one\n- [x] two\n")
    assert len(page("li")) == 2
    assert not page("details")


FAULTS = {
    "# Page\n\n- [x] Yes.\n\n    Since.\n": "a list of answers has no paragraph above it; put the question there",
    "Is it?\n\n- [ ] Yes.\n\n    No.\n": "the question “Is it?” has 0 right answers, but one is expected; tick it",
    "Is it?\n\n- [x] A.\n\n    a\n\n- [x] B.\n\n    b\n": "the question “Is it?” has 2 right answers",
    "Is it?\n\n- [x] Yes.\n\n    Since.\n\n- [ ] No.\n": "has an answer without a reason; put it below the answer",
    "Is it?\n\n- [x] A.\n- [ ] B.\n": "the question “Is it?” has an answer without a reason",
    "Is it?\n\n- [x] Yes.\n\n    - a list\n": "has a reason that does not begin with words",
}


@pytest.mark.parametrize(("text", "message"), FAULTS.items())
def test_what_cannot_be_asked_is_an_error(text, message):
    """With the words of the question, and what to write."""
    with pytest.raises(PageError, match=re.escape(message)):
        render(text)


def test_the_error_has_the_line_where_the_page_is_known(tmp_path):
    """Together with the extension of the checker."""
    path = tmp_path / "page.md"
    path.write_text("# Page\n\nText.\n\nIs it?\n\n- [ ] Yes.\n\n    No.\n", encoding="utf-8")
    with pytest.raises(PageError, match=r"page\.md:5: the question “Is it\?” has 0 right answers"):
        render(path.read_text(), "rnn_notes.web.extension", **{"rnn_notes.web.extension": {"path": str(path)}})


CHAPTERS = [
    path for folder in ("lecture", "learning", "uses", "beyond") for path in sorted((DOCS / folder).glob("*.md"))
]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_asks_three_questions_and_says_where_each_wrong_answer_is_settled(chapter):
    """Before the exercises; three or four answers each; a wrong one links to a section, a right one is computed."""
    asked = re.search(r"(?ms)^## Check yourself\n(.*?)^## (.*?)$", chapter.read_text(encoding="utf-8"))
    assert asked, 'add a section "## Check yourself"'
    assert asked[2] == "Exercises", 'put "## Check yourself" right above "## Exercises"'
    html = render(asked[1], "pymdownx.arithmatex").select(".self-check")
    assert len(html) == 3, "ask three questions, each a paragraph with a task list below it"
    for question in html:
        answers, words = question("details"), question.p.text
        assert 3 <= len(answers) <= 4, f"give three or four answers to “{words}”"
        for answer in answers:
            if answer["class"] == ["wrong"]:
                settled = any("#" in link["href"] for link in answer("a"))
                assert settled, (
                    f"link to the section that settles it, as [words](#section), below “{answer.summary.text}”"
                )
    for right in re.findall(r"(?m)^- \[x\] .*\n(?:(?:    .*)?\n)*", asked[1]):
        assert "\n    <!-- holds:" in right, (
            f"claim why it is right, as <!-- holds: … -->, below “{right.splitlines()[0]}”"
        )
