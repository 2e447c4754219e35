"""What rewriting makes of a formula is equal to it, at every step that the formula speaks of."""

import random
from itertools import product

import pytest
from soundness.algebra import MeaninglessError
from soundness.described import TABLE
from soundness.evaluator import Evaluator
from soundness.flow import EARLIER, LATER
from soundness.networks import networks
from soundness.networks_say import ranges, typed
from soundness.nodes import ONE, TWO, Claim, add, neg, num, sub, sym, total
from soundness.opinion import compare
from soundness.run_rules import steps
from soundness.unfolding import unfold

COMPUTED = {run: sorted(described.formulas.keys() & described.series) for run, described in TABLE.items()}
LOWS, HIGHS, BY = [num(0), ONE, TWO], [sub(sym("T"), ONE), sym("T")], [neg(ONE), num(0), ONE]


@pytest.mark.parametrize("run", [run for run, names in COMPUTED.items() if names and run != "lecture"])
def test_rewriting_speaks_of_no_step_that_is_not_there(run):
    """Whatever the range of an index: no formula says h_0, and one that reads u_{t+1} is read before T alone."""
    network, rng, changed = networks(run)[0], random.Random(run), 0
    for name, low, high, by in product(COMPUTED[run], LOWS, HIGHS, BY):
        k = sym("k")
        whole = total("k", low, high, sym(name, k if by == num(0) else add(k, by)))
        try:
            value = Evaluator(network).value(whole, {})
        except MeaninglessError:
            continue  # one of its steps is not there from the first
        for _ in range(2):
            new = typed(run, rng, [steps, unfold(run)]).rewrite(whole, 2)
            changed += new != whole
            assert compare(value, "=", Evaluator(network).value(new, {})), (whole, new)
    assert changed


def test_a_condition_says_which_steps_are_there():
    """h_{t+1} has a formula if t < T, and h_{t-1} if t > 1; else not."""
    later, earlier = sym("h", add(sym("t"), ONE)), sym("h", sub(sym("t"), ONE))
    for condition, there in ((LATER, [later]), (EARLIER, [earlier]), (Claim(sym("s"), "<", sym("t")), [])):
        rewriter = typed("rnn", random.Random(0), [unfold("rnn")])
        rewriter.ranges = ranges([condition])
        assert [part for part in (later, earlier) if rewriter.rewrite(part, 1) != part] == there
