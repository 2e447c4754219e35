"""The networks that stand for a run have nothing in common but its formulas."""

from itertools import combinations, combinations_with_replacement, permutations, product

import numpy as np
import pytest

from rnn_notes.checks import draw, judge
from rnn_notes.runs import RUNS

BY_NAME = {run.name: run for run in RUNS}
LETTERS = ("T", "B", "D", "H", "O")
SIZES = np.array([(T, *others[:4]) for T, others in zip(draw.STEPS, draw.SIZES, strict=True)])


def monomials():
    """All products of at most two sizes, 1 among them, in every network of the family: (21, 7)."""
    columns = [np.ones(len(SIZES), int), *SIZES.T]
    return np.array([a * b for a, b in combinations_with_replacement(columns, 2)])


@pytest.mark.parametrize(("terms", "largest"), [(1, 30), (2, 12), (3, 3)])
def test_no_relation_of_sizes_holds_in_all_networks(terms, largest):
    """By brute force: no sum of up to twice so many products of sizes, with coefficients up to the largest, is zero."""
    table = monomials()
    coefficients = np.array(list(product([c for c in range(-largest, largest + 1) if c], repeat=terms)))
    sums = {}
    for chosen in combinations(range(len(table)), terms):
        for value in map(bytes, coefficients @ table[list(chosen)]):
            assert sums.setdefault(value, chosen) == chosen  # c·m = c'·m' is a relation of up to twice so many terms
    assert bytes(np.zeros(len(SIZES), int)) not in sums


def test_two_sizes_stand_in_either_order_and_differ():
    """Whichever two sizes are compared, some network has the first larger; none has one size twice, or a size of 1."""
    for a, b in permutations(SIZES.T, 2):
        assert (a < b).any()
    assert SIZES.min() >= 2
    assert all(len({T, *others}) == 1 + len(others) for T, others in zip(draw.STEPS, draw.SIZES, strict=True))
    assert len(SIZES) >= 5
    assert min(draw.STEPS) >= 5


@pytest.mark.parametrize("name", BY_NAME)
def test_every_array_is_generic(name):
    """No number is zero unless it was drawn so, no matrix is symmetric, no two arrays have the same norm."""
    run = BY_NAME[name]
    for network in run.family:
        arrays = {place: array[0] for place, array in network.arrays.items() if place[0] not in run.draw}
        norms = [np.linalg.norm(array) for array in arrays.values()]
        assert min(abs(a - b) / (a + b) for a, b in combinations(norms, 2)) > 1e-6
        for array in arrays.values():
            assert (array != 0).all()
            assert array.shape[0] != array.shape[1] or array.size == 1 or not np.allclose(array, array.T, rtol=0.1)


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru", "linear"])
def test_recurrent_weights_lie_on_both_sides_of_one(name):
    """Some networks forget and others explode, each array by itself."""
    run = BY_NAME[name]
    for symbol in (s for s, shape in run.parameters.items() if shape == "H H" and s != "I"):
        norms = [np.linalg.norm(network.arrays[symbol, None][0], 2) for network in run.family]
        assert min(norms) < 1 < max(norms)
        assert max(norms) > 2 * min(norms)


@pytest.mark.parametrize(("name", "gates", "states"), [("lstm", "ifo", "c"), ("gru", "rz", "h"), ("rnn", "", "h")])
def test_gates_and_states_go_from_one_end_to_the_other(name, gates, states):
    """Gates from nearly closed to nearly open, states of both signs and beyond 1."""
    values = {}
    for network in BY_NAME[name].family:
        for (symbol, _), value in network.values.items():
            values.setdefault(symbol, []).extend(value[0].ravel().real)
    for gate in gates:
        assert min(values[gate]) < 0.05
        assert max(values[gate]) > 0.95
    for state in states:
        assert min(values[state]) < -1
        assert max(values[state]) > 1


@pytest.mark.parametrize(
    ("mark", "display"),
    [
        ("rnn", "B = 1"),
        ("rnn", r"\log(B) = 0"),
        ("rnn", r"L = B^2 \sum_{t=1}^{T} L_t"),
        ("rnn", r"h_t = \tanh(a_t) + (B - 1) h_{t-1}"),
        ("lecture", "D - 1 = H"),
        ("rnn", "2 D + 2 H = 16 - 4 (O - 2)"),
        ("rnn", "H < T"),
        ("rnn", "(T - D) (T - H) = 3"),
        ("shapes layers", r"W_1 \in \mathbb{R}^{H \times (H + O)}"),
        ("lstm", r"\lVert W_{hi} \rVert = \lVert W_{hf} \rVert"),
        ("lecture", r"h_1 = \tanh(W_{xh} x_1 - W_{hh} h_0 + b_h)"),
        ("lecture", r"h_1 - \tanh(W_{xh} x_1 - W_{hh} h_0 + b_h) = 0"),
        ("lecture", r"W_{hh}^2 h_0 = W_{hh} h_0"),
        ("rnn", r"W_{hh}^\top W_{hh} = W_{hh} W_{hh}^\top"),
        ("lstm", r"c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t \odot \tilde{c}_t"),
    ],
)
def test_what_holds_of_special_networks_alone_is_not_accepted(mark, display):
    """Sizes, norms and zeros of a single network prove nothing."""
    assert judge(display, mark).outcome in ("fails", "refused")
