"""An inequality on a run is attacked: with thousands of networks over four orders of magnitude, then from the worst on.

That no counterexample is found is not a proof, and is said in other words than an equation that was evaluated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial, reduce

import numpy as np
from numpy import ndarray
from numpy.random import Generator

from rnn_notes.checks import draw, tree
from rnn_notes.checks.compare import Sides, compare, show
from rnn_notes.checks.errors import CheckError, ClaimError, FormulaError, NoProofError
from rnn_notes.checks.evaluate import Question
from rnn_notes.checks.network import Network
from rnn_notes.checks.run import Run
from rnn_notes.checks.symbols import Scope
from rnn_notes.checks.tree import walk
from rnn_notes.checks.values import Values

DECADES = 2  # the scales of the arrays are 10 to the power of ± this
SEEN = 1e-9  # by how much of its sides an inequality must be violated: less may be rounding
PATIENCE = 20_000  # nodes evaluated for one network of large sizes
MANY_STEPS = 20  # are left of a network of large sizes that takes too long
PARENTS, CHILDREN, GENERATIONS = 16, 16, 24
SINGLE = 256  # networks with a size of 1
MAX_PRINTED = 120  # of a counterexample that is printed


def attack(question: Question, claim: tree.Relation, run: Run) -> int:
    """The number of networks on which no counterexample is found; raises ClaimError with the numbers of one that is."""
    rng, tried = np.random.default_rng(5), 0
    for sizes, N, generations in _sizes(run):
        try:
            drawn = [draw.networks(run, sizes, rng, N, DECADES)]
            drawn += [_special(draw.networks(run, sizes, rng, N // 4), rng)] if generations else []
            excess = [_excess(question, claim, networks) for networks in drawn]
        except CheckError:
            continue  # so few steps do not have all the indices
        for networks, worst in zip(drawn, excess, strict=True):
            _confirm(question, claim, networks, worst, strictly=networks is not drawn[0])
            tried += networks.N
        networks, worst = drawn[0], excess[0]
        for generation in range(generations):
            networks = _children(networks, np.argsort(-worst)[:PARENTS], 0.6 * 0.9**generation, rng)
            worst = _excess(question, claim, networks)
            tried += networks.N - PARENTS
        _confirm(question, claim, networks, worst)
        if claim.operator == "ne":
            _refuse_crossing(question, claim, drawn)
    tried += _attack_single(question, claim, run, rng)
    if _bounds_by_sizes(run, claim):  # last, since few numbers are better evidence
        patient = replace(question, patience=PATIENCE)
        tried += _attack_large(patient, claim, run.steep if _has_derivatives(run, claim) else run.large)
    return tried


def _refuse_crossing(question: Question, claim: tree.Relation, drawn: Sequence[Network]) -> None:
    """Raise NoProofError if left − right is above 0 in one network and below in another: between them it may be 0."""
    signs: dict[tuple[tuple[str, int], ...], list[ndarray]] = {}
    for networks in drawn:
        values = question.values(networks)
        with np.errstate(all="ignore"):
            for scope, sides in question.each(claim, values, partial(question.sides, claim, values)):
                signs.setdefault(tuple(scope.items()), []).append(np.sign(sides.left - sides.right))
    for found in signs.values():
        sign = np.concatenate(found)
        if ((sign > 0).any(axis=0) & (sign < 0).any(axis=0)).all():
            raise NoProofError("left − right is above 0 in some networks and below in others, so it may be 0 in one")


def _attack_single(question: Question, claim: tree.Relation, run: Run, rng: Generator) -> int:
    """The number of networks of which one size is 1, or all are; raises ClaimError as ``attack`` does."""
    letters, tried = run.sizes.split(), 0
    question = question.for_single(claim, run.family[0])
    for ones in [*letters, letters]:
        sizes = {letter: 1 if letter in ones else 2 + n % 2 for n, letter in enumerate(letters)}
        try:
            networks = replace(draw.networks(run, sizes, rng, SINGLE, DECADES), single=True)
            excess = _excess(question, claim, networks)
        except ValueError:
            continue  # the formulas of a run are not for such sizes, or one step does not have all the indices
        _confirm(question, claim, networks, excess)
        tried += int(np.isfinite(excess).sum())
    return tried


def _attack_large(question: Question, claim: tree.Relation, large: Sequence[Network]) -> int:
    """The number of networks of large sizes that did not take too long; raises ClaimError as ``attack`` does.

    Where all steps of one take too long, it has half as many, and so do the next ones.
    """
    tried, most = 0, max((networks.T for networks in large), default=0)
    for networks in large:
        while True:
            some = networks.up_to(most)
            try:
                _confirm(question, claim, some, _excess(question, claim, some))
                tried += some.N
            except ClaimError:
                raise
            except ValueError:  # it takes too long, or the formulas of a run are not for these sizes
                if some.T >= 2 * MANY_STEPS:
                    most = some.T // 2
                    continue
            break
    return tried


def _bounds_by_sizes(run: Run, claim: tree.Relation) -> bool:
    """Whether sizes may decide: a side is of numbers and sizes, or has a larger number."""
    plain = any(tree.free_names(side) <= {*run.sizes.split(), "pi", "e"} for side in (claim.left, claim.right))
    return plain or any(isinstance(node, tree.Number) and float(node.text) > 2 for node in walk(claim))


def _has_derivatives(run: Run, claim: tree.Relation) -> bool:
    names = tree.free_names(claim)  # delta is that of delta_i
    gradients = any(gradient == name or gradient.startswith(f"{name}_") for gradient in run.gradients for name in names)
    return gradients or any(isinstance(node, tree.Derivative) for node in walk(claim))


def of_sizes(run: Run, claim: tree.Statement) -> bool:
    """Whether a claim speaks of the sizes of a run alone."""
    return isinstance(claim, tree.Relation) and tree.free_names(claim) <= set(run.sizes.split())


def attack_sizes(question: Question, claim: tree.Relation, run: Run) -> int:
    """The number of choices of the sizes for which a claim on them holds; raises ClaimError with one that refutes it.

    Small ones, many of them equal; large ones; and those about the numbers that are printed.
    """
    rng, letters = np.random.default_rng(11), run.sizes.split()
    chosen = [rng.choice(np.arange(2, 60), len(letters), replace=False).tolist() for _ in range(100)]
    chosen += rng.integers(1, 4, (100, len(letters))).tolist()
    printed = {int(node.text) for node in walk(claim) if isinstance(node, tree.Number) and node.text.isdigit()}
    edges = {n + off for n in printed for off in (-1, 0, 1)} | {10**k for k in range(2, 7)}
    for edge in sorted(n for n in edges if 0 < n <= 10**7):
        chosen += [
            [edge] * len(letters),
            *([edge if i == j else 3 for i in range(len(letters))] for j in range(len(letters))),
        ]
    alone, tried = Run(run.name, run.words, run.sizes), 0
    for numbers in chosen:
        sizes = dict(zip(letters, numbers, strict=True))
        patient = replace(question, patience=PATIENCE)
        values = patient.values(Network(alone, sizes, {}))

        def act(scope: Scope, values=values) -> None:  # type: ignore[no-untyped-def]
            sides = question.sides(claim, values, scope)
            if np.isfinite([sides.left, sides.right]).all():  # 2^T is too large for float64 where T is a million
                compare(claim, sides)

        try:
            with np.errstate(all="ignore"):
                patient.each(claim, values, act)
        except ClaimError as error:
            where = ", ".join(f"{name} = {sizes[name]}" for name in letters if name in tree.free_names(claim))
            error.args = (f"for {where}:\n{error}",)
            raise
        except FormulaError:
            if max(numbers) < 60:
                raise
            continue
        tried += 1
    return tried


def _sizes(run: Run) -> Iterator[tuple[dict[str, int], int, int]]:
    """Sizes, how many networks of them, and for how many generations to search on from the worst."""
    letters = run.sizes.split()
    for small in (0, 1):  # few numbers, to be printed and searched
        yield {name: 2 + (small + n) % 2 for n, name in enumerate(letters)}, 1024, GENERATIONS
    for sizes in draw.sizes(run)[::3]:
        yield sizes, 512, 0
    yield {letter: 11 + n for n, letter in enumerate(letters)}, 64, 0


def _special(networks: Network, rng: Generator) -> Network:
    """Networks of small numbers, so that nothing rounds to its bound; many arrays are 0, symmetric, nilpotent, or I."""
    arrays = {}
    kinds = {symbol: rng.integers(0, 5, (networks.N, 1, 1)) for symbol, _ in networks.arrays}
    for (symbol, t), array in networks.arrays.items():
        square = array.shape[1] == array.shape[2]
        symmetric, identity = (array + array.mT, np.eye(array.shape[1])) if square else (array, array / 5)
        kind = kinds[symbol]
        chosen = [np.zeros(1), symmetric / 5, identity, np.triu(array, 1) / 5 if square else array / 5]
        special = np.select([kind == n for n in range(4)], chosen, array / 5)
        arrays[symbol, t] = array if symbol in networks.run.draw else special
    return Network(networks.run, networks.sizes, arrays)


def _excess(question: Question, claim: tree.Relation, networks: Network) -> ndarray:
    """By how much each network violates the claim, of its sides, at the indices where it does so most."""
    values = question.values(networks)
    with np.errstate(all="ignore"):
        found = question.each(claim, values, lambda scope: question.sides(claim, values, scope).excess(claim.operator))
    return reduce(np.maximum, (excess for _, excess in found), np.full(networks.N, -np.inf))


def _children(networks: Network, parents: ndarray, by: float, rng: Generator) -> Network:
    """Each of the parents as it is, and with its arrays scaled and moved at random."""
    index = np.repeat(parents, CHILDREN)
    moves = np.arange(len(index))[:, None, None] % CHILDREN > 0
    arrays = {}
    for (symbol, t), all_of in networks.arrays.items():
        old = all_of[index]
        if symbol not in networks.run.draw:
            size = np.sqrt(np.mean(old**2, axis=(1, 2), keepdims=True))
            noise = size * rng.normal(size=old.shape) * (rng.random(old.shape) < 0.5)
            old = np.where(moves, old * np.exp(by * rng.normal(size=size.shape)) + by * noise, old)
        arrays[symbol, t] = old
    return Network(networks.run, networks.sizes, arrays)


def _confirm(
    question: Question, claim: tree.Relation, networks: Network, excess: ndarray, strictly: bool = False
) -> None:
    """Raise ClaimError if one of the networks, the worst or one of the others, is a counterexample beyond rounding.

    If ``strictly``, equal sides are one of <, and of ≠, whose only one they are. Elsewhere they may come from rounding,
    as where a gate rounds to 1.
    """
    touching = strictly and claim.operator in ("<", ">", "ne")
    order = np.argsort(-excess)
    found = order[excess[order] > (-SEEN if touching else SEEN)]
    spread = found[np.linspace(0, len(found) - 1, 6).astype(int)] if len(found) else found  # the worst may be rounding
    for number in dict.fromkeys([*found[:3], *spread]):
        network = networks.twins(int(number))
        act = partial(_counterexample, question, claim, touching, values := question.values(network))
        with np.errstate(all="ignore"):
            cases = [(scope, sides) for scope, sides in question.each(claim, values, act) if sides]
        if cases:
            scope, sides = max(cases, key=lambda case: case[1].excess(claim.operator)[0])
            at = ", ".join(f"{name} = {value}" for name, value in scope.items())
            message = f"a counterexample{at and f' at {at}'}:\n{sides.show()}\n{_numbers(network)}"
            raise ClaimError(message).placed(claim)


def _counterexample(
    question: Question, claim: tree.Relation, touching: bool, values: Values, scope: Scope
) -> Sides | None:
    """Both sides, if the first network refutes the claim there, beyond rounding, or with ``touching`` within it."""
    sides, sign = question.sides(claim, values, scope), claim.operator
    over, slack = sides.left[0] - sides.right[0], sides.slack()
    if sign == "ne":
        return sides if touching and np.all(np.abs(over) <= slack) else None
    over = over if sign in ("<", "le") else -over
    return sides if np.any(over >= -slack if touching else over > slack) else None


def _numbers(network: Network) -> str:
    """The numbers of a network, or if they are many, how large its arrays are."""
    many = sum(array[0].size for array in network.arrays.values()) > MAX_PRINTED
    lines = [f"in a network of {', '.join(f'{name} = {size}' for name, size in network.sizes.items())}"]
    for (symbol, t), array in network.arrays.items():
        name = symbol if t is None else f"{symbol}_{t}"
        lines.append(f"‖{name}‖ = {np.linalg.norm(array[0]):.4g}" if many else f"{name} = {_flat(array[0])}")
    return "\n".join(lines)


def _flat(array: ndarray) -> str:
    return show(array if array.size > 1 else array[0, 0]).replace("\n", " ").replace("       ", "")
