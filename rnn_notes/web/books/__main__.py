"""``python -m rnn_notes.web.books SITE [ARCHIVE]`` makes the books of a built site, and offers them on its home page.

ARCHIVE is the site for reading offline, which is offered beside them.
"""

import argparse
import shutil
from pathlib import Path

from rnn_notes.web.books import downloads, epub, outline, pdf


def main() -> None:
    """Write the files, or say in a sentence what is missing."""
    parser = argparse.ArgumentParser(prog="python -m rnn_notes.web.books", description=__doc__)
    parser.add_argument("site", type=Path, help="the folder of the built site")
    parser.add_argument("archive", type=Path, nargs="?", help="what make offline has built")
    arguments = parser.parse_args()
    folder = arguments.site / downloads.FOLDER
    made = {name.rpartition(".")[2]: folder / name for name in downloads.OFFERED}
    try:
        book = outline.read(arguments.site)
        epub.write(book, made["epub"])
        pdf.write(book, made["pdf"])
        if arguments.archive:
            shutil.copyfile(arguments.archive, made["zip"])
        downloads.offer(arguments.site)
    except (OSError, ValueError, pdf.BrowserError) as error:
        parser.exit(1, f"the books were not made: {error}\n")
    for path in sorted(folder.iterdir()):
        print(f"{path}: {downloads.size(path)}")


if __name__ == "__main__":
    main()
