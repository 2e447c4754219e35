"""Slips of published teaching, read from ``data/slips.toml``; ``passes`` has what they change, ``damage`` measures."""

import tomllib
from importlib.resources import files
from typing import Any

GROUPS = ("index", "activated", "path", "order", "letter", "sum", "right")
"""What causes a slip, in the order of the page "Find the slip"."""


def load() -> list[dict[str, Any]]:
    """All slips of ``data/slips.toml``, in its order."""
    text = files("rnn_notes.data").joinpath("slips.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["slip"]
    return found


def on_the_page() -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """The slips of each group, from easy to hard, each with its number on the page."""
    chosen = [slip for slip in load() if "group" in slip]
    chosen.sort(key=lambda slip: (GROUPS.index(slip["group"]), slip["level"]))
    numbered = list(enumerate(chosen, start=1))
    return {group: [(n, slip) for n, slip in numbered if slip["group"] == group] for group in GROUPS}


def seven() -> list[dict[str, Any]]:
    """The slips that one published function holds at once, in the order of its lines."""
    return sorted((slip for slip in load() if "seven" in slip), key=lambda slip: slip["seven"])
