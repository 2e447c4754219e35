r"""A page's own spelling: what its letters are in ours, by rules on symbols, never on text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes.checks import judge, latex
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.spelling import spelling


def read(rules: str, formula: str):
    """The statements of a display under rules."""
    return latex.parse(formula, frozenset(), spelling((rules,)))


SPELLED = [
    # rules, as the author writes, as we do
    (
        r"h^{(t)} is h_t",
        r"h^{(t)} = h^{(t-1)} + \frac{\partial L}{\partial h^{(s+1)}}",
        r"h_t = h_{t-1} + \frac{\partial L}{\partial h_{s+1}}",
    ),
    (r"h^{(t)} is h_t", r"h^{(t)}_k = {h^{(T)}}^\top", r"h_{t,k} = h_T^\top"),
    (r"h[t] is h_t", r"h[t-1] = \frac{\partial L}{\partial h[t]}", r"h_{t-1} = \frac{\partial L}{\partial h_t}"),
    (r"h^{<t>} is h_t; x^{\langle t \rangle} is x_t", r"h^{<t-1>} = x^{\langle t+1 \rangle}", r"h_{t-1} = x_{t+1}"),
    (
        r"\Gamma_f^{\langle t \rangle} is f_t",
        r"\Gamma_f^{\langle t-1\rangle} = \Gamma^{\langle t \rangle}_{f}",
        r"f_{t-1} = f_t",
    ),
    (
        r"\mathbf{W}_{\textrm{hx}} is W_{xh}",
        r"\mathbf W_\textrm{hx}^\top = \mathbf{W}_{\textrm{hx},1,2}",
        r"W_{xh}^\top = W_{xh,1,2}",
    ),
    (r"U^f_{i,j} is (W_{xf})_{i,j}; b^f_i is b_{f,i}", r"U_{k,2}^f = b_k^f", r"(W_{xf})_{k,2} = b_{f,k}"),
    (r"\Vh is h; \MW is W_{hh}", r"\hat \Vh^{(t)} = \MW^\top \Vh_t", r"\hat{h}^{(t)} = W_{hh}^\top h_t"),
    (r"\xi is L", r"\frac{\partial \xi}{\partial h_t} = \hat{\xi}", r"\frac{\partial L}{\partial h_t} = \hat{\xi}"),
    (r"a is h", r"W_{ax} = a_t + e^{a}", r"W_{ax} = h_t + e^{h}"),
    (r"\phi is \tanh; \sigma is s", r"\phi(x) = \phi'(\sigma)", r"\tanh(x) = \tanh'(s)"),
    (r"* is \odot; \circ is \odot", r"a * b = c \circ f", r"a \odot b = c \odot f"),
    (r"⊙ is *", r"a * b = c", r"a \odot b = c"),
    (r"^T is ^\top", r"\sum_{t=1}^T x_t^T = h^{T}", r"\sum_{t=1}^{T} x_t^\top = h^\top"),
    (r"^{Tr} is \top", r"(W_t)^{Tr} x = y", r"(W_t)^\top x = y"),
    (
        r"W_f is \begin{bmatrix} W_{hf} & W_{xf} \end{bmatrix}",
        "W_f x = y",
        r"\begin{bmatrix} W_{hf} & W_{xf} \end{bmatrix} x = y",
    ),
    (r"\Vo is y; o_i^{(t)} is y_{t,i}", r"\Vo_t = o_k^{(s)} + 1", "y_t = y_{s,k} + 1"),
    (r"da_{next} is \frac{\partial L}{\partial h_t}", "2 da_{next} = y", r"2 \frac{\partial L}{\partial h_t} = y"),
    (
        r"\gamma_t^{(k)} is \frac{\partial L_t}{\partial h_k}",
        r"\gamma_{t}^{(k-1)} = y",
        r"\frac{\partial L_t}{\partial h_{k-1}} = y",
    ),
    (r"a^{[l]} is a_l", "a^{[2]} = a^{[k+1]}", "a_2 = a_{k+1}"),
    (r"w_{ij} is W_{i,j}", "w_{ij} = w_{k2}", "W_{i,j} = W_{k,2}"),
]


@pytest.mark.parametrize(("rules", "printed", "ours"), SPELLED)
def test_a_rule_reads_the_authors_symbol_as_ours(rules, printed, ours):
    """Indices are carried over, whatever is between fonts and scripts."""
    assert read(rules, printed) == latex.parse(ours)


REFUSED = [
    ("foo", "a spelling is 'h^{(t)} is h_t' or 'rows are samples', not 'foo'"),
    ("h_t is h_t", "the spelling 'h_t is h_t' says nothing"),
    (r"h_t is h_{t}", "says nothing"),
    (r"a_t is b_t; a_{t} is c_t", "'a_t is b_t' and 'a_{t} is c_t' contradict each other or say the same"),
    (r"S_t is h_t; H_t is h_t", "'S_t is h_t' and 'H_t is h_t' give two symbols one name"),
    (r"a is b + c", "must be one symbol, function, sign or bracket of ours"),
    (r"a is -b", "must be one symbol"),
    (r"a is b c", "must be one symbol"),
    (r"h_t is \foo", "must be one symbol"),
    (r"h^{(t) is h_t", "the formula ends too early"),
]


@pytest.mark.parametrize(("rules", "message"), REFUSED)
def test_a_rule_that_says_nothing_or_contradicts_another_is_refused(rules, message):
    """The verdict on every display names the rule."""
    verdict = judge("x = x + 0", "chain", spelling=(rules,))
    assert (verdict.outcome, message in verdict.evidence) == ("refused", True), verdict.evidence


def test_two_symbols_of_a_formula_never_become_one():
    """What is read as h_t may not be written beside an h_t of the author's own, nor a letter in two fonts."""
    with pytest.raises(FormulaError, match=r"h_{t} is written here, and 'S_t is h_t' reads another symbol as it, too"):
        read("S_t is h_t", "S_t = h_t")
    with pytest.raises(FormulaError, match="a is written here"):
        read(r"\Va is a", r"\Va = a")
    with pytest.raises(FormulaError, match=r"h and \\mathbf{h} would be one symbol here; say in a spelling"):
        latex.parse(r"h = \mathbf{h} + 1")
    assert read(r"\mathbf{h} is v", r"h = \mathbf{h} + 1") == latex.parse("h = v + 1")


def test_the_longest_rule_counts_and_two_equal_ones_are_refused():
    """A rule for W_{f,t} goes before one for W_{k,t}; neither of two that fit alike is chosen."""
    rules = "W_{f,t} is f_t; W_{k,t} is V_{t,k}"
    assert read(rules, "W_{f,t} = W_{2,t}") == latex.parse("f_t = V_{t,2}")
    with pytest.raises(FormulaError, match="two rules of the spelling fit here"):
        read("W_{k,1} is a_k; W_{1,k} is b_k", "W_{1,1} = x")


def test_a_spelling_knows_which_rules_a_display_needs():
    """So that a page can be told of a rule that nothing uses."""
    rules = spelling((r"\Vh is h; h^{(t)} is h_t", "* is \\odot"))
    assert rules.used(r"\Vh = 1") == {r"\Vh is h"}
    assert rules.used("a = b") == set()
    assert rules.used("h^{(t)} * x = y") == {"h^{(t)} is h_t", r"* is \odot"}


ROWS = ("rows are samples",)
BY_ROWS = [
    ("rnn", r"h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)"),
    ("rnn", r"y_t = h_t W_{hy} + b_y"),
    ("rnn", r"\frac{\partial L}{\partial W_{hy}} = \sum_{t=1}^{T} h_t^\top (y_t - \hat{y}_t)"),
    ("rnn", r"\delta_t = \left( \frac{\partial L}{\partial h_t} \right) \odot (1 - h_t^2)"),
    ("rnn", r"\delta_t = \frac{\partial L}{\partial h_t} \mathrm{diag}(1 - h_t^2)"),
    ("rnn t<T", r"\frac{\partial L}{\partial h_t} = (y_t - \hat{y}_t) W_{hy}^\top + \delta_{t+1} W_{hh}^\top"),
    (
        "rnn",
        r"h_{t,k} = \tanh \left( \sum_{j=1}^{D} x_{t,j} (W_{xh})_{j,k} + \sum_j h_{t-1,j} (W_{hh})_{j,k} "
        r"+ b_{h,k} \right)",
    ),
    ("rnn", r"[h_{t-1}, x_t] \begin{bmatrix} W_{hh} \\ W_{xh} \end{bmatrix} + b_h = a_t"),
    ("rnn", r"y_{t,k} = y_{t,k} + 0 H"),
    ("shapes", r"W_{xh} \in \mathbb{R}^{D \times H}, \quad W_{hy} \in \mathbb{R}^{H \times O}"),
    ("rnn", r"\mathrm{softmax}(y_t)_k = \frac{e^{y_{t,k}}}{\sum_j e^{y_{t,j}}}"),
    ("lstm", r"c_t = f_t \odot c_{t-1} + (x_t W_{xi} + h_{t-1} W_{hi} + b_i - a_{i,t} + i_t) \odot \tilde{c}_t"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("mark", "formula"), BY_ROWS)
def test_where_rows_are_samples_all_is_transposed(mark, formula):
    """Products, entries, shapes, softmax and gradients are those of rows; read by columns the formula is wrong."""
    verdict = judge(formula, mark, spelling=ROWS)
    assert verdict.outcome in ("evaluated", "shapes"), verdict.evidence
    if (
        "softmax" not in formula
        and "y_{t,k} = y" not in formula
        and "1 - h_t^2) " not in formula
        and "odot (1" not in formula
    ):
        assert judge(formula, mark).outcome in ("fails", "refused")


WRONG_BY_ROWS = [
    ("rnn", r"h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h)", "cannot be multiplied"),
    ("rnn", r"h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh}^\top + b_h)", "largest difference"),
    ("rnn", r"\frac{\partial L}{\partial W_{hy}} = \sum_{t=1}^{T} (y_t - \hat{y}_t)^\top h_t", "left is of shape"),
    ("rnn", r"\frac{\partial h_t}{\partial h_{t-1}} = W_{hh}", "for rows two conventions are in use"),
    ("shapes", r"W_{xh} \in \mathbb{R}^{H \times D}", "the shape is"),
]


@pytest.mark.parametrize(("mark", "formula", "message"), WRONG_BY_ROWS)
def test_what_is_wrong_for_rows_is_refuted(mark, formula, message):
    """The order of factors and transposes still counts."""
    verdict = judge(formula, mark, spelling=ROWS)
    assert verdict.outcome in ("fails", "refused")
    assert message in verdict.evidence


LETTERS = "hxyc"
NOTATIONS = [  # how an author may write the letter L at the step I, entry k
    ("L^{(I)}", "L^{(I)}_k"),
    ("L^{<I>}", "L_k^{<I>}"),
    (r"L^{\langle I \rangle}", r"L^{\langle I \rangle}_{k}"),
    (r"\mathbf{L}_{I}", r"\mathbf{L}_{I, k}"),
    (r"L^{[I]}", r"L_k^{[I]}"),
    ("{L}_{(I)}", "{L}_{(I),k}"),
    (r"\tilde{L}^{I}", r"\tilde{L}_k^{I}"),
]
TERMS = st.tuples(st.sampled_from(LETTERS), st.sampled_from(["t", "t-1", "s+1", "T", "2"]), st.booleans())


@pytest.mark.slow
@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(TERMS, min_size=1, max_size=6, unique=True), st.sampled_from(NOTATIONS))
def test_any_notation_of_steps_and_entries_is_read_as_ours(terms, notation):
    """Whichever way an author writes a step and an entry, a rule for the step is enough."""
    plain, entry = notation

    def written(letter, step, picked):
        return (entry if picked else plain).replace("L", letter).replace("I", step)

    used = sorted({letter for letter, *_ in terms})
    rules = "; ".join(f"{written(letter, 't', False)} is {letter}_t" for letter in used)
    theirs = " + ".join(written(*term) for term in terms)
    ours = " + ".join(f"{letter}_{{{step}{', k' * picked}}}" for letter, step, picked in terms)
    assert read(rules, f"{theirs} = 0") == latex.parse(f"{ours} = 0")


def test_rows_beside_weights_as_in_a_documentation_need_no_other_run():
    """PyTorch writes vectors as rows and its weights (to, from): two rules, and a transpose."""
    rules = (r"^T is ^\top; x_t is (x_t^\top); h_t is (h_t^\top)", r"b_{ih} is (b_{ih}^\top); b_{hh} is (b_{hh}^\top)")
    printed = r"h_t = \tanh(x_t W_{ih}^T + b_{ih} + h_{t-1}W_{hh}^T + b_{hh})"
    assert judge(printed, "rnn-pytorch", spelling=rules).outcome == "evaluated"
    assert judge(printed.replace("W_{hh}^T", "W_{hh}"), "rnn-pytorch", spelling=rules).outcome == "fails"
