"""The visual grammar of the networks: nodes, boxes, and arrows between them.

One unit is one CSS pixel, y points up. A node has the colour of its letter.
What a picture is about is lit: full colour, strong lines; the rest is dimmed: grey and thin.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch, PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from numpy import ndarray

from rnn_notes.figures.style import COLOURS, sheet, tint

LIT, DIM = 2.0, 1.0  # line widths
RADIUS = 17.0
FONT = 17.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Node:
    """A disc or a rounded box: its centre, and half its width and height, the border included."""

    x: float
    y: float
    half_width: float
    half_height: float
    round: bool = True

    def holds(self, points: ndarray) -> ndarray:
        """Which of the points (n, 2) lie inside."""
        dx, dy = np.abs(points - (self.x, self.y)).T
        if self.round:
            return np.hypot(dx, dy) < self.half_width
        return (dx < self.half_width) & (dy < self.half_height)


class Diagram:
    """A sheet of width times height pixels to draw a network on."""

    def __init__(self, width: float = 520, height: float = 340) -> None:
        self.figure: Figure = sheet(width, height, layout="none")
        self.axes = self.figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
        self.axes.set_axis_off()

    def node(
        self,
        x: float,
        y: float,
        kind: str,
        label: str = "",
        lit: bool = True,
        radius: float = RADIUS,
        fill: str | None = None,
        size: float = FONT,
    ) -> Node:
        """A disc with a label in it; fill is a colour, by default a light tint of its kind."""
        self.add(Circle((x, y), radius, zorder=3, **_look(kind, lit, fill)))
        self.text(x, y, label, "ink" if lit else "dim", size)
        radius += (LIT if lit else DIM) / 2
        return Node(x, y, radius, radius)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        kind: str = "ink",
        label: str = "",
        lit: bool = True,
        corner: float = 6,
        fill: str | None = None,
        size: float = FONT,
        zorder: float = 3,
    ) -> Node:
        """A box with rounded corners around the point x, y."""
        shape = f"round,pad=0,rounding_size={corner}"
        corner_point = (x - width / 2, y - height / 2)
        look = _look(kind, lit, fill)
        self.add(FancyBboxPatch(corner_point, width, height, boxstyle=shape, zorder=zorder, **look))
        self.text(x, y, label, "ink" if lit else "dim", size)
        border = LIT if lit else DIM
        return Node(x, y, (width + border) / 2, (height + border) / 2, round=False)

    def text(self, x: float, y: float, text: str, kind: str = "ink", size: float = FONT, **kwargs: Any) -> Text:
        """Text or $mathematics$, centred on the point unless ha and va say otherwise."""
        placed: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 4} | kwargs
        return self.axes.text(x, y, text, color=COLOURS[kind], fontsize=size, **placed)

    def arrow(
        self,
        start: Node | Point,
        end: Node | Point,
        kind: str = "ink",
        lit: bool = True,
        via: Iterable[Point] = (),
        width: float | None = None,
        head: bool = True,
    ) -> None:
        """An arrow that touches both borders; via are the control points of a curve (one or two)."""
        points = curve(start, end, via)
        colour = COLOURS[kind if lit else "dim"]
        width = width or (LIT if lit else DIM)
        codes = [Path.MOVETO, *[{2: Path.LINETO, 3: Path.CURVE3, 4: Path.CURVE4}[len(points)]] * (len(points) - 1)]
        size = 3.2 + 1.7 * width
        style = f"-|>,head_length={size},head_width={size / 2}" if head else "-"
        patch = FancyArrowPatch(path=Path(points, codes), arrowstyle=style, color=colour, linewidth=width)
        patch.set(mutation_scale=1, joinstyle="miter", capstyle="butt", zorder=2 + lit / 2)
        self.add(patch)

    def lines(self, pairs: Iterable[tuple[Node, Node]], kind: str = "ink", lit: bool = True, width: float = 0) -> None:
        """Plain lines from border to border, all in one path: the many connections of two full layers."""
        path = Path.make_compound_path(*(Path(curve(start, end)) for start, end in pairs))
        colour = COLOURS[kind if lit else "dim"]
        width = width or (1.2 if lit else 0.7)
        self.add(PathPatch(path, edgecolor=colour, fill=False, linewidth=width, zorder=1 + lit / 2))

    def add(self, patch: Patch) -> None:
        """Any other shape, in the same units."""
        self.axes.add_patch(patch).set_clip_on(False)


def curve(start: Node | Point, end: Node | Point, via: Iterable[Point] = ()) -> ndarray:
    """The control points, (2 to 4, 2), of the Bézier curve between two centres, cut off at their borders."""
    centres = [(p.x, p.y) if isinstance(p, Node) else p for p in (start, *via, end)]
    points = np.array(centres, dtype=float)
    t = np.linspace(0, 1, 2001)
    along = _bezier(points, t)
    first = t[np.argmin(start.holds(along))] if isinstance(start, Node) else 0.0
    last = t[::-1][np.argmin(end.holds(along)[::-1])] if isinstance(end, Node) else 1.0
    return _part(_part(points, 0.0, last), first / last, 1.0)


def _bezier(points: ndarray, t: ndarray) -> ndarray:
    """Points (len(t), 2) of a Bézier curve, in Bernstein's form."""
    n = len(points) - 1
    weights = [math.comb(n, k) * t**k * (1 - t) ** (n - k) for k in range(n + 1)]
    return np.stack(weights, axis=-1) @ points


def _part(points: ndarray, first: float, last: float) -> ndarray:
    """The control points of the part of a curve, by de Casteljau's construction (cut at first, or at last)."""
    cut, left, right = (last, [], []) if first == 0 else (first, [], [])
    while len(points):
        left.append(points[0])
        right.append(points[-1])
        points = (1 - cut) * points[:-1] + cut * points[1:]
    return np.array(left if first == 0 else right[::-1])


def _look(kind: str, lit: bool, fill: str | None) -> dict[str, Any]:
    """How the body of a node looks."""
    if not lit:
        return {"facecolor": fill or COLOURS["paper"], "edgecolor": COLOURS["dim"], "linewidth": DIM}
    return {"facecolor": fill or tint(kind, 15), "edgecolor": COLOURS[kind], "linewidth": LIT}
