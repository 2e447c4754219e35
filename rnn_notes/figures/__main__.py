"""``python -m rnn_notes.figures NAME FILE`` writes one figure as an SVG file of its own, for a README or a slide."""

import argparse
from pathlib import Path

from rnn_notes import figures


def main() -> None:
    """Draw and write, or say which names there are."""
    parser = argparse.ArgumentParser(prog="python -m rnn_notes.figures", description=__doc__)
    parser.add_argument("name", help="of the figure, for example unrolled-network")
    parser.add_argument("file", type=Path, help="to write, for example unrolled-network.svg")
    arguments = parser.parse_args()
    try:
        picture = figures.standalone(figures.draw(arguments.name))
    except ValueError as error:
        parser.error(str(error))
    try:
        arguments.file.write_text(picture, encoding="utf-8")
    except OSError as error:
        parser.error(f"{arguments.file} cannot be written ({error.strerror}); pass a file in a folder that is there")


if __name__ == "__main__":
    main()
