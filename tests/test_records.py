"""A record is what was found, to the last digit, or it is refused with file, reason and remedy."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from toy_experiment import toy

from rnn_notes.datasets import DataError
from rnn_notes.experiments import recorded, runner


def edited(pattern, new):
    """An editor that is seen to change the text, and leaves the digest as it was."""

    def edit(text):
        changed = re.sub(pattern, new, text, count=1)
        assert changed != text
        return changed

    return edit


BROKEN_RECORDS = {
    "cut short": (lambda text: text[:-40], "this is not JSON, so it was changed or cut short"),
    "empty": (lambda text: "", "this is not JSON"),
    "too deep": (lambda text: "[" * 100_000, "this is not JSON"),
    "in another encoding": (lambda text: text.encode("utf-16"), "this is not JSON"),
    "something else": (lambda text: "[1, 2]", r"it holds \['list'\] but a record with \['experiment'"),
    "a key missing": (edited('"version"', '"edition"'), r"it holds \['experiment', 'edition'"),
    "without a digest": (edited(r',\n"digest": "\w+"', ""), r"it holds .* but a record with .*'digest'\] is expected"),
    "another digest": (edited('"digest": "', '"digest": "0'), "it does not match its digest, so it was edited"),
    "a number edited": (edited(r'"drawn": \[0\.1', '"drawn": [0.2'), "it does not match its digest, so it was edited"),
    "a number as text": (edited(r'"drawn": \[([\d.]+)', r'"drawn": ["\1"'), "it does not match its digest"),
    "another version": (edited(r'"version": "', '"version": "9'), "it does not match its digest"),
    "a seed less": (edited(r',\n\{"seed": 1.*', ""), "it does not match its digest"),
    "a seed twice": (edited('"seed": 1', '"seed": 0'), "seed 0 has two runs but each has one"),
    "a seed as text": (edited('"seed": 1', '"seed": "1"'), r'runs\[1\]\.seed is "1" but a whole number is expected'),
    "a time as text": (
        edited(r'"seconds": ([\d.]+),\n', r'"seconds": "\1",\n'),
        r'seconds is "[\d.]+" but a number is expected',
    ),
    "no runs": (edited(r'(?s)"runs": \[.*?\n\]', '"runs": []'), r"runs is \[\] but a list with a run for each seed"),
    "runs of nothing": (edited(r'(?s)"runs": \[.*?\n\]', '"runs": null'), "runs is null but a list"),
    "runs as text": (edited(r'(?s)"runs": \[.*?\n\]', '"runs": "many"'), 'runs is "many" but a list'),
    "runs that are none": (edited(r'(?s)"runs": \[.*?\n\]', '"runs": [1]'), r"runs\[0\] is 1 but an object"),
    "settings of nothing": (edited('"settings": {"n": 3}', '"settings": []'), r"settings is \[\] but an object"),
    "not a number": (
        edited(r'"drawn": \[[\d.]+', '"drawn": [NaN'),
        r"runs\[0\]\.drawn\[0\] is nan but a finite number",
    ),
    "infinite": (edited(r'"drawn": \[[\d.]+', '"drawn": [-Infinity'), r"runs\[0\]\.drawn\[0\] is -inf but a finite"),
    "too large": (edited(r'"drawn": \[[\d.]+', '"drawn": [1e400'), r"runs\[0\]\.drawn\[0\] is inf but a finite"),
    "a key twice": (edited('"version"', '"version": "0", "version"'), "version occurs twice"),
    "an inner key twice": (edited('"seed": 1,', '"seed": 1, "seed": 1,'), r"runs\[1\]\.seed occurs twice"),
    "of another experiment": (None, "it is a record of 'toy' but one of 'other' is expected"),
}


@pytest.mark.parametrize(("damage", "message"), BROKEN_RECORDS.values(), ids=BROKEN_RECORDS)
def test_a_damaged_record_is_refused_with_file_reason_and_remedy(tmp_path, damage, message):
    """And so is a missing one."""
    name = "toy" if damage else "other"
    with pytest.raises(DataError, match=r"toy.json: there is no such record; what wrote it can write it again; python"):
        recorded("toy", tmp_path)
    with ThreadPoolExecutor(1) as executor:
        file = runner.run(toy(tmp_path / "log"), [0, 1], executor, folder=tmp_path, unfinished=tmp_path / "parts")
    if damage:
        text = damage(file.read_text())
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    else:
        file = file.replace(tmp_path / "other.json")
    with pytest.raises(
        DataError, match=rf"^{re.escape(str(file))}: {message}.*; what wrote it can write it again; python -m rnn"
    ):
        recorded(name, tmp_path)


def test_a_record_may_be_laid_out_anew(tmp_path):
    """Its digest is that of the values: line ends of another system change nothing."""
    with ThreadPoolExecutor(1) as executor:
        file = runner.run(toy(tmp_path / "log"), [0, 1], executor, folder=tmp_path, unfinished=tmp_path / "parts")
    before = recorded("toy", tmp_path)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert recorded("toy", tmp_path) == before
    file.write_text(json.dumps(json.loads(file.read_text()), indent=1))
    assert recorded("toy", tmp_path) == before


def test_a_key_that_no_run_has_is_refused_with_those_that_it_has(tmp_path):
    """On any level."""
    with ThreadPoolExecutor(1) as executor:
        runner.run(toy(tmp_path / "log"), [0], executor, folder=tmp_path, unfinished=tmp_path / "parts")
    record = recorded("toy", tmp_path)
    with pytest.raises(ValueError, match=r"^toy has no 'dawn' here but seed, seconds, drawn, files; pass one of th"):
        record.over_seeds("dawn")
    with pytest.raises(ValueError, match=r"^toy has no 'x' here but no keys, but numbers"):
        record.over_seeds("drawn", "x")
