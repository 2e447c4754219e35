"""Pages with one widget each, and a browser that opens them."""

import functools
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from operate import still

from rnn_notes import pages
from rnn_notes.web import widgets

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'self'; img-src 'self' data:">
<title>A widget</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/figures.css">
<body data-md-color-scheme="default"><main>{}</main>
"""


class Silent(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, format, *arguments):
        """Nothing."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A page for each widget, named like it, beside the assets of the site."""
    folder = tmp_path_factory.mktemp("widgets")
    shutil.copytree(pages.DOCS / "assets", folder / "assets")
    widgets.write(folder / "assets")
    for name in widgets.WIDGETS:
        (folder / f"{name}.html").write_text(PAGE.format(widgets.wrap(name, "<p>the static picture</p>", "assets")))
    return folder


@pytest.fixture(scope="session")
def address(folder):
    """Where the folder is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def show(browser, address):
    """Opens the page of a widget in a window of the given kind; a word in its console or a failed request is a fault.

    With ``clock``, only clock.run_for moves the time of the page.
    """
    windows, complaints = [], []

    def show(name, at=address, clock=False, **window):
        windows.append(browser.new_context(**window))
        tab = windows[-1].new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("requestfailed", lambda request: complaints.append(request.url))
        if clock:
            still(tab)
        tab.goto(f"{at}/{name}.html")
        return tab

    yield show
    for window in windows:
        window.close()
    assert not complaints
