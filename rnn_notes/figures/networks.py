"""The parts that pictures of the lecture's network are made of: copies a node a layer, time steps, even spacing."""

from itertools import pairwise

from rnn_notes import lecture
from rnn_notes.figures.diagram import Diagram, Node

SIZES = {"x": lecture.D, "h": lecture.H, "y": lecture.O}
LEVELS = {"x": 75.0, "h": 175.0, "y": 275.0}


def spread(n: int, apart: float = 60) -> list[float]:
    """n places, apart from each other and centred on zero."""
    return [apart * (k - (n - 1) / 2) for k in range(n)]


def column(d: Diagram, x: float, lit: str = "xhy", index: str = "", weights: bool = False) -> dict[str, Node]:
    """One copy of the network, a node a layer; lit names the layers that are lit."""
    nodes = {
        kind: d.node(x, y, kind, f"${kind}_{index}$" if index else f"${kind}$", kind in lit)
        for kind, y in LEVELS.items()
    }
    for (a, below), (b, above) in pairwise(nodes.items()):
        d.arrow(below, above, lit=a in lit and b in lit)
        if weights:
            d.text(x + 5, (below.y + above.y) / 2, f"$W_{{{a}{b}}}$", ha="left")
    return nodes


def time_steps(d: Diagram, places: list[float], y: float) -> None:
    """The time step under each copy."""
    for t, x in enumerate(places, start=1):
        d.text(x, y, f"$t={t}$", "dim")
