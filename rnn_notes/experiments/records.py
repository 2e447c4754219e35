"""Results as JSON files: written whole or not at all, and refused if they are not what a run has written.

Each file ends in a digest of all else in it, so that an edited number is not a result.
"""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes import files
from rnn_notes.datasets import DATA, DataError

RESULTS = DATA / "results"

NAMES = (
    "time_series",
    "stocks",
    "text",
    "slips",
    "first_sign",
    "first_sign_seeds",
    "brackets",
    "adding",
    "order",
    "xor",
    "reber",
    "latch",
    "parity",
    "echo",
    "reversal",
    "starts",
    "edges",
    "three_cells",
    "text_again",
)
"""The experiments, in the order of the pages."""


@dataclass(frozen=True)
class Record:
    """What a run of an experiment has found."""

    experiment: str  # its name
    version: str  # of this package
    finished: str  # the date and time, UTC
    seconds: float  # computing time of all seeds together
    settings: dict[str, Any]
    runs: list[dict[str, Any]]  # one per seed, each with its "seed", its "seconds" and what it found
    check: dict[str, Any]  # a tiny run, with its "seed" and its "seconds", that a test repeats

    def over_seeds(self, *path: str) -> ndarray:
        """What the runs found under these keys, one after the other: an array whose first axis is the seed.

        Raises ValueError if there is no such key.
        """
        found: list[Any] = list(self.runs)
        for key in path:
            if not all(isinstance(part, dict) and key in part for part in found):
                known = ", ".join(found[0]) if isinstance(found[0], dict) else "no keys, but numbers"
                raise ValueError(f"{self.experiment} has no {key!r} here but {known}; pass one of these, or none")
            found = [part[key] for part in found]
        return np.array(found)


def recorded(name: str, folder: Path = RESULTS) -> Record:
    """The record of an experiment by its name, such as ``"time_series"``.

    Raises DataError, with file, field and reason, if there is none, if it was cut short or edited, or if it is of
    another form.
    """
    file = Path(folder) / f"{name}.json"
    remedy = by_experiment(name)

    def look(found: dict[str, Any]) -> None:
        for field, value in found.items():
            if field == "seconds":
                _expect(file, field, value, int | float, "a number", remedy)
            elif field == "runs":
                _expect(file, field, value, list, "a list with a run for each seed", remedy)
            else:
                kind = dict if field in ("settings", "check") else str
                _expect(file, field, value, kind, "an object" if kind is dict else "a text", remedy)
        for place, run in [*((f"runs[{k}]", run) for k, run in enumerate(found["runs"])), ("check", found["check"])]:
            _expect(file, place, run, dict, "an object", remedy)
            _expect(file, f"{place}.seed", run.get("seed"), int, "a whole number", remedy)
            _expect(file, f"{place}.seconds", run.get("seconds"), int | float, "a number", remedy)
        if twice := [seed for seed, times in Counter(run["seed"] for run in found["runs"]).items() if times > 1]:
            raise DataError(f"{file}: seed {twice[0]} has two runs but each has one; {remedy}")
        if found["experiment"] != name:
            came = found["experiment"]
            raise DataError(f"{file}: it is a record of {came!r} but one of {name!r} is expected; {remedy}")

    return Record(**read(file, remedy, list(Record.__dataclass_fields__), look))


def recorded_file(record: Record, path: str, folder: Path = RESULTS) -> Path:
    """Where a file is that the runs of a record have written beside it, such as a trained network.

    Raises DataError, with file, reason and remedy, if the record names no such file, or if the file is missing or is
    not, to the last bit, what was written with the record.
    """
    digests = {path: said for run in record.runs for path, said in run.get("files", {}).items()}
    name, remedy = record.experiment, by_experiment(record.experiment)
    if path not in digests:
        known = ", ".join(digests) or "none"
        raise DataError(f"{folder / f'{name}.json'}: it names the files {known} but {path} is expected; {remedy}")
    try:
        content = (folder / path).read_bytes()
    except OSError as error:
        raise DataError(f"{folder / path}: the file cannot be read ({error.strerror}); {remedy}") from None
    if hashlib.sha256(content).hexdigest() != digests[path]:
        raise DataError(f"{folder / path}: it is not the file that was written with the record; {remedy}")
    return folder / path


def by_experiment(name: str) -> str:
    """How a file that an experiment of this name has written is written again; how to find one if there is none."""
    if name in NAMES:
        return f"python -m rnn_notes.experiments {name} writes it"
    return "what wrote it can write it again; python -m rnn_notes.experiments --help lists the experiments here"


def read(
    file: Path, remedy: str, keys: list[str] | None = None, look: Callable[[dict[str, Any]], None] = lambda found: None
) -> dict[str, Any]:
    """The JSON object that ``write`` wrote, without its digest; with these keys, if they are given,
    and as ``look`` wants it.

    Raises DataError, with file, field and reason, if there is none, or if it is not what was written.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_Pairs)
        wrong = next(_wrong(found, ""), None)
    except FileNotFoundError:
        raise DataError(f"{file}: there is no such record; {remedy}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{file}: this is not JSON, so it was changed or cut short ({error}); {remedy}") from None
    if wrong:
        raise DataError(f"{file}: {wrong}; {remedy}")
    found_keys = list(found) if isinstance(found, dict) else [type(found).__name__]
    expected = [*(keys or found_keys[:-1]), "digest"]
    if found_keys != expected:
        raise DataError(f"{file}: it holds {found_keys} but a record with {expected} is expected; {remedy}")
    said = found.pop("digest")
    look(found)
    if said != digest(found):
        raise DataError(f"{file}: it does not match its digest, so it was edited; {remedy}")
    return dict(found)


def write(file: Path, found: Mapping[str, Any]) -> None:
    """Write JSON with each key, and each item of a list of objects, on a line of its own, and a digest of it all.

    Raises ValueError if there is anything that JSON cannot hold, such as NaN.
    """
    lines = []
    for key, value in {**found, "digest": digest(found)}.items():
        objects = isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
        items = [json.dumps(item, allow_nan=False) for item in value] if objects else []
        text = "[\n" + ",\n".join(items) + "\n]" if objects else json.dumps(value, allow_nan=False)
        lines.append(f"{json.dumps(key)}: {text}")
    file.parent.mkdir(parents=True, exist_ok=True)
    files.write(file, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


def digest(found: Mapping[str, Any]) -> str:
    """Of the values, not of how they are laid out in a file."""
    return hashlib.sha256(json.dumps(found, sort_keys=True, allow_nan=False).encode()).hexdigest()


class _Pairs(dict[str, Any]):
    """An object of JSON that remembers the keys that it has twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]


def _wrong(value: Any, place: str) -> Iterator[str]:
    """What JSON as Python reads it lets pass: keys that occur twice, and numbers that are not numbers."""
    if isinstance(value, _Pairs):
        yield from (f"{place}{'.' * bool(place)}{key} occurs twice" for key in value.twice)
        for key, part in value.items():
            yield from _wrong(part, f"{place}{'.' * bool(place)}{key}")
    elif isinstance(value, list):
        for k, part in enumerate(value):
            yield from _wrong(part, f"{place}[{k}]")
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{place} is {value} but a finite number is expected"


def _expect(file: Path, place: str, value: Any, kind: Any, what: str, remedy: str) -> None:
    if not isinstance(value, kind) or isinstance(value, bool) or value == []:
        raise DataError(f"{file}: {place} is {json.dumps(value):.40} but {what} is expected; {remedy}")
