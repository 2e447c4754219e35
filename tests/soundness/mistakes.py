"""One random change in a formula: a sign, a number, a symbol, a step, a transpose, an order, an operator, a bound."""

import random
from collections.abc import Callable
from dataclasses import replace

from soundness.nodes import Claim, Member, Node, add, had, mul, neg, num, offset, put, sym, tr, walk
from soundness.rewriting import Type

OTHER = {
    "sigma": ["tanh", "exp"],
    "tanh": ["sigma", "sinh"],
    "sin": ["cos"],
    "cos": ["sin"],
    "exp": ["sigma", "cosh"],
    "diag": ["tanh"],
    "sinh": ["cosh", "sin"],
    "cosh": ["sinh", "cos"],
    "max": ["min"],
    "min": ["max"],
    "ln": ["exp"],
    "relu": ["tanh"],
    "softmax": ["tanh"],
    "sigma_max": ["rho"],
}
TURNED = {"=": ["<", ">"], "<": [">", "ge"], ">": ["<", "le"], "le": ["ge", ">"], "ge": ["le", "<"], "approx": ["<"]}
Change = tuple[str, Node]


def mistaken(
    statements: list[Claim | Member],
    rng: random.Random,
    shapes: dict[str, Type] | None = None,
    symbols: tuple[str, ...] = (),
) -> tuple[str, list[Claim | Member]]:
    """The statements with one change, and its kind; ``symbols`` may come in for others of their shape."""
    for _ in range(100):
        n = rng.randrange(len(statements))
        old = statements[n]
        if isinstance(old, Member):
            kind, new = _of_shape(old, rng)
        elif rng.random() < 0.05:
            kind, new = "relation", replace(old, sign=rng.choice(TURNED[old.sign]))
        else:
            side = rng.choice(["right", "right", "left"])
            kind, tree = _changed(getattr(old, side), rng, shapes or {}, symbols)
            new = replace(old, **{side: tree})
        changed = [*statements]
        changed[n] = new
        if isinstance(old, Claim) and n + 1 < len(statements) and getattr(statements[n + 1], "left", None) == old.right:
            changed[n + 1] = replace(statements[n + 1], left=new.right)  # the chain continues from what is written now
        if isinstance(old, Claim) and n and getattr(statements[n - 1], "right", None) == old.left:
            changed[n - 1] = replace(statements[n - 1], right=new.left)
        if changed != statements and not any(isinstance(s, Claim) and s.left == s.right for s in changed):
            return kind, changed
    return "none", statements


def _of_shape(old: Member, rng: random.Random) -> tuple[str, Member]:
    sizes = list(old.dimensions)
    n = rng.randrange(len(sizes))
    if len(sizes) == 2 and rng.random() < 0.4:
        return "sizes swapped", replace(old, dimensions=(sizes[1], sizes[0]))
    if rng.random() < 0.3:
        item = rng.randrange(len(old.items))
        items = list(old.items)
        items[item] = tr(items[item])
        return "transpose", replace(old, items=tuple(items))
    sizes[n] = sym(rng.choice([letter for letter in "DHOT" if sym(letter) != sizes[n]]))
    return "size", replace(old, dimensions=tuple(sizes))


def _changed(tree: Node, rng: random.Random, shapes: dict[str, Type], symbols: tuple[str, ...]) -> Change:
    path, part = rng.choice(list(walk(tree)))
    options = _options(part, rng, shapes, symbols)
    if not options:
        return "none", tree
    kind, new = rng.choice(options)
    return kind, put(tree, path, new)


def _options(part: Node, rng: random.Random, shapes: dict[str, Type], symbols: tuple[str, ...]) -> list[Change]:
    args, found = part.args, []
    join: dict[str, Callable[..., Node]] = {"add": add, "mul": mul, "had": had}
    match part.op:
        case "num":
            last = str((int(part.value[-1]) + rng.choice([1, -1])) % 10)
            found += (
                [("number", num(part.value[:-1] + last))] if part.value[:-1] + last not in ("0", part.value) else []
            )
        case "sym":
            alike = [s for s in symbols if s != part.value and shapes.get(s) == shapes.get(part.value)]
            found += [("symbol", replace(part, value=rng.choice(alike)))] if alike else []
            if args:
                t, one = args[0], num(1)
                ways = (
                    [add(t, one), add(t, neg(one))] if t.op != "num" else [num(int(t.value) + 1), num(int(t.value) - 1)]
                )
                new = rng.choice([_simpler(way) for way in ways])
                found += [("index", replace(part, args=(new, *args[1:])))] * 2
            if shapes.get(part.value):
                found += [("transpose", tr(part))]
        case "neg":
            found += [("sign", args[0])]
        case "add" | "mul" | "had":
            n = rng.randrange(len(args))
            found += [(f"{part.op} dropped", join[part.op](*args[:n], *args[n + 1 :]))]
            if part.op == "add":
                flipped = args[n].args[0] if args[n].op == "neg" else neg(args[n])
                found += [("sign", add(*args[:n], flipped, *args[n + 1 :]))] * 2
            elif part.op == "mul":
                swapped = list(args)
                m = rng.randrange(len(args) - 1)
                swapped[m : m + 2] = swapped[m : m + 2][::-1]
                found += [("order", mul(*swapped)), ("factor doubled", mul(*args, args[n]))]
            else:
                found += [("operator", mul(*args)), ("operator", add(*args))]
        case "frac":
            found += [("fraction", replace(part, args=args[::-1]))]
        case "pow":
            found += [("exponent", args[0]), ("exponent", replace(part, args=(args[0], num(3))))]
        case "tr":
            found += [("transpose", args[0])] * 2
        case "call" if part.value in OTHER:
            found += [("function", replace(part, value=rng.choice(OTHER[part.value])))]
        case "sum" | "prod":
            low, high, body = args
            if low.op == "num":
                found += [("bound", replace(part, args=(num(int(low.value) + 1), high, body)))]
            found += [("bound", replace(part, args=(low, _simpler(add(high, neg(num(1)))), body)))]
        case "abs":
            found += [("bars", args[0])]
        case "norm":
            found += [("norm", replace(part, value="F" if part.value != "F" else "2"))]
    return found


def _simpler(step: Node) -> Node:
    """t − 1 + 1 as t, and 5 − 1 as 4."""
    rest, by = offset(step)
    return add(*rest, *([num(by)] if by > 0 or not rest else [neg(num(-by))] if by else []))
