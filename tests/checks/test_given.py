"""Letters that are functions, numbers or vectors, and what an author states about them."""

import pytest

from rnn_notes.checks.verdicts import judge

REFUSED = {
    "f(u v) = u f(v)": "f before brackets is a function that the page has not defined, or a number times a bracket",
    "L(w + v) = L(w) + L(v)": "'% given: L is a function' or '% given: L is a number'",
    "f(0) = 0": "f before brackets",
    "v(2) = 2 v": "v before brackets",
    "x(t) = t x(1)": "x before brackets",
    "M N = N M": "M and N may be matrices",
    "(B D)^{-1} = B^{-1} D^{-1}": "B and D may be matrices",
    r"f^{-1}(x) = \frac{1}{f(x)}": "f before brackets",
    r"\Delta(x) = x \Delta(1)": "Delta before brackets",
    r"\frac{\partial L}{\partial w} = \frac{\partial y}{\partial w}": "this does not contain w, and L may depend on it",
    r"\frac{d}{dx} y = 0": "'% given: y is constant' or '% given: y depends on x'",
    r"\frac{\partial h_t}{\partial h_{t-1}} = 0": "h is a vector or matrix in these notes",
    "W_{hh} W_{xh} x = W_{xh} W_{hh} x": "W_hh is a vector or matrix",
    "b_h + b_h = 2 b_h": "b_h is a vector or matrix",
    r"\tilde{c}_t f_t = f_t \tilde{c}_t": "c_tilde_t is a vector or matrix",
    "A B = B A": "A and B may be matrices, for which order counts",
    "(A B)^{-1} = A^{-1} B^{-1}": "% given: A and B are numbers",
    "(A + B)^2 = A^2 + 2 A B + B^2": "may be matrices",
    r"\frac{X Y}{Y} = X": "may be matrices",
    "A^{-1} + A^{-1} = 2 A^{-1}": "A may be a matrix",
    "A x = x A": "A may be a matrix, for which order counts",
    "M (u + v) = u M + v M": "'% given: M is a number'",
    "X^2 u = u X^2": "X may be a matrix",
    "u S v = S u v": "S may be a matrix",
    "A^T A = A A^T": r"T above a letter is a transpose or a power; write ^\top and check this against a run",
    "x^T y = y^T x": "'% given: T is an integer'",
    "(x y)^T = y^T x^T": "T above a letter",
    r"A^\top x = x A^\top": "a chain is about numbers",
    "y(t+1) = y(t) + y": "y before brackets is a function",
    "a(b) = b(a)": "a before brackets is a function",
    "w_1(x) = x w_1": "w before brackets is a function",
    r"f(x) \cdot (x + 1) = x f(x) + f(x)": "f before brackets",
}
HOLD = {
    "p (1 + r) = p + p r": "",
    "x (x - 1) = x^2 - x": "",
    "a (b - c)^2 = a (c - b)^2": "",
    "H (D + H + 1) = H D + H^2 + H": "",
    "A x + A x = 2 A x": "",
    "x_1 y_1 = y_1 x_1": "",
    r"x \cdot (y + z) = x y + x z": "",
    r"f \cdot (y + z)^2 = f \cdot [z + y]^2": "",
    r"p \times (2 + u) = 2 p + p u": "",
    r"\pi R^2 = R^2 \pi": "",
    "A (x + y) = A x + A y": "",
    r"(1 + r)^T (1 + r) = (1 + r)^{T+1}, \quad r > -1": "",
    r"q^T q = q^{T+1}, \quad q > 0": "",
    "A x = x A": "given: A is a number",
    "x^T y = y x^T": "given: T is an integer",
    r"\frac{d}{dx} (w x + b) = w": "with b, w held constant in the derivative",
    "f(x + y) = f(y + x)": "given: f is a function",
    r"\frac{d}{dx} f(x^2) = 2 x f'(x^2)": "given: f is a function",
    r"\frac{d}{dx} (f(x) g(x)) = f'(x) g(x) + f(x) g'(x)": "given: f and g are functions",
    r"\frac{d}{dx} y^2 = 2 y \frac{dy}{dx}": "given: y depends on x",
    r"\frac{d}{dx} (x y) = y + x \frac{dy}{dx}": "given: y depends on x",
    r"\frac{d}{dx} (\ln(y)) = \frac{1}{y} \frac{dy}{dx}, \quad y > 0": "given: y depends on x",
    r"\frac{dy}{dx} = \frac{dy}{du} \frac{du}{dx}": "given: y depends on u; u depends on x",
    r"\frac{d}{dx} \frac{f(x)}{g(x)} = \frac{f'(x) g(x) - f(x) g'(x)}{g(x)^2}, \quad g(x) \ne 0": (
        "given: f and g are functions"
    ),
    r"\frac{d}{dx} (y + z) = 0": "given: y and z are constant",
    "(A B)^{-1} = A^{-1} B^{-1}": "given: A and B are numbers",
    "h_t h_{t-1} = h_{t-1} h_t": "given: h is a number",
    "f(x + y) = f x + f y": "given: f is a number",
    r"\cos(2 \pi n) = 1": "given: n is an integer",
}
FALSE = {
    "f(x + y) = f(x) + f(y)": "f is a function",
    "f(2 x) = 2 f(x)": "f is a function",
    "f(g(x)) = g(f(x))": "f and g are functions",
    r"\frac{d}{dx} f(x^2) = f'(x^2)": "f is a function",
    "f'(0) = 0": "f is a function",
    r"\frac{d}{dx} (x y) = y": "y depends on x",
    r"\frac{d}{dx} y = 1": "y depends on x",
    r"\frac{dy}{dx} = \frac{dy}{du}": "y depends on u; u depends on x",
    r"\cos(\pi x) = 1": "x is a number",
}


@pytest.mark.parametrize(("formula", "message"), REFUSED.items())
def test_a_letter_is_taken_for_a_number_only_where_it_is_one(formula, message):
    """Functions, vectors and matrices are refused in a chain, with the way out."""
    verdict = judge(formula, "chain")
    assert (verdict.outcome, message in verdict.evidence) == ("refused", True), verdict.evidence


@pytest.mark.parametrize(("formula", "badge"), HOLD.items())
def test_what_the_author_states_is_used_and_shown(formula, badge):
    """A reader cannot see a comment, so the badge repeats it."""
    stated = f"% {badge}\n" if badge.startswith("given") else ""
    verdict = judge(stated + formula, "chain")
    assert verdict.outcome == "proved", verdict.evidence
    assert badge in verdict.badge


@pytest.mark.parametrize(("formula", "stated"), FALSE.items())
def test_a_function_of_which_nothing_is_known_has_no_property(formula, stated):
    """What holds for some functions only fails."""
    assert judge(f"% given: {stated}\n{formula}", "chain").outcome == "fails"


@pytest.mark.parametrize(
    ("stated", "message"),
    {
        "f is nice": "'given: f is nice' is not read here; write 'f is a function'",
        "g is a function": "'given' speaks of g, which is not in the formula",
        "x > 0": "is not read here",
    }.items(),
)
def test_a_statement_beside_a_display_is_understood_or_refused(stated, message):
    """Another sentence is not ignored, and neither is one about something else."""
    verdict = judge(f"% given: {stated}\nx + x = 2 x", "chain")
    assert (verdict.outcome, message in verdict.evidence) == ("refused", True)


def test_what_depends_on_u_in_another_way_is_not_differentiated_by_it():
    """If y and u both depend on x, y is nothing that changes with u alone, nor is it constant."""
    verdict = judge("% given: y and u depend on x\n" + r"\frac{dy}{du} = 0", "chain")
    assert "what is differentiated by u depends on it alone, and here on x; introduce it" in verdict.evidence


def test_a_definition_with_free_letters_does_not_hide_what_it_depends_on():
    """In f(u) = u + 1 the argument y may depend on x."""
    assert judge(r"\frac{d}{dx} (f(y)) = 0", "chain", ("f(u) = u + 1",)).outcome == "refused"
    assert judge(r"\frac{d}{dx} f(y) = y", "chain", ("f(u) = u x",)).outcome == "proved"


def test_names_keep_their_case_in_a_chain():
    """F is not f."""
    assert judge("F(x) = f(x)", "chain", ("f(x) = x^2",)).outcome == "refused"
    assert judge(r"\frac{d}{dx} F(x) = 2 x", "chain", ("F(x) = x^2",)).outcome == "proved"
    assert judge("F x = x^2", "chain", ("F(x) = x^2",)).outcome == "refused"
