"""For each kind of mark: a generator of formulas that are true by construction."""

import random

from soundness.chains import Case, chain, define, inequality
from soundness.described import GROUPS
from soundness.networks_say import run_case, shape_case
from soundness.printed_numbers import lecture, numbers


def of_group(group: str, rng: random.Random) -> Case:
    return run_case(rng.choice(GROUPS[group]), rng)


KINDS = {
    "chain": chain,
    "inequalities": inequality,
    "numbers": numbers,
    "define": define,
    "shapes": shape_case,
    "lecture": lecture,
    **{group: (lambda rng, group=group: of_group(group, rng)) for group in GROUPS},
}
