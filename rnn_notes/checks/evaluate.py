"""Vector equations, evaluated on networks at every value of their free indices.

Every free time index takes the values 1 … T, unless a condition (s < t, in the display or in its mark) or a range
(t = 1, …, T) says otherwise; a symbol that is asked for a step outside its range makes the claim fail.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import Any

import numpy as np

from rnn_notes.checks import latex, tree
from rnn_notes.checks.arrays import shape
from rnn_notes.checks.compare import Sides, compare
from rnn_notes.checks.conditions import collapsed, concerns, indices_of, is_condition, letters_in, met, steps, visible
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.errors import CheckError, ClaimError, FormulaError
from rnn_notes.checks.indices import counting, resolve
from rnn_notes.checks.network import Network, Series
from rnn_notes.checks.symbols import Scope, Unbound
from rnn_notes.checks.tree import Index, Name, Statement, walk
from rnn_notes.checks.values import MAX_NODES, Values


@dataclass
class Found:
    """What is left to say about statements that hold on a network."""

    sizes: dict[str, int]
    scopes: dict[int, list[Scope]] = field(default_factory=dict)  # of each claim, the values that its free indices took
    differences: list[float] = field(default_factory=list)  # of the sides of =
    seen: dict[tuple[tree.Node, int], bool] = field(default_factory=dict)  # each term, case or function, or not

    @property
    def difference(self) -> float | None:
        """Of the sides of =, at most."""
        return max(self.differences, default=None)

    @property
    def cases(self) -> int:
        """How often a claim was checked."""
        return sum(map(len, self.scopes.values()))

    @property
    def indices(self) -> dict[str, set[int]]:
        """The values that each free index took."""
        found: dict[str, set[int]] = {}
        for scope in (scope for scopes in self.scopes.values() for scope in scopes):
            for name, value in scope.items():
                found.setdefault(name, set()).add(value)
        return found


@dataclass(frozen=True)
class Question:
    """Statements that are claimed, and the conditions under which they are."""

    claims: tuple[Statement, ...]
    conditions: tuple[Statement, ...]  # those of the display and those of the mark
    hidden: tuple[Statement, ...]  # those of the mark
    letters: set[str]  # what may be a free index
    sizes: set[str]  # the letters of the run's sizes
    definitions: Definitions
    within: float | None = None
    down: frozenset[tree.SumOrProduct] = frozenset()  # the products that count down
    rows: bool = False  # whether vectors are rows on this page
    by_entries: bool = False  # whether columns are divided, to see what comes of it
    patience: int = MAX_NODES  # how many nodes are evaluated at most
    numbers: dict[tree.Node, bool] | None = None  # which parts are numbers, and no arrays, whatever the sizes
    branches: dict[tuple[tree.Node, int], bool] | None = None  # whether each side of a maximum or |x| was met

    @classmethod
    def of(
        cls,
        statements: tuple[Statement, ...],
        hidden: tuple[Statement, ...],
        network: Network,
        definitions: Definitions,
        within: float | None = None,
        rows: bool = False,
    ) -> "Question":
        """Tell conditions from claims; the symbols are those of the network. Raises FormulaError."""
        statements, hidden = resolve((statements, hidden), network.symbols, definitions)
        for statement in statements:
            latex.refuse_same(statement)
        symbols = {node.name for node in walk(statements) if isinstance(node, Name)} & set(network.symbols)
        for name in sorted(symbols & set(definitions)):
            raise FormulaError(f"{name} is a symbol of this run and defined on the page too; take another letter")
        everything, sizes = (*statements, *hidden), set(network.sizes)
        letters = letters_in(everything) - (set(network.symbols) - counting(everything, network.symbols))
        shown = tuple(statement for statement in statements if is_condition(statement, letters, sizes))
        claims = tuple(statement for statement in statements if statement not in shown)
        visible(hidden)
        for condition in (*shown, *hidden):
            if not any(concerns(condition, claim, sizes) for claim in claims):
                names = ", ".join(sorted(indices_of(condition, sizes)))
                raise FormulaError(f"there is a condition on {names} but no formula with {names}").placed(condition)
        question = cls(claims, (*hidden, *shown), hidden, letters, sizes, definitions, within, rows=rows)
        return replace(question, down=question._down(network))

    def _down(self, network: Network) -> frozenset[tree.SumOrProduct]:
        """The products that count down, which is seen where they have several factors; raises FormulaError if nowhere.

        A reader sees which way Π from k = t to s + 1 counts, and that it is empty at s = t, from where else s occurs.
        """
        values, spans = self.values(network), dict[tree.SumOrProduct, set[tuple[int, int]]]()

        def act(scope: Scope) -> list[tuple[tree.SumOrProduct, int, int]]:
            return [*values.products(claim, scope)]

        for claim in self.claims:
            said = (claim, *(definition.body for definition in self.definitions.values()))
            if any(isinstance(node, tree.SumOrProduct) and node.operator == "product" for node in walk(said)):
                for product, first, last in chain.from_iterable(found for _, found in self.each(claim, values, act)):
                    spans.setdefault(product, set()).add((first, last))
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
            for number, claim in enumerate(self.claims):
                values = self.values(network)
                held = self.each(claim, values, partial(self._holds, claim, values))
                if not held:
                    raise ClaimError("no values of the indices meet the conditions").placed(claim)
                found.scopes[number] = [scope for scope, _ in held]
                found.differences += [difference for _, difference in held if difference is not None]
                for part, seen in values.seen.items():
                    found.seen[part] = seen or found.seen.get(part, False)
        return found

    def values(self, network: Network) -> Values:
        """A reader of formulas on this network."""
        values = Values(network, dict.fromkeys(self.letters, range(network.T + 1)), self.definitions, self.rows)
        values.down, values.by_entries, values.most = self.down, self.by_entries, self.patience
        values.numbers, values.branches = self.numbers, self.branches
        values.free = {letter: steps(letter, self.conditions, values) for letter in self.letters}
        return values

    def for_single(self, claim: tree.Relation, network: Network) -> "Question":
        """The question for networks with sizes of 1, where arrays look like numbers; which are, a larger one shows."""
        question = replace(self, numbers={})
        values = question.values(network)
        with np.errstate(all="ignore"):
            question.each(claim, values, partial(question.sides, claim, values))
        return question

    def each(
        self, claim: Statement, values: Values, act: Callable[[Scope], Any], scope: Scope | None = None
    ) -> list[tuple[Scope, Any]]:
        """All values of the free indices of a claim that meet its conditions, each with what ``act`` gives for them."""
        scope = scope or {}
        try:
            meant = all(met(c, values, scope) for c in self.conditions if concerns(c, claim, self.sizes))
            return [(scope, act(scope))] if meant else []
        except Unbound as unbound:
            index = self._first(unbound, claim, values, scope)
            scopes = [{**scope, index.name: value} for value in index.values]
            return [found for inner in scopes for found in self.each(claim, values, act, inner)]
        except CheckError as error:
            error.placed(claim)
            if not isinstance(error, ClaimError):
                raise
            where = ", ".join(f"{name} = {value}" for name, value in scope.items())
            raise ClaimError(f"{where and f'at {where}:'}\n{error}".strip(), error.at) from None

    def _first(self, index: Unbound, claim: Statement, values: Values, scope: Scope) -> Unbound:
        """The index to bind first: this one, over the entries that it picks anywhere in the claim, or one before it."""
        free = tree.free_names(claim)
        for node in walk(claim):
            if isinstance(node, Index) and Name(index.name) in node.at and tree.free_names(node) <= free:
                try:
                    values.of(node, scope)
                except Unbound as other:
                    return other
                except CheckError:
                    continue
        return index

    def sound(self, found: Sequence[Found]) -> None:
        """Refuse what was not checked although it seems to be.

        Conditions of the mark that leave a single value of an index, or of two together; terms below rounding; a
        case that never holds.
        """
        for number, claim in enumerate(self.claims):
            names = set().union(*(indices_of(c, self.sizes) for c in self.hidden if concerns(c, claim, self.sizes)))
            cases = [(scope, each.sizes) for each in found for scope in each.scopes[number]]
            collapsed(claim, sorted(names), cases)
        for node, number in {part for each in found for part in each.seen}:
            if any(each.seen.get((node, number)) for each in found):
                continue
            if isinstance(node, tree.Plus):
                small = "this term is so small beside the others that rounding hides it; nothing would be checked of it"
                raise FormulaError(small).placed(node.terms[number])
            if isinstance(node, tree.Call | tree.Power):
                rounded = "this is so near to 0, 1 or -1 that it is rounded to it; nothing would be checked of it"
                raise FormulaError(rounded).placed(node)
            if isinstance(node, tree.Cases) and node in walk(
                self.claims
            ):  # and not in a definition, which may be for more than this
                never = "this case holds for no index and in no network of the run; nothing would be checked of it"
                raise FormulaError(never).placed(node.values[number])

    def _holds(self, claim: Statement, values: Values, scope: Scope) -> float | None:
        """The largest difference of the two sides of =, if the claim holds here; else raises ClaimError."""
        if isinstance(claim, tree.Membership):
            wanted = tuple(values.whole(size, scope) for size in claim.dimensions)
            vector = (1, *wanted) if values.rows else (*wanted, 1)
            for item in claim.items:
                symbol = values.network.symbols.get(item.name) if isinstance(item, Name) else None
                value = symbol.at(symbol.first) if isinstance(symbol, Series) else None
                value = values.of(item, scope) if value is None else values.turn(value)
                if shape(value) != (vector if len(wanted) == 1 else wanted):
                    raise ClaimError(f"the shape is {shape(value)}, not {wanted}").placed(item)
            return None
        assert isinstance(claim, tree.Relation)
        return compare(claim, self.sides(claim, values, scope), self.within)

    def sides(self, claim: tree.Relation, values: Values, scope: Scope) -> Sides:
        """Both sides of a relation for these indices."""
        return Sides.of(claim, values.of(claim.left, scope), values.of(claim.right, scope))


def evaluate(
    statements: tuple[Statement, ...],
    network: Network,
    conditions: tuple[Statement, ...] = (),
    definitions: Definitions | None = None,
) -> Found:
    """Evaluate all statements on one network; those that speak of indices alone are conditions of the others.

    Raises FormulaError for what cannot be evaluated, ClaimError with the numbers for what does not hold.
    """
    return Question.of(statements, conditions, network, definitions or {}).on(network)
