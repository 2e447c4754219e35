"""Numbers in prose and the claims that assert them: a claim has to be true, and false for the next number.

A result is written as a decimal, a percentage, or an integer that is neither in the code nor in the formulas of
its page: ``0.448``, ``.448``, ``4.5e-1``, ``62 per cent``. A claim bites if it becomes false as soon as the number in
it is changed by one unit of the last digit that the prose prints, upwards or downwards.
"""

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rnn_notes.pages.parts import Claim, Page, Paragraph

NUMBER = re.compile(
    r"(?<![A-Za-z0-9.])(?P<digits>\d{1,3}(?:,\d{3})+(?![\d.]\d)|0,\d+|\d+\.\d+|\.\d+|\d+)(?P<power>e[+-]?\d+)?(?![\d]|[.,]\d)"
    r"(?P<percent>[\s\u00a0]*(?:%|per[\s-]?cent\b))?"
)
NOT_A_QUANTITY = re.compile(
    r"(?:Python|NumPy|MathJax|MkDocs|BY|version|WCAG|arXiv|ISO|UTF-?|SHA-?) ?\d[\d.]*(?:(?:,| to| or) \d[\d.]*)*"
    r"|\d+, (?=(?:1[5-9]|20)\d\d\b)"  # the volume of a journal, before the year
    r"|\]\([^)]*\)|https?://\S+|\[\^[^\]]*\]|^\s*(?:\*\*)?\d+\.(?=\s|\*)"
)
BOUND = re.compile(
    r"\b(?:below|under|above|over|beyond|within|at (?:most|least)|up to|(?:less|fewer|more|smaller|larger|greater|"
    r"longer|shorter|better|worse) than|never (?:reaches|exceeds))\s+(?:about\s+|a\s+)?$"
)
LITERAL = re.compile(r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w.])")


@dataclass(frozen=True)
class Number:
    """A number as the prose prints it."""

    text: str
    value: Decimal
    unit: Decimal  # one unit of its last digit
    percent: bool
    bound: bool  # whether something is only said to be below it, or above

    @property
    def values(self) -> dict[Decimal, Decimal]:
        """The values that the number may have in a claim, each with its unit: 62 per cent is 62 or 0.62."""
        return {self.value: self.unit} | ({self.value / 100: self.unit / 100} if self.percent else {})


def numbers(text: str) -> Iterator[Number]:
    """The numbers of a text that may be results, in its order."""
    text = NOT_A_QUANTITY.sub(lambda m: " " * len(m[0]), text)
    for found in NUMBER.finditer(text):
        digits = found["digits"]
        plain = digits.replace(",", ".") if digits.startswith("0,") else digits.replace(",", "")
        value = Decimal(plain + (found["power"] or ""))
        unit = Decimal(1).scaleb(int(value.as_tuple().exponent))
        bound = bool(BOUND.search(text[: found.start()]))
        yield Number(found[0], value, unit, bool(found["percent"]), bound)


def results(page: Page, paragraph: Paragraph) -> list[Number]:
    """The numbers of a paragraph that are results, and neither settings that the page shows, small counts or years."""
    shown = {Decimal(n) for n in (*range(10), *range(1500, 2100))}
    shown |= {value for fence in page.fences for value in _literals(fence.code)}
    shown |= {value for formula in page.formulas for value in _literals(formula.latex)}
    return [n for n in numbers(paragraph.text) if n.percent or n.unit < 1 or n.value not in shown]


def unclaimed(page: Page) -> Iterator[tuple[Paragraph, Number]]:
    """The results in the prose that no claim of their paragraph mentions, each with its paragraph."""
    for paragraph in page.paragraphs:
        claimed = {value for claim in paragraph.claims for value in _literals(claim.expression)}
        yield from ((paragraph, number) for number in results(page, paragraph) if not claimed & set(number.values))


def loose(page: Page, paragraph: Paragraph, claim: Claim, namespace: dict[str, Any]) -> Iterator[str]:
    """Why a true claim does not assert results of its paragraph: it would be true for other numbers, too."""
    for number in results(page, paragraph):
        wrong = [changed for changed in _changed(claim.expression, number) if _holds(changed, namespace)]
        if wrong and not (number.bound and len(wrong) == 1):
            way_out = f"compare it with what the page computes, to within {float(number.unit / 2):g}"
            yield f"{number.text.strip()} is not asserted, since {wrong[0]} is true as well; {way_out}"
        elif _is_dummy(claim.expression, number):
            yield f"{number.text.strip()} is compared with itself; compare it with what the page computes"


def _literals(text: str) -> set[Decimal]:
    return {Decimal(literal) for literal in LITERAL.findall(text)}


def _changed(expression: str, number: Number) -> list[str]:
    """The expression with the number one unit higher, and one lower; empty if it does not mention the number."""
    if not _literals(expression) & set(number.values):
        return []

    def higher(literal: re.Match[str], by: int) -> str:
        value = Decimal(literal[0])
        return f"{value + by * number.values[value]:f}" if value in number.values else literal[0]

    return [LITERAL.sub(lambda literal, by=by: higher(literal, by), expression) for by in (1, -1)]  # type: ignore[misc]


def _holds(expression: str, namespace: dict[str, Any]) -> bool:
    try:
        return bool(eval(expression, namespace))
    except Exception:
        return False


def _is_dummy(expression: str, number: Number) -> bool:
    """Whether the number is compared with itself, or with a copy that computes nothing."""
    if not _literals(expression) & set(number.values):
        return False
    for node in ast.walk(ast.parse(expression, mode="eval")):
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - set(dir(builtins))
        if isinstance(node, ast.Compare) and not names:
            part = ast.unparse(node)
            if not number.bound and any(_holds(changed, {}) for changed in _changed(part, number)):
                return True
            others = _literals(part) - set(number.values)
            if any(0 < abs(other - value) < value / 50 for other in others for value in number.values):
                return True
    return False
