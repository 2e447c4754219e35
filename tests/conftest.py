"""The site, built once for all tests that look at it, as strictly as it is built for publication; what is quick."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

READER = ("tests/live/test_reader.py", "tests/browser/test_live")  # these run whole pages in the reader's Python
SLOW_FIXTURES = {"built_site", "browser", "opinions"}
SLOW = (  # folders and files whose tests start processes, or judge hundreds of formulas
    *("tests/browser/", "tests/live/", "tests/soundness/", "tests/test_mutants.py", "tests/test_first_minute.py"),
    *("tests/test_your_own_notes.py", "tests/test_finish.py", "tests/test_experiments.py", "tests/test_notebooks.py"),
    *("tests/test_install.py", "tests/test_figures.py", "tests/test_example.py", "tests/test_leftovers.py"),
    *("tests/checks/test_evaluate.py", "tests/checks/test_attack.py", "tests/checks/test_marks.py"),
    *("tests/checks/test_runs.py", "tests/test_marks_page.py", "docs/uses/", "docs/asides/"),
)


def pytest_addoption(parser):
    """What ``make quick`` and ``make reader`` say."""
    parser.addoption("--quick", action="store_true", help="leave out what needs a browser, a site or many seconds")
    parser.addoption(
        "--reader", action="store_true", help="only what runs in the reader's Python, which else is left out"
    )


def pytest_collection_modifyitems(config, items):
    """With --quick, only what a developer runs after each edit; whole pages in the reader's Python only with --reader.

    What is named by its file on the command line runs in any case.
    """
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    reader, quick = config.getoption("reader"), config.getoption("quick")
    kept, out = [], []
    for item in items:
        elsewhere = not named and item.nodeid.startswith(READER) is not reader
        slow = item.nodeid.startswith(SLOW) or SLOW_FIXTURES & {*getattr(item, "fixturenames", ())}
        (out if elsewhere or (quick and slow) else kept).append(item)
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = kept


@pytest.fixture(scope="session")
def built_site(tmp_path_factory):
    """The folder of the built site, named as GitHub Pages serves it; the first process that asks builds it for all."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # each process has a folder of its own in it
    folder, done = shared / "site" / "rnn_notes", shared / "site-is-built"
    with (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
            build = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            assert build.returncode == 0, build.stdout + build.stderr
            done.touch()
    return folder
