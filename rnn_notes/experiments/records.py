"""Results as JSON files: written whole or not at all, and refused if they are not what a run has written."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.datasets import DATA, DataError

RESULTS = DATA / "results"


@dataclass(frozen=True)
class Record:
    """What a run of an experiment has found."""

    experiment: str  # its name
    version: str  # of this package
    finished: str  # the date and time, UTC
    seconds: float  # computing time of all seeds together
    settings: dict[str, Any]
    runs: list[dict[str, Any]]  # one a seed, each with its "seed", its "seconds" and what it found
    check: dict[str, Any]  # a tiny run, with its "seed" and its "settings", that a test repeats

    def over_seeds(self, *path: str) -> ndarray:
        """What the runs found under these keys, one after the other: an array whose first axis is the seed."""
        found: list[Any] = list(self.runs)
        for key in path:
            found = [part[key] for part in found]
        return np.array(found)


def recorded(name: str, folder: Path = RESULTS) -> Record:
    """The record of an experiment, ``"series"``, ``"stocks"`` or ``"text"``.

    Raises DataError, with file and reason, if there is none or if it is cut short or of another form.
    """
    file = folder / f"{name}.json"
    remedy = f"python -m rnn_notes.experiments {name} writes it"
    if not file.exists():
        raise DataError(f"{file}: there is no such record; {remedy}")
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{file}: this is not JSON, so it was changed or cut short ({error}); {remedy}") from None
    keys = list(found) if isinstance(found, dict) else [type(found).__name__]
    expected = list(Record.__dataclass_fields__)
    if keys != expected:
        raise DataError(f"{file}: it holds {keys} but a record with {expected} is expected; {remedy}")
    if found["experiment"] != name or not found["runs"]:
        what = f"{found['experiment']!r} with {len(found['runs'])} runs"
        raise DataError(f"{file}: it is a record of {what} but one of {name!r} with some is expected; {remedy}")
    return Record(**found)


def write(file: Path, found: Mapping[str, Any]) -> None:
    """Write JSON with each key, and each item of a list of objects, on a line of its own."""
    lines = []
    for key, value in found.items():
        objects = isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
        items = [json.dumps(item, allow_nan=False) for item in value] if objects else []
        text = "[\n" + ",\n".join(items) + "\n]" if objects else json.dumps(value, allow_nan=False)
        lines.append(f"{json.dumps(key)}: {text}")
    write_bytes(file, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


def write_bytes(file: Path, content: bytes) -> None:
    """Write a file so that, whatever happens meanwhile, there is the old one or the new one, whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(file)
