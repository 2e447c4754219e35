"""The networks that the pages are checked on: what each has, of which shapes, and the formulas of one step."""

import numpy as np

from rnn_notes.checks import Run


def classify(v):
    """Logistic regression on samples, the rows of X; L is the cross-entropy."""
    v["a"] = v["X"] @ v["w"] + v["b"]
    v["p"] = 1 / (1 + np.exp(-v["a"]))
    of_label = v["y"] * np.log(v["p"]) + (1 - v["y"]) * np.log(1 - v["p"])
    v["L"] = -of_label.sum(axis=-2, keepdims=True)


def labels(rng, shape):
    """Zeros and ones."""
    return rng.integers(0, 2, shape)


logistic = Run(
    name="logistic",
    words="logistic regression",
    sizes="N D",
    parameters={"X": "N D", "y": "N", "w": "D", "b": ""},
    step=classify,
    draw={"y": labels},
)


def smooth(v, t):
    """Each entry of the state forgets at its own rate."""
    v["s", t] = v["g"] * v["s", t - 1] + (1 - v["g"]) * v["u", t]


def rates(rng, shape):
    """Numbers between 0 and 1."""
    return rng.uniform(0.1, 0.9, shape)


smoothing = Run(
    name="smoothing",
    words="exponential smoothing",
    sizes="T H",
    parameters={"g": "H"},
    given={"u": "H"},
    start={"s": "H"},
    step=smooth,
    draw={"g": rates},
)


def attend(v):
    """Each row of Q asks all rows of K; the answer is a mean of rows of V."""
    v["S"] = v["Q"] @ v["K"].mT / np.sqrt(v["K"].shape[-1])
    e = np.exp(v["S"] - v["S"].real.max(axis=-1, keepdims=True))
    v["A"] = e / e.sum(axis=-1, keepdims=True)
    v["Y"] = v["A"] @ v["V"]


attention = Run(
    name="attention",
    words="attention",
    sizes="N M D O",
    parameters={"Q": "N D", "K": "M D", "V": "M O"},
    step=attend,
    rows=True,
)

RUNS = [logistic, smoothing, attention]
