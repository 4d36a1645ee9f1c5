"""A push service that speaks HTTP/2 over TLS and wants a certificate, as Apple's does."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from .ca import Authority


@dataclass
class Push:
    path: str
    headers: dict[str, str]
    body: bytes = b""
    sender: str = ""  # the common name of the certificate


@dataclass
class Says:
    """What it says of one token: a status, a reason, further headers."""

    status: int
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Apns:
    """Answers one connection after the other, from a thread."""

    def __init__(self, authority: Authority, files: dict[str, str]) -> None:
        self.says: dict[str, Says] = {}
        self.taken: list[Push] = []
        self.connections = 0
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=files["ca"])
        context.load_verify_locations(cadata=authority.intermediate.pem().decode())
        context.load_cert_chain(files["certificate"], files["key"])
        context.verify_mode = ssl.CERT_REQUIRED
        context.set_alpn_protocols(["h2"])
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Apns:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join(timeout=10)
        self._listener.close()

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                raw, _address = self._listener.accept()
            except TimeoutError:
                continue
            raw.settimeout(5)
            try:
                with self._context.wrap_socket(raw, server_side=True) as connection:
                    self.connections += 1
                    self._talk(connection)
            except (OSError, h2.exceptions.ProtocolError):
                raw.close()

    def _talk(self, connection: ssl.SSLSocket) -> None:
        assert connection.selected_alpn_protocol() == "h2"
        subject: Any = (connection.getpeercert() or {}).get("subject", ())
        sender = dict(pair for each in subject for pair in each).get("commonName", "")
        h2_side = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        h2_side.initiate_connection()
        connection.sendall(h2_side.data_to_send())
        open_streams: dict[int, Push] = {}
        while data := connection.recv(65536):
            for event in h2_side.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    headers = {_text(name): _text(value) for name, value in event.headers}
                    assert headers[":method"] == "POST"
                    open_streams[event.stream_id] = Push(headers[":path"], headers, sender=sender)
                elif isinstance(event, h2.events.DataReceived):
                    open_streams[event.stream_id].body += event.data
                elif isinstance(event, h2.events.StreamEnded):
                    self._answer(h2_side, event.stream_id, open_streams.pop(event.stream_id))
            connection.sendall(h2_side.data_to_send())

    def _answer(self, h2_side: h2.connection.H2Connection, stream: int, push: Push) -> None:
        says = self.says.get(push.path.rpartition("/")[2], Says(200))
        if says.status == 200:
            self.taken.append(push)
        headers = {"apns-id": push.headers.get("apns-id", ""), **says.headers}
        body = json.dumps({"reason": says.reason}).encode() if says.reason else b""
        h2_side.send_headers(stream, [(":status", str(says.status)), *headers.items()], end_stream=not body)
        if body:
            h2_side.send_data(stream, body, end_stream=True)


def _text(raw: bytes | str) -> str:
    return raw.decode() if isinstance(raw, bytes) else raw
