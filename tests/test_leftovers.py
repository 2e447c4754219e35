"""Nothing is left raw: whatever is anywhere on a page is typeset and judged, or refused at its line.

It is long because each place and each mark of another Markdown is a line of a table.
"""

import re
from pathlib import Path

import markdown
import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from mkdocs.config import load_config

from rnn_notes.pages import PageError
from rnn_notes.web import leftovers, nesting

ROOT = Path(__file__).parents[1]
SETTINGS = settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def configuration():
    """The extensions of these notes, as mkdocs.yml has them."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    return {"extensions": config.markdown_extensions, "extension_configs": config.mdx_configs}


@pytest.fixture
def render(configuration, tmp_path):
    """A function that makes HTML of a page as the site does."""
    path = tmp_path / "page.md"

    def rendered(text):
        path.write_text(text, encoding="utf-8")
        configs = configuration["extension_configs"]
        configs = {**configs, "rnn_notes.web.extension": {"path": str(path), "how": "how.md", "sheet": False}}
        return markdown.markdown(text, extensions=configuration["extensions"], extension_configs=configs)

    return rendered


# Where something can be: the lines before it, the line itself with {}, and the lines after it.
PLACES = {
    "in a paragraph": "The first line.\nThe value {} is there.\nThe last line.",
    "at the beginning": "{} is the value.",
    "at the end": "The value is\n{}",
    "in a list": "- one\n- the {} here\n- three",
    "after a list item": "- one\n{}",
    "in a nested list": "- one\n    - the {} here\n- three",
    "in a numbered list": "1. one\n2. the {} here",
    "in a table": "| a | b |\n| --- | --- |\n| 1 | the {} here |",
    "in the head of a table": "| a | the {} here |\n| --- | --- |\n| 1 | 2 |",
    "in a heading": "## The size of {}\n\nText.",
    "in a quotation": "> Words\n> with {} inside",
    "in a box": "!!! note\n    Words\n    with {} inside.",
    "in the title of a box": '!!! note "On {} here"\n    Words.',
    "in the title of a fold": '??? success "On {} here"\n    Words.',
    "in a tab": '=== "On {} here"\n\n    Words.',
    "in a summary": '<details markdown="1"><summary>Hint on {}</summary>\n\nText.\n\n</details>',
    "in HTML": "<div>\nThe value {} here.\n</div>",
    "in Markdown in HTML": '<div markdown="1">\nThe value {} here.\n</div>',
    "in a definition": "Term\n:   The value {} here.",
    "in a footnote": "Text.[^1]\n\n[^1]: The value {} here.",
    "in a link": "Text [on {} here](https://example.org).",
    "in bold": "Text **on {} here** and so on.",
    "in a picture's name": "![The {} here](picture.png)",
    "in a picture's title": '![A picture](picture.png "The {} here")',
    "in a figure's caption": "![The {} here.](figure:unrolled-network)",
}
# Forms of a formula; the letter is there to find it again.
FORMS = [
    "$q$", "$ q $", "$q $", "$$q$$", "$$ q $$", r"\(q\)", r"\( q \)", r"\[q\]", r"\[ q = 1 \]", r"\\(q\\)", r"\\[q\\]",
    r"\begin{equation}q\end{equation}", r"\alpha q", r"\frac{q}{2}", r"\q", "q_{k+1}", "q^{2}", "$q", "q$", "$`q`$",
    r"$\eqref{q}$", r"$\text{a $q$ b}$", r"$q_t$ and $ q $", "<math><mi>q</mi></math>",
]  # fmt: skip
RAW = re.compile(r"\$|\\|\(\?\?\?\)|[_^]\{|\[ ?q = 1 ?\]|\( ?q ?\)|\[ ?q ?\]")


def visible(html):
    """What a reader sees or hears of a page but for typeset formulas and code, and how many formulas there are."""
    soup = BeautifulSoup(html, "html.parser")
    formulas = soup.select("mjx-container")
    for tag in soup.select("mjx-container, code, pre, svg"):
        tag.extract()
    spoken = [tag.get(name, "") for tag in soup.find_all() for name in ("alt", "title", "aria-label")]
    mathml = ["$ (MathML)"] if soup.find("math") else []
    return " ".join([soup.get_text(), *spoken, *mathml]), len(formulas)


@SETTINGS
@given(
    place=st.sampled_from(sorted(PLACES)),
    form=st.sampled_from(FORMS),
    before=st.lists(
        st.sampled_from(["Words.", "A good $x_t$.", "```text\n$ q $ and \\[q\\]\n```", "Some `$ q $`."]), max_size=3
    ),
)
def test_a_formula_is_typeset_or_refused_at_its_line(render, caplog, place, form, before):
    """In every place that Markdown has, in every form that somebody may write."""
    assume(not ("|" in PLACES[place] and "|" in form))
    head = "".join(f"{block}\n\n" for block in ["# A page", *before])
    text = head + PLACES[place].replace("{}", form)
    line = 1 + next(n for n, row in enumerate(text.splitlines()) if n >= head.count("\n") and form in row)
    caplog.clear()
    refused, html = [], ""
    try:
        html = render(text)
    except PageError as error:
        refused = [str(error)]
    refused += [record.getMessage() for record in caplog.records]
    if refused:  # for a display without a mark, by a warning, for which a strict build fails
        assert all(re.match(rf".*page\.md:{line}:", message) for message in refused), f"{line}, but {refused}"
        return
    seen, formulas = visible(html)
    assert not RAW.search(seen), seen
    assert formulas == 1 + sum("$x_t$" in block for block in before)


@pytest.mark.parametrize("money", [r"It costs \$5, or \$6.", "It costs &#36;5.", "It costs `$5`."])
@pytest.mark.parametrize("place", ["in a paragraph", "in a list", "in a table", "in a quotation", "in a heading"])
def test_a_dollar_that_is_money_has_a_way_out(render, place, money):
    """The error names it."""
    seen, formulas = visible(render(PLACES[place].replace("{}", money)))
    assert formulas == 0
    assert "$5" in seen or "`" in money
    with pytest.raises(PageError, match=r"page\.md:1: .*(write|written) \\\$"):
        render("It costs $5.")


@pytest.mark.parametrize(
    ("heading", "label", "address"),
    [
        ("The size of $h_t$", "The size of hₜ", "the-size-of-h_t"),
        (r"What $\sigma'(x)$ is", "What σ′(x) is", "what-sigmax-is"),
        (r"*The* `code` of $1 - h_t^2$", "The code of 1 − hₜ²", "the-code-of-1-h_t2"),
        (r"$\tilde{c}_t$", "c̃ₜ", "c_t"),
    ],
)
def test_a_heading_with_a_formula_has_a_clean_entry_in_the_contents(render, configuration, heading, label, address):
    """Its title and its address hold neither glyphs nor LaTeX; two of them have two addresses."""
    md = markdown.Markdown(extensions=configuration["extensions"], extension_configs=configuration["extension_configs"])
    html = md.convert(f"# A page\n\n## {heading}\n\n### {heading}\n")
    (page,) = md.toc_tokens
    (entry,) = page["children"]
    assert (entry["name"], entry["id"]) == (label, address)
    assert entry["children"][0]["id"] == f"{address}_1"
    assert BeautifulSoup(html, "html.parser").h2.select("mjx-container")


OTHER_DIALECTS = {
    "a list without a blank line": ("Things:\n{}\n- two", "- one"),
    "a list with stars": ("Things:\n{}", "* one"),
    "a numbered list": ("Things:\n{}\n2. two", "1. one"),
    "a list with brackets": ("Things:\n\n{}\n2) two", "1) one"),
    "a table without a blank line": ("Things:\n| a | b |\n{}\n| 1 | 2 |", "| --- | --- |"),
    "struck out": ("Some {} here.", "~~text~~"),
    "a task": ("Things:\n\n- one\n{}", "- [ ] two"),
    "an alert": ("> {}\n> Words.", "[!NOTE]"),
    "raised": ("The value {} here.", "x^2^"),
    "lowered": ("The gas {} here.", "H~2~O"),
    "stars for a product": ("It is {} here.", "2*x*y"),
    "an emoji": ("Well done {} here.", ":tada:"),
    "a role of MyST": ("See {} here.", "{math}`x_t`"),
    "a role of reST": ("See {} here.", ":math:`x_t`"),
    "a box of Pandoc": ("{}\nWords here.\n:::", "::: warning"),
    "a box of MyST": ("{}\nWords here.\n:::", ":::{note}"),
    "a template": ("The page {} here.", "{{ page.title }}"),
    "a tag of a template": ("{} here.", "{% include x %}"),
    "a link of a wiki": ("See {} here.", "[[page]]"),
    "a file to include": ("{}", '--8<-- "words.md"'),
    "front matter of TOML": ("{}\ntitle = 1\n+++", "+++"),
    "attributes with a formula": ("Some *words*{} here.", '{: title="$x_t$" }'),
    "attributes of a heading": ("## Words {} \n\nText.", '{#a data-x="$x$"}'),
    "attributes too far away": ("Some words {} here.", "{.small}"),
    "an address": ("See {} for it.", "https://example.org/a"),
    "bold in HTML": ("<details><summary>Hint</summary>\n\nText\n{}\n\n</details>", "**bold**"),
    "a link in HTML": ("<div>\n{}\n</div>", "[words](https://example.org)"),
    "a box in HTML": ("<div>\n{}\n</div>", "!!! note"),
    "emphasis in HTML": ("<details><summary>Hint</summary>\n\nSome\n{}\n\n</details>", "*words* here"),
    "other emphasis in HTML": ("<div>\n\nSome\n{}\n\n</div>", "(_words_) here"),
    "code in HTML": ("<div>\n\nSome\n{}\n\n</div>", "`words` here"),
    "a mark of a list alone": ("Things:\n\n{}\n  one", "-"),
    "a table of short lines": ("Things:\n| a | b |\n{}\n| 1 | 2 |", "|-|-|"),
    "a heading of two lines": ("One\ntwo\n{}", "====="),
    "struck out once": ("Some {} here.", "~text~"),
    "an address without a scheme": ("See {} for it.", "www.example.org"),
    "a broken line": ("One line\\\n{}", "and another"),
    "nested by two": ("- one\n{}\n- two", "  - inner"),
    "nested by three": ("1. one\n{}\n2. two", "   - inner"),
    "nested in a box": ("!!! note\n    - one\n{}", "      - inner"),
    "a paragraph in a list": ("- one\n\n{}\n\n- two", "  More of one."),
    "code in a list": ("- one\n\n{}\n  x = 1\n  ```", "  ```python"),
    "a display in a list": ("- one\n{}\n  x = 1\n  $$", "  $$"),
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHER_DIALECTS)
def test_what_jupyter_and_github_show_and_this_page_does_not_is_refused_at_its_line(render, kind):
    """Each error says what to write instead."""
    place, bad = OTHER_DIALECTS[kind]
    text = f"# A page\n\nWords, words.\n\n{place.replace('{}', bad)}\n"
    line = 1 + text.splitlines().index(next(row for row in text.splitlines() if bad in row))
    with pytest.raises(PageError) as refused:
        render(text)
    where = {line - 1, line} if kind == "a broken line" else {line}
    assert any(re.match(rf".*page\.md:{n}: ", str(refused.value)) for n in where), refused.value


FINE = {
    "lists": "Things:\n\n- one\n  goes on\n- two\n    - inner\n    - inner\n\n    More of two.\n\n1. one\n\nText.",
    "a line that goes on": "A sentence with a dash\n— and so on. In\n1990. Then more.",
    "stars": "A * B is 5 * 3 and `2 ** 3`, snake_case_word and __init__ of _x and y_; ~5 and ~6; a = b == c.",
    "a box": "!!! note\n    - one\n    - two\n        - inner\n\n    Text.",
    "a fold": "??? success \"S\"\n    1. one\n\n    ```python\n    x = 1\n    ```",
    "code": "```python\nx = '''\n- a\n  - b\n$ q $\n'''\n```\n\nText `**x**` and `\\alpha`.",
    "a link": "See <https://example.org/a>, [words](https://example.org \"Title\") and [https://a.org](https://a.org).",
    "escapes": r"A \* star, \_ and \# and \`, 1\. and \- and \>.",
    "a table": "Text.\n\n| a | b |\n| --- | --: |\n| `x | y` | 2 |",
    "braces and colons": "The set {1, 2}, at 12:30:45, a: b: c, x ^ y ^ z, 1 ~ 2 and [1, [2]]; *all* of it, un*b*.",
    "attributes": "## Words {#here}\n\nSome *words*{: title='Title' } here.\n{: .small }",
    "a quotation": "Text.\n\n> - one\n> - two\n>\n> Words.",
}  # fmt: skip


@pytest.mark.parametrize("kind", FINE)
def test_what_all_programs_show_alike_is_left_alone(render, kind):
    """No false alarm."""
    render(f"# A page\n\n{FINE[kind]}\n")


def test_titles_and_descriptions_hold_no_formulas():
    """They go where nothing is typeset: tabs of browsers, results of searches."""
    assert leftovers.check({"title": "All on tanh", "description": "It costs &#36;5", "tags": ["$x$"]}) is None
    name, why = leftovers.check({"title": "Words", "description": "The size of $h_t$"})
    assert name == "description"
    assert "a title or a description has none" in why


@SETTINGS
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=8))
def test_a_list_that_nests_by_fours_is_never_refused(levels):
    """Whatever its depth, with and without blank lines."""
    lines, depth = [], 0
    for level, blank in levels:
        depth = min(level, depth + 1) if lines else 0
        lines += ([""] if blank else []) + [" " * 4 * depth + "- item", " " * 4 * depth + "  goes on"]
    assert nesting.misplaced(list(enumerate(lines, start=1))) is None


@pytest.mark.parametrize("latex", [r"\[ 1 = 2 \]", r"\( x \)", r"\{ x \}", r"\alpha", r"a \, b"])
def test_markdown_itself_does_not_eat_the_backslash_of_latex(latex):
    """So that what the page reader overlooks is still seen on the finished page; an escaped star is a star."""
    md = markdown.Markdown()
    leftovers.Leftovers(md, None)
    html = md.convert(f"The update {latex} is a \\* b.")
    assert leftovers.find(html)
    assert not leftovers.find(md.convert(r"A \* b, \_ and \# for \$5."))


@pytest.mark.parametrize(
    ("lines", "mark", "around", "line"),
    [
        (["A good $x_t$.", "$$q$$"], "$", f"${leftovers.INLINE}$", 2),
        (["Code `$ q $` here.", "The $ q $ here."], "$", "The $ q $ here.", 2),
        (["```text", "$ q $", "```", "Say $ q $."], "$", "Say $ q $.", 4),
        (["One \\alpha here.", "Two \\beta there."], "\\", "Two \\beta there.", 2),
        (["Words.", "See $\\eqref{q}$."], "", "See (???).", 2),
        (["Words."], "$", "$5", None),
    ],
)
def test_a_leftover_is_looked_for_outside_of_code(lines, mark, around, line):
    """The line that is most like the text around it on the page."""
    assert leftovers.nearest(list(enumerate(lines, start=1)), mark, around) == line


OTHERS = {
    "in an attribute": '<img src="a.png" alt="The \\(h_t\\) curve">',
    "in a title": '<abbr title="hidden $h_t$">state</abbr>',
    "in entities": "The &dollar;x_t&dollar; here.",
    "between dollars that are text": r"The \$x_t\$ here.",
    "behind an entity": "The &#92;(x_t&#92;) here.",
    "of GitHub": "```math\nx = 1\n```",
    "a mark": "% check: chain",
    "an abbreviation": "*[BPTT]: through time",
    "marked": "It is ==marked== here.",
}


@pytest.mark.parametrize("place", OTHERS)
def test_what_would_look_like_mathematics_or_another_markdown_is_refused(render, place):
    """At its line, as all others."""
    with pytest.raises(PageError, match=r"page\.md:3: "):
        render(f"# A page\n\n{OTHERS[place]}\n")


@pytest.mark.parametrize("title", ["The size of $h_t$", r"About \tanh"])
def test_mathematics_in_front_matter_is_an_error_with_its_line(tmp_path, title):
    """No tab of a browser can show it; a price is none."""
    path, text = tmp_path / "page.md", "# A page\n"
    path.write_text(f"---\na: 5 &#36;\ntitle: '{title}'\n---\n{text}")
    extension = {"rnn_notes.web.extension": {"path": str(path)}}
    with pytest.raises(PageError, match=r"page\.md:3: title: "):
        markdown.markdown(text, extensions=[*extension], extension_configs=extension)
