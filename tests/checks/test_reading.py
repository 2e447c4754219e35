r"""What other authors write is read as what it says: fonts, words, scripts, environments, columns, dots.

It is long because it is a table: what others print, and what it says in plain form.
"""

import pytest

from rnn_notes.checks import judge, latex
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.tree import Brackets, Relation, rebuilt, without_brackets


def read(formula: str):
    """The statements of a display."""
    return latex.parse(formula)


def refused(formula: str) -> str:
    """The message with which a display is refused."""
    with pytest.raises(FormulaError) as error:
        latex.parse(formula)
    assert error.value.at is not None
    return str(error.value)


SAME = [  # as printed somewhere, and in the plain form
    (r"\mathbf{h}_t = \boldsymbol{\delta}_t + \bm x + \vec{y} + \mathcal{L}", r"h_t = \delta_t + x + y + L"),
    (r"\hat{\mathbf{y}}_t = \mathbf{\hat y}_s + \widetilde{\mathbf c}", r"\hat{y}_t = \hat{y}_s + \tilde{c}"),
    (r"\mathbf{h_t} = 1", r"h_t = 1"),
    (r"\text{tanh}(x) = tanh(x) + 1", r"\tanh(x) = \tanh(x) + 1"),
    (
        r"\operatorname{sigmoid}(x) = \textrm{sigmoid}(x) + \text{softmax}(y)",
        r"\sigma(x) = \sigma(x) + \mathrm{softmax}(y)",
    ),
    (r"\operatorname{tanh}^2(x) = 1", r"\tanh^2(x) = 1"),
    (r"\mathrm{ReLU}(x) = ReLU(x) + 1", r"\mathrm{relu}(x) = \mathrm{relu}(x) + 1"),
    (r"h^{<t>} = h^{\langle t-1 \rangle} + 1", r"h^{(t)} = h^{(t-1)} + 1"),
    (r"h^{(t)}_k = f_i^{(t)} + 1", r"h_k^{(t)} = f^{(t)}_i + 1"),
    (r"\hat{y}^{(t)}_{[i]} = z_{}^{(k)} + 1", r"\hat{y}_i^{(t)} = z^{(k)} + 1"),
    (r"a^{2}_t = {h_t}^\top {x}", r"a_t^2 = h_t^{\top} x"),
    (r"A^\mathsf{T} = B^{\mathrm{T}} + {\left(C\right)}^{T-i}", r"A^\top = B^\top + (C)^{T-i}"),
    (r"\frac 1 2 x = \frac{1}2 \sqrt3 \frac ab", r"\frac{1}{2} x = \frac12 \sqrt{3} \frac{a}{b}"),
    (r"\nabla_{h_t} L = 1", r"\nabla_{h_t} L = 1"),
    (r"\partial_{x} y = \partial_x (z)", r"\partial_{x} y = \partial_{x} (z)"),
    (r"\sum^{T}_{t=1} L_t = 1", r"\sum_{t=1}^T L_t = 1"),
    (r"\sum\limits_{t=1}^{T} \displaystyle L_t = 1 \label{eq:a} \nonumber", r"\sum_{t=1}^{T} L_t = 1"),
    (
        r"\Xi = \xi + \Gamma_t + \varphi + \Sigma + \nu + \zeta \chi \psi",
        r"\Xi = \xi + \Gamma_t + \varphi + \Sigma + \nu + \zeta \chi \psi",
    ),
    (r"\sqrt{d} = d_k + \frac{1}{\sqrt{d}}", r"\sqrt{d} = d_{k} + \frac{1}{\sqrt{d}}"),
    (r"\left. a \right. = \big( b \big) + \Big[ c \Big]", r"a = (b) + [c]"),
    (r"\begin{align} a &= b \tag{1} \\ c &= f \tag*{(2)} \end{align}", r"a = b \\ c = f"),
    (r"\begin{align*} a &= b, \\[2pt] c &= f. \end{align*}", r"a = b \\ c = f"),
    (r"\begin{equation} \label{eq:x} \begin{split} a &= b \\ &= c \end{split} \end{equation}", "a = b = c"),
    (r"\begin{gathered} a = b \\ c = f \end{gathered}.", r"a = b \\ c = f"),
    (r"\begin{array}{ll} \\ a = b \\ c = f \\ \end{array}", r"a = b \\ c = f"),
    (r"\begin{eqnarray} a &=& b \\ &=& c + \\ & & f \end{eqnarray}", "a = b = c + f"),
    (
        r"\begin{pmatrix} a \\ b \end{pmatrix} = \left[\begin{array}{c} a \\ b \end{array}\right]_1",
        r"\begin{bmatrix} a \\ b \end{bmatrix} = \left[\begin{bmatrix} a \\ b \end{bmatrix}\right]_1",
    ),
    (r"x = 1, y = 2; \\", r"x = 1 \\ y = 2"),
    (r"a = b \text{ and } c = f", r"a = b \\ c = f"),
    (r"h &= \tanh( a \\ & \quad + b)", r"h = \tanh(a + b)"),
    (r"x \leqslant y \lt 2", r"x \le y < 2"),
    (r"\log{\hat{y}_{[j]}^{(t)}} = \exp{(x)}", r"\log \hat{y}_j^{(t)} = \exp(x)"),
    (r"\frac{\partial L}{\partial {W_{ax}}} = {h_t}^\top", r"\frac{\partial L}{\partial W_{ax}} = h_t^\top"),
    (r"\| x + y \| \le |x| \cdot |y_t|", r"\lVert x + y \rVert \le \lvert x \rvert \cdot \lvert y_t \rvert"),
    (r"\sum_{1 \le k \le t} a_k = \sum_{i,j} x_i y_j", r"\sum_{k=1}^{t} a_k = \sum_i \sum_j x_i y_j"),
    (r"a \cdot -1 = h^{(t)^\top} x", r"a \cdot (-1) = h^{(t)\top} x"),
    (r"\sum_{t=1}^n -\log(p_t) = 1", r"\sum_{t=1}^n (-\log(p_t)) = 1"),
]


@pytest.mark.parametrize(("printed", "plain"), SAME)
def test_what_others_print_is_the_plain_form(printed, plain):
    """Fonts, words, the place of scripts and the environment change nothing."""
    assert without_brackets(read(printed)) == without_brackets(read(plain))


def test_a_row_goes_on_from_its_own_column():
    """What begins with a relation or a sign continues what is above it in the same column."""
    two = r"\begin{aligned} a &= b & c &= f \\ &= g & & + 1 \\ & & &= k \end{aligned}"
    assert read(two) == read(r"a = b = g \\ c = f + 1 = k")
    assert read(r"a &= b & c &= f \\ & + g") == read(r"a = b + g \\ c = f")
    assert read(r"a &= b && c &= f \\ &= g && &= k") == read(r"a = b = g \\ c = f = k")
    assert "no left side" in refused(r"a &= b & c &= f \\ && &&= g")


DOTTED = [
    (r"a_1 + a_2 + \cdots + a_n = 1", r"\sum_{k=1}^{n} a_k = 1"),
    (r"L_1 + \dots + L_T = 1", r"\sum_{k=1}^{T} L_k = 1"),
    (r"a_1 b_0 + a_2 b_1 + \ldots + a_n b_{n-1} = 1", r"\sum_{k=1}^{n} a_k b_{k-1} = 1"),
    (r"1 + x + x^2 + \cdots + x^n = 1", r"1 + x + \sum_{k=2}^{n} x^k = 1"),
    (r"1 + 2 + \cdots + n = 1", r"\sum_{k=1}^{n} k = 1"),
    (r"J_t J_{t-1} \cdots J_{s+1} v = 1", r"\prod_{k=t}^{s+1} [J_k] v = 1"),
    (r"J_t \cdot J_{t-1} \cdot \ldots \cdot J_1 = 1", r"\prod_{k=t}^{1} J_k = 1"),
    (r"h^{(1)} + h^{(2)} + \cdots + h^{(T)} = 1", r"\sum_{k=1}^{T} h^{(k)} = 1"),
]


@pytest.mark.parametrize(("dotted", "plain"), DOTTED)
def test_dots_between_terms_of_one_pattern_are_its_sum_or_product(dotted, plain):
    """The terms shown give the pattern, the first and the last of them the bounds."""
    plain_letter = rebuilt(read(plain), lambda node: node.body if isinstance(node, Brackets) and node.square else node)
    assert read(dotted) == plain_letter


UNCLEAR = {
    r"a + \cdots + c = 1": "no pattern in common",
    r"1 + 2 + 4 + \cdots + 2^n = 1": "no pattern in common",
    r"a_1 - a_2 + \cdots + a_n = 1": "no pattern in common",
    r"a_1 b_n + a_2 b_{n-1} + \cdots + a_n b_1 = 1": "no pattern in common",
    r"x_1 + x_3 + \cdots + x_n = 1": "can be read in two ways; show one more term, or write",
    r"2 + \cdots + n = 1": "can be read in two ways",
    r"J_t \cdots J_{s+1} = 1": "it could count up or down",
    r"f_1 \odot f_2 \odot \cdots \odot f_n = 1": r"\cdots is not allowed here; write \sum or \prod with bounds",
    r"\text{mean loss} = b": "says 'mean'; words are not checked",
    r"a = b, \quad \text{and} = c": "this relation has no left side",
    r"a = b \text{ not } c = f": "says 'not'",
    r"a = b \text{ times } c = f": "says 'times'",
    r"a = b, \quad \text{unless } t = 1": "says 'unless'",
    r"a = b, \quad \text{for all but } t = 1": "says 'but'",
    r"a = b && \text{as 2 is even}": "says '2'",
    r"a = b && \text{since $x > 0$}": "says '$'",
    r"a = b && \text{for small weights}": "says 'small'",
    r"a = b && \text{never } c": "says 'never'",
    r"a = b && \text{we don't know}": 'says "don\'t"',
    r"a = b && \text{ } \cdot 2": r"\text without words says nothing",
    r"a = b && \text{so} \cdot 2": r"there are words where \cdot needs a formula before it",
    r"a = b && \text{so } c \equiv 0": r"\equiv is in a reason",
    r"\underbrace{a}_{\text{2 b}} = c": "says '2'",
    r"\frac{x - \mu}{\sigma} = z": r"σ is the sigmoid here",
    r"\sigma = z": r"σ is the sigmoid here and has no argument; write \sigma(x); if it is a letter here, say so",
    r"\sigma \sqrt{T} = z": "σ is the sigmoid here",
    r"\sigma^2 = 1": r"σ is the sigmoid here and has no argument",
    r"P(a|b) = 1": r"write \lvert … \rvert",
    r"P(a|b) P(c|f) = 1": "which bars belong together is unclear",
    r"\| a + \| b \| \| = 1": "which bars belong together is unclear",
    r"\sum_{1 < k \le t} a_k = 1": r"the bounds of a sum are written 1 \le k \le n, or below and above",
    r"\mathbf{g} \leftarrow 1": r"\leftarrow is not read here",
    r"a = b \tag{$\ne c$}": r"\tag is not read here; a tag is a number or a letter",
    r"a^{[l]} = 1": "[ ] above a symbol is an index or a power; write an index below, a_{l}, or spell it",
    r"x \circ y = 1": r"\circ is not read here; write \cdot between numbers and \odot entry by entry, or say which",
    r"\mathbb{E}[x] = 1": r"an expectation is written as its sum, \sum_k p_k x_k",
    r"\Vh = 1": r"\Vh is not read here; if it is your own command, say what it means in a spelling: '\Vh is h'",
    r"a \equiv b": r"the relations are = < > \le \ge \ne \approx and \in",
    r"a^{\text{new}} = 1": "new above a symbol is not a power; make it an index, or spell it",
    r"{a + b} x = 1": "braces do not show on the page; group with brackets",
    r"{x^2}^3 = 1": "braces do not show on the page",
    r"\sqrt[3]{x} = 1": "a root other than the square root is a power",
    r"a_b_c = 1": "a power of a power needs brackets, (a^b)^c, and an index of an index, too",
    r"\hat{ab} = 1": r"\hat goes over one letter here",
    r"\mathbf{12} = 1": r"\mathbf goes over one letter here",
    r"\begin{aligned} a &= b \end{align}": r"\begin{aligned} is closed by \end{align}",
    r"\begin{theorem} a = b \end{theorem}": r"\begin{theorem} is not allowed within a formula",
    r"f = \begin{cases} 1 & \text{otherwise} \\ 2 & x > 0 \end{cases}": "what holds otherwise comes last",
    r"\frac{d^9 f}{dx^9} = 1": "it goes to the fourth",
    r"dy = 2 x dx": "d is kept for derivatives",
    r"d x = 1 + \frac{d}{dx} x": "d is kept for derivatives",
    r"a = \int f": "integrals, limits and probabilities are not checked",
}


@pytest.mark.parametrize(("formula", "message"), UNCLEAR.items())
def test_what_has_two_readings_or_words_that_claim_is_refused_with_a_way_out(formula, message):
    """Nothing is guessed, and what is known but not read names what to write."""
    assert message in refused(formula)


def test_a_label_may_hold_digits():
    """S_{chao1} is one symbol; a bound index cannot hide in it."""
    chao, observed = (relation.left for relation in (*read("S_{chao1} = 1"), *read("S_{obs} = 1")))
    assert chao != observed
    assert isinstance(read("S_{chao1} = S_{obs} + 1")[0], Relation)


ON_A_RUN = [
    ("rnn", r"h^{(t)} = \tanh(W_{xh} x^{<t>} + W_{hh} h^{\langle t-1 \rangle} + \mathbf{b}_\mathrm{h})"),
    ("rnn", r"h[t] = \tanh \left( W_{xh} x[t] + W_{hh} h[t-1] + b_h \right)"),
    ("rnn", r"\nabla_{y_t} L = y^{(t)} - \hat{y}^{(t)}"),
    ("rnn", r"\frac{\partial L}{\partial y^{(t)}} = \partial_{y_t} L_t"),
    ("rnn", r"y_k^{(t)} = \sum_j (W_{hy})_{k,j} h_j^{(t)} + (b_y)_k"),
    ("rnn", r"\sum_t L_t = L"),
    ("rnn", r"a_{t,i} = \sum_j (W_{xh})_{ij} x_{t,j} + \sum_j W_{hh,ij} h_{t-1,j} + (b_h)_i"),
    (
        "rnn",
        r"\left\lVert \mathbf{h}_t \right\rVert^2 = \Big\| \mathbf{h}_t \Big\|^{3-1} = \sum_k h_{t,k}^2",
    ),
    ("rnn", r"L = \frac12 \sum_{t=1}^{T} \sum_{k=1}^{O} (y_{tk} - \hat{y}_{tk})^2"),
    ("rnn", r"\frac{\partial L}{\partial (W_{hh})_{ij}} = \sum_t \delta_{t,i} h_{t-1,j}, \quad i, j = 1, \dots, H"),
    ("rnn", r"[W_{xh}, W_{hh}] [x_t, h_{t-1}] + b_h = a_t"),
    ("lstm", r"c_{t,i} = f_{t,i} c_{t-1,i} + i_{t,i} \tilde{c}_{t,i}"),
    ("rnn", r"\frac{\partial h_{t,j}}{\partial h_{t-1,k}} = (1 - h_{t,j}^2) W_{hh,j,k}"),
    ("rnn", r"\frac{\partial L}{\partial W_{hy,j,k}} = \sum_t (y_{t,j} - \hat{y}_{t,j}) h_{t,k}"),
    (
        "rnn",
        r"\nabla_{W_{hh}} L = \sum_t \sum_i \left( \frac{\partial L}{\partial h_i^{(t)}} \right) "
        r"\nabla_{W_{hh}^{(t)}} h_i^{(t)}",
    ),
    ("lstm", r"f_{t,i} = \sigma(a_{f,t,i})"),
    ("rnn", r"L = L_1 + L_2 + \cdots + L_T"),
    ("lstm", r"\begin{bmatrix} W_{hf} & W_{xf} \end{bmatrix} [h_{t-1}, x_t] + b_f = a_{f,t}"),
    ("rnn", r"\begin{cases} a_t = W_{xh} x_t + W_{hh} h_{t-1} + b_h \\ h_t = \tanh(a_t) \end{cases}"),
    (
        "rnn",
        r"\left\{ \begin{aligned} a_t &= W_{xh} x_t + W_{hh} h_{t-1} + b_h \\ h_t &= \tanh(a_t) \end{aligned} \right.",
    ),
    ("lstm", r"a_f^{(t)} = W_{xf} x_t + W_{hf} h_{t-1} + b_f"),
    ("layers", r"y = W^{(2)} (W^{(1)} x + b^{(1)}) + b^{(2)}"),
    ("layers", r"(W^{(1)} x)_k = \sum_j W^{(1)}_{k,j} x_j"),
    ("linear", r"h_T = W_{hh}^{T} h_0 + \sum_{t=1}^{T} W_{hh}^{T-t} (W_{xh} x_t + b_h)"),
    ("rnn", r"\frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^{T} \frac{\partial L}{\partial W_{hh}^{(t)}}"),
    ("numbers", r"\begin{cases} 1 & 2 < 3 \\ 0 & \text{otherwise} \end{cases} = 2 - 1"),
    (
        "rnn",
        r"\left| h_k^{(t)} \right| = "
        r"\begin{cases} h_{t,k}, & \text{if } h_{t,k} \ge 0, \\ -h_{t,k}, & \text{if } h_{t,k} < 0. \end{cases}",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("mark", "formula"), ON_A_RUN)
def test_other_peoples_notation_holds_on_a_run(mark, formula):
    """Indices above a symbol, ∇, lists in brackets, sums without bounds and cases have their usual value."""
    verdict = judge(formula, mark)
    assert verdict.outcome in ("evaluated", "exact"), verdict.evidence


def test_a_size_may_be_a_sum():
    """The input of a gate has D + H entries, the weights beside each other H × (D + H)."""
    for shape in (
        r"[x_t; h_{t-1}] \in \mathbb{R}^{D + H}",
        r"\begin{bmatrix} W_{hf} & W_{xf} \end{bmatrix} \in \mathbb{R}^{H \times (H + D)}",
    ):
        assert judge(shape, "shapes lstm").outcome == "shapes"


WRONG_ON_A_RUN = [
    ("rnn", r"h^{(t)} = \tanh(W_{xh} x^{(t)} + W_{hh} h^{(t)} + b_h)", "largest difference"),
    ("rnn", r"h[t] = \tanh(W_{xh} x[t-1] + W_{hh} h[t-1] + b_h)", "x has no step 0"),
    ("rnn", r"L = L_1 + L_2 + \cdots + L_{T-1}", "largest difference"),
    ("rnn", r"y_k^{(t)} = \sum_j (W_{hy})_{j,k} h_j^{(t)} + (b_y)_k", "from where to where j counts is unclear"),
    ("rnn", r"\nabla_{h_s} h_t = \frac{\partial h_t}{\partial h_s}", "a gradient, ∇, is that of a number"),
    ("rnn", r"[h_t, h_{t-1}] = [h_t; h_{t-1}]", "could be above or beside each other"),
    (
        "rnn",
        r"\left| h_{t,k} \right| = \begin{cases} h_{t,k} & h_{t,k} > 1 \\ -h_{t,k} & h_{t,k} < 0 \end{cases}",
        "no case holds",
    ),
    ("numbers", r"\begin{cases} 1 & 2 < 3 \\ 1 & 2 < 4 \end{cases} = 1", "cases hold at once"),
    ("rnn", r"h^{(t)} = h_t", "both sides of this step are the same but for brackets and the way an index is written"),
    ("rnn", r"(h[t]) = h^{<t>}", "the same but for brackets"),
    ("layers", r"W^{(1)} x = W_1 x", "the same but for brackets"),
    ("rnn", r"\begin{cases} a_t &= W_{xh} x_t + b_h \\ h_t &= \tanh(a_t) \end{cases}", "largest difference"),
    ("rnn", r"\begin{cases} h_t & t > 1 \end{cases}", "nothing is claimed here"),
    (
        "rnn",
        r"\begin{cases} h_t = \tanh(a_t) & t > 1 \\ y_t = W_{hy} h_t + b_y \end{cases}",
        "a condition is beside an equation of a system; write one that holds for all rows after \\quad",
    ),
    ("rnn", r"\frac{\partial^2 L}{\partial h_t^2} = 0", "a derivative is that of a symbol, and of first order"),
    ("shapes lstm", r"[x_t; h_{t-1}] \in \mathbb{R}^{D + O}", "the shape is"),
    (
        "shapes lstm",
        r"\begin{bmatrix} W_{hf} & W_{xf} \end{bmatrix} \in \mathbb{R}^{H \times H + D}",
        r"a sum of sizes beside \times needs brackets: H \times (D + H)",
    ),
    ("rnn", r"h^{(t)} h_t^\top = x^{(2)} W^{(1)}", "is for the denominator of a derivative only"),
    ("rnn", r"\hat{y}_t = W_{hy} h_t + b_y", "ŷ is the target in this run"),
    ("lecture", r"\delta_t = \frac{1}{1 - h_t \odot h_t} \odot \frac{\partial L}{\partial h_t}", "entry by entry"),
    ("rnn", r"h_t := \tanh(a_t)", ":= introduces something; mark it '% check: define', or write = for what is checked"),
    (
        "chain",
        r"\mathbf{A} \mathbf{B} = \mathbf{B} \mathbf{A}",
        "A is set as a vector or matrix, and a chain is about numbers",
    ),
]


@pytest.mark.parametrize(("mark", "formula", "message"), WRONG_ON_A_RUN)
def test_what_is_wrong_in_other_peoples_notation_is_refuted(mark, formula, message):
    """A wrong index, bound or case is found, and what could be read in two ways is refused."""
    verdict = judge(formula, mark)
    assert verdict.outcome in ("fails", "refused")
    assert message in verdict.evidence


def test_a_definition_may_be_written_with_a_colon():
    """Where something is introduced, := is =, and cases may define it."""
    relu = r"\mathrm{relu}(x) := \begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}"
    assert judge(relu, "define").outcome == "defined"
    wrong = r"\mathrm{relu}(x) := \begin{cases} x & x > 0 \\ 1 & \text{otherwise} \end{cases}"
    assert judge(wrong, "define").outcome == "fails"


CASES = [
    (r"\lvert x \rvert = \begin{cases} x & x \ge 0 \\ -x & x < 0 \end{cases}", "proved", ""),
    (r"\max(x, y) = \begin{cases} x, & \text{if } x > y, \\ y, & \text{otherwise}. \end{cases}", "proved", ""),
    (r"\begin{cases} x^2 & x \ge 1 \\ 2 x - 1 & x < 1 \end{cases} \ge 2 x - 1", "proved", ""),
    (r"\max(x, 0) = \begin{cases} x & x > 1 \\ 0 & \text{otherwise} \end{cases}", "fails", "at x = 3/7: left is 0.428"),
    (r"\max(x, 0) = \begin{cases} x & x > 0 \\ 0 & x \le 1 \end{cases}", "fails", "cases hold at once"),
    (r"\max(x, 0) = \begin{cases} x & x > 0 \\ 0 & x < 0 \end{cases}", "fails", "none of these cases holds"),
    (r"\frac{d}{dx} \left( \begin{cases} x & x > 0 \\ 0 & x \le 0 \end{cases} \right) \ge 0", "refused", "x \\ne 0"),
    (r"\sum_k x_k = 1", "fails", "for n = 1, at x_1 = 3/7"),
    (r"\frac{d \sigma}{dx} = \sigma(x) (1 - \sigma(x))", "proved", ""),
    (r"\frac{\partial (x^2 + y)}{\partial x} = \partial_x (x^2) = 2 x", "proved", ""),
    (r"1 + x + x^2 + \cdots + x^n = \frac{1 - x^{n+1}}{1 - x}, \quad x \ne 1", "proved", ""),
    (r"1 + x + x^2 + \cdots + x^n = \frac{1 - x^n}{1 - x}, \quad x \ne 1", "fails", ""),
]


@pytest.mark.parametrize(("formula", "outcome", "message"), CASES)
def test_a_chain_knows_cases_dots_and_derivatives_of_others(formula, outcome, message):
    """Exactly one case holds everywhere; each is proved under its own condition."""
    verdict = judge(formula, "chain")
    assert (verdict.outcome, message in verdict.evidence) == (outcome, True), verdict.evidence
