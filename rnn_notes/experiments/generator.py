"""A network that reads text one character at a time and says what may come next; and the file it is kept in.

The file is in the safetensors format: the length of a header in 8 bytes (little-endian), the header in JSON with the
name, type, shape and place of each array, then the arrays. They are in half precision, which makes the file small
enough for a page. The header's ``__metadata__`` has the alphabet, and a CRC-32 of the whole file, with zeros in its own
place, to tell a damaged one.
"""

import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy import ndarray
from numpy.typing import DTypeLike

from rnn_notes import parameters
from rnn_notes.activations import softmax
from rnn_notes.cells import LSTM
from rnn_notes.datasets import DataError
from rnn_notes.experiments.corpus import encode
from rnn_notes.experiments.records import RESULTS
from rnn_notes.readout import Readout, cross_entropy

State = tuple[ndarray, ...]  # h and c, each (1, H)


@dataclass(frozen=True, eq=False)
class Generator:
    """An LSTM over one-hot characters, and a readout with one score for each character of the alphabet."""

    lstm: LSTM
    readout: Readout
    alphabet: str  # character k of it is input and output k

    def __post_init__(self) -> None:
        V, H = len(self.alphabet), self.lstm.W_h.shape[-1]
        for what, came, expected in (
            ("the alphabet has different characters", len(set(self.alphabet)), V),
            ("the LSTM has inputs", self.lstm.W_x.shape[-1], V),
            ("the readout has outputs and hidden units", self.readout.W_hy.shape, (V, H)),
        ):
            if came != expected:
                raise ValueError(f"{what}: {came}, but {expected} are expected; pass what belongs together")

    @classmethod
    def init(cls, alphabet: str, H: int, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Self:
        V = len(alphabet)
        return cls(LSTM.init(V, H, rng, dtype), Readout.init(H, V, rng, dtype), alphabet)

    def one_hot(self, codes: ndarray) -> ndarray:
        """Numbers of characters, of any shape, to rows with a single 1: the identity's rows, gathered."""
        return np.eye(len(self.alphabet), dtype=self.lstm.dtype)[codes]

    def read(self, text: str, state: State | None = None) -> tuple[ndarray, State]:
        """Read at least one character: the scores (V,) of what comes next, and the state to go on from."""
        x = self.one_hot(encode(text, self.alphabet))[:, None]
        trace = self.lstm.forward(x, *(state or ()))
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
        y = self.readout.forward(self.lstm.forward(self.one_hot(codes[:-1])[:, None]).h[1:])
        return float(np.exp(cross_entropy(y, codes[1:, None])[0] / len(y)))


def distribution(y: ndarray, temperature: float = 1.0) -> ndarray:
    """The probabilities (V,) that the scores y stand for: softmax(y / temperature)."""
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature} but more than 0 is expected; pass 1 for the plain softmax")
    return softmax(np.asarray(y, np.float64) / temperature)


CHECKSUM = '"crc32":"{}"'


def dump(generator: Generator) -> bytes:
    """The generator as the content of a file, in half precision.

    Raises ValueError if a number is too large for that, 65504.
    """
    with np.errstate(over="ignore"):
        arrays = {name: array.astype("<f2") for name, array in _arrays(generator).items()}
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} has a number above 65504, the largest of half precision; train it with a decay")
    body = b"".join(array.tobytes() for array in arrays.values())
    header: dict[str, object] = {"__metadata__": {"alphabet": generator.alphabet, "crc32": "0" * 8}}
    start = 0
    for name, array in arrays.items():
        end = start + array.nbytes
        header[name] = {"dtype": "F16", "shape": list(array.shape), "data_offsets": [start, end]}
        start = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    content = len(text).to_bytes(8, "little") + text + body
    crc = CHECKSUM.format(f"{zlib.crc32(content):08x}")
    return content.replace(CHECKSUM.format("0" * 8).encode(), crc.encode(), 1)


def load(path: Path = RESULTS / "text.safetensors") -> Generator:
    """The generator in a file, in double precision; by default the recorded one.

    Raises DataError, with file and reason, if there is none or if it is cut short, damaged or of another form.
    """
    remedy = "python -m rnn_notes.experiments text writes it"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: there is no such file that can be read ({error.strerror}); {remedy}") from None
    crc = re.search(CHECKSUM.format("([0-9a-f]{8})").encode(), content)
    zeros = content.replace(crc[0], CHECKSUM.format("0" * 8).encode(), 1) if crc else b""
    if not crc or f"{zlib.crc32(zeros):08x}".encode() != crc[1]:
        raise DataError(f"{path}: it is not what was written, so it is cut short or damaged; {remedy}")
    start = 8 + int.from_bytes(content[:8], "little")
    try:
        header = json.loads(content[8:start])
        alphabet = header.pop("__metadata__")["alphabet"]
        arrays = {}
        if not isinstance(alphabet, str):
            raise ValueError(f"the alphabet is {alphabet!r}")
        for name, entry in header.items():
            first, end = entry["data_offsets"]
            if entry["dtype"] != "F16" or not 0 <= first <= end <= len(content) - start:
                raise ValueError(f"{name} is {entry}")
            array = np.frombuffer(content[start + first : start + end], "<f2").astype(np.float64)
            arrays[name] = array.reshape(entry["shape"])
        lstm = LSTM(**{name: arrays.pop(f"lstm.{name}") for name in ("W_x", "W_h", "b")})
        readout = Readout(**{name: arrays.pop(f"readout.{name}") for name in ("W_hy", "b_y")})
        if arrays:
            raise ValueError(f"{', '.join(arrays)} came as well")
        return Generator(lstm, readout, alphabet)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise DataError(f"{path}: this is not the file of a generator ({error!r:.200}); {remedy}") from None


def _arrays(generator: Generator) -> dict[str, ndarray]:
    parts = {"lstm": generator.lstm, "readout": generator.readout}
    return {f"{part}.{name}": array for part, cell in parts.items() for name, array in parameters.arrays(cell).items()}
