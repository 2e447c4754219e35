"""A second opinion on a display: whether it holds on the networks of this folder, or at random numbers.

It is long because all kinds of displays are judged here once more, with nothing of the checker's.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mpmath import mp, mpf
from soundness.algebra import FUNCTIONS, MeaninglessError, Value, entrywise, is_number, plus, shape
from soundness.described import TABLE
from soundness.evaluator import DIGITS, EXACT, POINT, SAME, Evaluator, UndecidedError
from soundness.networks import Network, many, networks
from soundness.nodes import Claim, Member, Node, Range, free, walk
from soundness.reader import UnreadError, read


def compare(a: Value, sign: str, b: Value, tolerance: Value | None = None, same: mpf = SAME) -> bool:
    """Whether the relation holds entry by entry; UndecidedError near the limit."""
    if shape(a) != shape(b):
        return False
    pairs = [(a, b)] if is_number(a) else [(x, y) for p, q in zip(a, b, strict=True) for x, y in zip(p, q, strict=True)]
    units = [tolerance or 0] * len(pairs) if is_number(tolerance or mpf(0)) else [u for row in tolerance for u in row]
    size = max(max(abs(x), abs(y)) for x, y in pairs)
    size = max(size, mpf(1) / 1000)  # what is added up was of that size at least
    return all(_holds(x, sign, y, unit, size, same) for (x, y), unit in zip(pairs, units, strict=True))


def _holds(x: mpf, sign: str, y: mpf, unit: mpf, size: mpf, same: mpf) -> bool:
    gap = abs(x - y) / size
    if sign == "approx":
        if abs(abs(x - y) - unit) < SAME * size:
            raise UndecidedError
        return abs(x - y) <= unit
    if same < gap < same * 10**6 and sign in ("=", "le", "ge"):
        raise UndecidedError
    equal = gap <= same if sign in ("=", "le", "ge") or same > EXACT else x == y
    return {"=": equal, "<": x < y and not equal, ">": x > y and not equal, "le": x < y or equal, "ge": x > y or equal}[
        sign
    ]


def points(letters: set[str], count: int = 12, seed: int = 0) -> Iterator[dict[str, Value]]:
    """Random values of letters: around 0, a few large ones, and now and then whole ones."""
    rng = random.Random(seed)
    for n in range(count):
        scale = (2, 5, 1, 12, 0)[n % 5]
        point: dict[str, Value] = {
            letter: mpf(rng.uniform(-1, 1) * scale if scale else rng.choice([0, 0, 1, -1, 2]))
            for letter in sorted(letters)
        }
        yield {**point, POINT: mpf(n)}


def chain_holds(claim: Claim, definitions: Any = None, conditions: list[Claim] | None = None) -> bool | None:
    """Whether a step between numbers holds at random values; None if it does where both sides are defined alone."""
    evaluator, compared = Evaluator(None, definitions), 0
    bodies = [free(body) - {*parameters} for parameters, body in (definitions or {}).values()]
    letters = set().union(free(claim.left), free(claim.right), *bodies) - {"e", "pi", *(definitions or {})}
    parts = [part.op for side in (claim.left, claim.right) for _, part in walk(side)]
    same = SAME if {"d", "prime"} & {*parts} else EXACT
    tolerance = printed(claim.right)
    if claim.sign == "approx" and tolerance is None:
        raise UnreadError("≈ without a printed number")
    everywhere, equal = True, 0
    counts = bounds(claim.left) | bounds(claim.right)
    for point in points(letters, 40 if claim.sign != "=" or conditions else 12):
        if not all(_meets(point, condition) for condition in conditions or []):
            continue
        point |= {letter: mpf(1 + (int(point[POINT]) + i) % 7) for i, letter in enumerate(sorted(counts & letters))}
        sides = []
        for side in (claim.left, claim.right):
            try:
                with mp.workdps(DIGITS):
                    sides.append(evaluator.value(side, point))
            except MeaninglessError:
                sides.append(None)
        if sides == [None, None]:
            continue
        compared += 1
        if None in sides:
            everywhere = False
            continue
        if claim.sign in ("<", ">") and sides[0] == sides[1]:
            equal += 1  # or so near that no digit tells them apart, as σ(300) and 1
            continue
        with mp.workdps(DIGITS):
            if not compare(sides[0], claim.sign, sides[1], tolerance, same):
                return False
    if equal and equal == compared:
        return False
    if equal or not compared:
        raise UndecidedError
    return True if everywhere else None


def _meets(point: dict[str, Value], condition: Claim) -> bool:
    """Whether the values are among those that a condition such as x > 0 allows; one on other letters allows all."""
    if not free(condition.left) | free(condition.right) <= point.keys():
        return True
    a, b = (Evaluator().value(side, point) for side in (condition.left, condition.right))
    return {"<": a < b, ">": a > b, "le": a <= b, "ge": a >= b, "ne": a != b, "=": a == b}[condition.sign]


def bounds(node: Node) -> set[str]:
    """The letters up to which sums and products count, so whole numbers."""
    own = free(node.args[0]) | free(node.args[1]) if node.op in ("sum", "prod") else set()
    return own.union(*map(bounds, node.args))


def printed(node: Node) -> Value | None:
    """Half a unit of the last printed digit of each entry."""
    if node.op in ("neg", "group"):
        return printed(node.args[0])
    if node.op == "num":
        return mpf(10) ** -len(node.value.partition(".")[2]) / 2
    if node.op == "matrix":
        units = [printed(cell) for cell in node.args]
        return None if None in units else [units[i : i + node.value] for i in range(0, len(units), node.value)]
    if node.op == "add":
        units = [printed(part) for part in node.args]
        if None in units:
            return None
        pick: Any = min if is_number(units[0]) else lambda every: entrywise(min, *every)
        least = pick(units)
        each = [entrywise(lambda u, m: u if u == m else mpf(0), u, least) for u in units]
        return plus(*each)
    return None


def run_holds(statements: list[Any], network: Network, conditions: list[Any], definitions: Any = None) -> bool:
    """Whether the statements hold on a network at all values of the free indices that the conditions allow."""
    evaluator = Evaluator(network, definitions)
    known = {*network.sizes, *network.described.types, "L", "e", "pi", *(definitions or {})}
    known |= {name for name in _names(statements) if name.startswith("delta")}
    ranges = [s for s in (*statements, *conditions) if isinstance(s, Range)]
    claims = [s for s in statements if not isinstance(s, Range)]
    other = [c for c in (*claims, *conditions) if isinstance(c, Claim) and _plain(c, known)]
    claims = [c for c in claims if c not in other]
    for claim in claims:
        letters = sorted(_names([claim]) - known)
        cases = 0
        for scope in _scopes(letters, network.T, claim, known, network):
            bound = {name: mpf(k) for name, k in scope.items()}
            met = all(
                evaluator.whole(r.low, bound) <= scope[r.index] <= evaluator.whole(r.high, bound)
                for r in ranges
                if r.index in scope and (free(r.low) | free(r.high)) - {"T"} <= {*scope}
            ) and all(
                compare(evaluator.value(c.left, bound), c.sign, evaluator.value(c.right, bound))
                for c in other
                if _names([c]) - {"T"} <= {*scope}
            )
            if met and (0 not in scope.values() or any("0" in str(c) for c in (*other, *ranges))):
                cases += 1
                if not _claim_holds(claim, evaluator, bound):
                    return False
        if not cases:
            return False
    return True


def _names(statements: list[Any]) -> set[str]:
    parts = [
        p
        for s in statements
        for p in ((s.left, s.right) if isinstance(s, Claim) else (s.low, s.high) if isinstance(s, Range) else s.items)
    ]
    return set().union(*map(free, parts))


def _plain(claim: Claim, known: set[str]) -> bool:
    """Whether a statement is about indices alone."""
    names = _names([claim])
    parts = [part for side in (claim.left, claim.right) for _, part in walk(side)]
    return bool(names - known) and names <= (names - known) | {"T"} and all(p.op != "sym" or not p.args for p in parts)


def _scopes(letters: list[str], T: int, claim: Any, known: set[str], network: Network) -> Iterator[dict[str, int]]:
    """All values of free indices: steps from 0 to T, or entries."""
    if not letters:
        yield {}
        return
    first, *rest = letters
    entries = _entries(first, claim, network)
    for value in entries or range(T + 1):
        for more in _scopes(rest, T, claim, known, network):
            yield {first: value, **more}


def _entries(letter: str, claim: Any, network: Network) -> range | None:
    """The values of a letter that serves as an entry: 1 … size of that axis."""
    for side in (claim.left, claim.right) if isinstance(claim, Claim) else ():
        for _, part in walk(side):
            first = 1 if part.value in network.described.series else 0
            if part.op == "entry" and any(Node("sym", (), letter) == k for k in part.args[1:]):
                raise UnreadError("an entry of a formula")
            if part.op == "sym" and part.args and (first or part.value in network.once):
                for axis, k in enumerate(part.args[first:]):
                    if k == Node("sym", (), letter):
                        if axis >= len(network.described.types[part.value] or ()):
                            raise UnreadError("an entry of a number")
                        return range(1, network.sizes[(network.described.types[part.value] or ())[axis]] + 1)
    return None


def _claim_holds(claim: Any, evaluator: Evaluator, scope: dict[str, Value]) -> bool:
    try:
        if isinstance(claim, Member):
            sizes = [evaluator.whole(size, scope) for size in claim.dimensions]
            wanted = (*sizes, 1) if len(sizes) == 1 else tuple(sizes)
            return all(_shape_of(item, evaluator, scope) == wanted for item in claim.items)
        a, b = evaluator.alike(
            (claim.left, claim.right), [evaluator.value(s, scope) for s in (claim.left, claim.right)]
        )
        unit = printed(claim.right) or printed(claim.left) if claim.sign == "approx" else None
        parts = [part for side in (claim.left, claim.right) for _, part in walk(side)]
        differences = any(part.op in ("d", "d+", "prime") or str(part.value).startswith("delta") for part in parts)
        return compare(a, claim.sign, b, unit, SAME if differences else EXACT)
    except MeaninglessError:
        return False


def _shape_of(item: Node, evaluator: Evaluator, scope: dict[str, Value]) -> tuple[int, ...]:
    network = evaluator.network
    if network and item.op == "sym" and not item.args and (item.value, 1) in network.steps:
        return shape(network.steps[item.value, 1])  # a series without its step
    return shape(evaluator.value(item, scope))


def opinion(latex: str, mark: str, earlier: tuple[str, ...] = ()) -> bool:
    """Whether a display holds. Raises UnreadError for what is not covered, UndecidedError near a limit."""
    if re.search(r"%\s*given:.*depend", latex):
        raise UnreadError("a letter that depends on another one")
    kind, _, rest = mark.partition(" ")
    definitions = _definitions(earlier)
    functions = frozenset(name for name, (parameters, _) in definitions.items() if parameters)
    if kind in ("chain", "define", "numbers"):
        if kind == "define":
            return define_holds(latex, definitions)
        claims = read(latex, frozenset(), functions)
        plain = lambda node: node.op in ("sym", "num")  # noqa: E731
        later = [claim for claim in claims[1:] if not claim.goes_on]
        conditions = [claim for claim in later if plain(claim.left) and plain(claim.right)]
        claims = [claim for claim in claims if claim not in conditions]
        found = [chain_holds(claim, definitions, conditions) for claim in claims]
        if False not in found and None in found:
            raise UndecidedError("a question of the domain")
        return False not in found
    kind, _, rest = (rest or "rnn").partition(" ") if kind == "shapes" else (kind, "", rest)
    if "within" in rest:
        raise UnreadError("within")
    if kind not in TABLE:
        raise UndecidedError(f"no network of this kind: {kind}")
    found = []
    for network in networks(kind):
        known = frozenset(TABLE[kind].types)
        statements = read(latex, known, functions)
        definitions = _definitions(earlier, known)
        parts = [part.replace("<=", r"\le ").replace(">=", r"\ge ") for part in rest.split(",") if part.strip()]
        conditions = [statement for part in parts for statement in read(part, known)]
        found.append(run_holds(statements, network, conditions, definitions))
    unequal = weaker(statements)
    if all(found) and unequal and kind != "lecture":
        ranges = [s for s in statements if isinstance(s, Range)]
        return all(run_holds([*unequal, *ranges], network, conditions, definitions) for network in many(kind))
    return all(found)


def weaker(statements: list[Any]) -> list[Claim]:
    """The inequalities without their strictness: beside large weights, 1 − tanh(a) is nothing."""
    signs = {"<": "le", "le": "le", ">": "ge", "ge": "ge"}
    return [replace(s, sign=signs[s.sign]) for s in statements if isinstance(s, Claim) and s.sign in signs]


def _definitions(earlier: tuple[str, ...], known: frozenset[str] = frozenset()) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in earlier:
        name, new = defined(text, found, known)
        found[name] = new
    return found


def defined(
    latex: str, definitions: dict[str, Any], known: frozenset[str] = frozenset()
) -> tuple[str, tuple[tuple[str, ...], Node]]:
    """What a definition introduces: its name, and its parameters and body."""
    begins = re.match(r"\s*\\?(?:(?:mathrm|operatorname)\{(\w+)\}|([A-Za-z]+))\s*(?:\\left\s*)?\(", latex)
    functions = frozenset({*definitions, *(begins.groups() if begins else ())} - {None})
    (claim,) = read(latex, known, functions)
    left = claim.left.args[0] if claim.left.op == "entry" else claim.left
    if left.op not in ("call", "sym") or claim.sign != "=":
        raise MeaninglessError("a definition of what?")
    return left.value, (tuple(part.value for part in left.args), claim.right)


def define_holds(latex: str, definitions: dict[str, Any]) -> bool:
    """Whether a definition agrees with the function of its name."""
    try:
        name, (parameters, body) = defined(latex, definitions)
    except MeaninglessError:
        return False
    if name not in FUNCTIONS:
        raise UnreadError("a new symbol")
    return bool(chain_holds(Claim(Node("call", tuple(Node("sym", (), p) for p in parameters), name), "=", body)))
