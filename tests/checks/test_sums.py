"""Sums and products in a chain: their index is a value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes.checks.verdicts import judge

GENERAL = [
    r"\sum_{k=1}^{n} k = \frac{n (n + 1)}{2}",
    r"\sum_{k=1}^{n} k^3 = \left( \sum_{k=1}^{n} k \right)^2",
    r"\sum_{k=0}^{n} x^k = \frac{1 - x^{n + 1}}{1 - x}, \quad x \ne 1",
    r"\sum_{k=1}^{n} 2^k = 2^{n + 1} - 2",
]
EXPANDED = [
    r"\sum_{k=1}^{n} (a x_k + b) = a \sum_{k=1}^{n} x_k + n b",
    r"\prod_{k=1}^{n} e^{x_k} = e^{\sum_{k=1}^{n} x_k}",
    r"\sum_{k=1}^{n} (x_k - m)^2 = \sum_{k=1}^{n} x_k^2 - 2 m \sum_{k=1}^{n} x_k + n m^2",
    r"\left( \sum_{k=1}^{n} x_k \right)^2 = \sum_{i=1}^{n} \sum_{j=1}^{n} x_i x_j",
]
WITHOUT_BOUNDS = [
    r"c \sum_i x_i = \sum_i c x_i, \quad \sum_i \sum_j x_i y_j = \left( \sum_i x_i \right) \left( \sum_j y_j \right)",
    r"\sum_i p_i (x_i - m) = \sum_{k=1}^{n} p_k x_k - m \sum_k p_k",
    r"\frac{\partial}{\partial x_j} \sum_i x_i^2 = 2 x_j, \quad \sum_{i, j} a_{i,j} = \sum_j \sum_i a_{i,j}",
    r"\sum_i (a x^{(i)} - y^{(i)})^2 = \sum_i (y^{(i)} - a x^{(i)})^2",
    r"\sum_{i,j} x_j^{(i)} = \sum_{j,i} x_j^{(i)}",
    r"\sum_j w_{ij} (x_j + y_j) = \sum_j w_{ij} x_j + \sum_j w_{ij} y_j, \quad \sum_{i,j} a_{ij} = \sum_{j,i} a_{ij}",
    r"\ln \left( \prod_{k=1}^{n} p_k \right) = \sum_k \ln(p_k), \quad p_k > 0",
]
UNCLEAR = [r"\sum_i x_{i+1} = \sum_i x_i", r"\sum_i 2^i = 1", r"\sum_{i=1}^{2} x_i + \sum_{i=1}^{3} x_i = \sum_j x_j"]
FALSE = [
    r"\sum_i x_i = \sum_i x_i^2",
    r"\sum_i x_i y_i = \sum_i x_i \sum_j y_j",
    r"\frac{\partial}{\partial x_j} \sum_i x_i^2 = 2 \sum_i x_i",
    r"\sum_i x_i \ge 1, \quad x_i \ge 0",
    r"\sum_i x_i = n x_1",
    r"\sum_{t=1}^{5} h_t = 5 \sum_{t=5}^{5} h_t",
    r"\left( \sum_{k=1}^{3} x_k \right)^2 = 3 \sum_{k=1}^{3} x_k^2",
    r"\sum_{k=1}^{3} x_k y = 3 y \sum_{k=1}^{1} x_k",
    r"\sum_{k=1}^{n} x_k = n x_1",
    r"\sum_{k=1}^{n} k = n^2",
    r"\sum_{k=1}^{n} k = \frac{n (n + 1)}{2} + (n - 1) (n - 2) (n - 3) (n - 4) (n - 5) (n - 6)",
    r"\sum_{k=1}^{n} x_k = \sum_{k=1}^{n} x_k + (n - 1) (n - 2) (n - 3) (n - 4) (n - 5) (n - 6)",
    r"\sum_{k=1}^{n} \frac{1}{k} = \ln(n)",
    r"\prod_{k=1}^{0} [k] = 0",
]


BACKWARDS = [  # for some n; SymPy's closed forms go on there
    r"\sum_{k=1}^{-n} 1 = -n",
    r"\sum_{k=1}^{t-s} 1 = t - s",
    r"\prod_{k=1}^{t-s} c = c^{t-s}, \quad c > 0",
    r"\sum_{k=1}^{2n-5} 1 = 2 n - 5",
    r"\sum_{k=3}^{n} 1 = n - 2",
    r"\sum_{k=4}^{n} q^k = \frac{q^4 - q^{n+1}}{1 - q}, \quad q \ne 1",
]
UPWARDS = [
    r"\sum_{k=3}^{n} 1 = n - 2, \quad n \ge 2",
    r"\sum_{k=s+1}^{t} 1 = t - s, \quad s \le t",
    r"\prod_{k=s+1}^{t} c = c^{t-s}, \quad s < t",
    r"\sum_{k=1}^{t} x_k = \sum_{k=1}^{s} x_k + \sum_{k=s+1}^{t} x_k, \quad s < t",
]
APART = [  # wrong where q or x is 1, and only there
    r"\sum_{k=1}^{n} q^k = \sum_{k=1}^{n} q^k + \begin{cases} 1 & \text{if } q = 1 \\ 0 & \text{otherwise} \end{cases}",
    r"\frac{d}{dx} \sum_{k=0}^{n} x^k = \sum_{k=1}^{n} k x^{k-1}"
    r" + \begin{cases} 1 & \text{if } x = 1 \\ 0 & \text{otherwise} \end{cases}",
]


@pytest.mark.parametrize("chain", BACKWARDS)
def test_a_closed_form_is_none_where_the_sum_counts_backwards(chain):
    """The way out is a condition."""
    verdict = judge(chain, "chain")
    assert verdict.outcome == "refused"
    assert "say for which letters this one does, as in , \\quad s \\le t" in verdict.evidence


def test_a_closed_form_is_none_where_the_sum_counts_to_a_half():
    """For odd n there is no such sum."""
    verdict = judge(r"\sum_{k=1}^{n/2} 1 = \frac{n}{2}", "chain")
    assert (verdict.outcome, "the bounds of a sum are whole numbers" in verdict.evidence) == ("refused", True)


@pytest.mark.parametrize("chain", UPWARDS)
def test_a_condition_says_for_which_letters_a_sum_counts_upwards(chain):
    """The others are not tried."""
    verdict = judge(chain, "chain")
    assert (verdict.outcome, " = 1, …, 6" in verdict.badge) == ("proved", True), verdict.evidence


@pytest.mark.parametrize("chain", APART)
def test_a_sum_of_powers_has_a_value_where_its_closed_form_has_none(chain):
    """It is compared there as well."""
    assert "= 1: left is 1.0, right is 2.0" in judge(chain, "chain").evidence


def test_the_closed_form_of_a_sum_of_powers_needs_its_condition():
    """The sum is defined for q = 1; two such sums can be compared for each n."""
    verdict = judge(r"\sum_{k=0}^{n} q^k = \frac{1 - q^{n+1}}{1 - q}", "chain")
    assert (verdict.outcome, "say so in the display: , \\quad q \\ne 1" in verdict.evidence) == ("refused", True)
    verdict = judge(r"\sum_{k=0}^{n} q^k = 1 + q \sum_{k=0}^{n-1} q^k", "chain")
    assert (verdict.outcome, "q ≠ 1" in verdict.badge) == ("proved", False)


@pytest.mark.parametrize("chain", GENERAL)
def test_a_sum_to_n_is_proved_for_every_n_by_its_closed_form(chain):
    """The badge says so."""
    verdict = judge(chain, "chain")
    assert (verdict.outcome, "for every n ≥ 1" in verdict.badge) == ("proved", True), verdict.evidence


@pytest.mark.parametrize("chain", EXPANDED)
def test_a_sum_without_closed_form_is_proved_for_six_values_and_says_so(chain):
    """What is shown for n = 1 … 6 is not claimed for every n."""
    verdict = judge(chain, "chain")
    assert (verdict.outcome, "for n = 1, …, 6" in verdict.badge) == ("proved", True), verdict.evidence


@pytest.mark.slow
@pytest.mark.parametrize("chain", WITHOUT_BOUNDS)
def test_a_sum_without_bounds_counts_all_entries(chain):
    """Sums over one array count equally many; a condition on x_k is one on each of the entries that are counted."""
    verdict = judge(chain, "chain")
    assert (verdict.outcome, " = 1, …, 6" in verdict.badge) == ("proved", True), verdict.evidence


BESIDE = {  # an entry, beside a sum over all of them: whether it holds, and what the badge or the evidence says
    r"\frac{e^{z_k}}{\sum_j e^{z_j}} \le 1": (True, "for k = 1, …, n"),
    r"-\ln \frac{e^{z_c}}{\sum_{j=1}^{n} e^{z_j}} \ge 0": (True, "for c = 1, …, n"),
    r"x_k^2 \le \sum_i x_i^2": (True, "for k = 1, …, n"),
    r"x_n \le \sum_{i=1}^{n} \lvert x_i \rvert": (True, "for n = 1, …, 6"),
    r"\frac{\partial}{\partial z_k} \left( -z_c + \ln \sum_j e^{z_j} \right) = "
    r"\frac{e^{z_k}}{\sum_j e^{z_j}} - \mathbb{1}[k = c]": (True, "for c = 1, …, n; for k = 1, …, n"),
    r"\frac{e^{z_k}}{\sum_j e^{z_j}} < 1": (False, "for n = 1, k = 1, left is 1.0"),
    r"x_k \le \sum_i x_i": (False, "for n = 2, k = 1, at x_1 = "),
    r"x_k^2 < \sum_i x_i^2": (False, "for n = 1, k = 1"),
}


@pytest.mark.parametrize("chain", BESIDE)
def test_an_entry_beside_a_sum_is_one_of_those_that_are_added(chain):
    """The k of x_k counts as the sum over x does, and is no letter of its own."""
    verdict, (holds, said) = judge(chain, "chain"), BESIDE[chain]
    assert (verdict.outcome, said in f"{verdict.badge} {verdict.evidence}") == ("proved" if holds else "fails", True)


@pytest.mark.parametrize("chain", UNCLEAR)
def test_a_sum_without_bounds_that_could_count_this_or_that_is_refused(chain):
    """The way out is to write the bounds."""
    verdict = judge(chain, "chain")
    assert (verdict.outcome, "write both bounds" in verdict.evidence) == ("refused", True), verdict.evidence


@pytest.mark.parametrize("chain", FALSE)
def test_a_false_sum_fails(chain):
    """An index that is bound is its value; n = 7 is looked at, too."""
    assert judge(chain, "chain").outcome == "fails"


def test_the_empty_sum_is_zero_and_the_empty_product_one():
    """Bounds that are more than one step the wrong way are refused."""
    assert judge(r"\prod_{k=1}^{0} [x_k] = 1, \quad \sum_{k=4}^{3} x_k = 0", "chain").outcome == "proved"
    for operator in (r"\sum", r"\prod"):
        verdict = judge(rf"{operator}_{{k=3}}^{{1}} (k) = 6", "chain")
        assert "this runs from 3 to 1; in a chain sums and products count upwards" in verdict.evidence


def test_a_range_in_a_chain_is_tried_whole_and_shown():
    """Fewer than three values show little."""
    family = ("J_k = k^2",)
    assert "for k = 0, …, 5" in judge(r"J_k = k \cdot k, \quad k = 0, \dots, 5", "chain", family).badge
    assert judge(r"J_k = k^3, \quad k = 0, \dots, 5", "chain", family).outcome == "fails"
    assert "write the cases out" in judge(r"J_k = k^3, \quad k = 0, \dots, 1", "chain", family).evidence
    assert "for j = 1, k = 1, at x_1,1" in judge(r"x_{k j} = 0, \quad j, k = 1, \dots, 3", "chain").evidence


@pytest.mark.slow
@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.integers(-3, 3), min_size=2, max_size=4), st.lists(st.integers(-3, 3), min_size=2, max_size=4))
def test_a_weighted_sum_is_its_terms_and_no_others(weights, others):
    """Σ c_k x_k over printed weights holds with the same weights only."""
    terms = " + ".join(f"({w}) x_{k}" for k, w in enumerate(weights, start=1))
    wrong = " + ".join(f"({w}) x_{k}" for k, w in enumerate(others, start=1))
    left = rf"\sum_{{k=1}}^{{{len(weights)}}} w_k x_k"
    values = tuple(f"w_k = {w}" for w in [0])
    polynomial = rf"\sum_{{k=1}}^{{{len(weights)}}} x_k = " + " + ".join(f"x_{k}" for k in range(1, len(weights) + 1))
    assert judge(polynomial + " + 0", "chain").outcome == "proved"
    assert judge(left + " = 0", "chain", values).outcome == "proved"
    same = [w for w in weights if w] == [w for w in others if w] and weights[: len(others)] == others[: len(weights)]
    assert (judge(f"{terms} + 0 = {wrong} + 0 x_1", "chain").outcome == "proved") == same
