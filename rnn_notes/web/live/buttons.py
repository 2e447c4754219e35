"""A Python-Markdown extension: the buttons that run and edit a block of code.

They are written when the page is built, so that their room is there at once.
"""

import re
from typing import Any

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor

BLOCK = re.compile(
    r'<div class="language-(?P<kind>pycon|python) highlight">(?P<inside>(?:(?!</pre>).)*</pre>)</div>', re.DOTALL
)
ELSEWHERE = 'class="filename">not '  # the title "not run: …" or "not in the browser: …"
FORMULA = '<div class="try-formula"></div>'  # where a page has the box for a formula of the reader's own
KINDS = {  # what a reader may choose, and the mark that it stands for
    "numbers and functions": "chain",
    "the plain recurrent network": "rnn",
    "the LSTM": "lstm",
    "the GRU": "gru",
    "a network without tanh": "linear",
    "the 4-3-2 network of the lecture, with its numbers": "lecture",
    "the shapes of the plain network": "shapes rnn",
    "printed numbers, to their last digit": "numbers",
}
BOX = (
    '<div class="try-formula" data-search-exclude role="group" aria-label="Try a formula"><label>A formula, in LaTeX '
    '<textarea rows="3" spellcheck="false" autocapitalize="off">'
    r"\frac{d}{dx} \tanh(x) = 1 - \tanh(x)^2</textarea></label>"
    "<label>It is about <select>"
    + "".join(f'<option value="{mark}">{words}</option>' for words, mark in KINDS.items())
    + '</select></label><div class="live"><button class="judge" type="button">Check</button></div></div>'
)
SOLUTION = re.compile(r'<details class="success">')


class Buttons(Postprocessor):
    """Gives each block that runs its buttons, and each exercise a cell of its own before its solution."""

    def __init__(self, md: Markdown, notebook: bool) -> None:
        super().__init__(md)
        self.notebook = notebook
        self.number = 0

    def run(self, text: str) -> str:
        """The page with its buttons; they are numbered as the reader counts the blocks."""
        self.number = 0
        text = text.replace(FORMULA, BOX)
        if all(ELSEWHERE in match["inside"] for match in BLOCK.finditer(text)):
            return text  # no Python, so no cells for it
        both = re.compile(f"{BLOCK.pattern}|(?P<solution>{SOLUTION.pattern})", re.DOTALL)
        return both.sub(self._with_buttons, text)

    def _with_buttons(self, match: re.Match[str]) -> str:
        if match["solution"]:
            self.number += 1
            buttons = bar("your code", "Your code here")
            return f'<div class="live-exercise" data-live="cell" data-exercise>{buttons}</div>\n{match[0]}'
        if ELSEWHERE in match["inside"]:
            return match[0]
        self.number += 1
        kind = "cell" if self.notebook and match["kind"] == "python" else match["kind"]
        return (
            f'<div class="language-{match["kind"]} highlight" data-live="{kind}">'
            f"{match['inside']}{bar(f'block {self.number}', 'Edit')}</div>"
        )


def bar(name: str, edit: str) -> str:
    """The two buttons of a block; without scripts they are not shown."""
    return (
        f'<div class="live" data-search-exclude><button class="run" type="button" aria-label="Run {name}">Run</button>'
        f'<button class="edit" type="button" aria-label="Edit {name}">{edit}</button></div>'
    )


class Live(Extension):
    """The extension."""

    def __init__(self, **settings: Any) -> None:
        self.config = {
            "notebook": [False, "whether the page is a notebook, whose cells show their last value"],
        }
        super().__init__(**settings)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the buttons, after all that changes blocks of code."""
        md.postprocessors.register(Buttons(md, self.getConfig("notebook")), "notes-live", -1)


def makeExtension(**settings: Any) -> Live:
    """The entry point that Python-Markdown looks for."""
    return Live(**settings)
