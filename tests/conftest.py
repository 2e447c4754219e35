"""The site, built once for all tests that look at it, as strictly as it is built for publication."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def built_site(tmp_path_factory):
    """The folder of the built site, named as GitHub Pages serves it."""
    folder = tmp_path_factory.mktemp("site") / "rnn_notes"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    build = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert build.returncode == 0, build.stdout + build.stderr
    return folder
