"""Settings of a Markdown extension: one that there is not, or of another kind, is named with those that there are."""

from collections.abc import Iterable
from typing import Any

from markdown import Extension

KINDS = {str: "a text", bool: "true or false", list: "a list"}


class Settings(Extension):
    """An extension whose ``config`` says by the default of each setting of what kind it is."""

    def setConfigs(self, items: dict[str, Any] | Iterable[tuple[str, Any]]) -> None:
        """Take the settings; raises ValueError on one that is not there, or not of its kind."""
        given, name = dict(items), type(self).__module__
        for key, value in given.items():
            if key not in self.config:
                there = f"there are {', '.join(self.config)}" if self.config else "it has none"
                raise ValueError(f"{name}: there is no setting {key!r}; {there}")
            kind = type(self.config[key][0])
            if not isinstance(value, kind):
                raise ValueError(f"{name}: {key} is {value!r:.60} but {KINDS[kind]} is expected")
            self.setConfig(key, value)
