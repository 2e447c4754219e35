"""How long a page takes to read."""

import math
import re

WORDS_PER_MINUTE = 200  # of a text that one works through; Brysbaert 2019 has 238 for plain prose

UNREAD = re.compile(r"<svg.*?</svg>|<mjx-container.*?</mjx-container>|<details.*?</details>|<[^>]*>", re.DOTALL)


def minutes(html: str) -> int:
    """Whole minutes for the words of a page, at least 1; pictures, formulas and folded solutions are not counted."""
    return math.ceil(max(1, len(UNREAD.sub(" ", html).split())) / WORDS_PER_MINUTE)
