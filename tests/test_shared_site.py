"""The site that all tests look at is that of the tree as it is, and is built once."""

import subprocess
import sys

import pytest
import shared_site


@pytest.fixture
def tree(tmp_path):
    """A repository with a page, a test, and a file that git ignores."""
    for name in ("docs/page.md", "tests/test_page.py", "built.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / ".gitignore").write_text("built.txt\n")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def git(folder, *command):
    subprocess.run(["git", *command], cwd=folder, check=True)


def commit(folder):
    who = ("-c", "user.name=Reader", "-c", "user.email=reader@example.org")
    git(folder, "add", "--all")
    git(folder, *who, "commit", "--quiet", "--message", "All of it", "--allow-empty")


def write(folder, name, text="other"):
    (folder / name).write_text(text)


CHANGES = {
    "an edit": lambda tree: write(tree, "docs/page.md"),
    "a new file": lambda tree: write(tree, "docs/new.md"),
    "a file less": lambda tree: (tree / "docs/page.md").unlink(),
    "another name": lambda tree: (tree / "docs/page.md").rename(tree / "docs/other.md"),
    "a commit": commit,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_a_build_reads_changes_the_digest(tree, change):
    """Whether git knows it already or not."""
    before = shared_site.made_of(tree)
    assert shared_site.made_of(tree) == before
    change(tree)
    assert shared_site.made_of(tree) != before


@pytest.mark.parametrize("name", ["CI", "RNN_NOTES_LIVE", "SOURCE_DATE_EPOCH"])
def test_so_does_what_it_looks_at_around_it(tree, monkeypatch, name):
    """The variables of the environment."""
    before = shared_site.made_of(tree)
    monkeypatch.setenv(name, "1234")
    assert shared_site.made_of(tree) != before


def test_an_edit_of_a_test_or_of_what_git_ignores_does_not(tree):
    """Then the site is not built anew."""
    before = shared_site.made_of(tree)
    write(tree, "tests/test_page.py")
    write(tree, "tests/test_new.py")
    write(tree, "built.txt")
    assert shared_site.made_of(tree) == before


def test_without_git_a_site_is_good_for_one_run(tmp_path):
    """As nothing says what has changed since."""
    assert shared_site.made_of(tmp_path) == shared_site.RUN


@pytest.fixture
def builds():
    """The folders that were built, and what builds them."""
    folders = []

    def build(folder, whole=True):
        folders.append(folder)
        folder.mkdir(exist_ok=True)
        return whole

    return folders, build


def test_one_source_is_built_once_and_another_anew(tmp_path, builds):
    """And what nobody looks at any more is removed."""
    folders, build = builds
    for key in ("a", "a", "b"):
        with shared_site.shared(key, tmp_path, build) as folder:
            assert folder.is_dir()
    assert [folder.parent.name for folder in folders] == ["a", "b"]
    assert not (tmp_path / "a").exists()


def test_a_site_that_a_test_looks_at_stays(tmp_path, builds):
    """In another process too, while a site of another source is built."""
    code = "import pathlib, sys, shared_site\n" + (
        "with shared_site.shared('a', pathlib.Path(sys.argv[1]), lambda folder: not folder.mkdir()):\n"
        "    print('looks', flush=True); input()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    folder = shared_site.ROOT / "tests"
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "looks\n"
        with shared_site.shared("b", tmp_path, builds[1]):
            assert (tmp_path / "a" / "rnn_notes").is_dir()
        other.communicate("\n")
    with shared_site.shared("c", tmp_path, builds[1]):
        assert sorted(path.parent.name for path in tmp_path.glob("*/used")) == ["c"]


def test_a_site_in_which_something_is_missing_is_good_for_one_run(tmp_path, builds, monkeypatch):
    """Live code that was not to be had may be there for the next."""
    folders, build = builds
    for run in ("first", "first", "second"):
        monkeypatch.setattr(shared_site, "RUN", run)
        with shared_site.shared("a", tmp_path, lambda folder: build(folder, whole=False)):
            pass
    assert len(folders) == 2


def test_a_build_that_fails_is_tried_again(tmp_path, builds):
    """Half a site is never looked at."""

    def fail(folder):
        folder.mkdir(exist_ok=True)
        raise AssertionError("a warning")

    with pytest.raises(AssertionError, match="a warning"), shared_site.shared("a", tmp_path, fail):
        pass
    with shared_site.shared("a", tmp_path, builds[1]):
        assert len(builds[0]) == 1
