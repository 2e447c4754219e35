"""The pictures that stand for the site elsewhere: its icon, and the image of a link to it."""

from base64 import b64decode, b64encode
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.image import imread

from rnn_notes import cache
from rnn_notes.figures import home, style

WIDTH, HEIGHT = 1200, 630  # pixels, as the Open Graph protocol's readers crop least


def icon() -> str:
    """A cell that hands its state to itself: a node and a loop, as SVG."""
    colour = style.COLOURS["h"]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<circle cx="16" cy="20" r="9" fill="{colour}"/>'
        f'<path d="M10 11.5a7 7 0 1 1 12 0" fill="none" stroke="{colour}" stroke-width="3" stroke-linecap="round"/>'
        "</svg>"
    )


def social() -> bytes:
    """The picture of the home page beside its title, as PNG."""
    picture, paper = BytesIO(), style.COLOURS["paper"]
    drawn = home.unrolled_with_activations()
    drawn.savefig(picture, format="png", dpi=HEIGHT / drawn.get_figheight(), facecolor=paper)
    picture.seek(0)
    card = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=paper)
    pixels = imread(picture)
    card.figimage(pixels, xo=WIDTH - pixels.shape[1], yo=0)
    ink, dim = style.COLOURS["ink"], style.COLOURS["dim"]
    card.text(0.05, 0.58, "Recurrent\nnetworks,\nchecked", size=38, family="serif", va="center", color=ink)
    card.text(0.05, 0.22, "Every formula, figure\nand line of code", size=17, va="center", color=dim)
    out = BytesIO()
    card.savefig(out, format="png", facecolor=paper)
    return out.getvalue()


def write(folder: Path) -> None:
    """Write ``favicon.svg`` and ``social.png``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "favicon.svg").write_text(icon(), encoding="utf-8")
    key = cache.digest(__name__)
    (folder / "social.png").write_bytes(b64decode(cache.remember("social", key, lambda: b64encode(social()).decode())))
