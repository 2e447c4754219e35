"""An RNN, an LSTM and a GRU with about as many parameters read five novels: what they predict, and from where.

Beside them is a larger LSTM, of the size of the first page's on text. All have one recipe, whose rate was not searched
for, and read not quite twice what there is.
"""

import base64
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from rnn_notes import parameters
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.experiments import generator, novels, saliency
from rnn_notes.experiments.classics import in_part
from rnn_notes.experiments.generator import Generator
from rnn_notes.experiments.records import RESULTS
from rnn_notes.experiments.runner import Report
from rnn_notes.experiments.text import batches, per_character
from rnn_notes.experiments.text_again import bits
from rnn_notes.training import Adam, train

CELLS: dict[str, Any] = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU, "larger LSTM": LSTM}
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
    rate: float  # of learning, at the start; it falls to zero in a straight line
    stretch: int  # characters of a part of the held-out text
    back: int  # how far back the strength of the gradient is measured, in characters
    judged: int  # on how many places of the held-out text
    dtype: str


SETTINGS = Settings(
    training="training", held_out="held out", H={"RNN": 150, "LSTM": 68, "GRU": 80, "larger LSTM": 128},
    batch=16, T=64, steps=6000, rate=0.003, stretch=20_000, back=100, judged=500, dtype="float32",
)  # fmt: skip
CHECK = Settings(
    training="excerpt", held_out="excerpt", H={"RNN": 4, "LSTM": 2, "GRU": 3, "larger LSTM": 5},
    batch=2, T=8, steps=5, rate=0.003, stretch=500, back=6, judged=4, dtype="float64",
)  # fmt: skip

data = novels.data
THREE = ("RNN", "LSTM", "GRU")
SHOWN = 72  # characters of a passage of the widget "Where the gradient goes"
AT, BACK = 60, 20  # which of them is predicted at first, and from how far back
PASSAGES = (0, 1000, 2000)  # where they begin in the excerpt


def network(name: str) -> Generator:
    """The recorded network of one of the cells."""
    return generator.load(RESULTS / f"three_cells-{name}.safetensors")


def passages() -> list[dict[str, Any]]:
    """For each passage, by cell, the probability of each character but the first, and the strengths in millionths.

    A row of strengths is that of one prediction, a number for each character before it.
    """
    text = novels.excerpt()
    found = []
    for start in PASSAGES:
        passage, cells = text[start : start + SHOWN], {}
        for name in THREE:
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

    The first seed also writes its networks, with weights of 8 bits.
    """
    found: dict[str, Any] = {}
    files: dict[str, str] = {}
    for number, (name, kind) in enumerate(CELLS.items()):
        told = in_part(report, number, len(CELLS))
        model = Generator.init(
            novels.ALPHABET, settings.H[name], np.random.default_rng([seed, number]), settings.dtype, kind
        )
        optimiser = Adam(settings.rate)
        stream = batches(model, data[settings.training], settings.batch, settings.T)
        for progress in train(
            (model.cell, model.readout), islice(stream, settings.steps), per_character, optimiser,
            max_norm=1.0, carry=True,
        ):  # fmt: skip
            optimiser.rate = settings.rate * (1 - progress.step / settings.steps)
            if progress.step % 100 == 0:
                told(progress.step / settings.steps)
        cell, readout = (parameters.astype(part, np.float64) for part in progress.model)
        model = Generator(cell, readout, novels.ALPHABET)
        held_out = data[settings.held_out]
        found[name] = {
            "parameters": parameters.count(cell) + parameters.count(readout),
            "bits": bits(model, held_out, settings.stretch).tolist(),
            "strength": saliency.by_distance(model, held_out, settings.back, settings.judged).tolist(),
        }
        if seed == 0 and name in THREE:
            content = generator.dump(model, bits=8)
            files[f"three_cells-{name}.safetensors"] = base64.b64encode(content).decode()
    return {**found, "files": files}
