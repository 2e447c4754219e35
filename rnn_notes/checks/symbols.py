"""What a letter with indices means on a run: an array, a value at a step, an entry, or a derivative."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.checks import arrays, tree
from rnn_notes.checks.arrays import shape
from rnn_notes.checks.define import Definitions
from rnn_notes.checks.errors import ClaimError, FormulaError
from rnn_notes.checks.network import Network, Series
from rnn_notes.checks.tree import Index, Name, Node, label

Scope = dict[str, Any]  # what indices and parameters of definitions stand for at the moment


class Unbound(Exception):  # noqa: N818 - no error but a message to the loop over the free indices
    """The free index ``name`` is met for the first time; ``values`` are those that it can take there."""

    def __init__(self, name: str, values: Iterable[int]) -> None:
        self.name, self.values = name, values


class Symbols(ABC):
    """The symbols of the networks of one run. ``free`` gives the values of each letter that may be a free index.

    With ``rows``, vectors are rows and weights (from, to), so all arrays of a run of columns are transposed.
    """

    def __init__(
        self, network: Network, free: dict[str, Iterable[int]], definitions: Definitions, rows: bool = False
    ) -> None:
        self.network, self.free, self.definitions = network, free, definitions
        self.rows, self.turned = rows or network.run.rows, rows and not network.run.rows

    @abstractmethod
    def of(self, node: Node, scope: Scope) -> ndarray:
        """The value of a formula."""

    def whole(self, node: Node, scope: Scope, values: Iterable[int] | None = None) -> int:
        """The value of an index or count; ``values`` are those that it can take here, if it is a free index."""
        try:
            value = self.of(node, scope)
        except Unbound as index:
            raise Unbound(index.name, index.values if values is None else values) from None
        if value.ndim == 0 and isinstance(number := value.item(), float) and number.is_integer():
            return int(number)  # as almost always; all that NumPy is asked below takes ten times as long
        if shape(value) or not np.isfinite(value).all() or (value != np.round(value)).any() or np.ptp(value):
            found = arrays.shapes([value]) if shape(value) else f"{np.ravel(value)[0]:.6g}"
            raise FormulaError(f"an index or a count has to be a whole number, not {found}").placed(node)
        return int(np.ravel(value)[0])

    def _symbol(self, node: Name | Index, scope: Scope) -> ndarray:
        base, subscripts = (node.base, node.at) if isinstance(node, Index) else (node, ())
        name = base.name if isinstance(base, Name) else None
        is_series = bool(subscripts) and isinstance(self.network.symbols.get(name or ""), Series)  # i_{t,i}, a gate
        if name is None or (name in scope and not is_series):
            value = np.array(scope[name], float) if name else self.of(base, scope)
        elif name in self.definitions:
            return self._unfold(name, [np.array(float(self.whole(s, scope))) for s in subscripts])
        elif name in ("e", "pi") and name not in self.network.symbols:
            value = np.array(getattr(np, name))
        else:
            name, step, subscripts = self._place(base, subscripts, scope)
            symbol = self.network.symbols[name]
            if isinstance(symbol, Series) and step is not None:
                symbol = symbol.at(step)
            elif isinstance(symbol, Series):
                if symbol.total is None:
                    raise FormulaError(f"{name} has a value at every step; give it an index")
                symbol = symbol.total()
            value = self.turn(symbol)
        return self._entry(name or "this", value, subscripts, scope) if subscripts else value

    def _entry(self, name: str, value: ndarray, subscripts: tuple[Node, ...], scope: Scope) -> ndarray:
        """An entry of a column, row or matrix."""
        return arrays.entry(name, value, self._at(name, value, subscripts, scope))

    def _at(self, name: str, value: ndarray, subscripts: tuple[Node, ...], scope: Scope) -> tuple[int, int]:
        """The row and the column that the indices of a column, row or matrix mean."""
        if name in scope and not shape(value):
            raise FormulaError(f"{name} counts here and has no index of its own; the step before is {name}-1")
        is_row, is_column = self.rows and shape(value)[:1] == (1,), shape(value)[1:] == (1,)
        sizes = shape(value)[1:] if is_row else shape(value)[:1] if is_column else shape(value)
        if len(subscripts) != len(sizes):
            raise FormulaError(f"{name} with {len(subscripts)} more indices is not known in this run")
        place = [self.whole(k, scope, range(1, size + 1)) for k, size in zip(subscripts, sizes, strict=True)]
        row, column = (1, *place) if is_row else (*place, 1)[:2]
        return row, column

    def turn(self, value: ndarray) -> ndarray:
        """An array of the run as the display means it."""
        return value.mT if self.turned and shape(value) else value

    def _place(
        self, base: Node, subscripts: tuple[Node, ...], scope: Scope
    ) -> tuple[str, int | None, tuple[Node, ...]]:
        """The symbol of the run that a letter with subscripts means, its time step, and the subscripts left over.

        The first subscript is tried as a label: W_{xh} is W_xh if the run has one.
        """
        if not isinstance(base, Name):
            raise FormulaError(
                "a symbol is needed here; on a run, a derivative is that of a symbol, and of first order"
            )
        name, first = base.name, label(subscripts[0]) if subscripts else None
        if f"{name}_{first}" in self.network.symbols:
            name, subscripts = f"{name}_{first}", subscripts[1:]
        elif not subscripts and name in self.free:
            raise Unbound(name, self.free[name])
        elif name not in self.network.symbols or (first and len(first) > 1 and first.isalpha()):
            known = ", ".join(sorted(self.network.symbols))
            raise FormulaError(
                f"{name}{(first and '_') or ''}{first or ''} is not known in this run; known are {known}. "
                "A network of your own is a run, which you bring with --runs or in pyproject.toml"
            )
        symbol = self.network.symbols[name]
        if not isinstance(symbol, Series) or not subscripts:
            return name, None, subscripts
        step = self.whole(subscripts[0], scope)
        if not symbol.first <= step <= symbol.last:
            raise ClaimError(
                f"{name} has no step {step}, only {symbol.first} to {symbol.last}; "
                f"say for which indices this is meant, as in '% check: rnn t<T'"
            )
        return name, step, subscripts[1:]

    def _unfold(self, name: str, values: list[ndarray]) -> ndarray:
        return self.of(self.definitions[name].body, self.definitions[name].scope(values))

    def _derivative(self, node: tree.Derivative, scope: Scope) -> ndarray:
        copy = node.by if isinstance(node.by, tree.AtStep) else None
        of, by = (n if isinstance(n, Index) else Index(n, ()) for n in (node.of, copy.body if copy else node.by))
        (y, s, more), (x, t, even_more) = (self._place(n.base, n.at, scope) for n in (of, by))
        run, symbol = self.network.run, self.network.symbols[y]
        whole = s is None and isinstance(symbol, Series) and symbol.total is None
        unknown = y in run.parameters or y in self.network.sizes or y in run.gradients or whole
        if unknown or (node.immediate and (y, s) == (x, t)):
            raise FormulaError("this derivative is not known; take that of L, L_t or a symbol at a step")
        above = self.of(Index(of.base, of.at[: len(of.at) - len(more)], span=of.span), scope)
        entry = self._at(y, above, more, scope) if more else None
        if shape(above) and not more and (node.gradient or self.rows):
            why = "a gradient, ∇, is that of a number" if node.gradient else "for rows two conventions are in use"
            raise FormulaError(
                f"{why}; write \\frac{{\\partial …}}{{\\partial …}} of columns, or of a number such as L"
            )
        try:
            at = self.whole(copy.step, scope) if copy else None
            place = entry[::-1] if entry and self.turned else entry
            found = self.turn(self.network.derivative((y, s), (x, t), at, node.immediate, place))
        except (KeyError, ValueError) as error:
            raise FormulaError(f"this derivative is not known: {error}") from None
        if not even_more:
            return found
        if not shape(above) or more:
            return self._entry(x, found, even_more, scope)
        column = self.whole(even_more[0], scope, range(1, found.shape[-1] + 1))
        return found[..., :, column - 1 : column]
