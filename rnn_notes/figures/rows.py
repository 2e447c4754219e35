"""Figures of rows: measured values as strokes with their mean as a dot, and written samples."""

from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes.figures.style import COLOURS, sheet, tint

LINE = 21  # height of a line of a sample, in pixels


def strokes(ax: Any, rows: Iterable[tuple[str, ndarray, str]], parts: int) -> None:
    """A row for each name: its values as strokes of its colour, their mean as a dot; a tick at each 1/parts."""
    names, values, colours = zip(*rows, strict=True)
    for y, (of, colour) in enumerate(zip(values, colours, strict=True)):
        ax.plot(of, np.full(len(of), y), "|", color=tint(colour, 50), markersize=10)
        ax.plot(of.mean(), y, "o", color=COLOURS[colour])
    every = np.concatenate(values) * parts
    ticks = np.arange(np.floor(every.min()), np.ceil(every.max()) + 1) / parts
    ax.set(ylim=(len(names) - 0.5, -0.5), xlim=ticks[[0, -1]])
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.set_yticks(range(len(names)), names)


def passages(samples: Mapping[str, str], left: float) -> Figure:
    """The beginning of each text beside its name, which takes the share ``left`` of the width."""
    rows: list[tuple[str, str]] = []
    for name, sample in samples.items():
        first, *lines = wrap(sample, 56, max_lines=3, placeholder=" …")
        rows += [(name, first), *(("", line) for line in lines), ("", "")]
    fig = sheet(520, LINE * len(rows), layout="none")
    for row, (name, line) in enumerate(rows):
        y = 1 - (row + 0.8) / len(rows)
        fig.text(0.01, y, name, color=COLOURS["dim"])
        fig.text(left, y, line, color=COLOURS["y"])
    return fig
