"""A site of three pages in a folder of its own, made as the notes are: with their configuration, theme and package."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAD = "---\ndescription: a page\n---\n\n"


class TinySite:
    """The project in a folder; ``pages`` are its texts by name, which a test may change before it builds."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.site = folder, folder / "site"
        shutil.copytree(ROOT / "rnn_notes", folder / "rnn_notes", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("docs/overrides", "docs/assets"):
            shutil.copytree(ROOT / name, folder / name)
        (folder / ".rnn_notes").mkdir()
        kept = ROOT / ".rnn_notes" / "cache"
        kept.mkdir(parents=True, exist_ok=True)
        (folder / ".rnn_notes" / "cache").symlink_to(kept)  # what is costly has been made for the whole site
        (folder / "pyproject.toml").touch()
        config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
        how = "reference/how-it-is-checked"
        nav = f"nav:\n  - Home: index.md\n  - Mine:\n      - mine.md\n  - Reference:\n      - {how}.md\n\n"
        config = re.sub(r"^nav:.*?(?=^theme:)", nav, config, flags=re.MULTILINE | re.DOTALL)
        (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
        self.pages = {
            "index": "# Home\n\nText.\n",
            "mine": "# Mine\n\nA $h_t$.\n\n$$\n% check: chain\n1 + 1 = 2\n$$\n\n![It.](figure:unrolled-network)\n",
            how: "# How these notes are checked\n\nText.\n",
        }

    def command(self, *options: str) -> list[str]:
        """The command that builds it."""
        return [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(self.site), *options]

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Begin a build."""
        for name, text in self.pages.items():
            path = self.folder / "docs" / f"{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            text = text if text.startswith("---") else HEAD + text
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "NO_MKDOCS_2_WARNING": "1"}
        return subprocess.Popen(
            self.command(*options), cwd=self.folder, text=True, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def build(self, *options: str) -> tuple[int, str]:
        """The exit status of a build and what it prints."""
        process = self.start(*options)
        printed, _ = process.communicate()
        return process.returncode, printed

    def files(self) -> dict[str, bytes]:
        """What was built, but for the times in the map of the site."""
        paths = [path for path in self.site.rglob("*") if path.is_file() and "sitemap" not in path.name]
        return {path.relative_to(self.site).as_posix(): path.read_bytes() for path in paths}
