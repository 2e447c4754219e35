"""A first run of make succeeds, or says in a line what to do; and the next make works."""

import hashlib
import os
import runpy
import shutil
import socket
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FAKE = """#!/usr/bin/env python3
import runpy, sys
{change}
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


# A package that needs nothing to build, in place of this one.
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """
import zipfile

def build_editable(folder, settings=None, metadata=None, name="itself"):
    about = {"METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 0\\n",
             "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n", "RECORD": ""}
    with zipfile.ZipFile(f"{folder}/{name}-0-py3-none-any.whl", "w") as wheel:
        for file, text in about.items():
            wheel.writestr(f"{name}-0.dist-info/{file}", text)
    return f"{name}-0-py3-none-any.whl"
"""


@pytest.fixture
def project(tmp_path):
    """The files that an install needs, in a folder with a difficult name, and a lock that names no package."""
    folder = tmp_path / "a b ü"
    (folder / ".ci").mkdir(parents=True)
    for name in ("Makefile", ".ci/install.py"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "requirements.lock").write_text("")
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "backend.py").write_text(BACKEND)
    return folder


@pytest.fixture
def offline(monkeypatch):
    """Pip has no network, and no packages but those in the folder it runs in."""
    for name, value in {"INDEX_URL": "http://127.0.0.1:9", "RETRIES": "0", "NO_INDEX": "1", "FIND_LINKS": "."}.items():
        monkeypatch.setenv(f"PIP_{name}", value)


def install(project, python=sys.executable):
    """What .ci/install.py says and returns."""
    return subprocess.run([python, ".ci/install.py"], cwd=project, capture_output=True, text=True)


def installed(project):
    """The names of what is installed in the environment, beside pip and its own."""
    names = {path.name.partition("-")[0] for path in (project / ".venv").rglob("*.dist-info")}
    return names - {"pip", "setuptools"}


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
            "needs Python 3.11 to 3.15, but this is 3.10.2; run make",
        ),
        ("sys.version_info = (3, 16, 0)", "but this is 3.16.0; run make PYTHON=python3.12"),
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


def test_without_a_network_the_last_words_say_so(project, offline):
    """The sentence comes after pip's own."""
    (project / "requirements.lock").write_text(f"no-such-package==1 --hash=sha256:{64 * '0'}\n")
    run = install(project)
    assert run.returncode == 1
    assert "Installing into .venv, once" in run.stdout
    assert run.stderr.strip().endswith("is there a network? Run the same make again: it begins anew")


def test_only_a_file_whose_hash_is_in_the_lock_is_installed(project, offline):
    """With another hash nothing is, and the last words say what is wrong."""
    wheel = project / runpy.run_path(str(project / "backend.py"))["build_editable"](project, name="locked")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = project / "requirements.lock"

    lock.write_text(f"locked==0 --hash=sha256:{digest}\n")
    run = install(project)
    assert run.returncode == 0, run.stderr
    assert installed(project) == {"locked", "itself"}

    lock.write_text(f"locked==0 --hash=sha256:{64 * '0'}\n")
    run = install(project)
    assert run.returncode == 1
    assert f"Got        {digest}" in run.stderr
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith("a package is not the file whose hash is in requirements.lock (above, Expected and Got)")
    assert last.endswith("undo what you changed in requirements.lock, or try another network or package index")
    assert installed(project) == set()


def test_a_package_without_a_hash_or_a_wheel_is_refused(project, offline, monkeypatch):
    """Of what would have to be built, the tools would come without a hash."""
    backend = runpy.run_path(str(project / "backend.py"))["build_editable"]
    wheel, source = project / backend(project, name="locked"), project / "source-0.tar.gz"
    with tarfile.open(source, "w:gz") as archive:
        for name in ("pyproject.toml", "backend.py"):
            archive.add(project / name, f"source-0/{name}")
    program = runpy.run_path(str(project / ".ci/install.py"))
    monkeypatch.setitem(program["refusal"].__globals__, "PYTHON", sys.executable)
    locked = ["--dry-run", "--ignore-installed", *program["LOCKED"]]
    monkeypatch.chdir(project)

    def said(lock):
        (project / "requirements.lock").write_text(lock)
        return program["refusal"](locked).decode()

    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (wheel, source)]
    assert said(f"locked==0 --hash=sha256:{digests[0]}\n") == ""
    assert "Hashes are required in --require-hashes mode" in said("locked==0\n")
    assert "No matching distribution found for source==0" in said(f"source==0 --hash=sha256:{digests[1]}\n")


def test_a_folder_that_cannot_be_installed_is_one_sentence(project, offline):
    """After the packages; it does not blame the network."""
    (project / "pyproject.toml").write_text("[build-system\n")
    run = install(project)
    assert run.returncode == 1
    assert run.stderr.strip().endswith(
        "this folder was not installed, for the reason above; mend that. Run the same make again: it begins anew"
    )


def test_an_interrupted_install_is_begun_anew(project, offline):
    """Half an environment without pip, as a kill leaves it; and a folder that has another name."""
    target = ["site", "--assume-new=nothing", "--dry-run"]
    (project / ".venv/bin").mkdir(parents=True)
    (project / ".venv/bin/python").symlink_to(sys.executable)
    assert ".ci/install.py" in make(project, *target)[1]
    assert install(project).returncode == 0
    assert (
        subprocess.run([".venv/bin/python", "-m", "pip", "--version"], cwd=project, capture_output=True).returncode == 0
    )
    (ready,) = [word for word in make(project, *target)[1].split() if word.startswith(".venv/ready-")]
    (project / ready).touch()
    assert ".ci/install.py" not in make(project, *target)[1]
    renamed = project.rename(project.with_name("renamed"))
    assert ".ci/install.py" in make(renamed, *target)[1]


def test_an_environment_that_is_activated_is_made_anew(project, offline):
    """With .venv/bin first on the path, make runs the Python of the environment that it removes."""
    assert install(project).returncode == 0
    run = install(project, project / ".venv/bin/python")
    assert (run.returncode, run.stderr) == (0, "")
    assert installed(project) == {"itself"}


def test_a_port_that_is_taken_is_one_sentence():
    """Before anything is built, with the command that takes another one."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    said = run.stdout + run.stderr
    assert run.returncode != 0
    assert f"make serve PORT={port + 1}" in said
    assert "Traceback" not in said
