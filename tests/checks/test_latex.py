"""The LaTeX reader: what it refuses, in what words, and that nothing makes it hang or crash.

It is long because it is a table: each refusal, with its words and its place.
"""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes.checks import latex
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.names import spell
from rnn_notes.checks.tree import Call, Index, Name, Node, Number, Relation, Times, free_names, walk


def left(formula: str, functions: frozenset[str] = frozenset()) -> Node:
    """The tree of a formula on the left of an equals sign."""
    relation, *_ = latex.parse(f"{formula} = 0", functions)
    assert isinstance(relation, Relation)
    return relation.left


def refused(formula: str) -> str:
    """The message with which a display is refused."""
    with pytest.raises(FormulaError) as error:
        latex.parse(formula)
    return str(error.value)


BRACES = "braces do not show on the page; group with brackets"
DOTS = r"write \sum or \prod with bounds"
NO_PLACE = "is not allowed here"
END = "the formula ends too early"
UNCLEAR = "ends is unclear; put it in brackets"
REFUSED = {
    "": "the formula is empty",
    "% only a comment": "nothing is claimed",
    "h_t": "nothing is claimed here; write a relation such as =",
    "a, b": "nothing is claimed here",
    r"t = 1, \dots, T": "nothing is claimed; write a relation such as =",
    "a = a": "both sides of this step are the same formula",
    "2x = 2 \\cdot x": "both sides of this step are the same formula",
    "= a": "this relation has no left side",
    "a =": END,
    "a = (b + c": END,
    "a = b)": NO_PLACE,
    r"a = \frac{b}{c": END,
    "a = {b + c} x": BRACES,
    "a = b}": BRACES,
    r"\foo(x) = 1": r"\foo is not read here",
    r"\hbox{x} = 1": r"\hbox is not read here",
    r"a = b + \cdots + c": DOTS,
    r"a = b + \dots + c": DOTS,
    r"\tanh x y = 1": r"where the argument of \tanh " + UNCLEAR,
    r"\tanh W x = 1": r"where the argument of \tanh " + UNCLEAR,
    r"\cos 2x = 1": r"where the argument of \cos " + UNCLEAR,
    r"\cos x^2 = 1": r"where the argument of \cos " + UNCLEAR,
    r"\cos x \cdot y = 1": r"where the argument of \cos " + UNCLEAR,
    r"\tanh x \odot y = 1": r"where the argument of \tanh " + UNCLEAR,
    r"\log x / y = 1": r"where the argument of \log " + UNCLEAR,
    r"\frac{d}{dx} x y = 1": r"where the argument of \frac{d}{dx} " + UNCLEAR,
    r"\frac{d}{dx} (1 + x) (1 - x) = 1": r"where the argument of \frac{d}{dx} " + UNCLEAR,
    r"\prod_{k=1}^{3} (A_k) (B_k) = 1": r"where the argument of \prod_{k=1}^{3} " + UNCLEAR,
    r"\prod_{k=1}^{3} A_k B = 1": r"where the argument of \prod_{k=1}^{3} " + UNCLEAR,
    r"\sum_{t=1}^T a_t + b_t = 1": "t is bound here and used outside too",
    r"\sum_{t=1}^t a_t = 1": "t is bound here and used outside too",
    r"\sum_{t=1}^2 (\sum_{t=1}^2 a_t) = 1": "t is bound here and used outside too",
    r"\sum_{t<1}^{T} a_t = 1": "a range is written index = first",
    r"\sum_{2t=1}^{T} a_t = 1": NO_PLACE,
    "a^b^c = 1": "(a^b)^c",
    "x^23 = 1": r"a number comes right after another factor; put it first or write \cdot",
    "a 2 = 1": "a number comes right after another factor",
    "2 3 = 6": "a number comes right after another factor",
    "x 2^3 = 1": "a number comes right after another factor",
    "1/2x = 1": NO_PLACE,
    "a = -+b": NO_PLACE,
    "a = b + - c": NO_PLACE,
    "a * b = 1": r"write \cdot between numbers and \odot entry by entry, or say which in a spelling: '* is \cdot'",
    r"h_\,t = 1": "there is a space where TeX takes an argument",
    r"x^~2 = 1": "there is a space where TeX takes an argument",
    r"\frac\;{a}{b} = 1": "there is a space where TeX takes an argument",
    r"\frac{a}\,{b} = 1": "there is a space where TeX takes an argument",
    "|x = 1": r"write \lvert … \rvert",
    r"\|x = 1": r"write \lVert … \rVert",
    "x' = 1": "only a function has a prime",
    "d x = 1": "d is kept for derivatives",
    r"\frac{d L}{\partial x} = 1": r"write d over d, or \partial",
    r"\frac{\partial L}{\partial^{+} x} = 1": r"write d over d, or \partial",
    r"\frac{d^2 f}{dx^3} = 1": r"a derivative of second order is \frac{d^2}{dx^2}",
    "a & = b & c": "nothing is claimed here",
    r"\begin{aligned} a &= b": END,
    r"x = \begin{cases} a = b \end{cases}": NO_PLACE,
    r"\begin{bmatrix} 1 & \end{bmatrix} = a": NO_PLACE,
    r"A \in \mathbb{Z}": r"\mathbb is not read here",
    "a − b = 1": "the character '−' is not LaTeX that is read here; type it as a command",
    "a = b\x00": "is not LaTeX that is read here",
    "a = \\text{b\x07}": "is not LaTeX that is read here",
    "1234567890123456 = a": "a number is read to 15 digits on each side of its point; print fewer",
    "__import__('os') = 1": NO_PLACE,
}


@pytest.mark.parametrize(("formula", "message"), REFUSED.items())
def test_what_is_unknown_or_ambiguous_is_refused_with_a_way_out(formula, message):
    """Each input of the table is refused, with the words of the table in the message."""
    assert message in refused(formula)


def test_a_refusal_knows_its_place():
    """The offset of the error is that of the fault."""
    for formula, fault in [(r"a = b + \foo", r"\foo"), (r"2 \cos x y = 1", r"\cos"), ("a = b 2", "2")]:
        with pytest.raises(FormulaError) as error:
            latex.parse(formula)
        assert error.value.at == formula.index(fault)


def test_a_command_is_not_the_beginning_of_another():
    r"""``\cdots`` is not ``\cdot`` and s, ``\left`` is not ``\le`` and ft, ``\sumx`` is not a sum."""
    assert DOTS in refused(r"a \cdots b = 1")
    assert left(r"\left( a + b \right)") == left("(a + b)")
    assert r"\sumx is not read here" in refused(r"\sumx = 1")
    assert r"\tanhx is not read here" in refused(r"\tanhx = 1")


def test_a_letter_is_a_function_only_if_the_page_has_said_so():
    """f(x) is f times x, unless f has been introduced as a function."""
    assert isinstance(left("f(x)"), Times)
    assert left("f(x)", frozenset("f")) == Call("f", (Name("x"),))


def test_juxtaposition_binds_tighter_than_the_entrywise_product():
    """A u ⊙ v is (A u) ⊙ v, and 2 A u is one product of three factors."""
    assert left(r"A u \odot v") == left(r"(A u) \odot v").__class__((left("A u"), Name("v")))
    assert left("2 A u") == Times((Number("2"), Name("A"), Name("u")))


def test_names_are_spelled_as_in_the_code():
    r"""``\tilde{c}_t`` is c_tilde at t, ``\hat{y}_t`` is y_hat at t, a Greek letter is its name."""
    assert left(r"\tilde{c}_t") == left(r"\tilde c_t") == Index(Name("c_tilde"), (Name("t"),))
    assert left(r"\hat{y}_t") == Index(Name("y_hat"), (Name("t"),))
    assert left(r"\delta_t") == Index(Name("delta"), (Name("t"),))
    assert spell(r"\mathrm{softmax}") == "softmax"
    assert spell(r"W_{xh}") == "W_xh"


def test_the_digit_after_a_caret_or_underscore_stands_alone_as_in_tex():
    """x^2y is x² y, x_12 is not an index twelve."""
    assert left("x^2y") == left("x^{2}y")
    assert "a number comes right after" in refused("x_12 = 1")
    assert left(r"\frac12 x") == left(r"\frac{1}{2} x")


def test_rows_of_aligned_go_on_from_the_row_above():
    """A row that begins with a relation, or with & and a sign, belongs to what is above it."""
    rows = r"\begin{aligned} a &= b \\ & \quad + c && \text{since } x^2 \\ &= e - f, \\ g &\le h \end{aligned}"
    assert latex.parse(rows) == (*latex.parse("a = b + c = e - f"), *latex.parse(r"g \le h"))


def test_a_row_that_begins_with_a_sign_begins_a_new_statement():
    """Only & before the sign makes it continue; without, − is that of the first term."""
    assert latex.parse(r"a = b \\ -c = f") == (*latex.parse("a = b"), *latex.parse("-c = f"))


def test_a_reason_cannot_hide_a_claim():
    """Beside a step there are words and symbols; a relation there is read, and has its own left side."""
    assert latex.parse(r"a = b && \text{as } x^2 \text{ is even}") == latex.parse("a = b")
    assert latex.parse(r"a = b && \text{as } c = f") == latex.parse(r"a = b \\ c = f")
    assert "this relation has no left side" in refused(r"a = b && \text{as} = c")


def test_an_underbrace_claims_what_it_says():
    """A over a brace that says B is A, and A = B is one more claim."""
    first, second = latex.parse(r"\underbrace{a + b}_{c} x = y")
    assert second == latex.parse("a + b = c")[0]
    assert isinstance(first, Relation)
    assert latex.parse(r"\underbrace{a + b}_{\text{sum}} = y") == latex.parse("a + b = y")


def test_statements_are_separated_by_quad_text_and_columns():
    """A comma with a quad or a column, and words, come between claims."""
    expected = (*latex.parse("a = b"), *latex.parse("c = f"))
    for between in [r", \quad ", r"\qquad ", r" \quad\text{and}\quad ", r", & ", r" \\ "]:
        assert latex.parse(f"a = b{between}c = f.") == expected


def test_a_bound_index_is_not_free():
    """The index of a sum is bound in its body, not in its bounds."""
    assert free_names(left(r"\sum_{k=s}^{T} h_k")) == {"s", "T", "h"}


def test_parts_know_where_they_stand():
    """The span of a node is its text in the display."""
    text = r"h_t = \tanh(W_{xh} x_t + b_h)"
    spans = [text[slice(*node.span)] for node in walk(latex.parse(text))]
    assert {r"\tanh(W_{xh} x_t + b_h)", "W_{xh} x_t", "W_{xh}", "b_h"} <= set(spans)


HOSTILE = {
    "10,000 open braces": "{" * 10_000,
    "10,000 nested braces": "a = " + "{" * 10_000 + "x" + "}" * 10_000,
    "nested fractions": "a = " + r"\frac{1}{" * 800 + "x" + "}" * 800,
    "nested brackets": "a = " + "(" * 2000 + "x" + ")" * 2000,
    "1 MB of letters": "a = " + "x" * 1_000_000,
    "1 MB of one command": "a = " + r"\tanh" * 200_000,
    "1 MB of spaces": " " * 1_000_000 + "a",
    "a long sum": "a = " + "+x" * 2400,
    "a long product": "a = " + r"x \odot " * 500,
    "many sums in a row": "a = " + r"\sum_{i=1}^9 " * 300 + "x",
    "many indices": "a = x" + "_{x" * 1000,
    "one command on another": r"a = \frac" + r"\hat" * 900,
    "many rows": r"a = b \\ " * 500,
    "control characters": "a = \x1b[31m b \x07 \x00",
    "a reason without end": r"a = b && \text{c}" + " x" * 2000,
}


def outcome(text: str) -> FormulaError | None:
    """The refusal of a display, or None if it is read; any other exception ends the test."""
    try:
        latex.parse(text)
    except FormulaError as error:
        return error
    return None


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_read_or_refused_at_once(text):
    """Nothing takes two seconds to read, and nothing but a FormulaError with a short message comes out."""
    start = time.process_time()
    assert len(str(outcome(text))) < 300
    assert time.process_time() - start < 2


PIECES = [
    *["a", "x", "h_t", "W_{xh}", "2", "0.5", "+", "-", "=", "<", r"\le ", "(", ")", "[", "]", "{", "}", "^", "_", "&"],
    *[
        r"\\",
        r"\frac",
        r"\sum_{k=1}^{3}",
        r"\prod_{k=1}^{3}",
        r"\tanh",
        r"\top",
        r"\odot ",
        r"\cdot ",
        r"\text{so}",
        "d",
    ],
    *[
        r"\partial ",
        r"\begin{aligned}",
        r"\end{aligned}",
        r"\begin{bmatrix}",
        r"\end{bmatrix}",
        r"\quad",
        ",",
        ";",
        "'",
    ],
    *[
        r"\left",
        r"\right",
        r"\underbrace",
        r"\lVert ",
        r"\rVert ",
        r"\in",
        r"\mathbb{R}",
        r"\dots",
        "%",
        "\n",
        " ",
        "\\",
    ],
]


@pytest.mark.slow
@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=25).map("".join)))
def test_any_text_is_read_or_refused(text):
    """Whatever is typed, the reader gives statements, or a FormulaError with a place inside the text."""
    refusal = outcome(text)
    assert refusal is None or 0 <= refusal.at <= len(text)


@pytest.mark.parametrize(
    ("formula", "message"),
    {
        r"\sigma \sqrt{T} = 1": "its argument goes in brackets",
        r"\frac{x - \mu}{\sigma x} = z": "σ is the sigmoid here",
        r"a^{[l]} = a^l": "[ ] above a symbol is an index or a power",
        r"2 \frac{1}{2} = 1": "a mixed number, 2½ = 2.5, or a product, 2 · ½ = 1",
        r"x = 3 \tfrac14": "a mixed number",
        r"x + (y + z) = (x + y) + z": "the same but for brackets and the way",
        r"\frac{(x)}{y} = \frac{x}{y}": "the same but for brackets",
    }.items(),
)
def test_what_has_two_readings_or_none_is_refused(formula, message):
    """Each formula of the table is read in two ways by readers, or says nothing."""
    assert message in refused(formula)


def test_brackets_that_change_the_meaning_are_no_repetition():
    """x − (y − z) is not x − y − z, and a slash with brackets is a fraction written in another way."""
    for formula in [r"x - (y - z) = x - y - z", r"1 / (2 x) = \frac{1}{2 x}", r"x (y + z) = x y + z"]:
        assert outcome(formula) is None


def test_names_keep_their_case():
    """F is another function than f; only well-known functions in words may be capitalised."""
    (step,) = latex.parse(r"F(x) = f(x)", frozenset("Ff"))
    assert (step.left.function, step.right.function) == ("F", "f")
    (step,) = latex.parse(r"\mathrm{ReLU}(x) = \mathrm{Loss}(x)")
    assert (step.left.function, step.right.function) == ("relu", "Loss")


def test_unequal_is_a_relation():
    r"""``\ne`` and ``\neq`` are one relation."""
    assert [latex.parse(rf"x {sign} 2")[0].operator for sign in (r"\ne", r"\neq")] == ["ne", "ne"]
