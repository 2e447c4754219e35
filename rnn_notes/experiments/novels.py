"""Six novels by Jane Austen, from a package of Debian: a text in the public domain that is long enough to learn from.

``python -m rnn_notes.experiments.novels`` fetches them, which is the only thing here that needs a network, and also
``apt-get``, ``dpkg-deb`` and R. They are kept in the cache, not in this package; ``data/README.md`` has their story.
One chapter is in this package, for the pages.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rnn_notes import cache, files
from rnn_notes.datasets import DATA, DataError

FOLDER = cache.FOLDER / "novels"
EXCERPT = DATA / "persuasion-3.txt"
PACKAGE, VERSION = "r-cran-janeaustenr", "1.0.0-1"
LIBRARY = "usr/lib/R/site-library/janeaustenr/data/Rdata"  # in the package: R's database of its data
SHA256 = {
    PACKAGE: "df6bddf211906d1ff404f8ff662c21b34e6660e7f54a311084e749050c019c95",
    "emma": "7c67b5985c6d0de1efaeb5d342d52cb82c38083c40e2295129e30e87ee690ebe",
    "mansfieldpark": "98bc90519cdf4ef663ad7de2734bb529435ef24f7abbde6bb1a50898871dafe9",
    "northangerabbey": "51f91bbe0517db8e65cff009b097ce0a1836124c4e0532ac19e6c0cad982abed",
    "persuasion": "8061549557aebd2fd6e353d18d9197cb707029112bd52d4d8b174583a925848a",
    "prideprejudice": "dfc684d4f857fa938268f9ab9c5567b64bd0691251eca959644adeabe6287a4d",
    "sensesensibility": "105e1651fe93bed7130078578efd31e0c557d68667ba672ddc876f735b30fe09",
    EXCERPT.stem: "f1425131ba4ceadd461c6a465dda5546ac7063e83c8fcbaef2763edee2339eac",
}
TRAINING = ("emma", "mansfieldpark", "northangerabbey", "prideprejudice", "sensesensibility")
HELD_OUT = "persuasion"
ALPHABET = "\n !\"'(),-.:;?ABCDEFGHIJKLMNOPRSTUVWY_abcdefghijklmnopqrstuvwxyz"  # each at least 200 times in the novels
REMEDY = "python -m rnn_notes.experiments.novels fetches it"
ARCHIVE = "let apt take it from Debian's own archive (apt-cache policy shows from where), and run this again"
READ = """
arguments <- commandArgs(TRUE)
novels <- new.env()
invisible(lazyLoad(arguments[1], novels))
for (name in ls(novels))
    writeLines(novels[[name]], file.path(arguments[2], paste0(name, ".txt")), useBytes = TRUE)
"""


def load(name: str, folder: Path = FOLDER) -> str:
    """A novel that has been fetched, prepared.

    Raises DataError, with file, reason and remedy, if it is not there or was changed.
    """
    if name not in (*TRAINING, HELD_OUT):
        raise ValueError(f"no novel is named {name!r}; the novels are {', '.join((*TRAINING, HELD_OUT))}")
    return _checked(folder / f"{name}.txt", name)


def data() -> dict[str, str]:
    """What experiments read: the training text, which is five novels, the held-out one, and the excerpt of that."""
    return {"training": "".join(map(load, TRAINING)), "held out": load(HELD_OUT), "excerpt": excerpt()}


def excerpt() -> str:
    """The third chapter of the held-out novel, prepared: 15 kB, much of it talk, which no network here has read.

    Raises DataError as ``load`` does.
    """
    return _checked(EXCERPT, EXCERPT.stem, "it comes with the package; install that again")


def prepare(text: str) -> str:
    """The paragraphs of a text that have no rare character, line by line as they are, with an empty line between.

    A character is rare if it is not in ALPHABET: a digit, for example, and with it the headings of most chapters.
    """
    paragraphs = re.split(r"\n\n+", text.strip("\n"))
    return "\n\n".join(p for p in paragraphs if set(p) <= set(ALPHABET)) + "\n"


def fetch(folder: Path = FOLDER) -> None:
    """Download the package, check it, and write its six novels, one line of the package a line.

    Raises DataError if it cannot be fetched or unpacked, or is not what was recorded.
    """
    wanted = f"{PACKAGE}={VERSION}"
    try:
        with tempfile.TemporaryDirectory() as place:
            subprocess.run(["apt-get", "download", "--quiet", wanted], cwd=place, check=True)
            (package,) = Path(place).glob("*.deb")
            _expect(wanted, package.read_bytes(), PACKAGE, ARCHIVE)
            subprocess.run(["dpkg-deb", "--extract", package.name, "."], cwd=place, check=True)
            read = ["Rscript", "--vanilla", "-e", READ, str(Path(place) / LIBRARY), place]
            subprocess.run(read, cwd=place, check=True)
            found = {name: (Path(place) / f"{name}.txt").read_bytes() for name in (*TRAINING, HELD_OUT)}
    except (subprocess.CalledProcessError, OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{wanted}: it cannot be fetched ({error}); it needs Debian's apt-get and dpkg-deb, R, and a network"
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in found.items():
        _expect(f"{wanted}: {name}", content, name, ARCHIVE)
        files.write(folder / f"{name}.txt", content)


def _checked(file: Path, name: str, remedy: str = REMEDY) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file}: it cannot be read ({error.strerror}); {remedy}") from None
    _expect(str(file), content, name, remedy)
    return prepare(content.decode())


def _expect(what: str, content: bytes, name: str, remedy: str) -> None:
    if (found := hashlib.sha256(content).hexdigest()) != SHA256[name]:
        raise DataError(f"{what}: its sha256 is {found[:12]}… but {SHA256[name][:12]}… was recorded; {remedy}")


def main() -> int:
    """Fetch the novels, and say how long each is when it is prepared."""
    argparse.ArgumentParser(prog="python -m rnn_notes.experiments.novels", description="Fetch the novels.").parse_args()
    try:
        fetch()
        for name in (*TRAINING, HELD_OUT):
            print(f"{name}: {len(load(name))} characters")
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
