"""Whoever runs make for the first time gets there, or is told in a line what to do; and the next make works."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FAKE = """#!/usr/bin/env python3
import runpy, sys
{change}
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def project(tmp_path):
    """The files that an install needs, in a folder with a difficult name."""
    folder = tmp_path / "a b ü"
    (folder / ".ci").mkdir(parents=True)
    for name in ("Makefile", ".ci/install.py", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "requirements.txt").write_text("")
    return folder


def make(folder, *arguments, change=None):
    """What make says, with a Python that has been changed."""
    if not shutil.which("make") and not os.environ.get("CI"):
        pytest.skip("make is missing; install it to test the Makefile")
    python = folder.parent / "python"
    python.write_text(FAKE.format(change=change or "").replace("/usr/bin/env python3", sys.executable))
    python.chmod(0o755)
    command = ["make", *arguments, f"PYTHON={python if change else sys.executable}"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "sys.version_info = (3, 10, 2)",
            "needs Python 3.11, 3.12 or 3.13, but this is 3.10.2; run make",
        ),
        ("sys.version_info = (3, 14, 0)", "but this is 3.14.0; run make PYTHON=python3.12"),
        ("sys.modules['venv'] = None", "-venv, or run make PYTHON=python3.12"),
        ("sys.modules['ensurepip'] = None", "this Python cannot make environments; install the package python3."),
    ],
)
def test_a_python_that_will_not_do_is_named(project, change, message):
    """Its version, or what it lacks; the program that asks is not printed."""
    status, said = make(project, "check", change=change)
    assert status != 0
    assert message in said
    assert "import sys" not in said
    assert "Traceback" not in said


def test_without_a_network_the_last_words_say_so(project):
    """The sentence comes after pip's own."""
    (project / "requirements.txt").write_text("no-such-package==1\n")
    environment = {"PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_RETRIES": "0", "PIP_NO_INDEX": "1"}
    run = subprocess.run(
        [sys.executable, ".ci/install.py"],
        cwd=project,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert run.returncode == 1
    assert "Installing into .venv, once" in run.stdout
    assert run.stderr.strip().endswith("is there a network? Run the same make again: it begins anew")


def test_an_interrupted_install_is_begun_anew(project):
    """Half an environment without pip, as a kill leaves it; and a folder that has another name."""
    target = ["site", "--assume-new=nothing", "--dry-run"]
    (project / ".venv/bin").mkdir(parents=True)
    (project / ".venv/bin/python").symlink_to(sys.executable)
    assert ".ci/install.py" in make(project, *target)[1]
    assert subprocess.run([sys.executable, ".ci/install.py"], cwd=project, capture_output=True).returncode == 0
    assert (
        subprocess.run([".venv/bin/python", "-m", "pip", "--version"], cwd=project, capture_output=True).returncode == 0
    )
    (ready,) = [word for word in make(project, *target)[1].split() if word.startswith(".venv/ready-")]
    (project / ready).touch()
    assert ".ci/install.py" not in make(project, *target)[1]
    renamed = project.rename(project.with_name("renamed"))
    assert ".ci/install.py" in make(renamed, *target)[1]


def test_a_port_that_is_taken_is_one_sentence():
    """Before anything is built, with the command that takes another one."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    said = run.stdout + run.stderr
    assert run.returncode != 0
    assert f"make serve PORT={port + 1}" in said
    assert "Traceback" not in said
