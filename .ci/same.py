"""Whether two builders have built the same site: ``python .ci/same.py SITE OTHER`` names each file that differs.

The name of the builder may differ, and SITE may have the downloads of ``make book``.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

MAY_DIFFER = re.compile(rb'<meta name="generator"[^>]*>|<div class="downloads">.*?</div>', re.DOTALL)
BOOKS = "downloads"


def files(site: Path) -> dict[str, bytes]:
    """What is in a site, but for what may differ."""
    paths = [path for path in site.rglob("*") if path.is_file()]
    found = {path.relative_to(site).as_posix(): path.read_bytes() for path in paths}
    return {
        name: MAY_DIFFER.sub(b"", content) if name.endswith(".html") else content
        for name, content in found.items()
        if not name.startswith(f"{BOOKS}/")
    }


def differences(site: Path, other: Path) -> Iterator[str]:
    """A line for each file that is not in both sites, or not the same in both."""
    one, two = files(site), files(other)
    for name in sorted(one.keys() | two.keys()):
        if name not in two:
            yield f"{name} is in {site} alone"
        elif name not in one:
            yield f"{name} is in {other} alone"
        elif one[name] != two[name]:
            at = next((n for n, (a, b) in enumerate(zip(one[name], two[name], strict=False)) if a != b), len(two[name]))
            shown = [content[name][max(0, at - 20) : at + 40].decode("utf-8", "replace") for content in (one, two)]
            yield f"{name} differs: {shown[0]!r} in {site}, {shown[1]!r} in {other}"


def main() -> int:
    """Print what differs; 1 if anything does, or if there is no site to compare, else 0."""
    if len(sys.argv) != 3:
        sys.exit("usage: python .ci/same.py SITE OTHER")
    site, other = map(Path, sys.argv[1:])
    count = len(files(site))
    found = list(differences(site, other))
    print(*found, f"{count} files in {site}, {len(found)} of which are not the same in {other}", sep="\n")
    return int(bool(found) or not count)


if __name__ == "__main__":
    sys.exit(main())
