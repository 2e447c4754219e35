"""A network that reads text is kept in a file, and no damage to the file goes by."""

import json
import re
import zlib

import numpy as np
import pytest

from rnn_notes import parameters
from rnn_notes.cells import LSTM
from rnn_notes.datasets import DataError
from rnn_notes.experiments import generator
from rnn_notes.experiments.records import RESULTS


@pytest.fixture(scope="module")
def small_generator():
    """A network that has learned nothing yet."""
    return generator.Generator.init('ab "ü\n', 5, np.random.default_rng(0))


def test_a_generator_file_holds_the_network_in_half_precision(tmp_path, small_generator):
    """All numbers agree to the 11 bits that half precision has; the alphabet is the same."""
    file = tmp_path / "small.safetensors"
    file.write_bytes(generator.dump(small_generator))
    loaded = generator.load(file)
    assert loaded.alphabet == small_generator.alphabet
    for part in ("cell", "readout"):
        before, after = (parameters.arrays(getattr(g, part)) for g in (small_generator, loaded))
        for name in before:
            assert after[name].dtype == np.float64
            assert np.allclose(after[name], before[name], rtol=2**-11, atol=1e-7)


def test_a_generator_file_is_in_the_safetensors_format(small_generator):
    """As its specification says: length, JSON header without gaps in the places, then the arrays, and no byte more."""
    content = generator.dump(small_generator)
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__")
    assert all(isinstance(value, str) for value in metadata.values())
    assert (8 + length) % 8 == 0
    end = 0
    for entry in header.values():
        assert entry["dtype"] == "F16"
        assert entry["data_offsets"] == [end, end + 2 * int(np.prod(entry["shape"]))]
        end = entry["data_offsets"][1]
    assert len(content) == 8 + length + end
    assert header["lstm.W_x"]["shape"] == [4, 5, 6]


DAMAGES = {
    "empty": lambda content: b"",
    "cut in its length": lambda content: content[:5],
    "cut in its header": lambda content: content[:100],
    "cut in its numbers": lambda content: content[:-3],
    "one bit turned": lambda content: content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
    "another kind of file": lambda content: b"PK\x03\x04 this is something else altogether",
    "an array missing": lambda content: content.replace(b"lstm.b", b"lstm.x"),
    "another shape": lambda content: content.replace(b"[4,5,6]", b"[4,6,5]"),
    "another letter": lambda content: content.replace(b'"ab ', b'"aB '),
    "two equal letters": lambda content: content.replace(b'"ab ', b'"aa '),
    "another type": lambda content: content.replace(b'"F16"', b'"F32"', 1),
}
FORGED = {  # with a checksum that is right
    "an array missing": (lambda header: header.pop("lstm.b"), "KeyError"),
    "an array more": (lambda header: header.update(x=header["lstm.b"]), "x came as well"),
    "another shape": (lambda header: header["lstm.W_x"].update(shape=[4, 6, 5]), "W_h has shape"),
    "a letter less": (lambda header: header["__metadata__"].update(alphabet="ab"), "the LSTM has inputs: 6, but 2"),
    "two equal letters": (lambda header: header["__metadata__"].update(alphabet="aabcde"), "different characters: 5"),
    "no text": (lambda header: header["__metadata__"].update(alphabet=[*"abcdef"]), "the alphabet is"),
    "another type": (lambda header: header["lstm.b"].update(dtype="F32"), "lstm.b is"),
    "beyond the end": (lambda header: header["lstm.b"].update(data_offsets=[0, 10**9]), "lstm.b is"),
    "numbers that are none": (lambda header: header["lstm.b"].update(data_offsets=[-40, 0]), "lstm.b is"),
}


def forged(content, change):
    """The file with another header and a checksum that fits."""
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    change(header)
    header["__metadata__"]["crc32"] = "0" * 8
    text = json.dumps(header, separators=(",", ":")).encode()
    zeros = len(text).to_bytes(8, "little") + text + content[start:]
    return zeros.replace(b'"crc32":"00000000"', f'"crc32":"{zlib.crc32(zeros):08x}"'.encode(), 1)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_generator_file_is_refused_with_file_reason_and_remedy(tmp_path, damage, small_generator):
    """Whatever is wrong, and also if there is no file."""
    file = tmp_path / "small.safetensors"
    with pytest.raises(DataError, match=r"small\.safetensors: there is no such file that can be read \(No such"):
        generator.load(file)
    with pytest.raises(DataError, match=r": there is no such file that can be read \(Is a directory\)"):
        generator.load(tmp_path)
    content = generator.dump(small_generator)
    assert damage(content) != content
    file.write_bytes(damage(content))
    reason = "it is not what was written, so it is cut short or damaged; what wrote it can write it again; python -m"
    with pytest.raises(DataError, match=rf"^{re.escape(str(file))}: {reason}"):
        generator.load(file)


@pytest.mark.parametrize(("change", "reason"), FORGED.values(), ids=FORGED)
def test_a_generator_file_that_does_not_fit_itself_is_refused(tmp_path, change, reason, small_generator):
    """Though its checksum is right, as of a file that other code has written."""
    file = tmp_path / "small.safetensors"
    file.write_bytes(forged(generator.dump(small_generator), lambda header: None))
    assert generator.load(file).alphabet == small_generator.alphabet
    file.write_bytes(forged(generator.dump(small_generator), change))
    with pytest.raises(DataError, match=rf"^{re.escape(str(file))}: this is not the file of a generator \(.*{reason}"):
        generator.load(file)


def test_no_turned_bit_of_a_generator_file_goes_by(tmp_path, small_generator):
    """Of the length, the header, the alphabet or the numbers: each bit of the first 600 bytes, and some of the rest."""
    file, content = tmp_path / "small.safetensors", generator.dump(small_generator)
    for at in [*range(600), *range(600, len(content), 11)]:
        file.write_bytes(content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :])
        with pytest.raises(DataError):
            generator.load(file)


@pytest.mark.parametrize("number", [7e4, -1e9])
def test_a_number_too_large_for_half_precision_is_not_written(small_generator, number):
    """It would be read as infinite."""
    b = small_generator.cell.b.copy()
    b[0, 0] = number
    large = generator.Generator(
        LSTM(small_generator.cell.W_x, small_generator.cell.W_h, b), small_generator.readout, small_generator.alphabet
    )
    with pytest.raises(ValueError, match=r"^lstm\.b has a number above 65504, the largest of half precision"):
        generator.dump(large)


def test_the_recorded_generator_is_small_enough_for_a_page():
    """At most 400 kB on the wire."""
    assert (RESULTS / "text.safetensors").stat().st_size <= 400_000


def test_the_recorded_generator_reads_as_step_by_step_as_the_cell_does(small_generator):
    """``read`` of a text is the cell's own ``step`` over its one-hot rows, and then the readout."""
    text = 'ab "a\nb'
    y, state = small_generator.read(text)
    h = c = np.zeros((1, 5))
    for character in text:
        one_hot = np.zeros((1, 6))
        one_hot[0, small_generator.alphabet.index(character)] = 1
        h, c = small_generator.cell.step(one_hot, h, c)
    assert np.allclose(state, (h, c))
    assert np.allclose(y, small_generator.readout.W_hy @ h[0] + small_generator.readout.b_y)


def test_an_unknown_character_is_refused_by_name(small_generator):
    """The message shows it, and what the network knows."""
    with pytest.raises(ValueError, match="the text has 'xy' but the network knows"):
        small_generator.read("aybx")


def test_temperature_is_a_power_of_the_odds():
    """At 1 the softmax; else every ratio of two probabilities is raised to 1/temperature; 0 is refused."""
    y = np.array([1.0, -2.0, 0.5])
    plain = np.exp(y) / np.exp(y).sum()
    assert np.allclose(generator.distribution(y), plain)
    for temperature in (0.2, 2.0):
        p = generator.distribution(y, temperature)
        assert np.allclose(p / p[0], (plain / plain[0]) ** (1 / temperature))
    with pytest.raises(ValueError, match="temperature is 0 but more than 0 is expected"):
        generator.distribution(y, 0)


def test_generated_text_follows_the_distribution(small_generator):
    """Of 4000 continuations by one character, each character's share is its probability, within 4 standard errors."""
    y, _ = small_generator.read("ab")
    p, n = generator.distribution(y, 0.7), 4000
    rng = np.random.default_rng(0)
    drawn = [small_generator.generate("ab", 1, 0.7, rng)[-1] for _ in range(n)]
    for k, character in enumerate(small_generator.alphabet):
        assert abs(drawn.count(character) / n - p[k]) < 4 * np.sqrt(p[k] * (1 - p[k]) / n)
