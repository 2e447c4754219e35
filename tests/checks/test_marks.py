"""Marks, and the words of the verdicts."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes.checks import Run, deadline, latex
from rnn_notes.checks.errors import ClaimError
from rnn_notes.checks.evaluate import evaluate
from rnn_notes.checks.verdict import Placed
from rnn_notes.checks.verdicts import judge
from rnn_notes.pages import Display

MARKS = {
    None: "the first line of a display says how it is checked: '% check: ' and chain, define, shapes, numbers, false",
    "": "the first line of a display says how it is checked",
    "lstn": "or a run (lecture, rnn, lstm, gru, linear, feedforward, ",
    "skip": "say why this display is skipped: '% check: skip: reason'",
    "skip:": "say why this display is skipped",
    "rnn s<": "the mark ends in 's<', which is not a condition such as s<t: the formula ends too early",
    "rnn at once": "the mark ends in 'at once', which is not a condition",
    "rnn within 0.1": "'within' is the tolerance of ≈, which is not in the formula",
    "chain within 0.1": "'within' is the tolerance of ≈, which is not in the formula",
    "chain x>0": "chain takes no conditions, but the mark ends in 'x>0'",
    "define x>0": "define takes no conditions",
    "define within 0.1": "define takes no conditions, but the mark ends in 'within 0.1'",
    "setting within 0.1": "setting takes no conditions",
    "rnn u<t": "there is a condition on t, u but no formula with t, u",
    "shapes": r"shapes are stated as W \in \mathbb{R}^{H \times D}",
    "shapes nothing": "not 'nothing'",
}


@pytest.mark.parametrize(("mark", "message"), MARKS.items())
def test_a_wrong_mark_is_refused_with_what_is_possible(mark, message):
    """A display without a mark, or with one that is not known, is an error."""
    verdict = judge("h_t = \\tanh(a_t)", mark)
    assert (verdict.outcome, message in verdict.evidence) == ("refused", True), verdict.evidence


def test_what_is_skipped_says_why():
    """The reason is in the summary and, for readers, in the badge."""
    verdict = judge("anything at all", "skip: an example of a false formula")
    assert (verdict.outcome, verdict.summary) == ("skipped", "an example of a false formula")
    assert verdict.badge == "not checked: an example of a false formula"


FALSE = {
    "false chain": (r"(x + 1)^2 = x^2 + 1", "false on purpose, and refuted: step 1 of 1: at x = "),
    "false numbers": (r"\frac12 + \frac13 = \frac25", "false on purpose, and refuted: left is "),
    "false lstm": (r"h_t = o_t \odot c_t", "false on purpose, and refuted: at t = 1, largest difference "),
    "false rnn t<T": (
        r"\frac{\partial L}{\partial h_t} = W_{hy}^\top (y_t - \hat{y}_t)",
        "at t = 1, largest difference ",
    ),
    "false shapes rnn": (r"W_{xh} \in \mathbb{R}^{D \times H}", "false on purpose, and refuted: "),
}


@pytest.mark.parametrize(("mark", "formula", "badge"), [(mark, *case) for mark, case in FALSE.items()])
def test_what_is_marked_as_false_is_refuted_by_a_counterexample(mark, formula, badge):
    """The badge says so in one line, and the numbers of both sides are the evidence."""
    verdict = judge(formula, mark)
    assert (verdict.outcome, verdict.fault) == ("refuted", None), verdict.evidence
    assert badge in verdict.badge
    assert "\n" not in verdict.badge
    assert "[" not in verdict.badge
    assert (
        Placed.on(Display(3, mark, formula, 4), verdict).report("page.md") == f"page.md:3: refuted ({mark}, as marked)"
    )
    assert verdict.evidence == judge(formula, mark.removeprefix("false ")).evidence


NOT_FALSE = {
    "false lstm": (r"h_t = o_t \odot \tanh(c_t)", "fails", "this is marked as false, but it holds (lstm, "),
    "false chain": (r"(x + 1)^2 = x^2 + 2 x + 1", "fails", "marked as false, but it holds (chain, 1 step proved"),
    "false rnn": (r"h_t = g_t", "refused", "g_t is not known in this run"),
    "false": ("1 = 2", "refused", "the first line of a display says how it is checked"),
    "false define": (
        "f(x) = x",
        "refused",
        "write 'false' before chain, numbers, shapes or a run, not before 'define'",
    ),
    "false skip: art": ("1 = 2", "refused", "only what states something can be false"),
    "false false chain": ("1 = 2", "refused", "not before 'false'"),
}


@pytest.mark.parametrize(("mark", "formula", "outcome", "evidence"), [(m, *case) for m, case in NOT_FALSE.items()])
def test_what_is_marked_as_false_and_is_not_refuted_is_an_error(mark, formula, outcome, evidence):
    """A true formula, one that is not understood, and one that states nothing are not mistakes on show."""
    verdict = judge(formula, mark)
    assert verdict.outcome == outcome
    assert evidence in verdict.evidence


def test_what_is_merely_not_proved_is_not_refuted(monkeypatch):
    """A step that no proof is found for may well be true; a mark that calls it false is not believed either."""
    monkeypatch.setattr(deadline, "PROOF_SECONDS", 60)  # the search ends by itself, on a slow machine too
    verdict = judge(r"\sin(x) + e^{\cos(x)} \le 4", "false chain")
    assert (verdict.outcome, verdict.badge) == ("refused", "not proved")
    assert "marked as false, but no counterexample is found: step 1 of 1: 21 points" in verdict.evidence


def test_a_mark_may_state_the_tolerance():
    """``within`` widens ≈ beyond the last digit printed."""
    display = r"h_1 \approx \begin{bmatrix} -0.27 \\ 0.27 \\ 0.21 \end{bmatrix}"
    assert judge(display, "lecture").outcome == "fails"
    assert judge(display, "lecture within 0.01").outcome == "evaluated"


def test_rounded_terms_of_a_sum_may_each_be_off_by_half_a_unit():
    """In 0.050 + 0.061 + 0.2 the third number is exact, so the sum may be off by two halves."""
    run = Run("one", "a number", parameters={"q": ""}, fixed={"q": 0.312}).instance
    evaluate(latex.parse(r"q \approx 0.050 + 0.061 + 0.2"), run)
    with pytest.raises(ClaimError):
        evaluate(latex.parse(r"q \approx 0.050 + 0.060 + 0.2"), run)


def test_verdicts_say_in_words_what_was_checked():
    """Summaries for the command line, badges for readers."""
    chain = judge("x + x = 2 x = x + x + 0", "chain")
    assert (chain.summary, chain.badge) == (
        "chain, 2 steps proved",
        "each of 2 steps proved by SymPy, for all real values of its letters that the display allows",
    )
    rnn = judge(r"h_t = \tanh(a_t)", "rnn")
    assert rnn.summary.startswith("rnn, 1 free index, max difference ")
    assert rnn.badge.startswith(
        "not proved but evaluated on 7 random networks (an RNN) at t = 1 … T, largest difference "
    )
    bound = judge(r"\lVert h_t \rVert < H", "lecture")
    assert (bound.summary, bound.badge) == (
        "lecture, 1 free index, no counterexample in 17000 networks",
        "not proved: no counterexample in 17000 networks; "
        "evaluated on the lecture's network and 7 random networks of its kind at t = 1 … T",
    )
    shape = judge(r"W_{xf} \in \mathbb{R}^{H \times D}", "shapes lstm")
    assert (shape.outcome, shape.badge) == ("shapes", "shapes compared with the arrays of 7 random networks (an LSTM)")


def test_hostile_displays_end_at_once():
    """Whatever the mark, hostile text ends in a refusal within two seconds, and nothing of it is run as Python."""
    texts = [
        "a = " + "{" * 10_000 + "}" * 10_000,
        "x" * 1_000_000,
        "\x00\x1b[2J = 1",
        "x = " + "(x + " * 39 + "x" + ")" * 39,
        r"9^{9^{9^{9}}} = 1",
        r"\prod_{k=1}^{1000} (\prod_{j=1}^{1000} (k j)) = 1",
        "1 = " + r"\sum_{i=1}^{9} " * 250 + "1",
        "1 = " + r"\tanh x " * 400,
        "1 = " + "x + " * 1200 + "x",
        "__import__('os').system('true') = 1",
        r"\mathrm{eval}(2 x) = 1",
    ]
    for mark in ("chain", "define", "rnn", "shapes"):
        for text in texts:
            start = time.process_time()
            verdict = judge(text, mark)
            assert verdict.outcome in ("refused", "fails"), (mark, text[:40])
            assert time.process_time() - start < 2, (mark, text[:40])


PIECES = [
    *[
        "a",
        "h_t",
        "x_t",
        "W_{hh}",
        "L",
        "T",
        "t",
        "k",
        "2",
        "0.5",
        " + ",
        " - ",
        " = ",
        " < ",
        "(",
        ")",
        "[",
        "]",
        "^2",
    ],
    *[
        "^{-1}",
        "^{t}",
        "_{t-1}",
        "_k",
        "e^",
        r"\sum_{k=1}^{3} ",
        r"\prod_{k=3}^{1} ",
        r"\tanh",
        r"\log",
        r"^\top",
        r"\odot ",
    ],
    *[
        r"\frac{1}{2}",
        r"\frac{d}{dx} ",
        r"\frac{\partial L}{\partial h_t}",
        r"\approx ",
        r"\in \mathbb{R}^{H}",
        r"\quad ",
    ],
    *[
        r"\lVert h_t \rVert",
        r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}",
        r"\max(0, x)",
        "t = 1, \\dots, T",
        "f(x)",
        "10^{99}",
    ],
]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=10).map("".join),
    st.sampled_from(["chain", "define", "rnn", "rnn s<t", "lecture", "shapes", "numbers", "layers"]),
)
def test_any_display_gets_a_verdict(text, mark):
    """Whatever is in a display, it gets a verdict and not an exception."""
    assert judge(text, mark).outcome in ("proved", "evaluated", "shapes", "defined", "fails", "refused")
    assert judge(f"{text} = {text} + a", mark, ("f(x) = x^2",)).summary


def test_the_evidence_of_what_holds_says_under_which_condition():
    """And what a label is for; without either there is none."""
    root = judge(r"\sqrt{\frac{1}{n}} = \frac{1}{\sqrt{n}}", "chain")
    assert root.evidence == "where both sides are defined: n > 0"
    labelled = judge(r"h_t = \tanh(a_t) \label{eq:h}", "rnn")
    assert (labelled.outcome, labelled.evidence[:12]) == ("evaluated", r"\eqref{eq:h}")
    assert judge("1 + 1 = 2", "chain").evidence == ""


@pytest.mark.parametrize(
    ("formula", "mark", "hint"),
    [
        (r"\sigma T = T \sigma", "chain", "σ is the sigmoid here and has no argument"),
        (r"x = (1 + \tanh", "chain", r"\tanh is a function here and has no argument"),
        (r"\delta_t = (1 - h_t^2)^{-1} \odot \frac{\partial L}{\partial h_t}", "lecture", "to divide entry by entry"),
        (r"\delta_t = \frac{\partial L}{\partial h_t} \oslash (1 - h_t^2)", "lecture", "to divide entry by entry"),
        (r"x_{v1} = 3", "define", "a label has letters only"),
        (r"S_{obs2} = 3", "define", "a label in an index has letters only"),
    ],
)
def test_a_refusal_leads_out(formula, mark, hint):
    """By a reason of its own, where the same formula can be written."""
    assert hint in judge(formula, mark).evidence
