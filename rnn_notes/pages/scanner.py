"""Finds the blocks of a page: its displays, in every form and every container that Markdown knows, and its prose.

The page is read without Markdown's help, so that nothing a renderer overlooks is overlooked here.
What Markdown might read in another way is not guessed but listed as unread.
The tests compare what is found with what the site's own Markdown configuration renders.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import dedent

from rnn_notes.pages.code import fault, wrong_expression
from rnn_notes.pages.fences import CODE_SPAN, PLACE, Line, take_comments, take_fences
from rnn_notes.pages.parts import (
    REFERENCE,
    Claim,
    Display,
    Figure,
    Inline,
    Page,
    PageError,
    Paragraph,
    Reference,
    Spelling,
    Unread,
)

MARK = re.compile(r"^\s*%\s*check:\s*(.*?)\s*$")
FIGURE = re.compile(r"!\[([^\]]*)\]\(figure:([^)\s]*)\)")
DISPLAY = re.compile(
    r"(?s)(?:\$\$(?P<dollars>(?:\\.|[^\\])+?)\$\$|(?P<named>\\begin\{(?P<name>[a-z]+\*?)\}(?:\\.|[^\\])+?\\end\{(?P=name)\})"
    r"|\\\[(?P<brackets>(?:\\[^\]]|[^\\])+?)\\\])\s*(?:\x02(?P<mark>\d+)\x03)?\s*"
)
OPENS_DISPLAY = re.compile(r"\s*(?:\$\$|\\\[|\\begin\{)")
FORMULA = re.compile(
    r"(?s)(?<!\\)(?:\\\\)*(?:\$(?!\s)((?:\\.|[^\\$])+?)(?<!\s)\$|\\\(((?:\\[^)]|[^\\])+?)\\\))(?:\x02(\d+)\x03)?"
)
ASIDE = re.compile(rf"(?s){CODE_SPAN}|\]\([^)]*\)|<https?://[^>]*>")  # no formula is read in code and addresses
RAW = re.compile(r"(?<!\\)(?:\\\\)*(\$\$?|\\[(\[]|\\[A-Za-z]+)")  # what looks like LaTeX
RAW_CODE = re.compile(r"<(pre|code|samp|tt|xmp|listing|plaintext|textarea)\b", re.IGNORECASE)

COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%")
CODE = re.compile(r" {4}\s*\S")
QUOTED = re.compile(r"^ {0,3}> ?")
ITEM = re.compile(r" {0,3}(?:\d+\.|[*+-]) +")
STARTS_ITEM = re.compile(ITEM.pattern + ".*")
NOTED = re.compile(r" {0,3}(?:\[\^[^\]]*\]:|: {1,3}) *")  # footnotes, and what is defined
TITLED = re.compile(r'(?:!!! ?|\?\?\?\+? ?|===[+!]* )[\w "-].*')
RULE = re.compile(r"(?:#{1,6}.*|=+ *| {0,3}(?:- {0,2}|_ {0,2}|\* {0,2}){3,})")  # ends the block before it
TABLE = re.compile(r"[ |:-]*-[ |:-]*")  # the line below the head of a table
UNDERLINE = re.compile(r"[=-]+ *")  # makes a heading of the line before it
BLOCK = "address article aside blockquote details div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6"
BLOCK += " header hr iframe li main nav ol p pre script section style summary table tbody td tfoot th thead tr ul"
HTML = re.compile(rf" {{0,3}}<(/?)({'|'.join(BLOCK.split())})\b([^>]*)>", re.IGNORECASE)
NEW_BLOCK = "\x04"  # a line that ends a block, but not the paragraph that a claim belongs to

TOKEN = re.compile("\x02([0-9]+)\x03")  # what stands for a comment
COMMENTS_ALONE = re.compile(rf" *(?:{TOKEN.pattern} *)+")

NO_DISPLAY = "this display is not read as one; close it, and leave a blank line before and after it, but none inside"
NO_FORMULA = "this dollar belongs to no formula, which has no space inside its dollars; write \\$ for the sign"
MONEY = "a digit follows this dollar, as in US$10 to US$20; write \\$ for the sign, or a space after a formula"
UNSEEN = "what follows % in a formula is a comment, which no reader sees; write \\% for the sign"
NO_LATEX = "this LaTeX is in no formula; put it between dollars"
NO_HTML = "no formula is read in HTML; write this in Markdown"
CODE_NEVER_RUNS = 'code that never runs; make it a fence, or say title="not run: reason" after its language'


def scan(path: Path, numbered: Iterable[Line]) -> Page:
    """Read a page from its numbered lines; raises PageError on a fence or comment that does not end or fit."""
    fences, lines = take_fences(path, list(numbered))
    comments, lines = take_comments(path, lines)
    scanner = _Scanner(path, comments)
    scanner.page.fences = fences
    scanner.page.unread += [Unread(fence.line, why) for fence in fences if (why := fault(fence))]
    scanner.page.spelling = [Spelling(line, text) for line, kind, text in comments if kind == "spelling"]
    scanner.blocks([(number, row.expandtabs(4)) for number, row in lines])
    scanner.end_paragraph()
    if lost := [line for line, kind, _ in scanner.comments.values() if kind == "check"]:
        raise PageError(path, lost[0], "this check follows no formula; put it directly after one, on its line")
    return scanner.page


class _Scanner:
    """Reads the blocks of a page, those within containers by calling itself with the lines inside."""

    def __init__(self, path: Path, comments: list[tuple[int, str, str]]) -> None:
        self.page = Page(path)
        self.comments = dict(enumerate(comments))  # those that no formula or paragraph has taken yet
        self.open_html = 0  # tags whose content is Markdown
        self.prose: list[Line] = []  # the lines since the last paragraph ended

    def blocks(self, lines: list[Line]) -> None:
        """Read the lines of the page, or of a container, without what marks the container."""
        at = 0
        while at < len(lines):
            number, text = lines[at]
            if CODE.match(text):
                self._unread(number, CODE_NEVER_RUNS)
                at = self._end(lines, at, lambda row: not row.strip() or row.startswith("    "))
            elif not text.strip() or text.strip() == PLACE or COMMENTS_ALONE.fullmatch(text):
                self.end_paragraph()
                self._claims(text)
                at = self._rest(lines, at + 1) if text.strip() == PLACE else at + 1
            elif text == NEW_BLOCK:
                at += 1
            elif TITLED.fullmatch(text):
                self._prose([lines[at]])
                end = self._end(lines, at + 1, lambda row: not row.strip() or row.startswith("    "))
                self.blocks([(line, row[4:]) for line, row in lines[at + 1 : end]])
                at = end
            elif RULE.fullmatch(text):
                self._prose([lines[at]])
                at += 1
            elif at + 1 < len(lines) and UNDERLINE.fullmatch(lines[at + 1][1]):
                self._prose([lines[at]])
                at += 2
            elif QUOTED.match(text):
                end = self._end(lines, at, _stays_quoted)
                self.blocks([(line, QUOTED.sub("", row if row.strip() != ">" else "")) for line, row in lines[at:end]])
                at = end
            elif marker := ITEM.match(text) or (self._noted(lines, at) and NOTED.match(text)):
                at, inside = _item(lines, at, marker.end())
                self.blocks(inside)
            elif HTML.match(text):
                at = self._html(lines, at)
            else:
                in_table = "|" in text and at + 1 < len(lines) and TABLE.fullmatch(lines[at + 1][1])
                end = self._end(lines, at + 1, _goes_on_as_table if in_table else _goes_on)
                apart = at == 0 or _apart(lines[at - 1][1], "#"), end == len(lines) or _apart(lines[end][1])
                self._text(lines[at:end], all(apart))
                at = end

    def end_paragraph(self) -> None:
        """End the paragraph that the lines make, if any; the next one begins empty."""
        if self.prose:
            text = "\n".join(row for _, row in self.prose)
            self.page.paragraphs.append(Paragraph(self.prose[0][0], TOKEN.sub("", text)))
            self.prose = []
            self._claims(text)

    @staticmethod
    def _end(lines: list[Line], at: int, goes_on: Callable[[str], bool]) -> int:
        """Where the lines from ``at`` stop continuing."""
        return next((end for end in range(at, len(lines)) if not goes_on(lines[end][1])), len(lines))

    def _rest(self, lines: list[Line], at: int) -> int:
        """What follows code without a blank line: it begins no block, so it is prose; return where it ends."""
        end = self._end(lines, at, _goes_on)
        self._prose(lines[at:end])
        return end

    def _text(self, lines: list[Line], apart: bool) -> None:
        """A display, which is ``apart`` from what is around it, or prose."""
        text = "\n".join(row for _, row in lines)
        display = DISPLAY.fullmatch(text)
        if display and apart:
            self.end_paragraph()
            self._display(lines, text, display)
        elif OPENS_DISPLAY.match(text):
            self.end_paragraph()
            self._unread(lines[0][0], NO_DISPLAY)
        else:
            self._prose(lines)

    def _display(self, lines: list[Line], text: str, display: re.Match[str]) -> None:
        kind = next(name for name in ("dollars", "named", "brackets") if display[name])
        first = text.count("\n", 0, display.start(kind))
        rows = display[kind].split("\n")
        if not rows[0].strip():
            first, rows = first + 1, rows[1:]
        at = 1 if kind == "named" else 0
        mark = MARK.match(rows[at]) if len(rows) > at else None
        if mark and display["mark"]:
            raise PageError(self.page.path, lines[0][0], "this display has two marks; keep one")
        if mark and kind == "named":
            rows[at] = ""
        elif mark:
            first, rows = first + 1, rows[1:]
        latex = dedent("\n".join(rows)).strip("\n") if kind != "named" else "\n".join(rows)
        said = mark[1] if mark else self._check(display["mark"])
        self.page.formulas.append(Display(lines[0][0], said, latex, lines[min(first, len(lines) - 1)][0]))

    def _prose(self, lines: list[Line]) -> None:
        """Lines of text, with the formulas, links and whatever cannot be read in them."""
        self.prose += lines
        whole = "\n".join(row for _, row in lines)
        shown = ASIDE.sub(_blank, whole)
        text = REFERENCE.sub(_blank, shown)

        def line(at: int) -> int:
            return lines[text.count("\n", 0, at)][0]

        for formula in FORMULA.finditer(text):
            self.page.formulas.append(Inline(line(formula.start()), self._check(formula[3]), formula[1] or formula[2]))
            if COMMENT.search(formula[1] or formula[2]):
                self._unread(line(formula.start()), UNSEEN)
            if formula[1] and text[formula.end() :][:1].isdigit():
                self._unread(line(formula.end()), MONEY)
        self.page.references += [Reference(line(found.start()), found[1]) for found in REFERENCE.finditer(shown)]
        self.page.figures += [Figure(line(link.start()), link[2], link[1]) for link in FIGURE.finditer(whole)]
        for raw in RAW.finditer(FORMULA.sub(_blank, text)):
            what = NO_DISPLAY if OPENS_DISPLAY.match(raw[1] + "{") else NO_FORMULA if raw[1] == "$" else NO_LATEX
            self._unread(line(raw.start(1)), what)
        for code in RAW_CODE.finditer(text):
            self._unread(line(code.start()), CODE_NEVER_RUNS)

    @staticmethod
    def _noted(lines: list[Line], at: int) -> bool:
        """Whether a note may begin here: a footnote, or what defines the term on the line before."""
        return "[^" in lines[at][1] or (at > 0 and bool(lines[at - 1][1].strip()))

    def _html(self, lines: list[Line], at: int) -> int:
        """Raw HTML up to its closing tag, or the one line of a tag whose content is Markdown."""
        closing, name, attributes = HTML.match(lines[at][1]).groups()  # type: ignore[union-attr]
        end, depth = at, 0
        while end < len(lines) and (end == at or depth > 0):
            row = lines[end][1]
            depth += len(re.findall(rf"(?i)<{name}\b", row)) - len(re.findall(rf"(?i)</{name}\b", row))
            end += 1
            if "markdown=" in attributes or (closing and self.open_html):
                self.open_html, depth = self.open_html + depth, 0
        if depth and name not in ("hr", "iframe"):
            self._unread(lines[at][0], f"<{closing}{name}> has no counterpart, so what is read as Markdown is unclear")
        end = self._end(lines, end, _goes_on)  # what follows without a blank line is HTML, too
        text = "\n".join(row for _, row in lines[at:end])
        self.prose += lines[at:end]
        for raw in [*RAW.finditer(text), *RAW_CODE.finditer(text)]:
            line = lines[at + text.count("\n", 0, raw.start(1))][0]
            self._unread(line, CODE_NEVER_RUNS if raw.re is RAW_CODE else NO_HTML)
        return end

    def _unread(self, line: int, message: str) -> None:
        self.page.unread.append(Unread(line, message))

    def _check(self, number: str | None) -> str | None:
        """The mark in the comment of that number, if it is one."""
        if number and self.comments.get(int(number), ("", "", ""))[1] == "check":
            return self.comments.pop(int(number))[2]
        return None

    def _claims(self, text: str) -> None:
        """Give the claims in a text to the last paragraph."""
        for token in TOKEN.finditer(text):
            line, kind, expression = self.comments.get(int(token[1]), (0, "", ""))
            if kind == "holds":
                if not self.page.paragraphs:
                    raise PageError(self.page.path, line, "this claim follows no text; put it after what it is about")
                claim = Claim(line, expression)
                if why := wrong_expression(expression):
                    self._unread(line, why)
                self.page.claims.append(claim)
                self.page.paragraphs[-1].claims.append(claim)


def _item(lines: list[Line], at: int, marker: int) -> tuple[int, list[Line]]:
    """Where an item of a list ends, and the lines in it; Markdown leaves those of its first block as they are."""
    inside = [(lines[at][0], lines[at][1][marker:])]
    first, blank = True, False
    for end in range(at + 1, len(lines)):
        number, text = lines[end]
        indented = text.startswith("    ")
        ends = blank or (first and any(p.fullmatch(text) for p in (STARTS_ITEM, TITLED, RULE)))
        if text.strip() and not indented and ends:
            return end, inside
        if indented and not blank and ITEM.match(text[4:]):
            inside.append((number, NEW_BLOCK))
            first = False
        inside.append((number, text[4:] if indented and not first else text))
        blank = not text.strip() or bool(COMMENTS_ALONE.fullmatch(text))
        first = first and not blank
    return len(lines), inside


def _goes_on_as_table(row: str) -> bool:
    """Whether a line belongs to the table, or to any other block, before it."""
    return not (not row.strip() or row == NEW_BLOCK or row.strip() == PLACE or COMMENTS_ALONE.fullmatch(row))


def _goes_on(row: str) -> bool:
    """Whether a line belongs to the block of text before it."""
    begins = any(p.fullmatch(row) for p in (TITLED, RULE)) or any(p.match(row) for p in (QUOTED, NOTED, HTML))
    return _goes_on_as_table(row) and not begins


def _stays_quoted(row: str) -> bool:
    """Whether a line belongs to the quotation before it."""
    return bool(row.strip()) and row != NEW_BLOCK and not RULE.fullmatch(row)


def _apart(row: str, *others: str) -> bool:
    """Whether a line, or one that begins like others, separates what is before it from what is after."""
    return not row.strip() or row.startswith((NEW_BLOCK, *others)) or bool(COMMENTS_ALONE.fullmatch(row))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
