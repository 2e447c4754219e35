"""The text corpus is the notes themselves: the prose of the pages, without formulas, code, tables and headings."""

import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy import ndarray

from rnn_notes import pages
from rnn_notes.datasets import DATA, DataError

CORPUS = DATA / "corpus.txt"
EXCERPT = DATA / "excerpt.txt"

NOT_PROSE = re.compile(r"(\||#|!|:::|\?\?\?|---|[a-z]+: |\[\^|<|[A-Z-]+$)")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)(\{[^}]*\})?")
NAME = re.compile(r"\$(\\?[A-Za-z0-9_{}]+)\$|`(\w+)`")
RARE = 10  # a sign or digit that occurs less often in all pages is not worth an input; its sentences are left out


def gather(docs: Path = pages.DOCS) -> str:
    """The prose of all pages, in the order of their paths: one paragraph per line, its sentences separated by spaces.

    A formula or a piece of code within a sentence stays if it is a single name, spelled as in the code: W_hh.
    A sentence with more than that, or with a rare sign, is left out.
    """
    paragraphs = [p for path in sorted(docs.rglob("*.md")) for p in _paragraphs(path)]
    count = Counter("".join(sentence for sentences in paragraphs for sentence in sentences))
    common = set(string.ascii_letters) | {character for character, times in count.items() if times >= RARE}
    kept = ([s for s in sentences if common.issuperset(s)] for sentences in paragraphs)
    return "".join(" ".join(sentences) + "\n" for sentences in kept if sentences)


def load(path: Path = CORPUS) -> str:
    """The text that the recorded text network has read; raises DataError if there is none."""
    if not path.exists():
        raise DataError(f"{path}: there is no such file; python -m rnn_notes.experiments text writes it")
    return path.read_text(encoding="utf-8")


def excerpt() -> str:
    """4097 characters of the first chapter: a small text for a small network, the same when the chapter is edited."""
    return EXCERPT.read_text(encoding="utf-8")


def split(text: str) -> tuple[str, str]:
    """The training part, and the part that is held out: every tenth paragraph."""
    paragraphs = text.splitlines(keepends=True)
    held_out = paragraphs[9::10]
    del paragraphs[9::10]
    return "".join(paragraphs), "".join(held_out)


def encode(text: str, alphabet: str) -> ndarray:
    """The number of each character of the text in the alphabet, (n,); raises ValueError if it has another."""
    if unknown := sorted(set(text) - set(alphabet)):
        raise ValueError(f"the text has {''.join(unknown)!r} but the network knows {alphabet!r} only; leave them out")
    number = {character: k for k, character in enumerate(alphabet)}
    return np.array([number[character] for character in text], dtype=np.intp)


def _paragraphs(path: Path) -> Iterator[list[str]]:
    """The paragraphs of a page, each a list of sentences (one per line, as all pages are written)."""
    for paragraph in pages.read(path).paragraphs:
        lines = [re.sub(r"^(- |\d+\. |\*\*\d\.\*\* )", "", line.strip()) for line in paragraph.text.splitlines()]
        sentences = [_plain(line) for line in lines if line and not NOT_PROSE.match(line)]
        if sentences := [s for s in sentences if s and not re.search(r"[$`*]", s)]:
            yield sentences


def _plain(line: str) -> str:
    """A line without links and emphasis, and with names in place of formulas of one symbol."""
    line = LINK.sub(r"\1", line)
    line = NAME.sub(lambda m: re.sub(r"[\\{}]", "", m[1] or m[2]), line)
    return re.sub(r"\*+([^*]+)\*+", r"\1", line)
