"""Makes .venv anew and installs what requirements.txt pins, or says in a line what to do: ``python .ci/install.py``.

Any Python can read this file, so that one that is too old is told so.
"""
# ruff: noqa: UP031, RUF005

import os
import shutil
import subprocess
import sys

FOLDER = ".venv"
PYTHON = os.path.join(FOLDER, "Scripts" if os.name == "nt" else "bin", "python")


def main():  # type: ignore[no-untyped-def]
    """The exit status: a sentence if something is missing."""
    found = ".".join(map(str, sys.version_info[:3]))
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        return "rnn_notes needs Python 3.11, 3.12 or 3.13, but this is %s; run make PYTHON=python3.12, say" % found
    try:
        import ensurepip
        import venv

        del ensurepip, venv
    except ImportError:
        package = "python%d.%d-venv" % sys.version_info[:2]
        return "this Python cannot make environments; install the package %s, or run make PYTHON=python3.12" % package
    print("Installing into %s, once; it takes a minute or two." % FOLDER)
    sys.stdout.flush()
    shutil.rmtree(FOLDER, ignore_errors=True)  # what an interrupted install has left would stay broken
    if subprocess.call([sys.executable, "-m", "venv", FOLDER]):
        return "the environment %s could not be made; is the disk full, or the folder read-only?" % FOLDER
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "on"]
    if subprocess.call(pip + ["--requirement", "requirements.txt"]):
        return "the packages were not installed; is there a network? Run the same make again: it begins anew"
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted; run the same make again: it begins anew")
