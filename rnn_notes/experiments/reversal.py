"""To write in reverse what was read: by length, with the truth or with one's own output as input, and by search."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes import parameters, search
from rnn_notes.additive_attention import AdditiveAttention
from rnn_notes.cells import GRU
from rnn_notes.encoder_decoder import EncoderDecoder
from rnn_notes.experiments.runner import Report
from rnn_notes.readout import Readout, cross_entropy
from rnn_notes.training import Adam

SYMBOLS = 8  # 0 begins and ends what is written; 1 to 7 are read
KINDS = {
    "16 units": (16, False, 1),
    "32 units": (32, False, 1),
    "16 units, longer": (16, False, 5),
    "16 units, attention": (16, True, 1),
}
"""Units, whether there is attention, and how many times the steps, of the networks that are compared by length."""
FED: dict[str, Callable[[float], float]] = {"truth": lambda _: 0.0, "mixed": lambda part: part, "own": lambda _: 1.0}
"""How often a decoder is given its own output in training, by how much of the training is over."""
SEEDS = 5


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    lengths: tuple[int, ...]
    fed: tuple[int, tuple[int, ...]]  # the length and the units of the networks that are fed in different ways
    searched: tuple[int, int]  # the length and the units of the network whose texts are searched for
    widths: tuple[int, ...]  # of the beam
    steps: int
    batch: int
    rate: float  # of Adam at the start; it falls to zero in a straight line
    max_norm: float
    judged: int  # new sequences
    texts: int  # new sequences for which all texts are looked at


SETTINGS = Settings((2, 4, 8, 16), (8, (16, 32)), (4, 8), (1, 2, 3, 5, 10), 400, 32, 0.01, 1.0, 1000, 50)
CHECK = Settings((2, 3), (3, (4, 5)), (2, 4), (1, 2), 20, 8, 0.05, 1.0, 50, 3)


def data() -> None:
    """Nothing is read: the sequences are drawn at random."""


def examples(T: int, B: int, rng: np.random.Generator) -> tuple[ndarray, ndarray]:
    """B sequences of T random symbols, (T, B), and what is to be written: the same in reverse, then 0, (T + 1, B)."""
    read = rng.integers(1, SYMBOLS, (T, B))
    return read, np.concatenate([read[::-1], np.zeros((1, B), read.dtype)])


def new(H: int, attentive: bool, rng: np.random.Generator) -> EncoderDecoder:
    """Two GRUs of H units, and additive attention between them or none."""
    cells = GRU.init(SYMBOLS, H, rng), GRU.init(SYMBOLS, H, rng)
    attention = AdditiveAttention.init(H, H, H, rng) if attentive else ()
    return EncoderDecoder(*cells, Readout.init(2 * H if attentive else H, SYMBOLS, rng), attention)


def one_hot(symbols: ndarray) -> ndarray:
    """Symbols of any shape, with a last axis of 8."""
    return np.eye(SYMBOLS)[symbols]


def write(
    model: EncoderDecoder, read: ndarray, target: ndarray, own: float, rng: np.random.Generator
) -> tuple[ndarray, ndarray]:
    """What is written, and what was given before each symbol, both (T + 1, B).

    The most probable symbol is written. With probability ``own`` it is given next, otherwise the right one is.
    """
    _, state, memory = model.encode(one_hot(read))
    given, written = [np.zeros_like(target[0])], []
    for right in target:
        log_p, state = model.step(one_hot(given[-1]), state, memory)
        written.append(log_p.argmax(axis=-1))
        given.append(np.where(rng.random(right.shape) < own, written[-1], right))
    return np.array(written), np.array(given[:-1])


def trained(
    model: EncoderDecoder,
    T: int,
    settings: Settings,
    rng: np.random.Generator,
    longer: int = 1,
    fed: Callable[[float], float] = FED["truth"],
) -> EncoderDecoder:
    """The model after its training on sequences of length T."""
    steps, adam = settings.steps * longer, Adam(settings.rate)
    for step in range(steps):
        adam.rate = settings.rate * (1 - step / steps)
        read, target = examples(T, settings.batch, rng)
        own = fed(step / steps)
        given = np.concatenate([np.zeros_like(target[:1]), target[:-1]])
        if own:
            _, given = write(model, read, target, own, rng)
        trace = model.forward(one_hot(read), one_hot(given))
        _, dy = cross_entropy(trace.y, target)
        model = adam.step(model, parameters.clip(model.backward(trace, dy)[0], settings.max_norm))
    return model


def shares(model: EncoderDecoder, T: int, B: int, rng: np.random.Generator) -> dict[str, list[float]]:
    """Place by place, without the 0 at the end, the share of right symbols if the truth is given, and if its own is."""
    read, target = examples(T, B, rng)
    found = {}
    for name, own in (("truth", 0.0), ("own", 1.0)):
        written, _ = write(model, read, target, own, rng)
        found[name] = [float(share) for share in (written == target)[:-1].mean(axis=1)]
    return found


def searches(
    model: EncoderDecoder, T: int, texts: int, widths: tuple[int, ...], rng: np.random.Generator
) -> dict[str, dict[str, int]]:
    """By the width of the beam, and for ``all``: how many texts are the most probable, how many right, and the steps.

    The steps are those of the decoder, for all texts together.
    """
    counts = {name: {"best": 0, "right": 0, "steps": 0} for name in (*map(str, widths), "all")}
    for read, target in (examples(T, 1, rng) for _ in range(texts)):
        _, start, memory = model.encode(one_hot(read))
        taken: list[int] = []

        def step(state: Any, token: int, memory: Any = memory, taken: list[int] = taken) -> tuple[Any, ndarray]:
            taken.append(token)
            log_p, after = model.step(one_hot(np.array([token])), state, memory)
            return after, log_p[0]

        found = {}
        for name in counts:
            taken.clear()
            if name == "all":
                found[name], _ = search.exhaustive(step, start, 0, 0, T + 1)
            else:
                found[name], _ = search.beam(step, start, 0, 0, T + 1, int(name))
            counts[name]["steps"] += len(taken)
        for name, text in found.items():
            counts[name]["best"] += text == found["all"]
            counts[name]["right"] += text == target[:, 0].tolist()
    return counts


def run(seed: int, settings: Settings, data: None, report: Report) -> dict[str, Any]:
    """By kind and length the share of right symbols; by units and what was fed the same place by place; the searches.

    All networks of a length begin to draw their examples at the same place, and all are judged on the same new ones.
    """
    T, units = settings.fed
    jobs = len(KINDS) * len(settings.lengths) + len(units) * len(FED) + 1
    done = 0

    def network(H: int, T: int, attentive: bool = False, **how: Any) -> EncoderDecoder:
        nonlocal done
        model = new(H, attentive, np.random.default_rng([seed, 0]))
        model = trained(model, T, settings, np.random.default_rng([seed, 1]), **how)
        done += 1
        report(done / jobs)
        return model

    def judged(model: EncoderDecoder, T: int) -> dict[str, list[float]]:
        return shares(model, T, settings.judged, np.random.default_rng([seed, 2]))

    lengths: dict[str, Any] = {}
    for kind, (H, attentive, longer) in KINDS.items():
        for n in settings.lengths:
            found = judged(network(H, n, attentive, longer=longer), n)
            lengths.setdefault(kind, {})[str(n)] = {given: float(np.mean(share)) for given, share in found.items()}
    fed = {str(H): {name: judged(network(H, T, fed=own), T) for name, own in FED.items()} for H in units}
    n, H = settings.searched
    rng = np.random.default_rng([seed, 3])
    return {"lengths": lengths, "fed": fed, "search": searches(network(H, n), n, settings.texts, settings.widths, rng)}
