"""The edition of the notes: one version wherever it is named, and the day of the last change."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

import rnn_notes
from rnn_notes.web.edition import edition

ROOT = Path(__file__).parents[1]
VERSION = rnn_notes.__version__


def test_the_day_is_that_of_the_source_and_not_of_the_build(monkeypatch):
    """SOURCE_DATE_EPOCH says which day; the same source gives the same pages tomorrow."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert edition(ROOT) == f"Version {VERSION}, 2 January 1970"


def test_without_it_the_day_is_that_of_the_last_commit(monkeypatch, tmp_path):
    """A repository tells when it was changed last; a folder without history has a version alone."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert edition(tmp_path) == f"Version {VERSION}"
    say = {"GIT_COMMITTER_DATE": "2026-03-04T12:00:00Z", "HOME": str(tmp_path)}
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "one"]):
        subprocess.run(["git", *command], cwd=tmp_path, env=say | {"PATH": "/usr/bin:/bin"}, check=True)
    assert edition(tmp_path) == f"Version {VERSION}, 4 March 2026"


def test_without_git_there_is_a_version_alone(monkeypatch):
    """A reader of an archive may have no git."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    assert edition(ROOT) == f"Version {VERSION}"


def test_a_page_names_its_edition(built_site):
    """At the foot of each page."""
    assert edition(ROOT) in (built_site / "index.html").read_text(encoding="utf-8")


def test_the_version_is_the_same_wherever_it_is_named():
    """In the citation, the BibTeX entry and the changelog."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == VERSION
    assert f"version = {{{VERSION}}}" in (ROOT / "docs/reference/errata.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(VERSION)}$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("form", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*[!g].yml")), ids=lambda f: f.name)
def test_a_form_for_reports_asks_for_what_is_needed(form):
    """It has a name, a description and fields with labels, as GitHub wants it; each field is required."""
    content = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert content["name"]
    assert content["description"]
    for field in content["body"]:
        assert field["attributes"]["label"]
        assert field["validations"] == {"required": True}
