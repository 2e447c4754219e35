"""The collection of hand-made formulas: one line each in ``collection.txt``."""

from dataclasses import dataclass
from pathlib import Path

from rnn_notes.checks.verdict import Verdict
from rnn_notes.checks.verdicts import judge

ACCEPTED = {"proved", "evaluated", "not refuted", "shapes", "defined", "exact"}
FILE = Path(__file__).with_name("collection.txt")


@dataclass(frozen=True)
class Formula:
    """A formula, whether it is true, and of which cause it is an example."""

    cause: str
    true: bool
    mark: str
    earlier: tuple[str, ...]
    latex: str

    def verdict(self) -> Verdict:
        """What the checker says."""
        return judge(self.latex, self.mark, self.earlier)

    def judged_rightly(self) -> bool:
        """Whether it says what it should."""
        return (self.verdict().outcome in ACCEPTED) == self.true


def collection(path: Path = FILE) -> list[Formula]:
    """All formulas of the file, in its order."""
    found, cause = [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            cause = line.lstrip("# ")
        elif line:
            truth, mark, latex = line.split(" | ", 2)
            mark, _, after = mark.partition(" after ")
            earlier = tuple(part.strip() for part in after.split(" ;; ") if part)
            found.append(Formula(cause, truth == "true", mark, earlier, latex))
    return found
