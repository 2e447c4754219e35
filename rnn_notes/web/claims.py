"""Claims are for the tests, which evaluate them; a reader never sees them."""

from markdown.postprocessors import Postprocessor

from rnn_notes import pages


class HideClaims(Postprocessor):
    """Takes the claims ``<!-- holds: … -->`` out of the page; a claim shown in a code block is escaped and stays."""

    def run(self, text: str) -> str:
        """The page without claims."""
        return pages.CLAIM.sub("", text)
