"""The figures of the notes.

A figure is a function without arguments that returns a Matplotlib ``Figure``; ``@figure`` registers it.
``draw`` draws one by its name, ``svg`` makes it inline SVG for a page, ``show`` puts it into a notebook.
One module per chapter, found by itself; ``diagram`` is the visual grammar of the networks,
``style`` the sheet and the colours.
"""

# ruff: noqa: E402  Matplotlib is asked for first

import importlib
import pkgutil

from rnn_notes import extras

extras.load("matplotlib", "figures")

from rnn_notes.figures.inline import Picture, detached, light, share_glyphs, show, standalone, svg
from rnn_notes.figures.registry import NUMBERS, REGISTRY, draw, drawing, figure, source

__all__ = [
    "NUMBERS",
    "REGISTRY",
    "Picture",
    "detached",
    "draw",
    "drawing",
    "figure",
    "light",
    "share_glyphs",
    "show",
    "source",
    "standalone",
    "svg",
]

for _module in pkgutil.iter_modules(__path__):  # each registers what it draws
    if _module.name != "__main__":
        importlib.import_module(f"{__name__}.{_module.name}")
