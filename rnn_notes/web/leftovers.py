"""Nothing is left raw: what looks like mathematics or Markdown in the text of a finished page is an error.

A formula that is not found is not checked, and a reader sees its source. So the page that Markdown has made is read
once more, and outside code and typeset formulas there may be no dollar, no backslash, and no mark of Markdown's.
"""

import re
from difflib import SequenceMatcher
from html import unescape
from typing import Any

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor

from rnn_notes.web.nesting import FENCE
from rnn_notes.web.source import Source
from rnn_notes.web.whole import WholePage

ASIDE = re.compile(r"<!--.*?-->|<(mjx-container|svg|script|style|pre|code|textarea)\b.*?</\1\s*>", re.DOTALL)
LETTERED = re.compile(r"<(text|title|desc)\b[^>]*>(.*?)</\1\s*>", re.DOTALL)  # what a picture says in letters
TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)((?:\"[^\"]*\"|'[^']*'|[^'\">])*)>")
SPOKEN = re.compile(
    r"\b(?:alt|title|aria-[a-z]+|placeholder|summary|label|value|content)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
)
EMPHASIS = re.compile(r"[^<>\n]{0,60}\w<em>([^<>]*)</em>\w[^<>\n]{0,60}")
INLINE = "\x01"  # stands for a tag within a line of text, as a code or a formula
DOLLAR = re.compile(r"&dollar;|&#x0*24;|&#0+36;", re.IGNORECASE)  # but &#36;, which is known to be meant
BACKSLASH = re.compile(r"&bsol;|&#0*92;|&#x0*5c;", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+|[$\\]")

FORMULAS = (
    "a formula in a line is $…$ without a space inside the dollars, a display has $$ alone on the lines "
    "before and after it, and blank lines around it"
)
MATHEMATICS = {  # h_{t−1} with a minus sign of its own is plain text, as in docstrings
    r"\$": f"a dollar is left in the text; {FORMULAS}; a dollar that is money is written \\$ or &#36;",
    r"\\": f"LaTeX or a backslash is left in the text; {FORMULAS}; a backslash of another kind belongs in `code`",
    r"\(\?\?\?\)": "a reference leads to no equation; link to the heading of its section instead",
    r"[_^]\{[^}−]*\}": f"LaTeX is left in the text; {FORMULAS}",
    r"<math|&lt;/?math": f"MathML is left in the text; {FORMULAS}",
    r"&#36;[^\s\d&][^\n]{0,80}?(?<=\S)&#36;": f"this looks like a formula between dollars that are text; {FORMULAS}",
    r"(?:^|\s)%\s*check\s*:": "the mark of a display is in the text; it belongs on the first line between $$",
}
LIST = (
    "Jupyter and GitHub show a list here, and this page does not; leave a blank line before it, and begin its items "
    "with - or 1."
)
IN_HTML = 'and Markdown in HTML needs markdown="1"'
DIALECT = {
    r"^[ ]{0,3}(?:[-*+]|1[.)])[ ]+\S": LIST,
    r"^[ ]{0,3}\d+\)[ ]+\S": LIST,
    r"^[ ]{0,3}[-*+][ ]*$": "the item of a list begins on the line of its mark, as in - text",
    r"^[ ]*(?:\|[ ]*:?-+|:?-{2,}):?[ ]*\|": "this table is not shown as one; leave a blank line before it",
    r"^={3,}[ ]*$": "only one line is made a heading by a line below it; begin it with # instead",
    r"(?<![\w*])\*(?=[^\s*])[^*\n]{0,80}(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=[^\s_])[^_\n]{0,80}(?<=[^\s_])_(?!\w)": (
        f"text should be emphasised here and is not; leave no space within the marks, {IN_HTML}"
    ),
    r"`[^`\n]+`": f"code in a line is left in the text; leave no backslash before it, {IN_HTML}",
    r"\*\*": f"text should be bold here and is not; leave no space within the stars, {IN_HTML}",
    r"~~|(?<![\w~])~(?=[^\s~])[^~\n]{0,80}(?<=[^\s~])~(?![\w~])": (
        "text should be struck out, which these pages do not do; say it in words"
    ),
    r"```|~~~": f"a fence is left in the text; leave a blank line before it, {IN_HTML}",
    r"\]\(|\]\[|\[\^|!\[": (
        f"a link, a picture or a footnote is left in the text; put its address right behind it, {IN_HTML}"
    ),
    r"^[ ]*(?:!!!|\?\?\?\+?)[ ]": "a box is left in the text; leave a blank line before it",
    r"^[ ]{0,3}#{1,6}[ ]": "a heading is left in the text; leave a blank line before it",
    rf"(?:^|{INLINE})\[[ xX]\][ ]": "a box to tick is not shown as one; use a plain list",
    r"\[!\w+\]": "this box is not shown as one; write it as !!! note",
    r"^[ ]{0,3}\*\[[^\]\n]+\]:": "an abbreviation is not shown as one; write it out where it is first used",
    r"(?<![\w=])==(?=[^\s=])[^=\n]*(?<=\S)==|\{(?:\+\+|--|~~|==|>>|&gt;&gt;)|^-+8(?:<|&lt;)-+": (
        "a mark of another Markdown is left in the text; write **bold**, or plain words"
    ),
    r"(?<=\w)([~^])(?=\S)[^~^\s]{1,20}\1": f"what should be raised or lowered is not; {FORMULAS}",
    rf"\{{[a-z][\w:-]*\}}{INLINE}|(?<![\w:]):[a-z][\w+-]*:(?![\w:])|^:{{3,}}|^\+{{3}}[ ]*$": (
        "a mark of another Markdown is left in the text; put a formula between dollars, and a box behind !!! note"
    ),
    r"\{%.*%\}|\{\{.*\}\}": "a mark of a template is left in the text, and nothing fills it; write what it stands for",
    r"\[\[[^][\n]+\]\]": "a link of another Markdown is left in the text; write [words](page.md)",
    r"\{(?:[ ]*:[ ]*[\w#.-]|[ ]*[#.][A-Za-z])[^}\n]*\}": (
        "attributes are left in the text; put them directly behind what has them, without formulas in them"
    ),
    r"https?://|(?<![\w/.@-])www\.\w": "an address is not a link here; write <https://…>, or [words](https://…)",
}


class LiteralDollar(InlineProcessor):
    r"""Makes ``\$`` the entity that stands for a dollar, which is then known to be meant."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:
        """The place of the entity in the text."""
        return self.md.htmlStash.store("&#36;"), m.start(0), m.end(0)


class Head(Preprocessor):
    """Raises PageError if a text in the front matter of a page is left raw."""

    def __init__(self, md: Markdown, source: Source) -> None:
        super().__init__(md)
        self.source = source

    def run(self, lines: list[str]) -> list[str]:
        """The lines as they are."""
        if fault := check(self.source.front):
            name, why = fault
            written = self.source.path.read_text(encoding="utf-8").splitlines()
            line = next((n for n, text in enumerate(written, start=1) if text.startswith(f"{name}:")), 1)
            raise self.source.error("", f"{name}: {why}", line)
        return lines


class Leftovers(WholePage):
    """Raises PageError at the first thing in the text of the finished page that should have become something else."""

    def __init__(self, md: Markdown, source: Source) -> None:
        super().__init__(md)
        self.source = source
        # What LaTeX writes with a backslash keeps it, so that it is seen: Markdown would make \[ a bracket.
        md.ESCAPED_CHARS = [character for character in md.ESCAPED_CHARS if character not in "()[]{}$"]
        md.inlinePatterns.register(LiteralDollar(r"\\\$", md), "notes-dollar", 185)

    def look(self, text: str) -> None:
        """Raise at the line of what is left raw."""
        if fault := find(text):
            mark, around, advice = fault
            mark = unescape(mark).strip(f" \n{INLINE}")
            # Arithmatex has made \(…\) of $…$ before a picture has its name.
            line = nearest(self.source.lines, mark, around) or nearest(self.source.lines, "", around)
            shown = " ".join(around.replace(INLINE, " ").split())
            raise self.source.error("", f"{advice} (near “{shown}”)", line)


def find(html: str) -> tuple[str, str, str] | None:
    """The first thing that is left raw: how it looks, the text around it, and what to do instead; else None."""
    html = DOLLAR.sub("$", BACKSLASH.sub(lambda m: "\\", html))
    html = ASIDE.sub(_aside, html)
    if cut := re.search(r"[^<>]{0,60}<span class=\"arithmatex\">(.*?)</span>", html, re.DOTALL):
        return cut[1][:20], cut[0], "a formula is within a tag of HTML, and breaks it; there, use words"
    if swallowed := EMPHASIS.search(html):
        advice = f"stars within a word make part of it slanting, and are not shown; {FORMULAS}; emphasise whole words"
        return swallowed[1], swallowed[0], advice
    spoken = [attribute[1] or attribute[2] or "" for tag in TAG.finditer(html) for attribute in SPOKEN.finditer(tag[3])]
    for text in spoken:
        for pattern, advice in MATHEMATICS.items():
            if found := re.search(pattern, text):
                return found[0], text, f"in words that are read aloud, {advice}; here, use words"
    text = "\n".join(_text(html))
    for pattern, advice in (MATHEMATICS | DIALECT).items():
        for found in re.finditer(pattern, text, re.MULTILINE):
            begin, end = text.rfind("\n", 0, found.end() - 1) + 1, text.find("\n", found.end())
            around = text[max(begin, found.start() - 60) : found.end() + 60 if end < 0 else min(end, found.end() + 60)]
            return found[0], around, advice
    return None


def _aside(found: re.Match[str]) -> str:
    """What is read in place of what is not text: a picture's letters for a picture, nothing for a comment."""
    if found[0].startswith("<!--"):
        return ""
    return INLINE + INLINE.join(letters[2] for letters in LETTERED.finditer(found[0])) * (found[1] == "svg")


def _text(html: str) -> list[str]:
    """The lines of the text, blocks apart from each other; what is in a link is not a bare address."""
    html = re.sub(r"<a\b[^>]*>.*?</a>", lambda m: m[0].replace("://", ""), html, flags=re.DOTALL)

    def shown(tag: re.Match[str]) -> str:
        if tag[2].lower() == "math":
            return "<math"
        return "\n" if tag[2].lower() in {"p", "br"} else INLINE

    return TAG.sub(shown, html).split("\n")


def nearest(lines: list[tuple[int, str]], mark: str, around: str) -> int | None:
    """The line of a page, code apart, that holds the mark and is most like the text around it."""
    around = unescape(around)
    words, best, number = set(WORD.findall(around)), 0.0, None
    for line, text in prose(lines):
        bare = re.sub(r"`[^`]*`", INLINE, text)
        common = SequenceMatcher(None, bare, around, autojunk=False).find_longest_match().size
        own = WORD.findall(bare)
        score = 1 + common + 3 * len(words & set(own)) - len(own) / 4
        if mark in bare and (number is None or score > best):
            best, number = score, line
    return number


def prose(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The lines that are in no block of code."""
    found, ends = [], ""
    for number, text in lines:
        fence = FENCE.match(text)
        if ends:
            ends = "" if text.strip() == ends else ends
        elif fence:
            ends = fence[2]
        else:
            found.append((number, text))
    return found


def in_titles(nav: Any) -> str:
    """What is wrong with the first title in a navigation that holds mathematics, "" if none does."""
    if isinstance(nav, list):
        return next(filter(None, map(in_titles, nav)), "")
    if isinstance(nav, dict):
        faults = (check({"nav": title}) for title in nav)
        own = next((f"{title}: {fault[1]}" for title, fault in zip(nav, faults, strict=True) if fault), "")
        return own or in_titles(list(nav.values()))
    return ""


def check(values: dict[str, Any]) -> tuple[str, str] | None:
    """The first of these names whose text holds mathematics, which a title or a description cannot show, and why."""
    for name, value in values.items():
        for pattern, advice in MATHEMATICS.items():
            if isinstance(value, str) and re.search(pattern, value.replace("&#36;", "")):
                return name, f"{advice}; a title or a description has none"
    return None
