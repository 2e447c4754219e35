"""Named arrays in a file, such as the weights of a trained network: what is read is what was written, or is refused.

The layout is that of safetensors: the length of a header in 8 bytes (little-endian), the header in JSON with the dtype,
the shape and the place of each array, then their numbers. The header's ``__metadata__`` has texts, among them a CRC-32
of the whole file, with zeros in its own place, to tell a damaged one. Nothing in such a file can be run, and it takes
no more memory than it has bytes.
"""

import io
import json
import math
import re
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import numpy as np
from numpy import ndarray

from rnn_notes import files

Promise = Mapping[str, ndarray]  # by name, an array of zeros that takes no memory

DTYPES = {"float64": "F64", "float32": "F32", "float16": "F16", "int8": "I8", "complex128": "C128"}
"""Names of safetensors by those of NumPy; the last is ours, since it has no complex numbers of that size."""

CHECKSUM = '"crc32":"{}"'
MAX_HEADER = 1_000_000  # bytes
PIECE = 2**20  # bytes that are looked at together
NONE: Mapping[str, str] = MappingProxyType({})


class DamagedError(ValueError):
    """A file that is not what ``dump`` has made."""


def write(path: str | Path, arrays: Mapping[str, ndarray], texts: Mapping[str, str] = NONE) -> None:
    """Write arrays and texts, each by its name, to a file, whole or not at all.

    Raises ValueError as ``dump`` does, OSError if the file cannot be written.
    """
    files.write(path, dump(arrays, texts))


def dump(arrays: Mapping[str, ndarray], texts: Mapping[str, str] = NONE) -> bytes:
    """The content of such a file; the same arrays and texts in the same order give the same bytes.

    Raises ValueError if an array has a dtype that is not in DTYPES.
    """
    header: dict[str, Any] = {"__metadata__": {**texts, "crc32": "0" * 8}}
    body = []
    start = 0
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES:
            raise ValueError(
                f"{name} has dtype {array.dtype} but one of {', '.join(DTYPES)} is expected; "
                f"pass it with .astype(np.float64)"
            )
        end = start + array.nbytes
        header[name] = {"dtype": DTYPES[array.dtype.name], "shape": [*array.shape], "data_offsets": [start, end]}
        body.append(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
        start = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    content = len(text).to_bytes(8, "little") + text + b"".join(body)
    crc = CHECKSUM.format(f"{zlib.crc32(content):08x}")
    return content.replace(CHECKSUM.format("0" * 8).encode(), crc.encode(), 1)


def read(
    path: str | Path, remedy: str, look: Callable[[Promise], None] = lambda promise: None
) -> tuple[dict[str, ndarray], dict[str, str]]:
    """The arrays and the texts that ``write`` wrote to a file.

    ``look`` gets what the header promises before any array is read, and may raise; what it raises is passed on.
    Raises DamagedError, with file, reason and remedy, if it is not what was written; OSError if it cannot be opened.
    """
    with Path(path).open("rb") as file:
        try:
            return load(file, look)
        except DamagedError as problem:
            file.seek(0)
            if file.read(4) == b"PK\x03\x04":
                reason = "this is a .npz file but one in the layout of safetensors is expected"
                remedy = f"if you trust it, weights.write({str(path)!r}, dict(np.load({str(path)!r}))) writes it anew"
            else:
                reason = f"it is cut short, damaged or no file of weights ({problem})"
            raise DamagedError(f"{path}: {reason}; {remedy}") from None


def load(
    file: BinaryIO, look: Callable[[Promise], None] = lambda promise: None
) -> tuple[dict[str, ndarray], dict[str, str]]:
    """The same, of an open file; a DamagedError gives the reason alone."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    length = file.read(8)
    start = 8 + int.from_bytes(length, "little")
    if not 8 < start <= min(size, MAX_HEADER):
        raise DamagedError(f"a header of {start - 8} bytes in a file of {size}")
    head = file.read(start - 8)
    said = re.search(CHECKSUM.format("([0-9a-f]{8})").encode(), head)
    if not said:
        raise DamagedError("no checksum")
    crc = zlib.crc32(length + head[: said.start(1)] + b"0" * 8 + head[said.end(1) :])
    while piece := file.read(PIECE):
        crc = zlib.crc32(piece, crc)
    if f"{crc:08x}" != said[1].decode():
        raise DamagedError("another checksum")
    promise, texts = _promise(head, size - start)
    look(promise)
    file.seek(start)
    found = {}
    for name, of in promise.items():
        array = np.frombuffer(bytearray(file.read(of.nbytes)), of.dtype.newbyteorder("<")).reshape(of.shape)
        found[name] = array.astype(of.dtype, copy=False)
    return found, texts


def _promise(head: bytes, size: int) -> tuple[Promise, dict[str, str]]:
    """What a header says of arrays that fill that many bytes, one after the other, and its texts.

    Nothing in it is believed, though its checksum is right: other code may have written it.
    """
    dtypes = {short: np.dtype(name) for name, short in DTYPES.items()}
    promise, at = {}, 0
    try:
        header = json.loads(head, object_pairs_hook=_once)
        texts = header.pop("__metadata__")
        del texts["crc32"]
        if not all(isinstance(text, str) for text in texts.values()):
            raise ValueError("what is not text is among the texts")
        for name, entry in header.items():
            dtype, shape, (start, end) = dtypes[entry["dtype"]], entry["shape"], entry["data_offsets"]
            if not all(type(n) is int and n >= 0 for n in shape):
                raise ValueError(f"{name} has the shape {shape}")
            if [start, end] != [at, at + math.prod(shape) * dtype.itemsize] or end > size:
                raise ValueError(f"{name} has the place {start} to {end} among {size} bytes")
            promise[name], at = np.broadcast_to(np.zeros((), dtype), shape), end
        if at != size:
            raise ValueError(f"{size - at} bytes belong to no array")
    except KeyError as problem:
        raise DamagedError(f"no {problem} is known") from None
    except RecursionError:  # each version of Python has words of its own
        raise DamagedError("a header that is nested too deeply") from None
    except (ValueError, TypeError, AttributeError, OverflowError) as problem:
        raise DamagedError(f"{problem!s:.100}") from None
    return promise, texts


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, which else lets the second of two equal keys win."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("two entries of one name")
    return found
