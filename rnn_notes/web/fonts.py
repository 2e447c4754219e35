"""The fonts of the formulas, cut down to the glyphs that the site shows and put into their style sheet.

A font that comes with its sheet is there when the text is first shown, so nothing moves when a formula gets its glyphs;
and all of them together weigh less than the smallest that a page would else ask for.
"""

import re
from base64 import b64encode
from collections import defaultdict
from io import BytesIO
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]

FACE = re.compile(r'@font-face[^{]*{ font-family: (?P<family>[^;]*); src: url\("mathjax/(?P<file>[^"]*)"\)[^}]*}\n?')
GLYPH = re.compile(r'^(?P<selector>[^{\n]*){[^}\n]*content: "(?P<text>(?:\\.|[^"\\])*)"', re.MULTILINE)
STRETCHY = ("MJXTEX-S1", "MJXTEX-S4", "MJXTEX", "MJXTEX-A")  # where MathJax looks for the parts of a tall bracket


def embed(sheet: str, folder: Path) -> str:
    """MathJax's style sheet with the fonts it uses in place of their addresses, and without those that it does not use.

    ``folder`` holds the fonts.
    """
    shown = glyphs(sheet)

    def face(match: re.Match[str]) -> str:
        family = match["family"]
        if family not in shown:
            return ""
        path = folder / match["file"]
        data = b64encode(cut(path, shown[family]) if shown[family] else path.read_bytes()).decode()
        return f'@font-face {{ font-family: {family}; src: url("data:font/woff;base64,{data}"); }}\n'

    return FACE.sub(face, sheet)


def glyphs(sheet: str) -> dict[str, set[str]]:
    """The characters that the sheet shows in each font family; none in MJXZERO, which gives lines their height."""
    shown: dict[str, set[str]] = defaultdict(set, MJXZERO=set())
    for rule in GLYPH.finditer(sheet):
        text = re.sub(r"\\([0-9A-Fa-f]+) ?", lambda code: chr(int(code[1], 16)), rule["text"])
        variant = re.search(r"\.TEX(-\w+)", rule["selector"])
        families = STRETCHY if "mjx-stretchy" in rule["selector"] else [f"MJXTEX{variant[1] if variant else ''}"]
        for family in families:
            shown[family].update(text)
    return dict(shown)


def cut(path: Path, characters: set[str]) -> bytes:
    """The font with only these characters, as WOFF; the same bytes for the same characters."""
    options, out = subset.Options(hinting=False, drop_tables=["FFTM"]), BytesIO()
    with subset.load_font(str(path), options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(characters))
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(out)
    return out.getvalue()
