"""Lighthouse, mobile, the median of three runs on three kinds of pages; fails below the scores that we promise.

Usage: python .ci/lighthouse.py SITE, the folder of the built site. Needs Node.js and Chromium.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from static_host import serve

VERSION = "13.5.0"
PAGES = ("", "lecture/forward-pass/", "notebooks/surfaces/", "uses/text/")
PROMISED = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
MEASURED = ("total-blocking-time", "cumulative-layout-shift")


def audit(address: str) -> dict[str, float]:
    """The scores of one run, in per cent, and what it measured."""
    command = ["npx", "--yes", f"lighthouse@{VERSION}", address, "--output=json", "--quiet"]
    flags = ["--chrome-flags=--headless --no-sandbox --disable-background-networking"]
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    run = subprocess.run(
        [*command, *flags], env={**os.environ, "CHROME_PATH": chromium}, stdout=subprocess.PIPE, text=True, check=True
    )
    report = json.loads(run.stdout)
    scores = {name: 100 * report["categories"][name]["score"] for name in PROMISED}
    return scores | {name: report["audits"][name]["numericValue"] for name in MEASURED}


def main() -> int:
    """Print a line a page; 1 if a median is below what is promised, else 0."""
    below = False
    with serve(Path(sys.argv[1]).resolve()) as address:
        for page in PAGES:
            runs = [audit(address + page) for _ in range(3)]
            median = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            print(page or "home", ", ".join(f"{name} {value:.3g}" for name, value in median.items()), flush=True)
            below |= any(median[name] < score for name, score in PROMISED.items())
    return int(below)


if __name__ == "__main__":
    sys.exit(main())
