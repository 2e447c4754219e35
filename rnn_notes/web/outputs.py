"""What the cells of a notebook show, as HTML: text, formulas, pictures with a name; what a page cannot show is refused.

https://nbformat.readthedocs.io/en/latest/format_description.html#code-cell-outputs
"""

import re
from collections.abc import Callable
from html import escape
from typing import Any

from rnn_notes.web import forbidden, leftovers
from rnn_notes.web.typeset import TexError, Typesetter

Data = dict[str, Any]  # of one output: its content by media type

COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")  # and links, of a terminal
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
RELATION = re.compile(
    r"[<>=≤≥≠≈∈∝→⇒⇔≡∼]|\\(?:[nlgd]?eq?q?|approx|subset(?:eq)?|supset(?:eq)?|perp|parallel|ni|implies|iff|sim(?:eq)?|equiv|[lg]e(?:q|qq|qslant)?|in|to|propto|cong)(?![A-Za-z])"
)
FORMULA = re.compile(
    r"\s*(?:(?:\$\$?|\\\[|\\\()(?P<inside>[^$]*?)(?:\$\$?|\\\]|\\\))|(?P<bare>(?:(?!\\[(\[])[^$])*))\s*", re.DOTALL
)
WHOLE_TAG = re.compile(r"<!--.*?-->|<[/!]?[A-Za-z](?:\"[^\"]*\"|'[^']*'|[^'\">])*>", re.DOTALL)
UNPAIRED = {"br", "col", "hr", "img", "input", "link", "meta", "p", "li", "td", "th", "tr", "thead", "tbody"}
NAMELESS = (
    "a picture needs a text for those who cannot see it; end the cell with show(fig, alt=…) from rnn_notes.figures"
)


class OutputError(ValueError):
    """An output that a page cannot show; the message says what to do instead."""


def html(output: Data) -> str:
    """One output of a cell as HTML. Raises OutputError if a page cannot show it, or must not."""
    kind = output["output_type"]
    if kind == "stream" and output["name"] == "stderr":
        raise OutputError(f"this cell prints while it runs: {text(output['text']).strip()}")
    if kind == "stream":
        return printed(text(output["text"]).rstrip())
    if kind == "error":  # of a cell with the tag raises-exception
        return printed(f"{text(output['ename'])}: {text(output['evalue'])}")
    data = output["data"]
    richer = data.keys() - SHOWN.keys()  # which Jupyter would show in place of the text
    for media, show in SHOWN.items():
        if media in data and not (richer and media == "text/plain"):
            return show(data[media], output.get("metadata", {}).get(media, {}))
    raise OutputError(f"this cell shows {', '.join(sorted(data)) or 'nothing'}, which a page cannot; print it as text")


def printed(content: str) -> str:
    """As text that Markdown leaves alone: what begins like a fence is none."""
    return f"<pre>{without_fences(escape(content))}</pre>"


def without_fences(content: str) -> str:
    """HTML in which Markdown sees no block of code."""
    return re.sub("`{3,}|~{3,}", lambda ticks: f"&#{ord(ticks[0][0])};" * len(ticks[0]), content)


def text(content: str) -> str:
    """As a terminal shows it in the end: without colours, each line as it was written over last."""
    lines = COLOURS.sub("", content).replace("\r\n", "\n").split("\n")
    return CONTROL.sub("", "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines))


def latex(content: str, metadata: Data) -> str:
    """A formula, typeset; nobody checks one that a program writes, so it may state nothing."""
    whole = FORMULA.fullmatch(content)
    if not whole:
        raise OutputError(
            "this cell shows LaTeX that is more than a formula between dollars; print the words, and show the formula"
        )
    formula = whole["inside"] or whole["bare"]
    if said := RELATION.search(formula):
        way_out = "write it into a Markdown cell as a display with a mark, or print it as text"
        raise OutputError(
            f"this cell shows a formula that states something ({said[0]}), which nothing checks; {way_out}"
        )
    with Typesetter() as typesetter:
        try:
            return typesetter.html(formula, display=True)
        except TexError as error:
            raise OutputError(f"{error}; print it as text") from None


def image(media: str) -> Callable[[str, Data], str]:
    """A function for pictures of a kind, which have a name if they were made with ``Image(…, alt=…)``."""

    def show(content: str, metadata: Data) -> str:
        alt = str(metadata.get("alt", "")).strip()
        if not alt:
            raise OutputError(NAMELESS)
        packed = "".join(content.split())
        return f'<img src="data:{media};base64,{escape(packed)}" alt="{escape(alt)}">'

    return show


def markup(content: str, metadata: Data) -> str:
    """HTML as it is; its pictures need names. What else it may not hold, no page may."""
    for tag in re.findall(r"<img\b[^>]*>", content):
        if not re.search(r'\balt\s*=\s*["\'][^"\']', tag):
            raise OutputError(NAMELESS)
    if "<svg" in content and not re.search(r'role="img" aria-label="[^"]', content):
        raise OutputError(NAMELESS)
    for name in set(re.findall(r"<([a-z][\w-]*)", content)) - UNPAIRED:
        if len(re.findall(rf"<{name}\b[^>]*(?<!/)>", content)) != content.count(f"</{name}>"):
            raise OutputError(
                f"the HTML that this cell shows does not close each <{name}>, so it would swallow the page"
            )
    if re.search(r"<[A-Za-z/!?]", WHOLE_TAG.sub("", content)):
        raise OutputError("the HTML that this cell shows has a tag that does not end, so it would swallow the page")
    if fault := forbidden.find(content):
        raise OutputError(f"in what this cell shows: {fault[2]}")
    if left := leftovers.find(content):
        raise OutputError(f"in what this cell shows: {left[2]}")
    return without_fences(CONTROL.sub("", content).strip())


def refuse(what: str) -> Callable[[Any, Data], str]:
    """A function that refuses all of a kind."""

    def show(content: Any, metadata: Data) -> str:
        raise OutputError(what)

    return show


SHOWN: dict[str, Callable[[Any, Data], str]] = {  # the first that an output has
    "application/vnd.jupyter.widget-view+json": refuse("a widget of Jupyter needs a kernel, and a page has none"),
    "application/javascript": refuse("a page runs no script of a notebook; show what it would draw as a figure"),
    "text/html": markup,
    "text/markdown": refuse("text belongs in Markdown cells, where it is checked; print this as plain text"),
    "text/latex": latex,
    "image/svg+xml": refuse(NAMELESS),
    "image/png": image("image/png"),
    "image/jpeg": image("image/jpeg"),
    "text/plain": lambda content, metadata: printed(text(content)),
}
