"""The Content-Security-Policy of the site: scripts of its own and those the theme inlines, nothing from elsewhere.

https://www.w3.org/TR/CSP3/
"""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)  # what has attributes is a file, or data
START = '<meta charset="utf-8">'

POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src data:; object-src 'none'; base-uri 'self'; form-action 'none'"
)


def protect(site: Path) -> None:
    """Write the policy into every page below the folder, before anything that it governs.

    It is the same on all pages, since the theme goes from one to the next without loading it anew.
    Raises ValueError if a page has no place for it.
    """
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    scripts = {script for text in pages.values() for script in INLINE.findall(text)}
    hashes = " ".join(sorted(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(hashes=hashes)}">'
    for path, text in pages.items():
        if START not in text:
            raise ValueError(f"{path} has no {START}, after which the policy stands; let the page extend main.html")
        path.write_text(text.replace(START, START + meta, 1), encoding="utf-8")
