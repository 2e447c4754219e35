"""Reads a page: its displays, code fences, figure links and prose claims, each with its line.

A page is scanned line by line, without Markdown's help, so that nothing a renderer overlooks is overlooked here;
the tests compare what is found with what the site's own Markdown configuration renders.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from rnn_notes import ipynb

DOCS = Path(__file__).parents[1] / "docs"

FENCE = re.compile(r"^( *)(`{3,}|~{3,})(.*)$")
MARK = re.compile(r"^\s*%\s*check:\s*(.*?)\s*$")
FIGURE = re.compile(r"!\[([^\]]*)\]\(figure:([^)\s]*)\)")
CLAIM = re.compile(r"<!--\s*holds:(.*?)-->", re.DOTALL)
DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.]*\w)")
NOT_A_QUANTITY = re.compile(
    r"(?:Python|NumPy|MathJax|MkDocs|BY|version|WCAG) \d[\d.]*(?:(?:,| to| or) \d[\d.]*)*|\]\([^)]*\)|https?://\S+"
)


@dataclass(frozen=True)
class Display:
    """A formula on lines of its own, between two lines ``$$``."""

    line: int  # of the opening $$, from 1
    mark: str | None  # what stands after "% check:" on the first line inside, None without one
    latex: str
    latex_line: int  # of the first line of latex


@dataclass(frozen=True)
class Fence:
    """A block of code."""

    line: int  # of the opening fence
    language: str
    info: str  # what stands after the language
    code: str

    @property
    def not_run(self) -> str | None:
        """Why the block is not to run: what its info string says as ``title="not run: reason"``."""
        reason = re.search(r'title="not run: ([^"]+)"', self.info)
        return reason[1] if reason else None


@dataclass(frozen=True)
class Figure:
    """A link ``![alt](figure:name)``."""

    line: int
    name: str
    alt: str


@dataclass(frozen=True)
class Claim:
    """``<!-- holds: expression -->``: a Python expression that is true in the page's namespace."""

    line: int
    expression: str


@dataclass(frozen=True)
class Paragraph:
    """Lines of prose up to a blank line, with the claims that follow them."""

    line: int
    text: str
    claims: list[Claim] = field(default_factory=list)

    def unclaimed(self) -> list[str]:
        """The decimal numbers of the paragraph that no claim of it mentions."""
        claimed = " ".join(claim.expression for claim in self.claims)
        return [n for n in DECIMAL.findall(NOT_A_QUANTITY.sub("", self.text)) if n not in DECIMAL.findall(claimed)]


@dataclass
class Page:
    """What a page holds, in the order of the page."""

    path: Path
    displays: list[Display] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)


class PageError(ValueError):
    """A page that cannot be read: the message begins with file and line."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.line, self.message = line, message


def all_pages() -> list[Path]:
    """The paths of all pages and notebooks of the site."""
    return sorted([*DOCS.rglob("*.md"), *DOCS.rglob("*.ipynb")])


def read(path: Path) -> Page:
    """Read a Markdown page, or the Markdown cells of a notebook (whose lines are those of the file).

    Raises PageError on a file that is not UTF-8 text or not a whole notebook, and as ``scan`` does.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_text(path, data[: error.start]) from None
    if "\0" in text:
        raise _not_text(path, data[: data.index(0)])
    try:
        return scan(path, ipynb.markdown(text) if path.suffix == ".ipynb" else enumerate(text.splitlines(), start=1))
    except ipynb.NotebookError as error:
        raise PageError(path, error.line, str(error)) from None


def _not_text(path: Path, before: bytes) -> "PageError":
    return PageError(path, before.count(b"\n") + 1, "this is not UTF-8 text; save the page as UTF-8")


def scan(path: Path, numbered: Iterator[tuple[int, str]]) -> Page:
    """Read a page from its numbered lines; raises PageError on a display, fence or claim that does not end."""
    page, lines = Page(path), list(numbered)
    prose: list[tuple[int, str]] = []  # the lines since the last blank line
    at = 0

    def until(closes: re.Pattern[str], what: str, end_with: str) -> list[tuple[int, str]]:
        """The lines from the one after ``at`` up to the closing one, to which ``at`` moves."""
        nonlocal at
        for end in range(at + 1, len(lines)):
            if closes.match(lines[end][1]):
                inside, at = lines[at + 1 : end], end
                return inside
        raise PageError(path, lines[at][0], f"this {what} does not end; close it with {end_with}")

    while at < len(lines):
        line, text = lines[at]
        if fence := FENCE.match(text):
            _, ticks, info = fence.groups()
            code = until(re.compile(rf"^ *{ticks}\s*$"), "code block", ticks)
            language, _, rest = info.strip().partition(" ")
            page.fences.append(Fence(line, language, rest, dedent("".join(f"{row}\n" for _, row in code))))
            prose = _paragraph(page, prose)
        elif text.strip() == "$$":
            body = until(re.compile(r"^\s*\$\$\s*$"), "display", "$$")
            mark = MARK.match(body[0][1]) if body else None
            body = body[1:] if mark else body
            latex = dedent("\n".join(row for _, row in body))
            first = body[0][0] if body else line + 1
            page.displays.append(Display(line, mark[1] if mark else None, latex, first))
            prose = _paragraph(page, prose)
        elif text.strip().startswith("<!--"):
            if "-->" not in text:
                inside = until(re.compile(".*-->"), "comment", "-->")
                text = "\n".join([text, *(row for _, row in inside), lines[at][1]])
            claims = [Claim(line, " ".join(claim[1].split())) for claim in CLAIM.finditer(text)]
            page.claims += claims
            prose = _paragraph(page, prose)
            if claims and page.paragraphs:
                page.paragraphs[-1].claims.extend(claims)
        elif not text.strip():
            prose = _paragraph(page, prose)
        else:
            prose.append((line, text))
            page.figures += [Figure(line, link[2], link[1]) for link in FIGURE.finditer(text)]
        at += 1
    _paragraph(page, prose)
    return page


def _paragraph(page: Page, prose: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """End the paragraph that the lines make, if any; the next one begins empty."""
    if prose:
        page.paragraphs.append(Paragraph(prose[0][0], "\n".join(text for _, text in prose)))
    return []
