"""A formula as a line of text, hₜ = tanh(aₜ), for what cannot hold its picture: contents, addresses, the search."""

import re
import unicodedata
from collections.abc import Callable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SUB = dict(zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
SUPER = dict(zip("0123456789+-−=()inT⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁱⁿᵀᵀ", strict=True))
ACCENTS = {"^": "\u0302", "~": "\u0303", "¯": "\u0304", "―": "\u0304", "→": "\u20d7", "˙": "\u0307"}
SPACED = re.compile(r"[=<>≤≥≠≈∼≡∝→⇒⇔∈∉⊂×·⊙∘+−±∖⋅]")  # a sign between two things
INVISIBLE = re.compile("[\u2062-\u2064\u200b\ufe00-\ufe0f]")
MATHML = re.compile(r"<math.*?</math>", re.DOTALL)


def text(html: str) -> str:
    """The formula that is typeset in this HTML, read from its MathML, in Unicode."""
    found = MATHML.search(html)
    if not found:
        return ""
    line = _read(ElementTree.fromstring(found[0]))
    line = re.sub(r"\s*\u2061\s*(?=[\[(])", "", line).replace("\u2061", " ").replace(",", ", ")
    line = re.sub(r"\s+", " ", line).strip()
    return re.sub(r"(?<=[(\[{]) | (?=[)\]},;.])", "", line)


def ascii_text(line: str) -> str:
    """The same in the letters of a keyboard: h_t^2 for hₜ², sigma for σ."""
    for marks, sign in ((SUB, "_"), (SUPER, "^")):
        back = {mark: letter for letter, mark in reversed(marks.items())}
        some = f"[{re.escape(''.join(back))}]+"
        line = re.sub(some, lambda m, back=back, sign=sign: sign + "".join(back[c] for c in m[0]), line)  # type: ignore[misc]
    return "".join(map(_letter, unicodedata.normalize("NFD", line)))


def _letter(character: str) -> str:
    if character.isascii():
        return character
    name = unicodedata.name(character, "")
    if greek := re.match(r"(?:MATHEMATICAL .*)?GREEK (?:SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)|NABLA", name):
        return (greek[1] or "nabla").lower()
    return {
        "−": "-",
        "·": "*",
        "⋅": "*",
        "∈": "in",
        "⊙": "*",
        "×": "*",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "∂": "d",
        "∑": "sum",
        "∏": "prod",
    }.get(character, unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode())


def _read(node: Element) -> str:
    tag = node.tag.rpartition("}")[2]
    reader = READERS.get(tag)
    return reader(*map(_read, node)) if reader else _row(node)


def _row(node: Element) -> str:
    tag = node.tag.rpartition("}")[2]
    if tag in ("mspace", "mphantom"):
        return " "
    if tag in ("mi", "mn", "mtext", "ms"):
        return INVISIBLE.sub("", node.text or "")
    if tag == "mo":
        sign = INVISIBLE.sub("", node.text or "")
        return f" {sign} " if sign and SPACED.fullmatch(sign) else sign
    if tag == "mtable":
        return "; ".join(" ".join(map(_read, row)) for row in node)
    line = ""
    for part in map(_read, node):
        first = not line.strip() or line.rstrip().endswith(tuple("([{=<>≤≥,;·⊙×+−⋅"))
        if line.endswith((*SUB.values(), *SUPER.values())) and part[:1].isalpha():
            line += " "  # what is side by side is a product
        line += (
            part.strip() if first and part.strip() in {"+", "−", "±"} else part
        )  # such a sign belongs to what follows
    return line


def _small(part: str, marks: dict[str, str], sign: str) -> str:
    """An index or a power: small if there is each of its letters, else after a sign."""
    part = re.sub(r"\s+", "", part)
    if part and all(letter in marks for letter in part):
        return "".join(marks[letter] for letter in part)
    return f"{sign}{part}" if len(part) < 2 or part.isalnum() else f"{sign}({part})"


def _group(part: str) -> str:
    part = part.strip()
    return part if re.fullmatch(r"∂?[\w\u0300-\u036f]+", part) else f"({part})"


def _sub(base: str, index: str) -> str:
    return base + _small(index, SUB, "_") + " " * (base in "∑∏")


def _super(base: str, power: str) -> str:
    return base + ("′" * len(power) if set(power) <= {"′"} else _small(power, SUPER, "^"))


def _over(base: str, accent: str) -> str:
    mark = ACCENTS.get(accent.strip())
    return unicodedata.normalize("NFC", base + mark) if mark else _super(base, accent)


READERS: dict[str, Callable[..., str]] = {
    "msub": _sub,
    "msup": _super,
    "munder": _sub,
    "mover": _over,
    "msubsup": lambda base, index, power: _super(_sub(base, index), power),
    "munderover": lambda base, index, power: _super(base + _small(index, SUB, "_"), power) + " ",
    "mfrac": lambda above, below: f"{_group(above)}/{_group(below)}",
    "msqrt": lambda *inside: f"√{_group(''.join(inside))}",
    "mroot": lambda inside, order: f"{_small(order, SUPER, '')}√{_group(inside)}",
}
