"""Arrows point down: which part of the package may import which, read from the source of every module."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "rnn_notes"

ABOVE = (
    "pages",
    "runs",
    "project",
    "command",
    "pytest_plugin",
    "figures",
    "web",
    "experiments",
    "bench",
    "bench_lengths",
    "lecture",
    "datasets",
)
"""What rests on networks or checks; all that is named neither here nor below is a network, or built on one."""

GROUND = ("extras", "files", "ipynb", "activations")
"""What imports nothing of the package."""


def module_of(path):
    """The dotted name of a file below the package, without ``rnn_notes.``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(source):
    """The modules of the package that a source imports, wherever in it, as dotted names without ``rnn_notes.``."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports name the package"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name.removeprefix("rnn_notes.") in FILES else node.module for name in names]
        else:
            continue
        found |= {name.removeprefix("rnn_notes.") for name in names if name.partition(".")[0] == "rnn_notes"}
    return {"" if name == "rnn_notes" else name for name in found}


@pytest.fixture(scope="module", autouse=True)
def every_import():
    """What each module imports, read once."""
    IMPORTS.update({module: imports(path.read_bytes()) for module, path in FILES.items()})


IMPORTS = {}


def room(module):
    """The part of the package that a module belongs to."""
    return module.partition(".")[0]


def arrows(*rooms):
    """The imports from modules of some rooms to other rooms, as pairs; a command may bring together what it needs."""
    return {
        (module, other)
        for module, others in IMPORTS.items()
        if room(module) in rooms and not module.endswith("__main__")
        for other in others
        if room(other) != room(module)
    }


def test_the_checker_knows_neither_networks_nor_pages():
    """It imports itself, the activation functions and the cache; the command brings it together with pages."""
    assert {room(other) for _, other in arrows("checks")} <= {"activations", "cache"}
    assert IMPORTS["checks.__main__"] == {"command"}
    assert {room(other) for other in IMPORTS["command"]} <= {"pages", "project"}


@pytest.mark.parametrize("module", GROUND)
def test_what_all_rests_on_rests_on_nothing(module):
    """These can be read alone."""
    assert not {other for other in IMPORTS[module] if room(other) != module}


def test_the_cache_rests_on_the_writing_of_files_alone():
    """All else may ask it to remember."""
    assert {other for _, other in arrows("cache")} == {"files"}


def test_networks_know_nothing_above_them():
    """A learner who reads a cell need not read what draws, checks or publishes it."""
    networks = {room(module) for module in FILES} - {*ABOVE, *GROUND, "cache", "checks", ""}
    assert {"cells", "readout"} <= networks
    assert {room(other) for _, other in arrows(*networks)} <= networks | {"activations", "extras", "files"}


def test_pages_are_read_without_the_checker_and_figures_drawn_without_the_site():
    """Each part is asked for by the site, and asks for nothing of it."""
    assert {other for _, other in arrows("pages")} <= {"ipynb"}
    assert not {"web", "pytest_plugin", "project"} & {room(other) for _, other in arrows("runs", "figures", "lecture")}


def test_nothing_imports_the_site():
    """The site is the roof, as are commands and the pytest plugin."""
    assert not [arrow for arrow in arrows(*map(room, FILES)) if room(arrow[1]) in ("web", "pytest_plugin")]


def test_there_is_no_circle():
    """Modules can be put in an order in which each imports only those before it."""
    left = {module: others - {module} for module, others in IMPORTS.items()}
    while free := {module for module, others in left.items() if not others & left.keys()}:
        left = {module: others for module, others in left.items() if module not in free}
    assert not left


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import rnn_notes.checks.tree", {"checks.tree"}),
        ("from rnn_notes import pages, GRU", {"pages", ""}),
        ("def f():\n    from rnn_notes.checks.tree import Node", {"checks.tree"}),
        ("import numpy\nfrom rnn_notes_other import x", set()),
    ],
)
def test_an_import_is_found_wherever_and_however_it_is_written(source, expected):
    """Within functions, too."""
    assert imports(source) == expected
