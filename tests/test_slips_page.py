"""The exercises of "Find the slip" as a page: generated from the data, judged like all displays, numbers asserted."""

import re
from pathlib import Path

import markdown
import numpy as np
import pytest
from bs4 import BeautifulSoup

from rnn_notes import pages, project, slips
from rnn_notes.activations import sigmoid
from rnn_notes.experiments import slips as experiment
from rnn_notes.pages import PageError, claims
from rnn_notes.web.slips import between, damage, exercise, expand, learned, percent

CHOSEN = [pair for group in slips.on_the_page().values() for pair in group]
PAGE = pages.DOCS / "learning" / "find-the-slip.md"


def render(tmp_path, text):
    """The HTML of a page."""
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    own = {"rnn_notes.web.extension": {"path": str(path)}, "rnn_notes.web.furniture": {}}
    extensions = ["admonition", "tables", "pymdownx.details", "pymdownx.superfences", *own]
    return BeautifulSoup(markdown.markdown(text, extensions=extensions, extension_configs=own), "html.parser")


@pytest.fixture(scope="module")
def path_group(tmp_path_factory):
    """The HTML of one group, below a line of text."""
    return render(tmp_path_factory.mktemp("page"), "## Paths\n\nText.\n\n<!-- slips: path -->\n")


def test_the_printed_form_is_shown_as_refuted_and_the_right_one_with_its_tick(path_group):
    """Each exercise has two displays: the first looks wrong, the second, in the folded answer, holds."""
    group = slips.on_the_page()["path"]
    assert [heading.text.split(" ")[0] for heading in path_group("h3")] == [str(n) for n, _ in group]
    assert len(path_group.select("div.display.refuted")) == len(group)
    assert not path_group.select("details div.display.refuted")
    assert len(path_group.select("details.note div.display.evaluated")) == len(group)


def test_the_evidence_of_the_checker_and_two_hints_are_folded(path_group):
    """Nothing of the answer is seen before it is opened."""
    assert len(path_group.select("details.tip")) == 2 * len(path_group("h3"))
    for answer in path_group.select("details.note"):
        assert "open" not in answer.attrs
        assert "largest difference" in answer.select_one(".highlight pre").text
    for slip in (slip for _, slip in slips.on_the_page()["path"]):
        assert slip["why"].split(",")[0] not in "".join(p.text for p in path_group.find_all("p", recursive=False))


def test_what_is_wrong_in_an_inserted_exercise_is_an_error_at_the_line_that_inserts_it(tmp_path, monkeypatch):
    """The author of a page finds the place, and the message says what is wrong with what was put there."""
    monkeypatch.setattr("rnn_notes.web.slips.exercise", lambda n, slip: ["Text", "$$", "x", ""])
    with pytest.raises(PageError, match=r"page\.md:5: "):
        render(tmp_path, "# Page\n\nText.\n\n<!-- slips: path -->\n\nMore.\n")


def test_a_group_that_is_not_there_is_named():
    """A mistyped group is an error, with those that there are."""
    with pytest.raises(ValueError, match=r"no group of slips 'paths'; there are index, activated, .*, right and seven"):
        expand("<!-- slips: paths -->")
    assert expand("<!-- counts -->") == ["<!-- counts -->"]
    assert expand("text <!-- slips: path -->") == ["text <!-- slips: path -->"]


def test_every_group_is_on_the_page_once_and_in_order():
    """What is in the data is published."""
    assert re.findall(r"<!-- slips: (\w+) -->", PAGE.read_text(encoding="utf-8")) == [*slips.GROUPS, "seven"]


@pytest.mark.parametrize("slip", [slip for _, slip in CHOSEN if "damage" in slip], ids=lambda slip: slip["title"])
def test_what_is_said_on_the_damage_holds_and_would_not_for_other_numbers(slip):
    """The claims in the data are under the rule for those on pages."""
    page = pages.scan(Path("slips.toml"), enumerate(slip["damage"].split("\n"), start=1))
    assert not list(claims.unclaimed(page))
    for paragraph in page.paragraphs:
        for claim in paragraph.claims:
            namespace = {"np": np, "sigmoid": sigmoid}
            assert eval(claim.expression, namespace)
            assert not list(claims.loose(page, paragraph, claim, namespace))


@pytest.mark.parametrize(("n", "slip"), CHOSEN, ids=[slip["title"] for _, slip in CHOSEN])
def test_the_exercises_can_be_read_and_their_text_states_no_number(n, slip):
    """Questions, hints and reasons have no decimals of their own: those shown come from the record and the checker."""
    rows = exercise(n, {key: value for key, value in slip.items() if key not in ("changes", "damage")})
    page = pages.scan(Path("page.md"), enumerate(rows, start=1))
    assert [display.mark for display in page.displays] == [f"false {slip['mark']}", slip["mark"]]
    assert not page.unread
    text = "\n".join([slip["question"], *slip["hints"], slip["why"]])
    assert not [number.text for number in claims.numbers(re.sub(r"\$[^$]*\$", "", text)) if number.unit < 1]


def test_all_that_the_published_page_states_is_judged_and_accounted_for():
    """Displays and the relations within the text of questions, hints and answers, together as on the page."""
    rows = [row for line in PAGE.read_text(encoding="utf-8").split("\n") for row in expand(line)]
    page = pages.scan(PAGE, enumerate(rows, start=1))
    verdicts = project.load(pages.DOCS).judge(page)
    assert not [v.report("page") for v in verdicts if v.outcome in ("fails", "refused", "unread")]
    assert sum(v.outcome == "refuted" for v in verdicts) == len(CHOSEN)


def test_a_share_is_printed_with_two_digits_and_rounding_as_nothing():
    """Ten per cent and more without decimals; the sign never begins a line."""
    shown = [percent(share) for share in (0.0, 3e-9, 0.0031, 0.0996, 0.25, 1.5)]
    assert shown == [f"{n}\N{NO-BREAK SPACE}%" if n else "0" for n in ("", "", "0.3", "10", "25", "150")]


def cost(loss, right=(0.01, 0.02, 0.03)):
    """A damage with these losses alone."""
    return experiment.Damage({1: 1.0}, {1: 1.0}, {1: 0.0}, list(loss), list(right))


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        ((0.01, 0.02, 0.05), "It learns as well as the right form: it ends at 0.010 to 0.050 nats per letter"),
        ((0.01, 0.02, 0.07), "It learns almost as well as the right form"),
        ((0.01, 0.02, 0.9), "It learns, but not from every start"),
        ((0.3, 0.4, 0.9), "It learns badly"),
        ((0.6, 0.7, 0.9), "It learns no more than a network without memory can"),
    ],
)
def test_the_words_on_what_is_learned_follow_from_the_losses(loss, words):
    """As well if the worst is at most twice the worst of the right form; nothing if the best needs no memory."""
    assert learned(cost(loss)).startswith(words)
    assert learned(cost(loss)).endswith(f"the right form at {between([0.01, 0.02, 0.03])}.")


def test_a_slip_that_no_gradient_check_sees_has_no_table():
    """It makes another network."""
    (network,) = (slip for _, slip in CHOSEN if slip["title"] == "A sum for a product")
    assert "no gradient check can see" in damage(network)[0]
    (path,) = (slip for _, slip in CHOSEN if slip["title"] == "A power inside a product")
    assert damage(path)[0] == "A gradient check sees it from T = 3 on:"
    assert damage(path)[2] == "| steps T | 1 | 2 | 3 | 5 |"
