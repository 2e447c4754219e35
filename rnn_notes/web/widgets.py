"""The interactive pieces: custom elements, in docs/assets/widgets/, that start from the numbers of the package."""

import json
import zlib
from base64 import b64encode
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from rnn_notes import lecture
from rnn_notes.experiments import generator, text


def sigmoid() -> dict[str, Any]:
    """A point x, and the edge beyond which the slope of the sigmoid is less than a tenth of its maximum.

    The edge solves s (1 − s) = 1/40 for s = σ(x), with the quadratic formula and x = ln(s / (1 − s)).
    """
    s = (1 + np.sqrt(1 - 4 / 40)) / 2
    return {"x": 1.3, "edge": float(np.log(s / (1 - s)))}


def unrolled() -> dict[str, Any]:
    """The parameters and the two input sequences of the lecture's network, without the batch axis."""
    arrays = {
        "W_xh": lecture.rnn.W_xh,
        "W_hh": lecture.rnn.W_hh,
        "b_h": lecture.rnn.b_h,
        "W_hy": lecture.readout.W_hy,
        "b_y": lecture.readout.b_y,
        "x": lecture.x[:, 0],
        "x_other_past": lecture.x_other_past[:, 0],
    }
    return {name: array.tolist() for name, array in arrays.items()}


def surface() -> dict[str, Any]:
    """Where the ball starts on y² − 2y cos x, and its step size: the walk of the notebook on surfaces."""
    return {"start": [2.5, 2.0], "step_size": 0.1}


def writer() -> dict[str, Any]:
    """The prompt and the temperature of the recorded samples, and how many characters the network writes."""
    return {"prompt": text.PROMPT, "temperature": 0.5, "length": 300}


PIECES: dict[str, Callable[[], dict[str, Any]]] = {
    "rnn-sigmoid": sigmoid,
    "rnn-surface": surface,
    "rnn-text": writer,
    "rnn-unrolled": unrolled,
}


def data(name: str) -> dict[str, Any]:
    """What the piece of that name starts from, ready for JSON.

    Raises ValueError if there is no such piece.
    """
    if name not in PIECES:
        raise ValueError(f"no interactive piece is named {name}; the pieces are {', '.join(sorted(PIECES))}")
    return PIECES[name]()


def wrap(name: str, picture: str, assets: str) -> str:
    """The HTML of a piece around the static picture that stands in for it without JavaScript and on paper.

    ``assets`` is the way from the page to docs/assets/. Raises ValueError if there is no such piece.
    """
    start = escape(json.dumps(data(name), separators=(",", ":")))
    scripts = "".join(f'<script defer src="{assets}/widgets/{file}.js"></script>' for file in ("piece", name))
    return f'<{name} data-start="{start}">{picture}</{name}>{scripts}'


def write(folder: Path) -> None:
    """Write the trained network of rnn-text as a script, which a browser loads from a file as well as from a server.

    ``folder`` is that of the built assets. The script carries the whole safetensors file, its length and its CRC-32.
    Raises DataError if the file is missing or damaged.
    """
    content = generator.dump(generator.load())
    weights = {"length": len(content), "crc32": zlib.crc32(content), "base64": b64encode(content).decode()}
    target = folder / "widgets" / "rnn-text-weights.js"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f'customElements.get("rnn-text").weights = {json.dumps(weights)};\n', encoding="utf-8")
