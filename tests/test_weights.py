"""Files of weights: safetensors as its specification has it, and nothing in one is believed."""

import io
import json
import re

import numpy as np
import pytest
from forged import forged, sealed

from rnn_notes import weights

ARRAYS = {"W": np.arange(6.0).reshape(2, 3), "b": np.array([1, -2], np.float32)}
CONTENT = weights.dump(ARRAYS, {"alphabet": 'ab "crc32":"00000000" ü'})


def test_a_file_is_in_the_safetensors_format():
    """As its specification says: length, JSON header without gaps in the places, then the arrays, and no byte more."""
    arrays = {**ARRAYS, "half": np.ones((2, 1), np.float16), "whole": np.ones(3, np.int8)}
    content = weights.dump(arrays, {"alphabet": "ab"})
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__")
    assert all(isinstance(value, str) for value in metadata.values())
    assert (8 + length) % 8 == 0
    dtypes = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I8": "i1"}
    end = 0
    for name, entry in header.items():
        start, end_before = 8 + length + end, end
        end += arrays[name].nbytes
        assert entry["data_offsets"] == [end_before, end]
        found = np.frombuffer(content[start : 8 + length + end], dtypes[entry["dtype"]]).reshape(entry["shape"])
        assert (found == arrays[name]).all()
    assert len(content) == 8 + length + end


@pytest.mark.parametrize("dtype", [*weights.DTYPES, ">f8"])
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 3, 4)])
def test_what_is_read_is_what_was_written(dtype, shape, tmp_path):
    """To the last bit, in any order of bytes and axes, and it may be written to."""
    array = np.random.default_rng(0).normal(size=shape[::-1]).astype(dtype).T
    weights.write(tmp_path / "w", {"a": array}, {"told": "ü"})
    arrays, texts = weights.read(tmp_path / "w", "write it again")
    assert texts == {"told": "ü"}
    assert arrays["a"].dtype == np.dtype(dtype).newbyteorder("=")
    assert arrays["a"].shape == shape
    assert (arrays["a"] == array).all()
    arrays["a"][...] = 0


FORGED = {
    "another type": (lambda header: header["W"].update(dtype="F32"), "W has the place 0 to 48 among 56 bytes"),
    "an unknown type": (lambda header: header["W"].update(dtype="F8"), "no 'F8' is known"),
    "beyond the end": (lambda header: header["b"].update(shape=[3], data_offsets=[48, 60]), "48 to 60 among 56 bytes"),
    "numbers of another": (lambda header: header["b"].update(data_offsets=[0, 8]), "b has the place 0 to 8"),
    "numbers that are none": (lambda header: header["W"].update(data_offsets=[-48, 0]), "W has the place -48 to 0"),
    "numbers of nobody": (lambda header: header.pop("b"), "8 bytes belong to no array"),
    "a size below zero": (lambda header: header["b"].update(shape=[-2, -1]), r"b has the shape \[-2, -1\]"),
    "a size that is true": (lambda header: header["b"].update(shape=[2, True]), r"b has the shape \[2, True\]"),
    "no shape": (lambda header: header["b"].pop("shape"), "no 'shape' is known"),
    "a size too large": (lambda header: header["b"].update(shape=[0, 10**30], data_offsets=[48, 48]), ".+"),
    "a text that is none": (
        lambda header: header["__metadata__"].update(alphabet=["a"]),
        "not text is among the texts",
    ),
    "entries that are none": (lambda header: header.update(b=[]), ".+"),
}


@pytest.mark.parametrize(("change", "reason"), FORGED.values(), ids=FORGED)
def test_a_file_that_does_not_fit_itself_is_refused(change, reason):
    """Though its checksum is right."""
    assert weights.load(io.BytesIO(forged(CONTENT, lambda header: None)))[0].keys() == ARRAYS.keys()
    with pytest.raises(weights.DamagedError, match=reason):
        weights.load(io.BytesIO(forged(CONTENT, change)))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "a header of 0 bytes in a file of 0"),
        ((2**63).to_bytes(8, "little") + CONTENT[8:], "a header of 9223372036854775808 bytes in a file"),
        (sealed(" " * weights.MAX_HEADER + '{"__metadata__":{"crc32":"        "}}'), "a header of 1000"),
        (sealed('{"__metadata__":{}}'), "no checksum"),
        (sealed('{"b":1,"b":1,"__metadata__":{"crc32":"        "}}'), "two entries of one name"),
        (sealed("[" * 100_000 + '"crc32":"        "'), "a header that is nested too deeply"),
        (sealed('["crc32":"        "'), "delimiter"),
        (sealed('{"crc32":"        "}'), "no '__metadata__' is known"),
    ],
)
def test_a_header_that_is_none_is_refused(content, reason):
    """By its length, its form or its depth."""
    with pytest.raises(weights.DamagedError, match=reason):
        weights.load(io.BytesIO(content))


def test_what_the_format_cannot_hold_is_not_written(tmp_path):
    """By its name, and with no file begun."""
    message = "n has dtype int64 but one of float64, float32, float16, int8, complex128 is expected; pass it with .ast"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        weights.write(tmp_path / "w", {"n": np.arange(3)})
    assert not [*tmp_path.iterdir()]
