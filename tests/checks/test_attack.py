"""Inequalities on runs: false ones are refuted with the numbers of a network, true ones survive."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes.checks import Run, attack, draw, judge

FALSE = [
    ("gru", r"\left\| \frac{\partial h_t}{\partial h_{t-1}} \right\| \le 1"),
    ("gru", r"\left\| \frac{\partial h_t}{\partial h_{t-1}} \right\| < 2"),
    ("lstm", r"\left\| \frac{\partial c_t}{\partial c_{t-1}} \right\| < 2"),
    ("lstm", r"\left\| \frac{\partial^{+} c_t}{\partial c_{t-1}} \right\| < 0.9999"),
    ("lstm", r"\left\| \frac{\partial^{+} f_t}{\partial h_{t-1}} \right\| \le \frac14 \lVert W_{hi} \rVert"),
    ("lstm", r"\max(c_t) < 3"),
    ("lstm", r"\lVert c_t \rVert < 100"),
    ("lstm", r"\lVert c_t \rVert \le \lVert c_{t-1} \rVert + 1"),
    ("linear", r"\lVert h_T \rVert \le \lVert W_{hh} \rVert^T \lVert h_0 \rVert + 100"),
    ("rnn", r"\lVert y_t \rVert < 10"),
    ("rnn", r"L_t < L_T + 10"),
    ("rnn", r"\lVert h_t \rVert < 3"),
    ("rnn", r"\lVert \mathrm{diag}(1 - h_t^2) W_{hh} \rVert \le 0.99 \lVert W_{hh} \rVert"),
    ("rnn s<t", r"\left\| \frac{\partial h_t}{\partial h_s} \right\| \le \rho(W_{hh})^{t-s}"),
    ("rnn", r"\rho(W_{hh}) < \lVert W_{hh} \rVert"),
    ("rnn", r"\lVert h_t \rVert < \lVert a_t \rVert"),
    ("rnn", r"\lVert h_t \rVert > 0"),
    ("rnn", r"\lVert \delta_t \rVert < \left\| \frac{\partial L}{\partial h_t} \right\|"),
    ("gru", r"\left\| \frac{\partial L}{\partial h_t} \right\| \le 1000"),
    ("feedforward", r"\lVert y_t \rVert \le \lVert W_{hy} \rVert + \lVert b_y \rVert"),
    ("layers", r"\lVert y \rVert \le \lVert W_2 \rVert \lVert W_1 \rVert \lVert x \rVert"),
    ("rnn", "H < T"),
    ("rnn", "O < H + D"),
    ("rnn", "H > 2"),
    ("rnn", r"D^2 + H^2 \ge 2 D H + 1"),
    ("rnn", "T > 1"),
    ("rnn", "T < 100"),
    ("rnn", r"H \le 5000"),
    ("rnn", r"D + H \ne 21"),
    ("rnn", r"T \ne 777"),
    ("rnn", r"\sum_{t=1}^{T} t < 10000"),
    ("rnn", r"\lVert h_t \rVert < 4"),
    ("rnn", r"\lVert h_t \rVert^2 < 30"),
    ("rnn", r"\sum_{t=1}^{T} \lVert h_t \rVert < 100"),
    ("rnn", r"\sum_{t=1}^{T} \sum_{s=1}^{t} \lVert h_s \rVert < 10000"),
    ("lstm s<t", r"\lVert c_t \rVert \le \lVert c_s \rVert + 60"),
    ("lstm", r"\lVert f_t \rVert^2 < 30"),
    ("gru", r"\lVert z_t \rVert < 5"),
    ("classifier", r"\max(p_t) > 0.001"),
    ("classifier", r"-\log(\max(p_t)) < 5"),
]
TRUE = [
    ("rnn", r"\lVert h_t \rVert < \sqrt{H}"),
    ("rnn", r"L_t \ge 0"),
    ("rnn", r"L \ge L_1"),
    ("rnn", r"-1 < \max(h_t) < 1"),
    ("rnn", r"\lVert h_t \rVert \le \lVert a_t \rVert"),
    ("rnn", r"\lVert \delta_t \rVert \le \left\| \frac{\partial L}{\partial h_t} \right\|"),
    ("rnn", r"\lVert y_t \rVert \le \lVert W_{hy} \rVert \sqrt{H} + \lVert b_y \rVert"),
    ("rnn s<t", r"\left\| \frac{\partial h_t}{\partial h_s} \right\| \le \sigma_{\max}(W_{hh})^{t-s}"),
    ("rnn", r"\lVert W_{hh}^\top \mathrm{diag}(1 - h_t \odot h_t) \rVert \le \sigma_{\max}(W_{hh})"),
    ("rnn", r"\rho(W_{hh}) \le \lVert W_{hh} \rVert \le \lVert W_{hh} \rVert_F \le \sqrt{H} \lVert W_{hh} \rVert"),
    ("lstm", r"\left\| \frac{\partial^{+} c_t}{\partial c_{t-1}} \right\| < 1"),
    ("lstm", r"\left\| \frac{\partial^{+} f_t}{\partial h_{t-1}} \right\| \le \frac14 \lVert W_{hf} \rVert"),
    ("rnn", r"\sum_{t=1}^{T} \sum_{s=1}^{t} \lVert h_s \rVert < T^2 \sqrt{H}"),
    ("lstm", r"\lVert c_t \rVert \le \lVert c_{t-1} \rVert + \sqrt{H}"),
    ("lstm", r"\lVert h_t \rVert \le \lVert c_t \rVert"),
    ("gru", r"\max(h_t) \le \max(\max(h_0), 1)"),
    ("linear", r"\lVert W_{hh}^T h_0 \rVert \le \lVert W_{hh} \rVert^T \lVert h_0 \rVert"),
    ("rnn", r"H^2 \ge H, \quad H D > 0"),
    ("rnn", r"T < 2^T, \quad \sum_{t=1}^{T} t \ge T"),
    ("rnn", r"-1 \le h_{t,k} \le 1"),
    ("classifier", r"\lVert p_t \rVert \le 1"),
]


@pytest.mark.parametrize(("mark", "formula"), FALSE)
def test_a_false_inequality_is_refuted_with_numbers(mark, formula):
    """Both sides are printed, and the network that they come from if it is not one of the family."""
    verdict = judge(formula, mark)
    assert verdict.outcome == "fails"
    assert "\nleft  " in f"\n{verdict.evidence}"
    if "counterexample" in verdict.evidence:
        assert "in a network of" in verdict.evidence


@pytest.mark.parametrize(("mark", "formula"), TRUE)
def test_a_true_bound_survives_and_is_not_called_evaluated(mark, formula):
    """The verdict says among how many networks no counterexample was found; they are thousands."""
    verdict = judge(formula, mark)
    assert verdict.outcome == "not refuted", verdict.evidence
    number, what = re.search(r"no counterexample in (\d+) (networks|choices of the sizes)", verdict.badge).groups()
    assert int(number) >= (5000 if what == "networks" else 200)


SINGLE = [  # false where one size is 1, and only there
    ("rnn", r"\lVert h_t \rVert \le \sqrt{2 (H - 1)}"),
    ("rnn", r"h_t^\top h_t \le 2 H - 2"),
    ("rnn", r"\lVert \frac{\partial h_t}{\partial h_{t-1}} \rVert \le (H - 1) \lVert W_{hh} \rVert"),
    ("rnn", r"\lVert W_{xh} x_t \rVert \le (D - 1) \lVert W_{xh} \rVert \lVert x_t \rVert"),
    ("rnn", r"\lVert \frac{\partial h_t}{\partial x_t} \rVert \le (D - 1) \lVert W_{xh} \rVert"),
    ("rnn", r"\lVert y_t \rVert_1 \le 2 (O - 1) \lVert y_t \rVert"),
    ("lstm", r"\lVert f_t \odot c_{t-1} \rVert \le (H - 1) \lVert c_{t-1} \rVert"),
    ("rnn", r"L \le 2 (T - 1) L"),
    ("attention", r"\lVert A \rVert_F^2 \le N (M - 1)"),
]


@pytest.mark.parametrize(("mark", "formula"), SINGLE)
def test_a_bound_is_attacked_with_networks_of_one_unit_one_input_one_step(mark, formula):
    """There an array of one entry is still an array: it has a norm, entries and a derivative."""
    verdict = judge(formula, mark)
    assert verdict.outcome == "fails", verdict
    assert re.search(r"[A-Z] = 1\b", verdict.evidence), verdict.evidence


EQUAL = [  # the two sides in a network of zeros or of the identity
    ("rnn", r"\lVert W_{hh} \rVert > 0"),
    ("rnn", r"\lVert h_0 \rVert < 2 \lVert h_0 \rVert"),
    ("lstm", r"\lVert c_0 \rVert > 0"),
    ("attention", r"\lVert Q \rVert > 0"),
    ("rnn", r"L \ne 0"),
    ("rnn", r"y_t \ne \hat{y}_t"),
    ("rnn", r"W_{hh} \ne W_{hh}^\top"),
    ("rnn", r"W_{hh} \ne I"),
    ("rnn", r"h_{t,i} \ne h_{t,j}, \quad i < j"),
    ("lstm", r"f_t \ne i_t"),
    ("gru", r"r_t \ne z_t"),
    ("linear", r"\lVert h_t \rVert < 3 \lVert h_t \rVert"),
]


@pytest.mark.parametrize(("mark", "formula"), EQUAL)
def test_one_network_with_equal_sides_refutes_a_strict_claim(mark, formula):
    """Also if no rounding is in them."""
    verdict = judge(formula, mark)
    assert (verdict.outcome, "largest difference 0" in verdict.evidence) == ("fails", True), verdict.badge


@pytest.mark.parametrize(("mark", "formula"), [("lstm", r"f_{t,k} \ne 0"), ("rnn", r"1 + L \ne 0")])
def test_what_is_never_equal_is_not_refuted(mark, formula):
    """Nor is it called evaluated, as if two sides agreed."""
    assert judge(formula, mark).outcome == "not refuted"


def test_a_counterexample_can_be_computed_again_from_what_is_printed():
    """The printed network of two weights gives the printed sides."""
    run = Run("two", "two numbers", parameters={"a": "", "b": ""})
    evidence = judge(r"\lvert a \rvert < 5 + b^2", "two", runs=[run]).evidence
    printed = dict(re.findall(r"(\w+) +=? *(-?[\d.e+-]+)$", evidence, re.MULTILINE))
    assert float(printed["left"]) == pytest.approx(abs(float(printed["a"])), rel=1e-4)
    assert float(printed["right"]) == pytest.approx(5 + float(printed["b"]) ** 2, rel=1e-4)


def test_a_bound_that_prints_a_number_of_the_lecture_is_about_that_network():
    """It is evaluated, not attacked; the same without a number holds for every network or for none."""
    assert judge(r"\lVert W_{hh} \rVert < 2", "lecture").outcome == "evaluated"
    assert judge(r"\lVert W_{hh} \rVert < \lVert W_{xh} \rVert + \lVert W_{hy} \rVert", "lecture").outcome == "fails"


def test_what_the_author_draws_stays_as_it_is_drawn():
    """A bound for positive numbers holds if they are drawn positive, and is refuted if they are not."""
    shapes = {"p": "N", "x": "N"}
    bound = r"\min(p) x^\top x \le x^\top \mathrm{diag}(p) x"
    positive = {"p": lambda rng, shape: rng.uniform(0.1, 2, shape)}
    drawn = Run("drawn", "weights", sizes="N", parameters=shapes, draw=positive)
    assert judge(bound, "drawn", runs=[drawn]).outcome == "not refuted"
    for run in (drawn, Run("any", "numbers", sizes="N", parameters=shapes)):
        expected = "not refuted" if run is drawn else "fails"
        assert judge(r"p^\top p \le \max(p) \max(p) N", run.name, runs=[run]).outcome == expected


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.floats(0.05, 0.999), st.sampled_from([r"\le", "<"]))
def test_a_bound_that_is_too_tight_by_any_factor_is_found(factor, sign):
    """‖A x‖ ≤ c ‖A‖ ‖x‖ is true for c = 1 and false for any smaller c, however close."""
    run = Run("product", "a matrix and a column", sizes="N M", parameters={"A": "N M", "x": "M"})
    formula = rf"\lVert A x \rVert {sign} {factor:.6f} \cdot \lVert A \rVert \lVert x \rVert"
    assert judge(formula, "product", runs=[run]).outcome == "fails"
    assert (
        judge(r"\lVert A x \rVert \le \lVert A \rVert \lVert x \rVert", "product", runs=[run]).outcome == "not refuted"
    )


def test_the_same_networks_are_tried_every_time():
    """An attack has no luck: two of them say the same, to the last digit."""
    for formula in (r"\max(c_t) < 3", r"\lVert h_t \rVert \le \lVert c_t \rVert"):
        assert judge(formula, "lstm") == judge(formula, "lstm")


def test_formulas_for_one_network_at_a_time_are_attacked_too():
    """It takes longer, but what is found is the same."""

    def step(v):
        v["y"] = np.tanh((v["x"].T @ v["W"].T).T)

    run = Run("alone", "a layer", sizes="N M", parameters={"W": "N M", "x": "M"}, step=step)
    assert not run.batched
    assert judge(r"\lVert y \rVert \le \lVert W x \rVert", "alone", runs=[run]).outcome == "not refuted"
    assert judge(r"\lVert y \rVert \le \frac14 \lVert W x \rVert + \frac12", "alone", runs=[run]).outcome == "fails"


def test_a_bound_of_a_derivative_needs_no_sizes():
    """Of a run of numbers alone there is no network of large sizes."""

    def step(v):
        v["y"] = np.tanh(v["a"] * v["b"])

    run = Run("two", "two numbers", parameters={"a": "", "b": ""}, step=step)
    bound = r"\left\lvert \frac{\partial y}{\partial a} \right\rvert \le 3 \lvert b \rvert"
    assert judge(bound, "two", runs=[run]).outcome == "not refuted"


def test_the_scales_of_the_networks_span_four_orders_of_magnitude():
    """Each array by itself, so that one can be small where another is large."""
    run = Run("two", "two matrices", sizes="N M", parameters={"A": "N M", "B": "M N"})
    networks = draw.networks(run, {"N": 2, "M": 3}, np.random.default_rng(0), 1000, attack.DECADES)
    a, b = (np.log10(np.linalg.norm(networks.arrays[symbol, None], axis=(1, 2))) for symbol in "AB")
    assert min(np.ptp(a), np.ptp(b)) > 3.9
    assert min(np.max(a - b), np.max(b - a)) > 2


@pytest.mark.parametrize(
    ("mark", "formula"),
    [
        ("rnn", r"\left\lVert \frac{\partial h_t}{\partial h_{t-1}} \right\rVert_F \le 14 \lVert W_{hh} \rVert"),
        ("linear", r"\lVert W_{hh} \rVert_F \le 15 \lVert W_{hh} \rVert"),
        ("lstm", r"\lVert c_t \rVert \le \lVert c_0 \rVert + 300"),
        ("classifier", r"L_t \ge \frac{1}{1000}"),
    ],
)
def test_a_bound_that_few_networks_break_is_refuted(mark, formula):
    """By orthogonal matrices, gates that their biases hold open, targets that are almost sure; also of derivatives."""
    assert "a counterexample" in judge(formula, mark).evidence
