"""The benchmark compares like with like, and its report is complete with PyTorch and without."""

import json
import os
import re
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from random_cells import CELLS, random_run

from rnn_notes import RNN, Readout, bench, textbook, training
from rnn_notes.gradcheck import relative_difference
from rnn_notes.readout import cross_entropy

SMALL = (3, 2, 4, 5)


@pytest.mark.parametrize("T", [1, 5])
@pytest.mark.parametrize("cls", CELLS)
def test_the_textbook_formulation_computes_the_same(cls, T):
    """The gradients of parameters and input, from random parameters, to 1e-13: a second oracle for the cells."""
    run = random_run(cls, T)
    target = np.random.default_rng(1).normal(size=run.w.shape)
    trace = run.cell.forward(run.x)
    grads, dx, *_ = run.cell.backward(trace, trace.h[1:] - target)
    theirs, dx_theirs = textbook.STEPS[cls](run.cell, run.x, target)
    assert relative_difference(theirs, grads) < 1e-13
    assert relative_difference(dx_theirs, dx) < 1e-13


def test_the_classic_character_step_computes_the_same():
    """Loss and gradient of the one-hot, loop-over-t formulation."""
    rng = np.random.default_rng(0)
    model = RNN.init(7, 5, rng), Readout.init(5, 7, rng)
    inputs, targets = rng.integers(7, size=(2, 6))
    loss, grads = textbook.characters(model, inputs, targets)
    ours = training.gradient(model, np.eye(7)[inputs][:, None], targets[:, None], cross_entropy)
    assert loss == pytest.approx(ours[0], rel=1e-14)
    for theirs, found in zip(grads, ours[1], strict=True):
        assert relative_difference(theirs, found) < 1e-13


@pytest.mark.parametrize("dtype", bench.DTYPES)
@pytest.mark.parametrize("cls", CELLS)
def test_all_contestants_do_the_same_work(cls, dtype):
    """Each call returns the same gradients, in the dtype that is measured."""
    try:
        import torch
    except ImportError:
        torch = None
    contestants = bench.training_step(cls, SMALL, dtype, torch)
    assert contestants.keys() == {"ours", "textbook"} | ({"torch"} if torch else set())
    (grads, dx), (theirs, dx_theirs) = contestants["ours"](), contestants["textbook"]()
    assert relative_difference(theirs, grads) < 1e-5
    assert relative_difference(dx_theirs, dx) < 1e-5
    assert {dx.dtype, dx_theirs.dtype, grads.dtype, theirs.dtype} == {np.dtype(dtype)}
    if torch:
        *_, dx_torch = contestants["torch"]()
        np.testing.assert_allclose(dx_torch, dx, rtol=0, atol=1e-5)


@pytest.mark.parametrize("cls", CELLS)
def test_torch_streams_the_same_step(cls):
    """One step of torch's cell, with the same weights from the same state, is the same step."""
    torch = pytest.importorskip("torch", reason="PyTorch is not a requirement; install torch to compare with it")
    contestants = bench.stream(cls, "float64", torch)
    assert contestants.keys() == {"ours", "torch", "no_grad"}
    ours = np.stack(contestants["ours"]())
    for name in ("torch", "no_grad"):
        theirs = contestants[name]()
        np.testing.assert_allclose(ours, [s.detach().numpy() for s in theirs], rtol=0, atol=1e-14)


def test_a_race_gives_the_median_time_of_each():
    """In milliseconds, also of what takes no time at all."""
    calls = []
    found = bench.race({"slow": lambda: sum(range(100_000)), "fast": lambda: calls.append(1)}, seconds=0)
    assert found.keys() == {"slow", "fast"}
    assert found["slow"] > 10 * found["fast"] > 0
    assert len(calls) > 100


@pytest.fixture
def result(monkeypatch):
    """Of a benchmark of small sizes, as on a machine without PyTorch."""
    monkeypatch.setattr(bench, "SIZES", (SMALL,))
    monkeypatch.setattr(bench, "STREAM", (4, 5))
    monkeypatch.setattr(bench, "gemm_rate", lambda dtype, seconds: 1e8)
    monkeypatch.setattr(bench, "race", lambda contestants, seconds: {n: 2.0 - (n == "ours") for n in contestants})
    return bench.measure(0, None)


def test_the_result_has_a_row_for_each_cell_size_and_dtype(result):
    """And survives a way through JSON."""
    assert json.loads(json.dumps(result))["machine"]["torch"] is None
    rows = [(row["cell"], row["dtype"], row["size"]) for row in result["training"]]
    assert rows == [(cell, dtype, SMALL) for dtype in ("float32", "float64") for cell in ("RNN", "GRU", "LSTM")]
    assert [(row["cell"], row["dtype"]) for row in result["stream"]] == [row[:2] for row in rows]
    assert result["characters"] == {"ours": 1.0, "textbook": 2.0}
    assert result["gemm"] == {"float32": 100, "float64": 100}


def test_the_bound_counts_the_products(result):
    """Forward, input and weight gradient: three times 2 T B G H (D + H) operations, G gates."""
    T, B, D, H = SMALL
    for row, gates in zip(result["training"], (1, 3, 4) * 2, strict=True):
        assert row["bound"] == pytest.approx(3 * 2 * T * B * gates * H * (D + H) / 1e8, rel=1e-14)


def test_the_table_shows_times_and_ratios(result):
    """A column without measurements is dashes."""
    lines = bench.table(result).splitlines()
    assert "step, float32, 100 GFLOP/s              ours  textbook  ratio     torch  ratio     bound" in lines
    assert "LSTM  T=3    B=2   D=4    H=5          1.000     2.000   0.50         -      -     0.000" in lines
    assert "GRU   float64                          1.000         -      -         -      -" in lines
    assert "RNN   float64                          1.000     2.000   0.50" in lines
    assert not any(line.startswith("torch:") for line in lines)


def test_the_sizes_are_those_of_the_issue():
    """(T, B, D, H), and a character model of 100 units that reads 25 of 65 characters."""
    assert bench.SIZES == ((5, 1, 4, 3), (50, 16, 28, 64), (35, 32, 64, 128), (100, 32, 64, 128), (35, 64, 256, 256))
    assert bench.CHARACTERS == (25, 65, 100)
    assert bench.STREAM[1] == 128


@pytest.mark.slow
def test_the_command_measures_in_one_thread():
    """In a process whose thread counts are set before NumPy is loaded; JSON on standard output, nothing else."""
    program = textwrap.dedent("""
        import json, os, sys
        from rnn_notes import bench
        bench.SIZES, bench.STREAM, bench.CHARACTERS = ((2, 1, 2, 3),), (2, 3), (2, 3, 4)
        bench.gemm_rate = lambda dtype, seconds: 1e8
        assert bench.ONE_THREAD.items() <= os.environ.items(), "the thread counts are not set"
        sys.exit(bench.main(["--json", "--seconds", "0"]))
    """)
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=os.environ | bench.ONE_THREAD
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout).keys() == {"machine", "gemm", "training", "stream", "characters"}


def test_the_command_starts_itself_again_with_the_thread_counts_set(monkeypatch):
    """With the same arguments, and with the exit code of that process."""
    started = {}

    def run(command, env, check):
        started.update(command=command, env=env)
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setattr(subprocess, "run", run)
    assert bench.main(["--seconds", "1"]) == 3
    assert started["command"] == [sys.executable, "-m", "rnn_notes.bench", "--seconds", "1"]
    assert bench.ONE_THREAD.items() <= started["env"].items()


def test_without_torch_the_command_says_so(monkeypatch, capsys, result):
    """One line on standard error; the table is complete but for its columns."""
    for name, value in bench.ONE_THREAD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert bench.main([]) == 0
    out, err = capsys.readouterr()
    assert err == "torch is not installed: its columns stay empty\n"
    assert re.search(r"^LSTM .* -      -     0\.000$", out, re.MULTILINE)


@pytest.mark.parametrize("seconds", ["-1", "nan", "inf", "two"])
def test_a_time_that_is_none_is_refused(capsys, seconds):
    """In one line, before anything is measured."""
    with pytest.raises(SystemExit, match="2"):
        bench.main(["--seconds", seconds])
    assert "--seconds" in capsys.readouterr().err.splitlines()[-1]
