"""The data files are what was recorded, wrong ones are refused, and nothing looks ahead."""

import hashlib
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from rnn_notes import datasets
from rnn_notes.datasets import DATA, ORIGINS, DataError

SUNSPOTS = (DATA / "sunspots.csv").read_text()
STOCKS = (DATA / "stocks.csv").read_text()


def test_sunspots_are_yearly_from_1700_to_2008():
    """309 years without a gap; 1957 has the largest number, 190.2, as every list of sunspot maxima says."""
    series = datasets.sunspots()
    assert series.time.astype(int).tolist() == list(range(1700 - 1970, 2009 - 1970))
    assert str(series.time[series.values.argmax()]) == "1957"
    assert series.values.max() == 190.2


def test_stocks_are_monthly_closing_prices_of_five_companies():
    """Each from January 2000 to March 2010, but GOOG from its first month on the market, August 2004."""
    prices = datasets.stocks()
    assert list(prices) == ["MSFT", "AMZN", "IBM", "GOOG", "AAPL"]
    for name, series in prices.items():
        first = date(2004, 8, 1) if name == "GOOG" else date(2000, 1, 1)
        assert series.time.astype("datetime64[D]").tolist()[0] == first
        assert str(series.time[-1]) == "2010-03"
        assert series.unit == "dollars"
    assert prices["IBM"].values[[0, -1]].tolist() == [100.52, 125.55]


@pytest.mark.parametrize("name", ORIGINS)
def test_the_readme_of_the_data_tells_the_same_story_as_the_code(name):
    """Package, version, member and licence of each file; and the recorded checksum is that of the file."""
    source, readme = ORIGINS[name], (DATA / "README.md").read_text()
    row = next(line for line in readme.splitlines() if line.startswith(f"| `{name}`") and source.version in line)
    for fact in (f"`{source.package}`", f"`{source.member}`", source.licence):
        assert fact in row
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == source.sha256


def test_a_part_of_a_series_has_both_its_ends():
    """Both the first and the last year asked for are included."""
    part = datasets.sunspots().between("1921", "1955")
    assert (str(part.time[0]), str(part.time[-1]), len(part.values)) == ("1921", "1955", 35)


def line(text: str, number: int, new: str | None) -> str:
    """The text with one line replaced, or left out."""
    lines = text.splitlines()
    lines[number - 1 : number] = [] if new is None else [new]
    return "\n".join(lines) + "\n"


WRONG_SUNSPOTS = {
    "empty": ("", r":1: the columns are \[\] but \['YEAR', 'SUNACTIVITY'\] are expected"),
    "no rows": (SUNSPOTS[:21], r":1: at least two rows are expected but the file ends here"),
    "other columns": (line(SUNSPOTS, 1, "YEAR,SPOTS"), r":1: the columns are \[\['YEAR', 'SPOTS'\]\]"),
    "a field too many": (line(SUNSPOTS, 5, "1703,23,1"), r":5: \['1703', '23', '1'\] has 3 fields but 2 are expected"),
    "cut within a row": (SUNSPOTS[:-5], r":310: \['2008'\] has 1 fields but 2"),
    "a word": (line(SUNSPOTS, 5, "1703,many"), r":5: 'many' is not a finite number of at least 0"),
    "not finite": (line(SUNSPOTS, 5, "1703,nan"), r":5: 'nan' is not a finite number"),
    "infinite": (line(SUNSPOTS, 5, "1703,inf"), r":5: 'inf' is not a finite number"),
    "negative": (line(SUNSPOTS, 5, "1703,-1"), r":5: '-1' is not a finite number of at least 0"),
    "no year": (line(SUNSPOTS, 5, "later,23"), r":5: 'later' is not a date"),
    "a month that does not exist": (line(SUNSPOTS, 5, "1703-13,23"), r":5: '1703-13' is not a date"),
    "month nought": (line(SUNSPOTS, 5, "1703-00,23"), r":5: '1703-00' is not a date"),
    "a gap": (line(SUNSPOTS, 5, None), r":5: 1704 comes after 1702, which is a gap"),
    "out of order": (line(SUNSPOTS, 5, "1701,23"), r":5: 1701 comes after 1702, which is not in order"),
    "underscores": (line(SUNSPOTS, 5, "1703,1_1"), r":5: '1_1' is not a finite number of at least 0 in plain digits"),
    "Arabic digits": (
        line(SUNSPOTS, 5, "1703,\u0662\u0663"),
        r":5: '.*' is not a finite number of at least 0 in plain",
    ),
    "spaces": (line(SUNSPOTS, 5, "1703, 5 "), r":5: ' 5 ' is not a finite number of at least 0 in plain digits"),
    "too large": (line(SUNSPOTS, 5, "1703,1e999"), r":5: '1e999' is not a finite number"),
    "nothing": (line(SUNSPOTS, 5, "1703,"), r":5: '' is not a finite number"),
    "today": (line(SUNSPOTS, 5, "today,23"), r":5: 'today' is not a date"),
    "an Arabic year": (line(SUNSPOTS, 5, "\u0661\u0667\u0660\u0663,23"), r":5: '.*' is not a date"),
    "a huge field": (line(SUNSPOTS, 5, f"1703,{'1' * 200_000}"), r":5: field larger than field limit"),
    "an open quotation": (line(SUNSPOTS, 5, '1703,"23'), r":310: unexpected end of data"),
    "an empty line": (line(SUNSPOTS, 5, ""), r":5: \[\] has 0 fields but 2 are expected"),
    "UTF-16": (SUNSPOTS.encode("utf-16"), r":1: this is not text in UTF-8 but perhaps in UTF-16; save it in UTF-8"),
    "UTF-16 without its mark": (SUNSPOTS.encode("utf-16-le"), r":1: this is not text in UTF-8 but perhaps in UTF-16"),
    "Latin-1": (line(SUNSPOTS, 5, "1703,ü").encode("latin-1"), r":5: the byte 0xfc is not UTF-8; save it in UTF-8"),
    "a byte order mark": (
        SUNSPOTS.encode("utf-8-sig"),
        r":1: it begins with a byte order mark; save it in UTF-8 without",
    ),
    "twice": (line(SUNSPOTS, 5, "1702,23"), r":5: 1702 comes after 1702, which is not in order"),
}
WRONG_STOCKS = {
    "another date": (line(STOCKS, 3, "MSFT,2000-02-01,36.35"), r":3: '2000-02-01' is not a date"),
    "a month missing": (line(STOCKS, 3, None), r":3: 2000-03 comes after 2000-01, which is a gap"),
    "free of charge": (line(STOCKS, 3, "MSFT,Feb 1 2000,0"), r":3: '0' is not a finite number of at least 0.01"),
}


@pytest.mark.parametrize(("text", "message"), WRONG_SUNSPOTS.values(), ids=WRONG_SUNSPOTS)
def test_a_wrong_file_of_sunspots_is_refused_with_file_line_and_reason(tmp_path, text, message):
    """Whatever is wrong with it, the message names the file and the line."""
    file = tmp_path / "mine.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    for path in (file, str(file)):
        with pytest.raises(DataError, match=rf"^{re.escape(str(file))}{message}.*[;,] mend it or pass another$"):
            datasets.sunspots(path)


@pytest.mark.parametrize("load", [datasets.sunspots, datasets.stocks])
def test_what_is_no_file_is_refused_as_data_is(load, tmp_path):
    """A folder, a file that is not there, and what is no path at all."""
    for path, text in (
        (tmp_path, f"{tmp_path}: it cannot be read (Is a directory); mend it or pass another"),
        (str(tmp_path / "no.csv"), f"{tmp_path}/no.csv: there is no such file; mend it or pass another"),
        (5, "5: this is a int but a path is expected; pass a str or a Path"),
    ):
        with pytest.raises(DataError, match=f"^{re.escape(text)}$"):
            load(path)


def test_line_ends_of_another_system_change_nothing(tmp_path):
    """Of a file of one's own, or of the shipped one."""
    (tmp_path / "sunspots.csv").write_bytes(SUNSPOTS.replace("\n", "\r\n").encode())
    assert (datasets.sunspots(str(tmp_path / "sunspots.csv")).values == datasets.sunspots().values).all()


def test_the_command_says_in_one_line_what_is_wrong(monkeypatch, capsys):
    """And exits with 1: a file that is not there, and a registry that cannot be reached."""
    monkeypatch.setattr(sys, "argv", ["datasets"])
    assert datasets.main() == 0
    assert capsys.readouterr().out.splitlines()[0] == "sunspots: 309 values, 1700 to 2008, sunspot number"
    monkeypatch.setattr(datasets, "DATA", Path("nowhere"))
    assert datasets.main() == 1
    assert capsys.readouterr().err == (
        "nowhere/sunspots.csv: there is no such file; python -m rnn_notes.datasets --regenerate fetches it\n"
    )
    monkeypatch.setattr(sys, "argv", ["datasets", "--regenerate"])

    def unreachable(command, check):
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(subprocess, "run", unreachable)
    assert datasets.main() == 1
    said = capsys.readouterr().err
    assert re.fullmatch(
        r"statsmodels==.*: .* cannot be fetched \(.*\); look at the network, and run this again\n", said
    )


@pytest.mark.parametrize(("text", "message"), WRONG_STOCKS.values(), ids=WRONG_STOCKS)
def test_a_wrong_file_of_stocks_is_refused_with_file_line_and_reason(tmp_path, text, message):
    """Whatever is wrong with it, the message names the file and the line."""
    file = tmp_path / "mine.csv"
    file.write_text(text)
    with pytest.raises(DataError, match=rf"^{re.escape(str(file))}{message}"):
        datasets.stocks(file)


def test_a_changed_data_file_of_the_package_is_refused(tmp_path, monkeypatch):
    """A row less at the end, or another digit, breaks no rule of the format, but the checksum tells."""
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    for wrong in (SUNSPOTS.rpartition("2008")[0], SUNSPOTS.replace("190.2", "190.3")):
        (tmp_path / "sunspots.csv").write_text(wrong)
        with pytest.raises(DataError, match=r"changed or cut short; python -m rnn_notes.datasets --regenerate fetches"):
            datasets.sunspots()
    (tmp_path / "sunspots.csv").unlink()
    with pytest.raises(DataError, match=r"sunspots.csv: there is no such file; python -m rnn_notes.datasets"):
        datasets.sunspots()


def test_a_window_holds_what_came_before_its_targets():
    """On the numbers 0, 1, 2, … every window is a run of them, and its targets are the numbers that follow."""
    x, target = datasets.windows(np.arange(10), length=4, ahead=3)
    assert x.shape == (4, 4, 1)
    assert x[:, :, 0].T.tolist() == [[b, b + 1, b + 2, b + 3] for b in range(4)]
    assert target.tolist() == [[b + 4, b + 5, b + 6] for b in range(4)]


def test_a_window_cannot_look_ahead():
    """Changing all values from some time on changes no window that ends before it."""
    values = np.random.default_rng(0).normal(size=50)
    future = values.copy()
    future[30:] += 1
    before, after = datasets.windows(values, 8)[0], datasets.windows(future, 8)[0]
    assert (before[:, :23] == after[:, :23]).all()  # window 22 is values 22 … 29
    assert (before[-1, 23:] != after[-1, 23:]).all()


@pytest.mark.parametrize(("n", "length", "ahead"), [(5, 5, 1), (5, 3, 3)])
def test_windows_that_do_not_fit_are_refused(n, length, ahead):
    """The message says how many values would be needed."""
    with pytest.raises(ValueError, match=rf"values has shape \({n},\) but windows of {length} \+ {ahead} need"):
        datasets.windows(np.zeros(n), length, ahead)
    for wrong in (0, -1, 2.5):
        with pytest.raises(
            ValueError, match=rf"^length is {wrong} but a whole number is expected, at least 1; pass length"
        ):
            datasets.windows(np.zeros(n), wrong, 1)
        with pytest.raises(
            ValueError, match=rf"^ahead is {wrong} but a whole number is expected, at least 1; pass ahead"
        ):
            datasets.windows(np.zeros(n), 1, wrong)


def test_a_scaler_brings_what_it_was_fitted_on_to_mean_0_and_deviation_1():
    """And restores it."""
    values = np.random.default_rng(0).gamma(2, 30, size=200)
    scaler = datasets.Scaler.fit(values)
    scaled = scaler.scale(values)
    assert abs(scaled.mean()) < 1e-12
    assert abs(scaled.std() - 1) < 1e-12
    assert np.allclose(scaler.restore(scaled), values)


def test_a_scaler_refuses_a_constant():
    """There is nothing to scale by."""
    with pytest.raises(ValueError, match=r"the values have standard deviation 0\.0 but more than 0 is expected"):
        datasets.Scaler.fit(np.full(5, 3.0))


@pytest.mark.parametrize("nearly", [1e6 + 0.1, 0.1, -7.0])
def test_a_scaler_refuses_what_is_constant_to_rounding(nearly):
    """1000 times 1000000.1 has a standard deviation of 2e-10, which is rounding alone."""
    values = np.full(1000, nearly)
    values[::2] = np.nextafter(nearly, np.inf)
    for constant in (values, np.full(1000, nearly)):
        with np.errstate(over="ignore"), pytest.raises(ValueError, match="pass values that differ"):
            datasets.Scaler.fit(constant)
    assert datasets.Scaler.fit(nearly * np.array([1, 1 + 1e-9])).deviation > 0


def test_a_scaler_refuses_what_is_no_number():
    """NaN, nothing, and masked values, which would count as data."""
    masked = np.ma.masked_array([1.0, 2.0], [True, False])
    for values, text in (
        ([1.0, np.nan], "values holds nan at (1,) but finite numbers are expected"),
        ([], "values is empty but some that differ are expected"),
        (masked, "values is a MaskedArray but a plain array is expected"),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(text)}"):
            datasets.Scaler.fit(values)
    for take in (datasets.Scaler(0, 1).scale, datasets.Scaler(0, 1).restore, lambda v: datasets.windows(v, 1)):
        with pytest.raises(ValueError, match=r"^values is a MaskedArray"):
            take(masked)


def test_a_random_walk_has_at_least_one_price():
    """Without a price there is no walk."""
    with pytest.raises(ValueError, match=r"^n is 0 but a whole number of prices is expected, at least 1; pass n=3$"):
        datasets.random_walk(1.0, 0.1, 0, np.random.default_rng(0))
    assert datasets.random_walk(1.0, 0.1, 1, np.random.default_rng(0)).tolist() == [1]


def test_a_random_walk_has_returns_of_the_volatility_and_no_memory():
    """Over 100,000 steps: mean 0, deviation 5 %, no correlation from step to step, all within 4 standard errors."""
    n = 100_000
    walk = datasets.random_walk(1.0, 0.05, n, np.random.default_rng(0))
    assert walk[0] == 1.0
    with np.errstate(all="raise"):
        returns = walk[1:] / walk[:-1] - 1
    assert abs(returns.mean()) < 4 * 0.05 / np.sqrt(n)
    assert abs(returns.std() - 0.05) < 4 * 0.05 / np.sqrt(2 * n)
    assert abs(np.corrcoef(returns[1:], returns[:-1])[0, 1]) < 4 / np.sqrt(n)


@pytest.mark.parametrize("symbol", ["", "A "])
def test_a_symbol_with_a_space_is_no_second_series(tmp_path, symbol):
    """Nor is one without a name."""
    file = tmp_path / "stocks.csv"
    file.write_text(f"symbol,date,price\nA,Jan 1 2000,5\n{symbol},Feb 1 2000,6\n")
    with pytest.raises(datasets.DataError, match=r"stocks\.csv:3: .* is not a symbol"):
        datasets.stocks(file)


def test_a_part_of_a_series_is_not_empty():
    """Dates in the wrong order, and what are not dates, are named."""
    with pytest.raises(ValueError, match="nothing of sunspots lies from 1950 to 1900; it reaches from 1700 to 2008"):
        datasets.sunspots().between("1950", "1900")
    with pytest.raises(ValueError, match="are not dates; write them like '1921'"):
        datasets.sunspots().between("a", "b")
