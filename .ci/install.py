"""Makes .venv anew and installs what requirements.lock pins, or says in a line what to do: ``python .ci/install.py``.

Any Python can read this file, so that one that is too old is told so.
"""
# ruff: noqa: UP031

import os
import shutil
import subprocess
import sys

FOLDER = ".venv"
PYTHON = os.path.join(FOLDER, "Scripts" if os.name == "nt" else "bin", "python")
# A package that pip would have to build is refused, since what builds it would come without a hash.
LOCKED = ["--require-hashes", "--only-binary", ":all:", "--requirement", "requirements.lock"]
# A folder has no hash, so pip refuses it beside the others; what builds it is in the lock.
ITSELF = ["--no-deps", "--no-build-isolation", "--editable", "."]
AGAIN = "Run the same make again: it begins anew"


def refusal(what):
    # type: (list[str]) -> bytes
    """What pip says, which is also printed, if it does not install this; else nothing."""
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "on"]
    said = b""
    with subprocess.Popen(pip + what, stderr=subprocess.PIPE) as run:
        for line in run.stderr or ():
            sys.stderr.buffer.write(line)
            sys.stderr.flush()
            said += line
    return (said or b"nothing") if run.returncode else b""


def main():
    # type: () -> int | str
    """The exit status: a sentence if something is missing."""
    found = ".".join(map(str, sys.version_info[:3]))
    if not (3, 11) <= sys.version_info[:2] < (3, 16):
        return "rnn_notes needs Python 3.11 to 3.15, but this is %s; run make PYTHON=python3.12, say" % found
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
    maker = getattr(sys, "_base_executable", sys.executable)  # whoever has activated .venv runs what has just gone
    if subprocess.call([maker, "-m", "venv", FOLDER]):
        return "the environment %s could not be made; is the disk full, or the folder read-only?" % FOLDER
    said = refusal(LOCKED)
    if b"DO NOT MATCH THE HASHES" in said:
        return (
            "a package is not the file whose hash is in requirements.lock (above, Expected and Got), so nothing was"
            " installed; undo what you changed in requirements.lock, or try another network or package index"
        )
    if said:
        return "the packages were not installed; is there a network? " + AGAIN
    if refusal(ITSELF):
        return "this folder was not installed, for the reason above; mend that. " + AGAIN
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted; run the same make again: it begins anew")
