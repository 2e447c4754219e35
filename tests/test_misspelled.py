"""What is misspelled, or of the wrong kind, is refused where it is: in pages, their code and the settings."""

import re

import markdown
import pytest
from bs4 import BeautifulSoup
from test_leftovers import configuration  # noqa: F401

from rnn_notes import pages
from rnn_notes.pages import PageError
from rnn_notes.web.extension import Checks
from rnn_notes.web.furniture import Furniture
from rnn_notes.web.self_checks import SelfChecksExtension


@pytest.fixture
def render(configuration, tmp_path):  # noqa: F811
    """A function that makes HTML of a page as the site does, without its front matter."""
    path = tmp_path / "page.md"

    def rendered(text):
        path.write_text(text, encoding="utf-8")
        configs = configuration["extension_configs"]
        configs = {**configs, "rnn_notes.web.extension": {"path": str(path), "how": "how.md", "sheet": False}}
        return markdown.markdown(text, extensions=[*configuration["extensions"], "meta"], extension_configs=configs)

    return rendered


SLIPS = {  # a page, the line that is named, what is said
    "a name in front matter": ("---\ndescripton: x\n---\n\n# A\n", 2, "there are title, description"),
    "a list in front matter": ("---\ntitle: A\ndescription: [x]\n---\n\n# A\n", 3, "a text is expected"),
    "nothing in front matter": ("---\ndescription:\n---\n\n# A\n", 2, "a text is expected"),
    "a box": ("# A\n\n!!! nte\n    Words.\n", 3, "there is no box 'nte'; there are note, "),
    "a fold": ('# A\n\n??? sucess "Solution"\n    Words.\n', 3, "there is no box 'sucess'"),
    "a language": ("# A\n\n```pyhton\nx = 1\n```\n", 3, "never runs; write python for its language"),
    "a capital language": ("# A\n\n```Python\nx = 1\n```\n", 3, "write python"),
    "a short language": ("# A\n\n```py\nx = 1\n```\n", 3, "write python"),
    "a language of none": ("# A\n\n```jsno\n{}\n```\n", 3, "there is no language 'jsno'"),
    "a reason": ('# A\n\n```text title="not ran: it shows"\nx\n```\n', 3, 'say title="not run: reason"|write title='),
    "a reason that is empty": ('# A\n\n```python title="not run:"\nx\n```\n', 3, "write title="),
    "Python that is none": ("# A\n\n```python\nx = (1\n```\n", 3, "this is not Python .*in its line 1"),
    "no prompt": ("# A\n\n```pycon\nx = 1\n```\n", 3, "begin each statement with >>>"),
    "a comment in a formula": ("# A\n\nThe $x % y$ here.\n", 3, r"what follows % in a formula is a comment"),
    "a space in a picture": ("# A\n\n![It.] (figure:unrolled-network)\n", 3, "a picture .* is left in the text"),
    "a tab in a text": ("# A\n\n```python\ns = 'a\tb'\n```\n", 3, "a tab within a line of code"),
    "a claim": ("# A\n\nIt is 0.5.\n<!-- holds: abs(x - 0.5 < 1 -->\n", 4, "this claim is not an expression of Python"),
    "money": ("# A\n\nFrom US$10 to US$20.\n", 3, "a digit follows this dollar"),
    "the scheme of a figure": ("# A\n\n![It.](figur:unrolled-network)\n", 3, "figur:unrolled-network leads nowhere"),
    "the scheme of a link": ("# A\n\nSee [it](htp://example.org).\n", 3, "begins with http, https, mailto"),
    "an address of nobody": ("# A\n\nSee [it](mailto:).\n", 3, "mailto: leads nowhere"),
    "a setting of a figure": (
        "# A\n\n![It.](figure:unrolled-network){ widgt=rnn-sigmoid }\n",
        3,
        "widgt, which nothing",
    ),
    "a picture without words": ("# A\n\n![](picture.png)\n", 3, "a picture needs a text"),
    "a link in HTML": ('# A\n\nSee <a href="nowhere.md">it</a>.\n', 3, "nothing looks where an address in HTML leads"),
    "a picture in HTML": ('# A\n\n<img alt="It" src=gone.png>\n', 3, "nothing looks where an address in HTML leads"),
    "an id that is taken": ("# A\n\n## B {#x}\n\nText.\n\n## C {#x}\n\nText.\n", 3, "two elements .* have the id x"),
    "a group of slips": ("# A\n\n<!-- slips: nope -->\n", 3, "there is no group of slips 'nope'"),
    "a style for all": ("# A\n\n<style>p { display: none }</style>\n", 3, "a page brings no <style>"),
    "letters in a picture": ("# A\n\n<svg><text>$x$</text></svg>\n", 3, "dollar"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_what_is_misspelled_is_refused_at_its_line(render, slip):
    """A builder leaves what it does not know alone, so it would be published, or never run."""
    text, line, said = SLIPS[slip]
    with pytest.raises(PageError, match=rf"page\.md:{line}: .*(?:{said})"):
        render(text)


FINE = """---
title: A
description: One, with a price of 5 &#36;
---

# A

??? tip "Words"
    See [a](b.md), [c](#c), [d](https://example.org), <a@example.org> and `<a href="x.md">`; $x$ 2, $n$th, 5 \\$.

```python title="not run: it shows a form"
x = (1
```

```text
a	b
```

```
x
```

<p><a href="https://example.org">Words</a></p>

![Words.](picture.png)
"""


def test_what_is_spelled_rightly_is_left_alone(render):
    """No false alarm."""
    render(FINE)


SETTINGS = {
    (Checks, "hwo", "x"): "rnn_notes.web.extension: there is no setting 'hwo'; there are path, runs, how, sheet",
    (Checks, "sheet", "perhaps"): "rnn_notes.web.extension: sheet is 'perhaps' but true or false is expected",
    (Checks, "runs", 5): "rnn_notes.web.extension: runs is 5 but a text is expected",
    (Checks, "how", None): "how is None but a text is expected",
    (Furniture, "unlinked", "index.md"): "rnn_notes.web.furniture: unlinked is 'index.md' but a list is expected",
    (Furniture, "glosary", "x"): "there are repo_url, glossary, unlinked, assets",
    (SelfChecksExtension, "x", 1): "rnn_notes.web.self_checks: there is no setting 'x'; it has none",
}


@pytest.mark.parametrize(("kind", "name", "value"), SETTINGS)
def test_a_setting_of_an_extension_is_named_if_it_cannot_be(kind, name, value):
    """Unknown, or of another kind."""
    with pytest.raises(ValueError, match=re.escape(SETTINGS[kind, name, value])):
        kind(**{name: value})


def test_the_pages_that_settings_name_are_there(configuration):  # noqa: F811
    """Where a part of the notes is built alone, some are not, so the build cannot ask for them."""
    settings = configuration["extension_configs"]
    named = [settings["rnn_notes.web.extension"]["how"], settings["rnn_notes.web.furniture"]["glossary"]]
    named += settings["rnn_notes.web.furniture"]["unlinked"]
    assert all((pages.DOCS / name).is_file() for name in named)


INLINE = ["$y$", "`y`", "*y*", "**y**", "[y](https://example.org)", "$y$ and *z*"]
AROUND = [
    "{}",
    "It is {}.",
    "It is {}",
    "({}).",
    "The {}-axis.",
    "It is {}, not",
    "{}: so",
    "- {}",
    "## {}\n\nText",
]


@pytest.mark.parametrize("marks", ['"', "'"])
@pytest.mark.parametrize("inside", INLINE)
def test_quotation_marks_around_a_formula_open_and_close(render, marks, inside):
    """Around code, emphasis and links as well, wherever in a text; after one, a mark may be an apostrophe."""
    opens, closes = {'"': "“”", "'": "‘’"}[marks]
    for around in AROUND:
        html = BeautifulSoup(render(f"{around.replace('{}', marks + inside + marks)}\n"), "html.parser")
        for formula in html.select("mjx-container"):
            formula.replace_with("y")
        assert f"{opens}{re.sub('[$`*]', '', inside).replace('[y](https://example.org)', 'y')}{closes}" in html.text, (
            html.text
        )
    assert "y’s" in BeautifulSoup(render("Of *y*'s kind.\n"), "html.parser").text


def test_without_smarty_no_quotation_mark_is_changed():
    """An author who prints plain ones has them."""
    html = markdown.markdown("It is '*y*'", extensions=["rnn_notes.web.extension", "rnn_notes.web.furniture", "toc"])
    assert "'<em>y</em>'" in html


LISTS = {
    "3. three\n4. four": '<ol start="3">',
    "1. one\n\nBetween.\n\n2. two": '<ol start="2">',
    "1. one\n2. two\n\n- x": "</ol>\n<ul>",
    "- x\n\n1. one": "</ul>\n<ol>",
}


@pytest.mark.parametrize("text", LISTS)
def test_a_list_is_numbered_as_it_is_written(render, text):
    """As Jupyter and GitHub do, and one of another kind is another list."""
    assert LISTS[text] in render(f"# A\n\n{text}\n")
