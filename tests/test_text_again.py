"""The second page on text: its novels, its network and rounding, where a prediction comes from, what a unit says."""

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_notes import GRU, LSTM, RNN
from rnn_notes.activations import softmax
from rnn_notes.datasets import DataError
from rnn_notes.experiments import corpus, generator, novels, runner, saliency, text_again, units
from rnn_notes.experiments.generator import Generator
from rnn_notes.experiments.ngrams import NGrams

RNG = np.random.default_rng


@pytest.fixture(params=[RNN, LSTM, GRU])
def small(request):
    """A network that has learned nothing yet, of each kind."""
    return Generator.init('ab "\n', 6, RNG(0), kind=request.param)


# The novels


def test_the_excerpt_is_of_the_novel_that_no_network_reads(tmp_path, monkeypatch):
    """As the package has it; a changed one is refused."""
    assert novels.HELD_OUT not in novels.TRAINING
    assert novels.excerpt().startswith('"I must take leave to observe, Sir Walter," said Mr Shepherd one\nmorning')
    (tmp_path / "persuasion-3.txt").write_bytes(novels.EXCERPT.read_bytes()[:-1])
    monkeypatch.setattr(novels, "EXCERPT", tmp_path / "persuasion-3.txt")
    with pytest.raises(DataError, match=r"persuasion-3\.txt: its sha256 is"):
        novels.excerpt()


def test_paragraphs_with_a_rare_character_are_left_out():
    """Whole; the others stay as they are, line by line, whatever the number of empty lines."""
    assert (
        novels.prepare("\n\nChapter 1\n\n\n\nOne line\nand  two.\n\n£5\n\n_So_!\n\n")
        == "One line\nand  two.\n\n_So_!\n"
    )
    assert set(novels.excerpt()) <= set(novels.ALPHABET)


def test_a_novel_that_is_missing_changed_or_unknown_is_refused(tmp_path):
    """With the command that fetches it."""
    remedy = r"python -m rnn_notes\.experiments\.novels fetches it$"
    with pytest.raises(DataError, match=rf"emma\.txt: it cannot be read \(No such file or directory\); {remedy}"):
        novels.load("emma", tmp_path)
    (tmp_path / "emma.txt").write_text("Emma Woodhouse, handsome, clever, and poor")
    with pytest.raises(
        DataError, match=rf"emma\.txt: its sha256 is \w{{12}}… but 7c67b5985c6d… was recorded; {remedy}"
    ):
        novels.load("emma", tmp_path)
    with pytest.raises(ValueError, match=r"^no novel is named 'ulysses'; the novels are emma, "):
        novels.load("ulysses", tmp_path)


@pytest.mark.parametrize("problem", ["no apt-get", "another package"])
def test_what_cannot_be_fetched_is_told(tmp_path, monkeypatch, problem):
    """And nothing is written."""

    def run(command, cwd, check):
        if problem == "no apt-get":
            raise FileNotFoundError(2, "No such file or directory", "apt-get")
        (Path(cwd) / "x.deb").write_bytes(b"something else")

    monkeypatch.setattr(subprocess, "run", run)
    expected = {
        "no apt-get": "needs Debian's apt-get and dpkg-deb, R, and a network",
        "another package": "its sha256 is",
    }
    with pytest.raises(DataError, match=rf"^r-cran-janeaustenr=1\.0\.0-1: .*{expected[problem]}"):
        novels.fetch(tmp_path / "novels")
    assert not (tmp_path / "novels").exists()


# Training that continues


def test_a_training_that_was_stopped_goes_on_as_if_nothing_had_happened(tmp_path):
    """After its first pass: the same numbers to the last bit, and the time before counts."""
    text = novels.excerpt()[:2000]
    settings = replace(text_again.CHECK, every=5, stretch=200)
    whole, curve = text_again.learned(0, settings, text, text, runner.Keeper())

    class StoppedError(Exception):
        pass

    class Stopping(runner.Keeper):
        def keep(self, content):
            super().keep(content)
            raise StoppedError

    with pytest.raises(StoppedError):
        text_again.learned(0, settings, text, text, Stopping(tmp_path / "0.json"))
    keeper = runner.Keeper(tmp_path / "0.json")
    keeper.keep(keeper.kept() or b"")
    again, curve_again = text_again.learned(0, settings, text, text, keeper)
    assert curve_again == curve
    assert np.array_equal(again.cell.W_h, whole.cell.W_h)
    assert np.array_equal(again.readout.W_hy, whole.readout.W_hy)


def test_a_keeper_counts_the_time_before_an_interruption(tmp_path):
    """And keeps nothing where there is no place for it."""
    first = runner.Keeper(tmp_path / "0.json")
    first.start -= 100
    first.keep(b"content")
    second = runner.Keeper(tmp_path / "0.json")
    assert second.seconds < 50
    assert second.kept() == b"content"
    assert 100 <= second.seconds < 150
    nowhere = runner.Keeper(tmp_path / "no folder" / "0.json")
    nowhere(0.5)
    nowhere.keep(b"content")
    assert nowhere.kept() is None


# How good it is


def test_bits_are_the_logarithm_of_the_perplexity_of_each_stretch():
    """Each is read from a state of zeros; the character behind a stretch is predicted as well."""
    model, text = Generator.init(novels.ALPHABET, 5, RNG(0)), novels.excerpt()[:1300]
    found = text_again.bits(model, text, 600)  # longer than one piece of reading
    assert np.allclose(found, [np.log2(model.perplexity(text[k : k + 601])) for k in (0, 600)], rtol=1e-12)


def test_bits_of_counting_are_those_of_ngrams():
    """On the same stretches, from counts of the training text alone."""
    text, settings = novels.excerpt(), replace(text_again.CHECK, stretch=300, n=3)
    training, held_out = text[:3000], text[3000:3301]
    codes = [corpus.encode(part, novels.ALPHABET) for part in (training, held_out)]
    for n, found in text_again.counted(training, held_out, settings).items():
        counts = NGrams(codes[0], int(n), len(novels.ALPHABET))
        p = [counts.after(codes[1][:at])[codes[1][at]] for at in range(1, 301)]
        assert found == pytest.approx([-np.mean(np.log2(p))], rel=1e-12)


def test_the_longest_copy_is_found_wherever_it_stands():
    """Against all parts, tried one by one."""
    written, text = "abcabxyzzy", "zabca.xyz.bxy"
    parts = [written[i:j] for i in range(10) for j in range(i + 1, 11)]
    assert text_again.longest_copy(written, text) == max((p for p in parts if p in text), key=len) == "abca"


# Rounding


@pytest.mark.parametrize("bits", generator.MAX_WHOLE)
def test_no_weight_is_off_by_more_than_half_a_scale(bits):
    """Row by row; the largest of a row is kept, and a row of zeros stays one."""
    W = RNG(0).normal(size=(4, 7, 5)) * 10.0 ** RNG(1).integers(-5, 5, (4, 7, 1))
    W[0, 0] = 0
    q, scale = generator.rounded(W, bits)
    again = generator.unrounded(q, scale)
    assert np.abs(q).max() == generator.MAX_WHOLE[bits]
    assert (np.abs(again - W) <= scale[..., None] * (0.5 + 1e-6)).all()
    assert np.allclose(np.abs(again).max(axis=-1), np.abs(W).max(axis=-1), rtol=1e-6)


def test_a_file_of_8_bits_holds_the_rounded_network(tmp_path, small):
    """The weights to the last bit, the biases in half precision; it is half as large as one in half precision."""
    file = tmp_path / "small.safetensors"
    file.write_bytes(generator.dump(small, bits=8))
    loaded, expected = generator.load(file), generator.quantised(small, 8)
    assert type(loaded.cell) is type(small.cell)
    for part in ("cell", "readout"):
        for name, array in vars(getattr(expected, part)).items():
            exact = name.startswith("W_")
            assert np.allclose(vars(getattr(loaded, part))[name], array, rtol=0 if exact else 2**-11, atol=0)
    assert generator.load(file).alphabet == small.alphabet


# Where a prediction comes from


def test_gradients_are_those_of_the_complex_step(small):
    """Of the logarithm of the probability, at every input of every text of a batch; zero behind the prediction."""
    rng = RNG(2)
    V, (T, B) = len(small.alphabet), (5, 3)
    codes, following, at = rng.integers(0, V, (T, B)), rng.integers(0, V, B), np.array([4, 2, 0])
    found = saliency.gradients(small, codes, following, at)
    kind = type(small.cell)
    cell = kind(**{name: array.astype(complex) for name, array in vars(small.cell).items()})
    x = np.eye(V)[codes].astype(complex)
    for t, b, k in np.ndindex(T, B, V):
        moved = x.copy()
        moved[t, b, k] += 1e-30j
        y = cell.forward(moved).h[at[b] + 1, b] @ small.readout.W_hy.T + small.readout.b_y
        log_p = y[following[b]] - np.log(np.exp(y).sum())
        assert found[t, b, k] == pytest.approx(log_p.imag / 1e-30, rel=1e-10, abs=1e-14)


def test_strengths_are_lengths_of_gradients_one_row_a_prediction(small):
    """A triangle; and the mean by distance is that of its last row over stretches."""
    text = 'ab "a\nba a"'
    codes = corpus.encode(text, small.alphabet)
    found = saliency.strengths(small, text)
    assert found.shape == (10, 10)
    assert not np.triu(found, 1).any()
    for t in range(10):
        plain = saliency.gradients(small, codes[: t + 1, None], codes[[t + 1]], np.array([t]))[:, 0]
        assert np.allclose(found[t, : t + 1], np.sqrt((plain**2).sum(axis=1)), rtol=1e-12)
    by_distance = saliency.by_distance(small, text, T=4, B=2)
    last = [saliency.strengths(small, text[k : k + 5])[-1] for k in (0, 6)]
    assert np.allclose(by_distance, np.mean(last, axis=0)[::-1], rtol=1e-12)


def test_probabilities_are_those_that_the_network_gives_while_it_reads(small):
    """One character after the other."""
    text, found = 'ab "a', saliency.probabilities(small, 'ab "a')
    for t in range(1, 5):
        y, _ = small.read(text[:t])
        assert found[t - 1] == pytest.approx(softmax(y)[small.alphabet.index(text[t])], rel=1e-12)


# What a unit says


def test_a_quotation_begins_at_its_first_mark_and_ends_before_its_second():
    """Or at an empty line, after which a speech that continues opens it again."""
    inside = units.in_quotes('He: "No." So.\n"Yes,\n\n"yes," he')
    assert "".join(">" if value else "." for value in inside) == "....>>>>......>>>>>>.>>>>>...."


def test_a_name_is_a_word_that_begins_with_a_capital():
    """From its first letter to its last; what is not a letter ends it."""
    text = "Mr. Ben's dog, Rex!"
    assert "".join(">" if value else "." for value in units.in_names(text)) == ">>..>>>........>>>."
    assert units.letters_read(text).tolist() == [1, 2, 0, 0, 1, 2, 3, 0, 1, 0, 1, 2, 3, 0, 0, 1, 2, 3, 0]


def test_columns_count_from_one_in_each_line():
    """And are 0 at its end."""
    assert units.columns("ab\n\nc").tolist() == [1, 2, 0, 0, 1]


def test_balanced_accuracy_counts_both_kinds_alike():
    """However rare one is; where one is missing, the other alone."""
    true = np.array([True, False, False, False])
    assert units.balanced(np.array([True, False, False, True]), true) == (1 + 2 / 3) / 2
    assert units.balanced(np.ones(4, bool), true) == 0.5
    assert units.balanced(np.array([True, False]), np.array([True, True])) == 0.5


@pytest.mark.parametrize("side", [1, -1])
def test_a_threshold_is_the_best_of_all(side):
    """Against every cut between two values, on either side."""
    rng = RNG(3)
    h = rng.normal(size=40)
    true = side * h + 0.5 * rng.normal(size=40) > 0.8
    cut = units.threshold(h, true)
    assert cut[1] == side
    every = [(h - value) * s > 0 for value in np.append(h + 1e-9, -9) for s in (1, -1)]
    assert units.balanced(units.told(h, cut), true) == max(units.balanced(told, true) for told in every)


def test_a_lookup_gives_the_mean_after_the_same_characters():
    """And the mean of all after others."""
    values, counts = np.array([1.0, 2.0, 3.0, 4.0, 6.0]), np.array([True, True, False, True, True])
    found = units.Lookup("abcab", values, counts, 2)
    assert found.of("xabxbc").tolist() == pytest.approx([3.25, 3.25, 4, 3.25, 3.25, 3.25])
