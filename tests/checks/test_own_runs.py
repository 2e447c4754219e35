"""Runs of one's own: the examples of the documentation, and what a wrong description is answered with."""

import os
import re
import subprocess
import sys
from textwrap import dedent
from types import SimpleNamespace

import numpy as np
import pytest

import rnn_notes.checks
from rnn_notes import cache
from rnn_notes.checks import Run, check, judge
from rnn_notes.runs import RUNS


def test_the_example_of_the_documentation_runs():
    """The block of code in the docstring of ``rnn_notes.checks`` runs as it is, and its assertion holds."""
    text = rnn_notes.checks.__doc__.partition("Runs of your own")[2]
    (block,) = [dedent(block) for block in re.findall(r"::\n\n((?:    .*\n|\n)+)", text)]
    assert "assert" in block
    exec(compile(block, "rnn_notes.checks", "exec"), {})


SCALE, OFFSET = 2.0, np.array([[1.0]])


def scaled(x):
    """What a step calls."""
    return SCALE * x + OFFSET


def counting(v):
    """Formulas that rest on another function, and on numbers of the module."""
    v["y"] = scaled(v["x"])


def a_run(step=counting, **more):
    """A run of one number."""
    return Run("mine", "mine", parameters={"x": ""}, step=step, **more)


def with_factor(factor):
    """Formulas that rest on a number from around them."""

    def step(v):
        v["y"] = factor * v["x"]

    return step


def test_the_digest_of_a_run_is_that_of_all_it_computes_with(monkeypatch):
    """It stays for the same formulas, and changes with a number, a function, an array, or what a closure holds."""
    first = a_run().digest
    assert a_run().digest == first
    others = [a_run(with_factor(2.0)).digest, a_run(with_factor(3.0)).digest, a_run(draw={"x": lambda r, s: 1}).digest]
    for name, value in [("SCALE", 3.0), ("OFFSET", np.array([[2.0]])), ("scaled", lambda x: x)]:
        with monkeypatch.context() as patch:
            patch.setattr(sys.modules[__name__], name, value)
            others.append(a_run().digest)
    assert len({first, *others}) == 7
    assert a_run().digest == first


@pytest.mark.slow
def test_a_digest_is_the_same_in_another_process():
    """Nothing of it depends on addresses, on the order of sets, or on when it is made."""
    code = "from rnn_notes.runs import RUNS; print(*(run.digest for run in RUNS))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in "01"
    }
    assert outputs == {" ".join(run.digest for run in RUNS) + "\n"}


def test_a_changed_run_is_judged_again(tmp_path, monkeypatch):
    """A verdict is remembered under the formulas of its run: a wrong one is not ticked because it once was right."""
    monkeypatch.setattr(cache, "FOLDER", tmp_path)
    display = SimpleNamespace(line=1, inline=False, mark="mine", latex="y = 2 x", latex_line=2)
    assert [check([display], [a_run(with_factor(f))])[0].outcome for f in (2.0, 3.0, 2.0)] == [
        "evaluated",
        "fails",
        "evaluated",
    ]


def step(v, t):
    """One step of a plain recurrence."""
    v["h", t] = np.tanh(v["W"] @ v["h", t - 1] + v["x", t])


GOOD = {"name": "mine", "words": "mine", "sizes": "T H", "parameters": {"W": "H H"}, "given": {"x": "H"}}
GOOD |= {"start": {"h": "H"}, "step": step}
WRONG = {  # a change that does not fit: what the error says after "run 'mine': "
    "a name of two words": ({"name": "my run"}, "the name is one word of letters, digits and -"),
    "the name of a kind": ({"name": "chain"}, "'chain' is a kind of check; take another name"),
    "no words": ({"words": " "}, "words say what it is, for the reader's badge"),
    "a size that is not there": (
        {"parameters": {"W": "H D"}},
        "W has the size D, which is not among the sizes 'T H'; add it",
    ),
    "three sizes": ({"parameters": {"W": "H H H"}}, "W has the shape 'H H H'; a shape has at most two sizes"),
    "a letter twice": ({"parameters": {"W": "H H", "x": "H"}}, "x stands for 2 things; give each its own letter"),
    "braces": ({"parameters": {"W_{hh}": "H H"}}, "'W_{hh}' is not a symbol; spell it as on the page without braces"),
    "a letter with a meaning": (
        {"parameters": {"W": "H H", "pi": ""}},
        "pi has a meaning of its own; take another letter",
    ),
    "steps without T": ({"sizes": "H"}, "x, h has steps; add T to the sizes"),
    "a shape that does not fit": ({"parameters": {"W": "H 9"}}, "it had read W (4, 9), h_0 (4, 1)"),
    "a missing symbol": (
        {"parameters": {}},
        "step reads W, which is neither given nor computed before; known are h, x",
    ),
    "a missing start": ({"start": {}}, "step reads h, which is neither given nor computed before; known are W, x"),
    "a flat vector": (
        {"step": lambda v, t: v.__setitem__(("h", t), np.zeros(4))},
        "h is written with the shape (4,); vectors are columns",
    ),
    "a step ahead": (
        {"step": lambda v, t: v.__setitem__(("h", t + 1), v["x", t])},
        "h_2 is written at the step 1, and what a step does by itself is found at that step; "
        "write it under 'with v.during(2):'",
    ),
    "a shape that changes": (
        {"step": lambda v, t: v.__setitem__(("h", t), np.zeros((t, 1)))},
        "h_1 has the shape (1, 1) but began with (4, 1)",
    ),
    "not a number": (
        {"step": lambda v, t: v.__setitem__(("h", t), np.log(-np.abs(v["x", t])))},
        "h_1 is not finite; 'draw' numbers for which it is",
    ),
    "numbers at random": (
        {"step": lambda v, t: v.__setitem__(("h", t), np.random.default_rng().normal(size=(4, 1)))},
        "step gives other numbers when it is called again; what is drawn is a parameter, with 'draw'",
    ),
    "an input that is changed": (
        {"step": lambda v, t: v.__setitem__(("h", t), np.add(v["x", t], 1, out=v["x", t]))},
        "output array is read-only",
    ),
    "a symbol nobody has": (
        {"draw": {"z": lambda rng, shape: 1}},
        "z is drawn or fixed but no parameter, given series or start value",
    ),
    "a drawn shape": (
        {"draw": {"x": lambda rng, shape: [1, 2]}},
        "draw['x'] gives the shape (2,), but x has the shape (4, 1)",
    ),
    "a total without steps": ({"totals": ("L",)}, "L has no steps, so no total and no gradient; step writes v['L', t]"),
    "a gradient of nothing": ({"gradients": {"delta": "h"}}, "gradients are those of totals[0]; name the loss there"),
    "half of the numbers": (
        {"fixed": {"W": np.eye(2)}},
        "fixed has no x; a network of printed numbers gives all of them",
    ),
    "numbers of two sizes": (
        {"fixed": {"W": np.eye(2), "x": np.ones((3, 2)), "h": np.ones(3)}},
        "fixed['h'] has the size 3 where H is 2",
    ),
    "a symbol of a size": (
        {"step": lambda v, t: v.__setitem__(("H", t), v["x", t])},
        "step writes H, which is a size or a gradient",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_description_is_refused_with_the_way_out(case):
    """A ValueError names the run, the symbol, what came and what to do."""
    change, message = WRONG[case]
    with pytest.raises(ValueError, match=r"^run '") as error:
        Run(**GOOD | change)
    assert message in str(error.value)


def test_what_is_computed_ahead_of_its_step_is_written_during_that_step():
    """The way out of the message leads out: the immediate derivative, and the weights of one step, are right."""

    def from_the_back(v, t):
        T = max(s for _, s in v.values if s)
        for s in range(T, 0, -1) if t == 1 else ():
            with v.during(s):
                v["u", s] = np.tanh(v["W"] @ (v["u", s + 1] if s < T else v["h", 0]) + v["x", s])

    runs = {"mine": Run(**GOOD | {"step": from_the_back})}
    inside = r"\mathrm{diag}(1 - u_t \odot u_t) W"
    assert (
        judge(rf"\frac{{\partial^+ u_t}}{{\partial u_{{t+1}}}} = {inside}", "mine t<T", runs=runs).outcome
        == "evaluated"
    )
    assert judge(r"\frac{\partial^+ u_t}{\partial u_{t+1}} = 0 \cdot W", "mine t<T", runs=runs).outcome == "fails"


def test_runs_of_one_name_and_other_things_are_refused():
    """A collection holds runs, each under its own name; a mapping names them by its keys."""
    run = Run(**GOOD)
    with pytest.raises(ValueError, match="runs has two runs of the name 'mine'; rename one of them"):
        judge("h_t = h_t + 0", "mine", runs=[run, run])
    with pytest.raises(ValueError, match=r"'math:__name__' has 'm', which is not an rnn_notes.checks.Run"):
        judge("h_t = h_t + 0", "mine", runs="math:__name__")
    assert judge(r"h_t = \tanh(W h_{t-1} + x_t)", "other", runs={"other": run}).outcome == "evaluated"
    assert "or a run (other)" in judge("h_t = h_t + 0", "mine", runs={"other": run}).evidence


@pytest.mark.slow
def test_formulas_for_one_network_at_a_time_are_computed_one_by_one():
    """A step that transposes with .T, or sums without axis, is right too, and its derivatives are the same."""

    def alone(v, t):
        v["h", t] = np.tanh((v["h", t - 1].T @ v["W"].T).T + v["x", t])

    slow, fast = Run(**GOOD | {"step": alone}), Run(**GOOD)
    assert (slow.batched, fast.batched) == (False, True)
    for of, by in [(("h", 3), ("h", 1)), (("h", 2), ("x", 2))]:
        np.testing.assert_allclose(
            slow.family[0].derivative(of, by), fast.family[0].derivative(of, by), rtol=1e-10, atol=1e-14
        )
    assert (
        judge(r"\frac{\partial h_t}{\partial x_t} = \mathrm{diag}(1 - h_t^2)", "mine", runs=[slow]).outcome
        == "evaluated"
    )


def test_formulas_that_fail_at_some_sizes_refuse_the_display():
    """What is found only when the family is drawn names the run, the sizes and the error."""

    def halves(v):
        v["y"] = v["x"] / (5 - v["x"].shape[-2])

    run = Run("halves", "halves", sizes="N", parameters={"x": "N"}, step=halves)
    verdict = judge("y = x", "halves", runs=[run])
    assert verdict.outcome == "refused"
    assert verdict.evidence == "run 'halves': y is not finite; 'draw' numbers for which it is"

    def some(v):
        v["y"] = v["x"].reshape(*v["x"].shape[:-2], 1, 3)

    run = Run("some", "some", sizes="N", parameters={"x": "N"}, step=some)
    message = "run 'some': step fails for N = 7: ValueError: cannot reshape array"  # of a trial, N was 3
    assert message in judge("y = x", "some", runs=[run]).evidence


def test_formulas_that_would_mix_networks_are_computed_one_by_one():
    """A mean over axis 0 is over the entries of one network, and would be over the networks of many: it is found."""

    def centred(v):
        v["y"] = v["x"] - v["x"].mean(axis=0, keepdims=True)

    run = Run("centred", "a column without its mean", sizes="N", parameters={"x": "N"}, step=centred)
    assert not run.batched
    assert judge(r"\sum_{k=1}^{N} y_k = 0", "centred", runs=[run]).outcome == "evaluated"
    assert judge(r"\frac{\partial y_1}{\partial x} = 0 x", "centred", runs=[run]).outcome in ("fails", "refused")


def test_a_derivative_that_does_not_fit_in_memory_is_refused():
    """With the number of its numbers and the way out, before anything is computed, wherever it comes from."""

    def step(v, t):
        v["h", t] = np.tanh(v["w"] * v["h", t - 1])
        v["L", t] = v["h", t].mT @ v["h", t]

    arrays = {"parameters": {"w": "2000"}, "start": {"h": "2000"}}
    run = Run("wide", "wide", "T", **arrays, step=step, totals=("L",), gradients={"delta": "h"})
    for formula in (r"\frac{\partial L}{\partial w} = h_T \odot h_0", r"\delta_t = h_t + w \odot \delta_t"):
        verdict = judge(formula, "wide", runs=[run])
        assert verdict.outcome == "refused"
        assert re.search(r"computes [\d,]+ numbers on this run.* write the shapes of the run with", verdict.evidence)
