"""A run can be stopped, killed and damaged, and ends as if nothing had happened.

It is long because each way of being stopped, killed or damaged is really tried, in processes.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from toy_experiment import Settings, assert_same, find, toy

import rnn_notes
from rnn_notes.datasets import DataError
from rnn_notes.experiments import executors, recorded, runner, time_series
from rnn_notes.experiments.__main__ import main as experiments_main
from rnn_notes.experiments.records import recorded_file


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
    assert "files" not in record.check
    for seed in range(3):
        assert recorded_file(record, f"{seed}.bin", tmp_path).read_text() == "weights"
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
        from rnn_notes.experiments import executors, runner
        folder = Path(sys.argv[1])
        with executors.processes() as executor:
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
        sys.modules["rnn_notes.experiments.time_series"] = toy
        runner.UNFINISHED = Path("parts")
        runner.run = partial(runner.run, folder=Path("results"))  # should it not be stopped in time
        sys.argv = ["experiments", "time_series", "--seeds", "3"]
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
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # in a shell's background it is ignored
    )
    (tmp_path / "slow").touch()
    while not (list(tmp_path.glob("parts/*/1.json")) and list(tmp_path.glob("began-2-*"))):  # one worker has no work
        assert run.poll() is None
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)  # a terminal sends it to the workers too
    _, errors = run.communicate(timeout=120)
    assert errors.decode() == "\nstopped; finished seeds are kept, and the same command resumes from there\n"
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
        return [{**run, "seconds": 0} for run in recorded("time_series", folder).runs]

    small = {"settings": time_series.CHECK, "unfinished": tmp_path / "parts"}
    with executors.dask(cluster) as executor:
        runner.run(time_series, range(3), executor, folder=tmp_path / "cluster", **small)
    with ThreadPoolExecutor(1) as executor:
        runner.run(time_series, range(3), executor, folder=tmp_path / "here", **small)
    there, here = found(tmp_path / "cluster"), found(tmp_path / "here")
    assert [run["seed"] for run in there] == [0, 1, 2]
    for one, other in zip(there, here, strict=True):
        assert_same(one, other)


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
        assert failed.value.__notes__ == ["2 of 3 seeds are finished and kept, and the same command resumes from there"]
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
    """And the next run continues from there."""
    experiment, log = toy(tmp_path / "log"), tmp_path / "log"
    places = {"folder": tmp_path, "unfinished": tmp_path / "parts"}
    text = (
        "a worker was killed, perhaps since the memory was full; "
        "1 of 3 seeds are finished and kept, and the same command resumes from there"
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
    monkeypatch.setattr(sys, "argv", ["experiments", "time_series", "--scheduler", address])
    assert experiments_main() == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"no scheduler answers at {address} (no {address}); start one with dask scheduler")


@pytest.mark.parametrize(
    "problem", [OSError(28, "No space left on device"), DataError("x.csv:5: wrong"), runner.RunError("no")]
)
def test_what_the_system_or_the_data_refuse_is_one_line(monkeypatch, capsys, problem):
    """Exit status 1, as for all that fails."""
    monkeypatch.setattr(sys, "argv", ["experiments", "time_series"])
    monkeypatch.setattr(executors, "processes", contextlib.nullcontext)
    monkeypatch.setattr(runner, "run", lambda *arguments, **options: (_ for _ in ()).throw(problem))
    assert experiments_main() == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert str(problem) in said
