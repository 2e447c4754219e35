"""What ``mkdocs serve`` shows after an edit: what it has rendered before is shown again only if it is still right."""

import re
import time
from types import SimpleNamespace

import pytest
from serving import Server
from tiny_site import HEAD, TinySite

from rnn_notes.web import kept

DISPLAY = "$$\n% check: {}\n{}\n$$\n"
PAGES = {
    "index": "# Home\n\n<!-- chapters: part -->\n",
    "part/mine": f"# Mine\n\nA state.\n{{ #there }}\n\n{DISPLAY.format('chain', '1 + 1 = 2')}\n"
    + DISPLAY.format("numbers", r"2 + 2 = 4 \label{eq:mine}"),
    "part/other": "# Other\n\nIt is \\eqref{eq:mine}, a memory.\n\n```python\n1 + 1\n```\n\n[There](mine.md#there).\n",
    "reference/glossary": "# Glossary\n\nstate\n:   A vector: [Mine](../part/mine.md)\n",
    "reference/api": "# API\n\n::: rnn_notes.activations\n",
    "reference/notation": f"# Notation\n\n{DISPLAY.format('define', 'u = 1')}",
}
PROJECT = '[tool.rnn_notes.checks]\npages = ["docs"]\nnotation = "docs/reference/notation.md"\n'


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A site of a few pages that show something of each other."""
    tiny = TinySite(tmp_path_factory.mktemp("served"))
    (tiny.folder / "pyproject.toml").write_text(PROJECT)
    for name, text in PAGES.items():
        path = tiny.folder / f"docs/{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEAD + text)
    config = tiny.folder / "mkdocs.yml"
    nav = "\n".join(f"      - {name}.md" for name in list(PAGES)[1:])
    text = re.sub(r"(?<=  - Mine:\n).*?(?=\n\n)", nav, config.read_text(), count=1, flags=re.DOTALL)
    config.write_text(text.replace("how: reference/how-it-is-checked.md", "how: reference/notation.md"))
    tiny.pages = {}
    return tiny


@pytest.fixture(scope="module")
def server(tiny):
    """It is served."""
    with Server(tiny.folder) as server:
        yield server


def test_a_false_display_shows_until_it_is_mended(server):
    """On its page, and in the terminal after each build, also of another page."""
    said = server.edit("docs/part/mine.md", "1 + 1 = 2", "1 + 1 = 3")
    assert "FAILS" in said
    assert 'class="display fails"' in server.page("part/mine")
    assert "FAILS" in server.edit("docs/part/other.md", "It is", "There is")
    assert "There is" in server.page("part/other")
    said = server.edit("docs/part/mine.md", "1 + 1 = 3", "1 + 1 = 2")
    assert "WARNING" not in said
    assert 'class="display fails"' not in server.page("part/mine")


def test_what_another_page_shows_of_a_page_follows_it(server):
    """The number of an equation, and the title of a chapter."""
    assert ">(1.1)</a>" in server.page("part/other")
    server.edit("docs/part/mine.md", "1 + 1 = 2", "1 + 1 = 2 \\label{eq:first}")
    assert ">(1.2)</a>" in server.page("part/other")
    server.edit("docs/part/mine.md", "# Mine", "# Ours")
    assert ">Ours</a></li>" in server.page("")


def test_glossary_and_notation_change_any_page(server):
    """A term becomes a link; a relation in the text is right once the notation states it."""
    assert 'class="term"' not in server.page("part/other")
    server.edit(
        "docs/reference/glossary.md", "\nstate\n", "\nmemory\n:   What stays: [Other](../part/other.md)\n\nstate\n"
    )
    assert 'class="term"' in server.page("part/other")
    assert "REFUSED" in server.edit("docs/part/other.md", "a memory", "a memory, with $v = 2$")
    assert "REFUSED" not in server.edit("docs/reference/notation.md", "u = 1", "v = 2")
    assert "REFUSED" in server.edit("docs/reference/notation.md", "v = 2", "u = 1")
    server.edit("docs/part/other.md", "a memory, with $v = 2$", "a memory")


def test_the_glossary_compares_other_pages(server):
    """An entry leads to a page that says its name, also after an edit of that page."""
    with pytest.raises(RuntimeError, match="does not say 'state'"):
        server.edit("docs/part/mine.md", "A state", "A thing")
    server.edit("docs/part/mine.md", "A thing", "A state")


def test_an_edit_of_the_package_changes_all_pages(server):
    """Also one whose own text is as it was."""
    server.edit("rnn_notes/web/code_blocks.py", "Copy this code", "Take this code")
    assert "Take this code" in server.page("part/other")
    server.edit("mkdocs.yml", "how: reference/notation.md", "how: reference/glossary.md")
    assert 'class="badge" href="../../reference/glossary/"' in server.page("part/mine")


def test_a_link_to_what_is_gone_is_said(server):
    """Where it leads from a page that is kept."""
    assert "no anchor" not in server.edit("docs/part/mine.md", "A state", "The state")
    assert "does not contain an anchor '#there'" in server.edit("docs/part/mine.md", "#there", "#here")
    server.edit("docs/part/mine.md", "#here", "#there")


def test_a_page_that_is_kept_is_that_of_a_whole_build(server, tiny):
    """To the byte, and so is the rest, but for the policy, which no page that is served has."""
    said = server.edit("docs/part/other.md", "a memory", "a memory, through [it][rnn_notes.activations.sigmoid]")
    assert "WARNING" not in said
    server.edit("docs/part/mine.md", "state", "last state")
    (tiny.folder / "mkdocs-served.yml").write_text(f"INHERIT: mkdocs.yml\nsite_url: {server.address}\n")
    status, printed = tiny.build("--strict", "--config-file", "mkdocs-served.yml")
    assert status == 0, printed
    policy = rb'<meta http-equiv="Content-Security-Policy" content="[^"]*">'
    built = {name: re.sub(policy, b"", content) for name, content in tiny.files().items()}

    def differing():
        """A file that is being built anew is not there: whatever is written below rnn_notes/ starts a build."""
        return [n for n, c in built.items() if not (server.site / n).exists() or (server.site / n).read_bytes() != c]

    settled = time.monotonic() + 60
    while differing() and time.monotonic() < settled:
        time.sleep(1)
    assert not differing()


class Page(SimpleNamespace):
    """A page as MkDocs has it."""

    def render(self, config, files):
        """Count it."""
        self.count.append(self.markdown)
        self.content = f"<p>{self.markdown}</p>"


def test_only_a_page_with_another_text_is_rendered_again(monkeypatch):
    """Or one that shows something of all pages."""
    monkeypatch.setattr(kept, "_rendered", {})
    count, config = [], SimpleNamespace(mdx_configs={"rnn_notes.web.furniture": {"glossary": ""}})
    for text in ("one", "one", "two", "<!-- counts -->", "<!-- counts -->"):
        page = Page(markdown=text, count=count, file=SimpleNamespace(src_uri="page.md"))
        kept.render(page, config, None)
        assert page.content == f"<p>{text}</p>"
    assert count == ["one", "two", "<!-- counts -->", "<!-- counts -->"]
