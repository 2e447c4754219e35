"""The first use of each term is a link to the glossary, unless the page explains it right there."""

from xml.etree.ElementTree import fromstring, tostring

import pytest

from rnn_notes import pages
from rnn_notes.web import glossary

TERMS = {"gate": "gate", "forget gate": "forget-gate", "bptt": "backpropagation", "backpropagation": "backpropagation"}


def linked(html):
    """A text with its terms linked, the links in square brackets."""
    root = fromstring(f"<div>{html}</div>")
    glossary.link_terms(root, TERMS, "g")
    text = tostring(root, encoding="unicode").removeprefix("<div>").removesuffix("</div>")
    for entry in {*TERMS.values()}:
        text = text.replace(f'<a class="term" href="g#{entry}">', f"[{entry}|")
    return text.replace("</a>", "]")


CASES = {
    "the first use alone": ("<p>a gate, a gate</p><p>gates</p>", "<p>a [gate|gate], a gate</p><p>gates</p>"),
    "the longest name": ("<p>a forget gate, a gate</p>", "<p>a [forget-gate|forget gate], a [gate|gate]</p>"),
    "a plural, a capital": ("<p>Gates open</p>", "<p>[gate|Gates] open</p>"),
    "any of its names, once": ("<p>BPTT is backpropagation</p>", "<p>[backpropagation|BPTT] is backpropagation</p>"),
    "no part of a word": ("<p>gateway, floodgate, gate-like, gate</p>", None),
    "explained here": ("<p>a <strong>gate</strong> is a gate</p>", "<p>a <strong>gate</strong> is a gate</p>"),
    "no heading, no code": ("<h2>A gate</h2><p><code>gate</code> and gate</p>", None),
    "no link": ("<p><a>the gate</a> is a gate</p>", "<p><a>the gate] is a [gate|gate]</p>"),
    "no formula": ('<p><span class="maths">gate</span> gate</p>', None),
    "no folded solution": ("<details><p>gate</p></details><p>gate</p>", None),
    "before, between and behind": (
        "<p>gate <em>BPTT</em> forget gate</p>",
        "<p>[gate|gate] <em>[backpropagation|BPTT]</em> [forget-gate|forget gate]</p>",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_linked(case):
    """Where only the last use may be linked, the expected text is the same with that one linked."""
    html, expected = CASES[case]
    if expected is None:
        before, _, behind = html.rpartition("gate")
        expected = f"{before}[gate|gate]{behind}"
    assert linked(html) == expected


def test_the_glossary_has_each_form_once():
    """Its entries are read from the page, and nothing is wrong with them."""
    page = pages.DOCS / "reference" / "glossary.md"
    forms = glossary.forms(page)
    assert forms["bptt"] == forms["backpropagation through time"] == "backpropagation-through-time"
    assert page.read_text().count("\n:   ") == len({*forms.values()}) > 70
    assert not [*glossary.faults(page)]


LSTM = "[LSTM](lstm.md#cell)"
FAULTS = {  # entries, the line that is named, what is said
    "twice": (f"gate\n:   One. {LSTM}\n\nhatch, Gate\n:   Two. {LSTM}", 6, "'gate' is in the glossary twice"),
    "out of order": (f"gate\n:   One. {LSTM}\n\ncell\n:   Two. {LSTM}", 6, "'cell' comes after 'gate'"),
    "a mark that is none": (f"gate\n: One. {LSTM}", 4, "this explains no term"),
    "no name": (f"gate\n\n:   One. {LSTM}", 5, "this explains no term"),
    "no link": ("gate\n:   One. LSTM", 4, "does not say where 'gate' is explained"),
    "a link that is not the end": (f"gate\n:   {LSTM}\n    one.", 4, "does not say where 'gate' is explained"),
    "another page": (f"gait\n:   One. {LSTM}", 4, "lstm.md does not say 'gait'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_entry_is_found_at_its_line(tmp_path, fault):
    """And one that ends in the next line, or has several names, is not."""
    entries, line, said = FAULTS[fault]
    page = tmp_path / "glossary.md"
    (tmp_path / "lstm.md").write_text("# LSTM\n\nA **Gate** of the cell.\n")
    page.write_text(f"# G\n\n{entries}\n")
    ((found, why),) = glossary.faults(page)
    assert found == line
    assert said in why
    page.write_text(f"# G\n\ncell\n:   One.\n    Two. {LSTM}\n\ndoor, gate\n:   Three. {LSTM}\n")
    assert not [*glossary.faults(page)]
