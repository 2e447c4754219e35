"""The outcome of a display, and the words that say so."""

from dataclasses import dataclass
from typing import Protocol, Self

from rnn_notes.checks.errors import CheckError, ClaimError, NoProofError
from rnn_notes.checks.families import Answer
from rnn_notes.checks.run import Run

NOT_PROVED = "not proved"


class Display(Protocol):
    """A formula on a page, as ``rnn_notes.pages`` reads it; ``inline`` if it is within a line of text."""

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
    """The result for a formula: ``outcome`` is one word.

    "proved", "evaluated", "exact", "not refuted", "shapes", "defined", "skipped", "refuted" of what is marked as false,
    and of a relation in a text "repeats" and "setting". What has no tick has evidence and fault: it "fails", for which
    there are numbers, or it is "refused", since it is not understood or neither proved nor refuted.
    """

    outcome: str
    summary: str  # what was checked, in a few words
    badge: str = ""  # the same as a phrase for readers
    evidence: str = ""  # why it has no tick, with the numbers; of what holds, under which conditions, or how to refer
    fault: tuple[int, int] | None = None  # row and column of what is wrong, in its LaTeX; rows count from 0
    final: bool = True  # False if more time might have led to another one: such a verdict is not remembered


@dataclass(frozen=True)
class Placed(Verdict):
    """The verdict on a formula of a page: its fault is a line and a column of the page."""

    line: int = 0  # where the formula begins: of a display, the opening $$

    @classmethod
    def on(cls, display: Display, verdict: Verdict) -> Self:
        """A verdict where its formula is."""
        row, column = verdict.fault or (0, 0)
        fault = (display.latex_line + row, column) if verdict.fault else None
        return cls(**{**vars(verdict), "fault": fault}, line=display.line)

    @classmethod
    def at(cls, line: int, outcome: str, summary: str, evidence: str) -> Self:
        """A verdict on what is wrong with a line of a page that is not a formula."""
        return cls(outcome, summary, evidence=evidence, fault=(line, 1), line=line)

    def report(self, where: str) -> str:
        """The line of the command line's output: ``where:line: holds (summary)``."""
        if not self.fault:
            holds = self.outcome if self.outcome in ("skipped", "setting", "refuted") else "holds"
            return f"{where}:{self.line}: {holds} ({self.summary})"
        row, column = self.fault
        evidence = self.evidence.replace("\n", "\n    ")
        return f"{where}:{row}:{column}: {self.outcome.upper()} ({self.summary})\n    {evidence}"


def faulty(text: str, kind: str, error: CheckError) -> Verdict:
    """The verdict on a formula that does not hold, is not understood, or is neither proved nor refuted."""
    at = error.at or 0
    fault = text.count("\n", 0, at), at - text.rfind("\n", 0, at)
    outcome = "fails" if isinstance(error, ClaimError) else "refused"
    words = {ClaimError: "does not hold", NoProofError: NOT_PROVED}.get(type(error), "not understood")
    final = not (isinstance(error, NoProofError) and error.timeout)
    return Verdict(outcome, kind or "no mark", words, str(error), fault=fault, final=final)


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
        return Verdict("shapes", f"shapes {name}, {count}", f"shapes compared with the arrays of {where}{cases}")
    if answer.attacked:
        none = f"no counterexample in {' and '.join(answer.attacked)}"
        return Verdict(
            "not refuted",
            f"{name}, {count}{most}, {none}",
            f"not proved: {none}; evaluated on {where}{cases}{largest}",
        )
    return Verdict("evaluated", f"{name}, {count}{most}", f"not proved but evaluated on {where}{cases}{largest}")
