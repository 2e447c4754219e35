"""Imports and runs what the pages use, then says which files that took, with byte code for the modules among them.

It runs inside Pyodide (see compile.mjs). What is not in use is not lost: it is packed apart, and loaded when asked for.
"""

import importlib.util
import json
import marshal
import os
import sys
import zipfile
from pathlib import Path

ARCHIVES: list[str]  # set by compile.mjs
sys.path[1:1] = ARCHIVES  # noqa: F821
os.environ["MPLBACKEND"] = "agg"
opened: set[str] = set()
sys.addaudithook(lambda event, args: opened.add(str(args[0])) if event == "open" else None)

import ast
import tempfile

import matplotlib.pyplot

from rnn_notes import figures
from rnn_notes.checks.verdicts import judge

for formula, mark in [
    (r"\frac{d}{dx} \tanh(x) = 1 - \tanh(x)^2", "chain"),
    (r"1 + e^{x} > 1", "chain"),
    (r"h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h)", "rnn"),
]:
    assert (verdict := judge(formula, mark)).outcome in ("proved", "evaluated"), verdict

opened = {path for path in opened if not path.endswith((".ttf", ".afm"))}  # to list the fonts opens them all
with tempfile.TemporaryFile() as picture:
    figures.draw("sigmoid-tanh-relu").savefig(picture, format="svg")
    matplotlib.pyplot.figure().savefig(picture, format="png")

HEADER = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")  # unchecked: the source is not looked for
STDLIB = next(path for path in sys.path if path.endswith(".zip"))


class WithoutDocstrings(ast.NodeTransformer):
    """Takes docstrings out, which only ``help`` reads; a body keeps a statement."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            node.body[:1] = [] if len(node.body) > 1 else [ast.copy_location(ast.Pass(), node.body[0])]
        return node


def archive_and_name(path: str) -> tuple[str, str] | None:
    """Where a file comes from, None if it is none of those that are packed."""
    if path.startswith(STDLIB + "/"):
        return "stdlib", path.removeprefix(STDLIB + "/")
    if path.startswith("/sources/"):
        archive, _, inside = path.removeprefix("/sources/").partition("/")
        return archive, inside
    return None


modules = {path for module in list(sys.modules.values()) if (path := getattr(module, "__file__", None))}
used: dict[str, list[str]] = {}
for path in sorted(modules | {path for path in opened if "__pycache__" not in path}):
    if place := archive_and_name(path):
        used.setdefault(place[0], []).append(place[1])
Path("/out/used.json").write_text(json.dumps(used))

for path in sorted(modules):
    if not path.endswith(".py"):
        continue
    archive, inside = archive_and_name(path) or (None, "")
    if archive in (None, "rnn_notes"):
        continue  # ours keeps its sources, which tracebacks show
    source = zipfile.ZipFile(STDLIB).read(inside).decode() if archive == "stdlib" else Path(path).read_text()
    tree = ast.parse(source)
    if archive in ("stdlib", "sympy"):  # NumPy reads its own
        tree = WithoutDocstrings().visit(tree)
    compiled = compile(tree, inside, "exec", dont_inherit=True, optimize=0)
    size = len(source).to_bytes(4, "little")
    target = Path("/out", archive, inside + "c")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(HEADER + importlib.util.source_hash(source.encode()) + marshal.dumps(compiled))
