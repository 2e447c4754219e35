"""The tokens of a display, with braces around each argument and the index before the power, as a spelling sees them."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

from lark import Lark, Token

from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.words import check_words

GRAMMAR = (Path(__file__).parent / "latex.lark").read_text(encoding="utf-8")
CLOSING = {"(": ")", "[": "]", "<": ">", r"\langle": r"\rangle"}
SIGNS = ("_MINUS", "_PLUS", "_ODOT", "_CDOT", "_CROSS", "_SLASH")
NOT_CLOSED = "the formula ends too early: something is missing or not closed"


@cache
def _lexer() -> Lark:
    return Lark(GRAMMAR, parser=None, lexer="basic")


def lex(latex: str) -> list[Token]:
    """The tokens as they are."""
    return list(_lexer().lex(latex))


def made(kind: str, value: str, first: Token, last: Token | None = None) -> Token:
    """A token of another kind in the place of what is there from ``first`` to ``last``."""
    token = Token.new_borrow_pos(kind, value, first)
    token.end_pos = (last or first).end_pos
    return token


def end_of(tokens: list[Token], start: int, opening: str = "_OPEN", closing: str = "_CLOSE") -> int:
    """Where the bracket at ``start`` closes."""
    depth = 0
    for at in range(start, len(tokens)):
        depth += (tokens[at].type == opening) - (tokens[at].type == closing)
        if depth == 0:
            return at
    raise FormulaError(NOT_CLOSED, tokens[-1].end_pos)


def canonical(tokens: list[Token]) -> list[Token]:
    """Each script and argument in braces, an index before its power, a letter with its accent and font as one token."""
    return _Reader(tokens).all()


class _Reader:
    """Takes tokens from a stack."""

    def __init__(self, tokens: list[Token]) -> None:
        self.rest = tokens[::-1]

    def all(self) -> list[Token]:
        found: list[Token] = []
        while self.rest:
            found += self.item(self.rest.pop())
        return _bars(found)

    def item(self, token: Token) -> list[Token]:
        """What begins with a token."""
        match token.type:
            case "_SUB" | "_SUP":
                return self.scripts(token)
            case "_FRACTION":
                return [token, *self.braced(token), *self.braced(token)]
            case "_ROOT" if self.next() == "_LSQ":
                raise FormulaError(r"a root other than the square root is a power: x^{1/3}", token.start_pos)
            case "_ROOT":
                return [token, *self.braced(token)]
            case "_UNDERBRACE":
                return [token, *self.braced(token), *self.claim()]
            case "FONT" | "ACCENT":
                return self.letter(token)
            case "_OPEN":
                _, *inner, _ = whole = self.group(token)
                kinds = made("_GROUP", "{", token), made("_GROUP_END", "}", whole[-1])
                shows = len(inner) > 1 and not bracketed(inner, "(", "[") and not self.is_symbol(inner)
                return [kinds[0], *inner, kinds[1]] if shows else inner
        return [token]

    def is_symbol(self, inner: list[Token]) -> bool:
        """Whether braces hold a symbol with its indices, and nothing after them makes a difference."""
        end = end_of(inner, 2) + 1 if inner[1].type == "_SUB" else 1
        if end < len(inner) and inner[end].type == "_SUP":
            above = inner[end + 2 : end_of(inner, end + 1)]
            end = end + 3 + len(above) if bracketed(above, "(", "<", r"\langle") and self.next() != "_SUP" else end
        return inner[0].type == "NAME" and end == len(inner) and self.next() != "_SUB"

    def next(self) -> str:
        return self.rest[-1].type if self.rest else ""

    def group(self, opening: Token) -> list[Token]:
        """What is in braces, with them."""
        tokens = [opening, *self.rest[::-1]]
        end = end_of(tokens, 0)
        del self.rest[-end:]
        return [opening, *canonical(tokens[1:end]), tokens[end]]

    def braced(self, command: Token) -> list[Token]:
        """The argument of a command or script, in braces: a group, or one token, of a number its first digit."""
        if not self.rest:
            raise FormulaError(NOT_CLOSED, command.end_pos)
        token = self.rest.pop()
        if token.type == "_OPEN":
            return self.group(token)
        if token.type == "NUMBER" and len(token) > 1:
            at = (token.start_pos or 0) + 1
            self.rest.append(Token("NUMBER", token[1:], at, token.line, token.column, end_pos=token.end_pos))
            token = Token("NUMBER", token[0], token.start_pos, token.line, token.column, end_pos=at)
        inner = self.item(token)
        return [made("_OPEN", "{", inner[0]), *inner, made("_CLOSE", "}", inner[-1])] if inner else [token, token]

    def scripts(self, token: Token) -> list[Token]:
        """The scripts that follow each other, the index first; those without content say nothing."""
        found = {token.type: [token, *self.braced(token)]}
        while self.next() in ("_SUB", "_SUP"):
            other = self.rest.pop()
            if other.type in found:
                raise FormulaError(
                    "a power of a power needs brackets, (a^b)^c, and an index of an index, too", other.start_pos
                )
            found[other.type] = [other, *self.braced(other)]
        parts = (found.get(kind, []) for kind in ("_SUB", "_SUP"))
        return [token for part in parts if len(part) > 3 for token in part]

    def claim(self) -> list[Token]:
        """What is at the brace below or above a term; words claim nothing."""
        if self.next() not in ("_SUB", "_SUP"):
            return []
        script, *inner = self.scripts(self.rest.pop())
        if len(inner) == 3 and inner[1].type == "TEXT":
            check_words(inner[1])
            inner[1] = made("_REMARK", inner[1], inner[1])
        return [made("_SUB", "_", script), *inner]

    def letter(self, command: Token) -> list[Token]:
        r"""A letter in a font or under an accent, as one token: ``\hat{\mathbf{y}}``."""
        _, *inner, _ = self.braced(command)
        first = inner[0] if inner else command
        if command.type == "FONT" and len(inner) > 1 and all(token.isalpha() for token in inner):
            word = "".join(inner)
            return [made("WORD", f"{command}{{{word}}}", command, inner[-1])]
        if first.type not in ("NAME", "OTHER", "D") or (len(inner) > 1 and command.type == "ACCENT"):
            raise FormulaError(f"{command} goes over one letter here", command.start_pos)
        name = f"{command.replace('wide', '')}{{{first}}}"
        name = re.sub(r"^(\\[a-z]+)\{(\\hat|\\tilde|\\bar)\{(.*)\}\}$", r"\2{\1{\3}}", name)
        return [made("NAME", name, command, first), *inner[1:]]


def _bars(tokens: list[Token]) -> list[Token]:
    """Bars that come in pairs, as those of an absolute value or a norm. Raises FormulaError if pairs are unclear."""
    open_at = -1
    bars = [at for at, token in enumerate(tokens) if token.type == "OTHER" and token in ("|", r"\|")]
    found = list(tokens)
    for number, at in enumerate(bars):
        kind = "ABS" if tokens[at] == "|" else "NORM"
        if number % 2:
            inner = tokens[open_at + 1 : at]
            turns = [(t.type in ("_LPAR", "_LSQ")) - (t.type in ("_RPAR", "_RSQ")) for t in inner]
            odd = sum(turns) != 0 or min(accumulate(turns), default=0) < 0
            ends = inner and (inner[0].type in SIGNS[1:] or inner[-1].type in SIGNS)
            if not inner or ends or odd or tokens[open_at] != tokens[at]:
                raise FormulaError(
                    r"which bars belong together is unclear; write \lvert … \rvert or \lVert … \rVert",
                    tokens[at].start_pos,
                )
        found[at] = made(f"_{'R' if number % 2 else 'L'}{kind}", tokens[at], tokens[at])
        open_at = at
    return found if len(bars) % 2 == 0 else tokens


def bracketed(tokens: list[Token], *openings: str) -> bool:
    """Whether one pair of brackets of such a kind holds all."""
    if len(tokens) < 3 or (opening := re.sub(r"^\\(left|[bB]ig+l?)\s*", "", tokens[0])) not in openings:
        return False
    depth = 0
    for at, token in enumerate(tokens):
        plain = re.sub(r"^\\(left|right|[bB]ig+[lr]?)\s*(?=[()\[\]])", "", token)
        depth += (plain == opening) - (plain == CLOSING[opening])
        if depth == 0:
            return at == len(tokens) - 1
    return False


def split(tokens: list[Token], *kinds: str) -> Iterator[list[Token]]:
    """The parts between tokens of such kinds, outside of braces and environments."""
    part: list[Token] = []
    depth = 0
    for token in tokens:
        depth += (token.type in ("_OPEN", "BEGIN")) - (token.type in ("_CLOSE", "END"))
        if depth == 0 and token.type in kinds:
            yield part
            part = []
        else:
            part.append(token)
    yield part
