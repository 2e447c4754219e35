"""What a reader can take away from a page, below its title: its Markdown, to view or to copy, and its notebook."""

import re

from rnn_notes.web.books import notebooks, twins
from rnn_notes.web.books.outline import Chapter, Outline
from rnn_notes.web.reading import TITLE_ENDS

WRITTEN = re.compile(r'<p class="page-actions">.*?</p>')


def write(outline: Outline) -> None:
    """Put the links of every page below its title, once.

    No ``<link rel="alternate">`` says the same in the head: the theme takes any such for another language, and asks for
    its site map.
    """
    for chapter in outline.chapters:
        page = WRITTEN.sub("", chapter.file.read_text(encoding="utf-8"))
        if title := TITLE_ENDS.search(page):
            page = page[: title.end()] + html(chapter) + page[title.end() :]
        chapter.file.write_text(page, encoding="utf-8")


def html(chapter: Chapter) -> str:
    """The links of a page; the button is for those who have scripts, and does what the link beside it helps to do."""
    notebook = f' <a href="{notebooks.path(chapter).name}" download>Download as notebook</a>'
    return (
        '<p class="page-actions"><button class="copy-page" type="button">Copy page as Markdown</button> '
        f'<a href="{twins.path(chapter).name}" type="text/markdown">View as Markdown</a>'
        f"{notebook if notebooks.is_chapter(chapter) else ''}</p>"
    )
