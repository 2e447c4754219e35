"""The networks that formulas are checked on, as the tests of the cells need them: what a run computes, as rows."""

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_notes import runs
from rnn_notes.checks.network import Network


def networks_of(name: str) -> Iterator[tuple[Network, dict[str, ndarray]]]:
    """Each network of a run, with its weights by symbol."""
    (run,) = [run for run in runs.RUNS if run.name == name]
    for network in run.family:
        yield network, {symbol: value[0] for (symbol, t), value in network.arrays.items() if t is None}


def rows(network: Network, symbol: str) -> ndarray:
    """The columns of a symbol at the steps 1 to T, as rows of a batch of one: (T, 1, n)."""
    return np.stack([network.values[symbol, t][0].T for t in range(1, network.T + 1)])


def start(network: Network, symbol: str) -> ndarray:
    """Its column before the first step, as a row."""
    return network.arrays[symbol, 0][0].T


def same(network: Network, **expected: ndarray) -> None:
    """The symbols have these values, (T, 1, n), at every step."""
    for symbol, values in expected.items():
        np.testing.assert_allclose(rows(network, symbol), values, rtol=1e-10, atol=1e-12, err_msg=symbol)
