"""Libraries that the base install does not bring: where one is missing, the error names the extra that brings it."""

from importlib import import_module
from typing import Any


def load(library: str, extra: str) -> Any:
    """Import a library; raises ModuleNotFoundError with the command that installs it if it is not there."""
    try:
        return import_module(library)
    except ModuleNotFoundError as error:
        if error.name != library:  # the library is there, but something that it needs is not
            raise
        install = f"pip install 'rnn-notes[{extra}]'"
        message = f"{library} is not installed; this part of rnn_notes needs it: {install}"
        raise ModuleNotFoundError(message, name=library) from None
