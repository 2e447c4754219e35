"""Fetch and pack what runs Python in the pages: ``python -m rnn_notes.web.live``."""

import sys

from rnn_notes.web.live import files, pack

try:
    folder = pack.packed()
except files.LiveFilesError as error:
    sys.exit(str(error))
first = ("worker.js", "pyodide.asm.wasm", "stdlib.zip", "numpy.zip", "rnn_notes.zip", *pack.SCRIPTS)
megabytes = sum(pack.on_the_wire(folder / name) for name in first) / 1e6
print(
    f"{folder}: {megabytes:.1f} MB for the first use, {pack.on_the_wire(folder / 'sympy.zip') / 1e6:.1f} MB for proofs"
)
