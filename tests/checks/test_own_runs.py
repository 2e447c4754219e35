"""Runs of one's own: the examples of the documentation, and what a wrong description is answered with."""

import re
from textwrap import dedent

import rnn_notes.checks


def test_the_examples_of_the_documentation_run():
    """Each block of code in the docstring of ``rnn_notes.checks`` runs as it stands, and its assertions hold."""
    text = rnn_notes.checks.__doc__.partition("Runs of your own")[2]
    blocks = [dedent(block) for block in re.findall(r"::\n\n((?:    .*\n|\n)+)", text)]
    assert len(blocks) == 3
    namespace = {}
    for block in blocks:
        assert "assert" in block
        exec(compile(block, "rnn_notes.checks", "exec"), namespace)
