"""What a reader does not see, a verdict does not use: conditions, restrictions, roundings and sides never met."""

import pytest

from rnn_notes.checks import judge
from rnn_notes.checks.run import registered

RUNS = registered("rnn_notes.runs")
FALSE = [  # the mark, the display, definitions before it, and what is said
    # A letter of the argument is not that of a derivative in the definition.
    ("chain", "f(y) = 2 y", (r"f(x) = \frac{d}{dy}(x y)",), "f is a derivative by y, which would be the y of its"),
    ("chain", "g(y) = 2 y", (r"f(x) = \frac{d}{dy}(x y)", "g(x) = f(x)"), "f is a derivative by y"),
    # What may be a matrix need not commute.
    ("chain", r"\Sigma \Lambda = \Lambda \Sigma", (), "Lambda and Sigma may be matrices"),
    ("chain", r"\Phi^{-1} \Psi = \Psi \Phi^{-1}", (), "may be matri"),
    ("chain", r"\hat A \hat B = \hat B \hat A", (), "A_hat and B_hat may be matrices"),
    ("chain", "A_1 A_2 = A_2 A_1", (), "A_1 and A_2 may be matrices"),
    ("chain", "(A_1 + A_2)^2 = A_1^2 + 2 A_1 A_2 + A_2^2", (), "A_1 and A_2 may be matrices"),
    ("chain", r"\tilde W x = x \tilde W", (), "W_tilde may be a matrix"),
    ("chain", r"\Sigma \mu = \mu \Sigma", (), "Sigma may be a matrix"),
    # What follows a word of inference, or has a row, is claimed.
    *(
        ("chain", rf"x^2 \ge 0 {word} x \ge 0", (), "step 2 of 2: at x = -5/11")
        for word in (r"\text{ hence }", r"\text{, so}", r"\quad\text{gives}\quad", r"\text{ and }", r"\mbox{ thus }")
    ),
    ("chain", r"p (1 - p) \le \frac14 \text{ and so } 0 < p < 1", (), "step 2 of 3"),
    ("chain", r"\begin{aligned} \sigma(x) &> 0 \\ x &> 0 \end{aligned}", (), "step 2 of 2: at x = -5/11"),
    ("rnn", r"h_t = \tanh(a_t) \text{ hence } t \ge 3", (), "at t = 1"),
    ("rnn", r"h_t = \tanh(a_t) \text{ so } t = 3", (), "at t = 1"),
    # A power to any number is for positive numbers.
    (
        "chain",
        r"x^n \ge 0",
        (),
        r"a power to any number n is meant for x > 0 alone; say so in the display, , \quad x > 0",
    ),
    ("chain", r"\lambda^t > 0", (), "or write '% given: t is an integer' below the mark"),
    ("chain", "(x^a)^b = x^{a b}", (), "is meant for x > 0 alone"),
    ("chain", "% given: n is an integer\nx^n \\ge 0, \\quad x \\ne 0", (), "at n = -1"),
    ("chain", "% given: n is an integer\nx^{2n} > 0", (), r"a power to any number is meant for x ≠ 0 alone; say so"),
    # A choice that nothing meets.
    *(
        ("setting", choice, (), "this and what is before it exclude each other, so they cannot be chosen")
        for choice in ("x < y < x", r"2 \le x \le 1", "x = 1, x = 2", r"s < t, \quad t < s")
    ),
    ("setting", r"t = 5, \dots, 1", (), "this counts from the larger number to the smaller one"),
    *(
        ("setting", choice, (), "this holds for no numbers, so it cannot be chosen")
        for choice in (r"\lVert h_t \rVert = -1", "x^2 < 0", "x > x + 1", r"\sigma(x) = 2", r"\tanh(x) \ge 2")
    ),
    ("setting", r"\pi = 3", (), "this has no symbol that could be chosen"),
    # The numbers that are drawn are special.
    ("orthogonal", r"\det(W_{hh}) = (-1)^{H-1}", (), "left  -1"),
    ("rnn", r"\lVert W_{hh} \rVert \le 1000 \rho(W_{hh})", (), "right 0"),
    ("rnn", r"\lVert W_{hh}^2 \rVert \ge 10^{-6} \lVert W_{hh} \rVert^2", (), "left  0"),
    # One side of a maximum is never met.
    ("rnn", r"\max(y_t, -1000) = y_t", (), "in no network of the run does this come out in another way"),
    ("rnn", r"\mathrm{relu}(y_t + 1000) = y_t + 1000", (), "in no network of the run does this come out in another"),
    ("rnn", r"\lvert 100 + a_t \rvert = 100 + a_t", (), "a counterexample"),
    ("rnn", r"\min(1, \frac{1000}{\lVert \delta_t \rVert}) \delta_t = \delta_t", (), "a counterexample"),
    ("rnn", r"\sqrt{(100 + a_{t,k})^2} = 100 + a_{t,k}", (), "a counterexample"),
    # Rounding hides it.
    *(
        ("rnn", hidden, (), "this is so near to 0, 1 or -1 that it is rounded to it")
        for hidden in (
            *(r"\tanh(100) h_t = h_t", r"\sigma(1000 + a_t) = 1", r"\cos(10^{-9}) h_t = h_t", "e^{-1000} h_t = 0"),
            *(r"\max(\mathrm{softmax}(10^9 y_t)) = 1", r"\tanh(1000 h_0) = \tanh(2000 h_0)"),
        )
    ),
    ("rnn", r"(1 + 10^{-17}) h_t = h_t", (), "this term is so small beside the others"),
    # ≠ where equality is between what was drawn.
    *(
        ("rnn", rf"{left} \ne {right}", (), "left − right is above 0 in some networks and below in others")
        for left, right in (("L", "1"), ("h_{t,k}", r"\frac12"), (r"\det(I + W_{hh})", "0"), ("W_{hh}", "I - W_{hh}"))
    ),
    # It holds up to n = 14.
    ("chain", r"\sum_{k=1}^{n} \frac{1}{k} \le 4", (), "for n = 31, left is 4.027"),
    ("chain", r"\sum_{k=1}^{n} \frac{1}{k^2} \le 1.6", (), "for n = 22, left is 1.6004"),
    ("chain", r"\sum_{k=n}^{8} (1) = 9 - n", (), "this runs from 10 to 8"),
    ("chain", r"\sum_{k=1}^{n} k \ne 55", (), "for n = 10, left is 55.0"),
    ("chain", r"\sum_{k=1}^{n} \cos(k / 7) \ge -5", (), "for n = 27"),
    # The tolerance is that of another entry, or the whole numbers of a sum are taken for rounded.
    (
        "numbers within 5",
        r"\begin{bmatrix} 0.2 \\ 100 \end{bmatrix} \approx \begin{bmatrix} 4.2 \\ 100 \end{bmatrix}",
        (),
        "'within 5' is more than a tenth of 4.2",
    ),
    (
        "numbers",
        r"\begin{bmatrix} 10 \\ 20 \end{bmatrix} \approx "
        r"\begin{bmatrix} 4 \\ 9 \end{bmatrix} + \begin{bmatrix} 5 \\ 10 \end{bmatrix}",
        (),
        "left is 10, right is 9",
    ),
    # Words that say another thing than the formula.
    ("rnn", r"h_t = \tanh(a_t) \tag{not true}", (), "a tag is a number or a letter"),
    ("rnn", r"h_t = \tanh(a_t) \tag*{- 1}", (), "a tag is a number or a letter"),
    ("rnn", r"h_t &= \tanh(a_t) && \text{halved}", (), "says 'halved'"),
    ("rnn", r"h_t = \underbrace{\tanh(a_t)}_{\text{zero}}", (), "says 'zero'"),
    # Two readings.
    ("chain", "f^2(x) = (x + 1)^2", ("f(x) = x + 1",), "f of f, or the square of f?"),
    ("chain", "% given: E, X and Y are numbers\nE[X Y] = X E[Y]", (), "E[ ] is an expectation or probability"),
    ("rnn", "W_{xh}^T W_{xh} = 1", (), r"a transpose is ^\top, or say '^T is ^\top' in a spelling"),
    # Two values that a mark has chosen.
    ("rnn t<3", r"\sum_{s=1}^{t} h_s = h_1 + (t - 1) h_2", (), "this is checked for t = 1, 2 alone"),
    ("rnn k>=H", "h_{t,k} = h_{t,H}", (), "this is checked for k - H = 0 alone"),
    ("rnn 3<4", r"h_t = \tanh(a_t)", (), "a condition compares indices"),
    ("rnn", r"h_t = \tanh(a_t), \quad t = 1, 3, \dots, T", (), "the numbers before the dots do not advance by one"),
    # A name that has a meaning.
    ("chain", r"\operatorname{sign}x^2 = x\operatorname{sign}x", (), "sign is a function to every reader"),
    ("define", r"\mathrm{arctan}(x) = x^2", (), "arctan has a meaning to every reader, which is not known here"),
    ("define", r"\mathrm{lg}(x) = \ln x", (), "this is not what lg means to readers"),
    ("define", r"\mathrm{erfc}(x) = 2", (), "this is not what erfc means to readers"),
    ("define", r"\mathrm{hardswish}(x) = x^2", (), "this is not what hardswish means to readers"),
]
TRUE = [
    ("chain", "f(z) = z", (r"f(x) = \frac{d}{dy}(x y)",)),
    ("chain", "% given: \\Sigma and \\Lambda are numbers\n\\Sigma \\Lambda = \\Lambda \\Sigma", ()),
    ("chain", "% given: A_1 and A_2 are numbers\nA_1 A_2 = A_2 A_1", ()),
    ("chain", r"\eta \Delta x = \Delta x \eta", ()),
    ("chain", r"\frac{N_1}{N_1 + N_2} + \frac{N_2}{N_1 + N_2} = 1, \quad N_1 + N_2 \ne 0", ()),
    ("chain", r"\ln x + \ln y = \ln(x y) \quad\text{for } x > 0 \text{ and } y > 0", ()),
    ("chain", r"\text{if } x > 0 \text{ then } \frac{1}{x} > 0", ()),
    ("chain", r"x^2 \ge 0 \text{ hence } x^2 + 1 > 0", ()),
    ("chain", r"\frac{d}{dx} x^n = n x^{n-1}, \quad x > 0", ()),
    ("chain", "% given: n is an integer\n\\frac{d}{dx} x^n = n x^{n-1}, \\quad x \\ne 0", ()),
    ("chain", "2^{x + y} = 2^x 2^y", ()),
    ("chain", "% given: n is an integer\nx^{2n} > 0, \\quad x \\ne 0", ()),
    ("setting", r"\lVert W_{hh} \rVert = 2", ()),
    ("setting", "0 < x < 1", ()),
    ("setting", "D = 3, H = 4", ()),
    ("rnn", r"h_t = \tanh(a_t), \quad t = 1, 2, \dots, T", ()),
    ("rnn", r"\lVert h_t \rVert = \sqrt{h_t^\top h_t}", ()),
    ("rnn t<T", r"\frac{\partial L}{\partial h_t} = W_{hy}^\top (y_t - \hat{y}_t) + W_{hh}^\top \delta_{t+1}", ()),
    ("setting", r"\sigma(x) = 0.9", ()),
    ("orthogonal", r"\det(W_{hh})^2 = 1", ()),
    ("rnn", r"\mathrm{relu}(a_t) = \max(a_t, 0)", ()),
    ("rnn", r"\lVert h_t \rVert_1 = \sum_k \lvert h_{t,k} \rvert", ()),
    ("lstm", r"f_{t,k} \ne 0", ()),
    ("chain", r"\sum_{k=1}^{n} \frac{1}{k^2} < 2", ()),
    ("rnn", r"h_t = \tanh(a_t) \tag{2.1}", ()),
    ("rnn", r"h_t = \tanh(a_t) \tag{A.1'}", ()),
    ("define", r"\mathrm{artanh}(x) = \frac12 \ln \frac{1 + x}{1 - x}", ()),
    ("define", "% given: m_t is a number\n\\hat m_t = \\frac{m_t}{1 - \\beta^t}", ()),
    ("define", "% given: Phi is a function\nf(x) = x \\Phi(x)", ()),
]


@pytest.mark.slow
@pytest.mark.parametrize(("mark", "latex", "earlier", "why"), FALSE)
def test_what_holds_only_by_what_is_not_seen_gets_no_tick(mark, latex, earlier, why):
    """It is refuted with numbers, or refused with what to write."""
    verdict = judge(latex, mark, earlier, RUNS)
    assert verdict.outcome in ("fails", "refused")
    assert why in verdict.evidence


@pytest.mark.slow
@pytest.mark.parametrize(("mark", "latex", "earlier"), TRUE)
def test_what_says_all_that_it_needs_is_accepted(mark, latex, earlier):
    """The same kinds, with their conditions."""
    verdict = judge(latex, mark, earlier, RUNS)
    assert verdict.outcome in ("proved", "evaluated", "not refuted", "setting", "defined"), verdict.evidence
