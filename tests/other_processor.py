"""Runs cells of code, as a kernel does, in a process of its own that may round as another processor does.

As a program: each line that comes in is a list of cells, and the line that goes out says what each of them shows.
"""

import ast
import contextlib
import io
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from rnn_notes.cache.arithmetic import arithmetic

Shown = list[str]  # how, and what


@contextlib.contextmanager
def other_processor() -> Iterator[Callable[[list[str]], list[Shown]]]:
    """Gives what runs the cells of a page and says what they show: on one of 2008, which has no wide instructions.

    What it multiplies and what tanh it takes end in other last digits; other makes than those of Intel and AMD are told
    only not to use what NumPy finds in them.
    """
    wide = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    old = {"NPY_DISABLE_CPU_FEATURES": " ".join(wide), "MPLBACKEND": "Agg"}
    if intel := platform.machine() == "x86_64":
        # without the size of its cache, some versions of OpenBLAS do not get over a processor that is not there
        old |= {"OPENBLAS_CORETYPE": "Nehalem", "OPENBLAS_L2_SIZE": "512"}
    started = partial(subprocess.Popen, [sys.executable, __file__], env={**os.environ, **old}, text=True)
    with TemporaryDirectory() as folder, started(cwd=folder, stdin=PIPE, stdout=PIPE) as process:
        given, answers = process.stdin, process.stdout
        assert given
        assert answers
        differs = answers.readline().strip() != arithmetic()
        assert differs or not wide or not intel, "the other processor computes as this one"

        def ask(cells: list[str]) -> list[Shown]:
            given.write(json.dumps(cells) + "\n")
            given.flush()
            return json.loads(answers.readline())

        yield ask
        given.close()


def run(source: str, names: dict[str, Any]) -> Shown:
    """What a cell shows when it runs; the last expression is its value."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    value = None
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            exec(compile(tree, "cell", "exec", dont_inherit=True), names)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), "cell", "eval", dont_inherit=True), names)
        except Exception as error:
            return ["error", f"{type(error).__name__}: {error}"]
    if value is not None:
        return ["value", repr(value)]
    return ["printed", out.getvalue()] if out.getvalue() else ["nothing", ""]


def main() -> None:
    """Page after page, each in names of its own."""
    print(arithmetic(), flush=True)
    for line in sys.stdin:
        names = {"__name__": "__main__"}
        print(json.dumps([run(cell, names) for cell in json.loads(line)]), flush=True)


if __name__ == "__main__":
    main()
