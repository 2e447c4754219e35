r"""Words within a formula, which are not checked: so they may not say what is to be checked."""

import re

from lark import Token

from rnn_notes.checks.errors import FormulaError

# What joins statements, and what a reason beside a step may not say.
JOINING = re.compile(
    "(and|or|so|hence|thus|therefore|then|that|is|ie|where|with|for|all|every|each|if|when|whenever|as|since|because|let"
    "|given|by|also|here|we|have|get|which|gives|implies|this)"
)
CLAIMING = re.compile(
    r"\b(not?|never|none|neither|nor|cannot|\w+n[’']t|without|unless|except|but|false|wrong|untrue|fails?|if|only|when"
    r"|whenever|provided|assum\w+|suppos\w+|small|large|positive|negative|non\w*|approx\w*|nearly|almost|roughly|about"
    r"|times|plus|minus|equals?|equal|less|greater|unequal|differs?|different|most|least"
    r"|twice|thrice|doubled?|tripled?|half|halved|squared?|cubed?|zero|vanish\w*|hot|mean|averaged?|expected"
    r"|\w*symmetric|orthogonal|diagonal|singular|invertible)\b",
    re.IGNORECASE,
)


def check_words(token: Token, joining: bool = False) -> None:
    """Raise FormulaError for words that claim something, or that join formulas in an unknown way."""
    words = content(token)
    odd = re.search(r"[^A-Za-z\s,.;:()’'-]|(?<![A-Za-z])-|-(?![A-Za-z])", words) or CLAIMING.search(words)
    if odd and not (joining and JOINING.fullmatch(odd[0].lower())):
        why = "words are not checked, so digits, signs and negations belong in formulas"
        raise FormulaError(f"\\text{{{words}}} says {odd[0]!r}; {why}", token.start_pos)
    if not re.search("[A-Za-z]", words):
        raise FormulaError(r"\text without words says nothing; use \quad", token.start_pos)
    if joining and (unknown := [w for w in re.sub(r"[^a-z ]", "", words.lower()).split() if not JOINING.fullmatch(w)]):
        way_out = "put it beside the step, && \\text{…}, or into the text"
        raise FormulaError(f"{unknown[0]!r} is between formulas and is not checked; {way_out}", token.start_pos)


def content(token: Token) -> str:
    r"""What a word says: ``xh`` of ``\textrm{xh}``."""
    return re.sub(r"^\\[a-z]+\*?\s*", "", token).strip("{}")
