"""Reads the Markdown of a notebook, each line with its line in the file, however the file breaks its lines."""

import json
from bisect import bisect
from collections.abc import Iterator
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


def markdown(text: str) -> Iterator[tuple[int, str]]:
    """The lines of the Markdown cells, each with its line in the file; a blank line ends each cell.

    Raises NotebookError on a file that is cut, of an older format than nbformat 4, or no notebook at all.
    """
    breaks = [at for at, character in enumerate(text) if character == "\n"]
    for cell in _cells(text):
        try:
            if cell["cell_type"] != "markdown":
                continue
            source = cell["source"]
            parts: list[Any] = [source] if isinstance(source, str) else list(source)
            lines = [(bisect(breaks, part.at) + 1, line) for part in parts for line in part.splitlines()]
        except (KeyError, TypeError, AttributeError):
            raise NotebookError(1, "a cell has no cell_type or no source that is text; save it with Jupyter") from None
        yield from lines
        if parts:
            yield bisect(breaks, parts[-1].at) + 1, ""


def _cells(text: str) -> list[Any]:
    """The cells of a notebook."""
    try:
        notebook = Decoder().decode(text)
    except json.JSONDecodeError as error:
        raise NotebookError(error.lineno, f"not a whole notebook: {error.msg} in its JSON") from None
    except RecursionError:
        raise NotebookError(1, "not a notebook: its JSON is nested too deeply") from None
    if isinstance(notebook, dict) and isinstance(notebook.get("cells"), list):
        return notebook["cells"]
    if isinstance(notebook, dict) and "worksheets" in notebook:
        way_out = "jupyter nbconvert --to notebook --nbformat 4 --inplace"
        raise NotebookError(
            1, f"a notebook of nbformat 3, which has worksheets instead of cells; convert it: {way_out}"
        )
    raise NotebookError(1, "not a notebook: a JSON object with a list of cells is expected")
