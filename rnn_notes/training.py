"""Training: two optimisers, truncated backpropagation through time, and a loop that reports as it goes.

A model is a pair (cell, readout), a task is any iterable of batches (x, target), and a loss is a function of
(y, target) that returns its value and ``dy``, such as those of ``rnn_notes.readout``. A batch of padded sequences
is (x, target, lengths), see ``rnn_notes.sequences``; its loss is that of their true steps alone.

A long sequence is trained on in pieces: ``train(model, pieces(x, target, T), loss, optimiser, carry=True)`` hands the
state on from piece to piece, but no gradient flows back across the cut (truncated BPTT, Williams and Peng 1990).

It is long because whatever goes wrong in a training is named, with its step and the way out.

Examples:
    >>> import numpy as np
    >>> from rnn_notes import GRU, Readout
    >>> from rnn_notes.readout import squared_error
    >>> from rnn_notes.training import Adam, train
    >>> rng = np.random.default_rng(0)
    >>> model = GRU.init(1, 8, rng), Readout.init(8, 1, rng)
    >>> inputs = (rng.uniform(-1, 1, (10, 16, 1)) for _ in range(300))
    >>> running_sums = ((x, np.cumsum(x, axis=0)) for x in inputs)
    >>> losses = []
    >>> for progress in train(
    ...     model, running_sums, squared_error, Adam(0.01), max_norm=1.0
    ... ):
    ...     losses.append(progress.loss)
    >>> bool(losses[-1] < losses[0] / 10)
    True
    >>> cell, readout = progress.best
"""

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import length_hint
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy import ndarray

from rnn_notes import extras, parameters, sequences
from rnn_notes.cells import require
from rnn_notes.readout import Readout

tqdm = extras.load("tqdm", "training").tqdm

C = TypeVar("C")
Model = tuple[Any, Readout]  # any cell, and what reads its states
Loss = Callable[[ndarray, ndarray], tuple[Any, ndarray]]


class Optimiser(Protocol):
    """From a model and its gradient to the model after one step."""

    rate: float

    def step(self, model: C, grads: C) -> C: ...


@dataclass
class SGD:
    """Gradient descent: θ − rate · m, where m = momentum · m + g (Polyak 1964), so that m = g without momentum.

    ``rate`` may be changed between steps. With momentum it is for one model, since it remembers m.
    """

    rate: float
    momentum: float = 0.0
    m: list[ndarray] = field(default_factory=list, init=False, repr=False)  # gradients so far, the older the less

    def step(self, model: C, grads: C) -> C:
        """The model one step further: a new one, the old is not touched.

        Raises ValueError if the rate is not finite or negative, if momentum is not from 0 to below 1, or if the steps
        before were those of a model of other shapes.
        """
        parameters.same_form(model, grads, ("the model", "the gradient"))
        rate, momentum = _rate(self.rate), _decay("momentum", self.momentum, "0.9")
        if momentum == 0:
            return parameters.apply(lambda p, g: p - rate * g, model, grads)
        before = _memory_of("SGD", self.m, model)
        self.m = [momentum * m + g for m, g in zip(before, parameters.arrays(grads).values(), strict=True)]
        moved = iter(self.m)
        return parameters.apply(lambda p: p - rate * next(moved), model)


@dataclass
class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1), for one model: it remembers the mean and square of its gradients."""

    rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    t: int = field(default=0, init=False)  # steps so far
    m: list[ndarray] = field(default_factory=list, init=False, repr=False)  # mean of the gradients, array by array
    v: list[ndarray] = field(default_factory=list, init=False, repr=False)  # mean of their squares

    def step(self, model: C, grads: C) -> C:
        """The model one step further: a new one, the old is not touched.

        Raises FloatingPointError if a gradient is so large that its square is not finite; ValueError if a setting is
        out of its range, or if the steps before were those of a model of other shapes.
        """
        parameters.same_form(model, grads, ("the model", "the gradient"))
        _rate(self.rate)
        for name, beta, usual in (("beta1", self.beta1, "0.9"), ("beta2", self.beta2, "0.999")):
            _decay(name, beta, usual)
        require.number("epsilon", self.epsilon, "1e-8", least=1e-300)
        self.m, self.v = _memory_of("Adam", self.m, model), _memory_of("Adam", self.v, model)
        self.t += 1
        g = list(parameters.arrays(grads).values())
        with np.errstate(under="ignore"):  # the square of a tiny gradient may become 0, as epsilon would make it
            self.m = [self.beta1 * m + (1 - self.beta1) * g for m, g in zip(self.m, g, strict=True)]
            self.v = [self.beta2 * v + (1 - self.beta2) * g * g for v, g in zip(self.v, g, strict=True)]
        if not all(map(require.is_finite, self.v)):
            raise FloatingPointError("the square of the gradient is not finite")
        rate, size = float(self.rate) / (1 - self.beta1**self.t), 1 - self.beta2**self.t
        moments = zip(self.m, self.v, strict=True)

        def moved(p: ndarray) -> ndarray:
            m, v = next(moments)
            return p - rate * m / (np.sqrt(v / size) + self.epsilon)

        return parameters.apply(moved, model)


def _rate(rate: Any) -> float:
    if not isinstance(rate, float | int | np.number) or not 0 <= rate < math.inf:
        raise ValueError(f"rate is {rate!r:.60} but a finite number is expected, not below 0; 0.01 is a usual choice")
    return float(rate)


def _decay(name: str, factor: Any, usual: str) -> float:
    return require.number(name, factor, usual, least=0, below=1)


def _memory_of(optimiser: str, memory: list[ndarray], model: Any) -> list[ndarray]:
    """What an optimiser remembers of a model, array by array: zeros before the first step."""
    arrays = list(parameters.arrays(model).values())
    if memory and [m.shape for m in memory] != [a.shape for a in arrays]:
        raise ValueError(f"this {optimiser} has the memory of another model; make one for each, {optimiser}(rate)")
    return memory or [np.zeros_like(a) for a in arrays]


@dataclass(frozen=True)
class Progress:
    """The state of a training run after a step."""

    step: int  # 1 for the first
    loss: float  # of this step's batch, before the step
    norm: float  # of this step's gradient, before clipping
    model: Model  # after the step
    best: Model  # of all models so far, the one of the lowest loss
    best_loss: float  # on the batch it was seen on, or on what ``validate`` looks at


def gradient(
    model: Model, x: ndarray, target: ndarray, loss: Loss, *state: ndarray, lengths: ndarray | None = None
) -> tuple[float, Model, Any]:
    """The loss of a model on a batch, its gradient (a model), and the trace of the cell, run from state.

    Of sequences with ``lengths`` it is the mean of their losses, each alone, whatever the padding holds.
    Raises FloatingPointError if the loss or a gradient is not finite, unless it is the target: then ValueError.
    """
    _look_at(model, loss)
    cell, readout = model
    trace, _ = sequences.run(cell, x, *state, lengths=lengths)
    loss = loss if lengths is None else sequences.masked(loss, lengths)
    h = trace.h[1:]
    found = loss(readout.forward(h), target) if np.isfinite(h).all() else (math.nan, h)
    pair = isinstance(found, tuple) and len(found) == 2 and np.ndim(found[0]) == 0
    if not pair or np.asarray(found[0]).dtype.kind not in "fiu":
        raise ValueError("loss returned no pair of a real number and dy; return value, dy, as squared_error does")
    value, dy = found
    if not math.isfinite(value):
        require.all_finite(target=require.numbers("target", target))
        raise FloatingPointError(f"the loss is {value}")
    try:
        d_readout, dh = readout.backward(h, dy)
        return float(value), (cell.backward(trace, dh)[0], d_readout), trace
    except require.NotFiniteError as problem:
        raise FloatingPointError(f"the gradient is not finite ({problem})") from None


def _look_at(model: Any, loss: Any) -> None:
    if not isinstance(model, tuple) or len(model) != 2:
        raise ValueError(f"model is a {type(model).__name__} but a pair is expected; pass (cell, readout)")
    if isinstance(model[0], Readout) or hasattr(model[1], "states"):
        came = ", ".join(type(part).__name__ for part in model)
        raise ValueError(f"model is ({came}) but a cell and then its readout are expected; pass (cell, readout)")
    if not callable(loss):
        raise ValueError(
            f"loss is a {type(loss).__name__} but a function is expected; pass squared_error, not its result"
        )


def pieces(x: ndarray, target: ndarray, T: int) -> Iterator[tuple[ndarray, ndarray]]:
    """A long sequence x (N, B, D) and its target in pieces of T steps; the last may be shorter.

    Raises ValueError if T is less than 1, or if x and target are not of one length.
    """
    T = require.whole("T", T, "a whole number of steps in a piece")
    if len(x) != len(target):
        raise ValueError(f"target has {len(target)} time steps but x has {len(x)}; pass one target for each step")
    return ((x[start : start + T], target[start : start + T]) for start in range(0, len(x), T))


def train(
    model: Model,
    batches: Iterable[tuple[ndarray, ...]],
    loss: Loss,
    optimiser: Optimiser,
    *,
    steps: int | None = None,
    max_norm: float | None = None,
    carry: bool = False,
    validate: Callable[[Model], float] | None = None,
    every: int = 100,
) -> Iterator[Progress]:
    """Take one step per batch, until ``batches`` or ``steps`` end, and yield the progress after each.

    ``max_norm`` clips the gradient; ``carry`` starts each batch in the state in which the batch before it ended.
    The best model is the one of the lowest loss, each on its own batch; with ``validate``, the one of the lowest
    ``validate(model)``, which is looked at before the first step, after each ``every`` steps and after the last;
    to know the last, each batch is then drawn one step ahead.
    Ctrl-C ends the loop after the last whole step, so that the last progress holds the best model.
    If standard error is a terminal, a bar there shows the loss, steps per second and the time left.

    Raises ValueError if there is no batch, or one that does not fit the model, or ``steps`` or ``every`` is less
    than 1; FloatingPointError, with the number of the step, if a loss, a gradient, the model after a step or what
    ``validate`` returns is not finite.
    """
    _look_at(model, loss)
    if validate is not None and not callable(validate):
        raise ValueError(
            f"validate is a {type(validate).__name__} but a function of a model is expected; pass None, or one"
        )
    if steps is not None:
        steps = require.whole("steps", steps, "a whole number, or None for as long as there are batches,")
    every = require.whole("every", every)
    if not isinstance(batches, Iterable):
        raise ValueError(f"batches is a {type(batches).__name__} but pairs are expected; pass a list of them")
    if isinstance(optimiser, type) or not hasattr(optimiser, "step"):
        raise ValueError(f"optimiser is {optimiser!r:.60} but one with a rate is expected; pass SGD(0.1) or Adam()")
    best, best_loss, step = model, math.inf, 0
    state: tuple[ndarray, ...] = ()
    if validate:
        best_loss = _looked_at(validate, model, step)
    with tqdm(total=steps or length_hint(batches) or None, unit="step", disable=None) as bar:
        try:
            for batch, last in _until_last(islice(batches, steps), ahead=bool(validate)):
                x, target, lengths = _with_lengths(batch, carry)
                try:
                    value, grads, trace = gradient(model, x, target, loss, *state, lengths=lengths)
                    norm = parameters.global_norm(grads)
                    clipped = grads if max_norm is None else parameters.clip(grads, max_norm)
                    after = optimiser.step(model, clipped)
                except (FloatingPointError, require.NotFiniteError) as problem:
                    way_out = f"lower the rate ({optimiser.rate}), or clip the gradient (max_norm={max_norm})"
                    if step == 0:
                        way_out = f"bring x and target to a size near 1, or lower the rate ({optimiser.rate})"
                    raise FloatingPointError(f"step {step + 1}: {problem}; {way_out}") from None
                step += 1
                if not validate and value < best_loss:
                    best, best_loss = model, value
                model = after
                if validate and (last or step % every == 0) and (seen := _looked_at(validate, model, step)) < best_loss:
                    best, best_loss = model, seen
                if carry:
                    state = trace.last
                bar.set_postfix(loss=f"{value:.4g}", refresh=False)
                bar.update()
                yield Progress(step, value, norm, model, best, best_loss)
        except KeyboardInterrupt:
            if step == 0:  # nothing to keep
                raise
            bar.write(f"stopped after step {step}", file=sys.stderr)
            return
    if step == 0:
        raise ValueError("batches is empty but at least one pair (x, target) is expected; a generator runs only once")


def _until_last(batches: Iterator[Any], ahead: bool) -> Iterator[tuple[Any, bool]]:
    """Each batch, and whether it is known to be the last, since there was none when one was drawn ahead."""
    for batch in batches:
        while ahead:
            following = next(batches, None)
            yield batch, following is None
            if following is None:
                return
            batch = following
        yield batch, False


def _with_lengths(batch: Any, carry: bool) -> Any:
    if not isinstance(batch, tuple | list) or len(batch) not in (2, 3):
        came = f"a {type(batch).__name__}" + (f" of {len(batch)}" if isinstance(batch, tuple | list) else "")
        raise ValueError(f"a batch is {came} but (x, target) or (x, target, lengths) is expected; pass [(x, target)]")
    if carry and len(batch) == 3:
        raise ValueError("a batch has lengths but what has ended is not carried on; pass carry=False, or no lengths")
    return (*batch, None)[:3]


def _looked_at(validate: Callable[[Model], float], model: Model, step: int) -> float:
    seen = validate(model)
    if not isinstance(seen, float | int | np.number | ndarray) or np.ndim(seen):
        raise ValueError(f"validate returned {seen!r:.60} but a number is expected; end it in return float(loss)")
    if math.isnan(seen):
        raise FloatingPointError(
            f"validate returned nan after step {step}; look at its data, which may have a missing value"
        )
    if math.isinf(seen):
        raise FloatingPointError(
            f"validate returned {seen} after step {step}, and no model is better than another by that; "
            f"return a loss that is finite, such as the logarithm of a perplexity"
        )
    return float(seen)
