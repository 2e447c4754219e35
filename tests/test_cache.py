"""What is remembered is what its key says, whatever happens while it is made, written or kept.

It is long because it tries what threads, processes, signals and full disks can do, one by one.
"""

import errno
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn_notes import cache

GENTLE = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "cache")
    return tmp_path / "cache"


def never():
    """A make that must not be asked."""
    pytest.fail("made again")


def entries(folder):
    """The files of the cache."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_text_is_made_once(folder):
    """Then it is the same text, whatever characters it has."""
    text = "Wörter ∂ 𝔼\r\n\0\n"
    assert cache.remember("kind", "key", lambda: text) == text
    assert cache.remember("kind", "key", never) == text
    assert cache.remember("kind", "other key", lambda: "") == ""
    assert cache.remember("kind", "other key", never) == ""


def test_what_a_clock_has_ended_is_used_and_not_kept(folder):
    """The next run tries again."""
    assert cache.remember("kind", "key", lambda: cache.Passing("no time")) == "no time"
    assert cache.remember("kind", "key", lambda: "proved") == "proved"
    assert cache.remember("kind", "key", never) == "proved"


def test_what_no_longer_holds_is_made_again(folder):
    """A text that depends on files, for example, says itself whether it still holds."""
    cache.remember("kind", "key", lambda: "old")
    assert cache.remember("kind", "key", lambda: "new", holds=lambda text: text != "old") == "new"
    assert cache.remember("kind", "key", never, holds=lambda text: text != "old") == "new"


DAMAGE = st.one_of(
    st.tuples(st.just("cut"), st.integers(0, 10**6), st.just(0)),
    st.tuples(st.just("flip"), st.integers(0, 10**6), st.integers(0, 7)),
    st.tuples(st.just("append"), st.integers(0, 255), st.just(0)),
    st.tuples(st.just("garbage"), st.integers(0, 200), st.integers(0, 10**6)),
)


@GENTLE
@given(text=st.text(max_size=100), damage=DAMAGE)
def test_a_damaged_entry_is_made_again_with_one_line(folder, caplog, text, damage):
    """Cut, flipped, longer or garbage: the text is right, one line is logged, and the entry is whole again."""
    shutil.rmtree(folder, ignore_errors=True)
    cache.remember("kind", "key", lambda: text)
    (path,) = entries(folder)
    whole, (how, a, b) = path.read_bytes(), damage
    place = a % len(whole)
    path.write_bytes(
        {
            "cut": whole[:place],
            "flip": whole[:place] + bytes([whole[place] ^ 1 << b % 8]) + whole[place + 1 :],
            "append": whole + bytes([a % 256]),
            "garbage": random.Random(b).randbytes(a),
        }[how]
    )
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        assert cache.remember("kind", "key", lambda: text) == text
    (record,) = caplog.records
    assert f"{path} is damaged" in record.getMessage()
    assert cache.remember("kind", "key", never) == text


@pytest.mark.parametrize("other", [("kind", "other"), ("other", "key")])
def test_an_entry_under_the_name_of_another_is_made_again(folder, caplog, other):
    """Copied over it or renamed, of the same kind or of another one: it is not what its key says."""
    cache.remember("kind", "key", lambda: "mine")
    (mine,) = entries(folder)
    cache.remember(*other, lambda: "other")
    (others,) = set(entries(folder)) - {mine}
    shutil.copyfile(mine, others)
    assert cache.remember(*other, lambda: "made again") == "made again"
    assert "is damaged" in caplog.text


def test_where_nothing_can_be_kept_all_is_made_each_time(tmp_path, monkeypatch, caplog):
    """As in a folder that is read-only or missing for good: the text is right, and the reason is logged once."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "file" / "cache")
    for number in range(3):
        assert cache.remember("kind", "key", lambda number=number: str(number)) == str(number)
    (record,) = caplog.records
    assert "nothing can be kept in" in record.getMessage()


def test_a_full_disk_leaves_nothing_behind(folder, monkeypatch, caplog):
    """What was written so far goes; once there is room, the text is kept."""

    def full(unfinished, path):
        assert unfinished.exists()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    assert cache.remember("kind", "key", lambda: "text") == "text"
    assert not entries(folder)
    assert "No space left" in caplog.text
    monkeypatch.undo()
    monkeypatch.setattr(cache, "FOLDER", folder)
    cache.remember("kind", "key", lambda: "text")
    assert cache.remember("kind", "key", never) == "text"


def test_threads_may_remember_the_same_thing(folder):
    """Eight at once: all get the text, and nothing unfinished stays."""
    failed = []

    def work():
        try:
            for n in range(60):
                assert cache.remember("kind", str(n), lambda n=n: str(n) * 1000) == str(n) * 1000
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(entries(folder)) == 60


def test_what_nobody_uses_goes_after_a_month(folder):
    """An unfinished file of a killed process goes after a day; what else lies there is not touched."""
    cache.remember("kind", "old", lambda: "old")
    (old,) = entries(folder)
    os.utime(old, (0, 0))
    cache.remember("kind", "new", lambda: "new")
    unfinished = old.with_name(f".{old.name}.0123")
    unfinished.write_text("half")
    os.utime(unfinished, (0, 0))
    seed = folder / "experiments" / "time_series-0123" / "0.json"
    seed.parent.mkdir(parents=True)
    seed.touch()
    os.utime(seed, (0, 0))
    cache.tidy()
    assert not old.exists()
    assert not unfinished.exists()
    assert seed.exists()
    assert cache.remember("kind", "new", never) == "new"


def test_what_is_used_stays(folder):
    """An old entry that is asked for is young again."""
    cache.remember("kind", "key", lambda: "text")
    (path,) = entries(folder)
    os.utime(path, (0, 0))
    cache.remember("kind", "key", never)
    cache.tidy()
    assert cache.remember("kind", "key", never) == "text"


# The package of a test: its module `picture` draws what its own source says, and `colours` has the colour.
PACKAGE = {
    "__init__.py": "",
    "colours.py": "colour = {colour!r}\n",
    "picture.py": "from notes.colours import colour\ndef draw():\n    return colour\n",
}
BUILD = """
import sys
from pathlib import Path
sys.dont_write_bytecode = True  # two edits within a second may have the same length
from notes import cache
before, within, making, after = sys.argv[1:]
def edit(colours):
    for colour in colours.split():
        Path("notes/colours.py").write_text(f"colour = {colour!r}\\n")
edit(before)
if not making:
    from notes import picture
edit(within)
def make():
    edit(making)
    from notes import picture
    drawn = picture.draw()
    edit(after)
    return drawn
print(cache.remember("figures", cache.digest("notes.picture"), make))
"""


@pytest.fixture
def build(tmp_path):
    """A function that builds in a process of its own, in which the source is edited meanwhile."""
    package = tmp_path / "notes"
    (package / "cache").mkdir(parents=True)
    for name, text in PACKAGE.items():
        (package / name).write_text(text.format(colour="red") if name == "colours.py" else text)
    shutil.copy(cache.__file__, package / "cache")

    def built(before="", within="", making="", after=""):
        command = [sys.executable, "-c", BUILD, before, within, making, after]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        source = (package / "colours.py").read_text().split("'")[1]
        return run.stdout.strip(), source

    return built


@pytest.mark.slow
@pytest.mark.parametrize(
    "edits",
    [
        {"before": "tan"},
        {"within": "tan"},
        {"making": "tan"},
        {"making": "tan", "after": "red"},
        {"after": "tan"},
        {"before": "tan red"},
        {"before": "tan", "within": "red"},
        {"within": "tan red"},
        {"within": "tan", "after": "red"},
        {"after": "tan red"},
        {"before": "tan", "within": "sky", "after": "tan"},
    ],
    ids=str,
)
def test_a_save_during_a_build_never_leaves_an_old_picture_under_a_new_source(build, edits):
    """Whenever the source is edited, and edited back, the next build shows what the source says."""
    build(**edits)
    shown, source = build()
    assert shown == source
    assert build() == (shown, source)


@pytest.mark.slow
def test_an_edit_of_what_a_module_imports_is_seen(build, tmp_path):
    """Also of a module of another package, an author's own; a data file beside a module is part of it."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/__init__.py").write_text("")
    (tmp_path / "mine/deep.py").write_text("from . import deeper\nimport json, numpy\n")
    (tmp_path / "mine/deeper.py").write_text("x = 1\n")
    (tmp_path / "mine/deeper.csv").write_text("1\n")
    program = "from notes import cache; print(cache.digest('mine.deep'))"

    def digest():
        return subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    found = [digest(), digest()]
    assert found[0] == found[1]
    for name in ("deep.py", "deeper.py", "deeper.csv", "__init__.py"):
        with (tmp_path / "mine" / name).open("a") as file:
            file.write("\n")
        found.append(digest())
    assert len(set(found)) == 5


def test_what_a_processor_that_rounds_otherwise_has_made_is_made_again(monkeypatch):
    """One whose tanh has another last digit; two digests on one processor are the same."""
    digest, tanh = cache.digest.__wrapped__, np.tanh
    here = digest("rnn_notes.activations")
    cache.arithmetic.cache_clear()
    assert digest("rnn_notes.activations") == here
    cache.arithmetic.cache_clear()
    monkeypatch.setattr(np, "tanh", lambda x: np.nextafter(tanh(x), x.dtype.type(2)))
    try:
        assert digest("rnn_notes.activations") != here
    finally:
        cache.arithmetic.cache_clear()


def test_a_module_without_source_is_named():
    """A digest of nothing would hold forever."""
    with pytest.raises(ValueError, match="no source of the module 'no_such_module'"):
        cache.digest("no_such_module")


WRITER = """
import sys
from notes import cache
print("ready", flush=True)
for n in range(10**6):
    key = str(n % 40)
    made = cache.remember("kind", key + sys.argv[1], lambda: key * 20000)
    assert made == key * 20000, "wrong text"
"""


@pytest.mark.slow
def test_killed_at_any_moment_it_leaves_nothing_wrong(build, tmp_path):
    """Two writers at once, killed at random moments; whatever they leave, the texts are right and no line is logged."""
    chance = random.Random(7)
    for kind in range(8):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(kind)],
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        for writer in writers:
            assert writer.stdout.readline() == "ready\n"
        time.sleep(chance.random() / 50)
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            _, complaints = writer.communicate()
            assert not complaints
    program = f"{WRITER.replace('10**6', '40')}\nprint('whole')"
    for kind in range(8):
        run = subprocess.run(
            [sys.executable, "-c", program, str(kind)], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert run.stdout.split() == ["ready", "whole"]
        assert not run.stderr
