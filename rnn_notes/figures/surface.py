"""A function of two variables: f(x, y) = y² − 2y cos x."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, sheet, tint

STEP = 1.0
"""Height from one contour line to the next, and from one colour to the next."""

VALLEY = ({"color": COLOURS["paper"], "linewidth": 6}, {"color": COLOURS["grad"], "linewidth": 3})
"""The line of the valley has a seam of paper, so that it stands out from the surface in either theme."""


@figure("height")
def valley_surface() -> Figure:
    """The surface of f(x, y) = y² − 2y cos x: a winding valley between two slopes."""
    fig = sheet(520, 400, layout="none")
    ax: Any = fig.add_axes((-0.06, 0.02, 1.0, 1.08), projection="3d", computed_zorder=False)
    x, y = np.meshgrid(np.linspace(-6, 6, 33), np.linspace(-3, 3, 17))
    z = height(x, y)
    centre = (z[1:, 1:] + z[:-1, 1:] + z[1:, :-1] + z[:-1, :-1]) / 4
    look = {"facecolors": np.vectorize(colour)(centre), "edgecolor": tint("h", 90), "linewidth": 0.4}
    ax.plot_surface(x, y, z, rstride=1, cstride=1, shade=False, clip_on=False, **look)
    along = np.linspace(-6, 6, 121)
    for line in VALLEY:
        ax.plot(along, np.cos(along), height(along, np.cos(along)), zorder=5, **line)
    ax.set(xticks=[-4, 0, 4], yticks=[-2, 0, 2], zticks=[0, 10])
    ax.set_xlabel("$x$", labelpad=10)
    ax.set_ylabel("$y$", labelpad=6)
    ax.set_zlabel("$f(x, y)$", labelpad=4)
    ax.set_box_aspect((4, 3, 1.35), zoom=1.08)  # flat enough to hide nothing of the valley
    ax.view_init(elev=52, azim=-66)
    return fig


@figure("height")
def valley_contour() -> Figure:
    """The same surface from above: the valley follows y = cos x."""
    fig = sheet(520, 330)
    ax: Any = fig.subplots()
    x, y = np.meshgrid(np.linspace(-6, 6, 49), np.linspace(-3, 3, 25))
    bands(ax, x, y)
    along = np.linspace(-6, 6, 121)
    for line in VALLEY:
        ax.plot(along, np.cos(along), **line)
    ax.set(xlabel="$x$", ylabel="$y$", xticks=[-6, -3, 0, 3, 6], yticks=[-3, 0, 3])
    ax.grid(visible=False)
    return fig


def bands(ax: Any, x: ndarray, y: ndarray) -> None:
    """The surface over a grid, from above: each step of its height in a colour of its own."""
    z = height(x, y)
    ax.set_facecolor(colour(-STEP / 2))
    for level in np.arange(0, z.max(), STEP):
        band = ax.contourf(x, y, z, [level, np.inf], colors=[colour(level + STEP / 2)])
        band.set(edgecolor=tint("h", 90), linewidth=0.6)


def colour(z: float) -> str:
    """The deeper, the stronger."""
    return tint("h", 80 - 5 * z)


def height(x: ndarray, y: ndarray) -> ndarray:
    """f(x, y) = y² − 2y cos x."""
    return y**2 - 2 * y * np.cos(x)
