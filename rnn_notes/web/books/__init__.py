"""What is made of the finished pages, whoever built them: their Markdown, notebooks, a PDF, an EPUB, slides."""
