"""From LaTeX to a tree: what a formula says, before anything is computed.

The grammar is in ``latex.lark``. Whatever it does not know, or could be read in two ways, is refused with the place
and a way out; nothing is guessed.
"""

import re
from dataclasses import replace
from functools import cache
from typing import Any

from lark import Lark, Token, UnexpectedToken
from lark.exceptions import VisitError

from rnn_notes.checks import tree
from rnn_notes.checks.build import Builder
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.kinds import classify, letter_d
from rnn_notes.checks.layout import layout
from rnn_notes.checks.notation import VECTORS
from rnn_notes.checks.spelling import OURS, Spelling
from rnn_notes.checks.tokens import GRAMMAR, NOT_CLOSED
from rnn_notes.checks.tree import Statement

MAX_CHARACTERS, MAX_DEPTH = 5000, 40  # characters of a display, and brackets within brackets

CONDITION = {"for", "with", "where", "if", "when", "whenever", "as", "since", "because", "let", "given", "all", "every"}
LEFT_OF = re.compile(
    r"(?:(?P<row>\\\\(?:\s*\[[^\]]*\])?)|\\(?:text(?:rm|bf|it|sf|tt|normal)?|mbox|mathrm)\s*\{(?P<words>[^{}]*)\})"
    r"(?:[\s&,(]|\\q?quad(?![A-Za-z])|\\[,;:! ])*$"
)  # what is right before a statement, spaces apart
LETTER = r"write \sigma(x); if it is a letter here, say so in a spelling: '\sigma is s'"
HINTS = {
    r"\\[lcv]?dots": r"write \sum or \prod with bounds",
    r"[{}]": "braces do not show on the page; group with brackets",
    r"\\\|": r"write \lVert … \rVert",
    r"\||\\(right|left)(?![A-Za-z])": r"write \lvert … \rvert",
    r"\*|\\(circ|ast|star|otimes|bullet)$": r"write \cdot between numbers and \odot entry by entry, or say which in a "
    r"spelling: '{} is \cdot'",
    r"\^": "a power of a power needs brackets, and so does a function without them: (a^b)^c",
    r"_": r"sums and products need both bounds, \sum_{t=1}^{T}, or one index, \sum_t",
    r"d$|\\mathrm": r"d is kept for derivatives such as \frac{d}{dx}; another meaning needs a spelling: 'd is m'",
    r"'": "only a function has a prime",
    r"\\mathbb": r"of these only \mathbb{R} is read; an expectation is written as its sum, \sum_k p_k x_k",
    r"\\(equiv|doteq|triangleq|propto|sim|simeq|cong|to|mapsto|rightarrow|implies|iff|Rightarrow)": "the relations "
    r"are = < > \le \ge \ne \approx and \in",
    r"\\(not|notin|nless|ngtr)": r"write \ne, \ge or \le",
    r"\\(int|oint|iint|lim|arg|mid|Pr|sup|inf)(?![a-z])": "integrals, limits and probabilities are not checked; "
    "mark the display 'skip: reason'",
    r"\\(infty|forall|exists)": "say for which indices it is meant, t = 1, …, T",
    r"\\(dot|ddot|check|breve|overline|underline|overrightarrow)": "accents are hat, tilde and bar; spell others",
    r"\\oslash": r"to divide entry by entry, write it for one entry: \frac{u_{t,k}}{v_{t,k}}",
    ",": "only a function has several arguments; define it in a display '% check: define', or write "
    "'% given: f is a function' below the mark",
    r"\\tag": "a tag is a number or a letter",
    r"\\begin": "environments are aligned, align, split, gathered, array, cases and matrices",
    r"\\(d?binom|[lr](floor|ceil)|(left|up|down)\w*arrow|gets|arc\w+|gcd|[bp]?mod|cup|cap|subset\w*)$": "it has no "
    "meaning here; write it with what is read, or mark the display 'skip: reason'",
    r"\\[A-Za-z]+": r"if it is your own command, say what it means in a spelling: '{} is h'",
}


def parse(
    latex: str, functions: frozenset[str] = frozenset(), spelling: Spelling = OURS, defines: bool = False
) -> tuple[Statement, ...]:
    """The statements of a display. ``functions`` are the letters that the page has introduced as functions.

    In a definition, ``defines``, := is =. Raises FormulaError.
    """
    ready = layout(tokens(latex, functions, spelling))
    parser = _parser().parse_interactive("")
    try:
        for token in ready:
            parser.feed_token(token)
        statements = Builder(functions).transform(parser.feed_eof(ready[-1] if ready else None))  # type: ignore[no-untyped-call]
    except UnexpectedToken as error:
        raise _unexpected(error.token, parser.parser_state.value_stack, latex) from None
    except VisitError as error:
        raise error.orig_exc from None
    _one_font(statements)
    return _told(tuple(_compared(statement, latex, defines) for statement in statements), latex)


def _compared(statement: Statement, latex: str, defines: bool) -> Statement:
    """A relation that knows whether its sides are printed alike; := of a definition as =. Raises FormulaError."""
    if not isinstance(statement, tree.Relation):
        return statement
    left, right = statement.left, statement.right
    if statement.operator == ":=" and not defines:
        way_out = "mark it '% check: define', or write = for what is checked"
        raise FormulaError(f":= introduces something; {way_out}", right.span[0])
    operator = "=" if statement.operator == ":=" else statement.operator
    statement = replace(statement, operator=operator, alike=_bare(latex, left) == _bare(latex, right))
    refuse_same(statement)
    return statement


def _told(statements: tuple[Statement, ...], latex: str) -> tuple[Statement, ...]:
    """The relations, each with whether it is stated: what follows "hence" is no condition of what is before it."""
    found: list[Statement] = []
    for number, statement in enumerate(statements):
        if isinstance(statement, tree.Relation) and found:
            last, before = found[-1], LEFT_OF.search(latex[: statement.span[0]])
            goes_on = isinstance(last, tree.Relation) and last.right.span == statement.left.span
            words = set(re.findall("[a-z]+", ((before and before["words"]) or "").lower()))
            if goes_on or (words and words <= {"and", "or"}):
                first = "word" if number == 1 and not goes_on else ""
                stated = (last.stated or first) if isinstance(last, tree.Relation) else ""
            elif words:
                stated = "" if words & CONDITION else "word"
            else:
                stated = "row" if before else ""
            statement = replace(statement, stated=stated)
        found.append(statement)
    return tuple(found)


def refuse_same(step: Statement) -> None:
    """Raise FormulaError if both sides are the same but for brackets and how an index is written."""
    if (
        isinstance(step, tree.Relation)
        and step.alike
        and tree.without_brackets(step.left) == tree.without_brackets(step.right)
    ):
        raise FormulaError(
            "both sides of this step are the same but for brackets and the way an index is written", step.right.span[0]
        )


def _one_font(statements: tuple[Statement, ...]) -> None:
    """Refuse one letter in two fonts, which would be read as one symbol; but x_i may be an entry of a bold x."""
    fonts: dict[str, dict[str, set[int]]] = {}  # of each letter, with how many indices it occurs in each font
    indices = [node for node in tree.walk(statements) if isinstance(node, tree.Index)]
    counts = {id(node.base): len(node.at) for node in indices}
    labels = {id(node.base): f"_{tree.label(node.at[0])}" for node in indices if not isinstance(node.at[0], tree.Name)}
    inner = {id(part) for node in indices for part in tree.walk(node.at)}
    for node in tree.walk(statements):
        if isinstance(node, tree.Name) and id(node) not in inner:
            found = fonts.setdefault(node.name + labels.get(id(node), ""), {})
            found.setdefault(node.font, set()).add(counts.get(id(node), 0))
            before = next(iter(found))
            bold = next((found[font] for font in VECTORS if font in found), set())
            entries = bool(bold) and len(found) == 2 and min(found.get("", {0})) > max(bold)
            if before != node.font and not entries:
                both = " and ".join(f"\\{font}{{{node.name}}}" if font else node.name for font in (before, node.font))
                way_out = "say in a spelling what each of them is"
                raise FormulaError(f"{both} would be one symbol here; {way_out}", node.span[0])


def _bare(latex: str, side: tree.Node) -> str:
    """The source of one side without brackets and spaces, and without what sets an index."""
    unseen = r"\\(left|right|[bB]igg?[lr]?|[lr]angle)(?![A-Za-z])|\\[,;:! ]|[\s~()\[\]{}_^<>]"
    return re.sub(unseen, "", latex[slice(*side.span)])


def tokens(latex: str, functions: frozenset[str] = frozenset(), spelling: Spelling = OURS) -> list[Token]:
    """The tokens of a display as the grammar knows them, each with ``start_pos`` and ``end_pos``."""
    _guard(latex)
    try:
        return classify(letter_d(spelling.read(latex)), functions)
    except RecursionError:
        raise FormulaError("the formula is nested too deeply; give its parts names", 0) from None


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="basic", propagate_positions=True)


def _guard(latex: str) -> None:
    """Refuse what would cost time or memory before it is read."""
    if len(latex) > MAX_CHARACTERS:
        raise FormulaError(
            f"the formula has {len(latex)} characters but at most {MAX_CHARACTERS} are read; split it", 0
        )
    for odd in re.finditer(r"\\text\s*\{[^{}\x00-\x1f]*\}|[^\n\t\x20-\x7e]", latex):
        if odd[0].startswith("\\text"):
            continue
        raise FormulaError(
            f"the character {odd[0]!r} is not LaTeX that is read here; type it as a command", odd.start()
        )
    if space := re.search(r"([_^]|\\(frac|sqrt|hat|tilde))\s*(~|\\[,;:! ])|(~|\\[,;:! ])\s*\{", latex):
        raise FormulaError("there is a space where TeX takes an argument; leave it out", space.start())
    depth = 0
    for at, character in enumerate(latex):
        depth += (character in "{[(") - (character in "}])")
        if depth > MAX_DEPTH:
            raise FormulaError(f"brackets are nested more than {MAX_DEPTH} deep; give the inner part a name", at)
    if not latex.strip():
        raise FormulaError("the formula is empty", 0)


def _refusal(found: str, at: int, why: str = "is not read here") -> FormulaError:
    hint = next((hint for pattern, hint in HINTS.items() if re.match(pattern, found)), "")
    return FormulaError(f"{found} {why}{hint and '; '}{hint.replace('{}', found)}", at)


def _without_argument(values: list[Any]) -> bool:
    return any(isinstance(value, Token) and value.type == "FUNCTION" for value in values)


def _unexpected(token: Token, values: list[Any], latex: str) -> FormulaError:
    if token.type in ("$END", "BREAK", "_NEWLINE") and not _without_argument(values[-1:]):
        return FormulaError(NOT_CLOSED, token.end_pos or len(latex.rstrip()))
    if token.type in ("OTHER", "FONT", "ACCENT", "BEGIN", "END", "SPACE"):
        return _refusal(str(token), token.start_pos or 0)
    if values and getattr(values[-1], "type", "") == "INDICATOR":
        words = r"is 1 where a relation holds, as in \mathbb{1}[i = j]; a column of ones is a parameter of the run"
        return FormulaError(f"{values[-1]} {words}", values[-1].start_pos)
    for value in values[-5:]:
        if _without_argument([value]):
            known = value == "\\sigma"
            words = f"σ is the sigmoid here and has no argument; {LETTER}"
            other = f"{value} is a function here and has no argument; put it in brackets"
            return FormulaError(words if known else other, value.start_pos)
        if value in values[-2:] and getattr(value, "data", None) in ("function", "ordered", "differential", "gradient"):
            start = value.meta.start_pos
            command = latex[start : value.meta.end_pos]
            return FormulaError(f"where the argument of {command} ends is unclear; put it in brackets", start)
    if any(isinstance(value, Token) and value.type == "_GROUP" for value in values):
        return _refusal("{", token.start_pos or 0, f"}} around {token} is not allowed here")
    return _refusal(str(token), token.start_pos or 0, "is not allowed here")
