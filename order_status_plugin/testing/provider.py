"""A provider's API on this machine: what an adapter asks goes over real HTTP, and comes back as the test says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..simulator.providers.base import Call, Reply

__all__ = ["Call", "Provider", "Reply"]


class Provider:
    """A server on 127.0.0.1 for as long as the ``with`` lasts. ``calls`` holds what it was asked, oldest first."""

    def __init__(self, answer: Callable[[Call], Reply], port: int = 0) -> None:
        """Take what makes the answer to each call, and where to listen (0: at any free port)."""
        self.answer = answer
        self.port = port
        self.calls: list[Call] = []
        self.url = ""

    def __enter__(self) -> Provider:
        """Begin to listen."""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def _reply(self) -> None:
                parts = urlsplit(self.path)
                call = Call(
                    method=self.command,
                    path=parts.path,
                    query=parse_qs(parts.query, keep_blank_values=True),
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
                )
                provider.calls.append(call)
                reply = provider.answer(call)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST = do_PUT = do_DELETE = _reply

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
