"""Vanishing and exploding gradients."""

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from numpy import ndarray

from rnn_notes.activations import sigmoid, sigmoid_prime
from rnn_notes.cells import RNN
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, DASHED, sheet, tint

SIZES = (0.9, 2, 6)
"""The largest singular values of W_hh that are compared."""

A = np.array([[0.5, 10.0], [0.0, 0.5]])
"""A matrix whose powers grow before they die out: its eigenvalues are both one half."""

GRADIENT, LIMIT = np.array([3.0, 0.8]), 1.0
"""A gradient of two entries, and the limit that it is clipped to."""

START, RATE, STEPS, CLIP = (5.0, -2.3), 0.2, 60, 0.5
"""The descents: from where, how fast, how many steps (few enough that rounding decides nothing), to which limit."""


@figure("jacobian_norms")
def gradient_norms() -> Figure:
    """How much an earlier hidden state still matters: small weights let it vanish, large ones blow it up."""
    fig = sheet(520, 380)
    ax: Any = fig.subplots()
    back = np.arange(41)
    for size, place in zip(SIZES, (39, 38, 14), strict=True):
        norms, bound = jacobian_norms(size), float(size) ** back
        ax.plot(back, bound, color=COLOURS["dim"], linewidth=1.6, linestyle=DASHED)
        ax.plot(back, norms, color=COLOURS["grad"])
        _note(ax, f"${size}^{{t-s}}$", (place, bound[place]), (-6, 7), "dim", ha="right", fontsize=17)
        _note(ax, rf"$\sigma_{{\max}}={size}$", (40, norms[-1]), (6, 0), "grad", va="center", fontsize=17)
    ax.set(yscale="log", ylim=(1e-16, 1e13), xlim=(0, 40), yticks=[1e-15, 1e-10, 1e-5, 1, 1e5, 1e10])
    ax.set(xlabel="steps back, $t-s$", ylabel=r"norm of $\partial h_t/\partial h_s$")
    return fig


@figure("power_norms")
def transient_growth() -> Figure:
    """The norm of the powers of a matrix with eigenvalues one half grows tenfold before it dies out."""
    fig = sheet(520, 330)
    ax: Any = fig.subplots()
    k, norms = np.arange(17), power_norms(16)
    ax.axhline(1, color=COLOURS["dim"], linewidth=1)
    for base in (norms[1], 0.5):
        ax.plot(k, base**k, color=COLOURS["dim"], linewidth=1.6, linestyle=DASHED)
    ax.plot(k, norms, "-o", color=COLOURS["grad"], clip_on=False)
    _note(ax, r"$\sigma_{\max}^{\;k}$", (2, norms[1] ** 2), (8, -6), "dim", fontsize=17)
    _note(ax, "$(1/2)^k$", (6, 0.5**6), (10, 6), "dim", fontsize=17)
    _note(ax, r"$\Vert A^k\Vert$", (4, norms[4]), (12, 6), "grad", fontsize=17)
    ax.set(yscale="log", ylim=(1e-3, 2e2), yticks=[1e-2, 1, 1e2], xlim=(0, 16.3), xticks=k[::2], xlabel="$k$")
    return fig


@figure("clipped")
def clipping() -> Figure:
    """A gradient shortened as a whole keeps its direction; cut off entry by entry it turns."""
    fig = sheet(520, 255)
    ax: Any = fig.subplots()
    square = Rectangle((-LIMIT, -LIMIT), 2 * LIMIT, 2 * LIMIT, linestyle=DASHED)
    for border in (Circle((0, 0), LIMIT), square):
        ax.add_patch(border).set(fill=False, edgecolor=COLOURS["dim"], linewidth=1.4)
    whole, entry_by_entry = clipped()
    for end, colour, text, shift, side in (
        (GRADIENT, tint("grad", 45), "gradient", (2, 8), "right"),
        (entry_by_entry, COLOURS["ink"], "entry by entry", (8, 4), "left"),
        (whole, COLOURS["grad"], "as a whole", (10, -14), "left"),
    ):
        look = {"arrowstyle": "-|>,head_length=10,head_width=4", "mutation_scale": 1, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", end, (0, 0), arrowprops=look | {"color": colour, "linewidth": 3})
        _note(ax, text, end, shift, "ink" if end is entry_by_entry else "grad", ha=side)
    ax.set(aspect="equal", xlim=(0, 3.25), ylim=(0, 1.25), xticks=[0, 1, 2, 3], yticks=[0, 1])
    ax.set(xlabel="first entry", ylabel="second entry")
    return fig


@figure("cliff")
def cliff_surface() -> Figure:
    """The loss of one hidden unit after 50 steps, over its weight and bias: two plains, and between them a cliff."""
    fig = sheet(520, 400, layout="none")
    ax: Any = fig.add_axes((0, 0.02, 1, 1), projection="3d", computed_zorder=False)
    w, b = landscape((4, 7, 25), (-3.2, -1.8, 9))
    loss = cliff(w, b)[0]
    centre = (loss[1:, 1:] + loss[:-1, 1:] + loss[1:, :-1] + loss[:-1, :-1]) / 4
    colours = np.array([[tint("h", 15 + 70 * v / loss.max()) for v in row] for row in centre])
    look = {"facecolors": colours, "edgecolor": tint("h", 90), "linewidth": 0.3}
    ax.plot_surface(w, b, loss, rstride=1, cstride=1, shade=False, **look)
    ax.view_init(elev=32, azim=55)
    ax.set(xticks=[4, 5, 6, 7], yticks=[-3, -2], zticks=[0, 0.2, 0.4], xlabel="$w$", ylabel="$b$")
    ax.set_zlabel("loss", labelpad=10)
    return fig


@figure("cliff", "descend")
def cliff_contour() -> Figure:
    """Two descents from one point: without clipping one step throws it back, with clipping it stays at the cliff."""
    fig = sheet(520, 420)
    ax: Any = fig.subplots()
    (left, right), (bottom, top) = (4.3, 5.2), (-2.75, -1.65)
    w, b = landscape((left, right, 61), (bottom, top, 61))
    levels = [0, 0.005, 0.02, 0.035, 0.05, 0.065, 0.2, 0.3, 0.34, 0.4]
    colours = [tint("h", percent) for percent in (5, 10, 15, 20, 25, 30, 40, 50, 60)]
    ax.contourf(w, b, cliff(w, b)[0], levels=levels, colors=colours)
    for limit, line, fill in ((np.inf, DASHED, "paper"), (CLIP, "-", "grad")):
        look = {"linestyle": line, "linewidth": 1.6, "markersize": 5, "markerfacecolor": COLOURS[fill]}
        ax.plot(*descend(limit)[:, :2].T, marker="o", color=COLOURS["grad"], **look)
    ax.plot(*START, "o", color=COLOURS["ink"])
    _note(ax, "start", START, (12, 0), va="center")
    _note(ax, "without clipping", (4.9, -1.8), (0, 0))
    _note(ax, "with clipping", (4.36, -2.45), (0, 0))
    ax.set(xlabel="$w$", ylabel="$b$", xlim=(left, right), ylim=(bottom, top), yticks=[-2.5, -2])
    return fig


def _note(ax: Any, text: str, at: Any, shift: tuple[float, float], kind: str = "ink", **look: Any) -> None:
    """Text beside a point of the plot, shifted by these pixels."""
    ax.annotate(text, at, shift, textcoords="offset points", color=COLOURS[kind], **look)


def jacobian_norms(size: float, H: int = 32, T: int = 40, seed: int = 0) -> ndarray:
    """‖∂h_T/∂h_s‖ for s = T … 0, (T + 1,), on a run with random inputs and σ_max(W_hh) = size."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((T, 1, 4))
    rnn = RNN.init(4, H, rng)
    W_hh = rng.standard_normal((H, H))
    W_hh *= size / np.linalg.norm(W_hh, 2)
    h = replace(rnn, W_hh=W_hh).forward(x).h[:, 0]
    products = [np.eye(H)]
    for k in range(T, 0, -1):
        products.append(products[-1] @ np.diag(1 - h[k] ** 2) @ W_hh)
    return np.linalg.norm(products, 2, axis=(1, 2))


def power_norms(highest: int) -> ndarray:
    """‖Aᵏ‖ for k = 0 … highest."""
    return np.linalg.norm([np.linalg.matrix_power(A, k) for k in range(highest + 1)], 2, axis=(1, 2))


def clipped() -> tuple[ndarray, ndarray]:
    """GRADIENT clipped by its norm, and entry by entry."""
    return GRADIENT * min(1, LIMIT / np.linalg.norm(GRADIENT)), np.clip(GRADIENT, -LIMIT, LIMIT)


def cliff(w: Any, b: Any, T: int = 50) -> tuple[Any, Any, Any]:
    """(h_T − 0.7)² for h_t = σ(w h_{t−1} + b), h_0 = σ(0.5), and its derivatives by w and b (Pascanu et al. 2013).

    w and b are numbers or arrays of one shape. The paper's x_t is the pre-activation of h_t.
    """
    h = [sigmoid(0.5 + 0 * w)]
    for _ in range(T):
        h.append(sigmoid(w * h[-1] + b))
    delta, dw, db = 2 * (h[T] - 0.7) * sigmoid_prime(h[T]), 0, 0
    for t in range(T, 0, -1):
        dw, db = dw + delta * h[t - 1], db + delta
        delta = delta * w * sigmoid_prime(h[t - 1])
    return (h[T] - 0.7) ** 2, dw, db


def edge(w: ndarray) -> ndarray:
    """The bias at which the unit stays where it starts, h_t = σ(0.5): the edge of the cliff."""
    return 0.5 - w * sigmoid(np.array(0.5))


def landscape(weights: tuple[float, float, int], biases: tuple[float, float, int]) -> tuple[ndarray, ndarray]:
    """A grid over w and b, each (n, 2 m − 1), whose lines run along the edge and lie close together there.

    weights is the lowest, the highest and their number n; biases the lowest, the highest and m, for either side.
    """
    low, high, m = biases
    w = np.linspace(*weights)[:, None]
    middle = np.clip(edge(w), low, high)
    near = np.linspace(0, 1, m) ** 3
    b = np.hstack([middle - near[:0:-1] * (middle - low), middle + near * (high - middle)])
    return np.broadcast_to(w, b.shape), b


def descend(limit: float) -> ndarray:
    """w, b and the loss on the way down the landscape, (STEPS + 1, 3), the gradient clipped at limit."""
    w, b = START
    path = []
    for _ in range(STEPS + 1):
        loss, dw, db = cliff(w, b)
        path.append((w, b, loss))
        rate = RATE * min(1, limit / np.hypot(dw, db))
        w, b = w - rate * dw, b - rate * db
    return np.array(path)
