"""Vector equations, evaluated on networks at every value of their free indices.

Every free time index takes the values 1 … T, unless a condition (s < t, in the display or in its mark) or a range
(t = 1, …, T) says otherwise; a symbol that is asked for a step outside its range makes the claim fail.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from rnn_notes.checks import tree
from rnn_notes.checks.arrays import shape
from rnn_notes.checks.compare import Sides, compare
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.indices import resolve
from rnn_notes.checks.tape import Network, Series
from rnn_notes.checks.tree import CheckError, ClaimError, FormulaError, Index, Name, Number, Statement, walk
from rnn_notes.checks.values import Scope, Unbound, Values


@dataclass
class Found:
    """What is left to say about statements that hold on a network."""

    sizes: dict[str, int]
    indices: dict[str, set[int]] = field(default_factory=dict)  # the values that each free index took
    cases: int = 0
    difference: float | None = None  # of the sides of =, at most


@dataclass(frozen=True)
class Question:
    """Statements that are claimed, and the conditions under which they are."""

    claims: tuple[Statement, ...]
    conditions: tuple[Statement, ...]  # those of the display and those of the mark
    hidden: tuple[Statement, ...]  # those of the mark
    letters: frozenset[str]  # what may be a free index
    definitions: Definitions
    within: float | None = None
    down: frozenset[tree.Big] = frozenset()  # the products that count down

    @classmethod
    def of(
        cls,
        statements: tuple[Statement, ...],
        hidden: tuple[Statement, ...],
        network: Network,
        definitions: Definitions,
        within: float | None = None,
    ) -> "Question":
        """Tell conditions from claims; the symbols are those of the network. Raises FormulaError."""
        statements, hidden = resolve((statements, hidden), network.symbols)
        symbols = {node.name for node in walk(statements) if isinstance(node, Name)} & set(network.symbols)
        for name in sorted(symbols & set(definitions)):
            raise FormulaError(f"{name} is a symbol of this run and defined on the page too; take another letter")
        letters = _letters((*statements, *hidden)) - set(network.symbols)
        shown = tuple(statement for statement in statements if _is_condition(statement, letters))
        claims = tuple(statement for statement in statements if statement not in shown)
        for condition in (*shown, *hidden):
            if not any(_concerns(condition, claim) for claim in claims):
                names = ", ".join(sorted(_indices(condition)))
                raise FormulaError(f"there is a condition on {names} but no formula with {names}").placed(condition)
        if within is not None and not any(isinstance(c, tree.Relation) and c.operator == "approx" for c in claims):
            raise FormulaError("'within' is the tolerance of ≈, which is not in the formula")
        question = cls(claims, (*hidden, *shown), hidden, frozenset(letters), definitions, within)
        return replace(question, down=question._down(network))

    def _down(self, network: Network) -> frozenset[tree.Big]:
        """The products that count down, which is seen where they have several factors; raises FormulaError if nowhere.

        A reader sees which way Π from k = t to s + 1 counts, and that it is empty at s = t, from where s stands else.
        """
        values, spans = self.values(network), dict[tree.Big, set[tuple[int, int]]]()

        def act(scope: Scope) -> None:
            for product, first, last in values.products(claim, scope):
                spans.setdefault(product, set()).add((first, last))

        for claim in self.claims:
            if any(isinstance(node, tree.Big) and node.operator == "product" for node in walk(claim)):
                self.each(claim, values, act)
        for product, ends in spans.items():
            least, most = (f(ends, key=lambda end: end[1] - end[0]) for f in (min, max))
            if least[1] - least[0] == -1 and most[1] - most[0] < 2:
                raise FormulaError(
                    f"this product runs from {least[0]} to {least[1]}: counting down, it has these two factors; "
                    "counting up, it is empty; write the factors out, or give it bounds that show which"
                ).placed(product)
            if least[1] - least[0] < -1 and most[1] - most[0] > 1:
                both = f"from {least[0]} to {least[1]} and from {most[0]} to {most[1]}"
                raise FormulaError(f"this product would run {both}, down and up; say for which indices it is meant")
        return frozenset(p for p, ends in spans.items() if min(last - first for first, last in ends) < -1)

    def on(self, network: Network) -> Found:
        """Check all claims on a network. Raises ClaimError with the numbers for what does not hold, FormulaError."""
        found = Found(network.sizes)
        with np.errstate(all="ignore"):  # what is not finite is reported with its place
            for claim in self.claims:
                self._check(claim, network, found)
        return found

    def values(self, network: Network) -> Values:
        """A reader of formulas on this network."""
        values = Values(network, dict.fromkeys(self.letters, range(network.T + 1)), self.definitions)
        values.down = self.down
        values.free = {letter: self._steps(letter, values) for letter in self.letters}
        return values

    def each(self, claim: Statement, values: Values, act: Callable[[Scope], None], scope: Scope | None = None) -> None:
        """Act for all values of the free indices of a claim that meet its conditions."""
        scope = scope or {}
        try:
            if all(_met(condition, values, scope) for condition in self.conditions if _concerns(condition, claim)):
                act(scope)
        except Unbound as index:
            for value in self._entries(index, claim, values, scope):
                self.each(claim, values, act, {**scope, index.name: value})
        except CheckError as error:
            error.placed(claim)
            if not isinstance(error, ClaimError):
                raise
            where = ", ".join(f"{name} = {value}" for name, value in scope.items())
            raise ClaimError(f"{where and f'at {where}:'}\n{error}".strip(), error.at) from None

    def _entries(self, index: Unbound, claim: Statement, values: Values, scope: Scope) -> list[int]:
        """The values of an index: the numbers of the entries, if it picks entries anywhere in the claim."""
        for node in walk(claim):
            if isinstance(node, Index) and Name(index.name) in node.at:
                try:
                    values.of(node, scope)
                except Unbound as other:
                    if other.name == index.name and other.values != values.free.get(index.name):
                        return list(other.values)
                except CheckError:
                    continue
        return list(index.values)

    def _check(self, claim: Statement, network: Network, found: Found) -> None:
        values, scopes = self.values(network), []

        def act(scope: Scope) -> None:
            difference = self._holds(claim, values, scope)
            found.difference = difference if difference is None else max(found.difference or 0.0, difference)
            scopes.append(scope)

        self.each(claim, values, act)
        if not scopes:
            raise ClaimError("no values of the indices meet the conditions").placed(claim)
        found.cases += len(scopes)
        for name in scopes[0]:
            found.indices.setdefault(name, set()).update(scope[name] for scope in scopes)

    def _holds(self, claim: Statement, values: Values, scope: Scope) -> float | None:
        """The largest difference of the two sides of =, if the claim holds here; else raises ClaimError."""
        if isinstance(claim, tree.Member):
            wanted = tuple(values.whole(size, scope) for size in claim.dimensions)
            for item in claim.items:
                symbol = values.network.symbols.get(item.name) if isinstance(item, Name) else None
                value = symbol.at(symbol.first) if isinstance(symbol, Series) else values.of(item, scope)
                if shape(value) != ((*wanted, 1) if len(wanted) == 1 else wanted):
                    raise ClaimError(f"the shape is {shape(value)}, not {wanted}").placed(item)
            return None
        assert isinstance(claim, tree.Relation)
        return compare(claim, self.sides(claim, values, scope), self.within)

    def sides(self, claim: tree.Relation, values: Values, scope: Scope) -> Sides:
        """Both sides of a relation for these indices."""
        return Sides.of(claim, values.of(claim.left, scope), values.of(claim.right, scope))

    def _steps(self, letter: str, values: Values) -> range:
        """What the conditions choose from: the range of an index, or 1 … T, or 0 … T if a condition on it names 0."""
        first = 1
        for condition in self.conditions:
            if isinstance(condition, tree.Range) and condition.index == letter:
                try:
                    return range(values.whole(condition.low, {}), values.whole(condition.high, {}) + 1)
                except Unbound:  # it depends on another index; the condition itself will choose
                    first = 0
            elif {Name(letter), Number("0")} <= set(walk(condition)) and isinstance(condition, tree.Relation):
                first = 0
        return range(first, values.network.T + 1)


def evaluate(
    statements: tuple[Statement, ...],
    network: Network,
    conditions: tuple[Statement, ...] = (),
    within: float | None = None,
    definitions: Definitions | None = None,
) -> Found:
    """Evaluate all statements on one network; those that speak of indices alone are conditions of the others.

    ``within`` is the tolerance of ≈; without it, that is half a unit of the last digit printed.
    Raises FormulaError for what cannot be evaluated, ClaimError with the numbers for what does not hold.
    """
    return Question.of(statements, conditions, network, definitions or {}, within).on(network)


def _letters(statements: tuple[Statement, ...]) -> set[str]:
    """The names that may be free indices: those in a subscript or a range."""
    subscripts = tuple(node.at for node in walk(statements) if isinstance(node, Index))
    ranges = {node.index for node in walk(statements) if isinstance(node, tree.Range)}
    return ranges | {node.name for node in walk(subscripts) if isinstance(node, Name)}


def _is_condition(statement: Statement, letters: set[str]) -> bool:
    """Whether a statement speaks of indices and T alone, as s < t."""
    parts = list(walk(statement))
    names = {part.name for part in parts if isinstance(part, Name)}
    plain = not any(isinstance(part, Index | tree.Call) for part in parts)
    return isinstance(statement, tree.Range) or (plain and bool(names & letters) and names <= letters | {"T"})


def _indices(condition: Statement) -> set[str]:
    return tree.free_names(condition) - {"T"} | ({condition.index} if isinstance(condition, tree.Range) else set())


def _concerns(condition: Statement, claim: Statement) -> bool:
    """A condition on s and t says nothing of a claim with t alone: that one has to hold for every t."""
    return _indices(condition) <= tree.free_names(claim)


def _met(condition: Statement, values: Values, scope: Scope) -> bool:
    match condition:
        case tree.Range(index, low, high):
            return values.whole(low, scope) <= values.whole(Name(index), scope) <= values.whole(high, scope)
        case tree.Relation(left, sign, right) if sign != "approx":
            a, b = values.whole(left, scope), values.whole(right, scope)
            return {"=": a == b, "<": a < b, ">": a > b, "le": a <= b, "ge": a >= b, "ne": a != b}[sign]
    raise FormulaError("a condition compares indices, as in s<t")
