"""What the tests of messages share: how a message is written down, and which of a module's errors have been raised."""

import ast
import importlib
import re
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np

ERRORS = (ValueError, TypeError, FloatingPointError, RuntimeError, SystemExit)


def pattern(text: str) -> str:
    r"""A regular expression for a text in which .* and \d stand for what they do in one, and all else for itself."""
    return re.escape(text).replace(r"\.\*", ".*").replace(r"\\d", r"\d")


def raised_by(call: Callable[[], object]) -> set[tuple[str, int]]:
    """The file and line of each statement that an error came through, also as the cause of what was raised."""
    found = set()
    chain: BaseException | None = None
    try:
        with np.errstate(all="ignore"):
            call()
    except ERRORS as error:
        chain = error
    while chain:
        frames = traceback.walk_tb(chain.__traceback__)
        found |= {(frame.f_code.co_filename, line) for frame, line in frames}
        chain = chain.__cause__ or chain.__context__
    return found


def not_raised(modules: list[str], raised: set[tuple[str, int]]) -> list[str]:
    """The errors in the code of the modules that are not among those raised."""
    missed = []
    for name in modules:
        file = str(importlib.import_module(f"rnn_notes.{name}").__file__)
        for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and node.exc:
                lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
                if not any((file, line) in raised for line in lines):
                    missed.append(f"{Path(file).name}:{node.lineno}: {ast.unparse(node.exc)[:90]}")
    return missed
