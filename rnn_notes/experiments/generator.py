"""A network that reads text one character at a time and says what may come next; and the file it is kept in.

The file is in the safetensors format: the length of a header in 8 bytes (little-endian), the header in JSON with the
name, type, shape and place of each array, then the arrays. They are in half precision, which makes the file small
enough for a page. The header's ``__metadata__`` has the alphabet, and a CRC-32 of the arrays to tell a damaged file.
"""

import json
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

State = tuple[ndarray, ndarray]  # h and c, each (1, H)


@dataclass(frozen=True, eq=False)
class Generator:
    """An LSTM over one-hot characters, and a readout with one score for each character of the alphabet."""

    lstm: LSTM
    readout: Readout
    alphabet: str  # character k of it is input and output k

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
        return self.readout.forward(trace.h[-1:])[0, 0], (trace.h[-1], trace.c[-1])

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


def dump(generator: Generator) -> bytes:
    """The generator as the content of a file, in half precision."""
    arrays = {name: array.astype("<f2") for name, array in _arrays(generator).items()}
    body = b"".join(array.tobytes() for array in arrays.values())
    header: dict[str, object] = {
        "__metadata__": {"alphabet": generator.alphabet, "crc32": f"{zlib.crc32(body):08x}"},
    }
    start = 0
    for name, array in arrays.items():
        end = start + array.nbytes
        header[name] = {"dtype": "F16", "shape": list(array.shape), "data_offsets": [start, end]}
        start = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + body


def load(path: Path = RESULTS / "text.safetensors") -> Generator:
    """The generator in a file, in double precision; by default the recorded one.

    Raises DataError, with file and reason, if there is none or if it is cut short, damaged or of another form.
    """
    remedy = "python -m rnn_notes.experiments text writes it"
    if not path.exists():
        raise DataError(f"{path}: there is no such file; {remedy}")
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header_bytes, body = content[8 : 8 + length], content[8 + length :]
    try:
        header = json.loads(header_bytes)
        metadata = header.pop("__metadata__")
        if len(header_bytes) < length or zlib.crc32(body) != int(metadata["crc32"], 16):
            raise DataError(
                f"{path}: its numbers are not those that were written, so it is cut short or damaged; {remedy}"
            )
        arrays = {
            name: np.frombuffer(body[slice(*entry["data_offsets"])], "<f2").astype(np.float64).reshape(entry["shape"])
            for name, entry in header.items()
        }
        lstm = LSTM(**{name: arrays[f"lstm.{name}"] for name in ("W_x", "W_h", "b")})
        readout = Readout(**{name: arrays[f"readout.{name}"] for name in ("W_hy", "b_y")})
        return Generator(lstm, readout, metadata["alphabet"])
    except DataError:
        raise
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise DataError(f"{path}: this is not the file of a generator ({error!r}); {remedy}") from None


def _arrays(generator: Generator) -> dict[str, ndarray]:
    parts = {"lstm": generator.lstm, "readout": generator.readout}
    return {f"{part}.{name}": array for part, cell in parts.items() for name, array in parameters.arrays(cell).items()}
