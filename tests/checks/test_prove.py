"""Proofs against known falsehoods."""

import pytest

from rnn_notes.checks import deadline, step
from rnn_notes.checks.verdicts import judge

SIGMA = r"\sigma(x) = \frac{1}{1 + e^{-x}}"
PROVED = [
    r"\frac{d}{dx} \sigma(x) = \sigma(x) (1 - \sigma(x))",
    r"\sigma'(x) = \frac{e^{-x}}{(1 + e^{-x})^2}, \quad \sigma'(0) = \frac14",
    r"\tanh x = 2 \sigma(2x) - 1, \quad \tanh'(x) = 1 - \tanh^2(x)",
    r"0 < \sigma(x) < 1, \quad \sigma'(x) \le \frac14, \quad -1 < \tanh(x) < 1",
    r"x^2 - 2 x y + y^2 \ge 0, \quad e^x > 0, \quad x^2 \ge 0, \quad x^2 + 1 > 0, \quad \lvert x \rvert \ge 0",
    r"\max(0, x) \ge 0, \quad \cosh(x) \ge 1",
    r"\sin(x)^2 + \cos(x)^2 = 1, \quad \sinh(x)^2 = \cosh(x)^2 - 1",
    r"3 \cdot 4 + 3 \cdot 3 + 3 = 24",
    r"\sum_{k=1}^{4} k^2 = 30, \quad \prod_{k=1}^{4} (k) = 24, \quad \sum_{k=0}^{2} x^k = 1 + x + x^2",
    r"\frac{d}{dx} (x^2 y) = 2 x y, \quad \frac{\partial}{\partial y} (x^2 y) = x^2",
    r"\frac{d}{dp_t} (p_t^2 + p_{t-1}) = 2 p_t",
    r"\sigma(2) \approx 0.881, \quad \frac{1}{1024} \approx 9.8 \times 10^{-4}",
    r"\prod_{k=1}^{3} (k + x) = (x + 3) (x + 2) (x + 1), \quad \prod_{k=1}^{0} [k] = 1, \quad \sum_{k=3}^{2} k = 0",
    r"\cos(v + \sin(s)^2 + \cos(s)^2 - 1) = \cos(v), \quad e^{\sin(s)^2 + \cos(s)^2} = e",
    r"\tanh((x + 1)^2) = \tanh(x^2 + 2 x + 1), \quad \lvert x \sinh(y)^2 - x \cosh(y)^2 \rvert = \lvert x \rvert",
    r"\cos(v + \sin(s)^2) \le 1, \quad \sin(\cos(x) + y)^2 + \cos(\cos(x) + y)^2 = 1",
    r"\frac{d}{dx} \sum_{k=1}^{3} x^k = 1 + 2 x + 3 x^2, \quad \frac{d}{dx} \sin x = \cos x",
    r"\frac{\partial}{\partial x_j} \sum_{i=1}^{3} x_i^2 = 2 x_j, \quad 2^{x + y} = 2^x 2^y",
    r"\frac{\partial}{\partial w_k} \left( \frac12 \sum_{i=1}^{n} (w_i - y_i)^2 \right) = w_k - y_k",
    r"\frac{\partial}{\partial a_{j,k}} \sum_{i=1}^{2} \sum_{m=1}^{3} a_{i,m}^2 = 2 a_{j,k}",
    r"\frac{d^2}{dx^2} x^3 = 6 x, \quad \frac{\partial^2 (x^2 y)}{\partial x^2} = 2 y",
    r"\frac{d^3 (x^4)}{dx^3} = 24 x, \quad \frac{d^2}{dx^2} \sin x = -\sin x",
    r"\frac{\partial^2}{\partial x \partial y} (x^2 y^3 + x^2 + y^2) = 6 x y^2, \quad \sigma''(0) = 0",
    r"\frac{\partial^3 (x^2 y^2)}{\partial x^2 \, \partial y} = 4 y, \quad \sigma''(x) = \sigma'(x) (1 - 2 \sigma(x))",
    r"\frac{\partial}{\partial w} \frac12 (w x - y)^2 = (w x - y) x, \quad \frac{d}{dx} \frac{1}{2} m x^2 = m x",
    r"\ln \sum_{j=1}^{2} e^{x_j + c} = c + \ln(e^{x_1} + e^{x_2}), \quad 1{,}024 = 2^{10}",
    r"\log_2 8 = 3, \quad \log_{10}(x) = \frac{\log x}{\log 10}, \quad x > 0",
    r"\frac{d}{dx} \sin^2 x = 2 \sin x \cos x, \quad \ln(x y) = \ln x + \ln y, \quad x, y > 0",
    r"\underbrace{(x - 1)^2}_{\ge 0} + 1 \ge 1, \quad \underbrace{x - x}_{= 0} + 1 = 1",
    r"\frac{a}{b} + \frac{c}{d} = \frac{a d + b c}{b d}, \quad (a + b) (c + d) = a c + a d + b c + b d",
    r"x_1 + x_2 + \cdots + x_5 = \sum_{k=1}^{5} x_k",
    r"\begin{cases} (x + 1)^2 = x^2 + 2 x + 1 \\ (x - 1)^2 = x^2 - 2 x + 1 \end{cases}",
    r"\log(e^x) = x, \quad (1/2)^{-1} = 2, \quad \sqrt{x^2} = \lvert x \rvert",
    r"e^{2x} - 1 = (e^x - 1) (e^x + 1), \quad e^{x + y} = e^x e^y",
    r"\pi > 3",
    r"\ln \frac{\sigma(x)}{1 - \sigma(x)} = x",
]
REFUTED = {
    r"\frac{d}{dx} \sigma(x) = \sigma(x) (1 + \sigma(x))": "step 1 of 1: at x = ",
    r"x + 1 = x + 1 + 0 = x + 2": "step 2 of 2: at x = 3/7: left is 1.42857142857, right is 2.42857142857",
    r"3 \cdot 4 = 13": "left is 12.0, right is 13.0",
    r"\sqrt{x^2} = x": "at x = -5/11",
    r"\sigma(x) < \frac12": "at x = 3/7",
    r"x^2 > 0": "at x = 0",
    r"\sigma'(x) < \frac14": "at x = 0",
    r"x^2 \ge x": "at x = 3/7",
    r"x (x - 1) (x - 2) + x = x + x (x - 1) (x - 3)": "at x = ",
    r"\sigma(2) \approx 0.882": "right is 0.882",
    r"\frac{1}{0} = 1": "this divides by zero",
    r"\underbrace{(x - 1)^2}_{> 0} + 1 \ge 1": "step 2 of 2: at x = 1",
    r"0^{-1} = 1": "this divides by zero",
    r"\frac{1}{x - x} = 1": "this divides by zero",
    r"\sqrt{-1 - x^2} = \sqrt{-2 - x^2}": "this is defined for no real number",
}
NO_CHAIN = {
    r"W^\top x = x": "a chain is about numbers; check vectors and matrices against a run",
    r"a \odot b = c": "a chain is about numbers",
    r"x \in \mathbb{R}": "a chain has steps with = or < only",
    r"\mathrm{softmax}(x) = 1": "softmax of 1 arguments is not known; introduce it by a display '% check: define'",
    r"\tanh(x, y) = 1": "tanh of 2 arguments is not known",
    r"\sum_{k=1}^{1/2} k = 1": "the bounds of a sum are whole numbers",
    r"\prod_{k=3}^{1} (k) = 6": "this runs from 3 to 1; in a chain sums and products count upwards",
    r"\log(x^2) = 2 \log(x)": "this is meant only for x > 0",
    r"\sum_{k=1}^{9999} k = 1": "this is too long for a proof",
    r"x^{1000} = 1": "this power is too large; exponents go to 100",
    r"(((9^{99})^{99})^{99})^{99} = 1": "this power is too large",
    r"x \approx 0.5": "≈ compares numbers; there is a letter without a value",
    r"\frac{d}{du} u = 1": "a derivative is taken by a letter without definition",
    r"\frac{\partial^2}{\partial x} x = 0": "a derivative of second order is",
    r"\frac{\partial^2}{\partial x \partial y} (x^2 + z) = 0": "this does not contain y, and z may depend on it",
    r"\frac{d}{dx} \frac{\partial}{\partial y} (y^2) = 0": "this does not contain x, and y may depend on it",
    r"\frac{d}{dx} \frac{x}{2} (x + 1) = x": "what belongs to this operator is unclear; put it in brackets",
    r"\prod_{k=1}^{2} 2 x_k = 4 x_1 x_2": "what belongs to this operator is unclear; put it in brackets",
    r"\exp_2 8 = 3": "only a logarithm has a number below, its base",
    r"\sin x y = y \sin x": "where the argument of \\sin ends is unclear",
    r"\max'(x, y) = 1": "max' is known for functions of one argument",
}


@pytest.mark.parametrize("chain", PROVED)
def test_a_true_chain_is_proved(chain):
    """Each chain of the table is true for all real numbers, and SymPy finds the proof of every step."""
    assert judge(chain, "chain", (SIGMA,)).outcome == "proved"


@pytest.mark.parametrize(("chain", "message"), REFUTED.items())
def test_a_step_that_is_false_fails(chain, message):
    """Each chain of the table fails, with a counterexample."""
    verdict = judge(chain, "chain", (SIGMA,))
    assert (verdict.outcome, message in verdict.evidence) == ("fails", True), verdict.evidence


@pytest.mark.parametrize(("chain", "message"), NO_CHAIN.items())
def test_what_is_no_scalar_chain_is_refused(chain, message):
    """Vectors, unknown functions and powers beyond all bounds are refused before SymPy sees them."""
    verdict = judge(chain, "chain", ("u = x + 1",))
    assert (verdict.outcome, message in verdict.evidence) == ("refused", True), verdict.evidence


@pytest.mark.slow
def test_numbers_that_agree_are_no_proof(monkeypatch):
    """A function that vanishes at every point that is tried is not taken for zero, and nor does the claim fail."""
    monkeypatch.setattr(deadline, "PROOF_SECONDS", 60)  # the search ends by itself, on a slow machine too
    points = sorted(set(step.POINTS))
    zero = " ".join(f"(x - {p.p}/{p.q})".replace("- -", "+ ") for p in points)
    for formula in (f"{zero} = 0", "(x - 13)^2 > 0", r"\sin(x) + e^{\cos(x)} \le 4"):
        verdict = judge(formula, "chain")
        assert (verdict.outcome, verdict.badge) == ("refused", "not proved")
        assert "points agree but no proof" in verdict.evidence


def test_a_matrix_that_grows_beyond_all_bounds_is_refused():
    """Definitions that double a column again and again end before the memory does."""
    doubled = ["f(x) = [x; x]", *(f"{b}(x) = {a}({a}({a}({a}({a}({a}(x))))))" for a, b in ["fg", "gk", "kp"])]
    verdict = judge("p(u) = p(u) + 0", "numbers", (*doubled, r"u = \begin{bmatrix} 1 \\ 2 \end{bmatrix}"))
    assert verdict.evidence == "this matrix is too large"


def test_an_entry_that_is_differentiated_by_is_each_of_those_that_the_sum_counts():
    """The badge says which; another entry in its place is refuted with its number."""
    sums = r"\frac{\partial}{\partial x_j} \sum_{i=1}^{n} w_i x_i = "
    assert judge(sums + "w_j", "chain").badge.count("for j = 1, …, n; for n = 1, …, 6") == 1
    assert "for n = 2, j = 2, at" in judge(sums + "w_1", "chain").evidence
    assert judge(sums + "j w_j", "chain").outcome == "fails"
    assert judge(r"\frac{\partial}{\partial x_j} \sum_{i=1}^{3} y_i^2 = 0", "chain").outcome == "refused"
    for unclear in (
        r"\left( \sum_{i=1}^{3} x_i + \sum_{i=1}^{5} x_i \right) = 2",
        r"\sum_{i=1}^{3} x_i x_{i+1} = x_{j+1}",
    ):
        refusal = judge(r"\frac{\partial}{\partial x_j} " + unclear, "chain").evidence
        assert refusal == r"the sums count different entries; say for which j this is meant, j = 1, \dots, 5"
