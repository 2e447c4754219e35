"""What is timed over many lengths computes what it says, and the recorded run is one of this program."""

import json

import numpy as np

from rnn_notes import bench, bench_lengths
from rnn_notes.activations import softmax
from rnn_notes.datasets import DATA
from rnn_notes.gradcheck import complex_step, relative_difference


def test_the_loop_and_the_scan_compute_the_same_states():
    """And the cells give gradients of their parameters and of every step."""
    found = {name: call() for name, call in bench_lengths.contestants(6).items()}
    np.testing.assert_allclose(found["loop"], found["scan"], rtol=0, atol=1e-13)
    for name in ("RNN", "GRU", "MinGRU"):
        grads, dx = found[name]
        assert type(grads).__name__ == name
        assert dx.shape == (6, 1, bench_lengths.H)


def test_the_step_of_self_attention_is_the_complex_step():
    """Of the six lines of the chapter on attention, for weights and input."""
    rng = np.random.default_rng(0)
    W, x, dh = rng.normal(size=(3, 4, 4)), rng.normal(size=(5, 1, 4)), rng.normal(size=(5, 1, 4))

    def loss(given):
        q, k, v = (given[1][:, 0] @ part.T for part in given[0])
        scores = np.where(np.tri(5) == 1, q @ k.T / 2, -np.inf)
        return np.sum(dh[:, 0] * (softmax(scores) @ v))

    assert relative_difference(bench_lengths.self_attention(W, x, dh), complex_step(loss, (W, x))) < 1e-12


def test_attention_is_left_out_where_it_is_too_long(monkeypatch):
    """And is measured up to there."""
    monkeypatch.setattr(bench_lengths, "ATTENTION", 5)
    assert "attention" in bench_lengths.contestants(5)
    assert "attention" not in bench_lengths.contestants(6)


def test_the_command_prints_what_was_measured(monkeypatch, capsys):
    """JSON of the form of the record, with a row for each length."""
    for name, value in bench.ONE_THREAD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(bench_lengths, "LENGTHS", (2, 3))
    monkeypatch.setattr(bench, "race", lambda contestants, seconds: dict.fromkeys(contestants, 1.0))
    assert bench_lengths.main([]) == 0
    printed = json.loads(capsys.readouterr().out)
    recorded = json.loads((DATA / "results" / "lengths.json").read_text(encoding="utf-8"))
    assert printed.keys() == recorded.keys()
    assert [row["T"] for row in printed["rows"]] == [2, 3]
    assert [row.keys() for row in printed["rows"]] == [recorded["rows"][0].keys()] * 2


def test_the_record_has_all_lengths():
    """From a hundred to a hundred thousand steps, and attention where it was measured."""
    rows = json.loads((DATA / "results" / "lengths.json").read_text(encoding="utf-8"))["rows"]
    assert tuple(row["T"] for row in rows) == bench_lengths.LENGTHS
    assert [row["T"] for row in rows if "attention" in row] == [100, 300, 1000, 3000]
    assert min(time for row in rows for time in row.values()) > 0


def test_a_process_with_more_threads_starts_it_again(monkeypatch):
    """And hands on its exit status."""
    monkeypatch.setattr(
        bench, "in_one_thread", lambda module, arguments: 3 if module == "rnn_notes.bench_lengths" else 0
    )
    assert bench_lengths.main([]) == 3
