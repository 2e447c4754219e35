"""What rests on the private parts of the theme is listed in theme.toml, and the theme has all of it."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from rnn_notes.web import theme

ROOT = Path(__file__).parents[1]
LEANS = tomllib.loads((ROOT / "rnn_notes/web/theme.toml").read_text(encoding="utf-8"))["lean"]
CSS = sorted([*ROOT.glob("docs/assets/*.css"), *ROOT.glob("rnn_notes/web/live/page/*.css")])


@pytest.mark.parametrize("lean", LEANS, ids=lambda lean: f"{lean['ours']} on {lean['theirs']}")
def test_the_theme_has_what_is_leaned_on(lean):
    """In one file, in these words; each entry says why it is there, and what happens without it."""
    assert (ROOT / lean["ours"]).is_file()
    (file,) = theme.templates().glob(lean["theirs"])
    text = file.read_text(encoding="utf-8")
    assert [words for words in lean["words"] if words not in text] == []
    assert len(lean["why"]) > 20
    assert len(lean["without"]) > 20


def test_every_template_of_ours_that_rests_on_the_theme_is_listed():
    """A file that takes the place of one of the theme's, or that changes what the theme has written."""
    templates = [path for path in (ROOT / "docs/overrides").rglob("*.html") if path.is_file()]
    assert {path.relative_to(ROOT).as_posix() for path in templates} <= {lean["ours"] for lean in LEANS}
    words = [word for lean in LEANS if lean["ours"] == "docs/overrides/main.html" for word in lean["words"]]
    replaced = re.findall(r"""replace\((['"])(.*?)\1""", (ROOT / "docs/overrides/main.html").read_text())
    assert {found for _, found in replaced} <= set(words)


THEIRS = re.compile(r"(?:data-)?\bmd-[a-z][\w-]*|\bmd[A-Z]\w+|\b__(?:config|search|palette|md\w*)\b|\b\w+\$(?=[.?])")
"""Names of the theme: of classes and attributes, of data, and of streams, which have a dollar at their end."""


def names_of_the_theme(path):
    """Those in a file of ours, spelled as in HTML."""
    found = THEIRS.findall(path.read_text(encoding="utf-8"))
    return {re.sub("[A-Z]", lambda big: f"-{big[0].lower()}", name) for name in found}


def test_every_name_of_the_theme_in_a_file_of_ours_is_listed():
    """With that file and in its words; what lies beside theme.py is for the theme."""
    folders = ("docs/assets", "docs/overrides", "rnn_notes/web")
    files = [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".js", ".html")
    ]
    listed = {path: [] for path in files}
    for lean in LEANS:
        listed.get(ROOT / lean["ours"], []).extend(lean["words"])
    missing = [
        f"{path.relative_to(ROOT)} uses {name}; list it in rnn_notes/web/theme.toml, with the reason"
        for path in files
        for name in names_of_the_theme(path)
        if not any(name in words for words in listed[path])
    ]
    assert missing == []
    assert {path for path in files if path.parent.name == "web" and path.suffix == ".js"} <= {
        ROOT / lean["ours"] for lean in LEANS
    }


@pytest.mark.parametrize("sheet", CSS, ids=lambda path: path.name)
def test_every_class_and_variable_of_the_theme_in_a_style_sheet_is_one_of_its_own(sheet):
    """What the theme no longer has would style nothing, in silence."""
    theirs = "".join(
        path.read_text(encoding="utf-8")
        for kind in ("css", "html", "js")
        for path in theme.templates().rglob(f"*.{kind}")
        if "icons" not in path.parts
    )
    used = set(re.findall(r"(?:\.|--)(md-[\w-]+)|\[(data-md-[\w-]+)", sheet.read_text(encoding="utf-8")))
    assert sorted(name for pair in used for name in pair if name and name not in theirs) == []


def test_the_script_of_the_theme_is_compiled_beside_the_page(built_site):
    """It says so to the browser in its first line, and its source map still leads to its lines."""
    (bundle,) = built_site.glob("assets/javascripts/bundle.*.min.js")
    first, _, code = bundle.read_text().partition("\n")
    assert first == "//# allFunctionsCalledOnLoad"
    assert code.startswith('"use strict"')
    assert json.loads(bundle.with_name(f"{bundle.name}.map").read_text())["mappings"].startswith(";")
