"""The page reader finds what the site's own Markdown configuration renders, or says that it does not read it."""

import re
from html import unescape
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown

from rnn_notes import pages
from rnn_notes.pages import PageError

ROOT = Path(__file__).parents[1]


class Loader(yaml.SafeLoader):
    """Reads mkdocs.yml, whose tags of Python are of no interest here."""


Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: None)
CONFIGURED = yaml.load((ROOT / "mkdocs.yml").read_text(), Loader)["markdown_extensions"]
EXTENSIONS = [name if isinstance(name, str) else next(iter(name)) for name in CONFIGURED]
SETTINGS = {key: value for entry in CONFIGURED if isinstance(entry, dict) for key, value in entry.items()}


def rendered(text: str) -> tuple[list[str], list[str], list[str], str]:
    """The displays, inline formulas and blocks of code that a reader sees, and all other text."""
    names = [name for name in EXTENSIONS if not name.startswith("rnn_notes")]
    html = Markdown(extensions=names, extension_configs={n: SETTINGS[n] for n in names if n in SETTINGS}).convert(text)
    soup = BeautifulSoup(html, "html.parser")
    found = []
    for selector in ("div.arithmatex", "span.arithmatex", "pre"):
        found.append([words(tag.get_text()) for tag in soup.select(selector)])
        for tag in soup.select(selector):
            tag.extract()
    for tag in soup.select("code"):
        tag.extract()
    *formulas, code = found
    displays, inline = ([formula[2:-2].strip() for formula in part] for part in formulas)
    return displays, inline, [block for block in code if block], soup.get_text()


def words(text: str) -> str:
    """A text with all white space alike, and without a comment of LaTeX."""
    return " ".join(re.sub(r"%[^\n]*", "", unescape(text)).split())


LEAVES = st.sampled_from(
    [
        "$$\n% check: chain\nx = 1\n$$",
        "$$ x = 2 $$",
        "\\[ x = 3 \\]",
        "\\[\nx = 4\n\\]",
        "\\begin{align}\nx &= 5 \\\\\ny &= 6\n\\end{align}",
        "\\begin{equation*} x = 7 \\end{equation*}",
        "$$x = 8\n+ 1$$",
        "$$\nx = 9\n\n+ 1\n$$",
        "```python\nx = 10\n```",
        "~~~ text\n$$\nx = 11\n$$\n~~~",
        "    x = 12\n    $$ x $$",
        "<pre><code>x = 13</code></pre>",
        "Words with $x_{14}$ and \\(x_{15}\\) and `$x$`.",
        "Words\n$$ x = 16 $$",
        "Words\n\\[ x = 17 \\]\nmore words.",
        "Words $$x = 18$$ words.",
        "Words $ x = 19 $ words.",
        "# Heading $x_{20}$\n$$ x = 21 $$",
        "| a | b |\n| - | - |\n| $x_{22}$ | c |",
        "Words.",
        "Two lines\nof words.",
        "Term\n:   What $x_{23}$ is.",
        '<details markdown="1"><summary>Hint</summary>\n\n$$ x = 25 $$\n\n</details>',
        "<div>\n$$ x = 26 $$\n</div>",
        "```\nx = 27\n```",
        '```python title="a b" x y\nx = 28\n\n$$\nx\n```',
        "Words[^N].\n\n[^N]: A note with $x_{24}$.",
    ]
)


def indented(text: str, by: str) -> str:
    return "\n".join(by + line if line.strip() else line for line in text.split("\n"))


def hanging(marker: str, text: str) -> str:
    first, _, rest = text.partition("\n")
    return f"{marker}{first}" + (f"\n{indented(rest, '    ')}" if rest else "")


KINDS = ["> ", ">", "- ", "1. ", "!!! note", '??? note "A title"', '=== "Tab"', "lazy", "tab", "two", "item"]


@st.composite
def containers(draw, children):
    """Blocks in a list, quotation, admonition, or one after another, with spaces or tabs, with a blank line or none."""
    inner = draw(children)
    kind = draw(
        st.sampled_from(
            ["> ", ">", "- ", "1. ", "!!! note", '??? note "A title"', '=== "Tab"', "lazy", "tab", "two", "item"]
        )
    )
    gap = draw(st.sampled_from(["\n", "\n\n"]))
    if kind in ("> ", ">"):
        return "\n".join(f"{kind}{line}".rstrip() for line in inner.split("\n"))
    if kind in ("- ", "1. "):
        return hanging(kind, inner)
    if kind == "item":
        return f"- Words{gap}{indented(inner, draw(st.sampled_from(['    ', chr(9), '  ', '   '])))}"
    if kind == "lazy":
        return f"- Words{gap}{inner}"
    if kind == "two":
        return f"{inner}{gap}{draw(children)}"
    if kind == "tab":
        return f"!!! note\n{gap[1:]}{indented(inner, chr(9))}"
    return f"{kind}\n{gap[1:]}{indented(inner, '    ')}"


PAGES = st.recursive(LEAVES, containers, max_leaves=5)


def agree(text: str) -> None:
    """Raise unless the page reader and Markdown find the same, or the reader says that it does not read the page."""
    text = text.lstrip(" \t\n")  # as MkDocs does
    for n in range(text.count("[^N]:")):  # each footnote has a name of its own
        text = text.replace("[^N]", f"[^{n}]", 2)
    try:
        page = pages.scan(Path("page.md"), enumerate(text.split("\n"), start=1))
    except PageError:
        return
    if page.unread:
        return
    displays, inline, code, rest = rendered("\n".join(pages.without_comments(text.split("\n"))))
    assert [words(display.latex) for display in page.displays] == displays
    assert sorted(words(formula.latex) for formula in page.inline) == sorted(inline)
    assert [words(fence.code) for fence in page.fences if fence.code.strip()] == code
    assert not re.search(r"\$|\\[(\[a-z]", rest), rest


@pytest.mark.slow
@given(PAGES)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_what_is_read_is_what_is_rendered(text):
    """Displays, inline formulas and blocks of code are the rendered ones, or some of it is said to be unread."""
    agree(text)


PIECES = """\
$$|$$|x = 1|$$ x = 2 $$|\\[ x = 3 \\]|\\[|\\]|```python|```||||Words.|- |1. Words|!!! note|# Heading|$x$ and $y$
<div>|</div>|Term|:   Words|---|`$x$`|=== "Tab"|<!-- note: nothing -->|- Words|\\begin{align}|\\end{align}|~~~
<b>$z$</b>|* * *|===|+ Words
""".replace("\n", "|").split("|")
PIECES += ["| a | b |", "| - | - |"]
PREFIXES = ["", "", "", "    ", "> ", "  ", "\t", "        ", "    > ", "- ", "> - "]
LINES = st.tuples(st.sampled_from(PREFIXES), st.sampled_from(PIECES))


@pytest.mark.slow
@given(st.lists(LINES.map("".join), max_size=9))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_lines_in_any_order_are_read_as_they_are_rendered(lines):
    """Also where nobody would write so, nothing is passed over in silence."""
    agree("\n".join(lines))


def read(text: str) -> pages.Page:
    """The page of that text."""
    return pages.scan(Path("page.md"), enumerate(text.split("\n"), start=1))


FORMS = {
    "$$\n% check: chain\nx = 1\n$$": 2,
    "$$% check: chain\nx = 1\n$$": 1,
    "$$ x = 1 $$<!-- check: chain -->": 0,
    "$$ x = 1 $$ <!-- check: chain -->": 0,
    "\\[\n% check: chain\nx = 1\n\\]": 2,
    "\\[ x = 1 \\]<!-- check: chain -->": 0,
    "\\begin{align}\n% check: chain\nx = 1\n\\end{align}": 0,
    "\\begin{equation*}x = 1\\end{equation*}<!-- check: chain -->": 0,
}
AROUND = {
    "alone": "Words.\n\n{}\n\nWords.",
    "in a quotation": "> Words.\n>\n> {}",
    "in a list": "- Words\n\n    {}\n",
    "first in a list": "Words.\n\n1. {}",
    "in a list in a list": "- Words\n    - Words\n\n        {}",
    "in a box": '??? note "A title"\n\n    {}',
    "in a box, by a tab": "!!! note\n\n\t{}",
    "in a quotation in a list": "- Words\n\n    > {}",
    "below a heading": "# Words\n{}",
    "below a comment": "Words.\n<!-- note: words -->\n{}",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("around", AROUND)
def test_a_display_of_any_form_is_found_anywhere_with_its_mark_and_line(form, around):
    """Its line is that of its opening, and its LaTeX has a line of its own."""
    head = AROUND[around].split("{}")[0]
    before = head.split("\n")[-1]
    if before.startswith("1."):
        before = "    "
    text = AROUND[around].format(form.replace("\n", f"\n{before}"))
    (display,) = read(text).displays
    assert (display.mark, words(display.latex)[-20:].count("x = 1")) == ("chain", 1)
    assert display.line == head.count("\n") + 1
    assert display.latex_line == display.line + FORMS[form]
    agree(text)


UNREAD = {
    "Words\n$$ x = 1 $$": 2,
    "Words\n\n- Words\n$$ x = 1 $$": 4,
    "The update is\n\\[ 1 = 2 \\]\nas before.": 2,
    "Words $$x$$ in a sentence.": 1,
    "Words $x$ and\n$ y $ apart.": 2,
    "A $\\text{value of $a_i$}$ here.": 1,
    "Words \\alpha.": 1,
    '<details markdown="1"><summary>Hint on $h_t$</summary>\n\nText.\n\n</details>': 1,
    "$$\nx = 1\n\n+ 1\n$$": 1,
    "Words.\n\n    raise SystemError": 3,
    "Words.\n\n\traise SystemError": 3,
    "> Words\n>\n>     raise SystemError": 3,
    "- Words\n\n        raise SystemError": 3,
    '<pre><code>raise SystemError("raw")</code></pre>': 1,
    "Words <code>1 + 1 = 3</code> here.": 1,
}


@pytest.mark.parametrize("text", UNREAD)
def test_what_is_not_read_is_listed_with_its_line(text):
    """Mathematics that is not a formula to Markdown, and code that never runs."""
    unread = read(text).unread
    assert min(part.line for part in unread) == UNREAD[text]


@pytest.mark.parametrize("prefix", ["", "    ", "> ", ">", "\t", "> > ", ">     "])
def test_a_fence_is_found_in_every_container(prefix):
    """Its code has no prefix, and runs as any other."""
    text = "\n".join(prefix + line for line in ["```python", "if True:", "    x = 1", "```"])
    before = {"": "", ">": "", " ": "- Words\n\n", "\t": "!!! note\n\n"}[prefix[:1]]
    before += ">- Words\n>\n" * prefix.endswith("     ")
    (fence,) = read(before + text).fences
    assert (fence.language, fence.code) == ("python", "if True:\n    x = 1\n")
    assert fence.line == before.count("\n") + 1
    agree(before + text)


REFUSED = {
    "Words.\n<!-- Holds: 1 == 2 -->": "page.md:2: the comment <!-- Holds: 1 == 2 --> is not known; write <!-- holds",
    "Words.\n<!-- hold: 1 == 2 -->": "page.md:2: the comment",
    "Words.\n<!--holds 1 == 2-->": "page.md:2: the comment",
    "Words.\n<!--- holds: 1 == 1 -->": "page.md:2: the comment",
    "Words.\n<!-- holds : 1 == 1 -->": "page.md:2: the comment",
    "Words.\n<!-- a remark -->": "page.md:2: the comment <!-- a remark --> is not known",
    "Words <!-- holds: 1": "page.md:1: this comment does not end",
    "<!-- holds: 1 == 1 -->": "page.md:1: this claim follows no text",
    "Words <!-- check: chain -->": "page.md:1: this check follows no formula",
    "Words $x = 1$ <!-- check: chain -->": "page.md:1: this check follows no formula",
    "$$\n% check: chain\nx\n$$<!-- check: rnn -->": "page.md:1: this display has two marks",
    "```python\n1": "page.md:1: this code block does not end; close it with ```",
    "> ```python\n1\n> ```": "page.md:2: the code block of line 1 does not end before this line; begin",
    "Words\n> - ```python\n>     1 / 0\n>     ```": "page.md:2: a fence goes on a line of its own",
    "```python title\n1\n```": "page.md:1: this code block is not rendered as one",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_meant_is_refused_with_its_line(text):
    """A comment that only looks like a mark, a mark that belongs to nothing, a fence that is not one."""
    with pytest.raises(PageError, match=re.escape(REFUSED[text])):
        read(text)


def test_a_comment_is_no_prose_and_what_is_beside_it_is():
    """The number behind a comment belongs to a paragraph, as does that before it; code keeps its comments."""
    page = read(
        "<!-- note: 0.1 --> It is 0.2.\n\n<!-- note: 0.3\n0.4 --> Then 0.5. <!-- holds: 1 -->\n\n`<!-- no -->` 0.6"
    )
    assert [p.text.strip() for p in page.paragraphs] == ["It is 0.2.", "Then 0.5.", "`<!-- no -->` 0.6"]
    assert [claim.expression for claim in page.paragraphs[1].claims] == ["1"]
    lines = ["a <!-- holds: 1 -->", "```html", "<!-- holds: 2 -->", "```", "<!-- formulas -->", "<!-- note: a", "b -->"]
    assert pages.without_comments(lines) == ["a ", "```html", "<!-- holds: 2 -->", "```", "<!-- formulas -->", "", ""]


def test_a_formula_in_text_is_found_with_its_line_and_the_mark_behind_it():
    """In any container, over two lines, in both spellings; not in code."""
    page = read("Words $a$\nand\n- > \\(b\\)<!-- check: rnn --> `$c$` \\$5 and $d +\ne$.\n\n| a |\n| - |\n| $f$ |")
    assert [(i.line, i.mark, i.latex) for i in page.inline] == [
        (1, None, "a"),
        (3, "rnn", "b"),
        (3, None, "d +\ne"),
        (8, None, "f"),
    ]
    assert page.unread == []
