"""What belongs in two places is in both: pages and the navigation, experiments and records, runs and tests."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from rnn_notes import experiments, pages
from rnn_notes.experiments import NAMES
from rnn_notes.experiments.records import RESULTS, recorded, recorded_file
from rnn_notes.runs import RUNS

ROOT = Path(__file__).parents[1]
MEASURED = {"bench", "lengths"}
"""Records of measurements of time, which modules of their own write."""


def leaves(entry):
    """The pages of an entry of the navigation, in order."""
    if isinstance(entry, str):
        return [entry]
    return [page for part in (entry.values() if isinstance(entry, dict) else entry) for page in leaves(part)]


NAVIGATION = leaves(yaml.safe_load(re.sub(r"!!\S+", "", (ROOT / "mkdocs.yml").read_text(encoding="utf-8")))["nav"])


def test_every_page_is_in_the_navigation():
    """And all that is there is a page."""
    written = {page.relative_to(pages.DOCS).as_posix() for page in pages.all_pages()}
    assert not written - {*NAVIGATION}, "add it to nav in mkdocs.yml"
    assert not {*NAVIGATION} - written, "nav in mkdocs.yml lists what is not in docs/"


def experiment_modules():
    """The modules of the folder that have SEEDS, which makes them experiments."""
    for path in sorted(Path(experiments.__path__[0]).glob("*.py")):
        for node in ast.parse(path.read_bytes()).body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any(isinstance(target, ast.Name) and target.id == "SEEDS" for target in targets):
                yield path.stem


def test_the_command_knows_every_experiment():
    """And it names nothing else."""
    assert set(experiment_modules()) == {*NAMES}, "NAMES in rnn_notes/experiments/records.py lists each experiment"


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_has_a_record(name):
    """The message is the command that writes it."""
    assert (RESULTS / f"{name}.json").exists(), f"run python -m rnn_notes.experiments {name}, and commit its record"


def test_every_record_is_of_an_experiment():
    """None is left of one that is gone, and beside the records are the files that they name, each as it was written."""
    named = {
        recorded_file(record, path)
        for record in map(recorded, NAMES)
        for run in record.runs
        for path in run.get("files", {})
    }
    records = {RESULTS / f"{name}.json" for name in (*NAMES, *MEASURED)}
    assert not {*RESULTS.iterdir()} - records - named, "remove it with its experiment"


@pytest.mark.parametrize("name", NAMES)
def test_every_record_is_used(name):
    """By a page, a figure, a widget or another experiment; else it would be kept for nobody."""
    places = [*pages.all_pages(), *(ROOT / "rnn_notes").rglob("*.py")]
    texts = (path.read_text(encoding="utf-8") for path in places if path.stem not in (name, "__main__"))
    used = re.compile(rf'recorded\(\\?"{name}\\?"|import [^\n]*\b{name}\b')
    assert any(used.search(text) for text in texts), f'read it with recorded("{name}") on a page or in a figure'


def test_the_experiments_of_beyond_take_an_hour_at_most():
    """All whose records the pages beyond the plain cell read, and their figures, on two cores."""
    pages_beyond = [*(pages.DOCS / "beyond").glob("*.md"), pages.DOCS / "uses" / "text-again.md"]
    drawn = (ROOT / "rnn_notes" / "figures" / f"{name}.py" for name in ("deep", "revival", "seq2seq", "novels"))
    text = "".join(path.read_text(encoding="utf-8") for path in (*pages_beyond, *drawn))
    names = [name for name in NAMES if re.search(rf'recorded\(\\?"{name}\\?"', text)]
    assert {"reversal", "parity", "text_again", "three_cells"} <= {*names}
    assert sum(experiments.recorded(name).seconds for name in names) <= 2 * 60 * 60


@pytest.mark.parametrize("name", [run.name for run in RUNS])
def test_every_run_is_described_and_held_against_a_cell(name):
    """Authors find it in the table of the marks, and a test names it."""
    table = (pages.DOCS / "reference" / "marks.md").read_text(encoding="utf-8")
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))
    tests = "".join(text for text in texts if "networks_of" in text or "cell_of" in text)
    assert f"`{name}`" in table, f"describe {name} in the table of docs/reference/marks.md"
    assert f'"{name}"' in tests, f"compare {name} with the cell that it describes, in the test of that cell"


@pytest.mark.parametrize("path", pages.all_pages(), ids=lambda path: path.name)
def test_every_column_of_a_table_has_a_name(path):
    """The first, too: a screen reader reads it before each row."""
    heads = re.findall(r"^\|(.*)\|\n\| -+", path.read_text(encoding="utf-8"), re.M)
    assert not [head for head in heads if not all(map(str.strip, re.split(r"(?<!\\)\|", head)))], "name the column"
