"""What only tools of Node.js can judge: our scripts and style sheets, the HTML of the pages, and their lightness.

Usage: python .ci/audit.py for the scripts and style sheets, python .ci/audit.py SITE for the pages in the folder of
the built site. Needs Node.js; for the pages Java and Chromium too.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from static_host import serve  # noqa: E402

TOOLS = ROOT / ".rnn_notes/node"

THEMES_OWN = (
    "Bad value “” for attribute “tabindex” on element “label”",  # what opens a part of the navigation
    "Attribute “autocomplete” is only allowed when the input type is",  # the same label's checkbox
)

PAGES = ("", "lecture/forward-pass/", "notebooks/surfaces/", "uses/text/")
PROMISED = {"accessibility": 100, "best-practices": 100, "seo": 100}
FAST = {"performance": 95}  # this and the next are reported, not enforced: a busy machine would fail them
LIMITS = {"total-blocking-time": 50, "cumulative-layout-shift": 0.005}  # in milliseconds, and 0.00 when rounded


def install() -> None:
    """Put what .ci/package-lock.json names, by hash, into .rnn_notes/; no package's install script, which may fetch.

    ``biome`` lints JavaScript and CSS; ``vnu-jar`` is the Nu Html Checker of the W3C; ``lighthouse`` is the judge in
    Chrome's tools.
    """
    installed, lock = TOOLS / "node_modules/.package-lock.json", ROOT / ".ci/package-lock.json"  # npm writes it last
    if installed.exists() and (TOOLS / lock.name).read_bytes() == lock.read_bytes():
        return
    TOOLS.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / ".ci" / name, TOOLS)
    command = ["npm", "ci", "--prefix", str(TOOLS), "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.call(command):
        sys.exit("the tools in .ci/package-lock.json were not installed, for npm's reason above")


def lint() -> Iterator[str]:
    """What Biome finds in our scripts and style sheets, by the rules of biome.json."""
    command = [str(TOOLS / "node_modules/.bin/biome"), "lint", "--error-on-warnings", "--reporter=github"]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        yield run.stdout


def invalid(site: Path) -> Iterator[str]:
    """What is wrong with the HTML of the pages, but for what the theme writes on every page."""
    jar = TOOLS / "node_modules/vnu-jar/build/dist/vnu.jar"
    options = ["--skip-non-html", "--errors-only", "--format", "json", "--stdout", "--exit-zero-always"]
    run = subprocess.run(["java", "-jar", str(jar), *options, str(site)], stdout=subprocess.PIPE, text=True, check=True)
    for message in json.loads(run.stdout)["messages"]:
        if not message["message"].startswith(THEMES_OWN):
            yield f"{message['url']}:{message['lastLine']}: {message['message']}"


def scores(address: str) -> dict[str, float]:
    """The scores of one run of Lighthouse on its phone, in per cent, and what it measured."""
    command = [str(TOOLS / "node_modules/.bin/lighthouse"), address, "--output=json", "--quiet"]
    flags = ["--chrome-flags=--headless --no-sandbox --disable-background-networking"]
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    run = subprocess.run(
        [*command, *flags], env={**os.environ, "CHROME_PATH": chromium}, stdout=subprocess.PIPE, text=True, check=True
    )
    report = json.loads(run.stdout)
    found = {name: 100 * report["categories"][name]["score"] for name in PROMISED | FAST}
    return found | {name: report["audits"][name]["numericValue"] for name in LIMITS}


def scripts() -> list[str]:
    """What is wrong with our scripts and style sheets, which is printed."""
    faults = list(lint())
    print(*faults, "scripts and style sheets have faults" if faults else "scripts and style sheets are clean", sep="\n")
    return faults


def published(site: Path) -> list[str]:
    """What is wrong with the pages, which is printed, one line per page."""
    broken = list(invalid(site))
    print(*broken, f"{len(broken)} errors in HTML, the theme's own aside", sep="\n", flush=True)
    with serve(site) as address:
        for page in PAGES:
            found = scores(address + page)
            print(page or "home", ", ".join(f"{name} {value:.4g}" for name, value in found.items()), flush=True)
            slow = [f"{name} is below {score}" for name, score in FAST.items() if found[name] < score]
            slow += [f"{name} is above {limit}" for name, limit in LIMITS.items() if found[name] > limit]
            print(*slow, sep="\n", end="\n" if slow else "", flush=True)
            broken += [f"{page}: {name}" for name, score in PROMISED.items() if found[name] < score]
    return broken


def main() -> int | str:
    """Exit status 1 if a promise is broken, else 0."""
    site = Path(sys.argv[1]).resolve() if sys.argv[1:] else None
    if site and not (site / "index.html").is_file():
        return f"{sys.argv[1]} is not the folder of a built site; make site builds one"
    install()
    return int(bool(published(site) if site else scripts()))


if __name__ == "__main__":
    sys.exit(main())
