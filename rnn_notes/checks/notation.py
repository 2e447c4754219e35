r"""What a chain may take for a number, and what an author states about letters beside a display.

A formula cannot say whether A is a number or f a function, so a chain reads letters as these notes and most books do,
refuses what could be both, and lets the author say so in a LaTeX comment, which the badge shows::

    % check: chain
    % given: f is a function; y depends on x; A and B are numbers

==========================================  ==========================================================================
not a number                                unless ``% given: … is a number`` (of the letter with its index, or alone)
==========================================  ==========================================================================
``W``, ``W_{…}``; ``b`` with letters below  weights and biases
``h_t x_{t-1} a_T \tilde{c}_t`` …            states, gates and inputs at a time step t, s or T that no sum counts
``A^{-1}``, ``A B``                          capital letters inverted, or multiplied with others; but T B D H O N alone
``A x = x A``, ``x^T``                       a capital before and after small letters; T that occurs above letters only
``f(x)``                                    a letter before brackets that is nothing else in the display
==========================================  ==========================================================================
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from rnn_notes.checks import tree
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.matrices import refuse_matrices
from rnn_notes.checks.names import spell
from rnn_notes.checks.tree import Brackets, Index, Name, Node, walk

STATES = {"h", "x", "c", "a", "y", "i", "f", "o", "g", "r", "z", "n", "m", "delta", "s"}
STATES |= {f"{letter}_{accent}" for letter in STATES for accent in ("hat", "tilde")}
TIMES = {"t", "s", "T"}
FUNCTION_LETTERS = {
    *"fghFGJELP",
    "phi",
    "psi",
    "Phi",
    "Psi",
    "Gamma",
    "Delta",
}  # before brackets they are functions, whatever else they are
COEFFICIENTS = {*"abcdkmnqw", "alpha", "beta", "gamma", "eta", "lambda", "mu", "tau", "theta", "epsilon", "kappa"}

VECTORS = ("mathbf", "boldsymbol", "bm", "pmb", "vec", "symbf")  # fonts that say what a letter is

LINE = re.compile(r"^[ \t]*%[ \t]*given:(.*)$", re.MULTILINE)
FORMS = "'f is a function', 'A and B are numbers', 'c is constant', 'n is an integer', 'y depends on x'"


@dataclass(frozen=True)
class Given:
    """What the author states, by kind; ``words`` are the sentences for the badge."""

    function: set[str] = field(default_factory=set)
    number: set[str] = field(default_factory=set)
    constant: set[str] = field(default_factory=set)
    integer: set[str] = field(default_factory=set)
    depends: dict[str, tuple[str, ...]] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    def letters(self) -> set[str]:
        return {*self.function, *self.number, *self.constant, *self.integer, *self.depends}


def read_given(latex: str) -> Given:
    """The lines ``% given: …`` of a display. Raises FormulaError for another sentence."""
    sentences = [
        (part.strip(), line.start())
        for line in LINE.finditer(latex)
        for part in re.split("[;.]", line[1])
        if part.strip()
    ]
    given = Given(words=tuple(sentence for sentence, _ in sentences))
    for sentence, at in sentences:
        kind = re.fullmatch(r"(.+?) (?:is|are)(?: an?)? (?:real )?(function|number|constant|integer)s?", sentence)
        depends = re.fullmatch(r"(.+?) depends? on (.+)", sentence)
        if kind:
            getattr(given, kind[2]).update(_letters(kind[1]))
        elif depends:
            given.depends.update(dict.fromkeys(_letters(depends[1]), tuple(_letters(depends[2]))))
        else:
            raise FormulaError(f"'given: {sentence}' is not read here; write {FORMS}", at)
    return given


def _letters(text: str) -> list[str]:
    return [re.sub(r"^(hat|tilde)(.+)", r"\2_\1", spell(part)) for part in re.split(r",\s+(?:and\s+)?|\s+and\s+", text)]


def vector(name: str, subscripts: tuple[Node, ...], bound: set[str]) -> bool:
    """Whether the notation knows the symbol as a vector or matrix; ``bound`` are the letters that stand for numbers."""
    free = set().union(*map(tree.free_names, subscripts)) - bound
    first = tree.label(subscripts[0]) if subscripts else None
    labelled = (
        name == "b" and bool(free) and bool(first and re.fullmatch("[a-z]+", first)) and first not in ("k", "j", "i")
    )
    return name == "W" or labelled or (name in STATES and bool(free & TIMES))


def entries(claim: tree.Relation) -> dict[str, tree.SumOrProduct]:
    """The letters of which an entry is differentiated by, as the j of x_j, each with the sum over these entries.

    Raises FormulaError if it is unclear which entries there are.
    """
    found = dict[str, tree.SumOrProduct]()
    for node in (part for part in tree.walk(claim) if isinstance(part, tree.Derivative)):
        if isinstance(node.by, tree.Index):
            places = [n for n, letter in enumerate(node.by.at) if isinstance(letter, tree.Name)]
            for big, place in itertools.product(tree.walk(node.of), places):
                if not isinstance(big, tree.SumOrProduct):
                    continue
                inner = [i for i in tree.walk(big.body) if isinstance(i, tree.Index) and i.base == node.by.base]
                counted = {i.at[place] for i in inner if big.index in tree.free_names(i.at[place : place + 1])}
                letter = tree.label(node.by.at[place]) or ""
                first = found.setdefault(letter, big) if counted else big
                if counted > {tree.Name(big.index)} or (first.low, first.high) != (big.low, big.high):
                    way_out = f"say for which {letter} this is meant, {letter} = 1, \\dots, 5"
                    raise FormulaError(f"the sums count different entries; {way_out}", node.by.span[0])
    bound = {big.index for big in found.values()}
    return {letter: big for letter, big in found.items() if letter not in bound}


def refuse_vectors(statements: tuple[Node, ...]) -> None:
    """Raise FormulaError for what is set or transposed as vectors and matrices are."""
    for node in walk(statements):
        if isinstance(node, tree.Transpose):
            raise FormulaError("a chain is about numbers; check vectors and matrices against a run", node.span[0])
        if isinstance(node, Name) and node.font in VECTORS:
            way_out = "check it against a run, or write the letter plain"
            message = f"{node.name} is set as a vector or matrix, and a chain is about numbers; {way_out}"
            raise FormulaError(message, node.span[0])


def refuse_two_readings(statements: tuple[Node, ...], given: Given, known: set[str]) -> None:
    """Raise FormulaError for letters before brackets and products of capitals; ``known`` have a meaning on the page."""
    bound = {node.index for node in walk(statements) if isinstance(node, tree.SumOrProduct)}
    plain = given.number | given.integer | known | bound | {"e", "pi"}
    alone = set(_alone(statements))
    for node in walk(statements):
        for factor, after in _neighbours(node):
            name = _letter(factor)
            if name is None or not _may_be_argument(after):
                continue
            if name in ("E", "P") and after.square:
                raise FormulaError(
                    f"{name}[ ] is an expectation or probability to a reader; write out its sum, or {name} \\cdot [ ]",
                    factor.span[0],
                )
            if name in plain:
                continue
            apart = name in COEFFICIENTS and factor.span[1] < after.span[0]
            atom = isinstance(after.body, Name | tree.Number | Index)  # brackets that a product would not need: v(2)
            if atom or name in FUNCTION_LETTERS or not (name in alone or apart):
                raise FormulaError(
                    f"{name} before brackets is a function that the page has not defined, or a number times a bracket; "
                    f"define it in a display '% check: define', or write '% given: {name} is a function' "
                    f"or '% given: {name} is a number' below the mark",
                    factor.span[0],
                )
    refuse_matrices(statements, plain - {"e", "pi"})


def _neighbours(node: Node) -> Iterator[tuple[Node, Node]]:
    """Each factor of a product with the base of the one after it."""
    if isinstance(node, tree.Times):
        for factor, after in zip(node.factors, node.factors[1:], strict=False):
            yield factor, after.base if isinstance(after, tree.Power) else after


def _may_be_argument(node: Node) -> TypeGuard[Brackets]:
    """Whether it is a pair of brackets without a sign of multiplication before it."""
    return isinstance(node, Brackets) and not node.times


def _letter(node: Node) -> str | None:
    """The letter that a factor is: f, f_1, f^2 or f^{-1}."""
    base = node.base if isinstance(node, tree.Power) else node
    base = base.base if isinstance(base, Index) else base
    return base.name if isinstance(base, Name) else None


def _alone(part: object, before_brackets: bool = False) -> Iterator[str]:
    """The letters that occur somewhere without brackets after them; indices do not count."""
    if isinstance(part, tuple):
        for child in part:
            yield from _alone(child)
    elif isinstance(part, Node):
        name = _letter(part) if isinstance(part, Name | Index | tree.Power) else None
        if name is not None:
            if not before_brackets:
                yield name
            if isinstance(part, tree.Power):
                yield from _alone(part.exponent)
            return
        skipped = {id(factor) for factor, after in _neighbours(part) if _may_be_argument(after)}
        children = part.factors if isinstance(part, tree.Times) else tuple(vars(part).values())
        for child in children:
            yield from _alone(child, id(child) in skipped) if isinstance(child, Node) else _alone(child)
