"""The numbers behind the figures on what lies beyond the plain cell."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from rnn_notes import dropout, figures, parameters
from rnn_notes import scan as scans
from rnn_notes.experiments import recorded
from rnn_notes.figures import attention, deep, lengths, revival, scan, style


def test_only_a_batch_reversed_sequence_by_sequence_begins_with_the_ends():
    """Written out by hand: three sequences of 5, 2 and 3 steps."""
    padded, flipped, turned = (batch.tolist() for batch in lengths.batches())
    assert padded == [[1, 2, 3, 4, 5], [1, 2, 0, 0, 0], [1, 2, 3, 0, 0]]
    assert flipped == [[5, 4, 3, 2, 1], [0, 0, 0, 2, 1], [0, 0, 3, 2, 1]]
    assert turned == [[5, 4, 3, 2, 1], [2, 1, 0, 0, 0], [3, 2, 1, 0, 0]]


def test_the_padded_batch_frames_the_true_ends():
    """Three frames in each of the two batches that are right, at the fifth, second and third step."""
    axes = figures.draw("padded-batch").axes[0]
    frames = [p for p in axes.patches if to_hex(p.get_edgecolor()) == style.COLOURS["h"]]
    steps = [round((p.get_x() - lengths.LEFT) / lengths.CELL[0]) + 1 for p in frames]
    assert steps == [5, 2, 3] * 2
    shown = [t.get_text() for t in axes.texts if t.get_text() == "0" or t.get_text().startswith("$x")]
    expected = [f"$x_{n}$" if n else "0" for batch in lengths.batches() for n in np.ravel(batch)]
    assert shown == expected


CURVES = {f"{title}, {n}": curve for title, curves in deep.PANELS.items() for n, curve in enumerate(curves)}


@pytest.mark.parametrize("name", CURVES)
def test_the_norms_over_two_hundred_steps_are_those_of_runs_from_each_step_on(name):
    """One run at a time, of the last seed, at some of the distances; without dropout through the plain cell."""
    curve = CURVES[name]
    rng = np.random.default_rng(deep.SEEDS - 1)
    x, w = 0.3 * rng.standard_normal((200, 1, 1)), rng.standard_normal(32)
    w /= np.linalg.norm(w)
    layer = curve.layer(rng)
    m = dropout.mask(rng, (1 if curve.edge == "each sequence" else 200, 1, 32), 0.5) * np.ones((200, 1, 1))
    for back in (10, 100, 180):
        t, dh = 200 - back, np.zeros((back, 1, 32))
        dh[-1] = w
        if curve.edge.startswith("each"):
            (h,) = dropout.along_time(layer, x[:t], m[:t]).last
            d = w[None]
            for n, h_t in reversed(list(enumerate(dropout.along_time(layer, x[t:], m[t:], h).h[1:], start=t))):
                d = m[n] * (((1 - h_t**2) * d) @ layer.W_hh)
            expected = np.linalg.norm(d)
        else:
            early, late = ({"drop": [m[part]]} if curve.edge else {} for part in (slice(t), slice(t, None)))
            trace = layer.forward(x[t:], *layer.forward(x[:t], **early).last, **late)
            expected = parameters.global_norm(layer.backward(trace, dh)[2:])
        np.testing.assert_allclose(deep.measured(curve)[-1, back // 10], expected, rtol=1e-6)


def test_the_panels_show_what_the_page_says():
    """Each curve begins at 1; the medians after 180 steps are in the order that the page tells."""
    drawn = figures.draw("two-hundred-steps").axes
    assert [ax.get_title() for ax in drawn] == list(deep.PANELS)
    last = {}
    for ax, (title, curves) in zip(drawn, deep.PANELS.items(), strict=True):
        for line, curve in zip(ax.lines, curves, strict=True):
            found = deep.measured(curve)
            assert (found[:, 0] == 1).all()
            np.testing.assert_allclose(line.get_ydata(), np.median(found, axis=0), rtol=1e-15)
            last.setdefault(title, []).append(line.get_ydata()[18])
    assert last["three layers"][0] < last["three layers"][1] < 1e-30
    assert last["forget bias"] == sorted(last["forget bias"])
    assert 1e-10 < last["orthogonal start"][1] < 1e-6 < 1e-2 < last["identity start"][1] < 1
    assert sum(deep.measured(deep.PANELS["layer norm"][2])[:, 18] > 1e-5) == 4
    assert 0.1 < last["dropout between layers"][1] / last["dropout between layers"][0] < 10
    assert last["dropout, each step anew"][1] > 1e3 * last["dropout, one mask"][1] > 1e4 * last["orthogonal start"][1]


def test_the_way_between_layers_meets_two_masks_and_along_time_one_a_step():
    """The edges of the way are edges, and the dots lie on all that are masked."""
    assert {*deep.way()} < {*deep.edges()}
    for along_time, met in ((False, 2), (True, deep.STEPS - 1)):
        assert sum(deep.masked(start, end, along_time) for start, end in deep.way()) == met
    dots = [
        p for p in figures.draw("dropout-edges").axes[0].patches if to_hex(p.get_facecolor()) == style.COLOURS["ink"]
    ]
    assert len(dots) == sum(deep.masked(*edge, along) for edge in deep.edges() for along in (False, True))


def test_the_alignment_is_that_of_a_network_that_has_learned_to_reverse():
    """It writes what it has read, in reverse; the weights of each row have the sum 1, and the largest go backwards."""
    read, written, weights = attention.alignment()
    assert (written == read[::-1]).mean() > 0.8
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-12)
    looks = weights.argmax(axis=1)
    assert np.corrcoef(looks, np.arange(8))[0, 1] < -0.9


def test_the_alignment_is_drawn_with_its_weights():
    """Each cell is as blue as its weight, to a step of the tint."""
    axes = figures.draw("attention-alignment").axes[0]
    drawn = [to_hex(p.get_facecolor()) for p in axes.patches]
    assert drawn == [style.tint("h", 95 * float(w)) for w in np.ravel(attention.alignment()[2])]


def test_the_tree_of_the_scan_finds_every_state():
    """Each block combined of its two halves, which rounds before have made; those from the beginning are the loop's."""
    rng = np.random.default_rng(0)
    a, b = rng.uniform(-1, 1, (2, 8, 1, 1))
    steps = {(n, n): (a[n - 1], b[n - 1]) for n in range(1, 9)}
    rounds = {}
    for row, block, halves in scan.tree():
        assert all(rounds[half] < row for half in halves)
        rounds[block] = row
        if halves:
            steps[block] = scans.combine(*(steps[half] for half in halves))
    h = scans.loop(a, b, np.zeros((1, 1)))
    for end in range(1, 9):
        np.testing.assert_allclose(steps[1, end][1], h[end], rtol=0, atol=1e-15)
    assert max(rounds.values()) == 5
    texts = [t.get_text() for t in figures.draw("scan-tree").axes[0].texts]
    assert sorted(texts) == sorted(str(e) if b == e else f"{b}–{e}" for b, e in rounds)


def test_on_ones_a_positive_factor_goes_one_way_and_minus_one_to_and_fro():
    """By a plain loop; full dots, where the number of ones is odd, are where the state is 1 in the right panel."""
    for a, candidate in [(0.3, 1), (0.6, 1), (0.9, 1), (-1, 0.5)]:
        h = [0.0]
        for _ in range(12):
            h.append(a * h[-1] + (1 - a) * candidate)
        np.testing.assert_allclose(revival.on_ones(a), h, rtol=0, atol=1e-14)
        assert (np.diff(h) > 0).all() == (a > 0)
    axes = figures.draw("one-way").axes
    assert [len(ax.lines) for ax in axes] == [9, 3]
    line, odd, even = axes[1].lines
    assert odd.get_ydata().tolist() == [1.0] * 6
    assert even.get_ydata().tolist() == [0.0] * 7
    assert line.get_ydata().tolist() == [0.0, 1.0] * 6 + [0.0]


@pytest.mark.parametrize(
    ("name", "of", "x"), [("parity-by-length", revival.parity, "lengths"), ("echo-by-lag", revival.echo, "lags")]
)
def test_the_tasks_of_the_revival_are_drawn_seed_by_seed_with_their_means(name, of, x):
    """Of four cells, in per cent, as recorded; and the line of guessing."""
    experiment = name.partition("-")[0]
    ax, record = figures.draw(name).axes[0], recorded(experiment)
    *drawn, guess = [line for line in ax.lines if len(line.get_xdata()) != 2 or line.get_ydata()[0] == 50]
    assert set(guess.get_ydata()) == {50}
    names = [line.get_label() for line in drawn if not line.get_label().startswith("_")]
    assert len(names) == 4
    seeds = len(record.runs)
    for n, cell in enumerate(names):
        lines = drawn[n * (seeds + 1) : (n + 1) * (seeds + 1)]
        assert all(list(line.get_xdata()) == record.settings[x] for line in lines)
        shares = [run[cell] for run in record.runs]
        np.testing.assert_allclose([line.get_ydata() for line in lines[:-1]], 100 * np.array(shares), rtol=1e-12)
        np.testing.assert_allclose(lines[-1].get_ydata(), 100 * np.mean(shares, axis=0), rtol=1e-12)
        np.testing.assert_array_equal(of(cell), shares)
