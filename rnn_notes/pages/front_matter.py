"""Front matter: YAML between two lines of dashes at the head of a page, which its builder reads and no reader sees.

A builder that cannot read it shows it as text, or goes without it, and says nothing.
"""

import re
from pathlib import Path
from typing import Any

from rnn_notes.pages.parts import PageError

OPENS = re.compile(r"---[ \t]*")
ENDS = re.compile(r"(?:---|\.\.\.)[ \t]*")
WAY_OUT = "write a name and a value in each line, and put a value with a colon, a # or a quote in it into quotes"


def split(path: Path, rows: list[str]) -> tuple[dict[str, Any], int]:
    """What the front matter says, and how many rows it takes: none and 0 if the page has none.

    Raises PageError at the row that cannot be read, and where a value would be cut or lost.
    """
    first = next((at for at, row in enumerate(rows) if row.strip()), 0)
    if not rows or not OPENS.fullmatch(rows[first]):
        return {}, 0
    if first:
        raise PageError(path, 1, "the front matter begins after an empty line; it begins in the first line")
    end = next((at for at, row in enumerate(rows[1:], start=1) if ENDS.fullmatch(row)), 0)
    if not end:
        raise PageError(path, 1, "the front matter does not end; end it with a line ---, or write a rule as ***")
    import yaml  # here, since a page without front matter can be read in a browser, which has no yaml

    inside = rows[1:end]
    try:
        loader = yaml.SafeLoader("\n".join(inside) + "\n")
        node = loader.get_single_node()
        values = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line, len(inside) - 1) + 2 if mark else 1
        raise PageError(path, line, f"the front matter cannot be read ({error.problem}); {WAY_OUT}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = str(error).splitlines()[0]
        raise PageError(path, 1, f"the front matter cannot be read ({problem}); {WAY_OUT}") from None
    if not isinstance(values, dict):
        raise PageError(path, 1, f"the front matter holds no names; {WAY_OUT}, or write a rule as ***")
    named: set[str] = set()
    for name, value in node.value:
        line = name.start_mark.line + 2
        if str(name.value) in named:
            raise PageError(path, line, f"the front matter says twice what {name.value} is; keep one")
        named.add(str(name.value))
        behind = inside[value.end_mark.line][value.end_mark.column :] if value.end_mark.line < len(inside) else ""
        plain = isinstance(value, yaml.ScalarNode) and value.style is None and value.tag == "tag:yaml.org,2002:str"
        if plain and behind.strip():
            what = f"what follows in this line is a comment ({behind.strip():.30})"
            raise PageError(path, line, f"{what}; put the value into quotes, or the comment on a line of its own")
    return values, end + 1
