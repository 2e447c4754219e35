"""The scan of a linear recurrence."""

from matplotlib.figure import Figure

from rnn_notes.figures.diagram import Diagram, Node
from rnn_notes.figures.registry import figure

T = 8
LEFT, APART, TOP, ROW = 34.0, 64.5, 446.0, 82.0

Steps = tuple[int, int]  # a block of steps: the first and the last


@figure("tree")
def scan_tree() -> Figure:
    """A scan combines neighbours in pairs until one block does all steps, then fills in the states between."""
    d = Diagram(520, 474)
    nodes: dict[Steps, Node] = {}
    for row, steps, halves in tree():
        begin, end = steps
        label = str(end) if begin == end else f"{begin}–{end}"
        x, y = LEFT + APART * (end - 1), TOP - ROW * row
        nodes[steps] = d.box(x, y, 50, 34, "h" if begin == 1 else "x", label, size=14)
        for half in halves:
            d.arrow((nodes[half].x, nodes[half].y - 17), (x, y + 17), "dim", head=False)
    return d.figure


def tree() -> list[tuple[int, Steps, tuple[Steps, ...]]]:
    """All blocks, in the order of the rounds: its round, its steps, and the two blocks that it is made of."""
    found: list[tuple[int, Steps, tuple[Steps, ...]]] = [(0, (n, n), ()) for n in range(1, T + 1)]
    size, row = 1, 0
    while size < T:  # neighbours become one
        row, half, size = row + 1, size, 2 * size
        found += [
            (row, (end - size + 1, end), ((end - size + 1, end - half), (end - half + 1, end)))
            for end in range(size, T + 1, size)
        ]
    while size > 2:  # states between those that are known
        row, size, half = row + 1, size // 2, size // 4
        found += [(row, (1, end), ((1, end - half), (end - half + 1, end))) for end in range(size + half, T + 1, size)]
    return found
