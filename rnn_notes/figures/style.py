"""What all pictures share: the sheet they are drawn on, and the named colours.

A letter has one colour everywhere: x green, h blue, c orange, y purple, gradients red; ink, dim and grid are neutral.
A figure is drawn with the colours of the light theme. On the page each becomes a CSS custom property,
``--rnn-h`` for ``h``, whose value for the light and the dark theme is in ``docs/assets/figures.css``.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

import numpy as np
from matplotlib import style
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

SHEET = Path(__file__).with_name("style.mplstyle")

COLOURS = {
    "ink": "#25272b",  # text, and lines that carry no letter
    "dim": "#6a6e75",  # what was there before and is not the subject now; axes
    "grid": "#e3e0d8",  # decoration
    "paper": "#fffefb",  # the page
    "x": "#2c7a4b",
    "h": "#1f5fae",
    "c": "#b0500a",
    "y": "#7d3fa3",
    "grad": "#bd2a22",
}

CELLS = {"RNN": "y", "LSTM": "c", "GRU": "h"}
"""The kinds of cells, where a picture tells them apart by colour."""

DASHED = (0, (2.5, 1.6))
STRENGTHS = range(5, 100, 5)


def applied() -> AbstractContextManager[None]:
    """Matplotlib's defaults with the style sheet of the notes, whatever the caller has set."""
    return style.context(SHEET, after_reset=True)


class Sheet(Figure):
    """A figure that is also written in the style it was made in; Matplotlib makes its ticks only then."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw with the style sheet of the notes."""
        with applied():
            super().draw(renderer)


def sheet(width: float = 520, height: float = 290, layout: Literal["constrained", "none"] = "constrained") -> Figure:
    """An empty figure of that many CSS pixels.

    Text of 14 px on a sheet 520 px wide is still 9 px high on a phone, where 340 px are left for it.
    """
    figure = Sheet(figsize=(width / 72, height / 72), layout=layout)  # type: ignore[arg-type]  # "none" is allowed
    figure.patch.set_visible(False)
    return figure


def tint(colour: str, percent: float) -> str:
    """A named colour mixed into the paper, in steps of 5 per cent: opaque, so nothing shines through."""
    step = 5 * round(percent / 5)
    if step <= 0 or step >= 100:
        return COLOURS["paper" if step <= 0 else colour]
    of_colour = np.array(to_rgb(COLOURS[colour])) * step / 100
    return to_hex(tuple(of_colour + np.array(to_rgb(COLOURS["paper"])) * (100 - step) / 100))


def _variable(colour: str) -> str:
    return f"var(--rnn-{colour},{COLOURS[colour]})"


CSS = {COLOURS[name]: _variable(name) for name in COLOURS} | {
    tint(name, percent): f"color-mix(in srgb,{_variable(name)} {percent}%,{_variable('paper')})"
    for name in COLOURS.keys() - {"paper", "grid"}
    for percent in STRENGTHS
}
"""What each colour that a figure may use is called in CSS."""
