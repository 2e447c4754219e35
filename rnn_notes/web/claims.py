"""Claims and marks are for the tests and the checker; a reader never sees them."""

from markdown.preprocessors import Preprocessor

from rnn_notes import pages


class HideComments(Preprocessor):
    """Takes the comments for the checker, such as ``<!-- holds: … -->``, out of the page; those shown as code stay."""

    def run(self, lines: list[str]) -> list[str]:
        """The page without them."""
        return pages.without_comments(lines)
