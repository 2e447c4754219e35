"""Check the formulas of pages: ``python -m rnn_notes.checks [PATH...] [--runs MODULE[:NAME]] [--json FILE]``.

Without a path, the pages that ``[tool.rnn_notes.checks]`` in pyproject.toml names, or else all under docs/.

Exit status 0 if all formulas hold; 1 if one fails, is refused or cannot be read; 2 if there is nothing to check, or the
command cannot be carried out.

The engine knows neither pages nor projects; this command brings them together.
"""

import argparse
import json
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NoReturn

from rnn_notes import pages, project
from rnn_notes.project import Project, ProjectError


def main(arguments: list[str] | None = None) -> int:
    """Print one line per display or relation in the text, and a summary; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m rnn_notes.checks", description="Check the formulas of pages.")
    parser.add_argument("path", nargs="*", type=Path, help="pages, notebooks or folders; else those of pyproject.toml")
    parser.add_argument("--runs", metavar="MODULE[:NAME]", help="runs of your own, which marks may then name")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the verdicts as data, too")
    options = parser.parse_args(arguments)

    def stop(message: str) -> NoReturn:
        parser.exit(2, f"{parser.prog}: {message}\n")

    try:
        settings = project.load()
        if options.runs is not None:
            settings = settings.with_runs(options.runs, "--runs")
        files = [page for path in options.path for page in _named(path)] if options.path else settings.files()
        if options.json and (options.json.is_dir() or not options.json.parent.is_dir()):
            raise ProjectError(f"--json {options.json}: a file in a folder that exists is expected")
    except ProjectError as error:
        stop(str(error))
    settings = replace(settings, beside=tuple(files))
    found = {path: _judge(path, settings) for path in dict.fromkeys(files)}
    verdicts = [verdict for of_page in found.values() for verdict in of_page]
    without = ", ".join(_short(path) for path, of_page in found.items() if not of_page)
    if not verdicts:
        stop(f"nothing to check: no displayed formula, such as one between two lines $$, in {without}")
    if without:
        print(f"without displays: {without}")
    counts = Counter(str(verdict["outcome"]) for verdict in verdicts)
    n = len(verdicts)
    print(
        f"{n} formula{'s' * (n != 1)}: {', '.join(f'{count} {outcome}' for outcome, count in sorted(counts.items()))}"
    )
    if options.json:
        try:
            options.json.write_text(json.dumps(verdicts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            stop(f"--json {options.json}: {error.strerror}")
    if counts["unread"] == n:
        return 2
    return 1 if counts["fails"] + counts["refused"] + counts["unread"] else 0


def _named(path: Path) -> list[Path]:
    """The pages that a path names; raises ProjectError if there are none."""
    if not path.exists():
        raise ProjectError(f"{path}: there is no such page or folder")
    found = project.pages_in(path)
    if not found:
        raise ProjectError(f"nothing to check: {path} holds no page ({', '.join(project.SUFFIXES)})")
    return found


def _judge(path: Path, settings: Project) -> list[dict[str, Any]]:
    """Print and return the verdicts on a page, as data; a page that cannot be read has one, "unread"."""
    where = _short(path)
    try:
        verdicts = settings.judge(pages.read(path))
    except (pages.PageError, OSError) as error:
        line, message = (error.line, error.message) if isinstance(error, pages.PageError) else (1, error.strerror)
        print(f"{where}:{line}: UNREAD\n    {message}")
        return [{"path": where, "line": line, "outcome": "unread", "evidence": message}]
    for verdict in verdicts:
        print(verdict.report(where))
    return [{"path": where, **asdict(verdict)} for verdict in verdicts]


def _short(path: Path) -> str:
    """The path as one would type it here."""
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else str(path)
