"""The recorded results can be reproduced, and an interrupted run ends as if nothing had happened."""

import base64
import contextlib
import hashlib
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zlib
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import rnn_notes
from rnn_notes import datasets, gradcheck, parameters
from rnn_notes.cells import GRU, LSTM
from rnn_notes.datasets import DataError, Series
from rnn_notes.experiments import corpus, forecast, generator, novels, recorded, runner, series, stocks
from rnn_notes.experiments.__main__ import NAMES
from rnn_notes.experiments.__main__ import main as experiments_main
from rnn_notes.experiments.forecast import Forecaster
from rnn_notes.experiments.ngrams import NGrams
from rnn_notes.experiments.records import RESULTS


@dataclass(frozen=True)
class Settings:
    """Of the toy experiment."""

    n: int = 3


def toy(log: Path) -> SimpleNamespace:
    """An experiment that draws numbers, and writes down which seeds it was asked for."""

    def run(seed, settings, data, report):
        with log.open("a") as file:
            print(seed, file=file)
        report(0.5)
        drawn = np.random.default_rng(seed).normal(size=settings.n).tolist()
        return {"drawn": drawn, "files": {f"{seed}.bin": base64.b64encode(b"weights").decode()}}

    return SimpleNamespace(
        __name__="toy", SETTINGS=Settings(), CHECK=Settings(1), SEEDS=2, data=lambda: "data", run=run
    )


def find(folder: Path) -> list[dict]:
    """What a record says each seed has found, without the times."""
    return [{key: value for key, value in run.items() if key != "seconds"} for run in recorded("toy", folder).runs]


def test_a_record_has_every_seed_in_order_and_what_a_reader_must_know(tmp_path):
    """Version, settings, seeds and times; large things are written beside it."""
    with ThreadPoolExecutor(2) as executor:
        file = runner.run(toy(tmp_path / "log"), [2, 0, 1], executor, folder=tmp_path, unfinished=tmp_path / "parts")
    record = recorded("toy", tmp_path)
    assert file == tmp_path / "toy.json"
    assert [run["seed"] for run in record.runs] == [0, 1, 2]
    assert record.settings == {"n": 3}
    assert record.version == rnn_notes.__version__
    assert record.over_seeds("drawn").shape == (3, 3)
    assert record.over_seeds("drawn")[1].tolist() == np.random.default_rng(1).normal(size=3).tolist()
    assert record.check["drawn"] == record.runs[0]["drawn"][:1]
    assert all("files" not in run for run in [*record.runs, record.check])
    assert [(tmp_path / f"{seed}.bin").read_text() for seed in range(3)] == ["weights"] * 3
    assert [left.name for left in (tmp_path / "parts").iterdir()] == ["toy.lock"]


def test_a_run_that_fails_keeps_its_finished_seeds(tmp_path):
    """The next run asks only for the others, and finds what a run without a failure finds."""
    log, failing = tmp_path / "log", toy(tmp_path / "log")
    run = failing.run
    failing.run = lambda seed, *others: run(seed, *others) if seed < 2 else 1 / 0
    with ThreadPoolExecutor(1) as executor, pytest.raises(ZeroDivisionError):
        runner.run(failing, range(4), executor, folder=tmp_path, unfinished=tmp_path / "parts")
    assert not (tmp_path / "toy.json").exists()
    failing.run = run
    log.unlink()
    with ThreadPoolExecutor(1) as executor:
        runner.run(failing, range(4), executor, folder=tmp_path, unfinished=tmp_path / "parts")
        again = log.read_text().split()
        runner.run(toy(log), range(4), executor, folder=tmp_path / "at once", unfinished=tmp_path / "parts")
    assert again == ["2", "3"]
    assert find(tmp_path) == find(tmp_path / "at once")


@pytest.mark.parametrize("change", ["settings", "data"])
def test_finished_seeds_of_other_settings_or_data_are_not_used(tmp_path, change):
    """They would not be what the record says."""
    experiment, log = toy(tmp_path / "log"), tmp_path / "log"
    run = experiment.run
    experiment.run = lambda seed, *others: run(seed, *others) if seed < 2 else 1 / 0
    with ThreadPoolExecutor(1) as executor:
        with pytest.raises(ZeroDivisionError):
            runner.run(experiment, range(3), executor, folder=tmp_path, unfinished=tmp_path / "parts")
        experiment.run = run
        log.unlink()
        if change == "settings":
            experiment.SETTINGS = Settings(4)
        else:
            experiment.data = lambda: "other data"
        runner.run(experiment, range(2), executor, folder=tmp_path, unfinished=tmp_path / "parts")
    assert log.read_text().split() == ["0", "0", "1"]  # the first is the check


SLEEPER = """
    import sys, time
    from dataclasses import dataclass
    from pathlib import Path
    import numpy as np

    @dataclass(frozen=True)
    class Settings:
        wait: float

    SEEDS, SETTINGS, CHECK = 4, Settings(0.4), Settings(0.0)

    def data():
        return None

    def run(seed, settings, data, report):
        Path(f"began-{seed}-{time.monotonic_ns()}").touch()
        time.sleep(60 if seed > 1 and Path("slow").exists() else settings.wait)
        return {"drawn": np.random.default_rng(seed).normal()}

    if __name__ == "__main__":
        import toy
        from rnn_notes.experiments import runner
        folder = Path(sys.argv[1])
        with runner.processes() as executor:
            runner.run(toy, range(4), executor, folder=folder, unfinished=folder / "parts")
"""


def finding(folder: Path) -> dict[str, str]:
    """The environment of a process that finds the modules of a folder, and all that this one finds."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def alive(pid: int) -> bool:
    """Whether there is such a process, other than one that has ended and waits to be noticed."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_run_that_was_killed_ends_like_one_that_was_not(tmp_path):
    """After kill −9 no worker stays behind, finished seeds are not run again, and the record is the same."""
    (tmp_path / "toy.py").write_text(textwrap.dedent(SLEEPER))
    command = [sys.executable, str(tmp_path / "toy.py")]
    (tmp_path / "slow").touch()

    def start(folder: str) -> subprocess.Popen:
        return subprocess.Popen([*command, folder], cwd=tmp_path, env=finding(tmp_path))

    first = start("killed")
    while not list(tmp_path.glob("killed/parts/*/[0-9].json")):
        assert first.poll() is None
        time.sleep(0.01)
    workers = children(first.pid)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert workers
    patience = time.monotonic() + 10
    while any(alive(worker) for worker in workers):
        assert time.monotonic() < patience, "a worker outlives its parent"
        time.sleep(0.01)
    finished = {int(file.stem) for file in tmp_path.glob("killed/parts/*/[0-9].json")}
    before = set(tmp_path.glob("began-*"))
    (tmp_path / "slow").unlink()
    assert start("killed").wait() == 0
    again = {int(file.name.split("-")[1]) for file in set(tmp_path.glob("began-*")) - before}
    assert 0 < len(finished) < 4
    assert again - {0} == {0, 1, 2, 3} - finished - {0}  # seed 0 is also that of the check
    assert start("whole").wait() == 0
    assert find(tmp_path / "killed") == find(tmp_path / "whole")


INTERRUPTED = """
    import sys
    from functools import partial
    from pathlib import Path
    import toy
    from rnn_notes.experiments import __main__, runner

    if __name__ == "__main__":
        sys.modules["rnn_notes.experiments.series"] = toy
        runner.UNFINISHED = Path("parts")
        runner.run = partial(runner.run, folder=Path("results"))  # should it not be stopped in time
        sys.argv = ["experiments", "series", "--seeds", "3"]
        sys.exit(__main__.main())
"""


def test_ctrl_c_stops_at_once_and_says_how_to_go_on(tmp_path):
    """Exit status 130, as for any program that was interrupted, and no traceback, also of a worker without work."""
    (tmp_path / "toy.py").write_text(textwrap.dedent(SLEEPER))
    (tmp_path / "interrupted.py").write_text(textwrap.dedent(INTERRUPTED))
    run = subprocess.Popen(
        [sys.executable, "interrupted.py"],
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=finding(tmp_path),
        start_new_session=True,
    )
    (tmp_path / "slow").touch()
    while not (list(tmp_path.glob("parts/*/1.json")) and list(tmp_path.glob("began-2-*"))):  # one worker has no work
        assert run.poll() is None
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)  # a terminal sends it to the workers too
    _, errors = run.communicate(timeout=20)
    assert errors.decode() == "\nstopped; finished seeds are kept, and the same command goes on from there\n"
    assert run.returncode == 130


@pytest.fixture
def cluster():
    """The address of a Dask cluster of two workers, each a process of its own."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local:
        yield local.scheduler_address


def test_a_dask_cluster_finds_what_this_process_finds(tmp_path, cluster):
    """Two workers, each a process; the record of a tiny run is the same as without them."""

    def found(folder):
        return [{**run, "seconds": 0} for run in recorded("series", folder).runs]

    small = {"settings": series.CHECK, "unfinished": tmp_path / "parts"}
    with runner.dask(cluster) as executor:
        runner.run(series, range(3), executor, folder=tmp_path / "cluster", **small)
    with ThreadPoolExecutor(1) as executor:
        runner.run(series, range(3), executor, folder=tmp_path / "here", **small)
    there, here = found(tmp_path / "cluster"), found(tmp_path / "here")
    assert [run["seed"] for run in there] == [0, 1, 2]
    for one, other in zip(there, here, strict=True):
        assert_same(one, other)


def assert_same(value, expected, path=""):
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


@pytest.mark.parametrize("name", NAMES)
def test_running_a_seed_again_gives_the_recorded_numbers(name):
    """The check of each record, a run of few steps, so that rounding, which differs from processor to processor,
    does not grow to where it would be seen: in these runs it stays below 1e-12.
    """
    experiment, record = importlib.import_module(f"rnn_notes.experiments.{name}"), recorded(name)
    excerpt = {"excerpt": novels.excerpt()}
    kept = {
        "text": corpus.load(),
        "text_again": excerpt,
        "three_cells": excerpt,
    }  # no network, no pages as they are now
    data = kept[name] if name in kept else experiment.data()
    found = experiment.run(record.check["seed"], experiment.CHECK, data, runner.Keeper())
    found.pop("files", None)
    again = json.loads(json.dumps(found))
    expected = {key: value for key, value in record.check.items() if key not in ("seed", "seconds")}
    assert_same(again, expected)


# Two runs at once, fewer seeds, damaged parts, killed workers


def test_a_second_run_of_an_experiment_is_refused_and_the_first_is_not_disturbed(tmp_path):
    """Though it asks for fewer seeds and would end first; when the first has ended, it may run."""
    experiment, begun, go_on = toy(tmp_path / "log"), threading.Event(), threading.Event()
    inner = experiment.run

    def run(*arguments):
        begun.set()
        go_on.wait(10)
        return inner(*arguments)

    experiment.run = run
    places = {"folder": tmp_path, "unfinished": tmp_path / "parts"}
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(lambda: runner.run(experiment, range(3), pool, **places))
        begun.wait(10)
        with pytest.raises(runner.RunError, match=r"^toy is running already; wait for that run, or stop it"):
            runner.run(experiment, range(1), pool, **places)
        go_on.set()
        first.result(10)
        assert [run["seed"] for run in recorded("toy", tmp_path).runs] == [0, 1, 2]
        runner.run(experiment, range(4), pool, **places)
    assert len(recorded("toy", tmp_path).runs) == 4


def test_fewer_seeds_than_recorded_replace_nothing_unasked(tmp_path):
    """The message has the two ways out, and both lead out; more seeds are always welcome."""
    experiment = toy(tmp_path / "log")
    places = {"folder": tmp_path, "unfinished": tmp_path / "parts"}
    with ThreadPoolExecutor(1) as pool:
        runner.run(experiment, range(3), pool, **places)
        before = (tmp_path / "toy.json").read_bytes()
        text = (
            "the record of toy has 3 seeds, of which 2 would be lost; "
            "run it with --seeds 3, or pass --replace to give them up"
        )
        with pytest.raises(runner.RunError, match=f"^{re.escape(text)}$"):
            runner.run(experiment, range(1), pool, **places)
        assert (tmp_path / "toy.json").read_bytes() == before
        runner.run(experiment, range(3), pool, **places)
        runner.run(experiment, range(1), pool, **places, replace=True)
        assert len(recorded("toy", tmp_path).runs) == 1
        runner.run(experiment, range(5), pool, **places)
    assert len(recorded("toy", tmp_path).runs) == 5


def test_a_damaged_record_may_be_replaced(tmp_path):
    """As its own message says."""
    experiment = toy(tmp_path / "log")
    (tmp_path / "toy.json").write_text("{")
    with ThreadPoolExecutor(1) as pool:
        runner.run(experiment, range(1), pool, folder=tmp_path, unfinished=tmp_path / "parts")
    assert len(recorded("toy", tmp_path).runs) == 1


PARTS = {
    "empty": lambda text: "",
    "cut short": lambda text: text[: len(text) // 2],
    "edited": lambda text: re.sub(r'"drawn": \[-?\d', '"drawn": [9', text),
    "not finite": lambda text: re.sub(r'"drawn": \[[-\d.]+', '"drawn": [NaN', text),
    "of no use": lambda text: "[" * 100_000,
}


@pytest.mark.parametrize("damage", PARTS.values(), ids=PARTS)
def test_a_damaged_part_is_said_and_made_again(tmp_path, capsys, damage):
    """And only that one; the record is as if nothing had happened."""
    experiment, log = toy(tmp_path / "log"), tmp_path / "log"
    inner = experiment.run
    experiment.run = lambda seed, *others: inner(seed, *others) if seed < 2 else 1 / 0
    places = {"folder": tmp_path, "unfinished": tmp_path / "parts"}
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(ZeroDivisionError) as failed:
            runner.run(experiment, range(3), pool, **places)
        assert failed.value.__notes__ == ["2 of 3 seeds are finished and kept, and the same command goes on from there"]
        (part,) = tmp_path.glob("parts/*/1.json")
        damaged = damage(part.read_text())
        assert damaged != part.read_text()
        part.write_text(damaged)
        experiment.run = inner
        log.unlink()
        runner.run(experiment, range(3), pool, **places)
        assert log.read_text().split() == ["1", "2"]
        (said,) = capsys.readouterr().err.splitlines()
        assert said.startswith(f"{part}: ")
        assert said.endswith("; it is made again")
        runner.run(experiment, range(3), pool, folder=tmp_path / "whole", unfinished=tmp_path / "parts")
    assert find(tmp_path) == find(tmp_path / "whole")


class Killed(Executor):
    """An executor that loses a worker at its third job, as the system ends one when the memory is full."""

    def __init__(self):
        self.jobs = 0

    def submit(self, f, *arguments):
        self.jobs += 1
        future = Future()
        if self.jobs > 2:
            future.set_exception(BrokenExecutor("a process ended abruptly"))
        else:
            future.set_result(f(*arguments))
        return future


def test_a_killed_worker_is_one_line_that_says_what_is_kept(tmp_path):
    """And the next run goes on from there."""
    experiment, log = toy(tmp_path / "log"), tmp_path / "log"
    places = {"folder": tmp_path, "unfinished": tmp_path / "parts"}
    text = (
        "a worker was killed, perhaps since the memory was full; "
        "1 of 3 seeds are finished and kept, and the same command goes on from there"
    )
    with pytest.raises(runner.RunError, match=f"^{re.escape(text)}$"):
        runner.run(experiment, range(3), Killed(), **places)
    log.unlink()
    with ThreadPoolExecutor(1) as pool:
        runner.run(experiment, range(3), pool, **places)
    assert log.read_text().split() == ["1", "2"]


def test_a_result_that_is_no_number_does_not_cost_the_others(tmp_path):
    """NaN cannot be recorded; the seeds after it are kept all the same."""
    experiment = toy(tmp_path / "log")
    inner = experiment.run
    experiment.run = lambda seed, *others: inner(seed, *others) | ({"drawn": [np.nan]} if seed == 1 else {})
    with ThreadPoolExecutor(1) as pool, pytest.raises(ValueError, match="Out of range float values"):
        runner.run(experiment, range(3), pool, folder=tmp_path, unfinished=tmp_path / "parts")
    assert sorted(part.name for part in tmp_path.glob("parts/*/[0-9].json")) == ["0.json", "2.json"]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "no address", "tcp://127.0.0.1:port"])
def test_a_wrong_scheduler_is_one_line(monkeypatch, capsys, address):
    """Without a traceback, soon, and with what to do."""
    distributed = SimpleNamespace(Client=lambda address, timeout: (_ for _ in ()).throw(OSError(f"no {address}")))
    monkeypatch.setitem(sys.modules, "distributed", distributed)
    monkeypatch.setattr(sys, "argv", ["experiments", "series", "--scheduler", address])
    assert experiments_main() == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"no scheduler answers at {address} (no {address}); start one with dask scheduler")


@pytest.mark.parametrize(
    "problem", [OSError(28, "No space left on device"), DataError("x.csv:5: wrong"), runner.RunError("no")]
)
def test_what_the_system_or_the_data_refuse_is_one_line(monkeypatch, capsys, problem):
    """Exit status 1, as for all that fails."""
    monkeypatch.setattr(sys, "argv", ["experiments", "series"])
    monkeypatch.setattr(runner, "processes", contextlib.nullcontext)
    monkeypatch.setattr(runner, "run", lambda *arguments, **options: (_ for _ in ()).throw(problem))
    assert experiments_main() == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert str(problem) in said


# Records


def edited(pattern, new):
    """An editor that is seen to change the text, and leaves the digest as it was."""

    def edit(text):
        changed = re.sub(pattern, new, text, count=1)
        assert changed != text
        return changed

    return edit


BROKEN_RECORDS = {
    "cut short": (lambda text: text[:-40], "this is not JSON, so it was changed or cut short"),
    "empty": (lambda text: "", "this is not JSON"),
    "too deep": (lambda text: "[" * 100_000, "this is not JSON"),
    "in another encoding": (lambda text: text.encode("utf-16"), "this is not JSON"),
    "something else": (lambda text: "[1, 2]", r"it holds \['list'\] but a record with \['experiment'"),
    "a key missing": (edited('"version"', '"edition"'), r"it holds \['experiment', 'edition'"),
    "without a digest": (edited(r',\n"digest": "\w+"', ""), r"it holds .* but a record with .*'digest'\] is expected"),
    "another digest": (edited('"digest": "', '"digest": "0'), "it does not match its digest, so it was edited"),
    "a number edited": (edited(r'"drawn": \[0\.1', '"drawn": [0.2'), "it does not match its digest, so it was edited"),
    "a number as text": (edited(r'"drawn": \[([\d.]+)', r'"drawn": ["\1"'), "it does not match its digest"),
    "another version": (edited(r'"version": "', '"version": "9'), "it does not match its digest"),
    "a seed less": (edited(r',\n\{"seed": 1.*', ""), "it does not match its digest"),
    "a seed twice": (edited('"seed": 1', '"seed": 0'), "seed 0 has two runs but each has one"),
    "a seed as text": (edited('"seed": 1', '"seed": "1"'), r'runs\[1\]\.seed is "1" but a whole number is expected'),
    "a time as text": (
        edited(r'"seconds": ([\d.]+),\n', r'"seconds": "\1",\n'),
        r'seconds is "[\d.]+" but a number is expected',
    ),
    "no runs": (edited(r'(?s)"runs": \[.*?\n\]', '"runs": []'), r"runs is \[\] but a list with a run for each seed"),
    "runs of nothing": (edited(r'(?s)"runs": \[.*?\n\]', '"runs": null'), "runs is null but a list"),
    "runs as text": (edited(r'(?s)"runs": \[.*?\n\]', '"runs": "many"'), 'runs is "many" but a list'),
    "runs that are none": (edited(r'(?s)"runs": \[.*?\n\]', '"runs": [1]'), r"runs\[0\] is 1 but an object"),
    "settings of nothing": (edited('"settings": {"n": 3}', '"settings": []'), r"settings is \[\] but an object"),
    "not a number": (
        edited(r'"drawn": \[[\d.]+', '"drawn": [NaN'),
        r"runs\[0\]\.drawn\[0\] is nan but a finite number",
    ),
    "infinite": (edited(r'"drawn": \[[\d.]+', '"drawn": [-Infinity'), r"runs\[0\]\.drawn\[0\] is -inf but a finite"),
    "too large": (edited(r'"drawn": \[[\d.]+', '"drawn": [1e400'), r"runs\[0\]\.drawn\[0\] is inf but a finite"),
    "a key twice": (edited('"version"', '"version": "0", "version"'), "version stands twice"),
    "an inner key twice": (edited('"seed": 1,', '"seed": 1, "seed": 1,'), r"runs\[1\]\.seed stands twice"),
    "of another experiment": (None, "it is a record of 'toy' but one of 'other' is expected"),
}


@pytest.mark.parametrize(("damage", "message"), BROKEN_RECORDS.values(), ids=BROKEN_RECORDS)
def test_a_damaged_record_is_refused_with_file_reason_and_remedy(tmp_path, damage, message):
    """And so is a missing one."""
    name = "toy" if damage else "other"
    with pytest.raises(
        DataError, match=r"toy.json: there is no such record; python -m rnn_notes.experiments toy writes"
    ):
        recorded("toy", tmp_path)
    with ThreadPoolExecutor(1) as executor:
        file = runner.run(toy(tmp_path / "log"), [0, 1], executor, folder=tmp_path, unfinished=tmp_path / "parts")
    if damage:
        text = damage(file.read_text())
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    else:
        file = file.replace(tmp_path / "other.json")
    with pytest.raises(
        DataError, match=rf"^{re.escape(str(file))}: {message}.*; python -m rnn_notes.experiments {name} writes it$"
    ):
        recorded(name, tmp_path)


def test_a_record_may_be_laid_out_anew(tmp_path):
    """Its digest is that of the values: line ends of another system change nothing."""
    with ThreadPoolExecutor(1) as executor:
        file = runner.run(toy(tmp_path / "log"), [0, 1], executor, folder=tmp_path, unfinished=tmp_path / "parts")
    before = recorded("toy", tmp_path)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert recorded("toy", tmp_path) == before
    file.write_text(json.dumps(json.loads(file.read_text()), indent=1))
    assert recorded("toy", tmp_path) == before


def test_a_key_that_no_run_has_is_refused_with_those_that_it_has(tmp_path):
    """On any level."""
    with ThreadPoolExecutor(1) as executor:
        runner.run(toy(tmp_path / "log"), [0], executor, folder=tmp_path, unfinished=tmp_path / "parts")
    record = recorded("toy", tmp_path)
    with pytest.raises(ValueError, match=r"^toy has no 'dawn' here but seed, seconds, drawn; pass one of th"):
        record.over_seeds("dawn")
    with pytest.raises(ValueError, match=r"^toy has no 'x' here but no keys, but numbers"):
        record.over_seeds("drawn", "x")


@pytest.fixture(scope="module")
def small_generator():
    """A network that has learned nothing yet."""
    return generator.Generator.init('ab "ü\n', 5, np.random.default_rng(0))


def test_a_generator_file_holds_the_network_in_half_precision(tmp_path, small_generator):
    """All numbers agree to the 11 bits that half precision has; the alphabet is the same."""
    file = tmp_path / "small.safetensors"
    file.write_bytes(generator.dump(small_generator))
    loaded = generator.load(file)
    assert loaded.alphabet == small_generator.alphabet
    for part in ("cell", "readout"):
        before, after = (parameters.arrays(getattr(g, part)) for g in (small_generator, loaded))
        for name in before:
            assert after[name].dtype == np.float64
            assert np.allclose(after[name], before[name], rtol=2**-11, atol=1e-7)


def test_a_generator_file_is_in_the_safetensors_format(small_generator):
    """As its specification says: length, JSON header without gaps in the places, then the arrays, and no byte more."""
    content = generator.dump(small_generator)
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__")
    assert all(isinstance(value, str) for value in metadata.values())
    assert (8 + length) % 8 == 0
    end = 0
    for entry in header.values():
        assert entry["dtype"] == "F16"
        assert entry["data_offsets"] == [end, end + 2 * int(np.prod(entry["shape"]))]
        end = entry["data_offsets"][1]
    assert len(content) == 8 + length + end
    assert header["lstm.W_x"]["shape"] == [4, 5, 6]


DAMAGES = {
    "empty": lambda content: b"",
    "cut in its length": lambda content: content[:5],
    "cut in its header": lambda content: content[:100],
    "cut in its numbers": lambda content: content[:-3],
    "one bit turned": lambda content: content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
    "another kind of file": lambda content: b"PK\x03\x04 this is something else altogether",
    "an array missing": lambda content: content.replace(b"lstm.b", b"lstm.x"),
    "another shape": lambda content: content.replace(b"[4,5,6]", b"[4,6,5]"),
    "another letter": lambda content: content.replace(b'"ab ', b'"aB '),
    "two equal letters": lambda content: content.replace(b'"ab ', b'"aa '),
    "another type": lambda content: content.replace(b'"F16"', b'"F32"', 1),
}
FORGED = {  # with a checksum that is right
    "an array missing": (lambda header: header.pop("lstm.b"), "KeyError"),
    "an array more": (lambda header: header.update(x=header["lstm.b"]), "x came as well"),
    "another shape": (lambda header: header["lstm.W_x"].update(shape=[4, 6, 5]), "W_h has shape"),
    "a letter less": (lambda header: header["__metadata__"].update(alphabet="ab"), "the LSTM has inputs: 6, but 2"),
    "two equal letters": (lambda header: header["__metadata__"].update(alphabet="aabcde"), "different characters: 5"),
    "no text": (lambda header: header["__metadata__"].update(alphabet=[*"abcdef"]), "the alphabet is"),
    "another type": (lambda header: header["lstm.b"].update(dtype="F32"), "lstm.b is"),
    "beyond the end": (lambda header: header["lstm.b"].update(data_offsets=[0, 10**9]), "lstm.b is"),
    "numbers that are none": (lambda header: header["lstm.b"].update(data_offsets=[-40, 0]), "lstm.b is"),
}


def forged(content, change):
    """The file with another header and a checksum that fits."""
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    change(header)
    header["__metadata__"]["crc32"] = "0" * 8
    text = json.dumps(header, separators=(",", ":")).encode()
    zeros = len(text).to_bytes(8, "little") + text + content[start:]
    return zeros.replace(b'"crc32":"00000000"', f'"crc32":"{zlib.crc32(zeros):08x}"'.encode(), 1)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_generator_file_is_refused_with_file_reason_and_remedy(tmp_path, damage, small_generator):
    """Whatever is wrong, and also if there is no file."""
    file = tmp_path / "small.safetensors"
    with pytest.raises(DataError, match=r"small\.safetensors: there is no such file that can be read \(No such"):
        generator.load(file)
    with pytest.raises(DataError, match=r": there is no such file that can be read \(Is a directory\)"):
        generator.load(tmp_path)
    content = generator.dump(small_generator)
    assert damage(content) != content
    file.write_bytes(damage(content))
    reason = (
        "it is not what was written, so it is cut short or damaged; python -m rnn_notes.experiments small writes it"
    )
    with pytest.raises(DataError, match=rf"^{re.escape(str(file))}: {reason}$"):
        generator.load(file)


@pytest.mark.parametrize(("change", "reason"), FORGED.values(), ids=FORGED)
def test_a_generator_file_that_does_not_fit_itself_is_refused(tmp_path, change, reason, small_generator):
    """Though its checksum is right, as of a file that other code has written."""
    file = tmp_path / "small.safetensors"
    file.write_bytes(forged(generator.dump(small_generator), lambda header: None))
    assert generator.load(file).alphabet == small_generator.alphabet
    file.write_bytes(forged(generator.dump(small_generator), change))
    with pytest.raises(DataError, match=rf"^{re.escape(str(file))}: this is not the file of a generator \(.*{reason}"):
        generator.load(file)


def test_no_turned_bit_of_a_generator_file_goes_by(tmp_path, small_generator):
    """Of the length, the header, the alphabet or the numbers: each bit of the first 600 bytes, and some of the rest."""
    file, content = tmp_path / "small.safetensors", generator.dump(small_generator)
    for at in [*range(600), *range(600, len(content), 11)]:
        file.write_bytes(content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :])
        with pytest.raises(DataError):
            generator.load(file)


@pytest.mark.parametrize("number", [7e4, -1e9])
def test_a_number_too_large_for_half_precision_is_not_written(small_generator, number):
    """It would be read as infinite."""
    b = small_generator.cell.b.copy()
    b[0, 0] = number
    large = generator.Generator(
        LSTM(small_generator.cell.W_x, small_generator.cell.W_h, b), small_generator.readout, small_generator.alphabet
    )
    with pytest.raises(ValueError, match=r"^lstm\.b has a number above 65504, the largest of half precision"):
        generator.dump(large)


def test_the_recorded_generator_is_small_enough_for_a_page():
    """At most 400 kB on the wire."""
    assert (RESULTS / "text.safetensors").stat().st_size <= 400_000


def test_the_recorded_generator_reads_as_step_by_step_as_the_cell_does(small_generator):
    """``read`` of a text is the cell's own ``step`` over its one-hot rows, and then the readout."""
    text = 'ab "a\nb'
    y, state = small_generator.read(text)
    h = c = np.zeros((1, 5))
    for character in text:
        one_hot = np.zeros((1, 6))
        one_hot[0, small_generator.alphabet.index(character)] = 1
        h, c = small_generator.cell.step(one_hot, h, c)
    assert np.allclose(state, (h, c))
    assert np.allclose(y, small_generator.readout.W_hy @ h[0] + small_generator.readout.b_y)


def test_an_unknown_character_is_refused_by_name(small_generator):
    """The message shows it, and what the network knows."""
    with pytest.raises(ValueError, match="the text has 'xy' but the network knows"):
        small_generator.read("aybx")


def test_temperature_is_a_power_of_the_odds():
    """At 1 the softmax; else every ratio of two probabilities is raised to 1/temperature; 0 is refused."""
    y = np.array([1.0, -2.0, 0.5])
    plain = np.exp(y) / np.exp(y).sum()
    assert np.allclose(generator.distribution(y), plain)
    for temperature in (0.2, 2.0):
        p = generator.distribution(y, temperature)
        assert np.allclose(p / p[0], (plain / plain[0]) ** (1 / temperature))
    with pytest.raises(ValueError, match="temperature is 0 but more than 0 is expected"):
        generator.distribution(y, 0)


def test_generated_text_follows_the_distribution(small_generator):
    """Of 4000 continuations by one character, each character's share is its probability, within 4 standard errors."""
    y, _ = small_generator.read("ab")
    p, n = generator.distribution(y, 0.7), 4000
    rng = np.random.default_rng(0)
    drawn = [small_generator.generate("ab", 1, 0.7, rng)[-1] for _ in range(n)]
    for k, character in enumerate(small_generator.alphabet):
        assert abs(drawn.count(character) / n - p[k]) < 4 * np.sqrt(p[k] * (1 - p[k]) / n)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_ngrams_give_probabilities(n):
    """Positive and with sum 1, after any context, seen or not."""
    counted = NGrams(np.array([0, 1, 0, 1, 2]), n, V=4)
    for before in ([], [0], [3, 3], [0, 1], [2, 0, 1]):
        p = counted.after(np.array(before, dtype=int))
        assert (p > 0).all()
        assert abs(p.sum() - 1) < 1e-12


def test_ngrams_mix_counts_as_witten_and_bell_do():
    """By hand for the text 0 1 0 1 2 with 4 characters: unigram (2, 2, 1, 0) of 5 with 3 kinds, mixed with 1/4 each."""
    unigram = (np.array([2, 2, 1, 0]) + 3 / 4) / 8
    assert np.allclose(NGrams(np.array([0, 1, 0, 1, 2]), 1, 4).after(np.array([3])), unigram)
    after_one = (np.array([1, 0, 1, 0]) + 2 * unigram) / 4  # after 1 came 0 and 2, once each
    assert np.allclose(NGrams(np.array([0, 1, 0, 1, 2]), 2, 4).after(np.array([0, 1])), after_one)


def test_perplexity_of_a_guess_is_the_size_of_the_alphabet():
    """A unigram model that has seen each of 4 characters equally often is as unsure as one that guesses."""
    assert abs(NGrams(np.arange(4), 1, 4).perplexity(np.array([2, 0, 3, 3])) - 4) < 1e-12


PAGE = """---
description: Not prose.
---

# Not prose

This is *prose* with a [link](page.md) and the names $W_{hh}$ and `b_h`.
This sentence holds $a = b$, which is more than a name.
- A **list** item with `code` in it.

| not | prose |
| --- | --- |

```python
not_prose = 1
```

$$
% check: chain
1 + 1 = 2
$$

??? success "Not prose"
    But this is.
    <!-- holds: 1 + 1 == 2 -->
"""


def test_the_corpus_is_the_prose_of_the_pages(tmp_path, monkeypatch):
    """Without front matter, headings, tables, code, formulas, claims and rare signs; names are spelled as in code."""
    monkeypatch.setattr(corpus, "RARE", 2)
    (tmp_path / "b.md").write_text("Later.\nThis has a rare sign: ~.\n")
    (tmp_path / "a.md").write_text(PAGE)
    assert corpus.gather(tmp_path).splitlines() == [
        "This is prose with a link and the names W_hh and b_h. A list item with code in it.",
        "But this is.",
        "Later.",
    ]


def test_every_tenth_paragraph_is_held_out():
    """And in no other part."""
    training, held_out = corpus.split("".join(f"{n}\n" for n in range(1, 26)))
    assert held_out == "10\n20\n"
    assert [int(n) for n in training.split()] == [n for n in range(1, 26) if n % 10]


def test_the_corpus_beside_the_record_is_the_one_that_was_read():
    """Its digest is in the record, so a page that is edited later changes nothing here."""
    digest = hashlib.sha256(corpus.load().encode()).hexdigest()
    assert {run["corpus"] for run in recorded("text").runs} == {digest}


def test_nothing_of_the_test_years_reaches_the_training_of_the_series():
    """Other numbers from 1921 on change neither the scaler nor a training window; nor do those from 1956 validation."""
    before = series.data()
    for part, first in (("training", "1921"), ("validation", "1956")):
        values = before.values + 1000 * (before.time >= np.datetime64(first))
        after = Series(before.name, before.unit, before.time, values)
        assert series.scaler(after) == series.scaler(before)
        for old, new in zip(series.windows(before, part, 22, 11), series.windows(after, part, 22, 11), strict=True):
            assert (old == new).all()


@pytest.mark.parametrize("quantity", ["returns", "prices"])
def test_nothing_of_the_later_months_reaches_the_training_on_stocks(quantity):
    """Other prices from 2006 on change no training window and no scaler, unless the scaler is made to leak."""
    before = stocks.data()
    after = {
        name: Series(s.name, s.unit, s.time, s.values * np.where(s.time >= stocks.VALIDATION, 3, 1))
        for name, s in before.items()
    }

    def same(leak):
        old, new = (stocks.parts(prices, 3, quantity, leak)["training"] for prices in (before, after))
        return np.array_equal(old.x, new.x) and np.array_equal(old.target, new.target)

    assert same(leak=False)
    assert not same(leak=True)


@pytest.mark.parametrize("quantity", ["returns", "prices"])
@pytest.mark.parametrize("months", [1, 12])
def test_a_perfect_output_is_a_perfect_forecast(quantity, months):
    """Where the output is the target, the predicted returns are those that came, for every part and stock."""
    for part in stocks.parts(stocks.data(), months, quantity).values():
        assert np.allclose(part.predicted(part.target, quantity), part.returns)
        assert stocks.error(part.returns, part) == 0


def test_each_test_month_of_each_stock_is_foretold_once():
    """39 months from January 2007 to March 2010, five stocks, whatever the network sees."""
    prices = stocks.data()
    for months in (1, 12):
        test = stocks.parts(prices, months, "returns")["test"]
        then = np.concatenate([s.between("2007-01", "2010-03").values for s in prices.values()])
        assert np.array_equal(test.then, then)
        assert len(then) == 195


def test_the_autoregression_recovers_a_linear_recurrence():
    """On a series that follows v_t = 1.6 v_{t−1} − 0.9 v_{t−2} + 3 it predicts three years without an error."""
    values = [10.0, 12.0]
    while len(values) < 309:
        values.append(1.6 * values[-1] - 0.9 * values[-2] + 3)
    made = Series("made", "", series.data().time, np.array(values))
    ar = series.Autoregression.fit(made, 2, 3)
    assert np.allclose(ar.weights[:, 0], [-0.9, 1.6, 3])
    x, target = series.windows(made, "test", 22, 3)
    assert np.allclose(ar.forecast(x), target)


def test_simple_forecasts_are_what_their_names_say():
    """On the years themselves: last value 2000, ahead 1, 2, 3; one cycle before: the year less eleven."""
    x, target = datasets.windows(np.arange(1900.0, 2000.0), 22, 11)
    assert (series.last_value(x, 11) == target[:, :1] - 1).all()
    assert (series.one_cycle_before(x, 11) == target - 11).all()


def test_a_forecaster_survives_json():
    """The network that a record holds is the one that was trained, to the last bit."""
    network = Forecaster.init(GRU, 4, 2, np.random.default_rng(0))
    again = Forecaster.from_lists(GRU, json.loads(json.dumps(network.to_lists())))
    x = np.random.default_rng(1).normal(size=(5, 3, 1))
    assert np.array_equal(again.forecast(x), network.forecast(x))


def test_the_loss_of_a_forecast_is_at_the_last_step_alone():
    """Its gradient is that which finite differences measure, zero before the last step."""
    rng = np.random.default_rng(0)
    y, target = rng.normal(size=(4, 3, 2)), rng.normal(size=(3, 2))
    _, dy = forecast.last_step(y, target)
    measured = gradcheck.finite_differences(lambda y: float(forecast.last_step(y, target)[0]), y)
    assert gradcheck.relative_difference(dy, measured) < 1e-8
    assert (dy[:-1] == 0).all()


def test_turns_are_counted_with_their_direction():
    """Three times round, one way and the other."""
    angle = np.linspace(0, 6 * np.pi, 100)
    path = np.column_stack([np.cos(angle), np.sin(angle)])
    assert abs(series.turns(path) - 3) < 1e-12
    assert abs(series.turns(path[::-1]) + 3) < 1e-12
