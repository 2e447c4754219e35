"""Runs in the kernel before a notebook's first cell, and writes down what the notebook reads, from its first import on.

Each line of the file named by RNN_NOTES_TRACE is JSON: a path with the digest of what was read there,
or a null path if the notebook has done what leaves no trace, so that its run cannot be remembered.
https://peps.python.org/pep-0578/
"""


def _trace() -> None:  # everything within one function: the notebook's names stay its own
    import hashlib
    import json
    import os
    import sys
    import threading
    from importlib.util import source_from_cache
    from typing import Any

    # What is said here is passed on to nobody whom the notebook starts.
    trace = os.open(os.environ.pop("RNN_NOTES_TRACE"), os.O_WRONLY | os.O_APPEND)
    seen: set[str] = set()
    own: set[str] = set()
    busy, own_process = threading.local(), os.getpid()
    untraced = {"subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"}
    untraced |= {"pty.spawn", "socket.connect"}

    def digest(path: str) -> str:
        try:
            if os.path.isdir(path):
                content = "\n".join(sorted(os.listdir(path))).encode()
            else:
                with open(path, "rb") as file:
                    content = file.read()
        except OSError:
            return "missing"
        return hashlib.sha256(content).hexdigest()

    def note(named: str | bytes | os.PathLike[str]) -> None:
        path = os.path.abspath(os.fsdecode(named))
        if path.endswith(".pyc"):
            path = source_from_cache(path)
        if path not in seen and path not in own:
            seen.add(path)
            os.write(trace, (json.dumps([path, digest(path)]) + "\n").encode())

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if getattr(busy, "now", False) or os.getpid() != own_process:  # a child has closed the trace
            return
        busy.now = True
        try:
            if event in untraced:
                os.write(trace, (json.dumps([None, event]) + "\n").encode())
            elif event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
                path, _, flags = arguments
                if flags & (os.O_TRUNC | os.O_EXCL) or flags & (os.O_WRONLY | os.O_RDWR) == os.O_WRONLY:
                    own.add(os.path.abspath(os.fsdecode(path)))  # the notebook's own, so reading it is not an input
                else:
                    note(path)
            elif event == "import" and "." not in arguments[0]:  # a module beside the notebook goes first
                note(f"{arguments[0]}.py")
            elif event == "sqlite3.connect" and isinstance(arguments[0], (str, bytes, os.PathLike)):
                note(arguments[0])
            elif event in ("os.listdir", "os.scandir") and not isinstance(arguments[0], int):
                asks = sys._getframe(1).f_code.co_filename
                if "importlib" not in asks:  # that looks for modules, and opens what it finds
                    note(arguments[0] or ".")
        except (OSError, ValueError):
            os.write(trace, (json.dumps([None, event]) + "\n").encode())
        finally:
            busy.now = False

    asked = os.stat

    def stat(path: Any, *more: Any, **named: Any) -> os.stat_result:
        """Of which no hook hears: os.path.exists and the like ask it."""
        if isinstance(path, (str, bytes, os.PathLike)) and not getattr(busy, "now", False):
            busy.now = True
            try:
                if not os.path.isdir(path):
                    note(path)
            except (OSError, ValueError):
                pass  # as the notebook will hear below
            finally:
                busy.now = False
        return asked(path, *more, **named)

    sys.addaudithook(heard)
    os.stat = stat


def _later() -> None:
    """Let the clocks be ahead by the seconds of RNN_NOTES_LATER: what they say is not part of a page."""
    import datetime
    import os
    import time
    from typing import Any

    ahead = float(os.environ.pop("RNN_NOTES_LATER", "0"))
    if not ahead:
        return
    now, gmtime, localtime, asctime, strftime = time.time, time.gmtime, time.localtime, time.asctime, time.strftime
    moved = datetime.timedelta(seconds=ahead)
    time.time = lambda: now() + ahead
    time.time_ns = lambda: int(time.time() * 1e9)
    time.gmtime = lambda seconds=None: gmtime(time.time() if seconds is None else seconds)
    time.localtime = lambda seconds=None: localtime(time.time() if seconds is None else seconds)
    time.asctime = lambda moment=None: asctime(moment or time.localtime())
    time.ctime = lambda seconds=None: asctime(time.localtime(seconds))
    time.strftime = lambda form, moment=None: strftime(form, moment or time.localtime())

    def kind(real: type, **changed: Any) -> type:
        """The type with other methods, of which all values of the real one are still instances."""
        checks = {"__instancecheck__": lambda cls, value: isinstance(value, real)}
        meta = type("type", (type,), checks)
        return meta(real.__name__, (real,), {**changed, "__module__": real.__module__})

    date, moment = datetime.date, datetime.datetime
    datetime.date = kind(date, today=classmethod(lambda cls: date.today() + moved))  # type: ignore[assignment,misc]
    datetime.datetime = kind(  # type: ignore[assignment,misc]
        moment,
        now=classmethod(lambda cls, tz=None: moment.now(tz) + moved),
        utcnow=classmethod(lambda cls: moment.now(datetime.UTC).replace(tzinfo=None) + moved),
        today=classmethod(lambda cls: moment.now() + moved),
    )


_later()
_trace()
del _later, _trace
