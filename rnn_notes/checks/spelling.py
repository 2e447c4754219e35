r"""How an author's letters map to ours, said once: ``h^{(t)} is h_t; * is \odot; rows are samples``.

Rules are separated by semicolons or lines. ``LEFT is RIGHT`` reads what is printed as LEFT as if RIGHT were printed; of
several rules that fit, the longest counts. The page docs/reference/marks.md has a table of what they can say.
A rule that says nothing, contradicts another, or would give two symbols one name is refused.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from lark import Token

from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.rules import ROWS, Match, Rule, plain, read_rule
from rnn_notes.checks.tokens import bracketed, canonical, end_of, lex, made


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
        commands, others = (_Pass(tuple(r for r in self.rules if r.is_command == is_one)) for is_one in (True, False))
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
    """One display: which rules are used, and where the right side of a rule is there already."""

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
        """The rule for what is at a place: the longest, and of such the one with the fewest free indices."""
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


@cache
def spelling(texts: tuple[str, ...]) -> Spelling:
    """The spelling that lines of rules state. Raises FormulaError."""
    said = [said.strip() for text in texts for said in re.split(r"[;\n]", text) if said.strip()]
    rules = [read_rule(text) for text in said if text != ROWS]
    for number, rule in enumerate(rules):
        for other in rules[:number]:
            if plain(rule.left) == plain(other.left):
                raise FormulaError(f"'{other.text}' and '{rule.text}' contradict each other or say the same")
            if rule.is_symbol and plain(rule.right) == plain(other.right):
                raise FormulaError(
                    f"'{other.text}' and '{rule.text}' give two symbols one name; of entries, say o_i is y_{{t,i}}"
                )
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
