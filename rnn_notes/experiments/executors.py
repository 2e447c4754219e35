"""Where the seeds of an experiment run: on the cores of this machine, or on the workers of a Dask cluster."""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from rnn_notes.experiments.runner import RunError


@contextmanager
def processes() -> Iterator[Executor]:
    """One process for each core this one may use, each with one BLAS thread; Ctrl-C ends them at once."""
    import multiprocessing  # here, since a browser has no processes
    from concurrent.futures import ProcessPoolExecutor

    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    context = multiprocessing.get_context("spawn")  # BLAS reads its environment when it is loaded
    executor = ProcessPoolExecutor(cores, context, initializer=_follow_parent)
    try:
        yield executor
    except KeyboardInterrupt:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def dask(address: str) -> Iterator[Executor]:
    """The workers of a Dask cluster, for example of ``tcp://127.0.0.1:8786``."""
    try:
        distributed: Any = importlib.import_module("distributed")  # optional, and without types
    except ImportError:
        raise SystemExit("--scheduler needs the package distributed; pip install 'rnn-notes[cluster]'") from None
    try:
        client = distributed.Client(address, timeout=10)
    except (OSError, ValueError, TypeError) as error:
        raise RunError(
            f"no scheduler answers at {address} ({error!s:.80}); start one with dask scheduler, "
            f"pass the address that it prints, and start workers with dask worker and that address"
        ) from None
    with client:
        yield client.get_executor()


def _follow_parent() -> None:
    """End this worker when its parent ends, in whatever way; Ctrl-C is the parent's to handle."""
    import multiprocessing
    from multiprocessing.connection import wait as wait_for

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stderr.isatty = lambda: False  # type: ignore[method-assign]  # or each training draws a bar of its own
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        wait_for([parent.sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
