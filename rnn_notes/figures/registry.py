"""The registry: the name of a figure and the function that draws it."""

import functools
import inspect
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from matplotlib.figure import Figure

from rnn_notes.figures import style

REGISTRY: dict[str, Callable[[], Figure]] = {}

ROOT = Path(__file__).parents[2]


def figure(function: Callable[[], Figure]) -> Callable[[], Figure]:
    """Register a function that draws a figure, named like it with hyphens: ``two_pasts`` draws ``two-pasts``.

    The first line of its docstring is the message of the figure.
    """

    @functools.wraps(function)
    def styled() -> Figure:
        with style.applied():
            return function()

    REGISTRY[function.__name__.replace("_", "-")] = styled
    return styled


def draw(name: str) -> Figure:
    """The figure of that name, drawn afresh. Raises ValueError if there is none."""
    return _known(name)()


def source(name: str) -> tuple[str, int]:
    """Where a figure is drawn: the file, relative to the repository, and the line of its function."""
    function = inspect.unwrap(_known(name))
    return Path(inspect.getfile(function)).relative_to(ROOT).as_posix(), inspect.getsourcelines(function)[1]


def _known(name: str) -> Callable[[], Figure]:
    if name not in REGISTRY:
        near = get_close_matches(name, REGISTRY, n=3, cutoff=0)
        raise ValueError(
            f"no figure is named {name!r}; the nearest names are {', '.join(near)}; "
            f"use one of them or register {name.replace('-', '_')}() with @figure in rnn_notes/figures"
        )
    return REGISTRY[name]
