"""What an author says of a network, so that formulas can be checked on it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from importlib import import_module

import numpy as np
from numpy import ndarray

from rnn_notes.cache.values import digest
from rnn_notes.checks import draw as drawing
from rnn_notes.checks.network import Network
from rnn_notes.checks.tape import Formulas, Place

KINDS = ("chain", "define", "shapes", "numbers", "false", "skip", "claim", "holds")  # marks but for runs
SYMBOL = re.compile(r"[A-Za-z]+(_[A-Za-z0-9]+)*")


@dataclass(frozen=True, eq=False)
class Run(Formulas):
    """A family of networks: which arrays there are, of which shapes, and the formulas that lead from one to the next.

    ``sizes`` are letters: "T D H". A shape is one or two of them or of whole numbers: "H D" is a matrix, "H" a column
    (H, 1), "" a number. ``parameters`` are the same at every step; ``given`` series are there at t = 1 … T, ``start``
    values at t = 0. ``step(v, t)`` is called for t = 1 … T and writes ``v["h", t] = …``, in NumPy, on columns: ``@`` is
    the matrix product, ``*`` counts entry by entry, ``.mT`` transposes. Without a T there are no steps, and ``step(v)``
    is called once. (Thousands of networks are computed in one call if the formulas allow it, as ``@``, ``*``, ``.mT``
    and ``.sum(axis=-2, keepdims=True)`` do: then axis 0 counts networks. Otherwise they are computed one by one.)
    What belongs to another step than t, as in a network that reads from the back, is written ``with v.during(s):``.

    The networks are drawn by the engine, from normal numbers and unrelated sizes. What is special says so:
    ``draw={"y": f}`` with ``f(rng, shape)`` for labels or positive numbers; ``fixed={"W_hh": array, …}`` for a network
    of printed numbers: parameters, start values (n,), and given series (T, n).

    Also: ``totals`` are the series that mean their sum where they have no index, the loss first; ``gradients={"delta":
    "a"}`` makes delta_t the derivative of that loss by a_t; ``through`` are the symbols that an immediate derivative
    reads as if they were written out; ``meanings={"y_hat": "the target"}`` is said when a display with that symbol
    fails; with ``rows``, samples are rows: softmax goes along rows, and a row is added to each row of a matrix.

    Raises ValueError if the description does not fit together, with the run, the symbol and the way out.
    """

    def __post_init__(self) -> None:
        letters, arrays = self.sizes.split(), [*self.parameters, *self.given, *self.start]
        self.must(bool(re.fullmatch(r"[A-Za-z][\w-]*", self.name)), "the name is one word of letters, digits and -")
        self.must(self.name not in KINDS, f"'{self.name}' is a kind of check; take another name")
        self.must(bool(self.words.strip()), "words say what it is, for the reader's badge, such as 'an RNN'")
        self.must(len(letters) <= 1 + len(drawing.SIZES[0]), f"there are at most {len(drawing.SIZES[0])} sizes and T")
        for symbol in (*letters, *arrays):
            self.must(bool(SYMBOL.fullmatch(symbol)), f"'{symbol}' is not a symbol; {_SPELLING}")
            self.must(symbol not in ("e", "pi", "d"), f"{symbol} has a meaning of its own; take another letter")
            times = [*letters, *arrays].count(symbol)
            self.must(times == 1, f"{symbol} stands for {times} things; give each its own letter")
        for symbol, words in {**self.parameters, **self.given, **self.start}.items():
            self.must(len(words.split()) <= 2, f"{symbol} has the shape '{words}'; a shape has at most two sizes")
            for part in words.split():
                known = part in letters or part.isdecimal()
                self.must(known, f"{symbol} has the size {part}, which is not among the sizes '{self.sizes}'; add it")
        self.must(
            "T" in letters or not (self.given or self.start),
            f"{', '.join([*self.given, *self.start])} has steps; add T to the sizes",
        )
        unknown = [s for s in {**self.draw, **self.fixed} if s not in arrays]
        self.must(not unknown, f"{', '.join(unknown)} is drawn or fixed but no parameter, given series or start value")
        self._try(self._small(0))
        if self.fixed:
            self._try(self.instance)

    def _small(self, seed: int, N: int = 1) -> Network:
        sizes = dict(zip(self.sizes.split(), (3, 4, 2, 5, 6, 7, 8, 9), strict=False))
        return drawing.networks(self, sizes, np.random.default_rng(seed), N)

    def _try(self, network: Network) -> None:
        """Compute one network, to find out now what does not fit."""
        shapes: dict[str, tuple[int, ...]] = {}
        values = replace(network, together=False).finite().values
        for (symbol, t), value in values.items():
            first = shapes.setdefault(symbol, value.shape[1:])
            at = symbol if t is None else f"{symbol}_{t}"
            self.must(value.shape[1:] == first, f"{at} has the shape {value.shape[1:]} but began with {first}")
        again = replace(network, together=False).values
        same = all(np.array_equal(value, again[place]) for place, value in values.items())
        self.must(same, "step gives other numbers when it is called again; what is drawn is a parameter, with 'draw'")
        steps = {symbol for symbol, t in values if t is not None}
        for symbol in (*self.totals, *self.gradients.values()):
            self.must(
                symbol in steps, f"{symbol} has no steps, so no total and no gradient; step writes v['{symbol}', t]"
            )
        self.must(bool(self.totals) or not self.gradients, "gradients are those of totals[0]; name the loss there")
        clash = {s for s, _ in values} & ({*self.sizes.split()} | {*self.gradients})
        self.must(not clash, f"step writes {', '.join(clash)}, which is a size or a gradient; take another letter")

    @cached_property
    def digest(self) -> str:
        """What the run computes, as a short text: the key under which verdicts on it may be remembered."""
        return digest([getattr(self, f.name) for f in fields(self)])

    @cached_property
    def batched(self) -> bool:
        """Whether the formulas compute several networks in one call as they compute them one by one."""
        network = self._small(1, 2)
        with np.errstate(all="ignore"):
            alone = replace(network, together=False).values
            together = replace(network, together=True)
            try:
                return bool(network.arrays) and all(
                    value.shape[-2:] == alone[key].shape[1:]
                    and np.allclose(value, alone[key], rtol=1e-12, equal_nan=True)
                    for place in network.arrays
                    for key, value in together.passed(place, np.zeros((3, 1, 1))).items()
                )
            except (ValueError, IndexError, TypeError):
                return False

    @cached_property
    def _numbers(self) -> set[str]:
        values = replace(self._small(0), together=False).values
        return {symbol for (symbol, _), value in values.items() if value.shape[-2:] == (1, 1)}

    def is_number(self, symbol: str) -> bool:
        """As seen where all sizes are larger than 1."""
        return symbol in self._numbers

    @cached_property
    def family(self) -> tuple[Network, ...]:
        """The networks that equations have to hold on, each with its twins."""
        return tuple(network.twins().finite() for network in drawing.family(self))

    @cached_property
    def large(self) -> tuple[Network, ...]:
        """Networks of large sizes, for bounds that hold as long as sizes are small."""
        return tuple(drawing.large(self))

    @cached_property
    def steep(self) -> tuple[Network, ...]:
        """The same for bounds of derivatives, which take longer to compute."""
        return tuple(drawing.large(self, derivatives=True))

    @cached_property
    def instance(self) -> Network:
        """The network of the fixed numbers, with its twins."""
        T = next((len(np.asarray(self.fixed[symbol])) for symbol in self.given if symbol in self.fixed), 0)
        sizes: dict[str, int] = {"T": T} if T else {}
        arrays: dict[Place, ndarray] = {}
        for symbol, words, steps in self.arrays(T):
            if symbol not in self.fixed:
                continue
            value = np.asarray(self.fixed[symbol], dtype=float)
            each = list(value) if symbol in self.given else [value]
            for t, one in zip(steps, each, strict=False):
                one = one.reshape(len(one) if one.ndim else 1, -1)
                for part, size in zip(words.split(), one.shape, strict=False):
                    wanted = sizes.setdefault(part, size) if not part.isdecimal() else int(part)
                    self.must(wanted == size, f"fixed['{symbol}'] has the size {size} where {part} is {wanted}")
                arrays[symbol, t] = one[None]
        rng = np.random.default_rng(0)
        for symbol, words, steps in self.arrays(T):
            if symbol in self.fixed:
                continue
            self.must(symbol in self.draw, f"fixed has no {symbol}; a network of printed numbers gives all of them")
            for t in steps:
                arrays[symbol, t] = self.drawn(symbol, rng, self.shape(words, sizes))[None]
        return Network(self, sizes, arrays).twins()


_SPELLING = r"spell it as on the page without braces and backslashes: W_xh, c_tilde, h"


def registered(runs: "str | Iterable[Run] | Mapping[str, Run]") -> dict[str, Run]:
    """Runs by name: those given, or those of ``"MODULE[:NAME]"``, whose name is RUNS if none is given.

    Raises ImportError or AttributeError if there is no such module or name, ValueError if something in it is not a Run
    or if two have one name.
    """
    where = "runs"
    if isinstance(runs, str):
        where, (module, _, name) = f"'{runs}'", runs.partition(":")
        runs = getattr(import_module(module), name or "RUNS")
    named = list(runs.items()) if isinstance(runs, Mapping) else [(getattr(run, "name", ""), run) for run in runs]
    for name, run in named:
        if not isinstance(run, Run):
            raise ValueError(f"{where} has {run!r}, which is not an rnn_notes.checks.Run")
        if [other for other, _ in named].count(name) > 1:
            raise ValueError(f"{where} has two runs of the name '{name}'; rename one of them")
    return dict(named)
