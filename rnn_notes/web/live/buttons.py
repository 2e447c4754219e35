"""The buttons that run and edit a block of code.

They are written into the built pages, so that their room is there at once.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import count
from pathlib import Path

from rnn_notes.web.books.outline import KEPT, Outline

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
SCRIPTS = re.compile(r"\s*(?:<link [^>]*assets/live/[^>]*>|<script [^>]*assets/live/[^>]*></script>)")


def write(outline: Outline) -> None:
    """Give each block that runs its buttons, and each exercise a cell of its own before its solution; once."""
    for chapter in outline.chapters:
        page = chapter.file.read_text(encoding="utf-8")
        if 'class="live"' not in page:
            chapter.file.write_text(with_buttons(page, chapter.source.endswith(".ipynb")), encoding="utf-8")


def forgo(pages: Iterable[Path]) -> None:
    """Let pages not ask for the script and the style sheet of the buttons, which they have without them."""
    for path in pages:
        path.write_text(SCRIPTS.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")


@lru_cache(maxsize=KEPT)
def with_buttons(page: str, notebook: bool) -> str:
    """The page with its buttons, numbered as a reader counts blocks; cells of a notebook show their last value."""
    page = page.replace(FORMULA, BOX)
    if all(ELSEWHERE in match["inside"] for match in BLOCK.finditer(page)):
        return page  # no Python, so no cells for it
    number = count(1)

    def put(match: re.Match[str]) -> str:
        if match["solution"]:
            next(number)
            buttons = bar("your code", "Your code here")
            return f'<div class="live-exercise" data-live="cell" data-exercise>{buttons}</div>\n{match[0]}'
        if ELSEWHERE in match["inside"]:
            return match[0]
        kind = "cell" if notebook and match["kind"] == "python" else match["kind"]
        return (
            f'<div class="language-{match["kind"]} highlight" data-live="{kind}">'
            f"{match['inside']}{bar(f'block {next(number)}', 'Edit')}</div>"
        )

    return re.sub(f"{BLOCK.pattern}|(?P<solution>{SOLUTION.pattern})", put, page, flags=re.DOTALL)


def bar(name: str, edit: str) -> str:
    """The two buttons of a block; without scripts they are not shown."""
    return (
        f'<div class="live" data-search-exclude><button class="run" type="button" aria-label="Run {name}">Run</button>'
        f'<button class="edit" type="button" aria-label="Edit {name}">{edit}</button></div>'
    )
