"""LaTeX from a tree, in varied spelling: the same formula as different authors write it."""

import random
import re

from soundness.nodes import Claim, Member, Node, Range

SUM, HADAMARD, PRODUCT, FACTOR, BASE = range(5)  # how much a place binds: what binds less goes in brackets
GREEK = {
    *("delta", "alpha", "beta", "gamma", "varepsilon", "lambda", "mu"),
    *("tau", "theta", "pi", "eta", "phi", "omega", "sigma"),
}
COMMANDS = {"sigma", "tanh", "exp", "ln", "log", "sin", "cos", "sinh", "cosh", "max", "min", "rho"}
SIGNS = {"=": "=", "<": "<", ">": ">", "le": r"\le", "ge": r"\ge", "approx": r"\approx"}


class Printer:
    """Prints with the habits of one author, who is drawn with ``rng``."""

    def __init__(self, rng: random.Random, vectors: frozenset[str] = frozenset()) -> None:
        self.rng, self.vectors = rng, vectors  # the symbols of the run that are columns or matrices
        self.braces = rng.random() < 0.5  # h_{t}, not h_t
        self.brackets = rng.choice(
            [("(", ")"), ("(", ")"), (r"\left( ", r" \right)"), (r"\bigl(", r"\bigr)"), ("[", "]")]
        )
        self.norms = rng.choice([(r"\lVert ", r" \rVert"), (r"\left\| ", r" \right\|")])
        self.bars = rng.choice([(r"\lvert ", r" \rvert"), (r"\left| ", r" \right|")])
        self.top = rng.choice([r"^\top", r"^{\top}"])
        self.rows = rng.choice(["aligned", "aligned", "aligned", "split", "align*", "align"])
        self.above = rng.random() < 0.08  # h^{(t)}, not h_t
        self.bold = rng.random() < 0.1  # vectors and matrices in bold, on a run
        self.exp = rng.choice(["e^", r"\exp"]) if not vectors else r"\exp"  # a power of e is one of a number
        self.named = rng.choice([r"\mathrm", r"\operatorname"])

    def display(self, statements: list[Claim | Range | Member]) -> str:
        """Statements, one per row or in a line; steps that continue each other as a chain."""
        chains: list[list[str]] = []
        last: Node | None = None
        for statement in statements:
            if isinstance(statement, Claim) and statement.left == last:
                chains[-1] += [SIGNS[statement.sign], self.show(statement.right)]
            else:
                chains.append(self._pieces(statement))
            last = statement.right if isinstance(statement, Claim) else None
        rows = [row for chain in chains for row in self._rows(chain)]
        spacing = any(row.startswith("[") for row in rows)  # after a line break, TeX takes [ ] as its height
        if spacing or (len(rows) == len(chains) and (len(rows) == 1 or self.rng.random() < 0.5)):
            return r", \quad ".join(" ".join(chain) for chain in chains)
        return f"\\begin{{{self.rows}}}\n" + " \\\\\n".join(rows) + f"\n\\end{{{self.rows}}}"

    def _pieces(self, statement: Claim | Range | Member) -> list[str]:
        if isinstance(statement, Range):
            return [statement.index, "=", rf"{self.show(statement.low)}, \dots, {self.show(statement.high)}"]
        if isinstance(statement, Member):
            sizes = r" \times ".join(self.show(size, FACTOR) for size in statement.dimensions)
            return [", ".join(self.show(item) for item in statement.items), r"\in", rf"\mathbb{{R}}^{{{sizes}}}"]
        return [self.show(statement.left), SIGNS[statement.sign], self.show(statement.right)]

    def _rows(self, chain: list[str]) -> list[str]:
        left, sign, right, *more = chain
        if more and self.rng.random() < 0.5:
            return [f"{left} &{sign} {right}", *(f"&{s} {r}" for s, r in zip(more[::2], more[1::2], strict=True))]
        return [f"{left} &{sign} " + " ".join([right, *more])]

    def show(self, node: Node, place: int = SUM) -> str:
        text, binds = getattr(self, "_" + node.op.replace("+", "_immediate"))(node)
        return text if binds >= place else self.bracketed(text)

    def bracketed(self, text: str) -> str:
        left, right = self.brackets if self.rng.random() < 0.8 else ("(", ")")
        return f"{left}{text}{right}"

    def _num(self, node: Node) -> tuple[str, int]:
        return node.value, BASE

    def _sym(self, node: Node) -> tuple[str, int]:
        stem, _, label = node.value.partition("_")
        if label in ("tilde", "hat", "bar"):
            stem, label = rf"\{label}{{{stem}}}", ""
        stem = "\\" + stem if stem in GREEK else stem
        if self.bold and node.value in self.vectors:
            stem = rf"\boldsymbol{{{stem}}}" if stem.startswith("\\") else rf"\mathbf{{{stem}}}"
        if self.above and node.value in self.vectors and len(node.args) == 1 and "_" not in node.value:
            return f"{stem}^{{({self.show(node.args[0])})}}", BASE - 1
        at = [*([label] if label else []), *(self.show(k) for k in node.args)]
        if not at:
            return stem, BASE
        inner = ",".join(at)
        return (f"{stem}_{inner}" if len(inner) == 1 and not self.braces else f"{stem}_{{{inner}}}"), BASE

    def _neg(self, node: Node) -> tuple[str, int]:
        return "-" + self.show(node.args[0], HADAMARD), SUM

    def _add(self, node: Node) -> tuple[str, int]:
        first, *more = node.args
        text = self.show(first, SUM if first.op == "neg" else HADAMARD)
        for term in more:
            sign, body = ("-", term.args[0]) if term.op == "neg" else ("+", term)
            text += f" {sign} {self.show(body, HADAMARD)}"
        return text, SUM

    def _had(self, node: Node) -> tuple[str, int]:
        return r" \odot ".join(self.show(factor, PRODUCT) for factor in node.args), HADAMARD

    def _mul(self, node: Node) -> tuple[str, int]:
        shown = [self.show(factor, FACTOR) for factor in node.args]
        text, binds = shown[0], FACTOR - 1
        for before, this, right in zip(node.args, node.args[1:], shown[1:], strict=False):
            letter = before.op == "sym" and not ("_" in before.value or before.args)
            unclear = right[0] in "0123456789-" or (letter and re.match(r"\\left|\\big|\(|\[", right))
            unclear = unclear or (before.op == "num" and this.op == "frac")
            text += (r" \cdot " if unclear or self.rng.random() < 0.1 else " ") + right
        return text, binds

    def _frac(self, node: Node) -> tuple[str, int]:
        above, below = node.args
        one_digit = all(part.op == "num" and len(part.value) == 1 for part in node.args)
        if one_digit and self.rng.random() < 0.3:
            return rf"\frac{above.value}{below.value}", BASE - 1
        if self.rng.random() < 0.1 and below.op in ("num", "sym"):
            return f"{self.show(above, FACTOR)} / {self.show(below, BASE)}", PRODUCT
        return rf"\frac{{{self.show(above)}}}{{{self.show(below)}}}", FACTOR

    def _pow(self, node: Node) -> tuple[str, int]:
        base, exponent = node.args
        if exponent.op == "frac" and [part.value for part in exponent.args] == ["1", "2"] and self.rng.random() < 0.8:
            return rf"\sqrt{{{self.show(base)}}}", FACTOR
        text = self.show(base, BASE)
        if text.startswith(("e^", r"\exp", r"\frac")):
            text = self.bracketed(text)
        shown = self.show(exponent)
        return (f"{text}^{shown}" if len(shown) == 1 and not self.braces else f"{text}^{{{shown}}}"), FACTOR

    def _tr(self, node: Node) -> tuple[str, int]:
        return self.show(node.args[0], BASE) + self.top, FACTOR

    def _abs(self, node: Node) -> tuple[str, int]:
        return self.bars[0] + self.show(node.args[0]) + self.bars[1], FACTOR

    def _norm(self, node: Node) -> tuple[str, int]:
        return self.norms[0] + self.show(node.args[0]) + self.norms[1] + ("_F" if node.value == "F" else ""), FACTOR

    def _call(self, node: Node) -> tuple[str, int]:
        inner = ", ".join(self.show(part) for part in node.args)
        if node.value == "exp":
            return (f"e^{{{inner}}}" if self.exp == "e^" else self._exp(inner)), FACTOR
        if node.value == "sigma_max":
            name = self.rng.choice([r"\sigma_{\max}", r"\sigma_\max"])
        elif node.value in COMMANDS:
            name = "\\" + node.value
        else:
            name = rf"{self.named}{{{node.value}}}" if len(node.value) > 1 else node.value
        if self.rng.random() < 0.2:
            return rf"{name} \left( {inner} \right)", BASE
        return f"{name}({inner})", BASE

    def _exp(self, inner: str) -> str:
        return rf"\exp({inner})" if self.rng.random() < 0.7 else rf"\exp \left( {inner} \right)"

    def _prime(self, node: Node) -> tuple[str, int]:
        name = "\\" + node.value if node.value in COMMANDS else rf"{self.named}{{{node.value}}}"
        return f"{name}'({self.show(node.args[0])})", FACTOR

    def _entry(self, node: Node) -> tuple[str, int]:
        body, *at = node.args
        return f"({self.show(body)})_{{{','.join(self.show(k) for k in at)}}}", FACTOR

    def _matrix(self, node: Node) -> tuple[str, int]:
        cells = [self.show(cell) for cell in node.args]
        rows = [" & ".join(cells[i : i + node.value]) for i in range(0, len(cells), node.value)]
        return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}", BASE

    def _sum(self, node: Node) -> tuple[str, int]:
        low, high, body = node.args
        return f"{self._big(node, low, high)} {self.show(body, HADAMARD)}", HADAMARD

    def _prod(self, node: Node) -> tuple[str, int]:
        low, high, body = node.args
        return rf"{self._big(node, low, high)} \left( {self.show(body)} \right)", HADAMARD

    def _big(self, node: Node, low: Node, high: Node) -> str:
        above = self.show(high)
        above = above if len(above) == 1 and not self.braces else f"{{{above}}}"
        return rf"\{node.op}_{{{node.value}={self.show(low)}}}^{above}"

    def _d(self, node: Node, plus: str = "") -> tuple[str, int]:
        of, by = node.args
        if of.op != "sym" and by.op == "sym" and not by.args and not plus:
            return rf"\frac{{d}}{{d{self.show(by)}}} \left[ {self.show(of)} \right]", FACTOR
        return rf"\frac{{\partial{plus} {self.show(of)}}}{{\partial {self.show(by, FACTOR)}}}", FACTOR

    def _copy(self, node: Node) -> tuple[str, int]:
        weights, step = node.args
        return f"{self.show(weights)}^{{({self.show(step)})}}", FACTOR

    def _d_immediate(self, node: Node) -> tuple[str, int]:
        return self._d(node, self.rng.choice(["^+", "^{+}"]))
