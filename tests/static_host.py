"""Serves a folder as a static host does: compressed, to be cached; instead of a log, a list of what was sent."""

import functools
import gzip
import threading
from collections.abc import Iterator, Set
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".xml"}


class Handler(SimpleHTTPRequestHandler):
    """One connection of a browser."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: Any, sent: dict[str, int], torn: Set[str], **settings: Any) -> None:
        self.sent, self.torn = sent, torn
        super().__init__(*arguments, **settings)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """Send a file, or the index.html of a folder; where there is neither, the 404.html of the site."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        self.send_response(200 if path.is_file() else 404)
        if not path.is_file():
            path = Path(self.directory, self.path.split("/")[1], "404.html")
        body = path.read_bytes() if path.is_file() else b""
        if path.suffix in COMPRESSED:
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        kind = self.guess_type(str(path))
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        head = b"".join(self._headers_buffer)  # type: ignore[attr-defined]  # what typeshed does not know
        self.sent[self.path] = len(head) + len(body)
        self.end_headers()
        if path.name in self.torn:
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)


@contextmanager
def serve(folder: Path, sent: dict[str, int] | None = None, torn: Set[str] = frozenset()) -> Iterator[str]:
    """The address at which the folder is served, below its own name as on GitHub Pages.

    ``sent`` is filled with the bytes over the wire of each path that a browser asks for. Of a file whose name is in
    ``torn`` half is sent, and then the connection is lost.
    """
    handler = functools.partial(Handler, directory=str(folder.parent), sent={} if sent is None else sent, torn=torn)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/{folder.name}/"
        finally:
            server.shutdown()
            thread.join()
