"""The numbers behind the figures on training, which the package computes once more, are those the pages print."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_hex

from rnn_notes import figures
from rnn_notes.figures import style, surface, training


def lines(name, axes=0):
    """The lines of a figure by colour, each as its points (n, 2), those with a single point left out."""
    found = {}
    for line in figures.draw(name).axes[axes].lines:
        if len(line.get_xydata()) > 1:
            found.setdefault(to_hex(line.get_color()), []).append(line.get_xydata())
    return found


def test_a_walk_goes_against_the_slopes_of_the_surface():
    """Each step is the rate times the slope, which is measured here by differences of the height."""
    path = training.walk(0.1, 20)
    for (x, y), after in pairwise(path):
        slopes = [
            (surface.height(x + dx, y + dy) - surface.height(x - dx, y - dy)) / 2e-6
            for dx, dy in ((1e-6, 0), (0, 1e-6))
        ]
        assert after == pytest.approx(np.array([x, y]) - 0.1 * np.array(slopes), abs=1e-8)


def test_three_rates_shows_a_slow_walk_one_that_arrives_and_one_that_leaves():
    """After sixty steps the first is still above the bottom, the second at it; the third leaves it at once."""
    drawn = lines("three-rates")
    slow, right, thrown = (drawn[style.COLOURS[name]][0] for name in training.WALKS.values())
    assert [len(path) for path in (slow, right, thrown)] == [61, 61, 3]
    ends = [float(surface.height(*path[-1])) for path in (slow, right, thrown)]
    assert -0.1 < ends[0] < 0.5
    assert ends[1] == pytest.approx(-1, abs=1e-3)
    assert ends[2] > 40
    assert (np.diff(np.abs(thrown[:, 1] - np.cos(thrown[:, 0]))) > 0).all()


def test_learning_curves_are_those_of_the_loop_on_the_page():
    """Perplexities of the page's table, and the passes at which the unseen text is best."""
    adam, plain = training.curves("Adam"), training.curves("plain steps")
    assert adam[:, [4, 19, 39], 0].mean(axis=0).round(2).tolist() == [11.04, 3.59, 2.10]
    assert adam[:, [4, 9, 39], 1].mean(axis=0).round(2).tolist() == [13.37, 10.82, 18.97]
    assert (adam[:, :, 1].argmin(axis=1) + 1).tolist() == [11, 9, 13]
    assert plain[:, 19, 0].mean().round(2) == 6.40
    assert (adam[:, 39, 0] < plain[:, 39, 0]).all()
    assert (adam[:, :, 1].argmin(axis=1) < plain[:, :, 1].argmin(axis=1)).all()
    drawn = lines("learning-curves")
    assert [curve[:, 1].tolist() for curve in drawn[style.COLOURS["c"]]] == [
        curve[:, column].tolist() for curve in adam for column in (0, 1)
    ]


def test_counting_pairs_lies_between_single_characters_and_triples():
    """As on the page, and a network that stops in time is better than pairs, and worse than triples."""
    counted = [training.counted(n) for n in (1, 2, 3, 4)]
    assert np.round(counted, 1).tolist() == [21.8, 11.7, 8.4, 7.9]
    best = training.curves("Adam")[:, :, 1].min(axis=1)
    assert (best < counted[1]).all()
    assert (best > counted[2]).all()


def test_where_units_saturate_learning_fails():
    """From each start: the share only grows, and the loss is below that of counting up to 3, and above it from 7 on."""
    for seed in range(training.SEEDS):
        shares, losses = training.by_factor(seed)
        assert (np.diff(shares) >= 0).all()
        by_loss = dict(zip(training.FACTORS, losses > training.counting_loss(), strict=True))
        assert [by_loss[factor] for factor in (0.1, 0.3, 1, 2, 3, 7, 10)] == [False] * 5 + [True] * 2
    shares, _ = training.by_factor(0)
    assert (100 * shares[[2, 4, 6, 8]]).round().tolist() == [0, 3, 28, 62]


def test_broken_loops_have_the_losses_that_the_page_prints():
    """In the first step, in the third pass and, where rounding does not decide, in the tenth."""
    found = {slip: np.array([training.broken(slip, seed) for seed in range(3)]) for slip in training.SLIPS}
    assert {slip: losses[0, 0].round(2) for slip, losses in found.items()} == {
        "right": 4.14, "no later": 4.14, "not shifted": 4.13, "summed": 4.14, "large start": 9.64, "uphill": 4.14,
    }  # fmt: skip
    third = {slip: losses[0, 3].round(2) for slip, losses in found.items() if slip != "large start"}
    assert third == {"right": 2.85, "no later": 2.89, "not shifted": 1.12, "summed": 3.65, "uphill": 268.07}
    assert found["right"][:, 10].mean().round(2) == 2.28
    assert found["no later"][:, 10].mean().round(2) == 2.37
    assert found["no later"][:, 10].min() > found["right"][:, 10].max()
    assert found["large start"][:, :3].min() > np.log(len(training.data()[2]))


def test_broken_loops_draws_three_starts_of_each():
    """Eighteen curves; the one that leaves does so in the first pass."""
    drawn = lines("broken-loops")
    for slip, colour in training.SLIPS.items():
        curves = drawn[style.COLOURS[colour]]
        assert [curve[:, 1].tolist() for curve in curves] == [training.broken(slip, n).tolist() for n in range(3)]
    top = figures.draw("broken-loops").axes[0].get_ylim()[1]
    assert all(curve[1, 1] > top for curve in drawn[style.COLOURS["grad"]])
