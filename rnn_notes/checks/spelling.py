r"""How an author's letters map to ours, said once: ``h^{(t)} is h_t; * is \odot; rows are samples``.

Rules are separated by semicolons or lines. ``LEFT is RIGHT`` reads what is printed as LEFT as if RIGHT were printed:

- a symbol with its indices: ``\Gamma_f^{\langle t \rangle} is f_t``, ``\mathbf{W}_{\textrm{xh}} is W_{xh}``. The
  letters i j k l m n p q s t u v and τ, alone as an index on both sides, stand for any index; all else for itself;
- a letter in all its uses, ``\xi is L``, or a command of the author's own, ``\Vh is h``; where RIGHT is more
  than a letter, as in ``\mathbf{W} is (W_1 W_2)``, the letter without an index;
- a function, ``\phi is \tanh``; an operator, ``* is \odot``; a transpose, ``^T is ^\top``;
- several symbols in a row, ``da_{next} is \frac{\partial L}{\partial h_t}``. RIGHT is one symbol, fraction or bracket.

Of several rules that fit, the longest counts. ``rows are samples``: vectors are rows, and weights are (from, to).
A rule that says nothing, contradicts another, or would give two symbols one name is refused.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from lark import Token

from rnn_notes.checks.tokens import bracketed, canonical, end_of, lex, made
from rnn_notes.checks.tree import FormulaError

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
    def is_symbol(self) -> bool:
        return self.right[0].type == "NAME"

    def match(self, tokens: list[Token], at: int, pattern: tuple[Token, ...] = ()) -> Match | None:
        """Whether the left side (or another pattern) stands at a place."""
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
        """The right side with its indices, and where the text goes on; a further index is an entry of the symbol."""
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
            return end if token.type == closing.type else at
        depth += (token.type in OPENING) - (token.type in OPENING.values())
    return at


@dataclass(frozen=True)
class Spelling:
    """The rules of a page; ``rows`` if vectors are rows."""

    rules: tuple[Rule, ...] = ()
    rows: bool = False

    def read(self, latex: str) -> list[Token]:
        """The tokens of a display in one form and as we spell them.

        Raises FormulaError if two rules fit at one place, or if two symbols would become one.
        """
        return self._pass(latex)[0]

    def used(self, latex: str) -> set[str]:
        """The rules that a display needs; all, if it cannot be read."""
        try:
            return {rule.text for rule in self._pass(latex)[1]}
        except FormulaError:
            return {rule.text for rule in self.rules}

    def _pass(self, latex: str) -> tuple[list[Token], set[Rule]]:
        raw = lex(latex)
        commands, others = (_Pass(tuple(r for r in self.rules if _is_command(r) == is_one)) for is_one in (True, False))
        by_name = {rule.left[0]: rule for rule in commands.rules}
        if by_name:
            commands.apply(canonical(raw))
        found = others.apply(canonical(list(_expanded(raw, by_name))))
        commands.compare()
        others.compare()
        return found, commands.used | others.used


def _expanded(tokens: list[Token], commands: dict[Token, Rule]) -> Iterator[Token]:
    """The tokens with the author's own commands replaced, as TeX does it, before anything is read."""
    for token in tokens:
        if token in commands:
            yield from (made(new.type, new, token) for new in commands[token].right)
        else:
            yield token


@dataclass
class _Pass:
    """One display: which rules are used, and where the right side of a rule stands already."""

    rules: tuple[Rule, ...]
    used: set[Rule] = field(default_factory=set)
    written: dict[Rule, int] = field(default_factory=dict)

    def compare(self) -> None:
        """Raise FormulaError if what a rule makes of one symbol is written for another one, too."""
        for rule in self.used & self.written.keys():
            both = f"{''.join(rule.right)} is written here, and '{rule.text}' reads another symbol as it, too"
            raise FormulaError(both, self.written[rule])

    def apply(self, tokens: list[Token], in_index: bool = False) -> list[Token]:
        """The tokens as we spell them."""
        found: list[Token] = []
        at, is_sum = 0, False
        while at < len(tokens):
            token = tokens[at]
            fit = None if is_sum and token.type == "_SUP" else self._fit(tokens, at, in_index)
            if fit:
                new, at = fit[0].replacement(fit[1], tokens, at)
                found += new
                is_sum = False
            elif token.type in ("_SUB", "_SUP"):
                end = end_of(tokens, at + 1)
                inner = tokens[at + 2 : end]
                after_gradient = bool(found) and found[-1].type in ("GRADIENT", "D")
                is_index = (token.type == "_SUB" and not after_gradient) or bracketed(inner, "(", "<", r"\langle", "[")
                found += [*tokens[at : at + 2], *self.apply(inner, is_index), tokens[end]]
                at = end + 1
            else:
                is_sum = token.type in ("_SUM", "_PRODUCT")
                found.append(token)
                at += 1
        return found

    def _fit(self, tokens: list[Token], at: int, in_index: bool) -> tuple[Rule, Match] | None:
        """The rule for what stands at a place: the longest, and of such the one with the fewest free indices."""
        rules = [rule for rule in self.rules if not (in_index and len(rule.left) == 1)]
        fits = [(rule, match) for rule in rules if (match := rule.match(tokens, at))]
        if not fits:
            for rule in self.rules:
                if rule.is_symbol and not (in_index and len(rule.right) == 1) and rule.match(tokens, at, rule.right):
                    self.written.setdefault(rule, tokens[at].start_pos or 0)
            return None
        ranks = [(match.end, -len(rule.free)) for rule, match in fits]
        best = [fit for fit, rank in zip(fits, ranks, strict=True) if rank == max(ranks)]
        if len(best) > 1:
            both = " and ".join(f"'{rule.text}'" for rule, _ in best)
            raise FormulaError(f"two rules of the spelling fit here: {both}", tokens[at].start_pos)
        self.used.add(best[0][0])
        return best[0]


OURS = Spelling()


def _is_command(rule: Rule) -> bool:
    return len(rule.left) == 1 and rule.left[0].type == "OTHER" and rule.right[0].type not in OPERATORS


@cache
def spelling(texts: tuple[str, ...]) -> Spelling:
    """The spelling that lines of rules state. Raises FormulaError."""
    said = [said.strip() for text in texts for said in re.split(r"[;\n]", text) if said.strip()]
    rules = [_rule_of(text) for text in said if text != ROWS]
    for number, rule in enumerate(rules):
        for other in rules[:number]:
            if _plain_of(rule.left) == _plain_of(other.left):
                raise FormulaError(f"'{other.text}' and '{rule.text}' contradict each other or say the same")
            if rule.is_symbol and _plain_of(rule.right) == _plain_of(other.right):
                raise FormulaError(f"'{other.text}' and '{rule.text}' give two symbols one name")
    return Spelling(tuple(rules), ROWS in said)


def used(texts: Iterable[str], formulas: Iterable[str]) -> set[str] | None:
    """The rules that some formula needs; None if the rules cannot be read."""
    try:
        rules = spelling(tuple(texts))
    except FormulaError:
        return None
    return set().union(*map(rules.used, formulas))


def fault(text: str, needed: set[str] | None) -> str:
    """What is wrong with rules, also that none of those ``needed`` is among them; "" if nothing is."""
    try:
        rules = spelling((text,))
    except FormulaError as error:
        return str(error)
    idle = [rule.text for rule in rules.rules if needed is not None and rule.text not in needed]
    return f"no formula here needs the spelling '{idle[0]}'; leave it out" if idle else ""


def _plain_of(tokens: Iterable[Token]) -> list[tuple[str, str]]:
    return [_plain(token) for token in tokens]


def _rule_of(text: str) -> Rule:
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
    if not left or not right or _plain_of(left) == _plain_of(right):
        raise FormulaError(f"the spelling '{text}' says nothing")
    if _unknown(right) or not _is_one(right, left):
        raise FormulaError(f"'{text}': what stands behind 'is' must be one symbol, function, sign or bracket of ours")
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
