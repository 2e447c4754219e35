"""``python -m rnn_notes.checks``: the command is not the engine's, which knows neither pages nor projects."""

import sys

from rnn_notes.command import main

if __name__ == "__main__":
    sys.exit(main())
