"""Makes the theme's scripts cheaper on a first visit; the theme has no setting for this.

All is written from the theme's own files, so that it comes out the same however often it is done.
``theme.toml`` lists this and all else that rests on the theme's private parts.
https://github.com/squidfunk/mkdocs-material, src/templates/assets/javascripts
"""

import json
from importlib.util import find_spec
from pathlib import Path
from shutil import copy

WORKER = Path(__file__).with_name("search.js")
RANKING = Path(__file__).with_name("ranking.js")

EAGER = "//# allFunctionsCalledOnLoad\n"  # https://v8.dev/blog/explicit-compile-hints


def templates() -> Path:
    """The folder of the theme's templates. Raises ModuleNotFoundError if it is not installed."""
    found = find_spec("material")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("mkdocs-material is not installed; pip install 'rnn-notes[site]'")
    return Path(found.origin).parent / "templates"


def made(site: Path) -> bool:
    """Whether a site has been made with the theme, and not by another builder with its own."""
    return (site / "search/search_index.json").is_file()


def improve_search(site: Path, lazy: bool) -> None:
    """Put what has all words of a query first; if ``lazy``, load the search only when a reader searches.

    The theme loads it and the words of all pages with every page. Then ``search.js`` is put before its worker, and an
    index without pages before the site's. Raises FileNotFoundError if it has no worker where it is expected.
    """
    worker = _only(templates() / "assets/javascripts/workers", "search.*.min.js")
    workers = site / "assets/javascripts/workers"
    ranked = worker.read_text(encoding="utf-8") + RANKING.read_text(encoding="utf-8")
    (workers / ("theme.js" if lazy else worker.name)).write_text(ranked, encoding="utf-8")
    if not lazy:
        return
    copy(WORKER, workers / worker.name)
    index = site / "search/search_index.json"
    content = json.loads(index.read_text(encoding="utf-8"))
    if content["docs"]:  # else it is there already
        index.replace(index.with_name("words.json"))
        index.write_text(json.dumps({"config": content["config"], "docs": []}), encoding="utf-8")


def compile_early(site: Path) -> None:
    """Have the theme's script compiled beside the page while it comes in, not in the page's way when it first runs.

    The script gets a first line that tells V8 so, and the source map an empty one.
    Raises FileNotFoundError if the script is not where it is expected.
    """
    bundle = _only(templates() / "assets/javascripts", "bundle.*.min.js")
    scripts = site / "assets/javascripts"
    (scripts / bundle.name).write_text(EAGER + bundle.read_text(encoding="utf-8"), encoding="utf-8")
    source_map = bundle.with_name(f"{bundle.name}.map")
    content = json.loads(source_map.read_text(encoding="utf-8"))
    shifted = json.dumps(content | {"mappings": ";" + content["mappings"]})
    (scripts / source_map.name).write_text(shifted, encoding="utf-8")


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise FileNotFoundError(f"{folder} holds {len(found)} files {pattern}, expected the theme's one script")
    return found[0]
