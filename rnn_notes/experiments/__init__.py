"""What the pages say about real data: experiments that a command runs, and the results they left.

``python -m rnn_notes.experiments NAME`` runs one of ``series``, ``stocks`` and ``text`` and records what it found
in ``rnn_notes/data/results/``. Pages and figures read these records with ``recorded``, so they train nothing.
"""

from rnn_notes.experiments.records import Record, recorded

__all__ = ["Record", "recorded"]
