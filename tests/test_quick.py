"""``make quick`` stays quick: what is left out is named, and a test that is slow and is not named fails."""

import re
from pathlib import Path

import pytest

from rnn_notes import cache

ROOT = Path(__file__).parents[1]
CONFTEST = (ROOT / "tests/conftest.py").read_text(encoding="utf-8")
TESTS = """
import time
import pytest
from rnn_notes import cache

def work():
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass

@pytest.mark.slow
def test_with_the_mark():
    work()

def test_without():
    work()

def test_that_makes_what_is_remembered():
    work()
    cache.remember("kind", "key", lambda: "text")

def test_that_is_quick():
    pass
"""


@pytest.mark.slow
def test_a_slow_test_has_the_mark_or_fails(pytester, monkeypatch, tmp_path):
    """Only with --quick, and not where it has made what the next run finds."""
    monkeypatch.setattr(cache, "FOLDER", tmp_path)
    pytester.makeconftest(re.sub(r"(?m)^QUICK = \d+", "QUICK = 0.1", CONFTEST))
    pytester.makeini("[pytest]\ntestpaths = tests\nmarkers = slow")
    pytester.mkdir("tests").joinpath("test_times.py").write_text(TESTS)
    options = ["-p", "no:cacheprovider", "-p", "no:playwright"]  # the second cannot run within itself
    quick = pytester.runpytest_inprocess("--quick", *options)
    quick.assert_outcomes(passed=2, failed=1, deselected=1)
    quick.stdout.fnmatch_lines(["this took 0.[3-9] seconds*mark it @pytest.mark.slow", "FAILED *::test_without*"])
    pytester.runpytest_inprocess(*options).assert_outcomes(passed=4)


@pytest.mark.parametrize("name", sorted({*re.findall(r'"((?:tests|docs)/[^"]*)"', CONFTEST)}))
def test_what_is_left_out_or_put_first_is_there(name):
    """A file that has another name now would run as if nobody had named it."""
    assert list(ROOT.glob(f"{name.rstrip('/')}*")), name
