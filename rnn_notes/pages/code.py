"""What is wrong with a block of code or a claim before anything runs: it would never run, or not be shown as it is."""

import ast
import re
from difflib import get_close_matches

from rnn_notes.pages.parts import Fence

RUNNABLE = ("python", "pycon", "r")
ALSO = {"py": "python", "py3": "python", "python3": "python", "ipython": "pycon", "r": "r", "rscript": "r"}
TITLED_NOT = re.compile(r"title=[\"']\s*not\b", re.IGNORECASE)
REASONS = ("not run: ", "not in the browser: ")
PROMPT = re.compile(r"^\s*>>> ", re.MULTILINE)
TAB = re.compile(r"\S[^\n]*\t")  # at the beginning of a line it counts as four spaces
SAY = 'write title="not run: reason" after the language'


def fault(fence: Fence) -> str | None:
    """What is wrong with a block of code, None if nothing is; of other languages only what is meant for one that runs.

    A misspelled language, or a reason that is not read, would leave a block that everybody takes for tested.
    """
    if fence.not_run:
        return None
    if TITLED_NOT.search(fence.info) and not any(f'title="{reason}' in fence.info for reason in REASONS):
        return f"the reason why this code does not run is not read; {SAY}"
    if fence.language not in RUNNABLE:
        return _misspelled(fence.language)
    if TAB.search(fence.code):
        return "a tab within a line of code is shown as spaces; write \\t in a text, and spaces elsewhere"
    if fence.language == "pycon" and not PROMPT.search(fence.code):
        return f"this code has no prompt, so nothing of it runs; begin each statement with >>>, or {SAY}"
    if fence.language == "python":
        try:
            ast.parse(fence.code)
        except SyntaxError as error:
            return f"this is not Python ({error.msg}, in its line {error.lineno or 1}); mend it, or {SAY}"
    return None


def wrong_expression(text: str) -> str | None:
    """What is wrong with the expression of a claim before it is evaluated."""
    try:
        ast.parse(text, mode="eval")
    except SyntaxError as error:
        return (
            f"this claim is not an expression of Python ({error.msg}); write <!-- holds: abs(loss - 0.12) < 0.005 -->"
        )
    return None


def _misspelled(language: str) -> str | None:
    meant = ALSO.get(language.lower()) or next(iter(get_close_matches(language.lower(), RUNNABLE[:2], 1, 0.8)), None)
    return f"code in {language!r} never runs; write {meant} for its language, or {SAY}" if meant else None
