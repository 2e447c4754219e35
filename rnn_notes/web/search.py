"""The search, loaded by those who search: the theme's own would be the heaviest part of a first visit."""

import json
from pathlib import Path
from shutil import copy

WORKER = Path(__file__).with_suffix(".js")


def defer(site: Path) -> None:
    """Put ``search.js`` before the theme's worker, and an index without pages before the site's.

    Raises FileNotFoundError if the theme has no worker where it is expected.
    """
    folder = site / "assets/javascripts/workers"
    found = sorted(folder.glob("search.*.min.js"))
    if len(found) != 1:
        raise FileNotFoundError(f"{folder} holds {len(found)} files search.*.min.js, expected the theme's one worker")
    found[0].replace(folder / "theme.js")
    copy(WORKER, found[0])
    index = site / "search/search_index.json"
    index.replace(index.with_name("words.json"))
    config = json.loads(index.with_name("words.json").read_text(encoding="utf-8"))["config"]
    index.write_text(json.dumps({"config": config, "docs": []}), encoding="utf-8")
