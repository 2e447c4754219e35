"""What pictures of the lecture's network are made of: copies with a node per layer, time steps, even spacing."""

from itertools import pairwise
from typing import Any

from rnn_notes import lecture
from rnn_notes.figures.diagram import Diagram, Node

SIZES = {"x": lecture.D, "h": lecture.H, "y": lecture.O}
LEVELS = {"x": 75.0, "h": 175.0, "y": 275.0}
WEIGHTS = {"xh": "x", "hh": "h", "hy": "y"}
"""What colour the weights have, as in the picture of one step."""
NAME = 20.0
"""The size of the name of a weight, whose index is smaller by a third."""


def spread(n: int, apart: float = 60) -> list[float]:
    """n places, apart from each other and centred on zero."""
    return [apart * (k - (n - 1) / 2) for k in range(n)]


def column(d: Diagram, x: float, lit: str = "xhy", index: str = "", weights: bool = False) -> dict[str, Node]:
    """One copy of the network, with a node per layer; lit names the layers that are lit."""
    nodes = {
        kind: d.node(x, y, kind, f"${kind}_{index}$" if index else f"${kind}$", kind in lit, size=NAME)
        for kind, y in LEVELS.items()
    }
    for (a, below), (b, above) in pairwise(nodes.items()):
        d.arrow(below, above, WEIGHTS[a + b], lit=a in lit and b in lit)
        if weights:
            weight(d, x + 5, (below.y + above.y) / 2, a + b, ha="left")
    return nodes


def weight(d: Diagram, x: float, y: float, index: str, **kwargs: Any) -> None:
    """The name of the weights xh, hh or hy, in their colour."""
    d.text(x, y, f"$W_{{{index}}}$", WEIGHTS[index], **{"size": NAME} | kwargs)


def time_steps(d: Diagram, places: list[float], y: float) -> None:
    """The time step under each copy."""
    for t, x in enumerate(places, start=1):
        d.text(x, y, f"$t={t}$", "dim")
