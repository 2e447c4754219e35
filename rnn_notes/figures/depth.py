"""The unrolled network in depth: every neuron of every copy, each layer running back into the picture."""

from collections.abc import Mapping, Sequence

from matplotlib.patches import Polygon

from rnn_notes import lecture
from rnn_notes.figures.diagram import Diagram, Node
from rnn_notes.figures.networks import SIZES, spread, time_steps
from rnn_notes.figures.style import COLOURS

HEIGHTS = {"x": 110.0, "h": 262.0, "y": 402.0}
PLACES = [78.0 + 112 * t for t in range(lecture.T)]
BACK = (17.0, 21.0)
"""How far the next neuron further back lies to the right, and up."""
RADIUS = 9.5

Copy = dict[str, list[Node]]


def copies(d: Diagram, lit: str = "xhy", fill: Mapping[str, Sequence[Sequence[str]]] | None = None) -> list[Copy]:
    """The neurons of all copies; lit names the layers that are lit, fill[kind][t][k] is the colour of one neuron."""
    planes(d)
    return [
        {
            kind: [
                d.node(
                    x + BACK[0] * back,
                    HEIGHTS[kind] + BACK[1] * back,
                    kind,
                    lit=kind in lit,
                    radius=RADIUS,
                    fill=fill[kind][t][k] if fill else None,
                )
                for k, back in enumerate(spread(n, 1))
            ]
            for kind, n in SIZES.items()
        }
        for t, x in enumerate(PLACES)
    ]


def planes(d: Diagram) -> None:
    """The planes on which the layers lie, with their letters, and the time steps below."""
    left, right = PLACES[0] - 30, PLACES[-1] + 30
    for kind, n in SIZES.items():
        depth = (n - 1) / 2 + 0.75
        edge = ((left, -depth), (right, -depth), (right, depth), (left, depth))
        corners = [(x + BACK[0] * back, HEIGHTS[kind] + BACK[1] * back) for x, back in edge]
        d.add(Polygon(corners, facecolor=COLOURS[kind], alpha=0.1, edgecolor="none", zorder=0))
        d.text(left - 14, HEIGHTS[kind], f"${kind}$", kind, 22)
    time_steps(d, [x - 14 for x in PLACES], 30)
