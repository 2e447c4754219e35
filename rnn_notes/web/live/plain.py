"""A formula as plain text, as the checker has read it: so a reader sees at once where it was read in another way.

Brackets are written wherever a reading could differ; ``*`` is the product, ``⊙`` that of entries.
"""

from rnn_notes.checks import latex, tree

SIGNS = {"le": "≤", "ge": "≥", "approx": "≈", "ne": "≠"}


def reading(text: str) -> str:
    """The statements of a formula, one per line. Raises FormulaError for what is not read."""
    return "\n".join(plain(statement) for statement in latex.parse(text))


def plain(node: tree.Node) -> str:
    """One node as text."""

    def all_of(nodes: tuple[tree.Node, ...], between: str) -> str:
        return between.join(map(plain, nodes))

    match node:
        case tree.Number(text) | tree.Name(text):
            return text
        case tree.Index(base, at):
            return f"{plain(base)}[{', '.join(tree.label(place) or plain(place) for place in at)}]"
        case tree.Call(function, arguments, prime):
            inside = f"({all_of(arguments, ', ')})" if arguments else ""
            return f"{function}{'′' * prime}{inside}"
        case tree.Brackets(body):
            return plain(body)
        case tree.Negative(body):
            return f"−{_closed(body)}"
        case tree.Plus(terms):
            return " + ".join(map(plain, terms)).replace("+ −", "− ")
        case tree.Times(factors):
            return " * ".join(map(_closed, factors))
        case tree.Hadamard(factors):
            return " ⊙ ".join(map(_closed, factors))
        case tree.Fraction(above, below):
            return f"{_closed(above)} / {_closed(below)}"
        case tree.Power(base, exponent):
            return f"{_closed(base)}^{_closed(exponent)}"
        case tree.Transpose(body):
            return f"{_closed(body)}ᵀ"
        case tree.AtStep(body, step):
            return f"{plain(body)} as used at step {plain(step)}"
        case tree.Absolute(body):
            return f"|{plain(body)}|"
        case tree.Norm(body, kind):
            return f"‖{plain(body)}‖{'_' + all_of(kind, '') if kind else ''}"
        case tree.Matrix(rows):
            return "[" + "; ".join(all_of(row, ", ") for row in rows) + "]"
        case tree.Listed(parts):
            return f"[{all_of(parts, ' above ')}]"
        case tree.SumOrProduct(operator, index, low, high, body):
            return f"{operator} over {index} from {plain(low)} to {plain(high)} of {_closed(body)}"
        case tree.Over(operator, index, body):
            return f"{operator} over all {index} of {_closed(body)}"
        case tree.Derivative(of, by, immediate):
            return f"{'immediate ' * immediate}derivative of {_closed(of)} with respect to {_closed(by)}"
        case tree.Underbrace(body, _):
            return plain(body)
        case tree.Relation(left, operator, right):
            return f"{plain(left)} {SIGNS.get(operator, operator)} {plain(right)}"
        case tree.Range(index, low, high):
            return f"for {index} from {plain(low)} to {plain(high)}"
        case tree.Membership(items, dimensions):
            return f"{all_of(items, ', ')} has the shape {all_of(dimensions, ' × ')}"
    return " ".join(map(plain, tree.children(node)))


def _closed(node: tree.Node) -> str:
    """A node within another one: in brackets, unless it is one piece."""
    body = node
    while isinstance(body, tree.Brackets):
        body = body.body
    one_piece = tree.Number | tree.Name | tree.Index | tree.Call | tree.Absolute | tree.Norm | tree.Matrix
    return plain(body) if isinstance(body, one_piece) else f"({plain(body)})"
