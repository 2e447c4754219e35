"""What readers type is found: formulas as text, both spellings of English, and the words that they have for a section.

All goes into the index of the site, whose own text has no formulas; nothing of it is on a page.
"""

import json
import re
import tomllib
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from rnn_notes.web import plain
from rnn_notes.web.books.outline import KEPT

PLACE = re.compile(r'<h[1-6]\b[^>]*\bid="(?P<id>[^"]+)"|(?P<math><math\b.*?</math>)', re.DOTALL)
WORD = re.compile(r"[^\W\d_]{4,}")
SPELLINGS = (  # British, American
    (re.compile(r"is(e|ed|er|es|ers|ing|ation|ations)$"), r"iz\1"),
    (re.compile(r"our(s|ed|ing|able|al|ally|less|ful)?$"), r"or\1"),
    (re.compile(r"^(cent|theat|fib)re(s)?$"), r"\1er\2"),
    (re.compile(r"ll(ed|ing|er|ers)$"), r"l\1"),
    (re.compile(r"ogue(s)?$"), r"og\1"),
    (re.compile(r"^(licen|defen|offen)ce(s)?$"), r"\1se\2"),
    (re.compile(r"^grey(s)?$"), r"gray\1"),
    (re.compile(r"yse(d|r|s)?$"), r"yze\1"),
)


INDEXES = {"search/search_index.json": "docs", "search.json": "items"}  # of MkDocs, of Zensical, with their sections


class KeywordError(ValueError):
    """Keywords for a section that is not there."""


def enrich(site: Path, keywords: Path) -> None:
    """Put formulas, spellings and keywords into the index of the site, once.

    ``keywords`` is a file of TOML that gives the address of a section its words; it may be missing.
    Raises KeywordError if a page of the site has no such section.
    """
    index, key = next((site / name, key) for name, key in INDEXES.items() if (site / name).is_file())
    content = json.loads(index.read_text(encoding="utf-8"))
    if not content[key]:
        return  # another part of the site has them: this has been done
    words = _words(keywords) if keywords.is_file() else {}
    sections = {_address(doc["location"]): doc for doc in content[key]}
    pages = {address.partition("#")[0] for address in sections}
    for address, named in words.items():
        if address in sections:
            # A section that has its own words is asked for by them, before those that only mention them. Zensical would
            # offer tags to choose from.
            if key == "docs":
                words_of = [word.strip() for word in named.split(",")]
                sections[address]["tags"] = list(dict.fromkeys([*words_of, *map(_respelled, words_of)]))
            elif named not in sections[address]["text"]:
                sections[address]["text"] += f" {named}"
        elif address.partition("#")[0] in pages:
            raise KeywordError(f"{keywords}: there is no section {address}; name one that is there")
    formulas = _formulas(site)
    for address, doc in sections.items():
        add_to(doc, formulas[address])
    index.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")


def _respelled(words: str) -> str:
    """The same words, each in its other spelling if it has one."""
    return WORD.sub(lambda word: next(iter(sorted(spellings(word[0].lower()))), word[0]), words)


def _words(keywords: Path) -> dict[str, str]:
    """The keywords of each section; raises KeywordError on a file that holds something else."""
    try:
        words = tomllib.loads(keywords.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KeywordError(f"{keywords}: not TOML: {error}") from None
    for address, named in words.items():
        if not isinstance(named, str):
            raise KeywordError(f'{keywords}: {address} is {named!r:.60} but "words, with commas" is expected')
    return words


def add_to(doc: dict[str, Any], formulas: list[str]) -> None:
    """Append formulas and other spellings to the text of a section, where a result shows them only if asked for."""
    text = f"{doc['title']} {doc['text']}"
    variants = sorted({variant for word in WORD.findall(text) for variant in spellings(word.lower())})
    added = " ".join([*dict.fromkeys(formulas), *variants])
    if added and added not in doc["text"]:
        doc["text"] += f" {added}"


@lru_cache(maxsize=20_000)
def spellings(word: str) -> frozenset[str]:
    """The other spelling of a word, if it has one."""
    return frozenset(pattern.sub(other, word) for pattern, other in SPELLINGS if pattern.search(word))


def _formulas(site: Path) -> dict[str, list[str]]:
    """The formulas of each section as text, in Unicode and in the letters of a keyboard."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in site.rglob("*.html"):
        page = _address(path.relative_to(site).as_posix())
        for section, formula in _of_page(path.read_text(encoding="utf-8")):
            found[page + section].append(formula)
    return found


@lru_cache(maxsize=KEPT)
def _of_page(html: str) -> tuple[tuple[str, str], ...]:
    """The formulas of a page, each with the section that it is in: "" at the top, "#name" below a heading."""
    found, section = [], ""
    for place in PLACE.finditer(html):
        if place["id"]:
            section = "" if place[0].startswith("<h1") else f"#{place['id']}"
        else:
            line = plain.text(place["math"])
            found += [(section, formula) for formula in dict.fromkeys((line, plain.ascii_text(line)))]
    return tuple(found)


def _address(location: str) -> str:
    """The address of a page or section, the same whether pages are folders or files."""
    page, sign, section = location.partition("#")
    page = re.sub(r"(?:^|(?<=/))index\.html$", "", page)
    return re.sub(r"\.html$", "/", page) + sign + section
