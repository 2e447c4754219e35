"""Draws the networks that stand for a run: so different that only what holds for the formulas holds in all of them."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
from numpy import ndarray
from numpy.random import Generator

from rnn_notes.checks.network import Network
from rnn_notes.checks.tape import Formulas, Place

# Of the networks of a family: T, and the other sizes in the order of the run. They are unrelated: no sum of products of
# these and small whole numbers is zero in every row, and any two of them occur in either order somewhere.
STEPS = (6, 5, 7, 5, 9, 8, 6)
SIZES = (
    (3, 5, 2, 7, 4, 8, 9),
    (7, 2, 6, 3, 9, 4, 8),
    (2, 4, 9, 5, 3, 6, 8),
    (8, 7, 3, 2, 6, 9, 4),
    (4, 3, 5, 8, 2, 7, 6),
    (5, 9, 4, 6, 7, 2, 3),
    (9, 8, 7, 4, 5, 3, 2),
)


def sizes(run: Formulas) -> list[dict[str, int]]:
    """The sizes of each network of the family."""
    letters = [letter for letter in run.sizes.split() if letter != "T"]
    steps = {"T": STEPS} if "T" in run.sizes.split() else {}
    return [
        {**{name: of[row] for name, of in steps.items()}, **dict(zip(letters, SIZES[row], strict=False))}
        for row in range(len(SIZES))
    ]


def family(run: Formulas) -> list[Network]:
    """One network of each of the sizes; each array is small in some of them and large in others."""
    rng, rows = np.random.default_rng(7), len(SIZES)

    def drawn() -> list[Network]:
        orders = {symbol: rng.permutation(rows) for symbol in (*run.parameters, *run.given, *run.start)}
        exponents = [{s: (2 * order[row] + 1) / rows - 1 for s, order in orders.items()} for row in range(rows)]
        return [networks(run, of, rng, exponents=e) for of, e in zip(sizes(run), exponents, strict=True)]

    found = drawn()
    for symbol in marks(run, found):
        found += drawn() if len(found) == rows else []
        mix(run, found, symbol, rng)
    return found


def marks(run: Formulas, family: list[Network]) -> list[str]:
    """The given series of numbers that have but two values, as 0 and 1 of a mask."""
    scalars = [symbol for symbol, words in run.given.items() if symbol in run.draw and not words.split()]
    return [
        s for s in scalars if len({float(a.flat[0]) for n in family for (o, _), a in n.arrays.items() if o == s}) == 2
    ]


def mix(run: Formulas, family: list[Network], symbol: str, rng: Generator) -> None:
    """Draw marks again until, at any three steps that a formula may name, all eight combinations occur.

    Else a formula with the mark of another step would hold where, by chance, the two are alike in the whole family.
    """
    named = [1, 2, 3, 4, -1, 0]  # from the first step on, and T − 1 and T

    def missing() -> int:
        rows = [[float(n.arrays[symbol, t if t > 0 else n.T + t].flat[0]) for t in named] for n in family]
        return sum(8 - len({tuple(row[k] for k in three) for row in rows}) for three in combinations(range(6), 3))

    least = missing()
    for _ in range(10_000 if least else 0):
        network = family[rng.integers(len(family))]
        place = (symbol, int(rng.integers(1, network.T + 1)))
        before = network.arrays[place]
        network.arrays[place] = run.drawn(symbol, rng, (1, 1))[None]
        if (now := missing()) > least:
            network.arrays[place] = before
        least = min(now, least)
        if not least:
            break


def large(run: Formulas, derivatives: bool = False) -> Iterator[Network]:
    """Networks of which one size is large, or all are: matrices orthogonal, as drawn, and as nothing beside biases."""
    rng, letters = np.random.default_rng(13), run.sizes.split()
    shapes = {**run.parameters, **run.given, **run.start}
    square = {letter for letter in letters if f"{letter} {letter}" in shapes.values()}
    most = {letter: 300 if derivatives else 400 if letter in square else 2000 for letter in letters}
    most |= {"T": 40 if derivatives else 200} if "T" in letters else {}
    chosen = [{**dict.fromkeys(letters, 3), letter: size} for letter, size in most.items()]
    chosen += [] if derivatives else [{letter: 200 if letter == "T" else 60 for letter in letters}]
    for sizes in chosen:
        for matrices, others in ((-4.0, -4.0), (1.0, 1.0), (4.0, 4.0), (-4.0, 4.0)):
            exponents = {symbol: matrices if " " in words else others for symbol, words in shapes.items()}
            drawn = networks(run, sizes, rng, 1 if derivatives else 2, exponents=exponents)
            yield _orthogonal(drawn) if others < 0 else drawn


def _orthogonal(drawn: Network) -> Network:
    """The networks with matrices that are orthogonal, or have orthogonal columns or rows, but for a factor."""
    arrays = {}
    for (symbol, t), array in drawn.arrays.items():
        if symbol not in drawn.run.draw and min(array.shape[1:]) > 1:
            turned = array.shape[1] < array.shape[2]
            columns = np.linalg.qr(array.mT if turned else array)[0] * np.std(array)
            array = columns.mT if turned else columns
        arrays[symbol, t] = array
    return Network(drawn.run, drawn.sizes, arrays)


def networks(
    run: Formulas,
    sizes: Mapping[str, int],
    rng: Generator,
    N: int = 1,
    decades: float = 0.4,
    exponents: Mapping[str, float] | None = None,
) -> Network:
    """N networks of these sizes; every array of each is normal, of a scale of its own over ± so many decades.

    ``exponents`` from -1 to 1 fix the scales; else they are random, and in some networks the same for all arrays.
    """
    common = 10 ** rng.uniform(-decades, decades, (N, 1, 1)) * (rng.random((N, 1, 1)) < 0.3)

    arrays: dict[Place, ndarray] = {}
    for symbol, words, steps in run.arrays(sizes.get("T", 0)):
        shape = run.shape(words, sizes)
        if symbol in run.draw:
            arrays |= {(symbol, t): np.stack([run.drawn(symbol, rng, shape) for _ in range(N)]) for t in steps}
            continue
        scale = np.where(common, common, 10 ** rng.uniform(-decades, decades, (N, 1, 1)))
        if exponents is not None:
            scale = np.array(10 ** (decades * exponents[symbol]))
        arrays |= {(symbol, t): scale / np.sqrt(shape[1]) * rng.normal(size=(N, *shape)) for t in steps}
    return Network(run, dict(sizes), arrays)
