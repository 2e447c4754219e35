"""Renews all that is pinned, or nothing if one part fails: ``make lock``. Every lock has the hash of every file.

requirements.lock      what the notes and their tests need, from pyproject.toml, and what builds the package;
                       the extra "cluster" is for those who outgrow one machine, and is not installed by default
requirements.txt       the same versions without hashes, since pip refuses them beside "-e ."
.ci/builders.lock      what .ci/builders.in needs beside requirements.lock, whose versions it takes
.ci/tools.lock         what this program and ``make advisories`` run, from .ci/tools.in
.ci/package-lock.json  what .ci/audit.py runs, from .ci/package.json
"""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOR = 'for Python 3.11 to 3.15, newest for each; "make lock" renews it.'
COMPILE = [
    *(sys.executable, "-m", "uv", "pip", "compile", "--upgrade", "--generate-hashes"),
    *("--universal", "--python-version", "3.11", "--fork-strategy", "requires-python"),
    *("--quiet", "--no-annotate", "--no-header"),
]


def compiled(*sources: str, more: str = "", beside: str = "") -> str:
    """The pins and hashes of all that these files require, and the lines of ``more``.

    What is pinned in the lock ``beside`` has that version, and is left out.
    """
    command = [*COMPILE, *sources, *(["-"] if more else [])]
    with tempfile.NamedTemporaryFile("w", suffix=".lock", encoding="utf-8") as constraints:
        constraints.write(beside)
        constraints.flush()
        command += ["--constraints", constraints.name] if beside else []
        run = subprocess.run(command, cwd=ROOT, input=more, stdout=subprocess.PIPE, text=True, check=True)
    there = set(map(name, entries(beside)))
    return "".join(entry for entry in entries(run.stdout) if name(entry) not in there)


def entries(lock: str) -> list[str]:
    """The packages of a lock, each with its hashes."""
    return re.findall(r"^\w.*?\n(?=\S|\Z)", lock, re.MULTILINE | re.DOTALL)


def name(entry: str) -> str:
    """That of a package of a lock."""
    return entry.partition("==")[0]


def without_hashes(lock: str) -> str:
    """The pins of a lock alone, one per line."""
    return "".join(f"{pin}\n" for pin in re.findall(r"^(\w.*?) \\$", lock, re.MULTILINE))


def compiled_by_npm() -> str:
    """The lock of .ci/package.json: what each package is, by its hash, and not the host that served it."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / ".ci/package.json", folder)
        quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        lock_only = ["--package-lock-only", "--omit-lockfile-registry-resolved"]
        subprocess.run(["npm", "install", "--prefix", folder, *lock_only, *quietly], check=True)
        return (Path(folder) / "package-lock.json").read_text(encoding="utf-8")


def main() -> None:
    """Resolve everything, then write it."""
    if not shutil.which("npm"):
        sys.exit("make lock needs npm, which locks the tools of .ci/audit.py; install the package npm")
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    try:
        lock = compiled("pyproject.toml", "--extra", "site", "--extra", "test", more="\n".join(build))
        written = {
            "requirements.lock": f"# Every package that make installs, pinned and with its hashes, {FOR}\n{lock}",
            "requirements.txt": f"-e .\n# The versions of requirements.lock, {FOR}\n{without_hashes(lock)}",
            ".ci/builders.lock": f"# What other builders of the site need beside requirements.lock, {FOR}\n"
            + compiled(".ci/builders.in", beside=lock),
            ".ci/tools.lock": f"# The tools of maintainers, pinned and with their hashes, {FOR}\n"
            + compiled(".ci/tools.in"),
            ".ci/package-lock.json": compiled_by_npm(),
        }
    except subprocess.CalledProcessError as error:
        sys.exit(f"nothing was renewed, for the reason above: {Path(error.cmd[0]).name} ended with {error.returncode}")
    for path, text in written.items():
        (ROOT / path).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
