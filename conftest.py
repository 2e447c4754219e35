"""Makes every code fence, prose claim and display of every page a test item of its own, with file and line.

The fences of a page run top to bottom in one namespace and in one empty working folder,
as they would for a reader who types them in.
"""

import doctest
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sybil import Document, Example, Region, Sybil

from rnn_notes import pages
from rnn_notes.checks import verdicts

os.environ["MPLBACKEND"] = "Agg"  # figures are drawn, no window opens
ROOT = Path(__file__).parent


def regions(document: Document) -> Iterator[Region]:
    """The items of a page, in its order."""
    path = Path(document.path)
    page = pages.read(path)
    starts = [0]
    for line in document.text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    document.namespace["__name__"] = "__main__"
    results = {v.line: v for v in verdicts.check(page.displays)}
    items: list[tuple[int, Any, Any]] = [
        *((f.line, f, RUN[f.language]) for f in page.fences if f.language in RUN and not f.not_run),
        *((c.line, c, claim) for c in page.claims),
        *((d.line, results[d.line], verdict) for d in page.displays),
    ]
    for line, parsed, evaluator in items:
        yield Region(starts[line - 1], starts[line] - 1, parsed, evaluator)


def python(example: Example) -> None:
    """A ``python`` fence: runs without an exception; its lines keep their numbers in a traceback."""
    source = "\n" * example.line + example.parsed.code
    exec(compile(source, example.path, "exec"), example.namespace)


def pycon(example: Example) -> str | None:
    """A ``pycon`` fence: prints exactly what the page shows."""
    parts = doctest.DocTestParser().parse(example.parsed.code, example.path)
    cases = [part for part in parts if isinstance(part, doctest.Example)]
    stray = next((part.strip() for part in parts if isinstance(part, str) and part.strip()), None)
    if not cases or stray:
        return f"no prompt before {stray!r}; begin each statement with >>> and leave no blank line in its output"
    output: list[str] = []
    test = doctest.DocTest(cases, {}, example.path, example.path, example.line, None)
    test.globs = example.namespace  # not a copy: later fences of the page see what this one defines
    doctest.DocTestRunner(verbose=False).run(test, out=output.append, clear_globs=False)
    return "".join(output) or None


def r(example: Example) -> str | None:
    """An ``r`` fence: runs in Rscript, after the R fences before it."""
    if shutil.which("Rscript") is None:
        if os.environ.get("CI"):
            return "Rscript is missing; install r-base-core"
        pytest.skip("Rscript is missing; install r-base-core to run the R code")
    code = example.document.__dict__.setdefault("r_code", [])
    code.append(example.parsed.code)
    run = subprocess.run(
        ["Rscript", "--vanilla", "-"], input="options(warn = 2)\n" + "".join(code), capture_output=True, text=True
    )
    return run.stderr if run.returncode else None


def claim(example: Example) -> str | None:
    """``<!-- holds: … -->``: the expression is true."""
    value = eval(example.parsed.expression, example.namespace)
    return None if value else f"{example.parsed.expression} is {value!r}"


def verdict(example: Example) -> str | None:
    """A display: the checker has not refused it nor found it false."""
    result = example.parsed
    return f"{result.summary}\n{result.evidence}" if result.outcome in ("fails", "refused") else None


RUN = {"python": python, "pycon": pycon, "r": r}


@pytest.fixture(scope="module")
def folder_of_the_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty working folder for the code of one page."""
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("page"))
    yield
    os.chdir(before)


pytest_collect_file = Sybil([regions], patterns=["*.md", "*.ipynb"], fixtures=["folder_of_the_page"]).pytest()
