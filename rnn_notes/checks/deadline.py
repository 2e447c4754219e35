"""A limit on the processor time of a proof, in any thread; where there are no threads, as in WebAssembly, too.

A second thread looks at the clock of the first and throws an exception into it. Where no second thread can be started,
a trace function looks at the clock instead, which is slower and does not see into a loop without calls; in the page of
a reader, an alarm rings. The first two do not count the time that other programs take.
"""

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rnn_notes.checks.errors import CheckError, NoProofError, OpenBoundsError

PROOF_SECONDS = 5  # of processor time for one step of a proof
LOOK = 0.05  # seconds between two looks at the clock


class OutOfTimeError(BaseException):
    """No Exception, since SymPy catches some of those on its way."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise OutOfTimeError in the block once it has worked for that many seconds."""
    _keep_quiet()
    ident, clock = threading.get_ident(), _clock()
    end, done, lock = clock() + seconds, threading.Event(), threading.Lock()

    def watch() -> None:
        wait = LOOK
        while not done.wait(wait):
            with lock:
                if clock() > end and not done.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(OutOfTimeError))
                    wait = 0.5  # and once more, should someone have caught it on the way

    def stop() -> None:
        with lock:
            done.set()

    try:
        threading.Thread(target=watch, daemon=True).start()
    except RuntimeError:
        alarm = sys.platform == "emscripten" and hasattr(signal, "setitimer")
        with _rung(seconds) if alarm else _traced(clock, end):
            yield
        return
    try:
        try:
            yield
        finally:
            stop()
    finally:
        stop()  # the exception may have arrived in the first one


def _keep_quiet() -> None:
    """Where Python cannot raise, as in a finalizer, it prints instead; ours is thrown again, so that is not news."""
    before = sys.unraisablehook
    if before is sys.__unraisablehook__ or before.__module__ != __name__:

        def hook(unraisable: Any) -> None:
            if not (unraisable.exc_type and issubclass(unraisable.exc_type, OutOfTimeError)):
                before(unraisable)

        sys.unraisablehook = hook


def _clock() -> Callable[[], float]:
    """The processor time of this thread, to be read in another one; of the process where that is not known."""
    try:
        clock = time.pthread_getcpuclockid(threading.get_ident())
        return lambda: time.clock_gettime(clock)
    except (AttributeError, OSError):
        return time.monotonic if sys.platform == "emscripten" else time.process_time  # there the latter is always 0


@contextmanager
def _rung(seconds: float) -> Iterator[None]:
    """Set the one alarm that there is, and afterwards the one before it again."""

    def ring(*_: Any) -> None:
        raise OutOfTimeError

    before, began = signal.signal(signal.SIGALRM, ring), time.monotonic()
    left, again = signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)  # and once more, should someone have caught it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left and max(left - (time.monotonic() - began), 0.001), again)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _traced(clock: Callable[[], float], end: float) -> Iterator[None]:
    calls = 0

    def look(*_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls % 100 == 0 and clock() > end:
            raise OutOfTimeError

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)


@contextmanager
def limited() -> Iterator[None]:
    """Whatever SymPy or mpmath cannot do, or not in time, is not a proof. Raises CheckError for any other Exception."""
    try:
        with deadline(PROOF_SECONDS):
            yield
    except (CheckError, OpenBoundsError, RecursionError):
        raise
    except OutOfTimeError:
        slow = NoProofError(f"no proof is found in {PROOF_SECONDS} seconds; put a step in between")
        slow.timeout = True
        raise slow from None
    except Exception as error:
        raise NoProofError(f"SymPy cannot decide this ({type(error).__name__}); put a step in between") from None
