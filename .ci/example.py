"""The project in examples/ with the built wheel, in a fresh environment, as its author would have it.

First with the base install alone, then with pytest, then with MkDocs; each has to find the one slip, and nothing else.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOUND = "11 formulas: "
TESTS = 16
SLIP = "mistake.md:7:1: FAILS (logistic)"


def run(command: list[str], folder: Path, expect: int = 0, say: str = "") -> None:
    """Run a command, and end with what it printed if it ends otherwise than expected or does not say this."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=clean)
    printed = done.stdout + done.stderr
    if done.returncode != expect or say not in printed:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}, {expect} and {say!r} expected\n{printed}")


def main() -> None:
    """Build, install and check."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        project = shutil.copytree(
            ROOT / "examples", work / "project", ignore=shutil.ignore_patterns(".rnn_notes", "site")
        )
        pip = [sys.executable, "-m", "pip"]
        lock = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(ROOT / "requirements.lock")]
        run([*pip, "download", "--quiet", *lock, "--dest", "locked"], work)
        run([*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, str(ROOT)], work)
        run([sys.executable, "-m", "venv", "fresh"], work)
        python = str(work / "fresh" / "bin" / "python")
        install = [python, "-m", "pip", "install", "--quiet", "--no-index", "--find-links", "locked"]
        wheel = str(next(work.glob("*.whl")))
        checks = [python, "-m", "rnn_notes.checks"]

        run([*install, wheel], work)
        run(checks, project, say=FOUND)
        run([*checks, "mistake.md"], project, expect=1, say=SLIP)
        run([*install, f"{wheel}[markdown]", "pytest", "mkdocs"], work)
        run([python, "-m", "pytest"], project, say=f"{TESTS} passed")
        run([python, "-m", "mkdocs", "build", "--strict"], project)
        shutil.copy(project / "mistake.md", project / "docs")
        run([python, "-m", "pytest"], project, expect=1, say=f"1 failed, {TESTS} passed")
        run([python, "-m", "mkdocs", "build", "--strict"], project, expect=1, say=SLIP)
    print("The example holds with the built wheel in a fresh environment, and its slip is found.")


if __name__ == "__main__":
    main()
