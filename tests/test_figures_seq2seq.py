"""The numbers behind the figures on encoders and decoders."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_hex

from rnn_notes import figures
from rnn_notes.experiments import recorded, reversal
from rnn_notes.figures import seq2seq, style


def test_the_shares_are_those_of_the_record_seed_by_seed():
    """Read once more, run by run."""
    runs = recorded("reversal").runs
    for H, (trained, given) in itertools.product((16, 32), seq2seq.FED):
        expected = [run["fed"][str(H)][trained][given] for run in runs]
        assert seq2seq.by_place(H, trained, given).tolist() == expected
    for kind in reversal.KINDS:
        expected = [[run["lengths"][kind][T]["own"] for T in ("2", "4", "8", "16")] for run in runs]
        assert seq2seq.by_length(kind).tolist() == expected


def curves(axes):
    """The lines with a label, by it: their heights."""
    return {line.get_label(): line.get_ydata() for line in axes.lines if not line.get_label().startswith("_")}


def test_the_curves_are_means_over_the_seeds():
    """Of both figures, in per cent; and each has a line at one in seven and a stroke for each seed."""
    (longer,) = figures.draw("longer-and-longer").axes
    fed = figures.draw("fed-with-its-own-output").axes
    for kind, heights in curves(longer).items():
        np.testing.assert_allclose(heights, 100 * seq2seq.by_length(kind).mean(axis=0))
    assert list(curves(longer)) == list(reversal.KINDS)
    for axes, H in zip(fed, (16, 32), strict=True):
        found = curves(axes)
        for trained, given in seq2seq.FED:
            label = f"trained on {seq2seq.NAMES[trained]}, given {seq2seq.NAMES[given]}"
            np.testing.assert_allclose(found.pop(label), 100 * seq2seq.by_place(H, trained, given).mean(axis=0))
        assert not found
    for axes in (longer, *fed):
        assert axes.lines[-1].get_ydata()[0] == pytest.approx(100 / 7)
        assert sum(line.get_marker() == "_" for line in axes.lines) == 5 * len(curves(axes))


def test_what_is_written_is_what_was_read_in_reverse_and_is_given_one_step_later():
    """By the labels of the nodes, column by column."""
    texts = [t for t in figures.draw("encoder-and-decoder").axes[0].texts if len(t.get_text()) == 1]
    rows = {y: [t.get_text() for t in texts if t.get_position()[1] == y] for y in {t.get_position()[1] for t in texts}}
    (low, below), (_, above) = sorted(rows.items())
    assert below == ["3", "1", "4", "0", "4", "1", "3"]
    assert above == ["4", "1", "3", "0"]
    assert low < 100


@pytest.mark.slow
def test_a_beam_of_two_keeps_both_texts_and_the_other_overtakes():
    """A beam written out: the texts of the figure are what it keeps at each step, with these probabilities."""
    greedy, beam = seq2seq.texts()["greedy"], seq2seq.texts()["beam"]
    model = reversal.new(8, False, np.random.default_rng([0, 0]))
    model = reversal.trained(model, 4, reversal.SETTINGS, np.random.default_rng([0, 1]))
    read = reversal.one_hot(np.array([[5], [6], [5], [2]]))
    kept = [[]]
    for n in range(5):
        given = reversal.one_hot(np.array([[0, *text] for text in kept]).T)  # (n + 1, 1 or 2, 8)
        y = model.forward(np.repeat(read, len(kept), axis=1), given).y
        p = np.exp(y) / np.exp(y).sum(axis=-1, keepdims=True)
        before = [np.prod([p[t, b, k] for t, k in enumerate(text)]) for b, text in enumerate(kept)]
        following = [(before[b] * p[n, b, k], [*text, k]) for b, text in enumerate(kept) for k in range(8)]
        following.sort(reverse=True)
        kept = [text for _, text in following[:2]]
        found = {tuple(text): probability for probability, text in following[:2]}
        for text in (greedy, beam):
            assert found[tuple(k for k, _ in text[: n + 1])] == pytest.approx(text[n][1])
    assert [p > q for (_, p), (_, q) in zip(beam, greedy, strict=True)] == [False, False, True, True, True]


@pytest.mark.slow
def test_the_text_of_the_beam_is_lit():
    """In purple, with its probabilities; that of greedy search is not."""
    axes = figures.draw("greedy-and-beam").axes[0]
    numbers = {t.get_text(): to_hex(t.get_color()) for t in axes.texts if "." in t.get_text()}
    for name, colour in (("greedy", "ink"), ("beam", "y")):
        for _, p in seq2seq.texts()[name]:
            assert numbers.pop(f"{p:.3f}") == style.COLOURS[colour]
    assert not numbers
