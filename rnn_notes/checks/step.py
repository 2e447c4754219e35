"""One step of a chain: both sides in SymPy, tried at points, then compared in their domains, then proved."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import Expr, Rational, Symbol

from rnn_notes.checks import numeric, tree
from rnn_notes.checks.domain import Where, missing, normal, suppositions
from rnn_notes.checks.errors import ClaimError, FormulaError, NoProofError, OpenBoundsError
from rnn_notes.checks.expressions import Expressions
from rnn_notes.checks.inequalities import holds, unified, vanishes, with_any_extreme
from rnn_notes.checks.opaque import Opaque
from rnn_notes.checks.rounding import allowed
from rnn_notes.checks.tree import Relation

FRACTIONS = "3/7 -5/11 9/4 -7/3 0 1 -1 23/5 -31/6 1/50 12 -12 2/3 -3/2 5 -1/9 7/2 -20 100 -100 1000"
POINTS = [Rational(point) for point in FRACTIONS.split()]
SIGNS = {"=": "=", "<": "<", ">": ">", "le": "≤", "ge": "≥", "approx": "≈", "ne": "≠"}


@dataclass
class Proof:
    """What was shown: the number of steps, and what a reader has to know besides."""

    steps: int = 0
    notes: list[str] = field(default_factory=list)

    def note(self, *words: str) -> None:
        self.notes += [word for word in words if word not in self.notes]


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
        self.met = [where for where in met if where.value.free_symbols and where.value.free_symbols <= letters]

    @classmethod
    def of(cls, claim: Relation, reader: Expressions, conditions: Iterable[Relation] = ()) -> "Step":
        """Read a claim; raises CheckError, or OpenBoundsError for a sum to a letter without value."""
        left, right = _read(claim.left, reader), _read(claim.right, reader)
        met = [where for condition in conditions for where in wheres(condition, reader)]
        said = normal(where for where in met if where.value.free_symbols)
        if missing(normal(reader.apart), said):
            raise OpenBoundsError(reader.symbolic)  # for each n there is no case apart
        for where, letter in reader.powers.items():
            continuous = where.sign == "ne" and claim.operator == "="  # so it holds at 0 too, if defined
            if not continuous and missing(normal([where]), said):
                way_out = f"say so in the display, , \\quad {where.words(latex=True)}"
                way_out += f", or write '% given: {letter} is an integer' below the mark" if letter else ""
                power = f"a power to any number {letter}".strip()
                raise FormulaError(f"{power} is meant for {where.words()} alone; {way_out}").placed(claim)
        return cls(claim, left, right, met, reader.held)

    def refute(self) -> None:
        """Raise ClaimError with a counterexample, if one is found."""
        if self.claim.operator != "approx":
            self._try(self._cases())

    def _cases(self) -> list[dict[Symbol, Expr]]:
        """The letters as the conditions, and then the domains of both sides, allow them."""
        found = []
        for outer in suppositions(self.met):
            for inner in suppositions(normal(w.mapped(outer) for domain in self.domains for w in domain)):
                found.append({**{letter: way.xreplace(inner) for letter, way in outer.items()}, **inner})
        return found

    def prove(self, proof: Proof, within: float | None) -> None:
        """Refute or prove the claim. Raises CheckError."""
        if self.claim.operator == "approx":
            self._round(within)
            return
        natural = [normal(domain) for domain in self.domains]
        cases = self._cases()
        compared = self._try(cases)
        defined = self._compare_domains(natural)
        sign = self.claim.operator
        difference = self.left - self.right if sign in (">", "ge") else self.right - self.left
        for case in cases:
            if not _is_proved(difference.xreplace(case), sign):
                if sign == "=":
                    self._tell_apart()
                raise NoProofError(
                    f"{compared} points agree but no proof of {SIGNS[sign]} is found; put a step in between"
                )
        if defined:
            proof.note(f"where both sides are defined: {', '.join(sorted(where.words() for where in defined))}")
        if self.held:
            proof.note(f"with {', '.join(sorted(self.held))} held constant in the derivative")

    def _tell_apart(self) -> None:
        """Raise ClaimError for numbers so near to each other that few digits are the same, if more digits tell."""
        off = []
        for digits in (numeric.MORE, 4 * numeric.MORE):
            a, b = (numeric.value(side, {}, digits) for side in (self.left, self.right))
            if a is None or b is None:
                return
            with mpmath.workdps(digits):
                off.append(abs(a - b))
        if abs(off[0] - off[1]) < off[1] / 10:  # so it is not what was lost on the way
            raise ClaimError(f"the sides differ by {mpmath.nstr(off[1], 3)}")

    def _round(self, within: float | None) -> None:
        a, b = (numeric.value(side, {}) for side in (self.left, self.right))
        if self.left.free_symbols or a is None or b is None:
            raise FormulaError("≈ compares numbers; there is a letter without a value").placed(self.claim)
        if abs(a - b) > float(np.max(allowed(self.claim, np.array(float(b)), within))) * (1 + 1e-12):
            raise ClaimError("left is {}, right is {}".format(*_shown(a, b)))

    def _try(self, cases: list[dict[Symbol, Expr]]) -> int:
        """The number of points at which the claim holds; raises ClaimError at one where it does not."""
        shown = (self.left.free_symbols | self.right.free_symbols) - self.opaque.letters
        letters = sorted(shown | self.opaque.inner, key=str)
        compared = 0
        for case, shift in itertools.product(cases, range(len(POINTS) if letters else 1)):
            point = _point(letters, case, shift)
            point = {**self.opaque.values(point), **point}
            if not all(_is_so(where, point) for where in self.met):
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
                left_is, right_is = _shown(a, b)
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

    def _compare_domains(self, natural: list[frozenset[Where]]) -> frozenset[Where]:
        """The values for which both sides are defined, where the display need not say so; else raise FormulaError."""
        known = suppositions(self.met)
        if self.claim.operator == "=":
            wanted = [(natural[0], natural[1]), (natural[1], natural[0])]
        else:  # an inequality is meant where both sides are defined, if it is still seen where that is
            seen = [_of_expression(side) for side in (self.left, self.right)]
            wanted = [(natural[0] | natural[1], seen[0] | seen[1])]
        lost = []
        for needed, other in wanted:
            for where in sorted(needed, key=str):
                for case in known:
                    there = normal([*(w.mapped(case) for w in other), *(w.mapped(case) for w in self.met)])
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
            if any(missing(normal([where.mapped(case)]), normal(w.mapped(case) for w in self.met)) for case in known)
        )


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
    if sign == "=":
        return any(vanishes(unified(form)) for form in dict.fromkeys((with_any_extreme(difference), difference)))
    difference = unified(difference)
    match sign:
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


def _read(node: tree.Node, reader: Expressions) -> tuple[Expr, set[Where]]:
    reader.domain = set()
    return reader.of(node, {}), reader.domain


def is_meant(conditions: Iterable[Relation], reader: Expressions) -> bool:
    """Whether the counting letters meet the conditions that speak of them alone."""
    met = [where for condition in conditions for where in wheres(condition, reader)]
    return all(_is_so(where) for where in met if not where.value.free_symbols)


def wheres(condition: Relation, reader: Expressions) -> list[Where]:
    """The condition as inequalities with 0."""
    sign = {"<": "gt", ">": "gt", "le": "ge", "ge": "ge", "ne": "ne"}[condition.operator]
    if isinstance(condition.left, tree.Absolute) and sign != "ne" and condition.operator in ("<", "le"):
        (inner, _), (bound, _) = _read(condition.left.body, reader), _read(condition.right, reader)
        return [Where(bound - inner, sign), Where(bound + inner, sign)]
    (left, _), (right, _) = _read(condition.left, reader), _read(condition.right, reader)
    return [Where(right - left if condition.operator in ("<", "le") else left - right, sign)]


def _shown(a: Any, b: Any) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart."""
    pairs = [(mpmath.nstr(a, digits), mpmath.nstr(b, digits)) for digits in (12, 20, 30)]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])
