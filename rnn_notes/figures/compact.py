"""Matplotlib's SVG made small: what a page does not need is left out, and a line is told from point to point."""

import io
import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from matplotlib import rc_context
from matplotlib.figure import Figure

SVG = "{http://www.w3.org/2000/svg}"
ElementTree.register_namespace("", SVG.strip("{}"))
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")  # href alone: Material's navigation trips on it


def parse(fig: Figure, crop: bool = False) -> Element:
    """Matplotlib's SVG of a figure without its global style, its size, unused ids and long numbers.

    With crop, it is as large as what is drawn, not as its sheet.
    """
    file = io.BytesIO()
    with rc_context({"svg.fonttype": "path", "savefig.bbox": "tight" if crop else None}):
        fig.savefig(file, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    root = ElementTree.fromstring(file.getvalue())
    for parent in root.iter():
        parent.text = parent.tail = None
        for child in list(parent):
            if child.tag == f"{SVG}metadata" or (child.tag == f"{SVG}defs" and child.find(f"{SVG}style") is not None):
                parent.remove(child)
    for name in ("width", "height", "version"):
        del root.attrib[name]
    symbols = {id(path) for defs in root.iter(f"{SVG}defs") for path in defs.iter()}
    used = set(re.findall(r"#([\w-]+)", " ".join(value for e in root.iter() for value in e.attrib.values())))
    for element in root.iter():
        if element.get("id") not in used:
            element.attrib.pop("id", None)
        for name, value in element.attrib.items():
            if name == "d":
                element.set(name, _steps(value, 2 if id(element) in symbols else 1))
            elif name == "transform":
                element.set(name, re.sub(r"(translate|rotate)\([^)]*", lambda m: _rounded(m[0], 2), value))
            elif name == "style":
                element.set(name, _rounded(value, 2).replace(": ", ":").replace("; ", ";"))
            elif name in {"x", "y", "width", "height"}:
                element.set(name, _rounded(value, 2))
    return _without_empty_groups(root)


def is_glyph(element: Element) -> bool:
    """Whether this is the outline of a letter; Matplotlib scales these, and no other path, where it defines them."""
    return element.tag == f"{SVG}path" and element.get("transform", "").startswith("scale(")


def _steps(path: str, digits: int) -> str:
    """The path with each point, rounded, as its distance from the last: shorter than its position on the sheet.

    Distances are taken between rounded points, so that no error adds up.
    https://www.w3.org/TR/SVG2/paths.html#PathData
    """
    here = start = (0, 0)
    steps, last = [], ""
    for command, numbers in re.findall(r"([MLQCz])([^A-Za-z]*)", path):
        units = [round(float(number) * 10**digits) for number in numbers.split()]
        moves = [unit - here[i % 2] for i, unit in enumerate(units)]
        text = " ".join(f"{move / 10**digits:g}" for move in moves).replace(" -", "-")
        implied = (command == "L" and last in {"M", "L"}) or command == last != "M"  # then its letter may be left out
        steps.append((" " if text[0] != "-" else "") + text if implied else command.lower() + text)
        here = (units[-2], units[-1]) if units else start
        start, last = here if command == "M" else start, command
    return "".join(steps)


def _rounded(text: str, digits: int) -> str:
    """The text with its decimal numbers rounded; a tenth of a pixel is enough for a line."""
    return re.sub(r"-?\d+\.\d+", lambda m: f"{round(float(m[0]), digits) + 0.0:g}", text)


def _without_empty_groups(root: Element) -> Element:
    """A group that says nothing is replaced by what it holds."""
    children: list[Element] = []
    for child in root:
        _without_empty_groups(child)
        children.extend(child if child.tag == f"{SVG}g" and not child.attrib else [child])
    root[:] = children
    return root
