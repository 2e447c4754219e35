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
FORMULA = '<div class="try-formula"></div>'  # where a page has the box for a formula of the reader's own
KINDS = {  # what a reader may choose, and the mark that it stands for
    "a step with numbers and letters (chain)": "chain",
    "printed numbers": "numbers",
    "the plain recurrent network": "rnn",
    "the LSTM": "lstm",
    "the GRU": "gru",
    "a network without tanh": "linear",
    "shapes of the plain network": "shapes",
}
BOX = (
    '<div class="try-formula" data-search-exclude role="group" aria-label="Try a formula"><label>A formula in LaTeX '
    '<textarea rows="3" spellcheck="false" autocapitalize="off">'
    r"\frac{d}{dx} \tanh(x) = 1 - \tanh(x)^2</textarea></label>"
    "<label>checked as <select>"
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
        both = re.compile(f"{BLOCK.pattern}|(?P<solution>{SOLUTION.pattern})", re.DOTALL)
        return both.sub(self._with_buttons, text).replace(FORMULA, BOX)

    def _with_buttons(self, match: re.Match[str]) -> str:
        if match["solution"]:
            self.number += 1
            cell = f'<div class="live-exercise" data-live="cell" data-exercise>{bar("your code", "Your code")}</div>'
            return f"{cell}\n{match[0]}"
        if 'class="filename">not ' in match["inside"]:  # "not run: …", "not in the browser: …"
            return match[0]
        self.number += 1
        kind = "cell" if self.notebook else match["kind"]
        return (
            f'<div class="language-{match["kind"]} highlight" data-live="{kind}">'
            f"{match['inside']}{bar(f'block {self.number}', 'Edit')}</div>"
        )


def bar(name: str, edit: str) -> str:
    """The two buttons of a block; without scripts they are not shown."""
    return (
        f'<div class="live"><button class="run" type="button" aria-label="Run {name}">Run</button>'
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
