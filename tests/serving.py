"""``mkdocs serve`` on a folder of notes, edit by edit.

``python tests/serving.py`` measures on a copy of the notes how long an author waits for a verdict, and prints it.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]


class Server:
    """A context in which the project in a folder is served; ``site`` is what it has built, ``address`` where it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.at = "127.0.0.1:{1}".format(*probe.getsockname())
        self.address = f"http://{self.at}/rnn_notes/"
        self.own = tempfile.TemporaryDirectory(prefix="rnn_notes-")

    def __enter__(self) -> "Server":
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "NO_MKDOCS_2_WARNING": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", self.at],
            cwd=self.folder, env=environment | {"TMPDIR": self.own.name}, text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            self._until("Serving on")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        (self.site,) = Path(self.own.name).glob("mkdocs_*")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.terminate()
        self.process.communicate()
        self.own.cleanup()

    def write(self, path: str, old: str, new: str) -> None:
        """Replace a text of a file."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> str:
        """Replace a text of a file, and wait until that is served; returns what the build has said."""
        self.write(path, old, new)
        return self._until("Reloading browsers")

    def page(self, name: str) -> str:
        """The HTML of a page as it is built, without what the server puts into it."""
        return (self.site / name / "index.html").read_text(encoding="utf-8")

    def _until(self, words: str) -> str:
        """What is printed until the words come; raises RuntimeError, with all of it, if the build fails."""
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if words in line:
                return said
            if "An error happened" in line:
                break
        raise RuntimeError(said)


def copy_of_the_notes(folder: Path) -> None:
    """Put the notes into a folder, with what is remembered for them."""
    for name in ("docs", "rnn_notes"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("mkdocs.yml", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    (folder / ".rnn_notes").mkdir()
    (folder / ".rnn_notes/cache").symlink_to(ROOT / ".rnn_notes/cache")


def seconds(server: Server, old: str, new: str, fails: bool) -> float:
    """How long it takes from an edit of the page on the GRU until the page that is served shows what comes of it."""
    begin = time.perf_counter()
    server.write("docs/learning/gru.md", old, new)
    while ('class="display fails"' in urlopen(f"{server.address}learning/gru/").read().decode()) is not fails:
        time.sleep(0.02)
    return time.perf_counter() - begin


def main() -> None:
    """Make a display of that page false, and mend it, three times."""
    true, false = (f"\nh_t = (1 {sign} z_t) \\odot n_t + z_t \\odot h_{{t-1}}\n" for sign in "-+")
    with tempfile.TemporaryDirectory(prefix="rnn_notes-") as folder:
        copy_of_the_notes(Path(folder))
        with Server(Path(folder)) as server:
            for _ in range(3):
                print(f"shown as false after {seconds(server, true, false, True):.1f} s", flush=True)
                print(f"shown as true after {seconds(server, false, true, False):.1f} s", flush=True)


if __name__ == "__main__":
    main()
