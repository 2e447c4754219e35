"""Questions with answers to choose from, for any site: a Markdown extension that makes folded answers of a task list.

In a page, the question is a paragraph, and the answers are a list right below it; the right one is ticked::

    Must the gradient explode if the largest singular value is 2?

    - [ ] Yes, since 2 is more than 1.

        A bound from above forces nothing; see [the bound](#how-large-can-the-product-be).

    - [x] You cannot tell from that.

        The product lies somewhere below the bound, and may well vanish.

Each answer is a ``details`` element, whose text comes when a reader chooses it: without a script, and by the keyboard.
In the mkdocs.yml of any project::

    markdown_extensions:
      - rnn_notes.web.self_checks
"""

import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from rnn_notes.pages import PageError
from rnn_notes.web.settings import Settings
from rnn_notes.web.source import Source

CHOICE = re.compile(r"\s*\[([ xX])\]\s+")
SAID = {True: "Right.", False: "No."}


class SelfChecks(Treeprocessor):
    """Makes a group of folded answers of each list whose items begin with a box, and of the paragraph above it."""

    def error(self, words: str, message: str) -> PageError:
        """An error at the line of the question."""
        shown = f"the question “{words[:60]}”" if words else "a list of answers"
        if "notes-source" in self.md.preprocessors:  # of rnn_notes.web.extension
            source: Source = self.md.preprocessors["notes-source"]
            return source.error(words.split("\n")[0][:20], f"{shown} {message}")
        return PageError(Path("page"), 1, f"{shown} {message}")

    def run(self, root: Element) -> None:
        """Replace them, before what is in their lines is read; raises PageError if a question cannot be asked."""
        asked = 0
        for parent in list(root.iter()):
            for at, child in enumerate(list(parent)):
                if child.tag == "ul" and len(child) and all(CHOICE.match(_first(item).text or "") for item in child):
                    asked += 1
                    above = parent[at - 1] if at and parent[at - 1].tag == "p" else None
                    if above is None:
                        raise self.error("", "has no paragraph above it; put the question there, a blank line between")
                    try:
                        _ask(child, above, f"self-check-{asked}")
                    except ValueError as fault:
                        raise self.error((above.text or "").strip(), str(fault)) from None
        for parent in list(root.iter()):
            for child in [p for p in parent if p.get("class") == "asked"]:
                parent.remove(child)


def _first(item: Element) -> Element:
    """Where the words of a choice are: a tight list has them in the item, a loose one in its first paragraph."""
    return item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item


def _ask(choices: Element, above: Element, name: str) -> None:
    """Make of a list, in place, a group that is labelled by the question above it; raises ValueError if it is none."""
    marks = [CHOICE.match(_first(item).text or "") for item in choices]
    right = [mark is not None and mark[1] != " " for mark in marks]
    if sum(right) != 1:
        raise ValueError(f"has {sum(right)} right answers, but one is expected; tick it as - [x]")
    items = list(choices)
    choices.clear()
    choices.tag = "div"
    choices.attrib |= {"class": "self-check", "role": "group", "aria-labelledby": name}
    question = SubElement(choices, "p", {"id": name, "class": "question"})
    question.text, question[:] = above.text, list(above)
    above.set("class", "asked")
    for item, true in zip(items, right, strict=True):
        first = _first(item)
        summary_text, explained = CHOICE.sub("", first.text or "", count=1), [p for p in item if p is not first]
        if not explained:
            raise ValueError("has an answer without a reason; put it below the answer, indented by four spaces")
        details = SubElement(choices, "details", {"class": "right" if true else "wrong", "name": name})
        summary = SubElement(details, "summary")
        summary.text = summary_text.rstrip()
        if first is not item:
            summary[:] = list(first)
        verdict = Element("strong")
        verdict.text = SAID[true]
        reason = explained[0]
        if reason.tag != "p":
            raise ValueError("has a reason that does not begin with words; begin it with a sentence")
        verdict.tail, reason.text = f" {(reason.text or '').strip()}", ""
        reason.insert(0, verdict)
        details.extend(explained)


class SelfChecksExtension(Settings):
    """The extension, without settings."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register it before Python-Markdown reads what is in lines."""
        md.treeprocessors.register(SelfChecks(md), "self-checks", 25)


def makeExtension(**settings: Any) -> SelfChecksExtension:
    """The entry point that Python-Markdown looks for."""
    return SelfChecksExtension(**settings)
