"""What a builder tells of the page that it renders is the same, whichever builder it is."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from rnn_notes.web import rendering

FILES = ("index.md", "about.md", "lecture/one.md", "lecture/two.md", "notebooks/three.ipynb")


def mkdocs(folder, here):
    """A Markdown as MkDocs makes it, for one of the pages."""

    def file(uri):
        url = "" if uri == "index.md" else f"{uri.rpartition('.')[0]}/"
        return SimpleNamespace(src_uri=uri, url=url, abs_src_path=str(folder / "docs" / uri))

    nav = [{"Home": "index.md"}, {"Lecture": ["lecture/two.md", {"One": "lecture/one.md"}]}, {"More": [FILES[-1]]}]
    config = SimpleNamespace(config_file_path=str(folder / "mkdocs.yml"), nav=nav)
    files = SimpleNamespace(documentation_pages=lambda: list(map(file, FILES)))
    return SimpleNamespace(
        treeprocessors={"relpath": SimpleNamespace(file=file(here), files=files, config=config)}, preprocessors={}
    )


def zensical(folder, here):
    """A Markdown as Zensical makes it; its pages are links to those, and a notebook is Markdown beside it."""
    uris = [uri.replace(".ipynb", ".md") for uri in FILES]
    for uri, origin in zip(uris, FILES, strict=True):
        copy = folder / "stage/docs" / uri
        copy.parent.mkdir(parents=True, exist_ok=True)
        if copy.exists():
            continue
        if uri == origin:
            copy.symlink_to(folder / "docs" / uri)
        else:
            copy.write_text("# Three\n")
            (copy.parent / Path(origin).name).symlink_to(folder / "docs" / origin)

    def item(url=None, *children):
        return {"url": url, "children": list(children)}

    nav = [
        item("index.md"),
        item(None, item("lecture/two.md"), item("lecture/one.md")),
        item(None, item("notebooks/three.md")),
    ]
    config = {"root_dir": str(folder / "stage"), "docs_dir": "docs", "nav": nav}
    here = here.replace(".ipynb", ".md")
    url = "" if here == "index.md" else f"{here.rpartition('.')[0]}/"
    page = SimpleNamespace(path=here, url=url)
    return SimpleNamespace(
        treeprocessors={}, preprocessors={"rendering_context": SimpleNamespace(page=page, config=config)}
    )


@pytest.fixture(params=[mkdocs, zensical], ids=["MkDocs", "Zensical"])
def md(request, tmp_path):
    """A function that gives the Markdown of a page, in a folder with all of them."""
    for uri in FILES:
        path = tmp_path / "docs" / uri
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# A page\n")
    return lambda here: request.param(tmp_path, here)


def test_a_page_knows_its_file(md, tmp_path):
    """The file that was written, not a copy of it; a notebook is its own."""
    for uri in ("lecture/one.md", "notebooks/three.ipynb"):
        page = rendering.current(md(uri))
        assert page.path == tmp_path / "docs" / uri


def test_links_lead_from_wherever_a_page_is(md, tmp_path):
    """To a page by its file, to a file of the site by its address, elsewhere as they are."""
    deep = md("lecture/one.md")
    assert rendering.link(deep, "about.md") == "../about.md"
    assert rendering.to_page(deep, tmp_path / "docs/lecture/two.md") == "two.md"
    # A page has a folder of its own; Zensical rewrites addresses as if the page were where its text is.
    assert rendering.way(deep, "assets") == ("../../assets" if deep.treeprocessors else "../assets")
    assert rendering.link(deep, "https://example.org") == "https://example.org"


def test_the_way_from_the_home_page_is_straight(md):
    """It has no folder."""
    assert rendering.way(md("index.md"), "assets") == "assets"
    assert rendering.link(md("about.md"), "lecture/one.md").endswith("lecture/one.md")


def test_the_book_is_in_the_order_of_the_navigation(md, tmp_path):
    """Chapters count from 1, the home page is in none, and what the navigation does not name comes last."""
    found = [
        (number, path.relative_to(tmp_path / "docs").as_posix()) for number, path in rendering.book(md("index.md"))
    ]
    assert found == [
        *((None, "index.md"), (1, "lecture/two.md"), (1, "lecture/one.md"), (2, "notebooks/three.ipynb")),
        (None, "about.md"),
    ]


def test_without_a_builder_there_is_no_page():
    """Python-Markdown alone knows no site."""
    alone = SimpleNamespace(treeprocessors={}, preprocessors={})
    assert rendering.current(alone) is None
    assert rendering.way(alone, "assets") is None
    assert rendering.link(alone, "about.md") == "about.md"
    assert rendering.book(alone) == []
