"""What Python takes of a reader's memory."""

import sys

import pytest
import tab_memory


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory a process shares")
def test_a_tab_with_the_checker_stays_below_300_megabytes(live_site, browser_type_launch_args):
    """From the bare page to the first proof, and just after it, when most is in memory."""
    found = tab_memory.measured(live_site, browser_type_launch_args["executable_path"], rest=0)
    assert max(found.values()) < 300, found
