"""Where a prediction comes from: the gradient of the logarithm of its probability at each character read before."""

import numpy as np
from numpy import ndarray

from rnn_notes.activations import softmax
from rnn_notes.experiments.corpus import encode
from rnn_notes.experiments.generator import Generator


def gradients(generator: Generator, codes: ndarray, following: ndarray, at: ndarray) -> ndarray:
    """The gradient of ln p with respect to each one-hot input x_s, (T, B, V), for B predictions at once.

    Text b is read from where the network begins; codes are the places of its characters in the alphabet, (T, B).
    The prediction is that ``following[b]`` comes behind the character ``at[b]`` of it, counted from 0; inputs behind
    that get zeros.
    """
    cell, readout = generator.cell, generator.readout
    every = np.arange(len(at))
    trace = cell.forward(generator.one_hot(codes), *generator.start(len(at)))
    y = readout.forward(trace.h[1:][at, every][None])
    dy = -softmax(y)
    dy[0, every, following] += 1  # of y[following] − ln Σ exp y, at y
    dh = np.zeros_like(trace.h[1:])
    dh[at, every] = (dy @ readout.W_hy)[0]
    _, dx, *_ = cell.backward(trace, dh)
    return np.asarray(dx)


def strengths(generator: Generator, text: str) -> ndarray:
    """How strongly each character of a text acts on each prediction: a triangle (n − 1, n − 1), zeros above it.

    Row t, column s has the length of the gradient of ln p(character t + 1) at the input of character s ≤ t, from 0.
    """
    codes = encode(text, generator.alphabet)
    n = len(codes) - 1
    same = np.repeat(codes[:-1, None], n, axis=1)
    return np.linalg.norm(gradients(generator, same, codes[1:], np.arange(n)), axis=-1).T


def probabilities(generator: Generator, text: str) -> ndarray:
    """The probability that each character of a text but the first got, (n − 1,)."""
    codes = encode(text, generator.alphabet)
    h = generator.cell.forward(generator.one_hot(codes[:-1])[:, None], *generator.start(1)).h[1:]
    return np.asarray(softmax(generator.readout.forward(h))[np.arange(len(codes) - 1), 0, codes[1:]])


def by_distance(generator: Generator, text: str, T: int, B: int) -> ndarray:
    """How strongly a character acts from t steps back, (T,), nearest first: the mean over B stretches of a text.

    Each stretch has T characters, and the prediction is the one behind them.
    """
    codes = encode(text, generator.alphabet)
    starts = np.linspace(0, len(codes) - T - 1, B).astype(int)
    stretches = codes[starts + np.arange(T)[:, None]]
    found = gradients(generator, stretches, codes[starts + T], np.full(B, T - 1))
    return np.asarray(np.linalg.norm(found, axis=-1).mean(axis=1)[::-1])
