"""From a feed-forward network to a recurrent one: one picture, changed a little from step to step."""

from itertools import pairwise, product

from matplotlib.figure import Figure

from rnn_notes import lecture
from rnn_notes.figures import depth
from rnn_notes.figures.diagram import Diagram, Node
from rnn_notes.figures.networks import LEVELS, SIZES, column, spread, time_steps
from rnn_notes.figures.registry import figure

NAMES = {"x": "input", "h": "hidden", "y": "output"}
MIDDLE = 260.0


@figure
def network_4_3_2() -> Figure:
    """A feed-forward network: every neuron is connected to every neuron of the next layer."""
    d = Diagram()
    places = {"x": MIDDLE - 130, "h": MIDDLE, "y": MIDDLE + 130}
    layers = [[d.node(x, 165 - s, kind) for s in spread(SIZES[kind])] for kind, x in places.items()]
    for before, after in pairwise(layers):
        d.lines(product(before, after), "dim")
    for kind, x in places.items():
        d.text(x, 318, f"{NAMES[kind]} ${kind}$", kind)
    return d.figure


@figure
def network_flipped() -> Figure:
    """The same network upright: inputs at the bottom, outputs at the top."""
    d = Diagram()
    for below, above in pairwise(upright(d, lit=True)):
        d.lines(product(below, above), "dim")
    for kind, y in LEVELS.items():
        d.text(8, y, f"{NAMES[kind]} ${kind}$", kind, ha="left")
    return d.figure


@figure
def network_packed() -> Figure:
    """Each layer packed into one box: 4, 3 and 2 are the dimensions of three vectors."""
    d = Diagram()
    upright(d, lit=False)
    for below, above in pairwise(packed(d, lit=True)):
        d.arrow(below, above)
    dimensions(d)
    return d.figure


@figure
def network_one_node_a_layer() -> Figure:
    """One node a layer: x, h and y are vectors."""
    d = Diagram()
    packed(d, lit=False)
    column(d, MIDDLE)
    dimensions(d)
    return d.figure


@figure
def network_five_copies() -> Figure:
    """Five copies of one network; each passes its hidden state on to the next."""
    d = Diagram()
    places = [MIDDLE + s for s in spread(lecture.T, 84)]
    for before, after in pairwise([column(d, x, lit="h") for x in places]):
        d.arrow(before["h"], after["h"], "h", width=3)
    time_steps(d, places, 26)
    return d.figure


@figure
def unrolled_network() -> Figure:
    """One network and its unrolling: arrows with the same name are the same weights."""
    d = Diagram(624, 330)
    h = column(d, 24, weights=True)["h"]
    d.arrow(h, h, "h", via=[(h.x + 96, h.y + 76), (h.x + 96, h.y - 76)])
    d.text(h.x + 76, h.y, "$W_{hh}$", "h", ha="left")
    d.text(153, h.y, "$=$", size=28)
    places = [428 + s for s in spread(lecture.T, 78)]
    state = d.node(196, h.y, "h", "$h_0$")
    for t, x in enumerate(places, start=1):
        copy = column(d, x, index=str(t), weights=True)
        d.arrow(state, copy["h"], "h")
        d.text((state.x + x) / 2 - 3, h.y + 16, "$W_{hh}$", "h")
        state = copy["h"]
    time_steps(d, places, 26)
    return d.figure


@figure
def network_in_depth() -> Figure:
    """All neurons of all five copies: what passes from copy to copy goes from each hidden neuron to each."""
    d = Diagram(600, 455)
    copies = depth.copies(d, lit="h")
    for copy in copies:
        d.lines(product(copy["x"], copy["h"]), lit=False)
        d.lines(product(copy["h"], copy["y"]), lit=False)
    for before, after in pairwise(copies):
        d.lines(product(before["h"], after["h"]), "h")
    return d.figure


def upright(d: Diagram, lit: bool) -> list[list[Node]]:
    """The three layers, input at the bottom."""
    return [[d.node(MIDDLE + s, y, kind, lit=lit) for s in spread(SIZES[kind])] for kind, y in LEVELS.items()]


def packed(d: Diagram, lit: bool) -> list[Node]:
    """A box around each layer, behind what is in it."""
    widths = {kind: 2 * spread(n)[-1] + 56 for kind, n in SIZES.items()}
    return [d.box(MIDDLE, y, widths[kind], 54, kind, lit=lit, corner=27, zorder=1) for kind, y in LEVELS.items()]


def dimensions(d: Diagram) -> None:
    """How many numbers each layer holds, on the right."""
    for kind, y in LEVELS.items():
        d.text(512, y, f"{SIZES[kind]} dimensions", kind, ha="right")
