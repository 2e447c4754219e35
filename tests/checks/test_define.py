"""What a page introduces."""

import pytest

from rnn_notes.checks.verdicts import judge

SIGMA = r"\sigma(x) = \frac{1}{1 + e^{-x}}"


def test_a_definition_has_to_agree_with_the_package():
    """σ, tanh, relu and softmax are compared with ``rnn_notes.activations``; a wrong one fails."""
    softmax = r"\mathrm{softmax}(a)_k = \frac{e^{a_k}}{\sum_{j=1}^{n} e^{a_j}}"
    for definition, name in [
        (SIGMA, "sigmoid"),
        (r"\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}", "tanh"),
        (r"\mathrm{relu}(x) = \max(0, x)", "relu"),
        (softmax, "softmax"),
    ]:
        verdict = judge(definition, "define")
        assert verdict.outcome == "defined", verdict.evidence
        assert f"agrees with rnn_notes.activations.{name}" in verdict.summary
    rounded = r"\sigma(z) = \frac{\cosh(z)^2 - \sinh(z)^2}{2} + \frac{1}{2} \tanh(\frac{z}{2})"
    assert judge(rounded, "define").outcome == "defined"
    for definition in [SIGMA.replace("-x", "x"), softmax.replace("a_j", "a_k"), r"\mathrm{relu}(x) = \max(1, x)"]:
        assert judge(definition, "define").outcome == "fails"


def test_a_definition_without_counterpart_says_so_and_is_known_afterwards():
    """f is a product before its definition, and a function after it."""
    f = "f(x, y) = y^2 - 2 y \\cos x"
    assert judge(f, "define").summary == "define, the page's own f, without counterpart in the package"
    assert judge(r"\frac{\partial f}{\partial x} = 2 y \sin x", "chain", (f,)).outcome == "proved"
    assert judge("f(0, 3) = 3", "chain", (f,)).outcome == "proved"
    assert judge("f(0, 3) = 3", "numbers", (f,)).outcome == "exact"
    assert judge("f(0, 3) = 3", "chain").outcome == "refused"


@pytest.mark.slow
def test_symbols_and_families_can_be_defined_too():
    """u stands for its formula in a chain, and J_k for its own on a run."""
    assert judge("u^2 = 1 + 2 e^{-x} + e^{-2x}", "chain", ("u = 1 + e^{-x}",)).outcome == "proved"
    assert judge("J_2 = 4 + J_0", "chain", ("J_k = k^2",)).outcome == "proved"
    J = r"J_k = \mathrm{diag}(1 - h_k \odot h_k) W_{hh}"
    assert judge(J, "define").outcome == "defined"
    product = r"\frac{\partial h_t}{\partial h_s} = \prod_{k=t}^{s+1} (J_k)"
    assert judge(product, "rnn s<t", (J,)).outcome == "evaluated"
    assert judge(product, "rnn s<t", (J.replace("1 -", "2 -"),)).outcome == "fails"


def test_what_a_page_defines_cannot_stand_for_what_a_run_knows():
    """A page that defines h for itself cannot check a formula with h on a run: which one would it be?"""
    verdict = judge(r"h_t = \tanh(a_t)", "rnn", (r"h_k = \tanh(a_k)",))
    assert verdict.outcome == "refused"
    assert "h is a symbol of this run and defined on the page too" in verdict.evidence


def test_an_argument_is_not_taken_for_a_definition_of_the_same_letter():
    """In f(u) = u² the u is the argument, though the page has defined another u."""
    for mark in ("chain", "numbers"):
        assert judge("f(3) = 9", mark, ("u = 2", "f(u) = u^2")).outcome in ("proved", "exact")


def test_a_definition_by_entries_is_not_unfolded_in_a_chain():
    """softmax(x) = softmax(y) is not proved by forgetting the arguments."""
    softmax = r"\mathrm{softmax}(a)_k = \frac{e^{a_k}}{\sum_{j=1}^{n} e^{a_j}}"
    assert judge(r"\mathrm{softmax}(x) = \mathrm{softmax}(y)", "chain", (softmax,)).outcome == "refused"
    assert judge("f(x) = f(y)", "chain", ("f(a) = a_1",)).outcome == "refused"
    assert judge(r"\mathrm{row}(x) = \mathrm{row}(y)", "chain", (r"\mathrm{row}(a)_k = k",)).outcome == "refused"


@pytest.mark.parametrize(
    ("definition", "message"),
    {
        "f(x) = x, \\quad g = 1": "a definition is one equation",
        "f(x) < x": "a definition is one equation",
        "f(x + 1) = x": "the arguments of f are different letters where it is defined",
        "f(x, x) = x": "the arguments of f are different letters where it is defined",
        "e = 3": "e has a meaning already",
        r"\max(x, y) = x": "max has a meaning already",
        "2 f = x": "a definition has a new symbol on its left",
        "f(x) = 1 + f(x - 1)": "f is defined by itself",
        r"m_{t+1} = \beta m_t + g_t": "m is defined by itself; a recurrence such as",
        "F_{n+2} = F_{n+1} + F_n": "F is defined by itself; a recurrence such as",
        "S_{chao1} = S_{obs} + 1": "a label in an index has letters only",
        "f(x, y) = 1 + f(y, x)": "f is defined by itself",
        r"\sigma(x) = 1 / (1 + e^{-x})": "sigma has a meaning already; write this as a chain",
    }.items(),
)
def test_what_is_no_definition_is_refused(definition, message):
    """Each definition of the table is refused with the reason."""
    verdict = judge(definition, "define", (SIGMA,))
    assert (verdict.outcome, message in verdict.evidence) == ("refused", True), verdict.evidence


def test_a_definition_takes_its_number_of_arguments():
    """f of three arguments is refused where f has two."""
    for mark in ("chain", "numbers"):
        verdict = judge("f(1, 2, 3) = 6", mark, ("f(x, y) = x y",))
        assert "f takes 2 arguments, not 3" in verdict.evidence


WRONG = {
    r"\mathrm{softmax}(a)_k = \frac{5 e^{a_k}}{H \sum_{j=1}^{n} e^{a_j}}": "fails",
    r"\mathrm{softmax}(a)_k = \frac{e^{a_k}}{\sum_{j=1}^{5} e^{a_j}}": "fails",
    r"\mathrm{softmax}(a)_k = \frac{e^{a_k}}{n}": "fails",
    r"\mathrm{relu}(x) = \frac{x + \lvert x \rvert}{2} + x (x + \frac{31}{10}) (x - \frac15)": "fails",
    r"\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}} + \max(0, x - 50)": "fails",
    r"\sigma(x) = \frac{1}{1 + e^{-a x}}": "fails",
    r"\mathrm{softmax}(a)_k = \frac{e^{m a_k}}{\sum_{j=1}^{n} e^{m a_j}}": "fails",
    r"\tanh = 5": "refused",
    r"\mathrm{sinc}(x) = 5": "fails",
    r"\mathrm{gelu}(x) = x \sigma(x)": "fails",
    r"\mathrm{GELU}(x) = x \sigma(x)": "fails",
    r"\mathrm{softplus}(x) = \ln(1 + e^x) + \max(0, x - 1000)": "fails",
    r"\mathrm{LeakyReLU}(x) = \max(x, 2 x)": "fails",
    r"\mathrm{sign}(x) = x": "fails",
    r"u = \frac{1}{x - x}": "fails",
    r"u = \ln(-1 - x^2)": "fails",
    r"c_t = f_t + i_t": "refused",
    r"h_t = \tanh(x_t)": "refused",
    r"T = 7": "refused",
    r"L = 0": "refused",
    r"W = 3": "refused",
    r"s_t = (1 - z_t) s_{t-1} + z_t g_t": "refused",
    r"q(x) = r(x + 1)": "refused",
}
USUAL = [
    r"\mathrm{gelu}(x) = \frac{x}{2} (1 + \mathrm{erf}(\frac{x}{\sqrt{2}}))",
    r"\mathrm{softplus}(x) = \ln(1 + e^x)",
    r"\mathrm{swish}(x) = \frac{x}{1 + e^{-\beta x}}",
    r"\mathrm{silu}(u) = u \sigma(u)",
    r"\mathrm{LeakyReLU}(x) = \max(0, x) + 0.01 \min(0, x)",
    r"\mathrm{elu}(x) = \max(0, x) + \alpha \min(0, e^x - 1)",
    r"\mathrm{sinc}(x) = \frac{\sin(\pi x)}{\pi x}",
    r"\mathrm{hardtanh}(x) = \min(1, \max(-1, x))",
]


@pytest.mark.slow
@pytest.mark.parametrize(("definition", "outcome"), WRONG.items())
def test_a_definition_cannot_give_a_known_name_another_meaning(definition, outcome):
    """Neither one of the package, nor one that every reader knows, nor one of a run; and it has a value somewhere."""
    assert judge(definition, "define").outcome == outcome


@pytest.mark.parametrize("definition", USUAL)
def test_a_usual_definition_is_proved_to_be_that(definition):
    """In any form that SymPy can show to be the same."""
    verdict = judge(definition, "define")
    assert verdict.outcome == "defined", verdict.evidence
    assert verdict.badge.startswith("a definition, not a claim: proved to be the usual ")


def test_the_badge_of_a_definition_is_none_of_a_claim():
    """It says what it agrees with, and how that was seen."""
    badge = judge(SIGMA, "define").badge
    assert badge.startswith(
        "a definition, not a claim: agrees with rnn_notes.activations.sigmoid: proved by SymPy, and "
    )
    assert "without counterpart" in judge("u = 1 + e^{-x}", "define").badge


def test_a_letter_that_makes_no_difference_may_be_any_number():
    """As the m that is subtracted in a softmax."""
    shifted = r"\mathrm{softmax}(a)_k = \frac{e^{a_k - m}}{\sum_j e^{a_j - m}}"
    assert "agrees with rnn_notes.activations.softmax" in judge(shifted, "define").badge


def test_a_letter_of_some_run_is_free_for_another_meaning():
    """A matrix A of a run keeps nobody from a family A_k, nor its series u from a number u."""
    for definition in ("A_k = 2^k", "u = 1 + e^{-x}"):
        assert judge(definition, "define").outcome == "defined"


def test_a_recurrence_is_referred_to_a_run():
    """An author who defines a state by itself learns where it belongs."""
    evidence = judge("s_t = s_{t-1} + x_t", "define").evidence
    assert "a recurrence such as s_t = s_{t-1} + x_t is a run of your own" in evidence
    assert "'% check: lstm'" in judge("c_t = f_t + i_t", "define").evidence
