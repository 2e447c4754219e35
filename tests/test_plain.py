"""A formula as a line of text reads as one would type it."""

import pytest

from rnn_notes.web import plain
from rnn_notes.web.typeset import Typesetter


@pytest.mark.parametrize(
    ("latex", "line", "typed"),
    [
        ("h_t", "hₜ", "h_t"),
        (r"h_t = \tanh(W_{xh} x_t + b_h)", "hₜ = tanh(Wₓₕ xₜ + bₕ)", "h_t = tanh(W_xh x_t + b_h)"),
        (r"W_{hy}", "W_hy", "W_hy"),
        (r"1 - h_t^2", "1 − hₜ²", "1 - h_t^2"),
        (r"\sigma(-x) = \frac{1}{1 + e^x}", "σ(−x) = 1/(1 + e^x)", "sigma(-x) = 1/(1 + e^x)"),
        (r"\tilde{c}_t \odot \hat{y}", "c̃ₜ ⊙ ŷ", "c_t * y"),
        (r"\frac{\partial L}{\partial h_t}", "∂L/∂hₜ", "dL/dh_t"),
        (r"W^\top \theta \le \ln p", "Wᵀ θ ≤ ln p", "W^T theta <= ln p"),
        (r"\sum_i x_i, \sqrt{2}", "∑ᵢ xᵢ, √2", "sum_i x_i, 2"),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", "a = b; = c", "a = b; = c"),
        (r"\text{if } x \in [0, 1]", "if x ∈ [0, 1]", "if x in [0, 1]"),
        (r"f'(x), t = 1, \dots, T", "f′(x), t = 1, …, T", "f(x), t = 1, ..., T"),
    ],
)
def test_a_formula_reads_as_text(latex, line, typed):
    """In Unicode, and in the letters of a keyboard."""
    with Typesetter() as typesetter:
        found = plain.text(typesetter.html(latex, display=False))
    assert (found, plain.ascii_text(found)) == (line, typed)
