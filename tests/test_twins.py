"""Each page as Markdown says what the page says, read by a parser of its own; the index names every page once."""

import re
from functools import lru_cache, partial
from urllib.parse import urldefrag, urljoin
from xml.etree import ElementTree

import pytest
from addresses import SOURCES, address
from bs4 import BeautifulSoup, Comment
from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from rnn_notes.figures import style
from rnn_notes.web.books import outline, twins
from rnn_notes.web.books.article import Article
from rnn_notes.web.books.markdown import Writer

OWN = "https://rnn-notes.github.io/rnn_notes/"
READER = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin).use(footnote_plugin).use(deflist_plugin)
SCREEN = (
    ".headerlink, .md-content__button, .reading-time, .page-actions, .live, .live-exercise, .badge, .try-formula, "
    ".md-button, .download, .downloads, .slides, .filename, .footnote-backref, button, script, style, svg, "
    "figcaption > a"
)


@pytest.fixture(params=SOURCES, ids=address)
def built(request, built_site):
    """The file of a page, one after the other."""
    return built_site / address(request.param) / "index.html"


@pytest.fixture
def twin(built):
    """What a Markdown program makes of the page's Markdown, without its comments."""
    soup = read(built.with_name("index.html.md").read_text(encoding="utf-8"))
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    return soup


def read(text):
    """Markdown as HTML, as soup."""
    return BeautifulSoup(rendered(text), "html.parser")


@lru_cache(maxsize=1)
def rendered(text):
    """Markdown as HTML; two tests ask for that of a page, one after the other."""
    return READER.render(text)


def on_the_page(html):
    """The words of an article, formulas as LaTeX with their numbers, pictures as their words, ticks of answers."""
    html = re.sub(r"<(svg|mjx-math|mjx-assistive-mml)\b.*?</\1>", "", html, flags=re.DOTALL)  # or it takes seconds
    article = BeautifulSoup(html, "html.parser").article
    for display in article.select(".display:has(.number)"):
        number = display.select_one(".number").extract().get_text().strip("()")
        tex = display.select_one(".tex")
        tex.string = f"{tex.get_text().removesuffix('$$')} \\tag{{{number}}}$$"
    for formula in article.select("mjx-container"):
        formula.replace_with(formula.select_one(".tex").get_text())
    for picture in article.select("[role=img][aria-label]"):
        picture.replace_with(f"Picture: {picture['aria-label']}")
    for answer in article.select(".self-check > details"):
        answer.summary.insert(0, "[x] " if "right" in answer["class"] else "[ ] ")
    for furniture in article.select(SCREEN):
        furniture.extract()
    return words(article.get_text())


def in_the_twin(soup):
    """The same of the Markdown."""
    for picture in soup.select("img"):
        picture.replace_with(picture["alt"])
    for formula in soup.select(".math"):
        dollars = "$$" if "block" in formula["class"] else "$"
        formula.replace_with(f"{dollars}{formula.get_text().strip()}{dollars}")
    for back in soup.select(".footnote-backref"):
        back.extract()
    return words(soup.get_text())


def words(text):
    """Words and signs, however they are spaced."""
    return re.findall(r"\w+|[^\w\s]", text)


def test_the_markdown_of_a_page_says_all_that_the_page_says_and_no_more(built, twin):
    """Word for word and sign for sign, code, formulas, tables and folded answers included, in the same order."""
    assert in_the_twin(twin) == on_the_page(built.read_text(encoding="utf-8"))


def test_all_that_the_markdown_links_to_is_there(twin, built_site):
    """Each link is a whole address; those to the site lead to a page with that section, or to a file."""
    for link in [*(tag["href"] for tag in twin.select("a[href]")), *(tag["src"] for tag in twin.select("img"))]:
        url, anchor = urldefrag(link)
        if link.startswith("#fn"):
            continue  # from a footnote and back, which the program makes
        assert re.match(r"https?://", link), link
        if url.startswith(OWN):
            target = built_site / url.removeprefix(OWN)
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), link
            assert not anchor or f'id="{anchor}"' in target.read_text(encoding="utf-8"), link


def test_a_figure_stands_alone_as_a_file(built_site):
    """It has a size and the colours of the light theme on their paper, whatever program shows it."""
    files = sorted((built_site / "assets/figures").glob("*.svg"))
    assert len(files) > 50
    for file in files:
        root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
        assert float(root.attrib["width"]) > 100
        assert root[0].attrib["fill"] == style.COLOURS["paper"]
        assert not re.search(r"var\(|color-mix", file.read_text(encoding="utf-8")), file


def test_a_false_formula_says_that_it_is_false(built_site):
    """Behind each display is what the checker says of it; who reads the Markdown alone must not believe it."""
    text = (built_site / "learning/find-the-slip/index.html.md").read_text(encoding="utf-8")
    displays = re.findall(r"^ *\$\$\n(.*?)^ *\$\$\n\n *<!-- (.*?) -->", text, re.MULTILINE | re.DOTALL)
    assert len(displays) == text.count("$$") // 2
    assert any(r"y_t = W_{hy} h_{t-1} + b_y" in latex and said.startswith("false") for latex, said in displays)


def test_the_index_names_every_page_once(built_site):
    """As llmstxt.org has it: a title, what this is, and lists of links below headings, each with what it is about."""
    text = (built_site / "llms.txt").read_text(encoding="utf-8")
    assert text.startswith("# RNN notes\n\n> Lecture notes on recurrent neural networks")
    links = re.findall(rf"^- \[([^\]]+)\]\({OWN}([^)]*)\)(: .+)?$", text, re.MULTILINE)
    assert len(links) == sum(line.startswith("- ") for line in text.splitlines())
    assert sorted(location for _, location, _ in links) == sorted(f"{address(s)}index.html.md" for s in SOURCES)
    assert "\n## Optional\n" in text
    for title, location, _ in links:
        assert (built_site / location).read_text(encoding="utf-8").startswith(f"# {title}\n")


def test_a_page_leads_to_its_markdown_once(built):
    """Below its title, however often the site is finished."""
    actions = re.findall(
        r'</h1>(?:<p class="reading-time">.*?</p>)?<p class="page-actions">(.*?)</p>', built.read_text()
    )
    assert len(actions) == 1
    assert actions[0].count('<a href="index.html.md" type="text/markdown">') == 1


def article(html):
    """An article of our own, as Markdown."""
    return Writer(
        Article(f"<article>{html}</article>"), partial(urljoin, "https://example.org/a/"), "https://example.org/f/"
    ).whole()


WRITTEN = {
    "signs that mean something": ("<p>2 * 3 * 4, a_b, _c_, `d`, \\e, [f](g) and $5 &lt;b&gt;</p>", None),
    "what would begin a block": ("<p># one\n- two\n3. three\n+ four\n&gt; five</p>", None),
    "code with backticks": ("<p><code>`a`` b</code> and <code>|</code></p>", None),
    "bold beside letters": ("<p>a<strong> b </strong>c <em>d</em></p>", None),
    "a bar in a cell": ("<table><tr><th>a|b</th></tr> <tr><td><code>c|d</code> e|f</td></tr></table>", None),
    "a fence in code": ('<div class="language-text highlight"><pre><code>```\nx\n```\n</code></pre></div>', None),
    "lists in lists": ("<ul><li>a <ul><li>b <ol><li>c</li></ol> </li></ul> </li><li>d</li></ul>", None),
    "a code block in a list": (
        '<ol><li><p>a</p> <div class="language-text highlight"><pre><code>b\n  c\n</code></pre></div></li></ol>',
        "b\n  c",
    ),
    "a quotation": ("<blockquote><p>a</p> <p>b</p></blockquote>", None),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_is_written_is_read_as_it_was(kind):
    """A program reads the same words, and the same elements around them."""
    html, code = WRITTEN[kind]
    before, after = BeautifulSoup(html, "html.parser"), read(article(html))
    assert words(after.get_text()) == words(before.get_text())
    for tags in ("strong", "em", "li", "code", "pre", "td, th", "blockquote"):
        assert len(after.select(tags)) == len(before.select(tags)), tags
    assert not code or after.select_one("pre").get_text().strip("\n") == code


def test_a_bar_in_a_formula_does_not_end_a_cell():
    """LaTeX has other names for it."""
    formula = (
        '<mjx-container jax="CHTML"><math></math><span class="tex" aria-hidden="true">$|x| + \\|y\\|$</span>'
        "</mjx-container>"
    )
    text = article(f"<table><tr><th>a</th></tr><tr><td>{formula}</td></tr></table>")
    assert r"$\vert x\vert + \Vert y\Vert $" in text
    assert len(read(text).select("td")) == 1


def test_an_address_is_that_of_the_published_page():
    """Whether the pages were built as folders or as files."""
    for file in ("lecture/sigmoid/index.html", "lecture/sigmoid.html"):
        assert outline.address(file) == "lecture/sigmoid/"
    assert outline.address("index.html") == ""


@pytest.mark.parametrize(
    ("file", "href", "address"),
    [
        ("a/b/index.html", "../../c/#d", f"{OWN}c/#d"),
        ("a/b.html", "../c.html#d", f"{OWN}c/#d"),
        ("a/b.html", "#d", f"{OWN}a/b/#d"),
        ("a/b/index.html", "", f"{OWN}a/b/"),
        ("index.html", "a/b/", f"{OWN}a/b/"),
        ("a/b.html", "../assets/x.svg", f"{OWN}assets/x.svg"),
        ("a/b.html", "https://example.org/c.html#d", "https://example.org/c.html#d"),
    ],
)
def test_a_link_leads_to_the_published_page(tmp_path, file, href, address):
    """Whatever it is relative to: where a page was built as a file, its links are those of a file."""
    chapter = outline.Chapter("a/b.md", "", "", tmp_path / file, tmp_path)
    assert outline.Outline("T", "D", OWN, (chapter,)).link(chapter, href) == address


def test_the_outline_asks_for_every_page_of_the_navigation(tmp_path):
    """A part of a site is not a site."""
    (tmp_path / "index.html").touch()
    with pytest.raises(FileNotFoundError, match=r"has neither start-here\.html nor start-here/index\.html"):
        outline.read(tmp_path)


def test_a_page_without_an_article_is_named(tmp_path):
    """So that whoever changes the theme knows where to look."""
    page = tmp_path / "index.html"
    page.write_text("<p>Text</p>", encoding="utf-8")
    chapter = outline.Chapter("index.md", "", "", page, tmp_path)
    with pytest.raises(ValueError, match=r"index\.html: this page has no <article>"):
        _ = chapter.article
    assert twins.path(chapter).name == "index.html.md"
