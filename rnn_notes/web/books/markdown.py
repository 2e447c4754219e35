"""An article as plain Markdown: CommonMark with tables, footnotes, task lists, and LaTeX between dollars.

What Markdown has no sign for stays HTML that every Markdown program shows: ``<details>`` for what is folded away.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from rnn_notes.web.books.article import Article, classes, text

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = {*HEADINGS, "p", "ul", "ol", "dl", "table", "blockquote", "pre", "div", "figure", "details", "hr", "section"}
SPECIAL = re.compile(r"[\\`*$]|(?<!\w)_|_(?!\w)|<(?=[A-Za-z/!])|\](?=[(\[])")
BEGINS = re.compile(r"(?m)^([ ]*)(#{1,6}|[-+>]|\d+[.)])(?=\s)")  # what would begin a block, at the start of a line
LANGUAGE = re.compile(r"\blanguage-([\w#.+-]+)")
BAR = re.compile(r"\\?\|")  # in a formula
LETTERS = "abcdefgh"  # of the answers to a question
SMALL = {"sup", "sub", "kbd", "mark", "small"}  # what Markdown has no signs for


@dataclass(frozen=True)
class Writer:
    """Writes the elements of an article as Markdown.

    ``link`` makes a whole address of what a link names, ``pictures`` is the address of the folder of the figures: so a
    text that was copied elsewhere still leads where it should. With ``folded``, reasons of answers are folded away.
    """

    article: Article
    link: Callable[[str], str]
    pictures: str
    folded: bool = False

    def whole(self) -> str:
        """The article."""
        return self.blocks(self.article.root) + "\n"

    def blocks(self, parent: Element) -> str:
        """What is in an element, as blocks with a blank line between them."""
        return "\n\n".join(self._children(parent))

    def block(self, element: Element) -> str:
        """One block; empty if a reader would see none."""
        writers: dict[str, Callable[[Element], str]] = {  # by class or by tag, the first that fits
            "display": self._display,
            "highlight": self._code,
            "self-check": self._self_check,
            "footnote": self._footnotes,
            "output": self._output,
            "admonition": lambda box: _quoted(self.blocks(box)),
            "admonition-title": lambda title: f"**{self.line(title)}**",
            "p": self._paragraph,
            "ul": self._list,
            "ol": self._list,
            "dl": self._definitions,
            "table": self._table,
            "figure": self._figure,
            "details": self._details,
            "pre": lambda pre: fence(text(pre), "text"),
            "blockquote": lambda quote: _quoted(self.blocks(quote)),
            "hr": lambda rule: "---",
            **dict.fromkeys(HEADINGS, self._heading),
        }
        kinds = {*classes(element), element.tag}
        return next((write for kind, write in writers.items() if kind in kinds), self.blocks)(element)

    def line(self, element: Element, cell: bool = False) -> str:
        """What is in an element, as text with inline marks; in a cell of a table there may be no bar."""
        parts = [_escaped(element.text or "", cell)]
        for child in element:
            parts += [self._inline(child, cell), _escaped(child.tail or "", cell)]
        return "".join(parts)

    def _children(self, parent: Element) -> Iterator[str]:
        """The blocks in an element; a text between them is a block of its own."""
        loose = Element("p")
        loose.text = parent.text
        for child in [*parent, None]:
            if child is not None and (child.tag not in BLOCKS):
                loose.append(child)
                continue
            if (text(loose).strip() or len(loose)) and (shown := self.block(loose)):
                yield shown
            if child is not None:
                if shown := self.block(child):
                    yield shown
                loose = Element("p")
                loose.text = child.tail

    def _inline(self, element: Element, cell: bool) -> str:
        tag, kinds = element.tag, classes(element)
        if tag == "formula":
            latex = self.article.formula(element).latex
            return f"${BAR.sub(_bar, latex) if cell else latex}$"
        if tag == "drawing" or "badge" in kinds:
            return ""
        if tag == "br":
            return "<br>" if cell else "\\\n"
        if tag == "code":
            return _code_span(text(element), cell)
        if tag == "img":
            return f"![{_escaped(element.get('alt', ''), cell)}]({self.link(element.get('src', ''))})"
        if "footnote-backref" in kinds:
            return ""
        inside = self.line(element, cell)
        if tag == "sup" and element.get("id", "").startswith("fnref"):
            return f"[^{text(element).strip()}]"
        if tag in ("em", "i", "strong", "b") and inside.strip():
            return _around("**" if tag in ("strong", "b") else "*", inside)
        if tag == "a" and "href" in element.attrib and "term" not in kinds:  # a glossary is of use on the screen
            return f"[{inside}]({self.link(element.attrib['href'])})"
        return f"<{tag}>{inside}</{tag}>" if tag in SMALL and "doc-label" not in kinds else inside

    def _heading(self, element: Element) -> str:
        return f"{'#' * int(element.tag[1])} {' '.join(self.line(element).split())}"

    def _paragraph(self, element: Element) -> str:
        return BEGINS.sub(_escaped_begin, re.sub(r"\n[ \t]+", "\n", self.line(element)).strip())

    def _display(self, element: Element) -> str:
        """A display with its number as a tag, and what the checker says of it as a comment."""
        formula = next(element.iter("formula"))
        number = next((f" \\tag{{{text(part).strip('()')}}}" for part in element if "number" in classes(part)), "")
        verdict = next((part.get("title", "") for part in element if "badge" in classes(part)), "")
        said = f"\n<!-- {verdict.replace('--', '–')} -->" if verdict else ""
        return f"$$\n{self.article.formula(formula).latex.strip()}{number}\n$$\n{said}".rstrip("\n")

    def _code(self, element: Element) -> str:
        title = next((text(span) for span in element.iter("span") if "filename" in classes(span)), "")
        language = LANGUAGE.search(element.get("class", ""))
        head = (language[1] if language else "") + (f' title="{title}"' if title else "")
        return fence(code(element), head)

    def _self_check(self, element: Element) -> str:
        """The question and its answers as a task list, as their author wrote them, each with its reason."""
        question, *answers = element
        shown = [self.block(question)]
        if self.folded:
            shown += [
                f"- **{letter}** {self.line(answer[0]).strip()}"
                for letter, answer in zip(LETTERS, answers, strict=False)
            ]
        for letter, answer in zip(LETTERS, answers, strict=False):
            reason = "\n\n".join(filter(None, map(self.block, answer[1:])))
            if self.folded:
                shown.append(_fold(f"Is it {letter}?", reason))
            else:
                tick = "x" if "right" in classes(answer) else " "
                shown.append(_item(f"[{tick}] {self.line(answer[0]).strip()}\n\n{reason}", "- "))
        return "\n\n".join(shown)

    def _footnotes(self, element: Element) -> str:
        notes = [item for item in element.iter("li") if item.get("id", "").startswith("fn")]
        return "\n\n".join(_item(self.blocks(note), f"[^{n}]: ") for n, note in enumerate(notes, start=1))

    def _output(self, element: Element) -> str:
        """What a cell of a notebook shows: its text, or the words for its picture."""
        parts = [part for part in element.iter() if part.tag in ("div", "img")]
        named = next(filter(None, (part.get("aria-label") or part.get("alt") for part in parts)), None)
        return f"*Picture: {_escaped(named)}*" if named else self.blocks(element)

    def _list(self, element: Element) -> str:
        loose = any(child.tag == "p" for item in element for child in item)
        start = int(element.get("start", "1"))
        items = []
        for n, item in enumerate(element, start=start):
            mark = "- " if element.tag == "ul" else f"{n}. "
            items.append(_item(self.blocks(item), mark))
        return ("\n\n" if loose else "\n").join(items)

    def _definitions(self, element: Element) -> str:
        """Terms and what they mean, as Markdown Extra has them."""
        shown = ""
        for part in element:
            new = part.tag == "dt"
            shown += f"\n\n{self.line(part).strip()}" if new else f"\n{_item(self.blocks(part), ':   ')}"
        return shown.strip()

    def _table(self, element: Element) -> str:
        rows = [[" ".join(self.line(cell, cell=True).split()) for cell in row] for row in element.iter("tr")]
        head = next(element.iter("tr"))
        sides = [cell.get("style", "") for cell in head]
        rules = ["---:" if "right" in side else ":---:" if "center" in side else "---" for side in sides]
        return "\n".join(f"| {' | '.join(row)} |" for row in [rows[0], rules, *rows[1:]])

    def _figure(self, element: Element) -> str:
        name = element.get("id", "").removeprefix("figure-")
        caption = next((text(span) for span in element.iter("span") if span.get("id", "").startswith("caption-")), "")
        return f"![{_escaped(caption)}]({self.pictures}{name}.svg)"

    def _details(self, element: Element) -> str:
        summary, *inside = element
        content = "\n\n".join(filter(None, map(self.block, inside)))
        return _fold(self.line(summary).strip(), content)


def code(element: Element) -> str:
    """The code of a block."""
    return next(text(part) for part in element.iter("code"))


def fence(content: str, head: str) -> str:
    """A block of code, in a fence that is longer than any within it."""
    ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", content)), default=0))
    return f"{ticks}{head}\n{content.rstrip()}\n{ticks}"


def _fold(summary: str, content: str) -> str:
    return f"<details>\n<summary>{summary}</summary>\n\n{content}\n\n</details>"


def _item(content: str, mark: str) -> str:
    """A block after a mark, its other lines indented by four spaces."""
    return mark + re.sub(r"\n(?=[^\n])", "\n    ", content)


def _quoted(content: str) -> str:
    return re.sub(r"(?m)^", "> ", content).replace("> \n", ">\n")


def _escaped(content: str, cell: bool = False) -> str:
    shown = SPECIAL.sub(lambda sign: "\\" + sign[0], content)
    return shown.replace("|", "\\|") if cell else shown


def _escaped_begin(found: re.Match[str]) -> str:
    before, mark = found[1], found[2]
    return f"{before}{mark[:-1]}\\{mark[-1]}"


def _around(mark: str, inside: str) -> str:
    """Marks are next to the text, and spaces outside of them."""
    bare = inside.strip()
    before, _, after = inside.partition(bare)
    return f"{before}{mark}{bare}{mark}{after}"


def _code_span(content: str, cell: bool) -> str:
    longest = max(map(len, re.findall("`+", content)), default=0)
    ticks = "`" * (longest + 1)
    room = " " if content.startswith("`") or content.endswith("`") else ""
    return f"{ticks}{room}{content.replace('|', chr(92) + '|') if cell else content}{room}{ticks}"


def _bar(found: re.Match[str]) -> str:
    """A bar in a formula, which would end the cell of a table."""
    return r"\Vert " if found[0].startswith("\\") else r"\vert "
