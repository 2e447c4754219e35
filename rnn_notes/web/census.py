"""How much of the site is checked, counted from the pages and their verdicts."""

import json
from collections import Counter
from pathlib import Path

from markdown.preprocessors import Preprocessor

from rnn_notes import pages, project

LINE = "<!-- counts -->"

MUTANTS = Path(__file__).with_name("mutants.json")
"""What ``make mutants`` has found, by page: how many small mistakes the checker found, and how many edits were none."""

SOUNDNESS = Path(__file__).with_name("soundness.json")
"""What ``make soundness`` has found, by kind of mark: random formulas, true and false, and how many were misjudged."""


def counts() -> dict[str, int]:
    """What is checked, in words, and how many there are of it on all pages."""
    every = [pages.read(path) for path in pages.all_pages()]
    mutants = _totals(MUTANTS)
    random = _totals(SOUNDNESS)
    settings = project.load(pages.DOCS)
    judged = [pair for page in every for pair in zip(page.statements, settings.judge(page), strict=True)]
    outcomes = Counter(verdict.outcome for formula, verdict in judged if not formula.inline)
    text = Counter(verdict.outcome for formula, verdict in judged if formula.inline)
    accounted = text["repeats"] + text["setting"] + text["skipped"]
    return {
        "displayed formulas": outcomes.total(),
        "derivations, each step proved": outcomes["proved"],
        "equations, evaluated on a run": outcomes["evaluated"],
        "numbers, computed exactly": outcomes["exact"],
        "inequalities, attacked with thousands of networks": outcomes["not refuted"],
        "statements about shapes, compared with arrays": outcomes["shapes"],
        "definitions, compared with the code where it has them": outcomes["defined"],
        "false on purpose, each refuted (the slips not counted)": outcomes["refuted"],
        "skipped, each with its reason": outcomes["skipped"],
        "relations within the text": text.total(),
        "of these, displayed elsewhere in the same words": text["repeats"],
        "of these, checked as a display is": text.total() - accounted,
        "of these, choices of which there is nothing to prove": text["setting"],
        "of these, skipped, each with its reason": text["skipped"],
        "code blocks that run": sum(not fence.not_run for page in every for fence in page.fences),
        "figures drawn by the package": sum(len(page.figures) for page in every),
        "claims about numbers in the text": sum(len(page.claims) for page in every),
        "small mistakes tried in the formulas": mutants["found"] + mutants["true"],
        "of these, found by the checker": mutants["found"],
        "of these, no mistakes: true as well": mutants["true"],
        "random formulas, true by construction": random["true"],
        "of the true ones, accepted by the checker": random["true"] - random["not accepted although true"],
        "random formulas, made false by one change": random["false"],
        "of the false ones, found by the checker": random["false"] - random["accepted although false"],
    }


def _totals(path: Path) -> Counter[str]:
    """A recorded table of counts, summed over its rows."""
    rows = json.loads(path.read_text(encoding="utf-8")).values()
    return sum((Counter(row) for row in rows), Counter())


def table() -> list[str]:
    """The counts as the lines of a Markdown table."""
    return ["| what | how many |", "| --- | ---: |", *(f"| {what} | {n:,} |" for what, n in counts().items())]


class Counts(Preprocessor):
    """Replaces the line ``<!-- counts -->`` by the table of what is checked on the whole site."""

    def run(self, lines: list[str]) -> list[str]:
        """The page with its table."""
        return [row for line in lines for row in (table() if line == LINE else [line])]
