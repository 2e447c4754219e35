"""The base of an install is NumPy, SymPy, Lark and PyYAML; what else is missing is named with its extra."""

import subprocess
import sys

import pytest

from rnn_notes import cache, extras

ONLY_BASE = """
import sys
class OnlyBase:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {libraries}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, OnlyBase())
from importlib import metadata
real = metadata.version
def version(name):
    if name not in ("numpy", "sympy", "lark", "pyyaml"):
        raise metadata.PackageNotFoundError(name)
    return real(name)
metadata.version = version
"""
LIBRARIES = ("matplotlib", "tqdm", "markdown", "pymdownx", "mkdocs", "py_mini_racer", "fontTools", "bs4", "pytest")


def without_extras(code, cwd):
    """What a process prints that has the libraries of the base alone."""
    program = ONLY_BASE.format(libraries=LIBRARIES) + code
    return subprocess.run([sys.executable, "-c", program], cwd=cwd, capture_output=True, text=True)


def test_the_base_is_enough_for_the_cells_and_the_checker(tmp_path):
    """Neither Matplotlib nor anything of the site is imported by the package or by its command."""
    (tmp_path / "page.md").write_text("---\ntitle: A page\n---\n\n$$\n% check: rnn\nh_t = \\tanh(a_t)\n$$\n")
    code = "import rnn_notes\nfrom rnn_notes.command import main\nsys.exit(main(['page.md']))"
    run = without_extras(code, tmp_path)
    assert run.returncode == 0, run.stderr
    assert "1 formula: 1 evaluated" in run.stdout


@pytest.mark.parametrize(
    ("module", "extra"), [("training", "training"), ("figures", "figures"), ("web.extension", "markdown")]
)
def test_a_missing_library_is_named_with_the_extra_that_brings_it(tmp_path, module, extra):
    """The error ends in a command that can be typed."""
    run = without_extras(f"import rnn_notes.{module}", tmp_path)
    assert run.stderr.strip().endswith(f"pip install 'rnn-notes[{extra}]'")


def test_an_error_within_a_library_is_not_called_a_missing_library(tmp_path, monkeypatch):
    """A library that is there but lacks what it needs says so itself."""
    (tmp_path / "broken_library.py").write_text("import no_such_module")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_module'"):
        extras.load("broken_library", "figures")


def test_what_is_cached_lies_in_the_project_not_in_the_package(tmp_path, monkeypatch):
    """Below the nearest pyproject.toml, or the working folder where there is none."""
    monkeypatch.chdir(tmp_path)
    assert cache.project() == tmp_path
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "deep" / "down").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "down")
    assert cache.project() == tmp_path
