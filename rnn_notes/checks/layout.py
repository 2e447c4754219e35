"""Rows and columns: what belongs together in ``aligned`` and its like, and where one statement ends.

A row that begins with a relation or a sign continues what is above it *in its own column*.
"""

import re

from lark import Token

from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.tokens import SIGNS, end_of, made, split
from rnn_notes.checks.words import check_words, content

ROWS = re.compile(
    r"(equation|align|gather|multline|eqnarray|flalign)\*?|aligned|gathered|split|array|alignedat|alignat\*?"
)
MATRICES = ("matrix", "bmatrix", "pmatrix", "smallmatrix", "array")
RELATIONS = ("RELATION", "_IN")
STOPS = (",", ".", ";")


def layout(tokens: list[Token]) -> list[Token]:
    """The statements of a display, column by column; reasons beside a step are looked through and left out."""
    streams: dict[int, list[Token]] = {}  # a column of relations, and what is in it
    for row in split(_unwrap(tokens), "_NEWLINE"):
        _row([_inner(_trimmed(cell)) for cell in split(row, "_AND")], streams)
    found: list[Token] = []
    for stream in streams.values():
        for part in _separated(stream):
            found += [*part, made("BREAK", "", part[-1])] if part else []
    return found


def _unwrap(tokens: list[Token]) -> list[Token]:
    """What is in the environments that hold the whole display."""
    tokens = _trimmed(tokens)
    brace = bool(tokens) and tokens[0].type == "_LSET" and tokens[0].startswith("\\left")
    tokens = tokens[brace:]  # with \right., the brace of a system
    while tokens and tokens[0].type == "BEGIN":
        end = end_of(tokens, 0, "BEGIN", "END")
        is_system = _environment(tokens[0]) == "cases" and end == len(tokens) - 1
        if not is_system and not ROWS.fullmatch(_environment(tokens[0])):
            break
        if end < len(tokens) - 1:
            raise FormulaError(f"nothing may follow {tokens[end]}", tokens[end + 1].start_pos)
        _same(tokens[0], tokens[end])
        tokens = _trimmed(tokens[1:end])
        for first, *others in (list(split(row, "_AND")) for row in split(tokens, "_NEWLINE") if is_system):
            if others and any(token.type in RELATIONS for token in first):
                way_out = "write one that holds for all rows after \\quad, or each row as a display"
                raise FormulaError(f"a condition is beside an equation of a system; {way_out}", first[0].start_pos)
    return tokens


def _environment(token: Token) -> str:
    return token.split("{")[1].split("}")[0]


def _same(begin: Token, end: Token) -> None:
    if _environment(begin) != _environment(end):
        raise FormulaError(f"{begin} is closed by {end}", end.start_pos)


def _trimmed(cell: list[Token]) -> list[Token]:
    """Without space before, and without space and punctuation after."""
    start, end = 0, len(cell)
    while start < end and cell[start].type == "SPACE":
        start += 1
    while end > start and (cell[end - 1].type == "SPACE" or cell[end - 1] in STOPS):
        end -= 1
    return cell[start:end]


def _inner(tokens: list[Token]) -> list[Token]:
    """With matrices and case distinctions for the environments within a formula."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.type != "BEGIN":
            found.append(token)
            at += 1
            continue
        end = end_of(tokens, at, "BEGIN", "END")
        name = _environment(token)
        _same(token, tokens[end])
        if name not in (*MATRICES, "cases"):
            raise FormulaError(f"\\begin{{{name}}} is not allowed within a formula", token.start_pos)
        kind = "CASES" if name == "cases" else "MATRIX"
        found.append(made(f"_BEGIN_{kind}", token, token))
        rows = [row for row in split(tokens[at + 1 : end], "_NEWLINE") if row]
        for number, row in enumerate(rows):
            found += [made("_NEWLINE", r"\\", row[0])] if number else []
            for column, cell in enumerate(split(row, "_AND")):
                found += [made("_AND", "&", row[0])] if column else []
                found += _inner(_condition(_trimmed(cell)) if name == "cases" and column else _trimmed(cell))
        found.append(made(f"_END_{kind}", tokens[end], tokens[end]))
        at = end + 1
    return found


def _condition(cell: list[Token]) -> list[Token]:
    """When a case holds: a relation, or otherwise."""
    if cell and cell[0].type == "_WORDS":
        words = re.sub("[^a-z ]", "", content(cell[0]).lower()).strip()
        if words in ("otherwise", "else") and len(cell) == 1:
            return [made("OTHERWISE", words, cell[0])]
        if words in ("if", "for", "when", "where"):
            return cell[1:]
    return cell


def _row(cells: list[list[Token]], streams: dict[int, list[Token]]) -> None:
    """Put the parts of a row where they belong: in the column of their first relation."""
    parts: list[tuple[int, int, list[Token]]] = []  # in which column it begins, to which it belongs, what is there
    joined = False  # whether the cell before is the last part
    for column, cell in enumerate(cells):
        kind = cell[0].type if cell else ""
        if column and kind == "_WORDS" and not any(token.type in RELATIONS for token in cell):
            _reason(cell)
            kind = ""
        elif joined and (kind in (*RELATIONS, *SIGNS) or (kind and _goes_on(parts[-1][2]))):
            start, key, tokens = parts[-1]
            is_first = kind in RELATIONS and not any(token.type in RELATIONS for token in tokens)
            parts[-1] = (start, column if is_first else key, tokens + cell)
        elif kind:
            parts.append((column, column, cell))
        joined = bool(kind)
    for start, key, tokens in parts:
        kind, line = tokens[0].type, [made("_NEWLINE", r"\\", tokens[0])]
        if kind in RELATIONS or (start and kind in SIGNS):
            key = next(iter(streams)) if key not in streams and len(streams) == 1 else key
            if key not in streams:
                raise FormulaError(
                    "this relation has no left side: nothing is above it in its column", tokens[0].start_pos
                )
            streams[key] += line + tokens if kind in RELATIONS else tokens
        elif key and key not in streams and any(_goes_on(stream) for stream in streams.values()):
            next(stream for stream in streams.values() if _goes_on(stream)).extend(tokens)
        elif key in streams:
            streams[key] += tokens if _goes_on(streams[key]) else line + tokens
        else:
            streams[key] = tokens


def _goes_on(tokens: list[Token]) -> bool:
    """Whether something is missing: a right side, a term, or a closing bracket."""
    opened = sum(t.type in ("_LPAR", "_LSQ") for t in tokens) - sum(t.type in ("_RPAR", "_RSQ") for t in tokens)
    return tokens[-1].type in (*RELATIONS, *SIGNS) or opened > 0


def _reason(cell: list[Token]) -> None:
    """What is beside a step: words, and between them formulas that claim nothing."""
    for before, token in zip([None, *cell], cell, strict=False):
        if token.type == "_WORDS":
            check_words(token)
        elif before is not None and before.type == "_WORDS" and token.type in (*SIGNS, "_SUP", "_SUB", "PRIME"):
            raise FormulaError(f"there are words where {token} needs a formula before it", token.start_pos)
        elif token.type in ("OTHER", "SPACE", "_TO", "_DOTS"):
            raise FormulaError(f"{token} is in a reason, which is words and symbols only", token.start_pos)


def _separated(stream: list[Token]) -> list[list[Token]]:
    """The statements of a column that space or words separate."""
    for token in stream:
        if token.type == "_WORDS":
            check_words(token, joining=True)
    return [_trimmed(part) for part in split(stream, "SPACE", "_WORDS")]
