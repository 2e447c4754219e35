"""``python -m rnn_notes.web.zensical_build SITE``, which ``make site BUILDER=zensical`` calls, builds with Zensical.

Zensical has neither hooks nor notebooks, keeps pages that it has rendered, and wants all in the folder of its
configuration. So the notes are put together for it in a folder of their own, with links to their texts and each
notebook as Markdown beside it; what it has built is taken from there, and finished as any site is.
"""

import argparse
import json
import logging
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import yaml

from rnn_notes import cache, pages
from rnn_notes.pages import PageError
from rnn_notes.web import leftovers, notebooks, titles
from rnn_notes.web.books.outline import CONFIGURATION
from rnn_notes.web.finish import alone, finish

STAGE = cache.FOLDER.parent / "zensical"


class BuildError(RuntimeError):
    """Zensical has not built the site; the message is a sentence that says why."""


class Warnings(logging.Handler):
    """Keeps what the Markdown extensions warn of, which Zensical does not count."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Remember a warning."""
        self.messages.append(record.getMessage())


def build(site: Path, stage: Path = STAGE) -> None:
    """Build the site into a folder, as strictly as ``mkdocs build --strict`` does. Raises BuildError."""
    found = find_spec("zensical")
    if found is None or found.origin is None:
        raise BuildError("Zensical is not installed; make site BUILDER=zensical installs it")
    with alone(site), alone(stage):
        try:
            render(prepare(stage))
        except PageError as error:
            raise BuildError(str(error)) from None
        restore_edit_links(stage)
        shutil.rmtree(site, ignore_errors=True)
        site.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(stage / "site", site)
        finish(site, [pages.DOCS / "overrides", Path(found.origin).parent / "templates"])


def prepare(stage: Path) -> Path:
    """Put the notes together in a folder that holds nothing else then; returns the file of the configuration.

    Raises PageError at the line of a notebook that cannot be shown, of a title that holds mathematics, and where a page
    has none.
    """
    shutil.rmtree(stage, ignore_errors=True)
    for path in sorted(pages.DOCS.rglob("*")):
        if path.is_file():
            link = stage / "docs" / path.relative_to(pages.DOCS)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path)
    for path in notebooks_of(stage):
        text = notebooks.markdown(Path(os.path.relpath(path.resolve())), assets="../assets")
        path.with_suffix(".md").write_text(text, encoding="utf-8")
    for path in pages.all_pages():
        titles.check(Path(os.path.relpath(path)))
    settings = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))
    if fault := leftovers.in_titles(settings["nav"]):
        raise PageError(CONFIGURATION, 1, f"nav: {fault}")
    settings["nav"] = json.loads(json.dumps(settings["nav"]).replace('.ipynb"', '.md"'))
    configuration = stage / CONFIGURATION.name
    configuration.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return configuration


def notebooks_of(stage: Path) -> list[Path]:
    """The notebooks among the pages."""
    return sorted((stage / "docs").rglob("*.ipynb"))


def render(configuration: Path) -> None:
    """Let Zensical build; raises BuildError if it fails, or if anything is warned of."""
    import zensical

    log, warnings = logging.getLogger("mkdocs.rnn_notes"), Warnings()
    log.addHandler(warnings)
    try:
        zensical.build(str(configuration), {"clean": True, "strict": True})
    except RuntimeError as error:  # with the traceback of what has failed in its text
        raise BuildError(str(error).partition("\nTraceback")[0].removeprefix("Python error: PageError: ")) from None
    finally:
        log.removeHandler(warnings)
    if warnings.messages:
        raise BuildError("\n".join([*warnings.messages, f"{len(warnings.messages)} warnings, which are errors"]))


def restore_edit_links(stage: Path) -> None:
    """Let a notebook be edited where it was written, and not in the Markdown that was made of it."""
    for path in notebooks_of(stage):
        uri = path.relative_to(stage / "docs")
        page = stage / "site" / uri.with_suffix("") / "index.html"
        text = page.read_text(encoding="utf-8")
        page.write_text(
            text.replace(f'docs/{uri.with_suffix(".md").as_posix()}"', f'docs/{uri.as_posix()}"'), encoding="utf-8"
        )


def main() -> None:
    """Build, or say in a sentence what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m rnn_notes.web.zensical_build", description=__doc__)
    parser.add_argument("site", type=Path, help="the folder that the site is built into; what is in it goes")
    try:
        build(parser.parse_args().site)
    except (BuildError, OSError) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
