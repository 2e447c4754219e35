"""Is the checker any good? Each display of the site with one small mistake in it, and which of these it finds.

``python tests/mutants.py`` tries them all, prints the survivors and the score, and records it for the page on the
checks; ``python tests/mutants.py PAGE`` does so for one page, in seconds; ``--sample N`` tries N of them.
A mutant is one edit that leaves the LaTeX readable: what is refused as LaTeX does not count.
Survivors that are not mistakes are in ``equivalent_mutants.txt``, each with its reason.
"""

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from rnn_notes import pages
from rnn_notes.checks import latex, tree
from rnn_notes.checks.arrays import FUNCTIONS
from rnn_notes.checks.define import Definitions, functions, introduce
from rnn_notes.checks.errors import FormulaError
from rnn_notes.checks.tree import (
    Call,
    Fraction,
    Hadamard,
    Index,
    Membership,
    Name,
    Node,
    Norm,
    Number,
    Plus,
    Power,
    SumOrProduct,
    Times,
)
from rnn_notes.checks.verdicts import judge
from rnn_notes.pages import Display
from rnn_notes.runs import RUNS
from rnn_notes.web import census

ROOT = Path(__file__).parents[1]
Edit = tuple[str, int, int, str]  # its kind; from where, to where, and what is written there instead

RELATIONS = [("=", "<"), ("=", ">"), ("<", ">"), (r"\le", r"\ge"), (r"\ge", r"\le"), (r"\approx", "<")]
OTHER_FUNCTION = {
    r"\tanh": r"\sigma",
    r"\sigma": r"\tanh",
    r"\cos": r"\sin",
    r"\sin": r"\cos",
    r"\mathrm{diag}": r"\tanh",
}
TOKENS: dict[str, Callable[[str], list[str]]] = {  # kind of token -> what it may be mistaken for
    "_PLUS": lambda text: [text[:-1] + "-"],
    "_MINUS": lambda text: [text[:-1] + "+"],
    "_ODOT": lambda text: ["", "+"],
    "_TRANSPOSE": lambda text: [""],
    "D": lambda text: [r"\partial "] if "+" in text else [],
    "PRIME": lambda text: [""],
    "FUNCTION": lambda text: [OTHER_FUNCTION[text]] if text in OTHER_FUNCTION else [],
    "RELATION": lambda text: [text.replace(old, new) for old, new in RELATIONS if old in text],
}
LAYOUT = re.compile(r"(?:&|\\\\|\\(?:begin|end)\{aligned\}|\s)+")
TABLE = Path(__file__).parent / "equivalent_mutants.txt"


@cache
def labels() -> set[str]:
    """The names of runs in which what looks like an index is a part of the name."""
    return {name for run in RUNS for name in run.family[0].symbols if "_" in name}


@dataclass(frozen=True)
class Mutant:
    """One edit of the display number ``display`` of a page."""

    page: Path
    displays: tuple[Display, ...]
    display: int
    known: frozenset[str]  # the functions that the page has introduced before it
    edit: Edit

    @property
    def kind(self) -> str:
        return self.edit[0]

    @property
    def text(self) -> str:
        """The display with its mistake."""
        _, start, end, new = self.edit
        return self.displays[self.display].latex[:start] + new + self.displays[self.display].latex[end:]

    @property
    def name(self) -> str:
        """The page, and the edit with what is around it, without what only places it on the page."""
        _, start, end, new = self.edit
        text = self.displays[self.display].latex
        before, old, new, after = (LAYOUT.sub(" ", part) for part in (text[:start], text[start:end], new, text[end:]))
        return " ".join(f"{self.page.name}: {before[-20:]}⟦{old} → {new}⟧{after[:20]}".split())

    def survives(self) -> bool:
        """Whether the page with this mistake is still accepted; one in a definition may show further down."""
        texts = [display.latex for display in self.displays]
        texts[self.display] = self.text
        defines = [(display.mark or "") == "define" for display in self.displays]
        for n, (text, display) in enumerate(zip(texts, self.displays, strict=True)):
            if n == self.display or (n > self.display and defines[self.display]):
                earlier = tuple(t for t, definition in zip(texts[:n], defines, strict=False) if definition)
                if judge(text, display.mark, earlier).outcome in ("fails", "refused"):
                    return False
        return True


def equivalents() -> list[str]:
    """The names in the table of survivors that are not mistakes; those lines that hold an edit."""
    return [line for line in TABLE.read_text(encoding="utf-8").splitlines() if "⟦" in line]


def mutants(some: Iterable[Mutant]) -> Iterator[Mutant]:
    """Of some edits, in any order, those that can be read and say something that no other one of them has said."""
    seen: dict[tuple[Path, int], list[tuple[tree.Statement, ...]]] = {}
    for edit in some:
        said = seen.setdefault((edit.page, edit.display), [])
        if not said:
            said.append(latex.parse(edit.displays[edit.display].latex, edit.known))
        try:
            changed = latex.parse(edit.text, edit.known)
        except FormulaError:
            continue
        if changed not in said:
            said.append(changed)
            yield edit


def all_edits(paths: Iterable[Path] = ()) -> list[Mutant]:
    """The edits of some pages, or of all, in their order; not all can be read."""
    return [edit for path in paths or pages.all_pages() for edit in of_page(path)]


def of_page(path: Path) -> Iterator[Mutant]:
    """All edits of the displays of a page that claim something."""
    displays = tuple(pages.read(path).displays)
    definitions: Definitions = {}
    for n, display in enumerate(displays):
        mark = (display.mark or "").partition(" ")[0]
        if mark == "define":
            _, new = introduce(display.latex, definitions)
            definitions[new.name] = new
            if new.name not in FUNCTIONS and not any(new.name in later.latex for later in displays[n + 1 :]):
                continue  # a new name that nothing uses claims nothing
        if mark.startswith(("skip", "false")):
            continue
        known = functions(definitions)
        for edit in edits(display.latex, latex.parse(display.latex, known), mark in ("chain", "define")):
            yield Mutant(path.relative_to(ROOT), displays, n, known, edit)


def edits(text: str, statements: tuple[tree.Statement, ...], scalar: bool) -> Iterator[Edit]:
    """All edits of a display; where all is scalar, order and transposes do not matter."""
    for token in latex.tokens(text):
        for new in TOKENS[token.type](str(token)) if token.type in TOKENS else []:
            yield token.type.strip("_").lower(), token.start_pos or 0, token.end_pos or 0, new
    members = [item for statement in statements if isinstance(statement, Membership) for item in statement.items]
    out = {id(part) for item in members for part in tree.walk(item)}  # only its shape is claimed
    nodes = [node for node in tree.walk(statements) if node.span != (0, 0) and id(node) not in out]
    inner = {id(part) for node in nodes if isinstance(node, Index) for part in (node.base, *tree.walk(node.at))}
    symbols = [node for node in nodes if isinstance(node, Name | Index) and id(node) not in inner]
    texts = sorted({text[slice(*node.span)] for node in symbols})
    for symbol in symbols:
        (start, end), this = symbol.span, text[slice(*symbol.span)]
        others = [*texts[texts.index(this) + 1 :], *texts[: texts.index(this)]]
        yield from (("symbol", start, end, other) for other in others[:2])
        if not scalar:
            yield "transpose added", end, end, r"^\top"
    for node in nodes:
        yield from _of_node(text, node, scalar, id(node) in inner)


def _of_node(text: str, node: Node, scalar: bool, in_subscript: bool) -> Iterator[Edit]:
    match node:
        case Index(Name(name), at) if f"{name}_{tree.label(at[0])}" not in labels():
            yield from _index(text, at[0].span)
        case Number(digits, span=span) if not in_subscript:
            yield "number", *span, f"{digits[:-1]}{(int(digits[-1]) + 1) % 10}"
        case Times(parts) | Hadamard(parts) | Plus(parts):
            yield from _dropped(text, "term" if isinstance(node, Plus) else "factor", parts)
            if isinstance(node, Times) and not scalar:
                for a, b in pairwise(parts):
                    if not (_is_number(a) or _is_number(b)):
                        yield "factors swapped", a.span[0], b.span[1], _swapped(text, a, b)
        case Power(base, exponent, span=(_, end)):
            yield "power", *exponent.span, _braced(text, exponent.span, f"{text[slice(*exponent.span)]} + 1")
            if base.span[1]:
                yield "power", base.span[1], end, ""
        case Fraction(above, below):
            yield "fraction", above.span[0], below.span[1], _swapped(text, above, below)
        case SumOrProduct(_, _, low, high):
            yield "bound", *low.span, f"{text[slice(*low.span)]} + 1"
            yield "bound", *high.span, _braced(text, high.span, f"{text[slice(*high.span)]} - 1")
            yield "bound", low.span[0], high.span[1], _swapped(text, low, high)


def _index(text: str, span: tuple[int, int]) -> Iterator[Edit]:
    """t − 1, t and t + 1 for each other; for a number, those beside it."""
    old = text[slice(*span)].replace(" ", "")
    letter = old.removesuffix("-1").removesuffix("+1")
    others = [f"{int(old) + 1}", f"{int(old) - 1}"] if old.isdigit() else [f"{letter}-1", letter, f"{letter}+1"]
    yield from (("index", *span, _braced(text, span, other)) for other in others if other != old)


def _dropped(text: str, kind: str, parts: tuple[Node, ...]) -> Iterator[Edit]:
    """Each part left out, with the sign before it; a minus that then comes first is kept."""
    first, second = parts[0].span, parts[1].span
    yield f"{kind} dropped", first[0], first[1] if "-" in text[first[1] : second[0]] else second[0], ""
    for before, part in pairwise(parts):
        yield f"{kind} dropped", before.span[1], part.span[1], ""


def _is_number(node: Node) -> bool:
    """Whether a factor is a number for sure, so that its place does not matter."""
    names = {part.name for part in tree.walk(node) if isinstance(part, Name)}
    return isinstance(node, Norm | Fraction) or (names <= set("TBDHO") and not isinstance(node, Call | tree.Matrix))


def _braced(text: str, span: tuple[int, int], new: str) -> str:
    """A script in braces, if there are none yet."""
    return new if text[: span[0]].rstrip()[-1:] in "{=(," else f"{{{new}}}"


def _swapped(text: str, a: Node, b: Node) -> str:
    return f"{text[slice(*b.span)]}{text[a.span[1] : b.span[0]]}{text[slice(*a.span)]}"


def main() -> int:
    """Print the survivors and the score; exit status 1 if one is not in the table, or one of the table is gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", nargs="*", type=Path, help="record the score of these pages anew; of all without any")
    parser.add_argument("--sample", type=int, help="try this many, chosen at random with a fixed seed; record nothing")
    options = parser.parse_args()
    paths = [path.resolve() for path in options.page] or pages.all_pages()
    for path in paths:
        if not path.is_file() or not path.is_relative_to(ROOT):
            parser.error(f"{path} is not a page of this project; pass one such as docs/learning/gru.md")
    every_edit = all_edits(paths)
    every = list(mutants(every_edit))
    if options.sample is not None and not 0 < options.sample <= len(every):
        parser.error(f"--sample is {options.sample} but 1 to {len(every)} is expected, as many as there are")
    tried = random.Random(0).sample(every, options.sample) if options.sample else every
    known = {name for name in equivalents() if any(name.startswith(f"{path.name}:") for path in paths)}
    kinds: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    scores = {str(path.relative_to(ROOT)): Counter(edits=0, found=0, true=0) for path in paths}
    for edit in every_edit:
        scores[str(edit.page)]["edits"] += 1
    caught = []
    for n, mutant in enumerate(tried):
        if sys.stderr.isatty():
            print(f"{n}/{len(tried)}", end="\r", file=sys.stderr)
        survives = mutant.survives()
        scores[str(mutant.page)]["true" if survives and mutant.name in known else "found"] += 1
        if not (survives and mutant.name in known):
            kinds[mutant.kind] += 1
            missed[mutant.kind] += survives
            if survives:
                print(f"survives ({mutant.kind}): {mutant.name}")
            elif mutant.name in known:
                caught.append(mutant.name)
    gone = known - {mutant.name for mutant in every}
    print(*(f"in the table, but no mutant any more: {name}" for name in sorted(gone)), sep="\n")
    print(*(f"in the table, but found: {name}" for name in caught), sep="\n")
    print(*(f"{kind:16}{total - missed[kind]:5} of {total:5} found" for kind, total in sorted(kinds.items())), sep="\n")
    total = kinds.total()
    print(f"{total - missed.total()} of {total} mistakes found", end="; ")
    print(f"{len(tried) - total} more are not mistakes")
    if missed.total() or gone or caught:
        return 1
    if not options.sample:
        old = {} if not options.page else json.loads(census.MUTANTS.read_text(encoding="utf-8"))
        record(old | {page: score for page, score in scores.items() if score.total()})
    return 0


def record(scores: dict[str, dict[str, int]]) -> None:
    """Write the scores, one page per line, so that edits of two pages do not collide."""
    lines = [f"{json.dumps(page)}: {json.dumps(score)}" for page, score in sorted(scores.items())]
    census.MUTANTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
