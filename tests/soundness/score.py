"""Formulas that are true by construction, and the same with one random change: does the checker tell them apart?

``python -m soundness.score`` (with tests/ on the path) tries them all, prints what it judges wrongly and the rates by
kind of mark, and records them for the page on the checks; ``… score chain numbers`` renews the rows of these two. A
formula and its change depend on its kind and number alone.
"""

import argparse
import json
import multiprocessing
import random
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

from soundness.chains import Case
from soundness.collected import ACCEPTED, collection
from soundness.described import TABLE
from soundness.kinds import KINDS
from soundness.mistakes import mistaken
from soundness.networks import many, networks, shapes
from soundness.opinion import UndecidedError, chain_holds, run_holds, weaker
from soundness.printer import Printer
from soundness.reader import UnreadError

from rnn_notes.checks.verdicts import judge
from rnn_notes.web import census

PAIRS = 2750  # of each kind of mark: as many true formulas, and as many false ones, so 5,000 with what is discarded


@dataclass(frozen=True)
class Tried:
    """A display and what was made of it: ``true`` is how it was built, ``accepted`` what the checker says."""

    kind: str
    number: int
    change: str  # "" of a formula that is true by construction
    mark: str
    latex: str
    earlier: tuple[str, ...]
    outcome: str
    evidence: str

    @property
    def right(self) -> bool:
        return (self.outcome in ACCEPTED) == (not self.change)


def holds(case: Case, statements: list[Any]) -> bool:
    """Whether statements in the place of those of a case hold, by this folder's own evaluation."""
    kind = case.run
    if kind in ("chain", "define", "numbers"):
        definitions = {c.left.value: (tuple(p.value for p in c.left.args), c.right) for c in case.earlier}
        found = [chain_holds(claim, definitions) for claim in statements]
        if any(says is None and claim.sign != "=" for says, claim in zip(found, statements, strict=True)):
            raise UndecidedError("an inequality where one side has no value")
        return all(found)
    if not all(run_holds([*statements, *case.conditions], network, []) for network in networks(kind)):
        return False
    unequal = weaker(statements)
    return not unequal or kind == "lecture" or all(run_holds([*unequal, *case.conditions], n, []) for n in many(kind))


def pair(kind: str, number: int) -> tuple[list[Tried], str]:
    """A true formula and a false one, both judged, and why there is no such pair, if there is none."""
    rng = random.Random(f"{kind} {number}")
    case = KINDS[kind](rng)
    if not case.statements:
        return [], "says nothing"
    try:
        if not holds(case, case.statements):
            return [], "WRONGLY BUILT: " + written(case, case.statements, random.Random(0))
    except (UndecidedError, UnreadError) as error:
        return [], f"true one undecided ({type(error).__name__})"
    tried = [judged(kind, number, "", case, case.statements)]
    table = shapes(case.run) if case.run in TABLE else {}
    for _ in range(20):
        change, statements = mistaken(case.statements, rng, table, tuple(table))
        try:
            if change != "none" and not holds(case, statements):
                return [*tried, judged(kind, number, change, case, statements)], ""
        except (UndecidedError, UnreadError, ZeroDivisionError, OverflowError):
            continue
    return tried, "no change is surely false"


def written(case: Case, statements: list[Any], rng: random.Random) -> str:
    table = shapes(case.run) if case.run in TABLE else {}
    vectors = frozenset(name for name, shape in table.items() if shape)
    return Printer(rng, vectors).display([*statements, *case.conditions])


def judged(kind: str, number: int, change: str, case: Case, statements: list[Any]) -> Tried:
    rng = random.Random(f"{kind} {number} author")  # both are written by the same hand
    earlier = tuple(Printer(rng).display([claim]) for claim in case.earlier)
    latex = written(case, statements, rng)
    verdict = judge(latex, case.mark, earlier)
    return Tried(kind, number, change, case.mark, latex, earlier, verdict.outcome, verdict.evidence)


def _pair(task: tuple[str, int]) -> tuple[list[Tried], str]:
    return pair(*task)


def by_hand() -> Counter[str]:
    """The score of the collection."""
    found: Counter[str] = Counter()
    for formula in collection():
        found["true" if formula.true else "false"] += 1
        if (judge(formula.latex, formula.mark, formula.earlier).outcome in ACCEPTED) != formula.true:
            found["not accepted although true" if formula.true else "accepted although false"] += 1
            print(f"by hand, {'TRUE' if formula.true else 'false'}: % {formula.mark}", *formula.earlier, formula.latex)
    return found


def main() -> int:
    """Print what is judged wrongly and the rates; exit status 1 if anything is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", help="all without any")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="true formulas of each kind, and as many false ones")
    parser.add_argument("--first", type=int, default=0, help="the number of the first pair")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    if unknown := ", ".join(set(options.kinds) - set(KINDS)):
        parser.error(f"there is no kind {unknown}; there are {', '.join(KINDS)}")
    if min(options.pairs, options.processes) < 1 or options.first < 0:
        parser.error("--pairs and --processes are at least 1, and --first at least 0")
    kinds = options.kinds or list(KINDS)
    tasks = [(kind, options.first + n) for kind in kinds for n in range(options.pairs)]
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    with multiprocessing.Pool(options.processes) as pool:
        for (kind, number), (tried, why) in zip(tasks, pool.imap(_pair, tasks, chunksize=20), strict=True):
            if why:
                counts[kind]["discarded"] += 1
            if why.startswith("WRONGLY"):
                counts[kind]["wrongly built"] += 1
                print(f"{kind} {number} {why}")
            for one in tried:
                counts[kind]["false" if one.change else "true"] += 1
                if not one.right:
                    counts[kind]["accepted although false" if one.change else "not accepted although true"] += 1
                    print(
                        f"{kind} {number} {one.change or 'TRUE'}: {one.outcome} % {one.mark}", *one.earlier, one.latex
                    )
                    print("   ", one.evidence[:200])
    if not options.kinds:
        counts["by hand"] = by_hand()
    for kind, found in counts.items():
        print(f"{kind:14}", ", ".join(f"{n} {what}" for what, n in found.items()))
    total = sum(counts.values(), Counter())
    print("all           ", ", ".join(f"{n} {what}" for what, n in total.items()))
    if options.pairs >= PAIRS and not options.first:
        recorded = json.loads(census.SOUNDNESS.read_text(encoding="utf-8")) if options.kinds else {}
        recorded |= {kind: dict(found) for kind, found in counts.items()}
        census.SOUNDNESS.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
    bad = total["accepted although false"] + total["not accepted although true"] + total["wrongly built"]
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
