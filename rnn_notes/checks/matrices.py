"""What may be a matrix in a chain, which is about numbers: capitals whose order counts, or that are inverted."""

import itertools

from rnn_notes.checks import tree
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.tree import Index, Name, Node, walk

COUNTS = set("TBDHON")  # capital letters that are sizes here, so numbers, if no other capital letter is with them
GREEK = {"Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"}


def refuse_matrices(statements: tuple[Node, ...], numbers: set[str]) -> None:
    """Raise FormulaError for capitals that may be matrices, and for a T above a letter, which may be a transpose."""
    above = [n for n in walk(statements) if isinstance(n, tree.Power) and n.exponent == Name("T")]
    elsewhere = sum(node == Name("T") for node in walk(statements)) > len(above)
    counts = "T" in numbers or elsewhere
    for power in above:
        latin = any(len(name) == 1 for name in tree.free_names(power.base) - {"e"})
        if latin and not counts and not any(isinstance(node, tree.Number) for node in walk(power.base)):
            raise FormulaError(
                "T above a letter is a transpose or a power; write ^\\top and check this against a run, or write "
                "'% given: T is an integer' below the mark",
                power.exponent.span[0],
            )
    both = _in_both_orders(statements)
    for node in walk(statements):
        found = _matrices(node) | both & _symbols(node)
        names = sorted(name for name in found if not {name, name.partition("_")[0]} & numbers)
        if names:
            several = len(names) > 1
            are = f"{' and '.join(names)} {'are numbers' if several else 'is a number'}"
            raise FormulaError(
                f"{' and '.join(names)} may be {'matrices' if several else 'a matrix'}, for which order counts and an "
                f"inverse need not exist; check this against a run, or write '% given: {are}' below the mark",
                node.span[0],
            )


def _in_both_orders(statements: tuple[Node, ...]) -> set[str]:
    """The capital letters that come before a small letter in one product and after one in another."""
    before, after = set[str](), set[str]()
    for product in (node for node in walk(statements) if isinstance(node, tree.Times)):
        letters = [_symbols(factor) - {"e", "T", "W"} for factor in product.factors]
        for left, right in itertools.combinations(letters, 2):
            before |= {n for n in left if _is_capital(n) and any(map(_is_small, right))}
            after |= {n for n in right if _is_capital(n) and any(map(_is_small, left))}
    return before & after


def _matrices(node: Node) -> set[str]:
    """The capital letters whose order counts in this node, or that are inverted there, if they are matrices."""

    def capitals(part: object) -> set[str]:
        return {name for name in _symbols(part) if _is_capital(name)}

    found: set[str] = set()
    match node:
        case tree.Times(factors) if sum(bool(capitals(factor)) for factor in factors) > 1:
            found = capitals(factors)
        case tree.Fraction(above, below) if capitals(below):
            found = capitals((above, below))
        case tree.Power(base, tree.Negative()):
            return capitals(base) if len(capitals(base)) > 1 else _other_than_counts(capitals(base))
        case tree.Power(base, exponent) if exponent != tree.Fraction(tree.Number("1"), tree.Number("2")):
            found = capitals(base)
    return found if len(found) > 1 and _other_than_counts(found) else set()


def _other_than_counts(symbols: set[str]) -> set[str]:
    return {symbol for symbol in symbols if symbol.partition("_")[0] not in COUNTS}


def _symbols(part: object) -> set[str]:
    """The symbols of a formula, each with its indices, as A_1: that it and A_2 commute is not plain."""
    if isinstance(part, Index) and isinstance(part.base, Name):
        return {"_".join([part.base.name, *(tree.label(at) or "" for at in part.at)])}
    return {part.name} if isinstance(part, Name) else set().union(*map(_symbols, tree.children(part)))


def _is_capital(symbol: str) -> bool:
    """Whether it is a capital letter, Latin or Greek, with an accent or indices or without."""
    letter, _, labels = symbol.partition("_")
    weights = letter == "W" and not labels.startswith(("hat", "tilde", "bar"))  # in any case, no numbers
    return letter[:1].isupper() and (len(letter) == 1 or letter in GREEK) and not weights


def _is_small(symbol: str) -> bool:
    """Whether it is a small Latin letter, or μ, which may be a vector; other Greek ones are numbers nearly always."""
    letter = symbol.partition("_")[0]
    return letter.islower() and (len(letter) == 1 or letter == "mu")
