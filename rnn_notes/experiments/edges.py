"""Edges: where does dropout belong in a recurrent network of two layers?

Between the layers and before the readout, along time with a new mask at each step, or along time with one mask for the
whole sequence. Each is trained on a task that asks for the past, the first sign, and on one that is learned by heart,
two thousand characters of text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes import dropout, parameters, starts
from rnn_notes.cells import RNN, RNNTrace
from rnn_notes.experiments import corpus
from rnn_notes.experiments.first_sign import examples
from rnn_notes.experiments.runner import Report
from rnn_notes.readout import Readout, cross_entropy, squared_error
from rnn_notes.training import Adam

EDGES = ("between layers", "each step", "each sequence")
SEEDS = 5

Network = tuple[Any, ...]  # two layers and the readout
Masks = tuple[list[ndarray], list[ndarray]]  # of each layer: on what it gives, and on what it has kept


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    rates: tuple[float, ...]  # of dropout
    T: int  # steps over which the sign is to be remembered
    H: int  # hidden units for it
    steps: int  # of Adam, each on a batch of new sequences
    batch: int
    characters: int  # of the text to learn; as many after it are the unseen ones
    units: int  # hidden units for it
    passes: int  # over the text
    rate: float  # of learning
    max_norm: float  # of the gradient


SETTINGS = Settings((0.3, 0.5), 40, 16, 300, 32, 2048, 64, 30, rate=0.01, max_norm=1.0)
CHECK = Settings((0.5,), 5, 3, 20, 8, 128, 8, 2, rate=0.01, max_norm=1.0)


def data() -> str:
    """The text of the chapter on training."""
    return corpus.excerpt()


def network(D: int, H: int, O: int, rng: np.random.Generator) -> Network:
    """Two layers from an orthogonal start."""
    below, above = RNN.init(D, H, rng), RNN.init(H, H, rng)
    return starts.orthogonal(below, rng), starts.orthogonal(above, rng), Readout.init(H, O, rng)


def masks(edge: str, rate: float, shape: tuple[int, int, int], rng: np.random.Generator) -> Masks:
    """Those of both layers: drawn on one edge, ones on the other."""
    T, B, H = shape
    drawn = [dropout.mask(rng, (1 if edge == "each sequence" else T, B, H), rate) for _ in range(2)]
    ones = [np.ones((1, B, H))] * 2
    return (drawn, ones) if edge == "between layers" else (ones, drawn)


def forward(
    layers: Sequence[RNN], x: ndarray, masks: Masks, state: Sequence[ndarray | None]
) -> tuple[list[RNNTrace], ndarray]:
    """The traces of both layers, and what the readout sees."""
    traces = []
    for rnn, up, along, h0 in zip(layers, *masks, state, strict=True):
        traces.append(dropout.along_time(rnn, x, along, h0))
        x = traces[-1].h[1:] * up
    return traces, x


def backward(layers: Sequence[RNN], traces: Sequence[RNNTrace], masks: Masks, dx: ndarray) -> tuple[RNN, ...]:
    """From the gradient with respect to what the readout sees to that of both layers."""
    grads: list[RNN] = []
    for rnn, trace, up, along in reversed(list(zip(layers, traces, *masks, strict=True))):
        grad, dx, _ = dropout.along_time_backward(rnn, trace, along, dx * up)
        grads = [grad, *grads]
    return tuple(grads)


def run(seed: int, settings: Settings, data: str, report: Report) -> dict[str, Any]:
    """By edge and rate, the share of right signs, and the lowest perplexity of the unseen text after any pass."""
    kinds = [("none", 0.0), *((edge, rate) for rate in settings.rates for edge in EDGES)]
    found: dict[str, Any] = {"sign": {}, "text": {}}
    for n, (edge, rate) in enumerate(kinds):
        name = edge if edge == "none" else f"{edge}, {rate}"
        found["sign"][name] = sign(edge, rate, seed, settings)
        found["text"][name] = text(edge, rate, seed, settings, data)
        report((n + 1) / len(kinds))
    return found


def sign(edge: str, rate: float, seed: int, settings: Settings) -> float:
    """The share of right answers on 1000 new sequences, nothing dropped."""
    rng, drawn = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])  # the same sequences on all edges
    model, adam = network(1, settings.H, 1, rng), Adam(settings.rate)
    shape, state = (settings.T, settings.batch, settings.H), (None, None)
    for _ in range(settings.steps):
        x, target = examples(settings.T, settings.batch, rng)
        *layers, readout = model
        drop = masks(edge, rate, shape, drawn)
        traces, seen = forward(layers, x, drop, state)
        _, dy = squared_error(readout.forward(seen[-1:]), target[None])
        d_readout, d_last = readout.backward(seen[-1:], dy)
        d_seen = np.zeros_like(seen)
        d_seen[-1:] = d_last
        grads = *backward(layers, traces, drop, d_seen), d_readout
        model = adam.step(model, parameters.clip(grads, settings.max_norm))
    *layers, readout = model
    x, target = examples(settings.T, 1000, rng)
    _, seen = forward(layers, x, masks("none", 0.0, (1, 1000, settings.H), drawn), state)
    return float(np.mean(np.sign(readout.forward(seen[-1:])[0]) == target))


def text(edge: str, rate: float, seed: int, settings: Settings, data: str, T: int = 16, B: int = 8) -> float:
    """The lowest perplexity of the unseen characters, which would be a little worse on a third text."""
    rng, drawn, N = np.random.default_rng([seed, 3]), np.random.default_rng([seed, 4]), settings.characters
    alphabet = sorted(set(data))
    numbers = np.array([alphabet.index(character) for character in data[: 2 * N + 1]])
    eye = np.eye(len(alphabet))
    read, new = ((k[:-1].reshape(B, -1).T, k[1:].reshape(B, -1).T) for k in (numbers[: N + 1], numbers[N:]))
    model, adam, lowest = network(len(alphabet), settings.units, len(alphabet), rng), Adam(settings.rate), np.inf
    for _ in range(settings.passes):
        state: list[ndarray | None] = [None, None]
        for start in range(0, len(read[0]), T):
            k, target = (part[start : start + T] for part in read)
            *layers, readout = model
            drop = masks(edge, rate, (len(k), B, settings.units), drawn)
            traces, seen = forward(layers, eye[k], drop, state)
            _, dy = cross_entropy(readout.forward(seen), target)
            d_readout, d_seen = readout.backward(seen, dy / len(k))
            grads = *backward(layers, traces, drop, d_seen), d_readout
            model = adam.step(model, parameters.clip(grads, settings.max_norm))
            state = [trace.h[-1] for trace in traces]
        *layers, readout = model
        k, target = new
        _, seen = forward(layers, eye[k], masks("none", 0.0, (1, B, settings.units), drawn), [None, None])
        loss, _ = cross_entropy(readout.forward(seen), target)
        lowest = min(lowest, float(np.exp(loss / len(k))))
    return lowest
