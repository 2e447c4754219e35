"""One rule of a spelling: which tokens it fits, and what they become."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lark import Token

from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.tokens import bracketed, canonical, end_of, lex, made

INDEX = re.compile(r"[ijklmnpqstuv]|\\tau")
SIGNS = {"⊙": r"\odot ", "∘": r"\circ ", "·": r"\cdot ", "×": r"\times ", "⊤": r"\top "}
OPERATORS = ("_ODOT", "_CDOT", "_CROSS", "_SLASH")
OPENING = {"_OPEN": "_CLOSE", "_LPAR": "_RPAR", "_LSQ": "_RSQ"}
ROWS = "rows are samples"


@dataclass(frozen=True)
class Match:
    """What a rule has found: where it ends, what its indices are, and an index that it does not know."""

    end: int
    bound: dict[str, list[Token]] = field(default_factory=dict)
    extra: list[Token] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule: tokens, of which the letters ``free`` stand for any index."""

    text: str
    left: tuple[Token, ...]
    right: tuple[Token, ...]
    free: frozenset[str]

    @property
    def is_command(self) -> bool:
        """Whether it says what a command of the author's own means."""
        return len(self.left) == 1 and self.left[0].type == "OTHER" and self.right[0].type not in OPERATORS

    @property
    def is_symbol(self) -> bool:
        """Whether it gives a symbol."""
        return self.right[0].type == "NAME"

    def match(self, tokens: list[Token], at: int, pattern: tuple[Token, ...] = ()) -> Match | None:
        """Whether the left side (or another pattern) is at a place."""
        pattern = pattern or self.left
        found = Match(at)
        place = at
        for number, wanted in enumerate(pattern):
            skips = wanted.type == "_SUP" and number and pattern[number - 1].type in ("NAME", "OTHER")
            if skips and place < len(tokens) and tokens[place].type == "_SUB":
                end = end_of(tokens, place + 1)
                found.extra.extend(tokens[place + 2 : end])
                place = end + 1
            if place >= len(tokens):
                return None
            if wanted.type == "_CLOSE" and tokens[place].type == "_COMMA" and len(pattern) == number + 1:
                end = _until(tokens, place + 1, wanted, several=True)
                found.extra.extend(tokens[place + 1 : end])
                place = end + 1
            elif wanted in self.free and _is_alone(pattern, number):
                beside = "NAME" in (pattern[number - 1].type, pattern[number + 1].type)
                end = place + 1 if beside else _until(tokens, place, pattern[number + 1])
                if end <= place or found.bound.setdefault(str(wanted), tokens[place:end]) != tokens[place:end]:
                    return None
                place = end
            elif _plain(tokens[place]) != _plain(wanted):
                return None
            else:
                place += 1
        if len(pattern) == 1 and len(self.right) > 1 and _has_index(tokens[place:]):
            return None  # W_1 and W^{(1)} are no W
        return Match(place, found.bound, found.extra)

    def replacement(self, found: Match, tokens: list[Token], at: int) -> tuple[list[Token], int]:
        """The right side with its indices, and where the text continues; a further index is an entry of the symbol."""
        first, last = tokens[at], tokens[found.end - 1]
        result: list[Token] = []
        for number, token in enumerate(self.right):
            is_free = token in self.free and _is_alone(self.right, number)
            result += found.bound[str(token)] if is_free else [made(token.type, token, first, last)]
        end, extra = found.end, found.extra
        if end < len(tokens) and tokens[end].type == "_SUB" and self.is_symbol:
            close = end_of(tokens, end + 1)
            extra, end = [*extra, *tokens[end + 2 : close]], close + 1
        if extra and result[-1].type == "_CLOSE":
            result[-1:] = [made("_COMMA", ",", extra[0]), *extra, result[-1]]
        elif extra:
            braces = made("_OPEN", "{", extra[0]), made("_CLOSE", "}", extra[-1])
            result += [made("_SUB", "_", extra[0]), braces[0], *extra, braces[1]]
        return result, end


def _has_index(tokens: list[Token]) -> bool:
    """Whether an index follows, below or in brackets above."""
    if not tokens or tokens[0].type not in ("_SUB", "_SUP"):
        return False
    return tokens[0].type == "_SUB" or bracketed(tokens[2 : end_of(tokens, 1)], "(", "<", r"\langle", "[")


def _plain(token: Token) -> tuple[str, str]:
    """What makes two tokens the same."""
    value = re.sub(r"\\(left|right|[bB]ig+[lr]?)(?=[\s(\[)\]])|\s", "", token)
    return token.type, "" if token.type in ("_FRACTION", "_UNDERBRACE") else value


def _is_alone(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a letter is the whole of an index, or one of several, as in x_{ij}."""
    first, last = at - 1, at + 1
    while first > 0 and INDEX.fullmatch(tokens[first]):
        first -= 1
    while last < len(tokens) - 1 and INDEX.fullmatch(tokens[last]):
        last += 1
    if first < 0 or last >= len(tokens):
        return False
    before, after = tokens[first], tokens[last]
    opens = before.type in ("_OPEN", "_COMMA", "_LPAR", "_LSQ") or before in ("<", r"\langle")
    return opens and (after.type in ("_CLOSE", "_COMMA", "_RPAR", "_RSQ") or after in (">", r"\rangle"))


def _until(tokens: list[Token], at: int, closing: Token, several: bool = False) -> int:
    """Where the index at a place ends: before a token like ``closing`` that is not within other brackets."""
    depth = 0
    for end in range(at, len(tokens)):
        token = tokens[end]
        if depth == 0 and (_plain(token) == _plain(closing) or (token.type == "_COMMA" and not several)):
            return end
        depth += (token.type in OPENING) - (token.type in OPENING.values())
    return at


def plain(tokens: Iterable[Token]) -> list[tuple[str, str]]:
    """What makes two sides the same."""
    return [_plain(token) for token in tokens]


def read_rule(text: str) -> Rule:
    """The rule that ``LEFT is RIGHT`` states. Raises FormulaError."""
    sides = re.split(r"\s+is\s+", text)
    if len(sides) != 2:
        raise FormulaError(f"a spelling is 'h^{{(t)}} is h_t' or '{ROWS}', not '{text}'")
    for sign, command in SIGNS.items():
        sides = [side.replace(sign, command) for side in sides]
    left, right = (tuple(canonical(lex(side))) for side in sides)
    if left and right and _unknown(right) and left[0].type in OPERATORS:
        left, right = right, left  # "⊙ is *" says the same as "* is ⊙"
    if right and right[0] == r"\top" and left and left[0].type == "_SUP":
        right = tuple(canonical(lex(r"^\top")))
    if not left or not right or plain(left) == plain(right):
        raise FormulaError(f"the spelling '{text}' says nothing")
    if _unknown(right) or not _is_one(right, left):
        raise FormulaError(f"'{text}': what follows 'is' must be one symbol, function, sign or bracket of ours")
    alone = [
        {str(t) for n, t in enumerate(side) if INDEX.fullmatch(t) and _is_alone(side, n)} for side in (left, right)
    ]
    return Rule(text, left, right, frozenset(alone[0] & alone[1]))


def _unknown(tokens: tuple[Token, ...]) -> bool:
    return any(token.type == "OTHER" and token not in (r"\top", r"\langle", r"\rangle") for token in tokens)


def _is_one(right: tuple[Token, ...], left: tuple[Token, ...]) -> bool:
    """Whether it is one thing, so that nothing beside it can take a part of it."""
    tokens = list(right)
    kind = tokens[0].type
    if len(tokens) == 1:
        return kind in ("NAME", "FUNCTION", "WORD", "NUMBER", *OPERATORS)
    if kind == "_SUP":
        return left[0].type == "_SUP"
    if kind == "_FRACTION":
        return end_of(tokens, end_of(tokens, 1) + 1) == len(tokens) - 1
    if kind == "BEGIN":
        return end_of(tokens, 0, "BEGIN", "END") == len(tokens) - 1
    if kind not in ("NAME", *OPENING):
        return False
    end = end_of(tokens, 0, kind, OPENING[kind]) if kind in OPENING else 0
    rest = tokens[end + 1 :]
    return not rest or (rest[0].type in ("_SUB", "_SUP") and end_of(rest, 1) == len(rest) - 1)
