"""A network that reads text is kept in a file, and no damage to the file goes by."""

import io
import re

import numpy as np
import pytest

from rnn_notes import parameters, weights
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


DAMAGES = {
    "empty": lambda content: b"",
    "cut in its length": lambda content: content[:5],
    "cut in its header": lambda content: content[:100],
    "cut in its numbers": lambda content: content[:-3],
    "one bit turned": lambda content: content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
    "another kind of file": lambda content: b"this is something else altogether",
    "an array missing": lambda content: content.replace(b"lstm.b", b"lstm.x"),
    "another shape": lambda content: content.replace(b"[4,5,6]", b"[4,6,5]"),
    "another letter": lambda content: content.replace(b'"ab ', b'"aB '),
    "two equal letters": lambda content: content.replace(b'"ab ', b'"aa '),
    "another type": lambda content: content.replace(b'"F16"', b'"F32"', 1),
}
OTHER = {  # as a file of weights it is whole
    "an array missing": (lambda arrays, texts: arrays.pop("lstm.b"), "KeyError"),
    "an array more": (lambda arrays, texts: arrays.update(x=np.ones(1)), "x came as well"),
    "another shape": (lambda arrays, texts: arrays.update({"lstm.W_x": np.ones((4, 6, 5))}), "W_h has shape"),
    "a letter less": (lambda arrays, texts: texts.update(alphabet="ab"), "the LSTM has inputs: 6, but 2"),
    "two equal letters": (lambda arrays, texts: texts.update(alphabet="aabcde"), "different characters: 5"),
    "no alphabet": (lambda arrays, texts: texts.clear(), "KeyError"),
    "scales of nothing": (lambda arrays, texts: arrays.update({"lstm.W_y.scale": np.ones(1)}), "KeyError"),
    "scales too few": (lambda arrays, texts: arrays.update({"lstm.W_x.scale": np.ones(2)}), "operands could not be"),
    "not a number": (lambda arrays, texts: arrays.update({"lstm.b": np.full((4, 5), np.nan)}), "b holds nan"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_generator_file_is_refused_with_file_reason_and_remedy(tmp_path, damage, small_generator):
    """Whatever is wrong, even if there is no file."""
    file = tmp_path / "small.safetensors"
    with pytest.raises(DataError, match=r"small\.safetensors: there is no such file that can be read \(No such"):
        generator.load(file)
    with pytest.raises(DataError, match=r": there is no such file that can be read \(Is a directory\)"):
        generator.load(tmp_path)
    content = generator.dump(small_generator)
    assert damage(content) != content
    file.write_bytes(damage(content))
    reason = r"it is cut short, damaged or no file of weights \(.*\); what wrote it can write it again; python -m"
    with pytest.raises(DataError, match=rf"^{re.escape(str(file))}: {reason}"):
        generator.load(file)


@pytest.mark.parametrize(("change", "reason"), OTHER.values(), ids=OTHER)
def test_a_file_of_weights_that_is_no_generator_is_refused(tmp_path, change, reason, small_generator):
    """Though its checksum is right, as of a file that other code has written."""
    file, (arrays, texts) = tmp_path / "small.safetensors", weights.load(io.BytesIO(generator.dump(small_generator)))
    change(arrays, texts)
    weights.write(file, arrays, texts)
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


@pytest.mark.slow
def test_generated_text_follows_the_distribution(small_generator):
    """Of 4000 continuations by one character, each character's share is its probability, within 4 standard errors."""
    y, _ = small_generator.read("ab")
    p, n = generator.distribution(y, 0.7), 4000
    rng = np.random.default_rng(0)
    drawn = [small_generator.generate("ab", 1, 0.7, rng)[-1] for _ in range(n)]
    for k, character in enumerate(small_generator.alphabet):
        assert abs(drawn.count(character) / n - p[k]) < 4 * np.sqrt(p[k] * (1 - p[k]) / n)
