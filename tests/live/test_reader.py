"""The reader's Python, in Node.js: every block of every page prints what the page prints, claims and displays hold."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rnn_notes import ipynb, pages
from rnn_notes.web import execution
from rnn_notes.web.live import pack

READER = Path(__file__).with_name("reader.mjs")


@pytest.fixture(scope="session")
def reader(packed):
    """A running reader: a page's blocks go in, what they printed comes out."""
    if not (node := shutil.which("node")):
        if os.environ.get("CI"):
            pytest.fail("Node.js is missing; install nodejs")
        pytest.skip("Node.js is missing; install it to run the blocks in the reader's Python")
    command = [node, str(READER), str(pack.UPSTREAM), str(packed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def ask(page):
            process.stdin.write(json.dumps(page) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()


def blocks_of(path):
    """What the reader is given of a page, as the page's script gives it: prompts are left out."""
    page = pages.read(path)
    fences = [
        fence
        for fence in page.fences
        if fence.language in ("python", "pycon") and not fence.not_run and "not in the browser:" not in fence.info
    ]
    printed = [fence.code if fence.language == "pycon" else "" for fence in fences]
    kinds = [fence.language for fence in fences]
    if path.suffix == ".ipynb":
        kinds = ["cell" if kind == "python" else kind for kind in kinds]
        shown = texts_of_cells(path)
        printed = [shown.get(fence.code.strip(), text) for fence, text in zip(fences, printed, strict=True)]
    codes = [
        "".join(re.findall(r"^(?:>>>|\.\.\.) ?(.*\n)", fence.code, re.MULTILINE))
        if fence.language == "pycon"
        else fence.code
        for fence in fences
    ]
    before = lambda line: sum(fence.line < line for fence in fences)  # noqa: E731
    earlier, displays = [], []
    for display in page.displays:
        displays.append([display.latex, display.mark or "", list(earlier)])
        if (display.mark or "").startswith("define"):
            earlier.append(display.latex)
    return {
        "name": str(path),
        "codes": codes,
        "kinds": kinds,
        "printed": printed,
        "claims": [[before(claim.line), claim.expression] for claim in page.claims],
        "displays": displays,
    }, [fence.line for fence in fences]


def texts_of_cells(path):
    """What each cell of code shows as text, by its code; "" where it shows nothing or a picture."""
    code, shown = [cell for cell in ipynb.cells(path.read_text(encoding="utf-8")) if cell.kind == "code"], {}
    for cell, found in zip(code, execution.outputs(path, code), strict=True):
        data = [output.get("data", {"text/html": ""}) for output in found]
        picture = not data or any("text/html" in each for each in data)
        shown[cell.source.strip()] = "" if picture else f"{data[0]['text/plain']}\n"
    return shown


PAGES = [path for path in pages.all_pages() if any(f.language in ("python", "pycon") for f in pages.read(path).fences)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(pages.DOCS).as_posix())
def test_every_block_prints_in_the_browsers_python_what_the_page_prints(path, reader):
    """In the page's order, and once more after it, unless it takes long; claims and displays come out the same."""
    page, lines = blocks_of(path)
    found = reader(page)
    name = path.relative_to(pages.DOCS).as_posix()
    for run in ("first", "again"):
        wrong = [
            f"{name}:{line}: {result.get('error', {}).get('whole', result['stdout'])}"
            for line, result in zip(lines, found[run], strict=True)
            if result and result["state"] not in ("same", "ran")
        ]
        assert not wrong, "\n".join(wrong)
    assert all(text not in ("False", "np.False_") for text in found["claims"])
    refused = [d["evidence"] for d in found["verdicts"] if d["outcome"] in ("fails", "refused", "stopped")]
    assert not refused


def test_nearly_every_block_runs_in_the_page():
    """At most two per cent of the blocks say that they cannot, each with its reason."""
    blocks = [f for path in pages.all_pages() for f in pages.read(path).fences if f.language in ("python", "pycon")]
    elsewhere = [f for f in blocks if "not in the browser:" in f.info]
    assert all(re.search(r'title="not in the browser: \w.*"', fence.info) for fence in elsewhere)
    assert not [f.info for f in elsewhere if "round" in f.info], (
        "what follows the rounding differs between processors too"
    )
    assert len(elsewhere) <= 0.02 * len(blocks)
