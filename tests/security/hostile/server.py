"""The hostile shop on a socket, so that a browser keeps what does not change: routing every file costs more than looking."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
#: What a page brings with it that is not a file: a brand's stylesheet, the admin's words.
BROUGHT = re.compile(r'<(?:script|link)\b[^>]*?\b(?:src|href)="(/(?:orders|cms|admin)/[^"]*)"')

Answer = tuple[int, dict[str, str], bytes]


class Server:
    """Answers from what it was given before: a database belongs to the thread that filled it."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.port = 0
        self._of: tuple[Any, str] = (None, "")
        self._known: dict[tuple[str, str], Answer] = {}

    def show(self, shop: Any, who: str, path: str) -> str:
        """Let somebody see this page of a shop next, and return its HTML."""
        if self._of[0] is not shop:
            self._known.clear()
        self._of = shop, who
        page = self._ask(path)
        html = page[2].decode()
        self.answers = {path: page, **{each: self._ask(each) for each in map(unescape, BROUGHT.findall(html))}}
        return html

    def _ask(self, path: str) -> Answer:
        shop, who = self._of
        if (who, path) not in self._known:
            self._known[who, path] = shop.answer(who, path)
        return self._known[who, path]

    def answer(self, path: str) -> Answer:
        """Return what the browser gets."""
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/").partition("?")[0])
            if found:
                kind = KINDS.get(Path(found).suffix, "application/octet-stream")
                return 200, {"Content-Type": kind, "Cache-Control": "max-age=3600"}, Path(found).read_bytes()
        return self.answers.get(path, (204 if path.endswith("/live/") else 404, {}, b""))


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """Yield a server that listens."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = server.answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() != "content-length":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    server.port = listening.server_port
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join(5)
