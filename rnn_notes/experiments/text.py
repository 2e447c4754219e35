"""Text: an LSTM reads the notes themselves, one character at a time, and learns what may come next."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.experiments import corpus, generator
from rnn_notes.experiments.generator import Generator
from rnn_notes.experiments.runner import Report
from rnn_notes.readout import cross_entropy
from rnn_notes.training import Adam, pieces, train

SEEDS = 4
PROMPT = "The hidden state"


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    H: int
    batch: int  # sequences that are read in parallel
    T: int  # characters of a piece: no gradient flows back further
    steps: int  # of Adam, one per piece
    rate: float  # of learning, at the start; it falls to zero in a straight line
    every: int  # steps between two looks at the held-out text
    samples: tuple[int, ...]  # steps after which the network is asked to write
    length: int  # of these samples, in characters
    dtype: str


SETTINGS = Settings(
    H=128, batch=16, T=64, steps=6000, rate=0.003, every=500,
    samples=(0, 100, 300, 1000, 3000, 6000), length=200, dtype="float32",
)  # fmt: skip
CHECK = Settings(H=4, batch=4, T=16, steps=6, rate=0.003, every=6, samples=(6,), length=10, dtype="float64")


def data() -> str:
    """The prose of the pages as they are now."""
    return corpus.gather()


def run(seed: int, settings: Settings, data: str, report: Report) -> dict[str, Any]:
    """Perplexities on the way and samples of the text; the first seed also writes its network and the corpus."""
    training_text, held_out = corpus.split(data)
    alphabet = "".join(sorted(set(data)))
    model = Generator.init(alphabet, settings.H, np.random.default_rng([seed, 0]), settings.dtype)
    curve: list[dict[str, Any]] = []
    samples: dict[int, str] = {}
    since: list[float] = []  # losses since the last point of the curve

    def look(step: int) -> None:
        if step in settings.samples:
            samples[step] = model.generate(PROMPT, settings.length, 0.5, np.random.default_rng([seed, step]))
        if step % settings.every == 0:
            training = float(np.exp(np.mean(since))) if since else None
            curve.append({"step": step, "training": training, "held out": model.perplexity(held_out)})
            since.clear()
            report(step / settings.steps)

    look(0)
    optimiser = Adam(settings.rate)
    stream = batches(model, training_text, settings.batch, settings.T)
    for progress in train(
        (model.cell, model.readout), stream, per_character, optimiser, steps=settings.steps, max_norm=1.0, carry=True
    ):
        model = Generator(*progress.model, alphabet)
        since.append(progress.loss)
        look(progress.step)
        optimiser.rate = settings.rate * (1 - progress.step / settings.steps)
    found: dict[str, Any] = {
        "perplexity": curve[-1]["held out"],
        "curve": curve,
        "samples": {str(step): sample for step, sample in samples.items()},
        "corpus": hashlib.sha256(data.encode()).hexdigest(),
    }
    if seed == 0:
        found["files"] = {"text.safetensors": generator.dump(model), "../corpus.txt": data.encode()}
    return found


def batches(model: Generator, text: str, B: int, T: int) -> Iterator[tuple[ndarray, ndarray]]:
    """Pieces x (T, B, V) and targets (T, B), the characters one later, of B places of the text, again and again.

    Each piece begins where the one before ended, so that the state can be carried.
    """
    codes = corpus.encode(text, model.alphabet)
    n = (len(codes) - 1) // B
    x, target = (codes[k : k + B * n].reshape(B, n).T for k in (0, 1))
    while True:
        for x_piece, target_piece in pieces(x, target, T):
            yield model.one_hot(x_piece), target_piece


def per_character(y: ndarray, target: ndarray) -> tuple[ndarray, ndarray]:
    """The cross-entropy of a character: the mean over steps and batch."""
    loss, dy = cross_entropy(y, target)
    return loss / len(y), dy / len(y)
