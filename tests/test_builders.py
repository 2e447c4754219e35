"""Builders other than MkDocs: what is put together for them, what they refuse, and when two sites are the same."""

import json
import logging
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from rnn_notes import cache, pages
from rnn_notes.pages import PageError
from rnn_notes.web import leftovers, search, zensical_build
from rnn_notes.web.zensical_build import BuildError

ROOT = Path(__file__).parents[1]
MAKE = shutil.which("make")


@pytest.mark.skipif(not MAKE, reason="make is missing")
@pytest.mark.parametrize("builder", ["mkdocs", "properdocs", "zensical"])
def test_make_site_names_the_builder_and_the_folder(builder):
    """One target, and a variable each."""
    command = [MAKE, "--no-print-directory", "--dry-run", "site", f"BUILDER={builder}", "SITE=elsewhere"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    assert f"python -m {'rnn_notes.web.' if builder == 'zensical' else ''}{builder}" in said
    assert said.endswith(" elsewhere")
    assert ("PYTHONPATH" in said) == (builder != "mkdocs")  # its plugins see no other builder


@pytest.mark.skipif(not MAKE, reason="make is missing")
def test_a_builder_that_there_is_not_is_refused():
    """In a sentence that names those that there are."""
    said = subprocess.run([MAKE, "--dry-run", "site", "BUILDER=hugo"], cwd=ROOT, capture_output=True, text=True)
    assert said.returncode
    assert "BUILDER is mkdocs, properdocs or zensical, and not hugo" in said.stderr


@pytest.fixture
def sites(tmp_path):
    """Two folders with the same site, by two builders; the first has books."""
    for name, builder, books in (("one", "mkdocs-1", "<p>PDF</p>"), ("two", "other-2", "")):
        site = tmp_path / name
        (site / "deep").mkdir(parents=True)
        page = f'<meta name="generator" content="{builder}"><p>Text</p><div class="downloads">{books}</div>'
        (site / "deep/index.html").write_text(page)
        (site / "x.css").write_text("p {}")
    (tmp_path / "one/downloads").mkdir()
    (tmp_path / "one/downloads/book.pdf").write_text("PDF")
    return tmp_path / "one", tmp_path / "two"


def compared(sites):
    """What the program of CI says of two sites."""
    command = [sys.executable, str(ROOT / ".ci/same.py"), *map(str, sites)]
    run = subprocess.run(command, capture_output=True, text=True)
    return run.returncode, run.stdout


def test_sites_are_the_same_but_for_the_name_of_their_builder(sites):
    """And for the books that make book adds to one of them."""
    status, said = compared(sites)
    assert status == 0, said
    assert said == f"2 files in {sites[0]}, 0 of which are not the same in {sites[1]}\n"


CHANGES = {
    "a word": (lambda site: (site / "deep/index.html").write_text("<p>Test</p>"), "deep/index.html differs: "),
    "a byte of no page": (lambda site: (site / "x.css").write_text("p {} "), "x.css differs: "),
    "a file less": (lambda site: (site / "x.css").unlink(), "x.css is in "),
    "a file more": (lambda site: (site / "y.css").touch(), "y.css is in "),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_differs_is_named(sites, change):
    """A word of a page, any byte of another file, a file that one of them has alone."""
    make, said = CHANGES[change]
    make(sites[1])
    status, printed = compared(sites)
    assert status == 1
    assert printed.startswith(said)


def test_no_site_is_not_the_same_site(tmp_path):
    """Two empty folders are not proof of anything."""
    assert compared((tmp_path, tmp_path))[0] == 1


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """A folder in which notes of three pages, one of them a notebook, are put together for Zensical."""
    docs = tmp_path / "docs"
    (docs / "deep").mkdir(parents=True)
    for name in ("index.md", "deep/one.md"):
        (docs / name).write_text("# One\n")
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "# Two"}]
    (docs / "deep/two.ipynb").write_text(json.dumps({"cells": cells}))
    configuration = tmp_path / "mkdocs.yml"
    configuration.write_text(
        "site_name: N\nnav:\n  - index.md\n  - Deep:\n      - deep/one.md\n      - deep/two.ipynb\n"
    )
    monkeypatch.setattr(pages, "DOCS", docs)
    monkeypatch.setattr(zensical_build, "CONFIGURATION", configuration)
    monkeypatch.setattr(zensical_build.notebooks, "markdown", lambda path, assets: f"# Two\n\n{assets}\n")
    (tmp_path / "stage/docs").mkdir(parents=True)
    (tmp_path / "stage/docs/left.md").touch()  # of an earlier build
    return tmp_path / "stage"


def test_notes_are_put_together_for_zensical(stage):
    """Texts are links to what was written, a notebook is Markdown beside it, and nothing of before is left."""
    settings = yaml.safe_load(zensical_build.prepare(stage).read_text())
    assert settings["nav"] == ["index.md", {"Deep": ["deep/one.md", "deep/two.md"]}]
    found = {path.relative_to(stage / "docs").as_posix() for path in stage.rglob("docs/**/*") if path.is_file()}
    assert found == {"index.md", "deep/one.md", "deep/two.ipynb", "deep/two.md"}
    assert (stage / "docs/deep/one.md").resolve() == pages.DOCS / "deep/one.md"
    assert (stage / "docs/deep/two.md").read_text() == "# Two\n\n../assets\n"


def test_a_page_without_a_title_is_refused_for_zensical_too(stage):
    """It would be shown under the name of its file."""
    (pages.DOCS / "deep/one.md").write_text("Words.\n")
    with pytest.raises(PageError, match=r"deep/one\.md:1: there is no title above this line"):
        zensical_build.prepare(stage)


def test_a_title_with_mathematics_is_refused_by_every_builder(stage):
    """No contents can show it."""
    zensical_build.CONFIGURATION.write_text("nav: [{A: [{The $h_t$: index.md}]}]")
    with pytest.raises(PageError, match=r"mkdocs\.yml:1: nav: The \$h_t\$: a dollar"):
        zensical_build.prepare(stage)
    assert leftovers.in_titles([{"$x$": ["a.md"]}]).startswith("$x$: ")
    assert leftovers.in_titles([{"A": ["a$.md", {"B": "b.md"}]}]) == ""


def test_a_notebook_is_edited_where_it_was_written(stage):
    """The link of its page names no Markdown that is in no repository."""
    zensical_build.prepare(stage)
    page = stage / "site/deep/two/index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<a href="https://example.org/edit/main/docs/deep/two.md">')
    zensical_build.restore_edit_links(stage)
    assert page.read_text() == '<a href="https://example.org/edit/main/docs/deep/two.ipynb">'


def fail(message):
    """A build that ends as Zensical does if an extension raises."""
    raise RuntimeError(f"Python error: PageError: {message}\nTraceback (most recent call last):\n  File …")


FAULTS = {
    "an error of a page": (lambda *_: fail("docs/one.md:3: a dollar"), r"^docs/one\.md:3: a dollar$"),
    "a display that fails": (
        lambda *_: logging.getLogger("mkdocs.rnn_notes").warning("docs/one.md:5:1: FAILS"),
        r"^docs/one\.md:5:1: FAILS\n1 warnings, which are errors$",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_zensical_builds_as_strictly_as_mkdocs(monkeypatch, tmp_path, fault):
    """It does not count what an extension warns of, and ends with a traceback; here a sentence says it."""
    build, said = FAULTS[fault]
    monkeypatch.setitem(sys.modules, "zensical", SimpleNamespace(build=build))
    with pytest.raises(BuildError, match=said):
        zensical_build.render(tmp_path / "mkdocs.yml")


def test_what_zensical_cleans_is_not_ours():
    """It removes ``.cache`` beside its configuration, also when it is called by hand: nothing of these notes is there.

    Neither what is remembered, nor what the tools and the build for Zensical are in.
    """
    cleaned = ROOT / ".cache"
    assert not cache.FOLDER.is_relative_to(cleaned)
    assert not zensical_build.STAGE.is_relative_to(cleaned)
    for path in (ROOT / "Makefile", *(ROOT / ".ci").glob("*.py")):
        assert not re.search(r"\.cache\b", path.read_text(encoding="utf-8")), path


def test_zensical_begins_anew(monkeypatch, tmp_path):
    """It keeps pages whose text is as it was, although the package that renders them has changed."""
    made = []
    monkeypatch.setitem(sys.modules, "zensical", SimpleNamespace(build=lambda *given: made.append(given)))
    zensical_build.render(tmp_path / "mkdocs.yml")
    ((_, options),) = made
    assert options == {"clean": True, "strict": True}


def test_without_zensical_a_sentence_says_what_installs_it(tmp_path, monkeypatch):
    """And nothing that was built before is touched."""
    monkeypatch.setattr(zensical_build, "find_spec", lambda name: None)
    (tmp_path / "index.html").touch()
    with pytest.raises(BuildError, match="make site BUILDER=zensical installs it"):
        zensical_build.build(tmp_path)
    assert (tmp_path / "index.html").exists()


def test_the_words_of_a_section_are_in_the_index_of_zensical_too(tmp_path):
    """In its text, once: of tags it would offer a choice."""
    index, keywords = tmp_path / "search.json", tmp_path / "keywords.toml"
    index.write_text(json.dumps({"config": {}, "items": [{"location": "a/#b", "title": "B", "text": "T", "tags": []}]}))
    keywords.write_text('"a/#b" = "nan loss, overflow"\n')
    for _ in range(2):
        search.enrich(tmp_path, keywords)
    (item,) = json.loads(index.read_text())["items"]
    assert item["text"] == "T nan loss, overflow"
    assert item["tags"] == []


def test_ci_looks_at_what_every_builder_has_built():
    """The same promises hold for Zensical's pages as for those of MkDocs."""
    target = (ROOT / "Makefile").read_text().partition("\nbuilders:")[2].partition("\n\n")[0]
    assert ".ci/same.py site" in target
    assert "tests/test_site.py" in target
    assert "make builders" in (ROOT / ".ci/run").read_text()
