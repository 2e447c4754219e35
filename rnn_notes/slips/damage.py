"""What a slip costs: the gradient it makes beside the true one, and what a network learns with it.

A slip is a list of pairs, (right line, wrong line), and each right line occurs once in the function that it changes.
If a slip changes the network itself, the true gradient is that of the changed network, which is then another one.
"""

import inspect
from collections.abc import Callable, Sequence

import numpy as np
from numpy import ndarray

from rnn_notes.slips import passes
from rnn_notes.slips.passes import PASSES, Arrays

Gradient = Callable[[Arrays, ndarray, ndarray], tuple[float, Arrays]]
Changes = Sequence[Sequence[str]]

H = 6
V = 4
CYCLE = np.array([0, 1, 0, 2, 0, 3])
"""The letters a b a c a d: what follows an a can only be known from the letter before it."""
WITHOUT_MEMORY = float(np.log(3) / 2)
"""The least loss per letter on it for who sees the last letter alone: half of the letters are one of three."""
RATE, SCALE = 0.5, 0.5


def changed(name: str, changes: Changes) -> Gradient:
    """The function of that name with its lines changed; raises ValueError if one is not there exactly once."""
    source = inspect.getsource(PASSES[name])
    for right, wrong in changes:
        there = source.count(f" {right}\n")
        if there != 1:
            raise ValueError(f"{name} has the line {right!r} {there} times; give a whole line that it has once")
        indent = source.split(f" {right}\n")[0].rsplit("\n", 1)[1] + " "
        source = source.replace(f" {right}\n", " " + wrong.replace("\n", f"\n{indent}") + "\n")
    namespace = vars(passes).copy()
    exec(compile(source, f"{name} with a slip", "exec"), namespace)
    return namespace[name]


def drawn(name: str, rng: np.random.Generator, scale: float) -> Arrays:
    """The parameters of a network of H units and V letters, normal numbers times scale."""
    gates = {"rnn": "", "rnn_by_products": "", "lstm": "ifon", "gru": "rzn"}[name]
    shapes: dict[str, tuple[int, ...]] = {"W_hy": (V, H), "b_y": (V,)}
    for gate in gates:
        shapes |= {f"W_x{gate}": (H, V), f"W_h{gate}": (H, H), f"b_{gate}": (H,)}
    if not gates:
        shapes |= {"W_xh": (H, V), "W_hh": (H, H), "b_h": (H,)}
    if name == "gru":
        shapes["b_hn"] = (H,)
    return Arrays(**{array: scale * rng.normal(size=shape) for array, shape in shapes.items()})


def flat(p: Arrays) -> ndarray:
    """All numbers in a row."""
    return np.concatenate([array.ravel() for array in vars(p).values()])


def true_gradient(function: Gradient, p: Arrays, x: ndarray, k: ndarray) -> ndarray:
    """The derivative of the loss by each number of p, measured by the complex step."""
    found = []
    arrays = {name: array.astype(complex) for name, array in vars(p).items()}
    for array in arrays.values():
        for at in np.ndindex(array.shape):
            array[at] += 1e-30j
            found.append(np.imag(function(Arrays(**arrays), x, k)[0]) / 1e-30)
            array[at] -= 1e-30j
    return np.array(found)


def beside_the_truth(name: str, changes: Changes, T: int, seed: int) -> tuple[float, float]:
    """A gradient with the slip beside the true one, on T random letters: the cosine of their angle, and how far off.

    A cosine of 1 says that both point the same way, of 0 that the one says nothing of the other. How far off is the
    length of their difference, divided by the length of the true one. If a gradient is zero, the cosine is 0.
    """
    rng = np.random.default_rng([seed, T])
    p, letters, k = drawn(name, rng, SCALE), rng.integers(0, V, T + 1), rng.integers(0, V, T + 1)
    x, function = np.eye(V)[letters], changed(name, changes)
    loss, d = function(p, x, k)
    u = flat(d)
    same_network = loss == PASSES[name](p, x, k)[0]
    v = flat(PASSES[name](p, x, k)[1]) if same_network else true_gradient(function, p, x, k)
    lengths = np.linalg.norm(u) * np.linalg.norm(v)
    return float(u @ v / lengths) if lengths else 0.0, float(np.linalg.norm(u - v) / np.linalg.norm(v))


def learning(name: str, changes: Changes, steps: int, seed: int) -> list[float]:
    """The loss in nats per letter before each step of gradient descent, and after the last.

    The text is one round of the cycle; the gradient is clipped to length 1, and the step is RATE times it.
    """
    p, function = drawn(name, np.random.default_rng(seed), SCALE), changed(name, changes)
    T = len(CYCLE)
    x, k = np.eye(V)[[0, *CYCLE]], np.array([0, *CYCLE[1:], CYCLE[0]])
    losses = []
    for _ in range(steps + 1):
        loss, d = function(p, x, k)
        losses.append(float(loss / T))
        rate = RATE / max(T, float(np.linalg.norm(flat(d))))  # d is T times the gradient of the mean
        p = Arrays(**{array: vars(p)[array] - rate * g for array, g in vars(d).items()})
    return losses
