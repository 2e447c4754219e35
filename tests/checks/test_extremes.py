r"""\max_k and \min_k: the largest and smallest of numbers that an index counts."""

import pytest

from rnn_notes.checks import judge
from rnn_notes.checks.run import registered

RUNS = registered("rnn_notes.runs")
STABLE = r"p_{t,k} = \frac{e^{y_{t,k} - \max_j y_{t,j}}}{\sum_j e^{y_{t,j} - \max_i y_{t,i}}}"
TRUE = [
    ("classifier", STABLE),
    ("classifier", r"\max_j p_{t,j} = \max(p_t)"),
    ("classifier", r"p_{t,k} \le \max_j p_{t,j}"),
    ("rnn", r"\lVert h_t \rVert_\infty = \max_k \lvert h_{t,k} \rvert"),
    ("rnn", r"\lVert h_t \rVert \le \sqrt{H} \operatorname*{max}_k \lvert h_{t,k} \rvert"),
    ("rnn", r"\max_t L_t \ge \min_s L_s"),
    ("chain", r"\max_k (-x_k) = -\min_k x_k"),
    ("chain", r"\max_{k} x_k \ge x_1"),
    ("chain", r"x_k \le \max_i x_i"),
    ("chain", r"\frac{1}{n} \sum_{i=1}^{n} x_i \le \max_i x_i"),
    ("chain", r"\max_i x_i^2 \le \sum_i x_i^2"),
    ("chain", r"\max_k x_k \le \ln \sum_k e^{x_k}"),
    ("chain", r"\ln \sum_{j=1}^{n} e^{z_j} = \max_i z_i + \ln \sum_{j=1}^{n} e^{z_j - \max_i z_i}"),
    ("chain", r"\frac{e^{z_1}}{\sum_j e^{z_j}} = \frac{e^{z_1 - \max_i z_i}}{\sum_j e^{z_j - \max_i z_i}}"),
]
WRONG = [
    ("classifier", STABLE.replace(r"\max_i", r"\min_i"), "at t = 1, k = 1"),
    ("classifier", r"\max_j p_{t,j} < 0.9", "right 0.9"),
    ("rnn", r"\lVert h_t \rVert_\infty = \max_k h_{t,k}", "at t = 1"),
    ("rnn", r"\max_t h_t = h_1", r"max with an index is of numbers, not of the shape (5, 1)"),
    ("rnn", r"\max_k L = L", "from where to where k counts is unclear here"),
    ("chain", r"\max_k x_k \le \min_k x_k", "at x_1 = 3/7, x_2 = 1"),
    ("chain", r"x_k \ge \max_i x_i", "for n = 2, k = 1, at x_1 = 3/7, x_2 = 1"),
    ("chain", r"\max(x, y) > x", "at x = "),
    ("chain", r"\max_i x_i + \max_i y_i = \max_i (x_i + y_i)", "left is 13.0, right is 12.4285714286"),
    ("chain", r"\max_i (c x_i) = c \max_i x_i", "at c = -5/11"),
    ("chain", r"\max_k x_k = x_k", "k is bound here and used outside too"),
    ("chain", r"\max_k a_k b_k = \max_k (a_k b_k)", "b is not allowed here"),
    ("numbers", r"\max_k 2^k = 2", r"write it out, \max(x_1, x_2)"),
]


@pytest.mark.parametrize(("mark", "latex"), TRUE)
def test_the_largest_of_what_an_index_counts_is_read(mark, latex):
    """In a run over all that the index can be, in a chain for one to six numbers."""
    verdict = judge(latex, mark, runs=RUNS)
    assert verdict.outcome in ("evaluated", "not refuted", "proved"), verdict.evidence


@pytest.mark.parametrize(("mark", "latex", "why"), WRONG)
def test_what_is_wrong_about_the_largest_is_found(mark, latex, why):
    """With the counterexample; where its argument or its index is unclear, with the way out."""
    verdict = judge(latex, mark, runs=RUNS)
    assert verdict.outcome in ("fails", "refused")
    assert why in verdict.evidence
