"""Scalar chains, proved with SymPy step by step, for all real values of their letters.

A step is first tried at exact points, which refutes most false ones with a counterexample; then both sides have to be
defined for the same values, and then it has to be proved. Numbers that agree without a proof are not enough.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Symbol

from rnn_notes.checks import deadline as limit
from rnn_notes.checks import tree
from rnn_notes.checks.deadline import OutOfTimeError, deadline, limited
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.errors import CheckError, ClaimError, FormulaError, NoProofError, OpenBoundsError
from rnn_notes.checks.expressions import Expressions
from rnn_notes.checks.notation import Given, entries, refuse_two_readings
from rnn_notes.checks.opaque import Opaque
from rnn_notes.checks.over import beside, bounded, for_each
from rnn_notes.checks.step import Proof, Step, is_meant, wheres
from rnn_notes.checks.tree import Relation, Statement

MAX_N = 6  # a sum to n is expanded for n = 1 … 6 where it has no closed form,
LINEAR = tree.Name | tree.Number | tree.Index | tree.Negative | tree.Plus | tree.Brackets | tree.Times | tree.Fraction
BEYOND = (9, 14)  # and tried at points for these;
FAR = (*range(7, 41), 100, 400)  # or for these where it has no other letters


@dataclass(frozen=True)
class Counts:
    """The letters of a claim that count.

    ``values`` are theirs, and ``opened`` those that were chosen here; ``sums`` are the sums of whose entries another
    letter is one, and ``aside`` such letters that no derivative is taken by.
    """

    values: dict[str, list[int]]
    sums: dict[str, tree.SumOrProduct]
    aside: frozenset[str]
    opened: set[str] = field(default_factory=set)

    def beyond(self, case: dict[str, int], most: int) -> bool:
        """Whether one of the values chosen here is larger than that."""
        return any(case[letter] > most for letter in self.opened)


@dataclass(frozen=True)
class Chain:
    """The claims of a display, and the conditions under which they are made."""

    claims: tuple[Relation, ...]
    conditions: tuple[Relation, ...]
    ranges: tuple[tree.Range, ...]
    definitions: Definitions
    given: Given
    words: tuple[str, ...] = ()  # what the bounds of sums without any are called

    @classmethod
    def of(
        cls,
        statements: tuple[Statement, ...],
        definitions: Definitions,
        given: Given = Given(),  # noqa: B008
    ) -> "Chain":
        """Tell conditions from claims. Raises FormulaError."""
        for statement in statements:
            if isinstance(statement, tree.Membership):
                raise FormulaError("a chain has steps with = or < only; check this against a run").placed(statement)
        refuse_two_readings(statements, given, set(definitions))
        statements, words = bounded(statements, set(definitions))
        ranges = tuple(s for s in statements if isinstance(s, tree.Range))
        relations = [s for s in statements if isinstance(s, Relation)]
        conditions: list[Relation] = []
        claims: list[Relation] = []
        for group in _joined(relations):
            met = all(not step.stated and _is_condition(step, definitions, given) for step in group)
            (conditions if met else claims).extend(group)
        if not claims:
            claims, conditions = conditions, []
        chain = cls(tuple(claims), tuple(conditions), ranges, definitions, given, words)
        letters = {name for claim in claims for name in chain.letters(claim)}
        for condition in conditions:
            if not chain.letters(condition) & letters:
                names = ", ".join(sorted(chain.letters(condition)))
                raise FormulaError(f"there is a condition on {names} but no formula with {names}").placed(condition)
        unused = sorted(given.letters() - letters)
        if unused:
            raise FormulaError(f"'given' speaks of {', '.join(unused)}, which is not in the formula")
        return chain

    def reader(self, values: dict[str, int], symbolic: frozenset[str] = frozenset()) -> Expressions:
        """What reads a formula, with values for its counting letters."""
        return Expressions(self.definitions, self.given, values, symbolic)

    def letters(self, part: tree.Node) -> set[str]:
        """The letters and functions of a formula, also as they are with their indices, and of its definitions."""
        found = tree.free_names(part)
        for node in tree.walk(part):
            if isinstance(node, tree.Index) and isinstance(node.base, tree.Name):
                found.add("_".join([node.base.name, *(tree.label(place) or "" for place in node.at)]))
            elif isinstance(node, tree.Call):
                found.add(node.function)
        for name in found & self.definitions.keys():
            found = found | self.letters(self.definitions[name].body) - set(self.definitions[name].parameters)
        return found

    def counted(self, claim: Relation, proof: Proof) -> dict[str, list[int]]:
        """The values of the letters for which the display gives a range."""
        values: dict[str, list[int]] = {}
        for span in self.ranges:
            if span.index in self.letters(claim):
                ends = [Expressions(self.definitions).of(end, {}) for end in (span.low, span.high)]
                if not all(end.is_Integer for end in ends):
                    raise FormulaError("in a chain a range ends in numbers, as in k = 1, \\dots, 5").placed(span)
                values[span.index] = list(range(int(ends[0]), int(ends[1]) + 1))
                if len(values[span.index]) < 3:
                    raise FormulaError("so short a range shows little; write the cases out: J_0 = 0").placed(span)
                proof.note(f"for {span.index} = {ends[0]}, …, {ends[1]}")
        return values

    def prove(self, claim: Relation, proof: Proof, within: float | None) -> None:
        """Prove one claim, for each value of its counting letters. Raises CheckError."""
        values = self.counted(claim, proof)
        letters = self.letters(claim)
        for condition in (condition for condition in self.conditions if self.letters(condition) & letters):
            proof.note(*(f"for {where.words()}" for where in wheres(condition, self.reader({}))))
        others, sums = ({}, {}) if values else (beside(claim), entries(claim))
        counts = Counts(values, {**others, **sums}, frozenset(others.keys() - sums.keys()))
        for letter, big in counts.sums.items():
            proof.note(f"for {letter} = {tree.label(big.low) or '…'}, …, {tree.label(big.high) or '…'}")
        for _ in range(3):
            try:
                self._for_all(claim, counts, proof, within)
                return
            except OpenBoundsError as bounds:
                if not values and not counts.sums and self._in_general(claim, frozenset(bounds.letters), proof, within):
                    return
                new = bounds.letters - values.keys()
                if not new or len(values) > 2:
                    raise FormulaError("the bounds of this sum are not known", claim.span[0]) from None
                alone = tree.free_names(claim) <= {*new, "e", "pi"} and len(new) == 1 and not values
                values |= {letter: [*range(1, MAX_N + 1), *(FAR if alone else BEYOND)] for letter in new}
                counts.opened.update(new)
                proof.note(*(f"for {letter} = 1, …, {MAX_N}" for letter in sorted(new)))
        raise FormulaError("the bounds of this sum are not known", claim.span[0])

    def _in_general(self, claim: Relation, letters: frozenset[str], proof: Proof, within: float | None) -> bool:
        """Whether the claim is proved for every n by a closed form of its sums."""
        trial = Proof()
        try:
            with deadline(limit.PROOF_SECONDS / 2):
                Step.of(claim, self.reader({}, letters), self.conditions).prove(trial, within)
        except NoProofError:
            return False
        except ClaimError as error:
            error.args = (f"for n in general, {error}".replace(" n ", f" {', '.join(sorted(letters))} "),)
            raise
        except (Exception, OutOfTimeError):  # SymPy raises many things where it knows no closed form
            return False
        proof.note(*(f"for every {letter} ≥ 1" for letter in sorted(letters)), *trial.notes)
        return True

    def _cases(self, counts: Counts) -> Iterator[dict[str, int]]:
        """All values of the counting letters; an entry is one of those that its sum counts."""
        for numbers in itertools.product(*counts.values.values()):
            case = dict(zip(counts.values, numbers, strict=True))
            ends = [[self.reader(case).of(end, {}) for end in (big.low, big.high)] for big in counts.sums.values()]
            if open_letters := {str(letter) for pair in ends for end in pair for letter in end.free_symbols}:
                raise OpenBoundsError(open_letters)
            reach: dict[str, Iterable[int]] = {}
            for letter, (low, high) in zip(counts.sums, ends, strict=True):
                whole = range(int(low), int(high) + 1)
                few = letter in counts.aside and counts.beyond(case, MAX_N)  # of so many, the first and the last
                reach[letter] = {*whole[:1], *whole[-1:]} if few else whole
            for places in itertools.product(*reach.values()):
                yield case | dict(zip(reach, places, strict=True))

    def _for_all(
        self,
        claim: Relation,
        counts: Counts,
        proof: Proof,
        within: float | None,
    ) -> None:
        tried = 0
        for case in self._cases(counts):
            reader = self.reader(case)
            met = [each for condition in self.conditions for each in for_each(condition, claim, reader)]
            if is_meant(met, reader):
                tried += 1
                try:
                    step = Step.of(claim, reader, met)
                    if counts.beyond(case, MAX_N):
                        step.refute()
                    else:
                        step.prove(proof, within)
                except FormulaError:
                    if not counts.beyond(case, BEYOND[-1]):  # of more terms it may be too long
                        raise
                except (ClaimError, NoProofError) as error:
                    where = ", ".join(f"{name} = {number}" for name, number in case.items())
                    error.args = (f"for {where}, {error}",) if where else error.args
                    raise
        if tried < min(3, len(list(itertools.product(*counts.values.values())))):
            raise FormulaError("too few values meet the conditions").placed(claim)


def prove(
    statements: tuple[Statement, ...], definitions: Definitions, within: float | None = None, given: Given | None = None
) -> Proof:
    """Prove every step; ``within`` is the tolerance of ≈, ``given`` what the author states beside the display.

    Raises FormulaError unless it is a scalar chain, ClaimError with a counterexample, NoProofError for want of a proof.
    """
    with limited():
        chain = Chain.of(statements, definitions, given or Given())
    proof = Proof(len(chain.claims))
    for number, claim in enumerate(chain.claims, start=1):
        before = f"step {number} of {proof.steps}: "
        try:
            with limited():
                chain.prove(claim, proof, within)
        except (ClaimError, NoProofError) as error:
            error.args = (f"{before}{error}",)
            raise error.placed(claim) from None
        except CheckError as error:
            raise error.placed(claim) from None
    proof.note(*chain.words)
    if chain.given.words:
        proof.note(f"given: {'; '.join(chain.given.words)}")
    if within is not None:
        proof.note(f"≈ within {within:g}")
    return proof


def _joined(relations: list[Relation]) -> Iterator[list[Relation]]:
    """The relations of one chain together: in a < b < c the second begins where the first ends."""
    group: list[Relation] = []
    for step in relations:
        if group and (group[-1].right, group[-1].right.span) != (step.left, step.left.span):
            yield group
            group = []
        group.append(step)
    if group:
        yield group


def _is_condition(step: Relation, definitions: Definitions, given: Given) -> bool:
    """Whether a relation restricts its letters, as x > 0, 0 < p < 1, |x| < 1 and x ≠ y do; not whether it holds.

    A value of a function of which nothing is known is such a letter, too.
    """
    inner = [step.left, step.right]
    if isinstance(step.left, tree.Absolute):
        inner[0] = step.left.body
    plain: Any = tree.PRINTED | tree.Name | tree.Index if step.operator == "ne" else LINEAR
    nodes = [n for n in tree.walk(tuple(inner)) if not (isinstance(n, tree.Call) and n.function in given.function)]
    if step.operator in ("=", "approx") or not all(isinstance(node, plain) for node in nodes):
        return False
    if any(isinstance(n, tree.Name) and n.name in definitions for n in tree.walk(step)):
        return False
    try:
        left, right = (Expressions({}, given).of(side, {}) for side in inner)
    except CheckError:
        return False
    difference = Opaque().of(sympy.expand(left - right))
    letters = sorted(difference.free_symbols - {Symbol("t")}, key=str)
    if not letters or not difference.is_polynomial(*letters):
        return False
    return step.operator == "ne" or sympy.Poly(difference, *letters).total_degree() == 1
