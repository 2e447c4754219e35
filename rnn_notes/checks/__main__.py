"""Check the displays of pages: ``python -m rnn_notes.checks [PATH...] [--json FILE]``.

Without a path, all pages and notebooks under docs/. Exit status 1 if a display fails or is refused.
"""

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from rnn_notes import pages
from rnn_notes.checks.verdicts import check


def main(arguments: list[str] | None = None) -> int:
    """Print one line a display and a summary; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m rnn_notes.checks", description="Check the displays of pages.")
    parser.add_argument("path", nargs="*", type=Path, help="pages, notebooks or folders; all of docs/ without any")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the verdicts as data, too")
    options = parser.parse_args(arguments)
    found = []
    for path in _pages(options.path):
        try:
            verdicts = check(pages.read(path).displays)
        except (pages.PageError, OSError, ValueError) as error:
            parser.error(str(error))
        for verdict in verdicts:
            print(verdict.report(_short(path)))
            found.append({"path": _short(path), **asdict(verdict)})
    counts = Counter(str(verdict["outcome"]) for verdict in found)
    print(f"{len(found)} displays: {', '.join(f'{n} {outcome}' for outcome, n in sorted(counts.items())) or 'none'}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if counts["fails"] + counts["refused"] else 0


def _pages(paths: list[Path]) -> list[Path]:
    """The pages that the paths name; all of the site without any."""
    if not paths:
        return pages.all_pages()
    return [
        page
        for path in paths
        for page in (sorted([*path.rglob("*.md"), *path.rglob("*.ipynb")]) if path.is_dir() else [path])
    ]


def _short(path: Path) -> str:
    """The path as one would type it here."""
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    sys.exit(main())
