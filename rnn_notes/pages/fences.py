"""Takes the blocks of code and the comments out of a page, before its other blocks are read, as Markdown does."""

import re
from collections.abc import Iterator
from pathlib import Path

from rnn_notes.pages.parts import Fence, PageError

Line = tuple[int, str]  # its number in the file, and its text

PLACE = "\x01"  # what stands for a block of code
PREFIX = re.compile(r"[> \t]*")
OPENING = re.compile(r"(`{3,}|~{3,})(.*)")
LOST = re.compile(rf"{PREFIX.pattern}(?:[-*+]|\d+\.)[ \t]+(?:`{{3,}}|~{{3,}})[^`]*")
OPTION = r"""[ \t]+(?:title|hl_lines|linenums)=(?:"[^"]*"|'[^']*')(?=[ \t]|$)"""
HEADER = re.compile(rf"[ \t]*\.?([\w#.+-]*)((?:{OPTION})*)[ \t]*")
CODE_SPAN = r"(?<![`\\])(?P<ticks>`+)(?!`)(?:(?!\n[ \t>]*\n).)+?(?<!`)(?P=ticks)(?!`)"
COMMENT = re.compile(rf"(?P<code>{CODE_SPAN})|<!--(?P<text>.*?)-->|(?P<open><!--)", re.DOTALL)
KNOWN = re.compile(r"\s(?:(holds|check|spelling|note):\s*(.*?)|(counts|formulas|(?:slips|chapters): \w+))\s", re.DOTALL)
COMMENTS = """write <!-- holds: … --> for a claim, <!-- check: … --> for the mark of a formula, \
<!-- spelling: … --> for what letters mean, or <!-- note: … --> for what nobody reads"""


def columns(line: str, width: int) -> tuple[str, str]:
    """What is before a column, and from it on, tabs being as wide as four spaces; only > and white space is cut."""
    prefix = PREFIX.match(line)
    wide = line[: prefix.end()].expandtabs(4) + line[prefix.end() :] if prefix else line
    cut = min(width, len(wide) - len(PREFIX.sub("", wide, count=1)))
    return wide[:cut], wide[cut:]


def take_fences(path: Path, lines: list[Line]) -> tuple[list[Fence], list[Line]]:
    """The blocks of code between lines ``` or ~~~, and the lines of the page with a placeholder for each of them."""
    fences, rest = [], []
    numbered = iter(lines)
    for number, text in numbered:
        if LOST.fullmatch(text):
            raise PageError(path, number, "a fence goes on a line of its own, without the mark of a list before it")
        prefix = columns(text, len(text) * 4)[0]
        opening = OPENING.fullmatch(columns(text, len(prefix))[1])
        if opening and opening[1][0] not in opening[2]:
            header = HEADER.fullmatch(opening[2])
            if not header:
                way_out = f'write {opening[1]}language and then only options such as title="…"'
                raise PageError(path, number, f"this code block is not rendered as one; {way_out}")
            if header[1].lower() in ("math", "mermaid"):
                way_out = "write a display, with $$ on lines of their own" if header[1].lower() == "math" else "draw it"
                raise PageError(path, number, f"GitHub renders {header[1]}, and this page shows its source; {way_out}")
            code = list(_inside(path, number, opening[1], prefix, numbered))
            text = "".join(f"{row}\n" for row in code)
            fences.append(Fence(number, header[1], header[2].strip(), text, len(code) + 2))
            rest.append((number, f"{prefix}{PLACE}"))
        else:
            rest.append((number, text))
    return fences, rest


def _inside(path: Path, opened: int, ticks: str, prefix: str, numbered: Iterator[Line]) -> Iterator[str]:
    """The lines up to the closing fence."""
    for number, text in numbered:
        before, after = columns(text, len(prefix))
        if before == prefix and after.rstrip(" \t") == ticks:
            return
        if (after.strip() and before != prefix) or before.count(">") < prefix.count(">"):
            way_out = f"begin this line with {prefix!r} as well"
            raise PageError(path, number, f"the code block of line {opened} does not end before this line; {way_out}")
        yield after
    raise PageError(path, opened, f"this code block does not end; close it with {ticks}, indented as here")


def take_comments(path: Path, lines: list[Line]) -> tuple[list[tuple[int, str, str]], list[Line]]:
    """The comments as line, kind and text, and the lines with the number of a comment where it was."""
    text = "\n".join(row for _, row in lines)
    found: list[tuple[int, str, str]] = []

    def take(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        line = lines[text.count("\n", 0, match.start())][0]
        if match["open"]:
            raise PageError(path, line, "this comment does not end; close it with -->")
        known = KNOWN.fullmatch(match["text"])
        if not known:
            raise PageError(path, line, f"the comment <!--{match['text'][:40]}--> is not known; {COMMENTS}")
        said = known[2] or ""
        found.append((line, known[1] or known[3], said if known[1] == "spelling" else " ".join(said.split())))
        return f"\x02{len(found) - 1}\x03" + "\n" * match[0].count("\n")

    rows = COMMENT.sub(take, text).split("\n")
    return found, [(number, row) for (number, _), row in zip(lines, rows if lines else [], strict=True)]


def without_comments(lines: list[str]) -> list[str]:
    """The lines of a page as they are published: without the comments for the checker, which leave their lines blank.

    Comments in code stay, and so do those that something else replaces, or that are not known here.
    """
    numbered = list(enumerate(lines))
    fences, rest = take_fences(Path("page"), numbered)
    text = COMMENT.sub(_published, "\n".join(row for _, row in rest))
    published: list[str] = []
    for row in text.split("\n"):
        if row.endswith(PLACE):
            fence = fences.pop(0)
            published += lines[fence.line : fence.line + fence.rows]
        else:
            published.append(row)
    return published


def _published(comment: re.Match[str]) -> str:
    known = KNOWN.fullmatch(comment["text"] or "")
    return "\n" * comment[0].count("\n") if known and known[1] else comment[0]
