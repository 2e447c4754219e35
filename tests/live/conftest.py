"""What runs Python in the reader's page, fetched and packed once."""

import os

import pytest

from rnn_notes.web.live import pack
from rnn_notes.web.live.files import LiveFilesError


@pytest.fixture(scope="session")
def packed():
    """The folder with what the site serves; without a network the tests are skipped, in CI they fail."""
    try:
        return pack.packed()
    except LiveFilesError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the files that run Python in the page are not to be had: {error}")
