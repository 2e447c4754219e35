"""The SymPy expression of a scalar formula; every letter is a real number, and definitions are unfolded.

What has to hold for the formula to be defined is collected in ``domain`` on the way.
"""

from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any

import sympy
from sympy import Expr, Integer, Rational, Symbol
from sympy.core.function import AppliedUndef

from rnn_notes.checks import numeric, tree
from rnn_notes.checks.domain import Where, kinks, normal
from rnn_notes.checks.errors import CheckError, ClaimError, FormulaError, OpenBoundsError
from rnn_notes.checks.letters import Letters
from rnn_notes.checks.over import unclear
from rnn_notes.checks.tree import Index, Name, Node, Number

MAX_POWER, MAX_BITS, MAX_NODES = 100, 10_000, 5000

BUILT_IN: dict[str, Any] = {
    **{"exp": sympy.exp, "log": sympy.log, "ln": sympy.log, "sin": sympy.sin, "cos": sympy.cos},
    **{"sinh": sympy.sinh, "cosh": sympy.cosh, "tanh": sympy.tanh, "max": sympy.Max, "min": sympy.Min},
    "erf": sympy.erf,
    "sigma": lambda x: 1 / (1 + sympy.exp(-x)),
    "relu": lambda x: sympy.Max(0, x),
}

JOINED: dict[str, Any] = {"sum": sympy.Add, "product": sympy.Mul, "max": sympy.Max, "min": sympy.Min}
CLOSED = {"sum": sympy.summation, "product": sympy.product}  # in closed form, for any n
RELATION = {"=": sympy.Eq, "ne": sympy.Ne, "<": sympy.Lt, ">": sympy.Gt, "le": sympy.Le, "ge": sympy.Ge}


class Expressions(Letters):
    """Turns trees into SymPy expressions; sums to a letter that is symbolic are taken in closed form."""

    def of(self, node: Node, scope: dict[str, Expr]) -> Expr:
        """The SymPy expression of a formula; ``scope`` has the arguments of functions and the indices of sums."""
        self.visits += 1
        if self.visits > MAX_NODES:
            raise FormulaError("this is too long for a proof; write it with fewer or shorter sums")
        try:
            return self._node(node, scope)
        except CheckError as error:
            error.placed(node)
            raise

    def _node(self, node: Node, scope: dict[str, Expr]) -> Expr:
        def all_of(nodes: Iterable[Node]) -> list[Expr]:
            return [self.of(part, scope) for part in nodes]

        match node:
            case Number(text):
                return Rational(text)
            case Name("e") if "e" not in scope:
                return sympy.E
            case Name("pi"):
                return sympy.pi
            case Name(name):
                return self._letter(name, scope)
            case Index(Name(name), subscripts) if name not in scope:
                return self._indexed(name, subscripts, scope)
            case tree.Call(name, arguments, 0):
                return self.apply(name, all_of(arguments))
            case tree.Call(name, (argument,), primes):
                return self._primed(name, primes, self.of(argument, scope))
            case tree.Call(name):
                raise FormulaError(f"{name}' is known for functions of one argument")
            case tree.Brackets(body) | tree.Underbrace(body):
                return self.of(body, scope)
            case tree.Negative(body):
                return -self.of(body, scope)
            case tree.Plus(terms):
                return sympy.Add(*all_of(terms))
            case tree.Times(factors):
                return sympy.Mul(*all_of(factors))
            case tree.Fraction(above, below):
                return self.of(above, scope) * self._power(self.of(below, scope), Integer(-1))
            case tree.Power(base, exponent):
                return self._power(self.of(base, scope), self.of(exponent, scope))
            case tree.Absolute(body):
                return sympy.Abs(self.of(body, scope))
            case tree.SumOrProduct():
                return self._big(node, scope)
            case tree.Derivative(of, by, False):
                return self._derivative(of, by, [self.of(letter, {}) for letter in node.apart], scope)
            case tree.Cases(values, conditions):
                return self._cases(all_of(values), conditions, scope)
            case tree.Over():
                raise unclear(node)
            case tree.AtStep():
                raise FormulaError("( ) above a symbol may be an index or a power; in a chain write it below, x_{t}")
        raise FormulaError("a chain is about numbers; check vectors and matrices against a run")

    def _cases(
        self, values: list[Expr], conditions: tuple[tuple[tree.Relation, ...], ...], scope: dict[str, Expr]
    ) -> Expr:
        """A case distinction in which exactly one case holds everywhere."""
        when = [
            sympy.And(*(RELATION[r.operator](self.of(r.left, scope), self.of(r.right, scope)) for r in relations))
            for relations in conditions
        ]
        otherwise = () in conditions
        when = [*when[:-1], sympy.Not(sympy.Or(*when[:-1]))] if otherwise else when
        if any(sympy.simplify(sympy.And(a, b)) != sympy.false for a, b in combinations(when, 2)):
            raise ClaimError("two of these cases hold at once")
        if not otherwise and sympy.simplify(sympy.Or(*when)) != sympy.true:
            raise ClaimError("for some values none of these cases holds; the last one may be \\text{otherwise}")
        return sympy.Piecewise(*zip(values, when, strict=True))

    def _big(self, node: tree.SumOrProduct, scope: dict[str, Expr]) -> Expr:
        first, last = self.of(node.low, scope), self.of(node.high, scope)
        if not (first.is_Integer and last.is_Integer):
            letters = {str(letter) for letter in first.free_symbols | last.free_symbols}
            if not letters:
                raise FormulaError("the bounds of a sum are whole numbers")
            if not letters <= self.symbolic:
                raise OpenBoundsError(letters)
            return self._closed(node, first, last, scope)
        if last < first - 1:
            way_out = "say for which letters this one does, as in , \\quad s \\le t"
            upwards = f"in a chain sums and products count upwards; {way_out}"
            raise FormulaError(f"this runs from {first} to {last}; {upwards}")
        each = []
        outside, self.bound = self.bound, self.bound | {node.index}
        for step in range(int(first), int(last) + 1):
            each.append(self.of(node.body, {**scope, node.index: Integer(step)}))
        self.bound = outside
        return self._joined(node, each, scope)

    def _joined(self, node: tree.SumOrProduct, each: list[Expr], scope: dict[str, Expr]) -> Expr:
        if node.operator in CLOSED:
            return JOINED[node.operator](*each)
        if not each:
            raise FormulaError(f"the {node.operator} of nothing is not a number")
        plain = len({*each}) == 1 or all(part.is_number for part in each)
        return JOINED[node.operator](*each, evaluate=plain)  # of others, SymPy compares each with each, for seconds

    def _closed(self, node: tree.SumOrProduct, first: Expr, last: Expr, scope: dict[str, Expr]) -> Expr:
        """The closed form of a sum with a letter in its bounds, if SymPy knows one without cases.

        It is none of a sum that counts backwards or to a half, for which SymPy has a value as well.
        """
        known = node.operator in CLOSED
        if not (known and first.is_Integer and last.is_integer and (last - first + 1).is_nonnegative):
            raise OpenBoundsError(self.symbolic)
        sign = {"positive": True} if first.is_positive else {"nonnegative": True} if first.is_nonnegative else {}
        index = Symbol(node.index, integer=True, **sign)
        outside, self.bound, domain, self.domain = self.bound, self.bound | {node.index}, self.domain, set()
        body = self.of(node.body, {**scope, node.index: index})
        inside, self.bound, self.domain = self.domain, outside, domain
        closed = CLOSED[node.operator](body, (index, first, last))
        if isinstance(closed, sympy.Piecewise) and isinstance(closed.args[0].cond, sympy.Eq) and len(closed.args) == 2:
            self.apart.add(Where(closed.args[0].cond.lhs - closed.args[0].cond.rhs, "ne"))  # 1 + x + … where x ≠ 1
            closed = closed.args[1].expr
        if normal(inside) or closed.has(sympy.Sum, sympy.Product, sympy.Piecewise, index):
            raise OpenBoundsError(self.symbolic)
        return closed

    def _primed(self, name: str, primes: int, at: Expr) -> Expr:
        """The derivative of a function of one argument at a place."""
        if not primes:
            return self.apply(name, [at])
        return self._differentiate(lambda letter: self._primed(name, primes - 1, letter), at)

    def _derivative(self, of: Node, by: Node, apart: list[Expr], scope: dict[str, Expr]) -> Expr:
        if isinstance(by, Name) and by.name in scope:
            inner = {name: value for name, value in scope.items() if name != by.name}
            return self._differentiate(lambda letter: self._taken(of, {**inner, by.name: letter}), scope[by.name])
        letter = self.of(by, scope)
        if isinstance(letter, AppliedUndef):  # by u, which depends on x
            return self._differentiate(lambda place: self._through(self._taken(of, scope), letter, place), letter)
        if not isinstance(letter, Symbol):
            raise FormulaError("a derivative is taken by a letter without definition")
        if isinstance(of, tree.Call) and not of.arguments and of.function in BUILT_IN:  # dσ/dx is that of σ(x)
            return self._differentiate(lambda _: self.apply(of.function, [letter]), letter, letter)
        return self._differentiate(lambda _: self._taken(of, scope), letter, letter, apart)

    def _through(self, value: Expr, inner: Expr, place: Symbol) -> Expr:
        """A value that depends on what ``inner`` does through it alone, with a letter in its place."""
        changed = value.xreplace({inner: place})
        if place not in changed.free_symbols or changed.free_symbols & inner.free_symbols:
            others = ", ".join(sorted(map(str, changed.free_symbols - {place}))) or "nothing"
            raise FormulaError(
                f"what is differentiated by {inner.func} depends on it alone, and here on {others}; introduce it as "
                f"a function, f({inner.func}, v) = …, in a display '% check: define'"
            )
        self.held |= {str(letter) for letter in changed.free_symbols - {place}} - self.given.constant
        return changed

    def _differentiate(
        self, function: Callable[[Symbol], Expr], at: Expr, letter: Symbol | None = None, apart: Iterable[Expr] = ()
    ) -> Expr:
        """The derivative of function(letter) at a place, where it is smooth; letters ``apart`` do not depend on it."""
        letter = letter or sympy.Dummy(real=True)
        outside, self.domain = self.domain, set()
        value = function(letter)
        others = value.free_symbols - {letter, *apart}
        names = sorted(map(str, others - {self.symbol(name) for name in self.given.constant}))
        if letter not in value.free_symbols and names and at == letter:
            raise FormulaError(
                f"this does not contain {letter}, and {', '.join(names)} may depend on it; write "
                f"'% given: {names[0]} is constant' or '% given: {names[0]} depends on {letter}' below the mark"
            )
        if at == letter:
            array = str(letter).partition("_")
            self.held |= {name for name in names if not (array[1] and name.startswith(f"{array[0]}_"))}
        inside = self.domain | {Where(part, "ne") for part in kinks(value, letter)}
        here = {Where(v, "gt" if s == "ge" and letter in v.free_symbols else s).mapped({letter: at}) for v, s in inside}
        self.domain = outside | here
        self.powers = {where.mapped({letter: at}): name for where, name in self.powers.items()}
        return value.diff(letter).subs(letter, at)

    def _taken(self, node: Node, scope: dict[str, Expr]) -> Expr:
        """What is differentiated; a function without arguments is taken of its own letters."""
        if isinstance(node, tree.Call) and not node.arguments and node.function in self.definitions:
            letters = self.definitions[node.function].parameters
            return self.apply(node.function, [scope.get(letter, self.symbol(letter)) for letter in letters])
        return self.of(node, scope)

    def apply(self, name: str, values: list[Expr]) -> Expr:
        """A function of values; its own domain is added to the conditions."""
        if name in self.definitions and self.definitions[name].is_function:
            return self._unfold(name, values)
        if name in self.given.function and values:
            return sympy.Function(name, real=True)(*(sympy.expand(sympy.cancel(value)) for value in values))
        if name not in BUILT_IN or (len(values) != 1 and name not in ("max", "min")) or not values:
            wanted = "introduce it by a display '% check: define'"
            raise FormulaError(f"{name} of {len(values)} arguments is not known; {wanted}")
        if name in ("log", "ln"):
            self.domain.add(Where(values[0], "gt"))
        if name in ("max", "min") and len(values) == 1:
            raise FormulaError(f"{name} of one number says nothing; in a chain it has two arguments or more")
        numeric.refuse_giant(values[0], name not in ("log", "ln", "max", "min", "relu"))
        return BUILT_IN[name](*values)

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        bits = max(base.p.bit_length(), base.q.bit_length()) if base.is_Rational else 1
        if exponent.is_Rational and (abs(exponent) > MAX_POWER or bits * abs(exponent) > MAX_BITS):
            raise FormulaError(f"this power is too large; exponents go to {MAX_POWER}")
        numeric.refuse_giant(exponent, base.is_number)
        if exponent.is_integer and not exponent.is_nonnegative:
            self.domain.add(Where(base, "ne"))
            self.powers |= {Where(base, "ne"): ""} if exponent.free_symbols else {}
        elif not exponent.is_integer:
            self.domain.add(Where(base, "ge" if exponent.is_Rational and exponent.is_positive else "gt"))
            if letters := sorted(str(letter) for letter in exponent.free_symbols if not letter.is_integer):
                self.powers[Where(base, "gt")] = letters[0]
        if base == 0 and exponent.is_negative:
            normal(self.domain)  # says so
        return base**exponent
