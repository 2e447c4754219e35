"""For each kind of mark: a generator of formulas that are true by construction."""

from soundness.chains import chain, define, inequality
from soundness.networks_say import run_case, shape_case
from soundness.printed_numbers import lecture, numbers

RUNS = ("rnn", "lstm", "gru", "linear", "feedforward", "layers")
KINDS = {
    "chain": chain,
    "inequalities": inequality,
    "numbers": numbers,
    "define": define,
    "shapes": shape_case,
    "lecture": lecture,
    **{kind: (lambda rng, kind=kind: run_case(kind, rng)) for kind in RUNS},
}
