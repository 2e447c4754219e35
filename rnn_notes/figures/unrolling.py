"""From a feed-forward network to a recurrent one: one picture, changed a little from step to step."""

from itertools import pairwise, product

from matplotlib.figure import Figure

from rnn_notes import lecture
from rnn_notes.figures import depth
from rnn_notes.figures.diagram import Diagram, Node
from rnn_notes.figures.networks import LEVELS, NAME, SIZES, WEIGHTS, column, spread, time_steps, weight
from rnn_notes.figures.registry import drawing

NAMES = {"x": "input", "h": "hidden", "y": "output"}
MIDDLE = 260.0


@drawing
def network_4_3_2() -> Figure:
    """A feed-forward network: every neuron is connected to every neuron of the next layer."""
    d = Diagram(520, 265)
    places = {"x": MIDDLE - 130, "h": MIDDLE, "y": MIDDLE + 130}
    layers = [[d.node(x, 116 - s, kind) for s in spread(SIZES[kind])] for kind, x in places.items()]
    for before, after in pairwise(layers):
        d.lines(product(before, after), "dim")
    for kind, x in places.items():
        d.text(x, 248, f"{NAMES[kind]} ${kind}$", kind)
    return d.figure


@drawing
def network_flipped() -> Figure:
    """The same network upright: inputs at the bottom, outputs at the top."""
    d = stage()
    for below, above in pairwise(upright(d, lit=True)):
        d.lines(product(below, above), "dim")
    for kind, y in LEVELS.items():
        d.text(8, y, f"{NAMES[kind]} ${kind}$", kind, ha="left")
    return d.figure


@drawing
def network_packed() -> Figure:
    """Each layer packed into one box: 4, 3 and 2 are the dimensions of three vectors."""
    d = stage()
    upright(d, lit=False)
    x, h, y = packed(d, lit=True)
    for below, above, index in ((x, h, "xh"), (h, y, "hy")):
        d.arrow(below, above, WEIGHTS[index])
        weight(d, MIDDLE + 8, (below.y + above.y) / 2, index, ha="left")
    dimensions(d)
    return d.figure


@drawing
def network_one_node_per_layer() -> Figure:
    """One node per layer: x, h and y are vectors."""
    d = stage()
    packed(d, lit=False)
    column(d, MIDDLE)
    dimensions(d)
    return d.figure


@drawing
def network_five_copies() -> Figure:
    """Five copies of one network; each passes its hidden state on to the next."""
    d = Diagram(520, 302)
    places = [MIDDLE + s for s in spread(lecture.T, 84)]
    for before, after in pairwise([column(d, x, lit="h", index=str(t)) for t, x in enumerate(places, start=1)]):
        d.arrow(before["h"], after["h"], "h", width=3)
    time_steps(d, places, 26)
    return d.figure


@drawing
def unrolled_network() -> Figure:
    """One network and its unrolling: arrows with the same name are the same weights."""
    d = Diagram(584, 302)
    h = column(d, 22, weights=True)["h"]
    d.arrow(h, h, "h", via=[(h.x + 112, h.y + 84), (h.x + 112, h.y - 84)])
    weight(d, h.x + 49, h.y, "hh")
    d.text(128, h.y, "$=$", size=28)
    places = [390 + s for s in spread(lecture.T, 75)]
    state = d.node(165, h.y, "h", "$h_0$", size=NAME)
    for t, x in enumerate(places, start=1):
        copy = column(d, x, index=str(t), weights=True)
        d.arrow(state, copy["h"], "h")
        weight(d, (state.x + x) / 2 - 3, h.y + 17, "hh")
        state = copy["h"]
    time_steps(d, places, 26)
    return d.figure


@drawing
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


def stage() -> Diagram:
    """A sheet for one upright network, as high as its boxes and no higher."""
    d = Diagram(520, 270)
    d.axes.set_ylim(40, 310)
    return d


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
