"""1 where something holds, else 0: an indicator, Kronecker's delta, and cases that have no value elsewhere."""

import numpy as np
import pytest

from rnn_notes.checks import Run, judge
from rnn_notes.checks.run import registered


def _softmax(v):
    e = np.exp(v["z"])
    v["p"] = e / e.sum(axis=-2, keepdims=True)


SOFT = Run(name="soft", words="a softmax", sizes="K", parameters={"z": "K"}, step=_softmax)
RUNS = registered("rnn_notes.runs")
JACOBIAN = r"\frac{\partial p_i}{\partial z_j} = "
BACK = (
    r"\frac{\partial L}{\partial h_t} = \begin{cases} \frac{\partial L_t}{\partial h_t} & t = T \\ "
    r"\frac{\partial L_t}{\partial h_t} + W_{hh}^\top \operatorname{diag}(1 - h_{t+1} \odot h_{t+1}) "
    r"\frac{\partial L}{\partial h_{t+1}} & t < T \end{cases}"
)

TRUE = [
    ("soft", JACOBIAN + r"p_i (\delta_{ij} - p_j)"),
    ("soft", JACOBIAN + r"p_i (\delta_{i,j} - p_j)"),
    *(
        ("soft", JACOBIAN + rf"p_i ({one} - p_j)")
        for one in (
            r"\mathbb{1}[i = j]",
            r"\mathbb 1(i = j)",
            r"\mathbb{I}\{i = j\}",
            r"\mathbf{1}_{i = j}",
            r"\mathbf 1_{\{i = j\}}",
            r"\mathbbm{1}\left\{ i = j \right\}",
        )
    ),
    ("soft", JACOBIAN + r"\begin{cases} p_i (1 - p_i) & i = j \\ -p_i p_j & i \ne j \end{cases}"),
    ("soft", r"\sum_{j=1}^{K} \delta_{ij} p_j = p_i"),
    ("rnn", r"\frac{\partial h_{t,i}}{\partial a_{t,j}} = \mathbb{1}[i = j] (1 - h_{t,i}^2)"),
    ("rnn", BACK),
    ("chain", r"\sum_{j=1}^{3} \mathbb{1}_{j = 2} x_j = x_2"),
    ("chain", r"\frac{d}{dx} \max(0, x) = \mathbb{1}[x > 0], \quad x \ne 0"),
]
WRONG = [
    ("soft", JACOBIAN + r"p_i (\delta_{ij} - p_i)", "at i = 1, j = 2"),
    ("soft", JACOBIAN + r"p_i (\mathbb{1}[i \ne j] - p_j)", "at i = 1, j = 1"),
    ("soft", JACOBIAN + r"\begin{cases} p_i (1 - p_i) & i = j \\ p_i p_j & i \ne j \end{cases}", "at i = 1, j = 2"),
    ("rnn", BACK.replace("diag}(1 - h_{t+1}", "diag}(1 - h_t"), "at t = 1"),
    ("rnn", BACK.replace("t = T", "t = T - 1").replace("t < T", r"t \ne T - 1"), "at t = 5"),
    ("rnn", BACK.replace("t < T", "t > 1"), "no case holds"),
    ("rnn", BACK.replace("t = T", "t > T").replace("t < T", r"t \le T"), "h has no step 7"),
    ("soft", r"p_i = \begin{cases} p_i + 0 & i \le K \\ 7 & i > K \end{cases}", "this case holds for no index"),
    ("soft", r"p_i \delta_{ii} = p_i", "delta_ii is not known in this run"),
    ("soft", r"p_i \delta_{out} = p_i", "delta_out is not known in this run"),
    ("soft", r"p_i \delta_{xh} = p_i", "x is not known in this run"),
    ("chain", r"\max(x, 0) = \mathbb{1}[x > 1] x", "at x = 3/7"),
    ("chain", r"\frac{d}{dx} \max(0, x) = \mathbb{1}[x > 0]", r"only for x ≠ 0"),
    ("chain", r"\mathbf{1} x = x", r"is 1 where a relation holds, as in \mathbb{1}[i = j]"),
]


@pytest.mark.parametrize(("mark", "formula"), TRUE)
def test_an_indicator_is_one_where_it_holds(mark, formula):
    """In each of the ways in which it is printed, on a run and in a chain."""
    verdict = judge(formula, mark, runs=[SOFT, RUNS["rnn"]])
    assert verdict.outcome in ("evaluated", "proved"), verdict.evidence


@pytest.mark.parametrize(("mark", "formula", "message"), WRONG)
def test_what_is_wrong_beside_an_indicator_is_found(mark, formula, message):
    """A wrong factor, a wrong case, a case that never holds."""
    verdict = judge(formula, mark, runs=[SOFT, RUNS["rnn"]])
    assert verdict.outcome in ("fails", "refused")
    assert message in verdict.evidence


def test_a_delta_of_the_run_is_no_kronecker():
    """There δ_{ij} is an entry of it."""
    assert judge(r"\delta_{t,k} = \mathbb{1}[t = k]", "rnn").outcome == "fails"
