"""A second reader of the LaTeX of displays: recursive descent, written from the description of the marks alone.

It is long because a grammar is read in one piece, here as a function per rule.
"""

import re
from collections.abc import Callable

from soundness.nodes import Claim, Member, Node, Range, add, call, had, mul, neg, num, power, sym, tr

GREEK = "alpha beta gamma delta epsilon varepsilon eta theta kappa lambda mu pi tau phi omega ell Delta rho sigma"
FUNCTIONS = frozenset("sigma tanh exp log ln sin cos sinh cosh max min rho relu softmax diag".split())  # noqa: SIM905
RELATIONS = {
    "=": "=",
    "<": "<",
    ">": ">",
    r"\le": "le",
    r"\leq": "le",
    r"\ge": "ge",
    r"\geq": "ge",
    r"\approx": "approx",
    r"\ne": "ne",
    r"\neq": "ne",
}
TOKEN = re.compile(
    r"\\(?:text|textrm)\s*\{[^{}]*\}|\\(?:mathrm|operatorname)\s*\{\s*[A-Za-z]+\s*\}|\\begin\{\w+\*?\}|\\end\{\w+\*?\}"
    r"|\\[A-Za-z]+|\\\\|\\[|]|[0-9]+(?:\.[0-9]+)?|&&|[^\s]"
)
BLANK = re.compile(r"\\left(?![a-z])|\\right(?![a-z])|\\[bB]igg?[lr]?(?![a-z])|(?<!\\)\\[,;:! ]|~|%[^\n]*")
Statement = Claim | Range | Member


class UnreadError(ValueError):
    """LaTeX that this reader does not know."""


def read(latex: str, known: frozenset[str] = frozenset(), functions: frozenset[str] = frozenset()) -> list[Statement]:
    """The statements of a display; ``known`` are the symbols of its run, ``functions`` those of its page."""
    return Reader(latex, known, functions | FUNCTIONS).display()


class Reader:
    def __init__(self, latex: str, known: frozenset[str], functions: frozenset[str]) -> None:
        for side, norm, bar in (("left", r"\lVert ", r"\lvert "), ("right", r"\rVert ", r"\rvert ")):
            latex = re.sub(rf"\\{side}\s*\\\|", lambda _, new=norm: new, latex)
            latex = re.sub(rf"\\{side}\s*\|", lambda _, new=bar: new, latex)
        latex = re.sub(r"\\(?:mathbf|boldsymbol)\s*\{((?:[^{}]|\{[^{}]*\})+)\}", r"\1", latex)
        latex = re.sub(r"\\(begin|end)\{(?:split|align\*?)\}", r"\\\1{aligned}", latex)
        self.tokens = [*TOKEN.findall(BLANK.sub(" ", latex)), ""]
        self.known, self.functions, self.at = known, functions, 0

    # tokens
    @property
    def next(self) -> str:
        return self.tokens[self.at]

    def take(self, *expected: str) -> str:
        token = self.next
        if expected and token not in expected:
            raise UnreadError(f"{token!r} where {expected} should be")
        self.at += 1
        return token

    def found(self, token: str) -> bool:
        if self.next == token:
            self.at += 1
            return True
        return False

    # statements
    def display(self) -> list[Statement]:
        statements: list[Statement] = []
        last: dict[int, Node] = {}  # by column: where a row that begins with a relation continues
        column, rows, aligned = 0, 0, self.found(r"\begin{aligned}")
        while self.next:
            if self.found(r"\end{aligned}"):
                aligned = False
            elif self.found("\\\\"):
                column, rows = 0, rows + 1
            elif self.next in ("&", "&&"):
                column += len(self.take())
            elif self.next.startswith(r"\text"):
                self.at += 1
                if column >= 2:  # a reason beside a step: nothing is read to the end of the row
                    while self.next not in ("\\\\", r"\end{aligned}", ""):
                        self.at += 1
            elif self.next in (",", ".", r"\quad", r"\qquad"):
                self.at += 1
            elif self.next in RELATIONS:
                if (column - 1) // 2 not in last:
                    raise UnreadError("a relation without left side")
                column = self.steps(last[(column - 1) // 2], statements, last, column, row=True)
            else:
                column = self.statement(statements, last, column)
        if aligned or not statements:
            raise UnreadError("not ended, or nothing said")
        return statements

    def statement(self, statements: list[Statement], last: dict[int, Node], column: int) -> int:
        items, start = [self.sum()], self.at
        while self.found(","):
            try:
                items.append(self.sum())
            except UnreadError:
                break
        self.found("&")
        if self.found(r"\in"):
            self.found("&")
            statements.append(Member(tuple(items), self.dimensions()))
            return column + 1
        self.at = start
        return self.steps(items[0], statements, last, column)

    def steps(
        self, left: Node, statements: list[Statement], last: dict[int, Node], column: int, row: bool = False
    ) -> int:
        """A chain from ``left`` on; ``row`` if it continues a row above."""
        pair = column // 2 if self.next == "&" or column % 2 == 0 else (column - 1) // 2
        begun = False
        while True:
            start = self.at
            column += self.found("&")
            if self.next not in RELATIONS:
                self.at = start
                break
            sign = RELATIONS[self.take()]
            column += self.found("&")
            right = self.sum()
            if self.next == "," and self.tokens[self.at + 1] in (r"\dots", r"\ldots", r"\cdots"):
                self.at += 2
                self.take(",")
                if left.op != "sym" or sign != "=":
                    raise UnreadError("a range of what?")
                statements.append(Range(left.value, right, self.sum()))
                return column
            statements.append(Claim(left, sign, right, begun or row))
            left, begun = right, True
        if not begun:
            raise UnreadError("no relation")
        last[pair] = left
        return column

    def dimensions(self) -> tuple[Node, ...]:
        self.take(r"\mathbb")
        if self.found("{"):
            self.take("R")
            self.take("}")
        else:
            self.take("R")
        if not self.found("^"):
            return ()
        if not self.found("{"):
            return (self.short(),)
        sizes = [self.juxtaposed()]
        while self.found(r"\times"):
            sizes.append(self.juxtaposed())
        self.take("}")
        return tuple(sizes)

    # sums, products, powers
    def sum(self) -> Node:
        terms = [neg(self.term())] if self.found("-") else [self.term()]
        while True:
            start, goes_on = self.at, True
            if self.found("\\\\"):  # a row that begins with & + continues
                goes_on = self.found("&")
                while self.next in (r"\quad", r"\qquad"):
                    self.at += 1
            if not goes_on or self.next not in ("+", "-"):
                self.at = start
                return add(*terms)
            terms.append(neg(self.term()) if self.take() == "-" else self.term())

    def term(self) -> Node:
        factors = [self.product()]
        while self.found(r"\odot"):
            factors.append(self.product())
        return had(*factors)

    def product(self) -> Node:
        result = self.juxtaposed()
        while self.next in (r"\cdot", r"\times", "/"):
            result = Node("frac", (result, self.factor())) if self.take() == "/" else mul(result, self.juxtaposed())
        return result

    def juxtaposed(self) -> Node:
        factors: list[Node] = []
        while self.starts_a_factor():
            factors.append(self.factor())
        if not factors:
            raise UnreadError(f"{self.next!r} where a factor should be")
        return mul(*factors)

    def starts_a_factor(self) -> bool:
        stops = {"", ",", ".", "&", "&&", "\\\\", ")", "]", "}", "+", "-", "/", "_", "^", ";", "'", *RELATIONS}
        stops |= {r"\odot", r"\cdot", r"\times", r"\quad", r"\qquad", r"\in", r"\rvert", r"\rVert", r"\end{aligned}"}
        return self.next not in stops and not self.next.startswith((r"\text", r"\end"))

    def factor(self) -> Node:
        node = self.atom()
        if self.next == "_" and node.op in ("group", "call"):
            node = Node("entry", (node, *self.subscript()))
        if node.op == "group":
            node = node.args[0]
        while self.next == "^":
            start = self.at
            self.at += 1
            if self.found(r"\top"):
                node = tr(node)
            elif self.next == "{" and self.tokens[self.at + 1] == r"\top":
                self.at += 2
                self.take("}")
                node = tr(node)
            elif self.next == "{" and self.tokens[self.at + 1] == "(" and node.op == "sym" and node.value in self.known:
                self.at += 2
                step = self.sum()
                weights = node.value[:2] in ("W_", "b_")
                node = Node("copy", (node, step)) if weights else sym(node.value, step, *node.args)
                self.take(")")
                self.take("}")
            elif label := self.label_above(node):
                node = sym(label, *(self.subscript() if self.next == "_" else []))
            elif self.next == "{":
                node = power(node, self.braced())
            else:
                node = power(node, self.short())
            if self.at == start:
                break
        return node

    def label_above(self, node: Node) -> str | None:
        """The name of a layer whose number is above, as in h^{(2)}_t."""
        opening, (number, *closing) = self.tokens[self.at : self.at + 2], self.tokens[self.at + 2 : self.at + 5] or [""]
        name = f"{node.value}_{number}"
        if opening != ["{", "("] or closing != [")", "}"] or node.args or name not in self.known:
            return None
        self.at += 5
        return name

    def braced(self) -> Node:
        self.take("{")
        node = self.sum()
        self.take("}")
        return node

    def short(self) -> Node:
        """What TeX takes without braces: one digit or one letter."""
        token = self.next
        if token.isdigit() and len(token) > 1:
            self.tokens[self.at : self.at + 1] = [token[0], token[1:]]
        return self.plain(self.take())

    def plain(self, token: str) -> Node:
        name = token.lstrip("\\")
        if token.isdigit():
            return num(token)
        if re.fullmatch("[A-Za-z]", token) or (token.startswith("\\") and name in GREEK.split()):
            return sym(name)
        raise UnreadError(f"{token!r} is not known")

    def subscript(self) -> list[Node]:
        self.take("_")
        if not self.found("{"):
            return [self.short()]
        parts = [self.sum()]
        while self.found(","):
            parts.append(self.sum())
        self.take("}")
        return parts

    # atoms
    def atom(self) -> Node:
        token = self.take()
        if re.match("[0-9]", token):
            return num(token)
        if token in ("(", "["):
            return self.brackets(")" if token == "(" else "]")
        if token in (r"\lvert", r"\lVert"):
            return self.bars(token)
        if token in (r"\frac", r"\dfrac", r"\tfrac"):
            return self.fraction()
        if token in (r"\sum", r"\prod"):
            return self.big(token[1:])
        simple: dict[str, Callable[[], Node]] = {
            r"\sqrt": lambda: power(self.braced(), Node("frac", (num(1), num(2)))),
            r"\underbrace": self.brace,
            r"\begin{bmatrix}": self.matrix,
            r"\begin{pmatrix}": self.matrix,
        }
        if token in simple:
            return simple[token]()
        named = re.fullmatch(r"\\(?:mathrm|operatorname)\s*\{\s*([A-Za-z]+)\s*\}", token)
        name = named[1] if named else token.lstrip("\\")
        if name in self.functions and (named or token.startswith("\\") or len(name) == 1):
            return self.function(name)
        return self.symbol(token)

    def brackets(self, close: str) -> Node:
        parts = [self.sum()]
        while self.found(";"):
            parts.append(self.sum())
        self.take(close)
        return Node("group", (parts[0],)) if len(parts) == 1 else Node("matrix", tuple(parts), 1)

    def bars(self, token: str) -> Node:
        body = self.sum()
        self.take(token.replace("l", "r", 1))
        if token == r"\lvert":
            return Node("abs", (body,))
        return Node("norm", (body,), self.subscript()[0].value if self.next == "_" else "2")

    def fraction(self) -> Node:
        if self.next != "{":
            return Node("frac", (self.short(), self.short()))
        marks = ("d", r"\partial", r"\mathrm{d}")
        if self.tokens[self.at + 1] not in marks:
            return Node("frac", (self.braced(), self.braced()))
        self.at += 1
        above = self.take(*marks)
        immediate = False
        if self.found("^"):
            bare = not self.found("{")
            self.take("+")
            immediate = bare or bool(self.take("}"))
        of = None if self.next == "}" else self.sum()
        self.take("}")
        self.take("{")
        self.take(above)
        by = self.factor()
        self.take("}")
        of = of or self.factor()
        return Node("d+" if immediate else "d", (of, by))

    def big(self, operator: str) -> Node:
        self.take("_")
        self.take("{")
        index = self.plain(self.take()).value
        self.take("=")
        low = self.sum()
        self.take("}")
        self.take("^")
        high = self.braced() if self.next == "{" else self.short()
        body = self.term() if operator == "sum" else self.factor()
        return Node(operator, (low, high, body), index)

    def brace(self) -> Node:
        body = self.braced()
        self.take("_")
        self.take("{")
        if self.next.startswith(r"\text"):
            self.at += 1
            self.take("}")
            return body
        claim = self.sum()
        self.take("}")
        return Node("brace", (body, claim))

    def matrix(self) -> Node:
        rows = [[self.sum()]]
        while not self.next.startswith(r"\end"):
            if self.take("&", "\\\\") == "&":
                rows[-1].append(self.sum())
            elif not self.next.startswith(r"\end"):
                rows.append([self.sum()])
        self.at += 1
        if len({len(row) for row in rows}) > 1:
            raise UnreadError("rows of other lengths")
        return Node("matrix", tuple(cell for row in rows for cell in row), len(rows[0]))

    def function(self, name: str) -> Node:
        if name == "sigma" and self.next == "_":
            self.subscript_max()
            name = "sigma_max"
        prime, exponent = self.found("'"), None
        if self.found("^"):
            exponent = self.short()
        if self.next in ("(", "["):
            close = {"(": ")", "[": "]"}[self.take()]
            arguments = [self.sum()]
            while self.found(","):
                arguments.append(self.sum())
            self.take(close)
        elif self.next == "}":
            arguments = []  # the function itself, above a derivative
        else:
            arguments = [self.atom()]
        made = Node("prime", tuple(arguments), name) if prime else call(name, *arguments)
        return power(made, exponent) if exponent else made

    def subscript_max(self) -> None:
        self.take("_")
        braces = self.found("{")
        self.take(r"\max")
        if braces:
            self.take("}")

    def symbol(self, token: str) -> Node:
        suffix = ""
        if token in (r"\hat", r"\tilde", r"\bar"):
            suffix = token.replace("\\", "_")
            node = self.braced() if self.next == "{" else self.plain(self.take())
        else:
            node = self.plain(token)
        name = node.value + suffix
        if self.next != "_":
            return sym(name)
        at = self.subscript()
        label = "".join(
            part.value for part in (at[0].args if at[0].op == "mul" else at[:1]) if isinstance(part.value, str)
        )
        return sym(f"{name}_{label}", *at[1:]) if f"{name}_{label}" in self.known else sym(name, *at)
