"""The kinds of token that ``latex.lark`` knows, for what authors type in many ways.

Fonts, words and brackets above a symbol say nothing, or one thing only; what could mean two things is refused.
"""

import re

from lark import Token

from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.names import CAPITALISED, NAMED, function_name
from rnn_notes.checks.tokens import bracketed, end_of, made
from rnn_notes.checks.words import content

KNOWN = {*CAPITALISED, "sigma", "exp", "log", "ln", "sin", "cos", "sinh", "cosh", "max", "min"}


def classify(tokens: list[Token], functions: frozenset[str], script: bool = False) -> list[Token]:
    """Words become labels, functions or words; brackets above a symbol become what they mean."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        token, after = tokens[at], tokens[at + 1 : at + 2]
        if token.type in ("_SUB", "_SUP"):
            end = end_of(tokens, at + 1)
            inner = tokens[at + 2 : end]
            found += (_index if token.type == "_SUB" else _superscript)(tokens[at : end + 1], inner, found, functions)
            at = end + 1
            continue
        second = re.match(r",\s*(\d+)", token) if token.type == "_TO" else None  # of 1, 2, …, T
        if second and not (found and found[-1].isdigit() and int(second[1]) == int(found[-1]) + 1):
            raise FormulaError("the numbers before the dots do not advance by one", token.start_pos)
        if token.type in ("WORD", "TEXT"):
            token = _word(token, after[0].type if after else "", script)
        elif token.type == "NAME" and spelled(token) in functions and not script:
            token = made("FUNCTION", token, token)
        elif token.type == "D" and after and after[0].type == "_SUB":
            token = made("GRADIENT" if "partial" in token else "NAME", token, token)
        if token.type == "FUNCTION" and function_name(token) in ("max", "min") and after and after[0].type == "_SUB":
            token = made("EXTREME", token, token)
        found.append(token)
        at += 1
    return found


def letter_d(tokens: list[Token]) -> list[Token]:
    """A d as a letter where nothing can be differentiated: in a display without dx, and not above a fraction."""
    above = {n + 2 for n, token in enumerate(tokens) if token.type == "_FRACTION"}
    places = [n for n, token in enumerate(tokens) if token == "d"]
    if any(n in above or [t.type for t in tokens[n + 1 : n + 2]] == ["NAME"] for n in places):
        return tokens
    return [made("NAME", t, t) if t == "d" else t for t in tokens]


def spelled(token: str) -> str:
    """A letter without backslash, font and accent."""
    return re.sub(r"\\[a-z]+\{|[\\}]", "", token)


def _word(token: Token, following: str, script: bool) -> Token:
    word = content(token)
    if word == "d" and token.type == "WORD":
        return made("D", "d", token)
    is_word = re.fullmatch(r"\s*[A-Za-z][A-Za-z0-9]*\s*" if script else "[A-Za-z]+", word)
    if is_word and script:
        return made("NAME", token, token)
    called = following in ("_LPAR", "_LSQ", "PRIME") or (following and word.lower() in KNOWN)
    if is_word and len(word) > 1 and (called or (token.type == "WORD" and word.lower() in KNOWN)):
        return made("FUNCTION", token, token)
    if token.type == "WORD" and word in NAMED:
        way_out = f"put its argument in brackets, and introduce {word}(x) by a display '% check: define'"
        raise FormulaError(f"{word} is a function to every reader; {way_out}", token.start_pos)
    return made("NAME" if token.type == "WORD" and is_word else "_WORDS", token, token)


def _index(whole: list[Token], inner: list[Token], before: list[Token], functions: frozenset[str]) -> list[Token]:
    """An index; [k] is k there, and letters with digits after them, as ``chao1``, are a label; a norm may have ∞."""
    if inner == [r"\infty"] and before[-1:] and before[-1].type == "_RNORM":
        inner = [made("NAME", inner[0], inner[0])]
    if bracketed(inner, "["):
        inner = inner[1:-1]
    last = inner[-1]
    if last.type == "NUMBER" and len(inner) > 2 and all(t.type in ("NAME", "D") and len(t) == 1 for t in inner[:-1]):
        inner = [*inner[:-2], made("NAME", inner[-2] + last, inner[-2], last)]
    inner = [made("NAME", t, t) if t.type == "D" and t == "d" else t for t in inner]
    return [*whole[:2], *classify(inner, functions, script=True), whole[-1]]


def _superscript(whole: list[Token], inner: list[Token], before: list[Token], functions: frozenset[str]) -> list[Token]:
    """A power, a transpose, or in round or angle brackets an index."""
    marks, base = whole[0], before[-1] if before else whole[0]
    if len(inner) > 4 and inner[-4].type == "_SUP" and bracketed(inner[:-4], "(", "<", r"\langle"):
        inner = [*inner[:-4], inner[-2]]  # h^{(t)^\top} for h^{(t)\top}
    last = inner[-1]
    upright = last.type in ("WORD", "TEXT") and content(last) == "T"
    if upright or last == r"\top" or last == r"\intercal":
        if len(inner) > 1 and not bracketed(inner[:-1], "(", "<", r"\langle"):
            raise FormulaError("a transpose belongs to a single symbol; use brackets", last.start_pos)
        transpose = [made("_TRANSPOSE", r"^\top", marks, whole[-1])]
        return transpose if len(inner) == 1 else [*_superscript(whole, inner[:-1], before, functions), *transpose]
    if bracketed(inner, "["):
        way_out = "write an index below, a_{l}, or spell it, a^{[l]} is a_l, and a power without brackets"
        raise FormulaError(f"[ ] above a symbol is an index or a power; {way_out}", inner[0].start_pos)
    is_power = base.type == "NUMBER" or base == "e"
    if bracketed(inner, "(", "<", r"\langle") and not is_power:
        copied = classify(inner[1:-1], functions, script=True)
        return [made("_COPY", "^{(", marks, inner[0]), *copied, made("_COPY_END", ")}", last, whole[-1])]
    if inner[0].type in ("WORD", "TEXT"):
        word = content(inner[0])
        raise FormulaError(f"{word} above a symbol is not a power; make it an index, or spell it", inner[0].start_pos)
    return [*whole[:2], *classify(inner, functions), whole[-1]]
