"""Relations within a line of text: each repeats a display, has a mark of its own, or is a choice."""

from pathlib import Path

import pytest

from rnn_notes import pages
from rnn_notes.checks import verdicts

DISPLAY = "$$\n% check: rnn\na_t = W_{xh} x_t + (W_{hh} h_{t-1} + b_h)\n$$\n\n"


def judged(text, known=""):
    """The verdicts on the relations in a text below a display, by outcome and evidence."""
    page, other = (pages.scan(Path(name), enumerate(t.split("\n"), 1)) for name, t in (("p", text), ("k", known)))
    found = verdicts.check(page.statements, spelling=[s.text for s in page.spelling], known=other.statements)
    return [(v.line, v.outcome, v.evidence) for s, v in zip(page.statements, found, strict=True) if s.inline]


def outcomes(text, known=""):
    """The outcomes alone."""
    return [outcome for _, outcome, _ in judged(text, known)]


@pytest.mark.parametrize(
    "relation",
    [
        "a_t = W_{xh} x_t + (W_{hh} h_{t-1} + b_h)",
        r"a_t=\left( W_{xh} x_t + \left[ W_{hh} h_{t-1}+b_h \right] \right)",
        r"a_t \, = W_{xh} x_t + (W_{hh} \, h_{t-1} + b_h)",
    ],
)
def test_a_relation_that_is_displayed_may_be_repeated(relation):
    """On the page itself or on the page of the notation; brackets and spaces do not count."""
    assert outcomes(f"{DISPLAY}As ${relation}$.") == ["repeats"]
    assert outcomes(f"As ${relation}$.", known=DISPLAY) == ["repeats"]


@pytest.mark.parametrize(
    ("display", "claim", "condition"),
    [
        (
            r"% check: chain" "\n" r"\ln(x y) = \ln x + \ln y, \quad x, y > 0",
            r"\ln(x y) = \ln x + \ln y",
            ", \\quad x, y > 0",
        ),
        (
            r"% check: rnn" "\n" r"\frac{\partial h_t}{\partial h_s} = I, \quad s = t",
            r"\frac{\partial h_t}{\partial h_s} = I",
            r", \quad s = t",
        ),
        (
            r"% check: chain" "\n" r"\frac{1}{1 - r} > 0, \quad \lvert r \rvert < 1",
            r"\frac{1}{1 - r} > 0",
            r", \quad \lvert r \rvert < 1",
        ),
        (
            r"% check: rnn" "\n" r"h_t = \tanh(W_{xh} x_t + W_{hh} \tanh(a_{t-1}) + b_h), \quad t = 2, \dots, T",
            r"h_t = \tanh(W_{xh} x_t + W_{hh} \tanh(a_{t-1}) + b_h)",
            r", \quad t = 2, \dots, T",
        ),
        ("% check: rnn t<T\nh_{t+1} = \\tanh(a_{t+1})", r"h_{t+1} = \tanh(a_{t+1})", r", \quad t < T"),
    ],
)
def test_what_holds_under_a_condition_is_repeated_with_it(display, claim, condition):
    """Without the condition of the display, or of its mark, another thing would be said."""
    before = f"$$\n{display}\n$$\n\n"
    ((_, outcome, evidence),) = judged(f"{before}So ${claim}$.")
    assert outcome == "refused"
    assert evidence.startswith(
        "the display that states it has a condition, which is missing here; put how it is checked"
    )
    assert outcomes(f"{before}So ${claim}{condition}$.") == ["repeats"]


def test_the_condition_of_a_display_is_not_what_it_states():
    """It says what holds where s = t, and not that s = t."""
    display = "$$\n% check: rnn\n\\frac{\\partial h_t}{\\partial h_s} = I, \\quad s = t\n$$\n\n"
    assert outcomes(f"{display}So $s = t$.") == ["refused"]


def test_each_step_of_a_derivation_may_be_repeated():
    """A chain of a = b = c states two relations."""
    chain = "$$\n% check: chain\n(x + 1)^2 - 1 = x^2 + 2x = x (x + 2)\n$$\n\n"
    assert outcomes(chain + "So $(x + 1)^2 - 1 = x^2 + 2x$ and $x^2 + 2x = x(x + 2)$.") == ["repeats"] * 2


@pytest.mark.parametrize(
    "relation",
    ["a_t = W_{xh} x_t + W_{hh} h_t + b_h", "h_t = a_t", "x + x = 3x", "1 = 2", "t < 2", r"x \in \mathbb{R}"],
)
def test_any_other_relation_is_refused_with_its_line_and_the_ways_out(relation):
    """A mark, or a setting; what is skipped on the page, or shown as a mistake, does not support it."""
    skipped = "".join(f"$$\n% check: {mark}\n{relation}\n$$\n\n" for mark in ("skip: a test", "false chain"))
    ((line, outcome, evidence),) = judged(f"{DISPLAY}{skipped}Words and\nthen ${relation}$.")
    assert (line, outcome) == (17, "refused")
    assert evidence.startswith(f"no display of the page states that {relation}; put how it is checked directly after")
    assert "<!-- check: setting -->" in evidence


def test_a_mark_behind_a_relation_is_that_of_a_display():
    """It is proved, evaluated, or fails at its own line; definitions are known to what follows."""
    text = "A $u(x) = 2x$<!-- check: define --> and $u(1) = 2$<!-- check: chain -->, \\(h_t = h_t\\).\n\n"
    text += "Then $h_t = \\tanh(a_t)$<!-- check: rnn -->, not\n$h_t = a_t$<!-- check: rnn -->"
    assert [(line, outcome) for line, outcome, _ in judged(text)] == [
        (1, "defined"),
        (1, "proved"),
        (1, "refused"),
        (3, "evaluated"),
        (4, "fails"),
    ]


@pytest.mark.parametrize(
    "choice",
    ["z = 1", "1 = z", "h_0 = 0", r"t = 1, \dots, T", "i = o = 1", "t < T", r"\lVert g \rVert > 1", "s = x + 1"],
)
def test_a_choice_is_declared_a_setting(choice):
    """A symbol that is given a value, a condition, or the range of an index; it may then be repeated."""
    assert outcomes(f"Let ${choice}$<!-- check: setting -->.") == ["setting"]
    if "dots" not in choice:
        assert outcomes(f"Let ${choice}$<!-- check: setting -->, so ${choice}$.") == ["setting", "repeats"]


@pytest.mark.parametrize(
    "claim", ["1 = 2", "1 < 2", "x + 1 = 2 + x", r"h_t + 1 = \tanh(a_t)", r"\sigma(0) = 1", r"x \approx 2", "x = x + 1"]
)
def test_what_is_no_choice_is_no_setting(claim):
    """Numbers, what has no symbol of its own on one side, and what is nearly so."""
    assert outcomes(f"Let ${claim}$<!-- check: setting -->.") == ["refused"]


def test_a_display_is_no_setting():
    """What is displayed states something."""
    page = pages.scan(Path("p"), enumerate(["$$", "% check: setting", "z = 1", "$$"], 1))
    assert [v.outcome for v in verdicts.check(page.displays)] == ["refused"]


@pytest.mark.parametrize(
    ("formula", "states"),
    [
        ("h_t", False),
        (r"\sum_{t=1}^{T} h_t", False),
        (r"\prod_{k = 1}^{n_{t = 2}} k", False),
        ("=", False),
        (r"x \le y", True),
        (r"x \leqslant y", True),
        (r"\lambda x", False),
        (r"\left( x \right)", False),
        (r"x \in S", True),
        (r"\inf x", False),
        ("x ≤ y", True),
        (r"x \approx 3", True),
        (r"\{ x \}", False),
        ("W_{a} = 1", True),
    ],
)
def test_a_formula_states_something_if_it_relates_two_things(formula, states):
    """Bounds of a sum do not, nor does a sign alone."""
    page = pages.scan(Path("p"), [(1, f"${formula}$")])
    assert [f.states for f in page.inline] == [states]
    assert len(page.statements) == states
