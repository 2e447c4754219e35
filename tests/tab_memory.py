"""How much memory a tab takes in which Python runs: ``python tests/tab_memory.py SITE`` prints it, measured thrice.

Chromium is led through its pipe, and asked for nothing else. Playwright listens to the network as well, and for whoever
listens the tab keeps all that it loads once more, as text: that is up to 60 MB, which no reader has.

A megabyte is a million bytes; memory that processes share is divided among them, as Linux does in its "Pss".
"""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from static_host import serve

PAGE = "reference/how-it-is-checked/"
LOADED = """document.readyState === "complete" && document.querySelector(".try-formula") !== null"""
RUN = """document.querySelector("[data-live] .run").click()"""  # a block that needs NumPy
RAN = """document.querySelector("[data-live]").dataset.state === "same" """
PROVE = """document.querySelector(".try-formula .judge").click()"""  # which needs SymPy
PROVED = """document.querySelector(".try-formula .live-status").textContent.startsWith("Holds: proved")"""
REST = 45  # seconds, after which Chromium has collected what is no longer in use
PATIENCE = 120  # seconds, on a busy machine


class Chromium:
    """A browser that does what it is told through its pipe."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process, self.sent, self.unread = process, 0, b""

    def __call__(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """What a method of the DevTools protocol returns."""
        self.sent += 1
        message = {"id": self.sent, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        assert self.process.stdin
        self.process.stdin.write(json.dumps(message).encode() + b"\0")
        while (answer := self.read()).get("id") != self.sent:
            pass
        assert "result" in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def read(self) -> Any:
        """The next message."""
        assert self.process.stdout
        while b"\0" not in self.unread:
            more = self.process.stdout.read(1 << 16)
            assert more, "Chromium has ended"
            self.unread += more
        message, _, self.unread = self.unread.partition(b"\0")
        return json.loads(message)


@contextlib.contextmanager
def started(program: str) -> Iterator[Chromium]:
    """A browser of one's own."""
    pipe = ["sh", "-c", 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1']  # Chromium's ends of it are 3 and 4
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ["--headless", "--no-sandbox", "--disable-background-networking", f"--user-data-dir={profile}"]
        command = [*pipe, program, "--remote-debugging-pipe", *options, "about:blank"]
        with subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            chromium = Chromium(process)
            try:
                yield chromium
            finally:
                chromium("Browser.close")


def megabytes(chromium: Chromium) -> float:
    """The memory of the tab: of all processes that show pages the largest, since another may stand by."""
    processes = chromium("SystemInfo.getProcessInfo")["processInfo"]
    pages = [Path(f"/proc/{each['id']}/smaps_rollup") for each in processes if each["type"] == "renderer"]
    sizes = [int(page.read_text(encoding="ascii").partition("\nPss:")[2].split()[0]) for page in pages]  # in KiB
    return max(sizes, default=0) * 1024 / 1e6


def measured(site: str, program: str, rest: float = REST) -> dict[str, float]:
    """The megabytes of a tab from its bare page to a proof; at most, where something is done."""
    with started(program) as chromium:
        tab = chromium("Target.createTarget", url=site + PAGE)["targetId"]
        session = chromium("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]

        def evaluate(script: str) -> Any:
            return chromium("Runtime.evaluate", session, expression=script)["result"].get("value")

        def most_until(condition: str, seconds: float = PATIENCE) -> float:
            most, end = megabytes(chromium), time.monotonic() + seconds
            while not evaluate(condition) and time.monotonic() < end:
                time.sleep(0.2)
                most = max(most, megabytes(chromium))
            return most

        most_until(LOADED)
        time.sleep(3)  # until all is there that comes by itself
        found = {"bare page": megabytes(chromium)}
        evaluate(RUN)
        found["first run"] = most_until(RAN)
        assert evaluate(RAN), "the block has not run"
        evaluate(PROVE)
        found["first proof"] = most_until(PROVED)
        assert evaluate(PROVED), "the formula is not proved"
        found["just after it"] = most_until("false", 10)
        most_until("false", rest - 10)
        found["at rest"] = megabytes(chromium)
    return found


def main() -> None:
    """Print a table, with the least and the most of three measurements."""
    with serve(Path(sys.argv[1]).resolve()) as site:
        for program in filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))):
            print(program)
            rows = [measured(site, program) for _ in range(3)]
            for name in rows[0]:
                values = sorted(row[name] for row in rows)
                print(f"{name:>18}  {values[1]:.0f} MB ({values[0]:.0f} to {values[2]:.0f})")


if __name__ == "__main__":
    main()
