"""What came of a display, and the words that say so."""

from dataclasses import dataclass
from typing import Protocol

from rnn_notes.checks.errors import CheckError, ClaimError, NoProofError
from rnn_notes.checks.families import Answer
from rnn_notes.checks.run import Run

NOT_PROVED = "not proved"


class Display(Protocol):
    """A formula on a page, as ``rnn_notes.pages`` reads it; ``inline`` if it stands within a line of text."""

    @property
    def line(self) -> int: ...
    @property
    def mark(self) -> str | None: ...
    @property
    def latex(self) -> str: ...
    @property
    def latex_line(self) -> int: ...
    @property
    def inline(self) -> bool: ...


@dataclass(frozen=True)
class Verdict:
    """What came of a display: ``outcome`` is one word.

    "proved", "evaluated", "not refuted", "shapes", "defined", "skipped", "refuted" of what is marked as false, and of a
    relation in a text "repeats" and "setting"; "fails" or "refused" have evidence and fault.
    """

    line: int  # of the display's opening $$
    outcome: str
    summary: str  # what was checked, in a few words
    badge: str = ""  # the same as a phrase for readers
    evidence: str = (
        ""  # why it does not hold, with the numbers; or under which conditions it does, what its label is for
    )
    fault: tuple[int, int] | None = None  # line and column of what does not hold
    final: bool = True  # False if more time might have led to another one: such a verdict is not remembered

    def report(self, where: str) -> str:
        """The line of the command line's output: ``where:line: holds (summary)``."""
        if not self.fault:
            holds = self.outcome if self.outcome in ("skipped", "setting", "refuted") else "holds"
            return f"{where}:{self.line}: {holds} ({self.summary})"
        row, column = self.fault
        evidence = self.evidence.replace("\n", "\n    ")
        return f"{where}:{row}:{column}: {self.outcome.upper()} ({self.summary})\n    {evidence}"


def faulty(text: str, kind: str, error: CheckError) -> Verdict:
    """The verdict on a formula that does not hold or is not understood."""
    at = error.at or 0
    fault = text.count("\n", 0, at), at - text.rfind("\n", 0, at)
    outcome, words = ("fails", "does not hold") if isinstance(error, ClaimError) else ("refused", "not understood")
    words = NOT_PROVED if isinstance(error, NoProofError) else words
    final = not (isinstance(error, NoProofError) and error.timeout)
    return Verdict(0, outcome, kind or "no mark", words, str(error), fault, final)


def evaluated(kind: str, name: str, run: Run, answer: Answer, condition: str) -> Verdict:
    indices = {index for found in answer.found for index in found.indices}
    count = f"{len(indices)} free ind{'ex' if len(indices) == 1 else 'ices'}"
    cases = f" at {answer.ranges()}{condition and f', where {condition}'}" if indices else ""
    differences = [f.difference for f in answer.found if f.difference is not None]
    most, largest = (
        f", {word} difference {max(differences):.0e}" if differences else "" for word in ("max", "largest")
    )
    others = f"{len(answer.family)} random networks"
    where = f"{run.words} and {others} of its kind" if answer.fixed and answer.family else f"{others} ({run.words})"
    where = where if answer.family else run.words
    if kind == "shapes":
        return Verdict(0, "shapes", f"shapes {name}, {count}", f"shapes compared with the arrays of {where}{cases}")
    if answer.attacked:
        none = f"no counterexample in {' and '.join(answer.attacked)}"
        return Verdict(
            0,
            "not refuted",
            f"{name}, {count}{most}, {none}",
            f"not proved: {none}; evaluated on {where}{cases}{largest}",
        )
    return Verdict(0, "evaluated", f"{name}, {count}{most}", f"not proved but evaluated on {where}{cases}{largest}")
