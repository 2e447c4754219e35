"""The latch problem by guessing (Hochreiter and Schmidhuber 1997; Schmidhuber, Hochreiter and Bengio 2001), variant I.

One tanh unit with a weight to itself; the two other numbers are the first inputs of the two classes. All three are
drawn from −100 to 100 until every training sequence is classified: no learning at all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.experiments.runner import Report

SEEDS = 20


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    simulations: int  # of a seed; the paper reports the mean of 40
    lengths: tuple[int, int]  # of a sequence, the shortest and the longest
    sequences: int  # half of each class
    variance: float  # of the noise that follows the first input
    near: float  # an output is right if it is this close to its target, or beyond it
    target: float
    range: float  # from −range to range, what is guessed


SETTINGS = Settings(40, (500, 600), sequences=100, variance=0.2, near=0.1, target=0.8, range=100.0)
CHECK = Settings(3, (20, 30), sequences=10, variance=0.2, near=0.1, target=0.8, range=100.0)


def data() -> None:
    """Nothing is read: the sequences are drawn at random."""


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """How many guesses each simulation needed."""
    rng, trials = np.random.default_rng(seed), []
    for n in range(settings.simulations):
        noise, lengths, classes = sequences(settings, rng)
        trials.append(1)
        while not latched(rng.uniform(-settings.range, settings.range, 3), noise, lengths, classes, settings):
            trials[-1] += 1
        report((n + 1) / settings.simulations)
    return {"trials": trials}


def sequences(settings: Settings, rng: np.random.Generator) -> tuple[ndarray, ndarray, ndarray]:
    """Noise (longest, B), the lengths (B,), and the classes (B,), half −1 and half 1."""
    shortest, longest = settings.lengths
    noise = rng.normal(0, np.sqrt(settings.variance), (longest, settings.sequences))
    classes = np.repeat([-1, 1], settings.sequences // 2)
    return noise, rng.integers(shortest, longest + 1, settings.sequences), classes


def latched(guess: ndarray, noise: ndarray, lengths: ndarray, classes: ndarray, settings: Settings) -> bool:
    """Whether all sequences end on their side; guess is the weight and the first inputs of the classes −1 and 1."""
    w, low, high = guess
    h = np.tanh(np.where(classes > 0, high, low))
    ends = h.copy()
    for t, noise_t in enumerate(noise[1:], start=2):
        h = np.tanh(w * h + noise_t)
        ends = np.where(lengths == t, h, ends)
    return bool((classes * ends > settings.target - settings.near).all())
