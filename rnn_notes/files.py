"""Files that are written whole or not at all, whatever happens meanwhile and whoever else writes them."""

import errno
import os
from pathlib import Path
from uuid import uuid4


def write(path: str | Path, content: bytes) -> None:
    """Replace a file: a reader finds the old one or the new one, each whole; a link stays a link, and a mode a mode.

    Raises OSError if the folder cannot be written to, and leaves no unfinished file behind.
    """
    path = Path(os.path.realpath(path))  # what a link points to, and not the link, is replaced
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "this is a folder, not a file", str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(path.parent))
    unfinished = path.with_name(f".{path.name[:200]}.{uuid4().hex}")  # of this call alone, in any thread or process
    try:
        with open(unfinished, "xb") as file:
            if path.exists():
                os.chmod(unfinished, path.stat().st_mode & 0o7777)
            file.write(content)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
