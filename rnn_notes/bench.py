"""``python -m rnn_notes.bench``: how fast the cells are, compared with the textbook's and with PyTorch's eager mode.

A training step is forward, the gradient of ½ Σ (h − target)², and backward to the parameters, the input and the state.
All contestants get the same numbers and do the same work, in one thread. They take turns: one call to warm up, then
as many as fill 10 ms; a figure is the median over the turns. Time is the processor's, so that other programs disturb
less. The bound is what the products alone would take at the rate of one large product, 6 T B G H (D + H) operations,
G being the number of gates. PyTorch is not needed; without it, its columns stay empty.

What was tried for speed and left out, since it costs more clarity than it saves: ``out=`` for every temporary array,
σ through tanh in place, or with its ½ folded into the weights.
"""

import argparse
import importlib
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from rnn_notes import conversions, extras, textbook, training
from rnn_notes.cells import RNN
from rnn_notes.readout import Readout, cross_entropy

tqdm = extras.load("tqdm", "training").tqdm

SIZES = ((5, 1, 4, 3), (50, 16, 28, 64), (35, 32, 64, 128), (100, 32, 64, 128), (35, 64, 256, 256))  # T, B, D, H
DTYPES = ("float32", "float64")
STREAM = (64, 128)  # D, H
CHARACTERS = (25, 65, 100)  # T, vocabulary, H
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")} | {"VECLIB_MAXIMUM_THREADS": "1"}

Contestants = dict[str, Callable[[], Any]]


def race(contestants: Contestants, seconds: float) -> dict[str, float]:
    """The median time of one call of each, in milliseconds, over at least three turns of all."""
    repeats = {}
    for name, call in contestants.items():
        call()
        start = time.process_time()
        call()
        repeats[name] = max(1, int(0.01 / max(time.process_time() - start, 1e-7)))
    times: dict[str, list[float]] = {name: [] for name in contestants}
    begin = time.process_time()
    while time.process_time() - begin < seconds or len(times[next(iter(times))]) < 3:
        for name, call in contestants.items():
            call()
            start = time.process_time()
            for _ in range(repeats[name]):
                call()
            times[name].append((time.process_time() - start) / repeats[name])
    return {name: 1000 * statistics.median(found) for name, found in times.items()}


def training_step(kind: Any, size: tuple[int, int, int, int], dtype: DTypeLike, torch: Any) -> Contestants:
    """One training step of a cell, three ways; each call returns the gradients of parameters and input."""
    T, B, D, H = size
    rng = np.random.default_rng(0)
    cell = kind.init(D, H, rng, dtype)
    x, target = (rng.normal(size=(T, B, n)).astype(dtype) for n in (D, H))

    def ours() -> Any:
        trace = cell.forward(x)
        return cell.backward(trace, trace.h[1:] - target)[:2]

    contestants: Contestants = {"ours": ours, "textbook": lambda: textbook.STEPS[kind](cell, x, target)}
    if torch:
        layer = getattr(torch.nn, kind.__name__)(D, H, dtype=getattr(torch, np.dtype(dtype).name))
        layer.load_state_dict({name: torch.tensor(a) for name, a in conversions.to_torch(cell).items()})
        x_torch, target_torch = torch.tensor(x, requires_grad=True), torch.tensor(target)
        wanted = [*layer.parameters(), x_torch]

        def theirs() -> Any:
            for p in wanted:
                p.grad = None
            (0.5 * (layer(x_torch)[0] - target_torch) ** 2).sum().backward()
            return [p.grad for p in wanted]

        contestants["torch"] = theirs
    return contestants


def stream(kind: Any, dtype: DTypeLike, torch: Any) -> Contestants:
    """One time step of one sequence, as in generating text; PyTorch as it is called plainly, and under ``no_grad``."""
    D, H = STREAM
    rng = np.random.default_rng(0)
    cell = kind.init(D, H, rng, dtype)
    x, *state = (rng.normal(size=(1, n)).astype(dtype) for n in (D, *(H for _ in kind.states)))
    contestants: Contestants = {"ours": lambda: cell.step(x, *state)}
    if torch:
        layer = getattr(torch.nn, f"{kind.__name__}Cell")(D, H, dtype=getattr(torch, np.dtype(dtype).name))
        weights = conversions.to_torch(cell).items()
        layer.load_state_dict({name.removesuffix("_l0"): torch.tensor(a) for name, a in weights})
        x_torch, *state_torch = (torch.tensor(a) for a in (x, *state))
        given = tuple(state_torch) if len(state_torch) > 1 else state_torch[0]

        def without_gradient() -> Any:
            with torch.no_grad():
                return layer(x_torch, given)

        contestants |= {"torch": lambda: layer(x_torch, given), "no_grad": without_gradient}
    return contestants


def characters() -> Contestants:
    """Loss and gradient of a character model on one piece of text; each call returns both."""
    T, vocabulary, H = CHARACTERS
    rng = np.random.default_rng(0)
    model = RNN.init(vocabulary, H, rng), Readout.init(H, vocabulary, rng)
    inputs, targets = rng.integers(vocabulary, size=(2, T))
    one_hot = np.eye(vocabulary)

    def ours() -> Any:
        return training.gradient(model, one_hot[inputs][:, None], targets[:, None], cross_entropy)[:2]

    return {"ours": ours, "textbook": lambda: textbook.characters(model, inputs, targets)}


def gemm_rate(dtype: DTypeLike, seconds: float) -> float:
    """Operations per millisecond of one large matrix product."""
    a = np.random.default_rng(0).normal(size=(1024, 1024)).astype(dtype)
    return 2 * 1024**3 / race({"product": lambda: a @ a}, seconds)["product"]


def measure(seconds: float, torch: Any) -> dict[str, Any]:
    """All measurements, as they are in the JSON: times in milliseconds."""
    rates = {dtype: gemm_rate(dtype, seconds) for dtype in DTYPES}
    steps = [(kind, dtype, size) for dtype in DTYPES for kind in textbook.STEPS for size in SIZES]
    streams = [(kind, dtype) for dtype in DTYPES for kind in textbook.STEPS]
    with tqdm(total=len(steps) + len(streams) + 1, unit="row", disable=None) as bar:

        def row(contestants: Contestants, **about: Any) -> dict[str, Any]:
            found = about | race(contestants, seconds)
            bar.update()
            return found

        return {
            "machine": machine(torch),
            "gemm": {dtype: rate / 1e6 for dtype, rate in rates.items()},  # 10⁹ operations per second
            "training": [
                row(training_step(kind, size, dtype, torch), cell=kind.__name__, dtype=dtype, size=size)
                | {
                    "bound": 6
                    * size[0]
                    * size[1]
                    * max(1, len(kind.gates))
                    * size[3]
                    * (size[2] + size[3])
                    / rates[dtype]
                }
                for kind, dtype, size in steps
            ],
            "stream": [row(stream(kind, dtype, torch), cell=kind.__name__, dtype=dtype) for kind, dtype in streams],
            "characters": row(characters()),
        }


def machine(torch: Any) -> dict[str, str | None]:
    """What it was measured on and with."""
    info = platform.processor()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            info = next((line.split(": ", 1)[1].strip() for line in file if line.startswith("model name")), info)
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "processor": info,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": f"{blas['name']} {blas['version']}",
        "OPENBLAS_CORETYPE": os.environ.get("OPENBLAS_CORETYPE"),
        "torch": torch and torch.__version__,
    }


def table(result: dict[str, Any]) -> str:
    """The measurements for a terminal: milliseconds, and our time as a multiple of each other's."""

    def columns(row: dict[str, Any], *others: str) -> str:
        ratios = (f"{row[o]:10.3f}{row['ours'] / row[o]:7.2f}" if o in row else f"{'-':>10}{'-':>7}" for o in others)
        return f"{row['ours']:10.3f}" + "".join(ratios) + (f"{row['bound']:10.3f}" if "bound" in row else "")

    def header(title: str, *others: str) -> str:
        return f"{title:34}{'ours':>10}" + "".join(f"{o:>10}{'ratio':>7}" for o in others)

    lines = [*(f"{name}: {value}" for name, value in result["machine"].items() if value), ""]
    for dtype, rate in result["gemm"].items():
        lines.append(header(f"step, {dtype}, {rate:.0f} GFLOP/s", "textbook", "torch") + f"{'bound':>10}")
        for row in result["training"]:
            if row["dtype"] == dtype:
                T, B, D, H = row["size"]
                about = f"{row['cell']:5} T={T:<4} B={B:<3} D={D:<4} H={H}"
                lines.append(f"{about:34}{columns(row, 'textbook', 'torch')}")
        lines.append("")
    D, H = STREAM
    lines.append(header(f"one step of one sequence, D={D}, H={H}", "torch", "no_grad"))
    lines += [f"{row['cell']:5} {row['dtype']:28}{columns(row, 'torch', 'no_grad')}" for row in result["stream"]]
    T, vocabulary, H = CHARACTERS
    lines += ["", header(f"characters, T={T}, V={vocabulary}, H={H}", "textbook")]
    lines.append(f"{'RNN   float64':34}{columns(result['characters'], 'textbook')}")
    return "\n".join(lines)


def in_one_thread(module: str, arguments: list[str] | None) -> int | None:
    """None if this process has one thread; else the program is run once more so, and its exit status is returned."""
    if ONE_THREAD.items() <= os.environ.items():
        return None
    command = [sys.executable, "-m", module, *(sys.argv[1:] if arguments is None else arguments)]
    return subprocess.run(command, env=os.environ | ONE_THREAD, check=False).returncode


def main(arguments: list[str] | None = None) -> int:
    """Measure in one thread and print a table, or JSON."""
    parser = argparse.ArgumentParser(prog="python -m rnn_notes.bench", description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.add_argument(
        "--seconds", type=float, default=2.0, metavar="S", help="of measuring, for each row (%(default)s)"
    )
    options = parser.parse_args(arguments)
    if not 0 <= options.seconds < math.inf:
        parser.error(f"--seconds is {options.seconds} but a time is expected, such as 2")
    if (status := in_one_thread("rnn_notes.bench", arguments)) is not None:
        return status
    try:
        torch = importlib.import_module("torch")
        torch.set_num_threads(1)
    except ImportError:
        torch = None
        print("torch is not installed: its columns stay empty", file=sys.stderr)
    result = measure(options.seconds, torch)
    print(json.dumps(result, indent=1) if options.json else table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
