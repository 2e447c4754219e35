"""A proof ends in time, wherever it runs, and a lack of time is not remembered."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from rnn_notes import cache
from rnn_notes.checks import deadline as limit
from rnn_notes.checks import step
from rnn_notes.checks.deadline import OutOfTimeError, deadline
from rnn_notes.checks.verdicts import check, judge
from rnn_notes.pages import Display

SLOW = "(a + b + c + u + v)^{60} = ((a + b + c)^2 + 2 (a + b + c) (u + v) + (u + v)^2)^{30}"
HOSTILE = [
    r"\exp(\exp(\exp(\exp(9)))) = 1",
    r"\exp(\exp(\exp(\exp(x)))) = \exp(\exp(\exp(\exp(2 x))))",
    r"\sinh(\cosh(\sinh(99))) > 1",
    r"\sinh(\cosh(x^2)) \ge \cosh(\sinh(x^9))",
    r"e^{e^{e^{e^{e^{9}}}}} \approx 1.0",
    r"\ln(\ln(\ln(\ln(x)))) = x",
    r"x^{x^{99}} = 1",
]


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(limit, "PROOF_SECONDS", 0.3)


@pytest.mark.slow
def test_a_proof_that_takes_too_long_ends_in_any_thread(short):
    """The processor time of the thread counts, in the main thread and in others."""
    wanted = "step 1 of 1: no proof is found in 0.3 seconds; put a step in between"
    with ThreadPoolExecutor() as pool:
        for verdict in (judge(SLOW, "chain"), pool.submit(judge, SLOW, "chain").result()):
            assert (verdict.outcome, verdict.badge, verdict.evidence) == ("refused", "not proved", wanted)
            assert not verdict.final


def test_a_lack_of_time_is_not_remembered(short, tmp_path, monkeypatch):
    """With more time the same display may hold; what was decided is remembered."""

    def endless(_):
        while True:
            pass

    monkeypatch.setattr(cache, "FOLDER", tmp_path)
    page = [Display(1, "chain", "x + x = 2 x + y - y + 0", 2)]
    with monkeypatch.context() as patch:
        patch.setattr(step, "vanishes", endless)
        assert check(page)[0].outcome == "refused"
    assert not list(tmp_path.rglob("*"))
    assert check(page)[0].outcome == "proved"


def test_waiting_costs_no_time():
    """A computer that is busy with other things does not end a proof."""
    with deadline(0.1):
        time.sleep(0.5)


def test_in_the_page_of_a_reader_an_alarm_rings(monkeypatch):
    """Also in a loop without calls, and for the outer of two limits once the inner one is past."""

    def start(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    monkeypatch.setattr(sys, "platform", "emscripten")

    def loop():
        while True:
            pass

    def loops():
        for seconds in (0.1, 0.1):
            with suppress(OutOfTimeError), deadline(seconds):
                loop()
        with deadline(5):
            ended.append("inner")
        loop()

    ended = []
    with pytest.raises(OutOfTimeError), deadline(0.5):
        loops()
    assert ended == ["inner"]


def test_without_threads_a_trace_function_looks_at_the_clock(monkeypatch):
    """As in WebAssembly, where no thread can be started."""

    def start(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)

    def work():
        return None

    def work_on():
        while True:
            work()

    with pytest.raises(OutOfTimeError), deadline(0.2):
        work_on()
    with deadline(5):
        work()


@pytest.mark.slow
def test_time_that_ends_where_nothing_can_be_raised_is_no_news(monkeypatch):
    """A finalizer cannot be stopped: Python would print that; what works on behind it is stopped as ever."""
    said = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)

    class Slow:
        def __init__(self, error=None):
            self.error = error

        def __del__(self):
            if self.error:
                raise self.error
            while True:
                pass

    def leave_and_work_on():
        Slow()
        while True:
            pass

    with pytest.raises(OutOfTimeError), deadline(0.1):
        leave_and_work_on()
    assert not said
    with deadline(5):
        Slow(ValueError("news"))
    assert [str(one.exc_value) for one in said] == ["news"]


@pytest.mark.parametrize("mark", ["chain", "numbers", "define"])
@pytest.mark.parametrize("formula", HOSTILE)
def test_numbers_beyond_all_bounds_get_a_verdict(formula, mark, short):
    """No exception, and no number of a million digits."""
    start = time.process_time()
    assert judge(formula, mark).outcome in ("refused", "fails")
    assert time.process_time() - start < 6
