"""The figures on what is built of recurrent networks."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, FancyArrowPatch

from rnn_notes import figures
from rnn_notes.figures import modes, style


def test_each_mode_has_the_inputs_and_outputs_that_its_name_says():
    """One or many of each; those that come later begin when all has been read."""
    counts = {mode.name: (len(mode.inputs), len(mode.outputs)) for mode in modes.MODES}
    one, many = 1, 4
    assert counts["one to one"] == (one, one)
    assert counts["one to many"] == (one, many)
    assert counts["many to one"] == (many, one)
    assert counts["many to many, at once"] == (many, many)
    later = modes.MODES[-1]
    assert max(later.inputs) < min(later.outputs)


def test_the_picture_of_the_modes_has_a_node_for_each_input_state_and_output():
    """Green, blue and purple nodes are as many as the modes have."""
    circles = [p for p in figures.draw("input-output-modes").axes[0].patches if isinstance(p, Circle)]
    colours = [to_hex(circle.get_edgecolor()) for circle in circles]
    for kind, count in (
        ("x", sum(len(mode.inputs) for mode in modes.MODES)),
        ("h", sum(mode.steps for mode in modes.MODES)),
        ("y", sum(len(mode.outputs) for mode in modes.MODES)),
    ):
        assert colours.count(style.COLOURS[kind]) == count


def test_two_layers_run_forwards_and_the_second_direction_runs_backwards():
    """Of the level arrows nine lead to the right and three to the left, all three on the right of the picture."""
    arrows = [p for p in figures.draw("two-layers-two-directions").axes[0].patches if isinstance(p, FancyArrowPatch)]
    ends = [arrow.get_path().vertices[:2] for arrow in arrows]  # what follows is the head
    level = [v for v in ends if np.isclose(v[0, 1], v[1, 1])]
    to_the_left = [v for v in level if v[0, 0] > v[1, 0]]
    assert len(level) == 12
    assert len(to_the_left) == 3
    assert min(v[:, 0].min() for v in to_the_left) > 260


@pytest.mark.parametrize("T", [1, 2, 5, 8, 9])
@pytest.mark.parametrize("rounds", [modes.recurrence, modes.scan, modes.attention])
def test_after_its_rounds_every_step_knows_all_before_it(rounds, T):
    """Follow what each step has heard of, round by round: at the end that is itself and everything before."""
    known = [{t} for t in range(T)]
    for pairs in rounds(T):
        heard = [set(k) for k in known]
        for source, goal in pairs:
            heard[goal] |= known[source]
        known = heard
    assert known == [set(range(t + 1)) for t in range(T)]
    assert len(modes.scan(8)) == 3
    assert len(modes.recurrence(8)) == 7
