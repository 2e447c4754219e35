"""Where libraries differ."""

from itertools import pairwise

from matplotlib.figure import Figure

from rnn_notes.cells import GRU, LSTM
from rnn_notes.conversions import ONNX_ORDER, TORCH_ORDER
from rnn_notes.figures.diagram import Diagram, Node
from rnn_notes.figures.registry import drawing

ROWS = {"here": 214.0, "PyTorch": 128.0, "ONNX": 42.0}
HEIGHT = 36.0
LETTERS = {  # the names of the gates in each of the rows, in our order
    LSTM: (["i", "f", "o", r"\tilde{c}"], ["i", "f", "o", "g"], ["i", "f", "o", "c"]),
    GRU: (["r", "z", "n"], ["r", "z", "n"], ["r", "z", "h"]),
}


@drawing
def gate_orders() -> Figure:
    """The same gates in three orders: a line joins each gate here to its place in PyTorch and in ONNX."""
    d = Diagram(520, 284)
    for row, y in ROWS.items():
        d.text(8, y, row, size=14, ha="left")
    for kind, left in ((LSTM, 116.0), (GRU, 366.0)):
        ours = list(range(len(LETTERS[kind][0])))
        d.text(left + 26 * (len(ours) - 1), 264, kind.__name__, size=14)
        rows: list[dict[int, Node]] = []
        for letters, order, y in zip(
            LETTERS[kind], (ours, TORCH_ORDER[kind], ONNX_ORDER[kind]), ROWS.values(), strict=True
        ):
            rows.append(
                {
                    gate: d.box(left + 52 * place, y, 44, HEIGHT, colour(kind, gate), f"${letters[gate]}$")
                    for place, gate in enumerate(order)
                }
            )
        for above, below in pairwise(rows):
            for gate in ours:
                a, b = above[gate], below[gate]
                # a slanted line from centre to centre would end in the air beside a rounded corner
                d.arrow((a.x, a.y - HEIGHT / 2), (b.x, b.y + HEIGHT / 2), colour(kind, gate), head=False)
    return d.figure


def colour(kind: type, gate: int) -> str:
    """The candidate of the LSTM has the colour of the cell state; the letters of the others have none."""
    return "c" if (kind, gate) == (LSTM, 3) else "ink"
