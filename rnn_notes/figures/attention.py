"""Attention."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray

from rnn_notes import parameters
from rnn_notes.additive_attention import AdditiveAttention
from rnn_notes.cells import GRU
from rnn_notes.encoder_decoder import EncoderDecoder
from rnn_notes.figures.diagram import Diagram
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, tint
from rnn_notes.readout import Readout, cross_entropy
from rnn_notes.training import Adam

SYMBOLS, T, H, STEPS = 8, 8, 16, 300
CELL = 44.0
LEFT, TOP = 120.0, 384.0


@figure("alignment")
def attention_alignment() -> Figure:
    """A network that writes in reverse looks in reverse: its weights lie along the other diagonal."""
    d = Diagram(520, 450)
    read, written, weights = alignment()
    d.text(LEFT + T * CELL / 2, TOP + 46, "read", size=15)
    d.text(8, TOP - T * CELL / 2, "written", size=15, ha="left")
    for m, symbol in enumerate(read):
        d.text(LEFT + (m + 0.5) * CELL, TOP + 18, str(symbol), "x")
    for n, symbol in enumerate(written):
        d.text(LEFT - 18, TOP - (n + 0.5) * CELL, str(symbol), "y")
    for (n, m), weight in np.ndenumerate(weights):
        corner = (LEFT + m * CELL, TOP - (n + 1) * CELL)
        fill = tint("h", 95 * float(weight))
        d.add(Rectangle(corner, CELL, CELL, facecolor=fill, edgecolor=COLOURS["grid"], linewidth=1))
    return d.figure


def task(rng: np.random.Generator, B: int) -> tuple[ndarray, ndarray, ndarray]:
    """Digits to be read (T, B), what the decoder is given, one-hot (T, B, SYMBOLS), and what it has to write (T, B)."""
    digits = rng.integers(1, SYMBOLS, (T, B))
    target = digits[::-1]
    return digits, np.eye(SYMBOLS)[np.concatenate([np.zeros((1, B), int), target[:-1]])], target


@cache
def trained() -> EncoderDecoder:
    """The network of the page after its training."""
    rng = np.random.default_rng(0)
    attention = AdditiveAttention.init(H, H, H, rng)
    readout = Readout.init(2 * H, SYMBOLS, rng)
    model = EncoderDecoder(GRU.init(SYMBOLS, H, rng), GRU.init(SYMBOLS, H, rng), readout, attention)
    adam = Adam(0.01)
    for _ in range(STEPS):
        digits, given, target = task(rng, 16)
        trace = model.forward(np.eye(SYMBOLS)[digits], given)
        _, dy = cross_entropy(trace.y, target)
        model = adam.step(model, parameters.clip(model.backward(trace, dy)[0], 1.0))
    return model


def alignment() -> tuple[ndarray, ndarray, ndarray]:
    """What is read (T,), what the trained network of the page writes (T,), and its weights (T, T), the last T read."""
    digits, given, _ = task(np.random.default_rng(99), 1)
    trace = trained().forward(np.eye(SYMBOLS)[digits], given)
    assert trace.attention
    return digits[:, 0], trace.y[:, 0].argmax(axis=-1), trace.attention.weights[:, 0]
