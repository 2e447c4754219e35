"""The forward pass."""

import numpy as np
from matplotlib.figure import Figure
from numpy import ndarray

from rnn_notes import lecture
from rnn_notes.figures.diagram import Diagram
from rnn_notes.figures.registry import drawing, figure
from rnn_notes.figures.style import COLOURS, sheet


@drawing
def one_step() -> Figure:
    """One time step: the input and the old state are added up, bent by tanh, and passed on and read off."""
    D, H, O = lecture.D, lecture.H, lecture.O
    d = Diagram(520, 470)
    low, mid, high, top = 46, 215, 325, 424
    before = d.node(34, mid, "h", "$h_{t{-}1}$", radius=25)
    W_hh = d.box(122, mid, 58, 40, "h", "$W_{hh}$")
    x = d.node(214, low, "x", "$x_t$", radius=22)
    W_xh = d.box(214, 130, 58, 40, "x", "$W_{xh}$")
    plus = d.node(214, mid, "ink", "$+$", radius=14, fill=COLOURS["paper"], size=20)
    b_h = d.box(214, 290, 44, 34, "dim", "$b_h$")
    tanh = d.box(322, mid, 64, 40, "ink", r"$\tanh$")
    h = d.node(424, mid, "h", "$h_t$", radius=25)
    W_hy = d.box(424, high - 28, 58, 40, "y", "$W_{hy}$")
    plus_y = d.node(424, 366, "ink", "$+$", radius=14, fill=COLOURS["paper"], size=20)
    b_y = d.box(330, 366, 44, 34, "dim", "$b_y$")
    y = d.node(424, top + 12, "y", "$y_t$", radius=22)
    for start, end, kind in (
        (before, W_hh, "h"),
        (W_hh, plus, "h"),
        (x, W_xh, "x"),
        (W_xh, plus, "x"),
        (b_h, plus, "dim"),
        (plus, tanh, "ink"),
        (tanh, h, "ink"),
        (h, (516, mid), "h"),
        (h, W_hy, "h"),
        (W_hy, plus_y, "y"),
        (b_y, plus_y, "dim"),
        (plus_y, y, "y"),
    ):
        d.arrow(start, end, kind)
    d.text(258, mid + 15, "$a_t$")
    for at, shape in (
        ((34, mid - 42), f"{H}"),
        ((122, mid - 36), f"{H} × {H}"),
        ((250, low), f"{D}"),
        ((274, 130), f"{H} × {D}"),
        ((424, mid - 42), f"{H}"),
        ((484, high - 28), f"{O} × {H}"),
        ((460, top + 12), f"{O}"),
        ((250, 290), f"{H}"),
        ((330, 394), f"{O}"),
        ((258, mid - 15), f"{H}"),
    ):
        d.text(*at, shape, "dim", size=14)
    return d.figure


@figure("hidden_states")
def hidden_state_over_time() -> Figure:
    """The three hidden units over the five time steps."""
    fig = sheet(520, 330)
    rows = fig.subplots(lecture.H, 1, sharex=True, sharey=True)
    for unit, (ax, h) in enumerate(zip(rows, hidden_states().T, strict=True), start=1):
        ax.axhline(0, color=COLOURS["dim"], linewidth=1)
        ax.vlines(range(lecture.T + 1), 0, h, color=COLOURS["h"], linewidth=2.2)
        ax.plot(h, "o", color=COLOURS["h"])
        ax.set(ylabel=f"unit {unit}", ylim=(-0.85, 0.85), yticks=[-0.5, 0, 0.5])
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(bottom=False)
    rows[-1].set(xticks=range(lecture.T + 1), xlabel="time step $t$")
    return fig


def hidden_states() -> ndarray:
    """h_0 … h_T of the lecture's run, (T + 1, H)."""
    return np.asarray(lecture.rnn.forward(lecture.x).h[:, 0])
