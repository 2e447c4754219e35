"""From a display and its mark to a verdict: which check it asks for, and what the check found."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial

from rnn_notes.cache import Passing, digest, remember
from rnn_notes.checks import inline, latex, tree
from rnn_notes.checks.define import Definitions, functions, introduce
from rnn_notes.checks.errors import CheckError, ClaimError, FormulaError, NoProofError
from rnn_notes.checks.families import ask
from rnn_notes.checks.notation import read_given, refuse_vectors
from rnn_notes.checks.run import Run
from rnn_notes.checks.run import registered as registered
from rnn_notes.checks.spelling import Spelling
from rnn_notes.checks.spelling import spelling as spelled
from rnn_notes.checks.tokens import GRAMMAR
from rnn_notes.checks.verdict import NOT_PROVED, Display, Placed, Verdict, evaluated, faulty

OURS = "rnn_notes.runs"  # named, not imported: the engine knows no network, ours are found as anybody's are
TOO_DEEP = FormulaError("the formula is nested too deeply; give its parts names")
SIDES = ("left  ", "right ", " ", "(")  # how the lines of evidence begin that print the two sides, or explain a letter
LABEL = re.compile(r"\\label\s*\{([^{}]*)\}")
Runs = str | Iterable[Run] | Mapping[str, Run]


def check(
    displays: Sequence[Display], runs: Runs = OURS, spelling: Sequence[str] = (), known: Sequence[Display] = ()
) -> list[Placed]:
    """The verdicts on the displays of one page, and the relations in its text, in order.

    Definitions are known to what follows them. ``spelling`` is how the page spells, as in ``("h^{(t)} is h_t", "rows
    are samples")``. A relation without a mark repeats what is displayed on the page, or is one of ``known``.
    """
    result: list[Placed] = []
    earlier: list[str] = []  # the definitions so far
    source = digest("rnn_notes.checks.verdicts") + GRAMMAR
    named = registered(runs)
    claimed = [d for d in (*known, *displays) if d.mark and not d.mark.startswith(("skip", "false"))]
    stated = [(d.latex, _hidden(d.mark or "", named)) for d in claimed]
    for display in displays:
        if display.inline and display.mark is None:
            result.append(_placed(_repeated(display.latex, stated, spelling), display))
            continue
        of_runs = [named[word].digest if word in named else list(named) for word in (display.mark or "").split()[:3]]
        key = json.dumps([display.latex, display.mark, earlier, source, of_runs, list(spelling)])
        make = partial(_judge_to_text, display.latex, display.mark, tuple(earlier), named, tuple(spelling))
        verdict = Verdict(**json.loads(remember("checks", key, make)))
        if verdict.outcome == "defined":
            earlier.append(display.latex)
        result.append(_placed(verdict, display))
    return result


def _placed(verdict: Verdict, display: Display) -> Placed:
    """The verdict on its page, where only a relation in the text may be a choice."""
    if verdict.outcome == "setting" and not display.inline:
        way_out = "a display states something; a choice in a display is marked define, or put into words"
        verdict = faulty(display.latex, "setting", FormulaError(way_out))
    return Placed.on(display, verdict)


def _hidden(mark: str, runs: Runs) -> tuple[tree.Statement, ...]:
    """The conditions in the mark of a run."""
    kind, _, rest = mark.partition(" ")
    try:
        return _conditions(_within(rest)[0]) if kind.rstrip(":") in runs else ()
    except CheckError:  # its own verdict says so
        return ()


def _repeated(text: str, stated: Sequence[inline.Stated], spelling: Sequence[str]) -> Verdict:
    """The verdict on a relation in the text without a mark."""
    try:
        inline.repeated(text, stated, spelled(tuple(spelling)))
    except RecursionError:
        return faulty(text, "no mark", TOO_DEEP)
    except CheckError as error:
        return faulty(text, "no mark", error)
    return Verdict("repeats", "a display states it", "the same as a display of the page or of the notation")


def _judge_to_text(text: str, mark: str | None, earlier: tuple[str, ...], runs: Runs, spelling: tuple[str, ...]) -> str:
    verdict = judge(text, mark, earlier, runs, spelling)
    return (str if verdict.final else Passing)(json.dumps(asdict(verdict)))


def judge(
    text: str, mark: str | None, earlier: Sequence[str] = (), runs: Runs = OURS, spelling: Sequence[str] = ()
) -> Verdict:
    """The verdict on one display; ``earlier`` are the definitions before it.

    ``spelling`` are the rules of its author, as in ``("h^{(t)} is h_t", "rows are samples")``.
    """
    kind = (mark or "").partition(" ")[0].rstrip(":")
    rest = (mark or "")[len(kind) :].strip()
    if kind == "false":
        return _refuted(text, rest, earlier, runs, spelling)
    try:
        verdict = _check(text, kind, rest, earlier, registered(runs), spelled(tuple(spelling)))
        labels = [f"\\eqref{{{name}}} in a text is its number, and a link to it" for name in LABEL.findall(text)]
        return replace(verdict, evidence="; ".join(filter(None, [verdict.evidence, *labels])))
    except RecursionError:
        error: CheckError = TOO_DEEP
    except CheckError as caught:
        error = caught
    return faulty(text, kind, error)


def _refuted(text: str, mark: str, earlier: Sequence[str], runs: Runs, spelling: Sequence[str]) -> Verdict:
    """The verdict on a display whose mark says that it is false: a counterexample is asked for, and nothing less."""
    verdict = judge(text, mark, earlier, runs, spelling)
    if verdict.badge == NOT_PROVED:
        unsettled = NoProofError(f"this is marked as false, but no counterexample is found: {verdict.evidence}")
        return replace(faulty(text, "false", unsettled), final=verdict.final)
    if verdict.outcome == "refused":
        return verdict
    if verdict.outcome in ("skipped", "defined", "setting", "refuted"):
        way_out = f"write 'false' before chain, numbers, shapes or a run, not before {mark.split()[0].rstrip(':')!r}"
        return faulty(text, "false", FormulaError(f"only what states something can be false; {way_out}"))
    if verdict.outcome != "fails":
        return faulty(text, "false", ClaimError(f"this is marked as false, but it holds ({verdict.summary})"))
    shown = [line.rstrip(":") for line in verdict.evidence.split("\n") if not line.startswith(SIDES)]
    badge = f"false on purpose, and refuted: {', '.join(shown)}"
    return Verdict("refuted", f"false {mark}, as marked", badge, verdict.evidence)


def _check(
    text: str, kind: str, rest: str, earlier: Sequence[str], runs: Mapping[str, Run], spelling: Spelling
) -> Verdict:
    """The verdict on a display that holds; raises CheckError for any other."""
    if kind == "skip":
        reason = rest.lstrip(": ")
        if not reason:
            raise FormulaError("say why this display is skipped: '% check: skip: reason'")
        return Verdict("skipped", reason, f"not checked: {reason}")
    rest, within = _within(rest) if kind not in ("define", "setting") else (rest, None)
    definitions: Definitions = {}
    for definition in earlier:
        _, new = introduce(definition, definitions, spelling)
        definitions[new.name] = new
    if kind in ("setting", "chain", "define") and rest:
        raise FormulaError(f"{kind} takes no conditions, but the mark ends in {rest!r}")
    if kind == "setting":
        inline.chosen(text, functions(definitions), spelling)
        return Verdict("setting", "a choice, nothing to prove", "a choice, of which there is nothing to prove")
    if kind == "define":
        return _defined(text, definitions, runs, spelling)
    if kind == "chain":
        return _proved(text, definitions, within, spelling)
    name, _, rest = (rest or "rnn").partition(" ") if kind == "shapes" else (kind, "", rest)
    if name != "numbers" and name not in runs:
        kinds = f"chain, define, shapes, numbers, false, skip: reason, or a run ({', '.join(runs)})"
        raise FormulaError(f"the first line of a display says how it is checked: '% check: ' and {kinds}; not {name!r}")
    statements = _read(text, functions(definitions), spelling, within)
    if kind == "shapes" and not all(isinstance(statement, tree.Membership) for statement in statements):
        raise FormulaError(r"shapes are stated as W \in \mathbb{R}^{H \times D}")
    if name == "numbers":
        if rest:
            raise FormulaError(f"numbers takes no conditions, but the mark ends in {rest!r}")
        return _exact(statements, definitions, within)
    answer = ask(runs[name], statements, _conditions(rest), definitions, within, spelling.rows)
    condition = re.sub(r"\s*(<|>|≤|≥)\s*", r" \1 ", rest.replace("<=", "≤").replace(">=", "≥"))
    return evaluated(kind, name, runs[name], answer, condition)


def _read(text: str, names: frozenset[str], spelling: Spelling, within: float | None) -> tuple[tree.Statement, ...]:
    statements = latex.parse(text, names, spelling)
    if within is not None and not any(isinstance(s, tree.Relation) and s.operator == "approx" for s in statements):
        raise FormulaError("'within' is the tolerance of ≈, which is not in the formula")
    return statements


def _proved(text: str, definitions: Definitions, within: float | None, spelling: Spelling) -> Verdict:
    given = read_given(text)
    statements = _read(text, functions(definitions) | given.function, spelling, within)
    refuse_vectors(statements)
    from rnn_notes.checks.prove import prove  # SymPy takes a second to import, and networks do without it

    proof = prove(statements, definitions, within, given)
    notes = "".join(f"; {note}" for note in proof.notes)
    steps = f"{proof.steps} step{'s' * (proof.steps > 1)}"
    each = f"each of {steps} " * (proof.steps > 1)
    values = ", for all real values of its letters that the display allows" * bool(tree.free_names(statements))
    summary, badge = f"chain, {steps} proved{notes}", f"{each}proved by SymPy{values}{notes}"
    return Verdict("proved", summary, badge, "; ".join(proof.notes))


def _exact(statements: tuple[tree.Statement, ...], definitions: Definitions, within: float | None) -> Verdict:
    from rnn_notes.checks import exact

    notes = "".join(f"; {note}" for note in exact.check(statements, definitions, within).notes)
    return Verdict("exact", f"numbers, exact{notes}", f"computed exactly by SymPy{notes}", notes.strip("; "))


def _defined(text: str, definitions: Definitions, runs: Mapping[str, Run], spelling: Spelling) -> Verdict:
    """A definition has to agree with what its name means already."""
    equation, new = introduce(text, definitions, spelling)
    from rnn_notes.checks.agreement import compared

    agrees = compared(equation, new, definitions, runs, read_given(text))
    return Verdict("defined", f"define, {agrees}", f"a definition, not a claim: {agrees}")


def _within(rest: str) -> tuple[str, float | None]:
    """The rest of a mark without ``within 0.005``, and its number."""
    found = re.search(r"\bwithin\s+([0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?)$", rest)
    return (rest[: found.start()].strip(), float(found[1])) if found else (rest, None)


def _conditions(rest: str) -> tuple[tree.Statement, ...]:
    """The conditions in a mark, as the s<t of ``% check: rnn s<t``; several are separated by commas."""
    try:
        parts = [part.replace("<=", r"\le ").replace(">=", r"\ge ") for part in rest.split(",") if part.strip()]
        return tuple(statement for part in parts for statement in latex.parse(part))
    except FormulaError as error:
        raise FormulaError(f"the mark ends in {rest!r}, which is not a condition such as s<t: {error}") from None
