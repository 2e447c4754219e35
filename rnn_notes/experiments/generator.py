"""A network that reads text one character at a time and says what may come next; and the file it is kept in.

The file is one of ``rnn_notes.weights``. The numbers are in half precision, which makes it small enough for a page; or
the weights are whole numbers of 8 bits, each row with a scale of its own, which halves it again. Its texts are the
alphabet, and what is read before any text if there is something.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy import ndarray
from numpy.typing import DTypeLike

from rnn_notes import parameters, weights
from rnn_notes.activations import softmax
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.datasets import DataError
from rnn_notes.experiments.corpus import encode
from rnn_notes.experiments.records import by_experiment, recorded, recorded_file
from rnn_notes.readout import Readout, cross_entropy

State = tuple[ndarray, ...]  # all that the cell carries, each (B, H); nothing at all is zeros
KINDS: dict[str, Any] = {
    kind.__name__.lower(): kind for kind in (RNN, LSTM, GRU)
}  # by the name that a file has for the cell
MAX_WHOLE = {8: 127, 6: 31, 4: 7}  # of the whole numbers that this many bits hold, the same on both sides of zero


@dataclass(frozen=True, eq=False)
class Generator:
    """A cell over one-hot characters, and a readout with one score for each character of the alphabet."""

    cell: Any  # an RNN, LSTM or GRU
    readout: Readout
    alphabet: str  # character k of it is input and output k
    before: str = ""  # what it reads from a state of zeros before any text begins

    def __post_init__(self) -> None:
        V, (W_x, W_h, *_) = len(self.alphabet), parameters.arrays(self.cell).values()
        for what, came, expected in (
            ("the alphabet has different characters", len(set(self.alphabet)), V),
            (f"the {type(self.cell).__name__} has inputs", W_x.shape[-1], V),
            ("the readout has outputs and hidden units", self.readout.W_hy.shape, (V, W_h.shape[-1])),
        ):
            if came != expected:
                raise ValueError(f"{what}: {came}, but {expected} are expected; pass what belongs together")

    @classmethod
    def init(
        cls, alphabet: str, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64, kind: Any = LSTM
    ) -> Self:
        V = len(alphabet)
        return cls(kind.init(V, H, rng, dtype), Readout.init(H, V, rng, dtype), alphabet)

    def one_hot(self, codes: ndarray) -> ndarray:
        """Numbers of characters, of any shape, to rows with a single 1: the identity's rows, gathered."""
        return np.eye(len(self.alphabet), dtype=self.cell.dtype)[codes]

    def start(self, B: int) -> State:
        """The state (B, H) in which it begins each of B texts."""
        if not self.before:
            return ()
        x = self.one_hot(encode(self.before, self.alphabet))[:, None]
        return tuple(np.repeat(state, B, axis=0) for state in self.cell.forward(x).last)

    def read(self, text: str, state: State | None = None) -> tuple[ndarray, State]:
        """Read at least one character: the scores (V,) of what comes next, and the state to continue from."""
        x = self.one_hot(encode(text, self.alphabet))[:, None]
        trace = self.cell.forward(x, *(self.start(1) if state is None else state))
        return self.readout.forward(trace.h[-1:])[0, 0], trace.last

    def generate(self, prompt: str, n: int, temperature: float, rng: np.random.Generator) -> str:
        """The prompt and n characters more, each drawn from the distribution after all before it, and then read."""
        text = prompt
        y, state = self.read(prompt)
        for _ in range(n):
            text += self.alphabet[rng.choice(len(y), p=distribution(y, temperature))]
            y, state = self.read(text[-1], state)
        return text

    def perplexity(self, text: str) -> float:
        """e to the mean cross-entropy of the characters of a text after the first."""
        codes = encode(text, self.alphabet)
        y = self.readout.forward(self.cell.forward(self.one_hot(codes[:-1])[:, None], *self.start(1)).h[1:])
        return float(np.exp(cross_entropy(y, codes[1:, None])[0] / len(y)))


def distribution(y: ndarray, temperature: float = 1.0) -> ndarray:
    """The probabilities (V,) that the scores y stand for: softmax(y / temperature)."""
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature} but more than 0 is expected; pass 1 for the plain softmax")
    return softmax(np.asarray(y, np.float64) / temperature)


def rounded(W: ndarray, bits: int = 8) -> tuple[ndarray, ndarray]:
    """The whole numbers q (…, n) and the scales s (…) for which s q is nearest to the weights W (…, n), row by row.

    The largest number of a row, in size, is the largest that the bits hold: 127 of 8 bits, 31 of 6, 7 of 4.
    """
    size = np.abs(W).max(axis=-1)
    scale = np.where(size > 0, size / MAX_WHOLE[bits], 1).astype("<f4")
    return np.rint(W / scale[..., None].astype(np.float64)).astype(np.int8), scale


def unrounded(q: ndarray, scale: ndarray) -> ndarray:
    """The weights s q, in double precision."""
    return q * scale[..., None].astype(np.float64)


def quantised(generator: Generator, bits: int) -> Generator:
    """The generator with its weights, not its biases, rounded to that many bits."""
    arrays = _arrays(generator)
    weights = {name: unrounded(*rounded(W, bits)) for name, W in arrays.items() if _is_weight(name)}
    return _built({**arrays, **weights}, generator.alphabet, generator.before)


def dump(generator: Generator, bits: int = 16) -> bytes:
    """The generator as the content of a file: in half precision, or with weights of 8 bits.

    Raises ValueError if a number is too large for half precision, 65504.
    """
    arrays: dict[str, ndarray] = {}
    for name, array in _arrays(generator).items():
        if bits == 8 and _is_weight(name):
            arrays[name], arrays[f"{name}.scale"] = rounded(array)
        else:
            with np.errstate(over="ignore"):
                arrays[name] = array.astype(np.float16)
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} has a number above 65504, the largest of half precision; train it with a decay")
    before = {"before": generator.before} if generator.before else {}
    return weights.dump(arrays, {"alphabet": generator.alphabet, **before})


def load(path: Path | None = None) -> Generator:
    """The generator in a file, in double precision; by default the recorded one.

    Raises DataError, with file and reason, if there is none or if it is cut short, damaged or of another form.
    """
    path = path or recorded_file(recorded("text"), "text.safetensors")
    remedy = by_experiment(path.stem.partition("-")[0])
    try:
        arrays, texts = weights.read(path, remedy)
    except OSError as error:
        raise DataError(f"{path}: there is no such file that can be read ({error.strerror}); {remedy}") from None
    except weights.DamagedError as error:
        raise DataError(str(error)) from None
    scales = {name: arrays.pop(name) for name in [*arrays] if name.endswith(".scale")}
    try:
        for name, scale in scales.items():
            weight = name.removesuffix(".scale")
            arrays[weight] = unrounded(arrays[weight], scale)
        doubles = {name: array.astype(np.float64) for name, array in arrays.items()}
        return _built(doubles, texts["alphabet"], texts.get("before", ""))
    except (ValueError, KeyError) as error:
        raise DataError(f"{path}: this is not the file of a generator ({error!r:.200}); {remedy}") from None


def _arrays(generator: Generator) -> dict[str, ndarray]:
    parts = {type(generator.cell).__name__.lower(): generator.cell, "readout": generator.readout}
    return {f"{part}.{name}": array for part, cell in parts.items() for name, array in parameters.arrays(cell).items()}


def _built(arrays: dict[str, ndarray], alphabet: str, before: str) -> Generator:
    """The generator of which ``_arrays`` has given the arrays."""
    kind = next((name for name in KINDS if any(array.startswith(f"{name}.") for array in arrays)), "lstm")
    left = dict(arrays)
    cell, readout = (
        of(**{field.name: left.pop(f"{part}.{field.name}") for field in fields(of)})
        for part, of in ((kind, KINDS[kind]), ("readout", Readout))
    )
    if left:
        raise ValueError(f"{', '.join(left)} came as well")
    return Generator(cell, readout, alphabet, before)


def _is_weight(name: str) -> bool:
    return ".W_" in name
