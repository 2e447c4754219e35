"""A toy experiment, and what the tests of runs and records ask of what one has found."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnn_notes.experiments import recorded


@dataclass(frozen=True)
class Settings:
    """Of the toy experiment."""

    n: int = 3


def toy(log: Path) -> SimpleNamespace:
    """An experiment that draws numbers, and writes down which seeds it was asked for."""

    def run(seed: int, settings: Settings, data: str, report: Any) -> dict[str, Any]:
        with log.open("a") as file:
            print(seed, file=file)
        report(0.5)
        drawn = np.random.default_rng(seed).normal(size=settings.n).tolist()
        return {"drawn": drawn, "files": {f"{seed}.bin": b"weights"}}

    return SimpleNamespace(
        __name__="toy", SETTINGS=Settings(), CHECK=Settings(1), SEEDS=2, data=lambda: "data", run=run
    )


def find(folder: Path) -> list[dict[str, Any]]:
    """What a record says each seed has found, without the times."""
    return [{key: value for key, value in run.items() if key != "seconds"} for run in recorded("toy", folder).runs]


def assert_same(value: Any, expected: Any, path: str = "") -> None:
    """Numbers agree to 1e-6, all else exactly."""
    if isinstance(expected, dict):
        assert value.keys() == expected.keys(), path
        for key in expected:
            assert_same(value[key], expected[key], f"{path}/{key}")
    elif isinstance(expected, list):
        assert len(value) == len(expected), path
        for n, pair in enumerate(zip(value, expected, strict=True)):
            assert_same(*pair, f"{path}/{n}")
    elif isinstance(expected, float):
        assert value == pytest.approx(expected, rel=1e-6, abs=1e-6), path
    else:
        assert value == expected, path
