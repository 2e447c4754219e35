"""The figure of the page "Find the slip" shows what is measured."""

import pytest

from rnn_notes import figures
from rnn_notes.figures import slips
from rnn_notes.slips import damage


def test_seven_slips_shows_five_networks_with_and_without_them_from_the_same_beginnings():
    """Red with all seven, orange without; those without end lower, and the dashed line is the best without memory."""
    lines = figures.draw("seven-slips").axes[0].get_lines()
    drawn = [list(line.get_ydata()) for line in lines[:-1]]
    assert drawn == [*slips.curves()["all seven slips"], *slips.curves()["without a slip"]]
    assert [losses[0] for losses in drawn[:5]] == [losses[0] for losses in drawn[5:]]
    assert max(losses[-1] for losses in drawn[5:]) < 0.1 < min(losses[-1] for losses in drawn[:5])
    assert list(lines[-1].get_ydata()) == pytest.approx([damage.WITHOUT_MEMORY] * 2)
