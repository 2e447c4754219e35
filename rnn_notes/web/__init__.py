"""The site: typeset mathematics, badges and figures, added to the pages by a Python-Markdown extension."""
