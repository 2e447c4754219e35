"""A look at the whole page when it is ready, for what no single feature can see."""

from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor


class WholePage(Postprocessor):
    """A postprocessor that is given whole pages; the table of contents runs the others on headings, too."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.ready = False
        md.treeprocessors.register(Last(md, self), f"notes-before-{type(self).__name__}", -10)

    def run(self, text: str) -> str:
        """The text as it is."""
        if self.ready:
            self.look(text)
        return text

    def look(self, text: str) -> None:
        """Raise PageError if the page is not as it must be."""
        raise NotImplementedError


class Last(Treeprocessor):
    """Runs after all others, when only the whole page can follow."""

    def __init__(self, md: Markdown, whole: WholePage) -> None:
        super().__init__(md)
        self.whole = whole
        whole.ready = False
        md.registerExtension(self)  # so that reset is called before each page

    def run(self, root: Element) -> None:
        """Nothing happens to the page."""
        self.whole.ready = True

    def reset(self) -> None:
        """The next page is not ready."""
        self.whole.ready = False
