"""The widgets: custom elements, in docs/assets/widgets/, that start from the numbers of the package."""

import gzip
import json
import re
import zlib
from base64 import b64encode
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from rnn_notes import cache, lecture, parameters, weights
from rnn_notes.experiments import recorded, text, text_again, three_cells
from rnn_notes.experiments.records import recorded_file
from rnn_notes.figures import attention as alignment
from rnn_notes.figures import gradients


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


def cliff() -> dict[str, Any]:
    """Where both descents of the static figure start, how fast, to which limit one is clipped, and how many steps."""
    start, rate, limit, steps = gradients.START, gradients.RATE, gradients.CLIP, gradients.STEPS
    return {"start": list(start), "rate": rate, "limit": limit, "steps": steps}


def text_widget() -> dict[str, Any]:
    """The prompt and the temperature of the recorded samples, how many characters are written, and which network."""
    common = {"temperature": 0.5, "length": 300, "file": "rnn-text-weights"}
    return {"prompt": text.PROMPT, **common, "units": text.SETTINGS.H, "told": {}, "size": ""}


def text_again_widget() -> dict[str, Any]:
    """The same for the network that has read novels: its file is loaded on request, and two of its units are named."""
    settings, file = text_again.SETTINGS, "rnn-text-again-weights"
    size = len(gzip.compress(_script(file, FILES[file]()).encode(), mtime=0))
    told = {str(unit): meaning for unit, meaning in text_again.meanings().items()}
    common = {"temperature": 0.5, "length": 300, "file": file}
    return {
        "prompt": settings.prompt, **common, "units": settings.H, "told": told, "size": f"{round(size / 1000)} kB"
    }  # fmt: skip


def attention() -> dict[str, Any]:
    """The digits of the static figure, and how many kinds of digits the network knows."""
    digits, _, _ = alignment.alignment()
    return {"file": "rnn-attention-data", "digits": digits.tolist(), "kinds": alignment.SYMBOLS - 1}


def attentive() -> str:
    """The trained network of the page on attention as a file of weights, in Base64."""
    model = parameters.astype(alignment.trained(), np.float32)
    return b64encode(weights.dump(parameters.arrays(model))).decode()


def gradient() -> dict[str, Any]:
    """Which character of how many is predicted at first, and from how far back."""
    return {"file": "rnn-gradient-data", "n": three_cells.SHOWN, "at": three_cells.AT, "back": three_cells.BACK}


WIDGETS: dict[str, Callable[[], dict[str, Any]]] = {
    "rnn-attention": attention,
    "rnn-cliff": cliff,
    "rnn-gradient": gradient,
    "rnn-sigmoid": sigmoid,
    "rnn-surface": surface,
    "rnn-text": text_widget,
    "rnn-text-again": text_again_widget,
    "rnn-unrolled": unrolled,
}
ELEMENTS = {"rnn-text-again": "rnn-text"}  # where it is not the widget's own name


def network(experiment: str) -> str:
    """The file of a trained network, in Base64; raises DataError if it is missing or damaged."""
    file = recorded_file(recorded(experiment), f"{experiment}.safetensors")
    return b64encode(file.read_bytes()).decode()


def gradients_back() -> str:
    """How strongly each character acts on the predictions after it, in the passages of the widget, as JSON."""
    return json.dumps(three_cells.passages(), separators=(",", ":"))


def _once(make: Callable[[], str]) -> str:
    """What has been computed before is not computed again, by another build either."""
    return cache.remember("widgets", f"{cache.digest(__name__)} {make.__name__}", make)


FILES: dict[str, Callable[[], str]] = {  # what widgets load later, by the name of the script that brings it
    "rnn-attention-data": lambda: _once(attentive),
    "rnn-gradient-data": lambda: _once(gradients_back),
    "rnn-text-again-weights": lambda: network("text_again"),
    "rnn-text-weights": lambda: network("text"),
}


def data(name: str) -> dict[str, Any]:
    """What the widget of that name starts from, ready for JSON.

    Raises ValueError if there is no such widget.
    """
    if name not in WIDGETS:
        raise ValueError(f"no widget is named {name}; the widgets are {', '.join(sorted(WIDGETS))}")
    return WIDGETS[name]()


def wrap(name: str, picture: str, assets: str) -> str:
    """The HTML of a widget around the static picture that stands in for it without JavaScript and on paper.

    ``assets`` is the way from the page to docs/assets/. Raises ValueError if there is no such widget.
    """
    start = escape(json.dumps(data(name), separators=(",", ":")))
    element = ELEMENTS.get(name, name)
    scripts = "".join(f'<script defer src="{assets}/widgets/{file}.js"></script>' for file in ("widget", element))
    return f'<{element} data-start="{start}">{picture}</{element}>{scripts}'


def write(folder: Path) -> None:
    """Write what widgets load later as scripts, which a browser loads from a file as well as from a server.

    ``folder`` is that of the built assets; the scripts of the widgets that lie there lose their comments.
    Raises DataError if the file of a trained network is missing or damaged.
    """
    target = folder / "widgets"
    target.mkdir(parents=True, exist_ok=True)
    for script in target.glob("*.js"):
        if script.stem not in FILES:
            script.write_text(light(script.read_text(encoding="utf-8")), encoding="utf-8")
    for name, content in FILES.items():
        (target / f"{name}.js").write_text(_script(name, content()), encoding="utf-8")


def light(script: str) -> str:
    """A script without the comments that have lines of their own, and without its indentation."""
    return re.sub(r"^ +", "", re.sub(r"^ */\*.*?\*/\n", "", script, flags=re.M | re.S), flags=re.M)


def _script(name: str, content: str) -> str:
    """A text in ASCII as a script, with its length and its CRC-32."""
    file = {"length": len(content), "crc32": zlib.crc32(content.encode("ascii")), "text": content}
    return f'customElements.get("rnn-widget").files["{name}"] = {json.dumps(file)};\n'
