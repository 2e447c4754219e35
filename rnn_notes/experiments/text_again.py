"""Text, again: a larger LSTM reads five novels, and is judged on a sixth; then its weights are rounded to 8 bits."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes import parameters, weights
from rnn_notes.activations import softmax
from rnn_notes.cells import LSTM
from rnn_notes.experiments import corpus, generator, novels, units
from rnn_notes.experiments.generator import Generator
from rnn_notes.experiments.ngrams import NGrams
from rnn_notes.experiments.records import recorded, recorded_file
from rnn_notes.experiments.runner import Keeper
from rnn_notes.experiments.text import batches, per_character
from rnn_notes.readout import Readout
from rnn_notes.training import Adam, pieces, train

SEEDS = 1  # a second would take as long again; the spread over parts of the held-out novel is recorded instead


@dataclass(frozen=True)
class Settings:
    """What the experiment is run with."""

    training: str  # which of the texts
    held_out: str
    H: int
    batch: int  # sequences that are read in parallel
    T: int  # characters of a piece: no gradient flows back further
    passes: int  # over the training text, each from a state of zeros
    rate: float  # of learning; in the last pass it falls to zero in a straight line
    every: int  # steps of a point of the training curve
    stretch: int  # characters of a part of the held-out text
    n: int  # up to which n-grams count
    before: str  # read before any text; so each begins as a paragraph, not in a state of zeros
    prompt: str
    temperatures: tuple[float, ...]
    length: int  # of a sample, in characters
    seen: int  # characters of the training text on which units are chosen
    context: int  # characters that the baseline of the units looks up
    dtype: str


SETTINGS = Settings(
    training="training", held_out="held out", H=304, batch=32, T=64, passes=5, rate=0.003, every=100,
    stretch=20_000, n=8, before="\n\n", prompt='"My dear ', temperatures=(0.3, 0.5, 0.7, 1.0), length=600,
    seen=100_000, context=4, dtype="float32",
)  # fmt: skip
CHECK = Settings(
    training="excerpt", held_out="excerpt", H=4, batch=4, T=16, passes=2, rate=0.01, every=50, stretch=500,
    n=3, before="\n\n", prompt='"My dear ', temperatures=(1.0,), length=20, seen=3000, context=2, dtype="float64",
)  # fmt: skip

data = novels.data


def network() -> Generator:
    """The recorded network, with weights of 8 bits."""
    return generator.load(recorded_file(recorded("text_again"), "text_again.safetensors"))


def meanings() -> dict[int, str]:
    """What the two units whose meaning is tested tell, by their number."""
    found = recorded("text_again").runs[0]["units"]
    quotes, names = (found[name]["trained"]["unit"] for name in PROPERTIES)
    return {
        quotes: "It tells whether the text is between quotation marks.",
        names: "It tells whether the word began with a capital letter.",
    }


def run(seed: int, settings: Settings, data: dict[str, str], report: Keeper) -> dict[str, Any]:
    """Bits a character on each stretch of the held-out text, of the network and of counting, and all the rest."""
    read = {name: data[name] for name in (settings.training, settings.held_out)}
    training, held_out = data[settings.training], data[settings.held_out]
    model, curve = learned(seed, settings, training, held_out, report)
    cell, readout = (parameters.astype(part, np.float64) for part in (model.cell, model.readout))
    model = replace(model, cell=cell, readout=readout)
    small = generator.quantised(model, 8)
    samples = {
        f"{temperature:g}": small.generate(settings.prompt, settings.length, temperature, np.random.default_rng(seed))
        for temperature in settings.temperatures
    }
    found: dict[str, Any] = {
        "curve": curve,
        "texts": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in read.items()},
        "characters": {name: len(text) for name, text in read.items()},
        "bits": bits(model, held_out, settings.stretch).tolist(),
        "bits from zeros": bits(replace(model, before=""), held_out, settings.stretch).tolist(),
        "rounded": {
            str(n): bits(generator.quantised(model, n), held_out, settings.stretch).tolist()
            for n in generator.MAX_WHOLE
        },
        "counted": counted(training, held_out, settings),
        "samples": samples,
        "copies": {name: longest_copy(sample, training) for name, sample in samples.items()},
        "copy of the held-out text": longest_copy(held_out[: settings.length], training),
        "units": told_by_units(small, seed, training, held_out, settings),
    }
    return {**found, "files": {"text_again.safetensors": generator.dump(model, bits=8)}}


def learned(
    seed: int, settings: Settings, training: str, held_out: str, report: Keeper
) -> tuple[Generator, list[dict[str, Any]]]:
    """The network after its training, and the bits on the way.

    What is needed to continue is kept after each pass.
    """
    model = Generator.init(novels.ALPHABET, settings.H, np.random.default_rng([seed, 0]), settings.dtype)
    model = replace(model, before=settings.before)
    optimiser, done = Adam(settings.rate), 0
    curve: list[dict[str, Any]] = []
    if kept := report.kept():
        model, optimiser, curve, done = _unpack(kept, model, settings)
    steps = -(-((len(training) - 1) // settings.batch) // settings.T)  # of a pass
    for number in range(done, settings.passes):
        since: list[float] = []
        of_pass = islice(batches(model, training, settings.batch, settings.T), steps)
        for progress in train((model.cell, model.readout), of_pass, per_character, optimiser, max_norm=1.0, carry=True):
            since.append(progress.loss)
            if number == settings.passes - 1:
                optimiser.rate = settings.rate * (1 - progress.step / steps)
            if progress.step % settings.every == 0:
                step = number * steps + progress.step
                curve.append({"step": step, "training": float(np.mean(since) / np.log(2))})
                since.clear()
                report(step / (steps * settings.passes))
        model = replace(model, cell=progress.model[0], readout=progress.model[1])
        judged = bits(model, held_out, settings.stretch)
        curve.append({"step": (number + 1) * steps, "held out": float(judged.mean())})
        report.keep(_pack(model, optimiser, curve, number + 1))
    return model, curve


def _pack(model: Generator, optimiser: Adam, curve: list[dict[str, Any]], done: int) -> bytes:
    arrays = {part: [*parameters.arrays(getattr(model, part)).values()] for part in ("cell", "readout")}
    arrays |= {"m": optimiser.m, "v": optimiser.v}
    named: dict[str, Any] = {f"{part} {n}": array for part, of in arrays.items() for n, array in enumerate(of)}
    return weights.dump(named, {"told": json.dumps([curve, done, optimiser.t])})


def _unpack(kept: bytes, model: Generator, settings: Settings) -> tuple[Generator, Adam, list[dict[str, Any]], int]:
    found, texts = weights.load(io.BytesIO(kept))
    curve, done, t = json.loads(texts["told"])
    cell, readout, m, v = (
        [array for name, array in found.items() if name.startswith(f"{part} ")]
        for part in ("cell", "readout", "m", "v")
    )
    optimiser = Adam(settings.rate)
    optimiser.t, optimiser.m, optimiser.v = t, m, v
    return replace(model, cell=LSTM(*cell), readout=Readout(*readout)), optimiser, curve, done


def stretches(values: ndarray, length: int) -> ndarray:
    """A series (n,) in stretches of one length, side by side, (length, B); what is left at its end is left out."""
    B = len(values) // length
    return values[: B * length].reshape(B, length).T


STEPS_AT_ONCE = 100  # of a long text not all states are kept


def reading(model: Generator, codes: ndarray) -> Iterator[ndarray]:
    """The hidden states h (T, B, H) while a network reads texts (n, B) from where it begins, piece by piece."""
    state = model.start(codes.shape[1])
    for x, _ in pieces(codes, codes, STEPS_AT_ONCE):
        trace = model.cell.forward(model.one_hot(x), *state)
        state = trace.last
        yield trace.h[1:]


def surprise(model: Generator, codes: ndarray) -> ndarray:
    """The −log₂ p of all characters but the first of B texts, (n − 1, B), each read from where the network begins."""
    found = []
    for h, (following, _) in zip(reading(model, codes[:-1]), pieces(codes[1:], codes[1:], STEPS_AT_ONCE), strict=True):
        p = softmax(model.readout.forward(h).astype(np.float64))
        found.append(-np.log2(np.take_along_axis(p, following[..., None], axis=-1)[..., 0]))
    return np.concatenate(found)


def bits(model: Generator, text: str, stretch: int) -> ndarray:
    """Bits a character on each stretch of a text, and the character behind it: the mean of −log₂ p, (B,)."""
    codes = corpus.encode(text, model.alphabet)
    x, target = stretches(codes[:-1], stretch), stretches(codes[1:], stretch)
    return np.asarray(surprise(model, np.concatenate([x, target[-1:]])).mean(axis=0))


def counted(training: str, held_out: str, settings: Settings) -> dict[str, list[float]]:
    """Bits a character on the same stretches by counting, for n = 1, 2, …"""
    counts = NGrams(corpus.encode(training, novels.ALPHABET), settings.n, len(novels.ALPHABET))
    codes = corpus.encode(held_out, novels.ALPHABET)
    found = {}
    for n in range(1, settings.n + 1):
        counts.n = n  # the counts of all shorter contexts are there
        p = [counts.after(codes[max(0, at + 1 - n) : at])[codes[at]] for at in range(1, len(codes))]
        found[str(n)] = (-np.log2(stretches(np.array(p), settings.stretch)).mean(axis=0)).tolist()
    return found


def longest_copy(written: str, text: str) -> str:
    """The longest part of what is written that is also in a text."""
    longest, start = "", 0
    while start + len(longest) < len(written):
        longer = written[start : start + len(longest) + 1]
        if longer in text:
            longest = longer
        else:
            start += 1
    return longest


PROPERTIES: dict[
    str, tuple[Callable[[str], ndarray], int]
] = {  # what is true or false, and from which letter of a word
    "quotes": (units.in_quotes, 0),
    "names": (units.in_names, 5),
}


def told_by_units(model: Generator, seed: int, training: str, held_out: str, settings: Settings) -> dict[str, Any]:
    """Which unit tells best whether the text is in quotation marks, and which whether a word began with a capital.

    Units, thresholds and lookups are chosen on training text. What they are worth is measured on each stretch of the
    held-out text, as balanced accuracy, of names from the fifth letter of a word on. Beside the unit are a lookup of
    the last few characters, and the best unit of a network without training.
    """
    seen, L = training[: settings.seen], settings.stretch
    found: dict[str, Any] = {}
    true: dict[str, ndarray] = {}
    judged: dict[str, ndarray] = {}
    true_seen: dict[str, ndarray] = {}
    judged_seen: dict[str, ndarray] = {}
    for name, (of, first) in PROPERTIES.items():
        for text, labels, where in ((held_out, true, judged), (seen, true_seen, judged_seen)):
            labels[name], where[name] = stretches(of(text), L), stretches(units.letters_read(text) >= first, L)
        table = units.Lookup(seen, of(seen), units.letters_read(seen) >= first, settings.context)
        often = table.of(held_out) > true_seen[name][judged_seen[name]].mean()  # than elsewhere
        found[name] = {"lookup": _scores(stretches(often, L), true[name], judged[name])}
    untrained = Generator.init(model.alphabet, settings.H, np.random.default_rng([seed, 1]))
    for network, of_network in (("trained", model), ("untrained", replace(untrained, before=model.before))):
        codes_seen, codes = (stretches(corpus.encode(text, model.alphabet), L) for text in (seen, held_out))
        h_seen = np.concatenate([*reading(of_network, codes_seen)])  # (L, B, H)
        best = {name: _best_unit(h_seen[judged_seen[name]], true_seen[name][judged_seen[name]]) for name in PROPERTIES}
        chosen = [j for j, _ in best.values()]
        h = np.concatenate([h[:, :, chosen] for h in reading(of_network, codes)])
        for k, (name, (j, cut)) in enumerate(best.items()):
            scores = _scores(units.told(h[:, :, k], cut), true[name], judged[name])
            found[name][network] = {"unit": j, "cut": cut, "balanced accuracy": scores}
    return found


def _best_unit(h: ndarray, true: ndarray) -> tuple[int, tuple[float, int]]:
    """Of units h (n, H) the one that tells best what is true (n,), and by which threshold and side."""
    cuts = [units.threshold(unit, true) for unit in h.T]
    j = int(np.argmax([units.balanced(units.told(unit, cut), true) for unit, cut in zip(h.T, cuts, strict=True)]))
    return j, cuts[j]


def _scores(told: ndarray, true: ndarray, judged: ndarray) -> list[float]:
    """The balanced accuracy on each stretch (L, B), at the judged characters."""
    return [units.balanced(*(of[:, b][judged[:, b]] for of in (told, true))) for b in range(true.shape[1])]
