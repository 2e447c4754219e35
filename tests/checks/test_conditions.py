"""For which indices a display is checked: readers see it, in the display or in the badge."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes.checks import judge

REFUSED = [  # mark, display, what the refusal says
    ("rnn k=t", r"\frac{\partial h_t}{\partial h_k} = W_{hh}^{t-k}", "a condition with = belongs in the display"),
    ("rnn s=t", r"\frac{\partial h_t}{\partial h_s} = I", "a condition with = belongs in the display"),
    ("lecture t=1", r"h_t = \tanh(W_{xh} x_t + b_h)", "a condition with = belongs in the display"),
    ("rnn t=1", r"h_t = \tanh(a_t)", "a condition with = belongs in the display"),
    ("rnn s<=t, t<=s", r"\frac{\partial h_t}{\partial h_s} = I", "checked for s - t = 0 alone"),
    ("rnn t<2", r"h_t = \tanh(a_1)", "checked for t = 1 alone"),
    ("rnn s<t, t-2<s", r"\frac{\partial h_t}{\partial h_s} = \mathrm{diag}(1 - h_t^2) W_{hh}", "s - t = -1 alone"),
    ("rnn T-1<t", r"\frac{\partial L}{\partial h_t} = W_{hy}^\top (y_t - \hat{y}_t)", "checked for t - T = 0 alone"),
    ("rnn u<t", r"h_t = \tanh(a_t)", "there is a condition on t, u but no formula with t, u"),
    ("rnn t^2<9", r"h_t = \tanh(a_t)", "a condition compares indices, as in s<t"),
    ("rnn", r"h_t = \tanh(a_t), \quad t = 1, \dots, 2", "t takes 2 values here; dots stand for more"),
]
FAILS = [  # statements about indices alone are claims unless they say for which indices the others are meant
    ("rnn", r"h_t = \tanh(a_t), \quad \sum_{k=1}^{t} k = \frac{t (t + 1)}{3}"),
    ("rnn", r"h_t = \tanh(a_t), \quad t^2 = t"),
    ("rnn", r"h_t = h_{t-1}, \quad t < 1"),
    ("rnn", r"h_t = \tanh(a_1), \quad t \le T"),
    ("rnn", r"\frac{\partial h_t}{\partial h_s} = I, \quad s \le t"),
]
HOLDS = [  # mark, display, what the badge says of the indices
    ("rnn", r"h_t = \tanh(a_t)", "at t = 1 … T,"),
    ("rnn", r"h_t = \tanh(a_t), \quad t = 2, \dots, 4", "at t = 2 … 4,"),
    ("rnn", r"h_{t+1} = \tanh(a_{t+1}), \quad t = 0, \dots, T - 1", "at t = 0 … T − 1,"),
    ("rnn t<T", r"h_{t+1} = \tanh(a_{t+1})", "at t = 1 … T − 1, where t < T,"),
    ("rnn 0<=t<T", r"h_{t+1} = \tanh(a_{t+1})", "at t = 0 … T − 1, where 0 ≤ t < T,"),
    ("rnn", r"\frac{\partial h_t}{\partial h_s} = I, \quad s = t", "at s = 1 … T, t = 1 … T,"),
    ("rnn", r"h_t = \tanh(a_1), \quad t = 1", "at t = 1 … 1,"),
    (
        "rnn t<s",
        r"\frac{\partial h_t}{\partial h_s} = 0 \cdot h_t h_s^\top",
        "at s = 2 … T, t = 1 … T − 1, where t < s,",
    ),
    ("rnn", r"k h_{t,k} = h_{t,k} k", "at k = 1 … H, t = 1 … T,"),
    ("rnn", r"h_{t,k} = \tanh(a_{t,k}), \quad k = 1, \dots, H", "at k = 1 … H, t = 1 … T,"),
    ("lecture", r"h_{t,1} < 1, \quad t = 2, \dots, T", "at t = 2 … 5"),
]


@pytest.mark.parametrize(("mark", "display", "message"), REFUSED)
def test_a_condition_that_readers_do_not_see_is_refused(mark, display, message):
    """One with =, or that leaves a single case, belongs in the display."""
    verdict = judge(display, mark)
    assert (verdict.outcome, message in verdict.evidence) == ("refused", True), verdict.evidence


@pytest.mark.parametrize(("mark", "display"), FAILS)
def test_what_is_to_be_computed_is_a_claim_and_no_condition(mark, display):
    """A false statement about indices does not choose those for which the rest is checked."""
    assert judge(display, mark).outcome == "fails"


@pytest.mark.parametrize(("mark", "display", "words"), HOLDS)
def test_the_badge_says_for_which_indices_it_holds(mark, display, words):
    """Ranges in the letters of the run, and the condition of the mark."""
    verdict = judge(display, mark)
    assert verdict.outcome == "evaluated", verdict.evidence
    assert words in f"{verdict.badge},"


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 2), st.integers(0, 2), st.booleans())
def test_any_range_is_said_as_it_was_checked(first, off, in_mark):
    """Whatever the bounds, the badge names them, relative to T where they are."""
    condition = f"{first}<=t<=T-{off}"
    display = (
        r"L_{t} = L_t + 0 T, \quad 1 \le t"
        if in_mark
        else rf"L_{{t}} = L_t + 0 T, \quad t = {max(first, 1)}, \dots, T - {off}"
    )
    verdict = judge(display, f"rnn {condition}" if in_mark else "rnn")
    assert f"at t = {max(first, 1)} … T{f' − {off}' if off else ''}" in verdict.badge, verdict
