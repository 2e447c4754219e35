"""What is installed is pinned with its hash, and the pins are those of pyproject.toml and of requirements.txt."""

import json
import re
import runpy
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
CI = ROOT / ".ci"
LOCKS = [ROOT / "requirements.lock", CI / "tools.lock", CI / "builders.lock"]
SHA512 = r"sha512-[A-Za-z0-9+/]{86}=="
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SUPPORTED = SpecifierSet(PROJECT["project"]["requires-python"])
MINORS = [f"3.{minor}" for minor in range(40) if f"3.{minor}" in SUPPORTED]
FULL = {"3.11.0", *(f"{minor}.5" for minor in MINORS)}  # there are packages for 3.11.5 and above


def read(path):
    """The text of a file."""
    return path.read_text(encoding="utf-8")


def pinned(lock):
    """The requirements of a lock, each with its hashes."""
    logical = read(lock).replace("\\\n", " ").splitlines()
    lines = [line for line in logical if line and not line.startswith("#")]
    return [(Requirement(line.partition(" --hash")[0]), re.findall(r"--hash=(\S*)", line)) for line in lines]


def versions(lock, python):
    """The versions of each package that this Python installs from a lock, on Linux."""
    there = default_environment() | {"python_full_version": python, "python_version": python.rpartition(".")[0]}
    there |= {"sys_platform": "linux", "implementation_name": "cpython", "platform_python_implementation": "CPython"}
    found = {}
    for requirement, _ in pinned(lock):
        if requirement.marker is None or requirement.marker.evaluate(there):
            found.setdefault(requirement.name, []).append(str(requirement.specifier)[2:])
    return found


def test_every_place_names_the_same_pythons():
    """Those of requires-python: what refuses others, the first words of a reader, each lock and the workflow."""
    span = f"Python {MINORS[0]} to {MINORS[-1]}"
    places = ("Makefile", "README.md", ".ci/install.py", "docs/reference/your-own-notes.md", "requirements.txt")
    assert [path for path in places if span not in read(ROOT / path)] == []
    assert [lock.name for lock in LOCKS if f"for {span}" not in read(lock)] == []
    bounds = re.search(r"\((\d, \d+)\) <= sys\.version_info\[:2\] < \((\d, \d+)\)", read(CI / "install.py"))
    low, high = (bound.replace(", ", ".") for bound in bounds.groups())
    assert SpecifierSet(f">={low},<{high}") == SUPPORTED
    workflow = yaml.safe_load(read(ROOT / ".github/workflows/check.yml"))
    assert workflow["jobs"]["check"]["strategy"]["matrix"]["python"] == MINORS


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_each_package_of_a_lock_has_one_version_for_each_python_and_its_hashes(lock):
    """SHA-256, at least one file each; where newer Pythons take a newer version, no Python takes two."""
    found = pinned(lock)
    assert found
    for requirement, hashes in found:
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert hashes, requirement
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", value) for value in hashes), requirement
    for python in FULL:
        assert [name for name, taken in versions(lock, python).items() if len(taken) > 1] == [], python


def test_requirements_txt_has_the_versions_of_the_lock():
    """All of them, with the same conditions, beside the package itself."""
    lines = [line for line in read(ROOT / "requirements.txt").splitlines() if not line.startswith("#")]
    assert lines.pop(0) == "-e ."
    assert [str(Requirement(line)) for line in lines] == [str(requirement) for requirement, _ in pinned(LOCKS[0])]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_what_is_asked_for_is_in_the_lock(lock):
    """Each dependency, each extra but that for clusters, and what builds the package; with a version that will do."""
    if lock.parent == CI:
        asked = [line.partition("#")[0].strip() for line in read(lock.with_suffix(".in")).splitlines()]
    else:
        extras = dict(PROJECT["project"]["optional-dependencies"])
        assert not {Requirement(line).name for line in extras.pop("cluster")} & {
            found.name for found, _ in pinned(lock)
        }
        asked = sum(extras.values(), PROJECT["build-system"]["requires"] + PROJECT["project"]["dependencies"])
    for python in FULL:
        taken = versions(lock, python)
        for requirement in map(Requirement, asked):
            if requirement.name != "rnn-notes":
                assert requirement.specifier.contains(*taken[requirement.name]), (python, requirement)


def test_other_builders_take_the_versions_of_the_lock():
    """Their lock has only what requirements.lock has not, since it is installed beside it."""
    names = [{requirement.name for requirement, _ in pinned(lock)} for lock in (LOCKS[0], CI / "builders.lock")]
    assert not names[0] & names[1]


def test_what_the_build_needs_is_in_the_lock():
    """Hatchling and its own needs, so that the package is built without asking an index for more."""
    names = {requirement.name for requirement, _ in pinned(LOCKS[0])}
    assert {"hatchling", "editables", "packaging", "pathspec", "pluggy", "trove-classifiers"} <= names


def test_each_package_of_npm_has_its_hash_and_no_host():
    """The lock is that of package.json; where a package comes from is left to those who install it."""
    packages = json.loads(read(CI / "package-lock.json"))["packages"]
    root = packages.pop("")
    assert root["dependencies"] == json.loads(read(CI / "package.json"))["dependencies"]
    assert {f"node_modules/{name}" for name in root["dependencies"]} <= set(packages)
    for name, package in packages.items():
        assert re.fullmatch(SHA512, package["integrity"]), name
        assert "resolved" not in package, name


def test_the_audit_installs_what_the_lock_of_npm_names(tmp_path, monkeypatch):
    """``npm ci`` does it, once, and refuses another hash; no script of a package runs; a failure is one sentence."""
    install = runpy.run_path(str(CI / "audit.py"))["install"]
    monkeypatch.setitem(install.__globals__, "TOOLS", tmp_path)
    commands = []
    monkeypatch.setattr(subprocess, "call", lambda command: commands.append(command) or len(commands) - 1)
    install()
    assert commands[0][:2] == ["npm", "ci"]
    assert commands[0][commands[0].index("--prefix") + 1] == str(tmp_path)
    assert "--ignore-scripts" in commands[0]
    assert read(tmp_path / "package-lock.json") == read(CI / "package-lock.json")
    with pytest.raises(SystemExit, match=r"package-lock\.json were not installed, for npm's reason above"):
        install()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/.package-lock.json").touch()  # npm writes it when all is there
    install()
    assert len(commands) == 2
    (tmp_path / "package-lock.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SystemExit, match="npm's reason"):
        install()


@pytest.fixture
def renew(tmp_path, monkeypatch):
    """The program of ``make lock`` on a copy of the project, with an npm and a uv that say what is given."""
    asked = (ROOT / "pyproject.toml", CI / "package.json", CI / "tools.in", CI / "builders.in")
    for path in (*LOCKS, ROOT / "requirements.txt", *asked):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(path, copy)
    program = runpy.run_path(str(CI / "lock.py"))
    monkeypatch.setitem(program["main"].__globals__, "ROOT", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: name)

    def renewed(uv, npm, other=""):
        def run(command, **_):
            if command[0] == "npm" and npm:
                (Path(command[command.index("--prefix") + 1]) / "package-lock.json").write_text(npm)
            elif command[0] == "npm":
                raise subprocess.CalledProcessError(1, command)
            return subprocess.CompletedProcess(command, 0, uv + other if ".ci/builders.in" in command else uv)

        monkeypatch.setattr(subprocess, "run", run)
        program["main"]()

    return renewed


def files(folder):
    """What is in each file of a folder."""
    return {path.relative_to(folder).as_posix(): read(path) for path in folder.rglob("*") if path.is_file()}


def test_make_lock_renews_every_lock(renew, tmp_path):
    """The pins, with their conditions, are in requirements.txt without the hashes."""
    a = "a==1 ; sys_platform == 'win32' \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n"
    b = "b==2 \\\n    --hash=sha256:3\n"
    c = "c==3 \\\n    --hash=sha256:4\n"
    renew(a + b, "{}", other=c)
    written = files(tmp_path)
    assert written["requirements.txt"].splitlines()[0] == "-e ."
    assert written["requirements.txt"].splitlines()[2:] == ["a==1 ; sys_platform == 'win32'", "b==2"]
    assert written["requirements.lock"].endswith(a + b)
    assert written[".ci/tools.lock"].endswith(a + b)
    assert written[".ci/package-lock.json"] == "{}"
    pins = [line for line in written[".ci/builders.lock"].splitlines(keepends=True) if not line.startswith("#")]
    assert "".join(pins) == c  # what is in requirements.lock is installed already


def test_make_lock_renews_nothing_if_one_part_fails(renew, tmp_path):
    """It says which program failed, below that program's own words."""
    before = files(tmp_path)
    with pytest.raises(SystemExit, match="nothing was renewed, for the reason above: npm ended with 1"):
        renew("b==2 \\\n    --hash=sha256:3\n", npm=None)
    assert files(tmp_path) == before


def test_make_lock_says_that_npm_is_missing(renew, monkeypatch):
    """Before it resolves anything."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"make lock needs npm, .* install the package npm"):
        renew("", npm=None)
