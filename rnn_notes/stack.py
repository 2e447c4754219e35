"""Several layers (Schmidhuber 1992, El Hihi and Bengio 1995): the states of one are the input of the next.

A layer is a cell or a ``Bidirectional``. Dropout goes between the layers alone, where it does not disturb what a layer
remembers (Zaremba, Sutskever and Vinyals 2014).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy import dtype, ndarray
from numpy.typing import ArrayLike

from rnn_notes.bidirectional import sizes
from rnn_notes.cells import require
from rnn_notes.dropout import masks
from rnn_notes.sequences import checked, given, output_gradient, run


@dataclass(frozen=True, eq=False)
class StackTrace:
    """What a forward pass leaves behind: the trace of each layer."""

    layers: tuple[Any, ...]
    last: tuple[ndarray, ...]  # the states of all layers after the last step of each sequence
    lengths: ndarray | None
    drop: tuple[ndarray, ...]  # what the output of each layer but the last was multiplied by

    @property
    def h(self) -> ndarray:
        """(T + 1, B, H), the states of the last layer."""
        return self.layers[-1].h


@dataclass(frozen=True, eq=False)
class Stack:
    """Layers, the first of which sees x; it runs like a cell that has the states of all of them."""

    layers: tuple[Any, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.layers, tuple) or not self.layers:
            raise ValueError(f"layers is {self.layers!r:.60} but a tuple of cells is expected; pass (first, second)")
        reaches = [sizes(layer) for layer in self.layers]
        for k, (below, above) in enumerate(zip(self.layers, self.layers[1:], strict=False)):
            (_, H), (D, _) = reaches[k : k + 2]
            if D != H or below.dtype != above.dtype:
                raise ValueError(
                    f"layer {k} gives {H} units in {below.dtype} but layer {k + 1} takes {D} features in "
                    f"{above.dtype}; make layer {k + 1} with D={H} and dtype=np.{below.dtype}"
                )

    @property
    def dtype(self) -> dtype:
        return self.layers[0].dtype

    @property
    def sizes(self) -> tuple[int, int]:
        return sizes(self.layers[0])[0], sizes(self.layers[-1])[1]

    @property
    def states(self) -> tuple[str, ...]:
        """Those of the first layer, then those of the next."""
        return tuple(f"{state}_{k}" for k, layer in enumerate(self.layers, 1) for state in layer.states)

    def forward(
        self, x: ArrayLike, *state: ArrayLike, lengths: ArrayLike | None = None, drop: Sequence[ndarray] = ()
    ) -> StackTrace:
        """Run sequences x (T, B, D), of these lengths or all of length T, from the states of all layers or zeros.

        ``drop`` has one array for each layer but the last, by which its output is multiplied, such as those that
        ``dropout.mask`` draws.
        """
        if drop and len(drop) != len(self.layers) - 1:
            raise ValueError(
                f"drop has {len(drop)} arrays but there are {len(self.layers) - 1} gaps between layers; pass one each"
            )
        x = require.array(self, "x", x, T=None, B=None, D=self.sizes[0])
        lengths = lengths if lengths is None else checked(lengths, *x.shape[:2])
        given(self, state)
        T, B, _ = x.shape
        dropped = [masks(self, f"drop[{k}]", m, T, B, sizes(self.layers[k])[1]) for k, m in enumerate(drop)]
        traces: list[Any] = []
        ends: list[ndarray] = []
        for k, layer in enumerate(self.layers):
            own, state = state[: len(layer.states)], state[len(layer.states) :]
            trace, ends_of_layer = run(layer, x, *own, lengths=lengths)
            traces.append(trace)
            ends += ends_of_layer
            x = trace.h[1:] * dropped[k] if k < len(dropped) else trace.h[1:]
        return StackTrace(tuple(traces), tuple(ends), lengths, tuple(dropped))

    def backward(self, trace: StackTrace, dh: ArrayLike) -> tuple[Any, ...]:
        """From dh (T, B, H) of the last layer to the gradients: of the parameters (a Stack), of x, and of each state.

        What dh holds after the end of a sequence is not looked at.
        """
        dx = output_gradient(self, trace, StackTrace, dh)
        grads: list[Any] = []
        dstates: list[ndarray] = []
        for k in reversed(range(len(self.layers))):
            if k < len(trace.drop):
                dx = dx * trace.drop[k]
            grad, dx, *dstate = self.layers[k].backward(trace.layers[k], dx)
            grads, dstates = [grad, *grads], [*dstate, *dstates]
        return type(self)(tuple(grads)), dx, *dstates
