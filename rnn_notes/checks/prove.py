"""Scalar chains, proved with SymPy step by step, for all real values of their letters.

A step is first tried at exact points, which refutes most false ones with a counterexample; then both sides have to be
defined for the same values, and then it has to be proved. Numbers that agree without a proof are not enough.
"""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import Expr, Rational, Symbol

from rnn_notes.checks import numeric, tree
from rnn_notes.checks.deadline import OutOfTimeError, deadline
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.domain import Where, missing, normal, suppositions
from rnn_notes.checks.expressions import Expressions, OpenBoundsError
from rnn_notes.checks.inequalities import holds, vanishes
from rnn_notes.checks.notation import Given, refuse_two_readings
from rnn_notes.checks.opaque import Opaque
from rnn_notes.checks.rounding import allowed
from rnn_notes.checks.tree import CheckError, ClaimError, FormulaError, Relation, Statement

SECONDS = 5  # of processor time for one step
MOST = 6  # a sum to n is expanded for n = 1 … 6 where it has no closed form,
BEYOND = (9, 14)  # and tried at points for these
FRACTIONS = "3/7 -5/11 9/4 -7/3 0 1 -1 23/5 -31/6 1/50 12 -12 2/3 -3/2 5 -1/9 7/2 -20 100 -100 1000"
POINTS = [Rational(point) for point in FRACTIONS.split()]
SIGNS = {"=": "=", "<": "<", ">": ">", "le": "≤", "ge": "≥", "approx": "≈", "ne": "≠"}


class NoProofError(ClaimError):
    """Neither a proof nor a counterexample is found; after more time there might be one if ``timeout``."""

    timeout = False


@dataclass
class Proof:
    """What was shown: the number of steps, and what a reader has to know besides."""

    steps: int = 0
    notes: list[str] = field(default_factory=list)

    def note(self, *words: str) -> None:
        self.notes += [word for word in words if word not in self.notes]


@dataclass(frozen=True)
class Chain:
    """The claims of a display, and the conditions under which they are made."""

    claims: tuple[Relation, ...]
    conditions: tuple[Relation, ...]
    ranges: tuple[tree.Range, ...]
    definitions: Definitions
    given: Given

    @classmethod
    def of(
        cls,
        statements: tuple[Statement, ...],
        definitions: Definitions,
        given: Given = Given(),  # noqa: B008
    ) -> "Chain":
        """Tell conditions from claims. Raises FormulaError."""
        for statement in statements:
            if isinstance(statement, tree.Member):
                raise FormulaError("a chain has steps with = or < only; check this against a run").placed(statement)
        refuse_two_readings(statements, given, set(definitions))
        ranges = tuple(s for s in statements if isinstance(s, tree.Range))
        relations = [s for s in statements if isinstance(s, Relation)]
        conditions: list[Relation] = []
        claims: list[Relation] = []
        for group in _joined(relations):
            (conditions if all(_is_condition(step, definitions) for step in group) else claims).extend(group)
        if not claims:
            claims, conditions = conditions, []
        chain = cls(tuple(claims), tuple(conditions), ranges, definitions, given)
        letters = {name for claim in claims for name in chain.letters(claim)}
        for condition in conditions:
            if not chain.letters(condition) & letters:
                names = ", ".join(sorted(chain.letters(condition)))
                raise FormulaError(f"there is a condition on {names} but no formula with {names}").placed(condition)
        unused = sorted(given.letters() - letters)
        if unused:
            raise FormulaError(f"'given' speaks of {', '.join(unused)}, which is not in the formula")
        return chain

    def letters(self, part: tree.Node) -> set[str]:
        """The letters and functions of a formula, also as they stand with their indices, and of its definitions."""
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
        for _ in range(3):
            try:
                self._for_all(claim, values, proof, within)
                return
            except OpenBoundsError as bounds:
                if not values and self._in_general(claim, frozenset(bounds.letters), proof, within):
                    return
                new = bounds.letters - values.keys()
                if not new or len(values) > 2:
                    raise FormulaError("the bounds of this sum are not known", claim.span[0]) from None
                values |= {letter: [*range(1, MOST + 1), *BEYOND] for letter in new}
                proof.note(*(f"for {letter} = 1, …, {MOST}" for letter in sorted(new)))
        raise FormulaError("the bounds of this sum are not known", claim.span[0])

    def _in_general(self, claim: Relation, letters: frozenset[str], proof: Proof, within: float | None) -> bool:
        """Whether the claim is proved for every n by a closed form of its sums."""
        trial = Proof()
        try:
            with deadline(SECONDS / 2):
                Step.of(self, claim, {}, letters).prove(trial, within)
        except NoProofError:
            return False
        except ClaimError as error:
            error.args = (f"for n in general, {error}".replace(" n ", f" {', '.join(sorted(letters))} "),)
            raise
        except (Exception, OutOfTimeError):  # SymPy raises many things where it knows no closed form
            return False
        proof.note(*(f"for every {letter} ≥ 1" for letter in sorted(letters)), *trial.notes)
        return True

    def _for_all(self, claim: Relation, values: dict[str, list[int]], proof: Proof, within: float | None) -> None:
        tried = 0
        for numbers in itertools.product(*values.values()):
            case = dict(zip(values, numbers, strict=True))
            step = Step.of(self, claim, case)
            if step.is_meant():
                tried += 1
                try:
                    if max(numbers, default=0) in BEYOND:
                        step.refute()
                    else:
                        step.prove(proof, within)
                except ClaimError as error:
                    where = ", ".join(f"{name} = {number}" for name, number in case.items())
                    error.args = (f"for {where}, {error}",) if where else error.args
                    raise
        if tried < min(3, len(list(itertools.product(*values.values())))):
            raise FormulaError("too few values meet the conditions").placed(claim)


class Step:
    """One claim with values for its counting letters: both sides as SymPy expressions, with their domains."""

    def __init__(
        self,
        claim: Relation,
        left: tuple[Expr, set[Where]],
        right: tuple[Expr, set[Where]],
        met: Iterable[Where] = (),
        held: Iterable[str] = (),
    ) -> None:
        self.claim, self.held, self.opaque = claim, set(held), Opaque()
        self.left, self.right = self.opaque.of(left[0]), self.opaque.of(right[0])
        self.domains = [{Where(self.opaque.of(v), s) for v, s in domain} for _, domain in (left, right)]
        met = [Where(self.opaque.of(v), s) for v, s in met]
        values = (self.left, self.right, *(where.value for domain in self.domains for where in domain))
        letters = set().union(self.opaque.inner, *(value.free_symbols for value in values))
        self.met = [where for where in met if where.value.free_symbols <= letters]

    @classmethod
    def of(
        cls, chain: Chain, claim: Relation, values: dict[str, int], symbolic: frozenset[str] = frozenset()
    ) -> "Step":
        """Read a claim; raises CheckError, or OpenBoundsError for a sum to a letter without value."""
        reader = Expressions(chain.definitions, chain.given, values, symbolic)

        def read(node: tree.Node) -> tuple[Expr, set[Where]]:
            reader.domain = set()
            return reader.of(node, {}), reader.domain

        left, right = read(claim.left), read(claim.right)
        met = [where for condition in chain.conditions for where in _wheres(condition, read)]
        return cls(claim, left, right, met, reader.held)

    def is_meant(self) -> bool:
        """Whether the counting letters meet the conditions that speak of them alone."""
        return all(_is_so(where) for where in self.met if not where.value.free_symbols)

    def refute(self) -> None:
        """Raise ClaimError with a counterexample, if one is found."""
        met = [where for where in self.met if where.value.free_symbols]
        if self.claim.operator != "approx":
            self._try(self._cases(met), met)

    def _cases(self, met: list[Where]) -> list[dict[Symbol, Expr]]:
        """The letters as the conditions, and then the domains of both sides, allow them."""
        found = []
        for outer in suppositions(met):
            for inner in suppositions(normal(w.mapped(outer) for domain in self.domains for w in domain)):
                found.append({**{letter: way.xreplace(inner) for letter, way in outer.items()}, **inner})
        return found

    def prove(self, proof: Proof, within: float | None) -> None:
        """Refute or prove the claim. Raises CheckError."""
        if self.claim.operator == "approx":
            self._round(within)
            return
        natural = [normal(domain) for domain in self.domains]
        met = [where for where in self.met if where.value.free_symbols]
        cases = self._cases(met)
        compared = self._try(cases, met)
        defined = self._compare_domains(natural, met)
        sign = self.claim.operator
        difference = self.left - self.right if sign in (">", "ge") else self.right - self.left
        for case in cases:
            if not _is_proved(difference.xreplace(case), sign):
                raise NoProofError(
                    f"{compared} points agree but no proof of {SIGNS[sign]} is found; put a step in between"
                )
        proof.note(*(f"for {where.words()}" for where in met))
        if defined:
            proof.note(f"where both sides are defined: {', '.join(sorted(where.words() for where in defined))}")
        if self.held:
            proof.note(f"with {', '.join(sorted(self.held))} held constant in the derivative")

    def _round(self, within: float | None) -> None:
        a, b = (numeric.value(side, {}) for side in (self.left, self.right))
        if self.left.free_symbols or a is None or b is None:
            raise FormulaError("≈ compares numbers; there is a letter without a value").placed(self.claim)
        if abs(a - b) > float(np.max(allowed(self.claim, np.array(float(b)), within))) * (1 + 1e-12):
            raise ClaimError(f"left is {mpmath.nstr(a, 12)}, right is {mpmath.nstr(b, 12)}")

    def _try(self, cases: list[dict[Symbol, Expr]], met: list[Where]) -> int:
        """The number of points at which the claim holds; raises ClaimError at one where it does not."""
        letters = sorted((self.left.free_symbols | self.right.free_symbols) - self.opaque.letters, key=str)
        letters = sorted({*letters, *self.opaque.inner}, key=str)
        compared = 0
        for case, shift in itertools.product(cases, range(len(POINTS) if letters else 1)):
            point = _point(letters, case, shift)
            point = {**self.opaque.values(point), **point}
            if not all(_is_so(where, point) for where in met):
                continue
            for digits in (numeric.DIGITS, numeric.MORE):
                a, b = (numeric.value(side, point, digits) for side in (self.left, self.right))
                if a is None or b is None or self._agrees(a, b, point):
                    break
            if a is None or b is None:
                continue
            compared += 1
            if not self._agrees(a, b, point):
                where = ", ".join(f"{letter} = {point[letter]}" for letter in letters)
                where += "".join(f", {words}" for words in self.opaque.words(point))
                left_is, right_is = (mpmath.nstr(number, 12) for number in (a, b))
                raise ClaimError(f"{where and f'at {where}: '}left is {left_is}, right is {right_is}")
        if compared < min(3, len(letters) + 1):
            raise NoProofError("there are not enough points where both sides are defined")
        return compared

    def _agrees(self, a: mpmath.mpf, b: mpmath.mpf, point: dict[Any, Any]) -> bool:
        sign = self.claim.operator
        if not numeric.agree(a, b):
            return bool({"=": False, "ne": True, "<": a < b, "le": a < b}.get(sign, a > b))
        if sign in ("=", "le", "ge") or not all(isinstance(value, Rational) for value in point.values()):
            return True
        return not vanishes((self.left - self.right).xreplace(point))

    def _compare_domains(self, natural: list[frozenset[Where]], met: list[Where]) -> frozenset[Where]:
        """The values for which both sides are defined, where the display need not say so; else raise FormulaError."""
        known = suppositions(met)
        if self.claim.operator == "=":
            wanted = [(natural[0], natural[1]), (natural[1], natural[0])]
        else:  # an inequality is meant where both sides are defined, if it is still seen where that is
            seen = [_of_expression(side) for side in (self.left, self.right)]
            wanted = [(natural[0] | natural[1], seen[0] | seen[1])]
        lost = []
        for needed, other in wanted:
            for where in sorted(needed, key=str):
                for case in known:
                    there = normal([*(w.mapped(case) for w in other), *(w.mapped(case) for w in met)])
                    if missing(normal([where.mapped(case)]), there):
                        lost.append(where)
                        break
        if lost:
            said = list(dict.fromkeys(where.words() for where in lost))
            written = ", \\quad ".join(dict.fromkeys(where.words(latex=True) for where in lost))
            raise FormulaError(
                f"this is meant only for {' and '.join(said)}, since the other side is defined elsewhere, too; "
                f"say so in the display: , \\quad {written}"
            ).placed(self.claim)
        return frozenset(
            where
            for where in natural[0] | natural[1]
            if any(missing(normal([where.mapped(case)]), normal(w.mapped(case) for w in met)) for case in known)
        )


def prove(
    statements: tuple[Statement, ...], definitions: Definitions, within: float | None = None, given: Given | None = None
) -> Proof:
    """Prove every step; ``within`` is the tolerance of ≈, ``given`` what the author states beside the display.

    Raises FormulaError for what is no scalar chain, ClaimError with a counterexample, NoProofError for want of a proof.
    """
    if within is not None and not any(isinstance(s, Relation) and s.operator == "approx" for s in statements):
        raise FormulaError("'within' is the tolerance of ≈, which is not in the formula")
    with limited():
        chain = Chain.of(statements, definitions, given or Given())
    proof = Proof(len(chain.claims))
    for number, claim in enumerate(chain.claims, start=1):
        before = f"step {number} of {proof.steps}: "
        try:
            with limited():
                chain.prove(claim, proof, within)
        except ClaimError as error:
            error.args = (f"{before}{error}",)
            raise error.placed(claim) from None
        except CheckError as error:
            raise error.placed(claim) from None
    if chain.given.words:
        proof.note(f"given: {'; '.join(chain.given.words)}")
    if within is not None:
        proof.note(f"≈ within {within:g}")
    return proof


@contextmanager
def limited() -> Iterator[None]:
    """Whatever SymPy or mpmath cannot do, or not in time, is no proof. Raises CheckError for any other Exception."""
    try:
        with deadline(SECONDS):
            yield
    except (CheckError, OpenBoundsError, RecursionError):
        raise
    except OutOfTimeError:
        slow = NoProofError(f"no proof is found in {SECONDS} seconds; put a step in between")
        slow.timeout = True
        raise slow from None
    except Exception as error:
        raise NoProofError(f"SymPy cannot decide this ({type(error).__name__}); put a step in between") from None


def _joined(relations: list[Relation]) -> Iterator[list[Relation]]:
    """The relations of one chain together: in a < b < c the second goes on where the first ends."""
    group: list[Relation] = []
    for step in relations:
        if group and (group[-1].right, group[-1].right.span) != (step.left, step.left.span):
            yield group
            group = []
        group.append(step)
    if group:
        yield group


def _is_condition(step: Relation, definitions: Definitions) -> bool:
    """Whether a relation restricts its letters, as x > 0, 0 < p < 1, |x| < 1 and x ≠ y do; not whether it holds."""
    inner = [step.left, step.right]
    if isinstance(step.left, tree.Absolute):
        inner[0] = step.left.body
    plain: tuple[type, ...] = (
        tree.Name,
        tree.Number,
        tree.Index,
        tree.Negative,
        tree.Plus,
        tree.Group,
        tree.Times,
        tree.Fraction,
    )
    plain = (*plain, tree.Power) if step.operator == "ne" else plain
    if step.operator in ("=", "approx") or not all(isinstance(node, plain) for node in tree.walk(tuple(inner))):
        return False
    if any(isinstance(n, tree.Name) and n.name in definitions for n in tree.walk(step)):
        return False
    try:
        left, right = (Expressions({}).of(side, {}) for side in inner)
    except CheckError:
        return False
    difference = sympy.expand(left - right)
    letters = sorted(difference.free_symbols - {Symbol("t")}, key=str)
    if not letters or not difference.is_polynomial(*letters):
        return False
    return step.operator == "ne" or sympy.Poly(difference, *letters).total_degree() == 1


def _wheres(condition: Relation, read: Any) -> Iterable[Where]:
    """The condition as inequalities with 0."""
    sign = {"<": "gt", ">": "gt", "le": "ge", "ge": "ge", "ne": "ne"}[condition.operator]
    if isinstance(condition.left, tree.Absolute) and sign != "ne" and condition.operator in ("<", "le"):
        (inner, _), (bound, _) = read(condition.left.body), read(condition.right)
        return [Where(bound - inner, sign), Where(bound + inner, sign)]
    (left, _), (right, _) = read(condition.left), read(condition.right)
    return [Where(right - left if condition.operator in ("<", "le") else left - right, sign)]


def _is_so(where: Where, point: dict[Any, Any] | None = None) -> bool:
    value = numeric.value(where.value, point or {})
    if value is None:
        return False
    return bool({"gt": value > 0, "ge": value >= 0, "ne": value != 0}[where.sign])


def _point(letters: list[Symbol], case: dict[Symbol, Expr], shift: int) -> dict[Any, Any]:
    """A value for each letter; those of a case are computed from the new letters that have a sign."""
    free = sorted(
        set().union({s for s in letters if s not in case}, *(way.free_symbols for way in case.values())), key=str
    )
    chosen = {}
    for n, letter in enumerate(free):
        value = POINTS[(shift + 5 * n + shift * n // 7) % len(POINTS)]
        if letter.is_nonnegative:
            value = abs(value)
        if letter.is_nonzero and value == 0:
            value = Rational(4, 3)
        if letter.is_integer:
            value = sympy.ceiling(value)
            value = value or sympy.Integer(1) if letter.is_nonzero else value
        chosen[letter] = value
    return {**chosen, **{letter: way.xreplace(chosen) for letter, way in case.items()}}


def _is_proved(difference: Expr, sign: str) -> bool:
    match sign:
        case "=":
            return vanishes(difference)
        case "ne":
            return holds(difference, True) or holds(-difference, True)
    return holds(difference, sign in ("<", ">"))


def _of_expression(value: Expr) -> frozenset[Where]:
    """Where a SymPy expression is defined, after all that it has simplified."""
    found = set()
    for part in sympy.preorder_traversal(sympy.cancel(value) if value.is_rational_function() else value):
        if part.is_Pow and part.exp.is_number and not part.exp.is_Integer:
            found.add(Where(part.base, "ge" if part.exp.is_positive else "gt"))
        elif part.is_Pow and not (part.exp.is_integer and part.exp.is_nonnegative):
            found.add(Where(part.base, "ne" if part.exp.is_integer else "gt"))
        elif isinstance(part, sympy.log):
            found.add(Where(part.args[0], "gt"))
        elif isinstance(part, sympy.sign | sympy.Heaviside):
            found.add(Where(part.args[0], "ne"))
    return normal(found)
