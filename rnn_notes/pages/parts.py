"""What a page is made of, each part with its line in the file."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

RELATION = re.compile(
    r"(?s)\S\s*(?:[=<>≤≥≠≈∈]|\\(?:(?:le|ge)(?:q|qslant)?|neq?|l[lt]|g[gt]|(?:not)?in|ni|approx|equiv|sim|simeq|cong|propto"
    r"|doteq|triangleq|(?:sub|sup)set(?:eq)?|implies|iff|Rightarrow|Leftrightarrow)(?![A-Za-z]))\s*\S"
)
BOUNDS = re.compile(r"[_^]\s*\{[^{}]*\}")  # what is below and above a sum relates nothing


class PageError(ValueError):
    """A page that cannot be read: the message begins with file and line."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.line, self.message = line, message


@dataclass(frozen=True)
class Display:
    """A formula in a block of its own."""

    line: int  # of its opening, from 1
    mark: str | None  # how it is to be checked, None if the author has not said so
    latex: str
    latex_line: int  # of the first line of latex

    inline: ClassVar[bool] = False

    @property
    def labels(self) -> list[str]:
        """What its author calls it, for references; one name at most is right."""
        return LABEL.findall(self.latex)


@dataclass(frozen=True)
class Inline:
    """A formula within a line of text."""

    line: int
    mark: str | None  # what the comment directly after it says, None without one
    latex: str

    inline: ClassVar[bool] = True

    @property
    def states(self) -> bool:
        """Whether it relates something to something, as z = 1 and t ≤ T do."""
        return bool(RELATION.search(BOUNDS.sub("", BOUNDS.sub("", self.latex))))

    @property
    def latex_line(self) -> int:
        """Where its LaTeX begins, as of a display."""
        return self.line


@dataclass(frozen=True)
class Fence:
    """A block of code."""

    line: int  # of the opening fence
    language: str
    info: str  # what comes after the language
    code: str
    rows: int  # how many lines of the page it takes, with its fences

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
class Spelling:
    """``<!-- spelling: … -->``: what the letters of the page mean to the checker."""

    line: int
    text: str


@dataclass(frozen=True)
class Unread:
    """Something that a reader sees as a formula or as code and that is not checked as one; an error of its author."""

    line: int
    message: str  # what it is, and the way out


LABEL = re.compile(r"\\label\s*\{([^{}]*)\}")
REFERENCE = re.compile(r"\$?\\eqref\s*\{([^{}]*)\}\$?")  # to the number of a display


@dataclass(frozen=True)
class Reference:
    r"""``\eqref{eq:cell}``: the number of a display, in a text."""

    line: int
    name: str


@dataclass(frozen=True)
class Paragraph:
    """Lines of prose up to a blank line, with the claims that follow them."""

    line: int
    text: str
    claims: list[Claim] = field(default_factory=list)


@dataclass
class Page:
    """What a page holds, in the order of the page."""

    path: Path
    front: dict[str, Any] = field(default_factory=dict)  # what its front matter says
    formulas: list[Display | Inline] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    spelling: list[Spelling] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)

    @property
    def displays(self) -> list[Display]:
        """The formulas in blocks of their own."""
        return [formula for formula in self.formulas if isinstance(formula, Display)]

    @property
    def inline(self) -> list[Inline]:
        """The formulas within lines of text."""
        return [formula for formula in self.formulas if isinstance(formula, Inline)]

    @property
    def statements(self) -> list[Display | Inline]:
        """What is to be checked: the displays, and the formulas in the text that state something or have a mark."""
        return [f for f in self.formulas if isinstance(f, Display) or f.mark is not None or f.states]
