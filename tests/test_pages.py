"""The promises of the pages: every block runs, every number is asserted, every figure is known, nothing is skipped."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from rnn_notes import figures, pages
from rnn_notes.pages import claims

ROOT = Path(__file__).parents[1]
PAGES = [*pages.all_pages(), ROOT / "README.md"]
FOLDERS = [pages.DOCS / folder for folder in ("lecture", "learning", "uses", "beyond")]
CHAPTERS = [page for page in PAGES if page.parent in FOLDERS]
RUNNABLE = ("python", "pycon", "r")
read = cache(pages.read)  # each page once


def name(page: Path) -> str:
    """The path of a page below the repository, as its test items show it."""
    return page.relative_to(ROOT).as_posix()


def pytest_in(folder: Path, *arguments: str) -> str:
    """What pytest prints in a folder, where it runs in a process of its own."""
    plugins = ["-p", "rnn_notes.pytest_plugin", "-p", "no:cacheprovider", "-p", "no:playwright"]
    command = [sys.executable, "-m", "pytest", *plugins, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env={**os.environ, "CI": ""}).stdout


@pytest.mark.slow
def test_every_fence_claim_and_display_is_a_test_item():
    """As many items are collected from a page as a plain count of its text finds, so none is skipped in silence."""
    listed = pytest_in(ROOT, "--collect-only", "-q", "docs", "README.md")
    collected = Counter(line.split("::")[0] for line in listed.splitlines() if "::" in line)
    for page in PAGES:
        text = page.read_text()
        if page.suffix == ".ipynb":
            cells = json.loads(text)["cells"]
            text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        text = re.sub(r"^ *```\w+ [^\n]*not run:.*?```$", "", text, flags=re.MULTILINE | re.DOTALL)
        fences = len(
            re.findall(r'^ *```(?:python|pycon|r)(?: title="not in the browser: [^"]*")?$', text, re.MULTILINE)
        )
        claims = text.count("<!-- holds:")
        text = re.sub(r"(?ms)^ *(```+).*?^ *\1$", "", text)
        displays = len(re.findall(r"^ *\$\$ *$", text, re.MULTILINE)) / 2
        labels = len(re.findall(r"^ *\\label\{", text, re.MULTILINE))
        references = len(re.findall(r"\\eqref\{", re.sub(r"`[^`]*`", "", text)))
        words = re.sub(r"(?ms)^ *\$\$.*?^ *\$\$$|`[^`]*`", "", text)
        relations = [f for f in re.findall(r"\$([^$]+)\$", words) if re.search(r"(?<!_{)[^_ ] *(=|<|>|\\ge) ", f)]
        assert collected[name(page)] == fences + claims + displays + labels + references + len(relations), name(page)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_fence_that_is_not_run_says_why(page):
    """A block in a language that the tests cannot run carries its reason, for the reader to see."""
    silent = [f.line for f in read(page).fences if f.language not in RUNNABLE and not f.not_run]
    assert not silent, f'{name(page)}:{silent}: say title="not run: reason" after the language'


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_result_in_the_prose_is_claimed(page):
    """A decimal, a percentage, or an integer that the page does not show otherwise has a claim that mentions it."""
    for paragraph, number in claims.unclaimed(read(page)):
        pytest.fail(f"{name(page)}:{paragraph.line}: add <!-- holds: … --> after the paragraph, for {number.text}")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_display_is_marked(page):
    """Each display says how it is checked."""
    assert all(display.mark for display in read(page).displays)


@pytest.mark.parametrize("page", CHAPTERS, ids=name)
def test_a_chapter_is_complete(page):
    """It has a figure, code, what to remember, and two to five exercises with folded solutions that run code."""
    assert read(page).figures, "show a figure: ![What it shows, in plain words.](figure:its-name)"
    assert "\n## What to remember\n" in page.read_text(), 'add a section "## What to remember"'
    assert 2 <= len(exercises(page)) <= 5, "give two to five exercises, each a paragraph that begins with **1.**"
    for exercise in exercises(page):
        _, folded, solution = exercise.partition('\n??? success "Solution"\n')
        assert folded, f'add ??? success "Solution", with a solution indented below it: {exercise[:80]}'
        code = re.search(r"^ {4}```(pycon|python|r)\b", solution, re.MULTILINE)
        assert code, f"run code in the solution: {exercise[:80]}"


def exercises(page):
    """The exercises of a chapter, each from behind its number on."""
    _, heading, text = page.read_text().partition("\n## Exercises\n")
    assert heading, 'add a section "## Exercises"'
    return re.split(r"^\*\*\d\.\*\*", text, flags=re.MULTILINE)[1:]


@pytest.mark.parametrize("page", CHAPTERS, ids=name)
def test_a_chapter_says_what_its_reader_can_do_after_it(page):
    """Once, above its first section, in one paragraph."""
    head, *sections = page.read_text().split("\n## ")
    said = len(re.findall(r"(?m)^\*\*After this you can\*\* \w.*\.$", head))
    assert said == 1, "say once, above the first section, **After this you can** and what, in one line"
    assert not any("**After this you can**" in section for section in sections)


@pytest.mark.parametrize("page", CHAPTERS, ids=name)
def test_an_exercise_says_how_hard_it_is(page):
    """One to three stars, with three two hints; a chapter of Learning has one for a pencil and one that trains."""
    for exercise in exercises(page):
        stars = re.match(r" (★{1,3}) ", exercise)
        assert stars, f"say behind the number how hard it is, as ★, ★★ or ★★★: {exercise[:80]}"
        hints = re.findall(r'^\?\?\? tip "(?:A )?(first|second) hint"\n    \S', exercise, re.MULTILINE | re.IGNORECASE)
        expected = ["first", "second"] * (stars[1] == "★★★")
        way_out = f'with ★★★ give ??? tip "A first hint" and ??? tip "A second hint", else none: {exercise[:80]}'
        assert [hint.lower() for hint in hints] == expected, way_out
    if page.parent.name == "learning":
        for kind in (r"★ \*?With a pencil\.", r"\b[Tt]rain"):
            found = any(re.search(kind, exercise) for exercise in exercises(page))
            assert found, (
                f"a chapter of Learning has an exercise that says {kind}: *With a pencil.*, *Trains a network.*"
            )


def test_figures_on_the_pages_are_the_registered_figures():
    """Every registered figure is on a page, and every figure on a page is registered."""
    used = {figure.name for page in PAGES for figure in read(page).figures}
    used |= {drawn for page in PAGES for drawn in re.findall(r'show\(draw\(\\"(.*?)\\"', page.read_text())}
    assert not set(figures.REGISTRY) - used, "put it on a page: ![What it shows, in plain words.](figure:its-name)"
    assert not used - set(figures.REGISTRY), "register it with @figure in rnn_notes/figures"


@pytest.mark.parametrize("page", [p for p in PAGES if p.suffix == ".ipynb"], ids=name)
def test_notebooks_are_committed_without_results(page):
    """Results are made when the site is built, so none can be out of date."""
    code = [cell for cell in json.loads(page.read_text())["cells"] if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_no_picture_is_committed_but_that_of_the_readme():
    """All other pictures are drawn when the site is built."""
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    pictures = [f for f in kept if Path(f).suffix in {".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".pdf"}]
    assert pictures == ["docs/assets/readme.svg"]


BROKEN = {
    "raises.md": ("\n```python\nx = 1\nx / 0\n```\n", "raises.md:4: in <module>"),
    "prints.md": ("\n```pycon\n>>> 1 + 1\n3\n```\n", "prints.md:2"),
    "no-prompt.md": ("```pycon\n1 + 1\n```\n", "no prompt before '1 + 1'"),
    "false-claim.md": ("One half is 0.6.\n<!-- holds: 1 / 2 == 0.6 -->\n", "1 / 2 == 0.6 is False"),
    "false-display.md": ("text\n\n$$\n% check: chain\n1 + 1 = 3\n$$\n", "false-display.md:3"),
    "no-mark.md": ("text\n\n$$\n1 + 1 = 2\n$$\n", "no-mark.md:3"),
    "open-fence.md": ("text\n\n```python\n1 + 1\n", "open-fence.md:3: this code block does not end"),
    "open-display.md": ("text\n\n$$\n1 + 1 = 2\n", "open-display.md:3: this display is not read as one"),
}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(tmp_path, end):
    """Also as on a Macintosh of old, as Markdown has it."""
    (tmp_path / "page.md").write_bytes(end.join(["A", "", "$$", "% check: chain", "1 + 1 = 2", "$$", ""]).encode())
    (display,) = read(tmp_path / "page.md").displays
    assert (display.line, display.mark, display.latex.split()) == (3, "chain", ["1", "+", "1", "=", "2"])


@pytest.mark.slow
def test_a_broken_page_fails_with_file_and_line(tmp_path):
    """What raises, prints something else, is false, has no mark or does not end is reported where it is."""
    (tmp_path / "pyproject.toml").write_text('[tool.rnn_notes.checks]\npages = ["."]\n')
    for file, (text, _) in BROKEN.items():
        (tmp_path / file).write_text(text)
    (tmp_path / "good.md").write_text("A half is 0.5.\n<!-- holds: 1 / 2 == 0.5 -->\n\n```pycon\n>>> 1 + 1\n2\n```\n")
    printed = pytest_in(tmp_path, "--tb=short")
    for file, (_, expected) in BROKEN.items():
        assert expected in printed, f"{file}\n{printed}"
    assert "2 passed" in printed


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_code_fits_the_width_of_the_page(page):
    """No line of code is longer than 80 characters, which is what a page shows without scrolling."""
    long = [f.line for f in read(page).fences if any(len(row) > 80 for row in f.code.splitlines())]
    assert not long, f"{name(page)}:{long}: break the lines of more than 80 characters"


@pytest.mark.parametrize("page", [page for page in PAGES if page.suffix == ".md" and page.parent != ROOT], ids=name)
def test_the_front_matter_is_read_and_describes_the_page(page):
    """A search shows 40 to 220 characters of description, and no claim could follow a number in it."""
    description = read(page).front.get("description", "")
    assert 40 <= len(description) <= 220
    assert not [number.text for number in claims.numbers(description) if number.unit < 1 or number.percent]
