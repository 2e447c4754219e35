"""The site: typeset mathematics, badges and figures, added to the pages by a Python-Markdown extension."""

from rnn_notes import extras

for _library in ("markdown", "pymdownx", "py_mini_racer", "fontTools"):
    extras.load(_library, "markdown")
