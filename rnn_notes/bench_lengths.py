"""``python -m rnn_notes.bench_lengths``: how the time of a layer grows with the number of steps, as JSON.

A linear recurrence of one sequence and 32 units is computed by a loop and by a scan. Then training steps, forward and
backward, of layers of that size: a loop over the steps (RNN, GRU), a scan (MinGRU), and self-attention, which is left
out where T² numbers are too many. The times are those of ``rnn_notes.bench``, in one thread.
``rnn_notes/data/results/lengths.json`` is one such run.
"""

import argparse
import json
import sys
from functools import partial
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes import bench, scan
from rnn_notes.attention import DotAttention, causal
from rnn_notes.cells import GRU, RNN
from rnn_notes.minimal import MinGRU

LENGTHS = (100, 300, 1000, 3000, 10_000, 30_000, 100_000)
H = 32  # inputs, units and outputs
ATTENTION = 3000  # the longest sequence that attends to itself


def contestants(T: int) -> bench.Contestants:
    """The states by a loop and by a scan; and by name, a training step, which returns gradients."""
    rng = np.random.default_rng(0)
    a, x, dh = rng.uniform(size=(T, 1, H)), *rng.normal(size=(2, T, 1, H))
    h0, W = np.zeros((1, H)), rng.normal(size=(3, H, H)) / np.sqrt(H)
    found: bench.Contestants = {"loop": partial(scan.loop, a, x, h0), "scan": partial(scan.scan, a, x, h0)}
    for kind in (RNN, GRU, MinGRU):
        found[kind.__name__] = partial(recurrent, kind.init(H, H, rng), x, dh)
    if T <= ATTENTION:
        found["attention"] = partial(self_attention, W, x, dh)
    return found


def recurrent(cell: Any, x: ndarray, dh: ndarray) -> tuple[Any, ndarray]:
    """From dh (T, B, H) to the gradients of the cell and of x (T, B, H)."""
    grads, dx, _ = cell.backward(cell.forward(x), dh)
    return grads, dx


def self_attention(W: ndarray, x: ndarray, dh: ndarray) -> tuple[ndarray, ndarray]:
    """From dh (T, B, H) to the gradients of W (3, H, H), which makes queries, keys and values, and of x (T, B, H)."""
    q, k, v = (x @ part.T for part in W)
    trace = DotAttention().forward(q, k, v, causal(len(x)))
    _, *d = DotAttention().backward(trace, dh)
    delta = np.stack(d)
    return np.einsum("gtbo,tbi->goi", delta, x), np.einsum("gtbo,goi->tbi", delta, W)


def measure(seconds: float) -> dict[str, Any]:
    """All measurements, as they are in the JSON: times in milliseconds."""
    rows = [{"T": T, **bench.race(contestants(T), seconds)} for T in LENGTHS]
    return {"machine": bench.machine(None), "H": H, "rows": rows}


def main(arguments: list[str] | None = None) -> int:
    """Measure in one thread and print JSON."""
    argparse.ArgumentParser(prog="python -m rnn_notes.bench_lengths", description="Print JSON.").parse_args(arguments)
    if (status := bench.in_one_thread("rnn_notes.bench_lengths", arguments)) is not None:
        return status
    print(json.dumps(measure(1.0), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
