"""How symbols and functions are spelled."""

import re

CAPITALISED = ("relu", "softmax", "tanh", "sigmoid", "gelu", "elu", "silu", "softplus", "sinc", "diag")

NAMED = {"sign", "sgn", "tan", "cot", "sec", "csc", "sech", "csch", "coth", "arsinh", "artanh", "arcosh", "arcsin"}
NAMED |= {"arccos", "arctan", "arccosh", "asin", "acos", "atan", "acosh", "lg", "logit", "erf", "erfc"}
NAMED |= {"floor", "ceil", "round", "cbrt"}  # are functions to every reader


def spell(symbol: str) -> str:
    r"""The spelling rule: drop braces and backslashes. ``\mathrm{softmax}`` is ``softmax``."""
    return re.sub(
        r"\\(math[a-z]{2,4}|operatorname\*?|text[a-z]*|mbox|boldsymbol|bm|pmb|symbf|vec)(?![a-z])|[\\{}\s]", "", symbol
    )


def function_name(name: str) -> str:
    r"""The name of a function, with its case; well-known ones may be capitalised, as ``\mathrm{ReLU}``."""
    spelled = spell(name)
    known = spelled.lower() if spelled.lower() in CAPITALISED else spelled
    return "sigma" if known == "sigmoid" else known
