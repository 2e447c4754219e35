"""The Content-Security-Policy of the site: scripts of its own and those of its templates, nothing from elsewhere.

https://www.w3.org/TR/CSP3/
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)  # what has attributes is a file, or data
EXPRESSION = re.compile(r"{{.*?}}", re.DOTALL)
START = '<meta charset="utf-8">'
WRITTEN = re.compile(r'<meta http-equiv="Content-Security-Policy" content="[^"]*">')

POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src data:; object-src 'none'; base-uri 'self'; form-action 'none'"
)

# What live code needs beside it: a worker from a blob, in which the policy of the page holds (in one from an address it
# does not), and which reads blobs of its page, to compare digests and to hear of Stop.
LIVE = "; worker-src 'self' blob:; connect-src 'self' blob:"


def known_scripts(templates: Iterable[Path]) -> re.Pattern[str]:
    """What the inline scripts of the templates in these folders look like, once a word or a path is filled in."""
    scripts = {
        "".join(map(re.escape, EXPRESSION.split(script)))
        if not EXPRESSION.search(script)
        else r"[\w./-]*".join(map(re.escape, EXPRESSION.split(script)))
        for folder in templates
        for path in folder.rglob("*.html")
        for script in INLINE.findall(path.read_text(encoding="utf-8"))
    }
    return re.compile("|".join(sorted(scripts)))


def protect(site: Path, templates: Iterable[Path], live: bool = False) -> None:
    """Write the policy into every page below the folder, before anything that it governs.

    It is the same on all pages, since the theme goes from one to the next without loading it anew.
    With ``live`` it lets Python run in a worker.
    Raises ValueError if a page has no place for it, or an inline script that no template has.
    """
    known, scripts = known_scripts(templates), set()
    pages = {path: WRITTEN.sub("", path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, text in pages.items():
        for script in INLINE.findall(text):
            if not known.fullmatch(script):
                shown = " ".join(script.split())[:60]
                raise ValueError(f"{path} has an inline script that no template has: {shown}; put it into a file")
            scripts.add(script)
    hashes = " ".join(sorted(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts))
    policy = POLICY.format(hashes=f"'wasm-unsafe-eval' {hashes}") + LIVE if live else POLICY.format(hashes=hashes)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    for path, text in pages.items():
        if START not in text:
            raise ValueError(f"{path} has no {START}, after which the policy goes; let the page extend main.html")
        path.write_text(text.replace(START, START + meta, 1), encoding="utf-8")
