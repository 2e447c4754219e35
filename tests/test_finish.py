"""What is done after a build can be done twice, a strict build refuses what it must, and the policy knows its own."""

import re
import shutil

import pytest
from bs4 import BeautifulSoup
from mkdocs.config import load_config
from tiny_site import ROOT, TinySite

from rnn_notes.web import csp, edition, finish, forbidden, theme

MARKUP = 'the "state" <script>x</script> & so'


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A site of three pages, built once."""
    site = TinySite(tmp_path_factory.mktemp("tiny"))
    site.pages["mine"] = f"---\ndescription: '{MARKUP}'\n---\n\n{site.pages['mine']}"
    status, printed = site.build("--strict")
    assert status == 0, printed
    return site


def test_a_site_is_the_same_however_often_it_is_built_into_its_folder(tiny):
    """Again, of changed pages only, and by two builders at once: the same files."""
    first = tiny.files()
    tiny.build("--dirty")
    assert tiny.files() == first
    builders = [tiny.start("--strict") for _ in range(2)]
    printed = [builder.communicate()[0] for builder in builders]
    assert [builder.returncode for builder in builders] == [0, 0], printed
    assert tiny.files() == first


def test_the_search_starts_the_worker_of_the_theme_and_not_itself(tiny):
    """Else each worker would start the next one, without end."""
    (worker,) = tiny.site.glob("assets/javascripts/workers/search.*.min.js")
    assert 'new Worker("theme.js")' in worker.read_text()
    assert "new Worker" not in worker.with_name("theme.js").read_text()


def test_a_finished_site_can_be_finished_again(built_site, tmp_path):
    """By a process that has built none of it, and nothing changes: all that it writes is made of the pages alone."""
    site = tmp_path / "rnn_notes"
    shutil.copytree(built_site, site)
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    finish.finish(site, templates(), live=(site / "assets/live").exists())
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


def test_without_live_code_no_page_has_a_button_or_asks_for_its_script(tmp_path, monkeypatch):
    """Where the files are not to be had; all else is there."""
    monkeypatch.setenv("RNN_NOTES_LIVE", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    site = TinySite(tmp_path)
    (site.folder / ".rnn_notes/cache").unlink()  # where the files may lie
    site.pages["mine"] = "# Mine\n\n```python\nprint(1)\n```\n"
    status, printed = site.build("--strict")
    assert status == 0, printed
    assert "without live code: RNN_NOTES_LIVE is" in printed
    pages = {path: path.read_text() for path in site.site.rglob("*.html")}
    assert not [path for path, text in pages.items() if "assets/live" in text or "data-live" in text]
    assert all("assets/self-checks.js" in text for text in pages.values())
    assert 'class="copy"' in pages[site.site / "mine/index.html"]


def test_which_edition_it_is_stands_on_every_page(tiny):
    """Once, behind the copyright."""
    for path in tiny.site.rglob("*.html"):
        assert re.findall('<span class="edition">(.*?)</span>', path.read_text()) == [
            f"{edition.edition(tiny.folder)}."
        ]


def templates():
    """The folders of templates that the site is made with."""
    return [ROOT / "docs/overrides", theme.templates()]


FAULTS = {
    "a dead link": ("mine", "[dead](nowhere.md)", "nowhere.md"),
    "a missing anchor": ("mine", "[lost](index.md#nowhere)", "#nowhere"),
    "an absolute link": ("mine", "[absolute](/mine/)", "/mine/"),
    "a missing picture": ("mine", "![gone](gone.png)", "gone.png"),
    "a page outside the navigation": ("outside", "# Outside", "outside.md"),
    "a display that fails": ("mine", "$$\n% check: chain\n1 = 2\n$$", "FAILS"),
    "a display without a mark": ("mine", "$$\nx = 2\n$$", "REFUSED"),
    "a relation that fails": ("mine", "So $1 = 3$<!-- check: chain -->.", "FAILS (chain)"),
    "a relation that nothing states": ("mine", "So $x = 2$.", "REFUSED (no mark)"),
    "a link to a folder": ("mine", "[folder](../mine)", "../mine"),
}


def test_a_strict_build_counts_a_warning_of_every_kind(tmp_path):
    """All of them at once: it names each of them, and fails; without --strict the same build warns."""
    site = TinySite(tmp_path)
    for page, text, _ in FAULTS.values():
        site.pages[page] = f"{site.pages.get(page, '')}\n{text}\n"
    status, printed = site.build("--strict")
    warnings = [line for line in printed.splitlines() if line.startswith("WARNING")]
    for kind, (_, _, name) in FAULTS.items():
        assert name in printed, kind
    assert status != 0
    assert int(re.search(r"Aborted with (\d+) warnings in strict mode", printed)[1]) == len(FAULTS)
    assert len(warnings) == len(FAULTS)


ERRORS = {  # a page, what is made of it, and what is said
    "a dollar": ("mine", "# Mine\n\nIt costs $5.\n", r"docs/mine\.md:7: .*dollar"),
    "a colon in front matter": ("mine", "---\ntitle: One: two\n---\n\n# Mine\n", r"docs/mine\.md:2: .*quotes"),
    "an empty page": ("mine", "", r"docs/mine\.md:1: this page is empty; a page begins with its title"),
    "no title": ("mine", "Words.\n", r"docs/mine\.md:5: there is no title above this line; a page begins with its"),
    "an entry that leads nowhere": (
        "reference/glossary",
        "# G\n\ngate\n:   It.\n",
        r"glossary\.md:8: .*end it with a link",
    ),
}


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_a_page_ends_a_build_in_a_sentence(tmp_path, error):
    """File and line, without a traceback."""
    page, text, said = ERRORS[error]
    site = TinySite(tmp_path)
    site.pages[page] = text
    status, printed = site.build("--strict")
    assert status != 0
    assert "Traceback" not in printed
    assert re.search(said, printed)


def test_the_policy_knows_the_scripts_of_the_templates_alone(tmp_path):
    """A page may bring none; a word or a path may be filled in, code may not."""
    known = csp.known_scripts(templates())
    (scope,) = [
        s
        for s in csp.INLINE.findall((theme.templates() / "partials/javascripts/base.html").read_text())
        if "scope" in s
    ]
    for filled in (".", "../..", "/rnn_notes/"):
        assert known.fullmatch(csp.EXPRESSION.sub(filled, scope))
    for filled in ('"+alert(1)+"', "javascript:alert(1)", "x\\"):
        assert not known.fullmatch(csp.EXPRESSION.sub(lambda m, filled=filled: filled, scope))
    page = tmp_path / "index.html"
    page.write_text(f'{csp.START}<script>document.title="changed"</script>')
    with pytest.raises(ValueError, match=r"index\.html has an inline script that no template has: document\.title"):
        csp.protect(tmp_path, templates())


def test_the_scripts_of_the_site_are_eight(built_site):
    """Those of the theme and of the notes that are run on every page; with another version of the theme, look again."""
    (policy,) = {re.search(r"script-src 'self' ([^;]*);", path.read_text())[1] for path in built_site.rglob("*.html")}
    assert policy.count("'sha256-") == 8


FORBIDDEN = [
    '<script>document.title="x"</script>',
    '<SCRIPT src="x.js"></SCRIPT>',
    '<script defer src="https://example.org/assets/x.js"></script>',
    '<img src="x.png" alt="x" onerror="alert(1)">',
    "<p onclick=alert(1)>x</p>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#106;ava\nscript:alert(1)">x</a>',
    '<iframe srcdoc="x"></iframe>',
    '<form action="x"></form>',
    '<base href="x">',
    '<object data="x"></object>',
    '<meta http-equiv="refresh" content="0">',
    '<img src="https://example.org/x.png" alt="x">',
    '<video src="//example.org/x"></video>',
    "<svg><a xlink:href='javascript:alert(1)'></a></svg>",
]


@pytest.mark.parametrize("html", FORBIDDEN)
def test_what_runs_or_loads_from_elsewhere_is_forbidden(html):
    """In whatever spelling."""
    assert forbidden.find(f"<p>Text</p>{html}<p>Text</p>")


@pytest.mark.parametrize(
    "html",
    [
        '<script defer src="../../assets/widgets/widget.js"></script>',
        '<a href="https://example.org" title="a script on = b">x</a>',
        "<p>x onclick=1 javascript:</p>",
        '<img src="data:image/png;base64,QUJD" alt="once = x">',
        "<code>&lt;script&gt;</code>",
    ],
)
def test_what_pages_have_is_not(html):
    """Scripts of widgets, links, pictures, and words about scripts."""
    assert not forbidden.find(html)


def test_front_matter_is_escaped(tiny):
    """A quotation mark or a tag in a description stays text."""
    soup = BeautifulSoup((tiny.site / "mine/index.html").read_text(), "html.parser")
    for meta in (soup.find("meta", {"name": "description"}), soup.find("meta", property="og:description")):
        assert meta["content"] == MARKUP


def test_the_configuration_builds_strictly():
    """The kinds of warnings that MkDocs counts are all switched on."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    settings = [*config.validation.nav.values(), *config.validation.links.values()]
    assert set(map(str, settings)) <= {"30", "None", "relative_to_docs"} | {str(30)}
