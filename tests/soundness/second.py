"""A second opinion on the displays of the site, and on each with one edit in its LaTeX."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from soundness.collected import ACCEPTED
from soundness.opinion import UndecidedError, opinion
from soundness.reader import UnreadError

from rnn_notes import pages
from rnn_notes.checks.verdicts import judge

GATE = r"(?<=[xh])[ifocrzn](?=\})|(?<=_)[ifocrzn](?=[,} ])"
EDITS: list[tuple[str, list[str]]] = [  # what is there -> what may be there instead
    (r"\+", ["-"]),
    (r"(?<=[\w})] )-", ["+"]),
    (r"\^\\top", [""]),
    (r" \\odot ", [" ", " + "]),
    (r"(?<=_\{)t-1(?=\})", ["t", "t+1"]),
    (r"(?<=_)t(?![\w-])", ["{t-1}"]),
    (r"t\+1", ["t"]),
    (r"t=1", ["t=2"]),
    (r"(?<=\^\{)T(?=\})", ["T-1"]),
    (r"\\tanh", [r"\\sigma"]),
    (r"\\sigma(?!_)", [r"\\tanh"]),
    (r"\\cos", [r"\\sin"]),
    (r"\\sin", [r"\\cos"]),
    (GATE, list("ifo")),
    (r"(?<![\d.])\d(?![\d.])", ["3", "5"]),
    (r"(?<=\d)\d(?!\d|\.)", ["0", "7"]),
    (r"\\le ", [r"\\ge "]),
    (r" < ", [" > "]),
    (r"\\partial\^\+", [r"\\partial"]),
    (r"W_\{hh\}", [r"W_{hh}^\\top"]),
]


@dataclass(frozen=True)
class Display:
    """A display of the site, where it is, and the definitions before it."""

    where: str
    latex: str
    mark: str
    earlier: tuple[str, ...]


def displays() -> Iterator[Display]:
    """All displays of the site that claim something."""
    for path in pages.all_pages():
        earlier: list[str] = []
        for display in pages.read(path).displays:
            mark = display.mark or ""
            if not mark.startswith(("skip", "false")):
                yield Display(f"{path.name}:{display.line}", display.latex, mark, tuple(earlier))
            if mark == "define":
                earlier.append(display.latex)


def edited(display: Display, rng: random.Random) -> Display | None:
    """The display with one edit; None if none fits."""
    found = [(m, new) for pattern, ways in EDITS for m in re.finditer(pattern, display.latex) for new in ways]
    if not found:
        return None
    match, new = rng.choice(found)
    latex = display.latex[: match.start()] + match.expand(new) + display.latex[match.end() :]
    return Display(display.where, latex, display.mark, display.earlier) if latex != display.latex else None


def second(display: Display) -> bool | None:
    """Whether it holds, as this folder's own evaluator says; None if it does not read or decide it.

    To that evaluator a letter depends on nothing but itself, so it has no opinion where a page says otherwise.
    """
    if " depends on " in display.latex:
        return None
    try:
        return opinion(display.latex, display.mark, display.earlier)
    except (UnreadError, UndecidedError, ZeroDivisionError, OverflowError):
        return None


def accepted(display: Display) -> bool:
    """Whether the checker lets it pass."""
    return judge(display.latex, display.mark, display.earlier).outcome in ACCEPTED
