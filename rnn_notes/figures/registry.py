"""The registry: the name of a figure and the function that draws it."""

import functools
import inspect
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from matplotlib.figure import Figure

from rnn_notes.figures import style

Drawer = Callable[[], Figure]

REGISTRY: dict[str, Drawer] = {}
NUMBERS: dict[str, tuple[str, ...]] = {}
"""By figure, the functions of its module that give its numbers, each of which a test calls."""

ROOT = Path(__file__).parents[2]


def figure(*numbers: str) -> Callable[[Drawer], Drawer]:
    """Register a function that draws a figure, named like it with hyphens: ``two_pasts`` draws ``two-pasts``.

    The first line of its docstring is the message of the figure; ``numbers`` name the functions of the module that
    give what it shows. Raises TypeError if there are none: a picture that shows no numbers is a ``@drawing``.
    """
    if not numbers or not all(isinstance(name, str) for name in numbers):
        raise TypeError(
            "@figure needs the name of a function of the module that gives the figure's numbers, and that a test "
            'calls: write @figure("contributions"), or @drawing for a picture that shows no numbers'
        )
    return lambda function: _register(function, numbers)


def drawing(function: Drawer) -> Drawer:
    """Register a function that draws a figure without any numbers: nodes, arrows and words."""
    return _register(function, ())


def _register(function: Drawer, numbers: tuple[str, ...]) -> Drawer:
    @functools.wraps(function)
    def styled() -> Figure:
        with style.applied():
            return function()

    name = function.__name__.replace("_", "-")
    REGISTRY[name], NUMBERS[name] = styled, numbers
    return styled


def draw(name: str) -> Figure:
    """The figure of that name, drawn afresh. Raises ValueError if there is none."""
    return _known(name)()


def source(name: str) -> tuple[str, int]:
    """Where a figure is drawn: the file, relative to the repository, and the line of its function."""
    return _place(inspect.unwrap(_known(name)))


@functools.cache
def _place(function: Callable[[], Figure]) -> tuple[str, int]:
    return Path(inspect.getfile(function)).relative_to(ROOT).as_posix(), inspect.getsourcelines(function)[1]


def _known(name: str) -> Callable[[], Figure]:
    if name not in REGISTRY:
        near = get_close_matches(name, REGISTRY, n=3, cutoff=0)
        raise ValueError(
            f"no figure is named {name!r}; the nearest names are {', '.join(near)}; "
            f"use one of them or register {name.replace('-', '_')}() with @figure in rnn_notes/figures"
        )
    return REGISTRY[name]
