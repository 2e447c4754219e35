"""An RNN, an LSTM and a GRU with about as many parameters read five novels: what they predict, and from where.

Each is trained with several rates, and of each seed the one is kept that predicts best the end of the last novel, which
is not trained on; what it is worth is measured on the sixth novel. What there is to read is read not quite once.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_notes import parameters
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.experiments import generator, novels, saliency
from rnn_notes.experiments.classics import in_part
from rnn_notes.experiments.generator import Generator
from rnn_notes.experiments.records import recorded, recorded_file
from rnn_notes.experiments.runner import Report
from rnn_notes.experiments.text import batches, per_character
from rnn_notes.experiments.text_again import bits
from rnn_notes.training import Adam, train

CELLS: dict[str, Any] = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
SEEDS = 3


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    training: str  # which of the texts
    held_out: str
    H: dict[str, int]  # of each cell
    batch: int  # places of the text that are read at the same time
    T: int  # characters of a piece: no gradient flows back further
    steps: int  # of Adam, one per piece
    rates: tuple[float, ...]  # of learning, at the start, to choose from; each falls to zero in a straight line
    validation: int  # characters at the end of the training text, on which one is chosen
    stretch: int  # characters of a part of the held-out text
    back: int  # how far back the strength of the gradient is measured, in characters
    judged: int  # on how many places of the held-out text
    dtype: str


SETTINGS = Settings(
    training="training", held_out="held out", H={"RNN": 150, "LSTM": 68, "GRU": 80}, batch=16, T=64, steps=3300,
    rates=(0.003, 0.01, 0.03, 0.1), validation=100_001, stretch=20_000, back=100, judged=500, dtype="float32",
)  # fmt: skip
CHECK = Settings(
    training="excerpt", held_out="excerpt", H={"RNN": 4, "LSTM": 2, "GRU": 3}, batch=2, T=8, steps=5,
    rates=(0.01, 0.03), validation=1000, stretch=500, back=6, judged=4, dtype="float64",
)  # fmt: skip

data = novels.data
SHOWN = 72  # characters of a passage of the widget "Where the gradient goes"
AT, BACK = 60, 20  # which of them is predicted at first, and from how far back
PASSAGES = (0, 1000, 2000)  # where they begin in the excerpt


def network(name: str) -> Generator:
    """The recorded network of one of the cells."""
    return generator.load(recorded_file(recorded("three_cells"), f"three_cells-{name}.safetensors"))


def passages() -> list[dict[str, Any]]:
    """For each passage, by cell, the probability of each character but the first, and the strengths in millionths.

    A row of strengths is that of one prediction, a number for each character before it.
    """
    text = novels.excerpt()
    found = []
    for start in PASSAGES:
        passage, cells = text[start : start + SHOWN], {}
        for name in CELLS:
            model = network(name)
            strengths = np.rint(saliency.strengths(model, passage) * 1e6).astype(int)
            cells[name] = {
                "p": [round(p, 6) for p in saliency.probabilities(model, passage).tolist()],
                "rows": [row[: t + 1].tolist() for t, row in enumerate(strengths)],
            }
        found.append({"text": passage, "cells": cells})
    return found


def run(seed: int, settings: Settings, data: dict[str, str], report: Report) -> dict[str, Any]:
    """By cell: the bits a character on each stretch, and how strongly what lies so far back acts on a prediction.

    Of each cell that is the network whose rate was best; the bits on the validation text are there for all rates.
    The first seed also writes its networks, with weights of 8 bits.
    """
    found: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    split = len(data[settings.training]) - settings.validation
    training, validation = data[settings.training][:split], data[settings.training][split:]
    held_out, tries = data[settings.held_out], len(CELLS) * len(settings.rates)
    for number, name in enumerate(CELLS):
        judged, models = [], []
        for n, rate in enumerate(settings.rates):
            told = in_part(report, number * len(settings.rates) + n, tries)
            models.append(trained(name, np.random.default_rng([seed, number]), rate, settings, training, told))
            judged.append(float(bits(models[-1], validation, settings.stretch).mean()))
        best = int(np.argmin(judged))
        model = models[best]
        found[name] = {
            "parameters": parameters.count(model.cell) + parameters.count(model.readout),
            "validation": judged,
            "rate": settings.rates[best],
            "bits": bits(model, held_out, settings.stretch).tolist(),
            "strength": saliency.by_distance(model, held_out, settings.back, settings.judged).tolist(),
        }
        if seed == 0:
            files[f"three_cells-{name}.safetensors"] = generator.dump(model, bits=8)
    return {**found, "files": files}


def trained(
    name: str, rng: np.random.Generator, rate: float, settings: Settings, text: str, report: Report
) -> Generator:
    """A network of one of the cells after its training, in double precision."""
    model = Generator.init(novels.ALPHABET, settings.H[name], rng, settings.dtype, CELLS[name])
    optimiser = Adam(rate)
    stream = batches(model, text, settings.batch, settings.T)
    for progress in train(
        (model.cell, model.readout), stream, per_character, optimiser, steps=settings.steps, max_norm=1.0, carry=True
    ):
        optimiser.rate = rate * (1 - progress.step / settings.steps)
        if progress.step % 100 == 0:
            report(progress.step / settings.steps)
    cell, readout = (parameters.astype(part, np.float64) for part in progress.model)
    return Generator(cell, readout, novels.ALPHABET)
