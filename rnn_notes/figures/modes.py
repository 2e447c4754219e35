"""What is built of recurrent networks: which steps have inputs and outputs, layers, directions, and who has to wait."""

from dataclasses import dataclass
from itertools import pairwise

from matplotlib.figure import Figure

from rnn_notes.figures.diagram import Diagram
from rnn_notes.figures.registry import drawing, figure

SMALL, APART, UP = 13.0, 40.0, 46.0  # the radius of a node; the way to the next step; the way to the next layer


@dataclass(frozen=True)
class Mode:
    """Which of the time steps have an input, and which an output."""

    name: str
    example: str
    steps: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


MODES = (
    Mode("one to one", "no memory", 1, (1,), (1,)),
    Mode("one to many", "picture to caption", 4, (1,), (1, 2, 3, 4)),
    Mode("many to one", "eleven years from 22", 4, (1, 2, 3, 4), (4,)),
    Mode("many to many, at once", "the next character, always", 4, (1, 2, 3, 4), (1, 2, 3, 4)),
    Mode("many to many, later", "a translation", 6, (1, 2, 3), (4, 5, 6)),
)


@drawing
def input_output_modes() -> Figure:
    """One unrolled network, five uses: which steps get an input and which outputs are read."""
    d = Diagram(520, 392)
    places = ((24, 250), (160, 250), (350, 250), (24, 52), (270, 52))
    for mode, (left, low) in zip(MODES, places, strict=True):
        states = []
        for t in range(1, mode.steps + 1):
            x = left + SMALL + APART * (t - 1)
            h = d.node(x, low + UP, "h", radius=SMALL)
            if t in mode.inputs:
                d.arrow(d.node(x, low, "x", radius=SMALL), h, "x")
            if t in mode.outputs:
                d.arrow(h, d.node(x, low + 2 * UP, "y", radius=SMALL), "y")
            states.append(h)
        for before, after in pairwise(states):
            d.arrow(before, after, "h")
        d.text(left, low - 32, mode.example, "dim", size=14, ha="left")
        d.text(left, low + 2 * UP + 32, mode.name, size=15, ha="left")
    return d.figure


@drawing
def two_layers_two_directions() -> Figure:
    """Left, states of a layer are inputs of the next; right, one state comes from the front, another from the end."""
    d = Diagram(520, 272)
    for left, name, aside in ((24, "two layers", 0), (294, "two directions", SMALL)):
        sides = (0.0, -aside, aside, 0.0)
        x, lower, upper, y = (
            [d.node(left + SMALL + side + 58 * t, 26 + 62 * level, kind, radius=SMALL) for t in range(4)]
            for level, (kind, side) in enumerate(zip("xhhy", sides, strict=True))
        )
        ways = [(x, lower, "x"), (lower, upper, "h"), (upper, y, "y")]
        if aside:
            ways = [(x, lower, "x"), (x, upper, "x"), (lower, y, "y"), (upper, y, "y")]
        for below, above, kind in ways:
            for start, end in zip(below, above, strict=True):
                d.arrow(start, end, kind)
        for before, after in [*pairwise(lower), *pairwise(upper[::-1] if aside else upper)]:
            d.arrow(before, after, "h")
        d.text(left, 248, name, size=15, ha="left")
    return d.figure


@figure("recurrence", "scan", "attention")
def who_has_to_wait() -> Figure:
    """Eight steps: a recurrence takes seven rounds, a scan three, attention one."""
    d = Diagram(520, 492)
    top = 478.0
    for name, rounds, height in (
        ("recurrence", recurrence(8), 146),
        ("scan", scan(8), 108),
        ("attention", attention(8), 62),
    ):
        d.text(8, top, f"{name}: {len(rounds)} round{'s' * (len(rounds) > 1)}", size=15, ha="left")
        levels = [top - 26 - height * k / len(rounds) for k in range(len(rounds) + 1)]
        for y in levels:
            for t in range(8):
                d.node(60 + 57 * t, y, "h", radius=3)
        for pairs, y, low in zip(rounds, levels, levels[1:], strict=False):
            for source, goal in pairs:
                d.arrow((60 + 57 * source, y), (60 + 57 * goal, low), "h", width=1.2, head=name != "attention")
        top -= height + 58
    return d.figure


def recurrence(T: int) -> list[list[tuple[int, int]]]:
    """The pairs (from, to) of each round: step t can begin when step t − 1 has ended."""
    return [[(t, t + 1)] for t in range(T - 1)]


def scan(T: int) -> list[list[tuple[int, int]]]:
    """The pairs of each round of a scan by doubling (Hillis and Steele 1986): 1, 2, 4, … steps back."""
    return [[(t - back, t) for t in range(back, T)] for back in (2**k for k in range((T - 1).bit_length()))]


def attention(T: int) -> list[list[tuple[int, int]]]:
    """One round, in which each step looks at itself and at all steps before it."""
    return [[(s, t) for t in range(T) for s in range(t + 1)]]
