"""The senders of webhooks: a few connections that are kept open; what they send comes in on stdin, pickled."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from .load import CONNECTIONS, answer


@dataclass(frozen=True)
class Post:
    """One webhook."""

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def request(self, port: int) -> bytes:
        """Return the request as it goes over the wire."""
        lines = [f"POST {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(self.body)}", *(f"{name}: {said}" for name, said in self.headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def send(port: int, posts: Sequence[Post]) -> None:
    """Send them from a process of its own, so that the senders' work is not the server's."""
    wire = pickle.dumps([post.request(port) for post in posts])
    subprocess.run([sys.executable, "-m", "bench.posts", str(port)], input=wire, check=True)


def _send(port: int, requests: Sequence[bytes], failed: list[str]) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        for request in requests:
            connection.sendall(request)
            status, body = answer(reader)
            if b" 200 " not in status and b" 202 " not in status:
                failed.append(f"{request.splitlines()[0]!r} was answered {status!r}: {body[:200]!r}")
                return


def main() -> None:
    """Send what comes in."""
    port, requests = int(sys.argv[1]), pickle.load(sys.stdin.buffer)
    failed: list[str] = []
    senders = [
        threading.Thread(target=_send, args=(port, requests[first::CONNECTIONS], failed))
        for first in range(CONNECTIONS)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    if failed:
        print(failed[0], file=sys.stderr)
        os._exit(1)


if __name__ == "__main__":
    main()
