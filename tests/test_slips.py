"""Slips made in written-out gradients: the gradients are right without them, and the damage is what the record says."""

import numpy as np
import pytest

from rnn_notes import slips
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.experiments import slips as experiment
from rnn_notes.readout import Readout, cross_entropy
from rnn_notes.slips import damage
from rnn_notes.slips.passes import PASSES

MADE = {slip["title"]: slip for slip in slips.load() if "changes" in slip}


def drawn(name, T=4, seed=3):
    """A random network of a kind, and T random letters with their classes."""
    rng = np.random.default_rng(seed)
    p = damage.drawn(name, rng, 0.7)
    return p, np.eye(damage.V)[rng.integers(0, damage.V, T + 1)], rng.integers(0, damage.V, T + 1)


@pytest.mark.parametrize("name", PASSES)
def test_each_gradient_without_a_slip_is_the_derivative_of_its_loss(name):
    """The complex step through the loss says the same, to rounding."""
    p, x, k = drawn(name)
    assert damage.flat(PASSES[name](p, x, k)[1]) == pytest.approx(
        damage.true_gradient(PASSES[name], p, x, k), abs=1e-13
    )


def gates(p, letter, names):
    """The arrays of some gates, stacked as in a cell."""
    return np.stack([vars(p)[letter.format(name)] for name in names])


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("rnn", lambda p: RNN(p.W_xh, p.W_hh, p.b_h)),
        ("lstm", lambda p: LSTM(*(gates(p, letter, "ifon") for letter in ("W_x{}", "W_h{}", "b_{}")))),
        ("gru", lambda p: GRU(*(gates(p, letter, "rzn") for letter in ("W_x{}", "W_h{}", "b_{}")), p.b_hn)),
    ],
)
def test_the_networks_are_those_of_the_package(name, cell):
    """Same weights, same loss."""
    p, x, k = drawn(name)
    h = cell(p).forward(x[1:, None]).h[1:]
    loss, _ = cross_entropy(Readout(p.W_hy, p.b_y).forward(h), k[1:, None])
    assert PASSES[name](p, x, k)[0] == pytest.approx(loss)


@pytest.mark.parametrize("title", MADE)
def test_a_slip_is_made_in_the_code_and_can_be_seen(title):
    """At five steps the gradient is no longer that of the unchanged function, whether a check of it finds it or not."""
    name, changes = MADE[title]["network"], MADE[title]["changes"]
    p, x, k = drawn(name, T=5)
    right, wrong = (damage.flat(function(p, x, k)[1]) for function in (PASSES[name], damage.changed(name, changes)))
    assert np.linalg.norm(wrong - right) > 1e-4 * np.linalg.norm(right)


def test_a_line_that_is_not_there_once_is_an_error():
    """A slip whose line was edited away would measure nothing."""
    with pytest.raises(ValueError, match="lstm has the line 'dc = dh' 0 times; give a whole line that it has once"):
        damage.changed("lstm", [("dc = dh", "dc = 0")])


def test_a_changed_network_is_compared_with_its_own_derivative():
    """With the wrong network and the right gradient of that network, a check sees nothing; else it does."""
    forward, *backward = MADE["A sum for a product"]["changes"]
    assert damage.beside_the_truth("lstm", [forward, *backward], 2, 0) == pytest.approx((1, 0))
    cosine, off = damage.beside_the_truth("lstm", [forward], 2, 0)
    assert cosine < 0.99
    assert off > 0.1


def test_a_gradient_of_twice_the_length_has_a_cosine_of_one_and_is_off_by_all_of_it():
    """The two numbers say different things."""
    twice = [("dy = q[t] - one_hot[k[t]]", "dy = 2 * (q[t] - one_hot[k[t]])")]
    assert damage.beside_the_truth("rnn", twice, 3, 0) == pytest.approx((1, 1))


def test_the_best_without_memory_is_what_counting_pairs_of_the_cycle_gives():
    """Each letter predicts what followed it, as often as it did."""
    after = np.zeros((damage.V, damage.V))
    np.add.at(after, (damage.CYCLE, np.roll(damage.CYCLE, -1)), 1)
    p = after / after.sum(axis=1, keepdims=True)
    losses = -np.log(p[damage.CYCLE, np.roll(damage.CYCLE, -1)])
    assert np.mean(losses) == pytest.approx(damage.WITHOUT_MEMORY)


def test_a_right_network_learns_the_cycle_and_a_sign_that_is_turned_unlearns_it():
    """From the same beginning, one loss falls below what is possible without memory, the other rises."""
    turned = [("dy = q[t] - one_hot[k[t]]", "dy = one_hot[k[t]] - q[t]")]
    right, wrong = damage.learning("rnn", [], 100, 0), damage.learning("rnn", turned, 100, 0)
    assert right[0] == wrong[0]
    assert right[-1] < damage.WITHOUT_MEMORY < right[0] < wrong[-1]


@pytest.mark.slow
def test_the_record_has_every_slip_and_its_first_seed_can_be_repeated():
    """What is recorded is what the code of today finds; a slip that was added or changed is run again."""
    record = experiment.record()
    assert record.runs[0].keys() - {"seed", "seconds"} == {"right", *experiment.data()}
    lengths = record.settings["lengths"]
    for title in ("A power inside a product", "One name for two things", experiment.ALL_SEVEN):
        name, changes = experiment.data()[title]
        again = [damage.beside_the_truth(name, changes, T, 0) for T in lengths]
        recorded = record.runs[0][title]
        assert [list(pair) for pair in zip(*again, strict=True)] == [
            pytest.approx(recorded["cosine"]),
            pytest.approx(recorded["off"]),
        ]
    end = damage.learning(*experiment.data()[experiment.ALL_SEVEN], record.settings["steps"], 0)[-1]
    # each processor rounds in its own way, and 300 steps along a wrong gradient make two hundredths of that
    assert end == pytest.approx(record.runs[0][experiment.ALL_SEVEN]["loss"], rel=0.05)


def test_what_a_gradient_check_sees_depends_on_the_number_of_steps():
    """Facts of the page: paths are seen from two or three steps on, changed networks never."""
    visible = {title: experiment.found(title).visible for title in MADE}
    assert visible["The slope of an open gate"] == 1
    assert visible["A function for its derivative"] == visible["Nothing is carried back"] == 2
    assert visible["One name for two things"] == 2
    assert visible["The earliest factor on the left"] == visible["A power inside a product"] == 3
    assert visible["A gate that is squashed twice"] is visible["New and old exchanged"] is None


def test_seven_slips_at_once_still_point_downhill_and_teach_no_memory():
    """Of every network the cosine is positive at every length; the best ends above all that learned without a slip."""
    cost = experiment.found(experiment.ALL_SEVEN)
    assert len(slips.seven()) == 7
    assert all(0.88 < cosine < 0.98 for cosine in cost.cosine.values())
    assert all(lowest > 0.5 for lowest in cost.lowest.values())
    assert cost.right[-1] < 0.1 < 0.3 < cost.loss[0]
