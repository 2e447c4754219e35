"""Reads the cells of a notebook, each line with its line in the file, however the file breaks its lines."""

import json
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from json import decoder, scanner
from typing import Any


class NotebookError(ValueError):
    """Not a notebook that can be read; ``line`` is that of the file."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Located(str):
    """A string that knows at which character of the file it begins."""

    at: int


class Decoder(json.JSONDecoder):
    """Reads JSON with each string as a ``Located``."""

    def __init__(self) -> None:
        super().__init__()
        self.parse_string = self._located
        self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined]  # the one in C does not ask

    @staticmethod
    def _located(text: str, begin: int, strict: bool) -> tuple[Located, int]:
        value, end = decoder.scanstring(text, begin, strict)  # type: ignore[attr-defined]
        located = Located(value)
        located.at = begin
        return located, end


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook."""

    line: int  # of its source, in the file
    kind: str  # "markdown", "code" or "raw"
    source: str
    lines: list[tuple[int, str]]  # those of its source, each with its line in the file
    metadata: dict[str, Any]
    attachments: bool  # whether pictures were pasted into it


def cells(text: str) -> list[Cell]:
    """The cells of a notebook, in the form of any program that writes nbformat 4.

    Raises NotebookError on a file that is cut, of an older format than nbformat 4, or no notebook at all.
    """
    breaks = [at for at, character in enumerate(text) if character == "\n"]
    found = []
    for cell in _notebook(text)["cells"]:
        try:
            source, kind = cell["source"], cell["cell_type"]
            parts: list[Any] = [source] if isinstance(source, str) else list(source)
            lines = [(bisect(breaks, part.at) + 1, line) for part in parts for line in part.splitlines()]
            first = bisect(breaks, (parts[0] if parts else kind).at) + 1
            metadata = dict(cell.get("metadata") or {})
            found.append(Cell(first, str(kind), "".join(parts), lines, metadata, bool(cell.get("attachments"))))
        except (KeyError, TypeError, AttributeError, ValueError):
            raise NotebookError(1, "a cell has no cell_type or no source that is text; save it with Jupyter") from None
    return found


def language(text: str) -> str:
    """The language of its code, "python" where a notebook does not say; raises NotebookError as ``cells`` does."""
    about = metadata(text)
    said = [
        part.get(key)
        for name, key in (("language_info", "name"), ("kernelspec", "language"))
        if isinstance(part := about.get(name), dict)
    ]
    return next((str(name).lower() for name in said if name), "python")


def metadata(text: str) -> dict[str, Any]:
    """What a notebook says of itself; raises NotebookError as ``cells`` does."""
    said = _notebook(text).get("metadata")
    return dict(said) if isinstance(said, dict) else {}


def markdown(text: str) -> Iterator[tuple[int, str]]:
    """The lines of the Markdown cells, each with its line in the file; a blank line ends each cell.

    Raises NotebookError as ``cells`` does.
    """
    for cell in cells(text):
        if cell.kind == "markdown" and cell.lines:
            yield from cell.lines
            yield cell.lines[-1][0], ""


def _notebook(text: str) -> dict[str, Any]:
    """A notebook, whose cells are a list."""
    try:
        notebook = Decoder().decode(text)
    except json.JSONDecodeError as error:
        raise NotebookError(error.lineno, f"not a whole notebook: {error.msg} in its JSON") from None
    except RecursionError:
        raise NotebookError(1, "not a notebook: its JSON is nested too deeply") from None
    if isinstance(notebook, dict) and isinstance(notebook.get("cells"), list):
        return notebook
    if isinstance(notebook, dict) and "worksheets" in notebook:
        way_out = "jupyter nbconvert --to notebook --nbformat 4 --inplace"
        raise NotebookError(
            1, f"a notebook of nbformat 3, which has worksheets instead of cells; convert it: {way_out}"
        )
    raise NotebookError(1, "not a notebook: a JSON object with a list of cells is expected")
