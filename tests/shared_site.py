"""The built site that one run of the tests after another looks at: built anew only if something it is made of changed.

A build takes minutes, and ``make reader``, ``make test`` and a test alone all look at the same pages.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".rnn_notes" / "tested"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex  # this run of the tests, on all its processes
VARIABLES = ("CI", "RNN_NOTES_LIVE", "SOURCE_DATE_EPOCH")  # of the environment, which a build looks at


def made_of(root: Path = ROOT) -> str:
    """A digest of all that a build may read: the files that git does not ignore, but for the tests, and what runs it.

    Where git cannot list them, nothing is known and each run of the tests has another.
    """
    files = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".", ":(exclude)tests")
    if not files:
        return RUN
    total = hashlib.sha256(_git(root, "rev-parse", "HEAD"))  # pages name the last commit and its day
    for name in sorted({*files.split(b"\0")} - {b""}):
        path = root / os.fsdecode(name)
        total.update(name + b"\0" + (hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"missing"))
    installed = sorted(f"{each.name} {each.version}" for each in distributions())
    said = [f"{name}={os.environ.get(name)}" for name in VARIABLES]
    total.update("\n".join([platform.python_version(), sys.prefix, *said, *installed]).encode())
    return total.hexdigest()[:32]


def _git(root: Path, *command: str) -> bytes:
    """What git answers; nothing where there is no git, or no repository."""
    try:
        return subprocess.run(["git", *command], cwd=root, capture_output=True).stdout
    except OSError:
        return b""


def build(folder: Path) -> bool:
    """Build the site, as strictly as for publication; whether all is in it: live code is only where it can be had."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return (folder / "assets/live").exists()


@contextmanager
def shared(key: str, kept: Path = FOLDER, build: Callable[[Path], bool] = build) -> Iterator[Path]:
    """The site made of ``key``, in a folder named as GitHub Pages serves it; sites that nobody looks at are removed."""
    folder = kept / key
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "used").open("w") as used:
        with (kept / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # one after the other
            fcntl.flock(used, fcntl.LOCK_SH)
            good_for = folder / "good-for"
            if not good_for.exists() or good_for.read_text() not in (RUN, "all runs"):
                _remove_unused(kept, folder)
                good_for.unlink(missing_ok=True)
                good_for.write_text("all runs" if build(folder / "rnn_notes") else RUN)
        yield folder / "rnn_notes"


def _remove_unused(kept: Path, but: Path) -> None:
    for folder in {path.parent for path in kept.glob("*/used")} - {but}:
        with (folder / "used").open() as used:
            if _is_free(used):
                shutil.rmtree(folder)


def _is_free(used: IO[str]) -> bool:
    try:
        fcntl.flock(used, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
