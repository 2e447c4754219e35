"""What the pages say about training: experiments that a command runs, and the results they left.

``python -m rnn_notes.experiments NAME`` runs one of them and records what it found in ``rnn_notes/data/results/``;
``--help`` lists their names. Pages and figures read these records with ``recorded``, so they train nothing.
"""

from rnn_notes.experiments.records import NAMES, Record, recorded

__all__ = ["NAMES", "Record", "recorded"]
