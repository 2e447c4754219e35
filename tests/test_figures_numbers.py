"""No figure shows numbers that no test has looked at: registration names their functions, and some test calls each.

The code of a page runs in the tests, so a page can compare them, too.
"""

import ast
import doctest
import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest
from matplotlib.text import Text

from rnn_notes import figures, pages
from rnn_notes.figures import registry

TESTS = Path(__file__).parent
CHARTS = sorted(name for name, numbers in figures.NUMBERS.items() if numbers)
DRAWINGS = sorted(figures.NUMBERS.keys() - set(CHARTS))


def module(name):
    """The module that draws a figure."""
    return sys.modules[figures.REGISTRY[name].__module__]


def reached(code, names):
    """All names that some code uses, and those that the functions of the module use that it calls."""
    found, left = set(), [code]
    while left:
        code = left.pop()
        left += [const for const in code.co_consts if inspect.iscode(const)]
        new = set(code.co_names) - found
        found |= new
        functions = (inspect.unwrap(names[name]) for name in new if callable(names.get(name)))
        left += [function.__code__ for function in functions if hasattr(function, "__code__")]
    return found


def referred(source):
    """The functions of the package that a test refers to, each as the module that defines it and its name."""
    tree, known, found = ast.parse(source), {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "rnn_notes":
            for alias in node.names:
                known[alias.asname or alias.name] = importlib.import_module(node.module), alias.name
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in known:
            found.add(known[node.id])
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            package, name = known[node.value.id]
            found.add((getattr(package, name, None), node.attr))
    functions = (getattr(place, name, None) for place, name in found)
    return {(f.__module__, f.__name__) for f in functions if callable(f) and hasattr(f, "__name__")}


@pytest.fixture(scope="module")
def tested():
    """What tests and pages refer to, all of them together."""
    sources = [path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py")]
    sources += [on_page(path) for path in pages.DOCS.rglob("*.md")]
    return set().union(*(referred(source) for source in sources if "rnn_notes" in source))


def on_page(path):
    """What a page compares: its code that shows what it prints, and its claims, with what it imports for them."""
    page = pages.read(path)
    fences = [fence for fence in page.fences if not fence.not_run]
    code = [ast.parse(fence.code).body for fence in fences if fence.language == "python"]
    imports = [ast.unparse(node) for body in code for node in body if isinstance(node, ast.ImportFrom)]
    parser = doctest.DocTestParser()
    shown = [each.source for fence in fences if fence.language == "pycon" for each in parser.get_examples(fence.code)]
    return "\n".join([*imports, *shown, *(claim.expression for claim in page.claims)])


@pytest.mark.parametrize("name", CHARTS)
def test_the_numbers_of_a_figure_come_from_functions_that_tests_call(name, tested):
    """Those that registration names: the module has them, the figure is drawn with them, and a test refers to each."""
    drawer, names = inspect.unwrap(figures.REGISTRY[name]), vars(module(name))
    for number in figures.NUMBERS[name]:
        assert number in names, f"{name} names {number}(), but {module(name).__name__} has no such function"
        assert number in reached(drawer.__code__, names), f"{name} is not drawn with {number}(), which it names"
        function = names[number]
        place = function.__module__, function.__name__
        assert place in tested, (
            f"compare {number}() with a plain loop, on the page or in a tests/test_figures_….py, for {name} shows it"
        )


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_shows_no_numbers(name):
    """It has no axes to read off, and no decimal number; else it would be a figure and name their functions."""
    drawn = figures.draw(name)
    texts = [text.get_text() for text in drawn.findobj(Text) if text.get_visible()]
    way_out = f"register {name} with @figure and the functions that give its numbers"
    assert not any(axes.axison for axes in drawn.axes), way_out
    assert not [text for text in texts if re.search(r"\d\.\d", text)], way_out


def test_a_figure_without_numbers_is_not_registered():
    """With or without brackets the message says what to write."""

    def a_new_figure():
        """Nothing."""

    message = r'needs the name of a function .* write @figure\("contributions"\), or @drawing for a picture'
    with pytest.raises(TypeError, match=message):
        registry.figure(a_new_figure)
    with pytest.raises(TypeError, match=message):
        registry.figure()
    assert "a-new-figure" not in figures.REGISTRY
