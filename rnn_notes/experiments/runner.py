"""Runs an experiment over many seeds, on any executor, so that an interruption costs little.

Each finished seed is kept in a file under ``.rnn_notes/cache/experiments/``, and the same command, started again, goes
on from there; after an edit of the code, the settings or the data it starts anew. The record is written when all are
there. Two runs of one experiment at once would do the same work twice, so the second is refused.
"""

import base64
import hashlib
import pickle
import shutil
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, wait
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import rnn_notes
from rnn_notes import cache, extras, files
from rnn_notes.datasets import DataError
from rnn_notes.experiments import records

tqdm = extras.load("tqdm", "training").tqdm

UNFINISHED = cache.FOLDER / "experiments"

Report = Callable[[float], None]  # is told which part of the work is done, from 0 to 1


class Keeper:
    """The report of one seed; a seed that takes long also keeps what it needs to continue after an interruption.

    All of it is in files beside that of the seed, where the worker shares a disk with its caller; else nowhere.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file if file and file.parent.is_dir() else None
        self.start = time.process_time()

    def __call__(self, part: float) -> None:
        if self.file:
            self.file.with_suffix(".part").write_text(f"{part:.4f}")

    def keep(self, content: bytes) -> None:
        """Keep this, in place of what was kept before."""
        if self.file:
            files.write(self.file.with_suffix(".kept"), struct.pack("<d", self.seconds) + content)

    def kept(self) -> bytes | None:
        """What was kept last, before the process was stopped; the time until then counts from now on."""
        file = self.file and self.file.with_suffix(".kept")
        if not file or not file.exists():
            return None
        content = file.read_bytes()
        self.start = time.process_time() - struct.unpack("<d", content[:8])[0]
        return content[8:]

    @property
    def seconds(self) -> float:
        """Of a processor, so far."""
        return time.process_time() - self.start


class Experiment(Protocol):
    """What the module of an experiment provides."""

    __name__: str
    SEEDS: int  # how many the record has
    SETTINGS: Any  # a dataclass
    CHECK: Any  # settings for a run of a second or two, which a test repeats

    def data(self) -> Any:
        """What is read once and sent to every seed."""

    def run(self, seed: int, settings: Any, data: Any, report: Keeper) -> dict[str, Any]:
        """What one seed finds, in a form that JSON can hold: the same whenever it is run.

        Under ``"files"`` there may be the bytes of files to write beside the record, by their path from there; the
        record has their digests instead.
        """


class RunError(RuntimeError):
    """A run that cannot begin or continue; the message says why, what is kept, and what to do."""


def run(
    experiment: Experiment,
    seeds: Iterable[int],
    executor: Executor,
    settings: Any = None,
    folder: Path = records.RESULTS,
    unfinished: Path | None = None,
    replace: bool = False,
) -> Path:
    """Run the seeds that are not finished yet, then write the record into folder; returns its path.

    A bar shows how many seeds are done, in parts, if standard error is a terminal.
    A seed that raises does not stop the others; its exception is raised when they are finished and kept.
    Raises RunError if the record has seeds that the new one would not, unless ``replace``, if the same experiment is
    running already, or if a worker was killed.
    """
    name = experiment.__name__.rpartition(".")[2]
    seeds, parts = sorted(set(seeds)), unfinished or UNFINISHED
    if not replace:
        _keep_recorded(name, folder, seeds)
    with _alone(name, parts):
        return _run(name, experiment, seeds, executor, settings or experiment.SETTINGS, folder, parts)


def _run(
    name: str, experiment: Experiment, seeds: list[int], executor: Executor, settings: Any, folder: Path, parts: Path
) -> Path:
    data = experiment.data()
    parts = parts / f"{name}-{_digest(settings, data)}"
    parts.mkdir(exist_ok=True)
    parts_of = {seed: parts / f"{seed}.json" for seed in seeds}
    check_file = parts / "check.json"
    jobs = [(0, experiment.CHECK, check_file), *((seed, settings, file) for seed, file in parts_of.items())]
    failures: list[BaseException] = []
    shown = "{percentage:3.0f}%|{bar}| {n:.1f} of {total} seeds, {elapsed}, {remaining} left"
    try:
        waiting = {
            executor.submit(one, experiment.run, seed, its, data, file): file
            for seed, its, file in jobs
            if not _finished(file)
        }
        pending = set(waiting)
        with tqdm(total=len(parts_of), initial=_done(parts_of.values()), bar_format=shown, disable=None) as bar:
            while pending:
                finished, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in finished:
                    try:
                        records.write(waiting[future], future.result())
                    except Exception as error:  # whatever the experiment raises, the other seeds continue
                        failures.append(error)
                bar.n = _done(parts_of.values())
                bar.refresh()
    except BrokenExecutor as error:
        failures.append(error)
    if failures:
        done = sum(file.exists() for file in parts_of.values())
        kept = f"{done} of {len(parts_of)} seeds are finished and kept, and the same command resumes from there"
        if any(isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker" for error in failures):
            raise RunError(f"a worker was killed, perhaps since the memory was full; {kept}") from None
        failures[0].add_note(kept)
        raise failures[0]
    runs = [_part_of_record(file) for file in parts_of.values()]
    for found in runs:
        for path, text in found.get("files", {}).items():
            content = base64.b64decode(text)
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            files.write(folder / path, content)
            found["files"][path] = hashlib.sha256(content).hexdigest()
    check = _part_of_record(check_file)
    check.pop("files", None)
    record = records.Record(
        experiment=name,
        version=rnn_notes.__version__,
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(sum(found["seconds"] for found in runs), 1),
        settings=asdict(settings),
        runs=runs,
        check=check,
    )
    records.write(folder / f"{name}.json", vars(record))
    shutil.rmtree(parts)
    return folder / f"{name}.json"


def _keep_recorded(name: str, folder: Path, seeds: list[int]) -> None:
    """Raise if the record has a seed that is not to be run; a damaged record is none."""
    try:
        recorded = [run["seed"] for run in records.recorded(name, folder).runs]
    except DataError:
        return
    if lost := sorted(set(recorded) - set(seeds)):
        raise RunError(
            f"the record of {name} has {len(recorded)} seeds, of which {len(lost)} would be lost; "
            f"run it with --seeds {max(recorded) + 1}, or pass --replace to give them up"
        )


@contextmanager
def _alone(name: str, folder: Path) -> Iterator[None]:
    """Hold the lock of an experiment; the system lets it go when this process ends, in whatever way."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.lock", "w") as file:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RunError(
                f"{name} is running already; wait for that run, or stop it: its finished seeds are kept"
            ) from None
        yield


def _finished(file: Path) -> bool:
    """Whether a part is there and whole; one that was cut short or edited is said, and made again."""
    if not file.exists():
        return False
    try:
        _part_of_record(file)
        return True
    except DataError as error:
        print(error, file=sys.stderr)
        file.unlink()
        return False


def _part_of_record(file: Path) -> dict[str, Any]:
    return records.read(file, "it is made again")


def one(
    run: Callable[..., dict[str, Any]], seed: int, settings: Any, data: Any, file: Path | None = None
) -> dict[str, Any]:
    """One seed, with its time; its files in Base64, to be kept with it until all seeds are there."""
    keeper = Keeper(file)
    found = run(seed, settings, data, keeper)
    if "files" in found:
        found["files"] = {path: base64.b64encode(content).decode() for path, content in found["files"].items()}
    return {"seed": seed, "seconds": round(keeper.seconds, 1), **found}


def _digest(settings: Any, data: Any) -> str:
    """A digest of code, settings and data, so that results of different runs are never mixed."""
    package = cache.PACKAGE
    total = hashlib.sha256(pickle.dumps((settings, data)))
    for path in sorted([*package.glob("*.py"), *package.glob("cells/*.py"), *package.glob("experiments/*.py")]):
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def _done(parts: Iterable[Path]) -> float:
    """How many seeds are done, a seed that is half done counting half."""
    return sum(1.0 if file.exists() else _part(file.with_suffix(".part")) for file in parts)


def _part(file: Path) -> float:
    try:
        return float(file.read_text())
    except (OSError, ValueError):  # not begun, or just being written
        return 0.0
