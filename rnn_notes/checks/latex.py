"""From LaTeX to a tree: what a formula says, before anything is computed.

The grammar is in ``latex.lark``. Whatever it does not know, or could be read in two ways, is refused with the place
and a way out; nothing is guessed.
"""

import re
from functools import cache
from pathlib import Path

from lark import Lark, Token, UnexpectedCharacters, UnexpectedToken
from lark.exceptions import VisitError

from rnn_notes.checks import tree
from rnn_notes.checks.build import Builder, spell
from rnn_notes.checks.tree import FormulaError, Statement

GRAMMAR = (Path(__file__).parent / "latex.lark").read_text(encoding="utf-8")
LONGEST, DEEPEST = 5000, 40  # characters of a display, and brackets within brackets

HINTS = {
    r"\\[lcv]?dots": r"three dots mean something to a reader only; write \sum or \prod with bounds",
    r"[{}]": "braces do not show on the page; group with brackets",
    r"\\\|": r"write \lVert … \rVert",
    r"\|": r"write \lvert … \rvert",
    r"\*": r"write \cdot or \odot",
    r"\^": "a power of a power needs brackets, and so does a function without them: (a^b)^c",
    r"_": "an index comes before the power, and sums and products need both bounds: h_t^2, \\sum_{t=1}^{T}",
    r"d$|\\mathrm": r"d is kept for derivatives such as \frac{d}{dx}, and \mathrm for functions",
    r"'": "only a function has a prime",
    r"\\(mathbf|boldsymbol|vec|bar)": "write the letter plain; its shape tells what it is",
}


def parse(latex: str, functions: frozenset[str] = frozenset()) -> tuple[Statement, ...]:
    """The statements of a display. ``functions`` are the letters that the page has introduced as functions.

    Raises FormulaError.
    """
    _guard(latex)
    try:
        statements = Builder().transform(_parser(functions).parse(latex))
    except UnexpectedCharacters as error:
        at = error.pos_in_stream or 0
        raise _refusal(re.findall(r"\\[A-Za-z]+|\\?.", latex[at:])[0], at) from None
    except UnexpectedToken as error:
        raise _unexpected(error, latex) from None
    except VisitError as error:
        raise error.orig_exc from None
    for step in (statement for statement in statements if isinstance(statement, tree.Relation)):
        left, right = step.left, step.right
        if _bare(latex, left) == _bare(latex, right) and tree.without_brackets(left) == tree.without_brackets(right):
            raise FormulaError("both sides of this step are the same but for brackets", right.span[0])
    return statements


def _bare(latex: str, side: tree.Node) -> str:
    """The source of one side without brackets and spaces."""
    return re.sub(r"\\(left|right|[bB]igg?[lr]?)(?![A-Za-z])|\\[,;:! ]|[\s~()\[\]{}]", "", latex[slice(*side.span)])


def tokens(latex: str) -> list[Token]:
    """The tokens of a display, each with ``start_pos`` and ``end_pos``."""
    return list(_parser(frozenset()).lex(latex))


@cache
def _parser(functions: frozenset[str]) -> Lark:
    def introduced(token: Token) -> Token:
        return Token.new_borrow_pos("FUNCTION", token, token) if spell(token) in functions else token

    callbacks = {"NAME": introduced}
    return Lark(GRAMMAR, parser="lalr", lexer="basic", propagate_positions=True, lexer_callbacks=callbacks)


def _guard(latex: str) -> None:
    """Refuse what would cost time or memory before it is read."""
    if len(latex) > LONGEST:
        raise FormulaError(f"the formula has {len(latex)} characters but at most {LONGEST} are read; split it", 0)
    for odd in re.finditer(r"\\text\s*\{[^{}\x00-\x1f]*\}|[^\n\t\x20-\x7e]", latex):
        if odd[0].startswith("\\text"):
            continue
        raise FormulaError(f"the character {odd[0]!r} is no LaTeX that is read here; type it as a command", odd.start())
    if space := re.search(r"([_^]|\\(frac|sqrt|hat|tilde))\s*(~|\\[,;:! ])|(~|\\[,;:! ])\s*\{", latex):
        raise FormulaError("a space stands where TeX takes an argument; leave it out", space.start())
    depth = 0
    for at, character in enumerate(latex):
        depth += (character in "{[(") - (character in "}])")
        if depth > DEEPEST:
            raise FormulaError(f"brackets are nested more than {DEEPEST} deep; give the inner part a name", at)
    if not latex.strip():
        raise FormulaError("the formula is empty", 0)


def _refusal(found: str, at: int, why: str = "is not read here") -> FormulaError:
    hint = next((hint for pattern, hint in HINTS.items() if re.match(pattern, found)), "")
    return FormulaError(f"{found} {why}{hint and '; '}{hint}", at)


def _unexpected(error: UnexpectedToken, latex: str) -> FormulaError:
    if error.token.type == "$END":
        return FormulaError("the formula ends too early: something is missing or not closed", len(latex.rstrip()))
    for value in error.interactive_parser.parser_state.value_stack[-2:]:
        if getattr(value, "data", None) in ("function", "ordered", "differential"):
            start = value.meta.start_pos
            command = latex[start : value.meta.end_pos]
            return FormulaError(f"where the argument of {command} ends is unclear; put it in brackets", start)
    return _refusal(str(error.token), error.token.start_pos, "cannot stand here")
