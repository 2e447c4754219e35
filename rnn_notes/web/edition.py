"""Which edition of the notes a page belongs to: the version of the package, and the day of its last change."""

import os
import re
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import rnn_notes

PLACE = re.compile(r'<span class="edition">[^<]*</span>')  # which the configuration has behind the copyright


def write(pages: Iterable[Path], folder: Path) -> None:
    """Write which edition it is into pages of a built site; ``folder`` is that of the source."""
    said = f'<span class="edition">{edition(folder)}.</span>'
    for path in pages:
        path.write_text(PLACE.sub(said, path.read_text(encoding="utf-8")), encoding="utf-8")


def edition(folder: Path) -> str:
    """For example ``Version 0.1.0, 26 November 2026``.

    The day is that of SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/) or of the last
    commit, so that one source gives the same pages whenever it is built; without either there is none.
    """
    version = f"Version {rnn_notes.__version__}"
    changed = day(folder)
    return f"{version}, {changed.day} {changed:%B %Y}" if changed else version


def day(folder: Path) -> datetime | None:
    """When the source was changed last, None if nobody can tell."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or _last_commit(folder)
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isdigit() else None


def commit(folder: Path) -> str:
    """The name of the last commit; that of the main branch where there is no git, or no repository."""
    return _git(folder, "%H") or "main"


def _last_commit(folder: Path) -> str:
    """Its time in seconds; empty where there is no git, or no repository."""
    return _git(folder, "%ct")


def _git(folder: Path, what: str) -> str:
    """What git says of the last commit of the repository that a folder is in."""
    try:
        log = subprocess.run(["git", "log", "-1", f"--format={what}"], cwd=folder, capture_output=True, text=True)
    except OSError:
        return ""
    return log.stdout.strip()
